package ledger

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
)

// Sizes around the edges of tiles.
var edgeSizes = []int64{1, 2, 255, 256, 257, 511, 512, 65_535, 65_536, 65_537}

// sizes are those, or, with -short (the race detector makes hashing slow), some: the rest repeats the same.
func sizes() []int64 {
	if testing.Short() {
		return []int64{1, 256, 511, 65_537}
	}
	return edgeSizes
}

var allLevels = []Level{Quick, Default, Full, Deep}

func TestAnUntouchedLogHasNoFindings(t *testing.T) {
	for _, size := range append([]int64{0}, sizes()...) {
		m := logOf(t, size)
		tree := treeOf(t, hashesOf(m))
		for _, level := range allLevels {
			for _, bundle := range []bool{false, true} {
				m.bundle = bundle
				wantOK(t, m, Options{Level: level})
				if size > 1000 && (level == Full || level == Deep) && bundle {
					continue // at length, the same again
				}
				for _, seen := range []int64{0, 1, 255, 256, 257, 300, 511, 512, 65_280, 65_535, 65_536, 65_537} {
					if testing.Short() && seen%2 == 0 {
						continue
					}
					if size > 1000 && (level == Full || level == Deep) && seen != 300 && seen != 65_535 {
						continue
					}
					if seen <= size {
						trust := &Trust{Vkey: testVkey(t, 1), Size: seen, Root: rootAt(t, tree, seen)}
						wantOK(t, m, Options{Level: level, Trust: trust, Scrub: 1000, Origin: testOrigin})
					}
				}
			}
		}
	}
}

func hashesOf(m *memory) []Hash {
	hashes := make([]Hash, len(m.rows))
	for i, e := range m.rows {
		hashes[i] = Hash(e.Hash)
	}
	return hashes
}

func wantOK(t *testing.T, m *memory, o Options) {
	t.Helper()
	r := verifyLog(t, m, o)
	wantFindings(t, r)
	c, _ := ReadCheckpoint(m.note)
	if r.Verdict != "ok" || r.Size != c.Size || r.Root != c.Root || r.Next.Size != c.Size || r.Next.Root != c.Root || r.Next.Vkey != testVkey(t, 1) {
		t.Errorf("%d entries, %+v: %+v", m.size(), o, r)
	}
	c2 := r.Coverage
	if (o.Level == Full || o.Level == Deep) && (c2.NewRead != c2.New || c2.OldRead != c2.Old || c2.New+c2.Old != c.Size) {
		t.Errorf("%d entries, %+v: coverage %+v", c.Size, o, c2)
	}
}

// A plant is one alteration of a log. It gives the findings that a full verification has; quick, when set, are those of
// the levels that read less.
type plant struct {
	name string
	fits func(size int64) bool
	do   func(t *testing.T, m *memory, r *rand.Rand) []Finding
}

func full(size int64) int64 { return size / 256 } // whole tiles of the lowest level

