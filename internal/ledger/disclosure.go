package ledger

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"iter"
	"slices"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// saltLen is the length of a disclosure's salt in bytes, 128 bits (RFC 9901, 9.3): without it, a number of eleven digits
// is found from its digest by trying all of them.
const saltLen = 16

// DigestLen is the length of a digest as it stands in an entry: SHA-256 in base64url without padding.
const DigestLen = 43

// Disclosure is a personal value that an entry holds the salted digest of (RFC 9901, 4.2.1). Value is canonical JSON.
type Disclosure struct {
	Name  string
	Value []byte
}

// Text gives the value when it is a string.
func (d Disclosure) Text() (string, bool) {
	if len(d.Value) == 0 || d.Value[0] != '"' {
		return "", false
	}
	return string(textOf(d.Value)), true
}

// Object gives the members of the value, in ascending order, when it is an object of strings.
func (d Disclosure) Object() ([]Pair, bool) {
	if len(d.Value) == 0 || d.Value[0] != '{' {
		return nil, false
	}
	return pairsOf(d.Value), true
}

// Disclose makes a disclosure with a fresh salt from rand, and the digest to put into the entry. value is canonical JSON
// as EncodeString and ObjectOfStrings write it; anything else, and a name that may not be one, is class Internal.
func Disclose(rand io.Reader, name string, value []byte) (disclosure, digest string, err error) {
	d, err := AppendDisclosure(nil, rand, name, value)
	if err != nil {
		return "", "", err
	}
	return string(d), DisclosureDigest(d), nil
}

// AppendDisclosure is Disclose for many: it appends the disclosure to dst. Its digest is AppendDigest of what was added.
func AppendDisclosure(dst []byte, rand io.Reader, name string, value []byte) ([]byte, error) {
	if !validKey(name) || reserved(name) || scanValue(value, 0) != len(value) {
		return nil, fault.New(fault.Internal, "disclosure_invalid", i18n.T(
			"kişisel alanın adı ya da değeri kurallı biçimde değil", "the name or the value of a disclosure is not in canonical form"))
	}
	text := len(`["",""`) + base64.RawURLEncoding.EncodedLen(saltLen) + len(name) + len(`,]`) + len(value)
	length := base64.RawURLEncoding.EncodedLen(text)
	// The JSON text is written behind the place of the disclosure, within the same room, and encoded from there.
	dst = slices.Grow(dst, length+text+saltLen)
	end := len(dst)
	room := dst[end : end+length+text+saltLen]
	salt := room[length+text:]
	if _, err := io.ReadFull(rand, salt); err != nil {
		return nil, fault.New(fault.Internal, "no_random", i18n.T("sistem rastgele sayı vermedi", "the system gave no random numbers")).Because(err)
	}
	b := append(room[length:length:length+text], `["`...)
	b = base64.RawURLEncoding.AppendEncode(b, salt)
	b = append(b, `","`...)
	b = append(b, name...)
	b = append(b, `",`...)
	b = append(b, value...)
	b = append(b, ']')
	base64.RawURLEncoding.Encode(room[:length], b)
	clear(room[length:]) // nothing personal stays behind the result
	return dst[:end+length], nil
}

// reserved names cannot be disclosed (RFC 9901, 4.2.1).
func reserved(name string) bool { return name == keyDigests || name == "..." }

// DisclosureDigest gives the digest of a disclosure: 43 characters of base64url.
func DisclosureDigest(disclosure []byte) string {
	return string(AppendDigest(make([]byte, 0, DigestLen), disclosure))
}

// AppendDigest appends the digest of a disclosure to dst.
func AppendDigest(dst, disclosure []byte) []byte {
	sum := sha256.Sum256(disclosure)
	return base64.RawURLEncoding.AppendEncode(dst, sum[:])
}

// OpenDisclosure reads a disclosure: base64url of [salt, name, value] in canonical form. The error is ErrNotCanonical;
// that the digest stands in an entry is for the caller to find.
func OpenDisclosure(d []byte) (Disclosure, error) {
	name, value, _, err := AppendOpened(nil, d)
	if err != nil {
		return Disclosure{}, err
	}
	return Disclosure{Name: string(name), Value: value}, nil
}

// strict is made once: each is a table of 300 bytes.
var strict = base64.RawURLEncoding.Strict()

// AppendOpened is OpenDisclosure for many: name and value are parts of what is appended to dst, which is given back, too.
func AppendOpened(dst, d []byte) (name, value, opened []byte, err error) {
	bad := func() ([]byte, []byte, []byte, error) { return nil, nil, dst, badDisclosure() }
	opened, err = strict.AppendDecode(slices.Grow(dst, len(d)), d)
	b := opened[len(dst):]
	if err != nil || base64.RawURLEncoding.EncodedLen(len(b)) != len(d) { // the decoder passes over line ends
		return bad()
	}
	head := len(`["`) + base64.RawURLEncoding.EncodedLen(saltLen)
	if len(b) < head+1 || string(b[:2]) != `["` || !validSalt(b[2:head]) || string(b[head:head+1]) != `"` {
		return bad()
	}
	rest, ok := bytes.CutPrefix(b[head+1:], []byte(`,"`))
	if !ok {
		return bad()
	}
	end := bytes.IndexByte(rest, '"') // a name has none
	if end < 0 || end+1 >= len(rest) || rest[end+1] != ',' || !validKey(string(rest[:end])) || reserved(string(rest[:end])) {
		return bad()
	}
	name, value = rest[:end:end], rest[end+2:]
	if end := scanValue(value, 0); end < 0 || string(value[end:]) != "]" {
		return bad()
	}
	return name, value[: len(value)-1 : len(value)-1], opened, nil
}

func badDisclosure() error {
	return &Problem{LeafNotCanonical, i18n.T("kişisel alan kurallı biçimde değil", "a disclosure is not in canonical form")}
}

// validSalt: sixteen bytes in their one spelling, 22 characters of which the last one stands for two bits.
func validSalt(b []byte) bool {
	for _, c := range b {
		if !inBase64URL[c] {
			return false
		}
	}
	switch b[len(b)-1] {
	case 'A', 'Q', 'g', 'w': // the four bits behind are zero
		return true
	}
	return false
}

// inBase64URL tells the 64 characters of base64url (RFC 4648, table 2).
var inBase64URL = func() (in [256]bool) {
	for _, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") {
		in[c] = true
	}
	return in
}()

// SplitDisclosures yields the disclosures of "d1~d2~d3". They are parts of sd.
func SplitDisclosures(sd []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for rest := sd; len(sd) > 0; {
			end := bytes.IndexByte(rest, '~')
			if end < 0 {
				yield(rest)
				return
			}
			if !yield(rest[:end:end]) {
				return
			}
			rest = rest[end+1:]
		}
	}
}
