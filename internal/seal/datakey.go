package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"fmt"
	"io"
	"slices"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// A value under a data key is stored as nonce (12 bytes, random) · ciphertext · tag (16). No version and no key id: the
// row beside it names its key, and a log holds millions of these. The additional data bind it to its place.
// NIST SP 800-38D (8.3) allows a key 2^32 random nonces; a month of queries or a person's consents stay far below.
const (
	// DataKeySize is the length of a data key in bytes (AES-256).
	DataKeySize = 32

	dataNonce = 12
	dataTag   = 16
)

// DataKey seals the disclosures of one part of a log (a month of queries, a person's consents), so that destroying the
// key erases them all. It is safe for concurrent use and never prints itself.
type DataKey struct {
	ID   int64 // names the key within its log
	aead cipher.AEAD
}

// Format writes a placeholder under every verb of fmt, of the value as well as of a pointer to it.
func (DataKey) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[data key]") }

// NewDataKey makes the working form of key, DataKeySize bytes, which it does not keep. Error: class Internal, data_key,
// for another length.
func NewDataKey(id int64, key []byte) (*DataKey, error) {
	if len(key) != DataKeySize {
		return nil, fault.New(fault.Internal, "data_key", i18n.T("veri anahtarının uzunluğu yanlış", "a data key has the wrong length"))
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, derivation(err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, derivation(err)
	}
	return &DataKey{ID: id, aead: aead}, nil
}

// Seal appends the sealed form of plain, 28 bytes longer, to dst. It opens only for the same log, seq and key. plain
// must not lie in the spare capacity of dst. Error: class Internal, random, when rand fails.
func (k *DataKey) Seal(dst []byte, rand io.Reader, plain []byte, log string, seq int64) ([]byte, error) {
	start := len(dst)
	out := slices.Grow(dst, dataNonce+len(plain)+dataTag)[:start+dataNonce]
	nonce := out[start:]
	if _, err := io.ReadFull(rand, nonce); err != nil {
		return nil, fault.New(fault.Internal, "random", i18n.T("rastgele sayı üretilemedi", "no random numbers could be had")).Because(err)
	}
	return k.aead.Seal(out, nonce, plain, k.place(log, seq)), nil
}

// Open appends to dst what Seal sealed for the same log and seq. sealed must not lie in the spare capacity of dst. Error:
// class Integrity, seal_damaged, for a value that was changed, cut, moved to another place or sealed under another key.
func (k *DataKey) Open(dst, sealed []byte, log string, seq int64) ([]byte, error) {
	if len(sealed) < dataNonce+dataTag {
		return nil, damaged(nil)
	}
	plain, err := k.aead.Open(dst, sealed[:dataNonce], sealed[dataNonce:], k.place(log, seq))
	if err != nil {
		return nil, damaged(err)
	}
	return plain, nil
}

// place is the additional data: sequence and key id, eight bytes each, big-endian, then the name of the log. Only the
// last part varies in length, so that two places never look alike.
func (k *DataKey) place(log string, seq int64) []byte {
	b := make([]byte, 0, 16+len(log))
	b = binary.BigEndian.AppendUint64(b, uint64(seq))
	b = binary.BigEndian.AppendUint64(b, uint64(k.ID))
	return append(b, log...)
}
