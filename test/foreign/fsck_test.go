package foreign

import (
	"encoding/base64"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/transparency-dev/tessera/api/layout"
)

// patience is for logs that fsck checks in a second.
const patience = time.Minute

func TestTesseraFindsEveryExportInOrder(t *testing.T) {
	for _, x := range exports(t) {
		t.Run(filepath.Base(x.bag), func(t *testing.T) { agrees(t, x, patience) })
	}
}

// agrees has fsck check an export, and compares what it saw with what the program says of its log.
func agrees(t *testing.T, x export, timeout time.Duration) {
	t.Helper()
	c, err := Fsck(t.Context(), x.data, x.Vkey, timeout)
	if err != nil {
		t.Fatal(err)
	}
	if c.Size != uint64(x.Size) || base64.StdEncoding.EncodeToString(c.Hash) != x.Root {
		t.Errorf("fsck saw size %d and root %x, the log says %d and %s", c.Size, c.Hash, x.Size, x.Root)
	}
}

func TestTesseraNamesWhatWasTamperedWith(t *testing.T) {
	x := last(t)
	const tile = 100 // some full one
	var (
		entries = layout.EntriesPath(tile, 0)
		lowest  = layout.TilePath(0, tile, 0)
		edge    = uint8(x.Size % 256)
	)
	for _, c := range []struct {
		name, file string
		change     func([]byte) []byte
		says       string
	}{
		{"a bit of an entry", entries, flipped(-1), lowest},
		{"a bit of the last entry", layout.EntriesPath(uint64(x.Size/256), edge), flipped(-1), layout.TilePath(0, uint64(x.Size/256), edge)},
		{"an entry bundle that is gone", entries, nil, entries},
		{"a bit of a tile", lowest, flipped(1000), lowest},
		{"a tile that is gone", lowest, nil, lowest},
		{"a tile cut short", lowest, func(b []byte) []byte { return b[:len(b)-32] }, lowest},
		{"a bit of a tile of tiles", layout.TilePath(1, 0, 0), flipped(32*tile + 3), layout.TilePath(1, 0, 0)},
		{"a bit of the top tile", layout.TilePath(2, 0, 1), flipped(0), layout.TilePath(2, 0, 1)},
		{"a bit of the signature", layout.CheckpointPath, flipped(-10), "checkpoint"},
		{"another size", layout.CheckpointPath, func(b []byte) []byte {
			return []byte(strings.Replace(string(b), "\n70001\n", "\n69999\n", 1))
		}, "checkpoint"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := x.altered(t, filepath.Join("data", c.file), c.change)
			_, err := Fsck(t.Context(), filepath.Join(dir, "data"), x.Vkey, patience)
			if err == nil {
				t.Fatal("fsck noticed nothing")
			}
			if errors.Is(err, ErrHung) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("fsck says %.300q and does not name %s", err.Error(), c.says)
			}
		})
	}
}

// The signature of a log counts for nothing when the key is somebody else's.
func TestTesseraRefusesAnotherKey(t *testing.T) {
	all := exports(t)
	before, after := all[len(all)-2], all[len(all)-1] // the key was replaced between them
	if _, err := Fsck(t.Context(), after.data, before.Vkey, patience); err == nil || errors.Is(err, ErrHung) {
		t.Errorf("the new key's checkpoint against the old key: %v", err)
	}
}
