package event

import (
	"bytes"
	"strings"
	"time"
)

// draft collects the values of one row, as text, before they become an event. Both readers fill it. All text of a row
// ends in one string, so that a row costs one allocation and keeps nothing of the input alive.
type draft struct {
	text    []byte
	at      [fieldCount]span
	items   []span
	captcha *bool
	seen    uint32
	problem *Problem // the first one
}

// span is a part of draft.text.
type span struct{ from, to int }

// itemsKept is how many items are kept of a row: one more than there are, so that one is wrong or there twice.
var itemsKept = len(Items()) + 1

func (d *draft) reset() {
	*d = draft{text: d.text[:0], items: d.items[:0]}
}

// fail notes a problem; the first one counts.
func (d *draft) fail(p *Problem) {
	if d.problem == nil {
		d.problem = p
	}
}

// once notes that a member is there, and tells whether it is so for the first time.
func (d *draft) once(f field) bool {
	bit := uint32(1) << f
	first := d.seen&bit == 0
	d.seen |= bit
	return first
}

// put sets a value. Blanks at its ends do not count (Unicode's white space, as in package tabular).
func (d *draft) put(f field, value []byte) {
	from := len(d.text)
	d.text = append(d.text, bytes.TrimSpace(value)...)
	d.set(f, from)
}

func (d *draft) putString(f field, value string) {
	from := len(d.text)
	d.text = append(d.text, strings.TrimSpace(value)...)
	d.set(f, from)
}

// set makes what stands at the end of the text a value. Hexadecimal digits of UUIDs and SHA-256s become lower case.
func (d *draft) set(f field, from int) {
	d.at[f] = span{from, len(d.text)}
	value := d.text[from:]
	if (f == fieldID || f == fieldSession) && len(value) == 36 || f == fieldText && len(value) == 64 && isHex(value) {
		lowerHex(value)
	}
}

// addItem adds one of the items.
func (d *draft) addItem(value []byte) {
	if len(d.items) < itemsKept {
		from := len(d.text)
		d.text = append(d.text, bytes.TrimSpace(value)...)
		d.items = append(d.items, span{from, len(d.text)})
	}
}

func (d *draft) captchaValue(v bool) { d.captcha = &v }

// row makes the row. What is not what it should be as a type, a UUID or a time, is a problem here; everything else is
// left to Check. An id that is none is left out: nobody knows what it is, and ids are written into lists of rejects.
func (d *draft) row(line int64) Row {
	text := string(d.text)
	get := func(f field) string { return text[d.at[f].from:d.at[f].to] }
	e := Event{
		ID: get(fieldID), Session: get(fieldSession), Act: Act(get(fieldAct)), Step: Step(get(fieldEvent)), Channel: get(fieldChannel), Text: get(fieldText),
		Language: get(fieldLanguage), UI: get(fieldUI), ContactPreference: get(fieldPreference), IP: get(fieldIP), Captcha: d.captcha,
		Subject: Subject{TC: get(fieldTC), GivenName: get(fieldGivenName), Surname: get(fieldSurname), FatherName: get(fieldFatherName),
			BirthDate: get(fieldBirthDate), Phone: get(fieldPhone)},
	}
	if len(d.items) > 0 {
		e.Items = make([]string, len(d.items))
		for i, at := range d.items {
			e.Items[i] = text[at.from:at.to]
		}
	}
	if _, ok := ParseUUID(e.ID); !ok && e.ID != "" {
		d.fail(badUUID(fieldID, e.ID))
		e.ID = ""
	}
	e.Time = d.moment(fieldTime, get(fieldTime))
	e.Received = d.moment(fieldReceived, get(fieldReceived))
	return Row{Line: line, Event: e, Problem: d.problem}
}

// moment reads a time; the zero time would count as none, so it is refused like any other that is not plausible.
func (d *draft) moment(f field, v string) time.Time {
	if v == "" {
		return time.Time{}
	}
	t, ok := ParseTime(v)
	switch {
	case !ok:
		d.fail(badTime(f, v))
	case t.Before(earliest):
		d.fail(tooEarly(f))
		return time.Time{}
	}
	return t
}
