// Package myk speaks with the MYK certificate service: it builds the three calls of the protocol's Ek-1 and Madde
// 8(1), sends one attempt of one call at a time over JSON/HTTPS, and believes a reply only after every check of the
// wire contract. It keeps no state, retries nothing and writes no log: the caller owns attempts, waits and log rows,
// and proves by Logged that a row is durable before a byte leaves. Imported by internal/query, which is the
// only caller of Do, by the commands that name its records, and by the composition in internal/app.
package myk

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"iskurctl/internal/i18n"
)

// Date is a calendar day without time or zone; the zero Date is an empty field.
type Date struct{ Year, Month, Day int }

var errDate = errors.New("not a dd.mm.yyyy day")

// ParseWire reads dd.mm.yyyy, the only form on the wire. The empty text is the zero Date; anything that is not a day
// of the calendar (30.02.2024, one-digit parts, blanks) is an error that does not repeat the text.
func ParseWire(s string) (Date, error) {
	if s == "" {
		return Date{}, nil
	}
	if len(s) != 10 || s[2] != '.' || s[5] != '.' {
		return Date{}, errDate
	}
	for i := range len(s) {
		if i != 2 && i != 5 && (s[i] < '0' || s[i] > '9') {
			return Date{}, errDate
		}
	}
	two := func(i int) int { return int(s[i]-'0')*10 + int(s[i+1]-'0') }
	d := Date{Year: two(6)*100 + two(8), Month: two(3), Day: two(0)}
	if d.Year < 1 || d.Month < 1 || d.Month > 12 || d.Day < 1 || d.Day > daysIn(d.Year, d.Month) {
		return Date{}, errDate
	}
	return d, nil
}

func daysIn(year, month int) int {
	// Day 0 of the next month is the last day of this one.
	return time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// IsZero reports an empty field.
func (d Date) IsZero() bool { return d == Date{} }

// ISO gives yyyy-mm-dd, or "" for an empty field.
func (d Date) ISO() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
}

// Wire gives dd.mm.yyyy, or "" for an empty field.
func (d Date) Wire() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%02d.%02d.%04d", d.Day, d.Month, d.Year)
}

// Before reports whether d is an earlier day than o.
func (d Date) Before(o Date) bool {
	if d.Year != o.Year {
		return d.Year < o.Year
	}
	if d.Month != o.Month {
		return d.Month < o.Month
	}
	return d.Day < o.Day
}

// Today is the day in Europe/Istanbul at the moment now, whatever zone the machine is in. Turkey has kept UTC+3 all
// year since 2016, so no zone database is needed.
func Today(now time.Time) Date {
	y, m, d := now.UTC().Add(3 * time.Hour).Date()
	return Date{Year: y, Month: int(m), Day: d}
}

// Certificate is one row of the certificate operations: the twelve fields of Ek-1 and the number it belongs to (the
// question of a number lookup, the row's own field in a range).
type Certificate struct {
	KimlikNo             string
	BelgeNo              string
	YeterlilikAdi        string
	MeslekKodu           string
	YeterlilikKodu       string
	YeterlilikSeviyesi   int // 1–8 (TYÇ); 0 = empty
	SinavTarihi          Date
	BelgeDuzenlemeTarihi Date
	GecerlilikTarihi     Date
	KurulusAdi           string
	BelgeDurumu          string
	EuropassTR           string
	EuropassEN           string
}

// Status is what a certificate is worth today.
type Status string

// The statuses. None is never the status of a certificate: it is the explicit answer that a person has none.
const (
	Valid     Status = "valid"
	Cancelled Status = "cancelled"
	Suspended Status = "suspended"
	Expired   Status = "expired"
	Unknown   Status = "unknown"
	None      Status = "none"
)

// StatusOn gives the status on the day today: BELGE_DURUMU compared whole, as word or as MYK's own number, then the
// date. A certificate is still valid on its last day. What is not understood is unknown, never valid.
func (c Certificate) StatusOn(today Date) Status {
	switch i18n.Fold(strings.TrimSpace(c.BelgeDurumu)) {
	case "geçerli", "1":
		switch {
		case c.GecerlilikTarihi.IsZero():
			return Unknown
		case c.GecerlilikTarihi.Before(today):
			return Expired
		}
		return Valid
	case "iptal edildi", "2":
		return Cancelled
	case "askıya alındı", "3":
		return Suspended
	case "süresi dolmuş", "4":
		return Expired
	}
	return Unknown
}

// Qualification is one row of ParametreGonderimi.
type Qualification struct {
	YeterlilikAdi      string
	YeterlilikKodu     string
	YeterlilikSeviyesi int // 1–8; 0 = empty
	MeslekKodu         string
}
