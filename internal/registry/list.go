package registry

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"strings"

	"iskurctl/internal/store"
)

// Query says which people List gives: of one party or role where they are set; whose names, unit, title or e-mail hold every
// word of Search. AsOf is a day, today where it is "": the people in office on it, for a day that is over as the registry
// stood at its end (a row that was registered later only stands as it was registered first). All gives every current
// version instead, whatever its days.
type Query struct {
	AsOf   Date
	Party  Party
	Role   Role
	Search string
	All    bool
}

// pageRows is how many versions one read takes: an open read keeps the -wal from being recycled.
const pageRows = 500

// maxWords bounds a search; what nobody types needs no statement.
const maxWords = 16

// List gives people in the order of Ek-2: party, role, then surname and given name as Turkish sorts. What is changed
// meanwhile does not show. Memory does not grow with the registry. The first error ends it: class Integrity,
// registry_damaged; those of the store; the context's.
func (r *Registry) List(ctx context.Context, q Query) iter.Seq2[Person, error] {
	return func(yield func(Person, error) bool) {
		l, err := r.listing(ctx, q)
		if err != nil {
			yield(Person{}, err)
			return
		}
		for _, rank := range ranks(q.Party, q.Role) {
			l.rank, l.key, l.id, l.version = rank, "", 0, 0
			for more := true; more; {
				if more, err = l.page(ctx, r.st); err != nil {
					yield(Person{}, err)
					return
				}
				for i := range l.people {
					if !yield(l.people[i], nil) {
						return
					}
				}
			}
		}
	}
}

// listing reads one page after the other.
type listing struct {
	text string
	args []any // of text; the first four are where a page begins

	rank, id, version int64
	key               string
	people            []Person
}

func (r *Registry) listing(ctx context.Context, q Query) (*listing, error) {
	seen, err := r.number(ctx, nextChange)
	if err != nil {
		return nil, err
	}
	today := r.Today()
	if q.AsOf == "" {
		q.AsOf = today
	}
	past := !q.All && q.AsOf < today
	args := []any{int64(0), "", int64(0), int64(0), seen}
	if !q.All {
		args = append(args, string(q.AsOf))
	}
	if past {
		args = append(args, q.AsOf.end())
	}
	words := strings.Fields(found(q.Search))
	words = words[:min(len(words), maxWords)]
	for _, w := range words {
		args = append(args, w)
	}
	return &listing{text: versions(past, !q.All, len(words)), args: args, people: make([]Person, 0, pageRows)}, nil
}

// page reads the next one; more says that there may be another behind it.
func (l *listing) page(ctx context.Context, st *store.Store) (more bool, err error) {
	l.people = l.people[:0]
	from := *l
	l.args[0], l.args[1], l.args[2], l.args[3] = l.rank, l.key, l.id, l.version
	party, role := ranked(l.rank)
	n := 0
	err = st.Scan(ctx, func(row *store.Row) error {
		c := cells{r: row, at: 0}
		if n++; n == pageRows {
			l.key = c.text()
		}
		c.at = 1
		p := Person{ID: c.int(), Version: c.int(), Party: party, Role: role}
		c.details(&p)
		if c.bad {
			return damaged()
		}
		l.id, l.version = p.ID, p.Version
		l.people = append(l.people, p)
		return nil
	}, l.text, l.args...)
	if err == nil && n == pageRows && cmp.Or(cmp.Compare(l.key, from.key), cmp.Compare(l.id, from.id), cmp.Compare(l.version, from.version)) <= 0 {
		err = damaged() // a table out of order would be read for ever
	}
	return n == pageRows, err
}

// number reads one. Counting beyond the largest number gives none (class Integrity).
func (r *Registry) number(ctx context.Context, text string, args ...any) (n int64, err error) {
	err = r.st.Scan(ctx, func(row *store.Row) error {
		var whole bool
		if n, whole = row.Int(0); !whole {
			return damaged()
		}
		return nil
	}, text, args...)
	return n, err
}

// Get gives the current version of a row. Errors: class Negative, row_unknown; those of the store.
func (r *Registry) Get(ctx context.Context, id int64) (p Person, err error) {
	err = r.st.Scan(ctx, func(row *store.Row) error {
		c := cells{r: row}
		p.ID, p.Version = c.int(), c.int()
		c.fields(&p)
		if c.bad {
			return damaged()
		}
		return nil
	}, currentOf, id)
	if err == nil && p.ID == 0 {
		err = unknownRow(id)
	}
	return p, err
}

// History gives the changes of row id, of all rows for 0, oldest first. A row that there is not has none. Errors as of List.
func (r *Registry) History(ctx context.Context, id int64) iter.Seq2[Change, error] {
	return func(yield func(Change, error) bool) {
		seen, err := r.number(ctx, nextChange)
		for from := int64(0); err == nil; {
			var page []Change
			if page, err = r.historyPage(ctx, id, from, seen); err != nil {
				break
			}
			for _, c := range page {
				if !yield(c, nil) {
					return
				}
				from = c.N + 1
			}
			if len(page) < pageRows {
				return
			}
		}
		yield(Change{}, err)
	}
}

func (r *Registry) historyPage(ctx context.Context, id, from, to int64) (page []Change, err error) {
	text, args := historyFrom, []any{from, to}
	if id != 0 {
		text, args = historyOf, []any{from, to, id}
	}
	err = r.st.Scan(ctx, func(row *store.Row) error {
		c := cells{r: row}
		var x change
		c.change(&x)
		out := x.public()
		if !c.null() {
			var before Person
			before.ID, before.Version = c.int(), c.int()
			c.fields(&before)
			out.Before = &before
		}
		if c.bad || (out.Before == nil) != (x.after.Version == 1) || x.n < from {
			return damaged()
		}
		page = append(page, out)
		return nil
	}, text, args...)
	return slices.Clip(page), err
}
