package seal

import (
	"crypto/hmac"
	"crypto/sha256"
	"hash"
)

// Tagger makes tags one after the other, for whoever compares a whole log with its rows: Keys.Tag sets the key up anew
// each time, which is half of its work and all of its garbage. It is for one goroutine.
type Tagger struct {
	mac  hash.Hash
	text []byte
	tag  []byte
}

// Tagger gives a new one.
func (k *Keys) Tagger() *Tagger { return &Tagger{mac: hmac.New(sha256.New, k.index)} }

// Tag gives what Keys.Tag gives. It is valid until the next.
func (t *Tagger) Tag(domain, value string) []byte {
	t.text = append(append(append(t.text[:0], domain...), 0), value...)
	return t.sum()
}

// TagBytes is Tag of a value in bytes.
func (t *Tagger) TagBytes(domain string, value []byte) []byte {
	t.text = append(append(append(t.text[:0], domain...), 0), value...)
	return t.sum()
}

func (t *Tagger) sum() []byte {
	t.mac.Reset()
	_, _ = t.mac.Write(t.text)
	t.tag = t.mac.Sum(t.tag[:0])
	return t.tag
}
