package audit_test

import (
	"bytes"
	"fmt"
	"strconv"
	"testing"

	"iskurctl/internal/ledger"
)

// large plants alterations where only a log of more than 65,536 entries has anything: a full tile above the lowest level,
// and one above that.
func large(t *testing.T, count *tally) {
	base, seen := logged(t, 70_000)
	latest := seen[len(seen)-1]
	runs := 0
	runs += whole(t, base, levelsUp, seen[:1])
	must(t, base.close())
	tile := func(level, index int) string { return fmt.Sprintf("level = %d AND idx = %d", level, index) }
	bit := func(where string) func(*world, *place) { return alter("audit_tile.hashes", where, flip(0)) }
	none := &world{names: newNames()}
	for _, m := range []struct {
		name        string
		do          func(*world, *place)
		fresh, seen string // the first 4,096 entries of what was seen are read again
	}{
		{"a tile of the lowest level", bit(tile(0, 100)), "default:V21", "full:V21"},
		{"a full tile above", bit(tile(1, 0)), "quick:V21", same},
		{"the last tile above", bit(tile(1, 1)), "quick:V24 default:V21", "quick:V24 full:V21"}, // read from below, it is known which
		{"the tile above that", bit(tile(2, 0)), "quick:V24 default:V21", same},
		{"a full tile above deleted", by("DELETE FROM audit_tile WHERE " + tile(1, 0)), "quick:V20", same},
		{"the tile above that deleted", by("DELETE FROM audit_tile WHERE " + tile(2, 0)), "quick:V20", same},
		{"two tiles swapped", swap("audit_tile.hashes", tile(0, 100), tile(0, 200)), "default:V21,V21", "full:V21,V21"},
		{"an entry", alter("audit_leaf.leaf", "seq = 25700", flip(0)), "default:V10", "full:V10"},
		{"an entry of the last tile", alter("audit_leaf.leaf", "seq = 69999", flip(0)), "default:V10", same},
		{"five thousand entries deleted", by("DELETE FROM audit_leaf WHERE seq >= 10000 AND seq < 15000"), "default:V11", "full:V11"},
		// Entry 25,700 is a query, in tile 100.
		{"an entry and its hash", rehashed("25700"), "default:V10", "full:V10"},
		{"an entry, its hash and its tile", climb("25700", 1), "default:V21", "full:V21"},
		{"an entry and all up to the tile above", climb("25700", 2), "quick:V21", same},
		{"an entry and all up to the root", climb("25700", 3), "quick:V24", same},
	} {
		t.Run(m.name, func(t *testing.T) {
			p := base.copy(t)
			m.do(none, p)
			p.shut()
			runs := 0
			check := func(text string, trust *ledger.Trust, levels ...ledger.Level) {
				t.Helper()
				want := expectation(t, text)
				for _, level := range levels {
					runs++
					r, err := p.verify(level, trust, 4096)
					if got := result(r, err); got != want[level] {
						t.Errorf("%s: %s, want %q%s", level, short(got), want[level], told(r, err))
					}
				}
			}
			check(m.fresh, nil, ledger.Quick, ledger.Full)
			if m.seen == same {
				m.seen = m.fresh
			}
			check(m.seen, latest, ledger.Default)
			count.add(expectation(t, m.fresh)[ledger.Full], "", !t.Failed(), runs)
		})
	}
	count.runs += runs
}

// climb alters an entry with its hash and the tiles of as many levels above it, each as it follows from the one below.
func climb(at string, levels int) func(*world, *place) {
	return func(w *world, p *place) {
		rehashed(at)(w, p)
		seq, err := strconv.ParseInt(w.names.Replace(at), 10, 64)
		must(p.t, err)
		h := leafHash(value[[]byte](p, "SELECT leaf FROM audit_leaf WHERE seq = $1", seq))
		index := seq
		for level := range levels {
			at := index % 256
			index /= 256
			tile := bytes.Clone(value[[]byte](p, "SELECT hashes FROM audit_tile WHERE level = $1 AND idx = $2", level, index))
			copy(tile[32*at:], h[:])
			p.exec("UPDATE audit_tile SET hashes = $1 WHERE level = $2 AND idx = $3", tile, level, index)
			if len(tile) == 256*32 {
				h = fold(tile)
			}
		}
	}
}

// fold gives the root over a full tile.
func fold(tile []byte) ledger.Hash {
	if len(tile) == 32 {
		return ledger.Hash(tile)
	}
	left, right := fold(tile[:len(tile)/2]), fold(tile[len(tile)/2:])
	return nodeHash(left[:], right[:])
}
