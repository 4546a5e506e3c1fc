package worddiff

import (
	"unicode"
	"unicode/utf8"
)

// tokens is a text in pieces: where each begins, and a number that equal pieces share.
type tokens struct {
	s    string
	base int     // of s in the whole text
	at   []int32 // and one more: the end
	ids  []int32
}

func (t *tokens) start(i int) int   { return t.base + int(t.at[i]) }
func (t *tokens) text(i int) string { return t.s[t.at[i]:t.at[i+1]] }

// from says that the text begins there.
func (t *tokens) from(base int) *tokens {
	t.base = base
	return t
}

// number cuts two texts into pieces and numbers them; kinds is how many different ones there are.
func number(a, b string, cut func(string) int) (x, y *tokens, kinds int) {
	seen := map[string]int32{}
	pieces := func(s string) *tokens {
		t := &tokens{s: s}
		for i := 0; i < len(s); {
			n := cut(s[i:])
			id, ok := seen[s[i:i+n]]
			if !ok {
				id = int32(len(seen))
				seen[s[i:i+n]] = id
			}
			t.at, t.ids = append(t.at, int32(i)), append(t.ids, id)
			i += n
		}
		t.at = append(t.at, int32(len(s)))
		return t
	}
	x, y = pieces(a), pieces(b)
	return x, y, len(seen)
}

// cutWord gives the length of the first word, run of white space or other character. An apostrophe inside a word belongs to
// it (Kurum’un); bytes that are not UTF-8 stand alone.
func cutWord(s string) int {
	c, n := utf8.DecodeRuneInString(s)
	switch {
	case unicode.IsSpace(c):
		for n < len(s) {
			c, size := utf8.DecodeRuneInString(s[n:])
			if !unicode.IsSpace(c) {
				break
			}
			n += size
		}
	case wordly(c):
		for n < len(s) {
			c, size := utf8.DecodeRuneInString(s[n:])
			if c == '\'' || c == '’' {
				if next, _ := utf8.DecodeRuneInString(s[n+size:]); !wordly(next) {
					break
				}
			} else if !wordly(c) {
				break
			}
			n += size
		}
	}
	return n
}

func wordly(c rune) bool {
	return c != utf8.RuneError && (unicode.IsLetter(c) || unicode.IsDigit(c) || unicode.IsMark(c))
}

// cutLine gives the length of the first line with its end.
func cutLine(s string) int {
	for i := range len(s) {
		if s[i] == '\n' {
			return i + 1
		}
	}
	return len(s)
}
