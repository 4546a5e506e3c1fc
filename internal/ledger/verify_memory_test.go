package ledger

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"iskurctl/internal/i18n"
)

// tileKey is a level and an index.
type tileKey struct {
	level int
	index int64
}

// memory is a log in memory. Its tree is made with the functions of tlog, not with ours.
type memory struct {
	origin     string
	rows       []Entry // ascending
	tiles      map[tileKey][]byte
	note       []byte
	prunedTo   int64
	extent     []Range     // nil: as a store has it
	disclosed  []Disclosed // ascending
	keyLeaves  []int64
	bundle     bool // no hashes beside the entries, a partial tile of its own
	tilesRead  int
	lock       sync.Mutex
	afterwards func(m *memory) // once, when the first tile was asked for
}

func (m *memory) clone() *memory {
	return &memory{
		origin: m.origin, rows: slices.Clone(m.rows), tiles: maps.Clone(m.tiles), note: m.note, prunedTo: m.prunedTo,
		extent: m.extent, disclosed: slices.Clone(m.disclosed), keyLeaves: m.keyLeaves, bundle: m.bundle,
	}
}

func (m *memory) size() int64 { c, _ := ReadCheckpoint(m.note); return c.Size }

func (m *memory) Checkpoint(context.Context) ([]byte, error) {
	m.lock.Lock()
	defer m.lock.Unlock()
	return m.note, nil
}

func (m *memory) Pruned(context.Context) (int64, error) {
	m.lock.Lock()
	defer m.lock.Unlock()
	return m.prunedTo, nil
}

func (m *memory) Extent(_ context.Context, size int64) ([]Range, error) {
	if m.extent != nil {
		return m.extent, nil
	}
	return []Range{{m.prunedTo &^ 255, size}}, nil
}

func (m *memory) Tile(_ context.Context, level int, index int64, width int) ([]byte, error) {
	m.lock.Lock()
	defer m.lock.Unlock()
	m.tilesRead++
	if m.afterwards != nil {
		change := m.afterwards
		m.afterwards = nil
		change(m)
	}
	if level > 0 || width == 256 || m.bundle {
		return m.tiles[tileKey{level, index}], nil
	}
	b := []byte{}
	for _, e := range m.between(index*256, index*256+int64(width)) {
		b = append(b, e.Hash...)
	}
	return b, nil
}

func (m *memory) find(seq int64) int {
	i, _ := slices.BinarySearchFunc(m.rows, seq, func(e Entry, seq int64) int {
		if e.Seq < seq {
			return -1
		}
		return 1
	})
	return i
}

func (m *memory) between(from, to int64) []Entry {
	return m.rows[m.find(from):m.find(to)]
}

func (m *memory) Entries(_ context.Context, from, to int64) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		for _, e := range m.between(from, to) {
			if m.bundle {
				e.Hash = nil
			}
			if !yield(e, nil) {
				return
			}
		}
	}
}

func (m *memory) Disclosures(_ context.Context, from, to int64) iter.Seq2[Disclosed, error] {
	return func(yield func(Disclosed, error) bool) {
		for _, d := range m.disclosed {
			if d.Seq >= from && d.Seq < to && !yield(d, nil) {
				return
			}
		}
	}
}

// knowing is a memory that lists its marks.
type knowing struct{ *memory }

func (k knowing) Marks(context.Context) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		for _, seq := range k.keyLeaves {
			e := Entry{Seq: seq}
			if i := k.find(seq); i < len(k.rows) && k.rows[i].Seq == seq {
				e.Leaf = k.rows[i].Leaf
			}
			if !yield(e, nil) {
				return
			}
		}
	}
}

// stored is a tree as tlog keeps it.
type stored []Hash

func (s stored) ReadHashes(indexes []int64) ([]Hash, error) {
	out := make([]Hash, len(indexes))
	for i, at := range indexes {
		out[i] = s[at]
	}
	return out, nil
}

func treeOf(t testing.TB, hashes []Hash) stored {
	t.Helper()
	var s stored
	for i, h := range hashes {
		add, err := tlog.StoredHashesForRecordHash(int64(i), h, s)
		if err != nil {
			t.Fatal(err)
		}
		s = append(s, add...)
	}
	return s
}

// rebuild makes tiles, hashes beside the entries and the checkpoint again from the entries, which are all there.
func (m *memory) rebuild(t testing.TB, signer note.Signer) {
	t.Helper()
	hashes := make([]Hash, len(m.rows))
	for i := range m.rows {
		hashes[i] = tlog.RecordHash(m.rows[i].Leaf)
		m.rows[i].Hash = hashes[i][:]
	}
	m.build(t, hashes, signer)
}

