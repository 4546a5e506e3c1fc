package bulk

import (
	"math/bits"

	"iskurctl/internal/tckn"
)

// stretch is how many bytes of lines of mixed lengths are sorted at a time: their masks and records stay in the nearest
// cache.
const stretch = 4 << 10

// slack is how far behind the start of a line it must be possible to read.
const slack = 16

// Counter counts lines. It holds the buffers of one goroutine.
type Counter struct {
	kernels
	masks [stretch / 64]mask
	ends  [stretch + 64]uint32 // where the lines end; marked if there is something odd in them
	odd   []int                // which of them are marked
	stage [stretch + slack]byte
}

// NewCounter gives a Counter with the fastest kernels of this machine.
func NewCounter() *Counter { return &Counter{kernels: choose()} }

// Count counts the lines of a block. It reports false when the block holds a line that only careful reading can judge;
// what t then holds is of no use.
func (c *Counter) Count(l Layout, b Block, t *Tally) bool {
	if l.Fields > 0 {
		return l.each(b, func(_ int64, _ []byte, _ bool, r tckn.Result) bool {
			t.Count(r)
			return true
		})
	}
	p, size := b.Data, 512
	for len(p) > 0 {
		n := c.records(p, t)
		if p = p[n:]; n > stretch {
			size = 512 // an odd line here and there
		}
		if len(p) == 0 {
			break
		}
		n, fine := c.mixed(p, size, b.Last, t)
		if !fine {
			return false
		}
		p, size = p[n:], min(2*size, stretch)
	}
	return true
}

// mixed counts lines of any length from the first size bytes of p, at least one line, and gives their length in bytes.
//
// The lines of eleven digits are copied one behind the other for the kernel of whole records. No branch depends on the
// length of a line of digits: in a file of mixed lengths it would be guessed wrongly every other time.
func (c *Counter) mixed(p []byte, size int, last bool, t *Tally) (int, bool) {
	size = min(size, len(p)-slack) &^ 63
	if size <= 0 {
		return one(p, last, t)
	}
	ends := c.split(p, size)
	if len(ends) == 0 {
		return one(p, last, t)
	}
	start, at, blanks := 0, 0, uint64(0)
	for _, end := range ends {
		to := int(end &^ marked)
		n := uint64(to-start) | uint64(end&marked)
		n -= isZero(uint64(p[max(to-1, 0)] ^ '\r'))
		*(*[slack]byte)(c.stage[at:]) = *(*[slack]byte)(p[start:])
		c.stage[at+tckn.Length] = '\n'
		at += int(isZero(n^tckn.Length)) * record
		blanks += isZero(n)
		start = to + 1
	}
	c.records(c.stage[:at], t)
	t.reasons[empty] += int64(blanks)
	t.reasons[length] += int64(len(ends)-len(c.odd)-at/record) - int64(blanks)
	for _, i := range c.odd {
		from := 0
		if i > 0 {
			from = int(ends[i-1]&^marked) + 1
		}
		if !judge(p[from:ends[i]&^marked], false, t) {
			return 0, false
		}
	}
	return start, true
}

// marked is added to the end of a line in which something else than digits stands, a CR before its end left aside.
const marked = 1 << 31

// isZero is 1 for 0 and 0 for what is below 1<<63, without a branch.
func isZero(n uint64) uint64 { return (n - 1) >> 63 }

// split finds the ends of the lines in the first size bytes of p.
func (c *Counter) split(p []byte, size int) []uint32 {
	masks := c.masks[:size/64]
	c.kernels.masks(p[:size], masks)
	for i := range masks[1:] { // a CR and its LF on both sides of a border
		if masks[i].odd>>63 != 0 && masks[i+1].ends&1 != 0 && p[i*64+63] == '\r' {
			masks[i].odd &^= 1 << 63
		}
	}
	c.odd = c.odd[:0]
	count, before := 0, uint64(0) // before: what is odd in the current line in the blocks behind
	for i, m := range masks {
		base, ends := uint32(i*64), m.ends
		if m.odd|before == 0 {
			// Eight at a time, as many as there are usually: the number of rounds can be foreseen.
			into := count
			for {
				q := (*[8]uint32)(c.ends[into:])
				for k := range q {
					q[k] = base + uint32(bits.TrailingZeros64(ends))
					ends &= ends - 1
				}
				if into += len(q); ends == 0 {
					break
				}
			}
			count += bits.OnesCount64(m.ends)
			continue
		}
		for odd := m.odd; ; ends &= ends - 1 {
			here := odd & (ends ^ (ends - 1)) // up to this end; all when there is none
			odd &^= here
			if before |= here; ends == 0 {
				break
			}
			c.ends[count] = base + uint32(bits.TrailingZeros64(ends))
			if before != 0 {
				c.ends[count] |= marked
				c.odd = append(c.odd, count)
			}
			before = 0
			count++
		}
	}
	return c.ends[:count]
}

// one counts the first line of p alone.
func one(p []byte, last bool, t *Tally) (int, bool) {
	line, end := first(p)
	return end, judge(line, last && len(line) == end, t)
}

func judge(line []byte, last bool, t *Tally) bool {
	if !whole(line, last) {
		return false
	}
	v, _ := value(line)
	t.Count(tckn.CheckBytes(v))
	return true
}
