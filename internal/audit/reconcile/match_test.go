package reconcile

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// pairing is what a matcher made of the times of one key.
type pairing struct {
	pairs   [][2]int64
	alone   [2][]int64
	surplus [2][]bool
	total   int64
	offsets []int64
}

func memory(t fataler, s *scratch, key byte, times []int64) *merge {
	o := s.sorter(atFull)
	for i, ms := range times {
		r := newRecord(time.UnixMilli(ms), int64(i), Tags{Full: Tag{key}})
		if err := o.add(&r); err != nil {
			t.Fatal(err)
		}
	}
	m, err := o.sorted()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

type fataler interface{ Fatal(...any) }

func match(t fataler, reach int64, a, b []int64) (p pairing) {
	s := newScratch("")
	m := &matcher{at: atFull, reach: reach, in: [2]*merge{memory(t, s, 1, a), memory(t, s, 1, b)}}
	m.pair = func(o, th *record) error {
		p.pairs = append(p.pairs, [2]int64{o.time(), th.time()})
		p.total += distance(o.time() - th.time())
		return nil
	}
	m.single = func(side int, r *record, near bool) error {
		p.alone[side] = append(p.alone[side], r.time())
		p.surplus[side] = append(p.surplus[side], near)
		return nil
	}
	m.unique = func(ms int64) { p.offsets = append(p.offsets, ms) }
	if err := m.run(contextOf()); err != nil {
		t.Fatal(err)
	}
	return p
}

// check holds what is true of every result, whichever way it came about.
func (p pairing) check(t *rapid.T, reach int64, a, b []int64) {
	got := [2][]int64{slices.Clone(p.alone[ours]), slices.Clone(p.alone[theirs])}
	for _, q := range p.pairs {
		if distance(q[0]-q[1]) > reach {
			t.Fatalf("%v lie farther apart than %d", q, reach)
		}
		got[ours], got[theirs] = append(got[ours], q[0]), append(got[theirs], q[1])
	}
	for side, want := range [2][]int64{a, b} {
		want = slices.Sorted(slices.Values(want))
		slices.Sort(got[side])
		if !slices.Equal(got[side], want) {
			t.Fatalf("side %d: rows %v, want each once: %v", side, got[side], want)
		}
	}
	for side, others := range [2][]int64{b, a} {
		for i, ms := range p.alone[side] {
			want := slices.ContainsFunc(others, func(o int64) bool { return distance(o-ms) <= reach })
			if p.surplus[side][i] != want {
				t.Fatalf("side %d, %d: surplus %v, want %v; %v %v", side, ms, p.surplus[side][i], want, a, b)
			}
		}
	}
}

// largest gives the size of a maximum matching by augmenting paths (Kuhn).
func largest(reach int64, a, b []int64) int {
	owner := make([]int, len(b))
	for j := range owner {
		owner[j] = -1
	}
	n := 0
	for i := range a {
		tried := make([]bool, len(b))
		var augment func(i int) bool
		augment = func(i int) bool {
			for j := range b {
				if distance(a[i]-b[j]) > reach || tried[j] {
					continue
				}
				tried[j] = true
				if owner[j] < 0 || augment(owner[j]) {
					owner[j] = i
					return true
				}
			}
			return false
		}
		if augment(i) {
			n++
		}
	}
	return n
}

// cheapest tries everything: the most pairs, and of those the least total distance.
func cheapest(reach int64, a, b []int64) (pairs int, total int64) {
	if len(a) == 0 {
		return 0, 0
	}
	pairs, total = cheapest(reach, a[1:], b)
	for j := range b {
		d := distance(a[0] - b[j])
		if d > reach {
			continue
		}
		rest := append(slices.Clone(b[:j]), b[j+1:]...)
		n, sum := cheapest(reach, a[1:], rest)
		if n+1 > pairs || n+1 == pairs && sum+d < total {
			pairs, total = n+1, sum+d
		}
	}
	return pairs, total
}

func times(most int, until int64) *rapid.Generator[[]int64] {
	return rapid.SliceOfN(rapid.Int64Range(-until, until), 0, most)
}

func TestAsManyPairsAsPossibleAndOfThoseTheNearest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := times(6, 15).Draw(t, "ours"), times(6, 15).Draw(t, "theirs")
		reach := rapid.Int64Range(0, 8).Draw(t, "reach")
		p := match(t, reach, a, b)
		p.check(t, reach, a, b)
		pairs, total := cheapest(reach, a, b)
		if len(p.pairs) != pairs || p.total != total {
			t.Fatalf("%d pairs, total %d; want %d and %d", len(p.pairs), p.total, pairs, total)
		}
	})
}

