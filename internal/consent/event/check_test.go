package event

import (
	"strings"
	"testing"
	"time"
)

func TestAnEventWithEverythingAndOneWithTheLeastAreTaken(t *testing.T) {
	full := sample()
	least := Event{Session: sampleSession, Act: Notice, Step: Presented, Time: now, Channel: "alo170", Text: "aydinlatma", Subject: Subject{TC: number(1)}}
	for name, e := range map[string]*Event{
		"everything": &full, "least": &least,
		"five minutes ahead":          with(func(e *Event) { e.Time = now.Add(5 * time.Minute); e.Received = e.Time }),
		"the first day of 2000":       with(func(e *Event) { e.Time = earliest }),
		"received at once":            with(func(e *Event) { e.Received = e.Time }),
		"a refusal without items":     with(func(e *Event) { e.Step, e.Items = Refused, nil }),
		"a withdrawal without items":  with(func(e *Event) { e.Step, e.Items = Withdrawn, nil }),
		"a hundred letters":           with(func(e *Event) { e.Subject.GivenName = strings.Repeat("ş", 100) }),
		"a button of two hundred":     with(func(e *Event) { e.UI = strings.Repeat("ğ", 200) }),
		"a no-break space in a name":  with(func(e *Event) { e.Subject.Surname = "De\u00a0La" }),
		"an Arabic and a Greek name":  with(func(e *Event) { e.Subject.GivenName, e.Subject.Surname = "محمد", "Ελένη" }),
		"signs inside a name":         with(func(e *Event) { e.Subject.Surname = "Ak-Öz+Er=@" }),
		"IPv6":                        with(func(e *Event) { e.IP = "2001:db8::1" }),
		"born yesterday":              with(func(e *Event) { e.Subject.BirthDate = "2026-11-21" }),
		"a text by its SHA-256":       with(func(e *Event) { e.Text = strings.Repeat("0a", 32) }),
		"a label like a formula":      with(func(e *Event) { e.Text = "=v1" }), // it has to be registered
		"captcha not known":           with(func(e *Event) { e.Captcha = nil }),
		"the shortest phone":          with(func(e *Event) { e.Subject.Phone = "+1234567" }),
		"the longest phone":           with(func(e *Event) { e.Subject.Phone = "+123456789012345" }),
		"every item":                  with(func(e *Event) { e.Items = Items() }),
		"a UUID of no known version":  with(func(e *Event) { e.Session = "00000000-0000-0000-0000-000000000000" }),
		"an event without an id":      with(func(e *Event) { e.ID = "" }),
		"the offset is another":       with(func(e *Event) { e.Time = e.Time.In(istanbul) }),
		"below the millisecond":       with(func(e *Event) { e.Time = e.Time.Add(time.Nanosecond) }),
		"a leap day":                  with(func(e *Event) { e.Subject.BirthDate = "2000-02-29" }),
		"a name of one letter":        with(func(e *Event) { e.Subject.FatherName = "İ" }),
		"a button with other numbers": with(func(e *Event) { e.UI = "Form 202611221030 / 01000000014" }),
		"a bracket before the number": with(func(e *Event) { e.UI = "(+) Onaylıyorum" }),
	} {
		if p := Check(e, now); p != nil {
			t.Errorf("%s: %v %s", name, p, p.Field)
		}
	}
}

