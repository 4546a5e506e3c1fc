package ledger

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
)

// A plant is one alteration of a log. It gives the findings that reading everything has.
type plant struct {
	name string
	fits func(size int64) bool
	do   func(t *testing.T, m *memory, r *rand.Rand) []Finding
}

func full(size int64) int64 { return size / 256 } // whole tiles of the lowest level

var plants = []plant{
	{"an entry is altered", any1, func(_ *testing.T, m *memory, r *rand.Rand) []Finding {
		at := r.Int64N(m.size())
		m.rows[at].Leaf = flip(m.rows[at].Leaf, 5)
		return []Finding{find(LeafHashMismatch, at)}
	}},
	{"an entry and the hash beside it are altered", func(size int64) bool { return full(size) > 0 }, func(_ *testing.T, m *memory, r *rand.Rand) []Finding {
		at := r.Int64N(full(m.size()) * 256)
		m.rows[at].Leaf = flip(m.rows[at].Leaf, 5)
		h := tlog.RecordHash(m.rows[at].Leaf)
		m.rows[at].Hash = h[:]
		return []Finding{find(LeafHashMismatch, at)}
	}},
	{"the hash beside an entry is altered", any1, func(_ *testing.T, m *memory, r *rand.Rand) []Finding {
		if m.bundle {
			return nil
		}
		at := r.Int64N(m.size())
		m.rows[at].Hash = flip(m.rows[at].Hash, 7)
		return []Finding{find(LeafHashMismatch, at)}
	}},
	{"two entries are exchanged", func(size int64) bool { return size > 1 }, func(_ *testing.T, m *memory, r *rand.Rand) []Finding {
		a := r.Int64N(m.size() - 1)
		b := a + 1 + r.Int64N(m.size()-a-1)
		m.rows[a].Leaf, m.rows[b].Leaf = m.rows[b].Leaf, m.rows[a].Leaf
		if full(m.size())*256 > b { // the partial tile of a store is the hashes beside
			m.rows[a].Hash, m.rows[b].Hash = m.rows[b].Hash, m.rows[a].Hash
		}
		return []Finding{find(LeafHashMismatch, a), find(LeafHashMismatch, b)}
	}},
	{"an entry is gone", any1, func(_ *testing.T, m *memory, r *rand.Rand) []Finding {
		at := r.Int64N(m.size())
		m.rows = slices.Delete(m.rows, int(at), int(at)+1)
		return []Finding{find(LeafMissing, at)}
	}},
	{"a run of entries is gone", any1, func(_ *testing.T, m *memory, r *rand.Rand) []Finding {
		from := r.Int64N(m.size())
		to := from + 1 + r.Int64N(m.size()-from)
		m.rows = slices.Delete(m.rows, int(from), int(to))
		return []Finding{find(LeafMissing, from)}
	}},
	{"entries are added behind", any1, func(t *testing.T, m *memory, _ *rand.Rand) []Finding {
		for i := range int64(3) {
			leaf := plainLeaf(t, m.size()+i)
			h := tlog.RecordHash(leaf)
			m.rows = append(m.rows, Entry{Seq: m.size() + i, Leaf: leaf, Hash: h[:]})
		}
		return []Finding{find(LeafExtra, m.size())}
	}},
	{"a tile is gone", hasTiles, func(_ *testing.T, m *memory, r *rand.Rand) []Finding {
		delete(m.tiles, m.anyTile(r))
		return []Finding{find(TileMissing, -1)}
	}},
	{"a tile is altered", hasTiles, func(_ *testing.T, m *memory, r *rand.Rand) []Finding {
		k := m.anyTile(r)
		m.tiles[k] = flip(m.tiles[k], r.IntN(len(m.tiles[k])))
		return []Finding{find(TileMismatch, -1)}
	}},
	{"a tile is too long", hasTiles, func(_ *testing.T, m *memory, r *rand.Rand) []Finding {
		k := m.anyTile(r)
		m.tiles[k] = append(bytes.Clone(m.tiles[k]), make([]byte, 32)...)
		return []Finding{find(TileWidth, -1)}
	}},
	{"a tile is cut off inside a hash", hasTiles, func(_ *testing.T, m *memory, r *rand.Rand) []Finding {
		k := m.anyTile(r)
		m.tiles[k] = m.tiles[k][:len(m.tiles[k])-1]
		return []Finding{find(TileWidth, -1)}
	}},
	{"a tile did not grow", func(size int64) bool { return size >= 512 }, func(_ *testing.T, m *memory, r *rand.Rand) []Finding {
		k := m.anyTile(r)
		for len(m.tiles[k]) == 32 {
			k = m.anyTile(r)
		}
		m.tiles[k] = m.tiles[k][:len(m.tiles[k])-32]
		return []Finding{find(TilePartialStale, -1)}
	}},
	{"another root is signed", any1, func(t *testing.T, m *memory, _ *rand.Rand) []Finding {
		signer, _, _ := testKey(t, testOrigin, 1)
		c, _ := ReadCheckpoint(m.note)
		m.sign(t, c.Size, Hash(flip(c.Root[:], 3)), signer)
		return []Finding{find(RootMismatch, -1)}
	}},
	{"a tile with its entries is replaced", func(size int64) bool { return full(size) > 0 }, func(t *testing.T, m *memory, r *rand.Rand) []Finding {
		at := r.Int64N(full(m.size()) * 256)
		m.rows[at].Leaf = plainLeaf(t, 99_999_999)
		h := tlog.RecordHash(m.rows[at].Leaf)
		m.rows[at].Hash = h[:]
		k := tileKey{0, at / 256}
		m.tiles[k] = slices.Concat(m.tiles[k][:at%256*32], h[:], m.tiles[k][at%256*32+32:])
		return []Finding{find(TileMismatch, -1)}
	}},
}

func any1(int64) bool { return true }

func hasTiles(size int64) bool { return size >= 256 }

// anyTile chooses a tile that is stored: all but the partial one of the lowest level.
func (m *memory) anyTile(r *rand.Rand) tileKey {
	var all []tileKey
	for k, b := range m.tiles {
		if k.level > 0 || len(b) == 256*32 || m.bundle {
			all = append(all, k)
		}
	}
	slices.SortFunc(all, func(a, b tileKey) int { return (b.level-a.level)*1_000_000 + int(b.index-a.index) })
	if r.IntN(2) == 0 { // there are few tiles of the upper levels
		return all[r.IntN(min(3, len(all)))]
	}
	return all[r.IntN(len(all))]
}
