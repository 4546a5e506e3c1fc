package registry

import (
	"bytes"
	"context"
	"crypto/rand"
	"iter"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"iskurctl/internal/audit"
	"iskurctl/internal/fault"
	"iskurctl/internal/ledger"
	"iskurctl/internal/seal"
	"iskurctl/internal/seal/ring"
	"iskurctl/internal/store"
)

var me = Who{User: "koordinator", Host: "pc-1"}

// clock is a clock that tests set; each look is a second later.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(time.Second)
	return c.t
}

func (c *clock) set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = t
}

func day(t testing.TB, d Date) time.Time {
	at, err := time.ParseInLocation(time.DateOnly, string(d), istanbul)
	must(t, err)
	return at.Add(9 * time.Hour)
}

// place is a store with its key store, its clock and the registry over it.
type place struct {
	*Registry
	dir   string
	st    *store.Store
	log   *audit.Log
	clock *clock
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// fresh makes an empty registry on 22 November 2026.
func fresh(t testing.TB) *place {
	t.Helper()
	return at(t, t.TempDir(), store.Create, &clock{t: day(t, "2026-11-22")})
}

func options(dir string) store.Options {
	return store.Options{Path: filepath.Join(dir, "s.db"), Migrations: slices.Concat(audit.Migrations, Migrations)}
}

// at opens the registry of a folder, as one process does.
func at(t testing.TB, dir string, open func(context.Context, store.Options) (*store.Store, error), c *clock) *place {
	t.Helper()
	ctx := context.Background()
	st, err := open(ctx, options(dir))
	must(t, err)
	t.Cleanup(func() { _ = st.Close() })
	text, err := seal.GenerateMaster(bytes.NewReader(bytes.Repeat([]byte{7}, 32)))
	must(t, err)
	m, err := seal.ParseMaster(text)
	must(t, err)
	keys, err := seal.Derive(m)
	must(t, err)
	held := sync.OnceValues(func() (ledger.Keys, error) {
		rst, err := open(ctx, store.Options{Path: filepath.Join(dir, "keys.db"), Migrations: ring.Migrations})
		if err != nil {
			return nil, err
		}
		t.Cleanup(func() { _ = rst.Close() })
		return ring.Open(rst, keys, rand.Reader), nil
	})
	log := audit.New(audit.Config{Store: st, Keys: keys, Ring: held, Installation: "test", Now: c.now, Rand: rand.Reader})
	return &place{Registry: New(Config{Store: st, Audit: log, Now: c.now, Rand: rand.Reader}), dir: dir, st: st, log: log, clock: c}
}

// again closes the store and opens it anew.
func (p *place) again(t testing.TB) *place {
	t.Helper()
	must(t, p.st.Close())
	return at(t, p.dir, store.Open, p.clock)
}

func wantFault(t testing.TB, err error, class fault.Class, code string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want %s", code)
	}
	if f := fault.From(err); f.Class != class || f.Code != code {
		t.Fatalf("got class %d code %s, want %d %s (%v)", f.Class, f.Code, class, code, f.Err)
	}
}

func collect[T any](t testing.TB, seq iter.Seq2[T, error]) (all []T) {
	t.Helper()
	for v, err := range seq {
		must(t, err)
		all = append(all, v)
	}
	return all
}

func names(people []Person) string {
	all := make([]string, len(people))
	for i, p := range people {
		all[i] = p.FullName()
	}
	return strings.Join(all, ", ")
}

// authorised is an authorised person of İŞKUR.
func authorised(given, surname string) Person {
	return Person{Party: ISKUR, Role: AuthorisedPerson, GivenName: given, Surname: surname, ValidFrom: "2026-01-01"}
}

func coordinator(p Party, r Role, given, surname string) Person {
	return Person{Party: p, Role: r, Unit: "Daire Başkanlığı", GivenName: given, Surname: surname, Phone: "+903125550000", Email: "a.b@iskur.gov.tr", ValidFrom: "2026-01-01"}
}

func (p *place) add(t testing.TB, x Person) Person {
	t.Helper()
	x, err := p.Add(t.Context(), me, x)
	must(t, err)
	return x
}

func set(column, text string) func(*Person) error {
	return func(p *Person) error {
		if wrong := p.Set(column, text); wrong != nil {
			panic(wrong.Code)
		}
		return nil
	}
}

// sound fails the test when the registry or its log does not verify.
func (p *place) sound(t testing.TB) {
	t.Helper()
	if found := p.verified(t); found != "" {
		t.Fatalf("found: %s", found)
	}
}

// verified gives the codes of what a deep verification of the log and one of the registry find.
func (p *place) verified(t testing.TB) string {
	t.Helper()
	ctx := context.Background()
	head, _, err := p.log.Ledger().Head(ctx)
	must(t, err)
	var codes []string
	if head.Size > 0 {
		report, err := ledger.Verify(ctx, p.log.Ledger().Source(), ledger.Options{Level: ledger.Deep, Vkey: head.Vkey,
			Domain: audit.NewCheck(p.log, ledger.Range{From: head.Pruned, To: head.Size}, p.clock.now())})
		must(t, err)
		for _, f := range report.Findings {
			codes = append(codes, string(f.Code[:3])+" "+f.Detail.EN)
		}
	}
	own, err := p.Verify(ctx)
	must(t, err)
	for _, f := range own {
		codes = append(codes, "registry "+string(f.Code[:3])+" "+f.Detail.EN)
	}
	return strings.Join(codes, "; ")
}
