package consent

import (
	"testing"

	"iskurctl/internal/ledger"
)

// The indexes are compared with the rows that are read with their entries. Only where the two do not agree, because something
// came between or an index is wrong, each index is looked at once more.
func TestTheIndexesAreReadBesideTheEntries(t *testing.T) {
	t.Parallel()
	b := lived(t)
	head, _, err := b.Ledger().Head(t.Context())
	must(t, err)
	verify := func(before func(*Check)) *Check {
		src := b.Ledger().Source()
		c := NewCheck(b.Log, src, ledger.Range{To: head.Size})
		before(c)
		r, err := ledger.Verify(t.Context(), src, ledger.Options{Log: Name, Level: ledger.Deep, Vkey: head.Vkey, Domain: c})
		must(t, err)
		if len(r.Findings) > 0 {
			t.Fatalf("%+v", r.Findings)
		}
		return c
	}
	c := verify(func(*Check) {})
	if c.sums.ids.n == 0 || c.sums.people.n != c.sums.ids.n {
		t.Fatalf("rows that were read: %+v", c.sums)
	}
	for name, within := range map[string]int64{"all": head.Size, "a part": head.Size / 2, "none": 0} {
		l := b.Log.indexes(t.Context(), c.seed, within)
		if l.err != nil || !l.right || l.lame || name == "all" && l.sums != c.sums || name == "none" && l.sums != (indexSums{}) {
			t.Errorf("%s: %+v, rows %+v", name, l, c.sums)
		}
	}
	verify(func(c *Check) { c.sums.people.sum = 1 }) // as after an erasure that came between
	verify(func(c *Check) { c.sums.ids.n = 1 })
}
