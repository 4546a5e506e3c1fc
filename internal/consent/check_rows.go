package consent

import (
	"bytes"
	"context"
	"hash/maphash"
	"slices"

	"iskurctl/internal/ledger"
	"iskurctl/internal/store"
)

// projected is the rows that lead to the entries of a chunk, by ascending entry.
type projected struct {
	rows []projection
	at   int // rows before were asked for

	seed   maphash.Seed
	within int64 // rows of entries below, from 0, are compared with the indexes
	sums   indexSums
	room   []byte
}

// projection is a row of consent_event with the tag of its person. Numbers are -1 where the column is empty.
type projection struct {
	seq, time, text, notice, prev, person int64
	id, session                           uuid
	same                                  sameness
	tag                                   tag
	doing                                 doing
	wrong                                 bool // a column holds what none of ours does
	unlike, tagless                       bool // same, tag are empty
	met                                   bool
}

// read reads the rows that lead to the entries [from, to).
func (p *projected) read(ctx context.Context, l *Log, from, to int64) error {
	p.rows, p.at, p.sums = p.rows[:0], 0, indexSums{}
	return l.st.Scan(ctx, p.add, projectedEvents, from, to)
}

// The columns of projectedEvents.
const (
	colSeq = iota
	colID
	colPerson
	colSession
	colAct
	colStep
	colTime
	colText
	colNotice
	colPrev
	colSame
	colTag
)

func (p *projected) add(row *store.Row) error {
	p.rows = append(p.rows, projection{})
	r := &p.rows[len(p.rows)-1]
	r.seq, r.time, r.text = r.number(row, colSeq), r.number(row, colTime), r.number(row, colText)
	r.person, r.notice, r.prev = r.optional(row, colPerson), r.optional(row, colNotice), r.optional(row, colPrev)
	id := r.exactly(r.id[:], row, colID)
	if r.seq >= 0 && r.seq < p.within {
		p.room = appendValue(p.room[:0], id)
		p.sums.ids.add(sumOf(p.seed, p.room, r.seq))
		p.room = appendPerson(p.room[:0], r.person)
		p.sums.people.add(sumOf(p.seed, p.room, r.seq))
	}
	r.exactly(r.session[:], row, colSession)
	if r.unlike = row.Null(colSame); !r.unlike {
		r.exactly(r.same[:], row, colSame)
	}
	if r.tagless = row.Null(colTag); !r.tagless {
		r.exactly(r.tag[:], row, colTag)
	}
	act, _ := row.Text(colAct)
	step, _ := row.Text(colStep)
	r.doing = doingOf(act, step)
	r.wrong = r.wrong || r.doing == doings
	return nil
}

func (r *projection) number(row *store.Row, i int) int64 {
	n, ok := row.Int(i)
	r.wrong = r.wrong || !ok
	return n
}

func (r *projection) optional(row *store.Row, i int) int64 {
	n, ok := row.Int(i)
	if !ok {
		r.wrong = r.wrong || !row.Null(i)
		return -1
	}
	r.wrong = r.wrong || n < 0
	return n
}

func (r *projection) exactly(to []byte, row *store.Row, i int) []byte {
	b, _ := row.Blob(i)
	r.wrong = r.wrong || copy(to, b) != len(b) || len(to) != len(b)
	return b
}

// doingOf tells which act it is, of which step; doings for what is none.
func doingOf(act, step []byte) doing {
	for d := range steps {
		if string(act) == string(steps[d].act) && string(step) == string(steps[d].step) {
			return doing(d) //nolint:gosec // there are five
		}
	}
	return doings
}

// next gives the row of an entry, nil when there is none. Entries come in ascending order.
func (p *projected) next(seq int64) *projection {
	for p.at < len(p.rows) && p.rows[p.at].seq < seq {
		p.at++
	}
	if p.at == len(p.rows) || p.rows[p.at].seq != seq {
		return nil
	}
	p.rows[p.at].met = true
	return &p.rows[p.at]
}

// row compares an act, which stands in x.told, with the row that leads to it.
func (x *inspection) row(a *act) {
	p := x.rows.next(a.seq)
	if p == nil {
		x.report(ledger.ProjectionDrift, a.seq, "kayda giden satır yok", "the row that leads to the entry is missing")
		return
	}
	a.rowed, a.row, a.person, a.unlike, a.tagless = true, p.text, p.person, p.unlike, p.tagless
	if a.drifted = !x.agrees(a, p); a.drifted {
		x.report(ledger.ProjectionDrift, a.seq, "kayda giden satır kayıtla uyuşmuyor", "the row that leads to the entry does not agree with it")
	}
}

// agrees compares columns. Those that lead to the person are gone with an erasure: Finish looks at that.
func (x *inspection) agrees(a *act, p *projection) bool {
	v := &x.told
	if p.wrong || p.time != a.time || p.doing != a.doing || p.notice != a.notice || p.prev != a.prev || p.id != v.uuid || p.session != a.session {
		return false
	}
	if a.number != 0 && p.person >= 0 && (p.tagless || p.tag != x.tagOf(a.number)) {
		return false
	}
	if !a.opened || a.missing > 0 || p.unlike { // some are gone, which is for the erasures to explain
		return true
	}
	return bytes.Equal(x.tags.TagBytes(tagSame, v.content())[:len(p.same)], p.same[:])
}

// tagOf gives the tag of the number that stands in x.told.
func (x *inspection) tagOf(number uint64) tag {
	if x.last.number != number {
		value := x.told.personal[valueTC]
		x.last.number, x.last.tag = number, tag(x.tags.TagBytes(tagNumber, value[1:len(value)-1]))
	}
	return x.last.tag
}

// restOfRows reports rows that lead to no act, unless the entry there is damaged.
func (x *inspection) restOfRows() {
	for i := range x.rows.rows {
		if p := &x.rows.rows[i]; !p.met {
			if _, known := slices.BinarySearch(x.broken, p.seq); !known {
				x.report(ledger.ProjectionDrift, p.seq, "satır bir onay kaydına karşılık gelmiyor", "the row leads to no consent entry")
			}
		}
	}
}
