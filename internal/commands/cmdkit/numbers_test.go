package cmdkit

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"iskurctl/internal/fault"
	"iskurctl/internal/tabular"
	"iskurctl/internal/term"
)

func TestAFileThatBecomesShorterWhileItIsReadIsNoShorterList(t *testing.T) {
	for _, o := range []tabular.Options{{}, {Column: "1"}} {
		path := filepath.Join(t.TempDir(), "numbers.txt")
		const line = "10000000146\n"
		if err := os.WriteFile(path, []byte(strings.Repeat(line, 100_000)), 0o600); err != nil {
			t.Fatal(err)
		}
		s := &NumberSource{d: &Deps{Streams: &term.Streams{In: strings.NewReader("")}}, Flag: "input", File: path, Options: o}
		values := 0
		var last error
		for v, err := range s.Values(t.Context(), nil) {
			if values == 0 {
				if err := os.Truncate(path, 50_000*int64(len(line))+7); err != nil {
					t.Fatal(err)
				}
			}
			if last = err; err == nil {
				values++
				if v.Text != "10000000146" {
					t.Fatalf("line %d is a value of %d characters", v.Line, len(v.Text))
				}
			}
		}
		var f *fault.Error
		if !errors.As(last, &f) || f.Code != "input_shrunk" || f.Class != fault.Input {
			t.Errorf("column %q: %d values, then %v", o.Column, values, last)
		}
	}
}

func TestWhatIsAppendedWhileAFileIsReadIsNoPartOfTheList(t *testing.T) {
	path := filepath.Join(t.TempDir(), "numbers.txt")
	if err := os.WriteFile(path, []byte("10000000146\n10000000214\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := &NumberSource{d: &Deps{Streams: &term.Streams{In: strings.NewReader("")}}, Flag: "input", File: path}
	values := 0
	for _, err := range s.Values(t.Context(), nil) {
		if err != nil {
			t.Fatal(err)
		}
		if values++; values == 1 {
			f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
			if err != nil {
				t.Fatal(err)
			}
			_, err = f.WriteString("10000000382\n")
			if err = errors.Join(err, f.Close()); err != nil {
				t.Fatal(err)
			}
		}
	}
	if values != 2 {
		t.Errorf("%d values of the two that the file had", values)
	}
}
