package ledger

import (
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
)

func TestASetOfEntriesIsAscendingAndTakesLittleForNumbersFarApart(t *testing.T) {
	var b Bits
	want := []int64{0, 63, 64, 16383, 16384, 1 << 44, 1<<53 - 1}
	for _, i := range rand.Perm(len(want)) {
		b.Set(want[i])
	}
	b.Set(-1)
	if got := slices.Collect(b.All); !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
	for _, seq := range []int64{-1, 1, 65, 16385, 1<<44 + 1, 1<<53 - 2} {
		if b.Has(seq) {
			t.Errorf("%d is not in the set", seq)
		}
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for i := range int64(1000) {
		b.Set(i << 43)
	}
	if runtime.ReadMemStats(&after); after.TotalAlloc-before.TotalAlloc > 16<<20 {
		t.Errorf("a thousand numbers took %d bytes", after.TotalAlloc-before.TotalAlloc)
	}
}

func TestRangesHoldRunsOfEntries(t *testing.T) {
	var s Ranges
	for _, r := range []Range{{0, 2}, {2, 3}, {7, 9}} {
		s.Add(r)
	}
	if len(s) != 2 || !s.Has(0) || !s.Has(2) || s.Has(3) || s.Has(6) || !s.Has(8) || s.Has(9) {
		t.Errorf("got %v", s)
	}
}
