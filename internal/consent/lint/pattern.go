package lint

import "strings"

// A pattern is matched against the words of one sentence, in this notation:
//
//	sakla|muhafaza & sunucu|veri merkez & !web sunucu
//
// Groups parted by & must all be there, those with ! must not; in a group any alternative (|) will do; an alternative is
// words in a row, each a stem that a word begins with. A stem with = at its end is a whole word, # is a number (digits, or
// in words), ~ stands for up to eight words between its neighbours.
type pattern struct {
	all, none []group
}

type (
	group  []phrase
	phrase []stem
	stem   struct {
		s               string
		whole, num, gap bool
	}
)

// gapWords is what ~ stands for at most.
const gapWords = 8

// says is a pattern in both languages; an empty one has none.
type says struct{ tr, en string }

// in gives the pattern of a language, nil when there is none.
func (s says) in(language string) *pattern {
	switch {
	case language == "tr" && s.tr != "":
		return compile(s.tr)
	case language == "en" && s.en != "":
		return compile(s.en)
	}
	return nil
}

func compile(s string) *pattern {
	p := &pattern{}
	for part := range strings.SplitSeq(s, "&") {
		part = strings.TrimSpace(part)
		g, into := group(nil), &p.all
		if strings.HasPrefix(part, "!") {
			part, into = part[1:], &p.none
		}
		for alternative := range strings.SplitSeq(part, "|") {
			var ph phrase
			for _, w := range strings.Fields(alternative) {
				st := stem{s: strings.TrimSuffix(w, "="), whole: strings.HasSuffix(w, "="), num: w == "#", gap: w == "~"}
				ph = append(ph, st)
			}
			g = append(g, ph)
		}
		*into = append(*into, g)
	}
	return p
}

// match looks for the pattern in a sentence; at is where its first group was found. beside, which may be nil, is its heading
// or the sentence that opens the list: a group may be found there, but not all of them.
func (p *pattern) match(beside, words []word) (at int, ok bool) {
	for _, g := range p.none {
		if g.find(words) >= 0 {
			return 0, false
		}
	}
	at = -1
	for _, g := range p.all {
		where := g.find(words)
		if where < 0 && g.find(beside) < 0 {
			return 0, false
		}
		if at < 0 {
			at = where
		}
	}
	return at, at >= 0
}

// find gives the first place at which an alternative begins, -1 for none.
func (g group) find(words []word) int {
	for i := range words {
		for _, ph := range g {
			if ph.at(words[i:]) {
				return i
			}
		}
	}
	return -1
}

// at reports whether the phrase stands at the beginning of words.
func (ph phrase) at(words []word) bool {
	for i, st := range ph {
		if st.gap {
			for skip := range min(gapWords+1, len(words)) {
				if ph[i+1:].at(words[skip:]) {
					return true
				}
			}
			return false
		}
		if len(words) == 0 || !st.is(words[0].s) {
			return false
		}
		words = words[1:]
	}
	return true
}

func (st stem) is(w string) bool {
	switch {
	case st.num:
		return w[0] >= '0' && w[0] <= '9' || strings.Contains(numbers, " "+w+" ")
	case st.whole:
		return w == st.s
	}
	return strings.HasPrefix(w, st.s)
}

// numbers are the numbers in words of both languages that periods are made of.
const numbers = " bir iki uc dort bes alti yedi sekiz dokuz on yirmi otuz kirk elli altmis yetmis seksen doksan yuz" +
	" one two three four five six seven eight nine ten twelve fifteen twenty thirty sixty ninety hundred "

// says reports whether a sentence says it, with the help of its heading or of the sentence that opens its list.
func (t *text) says(p *pattern) bool {
	for i := range t.sentences {
		s := &t.sentences[i]
		if _, ok := p.match(s.head, s.words); ok {
			return true
		}
		if _, ok := p.match(s.intro, s.words); ok && s.item {
			return true
		}
	}
	return false
}

// find gives the lines at which a sentence matches, each once, at most `most` of them.
func (t *text) find(p *pattern, most int) []int {
	var lines []int
	for i := range t.sentences {
		s := &t.sentences[i]
		if at, ok := p.match(s.intro, s.words); ok {
			if line := s.words[at].line; len(lines) == 0 || lines[len(lines)-1] != line {
				if lines = append(lines, line); len(lines) == most {
					break
				}
			}
		}
	}
	return lines
}
