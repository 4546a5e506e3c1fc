package output

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"iskurctl/internal/tckn"
)

// masker hides personal data by the kind of their column, unless the person asked for them with --reveal.
type masker struct{ reveal bool }

// text gives s as it may be shown: personal kinds masked, free text and JSON texts without TC numbers.
func (m masker) text(k Kind, s string) string {
	if m.reveal || s == "" {
		return s
	}
	switch k {
	case Text, JSON:
		return tckn.Scrub(s)
	case TC:
		return tckn.Mask(s)
	case Name:
		return maskName(s)
	case Phone:
		return maskPhone(s)
	case Email:
		return maskEmail(s)
	}
	return s
}

// maskName keeps the first letter of each word, with its combining marks, and gives one star for every other.
func maskName(s string) string {
	var b strings.Builder
	first, keep := true, false // at the start of a word; right after its first letter
	for _, r := range s {
		switch {
		case unicode.IsSpace(r):
			first, keep = true, false
			b.WriteRune(r)
		case unicode.In(r, unicode.Mn, unicode.Me):
			if keep {
				b.WriteRune(r)
			}
		case first:
			first, keep = false, true
			b.WriteRune(r)
		default:
			keep = false
			b.WriteByte('*')
		}
	}
	return b.String()
}

// phoneStars is fixed, so that the mask tells nothing about the length.
const phoneStars = "*******"

// maskPhone keeps the first three and the last two characters; a text too short for that becomes stars.
func maskPhone(s string) string {
	r := []rune(s)
	if len(r) < 8 {
		return strings.Repeat("*", len(r))
	}
	return string(r[:3]) + phoneStars + string(r[len(r)-2:])
}

// maskEmail keeps the first character and the domain. A text without @ keeps its first character only.
func maskEmail(s string) string {
	at := strings.LastIndexByte(s, '@')
	if at <= 0 {
		_, n := utf8.DecodeRuneInString(s)
		return s[:n] + "***"
	}
	_, n := utf8.DecodeRuneInString(s)
	return s[:n] + "***" + tckn.Scrub(s[at:])
}
