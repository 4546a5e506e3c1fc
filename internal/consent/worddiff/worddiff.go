// Package worddiff compares two texts word by word: what a newer version of a legal text says otherwise. It is pure; the
// consent commands import it.
package worddiff

import (
	"slices"
	"strings"
)

// Op says what became of a piece of text.
type Op string

// The operations.
const (
	Equal  Op = "equal"
	Delete Op = "delete"
	Insert Op = "insert"
)

// Change is a piece of text with what became of it.
type Change struct {
	Op   Op
	Text string
}

// work is how many steps a comparison may take, less than a second's worth; blockWork is what one block may take once the
// texts had to be compared by lines.
const (
	work      = 32 << 20
	blockWork = 1 << 20
)

// Words compares a and b. The texts of what is equal or deleted make up a, those of what is equal or inserted make up b,
// byte for byte, whatever the bytes are. No two neighbours have the same Op, what is deleted stands before what is inserted
// in its place, and equal texts give one Change (none when both are empty).
//
// A word, a run of white space and a mark of punctuation are compared as wholes. As few as possible of them change (Myers, An
// O(ND) Difference Algorithm, in linear memory), but white space between two changes is taken into them, so that they read as
// one. Texts that differ too much for that are compared by lines, and by words only inside of what changed there; at
// worst one text is deleted and the other inserted. The work is bounded whatever the texts are, the memory grows with their size.
func Words(a, b []byte) []Change {
	return compare(string(a), string(b), work, blockWork)
}

func compare(a, b string, work, blockWork int) []Change {
	w := &writer{a: a, b: b}
	left := work
	x, y, kinds := number(a, b, cutWord)
	if pairs, ok := align(x.ids, y.ids, kinds, &left); ok {
		w.follow(x, y, pairs, nil)
		return w.done()
	}
	left = work
	x, y, kinds = number(a, b, cutLine)
	pairs, _ := align(x.ids, y.ids, kinds, &left)
	// Empty lines hold nothing together: every two texts have them in common.
	pairs = slices.DeleteFunc(pairs, func(p pair) bool { return blank(x.text(int(p.x))) })
	left = work
	w.follow(x, y, pairs, func(d block) {
		budget := min(blockWork, left)
		left -= budget
		inner := &writer{a: a, b: b}
		x, y, kinds := number(a[d.a0:d.a1], b[d.b0:d.b1], cutWord)
		pairs, _ := align(x.ids, y.ids, kinds, &budget)
		left += max(budget, 0)
		inner.follow(x.from(d.a0), y.from(d.b0), pairs, nil)
		for _, c := range inner.list {
			w.add(c)
		}
	})
	return w.done()
}

// block is a piece of a and the piece of b that stands for it: the same, or another, either of which may be empty.
type block struct {
	a0, a1, b0, b1 int
	same           bool
}

// writer makes the list of blocks; those of one kind that follow one another become one.
type writer struct {
	a, b string
	list []block
}

func (w *writer) add(d block) {
	if d.a0 == d.a1 && d.b0 == d.b1 {
		return
	}
	if n := len(w.list); n > 0 && w.list[n-1].same == d.same {
		w.list[n-1].a1, w.list[n-1].b1 = d.a1, d.b1
		return
	}
	w.list = append(w.list, d)
}

// follow walks along the pairs. What lies between them is another block, or what inside makes of it.
func (w *writer) follow(x, y *tokens, pairs []pair, inside func(block)) {
	i, j := 0, 0
	between := func(toX, toY int) {
		d := block{a0: x.start(i), a1: x.start(toX), b0: y.start(j), b1: y.start(toY)}
		if inside != nil && d.a0 < d.a1 && d.b0 < d.b1 {
			inside(d)
			return
		}
		w.add(d)
	}
	for _, p := range pairs {
		px, py := int(p.x), int(p.y)
		between(px, py)
		w.add(block{x.start(px), x.start(px + 1), y.start(py), y.start(py + 1), true})
		i, j = px+1, py+1
	}
	between(len(x.ids), len(y.ids))
}

// done takes white space between two changes into them, unless it holds an empty line, and gives the list.
func (w *writer) done() []Change {
	all := w.list
	w.list = nil
	for i := 0; i < len(all); i++ {
		d := all[i]
		if text := w.a[d.a0:d.a1]; d.same && i > 0 && i+1 < len(all) && blank(text) && strings.Count(text, "\n") < 2 {
			before, after := &w.list[len(w.list)-1], all[i+1]
			switch n := len(text); {
			case before.replaced() && after.replaced():
				d.same = false
			case before.a0 == before.a1 && after.a0 == after.a1 && strings.HasSuffix(w.b[after.b0:after.b1], text):
				// Both are insertions: the white space behind the second is as good as that between them.
				before.b1 = after.b1 - n
				d.b0, d.b1 = before.b1, after.b1
				i++
			case before.b0 == before.b1 && after.b0 == after.b1 && strings.HasSuffix(w.a[after.a0:after.a1], text):
				before.a1 = after.a1 - n
				d.a0, d.a1 = before.a1, after.a1
				i++
			}
		}
		w.add(d)
	}
	var list []Change
	for _, d := range w.list {
		if d.same {
			list = append(list, Change{Equal, w.a[d.a0:d.a1]})
			continue
		}
		if d.a0 < d.a1 {
			list = append(list, Change{Delete, w.a[d.a0:d.a1]})
		}
		if d.b0 < d.b1 {
			list = append(list, Change{Insert, w.b[d.b0:d.b1]})
		}
	}
	return list
}

func (d block) replaced() bool { return d.a0 < d.a1 && d.b0 < d.b1 }

func blank(s string) bool { return strings.TrimSpace(s) == "" }
