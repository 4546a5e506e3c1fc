package ledger

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
)

// The scanner accepts canonical JSON only: what RFC 8785 would leave exactly as it is. Each function looks at b from
// position i and gives the position behind what it accepted, or -1-p where p is the position that is not canonical.

// scanString accepts a string.
func scanString(b []byte, i int) int {
	if i >= len(b) || b[i] != '"' {
		return -1 - i
	}
	return scanText(b, i+1)
}

// scanText accepts the rest of a string, from behind its first quotation mark to behind the last.
func scanText(b []byte, i int) int {
	for {
		i = skipPlain(b, i)
		if i >= len(b) {
			return -1 - i
		}
		switch c := b[i]; {
		case c == '"':
			return i + 1
		case c == '\\':
			n := escapeLen(b[i:])
			if n == 0 {
				return -1 - i
			}
			i += n
		case c < 0x20:
			return -1 - i
		default:
			r, size := utf8.DecodeRune(b[i:])
			if r == utf8.RuneError && size == 1 {
				return -1 - i
			}
			i += size
		}
	}
}

// skipPlain passes over ASCII that stands for itself, eight bytes at a time: of each word the lowest byte that is a
// control character, a quotation mark, a backslash or not ASCII has its top bit set in stop.
func skipPlain(b []byte, i int) int {
	const (
		each = 0x0101010101010101
		top  = each * 0x80
	)
	for i+8 <= len(b) {
		w := binary.LittleEndian.Uint64(b[i:])
		stop := (w | (w - each*0x20) | ((w ^ each*'"') - each) | ((w ^ each*'\\') - each)) & top
		if stop != 0 {
			return i + bits.TrailingZeros64(stop)/8
		}
		i += 8
	}
	for i < len(b) && b[i] >= 0x20 && b[i] < 0x80 && b[i] != '"' && b[i] != '\\' {
		i++
	}
	return i
}

// escapeLen gives the length of the canonical escape at the start of b, 0 when it is none.
func escapeLen(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	if b[1] != 'u' {
		if unescape(b[1]) == 0 {
			return 0
		}
		return 2
	}
	if len(b) < 6 || b[2] != '0' || b[3] != '0' || b[4] != '0' && b[4] != '1' {
		return 0
	}
	low, ok := hexDigit(b[5])
	if !ok || shortEscape((b[4]-'0')<<4|low) != 0 {
		return 0
	}
	return 6
}

// unescape is the inverse of shortEscape.
func unescape(letter byte) byte {
	switch letter {
	case '"', '\\':
		return letter
	case 'b':
		return '\b'
	case 't':
		return '\t'
	case 'n':
		return '\n'
	case 'f':
		return '\f'
	case 'r':
		return '\r'
	}
	return 0
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case c >= '0' && c <= '9':
		return c - '0', true
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10, true
	}
	return 0, false
}

// scanKey accepts a key and its colon. The key itself is b[i+1 : end-2].
func scanKey(b []byte, i int) (end int) {
	if i >= len(b) || b[i] != '"' {
		return -1 - i
	}
	end = skipPlain(b, i+1)
	if end == i+1 || end+1 >= len(b) || b[end] != '"' || b[end+1] != ':' || bytes.IndexByte(b[i+1:end], 0x7f) >= 0 {
		return -1 - end
	}
	return end + 2
}

// scanValue accepts any of the values that entries have.
func scanValue(b []byte, i int) int {
	if i >= len(b) {
		return -1 - i
	}
	switch b[i] {
	case '"':
		return scanText(b, i+1)
	case '[':
		return scanList(b, i+1)
	case '{':
		return scanObject(b, i+1)
	case 't':
		return scanWord(b, i, "true")
	case 'f':
		return scanWord(b, i, "false")
	}
	return scanInt(b, i)
}

func scanWord(b []byte, i int, word string) int {
	if len(b)-i < len(word) || string(b[i:i+len(word)]) != word {
		return -1 - i
	}
	return i + len(word)
}

// scanInt accepts an integer within ±(2^53-1).
func scanInt(b []byte, from int) int {
	i := from
	if b[i] == '-' {
		i++
	}
	digits := i
	var n int64
	for i < len(b) && b[i] >= '0' && b[i] <= '9' && i-digits < 16 { // 2^53-1 has sixteen digits
		n = n*10 + int64(b[i]-'0')
		i++
	}
	switch {
	case i == digits, n > MaxInt,
		b[digits] == '0' && (i > digits+1 || digits > from), // 007, -0
		i < len(b) && b[i] >= '0' && b[i] <= '9':
		return -1 - from
	}
	return i // a fraction or an exponent is not what may follow a value
}

// scanList accepts strings up to the closing bracket.
func scanList(b []byte, i int) int {
	if i < len(b) && b[i] == ']' {
		return i + 1
	}
	for {
		if i = scanString(b, i); i < 0 {
			return i
		}
		if i >= len(b) {
			return -1 - i
		}
		switch b[i] {
		case ']':
			return i + 1
		case ',':
			i++
		default:
			return -1 - i
		}
	}
}

// scanObject accepts strings under ascending keys up to the closing brace.
func scanObject(b []byte, i int) int {
	if i < len(b) && b[i] == '}' {
		return i + 1
	}
	var last []byte
	for {
		end := scanKey(b, i)
		if end < 0 {
			return end
		}
		key := b[i+1 : end-2]
		if bytes.Compare(key, last) <= 0 {
			return -1 - i
		}
		last = key
		if i = scanString(b, end); i < 0 {
			return i
		}
		if i >= len(b) {
			return -1 - i
		}
		switch b[i] {
		case '}':
			return i + 1
		case ',':
			i++
		default:
			return -1 - i
		}
	}
}

// textOf gives what a scanned string means: a part of raw, or a copy where something was escaped.
func textOf(raw []byte) []byte {
	text := raw[1 : len(raw)-1]
	at := bytes.IndexByte(text, '\\')
	if at < 0 {
		return text
	}
	out := append(make([]byte, 0, len(text)), text[:at]...)
	for i := at; i < len(text); i++ {
		switch {
		case text[i] != '\\':
			out = append(out, text[i])
		case text[i+1] == 'u':
			low, _ := hexDigit(text[i+5])
			out = append(out, (text[i+4]-'0')<<4|low)
			i += 5
		default:
			out = append(out, unescape(text[i+1]))
			i++
		}
	}
	return out
}

// listOf gives the strings of a scanned array.
func listOf(raw []byte) []string {
	var list []string
	for i := 1; raw[i] == '"'; i++ {
		end := scanText(raw, i+1)
		list = append(list, string(textOf(raw[i:end])))
		if i = end; raw[i] == ']' {
			break
		}
	}
	return list
}

// pairsOf gives the members of a scanned object.
func pairsOf(raw []byte) []Pair {
	var pairs []Pair
	for i := 1; raw[i] == '"'; i++ {
		value := scanKey(raw, i)
		end := scanText(raw, value+1)
		pairs = append(pairs, Pair{string(raw[i+1 : value-2]), string(textOf(raw[value:end]))})
		if i = end; raw[i] == '}' {
			break
		}
	}
	return pairs
}
