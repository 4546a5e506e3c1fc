// Command ledgerstore makes a store with a query log of any size out of synthetic people, for what is measured or checked
// on a large log: the benchmarks and the foreign verifiers. Every entry goes the way of a real query, only that hundreds
// share a commit and that the clock passes through four years.
//
//	go run ./bench/ledgerstore -entries 1000000 -out DIR
//	go run ./bench/ledgerstore -entries 1000 -out DIR -add
//
// DIR must not exist yet, unless entries are added to the store that is there. It holds a configuration with one profile,
// and the program finds everything by `iskurctl --config DIR/config.toml …`.
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"slices"
	"time"

	"iskurctl/internal/audit"
	"iskurctl/internal/config"
	"iskurctl/internal/consent"
	"iskurctl/internal/ledger"
	"iskurctl/internal/query"
	"iskurctl/internal/registry"
	"iskurctl/internal/seal"
	"iskurctl/internal/seal/ring"
	"iskurctl/internal/store"
)

func main() {
	entries := flag.Int64("entries", 1_000_000, "entries: half of them queries, half outcomes")
	out := flag.String("out", "", "the folder")
	add := flag.Bool("add", false, "add to the store in the folder")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	debug.SetGCPercent(400) // a program of a minute
	begin := time.Now()
	if err := run(ctx, *out, *entries, *add); err != nil {
		fmt.Fprintln(os.Stderr, "ledgerstore:", err)
		os.Exit(1)
	}
	took := time.Since(begin).Seconds()
	fmt.Printf("%s: %d entries in %.1f s, %.0f a second\n", *out, *entries, took, float64(*entries)/took)
}

// run fills the folder. One that is only half made stays, for whoever wants to see why.
func run(ctx context.Context, out string, entries int64, add bool) (err error) {
	if out == "" || flag.NArg() > 0 || entries < 2 || entries%2 != 0 {
		return errors.New("usage: ledgerstore -entries N -out DIR [-add]; N is even")
	}
	if out, err = filepath.Abs(out); err != nil {
		return err
	}
	open, clock, step := store.Open, time.Now().UTC().Truncate(time.Millisecond), time.Millisecond
	if !add {
		if err := prepare(out); err != nil {
			return err
		}
		open, clock, step = store.Create, clock.AddDate(-years, 0, 0), time.Duration(years)*364*24*time.Hour/time.Duration(rounds(entries))
	}
	keys, err := masterKey(out)
	if err != nil {
		return err
	}
	st, err := open(ctx, store.Options{Path: filepath.Join(out, storeFile), Migrations: slices.Concat(audit.Migrations, query.Migrations, consent.Migrations, registry.Migrations)})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	keyStore, err := open(ctx, store.Options{Path: filepath.Join(out, "keys", storeFile), Migrations: ring.Migrations})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, keyStore.Close()) }()

	r := ring.Open(keyStore, keys, rand.Reader)
	f := &filler{clock: clock, step: step.Truncate(time.Millisecond)}
	f.log = audit.New(audit.Config{
		Store: st, Keys: keys, Ring: func() (ledger.Keys, error) { return r, nil }, Installation: "bench.example",
		Now: func() time.Time { return f.clock }, Rand: rand.Reader,
	})
	if err := f.log.BindKey(ctx); err != nil {
		return err
	}
	if err := f.fill(ctx, entries/2); err != nil {
		return err
	}
	_, err = f.log.CloseAbandoned(ctx) // finds nothing open, and remembers that
	return err
}

const (
	storeFile = "store.db"
	keyFile   = "master.key"
)

// prepare makes the folder with all that is no store.
func prepare(dir string) error {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	if err := seal.WriteMaster(filepath.Join(dir, keyFile), rand.Reader); err != nil {
		return err
	}
	return config.Add(filepath.Join(dir, "config.toml"), config.NewProfile{
		Name: "bench", Store: filepath.Join(dir, storeFile), BaseURL: "http://127.0.0.1:1", Authorisation: "none", MasterRef: "file:" + filepath.Join(dir, keyFile),
	})
}

func masterKey(dir string) (*seal.Keys, error) {
	text, err := os.ReadFile(filepath.Join(dir, keyFile))
	if err != nil {
		return nil, err
	}
	master, err := seal.ParseMaster(text)
	if err != nil {
		return nil, err
	}
	return seal.Derive(master)
}
