package event

import (
	"slices"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// Canonical appends the content of e as canonical JSON (RFC 8785), without its id: two events are the same when these
// bytes are. So what can be written in two ways is written in one: items ascend, a receipt at the time of the act is left
// out as the zero time is, times are UTC in milliseconds. Text and Language count as they stand: whoever knows that a
// label and a SHA-256 mean one text writes them alike before. A value that is not UTF-8 (Check finds it) is class
// Internal, event_not_utf8.
func Canonical(dst []byte, e *Event) ([]byte, error) {
	w := writer{dst: append(dst, '{')}
	w.string("act", string(e.Act))
	w.string("channel", e.Channel)
	w.string("contact_preference", e.ContactPreference)
	w.string("event", string(e.Step))
	w.object("evidence", func() {
		w.captcha(e.Captcha)
		w.string("ip", e.IP)
	})
	items := e.Items
	if !slices.IsSorted(items) {
		items = slices.Clone(items)
		slices.Sort(items)
	}
	w.strings("items", items)
	w.string("language", e.Language)
	if e.Received.UnixMilli() != e.Time.UnixMilli() {
		w.time("received", e.Received)
	}
	w.string("session", e.Session)
	w.object("subject", func() {
		w.string("birth_date", e.Subject.BirthDate)
		w.string("father_name", e.Subject.FatherName)
		w.string("given_name", e.Subject.GivenName)
		w.string("phone", e.Subject.Phone)
		w.string("surname", e.Subject.Surname)
		w.string("tc", e.Subject.TC)
	})
	w.string("text", e.Text)
	w.time("time", e.Time)
	w.string("ui", e.UI)
	if w.err != nil {
		return dst, fault.New(fault.Internal, "event_not_utf8", i18n.T("olaydaki bir metin UTF-8 değil", "a text of the event is not UTF-8")).Because(w.err)
	}
	return append(w.dst, '}'), nil
}

// AppendNDJSON appends e as one line of NDJSON, LF included, as ReadNDJSON reads it. What is not UTF-8 in it becomes
// U+FFFD, which Check refuses.
func AppendNDJSON(dst []byte, e *Event) []byte {
	w := writer{dst: append(dst, '{')}
	w.string("id", e.ID)
	w.string("session", e.Session)
	w.string("act", string(e.Act))
	w.string("event", string(e.Step))
	w.time("time", e.Time)
	w.time("received", e.Received)
	w.string("channel", e.Channel)
	w.string("text", e.Text)
	w.string("language", e.Language)
	w.strings("items", e.Items)
	w.string("ui", e.UI)
	w.object("subject", func() {
		w.string("tc", e.Subject.TC)
		w.string("given_name", e.Subject.GivenName)
		w.string("surname", e.Subject.Surname)
		w.string("father_name", e.Subject.FatherName)
		w.string("birth_date", e.Subject.BirthDate)
		w.string("phone", e.Subject.Phone)
	})
	w.string("contact_preference", e.ContactPreference)
	w.object("evidence", func() {
		w.string("ip", e.IP)
		w.captcha(e.Captcha)
	})
	return append(w.dst, '}', '\n')
}

// writer writes members of an object; those that are empty are left out.
type writer struct {
	dst []byte
	err error
}

func (w *writer) key(name string) {
	if w.dst[len(w.dst)-1] != '{' {
		w.dst = append(w.dst, ',')
	}
	w.dst = append(w.dst, '"')
	w.dst = append(w.dst, name...)
	w.dst = append(w.dst, '"', ':')
}

func (w *writer) quote(s string) {
	var err error
	if w.dst, err = jsontext.AppendQuote(w.dst, s); err != nil {
		w.err = err
	}
}

func (w *writer) string(name, value string) {
	if value != "" {
		w.key(name)
		w.quote(value)
	}
}

func (w *writer) time(name string, t time.Time) {
	if !t.IsZero() {
		w.key(name)
		w.dst = append(t.UTC().AppendFormat(append(w.dst, '"'), layout), '"')
	}
}

func (w *writer) strings(name string, values []string) {
	if len(values) == 0 {
		return
	}
	w.key(name)
	w.dst = append(w.dst, '[')
	for i, v := range values {
		if i > 0 {
			w.dst = append(w.dst, ',')
		}
		w.quote(v)
	}
	w.dst = append(w.dst, ']')
}

// object writes an object unless it stays empty.
func (w *writer) object(name string, members func()) {
	from := len(w.dst)
	w.key(name)
	w.dst = append(w.dst, '{')
	inside := len(w.dst)
	if members(); len(w.dst) == inside {
		w.dst = w.dst[:from]
		return
	}
	w.dst = append(w.dst, '}')
}

func (w *writer) captcha(v *bool) {
	if v != nil {
		w.key("captcha")
		w.dst = strconv.AppendBool(w.dst, *v)
	}
}
