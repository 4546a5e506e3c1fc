package store

import (
	"database/sql"
	"errors"
	"testing"
)

// numbered runs fn in a transaction and gives its number.
func numbered(t *testing.T, s *Store, fn func(*sql.Tx) error) (n int64, err error) {
	t.Helper()
	err = s.Write(t.Context(), func(tx *sql.Tx) error {
		n = s.Number()
		return fn(tx)
	})
	return n, err
}

func TestOnlyAnUndisturbedTransactionBearsTheNextNumber(t *testing.T) {
	s := fresh(t)
	write := func(s *Store) int64 {
		n, err := numbered(t, s, note(rows(0)))
		must(t, err)
		return n
	}
	last := write(s)
	follows := func(what string, want bool) {
		t.Helper()
		n := write(s)
		if (n == last+1) != want || n <= last {
			t.Errorf("%s: number %d after %d", what, n, last)
		}
		last = n
	}
	follows("nothing between", true)
	follows("still nothing between", true)

	must(t, s.Read().QueryRow("SELECT COUNT(*) FROM sqlite_schema").Scan(new(int)))
	follows("a read between", true)

	must(t, checkpoint(t, s))
	follows("a checkpoint between", true)

	write(s)
	follows("an own transaction between", false)

	refused := errors.New("refused")
	if _, err := numbered(t, s, func(*sql.Tx) error { return refused }); err == nil {
		t.Fatal("no error")
	}
	follows("one that was rolled back between", false)

	other, err := Open(t.Context(), options(s.path))
	must(t, err)
	defer func() { must(t, other.Close()) }()
	follows("another one opened it", true)
	write(other)
	follows("another one's commit between", false)

	write(other)
	var stmt *sql.Stmt // preparing makes the connection look what others did
	must(t, s.Prepare(t.Context(), Prepared{&stmt, "SELECT COUNT(*) FROM sqlite_schema"}))
	follows("another one's commit that a preparation has seen", false)
	follows("nothing between", true)
}

// checkpoint moves the -wal into the database, which changes no content.
func checkpoint(t *testing.T, s *Store) error {
	t.Helper()
	var busy, frames, done int
	return s.writer.QueryRowContext(t.Context(), "PRAGMA wal_checkpoint(PASSIVE)").Scan(&busy, &frames, &done)
}
