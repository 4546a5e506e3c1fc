package tabular

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"iskurctl/internal/fault"
)

// collect reads all of r: "line:text" a value, and the error.
func collect(r io.Reader, o Options) (values []string, err error) {
	for v, e := range Values(r, o) {
		if e != nil {
			return values, e
		}
		values = append(values, fmt.Sprintf("%d:%s", v.Line, v.Text))
	}
	return values, nil
}

// code gives the machine code of a fault, "" for none.
func code(err error) string {
	if err == nil {
		return ""
	}
	return fault.From(err).Code
}

const (
	crlf = "\r\n"
	mb   = 1 << 20
)

func utf16(s string, high int) string { // of ASCII and the Turkish letters below U+FFFF
	b := []byte{0, 0}
	b[high], b[1-high] = 0xfe, 0xff
	for _, r := range s {
		pair := []byte{0, 0}
		pair[high], pair[1-high] = byte(r>>8), byte(r)
		b = append(b, pair...)
	}
	return string(b)
}

func utf16LE(s string) string { return utf16(s, 1) }
func utf16BE(s string) string { return utf16(s, 0) }

type readCase struct {
	name    string
	in      string
	options Options
	want    string // values joined by blanks
	code    string // of the error, "" for none
	line    string // what the error's text must hold
}

func check(t *testing.T, cases []readCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			for how, r := range map[string]io.Reader{
				"whole":      strings.NewReader(c.in),
				"by byte":    iotest.OneByteReader(strings.NewReader(c.in)),
				"data + EOF": iotest.DataErrReader(strings.NewReader(c.in)),
			} {
				values, err := collect(r, c.options)
				if got := strings.Join(values, " "); got != c.want {
					t.Errorf("%s: values %q, want %q", how, got, c.want)
				}
				if code(err) != c.code {
					t.Errorf("%s: error %v, want code %q", how, err, c.code)
				}
				if err == nil {
					continue
				}
				f := fault.From(err)
				if f.Class != fault.Input {
					t.Errorf("%s: class %s", how, f.Class.Name())
				}
				if !strings.Contains(f.Message.EN, "line "+c.line) || !strings.Contains(f.Message.TR, c.line+". satır") {
					t.Errorf("%s: %q / %q do not name line %s", how, f.Message.TR, f.Message.EN, c.line)
				}
				if strings.Contains(f.Message.EN+f.Message.TR+f.Hint.EN+f.Hint.TR, "%!") {
					t.Errorf("%s: broken text %q / %q", how, f.Message.TR, f.Message.EN)
				}
			}
		})
	}
}

func TestOneValueALine(t *testing.T) {
	check(t, []readCase{
		{name: "empty", in: ""},
		{name: "one", in: "1", want: "1:1"},
		{name: "end of the last line makes no value", in: "1\n", want: "1:1"},
		{name: "empty lines are values", in: "\n1\n\n2\n\n", want: "1: 2:1 3: 4:2 5:"},
		{name: "only line ends", in: "\n\n", want: "1: 2:"},
		{name: "CRLF", in: "1\r\n\r\n2\r\n", want: "1:1 2: 3:2"},
		{name: "mixed line ends", in: "1\r\n2\n3", want: "1:1 2:2 3:3"},
		{name: "blanks at the ends", in: " 1\t\n\u00a02\u00a0\n\u20033\u3000\n4 4\n \n", want: "1:1 2:2 3:3 4:4 4 5:"},
		{name: "UTF-8 BOM", in: "\ufeff1\n2", want: "1:1 2:2"},
		{name: "only a BOM", in: "\ufeff"},
		{name: "UTF-16LE", in: utf16LE("1\r\nşı\r\n"), want: "1:1 2:şı"},
		{name: "UTF-16BE", in: utf16BE("1\nşı"), want: "1:1 2:şı"},
		{name: "only a UTF-16 BOM", in: utf16LE("")},
		{name: "UTF-16 with half a character at its end", in: utf16LE("1\n2") + "3", want: "1:1 2:2\ufffd"},
		{name: "windows-1254", in: "\xde\xfd\n1\xa0\n", want: "1:Şı 2:1"},
		{name: "delimiters and quotes are text", in: "\"1\",2;3\n\"", want: "1:\"1\",2;3 2:\""},
		{name: "a line to skip", in: "TCKN\n1\n", options: Options{Header: true}, want: "2:1"},
		{name: "an empty line to skip", in: "\n1\n", options: Options{Header: true}, want: "2:1"},

		{name: "NUL", in: "1\n2\x003\n4\n", want: "1:1", code: "nul_byte", line: "2"},
		{name: "UTF-16 without a BOM", in: utf16LE("1\n")[2:], code: "nul_byte", line: "1"},
		{name: "UTF-16 with a NUL", in: utf16LE("1\n\x00\n"), want: "1:1", code: "nul_byte", line: "2"},
		{name: "old Mac", in: "1\r2\r3\r", code: "line_end_cr", line: "1"},
		{name: "one CR among CRLF", in: "1\r\n2\r3\r\n", want: "1:1", code: "line_end_cr", line: "2"},
		{name: "CR at the end", in: "1\n2\r", want: "1:1", code: "line_end_cr", line: "2"},
		{name: "CR CR LF", in: "1\r\r\n", code: "line_end_cr", line: "1"},
	})
}

