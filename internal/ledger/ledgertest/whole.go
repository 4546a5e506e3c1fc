package ledgertest

import (
	"path/filepath"
	"slices"
	"testing"

	"iskurctl/internal/ledger"
)

// Export makes a bundle of an open log; Part says that it is of a part of it.
type Export struct {
	Name string
	Part bool
	Do   func(p *Place, dir string) error
}

// Whole verifies an untouched log at levels, without trust and with what verifiers have seen, and its bundles: nothing is
// found.
func Whole(t *testing.T, p *Place, levels []ledger.Level, trusts []*ledger.Trust, bundles ...Export) (runs int) {
	t.Helper()
	for _, level := range levels {
		for _, trust := range append([]*ledger.Trust{nil}, trusts...) {
			r, err := p.Verify(level, trust, 256)
			runs++
			if got := Result(r, err); got != "" {
				t.Errorf("%s, trusted %v: %s%s", level, trust, Short(got), Told(r, err))
			}
		}
	}
	for _, o := range bundles {
		f := &Folder{Kind: p.Kind, T: t, Dir: filepath.Join(t.TempDir(), "bundle"), Now: p.Clock.Now()}
		Must(t, o.Do(p, f.Dir))
		for _, level := range levels {
			for _, trust := range trusts {
				r, err := f.Verify(level, trust)
				runs++
				// A part of a log does not always lead from what was seen to what it holds.
				if got := Result(r, err); got != "" && (got != "V09" || !o.Part) {
					t.Errorf("bundle %s, %s, trusted %v: %s%s", o.Name, level, trust, Short(got), Told(r, err))
				}
			}
		}
	}
	return runs
}

// Unbelieved is what is found when there is nobody to believe.
func Unbelieved(t *testing.T, w *World, count *Tally) {
	p := w.Copy(t)
	Must(t, p.Open())
	for _, level := range Levels {
		src, o := p.Log.Ledger().Source(), ledger.Options{Log: p.Name, Level: level}
		if level == ledger.Deep {
			head, _, err := p.Log.Ledger().Head(t.Context())
			Must(t, err)
			o.Domain = p.Domain(p, head, src)
		}
		r, err := ledger.Verify(t.Context(), src, o)
		if got := Result(r, err); got != "V08" {
			t.Errorf("%s, no key: %s", level, got)
		}
	}
	count.Add("V08", "", !t.Failed(), len(Levels))
}

// Unled is what is found when nothing leads from what was believed: part is a bundle from entry 512 on, that has nothing of
// the first tile, where somebody saw a hundred entries.
func Unled(t *testing.T, w *World, part *Folder, count *Tally) {
	p := w.Copy(t)
	Must(t, p.Open())
	var first []ledger.Hash
	for e, err := range p.Log.Ledger().Source().Entries(t.Context(), 0, 100) {
		Must(t, err)
		first = append(first, LeafHash(e.Leaf))
	}
	_, root, err := Tree(first)
	Must(t, err)
	if slices.Contains(part.Files(), "data/tile/entries/000") {
		t.Fatal("the part has the first tile")
	}
	for _, level := range Levels {
		if got := Result(part.Verify(level, &ledger.Trust{Vkey: w.Earlier.Vkey, Size: 100, Root: root})); got != "V09" {
			t.Errorf("%s, a part: %s", level, got)
		}
	}
	count.Add("V09", "", !t.Failed(), len(Levels))
}
