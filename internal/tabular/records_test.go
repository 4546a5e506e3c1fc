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
