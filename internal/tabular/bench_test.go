package tabular

import (
	"strings"
	"testing"
)

func benchmark(b *testing.B, text string, o Options) {
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		n := 0
		for _, err := range Values(strings.NewReader(text), o) {
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
		if n < 100_000 {
			b.Fatal(n)
		}
	}
	b.ReportMetric(100_000*float64(b.N)/b.Elapsed().Seconds(), "values/s")
}

func BenchmarkLines(b *testing.B) {
	benchmark(b, strings.Repeat("10000000146\n", 100_000), Options{})
}

func BenchmarkLinesUTF16(b *testing.B) {
	benchmark(b, utf16LE(strings.Repeat("10000000146\r\n", 100_000)), Options{})
}

func BenchmarkColumn(b *testing.B) {
	benchmark(b, "no;tc;ad\n"+strings.Repeat("12;10000000146;Sentetik Kişi\n", 100_000), Options{Column: "tc"})
}
