package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"testing"
)

func TestRowsAreGivenAsTheyAreStored(t *testing.T) {
	s := fresh(t)
	write(t, s, "CREATE TABLE v (n INTEGER, x TEXT, b BLOB, e INTEGER)", "INSERT INTO v VALUES (1, 'a', x'00ff', NULL), (2, 'ç', x'', 7), (3, '', NULL, -1)")
	var rows [][]driver.Value
	err := s.Rows(t.Context(), func(row []driver.Value) error {
		rows = append(rows, append([]driver.Value(nil), row...))
		return nil
	}, "SELECT n, x, b, e FROM v WHERE n > $1 ORDER BY n", int64(0))
	if err != nil || len(rows) != 3 {
		t.Fatal(rows, err)
	}
	if n, ok := rows[0][0].(int64); !ok || n != 1 {
		t.Errorf("%v", rows[0])
	}
	if b, ok := rows[0][2].([]byte); !ok || string(b) != "\x00\xff" || rows[0][3] != nil || rows[1][1] != "ç" || rows[2][2] != nil || rows[2][3] != int64(-1) {
		t.Errorf("%v", rows)
	}
}

func TestRowsEndWithTheErrorOfWhoReadsThem(t *testing.T) {
	s := fresh(t)
	write(t, s, "CREATE TABLE v (n INTEGER)", "INSERT INTO v VALUES (1), (2), (3)")
	enough := errors.New("enough")
	for range 10 { // more often than there are connections
		n := 0
		err := s.Rows(t.Context(), func([]driver.Value) error {
			n++
			return enough
		}, "SELECT n FROM v")
		if !errors.Is(err, enough) || n != 1 {
			t.Fatalf("%d rows, %v", n, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Rows(ctx, func([]driver.Value) error { return nil }, "SELECT n FROM v"); !errors.Is(err, context.Canceled) {
		t.Errorf("a context that is over: %v", err)
	}
	if err := s.Rows(t.Context(), func([]driver.Value) error { return nil }, "SELECT nothing FROM v"); err == nil {
		t.Error("no error for a column that there is not")
	}
	if err := s.Rows(t.Context(), func([]driver.Value) error { return nil }, "INSERT INTO v VALUES (4)"); err == nil {
		t.Error("the pool for reading has written")
	}
}

func TestLongReadsEndWithTheirContext(t *testing.T) {
	s := fresh(t)
	ctx, cancel := context.WithCancel(t.Context())
	n := 0
	err := s.Rows(ctx, func([]driver.Value) error {
		if n++; n == 5000 {
			cancel()
		}
		return nil
	}, "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 10000000) SELECT n FROM c")
	if !errors.Is(err, context.Canceled) || n > 10_000 {
		t.Errorf("%d rows, %v", n, err)
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
