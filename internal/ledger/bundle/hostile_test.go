package bundle

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"iskurctl/internal/ledger"
)

// grown checks the files and gives by how much the heap grew at most meanwhile.
func grown(t *testing.T, b *Bundle) ([]ledger.Finding, int64) {
	t.Helper()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	before := int64(m.HeapAlloc)
	var most atomic.Int64
	look := func() {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		most.Store(max(most.Load(), int64(m.HeapAlloc)-before))
	}
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				look()
			case <-stop:
				return
			}
		}
	}()
	list, err := b.CheckFiles(t.Context(), 2)
	close(stop)
	<-done
	look()
	if err != nil {
		t.Fatal(err)
	}
	return list, most.Load()
}

func TestAHostileManifestTakesLittleMemory(t *testing.T) {
	megabytes, files, times := 100, 2_000_000, 200_000
	if testing.Short() { // the same refusals, of less
		megabytes, files, times = 4, 40_000, 5_000
	}
	fill := func(t *testing.T, dir string, write func(w *bufio.Writer)) {
		f, err := os.Create(filepath.Join(dir, manifest))
		if err != nil {
			t.Fatal(err)
		}
		w := bufio.NewWriterSize(f, 1<<20)
		write(w)
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	digest := strings.Repeat("a", 64)
	for _, c := range []struct {
		name, says string
		write      func(w *bufio.Writer)
	}{
		{"nothing but line ends", "1000 lines that are not valid", func(w *bufio.Writer) {
			block := strings.Repeat("\n", 1<<20)
			for range megabytes {
				_, _ = w.WriteString(block)
			}
		}},
		{"too many files", "lists more files than a log of this size can have", func(w *bufio.Writer) {
			for i := range files {
				fmt.Fprintf(w, "%s  data/tile/entries/x%03d/x%03d/%03d\n", digest, i/1_000_000, i/1000%1000, i%1000)
			}
		}},
		{"one file again and again", "1000 lines that are not valid", func(w *bufio.Writer) {
			for range times {
				fmt.Fprintf(w, "%s  data/checkpoint\n", digest)
			}
		}},
		{"an endless line", "line 1 of", func(w *bufio.Writer) {
			block := strings.Repeat("a", 1<<20)
			for range megabytes {
				_, _ = w.WriteString(block)
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir, _ := written(t, newFake(t, 3), nil)
			fill(t, dir, c.write)
			list, heap := grown(t, opened(t, dir))
			if heap > 64<<20 {
				t.Errorf("the heap grew by %d MiB", heap>>20)
			}
			if len(list) == 0 || len(list) > maxFindings+1 {
				t.Errorf("%d findings", len(list))
			}
			said := false
			for _, f := range list {
				said = said || f.Code == ledger.BagMalformed && strings.Contains(f.Detail.EN, c.says)
			}
			last := list[len(list)-1]
			if counted := strings.Contains(last.Detail.EN, "more findings"); !said && !counted || len(list) > maxFindings != counted {
				t.Errorf("%d findings, the last one %s %s", len(list), last.Code, last.Detail.EN)
			}
		})
	}
}

func TestOfManyFindingsTheRestIsCounted(t *testing.T) {
	dir, _ := written(t, newFake(t, 3), nil)
	for i := range 1500 {
		mustWrite(t, dir, fmt.Sprintf("extra/%04d", i), "")
	}
	list, err := opened(t, dir).CheckFiles(t.Context(), 2)
	if err != nil || len(list) != maxFindings+1 {
		t.Fatalf("%d findings, %v", len(list), err)
	}
	if last := list[maxFindings]; last.Code != ledger.FileExtra || !strings.Contains(last.Detail.EN, "500 more") {
		t.Errorf("%+v", last)
	}
}

func TestAWalkThroughMoreFilesThanTheLogCanHaveEnds(t *testing.T) {
	dir, _ := written(t, newFake(t, 3), nil)
	mustWrite(t, dir, "extra/x", "")
	for i := range 2*fileLimit(3) + 1 {
		if err := os.Mkdir(filepath.Join(dir, "extra", fmt.Sprintf("%05d", i)), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	list, err := opened(t, dir).CheckFiles(t.Context(), 2)
	if err != nil || len(list) == 0 {
		t.Fatal(list, err)
	}
	for _, f := range list {
		if f.Code == ledger.BagMalformed && strings.Contains(f.Detail.EN, "not all were looked at") {
			return
		}
	}
	t.Errorf("%+v", list)
}

func TestEveryFileOfALogIsWithinTheLimit(t *testing.T) {
	for _, size := range []int64{0, 1, 255, 256, 257, 65536, 65537, 1 << 24, 1<<24 + 1, 1_000_000_000} {
		var files int64 = 6
		for level := 0; size>>(8*level) > 0; level++ {
			n := (size>>(8*level) + 255) / 256
			if files += n; level == 0 {
				files += n
			}
		}
		if limit := fileLimit(size); limit < files+10_000 || limit > files+10_016 {
			t.Errorf("size %d: %d files, limit %d", size, files, limit)
		}
	}
	for _, size := range []int64{-1, ledger.MaxInt} {
		if fileLimit(size) != maxFiles {
			t.Errorf("size %d: %d", size, fileLimit(size))
		}
	}
}
