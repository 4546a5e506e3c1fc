package consent_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"iskurctl/internal/consent"
	"iskurctl/internal/consent/event"
	"iskurctl/internal/fault"
	"iskurctl/internal/ledger"
	"iskurctl/internal/ledger/ledgertest"
)

// parts are bundles of a log that was made of steps of the clock.
func parts() []ledgertest.Export {
	at := func(days int) time.Time { return ledgertest.Begun.AddDate(0, 0, days) }
	return []ledgertest.Export{
		bundleOf(consent.ExportOptions{PersonalData: true}), bundleOf(consent.ExportOptions{}),
		bundleOf(consent.ExportOptions{PersonalData: true, From: at(20)}), bundleOf(consent.ExportOptions{PersonalData: true, To: at(5)}),
		bundleOf(consent.ExportOptions{PersonalData: true, From: at(10), To: at(20)}), bundleOf(consent.ExportOptions{From: at(25), To: at(30)}),
		bundleOf(consent.ExportOptions{PersonalData: true, From: at(1000)}),
	}
}

func TestAnUntouchedWorldGivesNoFindings(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	runs := 0
	for _, p := range []*place{w.Copy(t), w.Recent.Copy(t), w.Older.Copy(t)} {
		must(t, p.Open())
		seen := []*ledger.Trust{w.Earlier, p.Seen()}
		if p.Size() < w.Latest.Size {
			seen = seen[1:]
		}
		runs += ledgertest.Whole(t, p, ledgertest.LevelsNow(), seen, parts()...)
	}
	empty := ledgertest.Create(t, consents)
	runs += ledgertest.Whole(t, empty, ledgertest.Levels, nil)
	empty.Start()
	runs += ledgertest.Whole(t, empty, ledgertest.Levels, []*ledger.Trust{empty.Seen()})
	t.Logf("%d verifications without a finding", runs)
}

// Everything the log can do, in any order: none of it is a finding.
func TestManyLogsOfAnyKindGiveNoFindings(t *testing.T) {
	t.Parallel()
	n := 120
	if testing.Short() {
		n = 8
	}
	template := ledgertest.Create(t, consents)
	var total atomic.Int64
	t.Run("logs", func(t *testing.T) {
		for i := range n {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				p := template.Copy(t)
				chance := rand.New(rand.NewPCG(uint64(i), 9))
				seen := anything(p, chance)
				var bundles []ledgertest.Export
				if i%4 == 0 {
					from := ledgertest.Begun.Add(time.Duration(chance.IntN(100)) * time.Hour)
					o := consent.ExportOptions{PersonalData: i%8 == 0, From: from, To: from.Add(time.Duration(1+chance.IntN(60)) * time.Hour)}
					bundles = append(bundles, bundleOf(consent.ExportOptions{PersonalData: true}), bundleOf(o))
				}
				total.Add(int64(ledgertest.Whole(t, p, []ledger.Level{ledgertest.Levels[i%3], ledger.Deep}, seen, bundles...)))
			})
		}
	})
	t.Logf("%d logs, %d verifications without a finding", n, total.Load())
}

// anything does what people and programs do with a log, and gives what verifiers saw meanwhile.
func anything(p *place, chance *rand.Rand) (seen []*ledger.Trust) {
	t, ctx := p.T, p.T.Context()
	p.Start()
	versions := 1
	add := func(kind event.Act, label string) {
		t.Helper()
		_, _, err := logOf(p).AddText(ctx, consent.Text{Kind: kind, Label: label, Language: "tr", Day: fmt.Sprintf("2026-%02d-01", versions)}, []byte(label))
		must(t, err)
	}
	add(event.Agreement, "sozlesme-1")
	add(event.Notice, "aydinlatma-1")
	add(event.Consent, "riza-1")
	steps := []struct {
		act  event.Act
		step event.Step
		text string
	}{{event.Agreement, event.Accepted, "sozlesme-1"}, {event.Notice, event.Presented, "aydinlatma-1"}, {event.Consent, event.Given, "riza-"},
		{event.Consent, event.Refused, "riza-"}, {event.Consent, event.Withdrawn, "riza-"}}
	// taken is for what the rules may refuse, as they do for people.
	taken := func(err error) {
		t.Helper()
		var problem *event.Problem
		if err != nil && !errors.As(err, &problem) && fault.ClassOf(err) != fault.Negative {
			t.Fatal(err)
		}
	}
	for step := range 20 + chance.IntN(150) {
		p.Clock.Tick()
		person := chance.IntN(6)
		switch chance.IntN(20) {
		case 0:
			if versions < 9 {
				versions++
				add(event.Consent, fmt.Sprintf("riza-%d", versions))
			}
		case 1:
			_, err := p.Log.Ledger().Rotate(ctx)
			must(t, err)
		case 2:
			must(t, p.Close())
			p.Start()
		case 3:
			_, err := logOf(p).Withdraw(ctx, consent.Withdrawal{TC: number(person), Channel: "alo170"})
			taken(err)
		case 4, 5:
			fields := []string{"phone", "ip", "surname", "birth_date"}[chance.IntN(4):]
			if chance.IntN(2) == 0 {
				fields = nil
			}
			_, err := logOf(p).Erase(ctx, consent.Erasure{TCs: []string{number(person), number(person + 1)}, Ground: consent.Grounds()[step%4], Fields: fields}, func(consent.Erased) error { return nil })
			taken(err)
		case 6:
			seen = append(seen, p.Seen())
		default:
			s := steps[chance.IntN(len(steps))]
			if s.act == event.Consent {
				s.text += fmt.Sprint(1 + chance.IntN(versions))
			}
			e := eventOf(p, person, s.act, s.step, s.text)
			if chance.IntN(3) == 0 {
				e.Subject.Phone, e.ContactPreference, e.Items, e.IP = "", "", nil, ""
			}
			_, err := logOf(p).Record(ctx, e)
			taken(err)
		}
	}
	if len(seen) > 0 {
		seen = seen[:1]
	}
	return append(seen, p.Seen())
}

