package foreign

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/transparency-dev/tessera/api/layout"
	"golang.org/x/mod/sumdb/tlog"
)

// sumdb reads tiles for the Go checksum database's client. Only the paths differ: its own begin with the tiles' height.
type sumdb struct{ dir string }

func (sumdb) Height() int { return layout.TileHeight }

func (sumdb) SaveTiles([]tlog.Tile, [][]byte) {}

func (s sumdb) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	out := make([][]byte, len(tiles))
	for i, t := range tiles {
		var err error
		if out[i], err = os.ReadFile(filepath.Join(s.dir, layout.TilePath(uint64(t.L), uint64(t.N), uint8(t.W%layout.TileWidth)))); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// It checks every tile against the root before it believes a hash of it.
func TestTheChecksumDatabasesClientReadsOurTiles(t *testing.T) {
	all := exports(t)
	x := all[len(all)-1]
	tree := tlog.Tree{N: x.Size, Hash: tlog.Hash(root(x.head))}
	hashes := tlog.TileHashReader(tree, sumdb{x.data})
	for _, index := range indexes(x.Size) {
		p, err := tlog.ProveRecord(x.Size, index, hashes)
		if err == nil {
			err = tlog.CheckRecord(p, x.Size, tree.Hash, index, tlog.RecordHash(x.entry(t, index)))
		}
		if err != nil {
			t.Errorf("entry %d: %v", index, err)
		}
	}
	for _, old := range all {
		p, err := tlog.ProveTree(x.Size, old.Size, hashes)
		if err == nil {
			err = tlog.CheckTree(p, x.Size, tree.Hash, old.Size, tlog.Hash(root(old.head)))
		}
		if err != nil {
			t.Errorf("from %d: %v", old.Size, err)
		}
	}
	changed := x.altered(t, "data/"+layout.TilePath(0, 100, 0), flipped(1000))
	if _, err := tlog.ProveRecord(x.Size, 100*256+1, tlog.TileHashReader(tree, sumdb{filepath.Join(changed, "data")})); err == nil {
		t.Error("a bit of a tile was changed and nobody noticed")
	}
}
