package ledger

import (
	"bytes"
	"context"
	"database/sql"
	"errors"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/seal"
	"iskurctl/internal/store"
)

// statements are the prepared ones of the write path.
type statements struct{ head, move, leaf, sealed *sql.Stmt }

// turn is what the log knows between the first entry of a transaction and the next transaction's: where the head stood,
// and the right edge that belongs to it. All entries of a group commit share one turn, one checkpoint and one signature.
type turn struct {
	tx     *sql.Tx
	head   Head  // as it will stand after the commit
	before int64 // the size when the transaction began
	edge   edge
	edgeOf []byte                  // the checkpoint that edge belongs to; nil when nobody knows
	number int64                   // of the transaction
	bound  map[*sql.Stmt]*sql.Stmt // prepared statements as tx knows them
	signer note.Signer
	vkey   string // signer's
}

// Writer appends within one store transaction.
type Writer struct {
	Tx    *sql.Tx
	log   *Log
	turn  *turn
	ready *statements
}

// Write runs fn in a durable transaction of the store, with everything prepared for appending; the rules of
// store.Write hold for fn. The log must have been started.
func (l *Log) Write(ctx context.Context, fn func(*Writer) error) error {
	ready, err := l.statements(ctx)
	if err != nil {
		return err
	}
	background := context.WithoutCancel(ctx)
	err = l.store.Write(ctx, func(tx *sql.Tx) error {
		if err := l.begin(background, tx, ready); err != nil {
			return err
		}
		return fn(&Writer{Tx: tx, log: l, turn: &l.turn, ready: ready})
	})
	if err != nil && fault.From(err).Code == "store_constraint" { // something stands where the next entry belongs
		return damagedEdge(l.Name).Because(err)
	}
	return err
}

// Exec runs a statement that store.Prepare prepared, within the transaction.
func (w *Writer) Exec(stmt *sql.Stmt, args ...any) (sql.Result, error) {
	bound := w.turn.bound[stmt]
	if bound == nil { // once a transaction: binding costs as much as a small insert, and a group has hundreds of those
		bound = w.Tx.Stmt(stmt) //nolint:sqlclosecheck // the end of the transaction closes it
		w.turn.bound[stmt] = bound
	}
	return bound.Exec(args...)
}

// Append adds an entry and gives its sequence number.
func (w *Writer) Append(leaf []byte) (int64, error) {
	seq := w.turn.edge.size
	h := tlog.RecordHash(leaf)
	if _, err := w.Exec(w.ready.leaf, seq, leaf, h[:]); err != nil {
		return 0, err
	}
	return seq, w.turn.edge.add(h, w.tile, w.tile)
}

// Seal stores the disclosures of entry seq ("d1~d2~d3") under a data key.
func (w *Writer) Seal(seq int64, key *seal.DataKey, sd []byte) error {
	sealed, err := key.Seal(nil, w.log.rand, sd, w.log.Name, seq)
	if err != nil {
		return err
	}
	_, err = w.Exec(w.ready.sealed, seq, key.ID, sealed)
	return err
}

func (w *Writer) tile(level int, index int64, hashes []byte) error {
	_, err := w.Tx.Exec(named(addTile, w.log.Name), level, index, hashes)
	return err
}

// begin takes the turn of tx: the first entry of a transaction looks whether the head still stands where this process
// left it, and reads the right edge anew when it does not.
func (l *Log) begin(ctx context.Context, tx *sql.Tx, ready *statements) error {
	t := &l.turn
	if t.tx == tx {
		return nil
	}
	head := t.head
	if t.edgeOf == nil || l.store.Number() != t.number+1 { // otherwise the head stands as this process wrote it
		err := scanHead(tx.Stmt(ready.head).QueryRow(), &head)
		if errors.Is(err, sql.ErrNoRows) {
			return fault.New(fault.Internal, "ledger_not_started", i18n.T("günlük başlatılmadan yazılmak istendi", "the log was written to before it was started"))
		}
		if err != nil {
			return err
		}
		if t.edgeOf == nil || !bytes.Equal(t.edgeOf, head.Note) {
			if err := l.load(tx, head); err != nil {
				return err
			}
		}
	}
	t.edgeOf = nil // until the group is written: whatever fails in between, the next transaction reads the edge anew
	if t.vkey != head.Vkey {
		keys, err := l.keys()
		if err != nil {
			return err
		}
		if t.signer, err = keys.Signer(ctx, head.Vkey); err != nil {
			return err
		}
		t.vkey = head.Vkey
	}
	t.tx, t.head, t.before, t.number = tx, head, head.Size, l.store.Number()
	if t.bound == nil {
		t.bound = make(map[*sql.Stmt]*sql.Stmt)
	}
	clear(t.bound)
	l.store.Finally(tx, l.finish)
	return nil
}

