package bundle

import (
	"bytes"
	"strconv"

	"iskurctl/internal/ledger"
)

// A line of disclosures.ndjson has one form only, {"seq":7,"sd":["…","…"]}, so that it can be read without a JSON
// parser: a disclosure is unpadded base64url and needs no escapes.

const (
	lineHead = `{"seq":`
	lineMid  = `,"sd":["`
	lineTail = `"]}`
	between  = `","`
)

// appendLine writes the line of an entry whose disclosures are "d1~d2~…"; ok is false when they are none.
func appendLine(dst []byte, seq int64, sd []byte) (line []byte, ok bool) {
	dst = append(dst, lineHead...)
	dst = strconv.AppendInt(dst, seq, 10)
	dst = append(dst, lineMid...)
	sd = bytes.TrimSuffix(sd, []byte("~")) // SD-JWT (RFC 9901) ends each with one
	for {
		one, rest, more := bytes.Cut(sd, []byte("~"))
		if !base64url(one) {
			return dst, false
		}
		dst = append(dst, one...)
		if !more {
			break
		}
		dst = append(dst, between...)
		sd = rest
	}
	return append(append(dst, lineTail...), '\n'), true
}

// parseLine reads a line without its LF. sd is appended to dst as "d1~d2~…".
func parseLine(dst, line []byte) (seq int64, sd []byte, ok bool) {
	rest, ok1 := bytes.CutPrefix(line, []byte(lineHead))
	rest, ok2 := bytes.CutSuffix(rest, []byte(lineTail))
	digits := 0
	for digits < len(rest) && digits < 17 && rest[digits] >= '0' && rest[digits] <= '9' {
		seq = seq*10 + int64(rest[digits]-'0')
		digits++
	}
	if !ok1 || !ok2 || digits == 0 || seq > ledger.MaxInt || digits > 1 && rest[0] == '0' {
		return 0, dst, false
	}
	if rest, ok = bytes.CutPrefix(rest[digits:], []byte(lineMid)); !ok {
		return 0, dst, false
	}
	for {
		one, next, more := bytes.Cut(rest, []byte(between))
		if !base64url(one) {
			return 0, dst, false
		}
		dst = append(dst, one...)
		if !more {
			return seq, dst, true
		}
		dst = append(dst, '~')
		rest = next
	}
}

// base64url tells whether b is not empty and of the URL-safe alphabet (RFC 4648, section 5), without padding.
func base64url(b []byte) bool {
	for _, c := range b {
		if (c|0x20 < 'a' || c|0x20 > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return false
		}
	}
	return len(b) > 0
}
