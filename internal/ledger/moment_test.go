package ledger

import (
	"fmt"
	"testing"
	"time"
)

// A moment is computed here, not by package time: it must be the same on every day of the calendar, and on none beside it.
func TestMomentsAreThoseOfTheCalendar(t *testing.T) {
	t.Parallel()
	check := func(from, to int) {
		for d := time.Date(from, 1, 1, 23, 59, 7, 123e6, time.UTC); d.Year() < to; d = d.AddDate(0, 0, 1) {
			if ms, ok := ParseMillis([]byte(Time(d))); !ok || ms != d.UnixMilli() {
				t.Fatalf("%s is %d, not %d (%t)", Time(d), ms, d.UnixMilli(), ok)
			}
			if d.AddDate(0, 0, 1).Day() == 1 { // the day behind the last
				text := fmt.Sprintf("%s%02dT00:00:00.000Z", d.Format("2006-01-"), d.Day()+1)
				if _, ok := ParseMillis([]byte(text)); ok {
					t.Fatalf("%s is taken", text)
				}
			}
		}
	}
	check(0, 5)
	check(1890, 2110)
	check(9996, 10_000)
	for _, c := range []struct {
		day string
		ok  bool
	}{{"0000-02-29", true}, {"1900-02-29", false}, {"2000-02-29", true}, {"2100-02-29", false}, {"2400-02-29", true}} {
		if _, ok := ParseMillis([]byte(c.day + "T00:00:00.000Z")); ok != c.ok {
			t.Errorf("29 February, %s: %t", c.day, ok)
		}
	}
}
