package sandbox

import "time"

// day counts whole days since 1970-01-01; every date of the service is one. Days have no time zone: what "today" is,
// todayOf decides.
type day int32

// noDay is the date that a certificate does not have; it is written as an empty text.
const noDay day = -1 << 31

const wireDate = "02.01.2006"

func dayOf(year int, month time.Month, dayOfMonth int) day {
	return day(time.Date(year, month, dayOfMonth, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// todayOf is the day in Europe/Istanbul, which has been UTC+3 all the year since 2016.
func todayOf(now time.Time) day {
	return dayOf(now.UTC().Add(3 * time.Hour).Date())
}

func (d day) time() time.Time { return time.Unix(int64(d)*86400, 0).UTC() }

// plusYears keeps day and month; 29 February becomes 1 March in a year without one.
func (d day) plusYears(n int) day { return dayOf(d.time().AddDate(n, 0, 0).Date()) }

// appendDay writes dd.mm.yyyy, or nothing for noDay.
func appendDay(dst []byte, d day) []byte {
	if d == noDay {
		return dst
	}
	return d.time().AppendFormat(dst, wireDate)
}

// parseDay reads exactly dd.mm.yyyy, and only days that exist.
func parseDay(s string) (day, bool) {
	t, err := time.Parse(wireDate, s)
	if err != nil || len(s) != len(wireDate) {
		return noDay, false
	}
	return dayOf(t.Date()), true
}
