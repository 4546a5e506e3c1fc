package registry

import (
	"context"

	"iskurctl/internal/audit"
	"iskurctl/internal/store"
)

// Authorised reports whether Ek-2 lets the operating-system user login ask for m today: a person of İŞKUR who is active, has
// exactly this login, and whose scope is empty or holds m. The right rests on a change that agrees with its entry in the
// query log, not on what is derived from it. Errors: class Integrity, registry_damaged; those of the store.
func (r *Registry) Authorised(ctx context.Context, login string, m audit.Method, today Date) (bool, error) {
	if login == "" {
		return false, nil
	}
	var rights []change
	err := r.st.Scan(ctx, func(row *store.Row) error {
		c := cells{r: row}
		var x change
		c.change(&x)
		if c.bad {
			return damaged()
		}
		rights = append(rights, x)
		return nil
	}, changesOfLogin, login)
	if err != nil {
		return false, err
	}
	for i := range rights {
		p := &rights[i].after
		if p.Party != ISKUR || p.Login != login || !p.ActiveOn(today) || !p.May(m) {
			continue
		}
		err := r.logged(ctx, rights[i])
		return err == nil, err
	}
	return false, nil
}

// logged is nil when the entry of a change, as the root of the log has it, is the one that the change makes.
func (r *Registry) logged(ctx context.Context, c change) error {
	t, err := r.tree(ctx)
	if err != nil {
		return err
	}
	var same [1]bool
	proven, err := t.agree([]change{c}, same[:])
	if err == nil && (!proven || !same[0]) {
		err = damaged()
	}
	return err
}
