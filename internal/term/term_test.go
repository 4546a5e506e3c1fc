package term

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"iskurctl/internal/fault"
)

func env(pairs ...string) Env {
	return func(name string) (string, bool) {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1], true
			}
		}
		return "", false
	}
}

func TestColourFollowsFlagThenEnvironmentThenTerminal(t *testing.T) {
	for _, c := range []struct {
		name string
		mode string
		tty  bool
		env  Env
		want bool
	}{
		{"a terminal", "auto", true, env("TERM", "xterm"), true},
		{"a pipe", "auto", false, env("TERM", "xterm"), false},
		{"a dumb terminal", "auto", true, env("TERM", "dumb"), false},
		{"no TERM at all", "auto", true, env(), false},
		{"NO_COLOR", "auto", true, env("TERM", "xterm", "NO_COLOR", "1"), false},
		{"an empty NO_COLOR is not set", "auto", true, env("TERM", "xterm", "NO_COLOR", ""), true},
		{"CLICOLOR_FORCE into a pipe", "auto", false, env("CLICOLOR_FORCE", "1"), true},
		{"CLICOLOR_FORCE=0", "auto", false, env("CLICOLOR_FORCE", "0"), false},
		{"NO_COLOR beats CLICOLOR_FORCE", "auto", true, env("TERM", "xterm", "NO_COLOR", "1", "CLICOLOR_FORCE", "1"), false},
		{"--color always beats NO_COLOR", "always", false, env("NO_COLOR", "1"), true},
		{"--color never beats CLICOLOR_FORCE", "never", true, env("TERM", "xterm", "CLICOLOR_FORCE", "1"), false},
	} {
		s := &Streams{Out: io.Discard, Err: io.Discard, OutTTY: c.tty, ErrTTY: c.tty}
		s.SetColor(c.mode, c.env)
		for _, p := range []Palette{s.OutPalette(), s.ErrPalette()} {
			if got := strings.Contains(p.Red("kötü"), "\x1b["); got != c.want || p.Colored() != c.want {
				t.Errorf("%s: coloured = %v, Colored() = %v, want %v", c.name, got, p.Colored(), c.want)
			}
		}
	}
}

func TestEachStreamHasItsOwnColour(t *testing.T) {
	s := &Streams{Out: io.Discard, Err: io.Discard, OutTTY: true}
	s.SetColor("auto", env("TERM", "xterm"))
	if !s.OutPalette().Colored() || s.ErrPalette().Colored() {
		t.Fatal("stdout is a terminal and stderr is not, but the colours say otherwise")
	}
}

func TestOnlyFourBitColoursAreUsed(t *testing.T) {
	p := newPalette(io.Discard, true)
	for name, got := range map[string][2]string{
		"bold": {p.Bold("ı"), "\x1b[1mı\x1b[0m"}, "faint": {p.Faint("ı"), "\x1b[2mı\x1b[0m"},
		"red": {p.Red("ı"), "\x1b[31mı\x1b[0m"}, "green": {p.Green("ı"), "\x1b[32mı\x1b[0m"},
		"yellow": {p.Yellow("ı"), "\x1b[33mı\x1b[0m"}, "cyan": {p.Cyan("ı"), "\x1b[36mı\x1b[0m"},
	} {
		if got[0] != got[1] {
			t.Errorf("%s: %q, want %q", name, got[0], got[1])
		}
	}
	if got := p.Bold("ab\n\nc"); got != "\x1b[1mab\x1b[0m\n\n\x1b[1mc\x1b[0m" {
		t.Errorf("lines are changed in more than their colour: %q", got)
	}
	if got := (Palette{}).Red("a\tb"); got != "a\tb" {
		t.Errorf("the plain palette changes texts: %q", got)
	}
}

func TestWidthComesFromCOLUMNSAndIsAtLeastOne(t *testing.T) {
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	for value, want := range map[string]int{"1": 1, "140": 140, "0": 80, "-3": 80, "seksen": 80, "": 80} {
		if got := System(null, null, null, env("COLUMNS", value)).Width; got != want {
			t.Errorf("COLUMNS=%q: width %d, want %d", value, got, want)
		}
	}
}

func TestFilesAreNoTerminals(t *testing.T) {
	f, err := os.Create(t.TempDir() + "/out")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s := System(f, f, f, env("TERM", "xterm"))
	if s.InTTY || s.OutTTY || s.ErrTTY || s.OutPalette().Colored() {
		t.Fatalf("a file passes for a terminal: %+v", s)
	}
	if _, err := io.WriteString(s.Out, "x"); err != nil {
		t.Fatal(err)
	}
}

