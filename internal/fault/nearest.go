package fault

import "slices"

// Nearest gives the word of the list that differs from wrong by the fewest edits, or "" when none is near: one edit, from
// five letters on one more for each three. Of two letters every other word is near: there only the swap counts.
func Nearest(wrong string, list []string) string {
	letters := []rune(wrong)
	score := 2
	switch n := len(letters); {
	case n < 2:
		return ""
	case n > 4:
		score = n/3 + 2
	}
	best := ""
	for _, w := range list {
		if len(letters) == 2 && !sameLetters(letters, []rune(w)) {
			continue
		}
		if d := distance(wrong, w); d < score {
			best, score = w, d
		}
	}
	return best
}

func sameLetters(a, b []rune) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

// distance is the number of single-letter edits (Damerau's swap included) between two words.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	prev2, prev, cur := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(x); i++ {
		cur[0] = i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				cur[j] = min(cur[j], prev2[j-2]+1)
			}
		}
		prev2, prev, cur = prev, cur, prev2
	}
	return prev[len(y)]
}
