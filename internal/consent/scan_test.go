package consent

import (
	"bytes"
	"errors"
	"io"
	mathrand "math/rand/v2"
	"testing"
	"testing/iotest"
)

func nobody() error { return nil }

// random gives bytes that depend on seed alone.
func random(seed uint64, n int) []byte {
	chance := mathrand.New(mathrand.NewPCG(seed, 48))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(chance.Uint32())
	}
	return b
}

func TestOldBytesAreFoundAtEveryPlaceOfAFile(t *testing.T) {
	value := random(1, 700)
	n := newNeedles()
	n.add(old{kind: oldSealed, value: value})
	for at := range 40 {
		n.add(old{kind: oldTag, value: random(uint64(100+at), 32)})
	}
	at := []int{0, 1, 4095, 100_000}
	for i := range 60 { // across the border between two blocks
		at = append(at, scanBlock-i, 2*scanBlock-pieceSize-i, 2*scanBlock+i)
	}
	for _, from := range at {
		for _, part := range []struct{ from, to int }{{0, 700}, {0, 16}, {16, 32}, {20, 48}, {1, 47}} {
			file := random(2, 3*scanBlock)
			copy(file[from:], value[part.from:part.to])
			count, which, err := n.find(bytes.NewReader(file), nobody)
			if err != nil || count != 1 || len(which) != 1 {
				t.Fatalf("bytes %d to %d at %d: found %d times, %v", part.from, part.to, from, count, err)
			}
		}
	}
	for name, file := range map[string][]byte{"nothing": nil, "less than a piece": value[:15], "the part that is not looked for": value[48:], "between two pieces": value[2:30], "others": random(3, scanBlock+99)} {
		if count, which, err := n.find(bytes.NewReader(file), nobody); err != nil || count != 0 || len(which) != 0 {
			t.Errorf("%s: found %d times, %v", name, count, err)
		}
	}
}

func TestEveryCopyIsCountedAndWhatIsTakenOutIsNotLookedFor(t *testing.T) {
	n := newNeedles()
	a, b := random(1, 32), random(2, 32)
	n.add(old{kind: oldTag, value: a})
	n.add(old{kind: oldSame, value: b[:16]})
	file := bytes.Join([][]byte{a, b, a, a[:16]}, []byte("----"))
	count, which, err := n.find(iotest.OneByteReader(bytes.NewReader(file)), nobody)
	if err != nil || count != 4 || len(which) != 2 {
		t.Errorf("%d of %d, %v", count, len(which), err)
	}
	for o := range which {
		if o.kind == oldTag {
			n.drop(o)
		}
	}
	if count, _, _ := n.find(bytes.NewReader(file), nobody); count != 1 {
		t.Errorf("%d", count)
	}
}

func TestALookThatFailsOrIsStoppedIsAnError(t *testing.T) {
	n := newNeedles()
	if _, _, err := n.find(iotest.ErrReader(io.ErrNoProgress), nobody); !errors.Is(err, io.ErrNoProgress) {
		t.Errorf("%v", err)
	}
	if _, _, err := n.find(bytes.NewReader(nil), func() error { return io.ErrClosedPipe }); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("%v", err)
	}
}

func BenchmarkScan(b *testing.B) {
	file := random(1, 16<<20)
	for name, pieces := range map[string]int{"few": 10, "many": maxPieces} {
		n := newNeedles()
		for i := range pieces {
			n.add(old{value: random(uint64(i), 16)})
		}
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(file)))
			for b.Loop() {
				_, _, _ = n.find(bytes.NewReader(file), nobody)
			}
		})
	}
}
