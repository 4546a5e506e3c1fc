package event

import (
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"

	"iskurctl/internal/fault"
)

func TestALineOfNDJSONIsAnEvent(t *testing.T) {
	rows := readAll(t, ReadNDJSON, sampleLine)
	if len(rows) != 1 || rows[0].Problem != nil || rows[0].Line != 1 || !reflect.DeepEqual(rows[0].Event, sample()) {
		t.Errorf("%+v", rows)
	}
}

// badLines are lines that cannot be taken as they stand.
var badLines = []struct {
	name, line, code, field string
	id                      bool // it can be read all the same
}{
	{"no JSON", `secret`, CodeSyntax, "", false},
	{"cut short", `{"id":"` + sampleID + `","ui":"gizli`, CodeSyntax, "", true},
	{"only begun", `{`, CodeSyntax, "", false},
	{"an array", `[{"id":"` + sampleID + `"}]`, CodeSyntax, "", false},
	{"a number", `10000000146`, CodeSyntax, "", false},
	{"two events in a line", `{"id":"` + sampleID + `"}{"act":"consent"}`, CodeSyntax, "", true},
	{"something behind it", `{"id":"` + sampleID + `"} gizli`, CodeSyntax, "", true},
	{"a comma too many", `{"id":"` + sampleID + `",}`, CodeSyntax, "", true},
	{"a name without quotes", `{id:"x"}`, CodeSyntax, "", false},
	{"a name that is a number", `{1:2}`, CodeSyntax, "", false},
	{"a comment", `{} // gizli`, CodeSyntax, "", false},
	{"a tab in a text", "{\"ui\":\"a\tb\"}", CodeSyntax, "", false},
	{"an escape that is none", `{"ui":"\x41"}`, CodeSyntax, "", false},
	{"an old Mac's lines", "{\"act\":\"notice\"}\r{\"act\":\"notice\"}", CodeSyntax, "", false},
	{"a mistake inside the subject", `{"subject":{"tc":}}`, CodeSyntax, "", false},
	{"a mistake inside the items", `{"items":["kimlik",]}`, CodeSyntax, "", false},
	{"not UTF-8", "{\"ui\":\"G\xddZL\xdd\",\"id\":\"" + sampleID + "\"}", CodeEncoding, "", true},
	{"a name not UTF-8", "{\"\xff\":1,\"id\":\"" + sampleID + "\"}", CodeEncoding, "", true},
	{"NUL", "{\"ui\":\"a\x00b\"}", CodeEncoding, "", false},
	{"an unknown member", `{"secret":{"a":[1,2]},"id":"` + sampleID + `"}`, CodeUnknownField, "", true},
	{"an unknown member of the subject", `{"subject":{"gizli":"10000000146"}}`, CodeUnknownField, "", false},
	{"a slip of the pen", `{"sesion":"x"}`, CodeUnknownField, "", false},
	{"the number outside the subject", `{"tc":"10000000146"}`, CodeUnknownField, "", false},
	{"the act inside the evidence", `{"evidence":{"act":"consent"}}`, CodeUnknownField, "", false},
	{"a very long name", `{"` + strings.Repeat("gizli", 100) + `":1}`, CodeUnknownField, "", false},
	{"a member twice", `{"id":"` + sampleID + `","ui":"a","ui":"a"}`, CodeDuplicateField, "ui", true},
	{"a member twice, once escaped", `{"ui":"a","u\u0069":"a"}`, CodeDuplicateField, "ui", false},
	{"a number twice", `{"subject":{"tc":"10000000146","tc":"10000000146"}}`, CodeDuplicateField, "tc", false},
	{"the subject twice", `{"subject":{},"subject":{"tc":"10000000146"}}`, CodeDuplicateField, "", false},
	{"the evidence twice", `{"evidence":{},"evidence":{}}`, CodeDuplicateField, "", false},
	{"a number where a text belongs", `{"subject":{"tc":10000000146},"id":"` + sampleID + `"}`, CodeFieldInvalid, "tc", true},
	{"an object where a text belongs", `{"ui":{"a":"gizli"}}`, CodeFieldInvalid, "ui", false},
	{"a truth where a text belongs", `{"evidence":{"ip":true}}`, CodeFieldInvalid, "ip", false},
	{"null", `{"received":null}`, CodeFieldInvalid, "received", false},
	{"null for an object", `{"subject":null}`, CodeFieldInvalid, "", false},
	{"a text for an object", `{"evidence":"gizli"}`, CodeFieldInvalid, "", false},
	{"a text for the items", `{"items":"kimlik iletisim"}`, CodeFieldInvalid, "items", false},
	{"a number among the items", `{"items":["kimlik",1]}`, CodeFieldInvalid, "items", false},
	{"a text for the captcha", `{"evidence":{"captcha":"true"}}`, CodeFieldInvalid, "captcha", false},
	{"a number for the captcha", `{"evidence":{"captcha":1}}`, CodeFieldInvalid, "captcha", false},
	{"an id that is none", `{"id":"10000000146"}`, CodeFieldInvalid, "id", false},
	{"an id with a lost letter", `{"id":"\ud800"}`, CodeEncoding, "id", false},
	{"a time without decimals", `{"time":"2026-11-22T10:11:12Z"}`, CodeTimeInvalid, "time", false},
	{"a receipt with an offset", `{"received":"2026-11-22T10:11:12.123+03:00"}`, CodeTimeInvalid, "received", false},
	{"the zero time", `{"received":"0001-01-01T00:00:00.000Z"}`, CodeTimeInvalid, "received", false},
	{"a time of bad bytes", `{"time":"2026\udc00"}`, CodeEncoding, "time", false},
	{"a line over 1 MiB", `{"ui":"` + strings.Repeat("a", 1<<20) + `"}`, CodeFieldTooLong, "", false},
}

