package ledger

import (
	"bytes"
	"strconv"

	"iskurctl/internal/i18n"
)

// What can be wrong with an entry, for errors.Is. The errors themselves are *Problem and say where; Finding turns them
// into findings.
var (
	ErrNotCanonical error = &Problem{LeafNotCanonical, i18n.T("kayıt kurallı JSON değil", "the entry is not canonical JSON")}
	ErrSchema       error = &Problem{LeafSchema, i18n.T("kaydın alanları eksik ya da yanlış", "members of the entry are missing or wrong")}
	ErrTooLarge     error = &Problem{LeafTooLarge, i18n.Tf("kayıt %d bayttan büyük", "the entry is larger than %d bytes", MaxLeaf)}
)

// The members of an SD-JWT payload that hold digests (RFC 9901, 4.2.4.1 and 4.1.1).
const (
	keyDigests   = "_sd"
	keyDigestAlg = "_sd_alg"
	digestAlg    = "sha-256"
)

// Leaf is a parsed entry. It points into the bytes it was parsed from and is good as long as they are; one Leaf may be
// used for one entry after the other.
type Leaf struct {
	Kind   string // k
	Millis int64  // t in milliseconds since 1970, UTC

	raw    []byte
	fields []field
	sd     []byte // digests of the same length, with their quotation marks and commas
}

// field is where a member stands: key without, value with its quotation marks. An entry has at most 65,535 bytes.
type field struct{ key, keyEnd, value, end uint16 }

// ParseLeaf reads an entry. An error is a *Problem that errors.Is finds to be ErrTooLarge; ErrNotCanonical, when the
// bytes are not what the Builder would have written (blanks, another order, a key twice, another spelling of a string or
// a number, null, fractions, deeper nesting); or ErrSchema, when there is no kind k, no time t in the one form that Time
// writes, or digests that have not the length of SHA-256's, or are not sorted and each but once. into then holds nothing of use.
func ParseLeaf(b []byte, into *Leaf) error {
	*into = Leaf{Kind: into.Kind, raw: b, fields: into.fields[:0]}
	if len(b) > MaxLeaf {
		return ErrTooLarge
	}
	if at := into.scan(); at >= 0 {
		return &Problem{LeafNotCanonical, i18n.Tf("kayıt, %d. bayttan başlayarak kurallı JSON değil", "the entry is not canonical JSON from byte %d on", at)}
	}
	if key := into.common(); key != "" {
		return &Problem{LeafSchema, i18n.Tf("kaydın “%s” alanı yok ya da yanlış", "the member “%s” of the entry is missing or wrong", key)}
	}
	return nil
}

// scan finds the members. It gives the position that is not canonical, -1 when there is none.
func (l *Leaf) scan() int {
	b := l.raw
	if len(b) < 2 || b[0] != '{' {
		return 0
	}
	if b[1] == '}' && len(b) == 2 {
		return -1
	}
	var last []byte
	for i := 1; ; i++ {
		value := scanKey(b, i)
		if value < 0 {
			return -1 - value
		}
		key := b[i+1 : value-2]
		if bytes.Compare(key, last) <= 0 {
			return i
		}
		last = key
		end := scanValue(b, value)
		if end < 0 {
			return -1 - end
		}
		l.fields = append(l.fields, field{uint16(i + 1), uint16(value - 2), uint16(value), uint16(end)}) //nolint:gosec // at most MaxLeaf
		if i = end; i >= len(b) {
			return i
		}
		if b[i] == '}' && i+1 == len(b) {
			return -1
		}
		if b[i] != ',' {
			return i
		}
	}
}

// common takes the members that every entry has. It gives the key of one that is not as it should be.
func (l *Leaf) common() (wrong string) {
	kind, ok := l.Text("k")
	if !ok || len(kind) == 0 {
		return "k"
	}
	if string(kind) != l.Kind { // entries of a kind stand together; the text is shared then
		l.Kind = string(kind)
	}
	t, _ := l.Text("t")
	if l.Millis, ok = parseTime(t); !ok {
		return "t"
	}
	alg, hasAlg := l.value(keyDigestAlg)
	list, hasList := l.value(keyDigests)
	if hasAlg && (!hasList || string(alg) != `"`+digestAlg+`"`) || hasList && !hasAlg {
		return keyDigestAlg
	}
	if hasList && !l.digests(list) {
		return keyDigests
	}
	return ""
}

