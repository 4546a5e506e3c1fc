package consent

import (
	"bufio"
	"context"
	"iter"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"iskurctl/internal/consent/event"
	"iskurctl/internal/tckn"
)

// benchPeople is how many people, of three acts each, the benchmarks import, unless CONSENT_BENCH_PEOPLE says otherwise.
const benchPeople = 66_667

// BenchmarkImport measures a durable import of NDJSON into an empty log, with the memory limit of the commands. Beside the rate
// it gives the processor time of a row, user and system, and the peak of the resident memory so far.
func BenchmarkImport(b *testing.B) {
	benchmark(b, func(bed *bed, rows iter.Seq2[event.Row, error]) (Tally, error) {
		return bed.Import(context.Background(), rows, func(_ event.Row, p *event.Problem) error { return p }, nil)
	})
}

// BenchmarkRehearse measures a rehearsal of the same, on an empty log.
func BenchmarkRehearse(b *testing.B) {
	benchmark(b, func(bed *bed, rows iter.Seq2[event.Row, error]) (Tally, error) {
		return bed.Rehearse(context.Background(), rows, func(_ event.Row, p *event.Problem) error { return p })
	})
}

// BenchmarkImportReturning measures an import of one act each of people who are in the log with three.
func BenchmarkImportReturning(b *testing.B) {
	ctx, reject := context.Background(), func(_ event.Row, p *event.Problem) error { return p }
	input := filepath.Join(b.TempDir(), "events.ndjson")
	people := benchPeople / 4
	writeEvents(b, input, people)
	for b.Loop() {
		bed := newBed(b).texts(b)
		bed.Log.now = time.Now
		f := got(os.Open(input))(b)
		_, err := bed.Import(ctx, event.Read(f), reject, nil)
		must(b, err)
		_ = f.Close()
		before, started := cpu(b), time.Now()
		tally, err := bed.Import(ctx, withdrawals(people), reject, nil)
		must(b, err)
		if tally.Recorded != int64(people) {
			b.Fatalf("%+v", tally)
		}
		b.ReportMetric(float64(people)/time.Since(started).Seconds(), "events/s")
		b.ReportMetric(float64((cpu(b)-before).Microseconds())/float64(people), "cpu-µs/row")
	}
}

// withdrawals gives one of each person of writeEvents, in another order than they were recorded in.
func withdrawals(people int) iter.Seq2[event.Row, error] {
	return func(yield func(event.Row, error) bool) {
		for n := range people {
			i := (n*7919 + 13) % people
			e := eventAt(i%100, 9, event.Consent, event.Withdrawn, "riza-1")
			e.Subject.TC, e.Session, e.ID = tckn.Complete(100000000+i), sessionOf(people+i), randomLike(4*benchPeople+i)
			if !yield(event.Row{Line: int64(n + 1), Event: e}, nil) {
				return
			}
		}
	}
}

func benchmark(b *testing.B, run func(*bed, iter.Seq2[event.Row, error]) (Tally, error)) {
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(24 << 20))
	people, _ := strconv.Atoi(os.Getenv("CONSENT_BENCH_PEOPLE"))
	if people == 0 {
		people = benchPeople
	}
	input := filepath.Join(b.TempDir(), "events.ndjson")
	writeEvents(b, input, people)
	for b.Loop() {
		bed := newBed(b).texts(b)
		bed.Log.now = time.Now
		f := got(os.Open(input))(b)
		before, started := cpu(b), time.Now()
		tally, err := run(bed, event.Read(f))
		must(b, err)
		if tally.Recorded != int64(3*people) {
			b.Fatalf("%+v", tally)
		}
		b.ReportMetric(float64(tally.Recorded)/time.Since(started).Seconds(), "events/s")
		b.ReportMetric(float64((cpu(b)-before).Microseconds())/float64(tally.Recorded), "cpu-µs/row")
		b.ReportMetric(peak(b), "peak-MiB")
		_ = f.Close()
	}
}

func writeEvents(b *testing.B, path string, people int) {
	f := got(os.Create(path))(b)
	w := bufio.NewWriterSize(f, 1<<20)
	var line []byte
	for i := range people {
		number := tckn.Complete(100000000 + i)
		for j, e := range acts(i % 100) {
			e.Subject.TC, e.Session = number, sessionOf(i)
			e.ID = randomLike(3*i + j)
			line = event.AppendNDJSON(line[:0], &e)
			_, err := w.Write(line)
			must(b, err)
		}
	}
	must(b, w.Flush())
	must(b, f.Close())
}

// randomLike gives UUIDs that are as far from each other as random ones.
func randomLike(n int) string {
	var u uuid
	x := uint64(n)
	for i := range u {
		if i%8 == 0 {
			x += 0x9e3779b97f4a7c15
			z := (x ^ x>>30) * 0xbf58476d1ce4e5b9
			z = (z ^ z>>27) * 0x94d049bb133111eb
			for j := range 8 {
				u[i+j] = byte(z >> (8 * j))
			}
		}
	}
	u[6], u[8] = u[6]&0x0f|0x40, u[8]&0x3f|0x80
	return u.String()
}

// cpu is the processor time of this process.
func cpu(b *testing.B) time.Duration {
	var r syscall.Rusage
	must(b, syscall.Getrusage(syscall.RUSAGE_SELF, &r))
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// peak is the largest resident memory so far, in MiB; 0 where the system does not say.
func peak(b *testing.B) float64 {
	status, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kib, err := strconv.Atoi(strings.Fields(rest)[0])
			must(b, err)
			return float64(kib) / 1024
		}
	}
	return 0
}
