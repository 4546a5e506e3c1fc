package store

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"slices"
	"testing"

	"iskurctl/internal/fault"
)

func TestScanGivesValuesAsTheyAreStored(t *testing.T) {
	s := fresh(t)
	write(t, s, "CREATE TABLE v (n INTEGER, x TEXT, b BLOB, e INTEGER)", "INSERT INTO v VALUES (1, 'a', x'00ff', NULL), (2, 'ç', x'', 7), (3, '', NULL, -1)")
	type seen struct {
		n      int64
		x, b   string
		blob   bool
		e      int64
		filled bool
	}
	var rows []seen
	err := s.Scan(t.Context(), func(r *Row) error {
		var v seen
		v.n, _ = r.Int(0)
		x, _ := r.Text(1)
		b, ok := r.Blob(2)
		v.x, v.b, v.blob = string(x), string(b), ok && b != nil
		v.e, v.filled = r.Int(3)
		if v.filled == r.Null(3) {
			t.Errorf("row %d: %v and empty", v.n, v.e)
		}
		for i := range 4 { // of another type than it is asked for
			_, n := r.Int(i)
			_, x := r.Text(i)
			_, b := r.Blob(i)
			if n && x || n && b || x && b || r.Null(i) && (n || x || b) {
				t.Errorf("row %d: column %d has more than one type", v.n, i)
			}
		}
		rows = append(rows, v)
		return nil
	}, "SELECT n, x, b, e FROM v WHERE n > $1 AND x <> $2 ORDER BY n", int64(0), "q")
	want := []seen{{1, "a", "\x00\xff", true, 0, false}, {2, "ç", "", true, 7, true}, {3, "", "", false, -1, true}}
	if err != nil || !slices.Equal(rows, want) {
		t.Fatal(rows, err)
	}
}

func TestScanEndsWithTheErrorOfWhoReads(t *testing.T) {
	s := fresh(t)
	write(t, s, "CREATE TABLE v (n INTEGER)", "INSERT INTO v VALUES (1), (2), (3)")
	enough := errors.New("enough")
	for range 10 { // more often than there are connections
		n := 0
		err := s.Scan(t.Context(), func(*Row) error {
			n++
			return enough
		}, "SELECT n FROM v")
		if !errors.Is(err, enough) || n != 1 {
			t.Fatalf("%d rows, %v", n, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Scan(ctx, func(*Row) error { return nil }, "SELECT n FROM v"); !errors.Is(err, context.Canceled) {
		t.Errorf("a context that is over: %v", err)
	}
	if err := s.Scan(t.Context(), func(*Row) error { return nil }, "SELECT nothing FROM v"); err == nil {
		t.Error("no error for a column that there is not")
	}
	if err := s.Scan(t.Context(), func(*Row) error { return nil }, "INSERT INTO v VALUES (4)"); err == nil {
		t.Error("the pool for reading has written")
	}
}

func TestLongScansEndWithTheirContext(t *testing.T) {
	s := fresh(t)
	ctx, cancel := context.WithCancel(t.Context())
	n := 0
	err := s.Scan(ctx, func(*Row) error {
		if n++; n == 5000 {
			cancel()
		}
		return nil
	}, "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 10000000) SELECT n FROM c")
	if !errors.Is(err, context.Canceled) || n > 10_000 {
		t.Errorf("%d rows, %v", n, err)
	}
}

func TestScanDoesNotReadAFileThatTookThePlaceOfTheStore(t *testing.T) {
	s := fresh(t)
	write(t, s, "CREATE TABLE v (n INTEGER)", "INSERT INTO v VALUES (1)")
	b, err := os.ReadFile(s.path)
	if err == nil {
		err = os.Remove(s.path)
	}
	if err == nil {
		err = os.WriteFile(s.path, b, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	count := func(*Row) error { rows++; return nil }
	for _, err := range []error{s.Scan(t.Context(), count, "SELECT n FROM v"), s.ScanIndex(t.Context(), count, "v_n", "held", "n", "SELECT n FROM held")} {
		if fault.From(err).Code != "store_replaced" || rows > 0 {
			t.Errorf("%d rows, %v", rows, err)
		}
	}
}

func write(t *testing.T, s *Store, texts ...string) {
	t.Helper()
	if err := s.Write(t.Context(), func(tx *sql.Tx) error {
		for _, text := range texts {
			if _, err := tx.Exec(text); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}
