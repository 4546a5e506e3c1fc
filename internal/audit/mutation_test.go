package audit_test

import (
	"testing"

	"iskurctl/internal/audit"
	"iskurctl/internal/ledger"
)

// world is a store of 700 entries and what is known of it: two full tiles of the lowest level, the partial third and the
// partial one above; queries with and without a number, with outcomes at once, later and none; looks, a change of the
// signing key, two months.
type world struct {
	*place
	older   *place        // the whole of it, as it was at 300 entries
	earlier *ledger.Trust // as a verifier saw it then
	latest  *ledger.Trust
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
			if i > 430 && len(open) == 0 { // one query that never ends
				continue
			}
			open = append(open, seq)
		}
	}
	_, err := log.CloseAbandoned(ctx)
	must(t, err)
	w.latest = w.seen()
	must(t, w.close())
	return w
}

func TestX(t *testing.T) {
	w := newWorld(t)
	c := w.copy(t)
	for _, l := range []ledger.Level{ledger.Quick, ledger.Default, ledger.Full, ledger.Deep} {
		t.Log(l, result(c.verify(l, nil, 4096)), result(c.verify(l, w.latest, 4096)), result(c.verify(l, w.earlier, 0)))
	}
	for _, q := range []string{"select count(*) from audit_leaf", "select count(*) from audit_query", "select count(*) from audit_outcome", "select below from audit_settled", "select count(*) from audit_look", "select seq from audit_rotation", "select count(*) from audit_tile", "select count(distinct key) from audit_sealed", "select count(*) from ring_data_key"} {
		t.Log(q, value[int64](c, q))
	}
}
