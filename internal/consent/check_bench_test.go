package consent

import (
	"context"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"testing"
	"time"

	"iskurctl/internal/consent/event"
	"iskurctl/internal/ledger"
	"iskurctl/internal/ledger/bundle"
	"iskurctl/internal/store"
)

// BenchmarkVerify measures verifications of a log of three acts for each person, and of its bundle, with the memory limit of
// the commands. CONSENT_BENCH_DIR keeps the log for the next run, CONSENT_BENCH_PEOPLE says how many people it has. Beside the
// rate it gives the processor time of an entry, user and system, and the peak of the resident memory so far.
func BenchmarkVerify(b *testing.B) {
	people, _ := strconv.Atoi(os.Getenv("CONSENT_BENCH_PEOPLE"))
	if people == 0 {
		people = 10_000
	}
	dir := os.Getenv("CONSENT_BENCH_DIR")
	if dir == "" {
		dir = b.TempDir()
	}
	dir = filepath.Join(dir, strconv.Itoa(people))
	bag := filepath.Join(dir, "bag")
	if _, err := os.Stat(bag); err != nil {
		imported(b, dir, people)
	}
	l := openBed(b, dir, store.Open)
	head, _, err := l.Ledger().Head(context.Background())
	must(b, err)
	run := func(name string, level ledger.Level, do func(b *testing.B, o ledger.Options) ledger.Report) {
		b.Run(name, func(b *testing.B) {
			defer debug.SetMemoryLimit(debug.SetMemoryLimit(24 << 20))
			for b.Loop() {
				before, started := cpu(b), time.Now()
				r := do(b, ledger.Options{Log: Name, Level: level, Vkey: head.Vkey})
				if len(r.Findings) > 0 || r.Coverage.NewRead != head.Size {
					b.Fatalf("%+v", r)
				}
				b.ReportMetric(float64(head.Size)/time.Since(started).Seconds(), "entries/s")
				b.ReportMetric(float64((cpu(b)-before).Microseconds())/float64(head.Size), "cpu-µs/entry")
				b.ReportMetric(peak(b), "peak-MiB")
			}
		})
	}
	for _, level := range []ledger.Level{ledger.Full, ledger.Deep} {
		run("store/"+string(level), level, func(b *testing.B, o ledger.Options) ledger.Report {
			src := l.Ledger().Source()
			if level == ledger.Deep {
				o.Domain = NewCheck(l.Log, src, ledger.Range{To: head.Size})
			}
			r, err := ledger.Verify(context.Background(), src, o)
			must(b, err)
			return r
		})
	}
	open := func(b *testing.B) *bundle.Bundle {
		bag, err := bundle.Open(bag)
		must(b, err)
		return bag
	}
	for _, level := range []ledger.Level{ledger.Full, ledger.Deep} {
		run("bundle/"+string(level), level, func(b *testing.B, o ledger.Options) ledger.Report {
			bag := open(b)
			defer bag.Close()
			if level == ledger.Deep {
				o.Domain = BundleCheck(bag, head.Size)
			}
			r, err := ledger.Verify(context.Background(), bag, o)
			must(b, err)
			return r
		})
	}
	run("bundle/records", "", func(b *testing.B, _ ledger.Options) ledger.Report {
		bag := open(b)
		defer bag.Close()
		found, err := CheckRecords(context.Background(), bag, head.Size)
		must(b, err)
		return ledger.Report{Findings: found, Coverage: ledger.Coverage{NewRead: head.Size}}
	})
}

// imported makes a log of people in dir, and a bundle of it.
func imported(b *testing.B, dir string, people int) {
	must(b, os.MkdirAll(dir, 0o700))
	l := openBed(b, dir, store.Create).texts(b)
	input := filepath.Join(b.TempDir(), "events.ndjson")
	writeEvents(b, input, people)
	f := got(os.Open(input))(b)
	defer f.Close()
	tally, err := l.Import(context.Background(), event.Read(f), func(_ event.Row, p *event.Problem) error { return p }, nil)
	must(b, err)
	if tally.Recorded != int64(3*people) {
		b.Fatalf("%+v", tally)
	}
	_, err = l.Export(context.Background(), filepath.Join(dir, "bag"), ExportOptions{PersonalData: true, Product: "iskurctl"})
	must(b, err)
	l.close()
}
