package ledger

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
)

func TestALogThatGrowsMeanwhileIsNotBroken(t *testing.T) {
	signer, _, _ := testKey(t, testOrigin, 1)
	for _, c := range []struct{ before, after int64 }{{300, 301}, {511, 600}, {1000, 65_600}, {65_536, 65_537}} {
		later := &memory{origin: testOrigin}
		for i := range c.after {
			later.rows = append(later.rows, Entry{Seq: i, Leaf: plainLeaf(t, i)})
		}
		later.rebuild(t, signer)
		for _, level := range allLevels {
			m := logOf(t, c.before)
			m.afterwards = func(m *memory) { m.tiles, m.note = later.tiles, later.note }
			wantFindings(t, verifyLog(t, m, Options{Level: level}))
		}
	}
	// Longer tiles without a later checkpoint are none of the log's.
	m := logOf(t, 300)
	m.tiles[tileKey{1, 0}] = append(bytes.Clone(m.tiles[tileKey{1, 0}]), make([]byte, 32)...)
	wantFindings(t, verifyLog(t, m, Options{Level: Full}), find(TileWidth, -1))
}

func TestARangeOfALogVerifies(t *testing.T) {
	genuine := logOf(t, 65_537)
	genuine.bundle = true
	genuine.extent = []Range{{512, 2048}, {60_000, 60_100}}
	for k := range genuine.tiles { // as an export has them
		if from := k.index * 256; k.level == 0 && !touches(genuine.extent, from, from+256) && k.index != 256 {
			delete(genuine.tiles, k)
		}
	}
	for _, level := range []Level{Default, Full, Deep} {
		r := verifyLog(t, genuine, Options{Level: level})
		wantFindings(t, r)
		if r.Coverage.NewRead != 1636 || r.Coverage.New != 65_537 || r.ReadAllNew() {
			t.Errorf("%s: %+v", level, r.Coverage)
		}
		for _, at := range []int64{512, 2047, 60_050} {
			m := genuine.clone()
			i := m.find(at)
			m.rows[i].Leaf = flip(m.rows[i].Leaf, 3)
			wantFindings(t, verifyLog(t, m, Options{Level: level}), find(LeafHashMismatch, at))
			m.rows = slices.Delete(m.rows, i, i+1)
			wantFindings(t, verifyLog(t, m, Options{Level: level}), find(LeafMissing, at))
		}
		m := genuine.clone()
		m.tiles[tileKey{1, 0}] = flip(m.tiles[tileKey{1, 0}], 200*32)
		wantFindings(t, verifyLog(t, m, Options{Level: level}), find(TileMismatch, -1))
	}
	// With what was seen before: it is compared where the tiles are there, and where not, that is said.
	vkey := testVkey(t, 1)
	wantFindings(t, verifyLog(t, genuine, Options{Trust: genuine.trustAt(t, 1000, vkey), Level: Full}))
	wantFindings(t, verifyLog(t, genuine, Options{Trust: genuine.trustAt(t, 25_600, vkey), Level: Full}))
	r := verifyLog(t, genuine, Options{Trust: genuine.trustAt(t, 30_000, vkey), Level: Full})
	wantFindings(t, r, find(ConsistencyUnchecked, -1))
	if r.Verdict != "unverifiable" {
		t.Error(r.Verdict)
	}
}

func TestAPrunedLogVerifies(t *testing.T) {
	m := disposedAt(t, 3000, 1000, 2950)
	for _, level := range allLevels {
		r := verifyLog(t, knowing{m}, Options{Level: level})
		wantFindings(t, r)
		if level != Quick && (r.Coverage.NewRead != 2232 || !r.ReadAllNew()) || r.Range != (Range{1000, 3000}) {
			t.Errorf("%+v", r.Coverage)
		}
	}
	trust := logOf(t, 3000).trustAt(t, 500, testVkey(t, 1))
	wantFindings(t, verifyLog(t, knowing{m}, Options{Trust: trust, Scrub: 10_000}))
	// Pruned while it is read: what is gone was disposed of, not lost.
	m = logOf(t, 3000)
	m.afterwards = func(m *memory) { m.rows, m.prunedTo = slices.Delete(m.rows, 0, 768), 1000 }
	wantFindings(t, verifyLog(t, m, Options{Level: Full}))
	m = logOf(t, 3000)
	m.rows = slices.Delete(m.rows, 0, 768)
	wantFindings(t, verifyLog(t, m, Options{Level: Full}), find(LeafMissing, 0))
}

func TestTheScrubReadsEveryOldEntryInTurn(t *testing.T) {
	m := logOf(t, 5000)
	trust := m.trustAt(t, 4000, testVkey(t, 1))
	damaged := m.clone()
	damaged.rows[1999].Leaf = flip(damaged.rows[1999].Leaf, 3)
	var old int64
	found := 0
	for range 4 { // 15 whole tiles below 3,840, four a time
		r := verifyLog(t, m, Options{Trust: trust, Scrub: 1000})
		wantFindings(t, r)
		if r.Coverage.NewRead != 1000 || r.Coverage.OldRead != 4*256+160 {
			t.Errorf("%+v", r.Coverage)
		}
		old += r.Coverage.OldRead - 160
		found += len(verifyLog(t, damaged, Options{Trust: trust, Scrub: 1000}).Findings)
		trust.Scrub = r.Next.Scrub
	}
	if old != 16*256 || found != 1 || trust.Scrub != 256 { // it went around
		t.Errorf("%d entries, %d findings, next %d", old, found, trust.Scrub)
	}
	r := verifyLog(t, m, Options{Trust: trust, Scrub: 1 << 40})
	if r.Coverage.OldRead != 4000 || r.Next.Scrub != trust.Scrub {
		t.Errorf("%+v, next %d", r.Coverage, r.Next.Scrub)
	}
	if r := verifyLog(t, m, Options{Trust: trust}); r.Coverage.OldRead != 160 || r.Next.Scrub != trust.Scrub {
		t.Errorf("without a scrub: %+v", r)
	}
}

func TestTheRootOfAnySizeIsThatOfTlog(t *testing.T) {
	var hashes []Hash
	for i := range 600 {
		hashes = append(hashes, tlog.RecordHash(fmt.Append(nil, i)))
	}
	tree := treeOf(t, hashes)
	for size := range int64(601) {
		var tiles [Levels][]byte
		for level := range Levels {
			for i := edgeIndex(size, level) * 256; i < size>>(8*level); i++ {
				h := tree[tlog.StoredHashIndex(8*level, i)]
				tiles[level] = append(tiles[level], h[:]...)
			}
		}
		if RootOf(size, tiles) != rootAt(t, tree, size) {
			t.Fatalf("size %d", size)
		}
	}
}
