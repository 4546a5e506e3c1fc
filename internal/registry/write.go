package registry

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"slices"

	"iskurctl/internal/audit"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/store"
)

// Add registers a person. ValidFrom is today when p has none. Errors: class Usage with the code of the first problem of
// Validate (all of them: ProblemsOf); class Input for what the registry holds already (overlap, login_shared); those of the
// query log and the store.
func (r *Registry) Add(ctx context.Context, who Who, p Person) (Person, error) {
	if p.ValidFrom == "" {
		p.ValidFrom = r.Today()
	}
	p.ID, p.Version = 0, 0
	p, problems := settle(p)
	if err := refuse(fault.Usage, problems); err != nil {
		return Person{}, err
	}
	var added Person
	err := r.write(ctx, who, func(w *writer) error {
		err := w.fits(p)
		if err == nil {
			added, err = w.add(p)
		}
		return err
	})
	if err != nil {
		return Person{}, err
	}
	return added, nil
}

// Update makes the next version of row id: change gets the current one, without its notice (which told of that version
// only), and may be called more than once, on another goroutine. Where nothing but the notice is gone, nothing is written
// and after is before; where only a notice is new, the change is one of OpNotice. ifVersion names the version that somebody was shown; 0 takes any. Errors: as Add; class Negative,
// row_unknown; class Refused, registry_changed, when ifVersion is not the current version any more; change's own.
func (r *Registry) Update(ctx context.Context, who Who, id, ifVersion int64, change func(*Person) error) (before, after Person, err error) {
	return r.next(ctx, who, OpUpdate, id, ifVersion, change)
}

// End ends row id with the day last. Errors: as Update.
func (r *Registry) End(ctx context.Context, who Who, id int64, last Date) (before, after Person, err error) {
	return r.next(ctx, who, OpEnd, id, 0, func(p *Person) error {
		p.ValidTo = last
		if last == "" {
			return refuse(fault.Usage, []Problem{{Column: ColValidTo, Code: "missing", Text: i18n.T("bitiş tarihi boş", "the last day is missing")}})
		}
		return nil
	})
}

func (r *Registry) next(ctx context.Context, who Who, op string, id, ifVersion int64, change func(*Person) error) (before, after Person, err error) {
	err = r.write(ctx, who, func(w *writer) error {
		if before, err = w.current(id); err != nil {
			return err
		}
		if ifVersion != 0 && ifVersion != before.Version {
			return changedMeanwhile()
		}
		p := before
		p.NoticeNo, p.NoticeDate = "", ""
		if err := change(&p); err != nil {
			return err
		}
		p.ID, p.Version = before.ID, before.Version
		if p.ValidFrom == "" {
			p.ValidFrom = before.ValidFrom
		}
		p, problems := settle(p)
		if err := refuse(fault.Usage, problems); err != nil {
			return err
		}
		kind, changed := changeOf(op, before, p)
		if !changed {
			after = before
			return nil
		}
		if err := w.fits(p); err != nil {
			return err
		}
		after, err = w.supersede(kind, before, p)
		return err
	})
	if err != nil {
		return Person{}, Person{}, err
	}
	return before, after, nil
}

// changeOf tells whether p is another version than before, and by which operation: op, or a notice where nothing else is
// new. That the notice of the version before is gone is no change.
func changeOf(op string, before, p Person) (string, bool) {
	differ := Diff(before, p)
	switch content := withoutNotice(slices.Clone(differ)); {
	case len(content) > 0:
		return op, true
	case len(differ) > 0 && p.NoticeNo != "":
		return OpNotice, true
	}
	return op, false
}

// statements are the prepared ones of the write path.
type statements struct{ change, version, supersede *sql.Stmt }

func (r *Registry) statements(ctx context.Context) (*statements, error) {
	r.prepare.Lock()
	defer r.prepare.Unlock()
	if r.ready != nil {
		return r.ready, nil
	}
	if r.cfg.Bind == nil {
		r.cfg.Bind = r.cfg.Audit.BindKey
	}
	if err := r.cfg.Bind(ctx); err != nil {
		return nil, err
	}
	s := &statements{}
	err := r.st.Prepare(ctx, store.Prepared{To: &s.change, Text: addChange}, store.Prepared{To: &s.version, Text: addVersion}, store.Prepared{To: &s.supersede, Text: supersede})
	if err != nil {
		return nil, err
	}
	r.ready = s
	return s, nil
}

