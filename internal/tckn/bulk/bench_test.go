package bulk

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// texts are blocks of the usual kinds of lists.
func texts() map[string][]byte {
	r := rand.New(rand.NewPCG(7, 8))
	fixed := numbersValid(80_000)
	var lengths, blanks []byte
	for line := range bytes.Lines(fixed) {
		other := line
		if r.IntN(4) == 0 {
			n := r.IntN(16)
			other = append(bytes.Clone(append(bytes.Clone(line[:11]), "12345"...)[:n]), '\n')
		}
		lengths = append(lengths, other...)
		if r.IntN(100) == 0 {
			blanks = append(blanks, ' ')
		}
		blanks = append(blanks, other...)
	}
	return map[string][]byte{
		"fixed": fixed, "lengths": lengths, "blanks": blanks,
		"crlf": bytes.ReplaceAll(fixed, []byte("\n"), []byte("\r\n")),
		"csv":  bytes.ReplaceAll(fixed, []byte("\n"), []byte(";Ankara;Ali Veli\n")),
	}
}

func BenchmarkCount(b *testing.B) {
	for name, text := range texts() {
		l := Layout{}
		if name == "csv" {
			l = Layout{Fields: 3, Comma: ';'}
		}
		lines := bytes.Count(text, []byte("\n"))
		for _, k := range everyKernel() {
			b.Run(name+"/"+k.name, func(b *testing.B) {
				c := NewCounter()
				c.kernels = k
				b.SetBytes(int64(len(text)))
				for b.Loop() {
					var t Tally
					if !c.Count(l, Block{Data: text}, &t) {
						b.Fatal("not understood")
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(lines), "ns/line")
			})
		}
	}
}
