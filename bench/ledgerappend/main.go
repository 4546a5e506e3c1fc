// Command ledgerappend compares a logged query, durable with its disclosures, its tree and a signed checkpoint, with a bare
// insert of two rows of the same size by the same road into the same file, one commit each, in turns; and with the least
// that any log with a signed checkpoint a commit has to do, as plain rows: the floor under the query's figure:
//
//	ledgerappend DIR COMMITS
//
// DIR is made by ledgerstore; afterwards the program no longer opens it, for it holds a table that is not its own. It
// prints, in microseconds of the median, a bare commit, a query's, an outcome's and the floor, and the sums of all four.
package main

import (
	"context"
	"crypto/ed25519"
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
	"iskurctl/internal/consent"
	"iskurctl/internal/ledger"
	"iskurctl/internal/query"
	"iskurctl/internal/registry"
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
	bare := store.Migration{ID: 9000, Name: "bare", SQL: bareTables}
	st, err := store.Open(ctx, store.Options{Path: filepath.Join(dir, "store.db"), Migrations: append(slices.Concat(audit.Migrations, query.Migrations, consent.Migrations, registry.Migrations), bare)})
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
	f := floor{}
	var add *sql.Stmt
	if err := st.Prepare(ctx, store.Prepared{To: &add, Text: "INSERT INTO bare (a) VALUES ($1)"}, store.Prepared{To: &f.leaf, Text: "INSERT INTO bare_leaf (a) VALUES ($1)"},
		store.Prepared{To: &f.row, Text: "INSERT INTO bare_row (tag) VALUES ($1)"}, store.Prepared{To: &f.head, Text: "UPDATE bare_head SET a = $1 WHERE id = 1"}); err != nil {
		return err
	}
	if _, f.key, err = ed25519.GenerateKey(rand.Reader); err != nil {
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
		func() error { return st.Write(ctx, f.commit) },
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

// bareTables are those of the yardsticks.
const bareTables = `
CREATE TABLE bare (seq INTEGER PRIMARY KEY, a BLOB NOT NULL) STRICT;
CREATE TABLE bare_leaf (seq INTEGER PRIMARY KEY, a BLOB NOT NULL) STRICT;
CREATE TABLE bare_row (seq INTEGER PRIMARY KEY, tag BLOB NOT NULL) STRICT;
CREATE INDEX bare_row_tag ON bare_row (tag);
CREATE TABLE bare_head (id INTEGER PRIMARY KEY, a BLOB NOT NULL) STRICT;
INSERT INTO bare_head (id, a) VALUES (1, zeroblob(250));`

// floor is one entry with its disclosures in one row, one that leads to it by a tag, the head, and one signature: no hashes,
// no sealing, no tree, no checks.
type floor struct {
	leaf, row, head *sql.Stmt
	key             ed25519.PrivateKey
}

func (f *floor) commit(tx *sql.Tx) error {
	tag := make([]byte, 32)
	if _, err := rand.Read(tag); err != nil {
		return err
	}
	if _, err := tx.Stmt(f.leaf).Exec(make([]byte, 620)); err != nil {
		return err
	}
	if _, err := tx.Stmt(f.row).Exec(tag); err != nil {
		return err
	}
	_, err := tx.Stmt(f.head).Exec(append(make([]byte, 186), ed25519.Sign(f.key, make([]byte, 150))...))
	return err
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
