package document

import (
	"cmp"
	"slices"

	"iskurctl/internal/i18n"
	"iskurctl/internal/registry"
)

// news is what the other party is told: what became of every person between the last notice and this one.
type news struct {
	added   []registry.Person
	ended   []registry.Person
	changed []difference
}

// difference is a person whose entry changed in fields that the form shows.
type difference struct {
	after  registry.Person
	fields []fieldChange
}

type fieldChange struct {
	name          i18n.Text
	before, after i18n.Text
}

func (n news) empty() bool { return len(n.added)+len(n.ended)+len(n.changed) == 0 }

// Tells reports whether a letter about these changes has anything to say. It has not when each was taken back by a later one,
// or concerns only what is no business of the other party (who may log in here) or the notice itself.
func Tells(changes []registry.Change) bool { return !newsOf(changes).empty() }

// newsOf folds the changes, oldest first: somebody who was added and then corrected is told once, as they are now.
func newsOf(changes []registry.Change) (n news) {
	type fold struct {
		before *registry.Person
		after  registry.Person
	}
	folds, order := map[int64]*fold{}, []int64{}
	for _, c := range changes {
		f := folds[c.After.ID]
		if f == nil {
			f = &fold{before: c.Before}
			folds[c.After.ID], order = f, append(order, c.After.ID)
		}
		f.after = c.After
	}
	for _, id := range order {
		f := folds[id]
		if f.before == nil {
			n.added = append(n.added, f.after)
			continue
		}
		if f.after.ValidTo != "" && f.after.ValidTo != f.before.ValidTo {
			n.ended = append(n.ended, f.after)
		}
		if fields := compare(*f.before, f.after); len(fields) > 0 {
			n.changed = append(n.changed, difference{f.after, fields})
		}
	}
	return n
}

// compare names the fields of the form that differ. A new last day is an end, and not named here.
func compare(a, b registry.Person) (out []fieldChange) {
	same := func(s string) i18n.Text { return i18n.T(plain(s), plain(s)) }
	add := func(name, before, after i18n.Text) {
		if before != after {
			out = append(out, fieldChange{name, before, after})
		}
	}
	add(i18n.T("Görevi", "Role"), roleName(a.Role), roleName(b.Role))
	add(i18n.T("Birimi", "Unit"), same(a.Unit), same(b.Unit))
	add(i18n.T("Adı soyadı", "Name"), same(a.FullName()), same(b.FullName()))
	add(i18n.T("Unvanı", "Title"), same(a.Title), same(b.Title))
	add(i18n.T("Telefon", "Phone"), same(phone(a.Phone)), same(phone(b.Phone)))
	add(i18n.T("E-posta", "E-mail"), same(a.Email), same(b.Email))
	add(i18n.T("Göreve başlama", "First day"), day(a.ValidFrom), day(b.ValidFrom))
	if b.ValidTo == "" {
		add(i18n.T("Son görev günü", "Last day"), day(a.ValidTo), i18n.Text{})
	}
	if b.Role == registry.AuthorisedPerson {
		add(i18n.T("Yetkili olduğu sorgular", "Queries"), operations(a.Scope), operations(b.Scope))
	}
	return out
}

// lastNotice finds the last letter that the other party had before this one: the latest that a person's entry names.
func lastNotice(d NoticeData) (no string, date registry.Date) {
	people := slices.Clone(d.People)
	for _, c := range d.Changes {
		if c.Before != nil {
			people = append(people, *c.Before)
		}
	}
	people = slices.DeleteFunc(people, func(p registry.Person) bool {
		return p.Party != d.Party || p.NoticeNo == "" || p.NoticeDate == "" || p.NoticeNo == d.No || d.Date != "" && p.NoticeDate > d.Date
	})
	if len(people) == 0 {
		return "", ""
	}
	last := slices.MaxFunc(people, func(a, b registry.Person) int {
		return cmp.Or(cmp.Compare(a.NoticeDate, b.NoticeDate), cmp.Compare(a.NoticeNo, b.NoticeNo))
	})
	return plain(last.NoticeNo), last.NoticeDate
}