func TestClosedStdoutFailsInsteadOfSwallowing(t *testing.T) {
	f, err := os.Create(t.TempDir() + "/out")
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
	for name, out := range map[string]*os.File{"closed": f, "none": nil} {
		if _, err := System(nil, out, nil, env()).Out.Write([]byte("x")); err == nil {
			t.Errorf("%s: a result written nowhere counts as written", name)
		}
	}
	for _, mode := range []int{os.O_WRONLY, os.O_RDWR} {
		null, err := os.OpenFile(os.DevNull, mode, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer null.Close()
		if _, err := System(nil, null, null, env()).Out.Write([]byte("x")); err != nil {
			t.Errorf("a discarded output must stay possible: %v", err)
		}
	}
}

func TestProgressIsInertWithoutATerminal(t *testing.T) {
	var b bytes.Buffer
	for name, s := range map[string]*Streams{
		"a pipe":          {Err: &b, Width: 80},
		"--no-progress":   {Err: &b, ErrTTY: true, Width: 80, NoProgress: true},
		"TERM=dumb":       {Err: &b, ErrTTY: true, Width: 80, dumb: true},
		"narrow terminal": {Err: &b, ErrTTY: true, Width: 20},
	} {
		p := s.Progress("Sorgulanıyor", 10)
		for range 20 {
			p.Add(1)
		}
		p.Finish()
		if b.Len() > 0 {
			t.Errorf("%s: progress wrote %q", name, b.String())
		}
		b.Reset()
	}
}

func TestProgressLeavesNoTraceOnTheScreen(t *testing.T) {
	for _, total := range []int64{-1, 100} {
		var b bytes.Buffer
		s := &Streams{Err: &b, ErrTTY: true, Width: 80}
		p := s.Progress("Sorgulanıyor", total)
		p.Add(30)
		if !strings.Contains(b.String(), "Sorgulanıyor") || !strings.Contains(b.String(), "30") {
			t.Errorf("total %d: nothing to see: %q", total, b.String())
		}
		p.Add(500) // more than there is
		p.Finish()
		p.Finish()
		p.Add(1)
		if !strings.HasSuffix(b.String(), "\x1b[2K\r") || strings.Contains(b.String(), "\n") {
			t.Errorf("total %d: the line stays: %q", total, b.String())
		}
	}
}

func TestProgressIsThrottled(t *testing.T) {
	var b bytes.Buffer
	p := (&Streams{Err: &b, ErrTTY: true, Width: 80}).Progress("x", 1_000_000)
	for range 100_000 {
		p.Add(1)
	}
	if frames := strings.Count(b.String(), "\r"); frames > 200 {
		t.Errorf("%d frames for 100,000 steps", frames)
	}
	p.Finish()
}

func TestPromptReadsOneLineAndNothingBeyond(t *testing.T) {
	in := strings.NewReader("10000000146\r\nrest\n")
	var b bytes.Buffer
	s := &Streams{In: in, Err: &b}
	got, err := s.Prompt(context.Background(), "TC kimlik no?")
	if err != nil || got != "10000000146" {
		t.Fatalf("%q, %v", got, err)
	}
	rest, _ := io.ReadAll(in)
	if string(rest) != "rest\n" || b.String() != "TC kimlik no? " {
		t.Fatalf("rest %q, question %q", rest, b.String())
	}
}

func TestPromptRefusesTooLongAndMissingAnswers(t *testing.T) {
	for name, c := range map[string]struct {
		in   string
		code string
	}{
		"empty input": {"", "prompt_no_answer"},
		"too long":    {strings.Repeat("a", 4<<10+1) + "\n", "prompt_too_long"},
	} {
		_, err := (&Streams{In: strings.NewReader(c.in), Err: io.Discard}).Prompt(context.Background(), "?")
		if f := fault.From(err); f == nil || f.Code != c.code {
			t.Errorf("%s: %v", name, err)
		}
	}
	exact := strings.Repeat("a", 4<<10)
	if got, err := (&Streams{In: strings.NewReader(exact + "\n"), Err: io.Discard}).Prompt(context.Background(), "?"); err != nil || got != exact {
		t.Errorf("exactly 4 KiB: %d bytes, %v", len(got), err)
	}
}

func TestPromptEndsWithItsContext(t *testing.T) {
	r, w := io.Pipe() // never answers
	defer w.Close()
	ctx, cancel := context.WithCancel(context.Background())
	asked := make(chan struct{})
	go func() { <-asked; cancel() }()
	_, err := (&Streams{In: r, Err: notify{asked}}).Prompt(ctx, "?")
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("%v", err)
	}
}

type notify struct{ done chan struct{} }

func (n notify) Write(p []byte) (int, error) {
	if string(p) != "\n" { // the line end after a question that was not answered
		close(n.done)
	}
	return len(p), nil
}
