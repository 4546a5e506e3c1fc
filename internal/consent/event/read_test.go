package event

import (
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func TestTheFirstCharacterTellsTheFormat(t *testing.T) {
	for _, c := range []struct {
		name, in string
		rows     int
		code     string
	}{
		{"nothing", "", 0, ""}, {"blanks", " \r\n\t\n", 0, ""}, {"a mark", "\ufeff", 0, ""}, {"a mark and blanks", "\ufeff\n\n", 0, ""},
		{"half a mark", "\xef\xbb", 0, "column_unknown"},
		{"NDJSON", sampleLine, 1, ""}, {"blanks, then NDJSON", "\n\n  " + sampleLine, 1, ""}, {"a mark, then NDJSON", "\ufeff" + sampleLine, 1, ""},
		{"a mark, blanks, then NDJSON", "\ufeff\r\n" + sampleLine, 1, ""}, {"broken NDJSON", "{", 1, ""},
		{"CSV", sampleCSV, 1, ""}, {"blanks, then CSV", "\n" + sampleCSV, 1, ""}, {"CSV with nothing in it", strings.Join(Header(), ";"), 0, ""},
		{"an array", "[" + sampleLine + "]", 0, "input_format"}, {"a mark, then an array", "\ufeff [", 0, "input_format"}, {"text", "merhaba", 0, "column_unknown"},
		{"more blanks than are looked at", strings.Repeat("\n", 100_000) + sampleCSV, 1, ""},
	} {
		for how, r := range map[string]io.Reader{"whole": strings.NewReader(c.in), "by byte": iotest.OneByteReader(strings.NewReader(c.in)),
			"with the end": iotest.DataErrReader(strings.NewReader(c.in))} {
			rows, err := collect(Read(r))
			if len(rows) != c.rows || faultCode(err) != c.code {
				t.Errorf("%s, %s: %d rows, %v", c.name, how, len(rows), err)
			}
		}
	}
}

// terminal is an input that waits for more when it is asked again after its end.
type terminal struct {
	text  string
	ended bool
}

func (r *terminal) Read(p []byte) (int, error) {
	if r.ended {
		panic("asked again after the end")
	}
	if r.text == "" {
		r.ended = true
		return 0, io.EOF
	}
	n := copy(p, r.text)
	r.text = r.text[n:]
	return n, nil
}

func TestATerminalIsNotAskedAgainAfterItsEnd(t *testing.T) {
	for _, in := range []string{"", "\n", sampleLine, sampleLine + "\n", sampleCSV, strings.Join(Header(), ","), "[", "x"} {
		_, _ = collect(Read(&terminal{text: in}))
		_, _ = collect(ReadCSV(&terminal{text: in}))
		_, _ = collect(ReadNDJSON(&terminal{text: in}))
	}
}

// slow gives one line and then waits for ever.
type slow struct{ first io.Reader }

func (r slow) Read(p []byte) (int, error) {
	if n, _ := r.first.Read(p); n > 0 {
		return n, nil
	}
	panic("waited for more than was needed")
}

func TestAnEventIsGivenBeforeTheNextOneIsWritten(t *testing.T) {
	for row, err := range Read(slow{strings.NewReader(sampleLine + "\n")}) {
		if err != nil || row.Problem != nil {
			t.Error(err, row.Problem)
		}
		return
	}
	t.Error("no event")
}
