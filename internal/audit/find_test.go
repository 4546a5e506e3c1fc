package audit

import (
	"context"
	"errors"
	"strconv"
	"testing"
	"time"
)

func TestQueriesAreFoundByTheirNumbersInAnyOrder(t *testing.T) {
	l, _ := fresh(t)
	var all []int64
	for i := range 2*pageRows + 3 {
		q := query()
		q.Purpose = strconv.Itoa(i)
		all = append(all, begin(t, l, q))
	}
	must(t, l.End(t.Context(), all[7], Outcome{Code: OK, Records: 2}))
	wanted := []int64{all[len(all)-1], all[7], 99999, all[0], all[7]}
	got, err := l.Find(t.Context(), wanted)
	must(t, err)
	if len(got) != 3 || got[all[7]].Purpose != "7" || got[all[7]].Records != 2 || got[all[0]].Purpose != "0" || got[wanted[0]].User != user {
		t.Fatalf("got %+v", got)
	}
	if got, err := l.Find(t.Context(), all); err != nil || len(got) != len(all) {
		t.Fatalf("%d of %d, %v", len(got), len(all), err)
	}
	if got, err := l.Find(t.Context(), nil); err != nil || len(got) != 0 {
		t.Fatalf("%v, %v", got, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := l.Find(ctx, all); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
}

func TestACopyCoversWhatWasAskedForAsFarAsItIsThere(t *testing.T) {
	at := func(hour int) time.Time { return day.Add(time.Duration(hour) * time.Hour) }
	var open time.Time
	for name, c := range map[string]struct{ from, to, since, now, first, last time.Time }{
		"all":                    {open, open, open, at(9), open, at(9)},
		"a day":                  {at(1), at(2), open, at(9), at(1), at(2)},
		"up to a day to come":    {at(1), at(20), open, at(9), at(1), at(9)},
		"more than there is yet": {at(1), at(2), at(-5), at(9), at(1), at(2)},
		"disposed of":            {open, open, at(3), at(9), at(3), at(9)},
		"in part disposed of":    {at(1), at(5), at(3), at(9), at(3), at(5)},
	} {
		if got := Covered(c.from, c.to, c.since, c.now); !got.From.Equal(c.first) || !got.To.Equal(c.last) {
			t.Errorf("%s: got %v to %v", name, got.From, got.To)
		}
	}
}
