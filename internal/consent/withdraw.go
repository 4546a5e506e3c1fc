package consent

import (
	"context"
	"time"

	"iskurctl/internal/consent/event"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/ledger"
)

// Withdraw records that a person takes the consent given last back; it ends when the controller gets to know (KVKK). The
// text is that of the consent, the session a new one. Errors: class Negative, no_consent, when none is given; class Input
// with the problem's code, as of Record; those of the store and of the key store.
func (l *Log) Withdraw(ctx context.Context, w Withdrawal) (Recorded, error) {
	at := w.Time
	if at.IsZero() {
		at = l.now()
	}
	session, err := newUUID(l.cfg.Rand)
	if err != nil {
		return Recorded{}, err
	}
	e := event.Event{Session: session.String(), Act: event.Consent, Step: event.Withdrawn, Time: at.Truncate(time.Millisecond).UTC(), Received: w.Received,
		Channel: w.Channel, UI: w.UI, Subject: event.Subject{TC: w.TC}}
	drafts := make([]draft, 1)
	var done decision
	var standing bool
	err = l.write(ctx, func(w *writer) error {
		text, since, ok, err := w.given(e.Subject.TC)
		if standing = ok; err != nil || !ok {
			return err
		}
		if e.Time.Before(since) { // before the rules, which would blame a text that nobody has named
			drafts[0].problem = &event.Problem{Code: event.CodeTimeOrder, Field: "time", Text: i18n.Tf("geri alma, rızanın verildiği zamandan (%s) önce; geri almanın zamanını denetleyin",
				"the withdrawal lies before the consent, which was given at %s; check the time of the withdrawal", ledger.Time(since))}
			return nil
		}
		of := e
		of.Text = text
		if err := l.drafter(nil).draft(&drafts[0], event.Row{Event: of}, l.now()); err != nil || drafts[0].problem != nil {
			return err
		}
		s, err := l.load(w.ctx, w.Tx, drafts)
		if err != nil {
			return err
		}
		decisions, _, err := w.record(s, drafts, nil)
		if err == nil {
			done = decisions[0]
		}
		return err
	})
	switch {
	case err != nil:
		return Recorded{}, err
	case !standing:
		return Recorded{}, fault.New(fault.Negative, "no_consent", i18n.T("bu kişinin geri alınacak bir açık rızası yok", "this person has given no consent that could be withdrawn"))
	case drafts[0].problem != nil:
		return Recorded{}, refused(drafts[0].problem)
	case done.problem != nil:
		return Recorded{}, refused(done.problem)
	}
	return done.result(&drafts[0]), nil
}

// given gives the SHA-256 of the text of a person's consent, and when it was given; false when none is in force.
func (w *writer) given(tc string) (string, time.Time, bool, error) {
	drafts := make([]draft, 1)
	copy(drafts[0].tag[:], w.log.numberTag(tc))
	s, err := w.log.load(w.ctx, w.Tx, drafts)
	if err != nil {
		return "", time.Time{}, false, err
	}
	step, _, text, at, _ := s.people[drafts[0].tag].Consent()
	if step != event.Given {
		return "", time.Time{}, false, nil
	}
	return s.text(text).SHA256, at, true, s.err
}
