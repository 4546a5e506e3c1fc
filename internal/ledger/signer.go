package ledger

import (
	"context"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// CheckSigner tries to open the key that signs the next entry: without it the log has come to its end, and nobody should
// learn that only when something is to be recorded. A finding: V36 for a key that is not there, V39 for one that was
// changed. Nothing is said without a checkpoint that verifies or without a key store, nor under another master key: that
// is found elsewhere. Errors: those of the store and of the key store.
func (l *Log) CheckSigner(ctx context.Context) ([]Finding, error) {
	head, ok, err := l.Head(ctx)
	if err != nil || !ok {
		return nil, err
	}
	verifier, err := newVerifier(head.Vkey)
	if err != nil {
		return nil, nil
	}
	if _, err := OpenCheckpoint(head.Note, verifier); err != nil {
		return nil, nil
	}
	keys, err := l.keys()
	if fault.ClassOf(err) == fault.Unverifiable {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	_, err = keys.Signer(ctx, head.Vkey)
	switch f := fault.From(err); {
	case err == nil || f.Code == "seal_other_key":
		return nil, nil
	case f.Class == fault.Unverifiable:
		return []Finding{{DisclosureUndecryptable, -1, i18n.T("günlüğün imza anahtarı, anahtar deposunda yok: yeni kayıt eklenemez", "the signing key of the log is not in the key store: nothing can be added")}}, nil
	case f.Class == fault.Integrity:
		return []Finding{{DisclosureDamaged, -1, i18n.T("günlüğün anahtar deposundaki imza anahtarı bozulmuş ya da değiştirilmiş: yeni kayıt eklenemez", "the signing key of the log in the key store is damaged or was changed: nothing can be added")}}, nil
	}
	return nil, err
}
