package audit

import (
	"context"
	"crypto/hmac"
	"database/sql"
	"errors"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// CheckKey compares the master key with the one the store was first written under. Another key is class Unverifiable
// (master_key_other), and nothing may be read or written with it. A store without a row yet fits any key.
func (l *Log) CheckKey(ctx context.Context) error {
	_, err := l.bound(ctx)
	return err
}

// BindKey ties the store to the master key at its first use, and checks it at every later one; it starts the ledger as
// well. It must have succeeded before the first row of a run.
func (l *Log) BindKey(ctx context.Context) error {
	if err := l.Bind(ctx); err != nil {
		return err
	}
	return l.ledger.Start(ctx)
}

// Bind is BindKey without the start of this ledger: for another log of the same store, which is under the same master key.
func (l *Log) Bind(ctx context.Context) error {
	if bound, err := l.bound(ctx); bound || err != nil {
		return err
	}
	err := l.st.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.Exec(bindKey, l.keyTag())
		return err
	})
	if err != nil {
		return err
	}
	return l.CheckKey(ctx) // another process may have been first
}

// bound reports whether the store is tied to a key; to another one than ours is an error.
func (l *Log) bound(ctx context.Context) (bool, error) {
	var tag []byte
	err := l.st.Read().QueryRowContext(ctx, readKey).Scan(&tag)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return false, nil
	case err != nil:
		return false, l.st.Explain(err)
	case !hmac.Equal(tag, l.keyTag()):
		return true, fault.New(fault.Unverifiable, "master_key_other", i18n.T("bu depo başka bir ana anahtarla yazılmış; hiçbir şey okunmadı ve gönderilmedi", "this store was written under another master key; nothing was read or sent")).
			WithHint(i18n.T("profildeki [keys] master ayarını denetleyin ya da doğru anahtarı yedeğinden geri koyun", "check [keys] master of the profile, or put the right key back from its backup"))
	}
	return true, nil
}

func (l *Log) keyTag() []byte { return l.keys.Tag("key", "iskurctl") }
