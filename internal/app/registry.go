package app

import (
	"context"
	"sync"

	"iskurctl/internal/audit"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/registry"
)

// registryOf opens Ek-2. To be read it needs no master key; a change goes into the query log, under the store's key.
func (w *wiring) registryOf(change bool) (*registry.Registry, error) {
	st, err := w.store()
	if err != nil {
		return nil, err
	}
	p, err := w.profile()
	if err != nil {
		return nil, err
	}
	c := registry.Config{Store: st, Now: w.env.Now, Rand: w.env.Rand}
	if !change {
		c.Audit, err = w.auditOver(st, nil)
		return registry.New(c), err
	}
	if c.Audit, err = w.audit(); err != nil {
		return nil, err
	}
	c.Bind = func(ctx context.Context) error {
		if err := w.refuseRollback(ctx, audit.Name, c.Audit.Ledger(), p); err != nil {
			return err
		}
		return c.Audit.BindKey(ctx)
	}
	return registry.New(c), nil
}

// authorise gives the rule of article 8(10): who stands in Ek-2 as somebody of İŞKUR with this login may ask. It is asked
// for each query, so that a person whose time ends, or whose row is changed, during a long batch is refused from then on.
func (w *wiring) authorise(login string) (func(context.Context, audit.Method) error, error) {
	r, err := w.registryOf(true)
	if err != nil {
		return nil, err
	}
	a := &permission{registry: r, login: login, granted: map[audit.Method]grant{}}
	return a.check, nil
}

// permission answers for one user. A right that was found is good as long as no change was made and the day is the same:
// comparing a row with its entry in the query log takes a third of the time of a whole call.
type permission struct {
	registry *registry.Registry
	login    string

	mu      sync.Mutex
	granted map[audit.Method]grant
}

type grant struct {
	revision int64
	day      registry.Date
}

func (a *permission) check(ctx context.Context, m audit.Method) error {
	revision, err := a.registry.Revision(ctx) // before the rows are read: what is changed meanwhile is asked for again
	if err != nil {
		return err
	}
	now := grant{revision, a.registry.Today()}
	a.mu.Lock()
	known := a.granted[m] == now
	a.mu.Unlock()
	if known {
		return nil
	}
	allowed, err := a.registry.Authorised(ctx, a.login, m, now.day)
	switch {
	case err != nil:
		return err
	case !allowed:
		return notAuthorised(a.login, m)
	}
	a.mu.Lock()
	a.granted[m] = now
	a.mu.Unlock()
	return nil
}

func notAuthorised(login string, m audit.Method) error {
	return fault.New(fault.Refused, "not_authorised",
		i18n.Tf("%s kullanıcısı Ek-2'de bu sorguya (%s) yetkili ve görevde bir kişi olarak kayıtlı değil", "the user %s is not registered in Ek-2 as a person in office who may ask this (%s)", login, string(m))).
		WithHint(i18n.Tf("Ek-2'yi yöneten kişi ekler: iskurctl registry add --party ISKUR --role authorised_person --given-name AD --surname SOYAD --login %[1]s; kayıtlıysa tarihlerine ve izinli işlemlerine bakın: iskurctl registry history",
			"who keeps Ek-2 adds you: iskurctl registry add --party ISKUR --role authorised_person --given-name NAME --surname NAME --login %[1]s; if you stand in it, look at dates and scope: iskurctl registry history", login))
}
