package consent

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"iskurctl/internal/ledger"
	"iskurctl/internal/seal"
)

const (
	pageActs  = 256     // events that one commit erases
	maxPeople = 1000    // people whose keys are destroyed at once
	maxPieces = 1 << 15 // of old values that are looked for at once
)

// eraser is one run of Erase.
type eraser struct {
	log     *Log
	ring    Ring
	process string // this one's
	ground  string
	fields  []string // nil: all
	tags    [][]byte // of the people, who were there at the beginning

	at    int   // tags before are done
	after int64 // of that person, the events up to this one
	found bool  // anything to erase

	old    *needles
	people []int64 // erased, or erased in part, and not settled yet
	keys   []int64 // theirs who were erased as a whole
	anew   bool    // old bytes of another process's may be there, which it alone knew
	left   map[string]int
}

// doomed is an event of a person whose values are to go, as its tables hold it.
type doomed struct {
	seq  int64
	ms   int64 // declared time of the event
	same []byte
	key  sql.NullInt64
	sd   []byte
}

// page is what one commit does. It is made anew when the transaction is.
type page struct {
	*writer
	x      *eraser
	logged string
	at     int
	after  int64
	room   int // events that still fit
	done   []Erased
	old    []old
	people []int64
	keys   []int64
	found  bool
	anew   bool
}

// page erases the next events, of as many people as fit into one commit, and gives what it erased.
func (x *eraser) page(ctx context.Context) ([]Erased, error) {
	var p *page
	err := x.log.write(ctx, func(w *writer) error {
		p = &page{writer: w, x: x, logged: ledger.Time(x.log.now()), at: x.at, after: x.after, room: pageActs}
		for p.at < len(x.tags) && p.room > 0 {
			if err := p.person(x.tags[p.at]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	x.at, x.after, x.found, x.anew = p.at, p.after, x.found || p.found, x.anew || p.anew
	x.people, x.keys = append(x.people, p.people...), append(x.keys, p.keys...)
	for _, o := range p.old {
		x.old.add(o)
	}
	return p.done, nil
}

// person erases the next events of a person. With the last of them nothing leads to the person any more.
func (p *page) person(tag []byte) error {
	var id int64
	err := p.Tx.QueryRowContext(p.ctx, personByTag, tag).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) { // erased by another process meanwhile
		p.at, p.after, p.room = p.at+1, -1, p.room-1
		return nil
	}
	if err != nil {
		return err
	}
	acts, err := p.acts(id)
	if err != nil {
		return err
	}
	more := len(acts) > p.room
	acts = acts[:min(len(acts), p.room)]
	before := len(p.done)
	if p.x.fields == nil {
		err = p.whole(id, tag, acts, !more)
	} else {
		err = p.part(id, tag, acts)
	}
	if err != nil {
		return err
	}
	if len(p.done) > before || p.x.fields == nil { // until the old bytes are gone
		if err := p.begin(id); err != nil {
			return err
		}
		p.found = true
	}
	p.room -= max(1, len(acts))
	if more {
		p.after = acts[len(acts)-1].seq
		return nil
	}
	p.people = append(p.people, id)
	p.at, p.after = p.at+1, -1
	return nil
}

// begin puts a person on the list of those whose erasure is not at its end. Who stands there is taken over, with what the
// other process owed.
func (p *page) begin(id int64) error {
	var owner string
	err := p.Tx.QueryRowContext(p.ctx, erasingBy, id).Scan(&owner)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	p.anew = p.anew || err == nil && owner != p.x.process
	_, err = p.Tx.ExecContext(p.ctx, beginErasing, id, p.x.process)
	return err
}

// acts reads the next events of a person, one more than fit: then there is another page.
func (p *page) acts(id int64) ([]doomed, error) {
	rows, err := p.Tx.QueryContext(p.ctx, actsOf, id, p.after, p.room+1)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var acts []doomed
	for rows.Next() {
		var d doomed
		if err := rows.Scan(&d.seq, &d.ms, &d.same, &d.key, &d.sd); err != nil {
			return nil, err
		}
		acts = append(acts, d)
	}
	return acts, rows.Err()
}

// whole erases all values of the events, and with the last event the person.
func (p *page) whole(id int64, tag []byte, acts []doomed, last bool) error {
	for _, d := range acts {
		if d.key.Valid && d.key.Int64 != id { // the values of somebody else
			return damaged(d.seq, errEntry)
		}
		by, err := p.erased(d, []string{allFields})
		if err != nil {
			return err
		}
		if err := p.Erase(d.seq, by); err != nil {
			return err
		}
		if _, err := p.Tx.ExecContext(p.ctx, unlinkAct, d.seq); err != nil {
			return err
		}
		p.old = append(p.old, old{oldSealed, d.sd, tag}, old{oldSame, d.same, tag})
	}
	if !last {
		return nil
	}
	p.old = append(p.old, old{oldTag, tag, tag})
	p.keys = append(p.keys, id)
	_, err := p.Tx.ExecContext(p.ctx, unlinkPerson, id)
	return err
}

// part erases the values of some names from the events that have any, and seals the others again under the same key.
func (p *page) part(id int64, tag []byte, acts []doomed) error {
	var key *seal.DataKey
	for _, d := range acts {
		if !d.key.Valid || d.key.Int64 != id {
			return damaged(d.seq, errEntry)
		}
		if key == nil {
			var err error
			if key, err = p.x.ring.Find(p.ctx, Name, id); err != nil {
				return in(d.seq, err)
			}
		}
		plain, err := key.Open(nil, d.sd, Name, d.seq)
		if err != nil {
			return in(d.seq, err)
		}
		rest, gone, err := without(plain, p.x.fields)
		if err != nil {
			return damaged(d.seq, err)
		}
		if len(gone) == 0 {
			continue
		}
		by, err := p.erased(d, gone)
		if err != nil {
			return err
		}
		if err := p.Reseal(d.seq, by, key, rest); err != nil {
			return err
		}
		if _, err := p.Tx.ExecContext(p.ctx, unlikeAct, d.seq); err != nil {
			return err
		}
		p.old = append(p.old, old{oldSealed, d.sd, tag}, old{oldSame, d.same, tag})
	}
	return nil
}

// without gives the disclosures without those of some names, and which of the names there were, ascending.
func without(joined []byte, names []string) (rest []byte, gone []string, err error) {
	var left [][]byte
	for d := range ledger.SplitDisclosures(joined) {
		v, err := ledger.OpenDisclosure(d)
		if err != nil {
			return nil, nil, err
		}
		if slices.Contains(names, v.Name) {
			gone = append(gone, v.Name)
		} else {
			left = append(left, d)
		}
	}
	slices.Sort(gone)
	return bytes.Join(left, []byte("~")), gone, nil
}

// erased appends the erased/1 entry of an event and gives its number.
func (p *page) erased(d doomed, fields []string) (by int64, err error) {
	leaf, err := ledger.NewLeaf().Strings("fields", fields).String("ground", p.x.ground).String("k", kindErased).Int("seq", d.seq).String("t", p.logged).Bytes()
	if err != nil {
		return 0, err
	}
	if by, err = p.Append(leaf); err == nil {
		p.done = append(p.done, Erased{Seq: d.seq, By: by, Time: time.UnixMilli(d.ms).UTC(), Fields: fields})
	}
	return by, err
}
