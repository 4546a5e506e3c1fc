package registry

import (
	"context"
	"slices"
	"strings"

	"iskurctl/internal/i18n"
)

// CheckOptions say what Check looks for: an end Within so many days is soon (30 where it is 0); Domains are the mail domains
// of a party (iskur.gov.tr, myk.gov.tr where nil), those below them count as well. Today is the present day where it is "".
type CheckOptions struct {
	Today   Date
	Within  int
	Domains map[Party][]string
}

const expiringDays = 30

// Finding is something that Ek-2 lacks. ID is 0 where it concerns no row.
type Finding struct {
	Code    string
	Party   Party
	Role    Role
	ID      int64
	Message i18n.Text
}

// Check compares the registry with what the protocol wants of it: both coordinators of each party, with their unit and how
// to reach them; the four fields of authorised people (8(10)); a written notice of each change (8(8)). Besides, what practice
// wants: an end that nobody prepared for, mail outside the institution, nobody who can be told apart by login. Ordered by
// party, role, row. Errors: as List.
func (r *Registry) Check(ctx context.Context, o CheckOptions) ([]Finding, error) {
	if o.Today == "" {
		o.Today = r.Today()
	}
	if o.Within == 0 {
		o.Within = expiringDays
	}
	if o.Domains == nil {
		o.Domains = map[Party][]string{ISKUR: {"iskur.gov.tr"}, MYK: {"myk.gov.tr"}}
	}
	c := checking{o: o, holds: make(map[int64]*Person), ends: make(map[int64]*Person), starts: make(map[int64]Date)}
	for p, err := range r.List(ctx, Query{All: true}) {
		if err != nil {
			return nil, err
		}
		c.person(p)
	}
	for _, party := range Parties() {
		c.party(party)
	}
	for row, err := range r.rows(ctx) {
		if err != nil {
			return nil, err
		}
		if last, open := untold(row, ""); open {
			c.add("not_notified", last.After, "bu satırdaki değişiklik karşı tarafa yazıyla bildirilmemiş (madde 8/8)", "the other party was not told of this row's change in writing (article 8(8))")
		}
	}
	slices.SortStableFunc(c.found, func(a, b Finding) int {
		if d := rank(a.Party, a.Role) - rank(b.Party, b.Role); d != 0 {
			return int(d)
		}
		return int(a.ID - b.ID)
	})
	return c.found, nil
}

type checking struct {
	o      CheckOptions
	found  []Finding
	holds  map[int64]*Person // coordinators of today, by rank
	ends   map[int64]*Person // of those that are over, the one that ended last
	starts map[int64]Date    // of those that are still to come, the first day
}

func (c *checking) add(code string, p Person, tr, en string, args ...any) {
	c.found = append(c.found, Finding{Code: code, Party: p.Party, Role: p.Role, ID: p.ID, Message: i18n.Tf(tr, en, args...)})
}

// person looks at a current version; one that is over only counts where nobody came after it.
func (c *checking) person(p Person) {
	at := rank(p.Party, p.Role)
	if !p.ActiveOn(c.o.Today) {
		if last := c.ends[at]; p.Role.Coordinator() && p.ValidTo != "" && p.ValidTo < c.o.Today && (last == nil || last.ValidTo < p.ValidTo) {
			c.ends[at] = &p
		}
		if first, ok := c.starts[at]; p.ValidFrom > c.o.Today && (!ok || p.ValidFrom < first) {
			c.starts[at] = p.ValidFrom
		}
		return
	}
	if p.Role.Coordinator() {
		c.holds[at] = &p // whether the end is prepared for is known when all were seen
	} else {
		c.expiring(p)
	}
	c.contact(p)
	if p.Email != "" && !c.within(p) {
		c.add("mail_domain", p, "e-posta kurumun alan adında değil (%s)", "the e-mail address is outside of the institution's domain (%s)", strings.Join(c.o.Domains[p.Party], ", "))
	}
	if p.Party == ISKUR && p.Role == AuthorisedPerson && p.Login == "" {
		c.add("login_missing", p, "işletim sistemi kullanıcı adı yok; bu kişi sorgu yapamaz", "there is no operating-system user; this person cannot query")
	}
	if p.Role.Coordinator() && p.Unit == "" {
		c.add("unknown_unit", p, "koordinatör birim yazılmamış (madde 8/8)", "the coordinating unit is missing (article 8(8))")
	}
}

func (c *checking) expiring(p Person) {
	if p.ValidTo != "" && p.ValidTo <= c.o.Today.Add(c.o.Within) {
		c.add("expiring", p, "süre %s günü bitiyor", "the period ends on %s", string(p.ValidTo))
	}
}

func (c *checking) contact(p Person) {
	var lacks []i18n.Text
	if p.Phone == "" {
		lacks = append(lacks, i18n.T("telefon", "telephone"))
	}
	if p.Email == "" {
		lacks = append(lacks, i18n.T("e-posta", "e-mail"))
	}
	if len(lacks) > 0 {
		c.add("contact_missing", p, "iletişim bilgisi eksik: %s", "contact is missing: %s", i18n.Join(", ", lacks...))
	}
}

// within tells whether the mail domain is one of the party's, or lies below one.
func (c *checking) within(p Person) bool {
	domains := c.o.Domains[p.Party]
	_, domain, _ := strings.Cut(p.Email, "@")
	return len(domains) == 0 || slices.ContainsFunc(domains, func(d string) bool {
		d = asciiLower(strings.TrimPrefix(d, "@"))
		return domain == d || strings.HasSuffix(domain, "."+d)
	})
}

func (c *checking) party(party Party) {
	codes := map[Role]string{AdministrativeCoordinator: "administrative_missing", TechnicalCoordinator: "technical_missing"}
	for _, role := range Roles() {
		at := rank(party, role)
		if !role.Coordinator() {
			continue
		}
		if holder := c.holds[at]; holder != nil {
			if first, ok := c.starts[at]; !ok || holder.ValidTo != "" && first > holder.ValidTo.Add(1) {
				c.expiring(*holder)
			}
			continue
		}
		if last := c.ends[at]; last != nil {
			c.add("expired", *last, "süre %s günü doldu ve yerine kimse yazılmadı", "the period ended on %s and nobody came after it", string(last.ValidTo))
		}
		c.add(codes[role], Person{Party: party, Role: role}, "%s tarafında bugün %s yok (madde 8/8)", "%s has no %s today (article 8(8))", party.Name(), role.Name())
	}
	a, t := c.holds[rank(party, AdministrativeCoordinator)], c.holds[rank(party, TechnicalCoordinator)]
	if a != nil && t != nil && key(*a) == key(*t) {
		c.add("same_person_both_roles", *t, "idari ve teknik koordinatör aynı kişi", "one person is the administrative and the technical coordinator")
	}
}
