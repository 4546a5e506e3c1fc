package ledger

import (
	"bytes"
	"context"
	"crypto/sha256"
	"strconv"

	"golang.org/x/mod/sumdb/tlog"

	"iskurctl/internal/i18n"
)

const hashSize = tlog.HashSize

// tile is a stored tile. hashes is nil when it is absent or of a wrong length; problem says which.
type tile struct {
	level   int
	index   int64
	width   int // of the checkpoint's size
	hashes  []byte
	problem Code
}

func (t tile) at(i int64) Hash { return Hash(t.hashes[i*hashSize:][:hashSize]) }

// claim is what the tile above holds in the place of a tile. It is sure when an unbroken chain of hashes leads from there
// to the checkpoint's root.
type claim struct {
	hash        Hash
	known, sure bool
}

// node is a tile on the way down. While it is not sure, best is what its hashes should be: recomputed from below where
// that was read, as stored elsewhere; unknown counts those that are neither.
type node struct {
	tile
	claim   claim
	sure    bool // the stored hashes lead up to the checkpoint's root
	best    []byte
	have    []bool
	unknown int
	parent  *node
}

// doubt prepares a node whose stored hashes are not to be believed as they are.
func (n *node) doubt() {
	n.best = make([]byte, n.width*hashSize)
	n.have = make([]bool, n.width)
	n.unknown = n.width
	for i := range len(n.hashes) / hashSize {
		n.set(int64(i), n.at(int64(i)))
	}
}

// set puts in what was recomputed.
func (n *node) set(i int64, h Hash) {
	if n.sure {
		return
	}
	copy(n.best[i*hashSize:], h[:])
	if !n.have[i] {
		n.have[i] = true
		n.unknown--
	}
}

func (n *node) claimFor(child int64) claim {
	if n.hashes == nil {
		return claim{}
	}
	return claim{n.at(child), true, n.sure}
}

// WidthAt is how many hashes a log of size entries has in a tile, 0 when it has no such tile.
func WidthAt(size int64, level int, index int64) int {
	hashes := size >> (levelBits * level)
	if index > hashes/Width { // and times Width it may be beyond any number
		return 0
	}
	return int(min(max(hashes-index*Width, 0), Width))
}

// edgeWidth is the width of the partial tile of a level, 0 when there is none.
func edgeWidth(size int64, level int) int { return int(size >> (levelBits * level) & (Width - 1)) }

// edgeIndex is where a level's partial tile stands.
func edgeIndex(size int64, level int) int64 { return size >> (levelBits * level) / Width }

// RootOf gives the root of a tree of size entries from the partial tiles at its right end: of each level the hashes (32 bytes
// each) of the tile that is not full.
func RootOf(size int64, tiles [Levels][]byte) Hash {
	var e edge
	e.reset(size, tiles)
	return e.root()
}

// Fold gives the root over a power of two of hashes, at most a full tile. It is the verification's second cost, after the
// hashes of entries: 255 hashes of 65 bytes a tile.
func Fold(tile []byte) Hash {
	var work [Width / 2 * hashSize]byte
	var pair [1 + 2*hashSize]byte
	pair[0] = 1 // RFC 6962, 2.1: a node, not an entry
	from := tile
	for n := len(tile) / hashSize / 2; n > 0; n /= 2 {
		for i := range n {
			copy(pair[1:], from[i*2*hashSize:][:2*hashSize])
			h := sha256.Sum256(pair[:])
			copy(work[i*hashSize:], h[:])
		}
		from = work[:]
	}
	return Hash(from[:hashSize])
}

// grown reads the size of the log as it is now, 0 when that cannot be read.
func (v *verification) grown(ctx context.Context) (int64, error) {
	signed, err := v.src.Checkpoint(ctx)
	if err != nil {
		return 0, err
	}
	c, err := ReadCheckpoint(signed)
	if err != nil || c.Origin != v.checkpoint.Origin {
		return 0, nil
	}
	return c.Size, nil
}

