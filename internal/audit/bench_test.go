package audit

import (
	"context"
	"database/sql"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"iskurctl/internal/store"
)

// BenchmarkPairs measures durable Begin+End pairs with concurrent callers, each making its pairs one after the other.
func BenchmarkPairs(b *testing.B) {
	for _, callers := range []int{1, 16, 64} {
		b.Run("callers="+strconv.Itoa(callers), func(b *testing.B) {
			st, err := store.Create(context.Background(), store.Options{Path: filepath.Join(b.TempDir(), "s.db"), Migrations: Migrations})
			if err != nil {
				b.Fatal(err)
			}
			defer func() { _ = st.Close() }()
			l := over(b, st, 1, time.Now)
			q := Query{User: "ayse", Host: "pc-1", Method: ByNumber, Params: []Param{{"KIMLIK_NO", "10000000146"}}, Purpose: "başvuru", Attempt: 1, KimlikNo: "10000000146"}
			var left atomic.Int64
			left.Store(int64(b.N))
			b.ResetTimer()
			var wg sync.WaitGroup
			for range callers {
				wg.Go(func() {
					for left.Add(-1) >= 0 {
						seq, err := l.Begin(b.Context(), q)
						if err != nil {
							b.Error(err)
							return
						}
						if err := l.End(b.Context(), seq, Outcome{Code: OK, Records: 1, Duration: time.Millisecond}); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			wg.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "pairs/s")
		})
	}
}

// BenchmarkBareCommit is what the pairs are compared with: one commit of two small rows, nothing else.
func BenchmarkBareCommit(b *testing.B) {
	st, err := store.Create(context.Background(), store.Options{Path: filepath.Join(b.TempDir(), "s.db"),
		Migrations: []store.Migration{{ID: 1, Name: "bare", SQL: "CREATE TABLE t (a INTEGER PRIMARY KEY, b BLOB)"}}})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = st.Close() }()
	var stmt *sql.Stmt
	if err := st.Prepare(b.Context(), store.Prepared{To: &stmt, Text: "INSERT INTO t (b) VALUES ($1)"}); err != nil {
		b.Fatal(err)
	}
	blob := make([]byte, 200)
	for b.Loop() {
		if err := st.Write(b.Context(), func(tx *sql.Tx) error {
			for range 2 {
				if _, err := tx.Stmt(stmt).Exec(blob); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "commits/s")
}
