package audit

import (
	"context"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"iskurctl/internal/ledger"
	"iskurctl/internal/store"
)

// Others go on asking while somebody verifies: what they add meanwhile is no finding.
func TestALogThatGrowsWhileItIsVerifiedRaisesNoAlarm(t *testing.T) {
	l, _ := fresh(t)
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for ctx.Err() == nil {
				seq, err := l.Begin(t.Context(), query())
				if err == nil {
					err = l.End(t.Context(), seq, Outcome{Code: OK, Records: 1})
				}
				if err != nil {
					t.Error(err)
					return
				}
				if _, err := l.CloseAbandoned(t.Context()); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	var trust *ledger.Trust
	levels := []ledger.Level{ledger.Deep, ledger.Default, ledger.Full, ledger.Deep, ledger.Quick, ledger.Deep, ledger.Deep, ledger.Deep}
	for i := 0; i < len(levels) || trust.Size < 100; i++ { // a busy machine writes slowly
		level := levels[i%len(levels)]
		head, _, err := l.ledger.Head(t.Context())
		must(t, err)
		o := ledger.Options{Log: Name, Level: level, Vkey: head.Vkey, Trust: trust, Scrub: 256}
		if level == ledger.Deep {
			o.Domain = NewCheck(l, ledger.Range{To: head.Size}, day.Add(24*time.Hour))
		}
		r, err := ledger.Verify(t.Context(), l.ledger.Source(), o)
		must(t, err)
		if len(r.Findings) > 0 {
			t.Errorf("%s at %d entries: %+v", level, r.Size, r.Findings[0])
		}
		trust = &r.Next
		time.Sleep(20 * time.Millisecond)
	}
	stop()
	wg.Wait()
}

// Nor is what somebody disposes of meanwhile.
func TestALogThatIsDisposedOfWhileItIsVerifiedRaisesNoAlarm(t *testing.T) {
	st := open(t, filepath.Join(t.TempDir(), "s.db"), store.Create)
	now := day
	l := over(t, st, 1, func() time.Time { return now })
	must(t, l.BindKey(t.Context()))
	const entries = 3000
	for range entries / 2 {
		must(t, l.Refuse(t.Context(), query()))
	}
	newest := now
	now = day.AddDate(5, 0, 1)
	must(t, l.Refuse(t.Context(), query()))
	check := func(level ledger.Level, domain *Check) {
		t.Helper()
		o := ledger.Options{Log: Name, Level: level, Vkey: head(t, l).Vkey}
		if level == ledger.Deep {
			o.Domain = domain
		}
		r, err := ledger.Verify(t.Context(), l.ledger.Source(), o)
		must(t, err)
		if len(r.Findings) > 0 {
			t.Errorf("%s at %d of %d entries: %d findings, %+v", level, head(t, l).Pruned, r.Size, len(r.Findings), r.Findings[0])
		}
	}
	early := NewCheck(l, ledger.Range{To: head(t, l).Size}, now)
	must(t, l.dispose(t.Context(), Disposal{To: 100, Newest: newest})) // between the look at the head and the verification
	check(ledger.Deep, early)
	var wg sync.WaitGroup
	wg.Go(func() {
		for from := int64(100); from < entries; from += 50 {
			if err := l.dispose(t.Context(), Disposal{From: from, To: from + 50, Newest: newest}); err != nil {
				t.Error(err)
				return
			}
			time.Sleep(time.Millisecond)
		}
	})
	for runs := 0; head(t, l).Pruned < entries && !t.Failed(); runs++ {
		level := ledger.Deep
		if runs%4 == 3 {
			level = ledger.Full
		}
		check(level, NewCheck(l, ledger.Range{From: head(t, l).Pruned, To: head(t, l).Size}, now))
	}
	wg.Wait()
	check(ledger.Deep, NewCheck(l, ledger.Range{From: head(t, l).Pruned, To: head(t, l).Size}, now))
}
