package ledger

import (
	"context"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// Proof shows that an entry is in the tree of a checkpoint, to anybody who has the checkpoint's key (C2SP tlog-proof).
type Proof struct {
	Index      int64
	Hashes     []Hash
	Checkpoint Checkpoint
}

// Prove makes the proof of entry seq against the source's present checkpoint; it reads O(log n) tiles. The checkpoint is
// read first and the proof is made for its size, so that a log that grows meanwhile does not spoil it. Errors: class
// Usage, entry_unknown, for a number beyond the log; class Integrity, ledger_damaged, for tiles that do not lead to the
// root (V-codes name them: verify --full).
func Prove(ctx context.Context, src Source, seq int64) (Proof, error) {
	text, err := src.Checkpoint(ctx)
	if err != nil {
		return Proof{}, err
	}
	c, err := ReadCheckpoint(text)
	if err != nil {
		return Proof{}, damagedEdge("")
	}
	if seq < 0 || seq >= c.Size {
		return Proof{}, fault.New(fault.Usage, "entry_unknown", i18n.Tf("günlükte %s numaralı kayıt yok", "the log has no entry %s", plain(seq)))
	}
	tiles := &proofTiles{ctx: ctx, src: src, log: nounOf(c.Origin), size: c.Size, seen: make(map[[2]int64][]byte)}
	hashes, err := tlog.ProveRecord(c.Size, seq, tlog.HashReaderFunc(tiles.read))
	if err != nil {
		return Proof{}, err
	}
	leaf, err := tiles.hash(0, seq)
	if err != nil {
		return Proof{}, err
	}
	if tlog.CheckRecord(hashes, c.Size, c.Root, seq, leaf) != nil {
		return Proof{}, damagedEdge(nounOf(c.Origin))
	}
	return Proof{Index: seq, Hashes: hashes, Checkpoint: c}, nil
}

// Bytes writes the proof as a .tlog-proof file.
func (p Proof) Bytes() []byte {
	b := []byte(proofHead + "index " + strconv.FormatInt(p.Index, 10) + "\n")
	for _, h := range p.Hashes {
		b = append(append(b, h.String()...), '\n')
	}
	return append(append(b, '\n'), p.Checkpoint.Note...)
}

// proofTiles reads the hashes of a tree of size entries from a source's tiles.
type proofTiles struct {
	ctx  context.Context
	src  Source
	log  string // its name, for errors
	size int64
	seen map[[2]int64][]byte
}

// read implements tlog.HashReader.
func (t *proofTiles) read(indexes []int64) ([]Hash, error) {
	out := make([]Hash, len(indexes))
	for i, x := range indexes {
		level, n := tlog.SplitStoredHashIndex(x)
		var err error
		if out[i], err = t.hash(level, n); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// hash gives the node n of a level that counts from the leaves: it stands in a tile, or is folded from a part of one.
func (t *proofTiles) hash(level int, n int64) (Hash, error) {
	at, within := level/levelBits, level%levelBits
	first := n << within // in hashes of the tile level
	index := first / Width
	key := [2]int64{int64(at), index}
	tile, ok := t.seen[key]
	if !ok {
		var err error
		if tile, err = t.src.Tile(t.ctx, at, index, WidthAt(t.size, at, index)); err != nil {
			return Hash{}, err
		}
		t.seen[key] = tile
	}
	from, to := first%Width*tlog.HashSize, (first%Width+1<<within)*tlog.HashSize
	if int64(len(tile)) < to {
		return Hash{}, damagedEdge(t.log)
	}
	return Fold(tile[from:to]), nil
}

// nounOf gives the name of the log whose checkpoints have this origin, "<installation>/<name>/1"; "" for another form:
// anybody may have written it.
func nounOf(origin string) string {
	rest, ok := strings.CutSuffix(origin, "/1")
	at := strings.LastIndexByte(rest, '/')
	name := rest[at+1:]
	if !ok || at < 0 || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz") != "" {
		return ""
	}
	return name
}
