package tabular

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"
	"pgregory.net/rapid"

	"iskurctl/internal/fault"
)

func named(name string) Options { return Options{Column: name} }

func TestAColumnOfCSV(t *testing.T) {
	turkish1254, err := charmap.Windows1254.NewEncoder().String("ÖĞE;KİMLİK_NO;Şehir\n1;2;Muğla\n")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(turkish1254, "K\xddML\xddK_NO") {
		t.Fatalf("the golden bytes are wrong: %q", turkish1254)
	}
	check(t, []readCase{
		{name: "by name", in: "a,tc\n1,2\n3,4\n", options: named("tc"), want: "2:2 3:4"},
		{name: "header only", in: "a,tc\n", options: named("tc")},
		{name: "semicolons", in: "a;tc\n1,5;2\n", options: named("tc"), want: "2:2"},
		{name: "tabs", in: "a\ttc\n1\t2\n", options: named("tc"), want: "2:2"},
		{name: "one column", in: "tc\n1\n", options: named("tc"), want: "2:1"},
		{name: "the delimiter outside quotes counts", in: "\"x,y,z\";tc\n1;2\n", options: named("tc"), want: "2:2"},
		{name: "the more frequent delimiter wins", in: "Adı, soyadı;tc;il\n1;2;3\n", options: named("tc"), want: "2:2"},
		{name: "a semicolon before a comma", in: "5;1,5\n", options: named("1"), want: "1:5"},
		{name: "a tab before a semicolon", in: "5\t1;5\n", options: named("1"), want: "1:5"},
		{name: "the delimiter of the first line that is not empty", in: "\n\na;tc\n1;2\n", options: named("tc"), want: "4:2"},
		{name: "a given delimiter", in: "a|tc,\n1|2,\n", options: Options{Column: "tc,", Delimiter: '|'}, want: "2:2,"},
		{name: "blanks around header and values", in: " a , tc\u00a0\n1, 2\t\n", options: named(" tc "), want: "2:2"},
		{name: "a quoted header", in: "\"a\",\"tc\"\n\"1\",\"2\"\n", options: named("tc"), want: "2:2"},
		{name: "exact before folded", in: "TC,tc\n1,2\n", options: named("tc"), want: "2:2"},
		{name: "folded", in: "Kimlik No\n1\n", options: named("KİMLİK NO"), want: "2:1"},
		{name: "folded before undotted", in: "KIMLIK,KİMLİK\n1,2\n", options: named("kimlik"), want: "2:2"},
		{name: "ASCII capitals", in: "a,KIMLIK_NO\n1,2\n", options: named("kimlik_no"), want: "2:2"},
		{name: "BOM", in: "\ufefftc\n1\n", options: named("tc"), want: "2:1"},
		{name: "BOM and quotes", in: "\ufeff\"tc\"\n1\n", options: named("tc"), want: "2:1"},
		{name: "CRLF", in: "tc\r\n1\r\n\r\n2\r\n", options: named("tc"), want: "2:1 3: 4:2"},
		{name: "UTF-16LE from Excel", in: utf16LE("ÖĞE\tKİMLİK_NO\r\n1\t2\r\n"), options: named("KİMLİK_NO"), want: "2:2"},
		{name: "UTF-16BE", in: utf16BE("ÖĞE;KİMLİK_NO\n1;2\n"), options: named("kimlik_no"), want: "2:2"},
		{name: "windows-1254", in: turkish1254, options: named("KİMLİK_NO"), want: "2:2"},
		{name: "windows-1254, another column", in: turkish1254, options: named("şehir"), want: "2:Muğla"},

		{name: "by place, no header", in: "1,2\n3,4\n", options: named("2"), want: "1:2 2:4"},
		{name: "by place, one line skipped", in: "a,tc\n1,2\n", options: Options{Column: "2", Header: true}, want: "2:2"},
		{name: "by place, an empty line skipped", in: "\n1,2\n", options: Options{Column: "2", Header: true}, want: "2:2"},
		{name: "by name, the flag changes nothing", in: "tc\n1\n2\n", options: Options{Column: "tc", Header: true}, want: "2:1 3:2"},
		{name: "by place, nothing to read", in: "", options: named("2")},
		{name: "by place, nothing behind the BOM", in: "\ufeff", options: named("2")},

		{name: "empty lines are values", in: "tc,a\n\n1,x\n\n\n2,x\n\n", options: named("tc"), want: "2: 3:1 4: 5: 6:2 7:"},
		{name: "empty lines before a header are none", in: "\n\ntc\n1\n", options: named("tc"), want: "4:1"},
		{name: "empty lines first, no header", in: "\n\r\n1\n", options: named("1"), want: "1: 2: 3:1"},
		{name: "only empty lines, no header", in: "\n\n", options: named("1"), want: "1: 2:"},
		{name: "a line of blanks", in: "tc,a\n1,x\n  \t\n2,x\n", options: named("tc"), want: "2:1 3: 4:2"},
		{name: "no end of the last line", in: "tc\n\n1", options: named("tc"), want: "2: 3:1"},
		{name: "an empty field", in: "tc,a\n,x\n\"\",x\n", options: named("tc"), want: "2: 3:"},
		{name: "line ends in fields", in: "tc,\"a\nb\"\n1,\"x\n\ny\"\n\n2,\"z\r\n\"\r\n3,w\n\n", options: named("tc"), want: "3:1 6: 7:2 9:3 10:"},
		{name: "line ends in a field that is not the last", in: "a,tc\n\"x\ny\",1\n\n\"z\",2\n", options: named("tc"), want: "2:1 4: 5:2"},
		{name: "line ends in the value", in: "tc\n\"\n1\n\"\n2\n", options: named("tc"), want: "2:1 5:2"},
		{name: "a CR inside quotes", in: "tc,a\n1,\"x\ry\"\n2,\"x\r\"\n", options: named("tc"), want: "2:1 3:2"},
		{name: "a CR inside quotes before another field", in: "a,tc\n\"x\ry\",1\n", options: named("tc"), want: "2:1"},
		{name: "quotes inside quotes", in: "a,tc\n\"x \"\"y\"\", z\",1\n", options: named("tc"), want: "2:1"},

		{name: "no such name", in: "a,b\n1,2\n", options: named("tc"), code: "tc_column_missing", line: "1"},
		{name: "no such name, later header", in: "\n\na,b\n1,2\n", options: named("tc"), code: "tc_column_missing", line: "3"},
		{name: "no header", in: "", options: named("tc"), code: "tc_column_missing", line: "1"},
		{name: "empty lines instead of a header", in: "\n\n", options: named("tc"), code: "tc_column_missing", line: "1"},
		{name: "a place beyond the row", in: "1,2\n", options: named("3"), code: "tc_column_missing", line: "1"},
		{name: "a place beyond all rows", in: "1,2\n", options: named("99999999999999999999999"), code: "tc_column_missing", line: "1"},
		{name: "twice", in: "tc,a,tc\n1,2,3\n", options: named("tc"), code: "column_ambiguous", line: "1"},
		{name: "twice, folded", in: "TC,Tc\n1,2\n", options: named("tc"), code: "column_ambiguous", line: "1"},
		{name: "a long row", in: "a,tc\n1,2\n3,4,5\n6,7\n", options: named("tc"), want: "2:2", code: "row_ragged", line: "3"},
		{name: "a short row", in: "a,tc\n1,2\n3\n", options: named("tc"), want: "2:2", code: "row_ragged", line: "3"},
		{name: "a comma in a file of one column", in: "1\n2,3\n", options: named("1"), want: "1:1", code: "row_ragged", line: "2"},
		{name: "a quote inside a field", in: "tc\n1\n2\"3\n4\n", options: named("tc"), want: "2:1", code: "quote_stray", line: "3"},
		{name: "text behind a quote", in: "tc\n\"1\"2\n", options: named("tc"), code: "quote_stray", line: "2"},
		{name: "an open quote", in: "tc\n1\n\"2\n3\n4\n", options: named("tc"), want: "2:1", code: "quote_stray", line: "3"},
		{name: "a stray quote before an open CR", in: "tc\n1\"\n2\r3\n", options: named("tc"), code: "quote_stray", line: "2"},
		{name: "an open quote with a CR at the end", in: "tc\n\"2\r", options: named("tc"), code: "quote_stray", line: "2"},
		{name: "NUL", in: "tc,a\n1,x\n2,\x00\n", options: named("tc"), want: "2:1", code: "nul_byte", line: "3"},
		{name: "NUL inside quotes", in: "tc\n\"1\n\x00\"\n", options: named("tc"), code: "nul_byte", line: "3"},
		{name: "UTF-16 without a BOM", in: utf16BE("tc\n1\n")[2:], options: named("tc"), code: "nul_byte", line: "1"},
		{name: "old Mac", in: "tc\r1\r2\r", options: named("tc"), code: "line_end_cr", line: "1"},
		{name: "a ragged row before a NUL", in: "tc\n1,2\n\x00\n", options: named("tc"), code: "row_ragged", line: "2"},
	})
}

