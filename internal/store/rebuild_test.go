package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"iskurctl/internal/fault"
)

// careless deletes notes as SQLite does without secure_delete: their bytes stay in the pages.
func careless(t *testing.T, s *Store, pattern string) {
	t.Helper()
	db, err := sql.Open("sqlite", "file://"+s.path+"?_pragma=secure_delete(0)")
	must(t, err)
	defer func() { _ = db.Close() }()
	_, err = db.Exec("DELETE FROM note WHERE text LIKE $1", pattern)
	must(t, err)
}

func TestARebuiltStoreHoldsNothingThatWasLeftBehind(t *testing.T) {
	for name, folder := range map[string]string{"ordinary": "a", "with a quotation mark": "it's here"} {
		t.Run(name, func(t *testing.T) {
			s := createAt(t, filepath.Join(t.TempDir(), folder, "iskurctl.db"))
			secret := "kanarya-" + strings.Repeat("4711", 20)
			for i := range 50 {
				must(t, s.Write(t.Context(), note(strings.Repeat("a", 100+i))))
				must(t, s.Write(t.Context(), note(secret+strings.Repeat("b", i))))
			}
			careless(t, s, "kanarya%")
			must(t, s.Truncate(t.Context()))
			if !holds(t, s, secret) {
				t.Fatal("the bytes were gone before: this test proves nothing")
			}
			must(t, s.Write(t.Context(), note("before")))
			must(t, s.Rebuild(t.Context()))
			must(t, s.Truncate(t.Context()))
			if holds(t, s, secret) {
				t.Error("the bytes are still there")
			}
			if n := count(t, s); n != 51 {
				t.Errorf("%d rows, want 51", n)
			}
			must(t, s.Write(t.Context(), note("after")))
			altered, err := s.Altered(t.Context())
			if must(t, err); len(altered) > 0 {
				t.Errorf("the schema is another: %v", altered)
			}
			names, err := os.ReadDir(filepath.Dir(s.path))
			must(t, err)
			for _, f := range names {
				if !slices.Contains([]string{"", "-wal", "-shm", ".lock"}, strings.TrimPrefix(f.Name(), "iskurctl.db")) {
					t.Errorf("%s was left behind", f.Name())
				}
			}
			must(t, s.Close())
			o, err := Open(t.Context(), options(s.path))
			must(t, err)
			must(t, o.Close())
		})
	}
}

func TestAStoreThatIsNotRebuiltStaysAsItWas(t *testing.T) {
	o := options(closedStore(t))
	o.LockTimeout = 100 * time.Millisecond
	s, err := Open(t.Context(), o)
	must(t, err)
	defer func() { _ = s.Close() }()
	before := count(t, s)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Rebuild(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	lock := &fileLock{path: s.path + ".lock"}
	must(t, lock.acquire(time.Second, nil))
	wantFault(t, s.Rebuild(t.Context()), fault.Store, "store_locked")
	lock.close()
	must(t, s.Rebuild(t.Context()))
	if n := count(t, s); n != before {
		t.Errorf("%d rows, want %d", n, before)
	}
	must(t, s.Close())
	wantFault(t, s.Rebuild(t.Context()), fault.Internal, "store_closed")
	wantFault(t, s.Raw(nil), fault.Internal, "store_closed")
}

func TestAReaderMayGoOnWhileTheStoreIsRebuilt(t *testing.T) {
	s := fresh(t)
	must(t, s.Write(t.Context(), note("one")))
	tx, err := s.Read().BeginTx(t.Context(), nil)
	must(t, err)
	var n int
	must(t, tx.QueryRow("SELECT COUNT(*) FROM note").Scan(&n))
	must(t, s.Rebuild(t.Context()))
	must(t, s.Write(t.Context(), note("two")))
	must(t, tx.QueryRow("SELECT COUNT(*) FROM note").Scan(&n))
	if n != 1 {
		t.Errorf("the reader sees %d rows", n)
	}
	must(t, tx.Rollback())
	must(t, s.Truncate(t.Context()))
	if n := count(t, s); n != 2 {
		t.Errorf("%d rows", n)
	}
}

func TestRawGivesTheFilesAsTheyAreOnTheDisk(t *testing.T) {
	s := fresh(t)
	must(t, s.Write(t.Context(), note("kanarya")))
	for range 2 {
		var paths []string
		found := false
		must(t, s.Raw(func(path string, r io.Reader) error {
			paths = append(paths, path)
			b, err := io.ReadAll(r)
			found = found || bytes.Contains(b, []byte("kanarya"))
			return err
		}))
		if !slices.Equal(paths, []string{s.path, s.path + "-wal"}) || !found {
			t.Errorf("%v, %v", paths, found)
		}
	}
	if err := s.Raw(func(string, io.Reader) error { return io.ErrNoProgress }); !errors.Is(err, io.ErrNoProgress) {
		t.Errorf("%v", err)
	}
	must(t, s.Write(t.Context(), note("still works")))
	must(t, os.Rename(s.path, s.path+".old"))
	must(t, os.WriteFile(s.path, nil, 0o600))
	wantFault(t, s.Raw(func(string, io.Reader) error { return nil }), fault.Integrity, "store_replaced")
}
