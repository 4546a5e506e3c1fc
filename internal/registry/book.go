package registry

import (
	"iter"
	"slices"
)

// book is Ek-2 in memory, as an import would leave it: 100,000 rows take some 60 MiB.
type book struct {
	rows  map[int64]*Person
	named map[namesake][]*Person // of a rank and a name, of a coordinator's rank alone
	users map[string][]*Person
}

// namesake is what people may share whom somebody could take for one another.
type namesake struct {
	rank int64
	key  string
}

func newBook() *book {
	return &book{rows: make(map[int64]*Person), named: make(map[namesake][]*Person), users: make(map[string][]*Person)}
}

func nameOf(p *Person) namesake { return namesake{rank(p.Party, p.Role), key(*p)} }

// places are the lists in which a person is found again.
func places(p *Person) []namesake {
	list := []namesake{nameOf(p)}
	if p.Role.Coordinator() {
		list = append(list, namesake{rank(p.Party, p.Role), ""})
	}
	return list
}

func (b *book) put(p *Person) {
	if p.ID != 0 {
		b.rows[p.ID] = p
	}
	for _, at := range places(p) {
		b.named[at] = append(b.named[at], p)
	}
	if p.Login != "" {
		b.users[p.Login] = append(b.users[p.Login], p)
	}
}

// take removes a version that was superseded.
func (b *book) take(p *Person) {
	is := func(x *Person) bool { return x == p }
	for _, at := range places(p) {
		b.named[at] = slices.DeleteFunc(b.named[at], is)
	}
	b.users[p.Login] = slices.DeleteFunc(b.users[p.Login], is)
}

// same finds a version that a row of an input without a number says once more.
func (b *book) same(row *Row, p Person) *Person {
	for _, x := range b.named[nameOf(&p)] {
		if row.has(ColEmail) && x.Email != p.Email { // of many people of one name most are told apart by this
			continue
		}
		differ := slices.DeleteFunc(Diff(*x, p), func(c string) bool {
			switch c {
			case ColValidFrom:
				return p.ValidFrom == ""
			case ColNoticeNo, ColNoticeDate:
				return p.NoticeNo == "" || !row.has(c)
			}
			return !row.has(c)
		})
		if len(differ) == 0 {
			return x
		}
	}
	return nil
}

// beside gives the people whom a rule could keep from standing beside p.
func (b *book) beside(p *Person) iter.Seq[*Person] {
	return func(yield func(*Person) bool) {
		lists := [][]*Person{b.users[p.Login]}
		for _, at := range places(p) {
			lists = append(lists, b.named[at])
		}
		for _, list := range lists {
			for _, x := range list {
				if x != p && !yield(x) {
					return
				}
			}
		}
	}
}
