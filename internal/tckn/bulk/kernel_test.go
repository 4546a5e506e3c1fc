package bulk

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"iskurctl/internal/tckn"
)

// plainly counts the leading lines of eleven digits and LF with the arithmetic of package tckn.
func plainly(p []byte, t *Tally) (length int) {
	for len(p)-length >= record {
		line := p[length : length+tckn.Length]
		if p[length+tckn.Length] != '\n' || bytes.ContainsFunc(line, func(r rune) bool { return r < '0' || r > '9' }) {
			break
		}
		t.Count(tckn.Check(string(line)))
		length += record
	}
	return length
}

// sameCounts checks one kernel against the plain arithmetic. A kernel may end early, at most where it must.
func sameCounts(t interface{ Fatalf(string, ...any) }, p []byte) {
	for _, k := range everyKernel() {
		var got, want Tally
		n := k.records(p, &got)
		if m := plainly(p, &want); n != m {
			t.Fatalf("%s: %d bytes taken of %q, want %d", k.name, n, p, m)
		}
		if got != want {
			t.Fatalf("%s: counts of %q:\n got %+v\nwant %+v", k.name, p, got, want)
		}
	}
}

// pieces cuts a text for the kernels that take one stretch at a time: the number of blocks, of 64 bytes, in each.
func pieces(p []byte, yield func(p []byte, n int)) {
	for ; len(p) >= 64+slack; p = p[min(stretch, len(p)-64-slack+1):] {
		yield(p, min(stretch, len(p)-slack)/64)
	}
}

// sameMarks checks the marks of a text.
func sameMarks(t interface{ Fatalf(string, ...any) }, p []byte) {
	pieces(p, func(p []byte, n int) {
		var want marks
		for i, b := range p[:n*64] {
			bit := uint64(1) << (i % 64)
			switch {
			case b == '\n':
				want.ends[i/64+1] |= bit
			case b == '\r' && p[i+1] == '\n':
				want.returns[i/64+1] |= bit
			case b < '0' || b > '9':
				want.odd[i/64+1] |= bit
			}
		}
		for _, k := range everyKernel() {
			var found [stretch/64 + 2]uint64
			k.find(p, n, '\n', &found)
			if found != want.ends {
				t.Fatalf("%s: LF of %q:\n got %x\nwant %x", k.name, p, found, want.ends)
			}
			var got marks
			if k.masks(p, n, &got); got != want {
				t.Fatalf("%s: marks of %q:\n got %x\nwant %x", k.name, p, got, want)
			}
		}
	})
}

// samePacking checks where lines of eleven digits are found, and how each kernel packs them.
func samePacking(t interface{ Fatalf(string, ...any) }, p []byte) {
	pieces(p, func(p []byte, n int) { samePack(t, p, n) })
}

func samePack(t interface{ Fatalf(string, ...any) }, p []byte, n int) {
	size := n * 64
	m := &marks{}
	for i := range m.ends {
		m.ends[i], m.returns[i], m.odd[i] = ^uint64(0), ^uint64(0), ^uint64(0) // of the text before
	}
	wordMasks(p, n, m)
	m.finish(n)
	var want [stretch / 64]uint64
	var lines, blanks, strange int
	var packed []byte
	for at := 0; ; lines++ {
		n := bytes.IndexByte(p[at:size], '\n')
		if n < 0 {
			break
		}
		line := bytes.TrimSuffix(p[at:at+n], []byte("\r"))
		digits := !bytes.ContainsFunc(line, func(r rune) bool { return r < '0' || r > '9' })
		switch {
		case len(line) == 0:
			blanks++
		case !digits:
			strange++
		case len(line) == tckn.Length:
			want[at/64] |= 1 << (at % 64)
			packed = append(append(packed, line...), '\n')
		}
		at += n + 1
	}
	for _, k := range everyKernel() {
		var starts [stretch / 64]uint64
		got := k.sift(m, n, &starts)
		if starts != want || got.lines != lines || got.blanks != blanks || !got.odd && strange > 0 {
			t.Fatalf("%s: %q: %+v, starts %x, want %d lines, %d blanks, %x", k.name, p, got, starts, lines, blanks, want)
		}
		into := make([]byte, size+64)
		if n := k.pack(p, starts[:n], into); !bytes.Equal(into[:n], packed) {
			t.Fatalf("%s: %q packed as %q, want %q", k.name, p, into[:n], packed)
		}
	}
	c := NewCounter()
	c.marks = *m
	if n, fine := c.odd(p, n, &Tally{}); fine && n != strange {
		t.Fatalf("%q: %d odd lines, want %d", p, n, strange)
	}
}

// numbers draws lines of eleven digits: valid ones, such with slips, placeholders, all kinds, zeros ahead.
func numbers(r *rand.Rand, n int) []byte {
	var b []byte
	for range n {
		s := []byte(tckn.Complete(100_000_000 + r.IntN(900_000_000)))
		switch r.IntN(12) {
		case 0:
			s[r.IntN(11)] = '0' + byte(r.IntN(10))
		case 1:
			s[9] = '0' + byte(r.IntN(10))
		case 2:
			s[0] = '0'
		case 3:
			s = []byte(strings.Repeat(string('1'+byte(r.IntN(9))), 10) + "0")
		case 4:
			s = []byte(tckn.Complete(900_000_000 + r.IntN(100_000_000)))
		case 5:
			s = []byte(tckn.Complete(980_000_000 + r.IntN(20_000_000)))
		case 6:
			for i := range s {
				s[i] = '0' + byte(r.IntN(10))
			}
		}
		b = append(append(b, s...), '\n')
	}
	return b
}

