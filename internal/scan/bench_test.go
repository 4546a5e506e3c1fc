package scan

import (
	"strings"
	"testing"

	"iskurctl/internal/tckn/find"
)

// A file full of numbers is the worst case: each costs a look around it and a fingerprint.
func BenchmarkAFileFullOfNumbers(b *testing.B) {
	text := strings.Repeat("tckn 10000000146,10000000214\n", 20_000)
	s := newScanner(Options{Min: find.Medium})
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		n := 0
		if err := s.text(b.Context(), strings.NewReader(text), target{}, func(Finding) error { n++; return nil }); err != nil || n != 40_000 {
			b.Fatal(n, err)
		}
	}
}
