package registry

import (
	"cmp"
	"context"
	"iter"
	"slices"

	"iskurctl/internal/fault"
	"iskurctl/internal/store"
)

// Unnotified gives, a row of the party, what the other party has not been told in writing: from the last version with a
// notice (Before; nil for a row that it never heard of) to the current one. With since, from how the row stood when that day
// began, whatever notices there were. Op is add, update or end (when it is the last day only), the rest is of the last
// change; ordered as List. Errors: as List.
func (r *Registry) Unnotified(ctx context.Context, party Party, since Date) ([]Change, error) {
	var told []Change
	for row, err := range r.rows(ctx) {
		if err != nil {
			return nil, err
		}
		last := &row[len(row)-1]
		if last.after.Party != party {
			continue
		}
		if c, open := untold(row, since); open {
			told = append(told, c)
		}
	}
	order := func(p *Person) (int64, string) { return rank(p.Party, p.Role), key(*p) }
	slices.SortStableFunc(told, func(a, b Change) int {
		ra, ka := order(&a.After)
		rb, kb := order(&b.After)
		switch {
		case ra != rb:
			return int(ra - rb)
		case ka < kb:
			return -1
		case ka > kb:
			return 1
		}
		return int(a.After.ID - b.After.ID)
	})
	return told, nil
}

// untold compares the current version of a row with the one that the other party was told of last.
func untold(row []change, since Date) (Change, bool) {
	base := -1
	for i := range row {
		if since == "" && row[i].after.NoticeNo != "" || since != "" && row[i].timeMS < since.begin() {
			base = i
		}
	}
	c := row[len(row)-1].public()
	if base < 0 {
		c.Op = OpAdd
		return c, true
	}
	before := row[base].after
	c.Before = &before
	differ := slices.DeleteFunc(withoutNotice(Diff(before, c.After)), func(column string) bool {
		return column == ColLogin // who may log in here is no business of the other party: the letter does not tell it
	})
	c.Op = OpUpdate
	if len(differ) == 1 && differ[0] == ColValidTo && c.After.ValidTo != "" {
		c.Op = OpEnd
	}
	return c, len(differ) > 0
}

// rows gives the changes of one row of Ek-2 after the other, oldest first. The slice is good until the next.
func (r *Registry) rows(ctx context.Context) iter.Seq2[[]change, error] {
	return func(yield func([]change, error) bool) {
		seen, err := r.number(ctx, nextChange)
		if err != nil {
			yield(nil, err)
			return
		}
		var row []change
		for id, version, n := int64(0), int64(0), verifyPage; n == verifyPage; {
			var page []change
			err := r.st.Scan(ctx, func(at *store.Row) error {
				c := cells{r: at}
				var x change
				c.change(&x)
				if c.bad || cmp.Or(cmp.Compare(x.after.ID, id), cmp.Compare(x.after.Version, version)) <= 0 {
					return damaged()
				}
				page = append(page, x)
				return nil
			}, changesByRow, id, version, seen)
			if err != nil {
				yield(nil, err)
				return
			}
			n = len(page)
			for i := range page {
				if len(row) > 0 && row[0].after.ID != page[i].after.ID {
					if !yield(row, nil) {
						return
					}
					row = row[:0]
				}
				row = append(row, page[i])
				id, version = page[i].after.ID, page[i].after.Version
			}
		}
		if len(row) > 0 {
			yield(row, nil)
		}
	}
}

// Notified records that the written notice no of that day told the other party of what Unnotified gave: one version with op
// notice a row, in one commit. It gives how many. Errors: class Refused, registry_changed, when one of the rows has a newer
// version by now; class Usage for number and date; those of the query log and the store.
func (r *Registry) Notified(ctx context.Context, who Who, no string, date Date, told []Change) (int, error) {
	var notice Person
	var problems []Problem
	for column, text := range map[string]string{ColNoticeNo: no, ColNoticeDate: string(date)} {
		wrong := notice.Set(column, text)
		if wrong == nil && text == "" {
			wrong = problem(column, "missing", "zorunlu alan boş", "a required field is empty")
		}
		if wrong != nil {
			problems = append(problems, *wrong)
		}
	}
	if err := refuse(fault.Usage, problems); err != nil || len(told) == 0 {
		return 0, err
	}
	err := r.write(ctx, who, func(w *writer) error {
		for _, c := range told {
			before, err := w.current(c.After.ID)
			if err != nil {
				return err
			}
			if before.Version != c.After.Version {
				return changedMeanwhile()
			}
			p := before
			p.NoticeNo, p.NoticeDate = notice.NoticeNo, notice.NoticeDate
			if _, err := w.supersede(OpNotice, before, p); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return len(told), nil
}
