package output

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"iskurctl/internal/i18n"
	"iskurctl/internal/tckn"
)

func fuzzColumns() []Column {
	return []Column{{Key: "k", Kind: Code}, {Key: "t", Kind: Text, Title: i18n.T("Açıklama", "Note")}, {Key: "n", Kind: Name}}
}

func FuzzNoFormatLetsAControlCharacterOut(f *testing.F) {
	for _, s := range []string{"", "İŞKUR", "a\tb\nc", "\x1b]52;c;x\a", "\u202e\u2066", "\u200b\ufeff", "\U000e0041", "\xff\xc2", "|`<[&amp;\\", "=1", "\u2028", "\u0085", "10000000146"} {
		f.Add(s, true, 30)
		f.Add(s, false, 3)
	}
	f.Fuzz(func(t *testing.T, s string, tty bool, width int) {
		rec := Record{s, s, s}
		for _, o := range []Options{{Format: "tsv"}, {Format: "csv"}, {Format: "md"}, {Format: "table"}, {Format: "json"}, {Format: "ndjson"}, {Excel: true}} {
			got := render(t, o, Target{TTY: tty, Width: width % 300}, fuzzColumns(), rec)
			if !utf8.ValidString(got) {
				t.Fatalf("%s: not UTF-8: %q", o.Format, got)
			}
			body := strings.TrimPrefix(got, "\ufeff")
			if o.Excel {
				body = strings.ReplaceAll(body, "\r\n", "\n")
			}
			for _, r := range body {
				if r != '\n' && hostile(r) && !(r == '\t' && o.Format == "tsv") {
					t.Fatalf("%s: %q lets %U out: %q", o.Format, s, r, got)
				}
			}
			lines := map[string]int{"tsv": 2, "csv": 2, "": 2, "md": 3, "json": 3, "ndjson": 1}
			if want, ok := lines[o.Format]; ok && strings.Count(body, "\n") != want {
				t.Fatalf("%s: %d lines: %q", o.Format, strings.Count(body, "\n"), got)
			}
			if o.Format == "tsv" && strings.Count(got, "\t") != 4 {
				t.Fatalf("%d tabs: %q", strings.Count(got, "\t"), got)
			}
		}
	})
}

func FuzzJSONAndCSVGiveBackTheValue(f *testing.F) {
	for _, s := range []string{"", "İŞKUR \"x\" \\", "a\tb\nc\r\x00\x7f", "\u202e\U000e0041😀", "10000000146", "a;b,c", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := render(t, Options{Format: "json", Reveal: true}, Target{}, fuzzColumns(), Record{s, s, s})
		var recs []map[string]string
		if err := json.Unmarshal([]byte(got), &recs); err != nil {
			t.Fatalf("%q: %v: %q", s, err, got)
		}
		if want := strings.ToValidUTF8(s, "\ufffd"); utf8.ValidString(s) && recs[0]["t"] != want {
			t.Fatalf("%q came back as %q", s, recs[0]["t"])
		}
		raw, err := json.Marshal(map[string]string{"v": s})
		if err != nil {
			t.Fatal(err)
		}
		again, err := (masker{reveal: true}).appendRaw(nil, raw)
		if err != nil {
			t.Fatal(err)
		}
		var a, b map[string]string
		if json.Unmarshal(raw, &a) != nil || json.Unmarshal(again, &b) != nil || a["v"] != b["v"] {
			t.Fatalf("raw JSON %q became %q", raw, again)
		}
		for _, o := range []Options{{Format: "csv", Reveal: true, NoHeaders: true}, {Excel: true, Reveal: true, NoHeaders: true}} {
			got := strings.TrimPrefix(render(t, o, Target{}, fuzzColumns(), Record{s, s, s}), "\ufeff")
			r := csv.NewReader(strings.NewReader(got))
			if o.Excel {
				r.Comma = ';'
			}
			rows, err := r.ReadAll()
			if err != nil || len(rows) != 1 || len(rows[0]) != 3 {
				t.Fatalf("%q: %v: %q", s, err, got)
			}
			cell := rows[0][1]
			if o.Excel {
				if strings.HasPrefix(cell, "=") || strings.HasPrefix(strings.TrimSpace(cell), "=") {
					t.Fatalf("a formula: %q", cell)
				}
				cell = strings.TrimPrefix(cell, "'")
			}
			if cell != CleanLine(s) {
				t.Fatalf("%q came back as %q", s, cell)
			}
		}
	})
}

func FuzzRawJSONIsRewrittenOrRefused(f *testing.F) {
	for _, s := range []string{"", `{}`, `{"a":[1,-2.5e+10,"\ud83d\ude00\"",null,true]}`, `"10000000146"`, `10000000146`, `{"10000000146":1}`, `{"a":`, "\"\x00\"", `"\ud800"`, `"110000000146"`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		got, err := (masker{}).appendRaw(nil, raw)
		if valid := len(raw) == 0 || json.Valid(raw); valid != (err == nil) {
			t.Fatalf("%q: valid %v, %v", raw, valid, err)
		}
		if err == nil && !json.Valid(got) {
			t.Fatalf("%q became %q", raw, got)
		}
		if err != nil {
			return
		}
		for d := json.NewDecoder(bytes.NewReader(got)); ; { // keys, texts and numbers one by one
			d.UseNumber()
			token, err := d.Token()
			if err != nil {
				break
			}
			if s := fmt.Sprint(token); s != tckn.Scrub(s) {
				t.Fatalf("%q keeps a number: %q", raw, got)
			}
		}
	})
}
