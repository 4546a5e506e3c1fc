package bulk_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"iter"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"

	"iskurctl/internal/fault"
	"iskurctl/internal/tabular"
	"iskurctl/internal/tckn"
	"iskurctl/internal/tckn/bulk"
)

// outcome is what a pass over an input tells: its values, its counts and how it ended.
type outcome struct {
	values []string
	counts map[tckn.Result]int64
	end    string
}

func (o *outcome) say(line int64, value string) {
	o.values = append(o.values, fmt.Sprintf("%d %q %v", line, value, tckn.Check(value)))
}

func (o *outcome) careful(values iter.Seq2[tabular.Value, error], listed bool) {
	for v, err := range values {
		if err != nil {
			f := fault.From(err)
			o.end = f.Code + ": " + f.Message.EN
			return
		}
		o.counts[tckn.Check(v.Text)]++
		if listed {
			o.say(v.Line, v.Text)
		}
	}
}

func carefully(r io.Reader, options tabular.Options, listed bool) *outcome {
	o := &outcome{counts: map[tckn.Result]int64{}}
	o.careful(tabular.Values(r, options), listed)
	return o
}

// lister collects values, counter counts; both as the command does.
type lister struct {
	into   *outcome
	layout bulk.Layout
	block  []string
	tally  bulk.Tally
	total  *bulk.Tally
}

func (w *lister) Work(b bulk.Block) (int64, bool) {
	w.block, w.tally = w.block[:0], bulk.Tally{}
	ok := w.layout.Values(b, func(line int64, value []byte, r tckn.Result) {
		w.tally.Count(r)
		w.block = append(w.block, fmt.Sprintf("%d %q %v", line, value, r))
	})
	return w.tally.Lines(), ok
}

func (w *lister) Done() error {
	w.total.Add(&w.tally)
	w.into.values = append(w.into.values, w.block...)
	return nil
}

type counter struct {
	counter *bulk.Counter
	layout  bulk.Layout
	tally   bulk.Tally
	total   *bulk.Tally
}

func (w *counter) Work(b bulk.Block) (int64, bool) {
	w.tally = bulk.Tally{}
	ok := w.counter.Count(w.layout, b, &w.tally)
	return w.tally.Lines(), ok
}

func (w *counter) Done() error {
	w.total.Add(&w.tally)
	return nil
}

