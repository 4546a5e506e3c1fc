package ledger

import (
	"context"
	"iter"

	"golang.org/x/mod/sumdb/tlog"
)

// Hash is a node of the tree (RFC 6962, section 2.1).
type Hash = tlog.Hash

// Width is how many hashes a full tile holds (C2SP tlog-tiles, tile height 8).
const Width = 256

// Range is the entries [From, To).
type Range struct{ From, To int64 }

// Entry is one leaf as stored. Hash is what stands beside it, nil where the source has none. Both are valid until the
// next step of the iteration only.
type Entry struct {
	Seq        int64
	Leaf, Hash []byte
}

// Disclosed is the opened disclosures of one entry, "d1~d2~d3". Err says why they could not be opened: class Integrity
// or Unverifiable.
type Disclosed struct {
	Seq int64
	SD  []byte
	Err error
}

// Part is a Source that somebody made of a log, or of a part of it, to hand it over. It always has a checkpoint. Range gives
// the entries that it was made for, which nobody has signed; ok is false when it does not say.
type Part interface {
	Range() (r Range, ok bool)
}

// TileRun is a Source that reads neighbouring tiles with one look.
type TileRun interface {
	// Tiles gives, as Tile does, the full tiles [from, to) of a level that are there. They are each's to keep.
	Tiles(ctx context.Context, level int, from, to int64, each func(index int64, hashes []byte)) error
}

// Source is where a log is read from: a store or a bundle. It is safe for concurrent use. What it holds is not to be
// believed before Verify has looked at it; an error means that it could not be read at all.
type Source interface {
	// Checkpoint gives the signed note, nil when there is none.
	Checkpoint(ctx context.Context) ([]byte, error)
	// Pruned is the number of entries, from the first, that were disposed of.
	Pruned(ctx context.Context) (int64, error)
	// Extent gives the ranges of entries that the source claims to hold, ascending.
	Extent(ctx context.Context, size int64) ([]Range, error)
	// Tile gives the hashes of a tile, 32 bytes each, as they are stored; nil when it is absent. width is how many a
	// log of the checkpoint's size has there.
	Tile(ctx context.Context, level int, index int64, width int) ([]byte, error)
	// Entries yields the entries of [from, to) that are there, ascending.
	Entries(ctx context.Context, from, to int64) iter.Seq2[Entry, error]
	// Disclosures yields the opened disclosures of [from, to) that are there, ascending.
	Disclosures(ctx context.Context, from, to int64) iter.Seq2[Disclosed, error]
}
