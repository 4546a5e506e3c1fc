package event

import (
	"slices"
	"strings"

	"iskurctl/internal/i18n"
)

// field is a value of an event. The numbers follow the CSV header, which is also the order in which Check looks.
type field uint8

const (
	fieldID field = iota
	fieldSession
	fieldAct
	fieldEvent
	fieldTime
	fieldReceived
	fieldChannel
	fieldText
	fieldLanguage
	fieldItems
	fieldUI
	fieldTC
	fieldGivenName
	fieldSurname
	fieldFatherName
	fieldBirthDate
	fieldPhone
	fieldPreference
	fieldIP
	fieldCaptcha
	fieldCount
)

// names are those of the CSV header. In NDJSON six of them stand in "subject" and the last two in "evidence".
var names = [fieldCount]string{
	"id", "session", "act", "event", "time", "received", "channel", "text", "language", "items", "ui", "tc", "given_name", "surname", "father_name",
	"birth_date", "phone", "contact_preference", "ip", "captcha",
}

func (f field) String() string { return names[f] }

// Header gives the columns of a CSV file of events, in their usual order.
func Header() []string { return slices.Clone(names[:]) }

// required are the columns that a CSV file must have: what every event must have.
var required = []field{fieldSession, fieldAct, fieldEvent, fieldTime, fieldChannel, fieldText, fieldTC}

// group is an object in which members of an event stand in NDJSON.
type group uint8

const (
	top group = iota
	subject
	evidence
)

// The members that are objects have numbers behind the fields, for the record of what was seen.
const (
	memberSubject  = fieldCount + field(subject)
	memberEvidence = fieldCount + field(evidence)
)

// member finds a name in an object of NDJSON.
func member(g group, name []byte) (field, bool) {
	switch g {
	case subject:
		switch string(name) {
		case "tc":
			return fieldTC, true
		case "given_name":
			return fieldGivenName, true
		case "surname":
			return fieldSurname, true
		case "father_name":
			return fieldFatherName, true
		case "birth_date":
			return fieldBirthDate, true
		case "phone":
			return fieldPhone, true
		}
	case evidence:
		switch string(name) {
		case "ip":
			return fieldIP, true
		case "captcha":
			return fieldCaptcha, true
		}
	case top:
		switch string(name) {
		case "id":
			return fieldID, true
		case "session":
			return fieldSession, true
		case "act":
			return fieldAct, true
		case "event":
			return fieldEvent, true
		case "time":
			return fieldTime, true
		case "received":
			return fieldReceived, true
		case "channel":
			return fieldChannel, true
		case "text":
			return fieldText, true
		case "language":
			return fieldLanguage, true
		case "items":
			return fieldItems, true
		case "ui":
			return fieldUI, true
		case "contact_preference":
			return fieldPreference, true
		case "subject":
			return memberSubject, true
		case "evidence":
			return memberEvidence, true
		}
	}
	return 0, false
}

// groupOf tells in which object of NDJSON a value stands.
func groupOf(f field) group {
	switch f {
	case fieldTC, fieldGivenName, fieldSurname, fieldFatherName, fieldBirthDate, fieldPhone:
		return subject
	case fieldIP, fieldCaptcha:
		return evidence
	}
	return top
}

func (g group) String() string { return [...]string{"", "subject", "evidence"}[g] }

// AppendFields appends the values of e in the order of Header, as CSV has them.
func AppendFields(dst []string, e *Event) []string {
	captcha := ""
	if e.Captcha != nil {
		captcha = "false"
		if *e.Captcha {
			captcha = "true"
		}
	}
	s := &e.Subject
	return append(dst, e.ID, e.Session, string(e.Act), string(e.Step), FormatTime(e.Time), FormatTime(e.Received), e.Channel, e.Text, e.Language,
		strings.Join(e.Items, " "), e.UI, s.TC, s.GivenName, s.Surname, s.FatherName, s.BirthDate, s.Phone, e.ContactPreference, e.IP, captcha)
}

// folded gives a key under which the names of columns are found as package tabular finds them: blanks at the ends, case,
// and the dots of I and İ, ı and i do not matter.
func folded(name string) string {
	return strings.ReplaceAll(i18n.Fold(strings.TrimSpace(name)), "ı", "i")
}
