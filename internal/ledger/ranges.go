package ledger

import (
	"math/bits"
	"slices"
)

// Ranges is a set of numbers of entries that were added in ascending order and come in runs.
type Ranges []Range

// Add adds the entries of r, which begins where the last one ended, or later.
func (s *Ranges) Add(r Range) {
	if last := len(*s) - 1; last >= 0 && (*s)[last].To == r.From {
		(*s)[last].To = r.To
		return
	}
	*s = append(*s, r)
}

// Has tells whether entry seq is in the set.
func (s Ranges) Has(seq int64) bool {
	_, found := slices.BinarySearchFunc(s, seq, func(r Range, seq int64) int {
		switch {
		case r.To <= seq:
			return -1
		case r.From > seq:
			return 1
		}
		return 0
	})
	return found
}

// Bits is a set of numbers of entries in any order, at one bit for each entry up to the greatest.
type Bits []uint64

// Set adds an entry. A negative number is none.
func (b *Bits) Set(seq int64) {
	if seq < 0 {
		return
	}
	for word := seq / 64; int64(len(*b)) <= word; {
		*b = append(*b, 0)
	}
	(*b)[seq/64] |= 1 << (seq % 64)
}

// Has tells whether an entry is in the set.
func (b Bits) Has(seq int64) bool {
	return seq >= 0 && seq/64 < int64(len(b)) && b[seq/64]&(1<<(seq%64)) != 0
}

// All yields the entries of the set, ascending.
func (b Bits) All(yield func(int64) bool) {
	for i, word := range b {
		for ; word != 0; word &= word - 1 {
			if !yield(int64(i)*64 + int64(bits.TrailingZeros64(word))) {
				return
			}
		}
	}
}
