package bulk

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"iskurctl/internal/tckn"
)

func TestABlockThatWasNotUnderstoodLeavesNothingBehind(t *testing.T) {
	for _, k := range everyKernel() {
		c := NewCounter()
		c.kernels = k
		refused := append(bytes.Repeat([]byte("1\n10000000146\n"), 100), "\x00\n1\n"...)
		if c.Count(Layout{}, Block{Data: refused}, &Tally{}) {
			t.Fatalf("%s: a NUL was understood", k.name)
		}
		var got Tally
		if ok := c.Count(Layout{}, Block{Data: bytes.Repeat([]byte("1\n"), 200)}, &got); !ok || got.Lines() != 200 || got.reasons[length] != 200 {
			t.Errorf("%s: %+v", k.name, got)
		}
	}
}

// Rows of CSV with what may go wrong in them, against reading row by row.
func TestEveryKernelCountsRowsAsReadOneByOne(t *testing.T) {
	rounds := 4000
	if testing.Short() {
		rounds = 400
	}
	understood := 0
	r := rand.New(rand.NewPCG(5, 6))
	for range rounds {
		l := Layout{Fields: 1 + r.IntN(4), Comma: ";,| "[r.IntN(4)]}
		l.Index = r.IntN(l.Fields)
		odd := 1 + r.IntN(500)
		end := []string{"\n", "\r\n"}[r.IntN(2)]
		var p []byte
		for range r.IntN(300) {
			for i := range l.Fields {
				if i > 0 {
					p = append(p, l.Comma)
				}
				v := numbers(r, 1)[:tckn.Length]
				switch n := r.IntN(4); {
				case i != l.Index && n < 3:
					v = []byte("Ali Veli")[:r.IntN(8)]
				case n == 0:
					v = append(v, "12345"...)[:r.IntN(16)]
				}
				p = append(p, v...)
				if r.IntN(odd) == 0 {
					p = append(p, []string{"", " ", "\t", "x", "\xa0", "\r", "\r\n", "\n", "\n\n", "\x00", "\"", string(l.Comma)}[r.IntN(12)]...)
				}
			}
			p = append(p, end...)
		}
		b := Block{Data: p, Last: r.IntN(2) == 0}
		if b.Last {
			b.Data = p[:max(0, len(p)-r.IntN(3))]
		}
		var want Tally
		fine := l.row(b, &want)
		if fine {
			understood++
		}
		for _, k := range everyKernel() {
			c := NewCounter()
			c.kernels = k
			var got Tally
			if ok := c.Count(l, b, &got); ok != fine || ok && got != want {
				t.Fatalf("%s: %+v %q: %v\n got %+v\nwant %+v", k.name, l, b.Data, ok, got, want)
			}
		}
	}
	if understood*4 < rounds {
		t.Errorf("only %d of %d were understood", understood, rounds)
	}
}
