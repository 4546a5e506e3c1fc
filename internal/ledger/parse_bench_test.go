package ledger

import (
	"crypto/rand"
	"testing"
)

// A query entry as the log of queries writes it, about 330 bytes.
const queryLeaf = `{"_sd":["0Ci3HMVlPqbVcu2Q0hYIqcU2bnXWFd7g-Hj9Jr1xTzQ","AGIzVQJ5n2v8hRZk3Lq0bWmXc7yTdUe4fPs6oNi9jKA","xMx5IhXDdMpjsVpR8CIF4VqDsG6LVpLU4b6Ow0PTmCk"],` +
	`"_sd_alg":"sha-256","host":"h1","k":"query/1","method":"TCKimlikNoIleBelgeSorgulama","n":1,"process":"4711-17f3c2",` +
	`"t":"2026-11-22T10:11:12.123Z"}`

func BenchmarkParseLeaf(b *testing.B) {
	leaf := []byte(queryLeaf)
	var l Leaf
	b.SetBytes(int64(len(leaf)))
	b.ReportAllocs()
	for b.Loop() {
		if err := ParseLeaf(leaf, &l); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkBuildLeaf(b *testing.B) {
	digests := []string{"0Ci3HMVlPqbVcu2Q0hYIqcU2bnXWFd7g-Hj9Jr1xTzQ", "AGIzVQJ5n2v8hRZk3Lq0bWmXc7yTdUe4fPs6oNi9jKA", "xMx5IhXDdMpjsVpR8CIF4VqDsG6LVpLU4b6Ow0PTmCk"}
	b.ReportAllocs()
	for b.Loop() {
		_, err := NewLeaf().Digests(digests).String("host", "h1").String("k", "query/1").
			String("method", "TCKimlikNoIleBelgeSorgulama").Int("n", 1).String("process", "4711-17f3c2").
			String("t", "2026-11-22T10:11:12.123Z").Bytes()
		if err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDisclose(b *testing.B) {
	value := []byte(`{"KIMLIK_NO":"10000000146"}`)
	var dst []byte
	b.ReportAllocs()
	for b.Loop() {
		var err error
		if dst, err = AppendDisclosure(dst[:0], rand.Reader, "params", value); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDigest(b *testing.B) {
	d, _, err := Disclose(rand.Reader, "params", []byte(`{"KIMLIK_NO":"10000000146"}`))
	if err != nil {
		b.Fatal(err)
	}
	raw, dst := []byte(d), make([]byte, 0, DigestLen)
	b.ReportAllocs()
	for b.Loop() {
		dst = AppendDigest(dst[:0], raw)
	}
}

func BenchmarkOpenDisclosure(b *testing.B) {
	d, _, err := Disclose(rand.Reader, "params", []byte(`{"KIMLIK_NO":"10000000146"}`))
	if err != nil {
		b.Fatal(err)
	}
	raw := []byte(d)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := OpenDisclosure(raw); err != nil {
			b.Fatal(err)
		}
	}
}
