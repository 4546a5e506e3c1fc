package event

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"iskurctl/internal/i18n"
)

// The limits of values that people write, in characters.
const (
	nameLimit = 100
	uiLimit   = 200
	textLimit = 200
)

// checkWords examines a value that people write: readable, not too long, without characters that nobody sees, and without
// blanks at its ends, which the readers take off.
func checkWords(f field, s string, limit int) *Problem {
	if !plain(s) {
		for _, r := range s {
			switch {
			case r == 0 || r == utf8.RuneError:
				return unreadable(f)
			case hidden(r):
				return problem(CodeControlCharacter, f, i18n.T("değerde denetim karakteri ya da yazı yönünü değiştiren, görünmeyen bir karakter var; silin",
					"the value holds a control character, or one that is not seen or turns the direction of writing; delete it"))
			}
		}
	}
	if len(s) > limit && utf8.RuneCountInString(s) > limit {
		return tooLong(f, limit)
	}
	if strings.TrimSpace(s) != s {
		return problem(CodeFieldInvalid, f, i18n.T("başındaki ve sonundaki boşlukları silin", "delete the blanks at its beginning and end"))
	}
	return nil
}

// plain reports whether s is made of ASCII that is seen, which nearly all of most values is.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// hidden reports whether r commands a terminal (C0, DEL, C1), turns the direction of writing, or is not seen: format
// characters (Cf), line and paragraph separators. Letters of every script, their marks and the no-break space are none.
func hidden(r rune) bool {
	switch {
	case r < 0x20, r >= 0x7f && r <= 0x9f, r == 0xad:
		return true
	case r < 0x600: // Latin with the Turkish letters, Greek, Cyrillic, Hebrew: nothing more in there
		return false
	}
	return unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp)
}

// formula reports whether a spreadsheet would take s for one; full-width signs count.
func formula(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return strings.ContainsRune("=+-@＝＋－＠", r) && r != utf8.RuneError
}
