package event

import (
	"io"
	"iter"
	"strings"
	"testing"
	"time"

	"iskurctl/internal/fault"
	"iskurctl/internal/tckn"
)

// now is the clock of the tests.
var now = time.Date(2026, 11, 22, 10, 30, 0, 0, time.UTC)

const (
	sampleID      = "123e4567-e89b-42d3-a456-426614174000"
	sampleSession = "123e4567-e89b-42d3-a456-4266141740ff"
)

// number gives one of the hundred synthetic TC numbers from 10000000146 on.
func number(i int) string { return tckn.Complete(100000001 + i%100) }

func yes() *bool { v := true; return &v }

// sample is an event with everything that an event can have.
func sample() Event {
	return Event{
		ID: sampleID, Session: sampleSession, Act: Consent, Step: Given, Time: now.Add(-time.Hour), Received: now.Add(-time.Hour + 377*time.Millisecond),
		Channel: "portal", Text: "acik-riza-2026", Language: "tr", Items: []string{"kimlik", "iletisim"}, UI: "Onay Veriyorum",
		Subject:           Subject{TC: number(0), GivenName: "Şükrü Çağdaş", Surname: "Iğdır", FatherName: "İsmail", BirthDate: "1990-01-31", Phone: "+905320000000"},
		ContactPreference: "sms", IP: "192.0.2.1", Captcha: yes(),
	}
}

// with changes a sample.
func with(change func(*Event)) *Event {
	e := sample()
	change(&e)
	return &e
}

const sampleLine = `{"id":"123E4567-e89b-42d3-a456-426614174000","session":"123e4567-e89b-42d3-a456-4266141740ff","act":"consent","event":"given",` +
	`"time":"2026-11-22T09:30:00.000Z","received":"2026-11-22T09:30:00.377Z","channel":"portal","text":"acik-riza-2026","language":"tr",` +
	`"items":["kimlik","iletisim"],"ui":"Onay Veriyorum","subject":{"tc":"10000000146","given_name":"Şükrü \u00c7ağdaş","surname":"Iğdır",` +
	`"father_name":"İsmail","birth_date":"1990-01-31","phone":"+905320000000"},"contact_preference":"sms","evidence":{"ip":"192.0.2.1","captcha":true}}`

const sampleCSV = `id,session,act,event,time,received,channel,text,language,items,ui,tc,given_name,surname,father_name,birth_date,phone,contact_preference,ip,captcha
123e4567-e89b-42d3-a456-426614174000,123e4567-e89b-42d3-a456-4266141740ff,consent,given,2026-11-22T09:30:00.000Z,2026-11-22T09:30:00.377Z,portal,acik-riza-2026,tr,kimlik iletisim,Onay Veriyorum,10000000146,Şükrü Çağdaş,Iğdır,İsmail,1990-01-31,+905320000000,sms,192.0.2.1,true
`

// collect reads an input to its end, or to its error.
func collect(rows iter.Seq2[Row, error]) (list []Row, err error) {
	for row, e := range rows {
		if e != nil {
			return list, e
		}
		list = append(list, row)
	}
	return list, nil
}

func readAll(t *testing.T, read func(io.Reader) iter.Seq2[Row, error], in string) []Row {
	t.Helper()
	list, err := collect(read(strings.NewReader(in)))
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func codeOf(p *Problem) string {
	if p == nil {
		return ""
	}
	return p.Code
}

func faultCode(err error) string {
	if err == nil {
		return ""
	}
	return fault.From(err).Code
}

func canonical(t testing.TB, e *Event) string {
	t.Helper()
	b, err := Canonical(nil, e)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
