package app

import (
	"context"
	"os"

	"iskurctl/internal/audit"
	"iskurctl/internal/config"
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
	return audit.New(audit.Config{Store: st, Keys: keys, Ring: w.ring, Installation: w.installation(p), Now: w.env.Now, Rand: w.env.Rand}), nil
}

// installation names this one in the origins of its logs.
func (w *wiring) installation(p *config.Profile) string {
	if p.Installation != "" {
		return p.Installation
	}
	return w.host()
}

// evidence opens the log for a verification: with its keys, or without them for who only looks whether it is whole. The
// rule of a master key that is not where the configuration says: for every command that cannot work without it that is a
// mistake in the configuration (exit 2, secret_missing); for a verification it is what could not be verified (exit 7,
// master_key_missing), since a script takes 2 for "the command was wrong" and must learn here that no verdict was reached.
func (w *wiring) evidence(_ context.Context, keys bool) (*audit.Log, error) {
	if !keys {
		st, err := w.store()
		if err != nil {
			return nil, err
		}
		return w.auditOver(st, nil)
	}
	l, err := w.audit()
	return l, withoutMaster(err)
}

// withoutMaster makes the missing master key what could not be verified.
func withoutMaster(err error) error {
	if f := fault.From(err); err != nil && f.Code == "secret_missing" {
		return fault.New(fault.Unverifiable, "master_key_missing", i18n.T("ana anahtar bulunamadı; kişisel alanlar doğrulanamaz", "the master key is missing; personal values cannot be verified")).
			WithHint(i18n.Join("; ", f.Hint, i18n.T("anahtarsız doğrulama için: --full", "to verify without a key: --full"))).Because(err)
	}
	return err
}

// openRing opens the key store. It is made with the first entry of a log; later it must be there, since what it
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
	logs, err := w.heads()
	if err != nil {
		return nil, err
	}
	// First whether a log was started, then whether there is a key store: another process makes them the other way round.
	started := false
	for _, log := range logs {
		_, there, err := log.Head(w.ctx)
		if err != nil {
			return nil, err
		}
		started = started || there
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
	for name, log := range logs {
		err := r.Owned(w.ctx, name, func() (string, bool, error) {
			h, started, err := log.Head(w.ctx)
			return h.Vkey, started, err
		})
		if err != nil {
			return nil, err
		}
	}
	return r, nil
}
