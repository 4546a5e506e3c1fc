package sandboxcmd

import (
	"bytes"
	"context"
	"reflect"
	"strings"
	"testing"
	"time"

	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/consent/event"
	"iskurctl/internal/consent/sample"
	"iskurctl/internal/i18n"
	"iskurctl/internal/term"
)

// What is written is read again by what the import reads with, in both forms, and is what was made.
func TestEventsAreReadAsTheyWereMade(t *testing.T) {
	const n = 500
	var want []event.Event
	for e := range first(n, sample.Events(3, sample.MaxPeople, sample.Start())) {
		want = append(want, e)
	}
	for _, format := range formats {
		var out bytes.Buffer
		o := &eventsOptions{d: &cmdkit.Deps{Lang: i18n.TR, Streams: &term.Streams{Out: &out}, Globals: &cmdkit.Globals{}}, count: n, seed: 3, format: format}
		if err := runEvents(context.Background(), o); err != nil {
			t.Fatal(err)
		}
		i := 0
		for row, err := range event.Read(strings.NewReader(out.String())) {
			if err != nil || row.Problem != nil {
				t.Fatalf("%s, line %d: %v, %v", format, row.Line, err, row.Problem)
			}
			if p := event.Check(&row.Event, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)); p != nil {
				t.Fatalf("%s, line %d: %v", format, row.Line, p)
			}
			if !reflect.DeepEqual(row.Event, want[i]) {
				t.Fatalf("%s, line %d: %+v, want %+v", format, row.Line, row.Event, want[i])
			}
			i++
		}
		if i != n {
			t.Errorf("%s: %d events", format, i)
		}
	}
}

func TestAnEndedContextEndsTheEvents(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, format := range formats {
		o := &eventsOptions{d: &cmdkit.Deps{Streams: &term.Streams{Out: &bytes.Buffer{}}, Globals: &cmdkit.Globals{}}, count: 10, format: format}
		if err := runEvents(ctx, o); err == nil {
			t.Errorf("%s goes on", format)
		}
	}
}