func TestAStrayQuoteIsNamedByLineAndColumn(t *testing.T) {
	_, err := collect(strings.NewReader("a;tc\n1;2\"3\n"), named("tc"))
	if f := fault.From(err); !strings.Contains(f.Message.EN, "line 2, column 4") || !strings.Contains(f.Message.TR, "2. satırın 4. sütununda") {
		t.Errorf("%q / %q", f.Message.TR, f.Message.EN)
	}
}

func TestColumnZeroAndImpossibleDelimitersAreRefused(t *testing.T) {
	if _, err := collect(strings.NewReader("1\n"), named("0")); code(err) != "tc_column_missing" {
		t.Errorf("column 0: %v", err)
	}
	for _, d := range []rune{'"', '\n', '\r', 0xfffd, -1} {
		_, err := collect(strings.NewReader("1\n"), Options{Column: "1", Delimiter: d})
		if code(err) != "delimiter_invalid" || fault.ClassOf(err) != fault.Usage {
			t.Errorf("delimiter %q: %v", d, err)
		}
	}
}

func TestAnInputIsNotReadToItsEndToDetectTheDelimiter(t *testing.T) {
	pr, pw := io.Pipe()
	defer pr.Close()
	go func() { _, _ = pw.Write([]byte("a;tc\n1;2\n")) }() // and then nothing more comes
	for v, err := range Values(pr, named("tc")) {
		if err != nil || v.Text != "2" {
			t.Fatalf("%v, %v", v, err)
		}
		return
	}
	t.Fatal("no value")
}

