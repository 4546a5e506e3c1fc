package consent

import (
	"context"
	"database/sql"
	"math"

	"iskurctl/internal/fault"
)

// A person stands in consent_erasing from the first commit of the erasure until the key is gone and no file of ours holds
// old bytes any more, with the process that owes the rest. Whoever erases events of somebody who stands there takes the row
// over, and owes what the other one did as well. Only who still owns a row deletes it.

// Resume brings erasures to their end that nobody is at work on any more, and says how many people that were: those whose
// process is dead or failed, or was left with old bytes that it could not get rid of; and people who were erased and whose
// key is there all the same, as with a key store from a backup. Which bytes they left is not known any more: the store and
// the key store are written anew, whatever stands in the unused parts of their pages. People of whom not all events were
// erased yet, or only some values, keep their key. Errors: those of the store and of the key store.
func (l *Log) Resume(ctx context.Context) (n int, err error) {
	l.erasures.Lock()
	defer l.erasures.Unlock()
	return l.resume(ctx)
}

func (l *Log) resume(ctx context.Context) (n int, err error) {
	left, process, err := l.abandoned(ctx)
	if err != nil {
		return 0, err
	}
	people, keys, err := l.takeOver(ctx, left, process)
	if err != nil {
		return 0, err
	}
	back, err := l.keysBack(ctx)
	if err != nil || len(people)+len(back) == 0 {
		return 0, err
	}
	ring, err := l.cfg.Ring()
	if err != nil {
		return 0, err
	}
	if keys = append(keys, back...); len(keys) > 0 {
		if err := destroy(ctx, ring, keys); err != nil {
			return 0, err
		}
	}
	if err := l.rebuild(ctx, ring); err != nil {
		return 0, err
	}
	n, err = l.finished(ctx, people, process)
	return n + len(back), err
}

// rebuild writes the store and the key store anew.
func (l *Log) rebuild(ctx context.Context, ring Ring) error {
	if err := l.rebuildStore(ctx); err != nil {
		return err
	}
	if keys, ok := ring.(remains); ok {
		return keys.Rebuild(ctx)
	}
	return nil
}

func (l *Log) rebuildStore(ctx context.Context) error {
	if err := l.st.Rebuild(ctx); err != nil {
		return err
	}
	return l.st.Truncate(ctx)
}

// debt is an erasure that is not at its end, and the process that owes the rest.
type debt struct {
	person  int64
	process string
}

// abandoned gives the erasures that no other living process owes, and this process's id.
func (l *Log) abandoned(ctx context.Context) (left []debt, process string, err error) {
	all, err := l.debts(ctx)
	if err != nil || len(all) == 0 {
		return nil, "", err
	}
	if process, err = l.st.ProcessLock(); err != nil {
		return nil, "", err
	}
	alive := map[string]bool{process: false} // one erasure at a time: this process's own were not brought to their end
	for _, d := range all {
		living, asked := alive[d.process]
		if !asked {
			living = l.st.ProcessAlive(d.process)
			alive[d.process] = living
		}
		if !living {
			left = append(left, d)
		}
	}
	return left, process, nil
}

func (l *Log) debts(ctx context.Context) (all []debt, err error) {
	rows, err := l.st.Read().QueryContext(ctx, erasing)
	if err != nil {
		return nil, l.explain(ctx, err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var d debt
		if err := rows.Scan(&d.person, &d.process); err != nil {
			return nil, l.explain(ctx, err)
		}
		all = append(all, d)
	}
	return all, l.explain(ctx, rows.Err())
}

// takeOver makes this process the one that owes what is left, where the rows are still as they were read. It gives the
// people, and of those the ones whom nothing leads to any more, so that the key may go.
func (l *Log) takeOver(ctx context.Context, left []debt, process string) (people, keys []int64, err error) {
	if len(left) == 0 {
		return nil, nil, nil
	}
	err = l.st.Write(ctx, func(tx *sql.Tx) error {
		people, keys = nil, nil
		for _, d := range left {
			n, err := affected(tx.Exec(takeErasing, d.person, d.process, process))
			if err != nil {
				return err
			}
			if n == 0 { // finished, or taken by another one, meanwhile
				continue
			}
			var whole bool
			if err := tx.QueryRow(isErased, d.person).Scan(&whole); err != nil {
				return err
			}
			people = append(people, d.person)
			if whole {
				keys = append(keys, d.person)
			}
		}
		return nil
	})
	return people, keys, err
}

// finished takes people off the list of those whose erasure is not at its end, and says how many: whom another process
// erases more of meanwhile is its business.
func (l *Log) finished(ctx context.Context, people []int64, process string) (n int, err error) {
	if len(people) == 0 {
		return 0, nil
	}
	err = l.st.Write(ctx, func(tx *sql.Tx) error {
		n = 0
		for _, id := range people {
			gone, err := affected(tx.Exec(endErasing, id, process))
			if err != nil {
				return err
			}
			n += gone
		}
		return nil
	})
	return n, err
}

func affected(r sql.Result, err error) (int, error) {
	if err != nil {
		return 0, err
	}
	n, err := r.RowsAffected()
	return int(n), err
}

// keysBack gives the people who were erased, whom nobody is erasing, and whose key is there all the same. A key under which
// values still stand is not theirs to lose: then nobody was erased, somebody changed the rows (V55).
func (l *Log) keysBack(ctx context.Context) (back []int64, err error) {
	var ring Ring
	for after := int64(math.MinInt64); ; {
		ids, err := l.numbers(ctx, erasedPeople, after, peopleAtOnce)
		if err != nil || len(ids) == 0 {
			return back, err
		}
		after = ids[len(ids)-1]
		if ring == nil {
			if ring, err = l.cfg.Ring(); err != nil {
				return nil, err
			}
		}
		_, faults, err := ring.FindAll(ctx, Name, ids)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			if err := faults[id]; err != nil && (fault.From(err).Code == keyDestroyed || fault.From(err).Code == keyMissing) {
				continue
			}
			stands, err := l.stands(ctx, ring, id)
			if err != nil {
				return nil, err
			}
			if stands {
				back = append(back, id)
			}
		}
	}
}

// stands tells whether a key is in the file, not only in this process's memory, and seals nothing.
func (l *Log) stands(ctx context.Context, ring Ring, id int64) (bool, error) {
	if files, ok := ring.(remains); ok {
		wrapped, err := files.Wrapped(ctx, Name, []int64{id})
		if err != nil || len(wrapped) == 0 {
			return false, err
		}
	}
	var seals bool
	err := l.st.Read().QueryRowContext(ctx, sealsAnything, id).Scan(&seals)
	return !seals, l.explain(ctx, err)
}

// numbers gives the column of a statement.
func (l *Log) numbers(ctx context.Context, text string, args ...any) (list []int64, err error) {
	rows, err := l.st.Read().QueryContext(ctx, text, args...)
	if err != nil {
		return nil, l.explain(ctx, err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var n int64
		if err := rows.Scan(&n); err != nil {
			return nil, l.explain(ctx, err)
		}
		list = append(list, n)
	}
	return list, l.explain(ctx, rows.Err())
}
