// Command ledgerproof writes proofs of entries (.tlog-proof) of a store that ledgerstore made, or of an export, and says how
// long they took. The benchmarks and the foreign verifiers use it: the program itself has no command for a proof of the
// query log.
//
//	ledgerproof [-out DIR] STORE-OR-EXPORT N…
//
// The proofs are called DIR/N.tlog-proof. It prints, in milliseconds, what opening took, the first proof with it, and the
// median of the others.
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"iskurctl/internal/audit"
	"iskurctl/internal/consent"
	"iskurctl/internal/ledger"
	"iskurctl/internal/ledger/bundle"
	"iskurctl/internal/query"
	"iskurctl/internal/registry"
	"iskurctl/internal/store"
)

func main() {
	out := flag.String("out", "", "folder for the proofs; without it they are only made")
	flag.Parse()
	if err := run(context.Background(), *out, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "ledgerproof:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out string, args []string) error {
	if len(args) < 2 {
		return errors.New("usage: ledgerproof [-out DIR] STORE-OR-EXPORT N…")
	}
	begin := time.Now()
	src, closer, err := open(ctx, args[0])
	if err != nil {
		return err
	}
	defer closer.Close()
	opened := time.Since(begin)
	var first time.Duration
	var others []time.Duration
	for i, arg := range args[1:] {
		index, err := strconv.ParseInt(arg, 10, 64)
		if err != nil {
			return err
		}
		start := time.Now()
		p, err := ledger.Prove(ctx, src, index)
		if err != nil {
			return err
		}
		proof := p.Bytes()
		if i == 0 {
			first = time.Since(begin)
		} else {
			others = append(others, time.Since(start))
		}
		if out == "" {
			continue
		}
		if err := os.WriteFile(filepath.Join(out, arg+".tlog-proof"), proof, 0o600); err != nil {
			return err
		}
	}
	median := time.Duration(0)
	if len(others) > 0 {
		slices.Sort(others)
		median = others[len(others)/2]
	}
	fmt.Printf("%.3f %.3f %.3f\n", ms(opened), ms(first), ms(median))
	return nil
}

// open opens a bag, which has a bagit.txt, or a store.
func open(ctx context.Context, dir string) (ledger.Source, io.Closer, error) {
	if _, err := os.Stat(filepath.Join(dir, "bagit.txt")); err == nil {
		b, err := bundle.Open(dir)
		return b, b, err
	}
	st, err := store.Open(ctx, store.Options{Path: filepath.Join(dir, "store.db"), Migrations: slices.Concat(audit.Migrations, query.Migrations, consent.Migrations, registry.Migrations)})
	if err != nil {
		return nil, nil, err
	}
	return ledger.New(audit.Name, st, nil, "", time.Now, rand.Reader).Source(), st, nil // no keys: nothing is written
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
