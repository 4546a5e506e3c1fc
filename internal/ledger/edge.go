package ledger

import (
	"math/bits"

	"golang.org/x/mod/sumdb/tlog"
)

// Levels is how many levels of tiles there are at most. A level has eight bits of the size (256 hashes a tile).
const Levels = 8

const levelBits = 8

// edge is the right edge of a tree: what an append needs to know, and no more. nodes are the roots of the perfect
// subtrees that the size's binary digits stand for; tiles are the hashes of each level's tile that is not full yet.
type edge struct {
	size  int64
	nodes [levelBits * Levels]Hash
	tiles [Levels][]byte
}

// add appends a leaf hash. full is called for each tile that it completes, from the lowest level upward, and grown for
// each tile above the lowest level that got a hash and is not full. The hashes are valid until the next add.
func (e *edge) add(h Hash, full, grown func(level int, index int64, hashes []byte) error) error {
	e.tiles[0] = append(e.tiles[0], h[:]...)
	bit := 0
	for ; e.size>>bit&1 == 1; bit++ {
		h = tlog.NodeHash(e.nodes[bit], h)
		if (bit+1)%levelBits != 0 {
			continue
		}
		level := (bit + 1) / levelBits // the tile below is full, and h is its root
		if err := full(level-1, e.size>>(levelBits*level), e.tiles[level-1]); err != nil {
			return err
		}
		e.tiles[level-1] = e.tiles[level-1][:0]
		e.tiles[level] = append(e.tiles[level], h[:]...)
		if len(e.tiles[level]) < Width*tlog.HashSize {
			if err := grown(level, e.size>>(levelBits*level+levelBits), e.tiles[level]); err != nil {
				return err
			}
		}
	}
	e.nodes[bit] = h
	e.size++
	return nil
}

// root gives the tree's hash (RFC 6962, section 2.1).
func (e *edge) root() Hash {
	if e.size == 0 {
		h, _ := tlog.TreeHash(0, nil) // cannot fail: nothing is read
		return h
	}
	bit := bits.TrailingZeros64(uint64(e.size))
	h := e.nodes[bit]
	for bit++; e.size>>bit > 0; bit++ {
		if e.size>>bit&1 == 1 {
			h = tlog.NodeHash(e.nodes[bit], h)
		}
	}
	return h
}

// reset makes it the edge of a tree of size entries from the tiles at its right end; tiles[l] holds (size >> 8·l) & 255
// hashes.
func (e *edge) reset(size int64, tiles [Levels][]byte) {
	*e = edge{size: size}
	at := int64(0)
	for level := Levels - 1; level >= 0; level-- {
		e.tiles[level] = append(make([]byte, 0, Width*tlog.HashSize), tiles[level]...)
		for rest := tiles[level]; len(rest) > 0; rest = rest[tlog.HashSize:] {
			h := Hash(rest[:tlog.HashSize])
			bit := levelBits * level
			for ; at>>bit&1 == 1; bit++ {
				h = tlog.NodeHash(e.nodes[bit], h)
			}
			e.nodes[bit] = h
			at += 1 << (levelBits * level)
		}
	}
}