func TestALineOfExactlyOneMiBIsReadAndALongerOneIsRefused(t *testing.T) {
	full := strings.Repeat("7", mb)
	for _, end := range []string{"", "\n", crlf, "\n1"} {
		for _, column := range []string{"", "1"} {
			values, err := collect(strings.NewReader(full+end), Options{Column: column})
			want := "1:" + full
			if end == "\n1" {
				want += " 2:1"
			}
			if err != nil || strings.Join(values, " ") != want {
				t.Errorf("end %q, column %q: %d values, %v", end, column, len(values), err)
			}
			values, err = collect(strings.NewReader("1\n"+full+"7"+end), Options{Column: column})
			if code(err) != "line_too_long" || len(values) != 1 || !strings.Contains(err.Error(), "line 2 ") {
				t.Errorf("end %q, column %q: a line of 1 MiB and a byte gave %d values, %v", end, column, len(values), err)
			}
		}
	}
}

// endless gives the same bytes for ever and counts what was taken.
type endless struct {
	text  string
	taken int64
}

func (e *endless) Read(p []byte) (int, error) {
	n := 0
	for n+len(e.text) <= len(p) {
		n += copy(p[n:], e.text)
	}
	e.taken += int64(n)
	return n, nil
}

func TestWhatNeverEndsIsRefusedAfterAboutOneMiB(t *testing.T) {
	for _, c := range []struct {
		name, start, text, column, code string
	}{
		{"zeros", "", "\x00", "", "nul_byte"},
		{"a line", "", "1", "", "line_too_long"},
		{"a line in quotes", "\"", "1", "1", "line_too_long"},
		{"an open quote", "a\n\"", "1\n", "1", "quote_stray"},
		{"an open quote over empty lines", "a\n\"", "\n", "1", "quote_stray"},
	} {
		e := &endless{text: c.text}
		_, err := collect(io.MultiReader(strings.NewReader(c.start), e), Options{Column: c.column})
		if code(err) != c.code {
			t.Errorf("%s: %v, want %s", c.name, err, c.code)
		}
		if e.taken > 2*mb {
			t.Errorf("%s: %d bytes were read before it was refused", c.name, e.taken)
		}
		if c.code == "quote_stray" && !strings.Contains(err.Error(), "line 2") {
			t.Errorf("%s: %v does not name the line of the quote", c.name, err)
		}
	}
}

func TestAReadErrorIsNeverAShorterList(t *testing.T) {
	disk := errors.New("disk")
	for _, start := range []string{"", "1", "1\n", "1\n2", "\ufeff1\n2", utf16LE("1\n2"), "\"1\n2", "1\r", strings.Repeat("1\n", 50_000)} {
		for _, column := range []string{"", "1", "1\n2"} {
			r := io.MultiReader(strings.NewReader(start), iotest.ErrReader(disk))
			_, err := collect(r, Options{Column: column})
			if code(err) != "input_read" || !errors.Is(err, disk) || fault.ClassOf(err) != fault.Input {
				if column == "1\n2" && code(err) == "tc_column_missing" {
					continue // found before the read error
				}
				t.Errorf("%.10q, column %q: %v", start, column, err)
			}
		}
	}
	_, err := collect(io.MultiReader(strings.NewReader("1\n2\n3"), iotest.ErrReader(disk)), Options{})
	if !strings.Contains(err.Error(), "line 3") {
		t.Errorf("%v does not name line 3", err)
	}
	cut := fmt.Errorf("connection: %w", io.EOF) // wraps the end, but is none
	for _, column := range []string{"", "1"} {
		if _, err := collect(io.MultiReader(strings.NewReader("100\n200\n"), iotest.ErrReader(cut)), Options{Column: column}); code(err) != "input_read" {
			t.Errorf("column %q: an error that wraps io.EOF: %v", column, err)
		}
	}
	stuck := io.MultiReader(strings.NewReader("1\n"), iotest.ErrReader(nil)) // Read gives 0, nil for ever
	if _, err := collect(stuck, Options{}); code(err) != "input_read" {
		t.Errorf("a reader that gives nothing for ever: %v", err)
	}
}