func (m *memory) build(t testing.TB, hashes []Hash, signer note.Signer) {
	t.Helper()
	tree := treeOf(t, hashes)
	m.tiles = make(map[tileKey][]byte)
	size := int64(len(hashes))
	for level := 0; size>>(8*level) > 0; level++ {
		for i := range size >> (8 * level) {
			k := tileKey{level, i / 256}
			h := tree[tlog.StoredHashIndex(8*level, i)]
			m.tiles[k] = append(m.tiles[k], h[:]...)
		}
	}
	m.sign(t, size, rootAt(t, tree, size), signer)
}

func rootAt(t testing.TB, tree stored, size int64) Hash {
	t.Helper()
	root, err := tlog.TreeHash(size, tree)
	if err != nil {
		t.Fatal(err)
	}
	return root
}

func (m *memory) sign(t testing.TB, size int64, root Hash, signer note.Signer) {
	t.Helper()
	var err error
	if m.note, err = SignCheckpoint(m.origin, size, root, signer); err != nil {
		t.Fatal(err)
	}
}

// trustAt is what a verifier would have kept when the log had size entries.
func (m *memory) trustAt(t testing.TB, size int64, vkey string) *Trust {
	t.Helper()
	hashes := make([]Hash, size)
	for i := range hashes {
		hashes[i] = Hash(m.rows[i].Hash)
	}
	return &Trust{Vkey: vkey, Size: size, Root: rootAt(t, treeOf(t, hashes), size)}
}

var testStart = time.Date(2026, 11, 22, 10, 11, 12, 0, time.UTC)

func plainLeaf(t testing.TB, i int64) []byte { return leafOf(t, i, i) }

// leafOf is an entry of a moment, in milliseconds after the first.
func leafOf(t testing.TB, q, ms int64) []byte {
	t.Helper()
	b, err := NewLeaf().String("k", "outcome/1").Int("q", q).String("t", Time(testStart.Add(time.Duration(ms)*time.Millisecond))).Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// built keeps the logs of a size: making one of 65,537 entries for every test would be most of the tests' time.
var built = struct {
	sync.Mutex
	logs map[int64]*memory
}{logs: make(map[int64]*memory)}

// logOf gives a log of size small entries, signed by key 1. It is the caller's.
func logOf(t testing.TB, size int64) *memory {
	t.Helper()
	built.Lock()
	defer built.Unlock()
	if m := built.logs[size]; m != nil {
		return m.clone()
	}
	m := &memory{origin: testOrigin}
	for i := range size {
		m.rows = append(m.rows, Entry{Seq: i, Leaf: plainLeaf(t, i)})
	}
	signer, _, _ := testKey(t, testOrigin, 1)
	m.rebuild(t, signer)
	built.logs[size] = m
	return m.clone()
}

func testVkey(t testing.TB, n byte) string {
	t.Helper()
	_, _, vkey := testKey(t, testOrigin, n)
	return vkey
}

func verifyLog(t testing.TB, src Source, o Options) Report {
	t.Helper()
	if o.Trust == nil && o.Vkey == "" {
		o.Vkey = testVkey(t, 1)
	}
	r, err := Verify(t.Context(), src, o)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range r.Findings {
		if f.Detail.Empty() || f.Detail.TR == f.Detail.EN || bytes.Contains([]byte(f.Detail.TR+f.Detail.EN), []byte("%!")) {
			t.Errorf("%s: detail %+v", f.Code, f.Detail)
		}
	}
	return r
}

// wantFindings compares codes and entries.
func wantFindings(t testing.TB, r Report, want ...Finding) {
	t.Helper()
	same := slices.EqualFunc(r.Findings, want, func(a, b Finding) bool { return a.Code == b.Code && a.Seq == b.Seq })
	if same {
		return
	}
	list := func(all []Finding) (s string) {
		for _, f := range all[:min(len(all), 10)] {
			s += fmt.Sprintf("\n  %s %d %s", f.Code, f.Seq, f.Detail.In(i18n.EN))
		}
		return s
	}
	t.Errorf("%s: %d findings, want %d: got %s\nwant %s", r.Level, len(r.Findings), len(want), list(r.Findings), list(want))
}

// flip changes one bit of a copy.
func flip(b []byte, at int) []byte {
	b = bytes.Clone(b)
	b[at] ^= 1
	return b
}

func find(code Code, seq int64) Finding { return Finding{Code: code, Seq: seq} }
