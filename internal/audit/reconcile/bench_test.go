package reconcile

import (
	"bytes"
	"fmt"
	"io"
	"iter"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"
)

// synthetic gives n queries, five a second; theirs comes later by some milliseconds and lacks every 1000th row.
func synthetic(n int, theirs bool) iter.Seq[Row] {
	return func(yield func(Row) bool) {
		r := row(0, 0, "", byNumber, "KIMLIK_NO", "", "SIRA", "")
		for i := range n {
			if theirs && i%1000 == 500 {
				continue
			}
			r.Ref, r.User = int64(i), "user"+strconv.Itoa(i%7)
			r.Time = at(int64(i) * 200)
			r.Params[0].Value, r.Params[1].Value = number(i), strconv.Itoa(i/3)
			if theirs {
				r.Time = r.Time.Add(time.Duration(i%90) * time.Millisecond)
			}
			if !yield(r) {
				return
			}
		}
	}
}

// compareSynthetic compares two logs of n rows; theirs is read from the given text, or added as it is.
func compareSynthetic(t testing.TB, n int, in io.Reader, format Format) Summary {
	t.Helper()
	e, err := New(t.TempDir(), testKey, window)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = e.Close() }()
	if in == nil {
		for r := range synthetic(n, true) {
			if err := e.AddTheirs(r); err != nil {
				t.Fatal(err)
			}
		}
	} else {
		for r, err := range ReadTheirs(in, format) {
			if err == nil {
				err = e.AddTheirs(r)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	for r := range synthetic(n, false) {
		if err := e.AddOurs(r); err != nil {
			t.Fatal(err)
		}
	}
	for _, err := range e.Compare(contextOf()) {
		if err != nil {
			t.Fatal(err)
		}
	}
	return e.Summary()
}

// stream writes theirs while it is read.
func stream(n int, format Format) io.Reader {
	in, out := io.Pipe()
	go func() {
		var b bytes.Buffer
		if format == CSV {
			b.WriteString("time,user,method,params\n")
		}
		for r := range synthetic(n, true) {
			params := fmt.Sprintf(`{"KIMLIK_NO":%q,"SIRA":%q}`, r.Params[0].Value, r.Params[1].Value)
			if format == CSV {
				fmt.Fprintf(&b, "%s,%s,%s,\"%s\"\n", r.Time.Format(timeLayout), r.User, r.Method, strings.ReplaceAll(params, `"`, `""`))
			} else {
				fmt.Fprintf(&b, `{"time":"%s","user":"%s","method":"%s","params":%s}`+"\n", r.Time.Format(timeLayout), r.User, r.Method, params)
			}
			if b.Len() > 60000 {
				_, _ = out.Write(b.Bytes())
				b.Reset()
			}
		}
		_, _ = out.Write(b.Bytes())
		_ = out.Close()
	}()
	return in
}

// status gives a line of /proc/self/status in KiB.
func status(t testing.TB, name string) int64 {
	t.Helper()
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		if v, ok := strings.CutPrefix(line, name+":"); ok {
			n, err := strconv.ParseInt(strings.Fields(v)[0], 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
	}
	t.Fatalf("no %s", name)
	return 0
}

// peak starts to measure the resident memory; what it gives back tells the peak since, in MiB.
func peak(t testing.TB) func() int64 {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("the peak of the resident memory is read from /proc, which this system does not have")
	}
	debug.FreeOSMemory()
	if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0); err != nil {
		t.Skip("the peak of the resident memory cannot be reset: " + err.Error())
	}
	return func() int64 { return status(t, "VmHWM") >> 10 }
}

const memoryMiB = 64

// memoryRows is how many rows a side the tests of memory compare; fewer with -short, where they are tests of the result.
func memoryRows() int {
	if testing.Short() {
		return 10_000
	}
	return 200_000
}

func TestMemoryDoesNotGrowWithTheLogs(t *testing.T) {
	n := memoryRows()
	for name, in := range map[string]func() (io.Reader, Format){
		"rows":   func() (io.Reader, Format) { return nil, "" },
		"csv":    func() (io.Reader, Format) { return stream(n, CSV), CSV },
		"ndjson": func() (io.Reader, Format) { return stream(n, NDJSON), NDJSON },
	} {
		measured := peak(t)
		r, f := in()
		s := compareSynthetic(t, n, r, f)
		if s.Matched != int64(n-n/1000) || s.OnlyOurs != int64(n/1000) || s.OnlyTheirs != 0 {
			t.Errorf("%s: %+v", name, s)
		}
		if mb := measured(); mb > memoryMiB && !raceEnabled {
			t.Errorf("%s: %d MiB resident, want at most %d", name, mb, memoryMiB)
		} else {
			t.Logf("%s: %d MiB", name, mb)
		}
	}
}

// The worst logs for memory: nothing agrees, or everything is one and the same query.
func TestMemoryDoesNotGrowWithTheDifferencesEither(t *testing.T) {
	n := memoryRows()
	for _, c := range []struct {
		name string
		b    func(Row) Row
		same bool
		want func(Summary) bool
	}{
		{"only on one side", func(r Row) Row { r.Method = byRange; return r }, false,
			func(s Summary) bool { return s.OnlyOurs == int64(n) && s.OnlyTheirs == int64(n) }},
		{"three hours off", func(r Row) Row { r.Time = r.Time.Add(3 * time.Hour); return r }, false,
			func(s Summary) bool { return s.TimeDiff == int64(n) }},
		{"other users", func(r Row) Row { r.User = "x"; return r }, false,
			func(s Summary) bool { return s.UserDiff == int64(n) }},
		{"one query without a user", func(r Row) Row { r.User = ""; return r }, true,
			func(s Summary) bool { return s.Matched == int64(n) }},
	} {
		measured := peak(t)
		e, err := New(t.TempDir(), testKey, window)
		if err != nil {
			t.Fatal(err)
		}
		for r := range synthetic(n, false) {
			if c.same {
				r = Row{Ref: r.Ref, Time: at(r.Ref), User: "a", Method: byNumber}
			}
			if err := e.AddOurs(r); err != nil {
				t.Fatal(err)
			}
			if err := e.AddTheirs(c.b(r)); err != nil {
				t.Fatal(err)
			}
		}
		for _, err := range e.Compare(contextOf()) {
			if err != nil {
				t.Fatal(err)
			}
		}
		if s := e.Summary(); !c.want(s) {
			t.Errorf("%s: %+v", c.name, s)
		}
		if err := e.Close(); err != nil {
			t.Error(err)
		}
		if mb := measured(); mb > memoryMiB && !raceEnabled {
			t.Errorf("%s: %d MiB resident, want at most %d", c.name, mb, memoryMiB)
		} else {
			t.Logf("%s: %d MiB", c.name, mb)
		}
	}
}

func BenchmarkCompareMillion(b *testing.B) {
	const n = 1_000_000
	for _, f := range []Format{"", CSV, NDJSON} {
		b.Run("theirs="+string(f), func(b *testing.B) {
			for b.Loop() {
				measured := peak(b)
				var in io.Reader
				if f != "" {
					in = stream(n, f)
				}
				if s := compareSynthetic(b, n, in, f); s.OnlyOurs != n/1000 {
					b.Fatalf("%+v", s)
				}
				b.ReportMetric(float64(measured()), "MiB-resident")
			}
			b.ReportMetric(2*n*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

func BenchmarkTags(b *testing.B) {
	t, err := newTagger(testKey)
	if err != nil {
		b.Fatal(err)
	}
	r := row(1, 0, "user", byNumber, "KIMLIK_NO", number(1))
	for b.Loop() {
		t.row(r)
	}
}
