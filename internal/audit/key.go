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
	var tag []byte
	err := l.st.Read().QueryRowContext(ctx, readKey).Scan(&tag)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil
	case err != nil:
		return l.st.Explain(err)
	case !hmac.Equal(tag, l.keyTag()):
		return fault.New(fault.Unverifiable, "master_key_other", i18n.T("bu depo başka bir ana anahtarla yazılmış; hiçbir şey okunmadı ve gönderilmedi", "this store was written under another master key; nothing was read or sent")).
			WithHint(i18n.T("profildeki [keys] master ayarını denetleyin ya da doğru anahtarı yedeğinden geri koyun", "check [keys] master of the profile, or put the right key back from its backup"))
	}
	return nil
}

// BindKey ties the store to the master key at its first use, and checks it at every later one. It must have succeeded
// before the first row of a run.
func (l *Log) BindKey(ctx context.Context) error {
	if err := l.CheckKey(ctx); err != nil {
		return err
	}
	var bound int
	if err := l.st.Read().QueryRowContext(ctx, "SELECT COUNT(*) FROM audit_key").Scan(&bound); err != nil || bound == 1 {
		return l.st.Explain(err)
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

func (l *Log) keyTag() []byte { return l.keys.Tag("key", "iskurctl") }