// wrong are events of which one thing is wrong, and what Check says of it.
var wrong = []struct {
	name, code, field string
	change            func(*Event)
}{
	{"id is no UUID", CodeFieldInvalid, "id", func(e *Event) { e.ID = "42" }},
	{"id in upper case", CodeFieldInvalid, "id", func(e *Event) { e.ID = strings.Replace(sampleID, "e89b", "E89B", 1) }},
	{"id with another dash", CodeFieldInvalid, "id", func(e *Event) { e.ID = strings.Replace(sampleID, "-", "0", 1) }},
	{"id in braces", CodeFieldInvalid, "id", func(e *Event) { e.ID = "{" + sampleID + "}" }},
	{"id with bad bytes", CodeEncoding, "id", func(e *Event) { e.ID = "\xff" }},
	{"no session", CodeFieldMissing, "session", func(e *Event) { e.Session = "" }},
	{"session is no UUID", CodeFieldInvalid, "session", func(e *Event) { e.Session = sampleID[:35] + "g" }},
	{"session with NUL", CodeEncoding, "session", func(e *Event) { e.Session = "\x00" }},
	{"no act", CodeFieldMissing, "act", func(e *Event) { e.Act = "" }},
	{"act of no kind", CodeFieldInvalid, "act", func(e *Event) { e.Act = "Consent" }},
	{"no event", CodeFieldMissing, "event", func(e *Event) { e.Step = "" }},
	{"an event of another act", CodeFieldInvalid, "event", func(e *Event) { e.Step = Presented }},
	{"a notice is not given", CodeFieldInvalid, "event", func(e *Event) { e.Act = Notice }},
	{"an agreement is not refused", CodeFieldInvalid, "event", func(e *Event) { e.Act, e.Step = Agreement, Refused }},
	{"no time", CodeFieldMissing, "time", func(e *Event) { e.Time = time.Time{} }},
	{"before 2000", CodeTimeInvalid, "time", func(e *Event) { e.Time = earliest.Add(-time.Millisecond) }},
	{"too far ahead", CodeTimeFuture, "time", func(e *Event) { e.Time = now.Add(5*time.Minute + time.Millisecond) }},
	{"received before", CodeReceivedBeforeTime, "received", func(e *Event) { e.Received = e.Time.Add(-time.Millisecond) }},
	{"received in the future", CodeTimeFuture, "received", func(e *Event) { e.Received = now.Add(time.Hour) }},
	{"no channel", CodeFieldMissing, "channel", func(e *Event) { e.Channel = "" }},
	{"a channel of ours is it not", CodeFieldInvalid, "channel", func(e *Event) { e.Channel = "faks" }},
	{"no text", CodeFieldMissing, "text", func(e *Event) { e.Text = "" }},
	{"a label too long", CodeFieldTooLong, "text", func(e *Event) { e.Text = strings.Repeat("ş", 201) }},
	{"a label of two lines", CodeControlCharacter, "text", func(e *Event) { e.Text = "a\nb" }},
	{"a label of bad bytes", CodeEncoding, "text", func(e *Event) { e.Text = "a\xc5" }},
	{"a SHA-256 in upper case", CodeFieldInvalid, "text", func(e *Event) { e.Text = strings.Repeat("0A", 32) }},
	{"a language without texts", CodeFieldInvalid, "language", func(e *Event) { e.Language = "de" }},
	{"items of a notice", CodeFieldInvalid, "items", func(e *Event) { e.Act, e.Step = Notice, Presented }},
	{"items of an agreement", CodeFieldInvalid, "items", func(e *Event) { e.Act, e.Step = Agreement, Accepted }},
	{"given without items", CodeFieldMissing, "items", func(e *Event) { e.Items = nil }},
	{"an unknown item", CodeFieldInvalid, "items", func(e *Event) { e.Items = []string{"kimlik", "parmak"} }},
	{"an empty item", CodeFieldInvalid, "items", func(e *Event) { e.Items = []string{""} }},
	{"an item twice", CodeFieldInvalid, "items", func(e *Event) { e.Items = []string{"kimlik", "mekan", "kimlik"} }},
	{"a button too long", CodeFieldTooLong, "ui", func(e *Event) { e.UI = strings.Repeat("o", 201) }},
	{"a button of bad bytes", CodeEncoding, "ui", func(e *Event) { e.UI = "Onay \xdd" }},
	{"a button with a lost letter", CodeEncoding, "ui", func(e *Event) { e.UI = "Onay Veriyorum\ufffd" }},
	{"a button that is a formula", CodeFormula, "ui", func(e *Event) { e.UI = `=HYPERLINK("x")` }},
	{"a button with a full-width sign", CodeFormula, "ui", func(e *Event) { e.UI = "＠x" }},
	{"a button with blanks at its end", CodeFieldInvalid, "ui", func(e *Event) { e.UI = "Tamam " }},
	{"a button with somebody's number", CodeTCInText, "ui", func(e *Event) { e.UI = "Onay (10000000146)" }},
	{"a button with a mistyped number", CodeTCInText, "ui", func(e *Event) { e.UI = "TC10000000147" }},
	{"a placeholder", CodeTCInvalid, "tc", func(e *Event) { e.Subject.TC = "11111111110" }},
	{"no number", CodeFieldMissing, "tc", func(e *Event) { e.Subject.TC = "" }},
	{"a wrong check digit", CodeTCInvalid, "tc", func(e *Event) { e.Subject.TC = "10000000147" }},
	{"a number too short", CodeTCInvalid, "tc", func(e *Event) { e.Subject.TC = "1000000014" }},
	{"a number with a zero ahead", CodeTCInvalid, "tc", func(e *Event) { e.Subject.TC = "01000000014" }},
	{"a number that Excel shortened", CodeTCInvalid, "tc", func(e *Event) { e.Subject.TC = "1,00E+10" }},
	{"a number with decimals", CodeTCInvalid, "tc", func(e *Event) { e.Subject.TC = "10000000146.0" }},
	{"a number with blanks", CodeTCInvalid, "tc", func(e *Event) { e.Subject.TC = "100 000 001 46" }},
	{"a number of other digits", CodeTCInvalid, "tc", func(e *Event) { e.Subject.TC = "١٠٠٠٠٠٠٠١٤٦" }},
	{"a number of bad bytes", CodeEncoding, "tc", func(e *Event) { e.Subject.TC = "1000000014\xb9" }},
	{"a name too long", CodeFieldTooLong, "given_name", func(e *Event) { e.Subject.GivenName = strings.Repeat("a", 101) }},
	{"a name with a tab", CodeControlCharacter, "given_name", func(e *Event) { e.Subject.GivenName = "A\tB" }},
	{"a name with C1", CodeControlCharacter, "surname", func(e *Event) { e.Subject.Surname = "A\u0085B" }},
	{"a name with DEL", CodeControlCharacter, "surname", func(e *Event) { e.Subject.Surname = "A\x7fB" }},
	{"a name from right to left", CodeControlCharacter, "surname", func(e *Event) { e.Subject.Surname = "A\u202eB" }},
	{"a name with an isolate", CodeControlCharacter, "father_name", func(e *Event) { e.Subject.FatherName = "A\u2066B" }},
	{"a name with an Arabic mark", CodeControlCharacter, "father_name", func(e *Event) { e.Subject.FatherName = "A\u061cB" }},
	{"a name with nothing in it", CodeControlCharacter, "father_name", func(e *Event) { e.Subject.FatherName = "A\u200bB" }},
	{"a name with a line separator", CodeControlCharacter, "father_name", func(e *Event) { e.Subject.FatherName = "A\u2028B" }},
	{"a name with NUL", CodeEncoding, "given_name", func(e *Event) { e.Subject.GivenName = "A\x00" }},
	{"a name that is a formula", CodeFormula, "given_name", func(e *Event) { e.Subject.GivenName = "+Ali" }},
	{"a surname that is a formula", CodeFormula, "surname", func(e *Event) { e.Subject.Surname = "@SUM(A1)" }},
	{"a father that is a formula", CodeFormula, "father_name", func(e *Event) { e.Subject.FatherName = "-1+1" }},
	{"a name with blanks", CodeFieldInvalid, "surname", func(e *Event) { e.Subject.Surname = "\u00a0Iğdır" }},
	{"a birth date as Turks write it", CodeFieldInvalid, "birth_date", func(e *Event) { e.Subject.BirthDate = "31.01.1990" }},
	{"a birth date as Excel counts it", CodeFieldInvalid, "birth_date", func(e *Event) { e.Subject.BirthDate = "32904" }},
	{"30 February", CodeFieldInvalid, "birth_date", func(e *Event) { e.Subject.BirthDate = "1990-02-30" }},
	{"born today", CodeFieldInvalid, "birth_date", func(e *Event) { e.Subject.BirthDate = "2026-11-22" }},
	{"born in 990", CodeFieldInvalid, "birth_date", func(e *Event) { e.Subject.BirthDate = "0990-01-31" }},
	{"a phone without +", CodeFieldInvalid, "phone", func(e *Event) { e.Subject.Phone = "05320000000" }},
	{"a phone with blanks", CodeFieldInvalid, "phone", func(e *Event) { e.Subject.Phone = "+90 532 000 00 00" }},
	{"a phone of country 0", CodeFieldInvalid, "phone", func(e *Event) { e.Subject.Phone = "+0532000000" }},
	{"a phone too short", CodeFieldInvalid, "phone", func(e *Event) { e.Subject.Phone = "+123456" }},
	{"a phone too long", CodeFieldInvalid, "phone", func(e *Event) { e.Subject.Phone = "+1234567890123456" }},
	{"a phone of bad bytes", CodeEncoding, "phone", func(e *Event) { e.Subject.Phone = "+90532000000\xff" }},
	{"a way that is none", CodeFieldInvalid, "contact_preference", func(e *Event) { e.ContactPreference = "fax" }},
	{"no address", CodeFieldInvalid, "ip", func(e *Event) { e.IP = "192.0.2" }},
	{"an address with a port", CodeFieldInvalid, "ip", func(e *Event) { e.IP = "192.0.2.1:80" }},
	{"an address with an interface", CodeFieldInvalid, "ip", func(e *Event) { e.IP = "fe80::1%eth0" }},
	{"a network", CodeFieldInvalid, "ip", func(e *Event) { e.IP = "192.0.2.0/24" }},
}

