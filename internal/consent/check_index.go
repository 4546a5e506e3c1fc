package consent

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"hash/maphash"
	"strings"

	"iskurctl/internal/i18n"
	"iskurctl/internal/ledger"
	"iskurctl/internal/store"
)

// What is looked up by an id, a number or a person is found through an index. A table and its index are read once each, in
// their own order: an index is right when it ascends and holds what the rows hold. To have SQLite compare them (PRAGMA
// integrity_check) is five times the work, since it looks for each row in each index, here and there in the file.
//
// Rows of events are read with the entries that they lead to, and the indexes beside that, as far as the log reached when that
// began; what lies outside is read as one look. Where the two do not agree (an erasure came between, or an index is wrong),
// each index is looked at once more, as one look with its table: that alone counts.

// rowSum is how many rows something holds, and the sum of a digest of each.
type rowSum struct{ n, sum uint64 }

func (s *rowSum) add(other rowSum) { s.n, s.sum = s.n+other.n, s.sum+other.sum }

// indexSums is what the rows that were read say of the indexes of events.
type indexSums struct{ ids, people rowSum }

func (s *indexSums) add(other indexSums) {
	s.ids.add(other.ids)
	s.people.add(other.people)
}

// listed is what a table holds of the column of an index, or the index itself: the sum, and the last row.
type listed struct {
	rowSum
	key      []byte
	row      int64
	unsorted bool
}

// indexReader compares a table with an index. The key of the digests is made anew each time: nobody can alter rows so that
// the sum stays.
type indexReader struct {
	seed        maphash.Seed
	within      int64 // rows of the index below, from 0, are counted apart
	rows, found listed
	inside      rowSum
	room        []byte // with room for the digest's number as well
	foul        bool   // a value is of a type that none of ours has
	met         func(row int64, r *store.Row)
}

// The columns of a table that is compared with an index.
const (
	colOfIndex = iota // 1: it is of the index
	colRow
	colValue
	colMore
)

// agree tells whether what was read of both agrees, but for the rows of the index that are counted apart.
func (x *indexReader) agree() bool {
	return x.rows.rowSum == x.found.rowSum && !x.found.unsorted && !x.foul
}

func (x *indexReader) row(r *store.Row) error {
	n, ok := r.Int(colRow)
	key := append(x.room[:0], 0) // an empty column comes first
	if v, is := r.Blob(colValue); is {
		key = appendValue(x.room[:0], v)
	} else if id, is := r.Int(colValue); is {
		key = appendPerson(x.room[:0], id)
		more, _ := r.Int(colMore)
		ok = ok && id >= 0 && more == n // an index of numbers is that of people
	} else {
		ok = ok && r.Null(colValue)
	}
	x.room = key
	x.foul = x.foul || !ok
	if index, _ := r.Int(colOfIndex); index == 0 {
		x.rows.add(sumOf(x.seed, key, n))
		if x.met != nil {
			x.met(n, r)
		}
		return nil
	}
	f := &x.found
	if f.key != nil && cmp.Or(bytes.Compare(f.key, key), cmp.Compare(f.row, n)) >= 0 {
		f.unsorted = true
	}
	f.key, f.row = append(f.key[:0], key...), n
	if s := sumOf(x.seed, key, n); n >= 0 && n < x.within {
		x.inside.add(s)
	} else {
		f.add(s)
	}
	return nil
}

// appendPerson appends what a digest is made of for a person, -1 for none. Keys ascend as people do.
func appendPerson(dst []byte, person int64) []byte {
	if person < 0 {
		return append(dst, 0)
	}
	return binary.BigEndian.AppendUint64(append(dst, 1), uint64(person))
}

// appendValue appends what a digest is made of where the column is not empty.
func appendValue(dst, value []byte) []byte { return append(append(dst, 1), value...) }

// sumOf gives that of one row: of the value of the column, and of the row's number. It writes behind key.
func sumOf(seed maphash.Seed, key []byte, row int64) rowSum {
	return rowSum{1, maphash.Bytes(seed, binary.BigEndian.AppendUint64(key, uint64(row)))} //nolint:gosec // its bits
}

// looked is the end of a look at the indexes.
type looked struct {
	altered []string    // what is not as the schema was made
	lame    bool        // the indexes were not looked at: one is not there, or another
	right   bool        // the indexes agree with the rows, but for those of sums
	sums    indexSums   // of the indexes, in the part of the log that is read with its entries
	known   ledger.Bits // people who have a number
	active  ledger.Bits // people who have events, outside of that part
	err     error
}

