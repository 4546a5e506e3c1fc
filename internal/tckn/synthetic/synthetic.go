// Package synthetic makes well-formed numbers for tests and training: as many as exist, each once, in an order that a seed
// decides, without keeping any of them. It is pure, like package tckn. Any of them may happen to be a real person's.
package synthetic

import (
	"errors"
	"math/bits"

	"iskurctl/internal/tckn"
)

// ErrKind says that numbers of a kind cannot be made: nobody published what they are used for.
var ErrKind = errors.New("synthetic: no numbers of this kind")

// Numbers are all well-formed numbers of a kind but the placeholders (11111111110 …), in the order of a seed. The order
// of a seed never changes: tests may rely on it.
type Numbers struct {
	first, prefixes uint64 // the prefixes of nine digits
	left            int64  // of them, without the placeholders
	half            uint   // bits of each half of an index
	keys            [rounds]uint64
}

// rounds of the Feistel network. Four make an order that shows no pattern; this is no cipher, and need not be one.
const rounds = 4

// New gives the numbers of a kind, citizens (1…, to 8…), foreigners (99…) or people under temporary protection (98…);
// ErrKind for all else.
func New(kind tckn.Kind, seed uint64) (*Numbers, error) {
	n := &Numbers{}
	switch kind {
	case tckn.KindCitizen:
		n.first, n.prefixes, n.left = 100_000_000, 800_000_000, 800_000_000-8
	case tckn.KindForeigner:
		n.first, n.prefixes, n.left = 990_000_000, 10_000_000, 10_000_000-1
	case tckn.KindTemporaryProtection:
		n.first, n.prefixes, n.left = 980_000_000, 10_000_000, 10_000_000
	default:
		return nil, ErrKind
	}
	n.half = uint(bits.Len64(n.prefixes-1)+1) / 2
	for i := range n.keys {
		seed += 0x9E3779B97F4A7C15 // SplitMix64
		n.keys[i] = mix(seed)
	}
	return n, nil
}

// Len tells how many there are.
func (n *Numbers) Len() int64 { return n.left }

// Cursor walks through the numbers. Several may, in different parts.
type Cursor struct {
	n *Numbers
	i uint64
}

// From gives a cursor at a place in the order. Places are counted before what does not belong is left out, from 0 to
// Places: cut them into parts, and every number is in one.
func (n *Numbers) From(place uint64) Cursor { return Cursor{n, place} }

// Places is the number of places, more than there are numbers.
func (n *Numbers) Places() uint64 { return 1 << (2 * n.half) }

// Next appends the next number before the place until to dst; nothing when there is none.
func (c *Cursor) Next(dst []byte, until uint64) []byte {
	for ; c.i < until; c.i++ {
		at := c.n.permute(c.i)
		// Places beyond the prefixes are left out: the others stay a permutation.
		if at >= c.n.prefixes || (c.n.first+at)%111_111_111 == 0 {
			continue
		}
		c.i++
		return tckn.AppendComplete(dst, int(c.n.first+at))
	}
	return dst
}

// permute is a permutation of the numbers of 2·half bits: each round of a Feistel network can be undone, whatever its
// function does.
func (n *Numbers) permute(i uint64) uint64 {
	mask := uint64(1)<<n.half - 1
	left, right := i>>n.half, i&mask
	for _, k := range n.keys {
		left, right = right, left^(mix(right+k)&mask)
	}
	return left<<n.half | right
}

// mix is the finalizer of SplitMix64.
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
	x = (x ^ x>>27) * 0x94D049BB133111EB
	return x ^ x>>31
}
