package ledger

import "context"

// readTile reads a tile and looks at its length.
func (v *verification) readTile(ctx context.Context, level int, index int64) (tile, error) {
	b, err := v.src.Tile(ctx, level, index, WidthAt(v.size, level, index))
	if err != nil {
		return tile{level: level, index: index}, err
	}
	return v.tileOf(ctx, level, index, b)
}

// lowTiles reads the full tiles [from, to) of the lowest level into dst.
func (v *verification) lowTiles(ctx context.Context, dst []tile, from, to int64) ([]tile, error) {
	src, ok := v.src.(TileRun)
	if !ok {
		for index := from; index < to; index++ {
			t, err := v.readTile(ctx, 0, index)
			if err != nil {
				return dst, err
			}
			dst = append(dst, t)
		}
		return dst, nil
	}
	var held [tilesAtOnce][]byte
	if err := src.Tiles(ctx, 0, from, to, func(index int64, hashes []byte) { held[index-from] = hashes }); err != nil {
		return dst, err
	}
	for index := from; index < to; index++ {
		t, err := v.tileOf(ctx, 0, index, held[index-from])
		if err != nil {
			return dst, err
		}
		dst = append(dst, t)
	}
	return dst, nil
}

// tileOf is the tile whose stored hashes are b.
func (v *verification) tileOf(ctx context.Context, level int, index int64, b []byte) (tile, error) {
	t := tile{level: level, index: index, width: WidthAt(v.size, level, index)}
	want := t.width * hashSize
	if len(b) > want && t.width < Width && len(b)%hashSize == 0 && len(b) <= Width*hashSize {
		grown, err := v.grown(ctx)
		if err != nil {
			return t, err
		}
		if grown > v.size {
			b = b[:want] // the log goes on while it is verified, and this tile with it
		}
	}
	switch {
	case len(b) == want:
		t.hashes = b
	case len(b) == 0:
		t.problem = TileMissing
	case len(b) < want && len(b)%hashSize == 0:
		t.problem = TilePartialStale
	default:
		t.problem = TileWidth
	}
	return t, nil
}
