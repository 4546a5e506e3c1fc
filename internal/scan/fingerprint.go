package scan

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"strconv"

	"iskurctl/internal/tckn"
	"iskurctl/internal/tckn/find"
)

// A fingerprint names a finding in a file that is kept beside the source, so it must not give the number away: a digest
// of the number itself is undone in a minute, since there are only 900 million. It is made of the path, of the masked
// number (100******46) and of the line around it without any digit, and it counts which of several alike it is:
//
//	SHA-256("iskurctl tc finding 1" LF path LF masked number LF before LF behind LF check LF occurrence), its first 16 bytes in hex
//
// It survives when lines are added above or the line is indented anew, and changes when the line, the path or what is
// shown of the number changes. The form stands in docs/formats.md; a change of it makes every list of allowed findings worthless.
const (
	contextSize     = 200 // bytes of the line before and behind the number that count, at most
	fingerprintSize = 16
)

// occurrences counts how often the same place was seen in one text.
type occurrences map[[fingerprintSize]byte]int32

// occurrencesMax bounds the memory for it: further places count as the first of their kind.
const occurrencesMax = 1 << 16

func (o occurrences) fingerprint(identity string, b []byte, m find.Match) string {
	var room [512]byte
	text := append(room[:0], "iskurctl tc finding 1\n"...)
	text = append(append(text, identity...), '\n')
	text = append(append(text, tckn.Mask(string(m.Number[:]))...), '\n')
	before := b[max(0, m.Start-contextSize):m.Start]
	before = before[bytes.LastIndexByte(before, '\n')+1:]
	behind := b[m.End:min(len(b), m.End+contextSize)]
	if i := bytes.IndexByte(behind, '\n'); i >= 0 {
		behind = behind[:i]
	}
	text = append(appendBare(text, before), '\n')
	text = append(appendBare(text, behind), '\n')
	check := "invalid\n"
	switch {
	case m.End-m.Start != tckn.Length: // only looked for when asked: the others are counted without them
		check = "grouped\n"
	case m.Valid():
		check = "valid\n"
	}
	text = append(text, check...)
	sum := sha256.Sum256(text)
	key := [fingerprintSize]byte(sum[:])
	nth := o[key] + 1
	if nth > 1 || len(o) < occurrencesMax {
		o[key] = nth
	}
	sum = sha256.Sum256(strconv.AppendInt(text, int64(nth), 10))
	return hex.EncodeToString(sum[:fingerprintSize])
}

// appendBare appends a text with # for each run of digits and one blank for each run of white space; none at its ends.
func appendBare(dst, text []byte) []byte {
	for i, word := range bytes.Fields(text) {
		if i > 0 {
			dst = append(dst, ' ')
		}
		for j, c := range word {
			switch digit := '0' <= c && c <= '9'; {
			case !digit:
				dst = append(dst, c)
			case j == 0 || word[j-1] < '0' || word[j-1] > '9':
				dst = append(dst, '#')
			}
		}
	}
	return dst
}
