package tccmd

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"iskurctl/internal/fault"
	"iskurctl/internal/tckn/find"
)

var wideMasker = find.Masker{Finder: find.Finder{Wide: true}}

func TestAMaskedStreamIsTheSameHoweverItArrives(t *testing.T) {
	text := strings.Repeat("x 10000000146;\r\n\xff\x0010000000214", 20_000)
	want := strings.NewReplacer("10000000146", "100******46", "10000000214", "100******14").Replace(text)
	for name, wrap := range map[string]func(io.Reader) io.Reader{
		"at once": func(r io.Reader) io.Reader { return r }, "in halves": iotest.HalfReader, "with its end": iotest.DataErrReader,
		"byte by byte": func(r io.Reader) io.Reader { return iotest.OneByteReader(io.LimitReader(r, 3000)) },
	} {
		var out bytes.Buffer
		err := maskStream(t.Context(), wrap(strings.NewReader(text)), &out, wideMasker)
		if err != nil || !strings.HasPrefix(want, out.String()) || out.Len() < 3000 || name != "byte by byte" && out.Len() != len(want) {
			t.Errorf("%s: %d of %d bytes, %v", name, out.Len(), len(want), err)
		}
	}
}

func TestAStreamThatBreaksIsAnErrorAndGivesNoHalfNumberAway(t *testing.T) {
	var out bytes.Buffer
	err := maskStream(t.Context(), io.MultiReader(strings.NewReader("abc 1000000014"), iotest.ErrReader(errors.New("broken"))), &out, wideMasker)
	if fault.From(err).Code != "input_read" || fault.ClassOf(err) != fault.Input || out.String() != "abc " {
		t.Errorf("%q, %v", out.String(), err)
	}
}

// shrinking cuts the file short after the first read.
type shrinking struct{ *os.File }

func (s shrinking) Read(p []byte) (int, error) {
	n, err := s.File.Read(p[:min(len(p), 100)])
	if err == nil {
		err = os.Truncate(s.Name(), 50)
	}
	return n, err
}

func TestAFileThatGetsShorterIsNoCompleteInput(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	if err := os.WriteFile(path, []byte(strings.Repeat("x", 5000)), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := maskStream(t.Context(), shrinking{f}, io.Discard, wideMasker); fault.From(err).Code != "input_read" {
		t.Errorf("%v", err)
	}
}

func TestALineIsGivenOutWhenItEnds(t *testing.T) {
	k := wideMasker
	k.Grouped = true
	b := []byte("no 10000000146\n")
	if n := k.Mask(b, 0, false); n != len(b) || string(b) != "no 100******46\n" {
		t.Errorf("%d bytes of %q", n, b)
	}
	r, w := io.Pipe()
	from, to := io.Pipe()
	go func() {
		_ = to.CloseWithError(maskStream(t.Context(), r, to, k))
	}()
	line := make([]byte, len(b))
	for range 3 {
		if _, err := io.WriteString(w, "no 10000000146\n"); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(from, line); err != nil || string(line) != "no 100******46\n" { // before the next line comes
			t.Fatalf("%q, %v", line, err)
		}
	}
	_ = w.Close()
	if rest, err := io.ReadAll(from); err != nil || len(rest) > 0 {
		t.Errorf("%q, %v", rest, err)
	}
}

func TestAStreamThatWaitsEndsWithTheRun(t *testing.T) {
	r, w := io.Pipe()
	defer w.Close()
	ctx, cancel := context.WithCancelCause(t.Context())
	stopped := errors.New("stopped")
	cancel(stopped)
	if err := maskStream(ctx, r, io.Discard, wideMasker); !errors.Is(err, stopped) {
		t.Errorf("%v", err)
	}
}
