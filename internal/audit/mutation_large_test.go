package audit_test

import (
	"fmt"
	"strings"
	"testing"

	"iskurctl/internal/ledger"
	"iskurctl/internal/ledger/ledgertest"
)

// large plants alterations where only a log of more than 65,536 entries has anything: a full tile above the lowest level,
// and one above that.
func large(t *testing.T, count *tally) {
	base, seen := logged(t, 70_000)
	latest := seen[len(seen)-1]
	ledgertest.Whole(t, base, ledgertest.Levels, seen[:1])
	must(t, base.Close())
	tile := func(level, index int) string { return fmt.Sprintf("level = %d AND idx = %d", level, index) }
	bit := func(where string) func(*world, *place) { return alter("audit_tile.hashes", where, flip(0)) }
	none := &world{Names: strings.NewReplacer()}
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
		{"an entry and its hash", ledgertest.Rehashed("25700"), "default:V10", "full:V10"},
		{"an entry, its hash and its tile", ledgertest.Climb("25700", 1), "default:V21", "full:V21"},
		{"an entry and all up to the tile above", ledgertest.Climb("25700", 2), "quick:V21", same},
		{"an entry and all up to the root", ledgertest.Climb("25700", 3), "quick:V24", same},
	} {
		t.Run(m.name, func(t *testing.T) {
			p := base.Copy(t)
			m.do(none, p)
			p.Shut()
			runs := 0
			check := func(text string, trust *ledger.Trust, levels ...ledger.Level) {
				t.Helper()
				want := ledgertest.Expectation(t, text)
				for _, level := range levels {
					runs++
					r, err := p.Verify(level, trust, 4096)
					if got := ledgertest.Result(r, err); got != want[level] {
						t.Errorf("%s: %s, want %q%s", level, ledgertest.Short(got), want[level], ledgertest.Told(r, err))
					}
				}
			}
			check(m.fresh, nil, ledger.Quick, ledger.Full)
			if m.seen == same {
				m.seen = m.fresh
			}
			check(m.seen, latest, ledger.Default)
			count.Add(ledgertest.Expectation(t, m.fresh)[ledger.Full], "", !t.Failed(), runs)
		})
	}
}