func TestWhatIsWrongWithOneEventIsNamedWithItsField(t *testing.T) {
	for _, c := range wrong {
		p := Check(with(c.change), now)
		if p == nil || p.Code != c.code || p.Field != c.field {
			t.Errorf("%s: %+v, want %s of %s", c.name, p, c.code, c.field)
		}
	}
}

func TestTheFirstProblemInTheOrderOfTheHeaderIsTheOneThatIsNamed(t *testing.T) {
	var e Event
	for _, want := range []struct {
		field string
		fill  func()
	}{
		{"session", func() { e.Session = sampleSession }}, {"act", func() { e.Act = Consent }}, {"event", func() { e.Step = Given }},
		{"time", func() { e.Time = now }}, {"channel", func() { e.Channel = "mobil" }}, {"text", func() { e.Text = "v1" }},
		{"items", func() { e.Items = Items() }}, {"tc", func() { e.Subject.TC = number(0) }},
	} {
		if p := Check(&e, now); p == nil || p.Code != CodeFieldMissing || p.Field != want.field {
			t.Errorf("%+v, want %s", p, want.field)
		}
		want.fill()
	}
	if p := Check(&e, now); p != nil {
		t.Error(p)
	}
}

func TestBirthdaysAreDaysInIstanbul(t *testing.T) {
	e := with(func(e *Event) { e.Subject.BirthDate = "2026-11-21"; e.Time, e.Received = earliest, earliest })
	for at, taken := range map[string]bool{"2026-11-21T20:59:59.999Z": false, "2026-11-21T21:00:00.000Z": true} {
		clock, _ := ParseTime(at)
		if p := Check(e, clock); (p == nil) != taken {
			t.Errorf("%s: %v", at, p)
		}
	}
}

