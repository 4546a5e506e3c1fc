package event

import (
	"encoding/csv"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gowebpki/jcs"

	"iskurctl/internal/fault"
)

func TestTheCanonicalFormIsRFC8785(t *testing.T) {
	e := sample()
	e.UI = "\"\\/\b\f\n\r\t\x01<>&\u2028ğ😀"
	own := canonical(t, &e)
	want, err := jcs.Transform([]byte(own))
	if err != nil || string(want) != own {
		t.Errorf("%v\n%s\n%s", err, own, want)
	}
	if want := `{"act":"notice","channel":"mobil","event":"presented","session":"s","subject":{"tc":"1"},"text":"v1","time":"2026-11-22T10:30:00.000Z"}`; canonical(t,
		&Event{ID: "x", Session: "s", Act: Notice, Step: Presented, Time: now, Channel: "mobil", Text: "v1", Subject: Subject{TC: "1"}}) != want {
		t.Error("an absent member is written")
	}
}

func TestTheSameContentHasTheSameBytesHoweverItIsWritten(t *testing.T) {
	base := sample()
	for name, change := range map[string]func(*Event){
		"another id": func(e *Event) { e.ID = "" }, "items in another order": func(e *Event) { e.Items = []string{"iletisim", "kimlik"} },
		"another zone": func(e *Event) { e.Time, e.Received = e.Time.In(istanbul), e.Received.In(istanbul) }, "below the millisecond": func(e *Event) { e.Time = e.Time.Add(999) },
	} {
		if got := canonical(t, with(change)); got != canonical(t, &base) {
			t.Errorf("%s: %s", name, got)
		}
	}
	if canonical(t, with(func(e *Event) { e.Received = e.Time })) != canonical(t, with(func(e *Event) { e.Received = time.Time{} })) {
		t.Error("a receipt at once is no receipt of its own")
	}
	e := sample()
	e.Items = []string{"mekan", "iletisim"}
	if _ = canonical(t, &e); e.Items[0] != "mekan" {
		t.Error("the event was changed")
	}
}

// Every member but the id is content: another value has other bytes, in both forms.
func TestOtherContentHasOtherBytes(t *testing.T) {
	no := false
	seen := map[string]int{}
	for i, change := range []func(*Event){
		func(*Event) {}, func(e *Event) { e.Session = sampleID }, func(e *Event) { e.Act = Notice }, func(e *Event) { e.Step = Refused },
		func(e *Event) { e.Time = e.Time.Add(time.Millisecond) }, func(e *Event) { e.Received = e.Received.Add(time.Millisecond) }, func(e *Event) { e.Received = time.Time{} },
		func(e *Event) { e.Channel = "mobil" }, func(e *Event) { e.Text += "b" }, func(e *Event) { e.Language = "" }, func(e *Event) { e.Items = e.Items[:1] },
		func(e *Event) { e.UI = "" }, func(e *Event) { e.Subject.TC = number(1) }, func(e *Event) { e.Subject.GivenName = "Iğdır" }, func(e *Event) { e.Subject.Surname = "" },
		func(e *Event) { e.Subject.FatherName = "Ismail" }, func(e *Event) { e.Subject.BirthDate = "1990-02-01" }, func(e *Event) { e.Subject.Phone = "" },
		func(e *Event) { e.ContactPreference = "post" }, func(e *Event) { e.IP = "::1" }, func(e *Event) { e.Captcha = nil }, func(e *Event) { e.Captcha = &no },
	} {
		e := with(change)
		if other, ok := seen[canonical(t, e)]; ok {
			t.Errorf("%d and %d are the same", i, other)
		}
		seen[canonical(t, e)] = i
		row := readAll(t, ReadNDJSON, string(AppendNDJSON(nil, e)))[0]
		if row.Problem != nil || !reflect.DeepEqual(row.Event, *e) {
			t.Errorf("%d: %+v", i, row)
		}
		row = readAll(t, ReadCSV, csvLines(e))[0]
		if row.Problem != nil || !reflect.DeepEqual(row.Event, *e) {
			t.Errorf("%d: %+v", i, row)
		}
	}
}