// digests takes the array _sd when its strings have the length of a digest and ascend.
func (l *Leaf) digests(list []byte) bool {
	if list[0] != '[' || len(list)%digestStep != 1 || len(list) == 1 {
		return false
	}
	list = list[1:]
	var last []byte
	for i := 0; i < len(list); i += digestStep {
		d := list[i+1 : i+1+DigestLen]
		// What stands between quotation marks at these places is a string of its own: a scanned string holds none.
		if list[i] != '"' || list[i+1+DigestLen] != '"' || bytes.IndexByte(d, '"') >= 0 || bytes.Compare(d, last) <= 0 {
			return false
		}
		last = d
	}
	l.sd = list
	return true
}

// digestStep is a digest with its quotation marks and a comma or bracket.
const digestStep = DigestLen + 3

// Digests is how many digests the entry has: one for each disclosure it was made with.
func (l *Leaf) Digests() int { return len(l.sd) / digestStep }

// Digest gives the digest i of the entry, in base64url.
func (l *Leaf) Digest(i int) []byte { return l.sd[i*digestStep+1:][:DigestLen] }

// IndexDigest tells which of the entry's digests d is, -1 for none.
func (l *Leaf) IndexDigest(d []byte) int {
	if len(d) != DigestLen {
		return -1
	}
	for i := range l.Digests() {
		if own := l.Digest(i); own[0] == d[0] && own[1] == d[1] && bytes.Equal(own, d) { // most differ in the first two
			return i
		}
	}
	return -1
}

func (l *Leaf) value(key string) ([]byte, bool) {
	for _, f := range l.fields {
		if string(l.raw[f.key:f.keyEnd]) == key {
			return l.raw[f.value:f.end], true
		}
	}
	return nil, false
}

// of gives the value of key when it begins with c, which tells its type.
func (l *Leaf) of(key string, c byte) ([]byte, bool) {
	v, ok := l.value(key)
	return v, ok && v[0] == c
}

// Time is t as it stands there.
func (l *Leaf) Time() string {
	t, _ := l.Str("t")
	return t
}

// Keys is how many members the entry has.
func (l *Leaf) Keys() int { return len(l.fields) }

// Key gives the key of member i, in ascending order.
func (l *Leaf) Key(i int) []byte { return l.raw[l.fields[i].key:l.fields[i].keyEnd] }

// Member gives key and value of member i, both as they stand in the entry: the value is canonical JSON.
func (l *Leaf) Member(i int) (key, value []byte) {
	f := l.fields[i]
	return l.raw[f.key:f.keyEnd], l.raw[f.value:f.end:f.end]
}

// Text gives the string under key. It is a part of the entry wherever that is possible.
func (l *Leaf) Text(key string) ([]byte, bool) {
	v, ok := l.of(key, '"')
	if !ok {
		return nil, false
	}
	return textOf(v), true
}

// Str gives the string under key.
func (l *Leaf) Str(key string) (string, bool) {
	v, ok := l.Text(key)
	return string(v), ok
}

// Int gives the integer under key.
func (l *Leaf) Int(key string) (int64, bool) {
	v, ok := l.value(key)
	if !ok || v[0] != '-' && (v[0] < '0' || v[0] > '9') {
		return 0, false
	}
	n, err := strconv.ParseInt(string(v), 10, 64)
	return n, err == nil
}

// Bool gives the truth value under key.
func (l *Leaf) Bool(key string) (v, ok bool) {
	raw, ok := l.value(key)
	v = ok && raw[0] == 't'
	return v, v || ok && raw[0] == 'f'
}

// List gives the strings under key.
func (l *Leaf) List(key string) ([]string, bool) {
	v, ok := l.of(key, '[')
	if !ok {
		return nil, false
	}
	return listOf(v), true
}

// Object gives the members of the object under key, in ascending order.
func (l *Leaf) Object(key string) ([]Pair, bool) {
	v, ok := l.of(key, '{')
	if !ok {
		return nil, false
	}
	return pairsOf(v), true
}
