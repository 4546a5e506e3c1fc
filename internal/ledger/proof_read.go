package ledger

import (
	"bytes"
	"math/bits"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"iskurctl/internal/i18n"
)

// proofHead is the first line of a .tlog-proof file (C2SP tlog-proof).
const proofHead = "c2sp.org/tlog-proof@v1\n"

// maxPath is how many hashes lead from an entry to the root at most: a tree has no more than 2^63 entries.
const maxPath = 63

// ParseProof reads a .tlog-proof file as Bytes writes it: no line "extra", which nobody signs. Whose signatures stand
// under the checkpoint is for OpenCheckpoint to say, and what is proven for Includes. An error is a *Problem: V02 for the
// checkpoint, V30 for the rest.
func ParseProof(b []byte) (Proof, error) {
	malformed := &Problem{ProofInvalid, i18n.T("kanıt dosyası biçimine uymuyor", "the file of the proof is not in its form")}
	if len(b) > maxNote+maxPath*64 {
		return Proof{}, malformed
	}
	head, note, ok := bytes.Cut(b, []byte("\n\n"))
	lines, okHead := strings.CutPrefix(string(head)+"\n", proofHead)
	index, hashes, okIndex := strings.Cut(lines, "\n")
	number, okNumber := strings.CutPrefix(index, "index ")
	if !ok || !okHead || !okIndex || !okNumber {
		return Proof{}, malformed
	}
	var p Proof
	if p.Index, ok = parseDecimal(number); !ok {
		return Proof{}, malformed
	}
	for line := range strings.Lines(hashes) {
		h, ok := parseRoot(strings.TrimSuffix(line, "\n"))
		if !ok || len(p.Hashes) == maxPath {
			return Proof{}, malformed
		}
		p.Hashes = append(p.Hashes, h)
	}
	var err error
	p.Checkpoint, err = ReadCheckpoint(note)
	return p, err
}

// Includes checks that the entry with these bytes is number Index in the tree of the checkpoint. An error is a *Problem:
// V31 when the proof is one of this entry, but of another number; else V30.
func (p Proof) Includes(leaf []byte) error {
	hash := tlog.RecordHash(leaf)
	if c := p.Checkpoint; p.Index >= 0 && p.Index < c.Size && tlog.CheckRecord(p.Hashes, c.Size, c.Root, p.Index, hash) == nil {
		return nil
	}
	if at, ok := p.otherIndex(hash); ok {
		return &Problem{ProofIndex, i18n.Tf("kanıt bu kaydın, ama numarası %s değil %s", "the proof is of this entry, but its number is not %s: it is %s", plain(p.Index), plain(at))}
	}
	return &Problem{ProofInvalid, i18n.T("kanıt, kayıttan denetim noktasının köküne götürmüyor", "the proof does not lead from the entry to the root of the checkpoint")}
}

// maxSearch is the height of the subtrees that are searched for an index at most: some tenths of a second.
const maxSearch = 18

// otherIndex looks for the number that the proof is right for. A tree is a row of full subtrees, one for each bit of its
// size; the path of an entry leads up through its own one, then past what stands on its right, then past those on its left.
func (p Proof) otherIndex(leaf Hash) (index int64, ok bool) {
	n := p.Checkpoint.Size
	for height := range maxSearch + 1 {
		if n>>height&1 == 0 {
			continue
		}
		after := int(min(n&(1<<height-1), 1))
		if len(p.Hashes) != height+after+bits.OnesCount64(uint64(n>>(height+1))) { //nolint:gosec // a size is not negative
			continue
		}
		if low, ok := p.search(leaf, 0, height, after > 0); ok {
			return n>>(height+1)<<(height+1) + low, true
		}
	}
	return 0, false
}

// search tries both sides at each level of a subtree: numbers with the same low bits share their beginning.
func (p Proof) search(h Hash, level, height int, after bool) (low int64, ok bool) {
	if level == height {
		for i, beside := range p.Hashes[height:] {
			if i == 0 && after {
				h = tlog.NodeHash(h, beside)
			} else {
				h = tlog.NodeHash(beside, h)
			}
		}
		return 0, h == p.Checkpoint.Root
	}
	beside := p.Hashes[level]
	if low, ok = p.search(tlog.NodeHash(h, beside), level+1, height, after); ok {
		return low, true
	}
	low, ok = p.search(tlog.NodeHash(beside, h), level+1, height, after)
	return low | 1<<level, ok
}
