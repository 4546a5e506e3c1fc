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

func sameMasks(t interface{ Fatalf(string, ...any) }, p []byte) {
	p = p[:len(p)&^63]
	want := make([]mask, len(p)/64)
	for i, b := range p {
		switch {
		case b == '\n':
			want[i/64].ends |= 1 << (i % 64)
		case b == '\r' && i%64 < 63 && p[i+1] == '\n':
		case b < '0' || b > '9':
			want[i/64].odd |= 1 << (i % 64)
		}
	}
	for _, k := range everyKernel() {
		got := make([]mask, len(want))
		k.masks(p, got)
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("%s: masks of %q:\n got %x\nwant %x", k.name, p, got, want)
		}
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
		sameMasks(t, p)
	}
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
		sameMasks(t, bytes.Repeat([]byte{byte(b), '7', byte(b), byte(b), '\n'}, 64))
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
		sameMasks(t, append(lines, p...))
	})
}

func FuzzKernels(f *testing.F) {
	f.Add([]byte("10000000146\n10000000214\n"), uint8(8))
	f.Add([]byte("11111111110\n00000000178\n99999999990\n98000000052\n"), uint8(3))
	f.Add([]byte("19000000088\r\n"), uint8(1))
	f.Fuzz(func(t *testing.T, p []byte, times uint8) {
		p = bytes.Repeat(p, int(times)%40)
		sameCounts(t, p)
		sameMasks(t, p)
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
		m := make([]mask, len(p)/64)
		b.Run(k.name+"/masks", func(b *testing.B) {
			b.SetBytes(int64(len(p)))
			for b.Loop() {
				k.masks(p, m)
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
