package ring

import (
	"context"
	"database/sql"
	"errors"

	"golang.org/x/mod/sumdb/note"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/seal"
)

// NewSigner makes an Ed25519 signing key for log under the note key name (C2SP signed-note) and gives its signer and
// its verifier key. The key is on the disk when it returns. Errors: class Usage, signing_key_name; class Internal,
// random; those of store.Write.
func (r *Ring) NewSigner(ctx context.Context, log, name string) (s note.Signer, vkey string, err error) {
	secret, vkey, err := seal.NewNoteKey(r.rand, name)
	if err != nil {
		return nil, "", err
	}
	defer clear(secret)
	wrapped, err := r.master.Seal(r.rand, secret, signingAAD(log, vkey))
	if err != nil {
		return nil, "", err
	}
	if s, err = seal.NoteSigner(secret); err != nil {
		return nil, "", err
	}
	err = r.st.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.Exec(addSigningKey, vkey, log, wrapped)
		return err
	})
	if err != nil {
		return nil, "", err
	}
	return s, vkey, nil
}

// Signer gives the signer whose verifier key is vkey. Errors: class Unverifiable for one that is not there
// (signing_key_missing) or is wrapped by another master key (seal_other_key); class Integrity, seal_damaged, for one that
// was changed or moved; those of the store.
func (r *Ring) Signer(ctx context.Context, vkey string) (note.Signer, error) {
	var log string
	var wrapped []byte
	err := r.st.Read().QueryRowContext(ctx, findSigningKey, vkey).Scan(&log, &wrapped)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fault.New(fault.Unverifiable, "signing_key_missing", i18n.T("günlüğün imza anahtarı, anahtar deposunda yok", "the signing key of the log is not in the key store")).
			WithHint(i18n.T("anahtar deposunu yedeğinden geri koyun; anahtar olmadan günlüğe kayıt eklenemez", "put the key store back from its backup; without the key nothing can be added to the log"))
	}
	if err != nil {
		return nil, r.st.Explain(err)
	}
	secret, err := r.master.Unseal(wrapped, signingAAD(log, vkey))
	if err != nil {
		return nil, err
	}
	defer clear(secret)
	return seal.NoteSigner(secret)
}

// signingAAD binds a wrapped signing key to its row. A verifier key holds no blank, the name of the log may.
func signingAAD(log, vkey string) string { return "ring_signing_key " + vkey + " " + log }