func TestABadLineSpoilsItsRowOnly(t *testing.T) {
	for _, c := range badLines {
		rows := readAll(t, ReadNDJSON, sampleLine+"\n"+c.line+"\r\n"+sampleLine)
		if len(rows) != 3 {
			t.Fatalf("%s: %d rows", c.name, len(rows))
		}
		if p := rows[1].Problem; codeOf(p) != c.code || p.Field != c.field {
			t.Errorf("%s: %+v, want %s of %q", c.name, p, c.code, c.field)
		}
		if got := rows[1].Event.ID; got != "" && got != sampleID || (got != "") != c.id {
			t.Errorf("%s: id %q", c.name, got)
		}
		for i, row := range rows {
			if row.Line != int64(i+1) || i != 1 && (row.Problem != nil || row.Event.ID != sampleID) {
				t.Errorf("%s: %+v", c.name, row)
			}
		}
	}
}

func TestAnUnknownMemberIsTraceableByWhatIsNearToIt(t *testing.T) {
	for line, want := range map[string]string{
		`{"sesion":1}`: `"session"`, `{"subject":{"surnam":1}}`: `"surname"`, `{"subjct":{}}`: `"subject"`, `{"tc":1}`: `"tc" belongs inside "subject" (byte 2)`, `{"id":"",  "xyzxyzxyz":1}`: "at byte 12 is",
		`{"captcha":1}`: `inside "evidence"`, `{"subject":{"act":1}}`: `in the event itself`, `{"subject":{"\u0061ct":1}}`: "byte 13", `{"xyzxyzxyz":1}`: "only these are: id, session",
	} {
		if p := readAll(t, ReadNDJSON, line)[0].Problem; codeOf(p) != CodeUnknownField || !strings.Contains(p.Text.EN, want) {
			t.Errorf("%s: %+v", line, p)
		}
	}
}

func TestJSONWrittenForPeopleIsOneErrorAndNotOneALine(t *testing.T) {
	pretty := strings.NewReplacer("{", "{\n  ", ",", ",\n  ", "}", "\n}").Replace(sampleLine)
	for in, want := range map[string]struct {
		rows int
		code string
	}{
		pretty: {0, "input_format"}, "\ufeff\n\n" + strings.ReplaceAll(pretty, "\n", "\r\n") + "\n" + pretty: {0, "input_format"}, "{\n\n\"id\":\"\"}": {0, "input_format"},
		strings.Replace(sampleLine, `,"act"`, ",\n\"act\"", 1): {0, "input_format"},
		"{": {1, ""}, "{\n\n": {1, ""}, sampleLine[:80]: {1, ""}, sampleLine[:80] + "\n" + sampleLine: {2, ""}, sampleLine + "\n" + "{\n}": {3, ""},
		"{\n" + strings.Repeat("x", 1<<20+1): {2, ""}, "{]\n}": {2, ""},
	} {
		rows, err := collect(Read(strings.NewReader(in)))
		if len(rows) != want.rows || faultCode(err) != want.code || err != nil && !strings.Contains(fault.From(err).Hint.EN, "jq -c . ") {
			t.Errorf("%.40q: %d rows, %v", in, len(rows), err)
		}
		for i, row := range rows {
			if i == 0 && !strings.HasPrefix(in, sampleLine) && codeOf(row.Problem) != CodeSyntax {
				t.Errorf("%.40q: %+v", in, row)
			}
		}
	}
}

func TestALostSurrogateIsFoundByCheck(t *testing.T) {
	line := strings.Replace(sampleLine, "Iğdır", `I\ud83dr`, 1)
	row := readAll(t, ReadNDJSON, line)[0]
	if p := Check(&row.Event, now); row.Problem != nil || codeOf(p) != CodeEncoding || p.Field != "surname" {
		t.Errorf("%+v %+v", row.Problem, p)
	}
}

