package fault

// Nearest gives the word of the list that differs from wrong by the fewest edits, or "" when none is near: more than
// a third of the letters different is no spelling mistake any more.
func Nearest(wrong string, list []string) string {
	best, score := "", len(wrong)/3+2
	for _, w := range list {
		if d := distance(wrong, w); d < score {
			best, score = w, d
		}
	}
	return best
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
