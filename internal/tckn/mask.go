package tckn

import (
	"strings"
	"unicode/utf8"
)

// Of a masked value the first three and the last two characters stay readable: enough to find a line again, too little
// to know a person (ten thousand people share them, the check digits counted).
const (
	shownStart = 3
	shownEnd   = 2
)

// Mask hides a value that is or was meant to be a number: 10000000146 becomes 100******46. A value of another length is
// masked alike when it has more than six characters, else all of it is. It counts characters, not bytes, keeps the
// length, and takes any bytes.
func Mask(s string) string {
	n := utf8.RuneCountInString(s)
	if n <= 6 {
		return strings.Repeat("*", n)
	}
	head, tail := 0, len(s)
	for range shownStart {
		_, size := utf8.DecodeRuneInString(s[head:])
		head += size
	}
	for range shownEnd {
		_, size := utf8.DecodeLastRuneInString(s[:tail])
		tail -= size
	}
	return s[:head] + strings.Repeat("*", n-shownStart-shownEnd) + s[tail:]
}

// AppendMask appends the mask of a value of ASCII characters to dst, without allocating anything else.
func AppendMask(dst, ascii []byte) []byte {
	hidden := ascii
	if len(ascii) > 6 {
		dst = append(dst, ascii[:shownStart]...)
		hidden = ascii[shownStart : len(ascii)-shownEnd]
	}
	for range hidden {
		dst = append(dst, '*')
	}
	if len(ascii) > 6 {
		dst = append(dst, ascii[len(ascii)-shownEnd:]...)
	}
	return dst
}

// Scrub masks every candidate in a text. A candidate is a run of exactly eleven ASCII digits whose first is not 0; letters
// may touch it (TC10000000146). It does not ask for the check digits: a number with a typing error names a person nearly
// as well. The length of the text stays the same; a text without a candidate is returned as it is.
func Scrub(s string) string {
	at := next(s, 0)
	if at < 0 {
		return s
	}
	b := []byte(s)
	for ; at >= 0; at = next(b, at+Length) {
		hide(b[at:])
	}
	return string(b)
}

// In reports whether a text holds a candidate, that is: whether Scrub would change it.
func In(s string) bool { return next(s, 0) >= 0 }

// hide masks the candidate at the start of b in place.
func hide(b []byte) {
	for i := shownStart; i < Length-shownEnd; i++ {
		b[i] = '*'
	}
}

// next finds the first candidate at or after from, which must not lie inside a run of digits; -1 when there is none.
//
// It sits under all output, so it looks at few bytes: eleven digits in a row cannot pass without covering every eleventh
// place, hence a byte there that is no digit rules out its eleven predecessors as starts at one stroke.
func next[T string | []byte](s T, from int) int {
	for p := from + Length - 1; p < len(s); {
		if !isDigit(s[p]) {
			p += Length
			continue
		}
		start, end := p, p+1
		for start > from && isDigit(s[start-1]) {
			start--
		}
		for end < len(s) && isDigit(s[end]) {
			end++
		}
		if end-start == Length && s[start] != '0' {
			return start
		}
		// The byte at end is no digit: the next run starts after it.
		p = end + Length
	}
	return -1
}
