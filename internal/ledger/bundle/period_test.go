package bundle

import (
	"testing"
	"time"
)

func TestAPeriodIsReadAsItWasWritten(t *testing.T) {
	day := time.Date(2026, 11, 1, 0, 0, 0, 0, time.FixedZone("", 3*60*60))
	for want, p := range map[string]Period{
		"2026-10-31T21:00:00.000Z/2026-11-01T21:00:00.000Z": {day, day.AddDate(0, 0, 1)},
		"../2026-10-31T21:00:00.000Z":                       {time.Time{}, day},
	} {
		if p.String() != want {
			t.Errorf("%v is written as %s, want %s", p, p, want)
		}
		got, ok := parsePeriod(want)
		if !ok || !got.From.Equal(p.From) || !got.To.Equal(p.To) {
			t.Errorf("%s is read as %v, %v", want, got, ok)
		}
	}
	for _, s := range []string{"", "/", "../..", "../", "2026-10-31/2026-11-01", "2026-10-31T21:00:00.000Z", "2026-10-31T21:00:00Z/2026-11-01T21:00:00Z",
		"2026-10-31T21:00:00.000+00:00/2026-11-01T21:00:00.000Z", "../2026-10-31T21:00:00.000Z/x", "../2026-02-30T21:00:00.000Z"} {
		if p, ok := parsePeriod(s); ok {
			t.Errorf("%q is read as %v", s, p)
		}
	}
}
