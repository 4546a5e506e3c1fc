package consent

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"iskurctl/internal/consent/event"
	"iskurctl/internal/fault"
)

// model is what the rules make of the events so far, in memory and by the packages of the rules alone.
type model struct {
	texts map[string]event.Text
	past  map[string]*event.Memory
	byID  map[string]event.Event
	all   []event.Event
}

func newModel(t testing.TB, b *bed) *model {
	m := &model{texts: make(map[string]event.Text), past: make(map[string]*event.Memory), byID: make(map[string]event.Event)}
	for x, err := range b.Texts(context.Background()) {
		must(t, err)
		m.texts[x.Label], m.texts[x.SHA256] = x.forRules(), x.forRules()
	}
	return m
}

// content is what counts when two events are compared.
func (m *model) content(e event.Event) string {
	if t, ok := m.texts[e.Text]; ok {
		e.Text, e.Language = t.SHA256, cmp.Or(e.Language, t.Language)
	}
	b, _ := event.Canonical(nil, &e)
	return string(b)
}

// next says what has to become of an event: its problem's code, "skipped" or "".
func (m *model) next(e event.Event, now time.Time) string {
	if p := event.Check(&e, now); p != nil {
		return p.Code
	}
	text, known := m.texts[e.Text]
	if there, ok := m.byID[e.ID]; ok && e.ID != "" && known {
		if m.content(there) != m.content(e) {
			return "id_differs"
		}
		return "skipped"
	}
	for _, there := range m.all {
		if known && e.ID == "" && m.content(there) == m.content(e) {
			return "skipped"
		}
	}
	p := m.past[e.Subject.TC]
	if p == nil {
		p = &event.Memory{}
		m.past[e.Subject.TC] = p
	}
	bySeq := func(seq int64) event.Text {
		for _, t := range m.texts {
			if t.Seq == seq {
				return t
			}
		}
		return event.Text{}
	}
	if _, problem := event.Follow(p, &e, text, bySeq); problem != nil {
		return problem.Code
	}
	p.Add(int64(len(m.all)), &e, text.Seq)
	m.all = append(m.all, e)
	if e.ID != "" {
		m.byID[e.ID] = e
	}
	return ""
}

// maker draws events of three people that often, not always, may come next.
type maker struct {
	shas   map[string]string
	made   []event.Event
	minute int
}

func (m *maker) event(t *rapid.T) event.Event {
	twist := rapid.IntRange(0, 19).Draw(t, "twist")
	if twist < 5 && len(m.made) > 0 { // once more, under this id or that, or none
		e := rapid.SampledFrom(m.made).Draw(t, "again")
		e.ID = rapid.SampledFrom([]string{e.ID, e.ID, "", sessionOf(1000 + rapid.IntRange(0, 15).Draw(t, "id"))}).Draw(t, "under")
		return e
	}
	step := rapid.SampledFrom([]event.Step{event.Presented, event.Presented, event.Given, event.Given, event.Given, event.Withdrawn, event.Refused, event.Accepted}).Draw(t, "step")
	act, labels := event.Consent, []string{"riza-1", "riza-1", "riza-2"}
	switch step {
	case event.Presented:
		act, labels = event.Notice, []string{"aydinlatma-1"}
	case event.Accepted:
		act, labels = event.Agreement, []string{"sozlesme-1"}
	}
	m.minute += rapid.SampledFrom([]int{0, 1, 1, 1, -1}).Draw(t, "minutes")
	person := rapid.IntRange(0, 2).Draw(t, "person")
	e := eventAt(person, m.minute, act, step, rapid.SampledFrom(labels).Draw(t, "text"))
	e.Session = sessionOf(person + 3*rapid.SampledFrom([]int{0, 0, 0, 1}).Draw(t, "session"))
	switch twist {
	case 10:
		e.Text = "bilinmeyen"
	case 11, 12:
		e.Text = m.shas[e.Text]
	case 13:
		e.Language = "en"
	case 14:
		e.Language = "tr"
	case 15:
		e.Subject.TC = "10000000147"
	case 16:
		e.Time = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC) // riza-2 is not in force
	case 17:
		e.Received = e.Time
	case 18:
		e.Session = sessionOf(0) // somebody else's
	}
	if rapid.Bool().Draw(t, "named") {
		e.ID = sessionOf(1000 + rapid.IntRange(0, 15).Draw(t, "id"))
	}
	m.made = append(m.made, e)
	return e
}

func hashes(t testing.TB, b *bed) map[string]string {
	shas := make(map[string]string)
	for x, err := range b.Texts(context.Background()) {
		must(t, err)
		shas[x.Label] = x.SHA256
	}
	return shas
}

// verdictOf tells what Record said.
func verdictOf(t testing.TB, r Recorded, err error) string {
	var p *event.Problem
	switch {
	case errors.As(err, &p):
		wantFault(t, err, fault.Input, p.Code)
		return p.Code
	case err != nil:
		t.Fatal(err)
	case r.Skipped:
		return "skipped"
	}
	return ""
}

