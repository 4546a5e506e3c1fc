package output

import (
	"strings"

	"github.com/clipperhouse/uax29/v2/graphemes"
	"github.com/olekukonko/tablewriter/pkg/twwidth"
)

// minColumn is the narrowest a column is made, in terminal columns; a terminal with less room gets long lines.
const minColumn = 4

// textWidth is the width on the screen as tablewriter measures it.
func textWidth(s string) int {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return twwidth.WidthNoCache(s)
		}
	}
	return len(s)
}

// fit gives the columns widths that together take at most room. wide are the natural widths; floors are lower bounds,
// each step lower than the one before: a step is taken only when the one before it does not fit. In each step the
// widest columns shrink first. When even the last step is too wide its floors are the answer and lines get too long.
func fit(wide []int, floors [][]int, room int) []int {
	for _, step := range floors {
		floor := make([]int, len(wide))
		for i := range wide {
			floor[i] = min(wide[i], max(step[i], minColumn))
		}
		if got := level(wide, floor, room); got != nil {
			return got
		}
		wide = floor
	}
	return wide
}

// level lowers the largest of from until their sum is at most room, none below its floor; nil when that is impossible.
func level(from, floor []int, room int) []int {
	capped := func(limit int) (out []int, sum int) {
		for i := range from {
			w := max(floor[i], min(from[i], limit))
			out, sum = append(out, w), sum+w
		}
		return out, sum
	}
	if _, sum := capped(0); sum > room {
		return nil
	}
	low, high := 0, 0 // capped(low) fits
	for _, w := range from {
		high = max(high, w)
	}
	for low < high {
		mid := low + (high-low+1)/2
		if _, sum := capped(mid); sum <= room {
			low = mid
		} else {
			high = mid - 1
		}
	}
	out, sum := capped(low)
	for i := range out { // what is left over goes to the first columns that were cut
		if sum < room && out[i] < from[i] {
			out[i]++
			sum++
		}
	}
	return out
}

// words cuts s where a line may end: after blanks and after the signs that join codes. Blanks stay at the end of their
// word.
func words(s string, yield func(string) bool) {
	start := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case ' ', '/', '-', '_', ',', ';':
			if i+1 < len(s) && s[i+1] != ' ' && !yield(s[start:i+1]) {
				return
			} else if i+1 < len(s) && s[i+1] != ' ' {
				start = i + 1
			}
		}
	}
	yield(s[start:])
}

// longestWord is the width of the longest piece of s that wrap would not break.
func longestWord(s string) int {
	longest := 0
	words(s, func(w string) bool {
		longest = max(longest, textWidth(strings.TrimRight(w, " ")))
		return true
	})
	return longest
}

// wrap breaks s into lines of at most width columns, at the borders of words where it can and else between two
// characters as people count them. Nothing is left out but the blanks at the end of a line.
func wrap(s string, width int) []string { return wrapAt(words, s, width) }

// wrapPieces is wrap for what is parted by blanks; only a piece that is too wide by itself is broken as wrap does it.
func wrapPieces(s string, width int) []string {
	return wrapAt(func(s string, yield func(string) bool) {
		for piece := range strings.SplitAfterSeq(s, " ") {
			more := true
			if textWidth(strings.TrimRight(piece, " ")) <= width {
				more = yield(piece)
			} else {
				words(piece, func(w string) bool { more = yield(w); return more })
			}
			if !more {
				return
			}
		}
	}, s, width)
}

func wrapAt(words func(string, func(string) bool), s string, width int) []string {
	if textWidth(s) <= width {
		return []string{s}
	}
	var lines []string
	line, used := "", 0
	next := func() { lines, line, used = append(lines, strings.TrimRight(line, " ")), "", 0 }
	words(s, func(w string) bool {
		bare := textWidth(strings.TrimRight(w, " "))
		if used > 0 && used+bare > width {
			next()
		}
		if bare <= width {
			line, used = line+w, used+textWidth(w)
			return true
		}
		for g := graphemes.FromString(w); g.Next(); {
			n := textWidth(g.Value())
			if used > 0 && used+n > width {
				if strings.TrimSpace(g.Value()) == "" {
					continue
				}
				next()
			}
			line, used = line+g.Value(), used+n
		}
		return true
	})
	if strings.TrimRight(line, " ") != "" {
		next()
	}
	return lines
}

// membersOf gives the members of an object as the columns of a list of such objects.
func membersOf(object []Field) []Column {
	cols := make([]Column, len(object))
	for i, m := range object {
		cols[i] = Column{Key: m.Key, Title: m.Title, Kind: m.Kind}
	}
	return cols
}

// valuesOf gives the values of an object's first n members.
func valuesOf(object []Field, n int) []any {
	values := make([]any, n)
	for i := range min(len(object), n) {
		values[i] = object[i].Value
	}
	return values
}
