package audit_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"iskurctl/internal/audit"
	"iskurctl/internal/ledger"
	"iskurctl/internal/ledger/ledgertest"
)

// bundleOf exports with options.
func bundleOf(o audit.ExportOptions) ledgertest.Export {
	o.Product = "iskurctl"
	return ledgertest.Export{Name: fmt.Sprintf("%+v", o), Part: !o.From.IsZero(), Do: func(p *place, dir string) error {
		_, err := logOf(p).Export(p.T.Context(), dir, o)
		return err
	}}
}

var everything, nothingPersonal = bundleOf(audit.ExportOptions{PersonalData: true}), bundleOf(audit.ExportOptions{})

// logged makes a log of n entries and gives it closed, with what was seen on the way.
func logged(t *testing.T, n int64) (*place, []*ledger.Trust) {
	t.Helper()
	p := create(t)
	log := started(p)
	ctx := t.Context()
	var seen []*ledger.Trust
	for size := int64(0); size < n; {
		p.Clock.Tick()
		batch := min((n-size)/2, max(1, n/4)) // pairs
		if batch == 0 {
			_, err := log.Begin(ctx, ask(2))
			must(t, err)
		}
		var all sync.WaitGroup
		for part := range int64(64) {
			all.Go(func() {
				for i := part; i < batch; i += 64 {
					if err := log.Refuse(ctx, ask(int(i))); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		all.Wait()
		if len(seen) == 0 {
			_, err := log.Ledger().Rotate(ctx)
			must(t, err)
		}
		trust := p.Seen()
		if size = trust.Size; size < n {
			seen = append(seen, trust)
		}
	}
	seen = append(seen, p.Seen())
	must(t, p.Close())
	return p, seen
}

func TestUntouchedLogsGiveNoFindings(t *testing.T) {
	t.Parallel()
	sizes := []int64{1, 3, 255, 256, 257, 300, 512}
	if testing.Short() {
		sizes = sizes[:3]
	}
	runs := 0
	for _, n := range sizes {
		p, seen := logged(t, n)
		if n == 3 {
			p.Clock.Set(p.Clock.Now().Add(-time.Hour)) // it was ahead
		}
		runs += ledgertest.Whole(t, p, ledgertest.LevelsNow(), seen, everything, nothingPersonal)
		must(t, p.Close())
	}
	empty := create(t)
	runs += ledgertest.Whole(t, empty, ledgertest.Levels, nil)
	started(empty)
	runs += ledgertest.Whole(t, empty, ledgertest.Levels, []*ledger.Trust{empty.Seen()})
	must(t, empty.Close())
	t.Logf("%d verifications without a finding", runs)
}

// Everything the log can do, in any order: none of it is a finding.
func TestTwoHundredLogsOfAnyKindGiveNoFindings(t *testing.T) {
	t.Parallel()
	n := 200
	if testing.Short() {
		n = 10
	}
	template := create(t)
	var runs sync.Map
	t.Run("logs", func(t *testing.T) {
		for i := range n {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				p := template.Copy(t)
				seen := anything(p, rand.New(rand.NewPCG(uint64(i), 8)))
				var bundles []ledgertest.Export
				if h, _, err := logOf(p).Ledger().Head(t.Context()); err == nil && h.Size > 0 && i%8 == 0 {
					from := p.Clock.Now().AddDate(0, 0, -i)
					bundles = append(bundles, everything, nothingPersonal, bundleOf(audit.ExportOptions{PersonalData: true, From: from, To: from.AddDate(0, 0, 30)}))
				}
				runs.Store(i, ledgertest.Whole(t, p, []ledger.Level{ledgertest.Levels[i%3], ledger.Deep}, seen, bundles...))
			})
		}
	})
	total := 0
	runs.Range(func(_, n any) bool { total += n.(int); return true })
	t.Logf("%d logs, %d verifications without a finding", n, total)
}

// anything does what people and programs do with a log, and gives what verifiers saw meanwhile.
func anything(p *place, chance *rand.Rand) (seen []*ledger.Trust) {
	t, ctx := p.T, p.T.Context()
	log := started(p)
	var open []int64
	for step := range 5 + chance.IntN(60) {
		p.Clock.Tick()
		switch chance.IntN(16) {
		case 0, 1, 2, 3, 4:
			seq, err := log.Begin(ctx, ask(step))
			must(t, err)
			open = append(open, seq)
		case 5, 6, 7, 8:
			if len(open) == 0 {
				continue
			}
			i := chance.IntN(len(open))
			must(t, log.End(ctx, open[i], audit.Outcome{Code: audit.OK, Records: chance.IntN(3), Duration: time.Duration(chance.Int64N(1e10))}))
			open = append(open[:i], open[i+1:]...)
		case 9, 10:
			must(t, log.Refuse(ctx, ask(step)))
		case 11:
			must(t, log.Look(ctx, "memur", "pc", strings.Fields(strings.Repeat(ask(3).KimlikNo+" ", 1+chance.IntN(1500)))))
		case 12:
			_, err := log.Ledger().Rotate(ctx)
			must(t, err)
		case 13: // the program ends and begins anew: what is open has no process any more
			must(t, p.Close())
			log = started(p)
			if chance.IntN(2) == 0 {
				_, err := log.CloseAbandoned(ctx)
				must(t, err)
				open = nil
			}
		case 14: // five years pass, with somebody's query now and then, and what is over goes
			if chance.IntN(3) > 0 {
				p.Clock.Set(p.Clock.Now().AddDate(0, chance.IntN(5), 0))
				continue
			}
			p.Clock.Set(p.Clock.Now().AddDate(5, 1, 0))
			must(t, log.Refuse(ctx, ask(step)))
			due, err := log.DisposalDue(ctx, true)
			must(t, err)
			must(t, log.Dispose(ctx, due))
			_, err = log.CloseAbandoned(ctx)
			must(t, err)
			open = nil
		case 15:
			seen = append(seen, p.Seen())
		}
	}
	// What is more than five and a half years old is disposed of by whoever looks after the log.
	p.Clock.Tick()
	must(t, log.Refuse(ctx, ask(1)))
	due, err := log.DisposalDue(ctx, true)
	must(t, err)
	must(t, log.Dispose(ctx, due))
	if len(seen) > 0 {
		return seen[:1]
	}
	return append(seen, p.Seen())
}

// Others log, change the key and close what is open while the log is verified.
func TestALogThatIsInUseGivesNoFindings(t *testing.T) {
	p := create(t)
	ctx := t.Context()
	log := started(p)
	for i := range 200 {
		_, err := log.Begin(ctx, ask(i))
		must(t, err)
	}
	must(t, p.Close())
	log = started(p) // nobody is at work on those any more
	done := make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		defer close(done)
		for i := range 400 {
			seq, err := log.Begin(ctx, ask(i))
			if err == nil && i%3 > 0 {
				err = log.End(ctx, seq, audit.Outcome{Code: audit.None})
			}
			if err == nil && i%50 == 0 {
				_, err = log.Ledger().Rotate(ctx)
			}
			if err == nil && i == 200 {
				_, err = log.CloseAbandoned(ctx)
			}
			if err != nil {
				t.Error(err)
				return
			}
		}
	})
	runs := 0
	seen := p.Seen()
	for running := true; running; {
		select {
		case <-done:
			running = false
		default:
		}
		for _, level := range []ledger.Level{ledger.Deep, ledger.Full, ledger.Default, ledger.Quick} {
			r, err := p.Verify(level, seen, 256)
			if got := ledgertest.Result(r, err); got != "" {
				t.Errorf("%s: %s%s", level, got, ledgertest.Told(r, err))
				running = false
			}
			runs++
			seen = &r.Next
		}
	}
	all.Wait()
	t.Logf("%d verifications without a finding", runs)
}