// afterEnd is a terminal: after its end it would give more.
type afterEnd struct{ parts []string }

func (a *afterEnd) Read(p []byte) (int, error) {
	if len(a.parts) == 0 {
		return 0, io.EOF
	}
	part := a.parts[0]
	a.parts = a.parts[1:]
	if part == "" {
		return 0, io.EOF
	}
	return copy(p, part), nil
}

func TestTheFirstEndOfATerminalIsTheEnd(t *testing.T) {
	for _, o := range []Options{{}, {Column: "1"}} {
		values, err := collect(&afterEnd{[]string{"1", "", "2\n"}}, o)
		if err != nil || strings.Join(values, " ") != "1:1" {
			t.Errorf("%v: %q, %v", o, values, err)
		}
	}
}

func TestAConsumerMayStopAnywhere(t *testing.T) {
	for _, o := range []Options{{}, {Column: "1"}} {
		for stop := 1; stop <= 5; stop++ {
			n := 0
			for _, err := range Values(strings.NewReader("1\n\n2\n\n\n"), o) {
				if err != nil {
					t.Fatal(err)
				}
				if n++; n == stop {
					break
				}
			}
			if n != stop {
				t.Errorf("%v: stopped at %d of %d", o, n, stop)
			}
		}
	}
}

func TestMemoryDoesNotGrowWithTheInput(t *testing.T) {
	for _, o := range []Options{{}, {Column: "1"}} {
		peak := func(lines int64) (most uint64) {
			r := io.LimitReader(&endless{text: "10000000146\n"}, lines*12)
			var m runtime.MemStats
			n := int64(0)
			for _, err := range Values(r, o) {
				if err != nil {
					t.Fatal(err)
				}
				if n++; n%50_000 == 0 {
					runtime.GC()
					runtime.ReadMemStats(&m)
					most = max(most, m.HeapAlloc)
				}
			}
			if n != lines {
				t.Fatalf("%d values of %d lines", n, lines)
			}
			return most
		}
		if few, many := peak(50_000), peak(1_000_000); many > few+mb {
			t.Errorf("%v: %d bytes live in a short input, %d in one twenty times as long", o, few, many)
		}
	}
}

func TestNoMessageRepeatsTheInput(t *testing.T) {
	const secret = "CANARY"
	for _, in := range []string{
		secret + "\x00" + secret, secret + "\r" + secret, strings.Repeat(secret, mb/5), secret + "\n" + secret + "," + secret,
		secret + "\"\n", "\"" + secret, "\"" + secret + "\"" + secret, secret + "," + secret,
	} {
		for _, column := range []string{"", "1", "7", "TC"} {
			_, err := collect(strings.NewReader(in), Options{Column: column})
			if err == nil {
				continue
			}
			f := fault.From(err)
			if all := fmt.Sprint(f.Message, f.Hint, err); strings.Contains(all, secret) {
				t.Errorf("column %q: %s", column, all)
			}
		}
	}
}

// FuzzLines: without a column, the number of values is the number of lines, counted independently.
func FuzzLines(f *testing.F) {
	for _, s := range []string{"", "1", "1\n\n2\r\n", "\ufeff1\n", utf16LE("1\n2"), utf16BE("1\n2\n"), "\xff\xfe", "a\rb", "\x00", "\xde\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		values, err := collect(bytes.NewReader(in), Options{})
		if bytes.HasPrefix(in, []byte("\xff\xfe")) || bytes.HasPrefix(in, []byte("\xfe\xff")) {
			return // counted in the table tests: here it only must not panic
		}
		text := bytes.TrimPrefix(in, []byte("\ufeff"))
		lines := bytes.Split(text, []byte("\n"))
		if len(lines[len(lines)-1]) == 0 {
			lines = lines[:len(lines)-1]
		}
		bad := bytes.IndexByte(text, 0) >= 0 || bytes.IndexByte(bytes.ReplaceAll(text, []byte(crlf), nil), '\r') >= 0
		if err == nil && (len(values) != len(lines) || bad) {
			t.Fatalf("%q: %d values, %d lines, no error", in, len(values), len(lines))
		}
		if err != nil && !bad && len(text) <= mb {
			t.Fatalf("%q: %v", in, err)
		}
		if err != nil && fault.From(err).Class != fault.Input {
			t.Fatalf("%q: class of %v", in, err)
		}
	})
}
