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
	if r := (Report{Findings: got}); verdict(r) != "broken" || got[maxFindings+1].Detail.EN != "10 more of this kind are not listed; the first is entry 100000" {
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
