package registry

import (
	"strings"
	"time"
)

// Date is a day as 2026-11-22, or "" for none; days compare as texts do.
type Date string

// istanbul is the zone of the protocol's days: UTC+3 all year since 2016.
var istanbul = time.FixedZone("Europe/Istanbul", 3*60*60)

// Today is the day in Istanbul at the moment now.
func Today(now time.Time) Date { return Date(now.In(istanbul).Format(time.DateOnly)) }

// ParseDate reads 2026-11-22 or 22.11.2026, from 1900 on; ok is false for anything else, "" among it.
func ParseDate(s string) (d Date, ok bool) {
	s = strings.TrimSpace(s)
	for _, layout := range []string{time.DateOnly, "02.01.2006", "2.1.2006"} {
		if t, err := time.Parse(layout, s); err == nil && t.Year() >= 1900 {
			return Date(t.Format(time.DateOnly)), true
		}
	}
	return "", false
}

// Add gives the day that many days later.
func (d Date) Add(days int) Date {
	t, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return d
	}
	return Date(t.AddDate(0, 0, days).Format(time.DateOnly))
}

// begin is the first moment of the day, end the first after it, in milliseconds since 1970.
func (d Date) begin() int64 {
	t, err := time.ParseInLocation(time.DateOnly, string(d), istanbul)
	if err != nil {
		return 0
	}
	return t.UnixMilli()
}

func (d Date) end() int64 { return d.Add(1).begin() }