// indexes tells whether the schema is as it was made, and what is looked up by id, number or person is found. Events of
// [0, within) are those that the caller reads.
func (l *Log) indexes(ctx context.Context, seed maphash.Seed, within int64) looked {
	var found looked
	if found.altered, found.err = l.st.Altered(ctx); found.err != nil {
		found.err = l.explain(ctx, found.err)
		return found
	}
	for _, what := range found.altered {
		found.lame = found.lame || !strings.HasPrefix(what, "trigger ")
	}
	if found.lame {
		return found // nobody can look for an index that is not there
	}
	reader := func(within int64, met func(int64, *store.Row)) *indexReader {
		return &indexReader{seed: seed, within: within, room: make([]byte, 0, 64), met: met}
	}
	numbers := reader(0, func(id int64, r *store.Row) {
		if !r.Null(colValue) {
			found.known.Set(id)
		}
	})
	ids := reader(within, func(_ int64, r *store.Row) {
		if id, ok := r.Int(colMore); ok {
			found.active.Set(id)
		}
	})
	people := reader(within, nil)
	lost, sound := false, ""
	for _, look := range []func() error{
		func() error { return l.st.Scan(ctx, numbers.row, peopleByNumber) },
		func() error { return l.st.Scan(ctx, ids.row, eventsByID, within) },
		func() error {
			if within > 0 {
				return l.st.ScanIndex(ctx, people.row, "consent_event_person", peopleIndex, peopleColumns, eventsByPerson, within)
			}
			return l.explain(ctx, l.st.Read().QueryRowContext(ctx, lostByPerson).Scan(&lost))
		},
		func() error { return l.explain(ctx, l.st.Read().QueryRowContext(ctx, checkTextIndexes).Scan(&sound)) },
	} {
		if found.err = look(); found.err != nil {
			return found
		}
	}
	found.right = numbers.agree() && ids.agree() && people.agree() && !lost && sound == "ok"
	found.sums = indexSums{ids: ids.inside, people: people.inside}
	return found
}

// indexed is what the rows that were read with their entries say of the indexes.
type indexed struct {
	seed   maphash.Seed
	within int64 // the entries below, from 0, are those that are read: the log had as many when this began
	sums   indexSums
	active ledger.Bits // people whom rows lead to
}

// look begins to look at the indexes, beside the entries.
func (c *Check) look(ctx context.Context) {
	head, _, err := c.log.ledger.Head(ctx)
	c.within = min(c.held.To, head.Size)
	go func() {
		l := looked{err: err}
		if err == nil {
			l = c.log.indexes(context.WithoutCancel(ctx), c.seed, c.within) // the readers' context ends with the last chunk
		}
		c.tables <- l
	}()
}

// count takes what the rows of a chunk say of the indexes.
func (x *indexed) count(p *projected) {
	x.sums.add(p.sums)
	for i := range p.rows {
		x.active.Set(p.rows[i].person)
	}
}

// looked waits for the look at the indexes, and compares it with the rows that were read.
func (t *turn) looked(ctx context.Context, _ int64) error {
	nothing := false
	t.start.Do(func() { nothing = true })
	if nothing { // no entry, no row
		t.loose = true
		return nil
	}
	var l looked
	select {
	case l = <-t.tables:
	case <-ctx.Done():
		return ctx.Err()
	}
	active := &t.active
	all := len(t.seen) > 0 && t.seen[0].From <= 0 && t.seen[0].To >= t.within
	if !all || l.err != nil || !l.lame && (!l.right || l.sums != t.sums) {
		active = &ledger.Bits{}
		l = t.log.indexes(ctx, t.seed, 0)
	}
	if l.err != nil {
		return l.err
	}
	for _, what := range l.altered {
		t.say(ledger.ProjectionDrift, -1, i18n.Tf("deponun şeması değiştirilmiş: %s", "the schema of the store was changed: %s", what))
	}
	if t.loose = l.lame; l.lame {
		return nil
	}
	if !l.right {
		t.report(ledger.ProjectionDrift, -1, "arama satırlarının dizini satırlarla uyuşmuyor", "an index does not agree with the rows that lead to the entries")
	}
	for id := range l.known.All { // the tables were not read at once: whoever seems to have no entry is looked at again
		t.loose = t.loose || !l.active.Has(id) && !active.Has(id)
	}
	return nil
}
