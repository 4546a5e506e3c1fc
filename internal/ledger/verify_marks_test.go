package ledger

import (
	"fmt"
	"slices"
	"testing"
)

// says has entry at say that those below to were disposed of.
func (m *memory) says(t *testing.T, at, to int64) {
	t.Helper()
	var l Leaf
	if err := ParseLeaf(plainLeaf(t, at), &l); err != nil {
		t.Fatal(err)
	}
	m.rows[at].Leaf = fmt.Appendf(nil, `{"before":"2026-11-22T10:11:12.123Z","from":0,"k":"pruned/1","policy":"protokol-8-14","t":%q,"to":%d}`, l.Time(), to)
	signer, _, _ := testKey(t, testOrigin, 1)
	m.rebuild(t, signer)
	m.keyLeaves = []int64{at}
}

// disposedAt makes a log of size entries of which those below to were disposed of, as entry at says, if that is one.
func disposedAt(t *testing.T, size, to, at int64) *memory {
	t.Helper()
	m := logOf(t, size)
	if at >= 0 {
		m.says(t, at, to)
	}
	m.rows = slices.Delete(m.rows, 0, int(to&^255))
	m.prunedTo = to
	return m
}

func TestWhatWasDisposedOfIsProvenAtEveryLevel(t *testing.T) {
	trust := logOf(t, 3000).trustAt(t, 2900, testVkey(t, 1))
	for _, level := range allLevels {
		for _, o := range []Options{{Level: level}, {Level: level, Trust: trust}} {
			for _, bundle := range []bool{false, true} {
				check := func(m *memory, want ...Finding) {
					t.Helper()
					m.bundle = bundle
					wantFindings(t, verifyLog(t, knowing{m}, o), want...)
				}
				said := disposedAt(t, 3000, 1000, 2950)
				check(said)
				check(disposedAt(t, 3000, 1000, -1), find(RetentionMissing, 0))

				more := said.clone()
				more.rows, more.prunedTo = slices.Delete(more.rows, 0, 256), 1024
				check(more, find(RetentionMissing, 1000))

				less := said.clone()
				less.prunedTo = 0
				check(less, find(ProjectionDrift, -1))

				unlisted := said.clone()
				unlisted.keyLeaves = nil
				if level == Quick {
					check(unlisted, find(RetentionMissing, 0))
				} else {
					check(unlisted, find(ProjectionDrift, 2950))
				}

				wrong := said.clone()
				wrong.keyLeaves = []int64{2000, 2950}
				check(wrong, find(ProjectionDrift, 2000))

				altered := said.clone()
				i := altered.find(2950)
				altered.rows[i].Leaf = slices.Replace(slices.Clone(altered.rows[i].Leaf), 12, 13, '1')
				check(altered, find(LeafHashMismatch, 2950))
			}
		}
	}
}

func TestAListedMarkThatIsNotThereIsFound(t *testing.T) {
	m := logOf(t, 65_537)
	m.bundle = true
	m.extent = []Range{{512, 2048}}
	m.keyLeaves = []int64{5}
	for k := range m.tiles {
		if k.level == 0 && (k.index < 2 || k.index >= 8) && k.index != 256 {
			delete(m.tiles, k)
		}
	}
	m.rows = m.rows[512:2048]
	for _, level := range allLevels {
		wantFindings(t, verifyLog(t, knowing{m}, Options{Level: level}), find(ProjectionDrift, 5))
	}
}
