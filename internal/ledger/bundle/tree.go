package bundle

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"sync/atomic"

	"iskurctl/internal/i18n"
	"iskurctl/internal/ledger"
)

// step is how many tiles of the lowest level are read before their entries are: one read of the source's at a time, so
// that a small pool of connections is enough.
const step = 16

// tree writes tile/: every tile above the lowest level, and on that the right edge and what the wanted entries are in.
type tree struct {
	*export
	size  int64
	above [8]struct { // the last tile read of each level
		index int64
		tile  []byte
	}
	block []byte // of one entry bundle
	leaf  []byte // 0x00 and the entry, to be hashed (RFC 6962, section 2.1)
}

// batch is an entry bundle that is complete, with its tile. Who was given it releases it; the last one hands its memory on.
type batch struct {
	index         int64
	tile, entries []byte
	users         atomic.Int32
	used          chan<- []byte
}

func (b *batch) release() {
	if b.users.Add(-1) == 0 {
		select {
		case b.used <- b.entries[:0]:
		default:
		}
	}
}

func (x *export) tree(ctx context.Context) error {
	defer close(x.tiles)
	defer close(x.blocks)
	if x.feed != nil {
		defer close(x.feed.entries.ch)
	}
	t := &tree{export: x, size: x.sum.Size, leaf: make([]byte, 1, 1+maxLeaf)}
	if err := t.edge(ctx); err != nil {
		return err
	}
	for level := 1; t.size>>(8*level) > 0; level++ {
		for index := int64(0); ledger.WidthAt(t.size, level, index) > 0; index++ {
			if err := t.upper(ctx, level, index); err != nil {
				return err
			}
		}
	}
	last := int64(-1)
	for _, r := range t.held {
		for from := r.From; from < r.To; from += step {
			last = min(from+step, r.To)
			if err := t.lowest(ctx, from, last); err != nil {
				return err
			}
		}
	}
	if w := int(t.size % ledger.Width); w > 0 && last != t.size/ledger.Width+1 {
		tile, err := t.read(ctx, 0, t.size/ledger.Width)
		if err != nil {
			return err
		}
		return t.bag.put(payload+TilePath(0, t.size/ledger.Width, w), tile)
	}
	return nil
}

// read gives a tile in the width that a log of this size has. What the log got meanwhile is cut off.
func (t *tree) read(ctx context.Context, level int, index int64) ([]byte, error) {
	width := ledger.WidthAt(t.size, level, index)
	tile, err := t.src.Tile(ctx, level, index, width)
	if err != nil {
		return nil, err
	}
	if len(tile) < width*hashSize {
		return nil, badTile(level, index, width)
	}
	return tile[:width*hashSize], nil
}

func badTile(level int, index int64, width int) error {
	return damaged(i18n.Tf("ağacın %s dosyası eksik ya da tutarsız", "tile %s of the tree is missing or does not fit", TilePath(level, index, width)))
}

// edge computes the root from the tiles at the right end and compares it with the signed one.
func (t *tree) edge(ctx context.Context) error {
	var tiles [ledger.Levels][]byte
	for level := range tiles {
		n := t.size >> (8 * level)
		if n%ledger.Width == 0 {
			continue
		}
		var err error
		if tiles[level], err = t.read(ctx, level, n/ledger.Width); err != nil {
			return err
		}
	}
	if ledger.RootOf(t.size, tiles) != t.sum.Root {
		return damaged(i18n.T("ağacın kökü, imzalı denetim noktasına uymuyor", "the root of the tree does not fit the signed checkpoint"))
	}
	return nil
}

// upper writes a tile above the lowest level.
func (t *tree) upper(ctx context.Context, level int, index int64) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	tile, err := t.read(ctx, level, index)
	if err != nil {
		return err
	}
	if err := t.fits(ctx, level, index, tile); err != nil {
		return err
	}
	return t.bag.put(payload+TilePath(level, index, len(tile)/hashSize), tile)
}

// fits compares the root of a full tile with its place in the tile above. What lies in a tile that is not full, the
// signed root covers.
func (t *tree) fits(ctx context.Context, level int, index int64, tile []byte) error {
	if len(tile) < maxTile {
		return nil
	}
	above := &t.above[level+1]
	if parent := index / ledger.Width; above.tile == nil || above.index != parent {
		tile, err := t.read(ctx, level+1, parent)
		if err != nil {
			return err
		}
		above.index, above.tile = parent, tile
	}
	h := ledger.Fold(tile)
	if at := int(index%ledger.Width) * hashSize; !bytes.Equal(above.tile[at:at+hashSize], h[:]) {
		return badTile(level, index, ledger.Width)
	}
	return nil
}

