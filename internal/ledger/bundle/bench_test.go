package bundle

import (
	"path/filepath"
	"strconv"
	"testing"
)

// benchSize is how many entries the benchmarks write and read: 200 to 330 bytes each, every second with 300 bytes of
// disclosures.
const benchSize = 1_000_000

func perEntry(b *testing.B) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchSize, "ns/entry")
}

func BenchmarkWrite(b *testing.B) {
	f := newFake(b, benchSize)
	o := f.options()
	above := b.TempDir()
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		// The folders stay till the end: ext4 looks long for a place for a file right after many were removed.
		n++
		if _, err := Write(b.Context(), filepath.Join(above, strconv.Itoa(n)), f, o); err != nil {
			b.Fatal(err)
		}
	}
	perEntry(b)
}

func BenchmarkCheckFiles(b *testing.B) {
	dir, s := written(b, newFake(b, benchSize), nil)
	bag := opened(b, dir)
	b.ReportAllocs()
	b.SetBytes(s.Bytes)
	for b.Loop() {
		if list, err := bag.CheckFiles(b.Context(), 2); err != nil || len(list) > 0 {
			b.Fatal(err, list)
		}
	}
	perEntry(b)
}

func BenchmarkEntries(b *testing.B) {
	dir, _ := written(b, newFake(b, benchSize), nil)
	bag := opened(b, dir)
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		for _, err := range bag.Entries(b.Context(), 0, benchSize) {
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
		if n != benchSize {
			b.Fatal(n)
		}
	}
	perEntry(b)
}

func BenchmarkDisclosures(b *testing.B) {
	dir, _ := written(b, newFake(b, benchSize), nil)
	b.ReportAllocs()
	for b.Loop() {
		bag, err := Open(dir) // the index, too
		if err != nil {
			b.Fatal(err)
		}
		n := 0
		for _, err := range bag.Disclosures(b.Context(), 0, benchSize) {
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
		if n != benchSize/2 {
			b.Fatal(n)
		}
		bag.Close()
	}
	perEntry(b)
}
