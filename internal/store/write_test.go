package store

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"iskurctl/internal/fault"
)

// hold occupies the worker with a transaction until free is called, so that what is written meanwhile waits together.
func hold(t *testing.T, s *Store) (free func()) {
	t.Helper()
	inside, leave, done := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		done <- s.Write(context.WithoutCancel(t.Context()), func(*sql.Tx) error {
			close(inside)
			<-leave
			return nil
		})
	}()
	<-inside
	return func() {
		t.Helper()
		close(leave)
		must(t, <-done)
	}
}

// queued waits until n callers stand in the queue.
func queued(s *Store, n int) {
	for {
		s.mu.Lock()
		l := len(s.queue)
		s.mu.Unlock()
		if l == n {
			return
		}
		runtime.Gosched()
	}
}

// flocked holds the file lock as another process would; free gives it back.
func flocked(t *testing.T, s *Store) (free func()) {
	t.Helper()
	other := &fileLock{path: s.path + ".lock"}
	must(t, other.acquire(time.Second, nil))
	return other.close
}

func TestCallersThatComeTogetherShareOneTransaction(t *testing.T) {
	s := fresh(t)
	free := hold(t, s)
	var mu sync.Mutex
	transactions := map[*sql.Tx]int{}
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			err := s.Write(t.Context(), func(tx *sql.Tx) error {
				mu.Lock()
				transactions[tx]++
				mu.Unlock()
				return note(strconv.Itoa(i))(tx)
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	queued(s, 50)
	free()
	wg.Wait()
	if len(transactions) != 1 || count(t, s) != 50 {
		t.Fatalf("%d transactions for %d rows", len(transactions), count(t, s))
	}
}

func TestAFailingWriteTakesNobodyWithIt(t *testing.T) {
	s := fresh(t)
	free := hold(t, s)
	bad := errors.New("no")
	errs := make([]error, 20)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() {
			errs[i] = s.Write(t.Context(), func(tx *sql.Tx) error {
				if err := note(strconv.Itoa(i))(tx); err != nil {
					return err
				}
				switch i {
				case 3:
					return bad
				case 7: // the text stands there already, by its own hand
					return note(strconv.Itoa(i))(tx)
				}
				return nil
			})
		})
	}
	queued(s, len(errs))
	free()
	wg.Wait()
	for i, err := range errs {
		switch i {
		case 3:
			if !errors.Is(err, bad) {
				t.Errorf("got %v", err)
			}
		case 7:
			wantFault(t, err, fault.Internal, "store_constraint")
		default:
			if err != nil {
				t.Errorf("%d: %v", i, err)
			}
		}
	}
	if n := count(t, s); n != len(errs)-2 {
		t.Fatalf("%d rows, want %d", n, len(errs)-2)
	}
}

func TestAPanicOrAnEndedGoroutineDoesNotWedgeTheStore(t *testing.T) {
	s := fresh(t)
	free := hold(t, s)
	var wg sync.WaitGroup
	var raised any
	wg.Go(func() {
		defer func() { raised = recover() }()
		_ = s.Write(t.Context(), func(*sql.Tx) error { panic("boom") })
	})
	for i := range 5 {
		wg.Go(func() {
			if err := s.Write(t.Context(), note(strconv.Itoa(i))); err != nil {
				t.Error(err)
			}
		})
	}
	queued(s, 6)
	free()
	wg.Wait()
	if raised != "boom" || count(t, s) != 5 {
		t.Fatalf("raised %v, %d rows", raised, count(t, s))
	}
	err := s.Write(t.Context(), func(tx *sql.Tx) error {
		_ = note("lost")(tx)
		runtime.Goexit()
		return nil
	})
	wantFault(t, err, fault.Internal, "store_aborted")
	must(t, s.Write(t.Context(), note("after")))
	if n := count(t, s); n != 6 {
		t.Fatalf("%d rows, want 6", n)
	}
}

func TestAWaitEndsWithItsContextAndTheWriteNeverRuns(t *testing.T) {
	s := fresh(t)
	free := flocked(t, s)
	ctx, cancel := context.WithCancel(t.Context())
	got := make(chan error, 1)
	go func() { got <- s.Write(ctx, note("never")) }()
	queued(s, 1)
	cancel()
	if err := <-got; !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	free()
	must(t, s.Write(t.Context(), note("later")))
	if err := s.Write(ctx, note("never")); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	if n := count(t, s); n != 1 {
		t.Fatalf("%d rows, want 1", n)
	}
}

