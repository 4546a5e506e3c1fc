package audit_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"testing"
	"time"

	"iskurctl/internal/audit"
	"iskurctl/internal/ledger"
	"iskurctl/internal/ledger/bundle"
	"iskurctl/internal/ledger/ledgertest"
	"iskurctl/internal/seal/ring"
	"iskurctl/internal/store"
	"iskurctl/internal/tckn"
)

type (
	place  = ledgertest.Place
	world  = ledgertest.World
	folder = ledgertest.Folder
	tally  = ledgertest.Tally
)

// mutation and trick are written as rows of tables.
type (
	mutation struct {
		Name    string
		On      string
		Do      func(w *world, p *place)
		Fresh   string
		Seen    string
		Earlier string
		At      string
		Next    string
	}
	trick struct {
		Name    string
		Do      func(w *world, f *folder)
		Seen    string
		Earlier string
	}
)

func run(t *testing.T, w *world, count *tally, list []mutation) {
	for _, m := range list {
		ledgertest.Run(t, w, count, []ledgertest.Mutation{ledgertest.Mutation(m)})
	}
}

const same = ledgertest.Same

var (
	must   = ledgertest.Must
	alter  = ledgertest.Alter
	flip   = ledgertest.Flip
	cut    = ledgertest.Cut
	swap   = ledgertest.Swap
	by     = ledgertest.By
	both   = ledgertest.Both
	adds   = ledgertest.Adds
	line   = ledgertest.Line
	lineOf = ledgertest.LineOf
	begun  = ledgertest.Begun
)

func value[T any](p *place, text string, args ...any) T { return ledgertest.Value[T](p, text, args...) }

// kind is the query log.
var kind = &ledgertest.Kind{
	Name: audit.Name, Migrations: audit.Migrations, Change: [2]string{`"pc-1"`, `"pc-7"`},
	Open: func(p *place, st *store.Store, keys func() (*ring.Ring, error)) ledgertest.Log {
		return audit.New(audit.Config{Store: st, Keys: p.Keys, Installation: "test", Now: p.Clock.Now, Rand: rand.Reader, Ring: func() (ledger.Keys, error) { return keys() }})
	},
	CheckKey: func(ctx context.Context, log ledgertest.Log) error { return log.(*audit.Log).CheckKey(ctx) },
	Domain: func(p *place, head ledger.Head, _ *ledger.StoreSource) ledger.Domain {
		return audit.NewCheck(logOf(p), ledger.Range{From: head.Pruned, To: head.Size}, p.Clock.Now())
	},
	Add: func(p *place) error {
		_, err := logOf(p).Begin(p.T.Context(), ask(3))
		return err
	},
	Export: func(ctx context.Context, log ledgertest.Log, dir string) error {
		_, err := log.(*audit.Log).Export(ctx, dir, audit.ExportOptions{PersonalData: true, Product: "iskurctl"})
		return err
	},
	BundleDomain: func(ctx context.Context, b *bundle.Bundle, size int64, now time.Time) (ledger.Domain, error) {
		held := ledger.Range{}
		if b.HasDisclosures() {
			var err error
			if held, err = audit.BundleRange(ctx, b, size); err != nil {
				return nil, err
			}
		}
		return audit.NewCheck(nil, held, now), nil
	},
	Records: audit.CheckRecords,
}

func create(t testing.TB) *place {
	t.Helper()
	return ledgertest.Create(t, kind)
}

// logOf is the open log of a place.
func logOf(p *place) *audit.Log { return p.Log.(*audit.Log) }

// started opens the log for writing.
func started(p *place) *audit.Log {
	p.T.Helper()
	p.Start()
	return logOf(p)
}

// ask is a query of person i.
func ask(i int) audit.Query {
	q := audit.Query{User: fmt.Sprintf("memur%d", i%7), Host: "pc-1", Method: audit.Methods()[i%3], Purpose: "işe yerleştirme", Attempt: 1 + i%2}
	switch q.Method {
	case audit.ByNumber:
		q.KimlikNo = tckn.Complete(100000000 + i%100)
		q.Params = []audit.Param{{Name: "KIMLIK_NO", Value: q.KimlikNo}}
	case audit.ByRange:
		q.Params = []audit.Param{{Name: "BASLANGIC_TARIHI", Value: "01.10.2026"}, {Name: "BITIS_TARIHI", Value: "02.10.2026"}}
	}
	return q
}

// registered adds the entry of a change of the registry.
func registered(t testing.TB, p *place, log *audit.Log, n int64) {
	t.Helper()
	leaf, err := ledger.NewLeaf().String("change", strings.Repeat("c", ledger.DigestLen)).Int("id", 1).String("k", audit.KindRegistry).Int("n", n).
		String("op", "add").String("t", ledger.Time(p.Clock.Now())).Int("v", 1).Bytes()
	must(t, err)
	must(t, log.WriteChanges(t.Context(), func(w *audit.ChangeWriter) error {
		_, err := w.Append(leaf)
		return err
	}))
}

// export writes a bundle of the world.
func export(t testing.TB, w *world, o audit.ExportOptions) *folder {
	t.Helper()
	o.Product = "iskurctl"
	return w.Exported(t, func(p *place, dir string) error {
		_, err := logOf(p).Export(t.Context(), dir, o)
		return err
	})
}
