package worddiff

// pair is a place in one text that is matched with one in the other.
type pair struct{ x, y int32 }

// align gives the longest common subsequence of x and y as pairs, ascending, in linear memory (Myers 1986, section 4b). budget
// is how many steps it may take and is counted down; when it is used up, ok is false and there are no pairs.
func align(x, y []int32, kinds int, budget *int) (pairs []pair, ok bool) {
	m := &myers{x: x, y: y, left: *budget}
	m.drop(kinds)
	size := len(m.xs) + len(m.ys) + 5
	m.forward, m.backward = make([]int32, size), make([]int32, size)
	m.box(0, len(m.xs), 0, len(m.ys))
	*budget = m.left
	if m.left < 0 {
		return nil, false
	}
	return m.pairs, true
}

type myers struct {
	x, y              []int32
	xs, ys            []int32 // places of the tokens that the other text has too; the others cannot be matched
	forward, backward []int32 // furthest places by diagonal
	pairs             []pair
	left              int
}

// drop leaves out of the search what only one text has: texts without a common word cost nothing.
func (m *myers) drop(kinds int) {
	in := make([]uint8, kinds)
	for _, id := range m.x {
		in[id] |= 1
	}
	for _, id := range m.y {
		in[id] |= 2
	}
	for i, id := range m.x {
		if in[id] == 3 {
			m.xs = append(m.xs, int32(i))
		}
	}
	for i, id := range m.y {
		if in[id] == 3 {
			m.ys = append(m.ys, int32(i))
		}
	}
}

func (m *myers) same(i, j int) bool { return m.x[m.xs[i]] == m.y[m.ys[j]] }

func (m *myers) match(i, j int) { m.pairs = append(m.pairs, pair{m.xs[i], m.ys[j]}) }

// box aligns xs[x0:x1] with ys[y0:y1]. The depth of the recursion is the logarithm of the number of differences.
func (m *myers) box(x0, x1, y0, y1 int) {
	for x0 < x1 && y0 < y1 && m.same(x0, y0) {
		m.match(x0, y0)
		x0, y0 = x0+1, y0+1
	}
	tail := 0
	for x0 < x1 && y0 < y1 && m.same(x1-1, y1-1) {
		x1, y1, tail = x1-1, y1-1, tail+1
	}
	if x0 < x1 && y0 < y1 && m.left >= 0 {
		// What is left differs at both ends, so there are two differences or more and both halves have fewer.
		if s, ok := m.middle(x0, x1, y0, y1); ok {
			m.box(x0, s.x, y0, s.y)
			for k := range s.n {
				m.match(s.x+k, s.y+k)
			}
			m.box(s.x+s.n, x1, s.y+s.n, y1)
		}
	}
	for k := range tail {
		m.match(x1+k, y1+k)
	}
}

// snake is a run of n matches.
type snake struct{ x, y, n int }

// middle finds the snake in the middle of a shortest edit script: paths from both ends go on, one difference at a time, until
// two meet. A place -1 is none: paths stay inside the box.
func (m *myers) middle(x0, x1, y0, y1 int) (snake, bool) {
	w, h := x1-x0, y1-y0
	delta := w - h
	zero := (w+h+1)/2 + 1 // of the diagonals
	f, b := m.forward, m.backward
	for d := 0; m.left >= 0; d++ {
		lo, hi := -d+2*max(0, d-h), d-2*max(0, d-w)
		reach(f, zero, d)
		for k := lo; k <= hi; k += 2 {
			x, ok := next(f, zero, k, d, w, h)
			if !ok {
				continue
			}
			from := x
			for x < w && x-k < h && m.same(x0+x, y0+x-k) {
				x++
			}
			m.left -= x - from + 1
			f[zero+k] = int32(x)
			if r := delta - k; delta&1 != 0 && r > -d && r < d && b[zero+r] >= 0 && x+int(b[zero+r]) >= w {
				return snake{x0 + from, y0 + from - k, x - from}, true
			}
		}
		reach(b, zero, d)
		for k := lo; k <= hi; k += 2 {
			x, ok := next(b, zero, k, d, w, h)
			if !ok {
				continue
			}
			from := x
			for x < w && x-k < h && m.same(x1-1-x, y1-1-x+k) {
				x++
			}
			m.left -= x - from + 1
			b[zero+k] = int32(x)
			if r := delta - k; delta&1 == 0 && r >= -d && r <= d && f[zero+r] >= 0 && x+int(f[zero+r]) >= w {
				return snake{x1 - x, y1 - x + k, x - from}, true
			}
		}
	}
	return snake{}, false
}

// reach says that no path has come to the outermost diagonals before step d+1.
func reach(v []int32, zero, d int) {
	for _, k := range [2]int{zero - d - 1, zero + d + 1} {
		if k >= 0 && k < len(v) {
			v[k] = -1
		}
	}
}

// next gives the furthest place on diagonal k after d differences, before its snake; ok is false when no path comes there.
func next(v []int32, zero, k, d, w, h int) (x int, ok bool) {
	if d == 0 {
		return 0, true
	}
	x = -1
	if down := int(v[zero+k+1]); down >= 0 && down-k <= h {
		x = down
	}
	if right := int(v[zero+k-1]); right >= 0 && right < w && right+1 > x {
		x = right + 1
	}
	if x < 0 {
		v[zero+k] = -1
	}
	return x, x >= 0
}
