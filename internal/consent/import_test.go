package consent

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"iter"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"iskurctl/internal/consent/event"
	"iskurctl/internal/fault"
)

func takeNothing(event.Row, *event.Problem) error { return errors.New("a row was rejected") }

// What decides about a batch is read while the batch before is committed. An erasure in between makes that wrong.
func TestAPersonErasedDuringAnImportIsANewOneAfterwards(t *testing.T) {
	ctx := context.Background()
	b := newBed(t).texts(t)
	b.batch = 3
	named := acts(0)
	for i := range named {
		named[i].ID = sessionOf(1000 + i)
	}
	later := eventAt(0, 7, event.Notice, event.Presented, "aydinlatma-1")
	events := slices.Concat(named, []event.Event{later, acts(1)[0], named[1]}, []event.Event{eventAt(0, 8, event.Consent, event.Given, "riza-1")})
	var rejected []string
	tally, err := b.Import(ctx, file(events...), func(r event.Row, p *event.Problem) error {
		rejected = append(rejected, p.Code+" "+r.Event.ID)
		return nil
	}, func(now Tally) {
		if now.Rows == 3 {
			if _, err := b.Erase(ctx, Erasure{TCs: []string{tcNumber(0)}, Ground: "request"}, func(Erased) error { return nil }); err != nil {
				t.Error(err)
			}
		}
	})
	must(t, err)
	if tally.Recorded != 6 || tally.Rejected != 1 || !slices.Equal(rejected, []string{"id_erased " + named[1].ID}) {
		t.Errorf("%+v %v", tally, rejected)
	}
	if all := collect(t, b.History(ctx, tcNumber(0))); len(all) != 2 || all[1].Event.Step != event.Given || all[1].Prev != -1 || all[1].Notice != all[0].Seq {
		t.Errorf("%+v", all)
	}
}

func TestWhatTheInputGaveBeforeItBrokeOffIsRecorded(t *testing.T) {
	b := newBed(t).texts(t)
	var rows iter.Seq2[event.Row, error] = func(yield func(event.Row, error) bool) {
		for r := range file(acts(0)...) {
			if !yield(r, nil) {
				return
			}
		}
		yield(event.Row{}, io.ErrUnexpectedEOF)
	}
	tally, err := b.Import(context.Background(), rows, takeNothing, nil)
	if !errors.Is(err, io.ErrUnexpectedEOF) || tally != (Tally{Rows: 3, Recorded: 3, Line: 3}) {
		t.Errorf("%+v %v", tally, err)
	}
}

func TestAnImportEndsAtTheRowThatCannotBeHandedOn(t *testing.T) {
	b := newBed(t).texts(t)
	events := append(acts(0), acts(1)[2], acts(2)[0]) // a consent without a notice
	full := errors.New("full")
	tally, err := b.Import(context.Background(), file(events...), func(event.Row, *event.Problem) error { return full }, nil)
	if !errors.Is(err, full) || tally != (Tally{Rows: 3, Recorded: 4, Line: 3}) {
		t.Errorf("%+v %v", tally, err)
	}
	again, err := b.Import(context.Background(), file(events...), func(event.Row, *event.Problem) error { return nil }, nil)
	must(t, err)
	if again != (Tally{Rows: 5, Skipped: 4, Rejected: 1, Line: 5}) {
		t.Errorf("%+v", again)
	}
}

func TestAnInputOfBadRowsWritesNothing(t *testing.T) {
	b := newBed(t).texts(t)
	size := got(b.size(context.Background()))(t)
	rows := event.Read(strings.NewReader("{\"id\":\"" + sessionOf(3) + "\"}\n{}\n{\"x\":1}\nnull\n"))
	n := 0
	tally, err := b.Import(context.Background(), rows, func(r event.Row, p *event.Problem) error {
		n++
		if (r.Line == 1) != (r.Event.ID == sessionOf(3)) || r.Event.Subject != (event.Subject{}) {
			t.Errorf("%+v", r)
		}
		return nil
	}, nil)
	must(t, err)
	if n != 4 || tally != (Tally{Rows: 4, Rejected: 4, Line: 4}) || got(b.size(context.Background()))(t) != size {
		t.Errorf("%d %+v", n, tally)
	}
}

// The store shares a commit among those who come together, and runs each again when one of them fails. So everything runs
// twice here: behind a transaction that waits, the work gathers, with one at its end that fails.
func TestATransactionThatRunsAgainDecidesTheSame(t *testing.T) {
	ctx := context.Background()
	b := newBed(t).texts(t)
	b.batch = 6
	b.record(t, acts(0)...)
	for i := range 5 {
		held, free := make(chan struct{}), make(chan struct{})
		var wg sync.WaitGroup
		wg.Go(func() { must(t, b.store.Write(ctx, func(*sql.Tx) error { close(held); <-free; return nil })) })
		<-held
		var tally Tally
		wg.Go(func() {
			events := slices.Concat(acts(3*i+1), acts(3*i+2), []event.Event{eventAt(0, 20+i, event.Notice, event.Presented, "aydinlatma-1")})
			var err error
			if tally, err = b.Import(ctx, file(events...), takeNothing, nil); err != nil {
				t.Error(err)
			}
		})
		time.Sleep(20 * time.Millisecond) // if it does not suffice, less is tested
		for _, e := range acts(3*i + 3)[:1] {
			wg.Go(func() { b.record(t, e) })
		}
		time.Sleep(20 * time.Millisecond)
		wg.Go(func() { _ = b.store.Write(ctx, func(*sql.Tx) error { return errors.New("on purpose") }) })
		time.Sleep(20 * time.Millisecond)
		close(free)
		wg.Wait()
		if tally != (Tally{Rows: 7, Recorded: 7, Line: 7}) {
			t.Errorf("%+v", tally)
		}
	}
	m := newModel(t, b)
	all := collect(t, b.List(ctx, Filter{}))
	for _, e := range all {
		if verdict := m.next(e.Event, day.AddDate(0, 0, 1)); verdict != "" {
			t.Errorf("entry %d: %s", e.Seq, verdict)
		}
	}
	if len(all) != 3+5*8 {
		t.Errorf("%d entries", len(all))
	}
}

func TestNoErrorHoldsWhatItIsAbout(t *testing.T) {
	ctx := context.Background()
	b := newBed(t).texts(t)
	e := acts(0)[2]
	e.ID = sessionOf(77)
	b.record(t, acts(0)[1], e)
	e.UI = "x"
	_, differs := b.Record(ctx, e)
	stands := acts(0)[2]
	stands.UI = "y"
	_, twice := b.Record(ctx, stands)
	_, unknown := b.Find(ctx, sessionOf(78))
	_, none := b.Withdraw(ctx, Withdrawal{TC: tcNumber(5), Channel: "portal"})
	for _, err := range []error{differs, twice, unknown, none} {
		f := fault.From(err)
		for _, text := range []string{f.Error(), f.Message.TR, f.Message.EN, f.Hint.TR, f.Hint.EN} {
			for _, secret := range []string{tcNumber(0), tcNumber(5), sessionOf(77), sessionOf(78), "Yılmaz"} {
				if strings.Contains(text, secret) {
					t.Errorf("%q", text)
				}
			}
		}
	}
	wantFault(t, differs, fault.Input, "id_differs")
	wantFault(t, twice, fault.Input, "consent_stands")
}
