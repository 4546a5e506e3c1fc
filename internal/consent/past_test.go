package consent

import (
	"context"
	"database/sql"
	"iter"
	"strings"
	"testing"
	"time"

	"iskurctl/internal/consent/event"
	"iskurctl/internal/fault"
	"iskurctl/internal/ledger"
)

// behind changes the rows as somebody does who does not use the tool; the triggers are put back.
func (b *bed) behind(t testing.TB, statement string, args ...any) {
	t.Helper()
	var names, texts []string
	rows := got(b.store.Read().Query(`SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'`))(t)
	for rows.Next() {
		var name, text string
		must(t, rows.Scan(&name, &text))
		names, texts = append(names, name), append(texts, text)
	}
	must(t, rows.Err())
	must(t, rows.Close())
	must(t, b.store.Write(context.Background(), func(tx *sql.Tx) error {
		for _, n := range names {
			if _, err := tx.Exec("DROP TRIGGER " + n); err != nil {
				return err
			}
		}
		r, err := tx.Exec(statement, args...)
		if err != nil {
			return err
		}
		if n, _ := r.RowsAffected(); n == 0 {
			t.Errorf("%s changed nothing", statement)
		}
		for _, text := range texts {
			if _, err := tx.Exec(text); err != nil {
				return err
			}
		}
		return nil
	}))
}

// Entries 4 to 9 of person 0: agreement, notice, consent, withdrawal, consent to the newer text, withdrawal.
func twice(t testing.TB) *bed {
	b := newBed(t).texts(t)
	for _, e := range append(acts(0), eventAt(0, 3, event.Consent, event.Withdrawn, "riza-1"), eventAt(0, 4, event.Consent, event.Given, "riza-2"),
		eventAt(0, 5, event.Consent, event.Withdrawn, "riza-2")) {
		_, err := b.Record(context.Background(), e)
		must(t, err)
	}
	return b
}

// A row that was changed behind the tool's back would have it log a second withdrawal for ever.
func TestNothingIsRecordedOnAPastThatDoesNotAgreeWithItsEntries(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	for name, statement := range map[string]string{
		"step":              `UPDATE consent_event SET step = 'given' WHERE seq = 9`,
		"act":               `UPDATE consent_event SET act = 'agreement' WHERE seq = 9`,
		"session":           `UPDATE consent_event SET session = zeroblob(16) WHERE seq = 5`,
		"time":              `UPDATE consent_event SET time = time - 86400000 WHERE seq = 9`,
		"text":              `UPDATE consent_event SET text = 2 WHERE seq = 9`,
		"text that is not":  `UPDATE consent_event SET text = 99 WHERE seq = 9`,
		"notice":            `UPDATE consent_event SET notice = 4 WHERE seq = 6`,
		"prev":              `UPDATE consent_event SET prev = NULL WHERE seq = 9`,
		"id":                `UPDATE consent_event SET id = zeroblob(16) WHERE seq = 4`,
		"entry cut":         `UPDATE consent_leaf SET leaf = substr(leaf, 1, 40) WHERE seq = 6`,
		"entry changed":     `UPDATE consent_leaf SET leaf = CAST(replace(CAST(leaf AS TEXT), 'withdrawn', 'refused') AS BLOB) WHERE seq = 7`,
		"row between gone":  `DELETE FROM consent_event WHERE seq = 7`,
		"row of the notice": `DELETE FROM consent_event WHERE seq = 5`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := twice(t)
			b.behind(t, statement)
			before := got(b.size(ctx))(t)
			_, err := b.Withdraw(ctx, Withdrawal{TC: tcNumber(0), Channel: "portal"})
			wantFault(t, err, fault.Integrity, "consent_damaged")
			_, err = b.Record(ctx, eventAt(0, 9, event.Consent, event.Refused, "riza-2"))
			wantFault(t, err, fault.Integrity, "consent_damaged")
			rows := func() iter.Seq2[event.Row, error] { return file(eventAt(0, 9, event.Consent, event.Refused, "riza-2")) }
			reject := func(_ event.Row, p *event.Problem) error { return p }
			_, err = b.Rehearse(ctx, rows(), reject)
			wantFault(t, err, fault.Integrity, "consent_damaged")
			_, err = b.Import(ctx, rows(), reject, nil)
			wantFault(t, err, fault.Integrity, "consent_damaged")
			if after := got(b.size(ctx))(t); after != before {
				t.Errorf("%d entries were written", after-before)
			}
			if text := fault.From(err); name == "row between gone" && !strings.Contains(text.Message.EN, "entry 8 does not fit") {
				t.Errorf("%+v", text)
			}
			_, err = b.Record(ctx, eventAt(1, 9, event.Consent, event.Refused, "riza-2")) // another person's past is in order
			must(t, err)
		})
	}
}

// The row of the last event that was taken out is seen by nothing but a verification (ADR 0014).
func TestTheLastRowTakenOutIsFoundByDeepVerification(t *testing.T) {
	t.Parallel()
	b := twice(t)
	b.behind(t, `DELETE FROM consent_event WHERE seq = 9`)
	for _, f := range b.findings(t) {
		if f.Code == ledger.ProjectionDrift && f.Seq == 9 {
			return
		}
	}
	t.Errorf("found %v", b.findings(t))
}

// What was erased in part, superseded and refused is a past like others.
func TestEveryPastThatWasRecordedIsTaken(t *testing.T) {
	t.Parallel()
	b := twice(t)
	must1 := func(err error) { t.Helper(); must(t, err) }
	for m, e := range []event.Event{eventAt(0, 0, event.Consent, event.Refused, "riza-1"), eventAt(0, 0, event.Notice, event.Presented, "aydinlatma-1"),
		eventAt(0, 0, event.Consent, event.Given, "riza-1"), eventAt(0, 0, event.Consent, event.Given, "riza-2")} {
		e.Time = e.Time.Add(time.Duration(10+m) * time.Minute)
		_, err := b.Record(context.Background(), e)
		must1(err)
	}
	_, err := b.Erase(context.Background(), Erasure{TCs: []string{tcNumber(0)}, Ground: "request", Fields: []string{"phone"}}, func(Erased) error { return nil })
	must1(err)
	_, err = b.Withdraw(context.Background(), Withdrawal{TC: tcNumber(0), Channel: "portal"})
	must1(err)
}
