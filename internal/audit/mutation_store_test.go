package audit_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"iskurctl/internal/audit"
	"iskurctl/internal/fault"
	"iskurctl/internal/ledger"
	"iskurctl/internal/seal"
	"iskurctl/internal/seal/ring"
	"iskurctl/internal/store"
	"iskurctl/internal/tckn"
)

// The stores that are tampered with are made by the program itself. master is the first byte of their master key.
const master = 1

// begun is when the first entry of a store is logged. Each step of the clock is 90 minutes, so that 700 entries lie in
// two months and so under two data keys.
var begun = time.Date(2026, 10, 20, 9, 0, 0, 123_000_000, time.UTC)

// clock stands still until somebody moves it: then callers at the same time log no entry before another's.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) tick() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(90 * time.Minute)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func masterKeys(t testing.TB, first byte) *seal.Keys {
	t.Helper()
	text, err := seal.GenerateMaster(bytes.NewReader(bytes.Repeat([]byte{first}, 32)))
	must(t, err)
	m, err := seal.ParseMaster(text)
	must(t, err)
	k, err := seal.Derive(m)
	must(t, err)
	return k
}

// place is a folder with a store, its key store beside it as the program keeps it, and the log over both while it is
// open.
type place struct {
	t        testing.TB
	dir      string
	clock    *clock
	keys     *seal.Keys
	st       *store.Store
	rst      *store.Store
	ring     *ring.Ring
	log      *audit.Log
	data     *sql.DB // past the program, while it has the store not open
	ringd    *sql.DB
	triggers []trigger // that raw took away
}

func (p *place) db() string  { return filepath.Join(p.dir, "s.db") }
func (p *place) kdb() string { return filepath.Join(p.dir, "keys", "s.db") }

// create makes an empty store in a new folder.
func create(t testing.TB) *place {
	t.Helper()
	p := &place{t: t, dir: t.TempDir(), clock: &clock{t: begun}, keys: masterKeys(t, master)}
	for path, migrations := range map[string][]store.Migration{p.db(): audit.Migrations, p.kdb(): ring.Migrations} {
		st, err := store.Create(t.Context(), store.Options{Path: path, Migrations: migrations})
		must(t, err)
		must(t, st.Close())
	}
	return p
}

// open opens the log as a run of the program does; the key store when it is asked for.
func (p *place) open() error {
	p.shut()
	st, err := store.Open(p.t.Context(), store.Options{Path: p.db(), Migrations: audit.Migrations})
	if err != nil {
		return err
	}
	p.st = st
	p.log = audit.New(audit.Config{Store: st, Keys: p.keys, Installation: "test", Now: p.clock.now, Rand: rand.Reader, Ring: sync.OnceValues(func() (ledger.Keys, error) {
		rst, err := store.Open(context.WithoutCancel(p.t.Context()), store.Options{Path: p.kdb(), Migrations: ring.Migrations})
		if err != nil {
			return nil, err
		}
		p.rst, p.ring = rst, ring.Open(rst, p.keys, rand.Reader)
		return p.ring, nil
	})})
	return nil
}

// started opens the log for writing.
func (p *place) started() *audit.Log {
	p.t.Helper()
	must(p.t, p.open())
	must(p.t, p.log.BindKey(p.t.Context()))
	return p.log
}

// close leaves whole files: the last connection empties the -wal.
func (p *place) close() error {
	var first error
	for _, st := range []*store.Store{p.rst, p.st} {
		if st != nil {
			if err := st.Close(); err != nil && first == nil {
				first = err
			}
		}
	}
	p.st, p.rst, p.log = nil, nil, nil
	return first
}

// copy gives a closed place of its own with the same files.
func (p *place) copy(t testing.TB) *place {
	t.Helper()
	to := &place{t: t, dir: t.TempDir(), clock: &clock{t: p.clock.now()}, keys: p.keys}
	must(t, os.Mkdir(filepath.Join(to.dir, "keys"), 0o700))
	for _, name := range []string{"s.db", "s.db-wal", "keys/s.db", "keys/s.db-wal"} {
		copyFile(t, filepath.Join(p.dir, name), filepath.Join(to.dir, name))
	}
	t.Cleanup(func() { to.shut(); _ = to.close() })
	return to
}

func copyFile(t testing.TB, from, to string) {
	t.Helper()
	in, err := os.Open(from)
	if os.IsNotExist(err) {
		return
	}
	must(t, err)
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	must(t, err)
	_, err = io.Copy(out, in)
	must(t, err)
	must(t, out.Close())
}

// raw opens the files as any tool would, without the triggers and the checks that keep an honest hand from mistakes.
func (p *place) raw() (data, keys *sql.DB) {
	p.t.Helper()
	if p.data != nil {
		return p.data, p.ringd
	}
	must(p.t, p.close())
	p.data, p.ringd = p.bare(p.db()), p.bare(p.kdb())
	return p.data, p.ringd
}

