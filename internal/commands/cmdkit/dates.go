package cmdkit

import (
	"time"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/myk"
)

// Istanbul is the zone of the protocol's days. Türkiye keeps UTC+3 all year since 2016, so no time zone database is needed.
var Istanbul = time.FixedZone("Europe/Istanbul", 3*60*60)

// ParseDate reads 2026-11-22 or 22.11.2026; name is the flag's, for the error (class Usage, date_invalid).
func ParseDate(name, s string) (myk.Date, error) {
	for _, layout := range []string{"2006-01-02", "02.01.2006"} {
		if t, err := time.Parse(layout, s); err == nil {
			return myk.Date{Year: t.Year(), Month: int(t.Month()), Day: t.Day()}, nil
		}
	}
	return myk.Date{}, DateInvalid(name)
}

// DateInvalid is the error of a flag that holds no date.
func DateInvalid(name string) error {
	return fault.New(fault.Usage, "date_invalid", i18n.Tf("--%s geçerli bir tarih değil", "--%s is not a valid date", name)).
		WithHint(i18n.T("örnek: 2026-11-22 ya da 22.11.2026", "for example 2026-11-22 or 22.11.2026"))
}

// ParseMoment reads a date (the whole day in Europe/Istanbul) or an RFC 3339 time. end asks for the first moment after
// it, so that [from, to) covers what the person named.
func ParseMoment(name, s string, end bool) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		if end {
			t = t.Add(time.Millisecond)
		}
		return t, nil
	}
	d, err := ParseDate(name, s)
	if err != nil {
		return time.Time{}, err
	}
	day := time.Date(d.Year, time.Month(d.Month), d.Day, 0, 0, 0, 0, Istanbul)
	if end {
		day = day.AddDate(0, 0, 1)
	}
	return day, nil
}

// Reversed is the error of a range whose end lies before its beginning.
func Reversed() error {
	return fault.New(fault.Usage, "range_reversed", i18n.T("--to tarihi --from tarihinden önce", "--to lies before --from"))
}
