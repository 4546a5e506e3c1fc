package bulk_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"iskurctl/internal/tabular"
	"iskurctl/internal/tckn/bulk"
)

// pass lists a source; the worker's Done fails with done from its third call on, when that is set.
func pass(ctx context.Context, source bulk.Source, done error) (o *outcome, rest bulk.Rest, err error) {
	o = &outcome{}
	calls := 0
	rest, err = bulk.Run{Source: source, Line: 1, Numbered: true, Workers: 4, New: func() bulk.Worker {
		return &failing{lister: lister{into: o, total: &bulk.Tally{}}, calls: &calls, err: done}
	}}.Do(ctx)
	return o, rest, err
}

type failing struct {
	lister
	calls *int
	err   error
}

func (f *failing) Done() error {
	if *f.calls++; f.err != nil && *f.calls >= 3 {
		return f.err
	}
	return f.lister.Done()
}

func list(lines int) []byte { return bytes.Repeat([]byte("10000000146\n"), lines) }

// shrinking is a file that ends before the length that it had when it was opened.
func TestAFileThatShrinksIsAnErrorAndNeverAShorterList(t *testing.T) {
	text := list(100)
	for _, cut := range []int{0, 1, 5, 12, 600, len(text) - 12, len(text) - 1} {
		o, rest, err := pass(t.Context(), bulk.File(bytes.NewReader(text[:cut]), 0, int64(len(text)), 64), nil)
		if err != nil || rest.Reader == nil {
			t.Fatalf("cut at %d: %v, the whole file was read", cut, err)
		}
		left, err := io.ReadAll(rest.Reader)
		if !errors.Is(err, bulk.ErrShrunk) {
			t.Fatalf("cut at %d: %v, want ErrShrunk", cut, err)
		}
		if got := len(o.values)*12 + len(left); got != cut {
			t.Errorf("cut at %d: %d bytes were read", cut, got)
		}
		if want := int64(len(o.values) + 1); rest.Line != want {
			t.Errorf("cut at %d: the rest begins on line %d, want %d", cut, rest.Line, want)
		}
		values := carefully(bulk.Exact(bytes.NewReader(text[:cut]), 0, int64(len(text))), tabular.Options{}, false)
		if !strings.HasPrefix(values.end, "input_read") {
			t.Errorf("cut at %d: careful reading ends with %q", cut, values.end)
		}
	}
}

func TestOfAFileThatGrowsIsReadWhatItHeldWhenItWasOpened(t *testing.T) {
	text := list(100)
	o, rest, err := pass(t.Context(), bulk.File(bytes.NewReader(append(text, list(50)...)), 0, int64(len(text)), 64), nil)
	if err != nil || rest.Reader != nil || len(o.values) != 100 {
		t.Errorf("%d lines, %v", len(o.values), err)
	}
}

func TestABrokenReadComesAfterTheLinesBeforeIt(t *testing.T) {
	broken := errors.New("broken")
	for _, lines := range []int{0, 1, 5, 6, 100} {
		for _, tail := range []string{"", "100", strings.Repeat("1", 200)} {
			r := io.MultiReader(bytes.NewReader(list(lines)), strings.NewReader(tail), iotest.ErrReader(broken))
			o, rest, err := pass(t.Context(), bulk.Stream(r, 64), nil)
			if err != nil || rest.Reader == nil {
				t.Fatalf("%d lines and %q: %v, no error", lines, tail, err)
			}
			left, err := io.ReadAll(rest.Reader)
			if !errors.Is(err, broken) || len(o.values)*12+len(left) != lines*12+len(tail) {
				t.Errorf("%d lines and %q: %d values and %q, %v", lines, tail, len(o.values), left, err)
			}
		}
	}
}

func TestAnErrorOfTheConsumerEndsThePass(t *testing.T) {
	full := errors.New("full")
	o, _, err := pass(t.Context(), bulk.File(bytes.NewReader(list(1000)), 0, 12000, 64), full)
	if !errors.Is(err, full) || len(o.values) != 2*5 {
		t.Errorf("%v after %d values", err, len(o.values))
	}
}

func TestTheEndOfTheContextEndsThePass(t *testing.T) {
	ctx, stop := context.WithCancelCause(t.Context())
	cause := errors.New("stopped by a person")
	stop(cause)
	if _, _, err := pass(ctx, bulk.Stream(bytes.NewReader(list(1000)), 64), nil); !errors.Is(err, cause) {
		t.Errorf("%v, want the cause", err)
	}
}

func TestCountingAllocatesNothingALine(t *testing.T) {
	c := bulk.NewCounter()
	mixed := append(bytes.Repeat([]byte("10000000146\n123\n\n10000000146\r\nabc\n 10000000214 \n"), 2000), list(5000)...)
	rows := bytes.Repeat([]byte("a;10000000146;b\n"), 5000)
	for name, work := range map[string]func(){
		"lines":  func() { c.Count(bulk.Layout{}, bulk.Block{Data: mixed}, &bulk.Tally{}) },
		"fields": func() { c.Count(bulk.Layout{Fields: 3, Comma: ';', Index: 1}, bulk.Block{Data: rows}, &bulk.Tally{}) },
	} {
		if n := testing.AllocsPerRun(5, work); n > 3 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}
