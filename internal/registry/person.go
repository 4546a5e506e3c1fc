package registry

import (
	"slices"
	"strings"

	"iskurctl/internal/audit"
	"iskurctl/internal/i18n"
)

// Party is a party of the protocol.
type Party string

// The parties, in the protocol's order.
const (
	MYK   Party = "MYK"
	ISKUR Party = "ISKUR"
)

// Parties lists them in the protocol's order, which is that of every listing.
func Parties() []Party { return []Party{MYK, ISKUR} }

// Name is what people call the party.
func (p Party) Name() i18n.Text {
	if p == ISKUR {
		return i18n.T("İŞKUR", "İŞKUR")
	}
	return i18n.T(string(p), string(p))
}

// ParseParty reads MYK or ISKUR, in any case and also as İŞKUR; ok is false for anything else.
func ParseParty(s string) (p Party, ok bool) {
	switch plainLetters(s) {
	case "myk":
		return MYK, true
	case "iskur":
		return ISKUR, true
	}
	return "", false
}

// Role is what a person is to the protocol: article 8(8) wants a coordinator for administration and one for technical
// matters, 8(10) names those who may use the service.
type Role string

// The roles.
const (
	AdministrativeCoordinator Role = "administrative_coordinator"
	TechnicalCoordinator      Role = "technical_coordinator"
	AuthorisedPerson          Role = "authorised_person"
)

// Roles lists them in the order of every listing.
func Roles() []Role { return []Role{AdministrativeCoordinator, TechnicalCoordinator, AuthorisedPerson} }

// Coordinator reports whether the role is one of the two of article 8(8), which one person a party has at a time.
func (r Role) Coordinator() bool { return r == AdministrativeCoordinator || r == TechnicalCoordinator }

// Name is what people call the role.
func (r Role) Name() i18n.Text {
	switch r {
	case AdministrativeCoordinator:
		return i18n.T("idari koordinatör", "administrative coordinator")
	case TechnicalCoordinator:
		return i18n.T("teknik koordinatör", "technical coordinator")
	case AuthorisedPerson:
		return i18n.T("yetkili personel", "authorised person")
	}
	return i18n.T(string(r), string(r))
}

// ParseRole reads a role by its key, or by its Turkish or English name in any case; ok is false for anything else.
func ParseRole(s string) (r Role, ok bool) {
	key := strings.Join(strings.FieldsFunc(plainLetters(s), func(r rune) bool { return r == ' ' || r == '_' || r == '-' }), "_")
	switch key {
	case "idari_koordinator":
		return AdministrativeCoordinator, true
	case "teknik_koordinator":
		return TechnicalCoordinator, true
	case "yetkili_personel", "yetkili_kisi", "authorized_person":
		return AuthorisedPerson, true
	}
	if r = Role(key); slices.Contains(Roles(), r) {
		return r, true
	}
	return "", false
}

// plainLetters gives a text in lower case without blanks at its ends and without the dots and tails of Turkish letters, so
// that what somebody typed on another keyboard is understood.
func plainLetters(s string) string {
	return strings.NewReplacer("ı", "i", "ş", "s", "ö", "o", "ü", "u", "ç", "c", "ğ", "g", "\u0307", "").Replace(i18n.Fold(strings.TrimSpace(s)))
}

// Person is one version of one row of Ek-2. A row is never overwritten: a change makes the next version of the same ID.
type Person struct {
	ID, Version int64 // 1, 2, 3, …; 0 before the row is registered

	Party                           Party
	Role                            Role
	Unit, GivenName, Surname, Title string
	Phone                           string // E.164: +903125550000
	Email                           string
	ValidFrom                       Date   // registering fills in today (in Istanbul) where there is none
	ValidTo                         Date   // inclusive; "" is open
	NoticeNo                        string // of the written notice (article 8(8)) that told the other party of this version
	NoticeDate                      Date
	Login                           string         // the operating-system user who is this person
	Scope                           []audit.Method // the operations the person may ask for; empty: all
}

// FullName is the given name and the surname.
func (p Person) FullName() string { return strings.TrimSpace(p.GivenName + " " + p.Surname) }