func TestDamageBySpreadsheetsIsCalledByItsName(t *testing.T) {
	for in, want := range map[string]string{
		"1E+10": "scientific notation", "1,00E+10": "scientific notation", "9.05321e11": "scientific notation", "10000000146.0": "no blank, dot", "E": "no blank, dot",
		"99999999990": "this is a placeholder", "100000001466": "has eleven digits", "10000000145": "fails its check digits",
	} {
		p := Check(with(func(e *Event) { e.Subject.TC = in }), now)
		if codeOf(p) != CodeTCInvalid || !strings.Contains(p.Text.EN, want) {
			t.Errorf("%s: %+v", in, p)
		}
	}
	for in, want := range map[string]string{
		"2026-11-22T13:11:12.123+03:00": "convert the time to UTC", "2026-11-22T10:11:12Z": "exactly three decimals", "2026-11-22T10:11:12.1234567Z": "exactly three decimals",
		"22.11.2026 13:11": "if Excel has changed it", "46348,42": "if Excel has changed it", "2026-11-22 10:11:12": "if Excel has changed it",
	} {
		rows := readAll(t, ReadNDJSON, `{"time":"`+in+`"}`)
		if p := rows[0].Problem; codeOf(p) != CodeTimeInvalid || p.Field != "time" || !strings.Contains(p.Text.EN, want) {
			t.Errorf("%s: %+v", in, p)
		}
	}
}