// Others record, import, register texts, erase and change the key, and die while they erase, when the log is verified: none
// of that is a finding, but for what the dead left behind.
func TestALogThatIsInUseGivesNoFindings(t *testing.T) {
	t.Parallel()
	p := ledgertest.Create(t, consents)
	p.Start()
	ctx := t.Context()
	for _, text := range []consent.Text{textAtStep[0], textAtStep[1], textAtStep[2]} {
		_, _, err := logOf(p).AddText(ctx, text, []byte(text.Label))
		must(t, err)
	}
	const people = 120
	live := func(from, to int) {
		var events []event.Event
		for i := from; i < to; i++ {
			events = append(events, eventOf(p, i, event.Agreement, event.Accepted, "sozlesme-1"), eventOf(p, i, event.Notice, event.Presented, "aydinlatma-1"), eventOf(p, i, event.Consent, event.Given, "riza-1"))
		}
		_, err := logOf(p).Import(ctx, func(yield func(event.Row, error) bool) {
			for i, e := range events {
				if !yield(event.Row{Line: int64(i + 1), Event: e}, nil) {
					return
				}
			}
		}, func(_ event.Row, problem *event.Problem) error { return problem }, nil)
		must(t, err)
	}
	live(0, people)
	done := make(chan struct{})
	var all sync.WaitGroup
	other := again(p) // another process, with a store and keys of its own
	all.Go(func() {
		defer close(done)
		for i := range people - 2 {
			fields := []string{"phone", "ip"}[i%2:]
			if i%3 == 0 {
				fields = nil
			}
			_, err := logOf(other).Erase(ctx, consent.Erasure{TCs: []string{number(i)}, Ground: "request", Fields: fields}, func(consent.Erased) error { return nil })
			if err == nil && i%5 == 0 {
				_, err = logOf(other).Withdraw(ctx, consent.Withdrawal{TC: number(i + 1), Channel: "alo170"})
			}
			if err == nil && i%40 == 0 {
				_, err = other.Log.Ledger().Rotate(ctx)
			}
			if err != nil {
				t.Error(err)
				return
			}
		}
	})
	all.Go(func() {
		for i := people; ; i += 5 {
			select {
			case <-done:
				return
			default:
				live(i, i+5)
			}
		}
	})
	verifier := again(p)
	runs := 0
	seen := verifier.Seen()
	for running := true; running; {
		select {
		case <-done:
			running = false
		default:
		}
		for _, level := range []ledger.Level{ledger.Deep, ledger.Full, ledger.Deep, ledger.Default, ledger.Deep, ledger.Quick} {
			r, err := verifier.Verify(level, seen, 256)
			if got := ledgertest.Result(r, err); got != "" {
				t.Errorf("%s: %s%s", level, ledgertest.Short(got), ledgertest.Told(r, err))
				running = false
			}
			runs++
			seen = &r.Next
		}
	}
	all.Wait()
	t.Logf("%d verifications without a finding", runs)
}

// again opens the files of a place once more, as another process does.
func again(p *place) *place {
	o := &place{Kind: p.Kind, T: p.T, Dir: p.Dir, Clock: p.Clock, Keys: p.Keys}
	o.Start()
	p.T.Cleanup(func() { _ = o.Close() })
	return o
}
