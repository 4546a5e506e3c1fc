package tabular

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"golang.org/x/text/encoding/charmap"
)

func collectRecords(r io.Reader) (rows []string, err error) {
	for v, e := range Records(r, []string{"time", "user"}, []string{"outcome"}) {
		if e != nil {
			return rows, e
		}
		rows = append(rows, fmt.Sprintf("%d:%s", v.Line, strings.Join(v.Fields, "|")))
	}
	return rows, nil
}

func TestSeveralColumnsOfCSV(t *testing.T) {
	old, err := charmap.Windows1254.NewEncoder().String("user;time\nŞükrü;1\n")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, in, want, code string }{
		{"in any order among others", "seq,user,time,x\n1,a,t1,y\n2,b,t2,y\n", "2:t1|a| 3:t2|b|", ""},
		{"an optional one", "outcome;time;user\nok;t1;a\n", "2:t1|a|ok", ""},
		{"tabs, BOM, CRLF", "\ufefftime\tuser\r\nt1\ta\r\n", "2:t1|a|", ""},
		{"UTF-16", utf16LE("time;user\nt1;ü\n"), "2:t1|ü|", ""},
		{"windows-1254", old, "2:1|Şükrü|", ""},
		{"empty lines are no rows", "\n \ntime,user\n\nt1,a\n  \nt2,b\n\n", "5:t1|a| 7:t2|b|", ""},
		{"a field of two lines", "time,user\n\"t\n1\",a\nt2,b\n", "2:t\n1|a| 4:t2|b|", ""},
		{"a quoted comma", "time,user,params\nt1,a,\"{\"\"A\"\":\"\"1\"\",\"\"B\"\":\"\"2\"\"}\"\n", "2:t1|a|", ""},
		{"header only", "time,user\n", "", ""},
		{"nothing", "", "", "column_missing"},
		{"a column is missing", "time,usr\nt1,a\n", "", "column_missing"},
		{"a column twice", "time,user,user\nt1,a,b\n", "", "column_ambiguous"},
		{"an optional column twice", "time,user,outcome,outcome\nt1,a,b,c\n", "", "column_ambiguous"},
		{"ragged", "time,user\nt1,a\nt2\n", "2:t1|a|", "row_ragged"},
		{"stray quote", "time,user\nt\"1,a\n", "", "quote_stray"},
		{"NUL", "time,user\nt1,\x00\n", "", "nul_byte"},
	} {
		for how, r := range map[string]io.Reader{"whole": strings.NewReader(c.in), "by byte": iotest.OneByteReader(strings.NewReader(c.in))} {
			rows, err := collectRecords(r)
			if got := strings.Join(rows, " "); got != c.want || code(err) != c.code {
				t.Errorf("%s, %s: %q and %v, want %q and %q", c.name, how, got, err, c.want, c.code)
			}
		}
	}
}

func TestABrokenReadIsNotTheEndOfTheRecords(t *testing.T) {
	rows, err := collectRecords(iotest.TimeoutReader(iotest.OneByteReader(strings.NewReader("time,user\nt1,a\n"))))
	if len(rows) != 0 || code(err) != "input_read" {
		t.Errorf("%v %v", rows, err)
	}
}

