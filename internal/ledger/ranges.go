package ledger

import (
	"maps"
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

// Bits is a set of numbers of entries in any order, at little more than one bit for each entry where they lie dense. A
// hostile log may name any number: what lies alone takes a block of 2 KiB.
type Bits struct{ blocks map[int64]*block }

const blockBits = 1 << 14

type block [blockBits / 64]uint64

// Set adds an entry. A negative number is none.
func (b *Bits) Set(seq int64) {
	if seq < 0 {
		return
	}
	x := b.blocks[seq/blockBits]
	if x == nil {
		if b.blocks == nil {
			b.blocks = make(map[int64]*block)
		}
		x = new(block)
		b.blocks[seq/blockBits] = x
	}
	x[seq%blockBits/64] |= 1 << (seq % 64)
}

// Has tells whether an entry is in the set.
func (b *Bits) Has(seq int64) bool {
	if seq < 0 {
		return false
	}
	x := b.blocks[seq/blockBits]
	return x != nil && x[seq%blockBits/64]&(1<<(seq%64)) != 0
}

// Empty tells whether nothing was added.
func (b *Bits) Empty() bool { return len(b.blocks) == 0 }

// All yields the entries of the set, ascending.
func (b *Bits) All(yield func(int64) bool) {
	for _, n := range slices.Sorted(maps.Keys(b.blocks)) {
		for i, word := range b.blocks[n] {
			for ; word != 0; word &= word - 1 {
				if !yield(n*blockBits + int64(i)*64 + int64(bits.TrailingZeros64(word))) {
					return
				}
			}
		}
	}
}
