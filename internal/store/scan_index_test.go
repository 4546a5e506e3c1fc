package store

import (
	"errors"
	"slices"
	"testing"
)

// What an index holds is not what a query of its table says: SQLite takes the number of the row from the row.
func TestScanIndexGivesWhatTheIndexHolds(t *testing.T) {
	s := fresh(t)
	write(t, s, "CREATE TABLE v (n INTEGER PRIMARY KEY, p INTEGER)", "CREATE INDEX v_p ON v (p, n)", "INSERT INTO v VALUES (1, 9), (2, 3), (3, NULL), (4, 9)")
	read := func(index, text string, args ...any) (rows [][3]int64, err error) {
		err = s.ScanIndex(t.Context(), func(r *Row) error {
			var v [3]int64
			for i := range v {
				v[i], _ = r.Int(i)
			}
			rows = append(rows, v)
			return nil
		}, index, "held", "p, n, row", text, args...)
		return rows, err
	}
	const all = "SELECT p, n, row FROM held ORDER BY p, n, row"
	for range 2 {
		if got, err := read("v_p", all); err != nil || !slices.Equal(got, [][3]int64{{0, 3, 3}, {3, 2, 2}, {9, 1, 1}, {9, 4, 4}}) {
			t.Fatal(got, errors.Unwrap(err), err)
		}
	}
	if _, err := read("none", all); err == nil {
		t.Error("no error for an index that there is not")
	}
	if err := s.Scan(t.Context(), func(*Row) error { return nil }, "SELECT * FROM held"); err == nil {
		t.Error("the other name is known elsewhere")
	}
}
