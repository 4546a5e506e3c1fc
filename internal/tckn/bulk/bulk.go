// Package bulk checks files of numbers at the speed of memory: blocks of whole lines, both cores, no allocation a line.
// It knows plain lines and simple CSV; a block that holds anything else it refuses, and the caller reads on carefully
// from there (internal/tabular), with the same results. Standard library only, no text for people; the commands that
// read long lists import it.
//
// What it gives is what tckn.Check gives for each line, trimmed; the kernels are only other ways to compute it. They
// are chosen when the program starts: AVX-512, with or without VBMI2, and AVX2 in builds with GOEXPERIMENT=simd for
// amd64, and words of 64 bits everywhere else.
package bulk

import "iskurctl/internal/tckn"

// Record is the length of the usual line in bytes: eleven digits and LF.
const record = tckn.Length + 1

// The reasons and kinds as indexes of a Tally. The order is that of tckn.Reasons and tckn.Kinds.
const (
	empty = iota
	nonDigit
	length
	leadingZero
	checksum10
	checksum11
	ok
	reasons
)

const (
	citizen = iota
	foreigner
	temporary
	other9
	kinds
)

// Tally counts lines by what Check says of them.
type Tally struct {
	reasons      [reasons]int64
	kinds        [kinds]int64
	placeholders [kinds]int64 // of the valid ones, by kind
}

// Lines gives the number of lines counted.
func (t *Tally) Lines() (n int64) {
	for _, r := range t.reasons {
		n += r
	}
	return n
}

// Add adds the counts of u.
func (t *Tally) Add(u *Tally) {
	for i, n := range u.reasons {
		t.reasons[i] += n
	}
	for i, n := range u.kinds {
		t.kinds[i] += n
		t.placeholders[i] += u.placeholders[i]
	}
}

// Each gives the counts as results of Check and how often each was found; under the strict rule when strict is set
// (tckn.Result.Strict). Results that were not found are left out.
func (t *Tally) Each(strict bool, yield func(r tckn.Result, n int64)) {
	for i, n := range t.reasons {
		if i != ok && n > 0 {
			yield(tckn.Result{Reason: tckn.Reasons()[i]}, n)
		}
	}
	for i, n := range t.kinds {
		valid := tckn.Result{Reason: tckn.ReasonOK, Kind: tckn.Kinds()[i]}
		if n -= t.placeholders[i]; n > 0 {
			yield(valid, n)
		}
		if n := t.placeholders[i]; n > 0 {
			valid.Placeholder = true
			if strict {
				valid = valid.Strict()
			}
			yield(valid, n)
		}
	}
}

// Count counts one result, which is not one under the strict rule.
func (t *Tally) Count(r tckn.Result) {
	switch r.Reason {
	case tckn.ReasonEmpty:
		t.reasons[empty]++
	case tckn.ReasonNonDigit:
		t.reasons[nonDigit]++
	case tckn.ReasonLength:
		t.reasons[length]++
	case tckn.ReasonLeadingZero:
		t.reasons[leadingZero]++
	case tckn.ReasonChecksum10:
		t.reasons[checksum10]++
	case tckn.ReasonChecksum11:
		t.reasons[checksum11]++
	default:
		t.reasons[ok]++
		k := citizen
		switch r.Kind {
		case tckn.KindForeigner:
			k = foreigner
		case tckn.KindTemporaryProtection:
			k = temporary
		case tckn.KindOther9:
			k = other9
		}
		t.kinds[k]++
		if r.Placeholder {
			t.placeholders[k]++
		}
	}
}