// finish writes the checkpoint of the group, once, just before the commit.
func (l *Log) finish(tx *sql.Tx) error {
	t := &l.turn
	t.tx = nil // whatever happens now, the next transaction looks again
	if t.edge.size == t.before {
		t.edgeOf = t.head.Note
		return nil
	}
	checkpoint, err := SignCheckpoint(t.head.Origin, t.edge.size, t.edge.root(), t.signer)
	if err != nil {
		return err
	}
	t.head.Size, t.head.Note = t.edge.size, checkpoint
	res, err := tx.Stmt(l.ready.move).Exec(t.head.Size, checkpoint, t.head.Vkey, t.before)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return fault.New(fault.Internal, "ledger_head", i18n.T("günlüğün başı beklenen yerde değil", "the head of the log is not where it should be")).Because(err)
	}
	t.edgeOf = checkpoint
	return nil
}

// load reads the right edge that belongs to head, and refuses one that does not add up to the head's checkpoint: nothing
// is added to a log that was tampered with at its end.
func (l *Log) load(tx *sql.Tx, head Head) error {
	var tiles [Levels][]byte
	var newest int64
	if err := tx.QueryRow(named(newestLeaf, l.Name)).Scan(&newest); err != nil {
		return err
	}
	if newest >= head.Size {
		return damagedEdge(l.Name)
	}
	rows, err := tx.Query(named(readHashes, l.Name), head.Size&^(Width-1), head.Size)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	var hash sql.RawBytes
	for rows.Next() {
		if err := rows.Scan(&hash); err != nil {
			return err
		}
		tiles[0] = append(tiles[0], hash...)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for level := 1; level < Levels; level++ {
		done := head.Size >> (levelBits * level)
		if done%Width == 0 {
			continue
		}
		if err := tx.QueryRow(named(readTile, l.Name), level, done/Width).Scan(&tiles[level]); err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
	}
	for level := range Levels {
		if int64(len(tiles[level])) != head.Size>>(levelBits*level)%Width*tlog.HashSize {
			return damagedEdge(l.Name)
		}
	}
	verifier, err := note.NewVerifier(head.Vkey)
	if err != nil {
		return damagedEdge(l.Name)
	}
	checkpoint, err := OpenCheckpoint(head.Note, verifier)
	if err != nil {
		return damagedEdge(l.Name)
	}
	l.turn.edge.reset(head.Size, tiles)
	if checkpoint.Origin != head.Origin || checkpoint.Size != head.Size || checkpoint.Root != l.turn.edge.root() {
		return damagedEdge(l.Name)
	}
	return nil
}

// damagedEdge is the error for a log that does not fit together at its end; log is its name, which is that of its commands
// too, "" when nobody knows.
func damagedEdge(log string) *fault.Error {
	look := "`iskurctl " + log + " verify --full`"
	if log == "" {
		look = "`verify --full`"
	}
	return fault.New(fault.Integrity, "ledger_damaged", i18n.T("günlüğün sonu, imzalı denetim noktasıyla uyuşmuyor; hiçbir şey yazılmadı", "the end of the log does not agree with its signed checkpoint; nothing was written")).
		WithHint(i18n.Tf("%s bulguları listeler; depoyu inceleme için saklayın", "%s lists the findings; keep the store for the investigation", look))
}

func (l *Log) statements(ctx context.Context) (*statements, error) {
	l.prepare.Lock()
	defer l.prepare.Unlock()
	if l.ready != nil {
		return l.ready, nil
	}
	s := &statements{}
	err := l.store.Prepare(ctx, store.Prepared{To: &s.head, Text: named(readHead, l.Name)}, store.Prepared{To: &s.move, Text: named(moveHead, l.Name)},
		store.Prepared{To: &s.leaf, Text: named(addLeaf, l.Name)}, store.Prepared{To: &s.sealed, Text: named(addSealed, l.Name)})
	if err != nil {
		return nil, err
	}
	l.ready = s
	return s, nil
}

// Next is the number that the next entry will get.
func (w *Writer) Next() int64 { return w.turn.edge.size }
