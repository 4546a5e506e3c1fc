package scan

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"iskurctl/internal/i18n"
	"iskurctl/internal/tckn"
	"iskurctl/internal/tckn/find"
)

func noEnv(string) (string, bool) { return "", false }

// forest makes a tree of files whose names sort in ways that matter, some of them with many findings.
func forest(t *testing.T) (dir string, files int) {
	t.Helper()
	dir = t.TempDir()
	r := rand.New(rand.NewPCG(3, 4))
	for _, sub := range []string{"a", "a-b", "a/b", "a.d", "ab", "ş", "a/b/c"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o700); err != nil {
			t.Fatal(err)
		}
		for i := range 30 {
			n := r.IntN(4)
			if i == 7 {
				n = 3 * batchSize
			}
			text := strings.Repeat(strings.Repeat("word ", r.IntN(50))+tckn.Complete(100_000_000+i)+"\n", n)
			if err := os.WriteFile(filepath.Join(dir, sub, fmt.Sprintf("f-%d", i)), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			files++
		}
	}
	return dir, files
}

func scanned(ctx context.Context, o Options, args ...string) (list []Finding, told []string, err error) {
	o.Env = noEnv
	err = Files(ctx, o, args, Report{
		Finding:    func(f Finding) error { list = append(list, f); return nil },
		Unreadable: func(path string, cause i18n.Text) { told = append(told, path+": "+cause.EN) },
		Binary:     func(path string) { told = append(told, path+": binary") },
		Warn:       func(w i18n.Text) { told = append(told, w.EN) },
	})
	return list, told, err
}

func TestFindingsComeInTheOrderOfPathsHoweverManyWork(t *testing.T) {
	dir, _ := forest(t)
	one, told, err := scanned(t.Context(), Options{Min: find.Medium, Workers: 1}, dir)
	if err != nil || len(told) > 0 || len(one) < 7*3*batchSize {
		t.Fatalf("%d findings, %q, %v", len(one), told, err)
	}
	if !slices.IsSortedFunc(one, func(a, b Finding) int {
		if c := strings.Compare(a.Path, b.Path); c != 0 {
			return c
		}
		return int(a.Line - b.Line)
	}) {
		t.Error("the findings are not in order")
	}
	many, _, err := scanned(t.Context(), Options{Min: find.Medium, Workers: 5}, dir)
	if err != nil || !slices.Equal(one, many) {
		t.Errorf("five workers find %d, one %d (%v)", len(many), len(one), err)
	}
}

func TestAScanEndsWhenItsReaderHasSeenEnough(t *testing.T) {
	dir, _ := forest(t)
	enough := errors.New("enough")
	for stop := 1; stop < 5*batchSize; stop *= 3 {
		n := 0
		err := Files(t.Context(), Options{Min: find.Medium, Workers: 3, Env: noEnv}, []string{dir}, Report{Finding: func(Finding) error {
			if n++; n == stop {
				return enough
			}
			return nil
		}})
		if !errors.Is(err, enough) || n != stop {
			t.Errorf("after %d of %d findings: %v", n, stop, err)
		}
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(enough)
	if _, _, err := scanned(ctx, Options{Workers: 2}, dir); !errors.Is(err, enough) {
		t.Errorf("a context that has ended: %v", err)
	}
}

func TestWhatIsNeitherAFileNorAFolderIsPassedOver(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600); err != nil { // opening it would wait for ever
		t.Fatal(err)
	}
	if err := os.Symlink("nowhere", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	if list, told, err := scanned(t.Context(), Options{Workers: 2}, dir); err != nil || len(list)+len(told) > 0 {
		t.Errorf("%v, %q, %v", list, told, err)
	}
	if _, told, err := scanned(t.Context(), Options{Workers: 2}, filepath.Join(dir, "link")); err != nil || len(told) != 1 {
		t.Errorf("a named link to nowhere: %q, %v", told, err)
	}
}

func TestAFileThatGetsShorterIsToldAndOneThatGrowsEndsWhereItEnded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	if err := os.WriteFile(path, []byte(strings.Repeat("x", 5000)), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := open(file{path: path, root: &root{}})
	if err != nil {
		t.Fatal(err)
	}
	defer r.close()
	if err := os.Truncate(path, 3000); err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(r); len(b) != 3000 || !errors.Is(err, errShorter) {
		t.Errorf("%d bytes, %v", len(b), err)
	}
	grown, err := open(file{path: path, root: &root{}})
	if err != nil {
		t.Fatal(err)
	}
	defer grown.close()
	if err := os.Truncate(path, 4000); err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(grown); len(b) != 3000 || err != nil {
		t.Errorf("%d bytes, %v", len(b), err)
	}
}

func TestABugInAWorkerEndsTheScanWithoutAWordOfTheText(t *testing.T) {
	err := guarded(func() error { panic("10000000146") })
	if err == nil || strings.Contains(err.Error(), "10000000146") {
		t.Errorf("%v", err)
	}
}
