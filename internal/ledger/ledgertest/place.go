// Package ledgertest plants alterations in copies of a log's store, of its key store and of its bundles, and compares what
// verification says with what it should say. The tests of the domain packages of logs import it, each with a world of its
// own; nothing else does.
package ledgertest

import (
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"iskurctl/internal/ledger"
	"iskurctl/internal/ledger/bundle"
	"iskurctl/internal/seal"
	"iskurctl/internal/seal/ring"
	"iskurctl/internal/store"
)

// Log is one of the program's.
type Log interface {
	Ledger() *ledger.Log
	BindKey(ctx context.Context) error
}

// Kind says what is particular to one log: how it is opened, verified and written to.
type Kind struct {
	Name       string // the prefix of its tables
	Migrations []store.Migration
	Change     [2]string // text that entries have, and another that would make as good an entry

	Open     func(p *Place, st *store.Store, keys func() (*ring.Ring, error)) Log
	CheckKey func(ctx context.Context, log Log) error // before the deepest level; nil: nothing
	Domain   func(p *Place, head ledger.Head, src *ledger.StoreSource) ledger.Domain
	Add      func(p *Place) error                                 // logs one more, as the program does
	Export   func(ctx context.Context, log Log, dir string) error // a bundle of everything

	BundleDomain func(ctx context.Context, b *bundle.Bundle, size int64, now time.Time) (ledger.Domain, error)
	Records      func(ctx context.Context, b *bundle.Bundle, size int64) ([]ledger.Finding, error)
}

// Origin is that of the log, of the installation "test".
func (k *Kind) Origin() string { return "test/" + k.Name + "/1" }

// Begun is when the first entry of a store is logged.
var Begun = time.Date(2026, 10, 20, 9, 0, 0, 123_000_000, time.UTC)

// Clock stands still until somebody moves it: then callers at the same time log no entry before another's.
type Clock struct {
	mu sync.Mutex
	t  time.Time
}

// Now is its time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

// Tick moves it by 90 minutes: 700 entries lie in two months.
func (c *Clock) Tick() { c.Set(c.Now().Add(90 * time.Minute)) }

// Set moves it to a time.
func (c *Clock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = t
}

// Must ends the test on an error.
func Must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// MasterKeys makes the keys of a master key of equal bytes.
func MasterKeys(t testing.TB, each byte) *seal.Keys {
	t.Helper()
	text, err := seal.GenerateMaster(bytes.NewReader(bytes.Repeat([]byte{each}, 32)))
	Must(t, err)
	m, err := seal.ParseMaster(text)
	Must(t, err)
	k, err := seal.Derive(m)
	Must(t, err)
	return k
}

// Place is a folder with a store, its key store beside it as the program keeps it, and the log over both while it is open.
type Place struct {
	*Kind
	T     testing.TB
	Dir   string
	Clock *Clock
	Keys  *seal.Keys
	Store *store.Store
	Ring  *ring.Ring // once it was asked for
	Log   Log

	keyStore *store.Store
	data     *sql.DB // past the program, while it has the store not open
	keys     *sql.DB
	triggers []trigger // that Raw took away
}

// trigger is one of a database.
type trigger struct {
	db   *sql.DB
	text string
}

// DB is the path of the store, KeyDB that of the key store.
func (p *Place) DB() string { return filepath.Join(p.Dir, "s.db") }

// KeyDB is the path of the key store.
func (p *Place) KeyDB() string { return filepath.Join(p.Dir, "keys", "s.db") }

// Create makes an empty store in a new folder.
func Create(t testing.TB, k *Kind) *Place {
	t.Helper()
	p := &Place{Kind: k, T: t, Dir: t.TempDir(), Clock: &Clock{t: Begun}, Keys: MasterKeys(t, 1)}
	for path, migrations := range map[string][]store.Migration{p.DB(): k.Migrations, p.KeyDB(): ring.Migrations} {
		st, err := store.Create(t.Context(), store.Options{Path: path, Migrations: migrations})
		Must(t, err)
		Must(t, st.Close())
	}
	return p
}

