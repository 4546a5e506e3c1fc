package bulk

import (
	"encoding/binary"
	"math/bits"

	"iskurctl/internal/tckn"
)

// found is what marks tell of a text at once.
type found struct {
	lines  int  // that end in it
	blanks int  // of them without a byte before the line end
	odd    bool // there are bytes that are neither digits nor line ends
}

// sift is the kernel for every machine. It computes with 64 places at a time: bit i of a word shifted to the right by n is
// bit i+n of the text, when the low bits of the next word follow from above. So digits&digits>>1 are the places from
// which two digits stand, and so on to eleven.
func sift(m *marks, n int, starts *[stretch / 64]uint64) (f found) {
	before := m.ends[0]
	ends, returns, strange := m.ends[1], m.returns[1], m.odd[1]
	var all uint64
	for i := range starts[:n] {
		nextEnds, nextReturns, nextStrange := m.ends[i+2], m.returns[i+2], m.odd[i+2]
		stops, nextStops := ends|returns, nextEnds|nextReturns
		d, e := ^(stops | strange), ^(nextStops | nextStrange) // digits
		d, e = d&(d>>1|e<<63), e&(e>>1)                        // of e only the low bits matter, which stay right
		d, e = d&(d>>2|e<<62), e&(e>>2)
		d, e = d&(d>>4|e<<60), e&(e>>4) // eight
		d &= d>>3 | e<<61
		lines := ends<<1 | before>>63
		starts[i] = lines & d & (stops>>tckn.Length | nextStops<<(64-tckn.Length))
		f.lines += bits.OnesCount64(ends)
		f.blanks += bits.OnesCount64(lines & stops)
		all |= strange
		before, ends, returns, strange = ends, nextEnds, nextReturns, nextStrange
	}
	f.odd = all != 0
	return f
}

// odd counts the lines that hold something else than digits, each by itself, and says how many they are. A number between
// spaces goes to the stage.
func (c *Counter) odd(p []byte, n int, t *Tally) (lines int, fine bool) {
	done := 0 // the lines before this place
	for i, left := range c.marks.odd[1 : n+1] {
		for ; left != 0; lines++ {
			if k := done - i*64; k > 0 { // a shift by 64 or more leaves nothing
				if left &= ^uint64(0) << k; left == 0 {
					break
				}
			}
			at := i*64 + bits.TrailingZeros64(left)
			from, to := c.marks.before(at), c.marks.after(at, n)
			if to < 0 {
				return lines, true
			}
			done = to + 1
			if v := p[from:to]; !c.spaced(v) && !judge(v, false, t) {
				return 0, false
			}
		}
	}
	return lines, true
}

// spaced puts a line into the stage if it is a number between spaces. Behind it slack bytes can be read.
func (c *Counter) spaced(line []byte) bool {
	from, to := 0, len(line)
	for from < to && line[from] == ' ' {
		from++
	}
	for from < to && line[to-1] == ' ' {
		to--
	}
	if to-from != tckn.Length {
		return false
	}
	q := (*[slack]byte)(line[from : from+slack : cap(line)])
	if !digits(q) {
		return false
	}
	*(*[slack]byte)(c.stage[c.staged:]) = *q
	c.stage[c.staged+tckn.Length] = '\n'
	c.staged += record
	return true
}

// digits reports whether eleven digits stand at the start of b.
func digits(b *[slack]byte) bool {
	v, w := binary.LittleEndian.Uint64(b[:])^zeros, binary.LittleEndian.Uint64(b[3:])^zeros
	return (v|(v+sixes)|w|(w+sixes))&high == 0
}

// before gives where the line begins to which the byte at a place belongs.
func (m *marks) before(at int) int {
	i := at/64 + 1
	ends := m.ends[i] & (1<<(at%64) - 1)
	for ends == 0 {
		i--
		ends = m.ends[i]
	}
	return i*64 + bits.Len64(ends) - 64
}

// after gives the place of the first LF behind a byte in n blocks; below 0 when there is none.
func (m *marks) after(at, n int) int {
	i := at/64 + 1
	ends := m.ends[i] &^ (1<<(at%64) - 1)
	for ; ends == 0; ends = m.ends[i] {
		if i++; i > n {
			return -1
		}
	}
	return i*64 + bits.TrailingZeros64(ends) - 64
}
