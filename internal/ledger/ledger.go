// Package ledger is one append-only Merkle log: entries that are SD-JWT payloads, tiles and signed checkpoints as
// C2SP's tlog-tiles, tlog-checkpoint and signed-note describe them, and the verification of all that, from a store or
// from a bundle. The domain packages (the query log, consent) stand on it; it knows nothing of what the entries mean.
package ledger

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/note"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/seal"
	"iskurctl/internal/store"
)

// Keys is where a log's keys come from (internal/seal/ring).
type Keys interface {
	// NewSigner makes a signing key for a log, durably. name is the key's name: the origin.
	NewSigner(ctx context.Context, log, name string) (note.Signer, string, error)
	// Signer gives the signer of a verifier key; class Unverifiable when it is not there.
	Signer(ctx context.Context, vkey string) (note.Signer, error)
	// Data gives a data key of a log, made durably if it is not there yet; Find only gives one that is.
	Data(ctx context.Context, log string, id int64) (*seal.DataKey, error)
	Find(ctx context.Context, log string, id int64) (*seal.DataKey, error)
	// Destroy takes data keys away for ever, and empties the key store's -wal.
	Destroy(ctx context.Context, log string, ids ...int64) error
}

// Log is one log in a store, safe for concurrent use. Name is the prefix of its tables; the store must have its Schema.
// Use one Log a store and name.
type Log struct {
	Name   string
	store  *store.Store
	keys   func() (Keys, error)
	now    func() time.Time
	rand   io.Reader
	origin string

	prepare sync.Mutex
	ready   *statements
	turn    turn // the store's worker's own
}

// New makes a Log. keys is asked for only when something is written or opened. origin is the log's name in its
// checkpoints when it is started here, "<installation>/<name>/1"; rand must be safe for concurrent use.
func New(name string, st *store.Store, keys func() (Keys, error), origin string, now func() time.Time, rand io.Reader) *Log {
	return &Log{Name: name, store: st, keys: keys, origin: origin, now: now, rand: rand}
}

// Head is what the log says of itself. A log that was never written to has none.
type Head struct {
	Origin string
	Vkey   string
	Size   int64
	Pruned int64
	Note   []byte // the signed checkpoint
}

// Head reads it; ok is false for a log that was not started yet.
func (l *Log) Head(ctx context.Context) (h Head, ok bool, err error) {
	err = scanHead(l.store.Read().QueryRowContext(ctx, named(readHead, l.Name)), &h)
	if errors.Is(err, sql.ErrNoRows) {
		return Head{}, false, nil
	}
	return h, err == nil, l.explain(ctx, err)
}

func scanHead(row *sql.Row, h *Head) error {
	return row.Scan(&h.Origin, &h.Vkey, &h.Size, &h.Pruned, &h.Note)
}

// Start makes the log's first key and its empty checkpoint at its first use, and does nothing later.
func (l *Log) Start(ctx context.Context) error {
	if _, ok, err := l.Head(ctx); ok || err != nil {
		return err
	}
	var newest int64
	if err := l.store.Read().QueryRowContext(ctx, named(newestLeaf, l.Name)).Scan(&newest); err != nil {
		return l.explain(ctx, err)
	}
	if newest >= 0 { // entries without a head: it was taken away
		return damagedEdge(l.Name)
	}
	keys, err := l.keys()
	if err != nil {
		return err
	}
	signer, vkey, err := keys.NewSigner(ctx, l.Name, l.origin)
	if err != nil {
		return err
	}
	checkpoint, err := SignCheckpoint(l.origin, 0, (&edge{}).root(), signer)
	if err != nil {
		return err
	}
	return l.store.Write(ctx, func(tx *sql.Tx) error { // another process may have been first: then its key stays
		_, err := tx.Exec(named(firstHead, l.Name), l.origin, vkey, checkpoint)
		return err
	})
}

// Rotate replaces the signing key: a key/1 entry carries the new one, endorsed by the old one, and the checkpoint over it
// is signed by the new one. It gives the new verifier key.
func (l *Log) Rotate(ctx context.Context) (vkey string, err error) {
	if err := l.Start(ctx); err != nil {
		return "", err
	}
	head, _, err := l.Head(ctx)
	if err != nil {
		return "", err
	}
	keys, err := l.keys()
	if err != nil {
		return "", err
	}
	old, err := keys.Signer(ctx, head.Vkey)
	if err != nil {
		return "", err
	}
	signer, vkey, err := keys.NewSigner(ctx, l.Name, head.Origin)
	if err != nil {
		return "", err
	}
	endorsement, err := KeyNote(head.Origin, vkey, old)
	if err != nil {
		return "", err
	}
	leaf, err := NewLeaf().String("k", "key/1").String("note", endorsement).String("t", Time(l.now())).String("vkey", vkey).Bytes()
	if err != nil {
		return "", err
	}
	err = l.Write(ctx, func(w *Writer) error {
		if w.turn.head.Vkey != head.Vkey { // another process has just done the same
			return fault.New(fault.Store, "key_rotated", i18n.T("anahtar bu sırada başka bir süreçte değiştirildi", "another process has just changed the key"))
		}
		if _, err := w.AppendMark(leaf); err != nil {
			return err
		}
		w.turn.head.Vkey, w.turn.vkey, w.turn.signer = vkey, vkey, signer
		return nil
	})
	return vkey, err
}

// Time writes a moment as entries hold it: RFC 3339, UTC, three decimals.
func Time(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// explain prefers the context's own error: an interrupted statement reports the interruption.
func (l *Log) explain(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return l.store.Explain(err)
}
