package output

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"iskurctl/internal/fault"
)

// plainFormat writes the values between bars.
type plainFormat struct{}

func (plainFormat) Record(dst []byte, values []any) ([]byte, error) {
	for _, v := range values {
		s, _ := v.(string)
		dst = append(append(dst, '|'), s...)
	}
	return append(dst, '\n'), nil
}

func (plainFormat) End(dst []byte, aborted bool) ([]byte, error) {
	if aborted {
		return dst, errors.New("aborted")
	}
	return append(dst, "end\n"...), nil
}

func TestAFormatOfOneCommandGetsMaskedValues(t *testing.T) {
	cols := []Column{{Key: "path", Kind: Text}, {Key: "match", Kind: TC}, {Key: "code", Kind: Code}}
	options := Options{Format: "bars", Custom: map[string]Custom{"bars": plainFormat{}}}
	for reveal, want := range map[bool]string{
		false: "|x100******46|100******46|10000000146\nend\n",
		true:  "|x10000000146|10000000146|10000000146\nend\n",
	} {
		options.Reveal = reveal
		var out bytes.Buffer
		s, err := Open(options, Target{Out: &out}, cols)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(s.Write(Record{"x10000000146", "10000000146", "10000000146"}), s.Close()); err != nil || out.String() != want {
			t.Errorf("%q, %v, want %q", out.String(), err, want)
		}
	}
	for code, o := range map[string]Options{
		"fields_format":  {Format: "bars", Custom: options.Custom, Fields: []string{"path"}},
		"format_unknown": {Format: "bar", Custom: options.Custom},
		"jq_format":      {Format: "bars", Custom: options.Custom, JQ: "."},
	} {
		_, err := Open(o, Target{Out: new(bytes.Buffer)}, cols)
		if f := fault.From(err); f == nil || f.Code != code || f.Class != fault.Usage {
			t.Errorf("%s: %v", code, err)
		} else if code == "format_unknown" && !strings.Contains(f.Hint.EN, "bars") {
			t.Errorf("the hint does not name the format: %s", f.Hint.EN)
		}
	}
	if _, err := Open(Options{Format: "bars"}, Target{Out: new(bytes.Buffer)}, cols); err == nil {
		t.Error("another command knows the format too")
	}
}
