package ledger

import (
	"cmp"
	"slices"
)

// Add puts further findings of the same run into the report, such as those of a bundle's files.
func (r *Report) Add(more []Finding) {
	r.Findings = append(r.Findings, more...)
	slices.SortStableFunc(r.Findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Seq, b.Seq), cmp.Compare(a.Code, b.Code))
	})
	r.Verdict = verdict(*r)
}
