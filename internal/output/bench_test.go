package output

import (
	"io"
	"testing"
	"time"
)

// BenchmarkWrite gives the time of one record of four columns, masked; rows/s is its inverse.
func BenchmarkWrite(b *testing.B) {
	cols := []Column{{Key: "KIMLIK_NO", Kind: TC}, {Key: "YETERLILIK_ADI"}, {Key: "level", Kind: Number}, {Key: "fetched_at", Kind: Time}}
	rec := Record{"10000000146", "Doğal Gaz Altyapı Yapım Kontrol Personeli", 5, time.Date(2026, 11, 22, 10, 11, 12, 0, time.UTC)}
	for _, format := range Formats() {
		b.Run(format, func(b *testing.B) {
			s, err := Open(Options{Format: format}, Target{Out: io.Discard}, cols)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if err := s.Write(rec); err != nil {
					b.Fatal(err)
				}
			}
			if err := s.Close(); err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}
