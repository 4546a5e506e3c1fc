package app

import (
	"context"

	"iskurctl/internal/audit"
	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/config"
	"iskurctl/internal/consent"
	"iskurctl/internal/ledger"
	"iskurctl/internal/seal"
	"iskurctl/internal/store"
)

// openConsent opens the consent log with its keys. Reading changes nothing: the store is bound to its master key by the
// first write, as the query log binds it.
func (w *wiring) openConsent() (*consent.Log, error) {
	queries, err := w.audit()
	if err != nil {
		return nil, err
	}
	st, err := w.store()
	if err != nil {
		return nil, err
	}
	keys, err := w.keys()
	if err != nil {
		return nil, err
	}
	p, err := w.profile()
	if err != nil {
		return nil, err
	}
	var log *consent.Log
	log = w.consentOver(st, keys, p, func(ctx context.Context) error {
		if err := w.refuseRollback(ctx, consent.Name, log.Ledger(), p); err != nil {
			return err
		}
		return queries.Bind(ctx)
	})
	return log, nil
}

// consentOver gives the log over an open store. keys may be nil for who only looks whether it is whole, bind then is not
// called.
func (w *wiring) consentOver(st *store.Store, keys *seal.Keys, p *config.Profile, bind func(context.Context) error) *consent.Log {
	return consent.New(consent.Config{Store: st, Keys: keys, Ring: w.people, Bind: bind, Installation: w.installation(p), Now: w.env.Now, Rand: w.env.Rand})
}

// people is the key store as the consent log wants it: with a key a person.
func (w *wiring) people() (consent.Ring, error) {
	r, err := w.ring()
	if err != nil {
		return nil, err
	}
	return r.(consent.Ring), nil
}

// consentEvidence opens the consent log for a verification, by the rules of evidence.
func (w *wiring) consentEvidence(_ context.Context, keys bool) (*consent.Log, error) {
	if keys {
		log, err := w.consent()
		return log, withoutMaster(err)
	}
	st, err := w.store()
	if err != nil {
		return nil, err
	}
	p, err := w.profile()
	if err != nil {
		return nil, err
	}
	return w.consentOver(st, nil, p, nil), nil
}

// heads gives the logs of the store that may have been started.
func (w *wiring) heads() (map[string]*ledger.Log, error) {
	queries, err := w.audit()
	if err != nil {
		return nil, err
	}
	consents, err := w.consent()
	if err != nil {
		return nil, err
	}
	return map[string]*ledger.Log{audit.Name: queries.Ledger(), consent.Name: consents.Ledger()}, nil
}

// connectConsent hands the log to the commands.
func (w *wiring) connectConsent(d *cmdkit.Deps) {
	d.Consent = func(context.Context) (*consent.Log, error) { return w.consent() }
	d.ConsentEvidence = w.consentEvidence
}
