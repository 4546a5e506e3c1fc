package consent

import (
	"bytes"
	"context"
	"database/sql/driver"
	"slices"

	"iskurctl/internal/ledger"
)

// projected is the rows that lead to the entries of a chunk, by ascending entry.
type projected struct {
	rows []projection
	at   int // rows before were asked for
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
	p.rows, p.at = p.rows[:0], 0
	return l.st.Rows(ctx, p.add, projectedEvents, from, to)
}

func (p *projected) add(row []driver.Value) error {
	r := projection{unlike: row[9] == nil, tagless: row[10] == nil}
	r.seq, r.time, r.text = r.number(row[0]), r.number(row[5]), r.number(row[6])
	r.person, r.notice, r.prev = r.optional(row[2]), r.optional(row[7]), r.optional(row[8])
	r.exactly(r.id[:], row[1])
	r.exactly(r.session[:], row[3])
	if !r.unlike {
		r.exactly(r.same[:], row[9])
	}
	if !r.tagless {
		r.exactly(r.tag[:], row[10])
	}
	words, _ := row[4].(string)
	r.doing = doingOf(words)
	r.wrong = r.wrong || r.doing == doings
	p.rows = append(p.rows, r)
	return nil
}

func (r *projection) number(v driver.Value) int64 {
	n, ok := v.(int64)
	r.wrong = r.wrong || !ok
	return n
}

func (r *projection) optional(v driver.Value) int64 {
	if v == nil {
		return -1
	}
	n := r.number(v)
	r.wrong = r.wrong || n < 0
	return n
}

func (r *projection) exactly(to []byte, v driver.Value) {
	b, _ := v.([]byte)
	r.wrong = r.wrong || copy(to, b) != len(b) || len(to) != len(b)
}

// doingOf reads "act step"; doings for what is none.
func doingOf(words string) doing {
	for d := range steps {
		if words == stepWords[d] {
			return doing(d) //nolint:gosec // there are five
		}
	}
	return doings
}

var stepWords = func() (words [doings]string) {
	for d, s := range steps {
		words[d] = string(s.act) + " " + string(s.step)
	}
	return words
}()

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