var plants = []plant{
	{"an entry is altered", any1, func(_ *testing.T, m *memory, r *rand.Rand) []Finding {
		at := r.Int64N(m.size())
		m.rows[at].Leaf = flip(m.rows[at].Leaf, 5)
		return []Finding{find(LeafHashMismatch, at)}
	}},
	{"an entry and the hash beside it are altered", func(size int64) bool { return full(size) > 0 }, func(_ *testing.T, m *memory, r *rand.Rand) []Finding {
		at := r.Int64N(full(m.size()) * 256)
		m.rows[at].Leaf = flip(m.rows[at].Leaf, 5)
		h := tlog.RecordHash(m.rows[at].Leaf)
		m.rows[at].Hash = h[:]
		return []Finding{find(LeafHashMismatch, at)}
	}},
	{"the hash beside an entry is altered", any1, func(_ *testing.T, m *memory, r *rand.Rand) []Finding {
		if m.bundle {
			return nil
		}
		at := r.Int64N(m.size())
		m.rows[at].Hash = flip(m.rows[at].Hash, 7)
		return []Finding{find(LeafHashMismatch, at)}
	}},
	{"two entries are exchanged", func(size int64) bool { return size > 1 }, func(_ *testing.T, m *memory, r *rand.Rand) []Finding {
		a := r.Int64N(m.size() - 1)
		b := a + 1 + r.Int64N(m.size()-a-1)
		m.rows[a].Leaf, m.rows[b].Leaf = m.rows[b].Leaf, m.rows[a].Leaf
		if full(m.size())*256 > b { // the partial tile of a store is the hashes beside
			m.rows[a].Hash, m.rows[b].Hash = m.rows[b].Hash, m.rows[a].Hash
		}
		return []Finding{find(LeafHashMismatch, a), find(LeafHashMismatch, b)}
	}},
	{"an entry is gone", any1, func(_ *testing.T, m *memory, r *rand.Rand) []Finding {
		at := r.Int64N(m.size())
		m.rows = slices.Delete(m.rows, int(at), int(at)+1)
		return []Finding{find(LeafMissing, at)}
	}},
	{"a run of entries is gone", any1, func(_ *testing.T, m *memory, r *rand.Rand) []Finding {
		from := r.Int64N(m.size())
		to := from + 1 + r.Int64N(m.size()-from)
		m.rows = slices.Delete(m.rows, int(from), int(to))
		return []Finding{find(LeafMissing, from)}
	}},
	{"entries are added behind", any1, func(t *testing.T, m *memory, _ *rand.Rand) []Finding {
		for i := range int64(3) {
			leaf := plainLeaf(t, m.size()+i)
			h := tlog.RecordHash(leaf)
			m.rows = append(m.rows, Entry{Seq: m.size() + i, Leaf: leaf, Hash: h[:]})
		}
		return []Finding{find(LeafExtra, m.size())}
	}},
	{"a tile is gone", hasTiles, func(_ *testing.T, m *memory, r *rand.Rand) []Finding {
		delete(m.tiles, m.anyTile(r))
		return []Finding{find(TileMissing, -1)}
	}},
	{"a tile is altered", hasTiles, func(_ *testing.T, m *memory, r *rand.Rand) []Finding {
		k := m.anyTile(r)
		m.tiles[k] = flip(m.tiles[k], r.IntN(len(m.tiles[k])))
		return []Finding{find(TileMismatch, -1)}
	}},
	{"a tile is too long", hasTiles, func(_ *testing.T, m *memory, r *rand.Rand) []Finding {
		k := m.anyTile(r)
		m.tiles[k] = append(bytes.Clone(m.tiles[k]), make([]byte, 32)...)
		return []Finding{find(TileWidth, -1)}
	}},
	{"a tile is cut off inside a hash", hasTiles, func(_ *testing.T, m *memory, r *rand.Rand) []Finding {
		k := m.anyTile(r)
		m.tiles[k] = m.tiles[k][:len(m.tiles[k])-1]
		return []Finding{find(TileWidth, -1)}
	}},
	{"a tile did not grow", func(size int64) bool { return size >= 512 }, func(_ *testing.T, m *memory, r *rand.Rand) []Finding {
		k := m.anyTile(r)
		for len(m.tiles[k]) == 32 {
			k = m.anyTile(r)
		}
		m.tiles[k] = m.tiles[k][:len(m.tiles[k])-32]
		return []Finding{find(TilePartialStale, -1)}
	}},
	{"another root is signed", any1, func(t *testing.T, m *memory, _ *rand.Rand) []Finding {
		signer, _, _ := testKey(t, testOrigin, 1)
		c, _ := ReadCheckpoint(m.note)
		m.sign(t, c.Size, Hash(flip(c.Root[:], 3)), signer)
		return []Finding{find(RootMismatch, -1)}
	}},
	{"a tile with its entries is replaced", func(size int64) bool { return full(size) > 0 }, func(t *testing.T, m *memory, r *rand.Rand) []Finding {
		at := r.Int64N(full(m.size()) * 256)
		m.rows[at].Leaf = plainLeaf(t, 99_999_999)
		h := tlog.RecordHash(m.rows[at].Leaf)
		m.rows[at].Hash = h[:]
		k := tileKey{0, at / 256}
		m.tiles[k] = slices.Concat(m.tiles[k][:at%256*32], h[:], m.tiles[k][at%256*32+32:])
		return []Finding{find(TileMismatch, -1)}
	}},
}

