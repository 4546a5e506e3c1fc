package synthetic

import (
	"testing"

	"iskurctl/internal/tckn"
)

func take(t testing.TB, n *Numbers, count int) (list []string) {
	t.Helper()
	for c := n.From(0); len(list) < count; {
		v := c.Next(nil, n.Places())
		if v == nil {
			return list
		}
		list = append(list, string(v))
	}
	return list
}

func TestNumbersAreWellFormedOfTheirKindAndNoPlaceholders(t *testing.T) {
	for _, kind := range []tckn.Kind{tckn.KindCitizen, tckn.KindForeigner, tckn.KindTemporaryProtection} {
		n, err := New(kind, 7)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range take(t, n, 20_000) {
			if r := tckn.Check(v); !r.Valid() || r.Kind != kind || r.Placeholder {
				t.Fatalf("%s: %+v", kind, r)
			}
		}
	}
}

func TestASeedDecidesTheOrder(t *testing.T) {
	first := func(seed uint64) string {
		n, err := New(tckn.KindCitizen, seed)
		if err != nil {
			t.Fatal(err)
		}
		return take(t, n, 3)[2]
	}
	if first(1) != first(1) || first(1) == first(2) || first(1) == first(1<<63) {
		t.Error("the order does not follow the seed")
	}
}

// All of a kind: each once, and as many as Len says; with -short what stands in the first tenth of the places.
func TestEveryNumberOfAKindComesOnce(t *testing.T) {
	for _, kind := range []tckn.Kind{tckn.KindForeigner, tckn.KindTemporaryProtection} {
		n, err := New(kind, 99)
		if err != nil {
			t.Fatal(err)
		}
		until := n.Places()
		if testing.Short() {
			until /= 10
		}
		seen := make([]bool, 10_000_000)
		count := int64(0)
		var buf []byte
		for c := n.From(0); ; count++ {
			if buf = c.Next(buf[:0], until); len(buf) == 0 {
				break
			}
			at := 0
			for _, d := range buf[2:9] {
				at = at*10 + int(d-'0')
			}
			if seen[at] {
				t.Fatalf("%s came twice", tckn.Mask(string(buf)))
			}
			seen[at] = true
		}
		if !testing.Short() && count != n.Len() || count < n.Len()/20 {
			t.Errorf("%s: %d numbers, Len says %d", kind, count, n.Len())
		}
	}
}

// The network is a permutation: counted for a small one, of 900 million it follows by the same construction.
func TestPermuteNeverGivesAPlaceTwice(t *testing.T) {
	n, err := New(tckn.KindForeigner, 3)
	if err != nil {
		t.Fatal(err)
	}
	n.half = 6
	seen := map[uint64]bool{}
	for i := range n.Places() {
		seen[n.permute(i)] = true
	}
	if len(seen) != int(n.Places()) {
		t.Errorf("%d of %d places", len(seen), n.Places())
	}
}

func TestPartsTogetherGiveTheWhole(t *testing.T) {
	n, err := New(tckn.KindCitizen, 11)
	if err != nil {
		t.Fatal(err)
	}
	c := n.From(0)
	for _, part := range [][2]uint64{{0, 100}, {100, 101}, {101, 5000}} {
		p := n.From(part[0])
		for v := p.Next(nil, part[1]); v != nil; v = p.Next(nil, part[1]) {
			if w := c.Next(nil, n.Places()); string(v) != string(w) {
				t.Fatal("a part gives other numbers")
			}
		}
	}
}

func TestNumbersOfAnUnknownKindAreNotMade(t *testing.T) {
	for _, kind := range []tckn.Kind{tckn.KindOther9, "", "x"} {
		if _, err := New(kind, 1); err == nil {
			t.Errorf("kind %q is made", kind)
		}
	}
}

func BenchmarkNext(b *testing.B) {
	n, err := New(tckn.KindCitizen, 1)
	if err != nil {
		b.Fatal(err)
	}
	c := n.From(0)
	var buf []byte
	for b.Loop() {
		buf = c.Next(buf[:0], n.Places())
	}
}