// bare takes the triggers away; shut puts them back, as somebody would who leaves no traces.
func (p *place) bare(path string) *sql.DB {
	p.t.Helper()
	db, err := sql.Open("sqlite", "file://"+path+"?mode=rw&_pragma=synchronous(0)&_pragma=ignore_check_constraints(1)")
	must(p.t, err)
	db.SetMaxOpenConns(1)
	rows, err := db.Query("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
	must(p.t, err)
	drop := ""
	for rows.Next() {
		var name, text string
		must(p.t, rows.Scan(&name, &text))
		drop += "DROP TRIGGER " + name + "; "
		p.triggers = append(p.triggers, trigger{db, text})
	}
	must(p.t, errors.Join(rows.Err(), rows.Close()))
	_, err = db.Exec(drop)
	must(p.t, err)
	return db
}

type trigger struct {
	db   *sql.DB
	text string
}

// shut ends what raw began.
func (p *place) shut() {
	if p.data == nil {
		return
	}
	for _, t := range p.triggers {
		_, err := t.db.Exec(t.text)
		must(p.t, err)
	}
	must(p.t, errors.Join(p.data.Close(), p.ringd.Close()))
	p.data, p.ringd, p.triggers = nil, nil, nil
}

// exec runs statements of the store, or, when they speak of ring_ tables, of the key store; each must change something.
func (p *place) exec(text string, args ...any) {
	p.t.Helper()
	data, keys := p.raw()
	for one := range strings.SplitSeq(text, ";") {
		db := data
		if strings.Contains(one, "ring_") {
			db = keys
		}
		res, err := db.Exec(one, args...)
		if err != nil {
			p.t.Fatalf("%s: %v", one, err)
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			p.t.Fatalf("%s: changed nothing", one)
		}
	}
}

// value reads one value of the store or the key store.
func value[T any](p *place, text string, args ...any) (v T) {
	p.t.Helper()
	db, keys := p.raw()
	if strings.Contains(text, "ring_") {
		db = keys
	}
	if err := db.QueryRow(text, args...).Scan(&v); err != nil {
		p.t.Fatalf("%s: %v", text, err)
	}
	return v
}

// seen is what a verifier keeps who has just verified the log.
func (p *place) seen() *ledger.Trust {
	p.t.Helper()
	h, ok, err := p.log.Ledger().Head(p.t.Context())
	must(p.t, err)
	if !ok {
		p.t.Fatal("nothing was logged")
	}
	c, err := ledger.ReadCheckpoint(h.Note)
	must(p.t, err)
	return &ledger.Trust{Vkey: h.Vkey, Size: c.Size, Root: c.Root}
}

// signer gives the log's own signing key.
func (p *place) signer(vkey string) note.Signer {
	p.t.Helper()
	must(p.t, p.open())
	_ = p.log.CheckKey(p.t.Context())
	rst, err := store.Open(p.t.Context(), store.Options{Path: p.kdb(), Migrations: ring.Migrations})
	must(p.t, err)
	defer rst.Close()
	s, err := ring.Open(rst, p.keys, rand.Reader).Signer(p.t.Context(), vkey)
	must(p.t, err)
	return s
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

// verify does what `audit verify` does with a store; the error is one that ends the command.
func (p *place) verify(level ledger.Level, trust *ledger.Trust, scrub int64) (ledger.Report, error) {
	ctx := p.t.Context()
	if p.log == nil {
		if err := p.open(); err != nil {
			return ledger.Report{}, err
		}
	}
	if level == ledger.Deep {
		if err := p.log.CheckKey(ctx); err != nil {
			return ledger.Report{}, err
		}
	}
	head, _, err := p.log.Ledger().Head(ctx)
	if err != nil {
		return ledger.Report{}, err
	}
	o := ledger.Options{Log: audit.Name, Level: level, Trust: trust, Vkey: head.Vkey, Scrub: scrub}
	if level == ledger.Deep {
		o.Domain = audit.NewCheck(p.log, ledger.Range{From: head.Pruned, To: head.Size}, p.clock.now())
	}
	return ledger.Verify(ctx, p.log.Ledger().Source(), o)
}

// result writes what a verification came to: the short codes of the findings in order (V35*9 for nine in a row), or "!"
// and the code of the error.
func result(r ledger.Report, err error) string {
	if err != nil {
		f := fault.From(err)
		return fmt.Sprintf("!%s/%d", f.Code, f.Class)
	}
	codes := make([]string, 0, len(r.Findings))
	for i := 0; i < len(r.Findings); {
		n := 1
		for i+n < len(r.Findings) && r.Findings[i+n].Code == r.Findings[i].Code {
			n++
		}
		code, _, _ := strings.Cut(string(r.Findings[i].Code), "_")
		if i += n; n > 5 {
			codes = append(codes, fmt.Sprintf("%s*%d", code, n))
			continue
		}
		for range n {
			codes = append(codes, code)
		}
	}
	return strings.Join(codes, ",")
}
