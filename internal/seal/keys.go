// Package seal keeps secrets: it derives the keys of the stores from one master key, seals personal values at rest,
// makes the keyed tags that let a sealed value be searched for, and fetches secrets from where a reference points.
// The stores' domain packages and the composition of the program may import it; it knows no database and no command.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"strings"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// masterPrefix names the form, so that a file with something else in it is recognised before it is used as a key.
const masterPrefix = "iskurctl-master-1:"

const keySize = 32

// Master is the key that everything else is derived from. It lives outside the data folder (a secret reference), and
// never prints itself.
type Master struct{ key [keySize]byte }

// Format writes a placeholder under every verb of fmt: a key must not get into an error or a log by mistake.
func (Master) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[master key]") }

// GenerateMaster makes a new master key from 32 bytes of rand, in its text form: one line with its line end, for a
// file of mode 0600. The error is rand's.
func GenerateMaster(rand io.Reader) ([]byte, error) {
	var key [keySize]byte
	if _, err := io.ReadFull(rand, key[:]); err != nil {
		return nil, fault.New(fault.Internal, "random", i18n.T("rastgele sayı üretilemedi", "no random numbers could be had")).Because(err)
	}
	return []byte(masterPrefix + base64.RawURLEncoding.EncodeToString(key[:]) + "\n"), nil
}

// ParseMaster reads the text form; blanks and line ends around it do not count. Error: class Usage, master_key.
func ParseMaster(text []byte) (Master, error) {
	var m Master
	code, ok := strings.CutPrefix(strings.TrimSpace(string(text)), masterPrefix)
	if ok {
		raw, err := base64.RawURLEncoding.Strict().DecodeString(code)
		if ok = err == nil && len(raw) == keySize; ok {
			copy(m.key[:], raw)
		}
	}
	if !ok {
		return Master{}, fault.New(fault.Usage, "master_key", i18n.T("ana anahtar okunamadı: biçimi tanınmıyor", "the master key cannot be read: its form is not known")).
			WithHint(i18n.T("keys.master alanının `iskurctl config init` ile üretilen anahtarı gösterdiğini denetleyin",
				"check that keys.master refers to the key that `iskurctl config init` made"))
	}
	return m, nil
}

// Keys are the working keys of one master key. They are safe for concurrent use.
type Keys struct {
	id    [keyIDSize]byte
	aead  cipher.AEAD
	index []byte
}

// Format writes a placeholder, as Master's does.
func (*Keys) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[keys]") }

// Derive makes the working keys by HKDF-SHA256 (RFC 5869), one for each use, so that a tag never tells anything about
// a sealed value. The key id is derived as well: it names the master key without revealing it.
func Derive(m Master) (*Keys, error) {
	k := &Keys{}
	parts := make(map[string][]byte, 3)
	for use, size := range map[string]int{"iskurctl/seal/1": keySize, "iskurctl/index/1": keySize, "iskurctl/key-id/1": keyIDSize} {
		key, err := hkdf.Key(sha256.New, m.key[:], nil, use, size)
		if err != nil {
			return nil, derivation(err)
		}
		parts[use] = key
	}
	block, err := aes.NewCipher(parts["iskurctl/seal/1"])
	if err != nil {
		return nil, derivation(err)
	}
	if k.aead, err = cipher.NewGCM(block); err != nil {
		return nil, derivation(err)
	}
	k.index = parts["iskurctl/index/1"]
	copy(k.id[:], parts["iskurctl/key-id/1"])
	return k, nil
}

func derivation(err error) error {
	return fault.New(fault.Internal, "key_derivation", i18n.T("anahtar türetilemedi", "the keys could not be derived")).Because(err)
}

// Tag gives the keyed tag of value, 32 bytes: equal values of one domain have equal tags, so that a sealed value can be
// searched for. A plain hash would not do: all TC numbers can be hashed in about a minute. domain holds no NUL.
func (k *Keys) Tag(domain, value string) []byte {
	mac := hmac.New(sha256.New, k.index)
	_, _ = io.WriteString(mac, domain)
	_, _ = mac.Write([]byte{0})
	_, _ = io.WriteString(mac, value)
	return mac.Sum(nil)
}
