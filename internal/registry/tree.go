package registry

import (
	"context"
	"errors"

	"golang.org/x/mod/sumdb/tlog"

	"iskurctl/internal/ledger"
)

// tree compares changes with the hashes of their entries in the query log. Those stand in tiles, which stay when entries are
// disposed of, and are followed up to the root of the checkpoint: in a tile of one's own making any row would be right, and
// not each level of a verification looks at every tile. The signature under the root is for the verification to check.
type tree struct {
	ctx  context.Context //nolint:containedctx // of one call; tlog's readers take none
	src  *ledger.StoreSource
	size int64
	root tlog.Hash
	err  error // of the last read
}

func (r *Registry) tree(ctx context.Context) (*tree, error) {
	t := &tree{ctx: ctx, src: r.cfg.Audit.Ledger().Source()}
	head, err := t.src.Head(ctx)
	if err != nil {
		return nil, err
	}
	t.size = head.Size
	if c, err := ledger.ReadCheckpoint(head.Note); err == nil { // else nothing leads to the root
		t.size, t.root = c.Size, c.Root
	}
	return t, nil
}

// agree tells of each change whether it is the one that its entry stands for. proven is false where the tiles do not lead to
// the root; same says nothing then.
func (t *tree) agree(page []change, same []bool) (proven bool, err error) {
	var indexes []int64
	var places []int
	var wanted []tlog.Hash
	for i := range page {
		same[i] = false
		if leaf, err := page[i].leaf(); err == nil && page[i].seq >= 0 && page[i].seq < t.size { // what gives no entry agrees with none
			indexes, places, wanted = append(indexes, tlog.StoredHashIndex(0, page[i].seq)), append(places, i), append(wanted, tlog.RecordHash(leaf))
		}
	}
	if len(indexes) == 0 {
		return true, nil
	}
	t.err = nil
	hashes, err := tlog.TileHashReader(tlog.Tree{N: t.size, Hash: t.root}, t).ReadHashes(indexes)
	if t.err != nil {
		return false, t.err
	}
	if err != nil {
		return false, nil //nolint:nilerr // it says that a tile is absent, or not what the one above was made of
	}
	for i, h := range hashes {
		same[places[i]] = h == wanted[i]
	}
	return true, nil
}

// stored tells the same of one change in a log that is damaged there: tile, entry and the hash beside it decide, so that what
// was done to the log is not laid to the change as well.
func (t *tree) stored(c *change) (bool, error) {
	leaf, err := c.leaf()
	if err != nil || c.seq < 0 || c.seq >= t.size {
		return false, nil //nolint:nilerr // what gives no entry agrees with none
	}
	want := tlog.RecordHash(leaf)
	index, at := c.seq/ledger.Width, c.seq%ledger.Width*tlog.HashSize
	tile, err := t.src.Tile(t.ctx, 0, index, int(min(t.size-index*ledger.Width, ledger.Width)))
	if err != nil || int64(len(tile)) >= at+tlog.HashSize && string(tile[at:at+tlog.HashSize]) == string(want[:]) {
		return err == nil, err
	}
	for e, err := range t.src.Entries(t.ctx, c.seq, c.seq+1) {
		return err == nil && (string(e.Hash) == string(want[:]) || string(e.Leaf) == string(leaf)), err
	}
	return false, nil
}

// Height implements tlog.TileReader.
func (t *tree) Height() int { return tileHeight }

// tileHeight is that of the log's tiles, which have 256 hashes.
const tileHeight = 8

// ReadTiles implements tlog.TileReader.
func (t *tree) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	data := make([][]byte, len(tiles))
	for i, tile := range tiles {
		var b []byte
		if b, t.err = t.src.Tile(t.ctx, tile.L, tile.N, tile.W); t.err != nil {
			return nil, t.err
		}
		if len(b) < tile.W*tlog.HashSize {
			return nil, errShort
		}
		data[i] = b[:tile.W*tlog.HashSize]
	}
	return data, nil
}

var errShort = errors.New("a tile is absent or too short")

// SaveTiles implements tlog.TileReader: nothing is kept.
func (*tree) SaveTiles([]tlog.Tile, [][]byte) {}
