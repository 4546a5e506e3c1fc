package audit_test

import (
	"strconv"
	"strings"
	"testing"

	"iskurctl/internal/audit"
	"iskurctl/internal/ledger/ledgertest"
)

// TestEveryAlterationIsFoundUnderItsOwnCode plants one alteration after the other in copies of a store and of a bundle:
// in each column of each table, in each file, by hands that know the formats and by those that have the log's own
// keys. Each is found at the level that promises it and at all stronger ones, under the codes that the tables name, and
// nothing else is found. A new column, file or code without an alteration of its own fails the test.
func TestEveryAlterationIsFoundUnderItsOwnCode(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	all := ledgertest.NewTally()
	group := func(name string, do func(t *testing.T, count *tally)) {
		count := ledgertest.NewTally()
		t.Run(name, func(t *testing.T) { do(t, count) })
		count.Print(t, name)
		all.Join(count)
	}
	group("store", func(t *testing.T, count *tally) {
		for _, m := range [][]ledgertest.Mutation{ledgertest.Leaves(), ledgertest.Tiles(), ledgertest.Heads(), ledgertest.Schemas("audit_query_time"),
			ledgertest.Seals(5), ledgertest.SigningKeys()} {
			ledgertest.Run(t, w, count, m)
		}
		for _, m := range [][]mutation{outcomes(), rows(), dataKeyRows()} {
			run(t, w, count, m)
		}
	})
	group("insiders", func(t *testing.T, count *tally) {
		ledgertest.Run(t, w, count, ledgertest.Forged())
		ledgertest.Run(t, w, count, ledgertest.Sealed())
		run(t, w, count, insiders())
	})
	base := export(t, w, audit.ExportOptions{PersonalData: true})
	group("files", func(t *testing.T, count *tally) { ledgertest.FilesOf(t, w, base, count, contents) })
	group("tricks", func(t *testing.T, count *tally) {
		for _, m := range tricks() {
			ledgertest.Tricks(t, w, base, count, []ledgertest.Trick{ledgertest.Trick(m)})
		}
	})
	group("trust", func(t *testing.T, count *tally) {
		ledgertest.Unbelieved(t, w, count)
		ledgertest.Unled(t, w, export(t, w, audit.ExportOptions{PersonalData: true, From: begun.AddDate(0, 0, 35)}), count)
	})
	if !testing.Short() {
		group("large", large)
	}
	f := ledgertest.Flips{Values: 100, Bits: 300, Harmless: harmless, Indexed: []string{
		"SELECT tag, seq FROM audit_query INDEXED BY audit_query_tag WHERE tag IS NOT NULL ORDER BY tag, seq",
		"SELECT time_ms, seq FROM audit_query INDEXED BY audit_query_time ORDER BY time_ms, seq"}}
	if testing.Short() {
		f.Values, f.Bits = 20, 30
	}
	t.Run("values by chance", func(t *testing.T) { f.Change(t, w) })
	t.Run("bits by chance", func(t *testing.T) { f.Flip(t, w.Older) })
	all.Print(t, "all")
	all.Complete(t, w.Copy(t), ledgertest.Codes(t, "../ledger/finding.go", ledgertest.NotInAudit...))
}

// harmless tells of the mark below which every query has an outcome: when it is lower, it only makes work.
func harmless(column string, old, next any) bool {
	return column == "audit_settled.below" && next.(int64) < old.(int64)
}

// newWorld makes a world of queries with and without a number, with outcomes at once, later and none; looks, a change of the
// signing key, two months. {open} is the query that is pending.
func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{Place: create(t)}
	pending := int64(0)
	ctx := t.Context()
	log := started(w.Place)
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
	for i := 0; size() < ledgertest.WorldSize; i++ {
		w.Clock.Tick()
		left := ledgertest.WorldSize - size()
		switch {
		case w.Older == nil && size() >= 300:
			w.Earlier = w.Seen()
			must(t, w.Close())
			w.Older = w.Copy(t)
			log = started(w.Place)
		case w.Recent == nil && size() >= 480:
			must(t, w.Close())
			w.Recent = w.Copy(t)
			log = started(w.Place)
		case !rotated && size() >= 350:
			_, err := log.Ledger().Rotate(ctx)
			must(t, err)
			rotated = true
		case i%41 == 5:
			registered(t, w.Place, log, int64(i))
		case i%37 == 0:
			must(t, log.Look(ctx, "memur1", "pc-2", []string{ask(3).KimlikNo, ask(9).KimlikNo}))
		case i%11 == 0 && left > 1:
			must(t, log.Refuse(ctx, ask(i)))
		case len(open) > i%4:
			end([]audit.OutcomeCode{audit.OK, audit.None, audit.Unavailable}[i%3])
		default:
			seq, err := log.Begin(ctx, ask(i))
			must(t, err)
			if pending == 0 && size() > 500 {
				pending = seq // it never ends
				continue
			}
			open = append(open, seq)
		}
	}
	_, err := log.CloseAbandoned(ctx)
	must(t, err)
	w.Latest = w.Seen()
	must(t, w.Close())
	name(w, pending)
	return w
}

// name finds the entries that mutations speak of, as {q1}: queries that asked for a number and have an outcome
// ({o1}), and looks; in the first tile (1, and 1b another one), in the second before and after what was seen earlier
// (2, 2b), in the last (3).
func name(w *world, pending int64) {
	var pairs []string
	add := func(name string, n int64) { pairs = append(pairs, "{"+name+"}", strconv.FormatInt(n, 10)) }
	p := w.Copy(w.T)
	defer p.Shut()
	for name, from := range map[string]int64{"1": 3, "1b": 90, "2": 262, "2b": 310, "3": 610} {
		q := value[int64](p, "SELECT q.seq FROM audit_query q JOIN audit_outcome o ON o.query_seq = q.seq WHERE q.seq >= $1 AND tag IS NOT NULL ORDER BY q.seq LIMIT 1", from)
		add("q"+name, q)
		add("o"+name, value[int64](p, "SELECT seq FROM audit_outcome WHERE query_seq = $1", q))
		add("b"+name, value[int64](p, "SELECT MAX(s.seq) FROM audit_sealed s, audit_outcome o WHERE o.query_seq = $1 AND s.seq < o.seq", q)) // the last with disclosures before
		add("l"+name, value[int64](p, "SELECT seq FROM audit_look WHERE seq >= $1 ORDER BY seq LIMIT 1", from))
		add("c"+name, value[int64](p, "SELECT seq FROM audit_change WHERE seq >= $1 ORDER BY seq LIMIT 1", from))
	}
	add("open", pending)
	add("rot", value[int64](p, "SELECT seq FROM audit_mark"))
	w.Names = strings.NewReplacer(pairs...)
}
