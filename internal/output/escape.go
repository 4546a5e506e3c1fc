package output

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const hexDigits = "0123456789abcdef"

// hostile reports whether r must never reach a reader as it is: it would command the terminal (C0, DEL, C1), turn the
// reading direction, or hide in the text: format characters (bidi controls, zero-width, soft hyphen, U+FEFF), line and
// paragraph separators, private use, the invisible fillers, and plane 14 with its tag characters and variation
// selectors. Letters of every script and combining marks are harmless.
func hostile(r rune) bool {
	switch {
	case r < 0x20, r >= 0x7f && r <= 0x9f:
		return true
	case r < 0xad:
		return false
	case r == 0xad, r == 0x34f, r == 0x115f, r == 0x1160, r == 0x3164, r == 0xffa0, r >= 0xe0000 && r <= 0xe0fff:
		return true
	case r < 0x600: // Latin with the Turkish letters, combining marks, Greek, Cyrillic, Hebrew: nothing more in there
		return false
	case r >= 0xfffe && r&0xfffe == 0xfffe: // noncharacters
		return true
	}
	return unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co)
}

// inertLen is the length in bytes of the longest start of s that needs no escape; extra are further bytes (ASCII) at
// which it stops.
func inertLen(s string, extra string) int {
	for i := 0; i < len(s); {
		if b := s[i]; b < utf8.RuneSelf {
			if b < 0x20 || b == 0x7f || strings.IndexByte(extra, b) >= 0 {
				return i
			}
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 || hostile(r) {
			return i
		}
		i += n
	}
	return len(s)
}

// appendInert appends s on one line with every hostile character as a visible escape: \t, \n, \r, \u001b, \U000e0041,
// and \xff for a byte that is not UTF-8. A backslash stays as it is: whoever needs the exact value takes JSON.
func appendInert(dst []byte, s string) []byte {
	for {
		n := inertLen(s, "")
		dst = append(dst, s[:n]...)
		if s = s[n:]; s == "" {
			return dst
		}
		dst, s = appendEscape(dst, s)
	}
}

// appendEscape appends the visible escape of the first character of s and gives the rest.
func appendEscape(dst []byte, s string) ([]byte, string) {
	r, n := utf8.DecodeRuneInString(s)
	switch {
	case r == utf8.RuneError && n == 1:
		dst = append(dst, '\\', 'x', hexDigits[s[0]>>4], hexDigits[s[0]&15])
	case r == '\t':
		dst = append(dst, `\t`...)
	case r == '\n':
		dst = append(dst, `\n`...)
	case r == '\r':
		dst = append(dst, `\r`...)
	case r > 0xffff:
		dst = appendHex(append(dst, '\\', 'U'), uint32(r), 8)
	default:
		dst = appendHex(append(dst, '\\', 'u'), uint32(r), 4)
	}
	return dst, s[n:]
}

func appendHex(dst []byte, v uint32, digits int) []byte {
	for i := digits - 1; i >= 0; i-- {
		dst = append(dst, hexDigits[v>>(4*i)&15])
	}
	return dst
}

// appendJSONString appends s as a JSON string. The value stays exact for a parser, only the writing is careful: what
// is hostile becomes \u, beyond U+FFFF as a surrogate pair. A byte that is not UTF-8 has no exact form in JSON and
// becomes U+FFFD.
func appendJSONString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for {
		n := inertLen(s, `"\`)
		dst = append(dst, s[:n]...)
		if s = s[n:]; s == "" {
			return append(dst, '"')
		}
		r, size := utf8.DecodeRuneInString(s)
		switch {
		case r == '"', r == '\\':
			dst = append(dst, '\\', byte(r))
		case r == '\n':
			dst = append(dst, `\n`...)
		case r == '\r':
			dst = append(dst, `\r`...)
		case r == '\t':
			dst = append(dst, `\t`...)
		case r > 0xffff:
			hi, lo := (r-0x10000)>>10+0xd800, (r-0x10000)&0x3ff+0xdc00
			dst = appendHex(append(dst, '\\', 'u'), uint32(hi), 4)
			dst = appendHex(append(dst, '\\', 'u'), uint32(lo), 4)
		default: // also a bad byte: utf8.RuneError is U+FFFD
			dst = appendHex(append(dst, '\\', 'u'), uint32(r), 4)
		}
		s = s[size:]
	}
}

// appendMarkdown appends s as the text of one Markdown table cell: inert, and with the characters escaped that would
// end the cell or begin code, a link, a tag or an entity. Stars and underscores stay legible.
func appendMarkdown(dst []byte, s string) []byte {
	for {
		n := inertLen(s, "|\\`<[&")
		dst = append(dst, s[:n]...)
		if s = s[n:]; s == "" {
			return dst
		}
		if strings.IndexByte("|\\`<[&", s[0]) >= 0 {
			if s[0] != '&' || len(s) > 1 && (s[1] == '#' || 'a' <= s[1]|0x20 && s[1]|0x20 <= 'z') {
				dst = append(dst, '\\')
			}
			dst, s = append(dst, s[0]), s[1:]
			continue
		}
		dst, s = appendEscape(append(dst, '\\'), s) // the escape's own backslash is doubled: \u202e is what is read
	}
}

// CleanLine makes s one inert line for stderr: control, C1, bidi, zero-width and tag characters and bytes that are not
// UTF-8 become visible escapes. It does not mask; see internal/tckn for that.
func CleanLine(s string) string {
	if inertLen(s, "") == len(s) {
		return s
	}
	return string(appendInert(nil, s))
}
