package registry

import (
	"bytes"
	"context"

	"golang.org/x/mod/sumdb/tlog"

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
		return true, r.logged(ctx, &rights[i])
	}
	return false, nil
}

// logged is nil when the entry of a change is the one that the change makes.
func (r *Registry) logged(ctx context.Context, c *change) error {
	leaf, err := c.leaf()
	if err != nil {
		return err
	}
	head, _, err := r.cfg.Audit.Ledger().Head(ctx)
	if err != nil {
		return err
	}
	h := hashes{src: r.cfg.Audit.Ledger().Source(), size: head.Size, index: -1}
	for e, err := range h.src.Entries(ctx, c.seq, c.seq+1) {
		want := tlog.RecordHash(leaf)
		if err == nil && !bytes.Equal(e.Hash, want[:]) {
			err = damaged()
		}
		return err
	}
	same, err := h.agree(ctx, c) // the leaf was disposed of
	if err == nil && !same {
		err = damaged()
	}
	return err
}
