package audit_test

import (
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"iskurctl/internal/audit"
	"iskurctl/internal/ledger"
)

// TestEveryAlterationIsFoundUnderItsOwnCode plants one alteration after the other in copies of a store and of a bundle:
// in each column of each table, in each file, by hands that know the formats and by those that have the log's own
// keys. Each is found at the level that promises it and at all stronger ones, under the codes that the tables name, and
// nothing else is found. A new column, file or code without an alteration of its own fails the test.
func TestEveryAlterationIsFoundUnderItsOwnCode(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	all := newTally()
	group := func(name string, do func(t *testing.T, count *tally)) {
		count := newTally()
		t.Run(name, func(t *testing.T) { do(t, count) })
		count.print(t, name)
		all.join(count)
	}
	group("store", func(t *testing.T, count *tally) {
		for _, m := range [][]mutation{leaves(), tiles(), heads(), schemas(), seals(), rows(), rings()} {
			run(t, w, count, m)
		}
	})
	group("insiders", func(t *testing.T, count *tally) { run(t, w, count, insiders()) })
	base := w.export(t, audit.ExportOptions{PersonalData: true})
	group("files", func(t *testing.T, count *tally) { filesOf(t, w, base, count) })
	group("tricks", func(t *testing.T, count *tally) { tricksOf(t, w, base, count) })
	group("trust", func(t *testing.T, count *tally) { unbelieved(t, w, count) })
	if !testing.Short() {
		group("large", large)
	}
	values, bits := 100, 300
	if testing.Short() {
		values, bits = 20, 30
	}
	t.Run("values by chance", func(t *testing.T) { chances(t, w, values) })
	t.Run("bits by chance", func(t *testing.T) { flips(t, w.older, bits) })
	all.print(t, "all")

	data, keys := w.copy(t).raw()
	for _, db := range []map[string][]string{tables(t, data), tables(t, keys)} {
		for table, columns := range db {
			for _, c := range columns {
				if !all.columns[table+"."+c] {
					t.Errorf("no alteration of %s.%s", table, c)
				}
			}
		}
	}
	text, err := os.ReadFile("../ledger/finding.go")
	must(t, err)
	codes := regexp.MustCompile(`Code = "(V[0-9]+)_`).FindAllStringSubmatch(string(text), -1)
	if len(codes) < 30 {
		t.Errorf("only %d codes", len(codes))
	}
	for _, c := range codes {
		if all.planted[c[1]] == 0 {
			t.Errorf("%s was never planted", c[1])
		}
	}
}

// unbelieved is what is found when there is nobody to believe, or nothing that leads from what was believed.
func unbelieved(t *testing.T, w *world, count *tally) {
	p := w.copy(t)
	must(t, p.open())
	for _, level := range levelsUp {
		r, err := ledger.Verify(t.Context(), p.log.Ledger().Source(), ledger.Options{Log: audit.Name, Level: level})
		if got := result(r, err); got != "V08" {
			t.Errorf("%s, no key: %s", level, got)
		}
	}
	count.add("V08", "", !t.Failed(), len(levelsUp))

	// A part of the log from entry 512 on has nothing of the first tile, where somebody saw a hundred entries.
	var first []ledger.Hash
	for e, err := range p.log.Ledger().Source().Entries(t.Context(), 0, 100) {
		must(t, err)
		first = append(first, leafHash(e.Leaf))
	}
	seen := &ledger.Trust{Vkey: w.earlier.Vkey, Size: 100, Root: rootOf(t, first)}
	from := begun.AddDate(0, 0, 35)
	f := w.export(t, audit.ExportOptions{PersonalData: true, From: from})
	if slices.Contains(f.files(), "data/tile/entries/000") {
		t.Fatal("the part has the first tile")
	}
	for _, level := range levelsUp {
		if got := result(f.verify(level, seen)); got != "V09" {
			t.Errorf("%s, a part: %s", level, got)
		}
	}
	count.add("V09", "", !t.Failed(), len(levelsUp))
}

