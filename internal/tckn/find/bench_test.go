package find

import (
	"strings"
	"testing"
)

// texts are kinds of text by how many digits they have.
var texts = map[string]string{
	"prose":   strings.Repeat("Numara, biçimi ve denetim basamaklarıyla denetlenir; kişinin varlığını göstermez.\n", 12000),
	"source":  strings.Repeat("\tfor i := 0; i < len(p); i += 11 { total += int64(p[i]) * 31 } // 2026-11-22\n", 12000),
	"log":     strings.Repeat("2026-11-22T10:11:12.123Z 192.0.2.17 GET /api/v1/items/48213 200 5123 0.018\n", 12000),
	"numbers": strings.Repeat("10000000146\n10000000214\n", 40000),
}

func BenchmarkPlain(b *testing.B) {
	for name, text := range texts {
		b.Run(name, func(b *testing.B) {
			data := []byte(text)
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				for from := 0; from >= 0; {
					if from = Plain(data, from); from >= 0 {
						from += 11
					}
				}
			}
		})
	}
}

func BenchmarkMask(b *testing.B) {
	for name, text := range texts {
		b.Run(name, func(b *testing.B) {
			data := []byte(text)
			b.SetBytes(int64(len(data)))
			k := Masker{Finder{Wide: true}}
			for b.Loop() {
				k.Mask(data, 0, true)
			}
		})
	}
}