// readEdges reads the right edge, and finds out whether it makes up the checkpoint's root.
func (v *verification) readEdges(ctx context.Context) error {
	var tiles [Levels][]byte
	whole := true
	for level := range Levels {
		if edgeWidth(v.size, level) == 0 {
			continue
		}
		t, err := v.readTile(ctx, level, edgeIndex(v.size, level))
		if err != nil {
			return err
		}
		v.edges[level] = &node{tile: t}
		tiles[level] = t.hashes
		whole = whole && t.hashes != nil
	}
	sure := whole && RootOf(v.size, tiles) == v.checkpoint.Root
	for _, n := range v.edges {
		if n == nil {
			continue
		}
		if n.sure = sure; !sure {
			n.doubt()
		}
	}
	return nil
}

// settle judges the right edge once everything below was seen: its tiles, and the root.
func (v *verification) settle() {
	var best [Levels][]byte
	sure := true
	for level, n := range v.edges {
		if n == nil {
			continue
		}
		sure = sure && n.sure
		if n.problem != "" && !(level == 0 && v.o.Level != Quick && covers(v.selected, n.index*Width)) { // else its reader has looked
			v.found.addTile(n.problem, n.tile, tileText(n.tile))
		}
		switch {
		case n.sure:
			best[level] = n.hashes
		case n.unknown > 0:
			return // what is missing is reported; there is no root to compare
		default:
			best[level] = n.best
		}
		if level > 0 && n.hashes != nil && !n.sure && !bytes.Equal(n.best, n.hashes) {
			v.found.addTile(TileMismatch, n.tile, belowText(n.tile, n.best))
		}
	}
	if (v.size == 0 || !sure) && RootOf(v.size, best) != v.checkpoint.Root {
		v.found.add(Finding{RootMismatch, -1, i18n.Tf("%d kayıtlık ağacın kökü, denetim noktasındaki kök değil", "the root of the tree of %d entries is not that of the checkpoint", v.size)})
	}
}

// open reads a full tile below parent.
func (v *verification) open(ctx context.Context, level int, index int64, parent *node) (*node, error) {
	t, err := v.readTile(ctx, level, index)
	if err != nil {
		return nil, err
	}
	n := &node{tile: t, parent: parent, claim: parent.claimFor(index % Width)}
	n.sure = n.claim.sure && t.hashes != nil && Fold(t.hashes) == n.claim.hash
	if !n.sure {
		n.doubt()
	}
	return n, nil
}

// path gives a tile by way of all the tiles above it, and reports those that are not as they should be.
func (v *verification) path(ctx context.Context, level int, index int64) (*node, error) {
	if n := v.edges[level]; n != nil && n.index == index {
		return n, nil
	}
	if n := v.paths[level]; n != nil && n.index == index {
		return n, nil
	}
	parent, err := v.path(ctx, level+1, index/Width)
	if err != nil {
		return nil, err
	}
	n, err := v.open(ctx, level, index, parent)
	if err != nil {
		return nil, err
	}
	switch {
	case n.problem == TileMissing && level == 0 && !v.claims(index): // the source never said it had it
	case n.problem != "":
		v.found.addTile(n.problem, n.tile, tileText(n.tile))
	case n.claim.sure && !n.sure:
		v.found.addTile(TileMismatch, n.tile, aboveText(n.tile))
	}
	v.paths[level] = n
	return n, nil
}

// claims tells whether the source says it has entries of a tile of the lowest level.
func (v *verification) claims(index int64) bool {
	return len(clip(v.extent, index*Width, (index+1)*Width)) > 0
}

// oldHashes is the part of one level of what the root at the trusted size is made of.
type oldHashes struct {
	hashes []byte
	sure   bool
}

// keepOld remembers the hashes of a tile that belong to the root at the trusted size.
func (v *verification) keepOld(t tile, hashes []byte, sure bool) {
	if v.o.Trust == nil || v.known != v.o.Trust.Size || edgeIndex(v.known, t.level) != t.index {
		return
	}
	if w := edgeWidth(v.known, t.level); w > 0 && hashes != nil {
		v.old[t.level] = oldHashes{bytes.Clone(hashes[:w*hashSize]), sure}
	}
}