// world is a store of 700 entries and what is known of it: two full tiles of the lowest level, the partial third and the
// partial one above; queries with and without a number, with outcomes at once, later and none; looks, a change of the
// signing key, two months.
type world struct {
	*place
	older   *place        // the whole of it, as it was at 300 entries
	recent  *place        // and at 480, after the change of key
	earlier *ledger.Trust // as a verifier saw it then
	latest  *ledger.Trust
	open    int64 // the query that is pending
	names   *strings.Replacer
}

const worldSize = 700

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{place: create(t)}
	ctx := t.Context()
	log := w.started()
	size := func() int64 {
		h, _, err := log.Ledger().Head(ctx)
		must(t, err)
		return h.Size
	}
	var open []int64
	end := func(code audit.OutcomeCode) {
		o := audit.Outcome{Code: code, Duration: 37_000_000}
		if code == audit.OK {
			o.Records = 2
		}
		must(t, log.End(ctx, open[0], o))
		open = open[1:]
	}
	rotated := false
	for i := 0; size() < worldSize; i++ {
		w.clock.tick()
		left := worldSize - size()
		switch {
		case w.older == nil && size() >= 300:
			w.earlier = w.seen()
			must(t, w.close())
			w.older = w.copy(t)
			log = w.started()
		case w.recent == nil && size() >= 480:
			must(t, w.close())
			w.recent = w.copy(t)
			log = w.started()
		case !rotated && size() >= 350:
			_, err := log.Ledger().Rotate(ctx)
			must(t, err)
			rotated = true
		case i%37 == 0:
			must(t, log.Look(ctx, "memur1", "pc-2", []string{ask(3).KimlikNo, ask(9).KimlikNo}))
		case i%11 == 0 && left > 1:
			must(t, log.Refuse(ctx, ask(i)))
		case len(open) > i%4:
			end([]audit.OutcomeCode{audit.OK, audit.None, audit.Unavailable}[i%3])
		default:
			seq, err := log.Begin(ctx, ask(i))
			must(t, err)
			if w.open == 0 && size() > 500 {
				w.open = seq // it never ends
				continue
			}
			open = append(open, seq)
		}
	}
	_, err := log.CloseAbandoned(ctx)
	must(t, err)
	w.latest = w.seen()
	must(t, w.close())
	w.name()
	return w
}

// name finds the entries that mutations speak of, as {q1}: queries that asked for a number and have an outcome
// ({o1}), and looks; in the first tile (1, and 1b another one), in the second before and after what was seen earlier
// (2, 2b), in the last (3).
func (w *world) name() {
	var pairs []string
	add := func(name string, n int64) { pairs = append(pairs, "{"+name+"}", strconv.FormatInt(n, 10)) }
	p := w.copy(w.t)
	defer p.shut()
	for name, from := range map[string]int64{"1": 3, "1b": 90, "2": 262, "2b": 310, "3": 610} {
		q := value[int64](p, "SELECT q.seq FROM audit_query q JOIN audit_outcome o ON o.query_seq = q.seq WHERE q.seq >= $1 AND tag IS NOT NULL ORDER BY q.seq LIMIT 1", from)
		add("q"+name, q)
		add("o"+name, value[int64](p, "SELECT seq FROM audit_outcome WHERE query_seq = $1", q))
		add("b"+name, value[int64](p, "SELECT MAX(s.seq) FROM audit_sealed s, audit_outcome o WHERE o.query_seq = $1 AND s.seq < o.seq", q)) // the last with disclosures before
		add("l"+name, value[int64](p, "SELECT seq FROM audit_look WHERE seq >= $1 ORDER BY seq LIMIT 1", from))
	}
	add("open", w.open)
	add("rot", value[int64](p, "SELECT seq FROM audit_mark"))
	w.names = strings.NewReplacer(pairs...)
}

// newNames is for a store whose entries have no names.
func newNames() *strings.Replacer { return strings.NewReplacer() }
