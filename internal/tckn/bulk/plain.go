package bulk

import "iskurctl/internal/tckn"

// stretch is how many bytes of lines of mixed lengths are sorted at a time, and full how many bytes of records are counted
// at a time at least: both stay in the nearest cache.
const (
	stretch = 4 << 10
	full    = 8 << 10
)

// slack is how far behind the start of a line it must be possible to read.
const slack = 16

// Counter counts lines. It holds the buffers of one goroutine.
type Counter struct {
	kernels
	marks  marks
	starts [stretch / 64]uint64
	stage  [full + stretch + 64]byte
	staged int

	ends, commas places
}

// NewCounter gives a Counter with the fastest kernels of this machine.
func NewCounter() *Counter { return &Counter{kernels: choose()} }

// Count counts the lines of a block. It reports false when the block holds a line that only careful reading can judge;
// what t then holds is of no use.
func (c *Counter) Count(l Layout, b Block, t *Tally) bool {
	c.staged = 0
	if l.Fields > 0 {
		return c.table(l, b, t)
	}
	p, size, alike := b.Data, 512, true
	for len(p) > 0 {
		if alike {
			n := c.records(p, t)
			if p = p[n:]; n > stretch {
				size = 512 // an odd line here and there
			}
			if len(p) == 0 {
				break
			}
		}
		var n int
		var fine bool
		if n, alike, fine = c.mixed(p, size, b.Last, t); !fine {
			return false
		}
		p, size = p[n:], min(2*size, stretch)
	}
	c.flush(t)
	return true
}

// mixed counts lines of any length from the first size bytes of p, at least one line, and gives their length in bytes.
// It says whether they all may be whole records, and it leaves the records among them in the stage.
//
// The lines of eleven digits are packed one behind the other for the kernel of whole records. No branch depends on the
// length of a line of digits: in a file of mixed lengths it would be guessed wrongly every other time.
func (c *Counter) mixed(p []byte, size int, last bool, t *Tally) (n int, alike, fine bool) {
	blocks := min(size, len(p)-slack) / 64
	if blocks <= 0 {
		n, fine = one(p, last, t)
		return n, true, fine
	}
	c.masks(p, blocks, &c.marks)
	c.marks.finish(blocks)
	f := c.sift(&c.marks, blocks, &c.starts)
	if f.lines == 0 {
		n, fine = one(p, last, t)
		return n, true, fine
	}
	packed := c.pack(p, c.starts[:blocks], c.stage[c.staged:])
	c.staged += packed
	strange := 0
	if f.odd {
		if strange, fine = c.odd(p, blocks, t); !fine {
			return 0, false, false
		}
	}
	if c.staged >= full {
		c.flush(t)
	}
	t.reasons[empty] += int64(f.blanks)
	t.reasons[length] += int64(f.lines - f.blanks - packed/record - strange)
	n = c.marks.before(blocks * 64)
	return n, packed == n, true
}

// flush counts the records in the stage.
func (c *Counter) flush(t *Tally) {
	c.records(c.stage[:c.staged], t)
	c.staged = 0
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
