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
	ok = true
	number := func(from, to int) (n int) {
		for _, c := range b[from:to] {
			ok = ok && c >= '0' && c <= '9'
			n = n*10 + int(c-'0')
		}
		return n
	}
	year, month, day := number(0, 4), time.Month(number(5, 7)), number(8, 10)
	hour, minute, second, milli := number(11, 13), number(14, 16), number(17, 19), number(20, 23)
	if !ok || hour > 23 || minute > 59 || second > 59 {
		return 0, false
	}
	t := time.Date(year, month, day, hour, minute, second, milli*int(time.Millisecond), time.UTC)
	if y, m, d := t.Date(); y != year || m != month || d != day { // 30 February, month 13
		return 0, false
	}
	return t.UnixMilli(), true
}