// ActiveOn reports whether the person is in the role on a day.
func (p Person) ActiveOn(day Date) bool {
	return p.ValidFrom <= day && (p.ValidTo == "" || day <= p.ValidTo)
}

// May reports whether the person's scope holds an operation.
func (p Person) May(m audit.Method) bool { return len(p.Scope) == 0 || slices.Contains(p.Scope, m) }

// The columns of a person, by the names that CSV, flags and records have them under.
const (
	ColParty      = "party"
	ColRole       = "role"
	ColUnit       = "unit"
	ColGivenName  = "given_name"
	ColSurname    = "surname"
	ColTitle      = "title"
	ColPhone      = "phone"
	ColEmail      = "email"
	ColValidFrom  = "valid_from"
	ColValidTo    = "valid_to"
	ColNoticeNo   = "notice_no"
	ColNoticeDate = "notice_date"
	ColLogin      = "login"
	ColScope      = "scope"
)

// Columns lists them in the order of the registry's CSV.
func Columns() []string {
	return []string{ColParty, ColRole, ColUnit, ColGivenName, ColSurname, ColTitle, ColPhone, ColEmail, ColValidFrom, ColValidTo,
		ColNoticeNo, ColNoticeDate, ColLogin, ColScope}
}

// Required lists the columns that a row cannot be without.
func Required() []string { return []string{ColParty, ColRole, ColGivenName, ColSurname} }

// Get gives a column as the text that CSV and records have: dates as 2026-11-22, the scope with blanks between.
func (p Person) Get(column string) string {
	switch column {
	case ColParty:
		return string(p.Party)
	case ColRole:
		return string(p.Role)
	case ColUnit:
		return p.Unit
	case ColGivenName:
		return p.GivenName
	case ColSurname:
		return p.Surname
	case ColTitle:
		return p.Title
	case ColPhone:
		return p.Phone
	case ColEmail:
		return p.Email
	case ColValidFrom:
		return string(p.ValidFrom)
	case ColValidTo:
		return string(p.ValidTo)
	case ColNoticeNo:
		return p.NoticeNo
	case ColNoticeDate:
		return string(p.NoticeDate)
	case ColLogin:
		return p.Login
	case ColScope:
		return scopeText(p.Scope)
	}
	return ""
}

// put is Set without its checks.
func (p *Person) put(column, v string) {
	switch column {
	case ColParty:
		p.Party = Party(v)
	case ColRole:
		p.Role = Role(v)
	case ColUnit:
		p.Unit = v
	case ColGivenName:
		p.GivenName = v
	case ColSurname:
		p.Surname = v
	case ColTitle:
		p.Title = v
	case ColPhone:
		p.Phone = v
	case ColEmail:
		p.Email = v
	case ColValidFrom:
		p.ValidFrom = Date(v)
	case ColValidTo:
		p.ValidTo = Date(v)
	case ColNoticeNo:
		p.NoticeNo = v
	case ColNoticeDate:
		p.NoticeDate = Date(v)
	case ColLogin:
		p.Login = v
	case ColScope:
		p.Scope = scopeOf(v)
	}
}

func scopeText(scope []audit.Method) string {
	switch len(scope) {
	case 0:
		return ""
	case 1:
		return string(scope[0])
	}
	names := make([]string, len(scope))
	for i, m := range scope {
		names[i] = string(m)
	}
	return strings.Join(names, " ")
}

func scopeOf(text string) []audit.Method {
	if text == "" {
		return nil
	}
	var scope []audit.Method
	for name := range strings.FieldsSeq(text) {
		scope = append(scope, audit.Method(name))
	}
	return scope
}

// Diff names the columns in which two versions differ, in the order of Columns.
func Diff(a, b Person) (columns []string) {
	for _, c := range Columns() {
		if a.Get(c) != b.Get(c) {
			columns = append(columns, c)
		}
	}
	return columns
}

// withoutNotice is Diff without the notice, which is about a version and no part of it.
func withoutNotice(columns []string) []string {
	return slices.DeleteFunc(columns, func(c string) bool { return c == ColNoticeNo || c == ColNoticeDate })
}
