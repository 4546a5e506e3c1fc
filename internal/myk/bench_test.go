package myk

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"
)

// The two benchmarks ask the same server for the same reply over kept-alive connections; Do must reach at least half
// the rate of the bare client.
func BenchmarkDo(b *testing.B) {
	url, _ := serve(b, answering(sound))
	c := client(b, url, func(cfg *Config) { cfg.MaxConns = 8 })
	b.ReportAllocs()
	b.SetParallelism(2)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := c.Do(row(b), c.NumberRequest(person)); err != nil {
				b.Error(err)
				return
			}
		}
	})
}

func BenchmarkBareClient(b *testing.B) {
	url, _ := serve(b, answering(sound))
	c := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 8, MaxConnsPerHost: 8, DisableCompression: true}}
	b.ReportAllocs()
	b.SetParallelism(2)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			resp, err := c.Post(url+"/"+ByNumber, "application/json; charset=utf-8", bytes.NewReader([]byte(`{"KIMLIK_NO":"`+person+`"}`)))
			if err != nil {
				b.Error(err)
				return
			}
			io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
		}
	})
}

func BenchmarkDecodePage(b *testing.B) {
	const rows = 10000
	body := page(rows, "", strings.TrimSuffix(strings.Repeat(rangeRow+",", rows), ","))
	wire, _ := newNames(Wire{})
	d := newDecoder()
	r := (&Client{wire: wire}).RangeRequest(Date{2024, 1, 1}, Date{2024, 12, 31}, "")
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := d.decode(strings.NewReader(body), pageLimit, wire, r); err != nil {
			b.Fatal(err)
		}
	}
}

// endless gives head once, then piece for ever.
type endless struct{ head, piece string }

func (e *endless) Read(p []byte) (int, error) {
	if e.head == "" {
		e.head = e.piece
	}
	n := copy(p, e.head)
	e.head = e.head[n:]
	return n, nil
}

func TestMemoryDoesNotGrowWithAReplyThatHoldsNothing(t *testing.T) {
	wire, err := newNames(Wire{})
	if err != nil {
		t.Fatal(err)
	}
	r := (&Client{wire: wire}).RangeRequest(Date{2024, 1, 1}, Date{2024, 12, 31}, "")
	for name, body := range map[string]io.Reader{
		"blanks":        &endless{"{", strings.Repeat(" ", 4096)},
		"unknown array": &endless{`{"X":[`, strings.Repeat(`"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy",`, 128)},
		"one value":     &endless{`{"X":"`, strings.Repeat("y", 4096)},
		"nested names":  &endless{`{"X":[`, strings.Repeat(`{"A":"yyyyyyyyyyyyyyyyyyyyyyyyyyy"},`, 128)},
	} {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		_, err := newDecoder().decode(body, pageLimit, wire, r)
		runtime.ReadMemStats(&after)
		if v := (violation{}); !errors.As(err, &v) || v.code != "reply_too_large" {
			t.Errorf("%s: %v", name, err)
		}
		// All that was ever allocated, so that no collector can hide it: below the 64 MiB that were read.
		if used := after.TotalAlloc - before.TotalAlloc; used > 48<<20 {
			t.Errorf("%s: %s", name, fmt.Sprint(used>>20, " MiB"))
		}
	}
}