// holds gives the tiles of the lowest level whose entries are wanted and still there, merged.
func (x *export) holds(ctx context.Context) ([]ledger.Range, error) {
	size := x.sum.Size
	extent, err := x.src.Extent(ctx, size)
	if err != nil {
		return nil, err
	}
	var held []ledger.Range
	wanted := append([]ledger.Range{x.sum.Range}, x.o.Extra...)
	if s, ok := x.src.(ledger.MarkSource); ok { // without them nobody could tell who signs and what was disposed of
		for e, err := range s.Marks(ctx) {
			if err != nil {
				return nil, err
			}
			wanted = append(wanted, ledger.Range{From: e.Seq, To: e.Seq + 1})
		}
	}
	for _, r := range wanted {
		r.From, r.To = max(0, r.From), min(r.To, size)
		if r.From >= r.To {
			continue
		}
		want := whole(r)
		for _, e := range extent {
			have := whole(ledger.Range{From: max(0, e.From), To: min(e.To, size)})
			if h := (ledger.Range{From: max(want.From, have.From), To: min(want.To, have.To)}); h.From < h.To {
				held = append(held, h)
			}
		}
	}
	return join(held), nil
}

// lowest writes the tiles [from, to) of the lowest level with their entries.
func (t *tree) lowest(ctx context.Context, from, to int64) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	var tiles [step][]byte
	if s, ok := t.src.(ledger.TileRun); ok {
		if err := s.Tiles(ctx, 0, from, min(to, t.size/ledger.Width), func(i int64, tile []byte) { tiles[i-from] = tile }); err != nil {
			return err
		}
	}
	for i := from; i < to; i++ {
		tile := tiles[i-from]
		if len(tile) != maxTile { // the partial one, or the source reads them one by one, or it is damaged
			var err error
			if tile, err = t.read(ctx, 0, i); err != nil {
				return err
			}
		}
		if err := t.fits(ctx, 0, i, tile); err != nil {
			return err
		}
		tiles[i-from] = tile
	}
	next, end := from*ledger.Width, min(to*ledger.Width, t.size)
	t.block = t.block[:0]
	for e, err := range t.src.Entries(ctx, next, end) {
		if err != nil {
			return err
		}
		if e.Seq != next {
			break
		}
		tile := tiles[next/ledger.Width-from]
		if !t.add(e.Leaf, tile[next%ledger.Width*hashSize:]) {
			return damaged(i18n.Tf("%s numaralı kayıt, ağaçtaki özetine uymuyor", "entry %s does not fit its hash in the tree", plain(next)))
		}
		if to, ok := ledger.MarkOf(next, e.Leaf); ok {
			t.marks, t.gone = append(t.marks, next), max(t.gone, to)
		}
		if next++; next%ledger.Width == 0 || next == end {
			if err := t.pass(ctx, (next-1)/ledger.Width, tile); err != nil {
				return err
			}
		}
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if next != end {
		return damaged(i18n.Tf("%s numaralı kayıt eksik", "entry %s is missing", plain(next)))
	}
	t.sum.Entries += end - from*ledger.Width
	return nil
}

// add appends the entry to the bundle when it fits the hash that tile begins with.
func (t *tree) add(leaf, tile []byte) bool {
	if len(leaf) > maxLeaf {
		return false
	}
	t.leaf = append(t.leaf[:1], leaf...)
	if h := sha256.Sum256(t.leaf); !bytes.Equal(h[:], tile[:hashSize]) {
		return false
	}
	t.block = binary.BigEndian.AppendUint16(t.block, uint16(len(leaf)))
	t.block = append(t.block, leaf...)
	return true
}

// pass hands an entry bundle on to be written, and to records.csv, and gets an old one's memory for the next.
func (t *tree) pass(ctx context.Context, index int64, tile []byte) error {
	b := &batch{index: index, tile: tile, entries: t.block, used: t.used}
	b.users.Store(3)
	for _, to := range []chan<- *batch{t.tiles, t.blocks} {
		select {
		case to <- b:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	if t.feed == nil || !t.feed.entries.give(ctx, b) {
		b.release()
	}
	select {
	case t.block = <-t.used:
	default:
		t.block = make([]byte, 0, len(b.entries)+len(b.entries)/4)
	}
	return nil
}

// lowTiles and entryBundles write batches while the next are being read: to make thousands of files can take longer than
// to read and hash what goes into them. Each has a folder of its own, since two that make files in one wait for each other.
func (x *export) lowTiles(context.Context) error {
	for b := range x.tiles {
		if err := x.bag.put(payload+TilePath(0, b.index, len(b.tile)/hashSize), b.tile); err != nil {
			return err
		}
		b.release()
	}
	return nil
}

func (x *export) entryBundles(context.Context) error {
	for b := range x.blocks {
		if err := x.bag.put(payload+EntriesPath(b.index, len(b.tile)/hashSize), b.entries); err != nil {
			return err
		}
		b.release()
	}
	return nil
}