func TestEveryKernelCountsWhatThePlainArithmeticCounts(t *testing.T) {
	for _, k := range everyKernel() {
		t.Log("kernel", k.name)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for n := range 120 { // groups of every remainder
		sameCounts(t, numbers(r, n))
	}
	rounds := 2000
	if testing.Short() {
		rounds = 200
	}
	for range rounds {
		p := numbers(r, 100)
		sameCounts(t, p)
		p[r.IntN(len(p))] = byte(r.IntN(256)) // one byte of any value at any place
		sameCounts(t, p)
		sameCounts(t, p[:r.IntN(len(p))])
		sameMarks(t, p)
		samePacking(t, p)
		samePacking(t, mixedLengths(r, 100))
	}
}

// mixedLengths draws lines of digits of all lengths, with either line end and now and then something else in them.
func mixedLengths(r *rand.Rand, n int) (p []byte) {
	usual := r.IntN(3)
	for range n {
		line := numbers(r, 1)[:tckn.Length]
		switch r.IntN(6) {
		case 0:
			line = append(line, numbers(r, 2)...)[:r.IntN(20)]
		case 1:
			line = append([]byte{"0 \r\x00x\n"[r.IntN(6)]}, line...)
		}
		p = append(p, line...)
		if usual == 1 || usual == 2 && r.IntN(2) == 0 {
			p = append(p, '\r')
		}
		p = append(p, '\n')
	}
	return p
}

// Each digit at each place, for each place of a line in a group of sixteen.
func TestEveryKernelTellsEveryByteAtEveryPlace(t *testing.T) {
	base := bytes.Repeat([]byte("10000000146\n"), 40)
	for at := range 16 * record {
		for b := range 256 {
			p := bytes.Clone(base)
			p[at] = byte(b)
			sameCounts(t, p)
		}
	}
	for b := range 256 {
		sameMarks(t, bytes.Repeat([]byte{byte(b), '7', byte(b), byte(b), '\n'}, 64))
		for at := range 64 {
			p := bytes.Clone(base[:2*64])
			p[at] = byte(b)
			sameMarks(t, p)
		}
	}
}

// The sums of the digits are all that a kernel computes with: each pair of them, with each of the hundred endings.
func TestEveryKernelTellsEveryEndingOfEveryPairOfDigitSums(t *testing.T) {
	spread := func(sum, places int) []int {
		d := make([]int, places)
		for i := range d {
			d[i] = min(sum, 9)
			sum -= d[i]
		}
		return d
	}
	for odd := range 46 {
		for even := range 37 {
			o, e := spread(odd, 5), spread(even, 4)
			var p []byte
			for ending := range 100 {
				p = fmt.Appendf(p, "%d%d%d%d%d%d%d%d%d%02d\n", o[0], e[0], o[1], e[1], o[2], e[2], o[3], e[3], o[4], ending)
			}
			sameCounts(t, p)
		}
	}
}

func TestAnyBytesAreCountedAlikeByEveryKernel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.SliceOfN(rapid.SampledFrom([]byte("0123456789\n\r \x00\xff/:")), 0, 500).Draw(t, "text")
		lines := bytes.Repeat([]byte("10000000146\n"), rapid.IntRange(0, 20).Draw(t, "lines"))
		sameCounts(t, append(lines, p...))
		sameMarks(t, append(lines, p...))
		samePacking(t, append(lines, p...))
		samePacking(t, append(p, lines...))
	})
}

func FuzzKernels(f *testing.F) {
	f.Add([]byte("10000000146\n10000000214\n"), uint8(8))
	f.Add([]byte("11111111110\n00000000178\n99999999990\n98000000052\n"), uint8(3))
	f.Add([]byte("19000000088\r\n"), uint8(1))
	f.Fuzz(func(t *testing.T, p []byte, times uint8) {
		p = bytes.Repeat(p, int(times)%40)
		sameCounts(t, p)
		sameMarks(t, p)
		samePacking(t, p)
	})
}

func BenchmarkRecords(b *testing.B) {
	p := bytes.Repeat(numbersValid(1024), 64)
	for _, k := range everyKernel() {
		b.Run(k.name, func(b *testing.B) {
			b.SetBytes(int64(len(p)))
			for b.Loop() {
				var t Tally
				k.records(p, &t)
			}
		})
		b.Run(k.name+"/masks", func(b *testing.B) {
			var m marks
			b.SetBytes(stretch)
			for b.Loop() {
				k.masks(p, stretch/64, &m)
			}
		})
	}
}

func numbersValid(n int) (p []byte) {
	r := rand.New(rand.NewPCG(1, 2))
	for range n {
		p = append(append(p, tckn.Complete(100_000_000+r.IntN(900_000_000))...), '\n')
	}
	return p
}
