package ledger

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// MaxLeaf is the size of an entry at most, in bytes: entry bundles write it as an unsigned 16-bit number (C2SP
// tlog-tiles).
const MaxLeaf = 65535

// Pair is a member of an object of strings.
type Pair struct{ Name, Value string }

// Builder writes one entry: a JSON object as RFC 8785 (JCS) spells it, limited to what entries need, so that there is
// one way only to write it: strings, integers up to 2^53-1, booleans, arrays of strings and objects of strings.
// Keys come in ascending byte order; another order, a key twice or a key that is not printable ASCII is a mistake in
// the program and panics. Wrong values are kept for Bytes to report.
type Builder struct {
	buf  []byte
	last string
	err  error
}

// NewLeaf begins an entry.
func NewLeaf() *Builder { return &Builder{buf: append(make([]byte, 0, 512), '{')} }

func (b *Builder) key(key string) {
	if !validKey(key) || key <= b.last {
		panic("ledger: key " + strconv.Quote(key) + " after " + strconv.Quote(b.last))
	}
	b.buf = appendKey(b.buf, key, b.last == "")
	b.last = key
}

func (b *Builder) string(s string) {
	buf, err := EncodeString(b.buf, s)
	if err != nil {
		b.fail(err)
		return
	}
	b.buf = buf
}

func (b *Builder) fail(err error) {
	if b.err == nil {
		b.err = err
	}
}

// String adds a string, which must be valid UTF-8.
func (b *Builder) String(key, v string) *Builder {
	b.key(key)
	b.string(v)
	return b
}

// Int adds an integer, which must lie within ±(2^53-1).
func (b *Builder) Int(key string, v int64) *Builder {
	b.key(key)
	if v > MaxInt || v < -MaxInt {
		b.fail(fault.New(fault.Internal, "leaf_number", i18n.T("kayda yazılacak sayı çok büyük", "a number is too large for an entry")))
	}
	b.buf = strconv.AppendInt(b.buf, v, 10)
	return b
}

// Bool adds a truth value.
func (b *Builder) Bool(key string, v bool) *Builder {
	b.key(key)
	b.buf = strconv.AppendBool(b.buf, v)
	return b
}

// Strings adds an array of strings in the order given.
func (b *Builder) Strings(key string, v []string) *Builder {
	b.key(key)
	b.buf = append(b.buf, '[')
	for i, s := range v {
		if i > 0 {
			b.buf = append(b.buf, ',')
		}
		b.string(s)
	}
	b.buf = append(b.buf, ']')
	return b
}

// Object adds an object of strings; its keys may come in any order.
func (b *Builder) Object(key string, pairs []Pair) *Builder {
	b.key(key)
	buf, err := appendObject(b.buf, pairs)
	if err != nil {
		b.fail(err)
		return b
	}
	b.buf = buf
	return b
}

// Digests adds the digests of the entry's disclosures, sorted (RFC 9901, 4.2.4.1: their order must not tell which is
// which), and the name of their algorithm: the members _sd and _sd_alg.
func (b *Builder) Digests(digests []string) *Builder {
	return b.Strings(keyDigests, slices.Sorted(slices.Values(digests))).String(keyDigestAlg, digestAlg)
}

// Bytes gives the finished entry, which is then the caller's; the Builder is of no further use. An entry over 65,535
// bytes, a number beyond 2^53-1 or a string that is not UTF-8 is class Internal.
func (b *Builder) Bytes() ([]byte, error) {
	if b.err != nil {
		return nil, b.err
	}
	b.buf = append(b.buf, '}')
	if len(b.buf) > MaxLeaf {
		return nil, fault.New(fault.Internal, "leaf_too_large", i18n.Tf("kayıt %d bayttan büyük", "an entry is larger than %d bytes", MaxLeaf))
	}
	return b.buf, nil
}

// EncodeString appends s as a JSON string in the one spelling of RFC 8785, 3.2.2.2: quotation mark, backslash and control
// characters escaped, the short escape where there is one, lower-case hexadecimal; everything else as it is. A string
// that is not UTF-8 has no such spelling: class Internal.
func EncodeString(dst []byte, s string) ([]byte, error) {
	if !utf8.ValidString(s) {
		return nil, fault.New(fault.Internal, "leaf_not_utf8", i18n.T("kayda yazılacak metin UTF-8 değil", "a text for an entry is not UTF-8"))
	}
	const digits = "0123456789abcdef"
	dst = append(dst, '"')
	from := 0
	for i := range len(s) {
		c := s[i]
		if c >= 0x20 && c != '"' && c != '\\' {
			continue
		}
		dst = append(dst, s[from:i]...)
		from = i + 1
		if e := shortEscape(c); e != 0 {
			dst = append(dst, '\\', e)
		} else {
			dst = append(dst, '\\', 'u', '0', '0', digits[c>>4], digits[c&15])
		}
	}
	dst = append(dst, s[from:]...)
	return append(dst, '"'), nil
}

// ObjectOfStrings gives the canonical JSON object of the pairs, which may come in any order. A name twice, a name that
// is empty or not printable ASCII, or a value that is not UTF-8 is class Internal.
func ObjectOfStrings(pairs []Pair) ([]byte, error) { return appendObject(nil, pairs) }

func appendObject(dst []byte, pairs []Pair) ([]byte, error) {
	byName := func(a, b Pair) int { return strings.Compare(a.Name, b.Name) }
	if !slices.IsSortedFunc(pairs, byName) {
		pairs = slices.SortedFunc(slices.Values(pairs), byName)
	}
	dst = append(dst, '{')
	for i, p := range pairs {
		if !validKey(p.Name) || i > 0 && p.Name == pairs[i-1].Name {
			return nil, fault.New(fault.Internal, "leaf_key", i18n.T("kayda yazılacak alan adı geçersiz ya da yineleniyor", "a name for an entry is invalid or stands there twice"))
		}
		dst = appendKey(dst, p.Name, i == 0)
		var err error
		if dst, err = EncodeString(dst, p.Value); err != nil {
			return nil, err
		}
	}
	return append(dst, '}'), nil
}

func appendKey(dst []byte, key string, first bool) []byte {
	if !first {
		dst = append(dst, ',')
	}
	dst = append(dst, '"')
	dst = append(dst, key...)
	return append(dst, '"', ':')
}

// validKey: keys are ASCII without anything to escape, so that the order of bytes is the order of UTF-16 units that
// RFC 8785, 3.2.3 asks for.
func validKey(key string) bool {
	for i := range len(key) {
		if c := key[i]; c < 0x20 || c > 0x7e || c == '"' || c == '\\' {
			return false
		}
	}
	return key != ""
}

// shortEscape gives the letter of the two-character escape of c, 0 when it has none.
func shortEscape(c byte) byte {
	switch c {
	case '"', '\\':
		return c
	case '\b':
		return 'b'
	case '\t':
		return 't'
	case '\n':
		return 'n'
	case '\f':
		return 'f'
	case '\r':
		return 'r'
	}
	return 0
}
