package seal

import (
	"io"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// The envelope: version (1 byte) · key id (8) · nonce (12) · ciphertext with its tag (16 more than the plain text).
// The header is authenticated together with the caller's additional data. Nonces are random: at the 2^32 messages that
// NIST SP 800-38D allows one key, a log of ten thousand queries a day lasts longer than its five years by far.
const (
	envelopeVersion = 1
	keyIDSize       = 8
	headerSize      = 1 + keyIDSize
)

// Seal encrypts plain by AES-256-GCM. aad is not stored: whoever unseals must give the same, which is how a sealed
// value is bound to the row it belongs to. rand must be safe for concurrent use. Error: class Internal when rand fails.
func (k *Keys) Seal(rand io.Reader, plain []byte, aad string) ([]byte, error) {
	nonceSize := k.aead.NonceSize()
	out := make([]byte, headerSize+nonceSize, headerSize+nonceSize+len(plain)+k.aead.Overhead())
	out[0] = envelopeVersion
	copy(out[1:], k.id[:])
	nonce := out[headerSize:]
	if _, err := io.ReadFull(rand, nonce); err != nil {
		return nil, fault.New(fault.Internal, "random", i18n.T("rastgele sayı üretilemedi", "no random numbers could be had")).Because(err)
	}
	return k.aead.Seal(out, nonce, plain, bound(out[:headerSize], aad)), nil
}

// Unseal gives back what Seal sealed under the same aad. Errors: class Integrity, seal_damaged, for a value that was
// changed, cut or moved to another row; class Unverifiable, seal_other_key, for one sealed under another master key.
func (k *Keys) Unseal(sealed []byte, aad string) ([]byte, error) {
	n := headerSize + k.aead.NonceSize()
	if len(sealed) < n+k.aead.Overhead() || sealed[0] != envelopeVersion {
		return nil, damaged(nil)
	}
	if string(sealed[1:headerSize]) != string(k.id[:]) {
		return nil, fault.New(fault.Unverifiable, "seal_other_key", i18n.T("şifreli değer başka bir ana anahtarla mühürlenmiş", "a sealed value was sealed under another master key")).
			WithHint(i18n.T("keys.master alanının bu deponun anahtarını gösterdiğini denetleyin", "check that keys.master refers to the key of this store"))
	}
	plain, err := k.aead.Open(nil, sealed[headerSize:n], sealed[n:], bound(sealed[:headerSize], aad))
	if err != nil {
		return nil, damaged(err)
	}
	return plain, nil
}

// bound is the additional data as GCM gets it: the header has a fixed length, so the two parts cannot run together.
func bound(header []byte, aad string) []byte {
	return append(append(make([]byte, 0, len(header)+len(aad)), header...), aad...)
}

func damaged(err error) error {
	return fault.New(fault.Integrity, "seal_damaged", i18n.T("şifreli bir değer bozulmuş ya da değiştirilmiş", "a sealed value is damaged or was changed")).
		WithHint(i18n.T("depoyu yedeğiyle karşılaştırın; bu kopyayı inceleme için saklayın", "compare the store with its backup; keep this copy for the investigation")).
		Because(err)
}