func TestAsManyPairsAsPossibleInACrowd(t *testing.T) {
	crowds := 0
	rapid.Check(t, func(t *rapid.T) {
		// Enough rows close together that they do not fit into a cluster.
		a, b := times(160, 300).Draw(t, "ours"), times(160, 300).Draw(t, "theirs")
		if rapid.Bool().Draw(t, "crowd") {
			for i := range int64(80) {
				a, b = append(a, i*3), append(b, i*3+rapid.Int64Range(0, 5).Draw(t, "late"))
			}
			crowds++
		}
		reach := rapid.Int64Range(0, 12).Draw(t, "reach")
		p := match(t, reach, a, b)
		p.check(t, reach, a, b)
		if want := largest(reach, a, b); len(p.pairs) != want {
			t.Fatalf("%d pairs, want %d", len(p.pairs), want)
		}
	})
	if crowds == 0 {
		t.Error("no crowd was tried")
	}
}

func TestACrowdDoesNotCostTheRowsBehindItTheirPairs(t *testing.T) {
	a, b := make([]int64, 70), make([]int64, 70)
	if p := match(t, 0, append(a, 6), append(b, 5, 6)); len(p.pairs) != 71 || fmt.Sprint(p.alone) != "[[] [5]]" {
		t.Errorf("%d pairs, left %v", len(p.pairs), p.alone)
	}
}

func TestOnlyTheEarliestOfEqualRowsPairs(t *testing.T) {
	p := match(t, 2000, []int64{5000, 5000, 5000}, []int64{5100})
	if len(p.pairs) != 1 || fmt.Sprint(p.alone[ours], p.surplus[ours]) != "[5000 5000] [true true]" {
		t.Errorf("%+v", p)
	}
}

func TestOffsetsComeFromUniqueRowsWithinTheHour(t *testing.T) {
	for _, c := range []struct {
		a, b []int64
		want string
	}{
		{[]int64{0}, []int64{70}, "[70]"},
		{[]int64{100}, []int64{30}, "[-70]"},
		{[]int64{0}, []int64{uniqueReach}, "[3600000]"}, // farther than any window, and still the same query
		{[]int64{0}, []int64{uniqueReach + 1}, "[]"},
		{[]int64{0, 1 << 40}, []int64{70}, "[]"},
		{[]int64{0}, []int64{70, 1 << 40}, "[]"},
		{[]int64{0}, nil, "[]"},
		{make([]int64, 100), make([]int64, 100), "[]"},
	} {
		if p := match(t, 2000, c.a, c.b); fmt.Sprint(p.offsets) != c.want {
			t.Errorf("%v %v: %v, want %s", c.a[:1], c.b, p.offsets, c.want)
		}
	}
}

func TestTheMedianIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOfN(rapid.Int64Range(-uniqueReach, uniqueReach), 1, 40).Draw(t, "offsets")
		var o offsets
		for _, ms := range list {
			o.add(ms)
		}
		slices.Sort(list)
		if got := o.median(); got == nil || *got != list[(len(list)-1)/2] {
			t.Fatalf("%v, want %d", got, list[(len(list)-1)/2])
		}
	})
	if (&offsets{}).median() != nil {
		t.Error("there is a median of nothing")
	}
}

func TestSortingOnDiskIsSorting(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		s := newScratch(dir)
		s.runRows, s.fan = rapid.IntRange(1, 9).Draw(t, "run"), rapid.IntRange(2, 4).Draw(t, "fan")
		defer func() { _ = s.close() }()
		o := s.sorter(rapid.SampledFrom([]int{atFull, atUser, atMethod}).Draw(t, "key"))
		var want []record
		for i, n := range rapid.SliceOfN(rapid.Int64Range(-3, 3), 0, 300).Draw(t, "rows") {
			r := newRecord(time.UnixMilli(n), int64(i), Tags{Full: Tag{byte(n) & 3}, UserMethod: Tag{byte(n * 7)}, Method: Tag{15: byte(i)}})
			want = append(want, r)
			if err := o.add(&r); err != nil {
				t.Fatal(err)
			}
		}
		at := rapid.SampledFrom([]int{atFull, atUser, atMethod}).Draw(t, "second key")
		o, err := o.by(contextOf(), at)
		if err != nil {
			t.Fatal(err)
		}
		slices.SortFunc(want, func(a, b record) int { return compare(&a, &b, at) })
		m, err := o.sorted()
		for i := 0; ; i++ {
			var r *record
			if err == nil {
				r, err = m.next()
			}
			if err != nil {
				t.Fatal(err)
			}
			if r == nil {
				if i != len(want) {
					t.Fatalf("%d rows, want %d", i, len(want))
				}
				break
			}
			if i >= len(want) || *r != want[i] {
				t.Fatalf("row %d is another", i)
			}
		}
		if int64(len(want)) != o.n {
			t.Fatalf("counted %d of %d", o.n, len(want))
		}
	})
}