func any1(int64) bool { return true }

func hasTiles(size int64) bool { return size >= 256 }

// anyTile chooses a tile that is stored: all but the partial one of the lowest level.
func (m *memory) anyTile(r *rand.Rand) tileKey {
	var all []tileKey
	for k, b := range m.tiles {
		if k.level > 0 || len(b) == 256*32 || m.bundle {
			all = append(all, k)
		}
	}
	slices.SortFunc(all, func(a, b tileKey) int { return (b.level-a.level)*1_000_000 + int(b.index-a.index) })
	if r.IntN(2) == 0 { // there are few tiles of the upper levels
		return all[r.IntN(min(3, len(all)))]
	}
	return all[r.IntN(len(all))]
}

func TestOneAlterationIsOneFinding(t *testing.T) {
	for _, size := range sizes() {
		rounds := 12
		if size > 1000 {
			rounds = 1
		}
		for i, p := range plants {
			if !p.fits(size) || testing.Short() && size > 1000 && i%5 != 0 {
				continue
			}
			for round := range rounds {
				for _, bundle := range []bool{false, true} {
					t.Run(fmt.Sprintf("%s/%d/%d/bundle=%v", p.name, size, round, bundle), func(t *testing.T) {
						r := rand.New(rand.NewPCG(uint64(size), uint64(round)))
						m := logOf(t, size)
						m.bundle = bundle
						want := p.do(t, m, r)
						if want == nil {
							return
						}
						for _, level := range []Level{Full, Deep, Default} { // without trust Default reads all
							if size > 1000 && level == Default || size > 1000 && level == Deep && bundle {
								continue // the same again, at length
							}
							wantFindings(t, verifyLog(t, m, Options{Level: level, Workers: 1 + round%3}), want...)
						}
					})
				}
			}
		}
	}
}

func TestDamageInNewEntriesIsFoundByTheDefaultLevelAlso(t *testing.T) {
	for _, size := range edgeSizes[1:] {
		m := logOf(t, size)
		trust := m.trustAt(t, size/2, testVkey(t, 1))
		at := size - 1
		m.rows[at].Leaf = flip(m.rows[at].Leaf, 5)
		wantFindings(t, verifyLog(t, m, Options{Trust: trust}), find(LeafHashMismatch, at))
		wantFindings(t, verifyLog(t, m, Options{Level: Quick, Trust: trust})) // which reads no entries, and says so
	}
}

// Whatever is altered, no level that reads it all calls the log good; and no alteration is ever the cause of a diverged
// verdict.
func TestSeveralAlterationsAreAllFound(t *testing.T) {
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 7))
		size := 1 + r.Int64N(3000)
		m := logOf(t, size)
		trust := m.trustAt(t, size/2, testVkey(t, 1))
		altered := make(map[int64]bool)
		for range 1 + r.IntN(20) {
			at := r.Int64N(size)
			if !altered[at] {
				m.rows[at].Leaf = flip(m.rows[at].Leaf, 5)
				altered[at] = true
			}
		}
		var want []Finding
		for at := range size {
			if altered[at] {
				want = append(want, find(LeafHashMismatch, at))
			}
		}
		rep := verifyLog(t, m, Options{Level: Full, Trust: trust})
		wantFindings(t, rep, want...)
		if rep.Verdict != "broken" {
			t.Errorf("verdict %s", rep.Verdict)
		}
	}
}

