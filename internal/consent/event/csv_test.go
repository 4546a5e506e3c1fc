package event

import (
	"io"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"golang.org/x/text/encoding/charmap"
)

func TestARowOfCSVIsTheSameEventAsALineOfNDJSON(t *testing.T) {
	old, err := charmap.Windows1254.NewEncoder().String(sampleCSV)
	if err != nil {
		t.Fatal(err)
	}
	for name, in := range map[string]string{
		"as written": sampleCSV, "BOM and CRLF": "\ufeff" + strings.ReplaceAll(sampleCSV, "\n", "\r\n"), "semicolons": strings.ReplaceAll(sampleCSV, ",", ";"),
		"tabs": strings.ReplaceAll(sampleCSV, ",", "\t"), "windows-1254": old, "upper case": strings.Replace(sampleCSV, "given_name,surname", "GIVEN_NAME,\" Surname \"", 1),
	} {
		for how, r := range map[string]io.Reader{"whole": strings.NewReader(in), "by byte": iotest.OneByteReader(strings.NewReader(in))} {
			rows, err := collect(Read(r))
			if err != nil || len(rows) != 1 || rows[0].Line != 2 || rows[0].Problem != nil || !reflect.DeepEqual(rows[0].Event, sample()) {
				t.Errorf("%s, %s: %v %+v", name, how, err, rows)
			}
		}
	}
}

func TestColumnsComeInAnyOrderAndOnlyTheRequiredMustBeThere(t *testing.T) {
	rows := readAll(t, ReadCSV, "\n \ntc,text,channel,time,event,act,session\n\n10000000146,v1,portal,2026-11-22T09:30:00.000Z,accepted,agreement,"+sampleSession+"\n\n"+
		"10000000146,\"v\n1\",portal,2026-11-22T09:30:00.000Z,accepted,agreement,"+sampleSession+"\n"+
		"10000000146,v1,portal,2026-11-22T09:30:00.000Z,accepted,agreement,"+strings.ToUpper(sampleSession)+"\n")
	if len(rows) != 3 || rows[0].Line != 5 || rows[1].Line != 7 || rows[2].Line != 9 {
		t.Fatalf("%+v", rows)
	}
	if codeOf(Check(&rows[0].Event, now)) != "" || codeOf(Check(&rows[1].Event, now)) != CodeControlCharacter || codeOf(Check(&rows[2].Event, now)) != "" {
		t.Errorf("%+v", rows)
	}
}

func cellOf(column, value string) string {
	return "session,act,event,time,channel,text,tc," + column + "\n,,,,,,," + value + "\n"
}

// badCells are values that CSV cannot have.
var badCells = []struct{ column, value, code string }{
	{"captcha", "TRUE", CodeFieldInvalid}, {"captcha", "DOĞRU", CodeFieldInvalid}, {"captcha", "1", CodeFieldInvalid},
	{"id", "10000000146", CodeFieldInvalid}, {"received", "22.11.2026 13:11", CodeTimeInvalid}, {"received", "46348.42", CodeTimeInvalid},
}

func TestABadCellSpoilsItsRowOnly(t *testing.T) {
	for _, c := range badCells {
		rows := readAll(t, ReadCSV, cellOf(c.column, c.value)+",,,,,,,\n")
		if len(rows) != 2 || codeOf(rows[0].Problem) != c.code || rows[0].Problem.Field != c.column || rows[1].Problem != nil || rows[0].Event.ID != "" {
			t.Errorf("%s %s: %+v", c.column, c.value, rows)
		}
	}
}

func TestCellsAreReadAsTheyAreMeant(t *testing.T) {
	for value, want := range map[string][]string{"": nil, "kimlik": {"kimlik"}, "  kimlik   iletisim ": {"kimlik", "iletisim"}, strings.Repeat("kimlik ", 99): strings.Fields(strings.Repeat("kimlik ", 7))} {
		if rows := readAll(t, ReadCSV, cellOf("items", value)); !reflect.DeepEqual(rows[0].Event.Items, want) {
			t.Errorf("%q: %q", value, rows[0].Event.Items)
		}
	}
	for value, want := range map[string]string{"": "unknown", "true": "true", "false": "false"} {
		got := "unknown"
		if c := readAll(t, ReadCSV, cellOf("captcha", value))[0].Event.Captcha; c != nil {
			got = map[bool]string{true: "true", false: "false"}[*c]
		}
		if got != want {
			t.Errorf("%q: %s", value, got)
		}
	}
}

// The five bytes that windows-1254 does not use become U+FFFD, which says that something was lost.
func TestALetterThatNoEncodingHasIsNotTaken(t *testing.T) {
	rows := readAll(t, ReadCSV, strings.Replace(sampleCSV, "Iğdır", "I\x81d\xfdr", 1))
	if p := Check(&rows[0].Event, now); codeOf(p) != CodeEncoding || p.Field != "surname" {
		t.Errorf("%+v", rows)
	}
}