// writer makes changes within one transaction. Everything that is decided is read in it: other processes wait.
type writer struct {
	*audit.ChangeWriter
	ready  *statements
	rand   io.Reader
	who    Who
	timeMS int64
	n, id  int64 // of the next change and the next new row
}

func (r *Registry) write(ctx context.Context, who Who, fn func(*writer) error) error {
	ready, err := r.statements(ctx)
	if err != nil {
		return err
	}
	return r.cfg.Audit.WriteChanges(ctx, func(cw *audit.ChangeWriter) error {
		w := &writer{ChangeWriter: cw, ready: ready, rand: r.cfg.Rand, who: Who{readable(who.User), readable(who.Host)}, timeMS: r.cfg.Now().UnixMilli()}
		if err := w.Tx().QueryRow(nextChange).Scan(&w.n); err != nil {
			return err
		}
		if err := w.Tx().QueryRow(newestRow).Scan(&w.id); err != nil {
			return err
		}
		w.id++
		return fn(w)
	})
}

// current gives the current version of a row.
func (w *writer) current(id int64) (Person, error) {
	p, err := scanPerson(w.Tx().QueryRow(currentOf, id).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return Person{}, unknownRow(id)
	}
	return p, err
}

// fits tells whether a version may stand beside the others. Error: class Input with the code of the first problem.
func (w *writer) fits(p Person) error {
	var problems []Problem
	look := func(text string, args ...any) error {
		rows, err := w.Tx().Query(text, args...)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			other, err := scanRanked(rows)
			if err != nil {
				return err
			}
			if wrong := conflict(&p, &other); wrong != nil && len(problems) == 0 {
				problems = append(problems, *wrong)
			}
		}
		return rows.Err()
	}
	var err error
	if p.Role.Coordinator() {
		err = look(currentIn, rank(p.Party, p.Role))
	} else {
		err = look(currentNamed, rank(p.Party, p.Role), key(p))
	}
	if err == nil && p.Login != "" {
		err = look(currentUsers, p.Login)
	}
	if err != nil {
		return err
	}
	return refuse(fault.Input, problems)
}

// add writes the first version of a new row.
func (w *writer) add(p Person) (Person, error) {
	p.ID, p.Version = w.id, 1
	w.id++
	return p, w.put(OpAdd, p)
}

// supersede writes the version after before.
func (w *writer) supersede(op string, before, p Person) (Person, error) {
	p.ID, p.Version = before.ID, before.Version+1
	res, err := w.Exec(w.ready.supersede, w.n, rank(before.Party, before.Role), key(before), before.ID, before.Version)
	if err != nil {
		return Person{}, err
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 { // the listed version is not where its change says
		return Person{}, damaged()
	}
	return p, w.put(op, p)
}

func (w *writer) put(op string, p Person) error {
	c := change{n: w.n, op: op, timeMS: w.timeMS, user: w.who.User, host: w.who.Host, after: p, salt: make([]byte, saltSize)}
	if _, err := io.ReadFull(w.rand, c.salt); err != nil {
		return err
	}
	leaf, err := c.leaf()
	if err != nil {
		return err
	}
	if c.seq, err = w.Append(leaf); err != nil {
		return err
	}
	w.n++
	scope := scopeText(p.Scope)
	_, err = w.Exec(w.ready.change, c.n, c.seq, p.ID, p.Version, op, c.timeMS, c.user, c.host, string(p.Party), string(p.Role), p.Unit, p.GivenName, p.Surname, p.Title,
		p.Phone, p.Email, string(p.ValidFrom), string(p.ValidTo), p.NoticeNo, string(p.NoticeDate), p.Login, scope, c.salt)
	if err != nil {
		return err
	}
	_, err = w.Exec(w.ready.version, rank(p.Party, p.Role), key(p), p.ID, p.Version, c.n, searchable(p), p.Unit, p.GivenName, p.Surname, p.Title,
		p.Phone, p.Email, string(p.ValidFrom), string(p.ValidTo), p.NoticeNo, string(p.NoticeDate), p.Login, scope)
	return err
}
