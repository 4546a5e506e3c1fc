package reconcile

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"iskurctl/internal/fault"
)

// readAll detects and reads: "line time user method name=value…" a row.
func readAll(in io.Reader) (rows []string, f Format, err error) {
	b := bufio.NewReaderSize(in, 4096)
	if f, err = Detect(b); err != nil {
		return nil, f, err
	}
	for r, err := range ReadTheirs(b, f) {
		if err != nil {
			return rows, f, err
		}
		s := fmt.Sprintf("%d %s %s %s", r.Ref, r.Time.Format("05.000"), r.User, r.Method)
		for _, p := range r.Params {
			s += " " + p.Name + "=" + p.Value
		}
		rows = append(rows, s)
	}
	return rows, f, nil
}

func utf16le(t *testing.T, s string) string {
	t.Helper()
	out, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

const tm = "2026-11-22T10:11:12.123Z"

func TestTheOtherPartysFile(t *testing.T) {
	windows1254, err := charmap.Windows1254.NewEncoder().String("time;user;method;params\n" + tm + ";Şükrü Ağa;M;{}\n")
	if err != nil {
		t.Fatal(err)
	}
	csv := func(fields string) string { return "time,user,method,params\n" + fields + "\n" }
	js := func(params string) string {
		return `{"time":"` + tm + `","user":"a","method":"M","params":` + params + "}\n"
	}
	for _, c := range []struct {
		name, in string
		format   Format
		want     string // rows joined by " | "
		code     string
	}{
		{"csv", csv(tm + `,ayse,M,"{""KIMLIK_NO"":""10000000146""}"`), CSV, "2 12.123 ayse M KIMLIK_NO=10000000146", ""},
		{"an integer is its text", csv(tm + `,ayse,M,"{""KIMLIK_NO"":10000000146}"`), CSV, "2 12.123 ayse M KIMLIK_NO=10000000146", ""},
		{"columns in any order, semicolons, others", "x;params;method;user;time\ny;{};M;;" + tm + "\n", CSV, "2 12.123  M", ""},
		{"tabs and BOM", "\ufefftime\tuser\tmethod\tparams\r\n" + tm + "\t a \t M\t\r\n", CSV, "2 12.123 a M", ""},
		{"utf-16", utf16le(t, "time;user;method;params\n"+tm+";Şükrü;M;{}\n"), CSV, "2 12.123 Şükrü M", ""},
		{"windows-1254", windows1254, CSV, "2 12.123 Şükrü Ağa M", ""},
		{"our own export", "seq,time,user,host,method,params,purpose,attempt,outcome,records,duration_ms\n" +
			"0," + tm + `,a,h,M,"{""A"":""1""}",p,1,ok,1,7` + "\n" + "1," + tm + `,a,h,M,"{""A"":""1""}",p,1,not_sent,0,0` + "\n", CSV, "2 12.123 a M A=1", ""},
		{"header only", "time,user,method,params\n", CSV, "", ""},
		{"time of another zone", csv("2026-11-22T13:11:12+03:00,a,M,{}"), CSV, "2 12.000 a M", ""},
		{"below the millisecond, rounded down", csv("2026-11-22T13:11:12.1239999+03:00,a,M,{}"), CSV, "2 12.123 a M", ""},
		{"before 1970, rounded down", csv("1969-12-31T23:59:59.9999Z,a,M,{}"), CSV, "2 59.999 a M", ""},

		{"ndjson", js(`{"B":"2","A":1,"C":true,"D":1.50,"E":null}`), NDJSON, "1 12.123 a M B=2 A=1 C=true D=1.50", ""},
		{"no user, no params", ` {"method":"M","params":null,"time":"` + tm + `","user":null,"x":{"y":[1]}}` + "\n\n", NDJSON, "1 12.123  M", ""},
		{"ndjson of ours", `{"seq":5,"outcome":"not_sent","time":"x","user":"a","method":"M","params":{}}` + "\n" + js("{}"), NDJSON, "2 12.123 a M", ""},
		{"ndjson in utf-16", utf16le(t, js(`{"AD":"Şükrü"}`)), NDJSON, "1 12.123 a M AD=Şükrü", ""},
		{"escapes", js(`{"\u0041":"\u015f"}`), NDJSON, "1 12.123 a M A=ş", ""},

		{"empty", "", "", "", "theirs_empty"},
		{"blank", "\n \n", "", "", "theirs_empty"},
		{"an array", `[{"time":1}]`, "", "", "theirs_format"},
		{"no header", csv("")[24:] + tm + ",a,M,{}\n", CSV, "", "column_missing"},
		{"a column is missing", "time,user,metod,params\n", CSV, "", "column_missing"},
		{"an unquoted comma", csv(tm + `,ayse,M,{"A":"1","B":"2"}`), CSV, "", "quote_stray"},
		{"a field too many", csv(tm + ",ayse,M,{},x"), CSV, "", "row_ragged"},
		{"time without zone", csv("2026-11-22T10:11:12,a,M,{}"), CSV, "", "theirs_time"},
		{"no time", csv(",a,M,{}"), CSV, "", "theirs_time"},
		{"no method", csv(tm + ",a, ,{}"), CSV, "", "theirs_method"},
		{"params not JSON", csv(tm + ",a,M,KIMLIK_NO=1"), CSV, "", "theirs_params"},
		{"params and more", csv(tm + ",a,M,{} {}"), CSV, "", "theirs_params"},
		{"params is an array", js(`["1"]`), NDJSON, "", "theirs_params"},
		{"params nested", js(`{"A":{"B":1}}`), NDJSON, "", "theirs_params"},
		{"a parameter twice", js(`{"A":"1","A":"2"}`), NDJSON, "", "theirs_params"},
		{"masked", csv(tm + `,a,M,"{""KIMLIK_NO"":""100******46""}"`), CSV, "", "theirs_masked"},
		{"masked in full", js(`{"KIMLIK_NO":"******"}`), NDJSON, "", "theirs_masked"},
		{"the second line", js("{}") + "{}\n", NDJSON, "1 12.123 a M", "theirs_row"},
		{"a name twice", `{"time":"` + tm + `","time":"` + tm + `","user":"a","method":"M","params":{}}`, NDJSON, "", "theirs_row"},
		{"another name twice", `{"x":1,"x":2,"time":"` + tm + `","user":"a","method":"M","params":{}}`, NDJSON, "", "theirs_row"},
		{"a name in capitals", `{"TIME":"` + tm + `","user":"a","method":"M","params":{}}`, NDJSON, "", "theirs_row"},
		{"user is a number", `{"time":"` + tm + `","user":5,"method":"M","params":{}}`, NDJSON, "", "theirs_row"},
		{"two objects a line", strings.TrimSuffix(js("{}"), "\n") + js("{}"), NDJSON, "", "theirs_row"},
		{"cut short", js("{}")[:40], NDJSON, "", "theirs_row"},
		{"csv behind ndjson", js("{}") + "a,b\n", NDJSON, "1 12.123 a M", "theirs_row"},
	} {
		for how, r := range map[string]io.Reader{"whole": strings.NewReader(c.in), "by byte": iotest.OneByteReader(strings.NewReader(c.in))} {
			rows, f, err := readAll(r)
			got := ""
			if err != nil {
				e := fault.From(err)
				got = e.Code
				if e.Class != fault.Input || e.Message.TR == "" || e.Message.EN == e.Message.TR {
					t.Errorf("%s: %+v", c.name, e)
				}
				if f != "" && !strings.Contains(e.Message.EN, "line ") {
					t.Errorf("%s: no line in %q", c.name, e.Message.EN)
				}
				if strings.Contains(e.Message.EN+e.Message.TR+e.Hint.EN, "46") || strings.Contains(e.Error(), "KIMLIK_NO=") {
					t.Errorf("%s: %q repeats the data", c.name, e.Message.EN)
				}
			}
			if s := strings.Join(rows, " | "); s != c.want || f != c.format || got != c.code {
				t.Errorf("%s, %s: %q as %q, code %q; want %q as %q, %q", c.name, how, s, f, got, c.want, c.format, c.code)
			}
		}
	}
}

func TestABrokenReadIsNoShorterLog(t *testing.T) {
	for _, in := range []string{"time,user,method,params\n" + tm + ",a,M,{}\n", `{"time":"` + tm + `","user":"a","method":"M","params":{}}` + "\n"} {
		_, _, err := readAll(io.MultiReader(strings.NewReader(in), iotest.ErrReader(io.ErrUnexpectedEOF)))
		if err == nil || fault.From(err).Code != "input_read" {
			t.Errorf("%v", err)
		}
	}
}

func TestDetectConsumesNothing(t *testing.T) {
	in := bufio.NewReader(strings.NewReader(`{"k":"exchange/1","from":"x"}` + "\n"))
	if f, err := Detect(in); f != Exchange || err != nil {
		t.Errorf("%q %v", f, err)
	}
	if b, _ := io.ReadAll(in); len(b) != 30 {
		t.Errorf("%d bytes are left", len(b))
	}
}

// FuzzReadTheirs: every row that is given has a time and a method, and every error is one of class Input.
func FuzzReadTheirs(f *testing.F) {
	f.Add("time,user,method,params\n" + tm + ",a,M,\"{\"\"A\"\":1}\"\n")
	f.Add(`{"time":"` + tm + `","user":"a","method":"M","params":{"A":"1"},"outcome":"ok"}` + "\n")
	f.Add("\xff\xfe{\x00")
	f.Fuzz(func(t *testing.T, in string) {
		b := bufio.NewReader(strings.NewReader(in))
		format, err := Detect(b)
		if err != nil {
			if fault.ClassOf(err) != fault.Input {
				t.Fatal(err)
			}
			return
		}
		tagger, _ := newTagger(testKey)
		for r, err := range ReadTheirs(b, format) {
			if err != nil {
				if fault.ClassOf(err) != fault.Input {
					t.Fatal(err)
				}
				return
			}
			if r.Method == "" || r.Ref < 1 || r.Time.Nanosecond()%int(time.Millisecond) != 0 || tagger.row(r).HasUser != (r.User != "") {
				t.Fatalf("%+v", r)
			}
		}
	})
}
