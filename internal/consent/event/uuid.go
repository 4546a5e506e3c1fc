package event

import "encoding/hex"

// ParseUUID reads a UUID of any version in the one form in which events have it: 8-4-4-4-12 hexadecimal digits, lower case.
func ParseUUID[T string | []byte](s T) (id [16]byte, ok bool) {
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return id, false
	}
	at := 0
	for i := range id {
		if at == 8 || at == 13 || at == 18 || at == 23 {
			at++
		}
		high, low := nibbles[s[at]], nibbles[s[at+1]]
		if high|low > 15 {
			return [16]byte{}, false
		}
		id[i] = high<<4 | low
		at += 2
	}
	return id, true
}

// nibbles gives the value of a lower-case hexadecimal digit, 16 for everything else.
var nibbles = func() (t [256]byte) {
	for i := range t {
		t[i] = 16
	}
	for i, c := range []byte("0123456789abcdef") {
		t[c] = byte(i)
	}
	return t
}()

// FormatUUID writes a UUID as ParseUUID reads it.
func FormatUUID(id [16]byte) string {
	var b [36]byte
	at := 0
	for i, part := range [][]byte{id[:4], id[4:6], id[6:8], id[8:10], id[10:]} {
		if i > 0 {
			b[at] = '-'
			at++
		}
		at += hex.Encode(b[at:], part)
	}
	return string(b[:])
}

// isHex reports whether b holds nothing but hexadecimal digits of either case.
func isHex[T string | []byte](b T) bool {
	for i := range len(b) {
		if c := b[i]; nibbles[c] > 15 && (c < 'A' || c > 'F') {
			return false
		}
	}
	return true
}

// lowerHex turns the digits A–F of b into a–f, in place.
func lowerHex(b []byte) {
	for i, c := range b {
		if c >= 'A' && c <= 'F' {
			b[i] = c | 0x20
		}
	}
}
