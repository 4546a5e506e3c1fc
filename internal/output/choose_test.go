package output

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

func TestWrongFlagsAreRefusedBeforeAnythingIsWritten(t *testing.T) {
	for _, c := range []struct {
		name string
		o    Options
		code string
		hint string
	}{
		{"unknown format", Options{Format: "jsn"}, "format_unknown", "did you mean json? Valid names: table, tsv, csv, json, ndjson, md"},
		{"unknown field", Options{Fields: []string{"level", "TCC"}}, "field_unknown", "did you mean tc? Valid names: tc, ad, not, level, ok, at"},
		{"field far from any", Options{Fields: []string{"zzzzzzzz"}}, "field_unknown", "valid names: tc, ad"},
		{"empty field", Options{Fields: []string{""}}, "field_unknown", "tc, ad"},
		{"field twice", Options{Fields: []string{"tc", "tc"}}, "field_twice", ""},
		{"excel with tsv", Options{Excel: true, Format: "tsv"}, "excel_format", "-o csv"},
		{"jq with tsv", Options{JQ: ".", Format: "tsv"}, "jq_format", "-o json"},
		{"jq with ndjson", Options{JQ: ".", Format: "ndjson"}, "jq_format", ""},
		{"jq with excel", Options{JQ: ".", Excel: true}, "jq_format", ""},
		{"jq that does not parse", Options{JQ: ".[] |"}, "jq_invalid", ""},
		{"jq with an unknown function", Options{JQ: "nosuch"}, "jq_invalid", ""},
		{"jq that reads files", Options{JQ: `import "a" as a; .`}, "jq_invalid", ""},
		{"jq that asks for more input", Options{JQ: "input"}, "jq_invalid", ""},
	} {
		_, err := Open(c.o, Target{Lang: i18n.TR}, columns())
		f := fault.From(err)
		if f == nil || f.Class != fault.Usage || f.Code != c.code || !strings.Contains(f.Hint.EN, c.hint) || f.Message.TR == "" {
			t.Errorf("%s: %v, hint %q", c.name, err, f.Hint.EN)
		}
	}
}

func TestErrorsRepeatNoTCNumber(t *testing.T) {
	for _, o := range []Options{{Format: "10000000146"}, {Fields: []string{"10000000146"}}, {JQ: `10000000146x"`}} {
		_, err := Open(o, Target{}, columns())
		f := fault.From(err)
		if text := f.Message.TR + f.Message.EN + f.Hint.TR + f.Hint.EN; strings.Contains(text, "10000000146") {
			t.Errorf("%q", text)
		}
	}
}

func TestImpliedFormatsMayBeNamed(t *testing.T) {
	for _, o := range []Options{{Excel: true, Format: "csv"}, {JQ: ".", Format: "json"}} {
		if _, err := Open(o, Target{}, columns()); err != nil {
			t.Error(err)
		}
	}
}

func TestFieldsComeInTheOrderAsked(t *testing.T) {
	same(t, "tsv", render(t, Options{Format: "tsv", Fields: []string{"level", " tc"}}, Target{}, columns(), rows()[0]), "level\ttc\n5\t100******46\n")
	same(t, "ndjson", render(t, Options{Format: "ndjson", Fields: []string{"level", "tc"}}, Target{}, columns(), rows()[0]), `{"level":5,"tc":"100******46"}`+"\n")
}

func TestWideColumnsStandInTablesOnlyWhenNamed(t *testing.T) {
	cols := []Column{{Key: "a"}, {Key: "b", Wide: true}}
	same(t, "table", render(t, Options{Format: "table", NoHeaders: true}, Target{}, cols, Record{"1", "2"}), "1\n")
	same(t, "named", render(t, Options{Format: "table", NoHeaders: true, Fields: []string{"b"}}, Target{}, cols, Record{"1", "2"}), "2\n")
	same(t, "tsv", render(t, Options{Format: "tsv", NoHeaders: true}, Target{}, cols, Record{"1", "2"}), "1\t2\n")
}

func TestJQSeesMaskedRecordsAndExactNumbers(t *testing.T) {
	cols := []Column{{Key: "tc", Kind: TC}, {Key: "n", Kind: Number}, {Key: "params", Kind: JSON}, {Key: "note"}}
	recs := []Record{
		{"10000000146", int64(9007199254740993), []Field{{Key: "b", Kind: TC, Value: "10000000146"}, {Key: "a", Value: true}}, "İş\u202e\x1b"},
		{"10000000214", 2, nil, nil},
	}
	for expr, want := range map[string]string{
		".[].tc":                     "100******46\n100******14\n",
		".[0].n, (.[0].n + 1)":       "9007199254740993\n9007199254740994\n",
		".[0].params":                `{"a":true,"b":"100******46"}` + "\n",
		"length":                     "2\n",
		"[.[].note]":                 `["İş\u202e\u001b",null]` + "\n",
		".[0].note":                  "İş\u202e\x1b\n",
		"map(select(.n == 2)) | .[]": `{"n":2,"note":null,"params":null,"tc":"100******14"}` + "\n",
		"empty":                      "",
		"env, $ENV":                  "{}\n{}\n",
		`"a", halt, "b"`:             "a\n",
	} {
		same(t, expr, render(t, Options{JQ: expr}, Target{}, cols, recs...), want)
	}
	same(t, "terminal", render(t, Options{JQ: ".[0].note, \"a\\tb\\nc\""}, Target{TTY: true, Width: 80}, cols, recs...), `İş\u202e\u001b`+"\na\tb\nc\n")
	same(t, "empty input", render(t, Options{JQ: "length"}, Target{}, cols), "0\n")
	same(t, "revealed", render(t, Options{JQ: ".[0].tc", Reveal: true}, Target{}, cols, recs...), "10000000146\n")
}

func TestAFailingJQSaysSoWithoutTheData(t *testing.T) {
	for _, expr := range []string{".[0].ad | tonumber", ".[] | error", `"x" | halt_error`} {
		s, err := Open(Options{JQ: expr, Reveal: true}, Target{}, columns())
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Write(rows()[0]); err != nil {
			t.Fatal(err)
		}
		f := fault.From(s.Close())
		if f == nil || f.Class != fault.Usage || f.Code != "jq_failed" || strings.Contains(f.Message.TR+f.Message.EN, "Işıl") {
			t.Errorf("%s: %v", expr, f)
		}
	}
}

func TestAnEndlessExpressionEndsWithItsContext(t *testing.T) {
	why := errors.New("the reason")
	ctx, cancel := context.WithCancelCause(t.Context())
	var out bytes.Buffer
	s, err := Open(Options{JQ: "1, last(range(1e12))"}, Target{Ctx: ctx, Out: &out}, nil)
	if err != nil {
		t.Fatal(err)
	}
	cancel(why)
	if err := s.Close(); !errors.Is(err, why) || out.Len() != 0 {
		t.Errorf("%v, %q", err, out.String())
	}
}