// A letter of UTF-8 that was cut is not taken for windows-1254: the log would hold another name for ever. A file that is
// windows-1254 throughout is, also where a capital before an apostrophe happens to be valid UTF-8.
func TestADamagedLetterOfUTF8SpoilsItsRow(t *testing.T) {
	header, row, _ := strings.Cut(sampleCSV, "\n")
	cut := strings.Replace(row, "Iğdır", "I\xc4d\xc4\xb1r", 1) // the second byte of ğ is missing
	rows := readAll(t, ReadCSV, header+"\n"+row+"\n"+cut+"\n"+row)
	if len(rows) != 3 || rows[0].Problem != nil || codeOf(rows[1].Problem) != CodeEncoding || rows[1].Event.ID != sample().ID || rows[2].Problem != nil {
		t.Errorf("%+v", rows)
	}
	old, err := charmap.Windows1254.NewEncoder().String(row)
	if err != nil {
		t.Fatal(err)
	}
	quoted := strings.Replace(old, "I\xf0d\xfdr", "\xdc\x92n\xfdn", 1) // Ü’nın: the first two bytes are a letter of Syriac
	for _, r := range readAll(t, ReadCSV, header+"\n"+quoted+"\n"+old) {
		if p := Check(&r.Event, now); r.Problem != nil || p != nil {
			t.Errorf("%+v %+v", r, p)
		}
	}
}

// badRows are rows of CSV that cannot be told into values.
var badRows = []struct{ row, says string }{
	{"x", "has 1 fields, the header has 20"}, {strings.Repeat("10000000146,", 20) + "gizli", "has 21 fields, the header has 20"},
	{"gi\"zli\"" + strings.Repeat(",", 19), "at byte 3"},
}

func TestARowOfAnotherLengthSpoilsItselfOnly(t *testing.T) {
	for _, c := range badRows {
		rows := readAll(t, ReadCSV, sampleCSV+c.row+"\n"+sampleCSV[strings.Index(sampleCSV, "\n")+1:])
		if len(rows) != 3 || rows[0].Problem != nil || rows[2].Problem != nil || rows[2].Line != 4 || !reflect.DeepEqual(rows[2].Event, sample()) {
			t.Fatalf("%s: %+v", c.row, rows)
		}
		if p := rows[1].Problem; codeOf(p) != CodeSyntax || p.Field != "" || !strings.Contains(p.Text.EN, c.says) || rows[1].Line != 3 || !reflect.DeepEqual(rows[1].Event, Event{}) {
			t.Errorf("%s: %+v", c.row, rows[1])
		}
	}
}

func TestTheReaderOfRowsMayStopEarly(t *testing.T) {
	for range ReadCSV(strings.NewReader(csvOf(50))) {
		break
	}
}

func TestAFileWhoseColumnsAreInDoubtIsRefusedAsAWhole(t *testing.T) {
	all := strings.Join(Header(), ",")
	for _, c := range []struct{ name, in, code, says string }{
		{"empty", "", "column_missing", ""},
		{"an unknown column", all + ",gizli\n", "column_unknown", "column 21"},
		{"a slip of the pen", strings.Replace(all, "father_name", "father_nam", 1) + "\n", "column_unknown", "column 15"},
		{"a column without a name", all + ",\n", "column_unknown", "column 21"},
		{"two kinds of delimiters", strings.Replace(all, ",phone", ";phone", 1) + "\n", "column_unknown", ""},
		{"quotes in quotes", strings.Replace(all, "phone", `"""phone"""`, 1) + "\n", "column_unknown", "column 17"},
		{"a column twice", all + ",tc\n", "column_ambiguous", "column 21"},
		{"a column twice, in another case", all + ",TC\n", "column_ambiguous", "column 21"},
		{"a required column is missing", strings.Replace(all, "session,", "", 1) + "\n", "column_missing", "session"},
		{"no CSV at all", "gizli not\n", "column_unknown", "line 1: the name of column 1"},
		{"a header over two lines", "\"id\n\"," + all[3:] + "\n", "column_unknown", "column 1"},
		{"a quote that may hide rows", all + "\n\"a\"b" + strings.Repeat(",", 19) + "\n", "quote_stray", "line 2"},
		{"NUL", all + "\n\x00\n", "nul_byte", "line 2"},
		{"NUL in the header", "id,\x00\n", "nul_byte", "line 1"},
	} {
		rows, err := collect(ReadCSV(strings.NewReader(c.in)))
		if len(rows) != 0 || faultCode(err) != c.code || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "gizli") {
			t.Errorf("%s: %v %v", c.name, rows, err)
		}
	}
}