// Open opens the log as a run of the program does; the key store when it is asked for.
func (p *Place) Open() error {
	p.Shut()
	st, err := store.Open(p.T.Context(), store.Options{Path: p.DB(), Migrations: p.Migrations})
	if err != nil {
		return err
	}
	p.Store = st
	p.Log = p.Kind.Open(p, st, sync.OnceValues(p.OpenRing))
	return nil
}

// OpenRing opens the key store; Close closes it.
func (p *Place) OpenRing() (*ring.Ring, error) {
	st, err := store.Open(context.WithoutCancel(p.T.Context()), store.Options{Path: p.KeyDB(), Migrations: ring.Migrations})
	if err != nil {
		return nil, err
	}
	p.keyStore, p.Ring = st, ring.Open(st, p.Keys, rand.Reader)
	return p.Ring, nil
}

// Start opens the log for writing.
func (p *Place) Start() {
	p.T.Helper()
	Must(p.T, p.Open())
	Must(p.T, p.Log.BindKey(p.T.Context()))
}

// Close leaves whole files: the last connection empties the -wal.
func (p *Place) Close() error {
	var first error
	for _, st := range []*store.Store{p.keyStore, p.Store} {
		if st != nil {
			if err := st.Close(); err != nil && first == nil {
				first = err
			}
		}
	}
	p.Store, p.keyStore, p.Ring, p.Log = nil, nil, nil, nil
	return first
}

// Copy gives a closed place of its own with the same files.
func (p *Place) Copy(t testing.TB) *Place {
	t.Helper()
	to := &Place{Kind: p.Kind, T: t, Dir: t.TempDir(), Clock: &Clock{t: p.Clock.Now()}, Keys: p.Keys}
	Must(t, os.Mkdir(filepath.Join(to.Dir, "keys"), 0o700))
	for _, name := range []string{"s.db", "s.db-wal", "keys/s.db", "keys/s.db-wal"} {
		CopyFile(t, filepath.Join(p.Dir, name), filepath.Join(to.Dir, name))
	}
	t.Cleanup(func() { to.Shut(); _ = to.Close() })
	return to
}

// CopyFile copies one that may be absent.
func CopyFile(t testing.TB, from, to string) {
	t.Helper()
	in, err := os.Open(from)
	if os.IsNotExist(err) {
		return
	}
	Must(t, err)
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	Must(t, err)
	_, err = io.Copy(out, in)
	Must(t, errors.Join(err, out.Close()))
}

// Raw opens the files as any tool would, without the triggers and the checks that keep an honest hand from mistakes.
func (p *Place) Raw() (data, keys *sql.DB) {
	p.T.Helper()
	if p.data != nil {
		return p.data, p.keys
	}
	Must(p.T, p.Close())
	p.data, p.keys = p.bare(p.DB()), p.bare(p.KeyDB())
	return p.data, p.keys
}

