package ledger

import "time"

// ParseTime reads a moment in the one form that Time writes; ok is false for any other.
func ParseTime(s string) (t time.Time, ok bool) {
	ms, ok := parseTime([]byte(s))
	return time.UnixMilli(ms).UTC(), ok
}

// ParseMillis is ParseTime for who reads many: it gives milliseconds since 1970.
func ParseMillis(b []byte) (ms int64, ok bool) { return parseTime(b) }

// parseTime reads a moment in the one form that Time writes, "2006-01-02T15:04:05.000Z", and gives milliseconds since
// 1970. It is strict where time.Parse is not: no other number of decimals, no comma, no offset, no leap second.
func parseTime(b []byte) (ms int64, ok bool) {
	if len(b) != len("2006-01-02T15:04:05.000Z") || b[4] != '-' || b[7] != '-' || b[10] != 'T' || b[13] != ':' || b[16] != ':' ||
		b[19] != '.' || b[23] != 'Z' {
		return 0, false
	}
	// One loop and no function: a verification reads three moments an entry.
	var digits [17]int64
	n := 0
	for i, c := range b[:23] {
		if i == 4 || i == 7 || i == 10 || i == 13 || i == 16 || i == 19 {
			continue
		}
		if c -= '0'; c > 9 {
			return 0, false
		}
		digits[n] = int64(c)
		n++
	}
	two := func(i int) int64 { return 10*digits[i] + digits[i+1] }
	year, month, day := 100*two(0)+two(2), two(4), two(6)
	hour, minute, second, milli := two(8), two(10), two(12), 100*digits[14]+two(15)
	if month < 1 || month > 12 || day < 1 || day > daysOf(year, month) || hour > 23 || minute > 59 || second > 59 {
		return 0, false
	}
	return (((daysTo(year, month, day)*24+hour)*60+minute)*60+second)*1000 + milli, true
}

// daysOf gives the length of a month in days.
func daysOf(year, month int64) int64 {
	switch {
	case month == 2 && year%4 == 0 && (year%100 != 0 || year%400 == 0):
		return 29
	case month == 2:
		return 28
	case month == 4 || month == 6 || month == 9 || month == 11:
		return 30
	}
	return 31
}

// daysTo gives the days since 1970-01-01 in the Gregorian calendar, from the year 0 on. Years are counted from March, so that
// a leap day is the last of its year: then (153·m + 2) / 5 is how many days lie before month m. 400 years have 146,097 days;
// they are added so that nothing is negative.
func daysTo(year, month, day int64) int64 {
	const to1970 = 719_468 + 146_097 // from 1 March of the year -400
	year += 400
	if month < 3 {
		year--
		month += 12
	}
	return year*365 + year/4 - year/100 + year/400 + (153*(month-3)+2)/5 + day - 1 - to1970
}
