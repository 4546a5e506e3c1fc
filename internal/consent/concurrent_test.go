package consent

import (
	"context"
	"errors"
	"sync"
	"testing"

	"iskurctl/internal/consent/event"
)

// Two handles of one store stand for two processes. Whatever they race for, the log is one that the rules allow, every
// event is there once, and every person too.
func TestTwoProcessesRecordTheSamePeopleAtOnce(t *testing.T) {
	ctx := context.Background()
	a := newBed(t).texts(t)
	beds := []*bed{a, a.again(t)}
	const people = 40
	var events []event.Event
	for i := range people {
		for j, e := range acts(i) {
			e.ID = sessionOf(1000 + 3*i + j)
			events = append(events, e)
		}
	}
	var wg sync.WaitGroup
	for i, b := range beds {
		b.batch = 7 + 4*i
		wg.Go(func() { // the same file, by both
			if _, err := b.Import(ctx, file(events...), func(_ event.Row, p *event.Problem) error { return p }, nil); err != nil {
				t.Error(err)
			}
		})
		wg.Go(func() { // somebody who consents and withdraws again and again
			for m := range 15 {
				for _, e := range []event.Event{eventAt(people, m, event.Notice, event.Presented, "aydinlatma-1"), eventAt(people, m, event.Consent, event.Given, "riza-1"),
					eventAt(people, m, event.Consent, event.Withdrawn, "riza-1")} {
					e.Session = sessionOf(people + i)
					var p *event.Problem
					if _, err := b.Record(ctx, e); err != nil && !errors.As(err, &p) {
						t.Error(err)
					}
				}
			}
		})
		wg.Go(func() {
			_, _, err := b.AddText(ctx, Text{Kind: event.Consent, Label: "riza-3", Language: "en", Day: "2026-11-22"}, []byte("Text"))
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	m, n := newModel(t, a), 0
	for _, e := range collect(t, a.List(ctx, Filter{})) {
		if e.Event.Subject.TC != tcNumber(people) {
			n++
		}
		if verdict := m.next(e.Event, day.AddDate(0, 0, 1)); verdict != "" {
			t.Errorf("entry %d: %s", e.Seq, verdict)
		}
	}
	if n != len(events) {
		t.Errorf("%d events of the file, want %d", n, len(events))
	}
	var rows int
	must(t, a.store.Read().QueryRow("SELECT count(*) FROM consent_person").Scan(&rows))
	if rows != people+1 {
		t.Errorf("%d people", rows)
	}
	size := got(a.size(ctx))(t)
	must(t, a.store.Read().QueryRow("SELECT count(*) FROM consent_leaf").Scan(&rows))
	if int64(rows) != size {
		t.Errorf("%d leaves of %d", rows, size)
	}
}
