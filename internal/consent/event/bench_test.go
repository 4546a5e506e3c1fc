package event

import (
	"encoding/csv"
	"io"
	"iter"
	"strings"
	"testing"
	"time"
)

const benchRows = 20_000

// portal gives events as a portal makes them: a notice, then a consent of the same session.
func portal(n int) iter.Seq[*Event] {
	return func(yield func(*Event) bool) {
		e := sample()
		for i := range n {
			id, _ := ParseUUID(sampleID)
			id[0], id[1], id[2], id[3] = byte(i), byte(i>>8), byte(i>>16), byte(i>>24)
			e.ID = FormatUUID(id)
			e.Subject.TC = number(i)
			e.Time = now.Add(time.Duration(i-benchRows) * time.Second)
			e.Received = e.Time.Add(377 * time.Millisecond)
			if !yield(&e) {
				return
			}
		}
	}
}

func ndjsonOf(n int) string {
	var b []byte
	for e := range portal(n) {
		b = AppendNDJSON(b, e)
	}
	return string(b)
}

func csvOf(n int) string {
	var b strings.Builder
	w := csv.NewWriter(&b)
	_ = w.Write(Header())
	for e := range portal(n) {
		_ = w.Write(AppendFields(nil, e))
	}
	w.Flush()
	return b.String()
}

func benchmarkRead(b *testing.B, text string, read func(io.Reader) iter.Seq2[Row, error], check bool) {
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		for row, err := range read(strings.NewReader(text)) {
			if err != nil || row.Problem != nil {
				b.Fatal(err, row.Problem)
			}
			if check {
				if p := Check(&row.Event, now); p != nil {
					b.Fatal(p)
				}
			}
			n++
		}
		if n != benchRows {
			b.Fatal(n)
		}
	}
	b.ReportMetric(benchRows*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkReadNDJSON(b *testing.B)     { benchmarkRead(b, ndjsonOf(benchRows), ReadNDJSON, false) }
func BenchmarkReadCSV(b *testing.B)        { benchmarkRead(b, csvOf(benchRows), ReadCSV, false) }
func BenchmarkNDJSONAndCheck(b *testing.B) { benchmarkRead(b, ndjsonOf(benchRows), Read, true) }
func BenchmarkCSVAndCheck(b *testing.B)    { benchmarkRead(b, csvOf(benchRows), Read, true) }

func BenchmarkCheck(b *testing.B) {
	e := sample()
	b.ReportAllocs()
	for b.Loop() {
		if p := Check(&e, now); p != nil {
			b.Fatal(p)
		}
	}
}

func BenchmarkCanonical(b *testing.B) {
	e := sample()
	var dst []byte
	b.ReportAllocs()
	for b.Loop() {
		dst, _ = Canonical(dst[:0], &e)
	}
}
