package audit_test

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"iskurctl/internal/audit"
	"iskurctl/internal/ledger"
)

// whole verifies an untouched log at levels, without trust and with what verifiers have seen, and its bundles.
func whole(t *testing.T, p *place, levels []ledger.Level, trusts []*ledger.Trust, bundles ...audit.ExportOptions) (runs int) {
	t.Helper()
	for _, level := range levels {
		for _, trust := range append([]*ledger.Trust{nil}, trusts...) {
			r, err := p.verify(level, trust, 256)
			runs++
			if got := result(r, err); got != "" {
				t.Errorf("%s, trusted %v: %s%s", level, trust, short(got), told(r, err))
			}
		}
	}
	for _, o := range bundles {
		o.Product = "iskurctl"
		f := &folder{t: t, dir: filepath.Join(t.TempDir(), "bundle"), now: p.clock.now()}
		_, err := p.log.Export(t.Context(), f.dir, o)
		must(t, err)
		for _, level := range levels {
			for _, trust := range trusts {
				r, err := f.verify(level, trust)
				runs++
				// A part of a log does not always lead from what was seen to what it holds.
				if got := result(r, err); got != "" && !(got == "V09" && !o.From.IsZero()) {
					t.Errorf("bundle %+v, %s, trusted %v: %s%s", o, level, trust, short(got), told(r, err))
				}
			}
		}
	}
	return runs
}

// logged makes a log of n entries and gives it closed, with what was seen on the way.
func logged(t *testing.T, n int64) (*place, []*ledger.Trust) {
	t.Helper()
	p := create(t)
	log := p.started()
	ctx := t.Context()
	var seen []*ledger.Trust
	for size := int64(0); size < n; {
		p.clock.tick()
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
		trust := p.seen()
		if size = trust.Size; size < n {
			seen = append(seen, trust)
		}
	}
	seen = append(seen, p.seen())
	must(t, p.close())
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
			p.clock.t = p.clock.t.Add(-time.Hour) // it was ahead
		}
		runs += whole(t, p, levelsNow(), seen, audit.ExportOptions{PersonalData: true}, audit.ExportOptions{})
		must(t, p.close())
	}
	empty := create(t)
	runs += whole(t, empty, levelsUp, nil)
	empty.started()
	runs += whole(t, empty, levelsUp, []*ledger.Trust{empty.seen()})
	must(t, empty.close())
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
				p := template.copy(t)
				seen := p.anything(rand.New(rand.NewPCG(uint64(i), 8)))
				var bundles []audit.ExportOptions
				if h, _, err := p.log.Ledger().Head(t.Context()); err == nil && h.Size > 0 && i%8 == 0 {
					from := p.clock.now().AddDate(0, 0, -i)
					bundles = append(bundles, audit.ExportOptions{PersonalData: true}, audit.ExportOptions{}, audit.ExportOptions{PersonalData: true, From: from, To: from.AddDate(0, 0, 30)})
				}
				runs.Store(i, whole(t, p, []ledger.Level{levelsUp[i%3], ledger.Deep}, seen, bundles...))
			})
		}
	})
	total := 0
	runs.Range(func(_, n any) bool { total += n.(int); return true })
	t.Logf("%d logs, %d verifications without a finding", n, total)
}

// anything does what people and programs do with a log, and gives what verifiers saw meanwhile.
func (p *place) anything(chance *rand.Rand) (seen []*ledger.Trust) {
	t, ctx := p.t, p.t.Context()
	log := p.started()
	var open []int64
	for step := range 5 + chance.IntN(60) {
		p.clock.tick()
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
			must(t, p.close())
			log = p.started()
			if chance.IntN(2) == 0 {
				_, err := log.CloseAbandoned(ctx)
				must(t, err)
				open = nil
			}
		case 14: // five years pass, with somebody's query now and then, and what is over goes
			if chance.IntN(3) > 0 {
				p.clock.t = p.clock.t.AddDate(0, chance.IntN(5), 0)
				continue
			}
			p.clock.t = p.clock.t.AddDate(5, 1, 0)
			must(t, log.Refuse(ctx, ask(step)))
			due, err := log.DisposalDue(ctx, true)
			must(t, err)
			must(t, log.Dispose(ctx, due))
			_, err = log.CloseAbandoned(ctx)
			must(t, err)
			open = nil
		case 15:
			seen = append(seen, p.seen())
		}
	}
	// What is more than five and a half years old is disposed of by whoever looks after the log.
	p.clock.tick()
	must(t, log.Refuse(ctx, ask(1)))
	due, err := log.DisposalDue(ctx, true)
	must(t, err)
	must(t, log.Dispose(ctx, due))
	if len(seen) > 0 {
		return seen[:1]
	}
	return append(seen, p.seen())
}

// Others log, change the key and close what is open while the log is verified.
func TestALogThatIsInUseGivesNoFindings(t *testing.T) {
	p := create(t)
	ctx := t.Context()
	log := p.started()
	for i := range 200 {
		_, err := log.Begin(ctx, ask(i))
		must(t, err)
	}
	must(t, p.close())
	log = p.started() // nobody is at work on those any more
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
	seen := p.seen()
	for running := true; running; {
		select {
		case <-done:
			running = false
		default:
		}
		for _, level := range []ledger.Level{ledger.Deep, ledger.Full, ledger.Default, ledger.Quick} {
			r, err := p.verify(level, seen, 256)
			if got := result(r, err); got != "" {
				t.Errorf("%s: %s%s", level, got, told(r, err))
				running = false
			}
			runs++
			seen = &r.Next
		}
	}
	all.Wait()
	t.Logf("%d verifications without a finding", runs)
}
