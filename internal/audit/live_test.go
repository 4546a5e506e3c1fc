package audit

import (
	"context"
	"sync"
	"testing"
	"time"

	"iskurctl/internal/ledger"
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
	for _, level := range []ledger.Level{ledger.Deep, ledger.Default, ledger.Full, ledger.Deep, ledger.Quick, ledger.Deep, ledger.Deep, ledger.Deep} {
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
	if trust.Size < 100 {
		t.Fatalf("only %d entries were written meanwhile", trust.Size)
	}
}
