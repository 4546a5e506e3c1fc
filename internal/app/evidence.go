package app

import (
	"context"
	"os"

	"iskurctl/internal/audit"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/ledger"
	"iskurctl/internal/seal"
	"iskurctl/internal/seal/ring"
	"iskurctl/internal/store"
)

func (w *wiring) openAudit() (*audit.Log, error) {
	st, err := w.store()
	if err != nil {
		return nil, err
	}
	keys, err := w.keys()
	if err != nil {
		return nil, err
	}
	l, err := w.auditOver(st, keys)
	if err != nil {
		return nil, err
	}
	return l, l.CheckKey(w.ctx)
}

func (w *wiring) auditOver(st *store.Store, keys *seal.Keys) (*audit.Log, error) {
	p, err := w.profile()
	if err != nil {
		return nil, err
	}
	installation := p.Installation
	if installation == "" {
		installation = w.host()
	}
	return audit.New(audit.Config{Store: st, Keys: keys, Ring: w.ring, Installation: installation, Now: w.env.Now, Rand: w.env.Rand}), nil
}

// evidence opens the log with its keys, or without them for who only looks whether it is whole. A key that is missing
// is then what cannot be verified, not a mistake in the configuration.
func (w *wiring) evidence(_ context.Context, keys bool) (*audit.Log, error) {
	if !keys {
		st, err := w.store()
		if err != nil {
			return nil, err
		}
		return w.auditOver(st, nil)
	}
	l, err := w.audit()
	if f := fault.From(err); err != nil && f.Code == "secret_missing" {
		return nil, fault.New(fault.Unverifiable, "master_key_missing", i18n.T("ana anahtar bulunamadı; kişisel alanlar doğrulanamaz", "the master key is missing; personal values cannot be verified")).
			WithHint(i18n.T("anahtarı geri koyun ya da anahtar gerektirmeyen --full ile doğrulayın", "put the key back, or verify with --full, which needs no key")).Because(err)
	}
	return l, err
}

// openRing opens the key store. It is made with the first entry of the log; later it must be there, since what it
// sealed can be opened with nothing else.
func (w *wiring) openRing() (ledger.Keys, error) {
	p, err := w.profile()
	if err != nil {
		return nil, err
	}
	keys, err := w.keys()
	if err != nil {
		return nil, err
	}
	log, err := w.audit()
	if err != nil {
		return nil, err
	}
	head := func() (string, bool, error) {
		h, started, err := log.Ledger().Head(w.ctx)
		return h.Vkey, started, err
	}
	// First whether the log was started, then whether there is a key store: another process makes them the other way round.
	_, started, err := head()
	if err != nil {
		return nil, err
	}
	o := store.Options{Path: p.KeyStore, Migrations: ring.Migrations, LockTimeout: lockWait}
	if _, err := os.Lstat(p.KeyStore); os.IsNotExist(err) {
		if started {
			return nil, fault.New(fault.Unverifiable, "key_store_missing", i18n.Tf("anahtar deposu yok: %s; hiçbir şey yazılmadı ve gönderilmedi", "the key store is missing: %s; nothing was written or sent", p.KeyStore)).
				WithHint(i18n.T("yedeğinden geri koyun ya da yapılandırmada [keys] store ile yerini gösterin", "put it back from its backup, or say where it is with [keys] store in the configuration"))
		}
		st, err := store.Create(w.ctx, o)
		if err == nil {
			w.closers = append(w.closers, st.Close)
			return ring.Open(st, keys, w.env.Rand), nil
		}
		if fault.From(err).Code != "store_exists" {
			return nil, err
		}
	}
	st, err := store.Open(w.ctx, o)
	if err != nil {
		return nil, err
	}
	w.closers = append(w.closers, st.Close)
	r := ring.Open(st, keys, w.env.Rand)
	return r, r.Owned(w.ctx, audit.Name, head)
}
