package ledger

import (
	"math"
	"slices"
)

// clip gives what lies of the ranges in [from, to).
func clip(ranges []Range, from, to int64) []Range {
	var in []Range
	for _, r := range ranges {
		if r.From, r.To = max(r.From, from), min(r.To, to); r.From < r.To {
			in = append(in, r)
		}
	}
	return in
}

// wholeTiles widens ascending ranges to whole tiles and joins those that touch.
func wholeTiles(ranges []Range) []Range {
	var whole []Range
	for _, r := range ranges {
		r.From, r.To = r.From&^(Width-1), (r.To+Width-1)&^(Width-1)
		if last := len(whole) - 1; last >= 0 && r.From <= whole[last].To {
			whole[last].To = max(whole[last].To, r.To)
		} else {
			whole = append(whole, r)
		}
	}
	return whole
}

// touches tells whether one of the ascending ranges has an entry in [from, to).
func touches(ranges []Range, from, to int64) bool {
	i, _ := slices.BinarySearchFunc(ranges, from, func(r Range, at int64) int {
		if r.To <= at {
			return -1
		}
		return 1
	})
	return i < len(ranges) && ranges[i].From < to
}

func covers(ranges []Range, seq int64) bool { return touches(ranges, seq, seq+1) }

// wanted gives the entries of [from, to) that the source claims to have and that are to be read.
func (v *verification) wanted(from, to int64) (all []Range) {
	for _, r := range clip(v.selected, from, to) {
		all = append(all, clip(v.extent, r.From, r.To)...)
	}
	return all
}

func count(ranges []Range) (n int64) {
	for _, r := range ranges {
		n += r.To - r.From
	}
	return n
}

// everything tells whether all that the source has is read. Without trusted entries, all are new.
func (v *verification) everything() bool { return v.o.Level != Default || v.known == 0 }

// choose settles which tiles of the lowest level are read with their entries: all, or those with new entries and the
// next ones of the scrub.
func (v *verification) choose() {
	all := wholeTiles(v.extent)
	if v.everything() {
		v.selected = all
		return
	}
	old := v.known &^ (Width - 1) // the tile with the first new entry is read whole
	cursor := v.scrub &^ (Width - 1)
	if cursor >= old {
		cursor = 0
	}
	left := (max(v.o.Scrub, 0) + Width - 1) &^ (Width - 1)
	take := func(from, to int64) (taken []Range) {
		for _, r := range clip(all, from, to) {
			if left == 0 {
				break
			}
			r.To = min(r.To, r.From+left)
			left -= r.To - r.From
			taken = append(taken, r)
			cursor = r.To
		}
		return taken
	}
	start := cursor
	after := take(start, old)
	before := take(0, start)
	v.scrub = cursor
	if cursor >= old {
		v.scrub = 0
	}
	v.selected = slices.Concat(before, after, clip(all, old, math.MaxInt64))
}