// csvLines writes events as a CSV file.
func csvLines(events ...*Event) string {
	var b strings.Builder
	w := csv.NewWriter(&b)
	_ = w.Write(Header())
	for _, e := range events {
		_ = w.Write(AppendFields(nil, e))
	}
	w.Flush()
	return b.String()
}

func TestALineIsWrittenInTheOrderOfTheContract(t *testing.T) {
	e := sample()
	want := strings.NewReplacer("123E", "123e", `\u00c7`, "Ç").Replace(sampleLine) + "\n"
	if got := string(AppendNDJSON([]byte("x"), &e)); got != "x"+want {
		t.Errorf("%s\n%s", got, want)
	}
	if got := string(AppendNDJSON(nil, &Event{})); got != "{}\n" {
		t.Error(got)
	}
	if b := AppendNDJSON(nil, with(func(e *Event) { e.UI = "\xff" })); !json.Valid(b) {
		t.Errorf("%q", b)
	}
}

func TestThePersonalValuesAreNamedAsTheirColumnsAndAscend(t *testing.T) {
	e := sample()
	var got []string
	for _, p := range e.Personal() {
		got = append(got, p.Name)
		if p.Value == "" || !slices.Contains(Header(), p.Name) {
			t.Errorf("%+v", p)
		}
	}
	if !slices.Equal(got, PersonalNames()) || !slices.IsSorted(got) {
		t.Error(got)
	}
	if left := (&Event{Subject: Subject{TC: "1"}}).Personal(); len(left) != 1 || left[0].Name != "tc" {
		t.Error(left)
	}
}

func TestWhatIsNotUTF8HasNoCanonicalForm(t *testing.T) {
	_, err := Canonical(nil, with(func(e *Event) { e.Subject.Surname = "\xff" }))
	if f := fault.From(err); f == nil || f.Class != fault.Internal || f.Code != "event_not_utf8" {
		t.Error(err)
	}
}

func TestTimesDaysAndUUIDsAreReadInOneFormOnly(t *testing.T) {
	for in, ok := range map[string]bool{
		"2026-11-22T10:11:12.123Z": true, "2028-02-29T23:59:59.999Z": true, "2027-02-29T10:11:12.123Z": false, "2026-11-22T10:11:12.123z": false, "2026-11-22t10:11:12.123Z": false,
		"2026-11-22T10:11:12,123Z": false, "2026-11-22T10:11:60.000Z": false, "2026-11-22T24:00:00.000Z": false, "2026-11-22T1:11:12.1234Z": false, "2026-11-22 10:11:12.123Z": false,
		"2026-13-01T10:11:12.123Z": false, "2026-11-22T10:11:12.1Z": false, "": false, "2026-11-22T10:11:12.12\u0661": false, "+026-11-22T10:11:12.123Z": false,
	} {
		at, got := ParseTime(in)
		if got != ok || ok && FormatTime(at) != in {
			t.Errorf("%q: %v %v", in, at, got)
		}
	}
	for in, ok := range map[string]bool{"2026-11-22": true, "2024-02-29": true, "2026-02-29": false, "2026-1-22": false, "22.11.2026": false, "": false, "2026-11-22 ": false, "2026/11/22": false} {
		at, err := Day(in)
		if (err == nil) != ok || ok && at.In(istanbul).Format(dayLayout+" 15:04") != in+" 00:00" || !ok && faultCode(err) != "day_invalid" {
			t.Errorf("%q: %v %v", in, at, err)
		}
	}
	if at := day("2026-11-22"); FormatTime(at) != "2026-11-21T21:00:00.000Z" {
		t.Error(at)
	}
	for in, ok := range map[string]bool{sampleID: true, strings.ToUpper(sampleID): false, sampleID + "0": false, sampleID[1:]: false, "": false, strings.ReplaceAll(sampleID, "-", "a"): false,
		sampleID[:35] + "/": false, sampleID[:35] + ":": false, sampleID[:35] + "`": false, sampleID[:34] + "ş": false} {
		id, got := ParseUUID(in)
		if got != ok || ok && FormatUUID(id) != in || !ok && id != [16]byte{} {
			t.Errorf("%q: %x %v", in, id, got)
		}
	}
}
