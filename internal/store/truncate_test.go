package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"iskurctl/internal/fault"
)

// holds reports whether the bytes stand in the database file or its -wal.
func holds(t *testing.T, s *Store, what string) bool {
	t.Helper()
	for _, suffix := range []string{"", "-wal"} {
		b, err := os.ReadFile(s.path + suffix)
		must(t, err)
		if bytes.Contains(b, []byte(what)) {
			return true
		}
	}
	return false
}

func TestWhatWasDeletedStandsInNoFileAfterTruncate(t *testing.T) {
	s := fresh(t)
	secret := "kanarya-" + strings.Repeat("4711", 20)
	must(t, s.Write(t.Context(), note(secret)))
	must(t, s.Write(t.Context(), note("kept")))
	must(t, s.Write(t.Context(), func(tx *sql.Tx) error {
		_, err := tx.Exec("DELETE FROM note WHERE text = $1", secret)
		return err
	}))
	if !holds(t, s, secret) {
		t.Fatal("the bytes were gone before: this test proves nothing")
	}
	must(t, s.Truncate(t.Context()))
	if holds(t, s, secret) {
		t.Fatal("the deleted bytes are still there")
	}
	if info, err := os.Stat(s.path + "-wal"); err != nil || info.Size() != 0 {
		t.Fatalf("-wal: %v, %v", info.Size(), err)
	}
	must(t, s.Write(t.Context(), note("after")))
	if n := count(t, s); n != 2 {
		t.Fatalf("%d rows, want 2", n)
	}
}

func TestTruncateGivesUpOnAReaderThatStaysAndSucceedsOnceItLeft(t *testing.T) {
	o := options(closedStore(t))
	o.LockTimeout = 150 * time.Millisecond
	s, err := Open(t.Context(), o)
	must(t, err)
	t.Cleanup(func() { _ = s.Close() })
	must(t, s.Write(t.Context(), note("x")))
	reader, err := s.Read().BeginTx(t.Context(), nil)
	must(t, err)
	var n int
	must(t, reader.QueryRow("SELECT COUNT(*) FROM note").Scan(&n))
	must(t, s.Write(t.Context(), note("newer than the reader")))

	wantFault(t, s.Truncate(t.Context()), fault.Store, "store_locked")
	must(t, s.Write(t.Context(), note("a refused truncate leaves the store usable")))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Truncate(ctx); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	must(t, reader.Rollback())
	must(t, s.Truncate(t.Context()))
	if info, err := os.Stat(s.path + "-wal"); err != nil || info.Size() != 0 {
		t.Fatalf("-wal: %v, %v", info.Size(), err)
	}
}

func TestTruncateEndsWithItsContext(t *testing.T) {
	s := fresh(t)
	must(t, s.Write(t.Context(), note("x")))
	reader, err := s.Read().BeginTx(t.Context(), nil)
	must(t, err)
	defer func() { _ = reader.Rollback() }()
	var n int
	must(t, reader.QueryRow("SELECT COUNT(*) FROM note").Scan(&n))
	must(t, s.Write(t.Context(), note("y")))
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := s.Truncate(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("got %v", err)
	}
}

func TestTruncateAndWritersDoNotHinderEachOther(t *testing.T) {
	s := fresh(t)
	const writers, each = 4, 20
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			for i := range each {
				if err := s.Write(t.Context(), note(strconv.Itoa(w)+"-"+strconv.Itoa(i))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range 2 {
		all.Go(func() {
			for range 10 {
				if err := s.Truncate(t.Context()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if n := count(t, s); n != writers*each {
		t.Fatalf("%d rows, want %d", n, writers*each)
	}
}

func TestTruncateRefusesAReplacedOrClosedStore(t *testing.T) {
	s := fresh(t)
	must(t, s.Write(t.Context(), note("x")))
	must(t, os.Rename(s.path, s.path+".2"))
	must(t, os.WriteFile(s.path, nil, 0o600))
	wantFault(t, s.Truncate(t.Context()), fault.Integrity, "store_replaced")
	wantFault(t, s.Write(t.Context(), note("y")), fault.Integrity, "store_replaced")

	s = fresh(t)
	must(t, s.Close())
	wantFault(t, s.Truncate(t.Context()), fault.Internal, "store_closed")
}
