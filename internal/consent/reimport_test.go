package consent

import (
	"context"
	"slices"
	"testing"

	"iskurctl/internal/consent/event"
)

// imported imports events after a rehearsal, which must have come to the same, and gives the codes of the rejected rows.
func (b *bed) imported(t *testing.T, events ...event.Event) (Tally, []string) {
	t.Helper()
	var codes [2][]string
	note := func(i int) func(event.Row, *event.Problem) error {
		return func(_ event.Row, p *event.Problem) error { codes[i] = append(codes[i], p.Code); return nil }
	}
	foreseen := got(b.Rehearse(context.Background(), file(events...), note(0)))(t)
	tally := got(b.Import(context.Background(), file(events...), note(1), nil))(t)
	if foreseen != tally || !slices.Equal(codes[0], codes[1]) {
		t.Errorf("rehearsed %+v %v, imported %+v %v", foreseen, codes[0], tally, codes[1])
	}
	return tally, codes[1]
}

func named(events []event.Event) []event.Event {
	events = slices.Clone(events)
	for i := range events {
		events[i].ID = sessionOf(1000 + i)
	}
	return events
}

func TestAnImportThatIsRunAgainDoesNotBringBackValuesThatWereErased(t *testing.T) {
	t.Parallel()
	for name, events := range map[string][]event.Event{"with ids": named(slices.Concat(acts(1), acts(2))), "without ids": slices.Concat(acts(1), acts(2))} {
		t.Run(name, func(t *testing.T) {
			b := newBed(t).texts(t)
			b.imported(t, events...)
			b.erase(t, Erasure{TCs: []string{tcNumber(1)}, Ground: "request", Fields: []string{"phone", "ip"}})
			for range 2 {
				tally, codes := b.imported(t, events...)
				if want := (Tally{Rows: 6, Skipped: 6, Line: 6}); tally != want || len(codes) > 0 {
					t.Errorf("%+v %v", tally, codes)
				}
			}
			all := collect(t, b.History(context.Background(), tcNumber(1)))
			if len(all) != 3 {
				t.Errorf("%d entries", len(all))
			}
			for _, e := range all {
				if e.Event.Subject.Phone != "" || e.Event.IP != "" {
					t.Errorf("entry %d: the values are back", e.Seq)
				}
			}
			// What the person does afterwards is something new.
			if tally, codes := b.imported(t, eventAt(1, 9, event.Notice, event.Presented, "aydinlatma-1")); tally.Recorded != 1 {
				t.Errorf("%+v %v", tally, codes)
			}
			b.sound(t)
		})
	}
}

func TestAnIdOfAnEntryThatLostSomeValuesStillNamesThatEventAlone(t *testing.T) {
	t.Parallel()
	b := newBed(t).texts(t)
	events := named(acts(1))
	b.imported(t, events...)
	b.erase(t, Erasure{TCs: []string{tcNumber(1)}, Ground: "request", Fields: []string{"phone"}})
	other := events[0]
	other.Time = other.Time.Add(1_000_000)
	somebody := events[1]
	somebody.Subject.TC = tcNumber(2)
	if tally, codes := b.imported(t, other, somebody, events[2]); tally.Skipped != 1 || !slices.Equal(codes, []string{"id_differs", "id_differs"}) {
		t.Errorf("%+v %v", tally, codes)
	}
	b.erase(t, Erasure{TCs: []string{tcNumber(1)}, Ground: "request"})
	if _, codes := b.imported(t, events...); !slices.Equal(codes, []string{"id_erased", "id_erased", "id_erased"}) {
		t.Errorf("%v", codes)
	}
}
