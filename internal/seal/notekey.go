package seal

import (
	"io"

	"golang.org/x/mod/sumdb/note"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// NewNoteKey makes an Ed25519 key for signed notes (C2SP signed-note) from 32 bytes of rand. name is the key's name: not
// empty, valid UTF-8, neither blanks nor "+". It gives the secret form, to be sealed at once, and the verifier's.
// Errors: class Usage, signing_key_name; class Internal, random.
func NewNoteKey(rand io.Reader, name string) (secret []byte, vkey string, err error) {
	skey, vkey, err := note.GenerateKey(rand, name)
	if err != nil {
		return nil, "", fault.New(fault.Internal, "random", i18n.T("rastgele sayı üretilemedi", "no random numbers could be had")).Because(err)
	}
	if _, err := note.NewSigner(skey); err != nil { // it checks the name, GenerateKey does not
		return nil, "", fault.New(fault.Usage, "signing_key_name", i18n.T("imza anahtarının adı geçersiz", "the name of the signing key is not valid")).
			WithHint(i18n.T("kurulum adında boşluk ve + kullanmayın", "use neither blanks nor + in the name of the installation")).Because(err)
	}
	return []byte(skey), vkey, nil
}

// NoteSigner gives the signer of a secret that NewNoteKey made. Error: class Integrity, seal_damaged, for anything else.
func NoteSigner(secret []byte) (note.Signer, error) {
	s, err := note.NewSigner(string(secret))
	if err != nil {
		return nil, damaged(err)
	}
	return s, nil
}
