package consent

import (
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

func TestATableHoldsWhatAMapHolds(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(0, 20_000).Draw(rt, "n")
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 1))
		var tab table
		want := make(map[uint64]uint64)
		for range n {
			key := r.Uint64N(uint64(n) + 1)
			if key%2 == 0 {
				key <<= 40 // the part of the hash that places it
			}
			value := r.Uint64()
			tab.set(key, value)
			want[max(key, 1)] = value
		}
		for key := range uint64(n) + 1 {
			for _, k := range []uint64{key, key << 40} {
				got, ok := tab.get(k)
				value, there := want[max(k, 1)]
				if ok != there || got != value {
					rt.Fatalf("key %x: %x %v, want %x %v", k, got, ok, value, there)
				}
			}
		}
		met := 0
		tab.each(func(uint64) { met++ })
		if met != len(want) {
			rt.Fatalf("%d of %d", met, len(want))
		}
	})
}
