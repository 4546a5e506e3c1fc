// Package event is what happens between a person and the legal texts of the portal: the acts, how they are written in
// NDJSON and CSV, what a single one must look like, and which may follow which. It is pure: no store, no clock of its
// own, no output. internal/consent and the consent commands import it.
package event

import (
	"slices"
	"time"

	"iskurctl/internal/i18n"
)

// Act is what an event is about; each has texts of its own kind.
type Act string

// The acts. KVKK's notice and the explicit consent are two of them, never one (Aydınlatma Tebliği m.5/1-f).
const (
	Agreement Act = "agreement"
	Notice    Act = "notice"
	Consent   Act = "consent"
)

// Acts lists them in the order in which a person meets them.
func Acts() []Act { return []Act{Agreement, Notice, Consent} }

// Step is what the person did, or what was done.
type Step string

// The steps: an agreement is accepted, a notice presented, a consent given, refused or withdrawn.
const (
	Accepted  Step = "accepted"
	Presented Step = "presented"
	Given     Step = "given"
	Refused   Step = "refused"
	Withdrawn Step = "withdrawn"
)

// Steps lists the steps of an act.
func Steps(a Act) []Step {
	switch a {
	case Agreement:
		return []Step{Accepted}
	case Notice:
		return []Step{Presented}
	case Consent:
		return []Step{Given, Refused, Withdrawn}
	}
	return nil
}

// Channels lists where an act may happen.
func Channels() []string {
	return []string{"portal", "e_sube", "e_devlet", "alo170", "hizmet_noktasi", "hizmet_merkezi", "mobil"}
}

// Items lists the groups of data that a consent may cover.
func Items() []string {
	return []string{"kimlik", "iletisim", "mekan", "gorsel", "ozel_nitelikli", "talep_sikayet"}
}

// Preferences lists how a person may want to be reached.
func Preferences() []string { return []string{"post", "email", "sms"} }

// Languages lists the languages of texts.
func Languages() []string { return []string{"tr", "en"} }

// Event is one act of a person. Times are UTC in milliseconds. Empty members were absent.
type Event struct {
	ID                string // UUID in lower case; empty: one is made
	Session           string // UUID in lower case
	Act               Act
	Step              Step
	Time              time.Time // when the person did it
	Received          time.Time // when the controller got to know; zero: at Time
	Channel           string
	Text              string // label, or SHA-256 in lower-case hexadecimal
	Language          string // of the text; empty: the text's own
	Items             []string
	UI                string // what stood on the button
	Subject           Subject
	ContactPreference string
	IP                string
	Captcha           *bool
}

// Subject is the person. BirthDate is 2006-01-02, Phone E.164.
type Subject struct {
	TC, GivenName, Surname, FatherName, BirthDate, Phone string
}

// Problem is why an event is not taken. Code is stable and is what --rejects writes, Field the name as in the CSV
// header, empty for the event as a whole. Text never holds data.
type Problem struct {
	Code, Field string
	Text        i18n.Text
}

// Error gives the code and the English text.
func (p *Problem) Error() string { return p.Code + ": " + p.Text.EN }

// Row is an event with its place in the input. Problem is set when the row cannot be taken, and Event then holds what was
// understood; ID is given whenever it could be read.
type Row struct {
	Line    int64 // physical, from 1, on which the row starts
	Event   Event
	Problem *Problem
}

// Personal is one personal value of an event, by the name that its disclosure has.
type Personal struct{ Name, Value string }

// Personal gives the personal values that are there, in ascending order of their names: what becomes a disclosure each.
func (e *Event) Personal() []Personal {
	all := []Personal{
		{"birth_date", e.Subject.BirthDate}, {"contact_preference", e.ContactPreference}, {"father_name", e.Subject.FatherName},
		{"given_name", e.Subject.GivenName}, {"ip", e.IP}, {"phone", e.Subject.Phone}, {"surname", e.Subject.Surname}, {"tc", e.Subject.TC},
	}
	return slices.DeleteFunc(all, func(p Personal) bool { return p.Value == "" })
}

// PersonalNames lists the names of the personal values, ascending; partial erasure names them.
func PersonalNames() []string {
	return []string{"birth_date", "contact_preference", "father_name", "given_name", "ip", "phone", "surname", "tc"}
}
