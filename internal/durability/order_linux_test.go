package durability_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// No log row, no call, as the kernel sees it: before the first byte of a request is handed to its connection, a sync of
// the store's -wal has come back that was entered after the query's row was written there.
//
// The trace does not tell which row belongs to which request (what would tell is sealed, as it should be), so it is
// counted: at every moment the requests begun are no more than the log rows of queries that are durable. A row counts as
// durable when a sync has returned 0 that was entered after the page which ends the row's transaction was written. With
// one call at a time this is the promise itself: a row is begun only after the reply before it, so the k-th row is the
// k-th request's. With four at a time up to three other rows may be durable and not yet asked, and one request without
// a row would hide behind them; but not over a run, since whenever all that is durable has been asked there is nothing
// to hide behind.
//
// The control takes single syncs out of the trace, each in turn: the oracle must object.
func TestEveryRequestBeginsAfterTheSyncOfItsRow(t *testing.T) {
	const people = 240
	trace := strace(t)
	calls := amount(t, "ISKURCTL_CALLS", people, people)
	for _, concurrency := range []int{1, 4} {
		t.Run(fmt.Sprintf("concurrency=%d", concurrency), func(t *testing.T) {
			seen, syncs, caught := 0, 0, 0
			for seen < calls {
				o := watch(t, trace, concurrency, people)
				if at := o.objection(0); at != 0 {
					t.Fatalf("line %d of the trace: a request begins before its log row is durable", at)
				}
				syncs += len(o.rising())
				n := o.control()
				if n == 0 {
					t.Fatal("no missing sync is noticed: the oracle proves nothing")
				}
				if concurrency == 1 && 2*n < people {
					t.Errorf("of %d requests one by one, a missing sync was noticed only for %d", people, n)
				}
				caught += n
				seen += people
			}
			t.Logf("%d calls, each after a sync of its row; of %d such syncs the absence of %d is noticed", seen, syncs, caught)
		})
	}
}

// oracle judges one trace.
type oracle struct {
	steps  []step
	copies int // in how many tables a query leaves a row with the marker
}

// watch traces one batch in a new installation.
func watch(t *testing.T, trace []string, concurrency, people int) *oracle {
	t.Helper()
	d := install(t, "")
	file := filepath.Join(d.dir, "trace")
	r := d.start(append(slices.Clone(trace), tracing(file)...), lookup(d.numbers(0, people), concurrency)...)
	if code := r.wait(); code != 0 {
		t.Fatalf("exit %d: %s", code, r.stderr.String())
	}
	steps, err := parse(file, d.store+"-wal")
	if err != nil {
		t.Fatal(err)
	}
	_ = os.Remove(file)
	o := &oracle{steps: steps}
	requests := 0
	for _, s := range steps {
		if s.kind == request {
			requests++
		}
	}
	written := o.written()
	if requests != people || int64(people) != d.service.Requests() || written == 0 || written%people != 0 {
		t.Fatalf("of %d calls the service received %d; the trace shows %d, and %d rows: it is not understood", people, d.service.Requests(), requests, written)
	}
	o.copies = written / people
	return o
}

// rowsOf follows the transactions of a -wal.
type rowsOf struct {
	pages, open     map[int]int // rows on a page: committed, and of the transaction that is being written
	number          int
	commit          bool
	written, synced int // rows committed; those of them that were when the last sync was entered
}

func (w *rowsOf) take(s step) {
	switch s.kind {
	case frame:
		w.number, w.commit = s.number, s.commit
	case page:
		w.open[w.number] = s.rows
		if !w.commit {
			return
		}
		for number, rows := range w.open {
			w.written += rows - w.pages[number]
			w.pages[number] = rows
		}
		clear(w.open)
	case syncBegin:
		w.synced = w.written
	}
}

func newRows() *rowsOf { return &rowsOf{pages: map[int]int{}, open: map[int]int{}} }

// written counts the rows that the whole trace commits.
func (o *oracle) written() int {
	w := newRows()
	for _, s := range o.steps {
		w.take(s)
	}
	return w.written
}

// objection gives the line of the first request that is begun before its row is durable, or 0. The sync that begins on
// line without is taken out.
func (o *oracle) objection(without int) int {
	w, durable, begun := newRows(), 0, 0
	for _, s := range o.steps {
		if s.line == without && (s.kind == syncBegin || s.kind == syncEnd) {
			continue
		}
		w.take(s)
		switch s.kind {
		case syncEnd: // there is one writer at a time, so no other sync was entered meanwhile
			durable = max(durable, w.synced)
		case request:
			if begun++; begun*o.copies > durable {
				return s.line
			}
		}
	}
	return 0
}

// rising gives the lines of the syncs that made rows of queries durable.
func (o *oracle) rising() (lines []int) {
	w, durable := newRows(), 0
	for _, s := range o.steps {
		w.take(s)
		if s.kind == syncEnd && w.synced > durable {
			durable, lines = w.synced, append(lines, s.line)
		}
	}
	return lines
}

// control counts the syncs that are noticed when they are missing.
func (o *oracle) control() (noticed int) {
	for _, line := range o.rising() {
		if o.objection(line) != 0 {
			noticed++
		}
	}
	return noticed
}