func TestAWriteThatRunsIsNotGivenUp(t *testing.T) {
	s := fresh(t)
	ctx, cancel := context.WithCancel(t.Context())
	must(t, s.Write(ctx, func(tx *sql.Tx) error {
		cancel()
		return note("kept")(tx)
	}))
	if n := count(t, s); n != 1 {
		t.Fatalf("%d rows, want 1", n)
	}
}

func TestAStoreHeldByAnotherProcessIsGivenUpAfterTheLockTimeout(t *testing.T) {
	path := closedStore(t)
	o := options(path)
	o.LockTimeout = 30 * time.Millisecond
	s, err := Open(t.Context(), o)
	must(t, err)
	defer func() { must(t, s.Close()) }()
	free := flocked(t, s)
	err = s.Write(t.Context(), note("x"))
	wantFault(t, err, fault.Store, "store_locked")
	if f := fault.From(err); !strings.Contains(f.Message.TR, "30ms") || !strings.Contains(f.Message.EN, "30ms") {
		t.Errorf("it does not say how long it waited: %v", f.Message)
	}
	free()
	must(t, s.Write(t.Context(), note("x")))

	// Somebody who does not know the file lock, such as another SQLite program.
	other, err := connect(source{path: path, timeout: time.Second}, 1)
	must(t, err)
	defer func() { _ = other.Close() }()
	tx, err := other.Begin()
	must(t, err)
	wantFault(t, s.Write(t.Context(), note("y")), fault.Store, "store_locked")
	must(t, tx.Rollback())
	must(t, s.Write(t.Context(), note("y")))
}

func TestFilesThatChangeUnderneathEndTheStore(t *testing.T) {
	replace := func(t *testing.T, path string) {
		raw, err := os.ReadFile(path)
		must(t, err)
		must(t, os.Rename(path, path+".old"))
		must(t, os.WriteFile(path, raw, 0o600))
	}
	cases := []struct {
		name  string
		spoil func(t *testing.T, path string)
		class fault.Class
		code  string
	}{
		{"deleted", func(t *testing.T, p string) { must(t, os.Remove(p)) }, fault.Store, "store_missing"},
		{"-wal deleted", func(t *testing.T, p string) { must(t, os.Remove(p+"-wal")) }, fault.Store, "store_missing"},
		{"-shm deleted", func(t *testing.T, p string) { must(t, os.Remove(p+"-shm")) }, fault.Store, "store_missing"},
		{"replaced", replace, fault.Integrity, "store_replaced"},
		{"-wal replaced", func(t *testing.T, p string) { replace(t, p+"-wal") }, fault.Integrity, "store_replaced"},
		{"now a link", func(t *testing.T, p string) {
			must(t, os.Rename(p, p+".old"))
			must(t, os.Symlink(p+".old", p))
		}, fault.Integrity, "store_replaced"},
	}
	for _, when := range []string{"before a commit", "during a commit"} {
		for _, c := range cases {
			t.Run(c.name+" "+when, func(t *testing.T) {
				s := fresh(t)
				must(t, s.Write(t.Context(), note("before")))
				ran := false
				if when == "before a commit" {
					c.spoil(t, s.path)
				}
				err := s.Write(t.Context(), func(tx *sql.Tx) error {
					ran = true
					if when == "during a commit" {
						c.spoil(t, s.path)
					}
					return note("x")(tx)
				})
				wantFault(t, err, c.class, c.code)
				if ran != (when == "during a commit") {
					t.Errorf("ran: %t", ran)
				}
				wantFault(t, s.Write(t.Context(), note("y")), c.class, c.code)
				wantFault(t, s.Explain(s.Read().Ping()), c.class, c.code)
				wantFault(t, s.Close(), c.class, c.code)
			})
		}
	}
}

func TestAModeThatBecameLooseStopsWritesUntilItIsMended(t *testing.T) {
	s := fresh(t)
	must(t, os.Chmod(s.path, 0o644))
	wantFault(t, s.Write(t.Context(), note("x")), fault.Store, "store_mode")
	must(t, os.Chmod(s.path, 0o600))
	must(t, os.Link(s.path, s.path+".2"))
	wantFault(t, s.Write(t.Context(), note("x")), fault.Store, "store_links")
	must(t, os.Remove(s.path+".2"))
	must(t, s.Write(t.Context(), note("x")))
}

func TestADeletedLockFileDoesNoHarm(t *testing.T) {
	s := fresh(t)
	must(t, s.Write(t.Context(), note("1")))
	must(t, os.Remove(s.path+".lock"))
	must(t, s.Write(t.Context(), note("2")))
}