func TestRecordsUpToOneMiBAreReadAndMemoryStaysBounded(t *testing.T) {
	record := "1,\"" + strings.Repeat("x\n", mb/2-10) + "\"\n"
	values, err := collect(strings.NewReader("tc,a\n"+record+record+"\n"), named("tc"))
	if err != nil || len(values) != 3 {
		t.Fatalf("%d values, %v", len(values), err)
	}
}

func TestALineOfDelimitersIsRefusedBeforeItFillsTheMemory(t *testing.T) {
	wide := strings.Repeat(",", mb-1) + "\n" // a million columns in a line
	for name, c := range map[string]struct{ in, line string }{
		"first line":             {wide, "1"},
		"header and second line": {"tc,a\n" + wide, "2"},
		"far behind":             {strings.Repeat("1,2\n", 50_000) + wide + "1,2\n", "50001"},
		"an open quote before":   {"tc,a\n\"x\n" + wide, "2"},
		"a little too wide":      {strings.Repeat(",", fieldLimit) + "\n", "1"},
		"the same further down":  {strings.Repeat("1,2\n", 50_000) + strings.Repeat(",", fieldLimit) + "\n", "50001"},
	} {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		_, err := collect(strings.NewReader(c.in), named("1"))
		runtime.ReadMemStats(&after)
		want := "row_too_wide"
		if name == "an open quote before" {
			want = "quote_stray"
		}
		if f := fault.From(err); f.Code != want || f.Class != fault.Input || !strings.Contains(f.Message.EN, "line "+c.line) {
			t.Errorf("%s: %v", name, err)
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > 16*mb {
			t.Errorf("%s: %d MiB were allocated", name, used/mb)
		}
	}
}

func TestDelimitersInsideQuotesAreNoFields(t *testing.T) {
	commas := strings.Repeat(",", 4*fieldLimit)
	row := "1,\"" + commas + "\n" + commas + "\"\n"
	if values, err := collect(strings.NewReader("tc,a\n"+strings.Repeat(row, 4)), named("tc")); err != nil || len(values) != 4 {
		t.Errorf("%d values, %v", len(values), err)
	}
	full := strings.Repeat("x;", fieldLimit-1) + "1\n"
	if values, err := collect(strings.NewReader(strings.Repeat(full, 20)), named("10000")); err != nil || len(values) != 20 || values[19] != "20:1" {
		t.Errorf("%d values, %v", len(values), err)
	}
}

// rows gives a text several times, without holding it several times.
type rows struct {
	text string
	at   int
	left int
}

func (r *rows) Read(p []byte) (int, error) {
	if r.left == 0 {
		return 0, io.EOF
	}
	n := copy(p, r.text[r.at:])
	if r.at += n; r.at == len(r.text) {
		r.at, r.left = 0, r.left-1
	}
	return n, nil
}

func TestValuesDoNotKeepTheirRecordsAlive(t *testing.T) {
	in := io.MultiReader(strings.NewReader("tc,a\n"), &rows{text: "1," + strings.Repeat("x", mb-10) + "\n", left: 50})
	var kept []Value
	for v, err := range Values(in, named("tc")) {
		if err != nil {
			t.Fatal(err)
		}
		kept = append(kept, v)
	}
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	if len(kept) != 50 || m.HeapAlloc > 25*mb {
		t.Fatalf("%d values of records of 1 MiB keep %d bytes alive", len(kept), m.HeapAlloc)
	}
	runtime.KeepAlive(kept)
}

// What a CSV writer wrote is read back: each value, at its line, with every empty line between the records.
func TestAnyTableIsReadBackWithItsLines(t *testing.T) {
	field := rapid.StringOfN(rapid.RuneFrom([]rune("1ş ,;\t\"\n")), 0, 6, -1)
	rapid.Check(t, func(t *rapid.T) {
		delimiter := rapid.SampledFrom([]rune{',', ';', '\t'}).Draw(t, "delimiter")
		end := rapid.SampledFrom([]string{"\n", crlf}).Draw(t, "end")
		columns := rapid.IntRange(2, 4).Draw(t, "columns")
		pick := rapid.IntRange(0, columns-1).Draw(t, "pick")
		var file bytes.Buffer
		var want []Value
		line := int64(1)
		for range rapid.IntRange(0, 6).Draw(t, "rows") {
			for range rapid.IntRange(0, 2).Draw(t, "empty") {
				file.WriteString(end)
				want = append(want, Value{Line: line})
				line++
			}
			row := make([]string, columns)
			for i := range row {
				row[i] = field.Draw(t, "field")
			}
			before := file.Len()
			w := csv.NewWriter(&file)
			w.Comma, w.UseCRLF = delimiter, end == crlf
			if err := w.Write(row); err != nil {
				t.Fatal(err)
			}
			w.Flush()
			want = append(want, Value{Line: line, Text: strings.TrimSpace(row[pick])})
			line += int64(bytes.Count(file.Bytes()[before:], []byte("\n")))
		}
		var got []Value
		for v, err := range Values(&file, Options{Column: string(rune('1' + pick)), Delimiter: delimiter}) {
			if err != nil {
				t.Fatalf("%v", err)
			}
			got = append(got, v)
		}
		if len(got) != len(want) {
			t.Fatalf("%v, want %v", got, want)
		}
		for i := range got {
			if got[i] != want[i] {
				t.Fatalf("%v, want %v", got, want)
			}
		}
	})
}

// FuzzColumns: no panic, ascending lines, errors of the right class; and where there are no quotes, a value for every
// line.
func FuzzColumns(f *testing.F) {
	for _, s := range []string{"", "tc\n1\n", "\n1\n\n", "a;tc\n1;2\n", "\"a\n\",tc\n", "\ufefftc", utf16LE("tc\n1"), "a\rb", "\x00", "\"", "1\n \n", "\r\n1\r\n"} {
		f.Add([]byte(s), "1", false)
		f.Add([]byte(s), "tc", true)
	}
	f.Fuzz(func(t *testing.T, in []byte, column string, header bool) {
		if column == "" {
			return
		}
		last, n := int64(0), 0
		var failure error
		for v, err := range Values(bytes.NewReader(in), Options{Column: column, Header: header}) {
			if failure != nil {
				t.Fatalf("%q goes on after %v", in, failure)
			}
			if failure = err; err != nil {
				continue
			}
			if v.Line <= last || strings.TrimSpace(v.Text) != v.Text {
				t.Fatalf("%q: value %v after line %d", in, v, last)
			}
			last, n = v.Line, n+1
		}
		if failure != nil {
			var fe *fault.Error
			if !errors.As(failure, &fe) || fe.Class != fault.Input {
				t.Fatalf("%q: %v", in, failure)
			}
			return
		}
		marked := bytes.HasPrefix(in, []byte("\xff\xfe")) || bytes.HasPrefix(in, []byte("\xfe\xff"))
		if column == "1" && !header && !marked && bytes.IndexByte(in, '"') < 0 {
			text := bytes.TrimPrefix(in, []byte("\ufeff"))
			lines := bytes.Count(text, []byte("\n"))
			if len(text) > 0 && text[len(text)-1] != '\n' {
				lines++
			}
			if n != lines {
				t.Fatalf("%q: %d values, %d lines", in, n, lines)
			}
		}
	})
}
