// Command ledgerappend compares a logged query, durable with its disclosures, its tree and a signed checkpoint, with a bare
// insert of two rows of the same size by the same road into the same file, one commit each, in turns:
//
//	ledgerappend DIR COMMITS
//
// DIR is made by ledgerstore; afterwards the program no longer opens it, for it holds a table that is not its own. It
// prints, in microseconds of the median, a bare commit, a query's and an outcome's, and the sums of all three.
package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"iskurctl/internal/audit"
	"iskurctl/internal/ledger"
	"iskurctl/internal/query"
	"iskurctl/internal/seal"
	"iskurctl/internal/seal/ring"
	"iskurctl/internal/store"
)

// number is of the block that belongs to nobody.
const number = "10000000146"

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "ledgerappend:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) != 2 {
		return errors.New("usage: ledgerappend DIR COMMITS")
	}
	commits, err := strconv.Atoi(args[1])
	if err != nil || commits < 1 {
		return fmt.Errorf("bad number of commits %q", args[1])
	}
	dir := args[0]
	bare := store.Migration{ID: 9000, Name: "bare", SQL: "CREATE TABLE bare (seq INTEGER PRIMARY KEY, a BLOB NOT NULL) STRICT;"}
	st, err := store.Open(ctx, store.Options{Path: filepath.Join(dir, "store.db"), Migrations: append(slices.Concat(audit.Migrations, query.Migrations), bare)})
	if err != nil {
		return err
	}
	defer st.Close()
	keyStore, err := store.Open(ctx, store.Options{Path: filepath.Join(dir, "keys", "store.db"), Migrations: ring.Migrations})
	if err != nil {
		return err
	}
	defer keyStore.Close()
	log, err := open(ctx, dir, st, keyStore)
	if err != nil {
		return err
	}
	var add *sql.Stmt
	if err := st.Prepare(ctx, store.Prepared{To: &add, Text: "INSERT INTO bare (a) VALUES ($1)"}); err != nil {
		return err
	}
	var seq int64
	turns := []func() error{
		func() error {
			return st.Write(ctx, func(tx *sql.Tx) error {
				for _, size := range []int{330, 260} { // a query's entry, its sealed disclosures
					if _, err := tx.Stmt(add).Exec(make([]byte, size)); err != nil {
						return err
					}
				}
				return nil
			})
		},
		func() (err error) {
			seq, err = log.Begin(ctx, audit.Query{User: "user01", Host: "pc-1", Method: audit.ByNumber, Params: []audit.Param{{Name: "KIMLIK_NO", Value: number}},
				Purpose: "başvuru 1000", Attempt: 1, KimlikNo: number})
			return err
		},
		func() error {
			return log.End(ctx, seq, audit.Outcome{Code: audit.OK, Records: 1, Duration: 37 * time.Millisecond})
		},
	}
	took := make([][]time.Duration, len(turns))
	for range commits {
		for i, fn := range turns {
			begin := time.Now()
			if err := fn(); err != nil {
				return err
			}
			took[i] = append(took[i], time.Since(begin))
		}
	}
	for _, t := range took {
		slices.Sort(t)
		fmt.Printf("%.1f ", us(t[len(t)/2]))
	}
	for _, t := range took {
		sum := time.Duration(0)
		for _, d := range t {
			sum += d
		}
		fmt.Printf("%.0f ", us(sum))
	}
	fmt.Println()
	return nil
}

func open(ctx context.Context, dir string, st, keyStore *store.Store) (*audit.Log, error) {
	text, err := os.ReadFile(filepath.Join(dir, "master.key"))
	if err != nil {
		return nil, err
	}
	master, err := seal.ParseMaster(text)
	if err != nil {
		return nil, err
	}
	keys, err := seal.Derive(master)
	if err != nil {
		return nil, err
	}
	r := ring.Open(keyStore, keys, rand.Reader)
	log := audit.New(audit.Config{Store: st, Keys: keys, Ring: func() (ledger.Keys, error) { return r, nil }, Installation: "bench.example", Now: time.Now, Rand: rand.Reader})
	return log, log.BindKey(ctx)
}

func us(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }
