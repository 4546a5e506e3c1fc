package reconcile

import (
	"crypto/hmac"
	"crypto/sha256"
	"hash"
	"slices"
	"strings"
	"unicode/utf16"

	"github.com/go-json-experiment/json/jsontext"
)

// Tag is the first 16 bytes of HMAC-SHA256(key, "iskurctl/exchange/1" 0x00 text), where text is the canonical JSON (RFC
// 8785) of the parts compared. Without the key it tells nothing; a plain hash would not do, since all TC numbers can be
// hashed in about a minute.
type Tag [16]byte

// Tags are what is compared of a row:
//
//	Full          {"method":…,"params":{…},"user":…}
//	UserMethod    {"method":…,"user":…}
//	MethodParams  {"method":…,"params":{…}}
//	Method        {"method":…}
//
// Of a row of theirs without a user HasUser is false, and the first two are not looked at. A row of ours always has one.
type Tags struct {
	Full, UserMethod, MethodParams, Method Tag
	HasUser                                bool
}

const (
	keySize   = 32 // bytes: the shortest key that is taken
	tagDomain = "iskurctl/exchange/1\x00"
	// keyCheck is the text whose tag tells whether a file was written under our key.
	keyCheck = `"key check"`
	// rememberedTags bounds the memory for tags that come again and again: of methods and of their users.
	rememberedTags = 1024
)

// tagger makes the tags of rows. It is not safe for concurrent use.
type tagger struct {
	mac    hash.Hash
	sum    []byte
	text   []byte
	sorted []Param
	known  map[string]Tag
}

func newTagger(key []byte) (*tagger, error) {
	if len(key) < keySize {
		return nil, faultKey()
	}
	return &tagger{mac: hmac.New(sha256.New, key), known: make(map[string]Tag)}, nil
}

// row gives the tags of a row.
func (t *tagger) row(r Row) Tags {
	params := t.order(r.Params)
	tags := Tags{HasUser: r.User != ""}
	t.text = appendParams(appendMethod(t.text[:0], r.Method), params)
	end := len(t.text)
	t.text = append(t.text, '}')
	tags.MethodParams = t.tag(t.text)
	t.text = appendUser(t.text[:end], r.User)
	tags.Full = t.tag(t.text)

	t.text = append(appendMethod(t.text[:0], r.Method), '}')
	end = len(t.text) - 1
	tags.Method = t.remembered(t.text)
	t.text = appendUser(t.text[:end], r.User)
	tags.UserMethod = t.remembered(t.text)
	return tags
}

func (t *tagger) tag(text []byte) Tag {
	t.mac.Reset()
	_, _ = t.mac.Write([]byte(tagDomain))
	_, _ = t.mac.Write(text)
	t.sum = t.mac.Sum(t.sum[:0])
	return Tag(t.sum[:len(Tag{})])
}

func (t *tagger) remembered(text []byte) Tag {
	if tag, ok := t.known[string(text)]; ok {
		return tag
	}
	if len(t.known) >= rememberedTags {
		clear(t.known)
	}
	tag := t.tag(text)
	t.known[string(text)] = tag
	return tag
}

// order gives the parameters as RFC 8785 sorts them, in a slice of its own.
func (t *tagger) order(params []Param) []Param {
	t.sorted = append(t.sorted[:0], params...)
	slices.SortStableFunc(t.sorted, func(a, b Param) int { return compareNames(a.Name, b.Name) })
	return t.sorted
}

// compareNames compares by UTF-16 code units, as RFC 8785, 3.2.3 asks; for ASCII that is the order of the bytes.
func compareNames(a, b string) int {
	if ascii(a) && ascii(b) {
		return strings.Compare(a, b)
	}
	return slices.Compare(utf16.Encode([]rune(a)), utf16.Encode([]rune(b)))
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

func appendMethod(dst []byte, method string) []byte {
	return appendQuoted(append(dst, `{"method":`...), method)
}

func appendParams(dst []byte, params []Param) []byte {
	dst = append(dst, `,"params":{`...)
	for i, p := range params {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendQuoted(append(appendQuoted(dst, p.Name), ':'), p.Value)
	}
	return append(dst, '}')
}

func appendUser(dst []byte, user string) []byte {
	return append(appendQuoted(append(dst, `,"user":`...), user), '}')
}

// appendQuoted writes a JSON string as RFC 8785 does. Bytes that are not UTF-8 become U+FFFD; both readers let none in.
func appendQuoted(dst []byte, s string) []byte {
	out, err := jsontext.AppendQuote(dst, s)
	if err != nil {
		out, _ = jsontext.AppendQuote(dst, strings.ToValidUTF8(s, "\ufffd"))
	}
	return out
}
