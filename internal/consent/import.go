package consent

import (
	"cmp"
	"context"
	"database/sql"
	"iter"
	"slices"

	"iskurctl/internal/consent/event"
)

// batchRows is how many rows of an import one commit takes: enough that its sync does not count, few enough to hold.
const batchRows = 2000

// Import records the events of a file in their order, a batch a durable commit, and says what it did. What is in the log
// already, or was met before in the file, is skipped; so the same import may be run again after it was broken off.
// Every row that cannot be taken is handed to reject, without its personal values; an error of reject ends the import.
// done, which may be nil, is told after every commit. Neither is called twice at a time, nor after Import returned.
//
// The error is that of the rows, of reject, of the store or of the key store, or the context's. With it, too, the Tally
// says what was recorded, and up to which line everything was dealt with.
func (l *Log) Import(ctx context.Context, rows iter.Seq2[event.Row, error], reject func(event.Row, *event.Problem) error, done func(Tally)) (Tally, error) {
	c := committer{log: l}
	defer c.usual(ctx)
	return l.run(ctx, rows, &importer{reject: reject, done: done, prepare: c.lookAhead, decide: func(b *batch) ([]decision, error) { return c.commit(ctx, b) }})
}

// batch is what one commit deals with.
type batch struct {
	drafts []draft
	arena  []byte // in which the drafts' bytes stand
	scene  *scene // what decides about them, as it was read ahead
	size   int64  // of the log, when it was read
	people int    // new ones who will be recorded, as far as that can be known ahead
}

// committer records the batches of an import.
type committer struct {
	log   *Log
	pages int // that the -wal usually holds; 0: nothing was changed
	limit int // of the -wal file's size, as usual, in bytes
	keys  spareKeys
	last  struct { // the batch before: its entries, and what it knew at its end
		from, to int64
		scene    *scene
	}
}

// commit records a batch. What decides about it was read ahead, beside the commit before it. That stands as long as nobody
// else has logged anything since (there is no change of the log without an entry); otherwise, or when the transaction runs
// again, it is read anew.
func (c *committer) commit(ctx context.Context, b *batch) (decisions []decision, err error) {
	keys, used, runs := c.keys.all(), 0, 0
	last := c.last
	err = c.log.write(ctx, func(w *writer) (err error) {
		if err := c.seldom(w); err != nil {
			return err
		}
		last.from = w.Next()
		last.scene = b.scene
		if runs++; runs > 1 || !c.stands(b, last.from) {
			if last.scene, err = c.log.load(w.ctx, w.Tx, b.drafts); err != nil {
				return err
			}
		}
		decisions, used, err = w.record(last.scene, b.drafts, keys)
		last.to = w.Next()
		return err
	})
	if err != nil {
		return nil, err
	}
	c.last = last
	c.keys.drop(used)
	return decisions, nil
}

// stands tells whether what was read ahead holds for a log of this size, and adds what this import has recorded since.
func (c *committer) stands(b *batch, size int64) bool {
	if b.size == size {
		return true
	}
	// The content of an event without a known text cannot be compared yet.
	if c.last.to != size || b.size < c.last.from || slices.ContainsFunc(b.drafts, func(d draft) bool { return d.content != nil }) {
		return false
	}
	b.scene.after(c.last.scene, b.drafts)
	return true
}

// importPages is how many pages the -wal may hold while an import runs: 128 MiB. A batch changes some 4000, most of them of
// the indexes of ids and numbers, where the next batches change the same pages again; they go to the file once for eight or
// so. (Measured on a million events: 4000 pages, which is one batch, had 2.7 times as much written.)
const importPages = 32_000

// seldom has the -wal written to the file less often, and usual as before. It changes nothing about when a commit is
// durable. The -wal keeps its size meanwhile: a commit that makes the file longer syncs more than one that writes into it.
func (c *committer) seldom(w *writer) error {
	if c.pages > 0 {
		return nil
	}
	if err := w.Tx.QueryRowContext(w.ctx, walLimit).Scan(&c.limit); err != nil {
		return err
	}
	if err := w.Tx.QueryRowContext(w.ctx, walPages).Scan(&c.pages); err != nil || c.pages >= importPages {
		return err
	}
	return c.set(w.ctx, w.Tx, importPages, importPages*pageSize)
}

func (c *committer) usual(ctx context.Context) {
	if c.pages > 0 && c.pages < importPages {
		background := context.WithoutCancel(ctx)
		_ = c.log.st.Write(background, func(tx *sql.Tx) error { return c.set(background, tx, c.pages, c.limit) }) // an error matters to nobody: the store has ended, or goes on so
	}
}

