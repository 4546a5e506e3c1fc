package event

import (
	"time"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// layout is how times are written: RFC 3339, UTC, exactly three decimals.
const layout = "2006-01-02T15:04:05.000Z"

const dayLayout = "2006-01-02"

// istanbul is the zone of the days. Türkiye has kept UTC+3 all year since 2016, so no time zone database is needed.
var istanbul = time.FixedZone("Europe/Istanbul", 3*60*60)

// earliest is the first time that is believed: before it there was no portal.
var earliest = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// ParseTime reads a moment in the one form in which events have it, 2006-01-02T15:04:05.000Z; ok is false for any other:
// another number of decimals, a comma, an offset, a leap second.
func ParseTime(s string) (t time.Time, ok bool) {
	if len(s) != len(layout) || s[19] != '.' || s[23] != 'Z' {
		return time.Time{}, false
	}
	t, err := time.Parse(time.RFC3339, s)
	return t, err == nil
}

// FormatTime writes a moment as ParseTime reads it, rounded down to the millisecond; the zero time is "".
func FormatTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(layout)
}

// Day gives the beginning, 00:00 in Europe/Istanbul, of a day written as 2006-01-02. Any other writing, or a day that no
// calendar has, is class Input, day_invalid.
func Day(s string) (time.Time, error) {
	if len(s) == len(dayLayout) {
		if t, err := time.ParseInLocation(dayLayout, s, istanbul); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fault.New(fault.Input, "day_invalid", i18n.T("gün geçerli değil", "the day is not valid")).
		WithHint(i18n.T("yıl-ay-gün olarak yazın: 2026-11-22", "write year-month-day: 2026-11-22"))
}

// timeAdvice says what is wrong with the writing of a time.
func timeAdvice(s string) i18n.Text {
	_, err := time.Parse(time.RFC3339, s)
	switch {
	case err == nil && s[len(s)-1] != 'Z':
		return i18n.T("saat UTC'ye çevrilip sonuna Z konmalıdır: 2026-11-22T10:11:12.123Z", "convert the time to UTC and end it with Z: 2026-11-22T10:11:12.123Z")
	case err == nil:
		return i18n.T("saniyeden sonra tam üç basamak olmalıdır: 2026-11-22T10:11:12.000Z", "the seconds must have exactly three decimals: 2026-11-22T10:11:12.000Z")
	}
	return i18n.T("zaman 2026-11-22T10:11:12.123Z biçiminde (UTC, üç basamak) olmalıdır; Excel değiştirdiyse sütunu \"Metin\" yapıp verileri yeniden aktarın",
		"the time must look like 2026-11-22T10:11:12.123Z (UTC, three decimals); if Excel has changed it, make the column \"Text\" and export the data again")
}
