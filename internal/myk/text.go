package myk

import (
	"strings"
	"unicode"

	"iskurctl/internal/tckn"
)

// inert makes text of a reply safe to stand in a message: no control, bidi, zero-width or tag characters (they are
// dropped first, so that none can hide a number from the mask), TC-looking numbers masked, at most limit characters.
func inert(s string, limit int) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r) || r == '\u2028' || r == '\u2029':
			return ' '
		case unicode.IsPrint(r):
			return r
		}
		return -1
	}, strings.ToValidUTF8(s, ""))
	s = tckn.Scrub(strings.Join(strings.Fields(s), " "))
	n := 0
	for i := range s {
		if n++; n > limit {
			return s[:i]
		}
	}
	return s
}