// pageSize is that of the store, in bytes.
const pageSize = 4096

func (c *committer) set(ctx context.Context, tx *sql.Tx, pages, limit int) error {
	if _, err := tx.ExecContext(ctx, settingOf(walLimit, limit)); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, settingOf(walPages, pages))
	return err
}

// run makes drafts of the rows, and has w deal with each batch while the next one is made.
func (l *Log) run(ctx context.Context, rows iter.Seq2[event.Row, error], w *importer) (Tally, error) {
	texts, err := l.knownTexts(ctx)
	if err != nil {
		return Tally{}, err
	}
	w.batches, w.ended = make(chan *batch), make(chan struct{})
	go w.work()
	d := l.drafter(texts)
	d.dry = w.prepare == nil
	some := l.batch
	if w.some > 0 {
		some = min(some, w.some)
	}
	err = w.feed(ctx, rows, d, some)
	close(w.batches)
	<-w.ended
	if w.err != nil {
		err = w.err
	}
	return w.tally, err
}

// knownTexts gives the texts of the log, by label and by SHA-256.
func (l *Log) knownTexts(ctx context.Context) (map[string]*Text, error) {
	texts := make(map[string]*Text)
	for t, err := range l.Texts(ctx) {
		if err != nil {
			return nil, err
		}
		texts[t.Label], texts[t.SHA256] = &t, &t
	}
	return texts, nil
}

// importer deals with one batch while the next one is made.
type importer struct {
	prepare func(ctx context.Context, b *batch, before *batch) error // nil: nothing is to be recorded
	decide  func(*batch) ([]decision, error)
	some    int // rows at most; 0: as many as an import takes
	reject  func(event.Row, *event.Problem) error
	done    func(Tally)
	batches chan *batch
	ended   chan struct{} // closed when no further batch is taken
	tally   Tally
	err     error
}

// feed makes drafts of the rows and hands them on, some at a time. The rows before an error of the input are handed on too.
// There are two batches, again and again: one is made while the other is decided about.
func (w *importer) feed(ctx context.Context, rows iter.Seq2[event.Row, error], d *drafter, some int) error {
	now, b, before := d.log.now(), &batch{}, &batch{}
	for row, err := range rows {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			_, stopped := w.hand(ctx, b, before)
			return cmp.Or(stopped, err)
		}
		b.drafts = append(b.drafts, draft{})
		d.arena = b.arena
		err := d.draft(&b.drafts[len(b.drafts)-1], row, now)
		if b.arena = d.arena; err != nil {
			return err
		}
		if len(b.drafts) < some {
			continue
		}
		if more, err := w.hand(ctx, b, before); !more || err != nil {
			return err
		}
		now, b, before = d.log.now(), before, b
		*b = batch{drafts: b.drafts[:0], arena: b.arena[:0]}
	}
	_, err := w.hand(ctx, b, before)
	return err
}

// hand gives the importer a batch; more is false when it has ended.
func (w *importer) hand(ctx context.Context, b, before *batch) (more bool, err error) {
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	if w.prepare != nil {
		if err := w.prepare(ctx, b, before); err != nil {
			return false, err
		}
	}
	select {
	case w.batches <- b:
		return true, nil
	case <-w.ended:
		return false, nil
	}
}

func (w *importer) work() {
	defer close(w.ended)
	for b := range w.batches {
		if w.err = w.commit(b); w.err != nil {
			return
		}
	}
}

// commit has a batch decided about and settles its rows.
func (w *importer) commit(b *batch) error {
	var decisions []decision
	if slices.ContainsFunc(b.drafts, func(d draft) bool { return d.problem == nil }) {
		var err error
		if decisions, err = w.decide(b); err != nil {
			return err
		}
	}
	err := w.tally.settle(b.drafts, decisions, w.reject)
	if w.done != nil && len(b.drafts) > 0 {
		w.done(w.tally)
	}
	return err
}

// settle counts what became of the rows of a batch, and hands the bad ones to reject. After an error of it the events that
// were recorded count, but no further row.
func (t *Tally) settle(drafts []draft, decisions []decision, reject func(event.Row, *event.Problem) error) (err error) {
	for i := range drafts {
		d := &drafts[i]
		v := decision{problem: d.problem}
		if v.problem == nil {
			v = decisions[i]
		}
		switch {
		case v.problem != nil && err == nil:
			if err = reject(d.row(v.problem), v.problem); err == nil {
				t.Rejected++
			}
		case v.problem != nil:
		case v.there != nil:
			t.Skipped++
		default:
			t.Recorded++
		}
		if err == nil {
			t.Rows++
			t.Line = d.line
		}
	}
	return err
}
