package ledgertest

import (
	"bytes"
	"crypto/sha256"
	"math/rand/v2"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"iskurctl/internal/ledger"
)

// named puts the name of the log for @.
func (p *Place) named(text string) string { return strings.ReplaceAll(text, "@", p.Name) }

// Alter writes another value into the column of one row.
func Alter(column, where string, change func(any) any) func(*World, *Place) {
	return func(w *World, p *Place) {
		table, name, _ := strings.Cut(column, ".")
		where := w.Names.Replace(where)
		old := Value[any](p, "SELECT "+name+" FROM "+table+" WHERE "+where)
		p.Exec("UPDATE "+table+" SET "+name+" = $1 WHERE "+where, change(old))
	}
}

// Flip changes one bit: of a number the given one, of a text or a blob one in the middle that leaves it text.
func Flip(bit int) func(any) any {
	return func(v any) any {
		switch v := v.(type) {
		case int64:
			return v ^ 1<<bit
		case string:
			b := []byte(v)
			b[len(b)/2] ^= 1
			return string(b)
		case []byte:
			b := bytes.Clone(v)
			b[len(b)/2] ^= 1
			return b
		}
		return nil
	}
}

// Cut takes n bytes off the end.
func Cut(n int) func(any) any {
	return func(v any) any {
		switch v := v.(type) {
		case string:
			return v[:len(v)-n]
		case []byte:
			return bytes.Clone(v[:len(v)-n])
		}
		return nil
	}
}

// Another gives another value of the same kind, one bit away.
func Another(chance *rand.Rand, v any) any {
	switch v := v.(type) {
	case int64:
		return v ^ 1<<chance.IntN(63)
	case string:
		b := []byte(v)
		b[chance.IntN(len(b))] ^= 1
		return string(b)
	case []byte:
		b := slices.Clone(v)
		b[chance.IntN(len(b))] ^= 1 << chance.IntN(8)
		return b
	}
	return int64(1) // was NULL
}

// OtherRoot changes the third line of a checkpoint, its root, into another root.
func OtherRoot(note []byte) []byte {
	b := bytes.Clone(note)
	at := bytes.IndexByte(b, '\n')
	at += 1 + bytes.IndexByte(b[at+1:], '\n') + 1
	b[at] = map[bool]byte{true: 'B', false: 'A'}[b[at] == 'A']
	return b
}

// Swap exchanges the values of columns, "table.a,b", between two rows.
func Swap(columns, one, other string) func(*World, *Place) {
	return func(w *World, p *Place) {
		table, list, _ := strings.Cut(columns, ".")
		for name := range strings.SplitSeq(list, ",") {
			one, other := w.Names.Replace(one), w.Names.Replace(other)
			a := Value[any](p, "SELECT "+name+" FROM "+table+" WHERE "+one)
			b := Value[any](p, "SELECT "+name+" FROM "+table+" WHERE "+other)
			away := a
			switch v := a.(type) { // what must be unique stands elsewhere meanwhile
			case int64:
				away = int64(-77)
			case []byte:
				away = bytes.Repeat([]byte{7}, len(v))
			}
			p.Exec("UPDATE "+table+" SET "+name+" = $1 WHERE "+one, away)
			p.Exec("UPDATE "+table+" SET "+name+" = $1 WHERE "+other, a)
			if away == any(int64(-77)) { // the row may be found by this very number
				one = name + " = -77"
			}
			p.Exec("UPDATE "+table+" SET "+name+" = $1 WHERE "+one, b)
		}
	}
}

// By runs statements; {q1} and the like stand for entries, @ for the name of the log.
func By(text string) func(*World, *Place) {
	return func(w *World, p *Place) { p.Exec(w.Names.Replace(text)) }
}

// Both does one after the other.
func Both(list ...func(*World, *Place)) func(*World, *Place) {
	return func(w *World, p *Place) {
		for _, do := range list {
			do(w, p)
		}
	}
}

// LeafHash and NodeHash are those of RFC 6962.
func LeafHash(leaf []byte) ledger.Hash { return tlog.RecordHash(leaf) }

// NodeHash is that of a node.
func NodeHash(left, right []byte) ledger.Hash {
	return tlog.NodeHash(ledger.Hash(left), ledger.Hash(right))
}

// Fold gives the root over a full tile.
func Fold(tile []byte) ledger.Hash {
	if len(tile) == 32 {
		return ledger.Hash(tile)
	}
	left, right := Fold(tile[:len(tile)/2]), Fold(tile[len(tile)/2:])
	return NodeHash(left[:], right[:])
}

// Hashes is a tree as tlog keeps it.
type Hashes []tlog.Hash

// ReadHashes implements tlog.HashReader.
func (h Hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, at := range indexes {
		out[i] = h[at]
	}
	return out, nil
}

// Tree gives the tree of leaf hashes, by the functions of tlog, and its root.
func Tree(leaves []ledger.Hash) (tree Hashes, root ledger.Hash, err error) {
	for i, h := range leaves {
		add, err := tlog.StoredHashesForRecordHash(int64(i), h, tree)
		if err != nil {
			return nil, root, err
		}
		tree = append(tree, add...)
	}
	root, err = tlog.TreeHash(int64(len(leaves)), tree)
	return tree, root, err
}

// SHA256 is that of b.
func SHA256(b []byte) [32]byte { return sha256.Sum256(b) }
