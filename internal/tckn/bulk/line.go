package bulk

import (
	"bytes"
	"unicode/utf8"
)

// value takes the blanks off the ends of a line or field, as internal/tabular does: Unicode's white space in UTF-8; in
// text that is not UTF-8, which is windows-1254, the no-break space is the byte 0xA0. Of such text foreign tells that
// letters are left in it, which whoever shows the value has to convert.
func value(line []byte) (v []byte, foreign bool) {
	b := line
	for len(b) > 0 && blank(b[len(b)-1]) {
		b = b[:len(b)-1]
	}
	for len(b) > 0 && blank(b[0]) {
		b = b[1:]
	}
	if len(b) == 0 || b[0] < utf8.RuneSelf && b[len(b)-1] < utf8.RuneSelf {
		return b, !utf8.Valid(b)
	}
	// The encoding is judged by the whole of it: what was taken off is ASCII, and does not change the answer.
	if utf8.Valid(b) {
		return bytes.TrimSpace(b), false
	}
	b = trim1254(b)
	return b, bytes.ContainsFunc(b, func(r rune) bool { return r >= utf8.RuneSelf })
}

func blank(b byte) bool { return b == ' ' || '\t' <= b && b <= '\r' }

func trim1254(b []byte) []byte {
	const noBreak = 0xA0
	for len(b) > 0 && (blank(b[0]) || b[0] == noBreak) {
		b = b[1:]
	}
	for len(b) > 0 && (blank(b[len(b)-1]) || b[len(b)-1] == noBreak) {
		b = b[:len(b)-1]
	}
	return b
}

// first gives the first line of p without its LF, and the length in bytes of all of it.
func first(p []byte) (line []byte, end int) {
	if len(p) >= record && p[record-1] == '\n' && bytes.IndexByte(p[:record-1], '\n') < 0 {
		return p[:record-1], record
	}
	if i := bytes.IndexByte(p, '\n'); i >= 0 {
		return p[:i], i + 1
	}
	return p, len(p)
}

// whole reports whether a line, given without its LF, is text that can be judged by itself. A NUL is none, nor is a CR
// that is not part of the line's end: the careful reader names the line. last says that no LF follows.
func whole(line []byte, last bool) bool {
	if n := len(line); n > 0 && line[n-1] == '\r' {
		if last {
			return false
		}
		line = line[:n-1]
	}
	return bytes.IndexByte(line, '\r') < 0 && bytes.IndexByte(line, 0) < 0
}