// bare takes the triggers away; Shut puts them back, as somebody would who leaves no traces.
func (p *Place) bare(path string) *sql.DB {
	p.T.Helper()
	db, err := sql.Open("sqlite", "file://"+path+"?mode=rw&_pragma=synchronous(0)&_pragma=ignore_check_constraints(1)")
	Must(p.T, err)
	db.SetMaxOpenConns(1)
	rows, err := db.QueryContext(p.T.Context(), "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
	Must(p.T, err)
	defer func() { _ = rows.Close() }() // the last Next has done it already
	drop := ""
	for rows.Next() {
		var name, text string
		Must(p.T, rows.Scan(&name, &text))
		drop += "DROP TRIGGER " + name + "; "
		p.triggers = append(p.triggers, trigger{db, text})
	}
	Must(p.T, rows.Err())
	_, err = db.ExecContext(p.T.Context(), drop)
	Must(p.T, err)
	return db
}

// Shut ends what Raw began.
func (p *Place) Shut() {
	if p.data == nil {
		return
	}
	for _, t := range p.triggers {
		_, err := t.db.ExecContext(context.WithoutCancel(p.T.Context()), t.text)
		Must(p.T, err)
	}
	Must(p.T, errors.Join(p.data.Close(), p.keys.Close()))
	p.data, p.keys, p.triggers = nil, nil, nil
}

// db gives the database that a statement speaks of: the key store when it names its tables.
func (p *Place) db(text string) *sql.DB {
	data, keys := p.Raw()
	if strings.Contains(text, "ring_") {
		return keys
	}
	return data
}

// Exec runs statements, which may be several; each must change something. @ stands for the name of the log.
func (p *Place) Exec(text string, args ...any) {
	p.T.Helper()
	for one := range strings.SplitSeq(p.named(text), ";") {
		res, err := p.db(one).ExecContext(p.T.Context(), one, args...)
		if err != nil {
			p.T.Fatalf("%s: %v", one, err)
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			p.T.Fatalf("%s: changed nothing", one)
		}
	}
}

// Value reads one value of the store or the key store.
func Value[T any](p *Place, text string, args ...any) (v T) {
	p.T.Helper()
	text = p.named(text)
	if err := p.db(text).QueryRowContext(p.T.Context(), text, args...).Scan(&v); err != nil {
		p.T.Fatalf("%s: %v", text, err)
	}
	return v
}

// Size is how many entries the open log has.
func (p *Place) Size() int64 {
	p.T.Helper()
	h, _, err := p.Log.Ledger().Head(p.T.Context())
	Must(p.T, err)
	return h.Size
}

// Seen is what a verifier keeps who has just verified the log.
func (p *Place) Seen() *ledger.Trust {
	p.T.Helper()
	h, ok, err := p.Log.Ledger().Head(p.T.Context())
	Must(p.T, err)
	if !ok {
		p.T.Fatal("nothing was logged")
	}
	c, err := ledger.ReadCheckpoint(h.Note)
	Must(p.T, err)
	return &ledger.Trust{Vkey: h.Vkey, Size: c.Size, Root: c.Root}
}

// Signer gives a signing key of the log's own.
func (p *Place) Signer(vkey string) note.Signer {
	p.T.Helper()
	p.Shut()
	st, err := store.Open(p.T.Context(), store.Options{Path: p.KeyDB(), Migrations: ring.Migrations})
	Must(p.T, err)
	defer st.Close()
	s, err := ring.Open(st, p.Keys, rand.Reader).Signer(p.T.Context(), vkey)
	Must(p.T, err)
	return s
}

// Verify does what the verify command does with a store; the error is one that ends the command.
func (p *Place) Verify(level ledger.Level, trust *ledger.Trust, scrub int64) (ledger.Report, error) {
	ctx := p.T.Context()
	if p.Log == nil {
		if err := p.Open(); err != nil {
			return ledger.Report{}, err
		}
	}
	if level == ledger.Deep && p.CheckKey != nil {
		if err := p.CheckKey(ctx, p.Log); err != nil {
			return ledger.Report{}, err
		}
	}
	head, _, err := p.Log.Ledger().Head(ctx)
	if err != nil {
		return ledger.Report{}, err
	}
	o := ledger.Options{Log: p.Name, Level: level, Trust: trust, Vkey: head.Vkey, Scrub: scrub}
	src := p.Log.Ledger().Source()
	if level == ledger.Deep {
		o.Domain = p.Domain(p, head, src)
	}
	return ledger.Verify(ctx, src, o)
}

// Next logs one more entry and says what became of it.
func (p *Place) Next() string {
	err := p.Open()
	if err == nil {
		err = p.Log.BindKey(p.T.Context())
	}
	if err == nil {
		err = p.Add(p)
	}
	if err != nil {
		return Result(ledger.Report{}, err)
	}
	return "logged"
}
