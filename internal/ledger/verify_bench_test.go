package ledger

import (
	"strings"
	"testing"
)

// BenchmarkVerify reads a log of 262,144 entries of some 270 bytes that lie in memory: what it costs above that is the
// source's.
func BenchmarkVerify(b *testing.B) {
	const size = 1 << 18
	m := &memory{origin: testOrigin}
	for i := range int64(size) {
		m.rows = append(m.rows, Entry{Seq: i, Leaf: []byte(strings.Replace(queryLeaf, `"n":1`, `"n":`+plain(i), 1))})
	}
	signer, _, vkey := testKey(b, testOrigin, 1)
	m.rebuild(b, signer)
	trust := m.trustAt(b, size-1500, vkey)
	for _, c := range []struct {
		name string
		o    Options
	}{
		{"full/1", Options{Level: Full, Workers: 1}},
		{"full/2", Options{Level: Full, Workers: 2}},
		{"deep/2", Options{Level: Deep, Workers: 2, Domain: noPersonalData{}}},
		{"default/1500-new", Options{Level: Default, Trust: trust}},
		{"quick", Options{Level: Quick, Trust: trust}},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			c.o.Vkey = vkey
			var read int64
			for b.Loop() {
				r, err := Verify(b.Context(), m, c.o)
				if err != nil || r.Verdict != "ok" {
					b.Fatal(err, len(r.Findings))
				}
				read += r.Coverage.NewRead + r.Coverage.OldRead
			}
			if read > 0 {
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(read), "ns/entry")
			}
		})
	}
}

// noPersonalData is the domain of a log whose disclosures are elsewhere.
type noPersonalData struct{ erased }

func (noPersonalData) Excused(int64) bool { return true }