func TestEveryHistoryIsRecordedAsTheRulesSay(t *testing.T) {
	template := newBed(t).texts(t)
	template.close()
	rapid.Check(t, func(rt *rapid.T) {
		b := copyBed(t, template.dir)
		defer b.close()
		m, from := newModel(t, b), &maker{shas: hashes(t, b)}
		var want []event.Event
		for range rapid.IntRange(1, 25).Draw(rt, "events") {
			e := from.event(rt)
			r, err := b.Record(context.Background(), e)
			expected := m.next(e, day.Add(time.Hour))
			if verdict := verdictOf(t, r, err); verdict != expected {
				rt.Fatalf("got %q, want %q for %s", verdict, expected, event.AppendNDJSON(nil, &e))
			}
			if expected == "" {
				e.ID = r.ID
				want = append(want, e)
			}
		}
		all := collect(t, b.List(context.Background(), Filter{}))
		if len(all) != len(want) {
			rt.Fatalf("%d entries, want %d", len(all), len(want))
		}
		for i := range all {
			if m.content(all[i].Event) != m.content(want[i]) || all[i].Event.ID != want[i].ID {
				rt.Fatalf("entry %d differs", i)
			}
		}
	})
}

// verdicts runs an import or a rehearsal and gives what became of the bad rows, by line.
func verdicts(run func(reject func(event.Row, *event.Problem) error) (Tally, error)) (map[int64]string, Tally, error) {
	rejected := make(map[int64]string)
	tally, err := run(func(r event.Row, p *event.Problem) error {
		rejected[r.Line] = p.Code + " " + p.Field + " " + r.Event.ID
		return nil
	})
	return rejected, tally, err
}

func TestARehearsalSaysWhatTheImportWillDo(t *testing.T) {
	ctx := context.Background()
	template := newBed(t).texts(t)
	template.close()
	rapid.Check(t, func(rt *rapid.T) {
		b := copyBed(t, template.dir)
		defer b.close()
		from := &maker{shas: hashes(t, b)}
		draw := func(name string, most int) (events []event.Event) {
			for range rapid.IntRange(0, most).Draw(rt, name) {
				events = append(events, from.event(rt))
			}
			return events
		}
		b.batch = rapid.SampledFrom([]int{1, 2, 3, 7, batchRows}).Draw(rt, "rows of a batch")
		before := draw("events before", 15)
		_, _, err := verdicts(func(reject func(event.Row, *event.Problem) error) (Tally, error) {
			return b.Import(ctx, file(before...), reject, nil)
		})
		must(t, err)
		if len(before) > 0 && rapid.IntRange(0, 3).Draw(rt, "erase") == 0 {
			_, err := b.Erase(ctx, Erasure{TCs: []string{tcNumber(0), tcNumber(1)}, Ground: "request"}, func(Erased) error { return nil })
			if err != nil && fault.From(err).Code != "nothing_to_erase" {
				t.Fatal(err)
			}
		}
		events := append(draw("events", 30), before...)
		size := got(b.size(ctx))(t)
		rehearsed, dry, err := verdicts(func(reject func(event.Row, *event.Problem) error) (Tally, error) {
			return b.Rehearse(ctx, file(events...), reject)
		})
		must(t, err)
		if got(b.size(ctx))(t) != size {
			rt.Fatal("a rehearsal wrote to the log")
		}
		imported, tally, err := verdicts(func(reject func(event.Row, *event.Problem) error) (Tally, error) {
			return b.Import(ctx, file(events...), reject, nil)
		})
		must(t, err)
		if dry != tally || !maps.Equal(rehearsed, imported) {
			rt.Fatalf("rehearsed %+v %v\nimported  %+v %v", dry, rehearsed, tally, imported)
		}
	})
}

func TestAnImportThatWasBrokenOffGoesOn(t *testing.T) {
	ctx := context.Background()
	var events []event.Event
	for i := range 8 {
		events = append(events, acts(i)...)
		if i%3 == 0 {
			events[len(events)-1].Text = "bilinmeyen"
		}
	}
	for i := range events {
		if i%4 != 0 {
			events[i].ID = sessionOf(1000 + i)
		}
	}
	contents := func(b *bed) (all []string) {
		m := newModel(t, b)
		for _, e := range collect(t, b.List(ctx, Filter{})) {
			all = append(all, m.content(e.Event))
		}
		return all
	}
	whole := newBed(t).texts(t)
	_, tally, err := verdicts(func(reject func(event.Row, *event.Problem) error) (Tally, error) {
		return whole.Import(ctx, file(events...), reject, nil)
	})
	must(t, err)
	want := contents(whole)
	for stop := int64(1); stop <= 6; stop++ {
		b := newBed(t).texts(t)
		b.batch = 4
		short, cancel := context.WithCancel(ctx)
		var last Tally
		stopped, err := b.Import(short, file(events...), func(event.Row, *event.Problem) error { return nil }, func(now Tally) {
			if last = now; now.Rows >= 4*stop {
				cancel()
			}
		})
		cancel()
		if stopped != last || stopped.Line != 4*stop || stop < 6 && !errors.Is(err, context.Canceled) {
			t.Fatalf("stopped with %+v, %v; told %+v", stopped, err, last)
		}
		_, again, err := verdicts(func(reject func(event.Row, *event.Problem) error) (Tally, error) {
			return b.Import(ctx, file(events...), reject, nil)
		})
		must(t, err)
		if again.Skipped != stopped.Recorded || again.Recorded+again.Skipped != tally.Recorded || again.Rejected != tally.Rejected || again.Line != int64(len(events)) {
			t.Errorf("after %d batches: %+v, then %+v; at once %+v", stop, stopped, again, tally)
		}
		if !slices.Equal(contents(b), want) {
			t.Errorf("after %d batches the log is another", stop)
		}
	}
}

func (l *Log) size(ctx context.Context) (n int64, err error) {
	return n, l.st.Read().QueryRowContext(ctx, logSize).Scan(&n)
}