// consistency finds out whether the tree that was trusted is the beginning of this one (RFC 6962, 2.1.2): the hashes
// that made up its root stand in the tiles on the way to the first new entry.
func (v *verification) consistency(ctx context.Context) error {
	t := v.o.Trust
	if t == nil || t.Size == 0 || t.Size >= v.size {
		return nil
	}
	var tiles [Levels][]byte
	for level := range Levels {
		if edgeWidth(t.Size, level) == 0 {
			continue
		}
		if v.old[level].hashes == nil {
			n, err := v.path(ctx, level, edgeIndex(t.Size, level))
			if err != nil {
				return err
			}
			if n.problem == TileMissing && level == 0 && !v.claims(n.index) {
				v.found.add(Finding{ConsistencyUnchecked, -1, i18n.Tf("güvenilen %d kayıtla karşılaştırmak için gereken karo bu kaynakta yok (%s)",
					"this source does not hold the tile that leads from the %d trusted entries to these (%s)", t.Size, tileName(n.tile))})
				return nil
			}
			v.keepOld(n.tile, n.hashes, n.sure)
		}
		if !v.old[level].sure {
			return nil // the damage to the tiles is reported; it says nothing about the past
		}
		tiles[level] = v.old[level].hashes
	}
	if RootOf(t.Size, tiles) != t.Root {
		v.found.add(Finding{ConsistencyFail, -1, i18n.Tf("daha önce görülen %d kayıt, bugünkü %d kaydın başlangıcı değil: geçmiş değiştirilmiş",
			"the %d entries that were seen before are not the beginning of today's %d: the past was changed", t.Size, v.size)})
	}
	return nil
}

func plain(n int64) string { return strconv.FormatInt(n, 10) }

// tileName says where a tile stands and which entries it covers. Numbers of entries and tiles have no separators: they
// are looked up, not read.
func tileName(t tile) i18n.Text {
	shift := levelBits * t.level
	from := t.index * Width << shift
	return i18n.Tf("düzey %s, karo %s, kayıt %s–%s", "level %s, tile %s, entries %s–%s",
		strconv.Itoa(t.level), plain(t.index), plain(from), plain(from+int64(t.width)<<shift-1))
}

// tileText says what is wrong with the tile's length.
func tileText(t tile) i18n.Text {
	switch t.problem {
	case TileMissing:
		return i18n.Tf("karo yok (%s)", "the tile is absent (%s)", tileName(t))
	case TilePartialStale:
		return i18n.Tf("karo eski kalmış: boyutun gerektirdiği %d özetten azı var (%s)", "the tile is stale: it has fewer than the %d hashes that the size asks for (%s)", t.width, tileName(t))
	}
	return i18n.Tf("karonun uzunluğu %d özete uymuyor (%s)", "the length of the tile is not that of %d hashes (%s)", t.width, tileName(t))
}

// belowText says that stored hashes are not those computed from below.
func belowText(t tile, computed []byte) i18n.Text {
	n, first := 0, 0
	for i := t.width - 1; i >= 0; i-- {
		if !bytes.Equal(t.hashes[i*hashSize:][:hashSize], computed[i*hashSize:][:hashSize]) {
			n, first = n+1, i
		}
	}
	return i18n.Tf("karodaki %d özet, altındakilerden hesaplananla uyuşmuyor; ilki %s. sırada (%s)",
		"%d hashes of the tile disagree with what was computed from below; the first is number %s (%s)", n, strconv.Itoa(first), tileName(t))
}

// aboveText says that a tile does not lead up to the root.
func aboveText(t tile) i18n.Text {
	return i18n.Tf("karo, üstündeki karodaki özetiyle uyuşmuyor (%s)", "the tile disagrees with its hash in the tile above (%s)", tileName(t))
}