func TestARowThatCannotBeTakenIsPassedOverWhereTheNextOneIsCertain(t *testing.T) {
	for _, c := range []struct{ name, in, want, code string }{
		{"nothing wrong", "user;time\na;\"t;\n\"\"1\"\n\nb;t2\n", "2:t;\n\"1|a| 5:t2|b|", ""},
		{"too few and too many", "time,user\nt1,a\nt2\nt3,c,d,e\nt4,d\n", "2:t1|a| 3:1/2 4:4/2 5:t4|d|", ""},
		{"ragged over two lines", "time,user\n\"t\n1\"\nt2,b\n", "2:1/2 4:t2|b|", ""},
		{"a quote inside a field", "time,user\nt1,5\" disk\nt2,b\n", "2:@5 3:t2|b|", ""},
		{"three quotes inside fields", "time,user\r\nt\"1\",a\"\r\n\"t\n2\",b\r\n", "2:@2 3:t\n2|b|", ""},
		{"a quote inside the last field", "time,user\nt1,a\nt2,b\"", "2:t1|a| 3:@5", ""},
		{"a quote inside a field before a good one in quotes", "time,user\nt\"1,\"a,\"\"b\"\nt2,b\n", "2:@2 3:t2|b|", ""},
		{"a quote inside a field before one of two lines", "time,user\nt\"1,\"a\nb\"\nt2,b\n", "", "quote_stray"},
		{"text behind a quote", "time,user\nt1,a\n\"t\"2,b\nt3,c\n", "2:t1|a|", "quote_stray"},
		{"blanks before a quote", "time,user\nt1,\t\"a\"\nt3,c\n", "", "quote_stray"},
		{"a tab before a quote separates", "time\tuser\nt1\t\"a\"\n", "2:t1|a|", ""},
		{"an open quote", "time,user\nt1,a\n\"t2,b\nt3,c\n", "2:t1|a|", "quote_stray"},
		{"an open quote at the end", "time,user\nt1,a\nt2,\"b", "2:t1|a|", "quote_stray"},
		{"in the header", "time,us\"er\nt1,a\n", "", "quote_stray"},
		{"a CR inside quotes, behind a bad row", "time,user\nt\"0,a\nt1,\"a\rb\"\n", "2:@2 3:t1|a\rb|", ""},
		{"an old Mac's line behind a bad row", "time,user\nt\"0,a\nt1,a\rt2,b\n", "2:@2", "line_end_cr"},
		{"NUL behind a bad row", "time,user\nt1\nt1,\x00\n", "2:1/2", "nul_byte"},
		{"UTF-16", utf16LE("time;user\nü\nt1;ü\n"), "2:1/2 3:t1|ü|", ""},
		{"a line that is too long", "time,user\nt1,a\nt2," + strings.Repeat("x", limit+1) + "\nt3,c\n", "2:t1|a|", "line_too_long"},
		{"a record that is too long", "time,user\nt1,a\nt2,\"" + strings.Repeat("x\n", limit) + "\"\nt3,c\n", "2:t1|a|", "quote_stray"},
		{"too many fields", "time,user\nt1,a\n" + strings.Repeat(",", fieldLimit+1) + "\n", "2:t1|a|", "row_too_wide"},
	} {
		for how, r := range map[string]io.Reader{"whole": strings.NewReader(c.in), "by byte": iotest.OneByteReader(strings.NewReader(c.in)), "with the end": iotest.DataErrReader(strings.NewReader(c.in))} {
			var rows []string
			var err error
			for v, e := range EachRecord(r, []string{"time", "user"}, []string{"outcome"}) {
				switch {
				case e != nil:
					err = e
				case v.Bad != nil && v.Bad.Column > 0:
					rows = append(rows, fmt.Sprintf("%d:@%d", v.Line, v.Bad.Column))
				case v.Bad != nil:
					rows = append(rows, fmt.Sprintf("%d:%d/%d", v.Line, v.Bad.Fields, v.Bad.Want))
				default:
					rows = append(rows, fmt.Sprintf("%d:%s", v.Line, strings.Join(v.Fields, "|")))
				}
			}
			if got := strings.Join(rows, " "); got != c.want || code(err) != c.code {
				t.Errorf("%s, %s: %q and %v, want %q and %q", c.name, how, got, err, c.want, c.code)
			}
		}
	}
}

// Up to the first row that cannot be taken both readers say the same, and of an input without one the same altogether.
func FuzzEachRecordGivesWhatRecordsGives(f *testing.F) {
	for _, in := range []string{"time,user\nt1,a\n", "time,user\n\"t\n1\",\"a\"\"\"\n\nx\n", "time;user\na\"b;c\nd;\"e\n\"\n", "\ufefftime\tuser\r\na\t\"b\"c\r\n", "\n\ntime,user\na,\"\r\"\n"} {
		f.Add(in)
	}
	f.Fuzz(func(t *testing.T, in string) {
		want, err := collectRecords(strings.NewReader(in))
		n, bad := 0, false
		var own error
		for v, e := range EachRecord(strings.NewReader(in), []string{"time", "user"}, []string{"outcome"}) {
			if bad = bad || v.Bad != nil; bad {
				break
			}
			if own = e; e != nil {
				break
			}
			if n >= len(want) || want[n] != fmt.Sprintf("%d:%s", v.Line, strings.Join(v.Fields, "|")) {
				t.Fatalf("row %d: %+v", n, v)
			}
			n++
		}
		if n != len(want) || bad && code(err) != "row_ragged" && code(err) != "quote_stray" || !bad && code(err) != code(own) {
			t.Fatalf("%d rows of %d, %v and %v", n, len(want), err, own)
		}
	})
}
