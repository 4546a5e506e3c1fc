package output

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

func columns() []Column {
	return []Column{
		{Key: "tc", Title: i18n.T("TC kimlik no", "TC number"), Kind: TC},
		{Key: "ad", Title: i18n.T("Ad", "Name"), Kind: Name},
		{Key: "not", Title: i18n.T("Açıklama", "Note"), Kind: Text},
		{Key: "level", Title: i18n.T("Seviye", "Level"), Kind: Number},
		{Key: "ok", Title: i18n.T("Geçerli", "Valid"), Kind: Bool},
		{Key: "at", Title: i18n.T("Zaman", "Time"), Kind: Time},
	}
}

func rows() []Record {
	at := time.Date(2026, 11, 22, 13, 11, 12, 123_999_999, time.FixedZone("TRT", 3*3600))
	return []Record{
		{"10000000146", "Işıl Çağlayan", "başvuru 10000000146 İPTAL", 5, true, at},
		{"10000000214", "İbrahim", "a\tb\nc\x1b[31m\u202e|`<x>\u200b\U000e0041\xff\u0085", int64(-3), false, time.Time{}},
		{"", nil, nil, nil, nil, nil},
	}
}

// render writes all through a sink as a command does.
func render(t *testing.T, o Options, target Target, cols []Column, recs ...Record) string {
	t.Helper()
	var b bytes.Buffer
	target.Out = &b
	s, err := Open(o, target, cols)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range recs {
		if err := s.Write(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func same(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s:\n--- got\n%s\n--- want\n%s\n(%q)", what, got, want, got)
	}
}

const hostileNote = `a\tb\nc\u001b[31m\u202e|` + "`" + `<x>\u200b\U000e0041\xff\u0085`

func TestEveryFormatKeepsTheContract(t *testing.T) {
	for _, c := range []struct {
		format string
		want   string
	}{
		{"tsv", "tc\tad\tnot\tlevel\tok\tat\n" +
			"100******46\tI*** Ç*******\tbaşvuru 100******46 İPTAL\t5\ttrue\t2026-11-22T10:11:12.123Z\n" +
			"100******14\tİ******\t" + hostileNote + "\t-3\tfalse\t\n" +
			"\t\t\t\t\t\n"},
		{"csv", "tc,ad,not,level,ok,at\n" +
			"100******46,I*** Ç*******,başvuru 100******46 İPTAL,5,true,2026-11-22T10:11:12.123Z\n" +
			"100******14,İ******," + hostileNote + ",-3,false,\n" +
			",,,,,\n"},
		{"json", "[\n" +
			`{"tc":"100******46","ad":"I*** Ç*******","not":"başvuru 100******46 İPTAL","level":5,"ok":true,"at":"2026-11-22T10:11:12.123Z"},` + "\n" +
			`{"tc":"100******14","ad":"İ******","not":"a\tb\nc\u001b[31m\u202e|` + "`" + `<x>\u200b\udb40\udc41\ufffd\u0085","level":-3,"ok":false,"at":null},` + "\n" +
			`{"tc":"","ad":null,"not":null,"level":null,"ok":null,"at":null}` + "\n]\n"},
		{"ndjson", `{"tc":"100******46","ad":"I*** Ç*******","not":"başvuru 100******46 İPTAL","level":5,"ok":true,"at":"2026-11-22T10:11:12.123Z"}` + "\n" +
			`{"tc":"100******14","ad":"İ******","not":"a\tb\nc\u001b[31m\u202e|` + "`" + `<x>\u200b\udb40\udc41\ufffd\u0085","level":-3,"ok":false,"at":null}` + "\n" +
			`{"tc":"","ad":null,"not":null,"level":null,"ok":null,"at":null}` + "\n"},
		{"md", "| TC kimlik no | Ad | Açıklama | Seviye | Geçerli | Zaman |\n| --- | --- | --- | ---: | --- | --- |\n" +
			"| 100******46 | I*** Ç******* | başvuru 100******46 İPTAL | 5 | true | 2026-11-22T10:11:12.123Z |\n" +
			"| 100******14 | İ****** | a\\\\tb\\\\nc\\\\u001b\\[31m\\\\u202e\\|\\`\\<x>\\\\u200b\\\\U000e0041\\\\xff\\\\u0085 | -3 | false |  |\n" +
			"|  |  |  |  |  |  |\n"},
		{"table", "" +
			"TC kimlik no │ Ad            │ Açıklama                                             │ Seviye │ Geçerli │ Zaman\n" +
			"─────────────┼───────────────┼──────────────────────────────────────────────────────┼────────┼─────────┼─────────────────────────\n" +
			"100******46  │ I*** Ç*******  │ başvuru 100******46 İPTAL                            │      5 │ true    │ 2026-11-22T10:11:12.123Z\n" +
			"100******14  │ İ******       │ " + hostileNote + " │     -3 │ false   │\n" +
			"             │               │                                                      │        │         │\n"},
	} {
		got := render(t, Options{Format: c.format}, Target{Lang: i18n.TR}, columns(), rows()...)
		if c.format == "table" { // spaces and rules depend on the widest cell; the cells and their order do not
			squeeze := strings.NewReplacer(" ", "", "─", "")
			got, c.want = squeeze.Replace(got), squeeze.Replace(c.want)
		}
		same(t, c.format, got, c.want)
	}
}

func TestEmptyResultsAreValidDocuments(t *testing.T) {
	for format, want := range map[string]string{
		"tsv": "tc\tlevel\n", "csv": "tc,level\n", "json": "[]\n", "ndjson": "",
		"md": "| TC number | Level |\n| --- | ---: |\n", "table": "TC number │ Level\n",
	} {
		o := Options{Format: format, Fields: []string{"tc", "level"}}
		same(t, format, render(t, o, Target{Lang: i18n.EN}, columns()), want)
		o.NoHeaders = true
		if format != "json" {
			want = ""
		}
		same(t, format+" --no-headers", render(t, o, Target{Lang: i18n.EN}, columns()), want)
	}
}

func TestNoHeadersLeavesTheRowsOnly(t *testing.T) {
	for format, want := range map[string]string{
		"tsv": "100******46\t5\n", "csv": "100******46,5\n", "md": "| 100******46 | 5 |\n", "table": "100******46 │ 5\n",
	} {
		same(t, format, render(t, Options{Format: format, Fields: []string{"tc", "level"}, NoHeaders: true}, Target{}, columns(), rows()[0]), want)
	}
}

func TestTheDefaultFormatIsTableForPeopleAndTSVForPrograms(t *testing.T) {
	cols := []Column{{Key: "a"}, {Key: "b"}}
	same(t, "pipe", render(t, Options{}, Target{}, cols, Record{"1", "2"}), "a\tb\n1\t2\n")
	same(t, "terminal", render(t, Options{}, Target{TTY: true, Width: 80}, cols, Record{"1", "2"}), "a │ b\n──┼──\n1 │ 2\n")
}

func TestNestedValuesAreJSONInEveryFormat(t *testing.T) {
	cols := []Column{{Key: "params", Kind: JSON}, {Key: "items", Kind: Code}}
	r := Record{json.RawMessage(`{ "TC_KIMLIK_NO" : "10000000146", "n": 10000000146, "x": [1.5, null, "\u202e"] }`), []string{"kimlik", "mekan"}}
	want := `{"TC_KIMLIK_NO":"100******46","n":"100******46","x":[1.5,null,"\u202e"]}`
	same(t, "tsv", render(t, Options{Format: "tsv", NoHeaders: true}, Target{}, cols, r), want+"\tkimlik mekan\n")
	same(t, "ndjson", render(t, Options{Format: "ndjson"}, Target{}, cols, r), `{"params":`+want+`,"items":["kimlik","mekan"]}`+"\n")
	revealed := `{"TC_KIMLIK_NO":"10000000146","n":10000000146,"x":[1.5,null,"\u202e"]}`
	same(t, "revealed", render(t, Options{Format: "tsv", NoHeaders: true, Reveal: true}, Target{}, cols, r), revealed+"\tkimlik mekan\n")
	fields := Record{[]Field{{Key: "tc", Kind: TC, Value: "10000000146"}, {Key: "list", Value: [][]Field{{}, {{Key: "ad", Kind: Name, Value: "Ayşe"}}}}}, nil}
	same(t, "fields", render(t, Options{Format: "ndjson"}, Target{}, cols, fields), `{"params":{"tc":"100******46","list":[{},{"ad":"A***"}]},"items":null}`+"\n")
}

func TestASummaryIsOneObject(t *testing.T) {
	summary := []Field{
		{Key: "total", Title: i18n.T("Toplam", "Total"), Kind: Number, Value: 5},
		{Key: "by_reason", Title: i18n.T("Nedenlere göre", "By reason"), Value: []Field{{Key: "ok", Kind: Number, Value: 3}, {Key: "length", Kind: Number, Value: int64(0)}}},
		{Key: "findings", Value: [][]Field{{{Key: "code", Kind: Code, Value: "V01"}}, {{Key: "code", Kind: Code, Value: "=1;2"}}}},
		{Key: "none", Value: [][]Field{}},
	}
	for _, c := range []struct {
		name string
		o    Options
		want string
	}{
		{"json", Options{Format: "json"}, `{"total":5,"by_reason":{"ok":3,"length":0},"findings":[{"code":"V01"},{"code":"=1;2"}],"none":[]}` + "\n"},
		{"ndjson", Options{Format: "ndjson"}, `{"total":5,"by_reason":{"ok":3,"length":0},"findings":[{"code":"V01"},{"code":"=1;2"}],"none":[]}` + "\n"},
		{"tsv", Options{Format: "tsv"}, "total\t5\nby_reason.ok\t3\nby_reason.length\t0\nfindings.0.code\tV01\nfindings.1.code\t=1;2\nnone\t[]\n"},
		{"csv", Options{Format: "csv"}, "total,5\nby_reason.ok,3\nby_reason.length,0\nfindings.0.code,V01\nfindings.1.code,=1;2\nnone,[]\n"},
		{"excel", Options{Excel: true}, "\ufefftotal;5\r\nby_reason.ok;3\r\nby_reason.length;0\r\nfindings.0.code;V01\r\nfindings.1.code;\"'=1;2\"\r\nnone;[]\r\n"},
		{"fields", Options{Format: "json", Fields: []string{"none", "total"}}, `{"none":[],"total":5}` + "\n"},
		{"jq", Options{JQ: ".by_reason.ok, .findings[0].code"}, "3\nV01\n"},
		{"md", Options{Format: "md"}, "| alan | değer |\n| --- | --- |\n| Toplam | 5 |\n| Nedenlere göre › ok | 3 |\n| Nedenlere göre › length | 0 |\n| none | yok |\n\n**findings**\n\n| code |\n| --- |\n| V01 |\n| =1;2 |\n"},
		{"table", Options{Format: "table"}, "Toplam           5\nNedenlere göre\n  ok             3\n  length         0\nnone             yok\n\nfindings\ncode\n────\nV01\n=1;2\n"},
	} {
		var b bytes.Buffer
		s, err := Open(c.o, Target{Out: &b, Lang: i18n.TR}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Object(summary); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		same(t, c.name, b.String(), c.want)
	}
}

func TestExcelOpensItByDoubleClickAndComputesNothing(t *testing.T) {
	cols := []Column{{Key: "v", Kind: Text}}
	for in, want := range map[string]string{
		"=1+1": "'=1+1", "+905321234567": "'+905321234567", "-5": "'-5", "@SUM(A1)": "'@SUM(A1)",
		"\t=1": `'\t=1`, "\r=1": `'\r=1`, "\n=1": `'\n=1`, "＝1": "'＝1", "＋1": "'＋1", "－1": "'－1", "＠a": "'＠a",
		"  =1": "'  =1", "\u00a0=1": "'\u00a0=1", "\u200b=1": `'\u200b=1`,
		"123456789012": "'123456789012", "0012": "'0012", "12E5": "'12E5", "12.05": "'12.05", "3/4": "'3/4", "10000000146": "'10000000146",
		"5": "5", "1234567890": "1234567890", "YB0026/11UY0012-3": "YB0026/11UY0012-3", "'tek": "''tek", "İş; Kur": `"İş; Kur"`,
		"a=b": "a=b", "iki\nsatır": `iki\nsatır`, "": `""`,
	} {
		got := render(t, Options{Excel: true, Reveal: true}, Target{}, cols, Record{in})
		same(t, in, got, "\ufeffv\r\n"+want+"\r\n")
	}
	typed := []Column{{Key: "n", Kind: Number}, {Key: "d", Kind: Date}, {Key: "tc", Kind: TC}, {Key: "b", Kind: Bool}, {Key: "j", Kind: JSON}}
	r := Record{int64(-42), "2026-11-22", "10000000146", true, []Field{{Key: "a", Value: 1}}}
	same(t, "typed", render(t, Options{Excel: true, NoHeaders: true, Reveal: true}, Target{}, typed, r), "\ufeff-42;2026-11-22;'10000000146;true;\"{\"\"a\"\":1}\"\r\n")
	same(t, "long number", render(t, Options{Excel: true, NoHeaders: true}, Target{}, typed[:1], Record{int64(123456789012)}), "\ufeff'123456789012\r\n")
	same(t, "empty", render(t, Options{Excel: true}, Target{}, typed[:2]), "\ufeffn;d\r\n")
}

func TestCSVOfOneEmptyCellIsStillARecord(t *testing.T) {
	got := render(t, Options{Format: "csv", NoHeaders: true}, Target{}, []Column{{Key: "v"}}, Record{nil}, Record{"x"})
	recs, err := csv.NewReader(strings.NewReader(got)).ReadAll()
	if err != nil || len(recs) != 2 || recs[0][0] != "" {
		t.Fatalf("%q: %v, %v", got, recs, err)
	}
}

func TestAFailingStdoutIsClassOutput(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skipf("SKIP: no /dev/full here: %v", err)
	}
	defer full.Close()
	closed, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	r, pipe, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	defer pipe.Close()
	for name, out := range map[string]*os.File{"/dev/full": full, "closed": closed, "no reader": pipe} {
		for _, format := range Formats() {
			s, err := Open(Options{Format: format}, Target{Out: out}, columns())
			if err != nil {
				t.Fatal(err)
			}
			_ = s.Write(rows()[0])
			err = s.Close()
			f := fault.From(err)
			if f == nil || f.Class != fault.Output || f.Code != "stdout_write" {
				t.Errorf("%s, %s: %v", name, format, err)
			}
			if again := s.Close(); !errors.Is(again, err) {
				t.Errorf("%s, %s: closing again says %v", name, format, again)
			}
		}
	}
}

// counting notes what each single write holds.
type counting struct{ writes []string }

func (c *counting) Write(p []byte) (int, error) {
	c.writes = append(c.writes, string(p))
	return len(p), nil
}

func TestOnlyWholeRecordsAreWrittenAndMemoryStaysFlat(t *testing.T) {
	for _, format := range []string{"json", "ndjson", "tsv", "csv"} {
		c := &counting{}
		s, err := Open(Options{Format: format}, Target{Out: c}, columns())
		if err != nil {
			t.Fatal(err)
		}
		for range 5000 {
			if err := s.Write(rows()[0]); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if len(c.writes) < 3 {
			t.Errorf("%s: a long result came in %d writes", format, len(c.writes))
		}
		for i, w := range c.writes {
			last := w[len(w)-1]
			if len(w) > flushAt+1024 || last != '\n' && last != '}' {
				t.Errorf("%s: write %d of %d bytes ends in %q", format, i, len(w), last)
			}
		}
	}
}

func TestOnATerminalEachRecordIsSeenAtOnce(t *testing.T) {
	c := &counting{}
	s, _ := Open(Options{Format: "ndjson"}, Target{Out: c, TTY: true, Width: 80}, columns())
	for i := range 3 {
		if err := s.Write(rows()[0]); err != nil || len(c.writes) != i+1 {
			t.Fatalf("after record %d: %d writes, %v", i+1, len(c.writes), err)
		}
	}
}

func TestAbortLeavesValidJSONOnStdout(t *testing.T) {
	for n, want := range map[int]string{0: "", 2: "[\n{\"a\":1},\n{\"a\":1}\n]\n"} {
		var b bytes.Buffer
		s, _ := Open(Options{Format: "json"}, Target{Out: &b}, []Column{{Key: "a", Kind: Number}})
		for range n {
			if err := s.Write(Record{1}); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Abort(); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		same(t, "aborted", b.String(), want)
	}
}

func TestAnUnknownTypeOrAWrongRecordIsABugNotACorruptDocument(t *testing.T) {
	for name, r := range map[string]Record{"type": {1, struct{}{}}, "length": {1}, "raw JSON": {1, json.RawMessage(`{"a":`)}} {
		var b bytes.Buffer
		s, _ := Open(Options{Format: "json"}, Target{Out: &b}, []Column{{Key: "a", Kind: Number}, {Key: "b", Kind: JSON}})
		if err := s.Write(Record{1, nil}); err != nil {
			t.Fatal(err)
		}
		if f := fault.From(s.Write(r)); f == nil || f.Class != fault.Internal {
			t.Errorf("%s: %v", name, f)
		}
		_ = s.Abort()
		if !json.Valid(b.Bytes()) && b.Len() > 0 {
			t.Errorf("%s: %q", name, b.String())
		}
	}
}

// A record is written without encoding/csv where that is slow; what comes out is the same.
func TestCSVIsWhatTheLibraryWrites(t *testing.T) {
	cols := []Column{{Key: "a", Kind: Code}, {Key: "b", Kind: Text}}
	for _, cell := range []string{"", "a", " a", "a ", "\u00a0a", "\u2003a", "\u0085a", `\.`, `\.x`, `"`, `a"b""c`, `"a"`, "a,b", ",", "a;b", "a\tb", "\ta", "a\nb", "\r", "\x00", "ş", "ş,ş", "\xff", "'x", "=1", "#", "\ufeffa"} {
		var out bytes.Buffer
		w := csv.NewWriter(&out)
		if err := w.Write([]string{CleanLine(cell), CleanLine(cell)}); err != nil {
			t.Fatal(err)
		}
		w.Flush()
		same(t, cell, render(t, Options{Format: "csv", NoHeaders: true}, Target{}, cols, Record{cell, cell}), out.String())
	}
}
