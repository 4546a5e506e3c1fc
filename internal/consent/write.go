package consent

import (
	"bytes"
	"context"
	"database/sql"
	"slices"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/ledger"
	"iskurctl/internal/seal"
	"iskurctl/internal/store"
)

// BindKey ties the store to its master key at its first use, and checks it at every later one; it starts the ledger as
// well. Whatever writes calls it.
func (l *Log) BindKey(ctx context.Context) error {
	if l.cfg.Bind != nil {
		if err := l.cfg.Bind(ctx); err != nil {
			return err
		}
	}
	return l.ledger.Start(ctx)
}

// statements are the prepared ones of the write path.
type statements struct{ text, person, event *sql.Stmt }

// writer adds entries within one transaction.
type writer struct {
	*ledger.Writer
	log   *Log
	ready *statements
	ctx   context.Context // without an end: an interrupted statement would roll back the others of the commit
	room  []byte          // for a leaf
}

// write runs fn in a durable transaction; the rules of store.Write hold for it.
func (l *Log) write(ctx context.Context, fn func(*writer) error) error {
	ready, err := l.statements(ctx)
	if err != nil {
		return err
	}
	background := context.WithoutCancel(ctx)
	return l.ledger.Write(ctx, func(w *ledger.Writer) error { return fn(&writer{Writer: w, log: l, ready: ready, ctx: background}) })
}

// statements prepares for the first write.
func (l *Log) statements(ctx context.Context) (*statements, error) {
	l.prepare.Lock()
	defer l.prepare.Unlock()
	if l.ready != nil {
		return l.ready, nil
	}
	if err := l.BindKey(ctx); err != nil {
		return nil, err
	}
	s := &statements{}
	err := l.st.Prepare(ctx, store.Prepared{To: &s.text, Text: addText}, store.Prepared{To: &s.person, Text: addPerson}, store.Prepared{To: &s.event, Text: addEvent})
	if err != nil {
		return nil, err
	}
	l.ready = s
	return s, nil
}

// record decides about the drafts of a batch in their order and records those that are to be, in one transaction. The
// decisions are good only when the transaction is committed; used is how many of the spare keys then belong to people.
func (w *writer) record(s *scene, drafts []draft, spare []*seal.DataKey) (decisions []decision, used int, err error) {
	s.ctx, s.q, s.next = w.ctx, w.Tx, w.Next()
	decisions = make([]decision, len(drafts))
	added := make([]int, 0, len(drafts))
	for i := range drafts {
		if decisions[i], err = s.decide(&drafts[i]); err != nil {
			return nil, 0, err
		}
		if decisions[i].recorded() {
			added = append(added, i)
		}
	}
	if used, err = w.people(s, spare); err != nil {
		return nil, 0, err
	}
	logged := ledger.Time(w.log.now())
	for _, i := range added {
		if err := w.entry(&drafts[i], &decisions[i], logged); err != nil {
			return nil, 0, err
		}
	}
	// By id, not by sequence number: in the index of ids each page is then met once, however large it is. (Several rows a
	// statement do not pay: SQLite then keeps a journal for each.)
	slices.SortFunc(added, func(a, b int) int { return bytes.Compare(drafts[a].id[:], drafts[b].id[:]) })
	for _, i := range added {
		d, v := &drafts[i], &decisions[i]
		if _, err := w.Exec(w.ready.event, v.seq, d.id[:], v.person.key.ID, d.session[:], string(d.act), string(d.step), d.time.UnixMilli(),
			v.text.Seq, optional(v.links.Notice), optional(v.links.Prev), d.same[:]); err != nil {
			return nil, 0, err
		}
	}
	return decisions, used, nil
}

// recorded tells whether the event gets a place in the log.
func (v *decision) recorded() bool { return v.problem == nil && v.there == nil }

// people gets the data keys of those who get an event, and adds the rows that lead to new ones. Their keys, spare ones or
// made here, are durable before their first entry is.
func (w *writer) people(s *scene, spare []*seal.DataKey) (used int, err error) {
	ring, err := w.log.cfg.Ring()
	if err != nil {
		return 0, err
	}
	var ids []int64
	var known, fresh []*person
	for _, p := range s.people {
		switch {
		case !p.adds:
		case p.id == 0:
			fresh = append(fresh, p)
		case p.key == nil:
			known, ids = append(known, p), append(ids, p.id)
		}
	}
	if len(known) > 0 {
		keys, faults, err := ring.FindAll(w.ctx, Name, ids)
		if err != nil {
			return 0, err
		}
		for _, p := range known {
			if p.key = keys[p.id]; p.key == nil {
				return 0, older(faults[p.id]) // nothing is recorded that cannot be read
			}
		}
	}
	used = min(len(spare), len(fresh))
	more, err := w.log.newKeys(w.ctx, w.Tx, len(fresh)-used)
	if err != nil {
		return 0, err
	}
	keys := append(slices.Clip(spare[:used]), more...)
	slices.SortFunc(fresh, func(a, b *person) int { return bytes.Compare(a.tag[:], b.tag[:]) }) // as the index of tags
	for i, p := range fresh {
		p.key = keys[i]
		if _, err := w.Exec(w.ready.person, p.key.ID, p.tag[:]); err != nil {
			return 0, err
		}
	}
	return used, nil
}

// newKeys makes the data keys of new people. A key store that has fewer than there are people is an old copy: it would give
// out ids again that belong to somebody. Error then: class Unverifiable, key_store_old; nothing is written.
func (l *Log) newKeys(ctx context.Context, q querier, n int) ([]*seal.DataKey, error) {
	if n <= 0 {
		return nil, nil
	}
	ring, err := l.cfg.Ring()
	if err != nil {
		return nil, err
	}
	var newest int64
	if err := q.QueryRowContext(ctx, newestPerson).Scan(&newest); err != nil {
		return nil, l.explain(ctx, err)
	}
	last, err := ring.Last(ctx, Name) // after the people: another process makes the keys first
	if err != nil {
		return nil, err
	}
	if last < newest {
		return nil, fault.New(fault.Unverifiable, "key_store_old", i18n.T("anahtar deposu eski bir kopya: depodaki kişilerin bir kısmının anahtarı onda yok", "the key store is an old copy: it lacks the keys of some people of the store")).
			WithHint(i18n.T("doğru anahtar deposunu yedeğinden geri koyun; bu depoya yeni kişi onunla kaydedilir", "put the right key store back from its backup; new people are recorded in this store with it"))
	}
	return ring.New(ctx, Name, n)
}

// entry adds the entry of an event, with its disclosures.
func (w *writer) entry(d *draft, v *decision, logged string) error {
	leaf, err := appendTail(append(w.room[:0], d.head...), d, v, logged)
	if err != nil {
		return err
	}
	w.room = leaf
	seq, err := w.Append(leaf)
	if err != nil {
		return err
	}
	if seq != v.seq {
		return mistake()
	}
	return w.Seal(seq, v.person.key, d.sd)
}

// optional is a sequence number as a column, which is empty for none.
func optional(seq int64) any {
	if seq < 0 {
		return nil
	}
	return seq
}