func TestASecondFaultElsewhereIsNotHiddenByTheFirst(t *testing.T) {
	m := logOf(t, 65_537)
	m.rows[700].Leaf = flip(m.rows[700].Leaf, 5)
	k := tileKey{0, 2} // the tile of the entry, at another place
	m.tiles[k] = flip(m.tiles[k], 3*32)
	m.tiles[tileKey{1, 0}] = flip(m.tiles[tileKey{1, 0}], 9*32)
	m.tiles[tileKey{0, 9}] = flip(m.tiles[tileKey{0, 9}], 0)
	m.tiles[tileKey{2, 0}] = flip(m.tiles[tileKey{2, 0}], 0)
	m.rows = slices.Delete(m.rows, 4000, 6000)
	wantFindings(t, verifyLog(t, m, Options{Level: Full}),
		find(TileMismatch, -1), find(TileMismatch, -1), find(TileMismatch, -1), find(TileMismatch, -1),
		find(LeafHashMismatch, 700), find(LeafMissing, 4000))
}

func TestATreeForgedUpToTheCheckpointIsFound(t *testing.T) {
	for _, size := range []int64{1, 257, 65_537} {
		m := logOf(t, size)
		signed := m.note
		m.rows[0].Leaf = leafOf(t, 77, 0)
		signer, _, _ := testKey(t, testOrigin, 1)
		m.rebuild(t, signer)
		m.note = signed
		for _, level := range allLevels {
			wantFindings(t, verifyLog(t, m, Options{Level: level}), find(RootMismatch, -1))
		}
	}
}

func TestAnEntryThatIsTooLargeIsV15(t *testing.T) {
	m := logOf(t, 300).clone()
	m.rows[280].Leaf = append(bytes.Repeat([]byte{' '}, 65_530), plainLeaf(t, 280)...)
	signer, _, _ := testKey(t, testOrigin, 1)
	m.rebuild(t, signer)
	for _, level := range []Level{Default, Full, Deep} {
		wantFindings(t, verifyLog(t, m, Options{Level: level}), find(LeafTooLarge, 280))
	}
}

func TestAVerificationThatCannotReadIsAnErrorNotAVerdict(t *testing.T) {
	m := logOf(t, 65_537)
	lost := errors.New("the disk is gone")
	for _, at := range []int64{0, 300, 65_536} {
		if _, err := Verify(t.Context(), failing{m, at, lost}, Options{Level: Full, Vkey: testVkey(t, 1)}); !errors.Is(err, lost) {
			t.Errorf("entry %d: %v", at, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	o := Options{Level: Full, Vkey: testVkey(t, 1), Progress: func(done, total int64) {
		if done > 20_000 {
			cancel()
		}
		if total != 65_537 {
			t.Errorf("total %d", total)
		}
	}}
	if _, err := Verify(ctx, m, o); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
}

// failing cannot read an entry.
type failing struct {
	*memory
	at  int64
	err error
}

func (f failing) Entries(ctx context.Context, from, to int64) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		for e, err := range f.memory.Entries(ctx, from, to) {
			if e.Seq == f.at {
				yield(Entry{}, f.err)
				return
			}
			if !yield(e, err) {
				return
			}
		}
	}
}

func TestFindingsBeyondTheLimitAreCountedByCode(t *testing.T) {
	var c collector
	for i := range int64(maxFindings + 10) {
		c.add(find(TimeBeforePrev, i))
	}
	c.add(find(LeafHashMismatch, 5), find(LeafHashMismatch, 6))
	got := c.list()
	if len(got) != maxFindings+2 || got[maxFindings].Code != LeafHashMismatch || got[maxFindings+1].Code != TimeBeforePrev {
		t.Fatalf("%d findings, the last %v", len(got), got[maxFindings:])
	}
	if r := (Report{Findings: got}); verdict(r) != "broken" || got[maxFindings+1].Detail.EN != "10 more of this kind are not listed; the first is at entry 100000" {
		t.Errorf("%s, %v", verdict(r), got[maxFindings+1].Detail)
	}
}

func TestTheWorkEndsWhateverSizeAStrangerSigns(t *testing.T) {
	m := logOf(t, 300)
	stranger, _, _ := testKey(t, testOrigin, 9)
	m.sign(t, 1<<52+12345, Hash{1}, stranger)
	r := verifyLog(t, m, Options{Level: Deep})
	if r.Verdict != "broken" || !slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Code == SigUnknownKey }) {
		t.Errorf("%+v", r)
	}
}
