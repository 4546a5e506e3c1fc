package bulk

import (
	"bytes"
	"math/bits"

	"iskurctl/internal/tckn"
)

// places lists bytes of a stretch; behind the last one stands one that is behind the stretch.
type places [stretch + 8]uint16

// list makes a list of the bits of n words, eight at a time, as many as there are usually: the number of rounds can be
// foreseen.
func (l *places) list(marked *[stretch/64 + 2]uint64, n int) []uint16 {
	count := 0
	for i, m := range marked[1 : n+1] {
		base, left := uint16(i*64), m
		for into := count; ; {
			q := (*[8]uint16)(l[into:])
			for k := range q {
				q[k] = base + uint16(bits.TrailingZeros64(left))
				left &= left - 1
			}
			if into += len(q); left == 0 {
				break
			}
		}
		count += bits.OnesCount64(m)
	}
	l[count] = stretch
	return l[:count+1]
}

// table counts the values of a block of CSV.
func (c *Counter) table(l Layout, b Block, t *Tally) bool {
	if quoted(b.Data) {
		return false
	}
	returns := bytes.IndexByte(b.Data, '\r') >= 0
	for p := b.Data; len(p) > 0; {
		n, fine := c.rows(l, p, returns, t)
		if n == 0 && fine {
			var line []byte
			line, n = first(p)
			fine = l.row(Block{Data: p[:n], Last: b.Last && len(line) == n}, t)
		}
		if !fine {
			return false
		}
		p = p[n:]
	}
	c.flush(t)
	return true
}

// row counts a block of one row, or of a few.
func (l Layout) row(b Block, t *Tally) bool {
	return l.each(b, func(_ int64, _ []byte, _ bool, r tckn.Result) bool {
		t.Count(r)
		return true
	})
}

// rows counts the rows that end in the first stretch of p and gives their length in bytes. Numbers it leaves in the stage.
//
// The line ends and the commas are listed first. A row is whole when as many commas as there should be stand before its
// end and the next one does not: commas before its start would have made the row before it too long.
func (c *Counter) rows(l Layout, p []byte, returns bool, t *Tally) (start int, fine bool) {
	blocks := min(stretch, len(p)-slack) / 64
	if blocks <= 0 {
		return 0, true
	}
	c.find(p, blocks, '\n', &c.marks.ends)
	c.find(p, blocks, l.Comma, &c.marks.odd)
	ends, commas := c.ends.list(&c.marks.ends, blocks), c.commas.list(&c.marks.odd, blocks)
	between := l.Fields - 1
	for _, place := range ends[:len(ends)-1] {
		end := int(place)
		line := p[start:end]
		if len(commas) <= between || int(commas[between]) < end || between > 0 && int(commas[between-1]) > end {
			if !l.row(Block{Data: p[start : end+1]}, t) {
				return 0, false
			}
			start = end + 1 // such a row has no comma to skip, else it would not be fine
			continue
		}
		from, to := start, end
		if returns {
			if i := bytes.IndexByte(line, '\r'); i == len(line)-1 && i >= 0 {
				to--
			} else if i >= 0 {
				return 0, false
			}
		}
		if l.Index > 0 {
			from = int(commas[l.Index-1]) + 1
		}
		if l.Index < between {
			to = int(commas[l.Index])
		}
		if v := p[from:to]; !c.spaced(v) {
			r := tckn.CheckBytes(v)
			if r.Reason == tckn.ReasonNonDigit {
				v, _ = value(v)
				r = tckn.CheckBytes(v)
			}
			t.Count(r)
		}
		commas = commas[between:]
		start = end + 1
	}
	if c.staged >= full {
		c.flush(t)
	}
	return start, true
}
