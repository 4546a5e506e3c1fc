package foreign

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	mathrand "math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/transparency-dev/formats/log"
	fproof "github.com/transparency-dev/formats/proof"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera/client"
)

// proofs has the program prove entries, from the export or from the store itself; it is the same code for both, but not
// the same tiles.
func (x export) proofs(t *testing.T, from string, indexes []int64) map[int64][]byte {
	t.Helper()
	dir := t.TempDir()
	args := []string{"-out", dir, from}
	for _, i := range indexes {
		args = append(args, strconv.FormatInt(i, 10))
	}
	command(t, dir, "ledgerproof", args...)
	made := make(map[int64][]byte)
	for _, i := range indexes {
		var err error
		if made[i], err = os.ReadFile(filepath.Join(dir, strconv.FormatInt(i, 10)+".tlog-proof")); err != nil {
			t.Fatal(err)
		}
	}
	return made
}

// indexes are the borders of tiles, and entries by chance but the same each time.
func indexes(size int64) []int64 {
	list := []int64{0, 1, 254, 255, 256, 257, 511, 512, 65279, 65280, 65535, 65536, size - 2, size - 1}
	chance := mathrand.New(mathrand.NewPCG(1, 2))
	for range 200 {
		list = append(list, chance.Int64N(size))
	}
	return list
}

// entry reads an entry of the export the way Tessera does.
func (x export) entry(t *testing.T, index int64) []byte {
	t.Helper()
	width := uint8(0) // full
	if index/256 == x.Size/256 {
		width = uint8(x.Size % 256)
	}
	raw, err := client.FileFetcher{Root: x.data}.ReadEntryBundle(t.Context(), uint64(index/256), width)
	if err != nil {
		t.Fatal(err)
	}
	entries, err := Entries(raw)
	if err != nil {
		t.Fatal(err)
	}
	return entries[index%256]
}

func TestOthersAcceptTheProofOfAnEntry(t *testing.T) {
	x := last(t)
	verifier := x.verifier(t)
	builder, err := client.NewProofBuilder(t.Context(), uint64(x.Size), client.FileFetcher{Root: x.data}.ReadTile)
	if err != nil {
		t.Fatal(err)
	}
	for name, from := range map[string]string{"export": x.bag, "store": x.dir} {
		t.Run(name, func(t *testing.T) {
			for index, made := range x.proofs(t, from, indexes(x.Size)) {
				var p fproof.TLogProof
				if err := p.Unmarshal(made); err != nil {
					t.Fatalf("entry %d: %v", index, err)
				}
				if !bytes.Equal(p.Marshal(), made) {
					t.Errorf("entry %d: others would write the proof in other bytes", index)
				}
				c, _, _, err := log.ParseCheckpoint(p.Checkpoint, verifier.Name(), verifier)
				if err != nil {
					t.Fatalf("entry %d: %v", index, err)
				}
				leaf := rfc6962.DefaultHasher.HashLeaf(x.entry(t, index))
				hashes := nested(p.Hashes)
				if err := included(p.Index, c, leaf, hashes); err != nil || p.Index != uint64(index) {
					t.Fatalf("entry %d (%d): %v", index, p.Index, err)
				}
				theirs, err := builder.InclusionProof(t.Context(), uint64(index))
				if err != nil || !slices.EqualFunc(theirs, hashes, bytes.Equal) {
					t.Errorf("entry %d: others make another proof of the same tiles (%v)", index, err)
				}
			}
		})
	}
}

func TestOthersRefuseAProofThatWasChanged(t *testing.T) {
	x := last(t)
	verifier := x.verifier(t)
	for index, made := range x.proofs(t, x.bag, []int64{0, 255, 256, 65535, 65536, x.Size - 1}) {
		var p fproof.TLogProof
		if err := p.Unmarshal(made); err != nil {
			t.Fatal(err)
		}
		c, _, _, err := log.ParseCheckpoint(p.Checkpoint, verifier.Name(), verifier)
		if err != nil {
			t.Fatal(err)
		}
		entry, hashes := x.entry(t, index), nested(p.Hashes)
		leaf := rfc6962.DefaultHasher.HashLeaf(entry)
		if included(p.Index, c, rfc6962.DefaultHasher.HashLeaf(flipped(3)(entry)), hashes) == nil {
			t.Errorf("entry %d: another entry was accepted", index)
		}
		if included(p.Index^1, c, leaf, hashes) == nil {
			t.Errorf("entry %d: another place was accepted", index)
		}
		for i := range hashes {
			if included(p.Index, c, leaf, slices.Concat(hashes[:i], [][]byte{flipped(i)(hashes[i])}, hashes[i+1:])) == nil {
				t.Errorf("entry %d: a bit of hash %d was changed and nobody noticed", index, i)
			}
		}
		for at := range p.Checkpoint {
			if at == len(p.Checkpoint)-len("x=\n") {
				continue // of the last digit of base64 some bits stand for nothing
			}
			if _, _, _, err := log.ParseCheckpoint(flipped(at)(p.Checkpoint), verifier.Name(), verifier); err == nil {
				t.Errorf("byte %d of the checkpoint was changed and nobody noticed", at)
			}
		}
	}
}

func included(index uint64, c *log.Checkpoint, leaf []byte, hashes [][]byte) error {
	return proof.VerifyInclusion(rfc6962.DefaultHasher, index, c.Size, leaf, hashes, c.Hash)
}

func nested(hashes [][sha256.Size]byte) [][]byte {
	out := make([][]byte, len(hashes))
	for i := range hashes {
		out[i] = hashes[i][:]
	}
	return out
}

func TestOthersSeeThatTheLogOnlyGrew(t *testing.T) {
	all := exports(t)
	newest := all[len(all)-1]
	builder, err := client.NewProofBuilder(t.Context(), uint64(newest.Size), client.FileFetcher{Root: newest.data}.ReadTile)
	if err != nil {
		t.Fatal(err)
	}
	for i, old := range all {
		for _, later := range all[i+1:] {
			if err := grew(t.Context(), builder, old.head, later.head); err != nil {
				t.Errorf("from %d to %d: %v", old.Size, later.Size, err)
			}
			forged := old.head
			forged.Root = base64.StdEncoding.EncodeToString(flipped(7)(root(old.head)))
			if err := grew(t.Context(), builder, forged, later.head); err == nil {
				t.Errorf("from %d to %d: another history was accepted", old.Size, later.Size)
			}
		}
	}
}

func grew(ctx context.Context, builder *client.ProofBuilder, old, later head) error {
	hashes, err := builder.ConsistencyProof(ctx, uint64(old.Size), uint64(later.Size))
	if err != nil {
		return err
	}
	return proof.VerifyConsistency(rfc6962.DefaultHasher, uint64(old.Size), uint64(later.Size), hashes, root(old), root(later))
}

func root(h head) []byte {
	b, err := base64.StdEncoding.DecodeString(h.Root)
	if err != nil {
		panic(err)
	}
	return b
}