// quickly reads like the command: the beginning, the blocks, and carefully what is left.
func quickly(t testing.TB, input []byte, options tabular.Options, listed, piped bool, block int) (o *outcome, left bool) {
	l, ok := tabular.Begin(input[:min(len(input), tabular.LayoutHead)], options)
	if !ok {
		return nil, false
	}
	o = &outcome{counts: map[tckn.Result]int64{}}
	layout := bulk.Layout{Fields: l.Fields, Comma: l.Comma, Index: l.Index}
	var total bulk.Tally
	source := bulk.File(bytes.NewReader(input), int64(l.Skip), int64(len(input)), block)
	if piped {
		source = bulk.Stream(iotest.HalfReader(bytes.NewReader(input[l.Skip:])), block)
	}
	rest, err := bulk.Run{Source: source, Line: l.Line, Numbered: listed, Workers: 3, New: func() bulk.Worker {
		if listed {
			return &lister{into: o, layout: layout, total: &total}
		}
		return &counter{counter: bulk.NewCounter(), layout: layout, total: &total}
	}}.Do(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	total.Each(false, func(r tckn.Result, n int64) { o.counts[r] += n })
	if rest.Reader != nil {
		l.Line = rest.Line
		o.careful(tabular.Continue(rest.Reader, l), listed)
	}
	return o, rest.Reader != nil
}

func same(t testing.TB, input []byte, options tabular.Options, block int) (quick bool) {
	t.Helper()
	for _, listed := range []bool{false, true} {
		want := carefully(bytes.NewReader(input), options, listed)
		for _, piped := range []bool{false, true} {
			got, left := quickly(t, input, options, listed, piped, block)
			if got == nil {
				continue
			}
			quick = quick || !left
			if got.end != want.end || fmt.Sprint(got.counts) != fmt.Sprint(want.counts) || strings.Join(got.values, "\n") != strings.Join(want.values, "\n") {
				t.Fatalf("%q, %+v, blocks of %d, listed %v, piped %v:\n got %v %q\n%s\nwant %v %q\n%s", input, options, block, listed, piped,
					got.counts, got.end, strings.Join(got.values, "\n"), want.counts, want.end, strings.Join(want.values, "\n"))
			}
		}
	}
	return quick
}

var layouts = []tabular.Options{
	{}, {Header: true}, {Column: "TCKN"}, {Column: "2"}, {Column: "1", Header: true}, {Column: "1", Delimiter: '|'}, {Column: "3", Delimiter: ' '}, {Column: "TCKN", Delimiter: ';'},
}

// pieces are what the lines of the generated inputs are made of.
var pieces = []string{
	"10000000146", "10000000214", "10000000382", "11111111110", "99999999990", "99000000042", "98000000052", "90000000032", "00000000178", "10000000145", "10000000156", "19000000088",
	"", "1", "100000001466", "abc", "TCKN", "AD", " ", "\t", "\u00a0", "\xa0", "ş", "\xde", "\u2003", "１", ",", ";", "|", "x,10000000146", "x,10000000146,y", "a;10000000146", "10000000146|b",
}

var rare = []string{"\"", "\"\"", "\"a,b\"", "\"a\nb\"", "\x00", "\r", "\ufeff", "\xff\xfe", "\v", "\f", "\u0085", "\x85"}

func generated(r *rand.Rand) []byte {
	var b []byte
	ends := []string{"\n", "\n", "\n", "\r\n"}
	end := ends[r.IntN(4)]
	mixed, odd := r.IntN(3) == 0, r.IntN(4) == 0
	if r.IntN(8) == 0 {
		b = append(b, "\ufeff"...)
	}
	csv := r.IntN(2) == 0
	if csv {
		b = append(b, "AD,TCKN"...)
		b = append(b, end...)
	}
	usual := pieces[r.IntN(12)]
	for range r.IntN(200) {
		if csv {
			b = append(b, "x,"...)
		}
		switch {
		case odd && r.IntN(40) == 0:
			b = append(b, rare[r.IntN(len(rare))]...)
			fallthrough
		case mixed && r.IntN(3) == 0:
			b = append(b, pieces[r.IntN(len(pieces))]...)
		case r.IntN(2) == 0:
			b = append(b, pieces[r.IntN(12)]...)
		default:
			b = append(b, usual...)
		}
		if mixed {
			end = ends[r.IntN(4)]
		}
		b = append(b, end...)
	}
	if r.IntN(3) == 0 {
		b = bytes.TrimSuffix(b, []byte("\n"))
	}
	return b
}

func TestQuickReadingGivesWhatCarefulReadingGives(t *testing.T) {
	rounds := 3000
	if testing.Short() {
		rounds = 300
	}
	quick := 0
	r := rand.New(rand.NewPCG(3, 4))
	for range rounds {
		if same(t, generated(r), layouts[r.IntN(len(layouts))], 1+r.IntN(700)) {
			quick++
		}
	}
	if quick*4 < rounds {
		t.Errorf("only %d of %d inputs were read quickly to their end", quick, rounds)
	}
}

func FuzzQuickAgainstCareful(f *testing.F) {
	for i, s := range []string{
		"10000000146\n10000000214\n", "\ufeff10000000146\r\n\t10000000528 \r\n10000000214", "AD,TCKN\nx,10000000146\ny,1\n", "AD;TCKN\n\"a\nb\";10000000146\n",
		"1\n\n\n2\r\n", "10000000146\r \n 10000000146\n", "x\x00\n", "\xa010000000146\n\xdex\n", "1\r2\n", "10000000146|a\n", "  \n", "\xff\xfe1\x00",
	} {
		f.Add([]byte(s), uint8(i), uint16(7*i), uint8(i))
	}
	f.Fuzz(func(t *testing.T, input []byte, layout uint8, block uint16, times uint8) {
		if len(input) > 4<<10 {
			return // longer inputs find nothing more
		}
		input = bytes.Repeat(input, int(times)%20+1)
		same(t, input, layouts[int(layout)%len(layouts)], 1+int(block))
	})
}

// The same from random text made of what lines are made of: nearer to real files than mutated bytes.
func FuzzGeneratedQuickAgainstCareful(f *testing.F) {
	for i := range uint64(8) {
		f.Add(i, uint8(i), uint16(50*i))
	}
	f.Fuzz(func(t *testing.T, seed uint64, layout uint8, block uint16) {
		same(t, generated(rand.New(rand.NewPCG(seed, 5))), layouts[int(layout)%len(layouts)], 1+int(block)%4000)
	})
}
