package event

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"iskurctl/internal/tabular"
)

// again makes sure that what Check takes is the same content when it is written and read once more, in both forms.
func again(t *testing.T, row Row) {
	if row.Problem != nil {
		return
	}
	if p := Check(&row.Event, now); p != nil {
		if p.Text.TR == "" || p.Text.EN == "" {
			t.Fatalf("%+v", p)
		}
		return
	}
	want := canonical(t, &row.Event)
	for _, in := range []string{string(AppendNDJSON(nil, &row.Event)), csvLines(&row.Event)} {
		rows, err := collect(Read(strings.NewReader(in)))
		if err != nil || len(rows) != 1 || rows[0].Problem != nil || rows[0].Event.ID != row.Event.ID || canonical(t, &rows[0].Event) != want {
			t.Fatalf("%q: %v %+v", in, err, rows)
		}
		if p := Check(&rows[0].Event, now); p != nil {
			t.Fatalf("%q: %v", in, p)
		}
	}
}

// plainly makes sure of what holds for every row of any input.
func plainly(t *testing.T, row Row, last int64) {
	if row.Line <= last {
		t.Fatalf("line %d after %d", row.Line, last)
	}
	if _, ok := ParseUUID(row.Event.ID); !ok && row.Event.ID != "" {
		t.Fatalf("id %q", row.Event.ID)
	}
}

func FuzzNDJSON(f *testing.F) {
	f.Add([]byte(sampleLine + "\n\n" + sampleLine))
	for _, c := range badLines {
		if len(c.line) < 1000 {
			f.Add([]byte(c.line))
		}
	}
	f.Add([]byte("\xff\xfe{\x00}\x00"))
	f.Add([]byte("\"\n0"))
	f.Add([]byte("{\n0"))
	f.Fuzz(func(t *testing.T, in []byte) {
		var want []int64 // the physical lines that hold more than blanks
		for i, line := range bytes.Split(bytes.TrimPrefix(in, []byte("\xef\xbb\xbf")), []byte("\n")) {
			if len(bytes.TrimSpace(line)) > 0 {
				want = append(want, int64(i+1))
			}
		}
		utf16 := bytes.HasPrefix(in, []byte("\xff\xfe")) || bytes.HasPrefix(in, []byte("\xfe\xff"))
		n, last := 0, int64(0)
		for row, err := range ReadNDJSON(bytes.NewReader(in)) {
			if err != nil {
				if !utf16 && !overSeveralLines(in, want) {
					t.Fatal(err)
				}
				return
			}
			plainly(t, row, last)
			if last = row.Line; !utf16 && (n >= len(want) || want[n] != row.Line) {
				t.Fatalf("row %d is line %d of %v", n, row.Line, want)
			}
			n++
			again(t, row)
		}
		if !utf16 && n != len(want) {
			t.Fatalf("%d rows, want %d", n, len(want))
		}
	})
}

// overSeveralLines tells whether an object is begun on the first line that holds something, is not ended there, and no
// object begins on the next such line: then the input as a whole is refused. lines are the numbers of those lines.
func overSeveralLines(in []byte, lines []int64) bool {
	if len(lines) < 2 {
		return false
	}
	all := bytes.Split(bytes.TrimPrefix(in, []byte("\xef\xbb\xbf")), []byte("\n"))
	first, next := bytes.TrimSpace(all[lines[0]-1]), bytes.TrimSpace(all[lines[1]-1])
	return first[0] == '{' && next[0] != '{' && !json.Valid(first)
}

func FuzzCSV(f *testing.F) {
	f.Add(sampleCSV)
	f.Add(strings.ReplaceAll(sampleCSV, ",", ";"))
	for _, c := range badCells {
		f.Add(cellOf(c.column, c.value))
	}
	f.Fuzz(func(t *testing.T, in string) {
		rows, err := collect(ReadCSV(strings.NewReader(in)))
		last := int64(1)
		for _, row := range rows {
			plainly(t, row, last)
			last = row.Line
			again(t, row)
		}
		if err != nil && (len(faultCode(err)) == 0 || faultCode(err) == "internal") {
			t.Fatal(err)
		}
		// Package tabular, asked for the one column that must be there, gives as many rows, unless the header was refused.
		if code := faultCode(err); code == "column_unknown" || code == "column_ambiguous" || code == "column_missing" {
			return
		}
		n := 0
		for record, err := range tabular.EachRecord(strings.NewReader(in), []string{"tc"}, nil) {
			if err != nil {
				break
			}
			if n >= len(rows) || rows[n].Line != record.Line {
				t.Fatalf("row %d is line %d", n, record.Line)
			}
			n++
		}
		if n != len(rows) {
			t.Fatalf("%d rows, want %d", len(rows), n)
		}
	})
}

// Values reach Check more often when they stand in an event that is right otherwise.
func FuzzValues(f *testing.F) {
	f.Add("Şükrü", "Iğdır", "Onay Veriyorum", "2001:db8::1", "v1", "+905320000000", "1990-01-31")
	f.Add("=1", "\u202e", "a\x00b", "fe80::1%x", strings.Repeat("AB", 32), "05320000000", "31.01.1990")
	f.Fuzz(func(t *testing.T, given, surname, ui, ip, text, phone, birth string) {
		e := with(func(e *Event) {
			e.Subject.GivenName, e.Subject.Surname, e.UI, e.IP, e.Text, e.Subject.Phone, e.Subject.BirthDate = given, surname, ui, ip, text, phone, birth
		})
		again(t, Row{Event: *e})
		if p := Check(e, now); p == nil {
			for _, s := range []string{given, surname, ui, text} {
				if !utf8.ValidString(s) || strings.ContainsAny(s, "\x00\r\n\u202e\u2028\ufffd") || strings.TrimSpace(s) != s || utf8.RuneCountInString(s) > 200 {
					t.Fatalf("%q was taken", s)
				}
			}
		}
		for _, row := range readAll(t, ReadNDJSON, string(AppendNDJSON(nil, e))) {
			again(t, row)
		}
	})
}
