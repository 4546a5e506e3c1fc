package ledger

import (
	"cmp"
	"slices"
)

// Add puts further findings of the same run into the report, such as those of a bundle's files, each once.
func (r *Report) Add(more []Finding) {
	known := make(map[Finding]bool, len(more))
	for _, f := range r.Findings {
		known[f] = true
	}
	for _, f := range more {
		if !known[f] {
			known[f] = true
			r.Findings = append(r.Findings, f)
		}
	}
	slices.SortStableFunc(r.Findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Seq, b.Seq), cmp.Compare(a.Code, b.Code))
	})
	r.Verdict = verdict(*r)
}