func TestBlanksAndEmptyMembersAreNothing(t *testing.T) {
	in := "\n  \r\n" + `{ "id" : "", "items":[], "subject":{}, "evidence":{}, "ui":"  Tamam\u00a0 " ,"text":"` + strings.Repeat("AB", 32) + `"}` + "\n\t\n" + sampleLine + "\n\n"
	rows := readAll(t, ReadNDJSON, in)
	if len(rows) != 2 || rows[0].Line != 3 || rows[1].Line != 5 || rows[0].Problem != nil || rows[1].Problem != nil {
		t.Fatalf("%+v", rows)
	}
	if want := (Event{UI: "Tamam", Text: strings.Repeat("ab", 32)}); !reflect.DeepEqual(rows[0].Event, want) {
		t.Errorf("%+v", rows[0].Event)
	}
}

func TestMarksAndUTF16AreObeyed(t *testing.T) {
	encode := func(s string, low, high int) string {
		b := []byte{}
		for _, u := range utf16.Encode([]rune("\ufeff" + s)) {
			pair := [2]byte{}
			pair[low], pair[high] = byte(u), byte(u>>8)
			b = append(b, pair[:]...)
		}
		return string(b)
	}
	text := sampleLine + "\r\n\r\n" + sampleLine
	for name, in := range map[string]string{"UTF-8": text, "BOM": "\ufeff" + text, "UTF-16LE": encode(text, 0, 1), "UTF-16BE": encode(text, 1, 0)} {
		for how, r := range map[string]io.Reader{"whole": strings.NewReader(in), "by byte": iotest.OneByteReader(strings.NewReader(in))} {
			rows, err := collect(Read(r))
			if err != nil || len(rows) != 2 || rows[1].Line != 3 || !reflect.DeepEqual(rows[1].Event, sample()) {
				t.Errorf("%s, %s: %v %+v", name, how, err, rows)
			}
		}
	}
	rows := readAll(t, Read, encode(text, 0, 1)[2:]) // nothing says what it is
	for _, row := range rows {
		if codeOf(row.Problem) != CodeEncoding {
			t.Errorf("%+v", row.Problem)
		}
	}
}

func TestALineOfOneMiBIsReadAndALongerOneIsPassedOver(t *testing.T) {
	fit := func(n int) string {
		return `{"id":"` + sampleID + `",` + strings.Repeat(" ", n-len(sampleID)-len(`{"id":"",}`)-len(`"ui":"x"`)) + `"ui":"x"}`
	}
	for _, end := range []string{"\n", "\r\n", ""} {
		for n, want := range map[int]string{1 << 20: "", 1<<20 + 1: CodeFieldTooLong, 3 << 20: CodeFieldTooLong, 65536: "", 65535: "", 65537: ""} {
			rows := readAll(t, ReadNDJSON, sampleLine+"\n"+fit(n)+end)
			if len(rows) != 2 || codeOf(rows[1].Problem) != want || want == "" && rows[1].Event.UI != "x" {
				t.Errorf("%d bytes and %q: %d rows, %v", n, end, len(rows), rows[len(rows)-1].Problem)
			}
		}
	}
}

func TestABrokenReadIsNotTheEndOfTheEvents(t *testing.T) {
	broken := errors.New("cable")
	for name, read := range map[string]func(io.Reader) (rows []Row, err error){
		"NDJSON": func(r io.Reader) ([]Row, error) { return collect(ReadNDJSON(r)) }, "either": func(r io.Reader) ([]Row, error) { return collect(Read(r)) },
	} {
		rows, err := read(io.MultiReader(strings.NewReader(sampleLine+"\n"+sampleLine[:80]), iotest.ErrReader(broken)))
		if len(rows) != 1 || faultCode(err) != "input_read" || !errors.Is(err, broken) {
			t.Errorf("%s: %d rows, %v", name, len(rows), err)
		}
		rows, err = read(iotest.ErrReader(broken))
		if len(rows) != 0 || faultCode(err) != "input_read" {
			t.Errorf("%s: %d rows, %v", name, len(rows), err)
		}
	}
}

func TestTheReaderOfEventsMayStopEarly(t *testing.T) {
	for _, in := range []string{strings.Repeat(sampleLine+"\n", 5), strings.Repeat("x\n", 5), strings.Repeat(strings.Repeat("x", 1<<20+1)+"\n", 3)} {
		n := 0
		for range ReadNDJSON(strings.NewReader(in)) {
			if n++; n == 2 {
				break
			}
		}
		if n != 2 {
			t.Error(n)
		}
	}
}

func TestARowCostsFewAllocations(t *testing.T) {
	text := ndjsonOf(100)
	perRow := testing.AllocsPerRun(20, func() {
		for _, err := range ReadNDJSON(strings.NewReader(text)) {
			if err != nil {
				t.Fatal(err)
			}
		}
	}) / 100
	if perRow > 5 {
		t.Errorf("%.1f allocations a row", perRow)
	}
}
