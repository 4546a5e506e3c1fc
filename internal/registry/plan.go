package registry

import (
	"context"
	"iter"
	"slices"
	"strconv"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// Row is a row of an input. Problems are those of its cells (Person.Set), found while reading. ID is the column id, 0
// without. Given names the columns that the input has; nil stands for all. Of a row with an ID, columns that the input does
// not have stay as they are; of one without, they match anything when the same row is looked for.
type Row struct {
	Line     int64
	ID       int64
	Person   Person
	Given    []string
	Problems []Problem
}

// has tells whether the input has the column.
func (r *Row) has(column string) bool { return r.Given == nil || slices.Contains(r.Given, column) }

// The kinds of an Item.
const (
	ChangeAdd    = "add"
	ChangeUpdate = "update"
	ChangeSame   = "same"
)

// Item is what a row of an input would do. Before is nil for add.
type Item struct {
	Line   int64
	Change string
	Before *Person
	After  Person
}

// Plan is what an import would do. With Problems, which ascend by line, nothing can be applied.
type Plan struct {
	Items    []Item
	Problems []Problem
	changes  int64 // how many changes there were when it was made
}

// Changes is how many rows the plan would add or update.
func (p *Plan) Changes() (n int) {
	for i := range p.Items {
		if p.Items[i].Change != ChangeSame {
			n++
		}
	}
	return n
}

// Plan says what an import of rows would do, and changes nothing. A row with an ID is the next version of that row. One
// without is the same as a current version with the same values (the day of a blank valid_from, and a blank notice, match
// any), else a new row. What may not stand beside each other is judged by how all would stand in the end, so that the rows
// of an input may come in any order. Rows with a problem are listed by line and column; an error of rows ends it. Errors
// besides: as List.
func (r *Registry) Plan(ctx context.Context, rows iter.Seq2[Row, error]) (*Plan, error) {
	changes, err := r.number(ctx, nextChange)
	if err != nil {
		return nil, err
	}
	b := newBook()
	for p, err := range r.List(ctx, Query{All: true}) {
		if err != nil {
			return nil, err
		}
		b.put(&p)
	}
	p := &Plan{changes: changes}
	d := drafting{plan: p, book: b, today: r.Today(), lines: make(map[int64]int64)}
	for row, err := range rows {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return nil, err
		}
		d.row(&row)
	}
	d.conflicts()
	slices.SortStableFunc(p.Problems, func(a, b Problem) int { return int(a.Line - b.Line) })
	return p, nil
}

// drafting makes a plan.
type drafting struct {
	plan  *Plan
	book  *book
	today Date
	lines map[int64]int64 // by row of Ek-2: the line that spoke of it
	heads []*Person       // what items make, beside plan.Items
}

func (d *drafting) row(row *Row) {
	problems := slices.Clone(row.Problems)
	p, before, kind := row.Person, (*Person)(nil), ChangeAdd
	p.ID, p.Version = 0, 0
	if row.ID != 0 {
		row.Person, _ = settle(p) // what is wrong with it comes out again below
		var wrong *Problem
		if before, wrong = d.known(row); wrong != nil {
			problems = append(problems, *wrong)
		} else {
			p, kind = d.next(row, before)
		}
	}
	p, more := settle(p)
	for _, m := range more {
		// The cell itself was no better, or nobody knows which cell of the row is which.
		if !slices.ContainsFunc(problems, func(x Problem) bool { return x.Column == m.Column || x.Column == "" }) {
			problems = append(problems, m)
		}
	}
	for _, x := range problems {
		x.Line = row.Line
		d.plan.Problems = append(d.plan.Problems, x)
	}
	if len(problems) > 0 {
		return
	}
	if row.ID == 0 {
		if same := d.book.same(row, p); same != nil {
			before, kind, p = same, ChangeSame, *same
		} else if p.ValidFrom == "" {
			p.ValidFrom = d.today
			if wrong := reversed(&p); wrong != nil {
				wrong.Line = row.Line
				d.plan.Problems = append(d.plan.Problems, *wrong)
				return
			}
		}
	}
	item := Item{Line: row.Line, Change: kind, After: p}
	if before != nil {
		old := *before
		item.Before = &old
	}
	d.plan.Items = append(d.plan.Items, item)
	if kind == ChangeSame {
		d.heads = append(d.heads, nil)
		return
	}
	if before != nil {
		d.book.take(before)
	}
	d.heads = append(d.heads, &p)
	d.book.put(&p)
}

// known finds the row of Ek-2 that an input speaks of by its number, each but once.
func (d *drafting) known(row *Row) (*Person, *Problem) {
	if line, twice := d.lines[row.ID]; twice {
		return nil, problem("id", "id_twice", "aynı numara %s. satırda da var", "line %s has the same number", strconv.FormatInt(line, 10))
	}
	before := d.book.rows[row.ID]
	if before == nil {
		return nil, problem("id", "id_unknown", "Ek-2'de bu numarada satır yok; yeni bir kişi için numarayı boş bırakın", "Ek-2 has no row with this number; leave it empty for a new person")
	}
	d.lines[row.ID] = row.Line
	return before, nil
}

// next makes the next version of a row that is known: what the input does not have stays. A notice that stays while
// something else changes told of the version before, so it goes.
func (d *drafting) next(row *Row, before *Person) (Person, string) {
	p := *before
	for _, c := range Columns() {
		if row.has(c) && (c != ColValidFrom || row.Person.ValidFrom != "") {
			p.put(c, row.Person.Get(c))
		}
	}
	differ := Diff(*before, p)
	if p.NoticeNo == before.NoticeNo && p.NoticeDate == before.NoticeDate && len(differ) > 0 {
		p.NoticeNo, p.NoticeDate = "", ""
	}
	if _, changed := changeOf(OpUpdate, *before, p); !changed {
		return *before, ChangeSame
	}
	return p, ChangeUpdate
}

// conflicts compares what was changed with all that would stand beside it. Of two rows of the input the later one is named.
func (d *drafting) conflicts() {
	place := make(map[*Person]int, len(d.heads)) // in the input
	for i, p := range d.heads {
		if p != nil {
			place[p] = i
		}
	}
	for i, p := range d.heads {
		if p == nil {
			continue
		}
		for other := range d.book.beside(p) {
			if at, ours := place[other]; ours && at >= i {
				continue
			}
			if wrong := conflict(p, other); wrong != nil {
				wrong.Line = d.plan.Items[i].Line
				d.plan.Problems = append(d.plan.Problems, *wrong)
				break
			}
		}
	}
}

// Apply does what was planned, all of it in one commit or nothing. Errors: class Input for a plan with problems
// (import_problems); class Refused, registry_changed, when the registry was changed since the plan was made; those of the
// query log and the store.
func (r *Registry) Apply(ctx context.Context, who Who, p *Plan) error {
	if len(p.Problems) > 0 {
		return fault.New(fault.Input, "import_problems", i18n.Tf("girdide %d sorun var; hiçbir şey yazılmadı", "the input has %d problems; nothing was written", len(p.Problems))).Because(refusal{p.Problems})
	}
	if p.Changes() == 0 {
		return nil
	}
	return r.write(ctx, who, func(w *writer) error {
		if w.n != p.changes {
			return changedMeanwhile()
		}
		for i := range p.Items {
			item := &p.Items[i]
			var err error
			switch item.Change {
			case ChangeAdd:
				_, err = w.add(item.After)
			case ChangeUpdate:
				op, _ := changeOf(OpUpdate, *item.Before, item.After)
				_, err = w.supersede(op, *item.Before, item.After)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}
