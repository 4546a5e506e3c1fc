// Package reconcile compares our query log with the other party's (protocol, Madde 8(14): both keep one). Rows are
// compared by keyed tags, so that neither its temporary files nor the file that two parties may exchange hold personal
// data, and in flat memory, whatever the size of the logs. The commands may import it; it knows neither the store of the
// log nor any output.
//
// A pair is two rows of the same user, method and parameters whose times differ by no more than the window. What is left
// over is explained in this order, one record a difference: a surplus row whose every counterpart within the window is
// taken (V95); the same query at most a day apart (V94); the same user and method within the window, other parameters
// (V92); the same method and parameters within the window, another user (V93); a row that only one side has (V90, V91).
// Each row is used once. A row of theirs without a user is compared by the rest, after all rows that have one.
package reconcile

import (
	"time"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// Param is one parameter of a query.
type Param struct{ Name, Value string }

// Row is one query of either log. Ref is how a person finds it again: our sequence number; theirs, or the line of their
// file. Times count in whole milliseconds, rounded down. Params may come in any order.
type Row struct {
	Ref    int64
	Time   time.Time
	User   string
	Method string
	Params []Param
}

// Code names a kind of difference; it begins with its V number.
type Code string

// The codes.
const (
	OnlyOurs    Code = "V90_ONLY_OURS"
	OnlyTheirs  Code = "V91_ONLY_THEIRS"
	ParamDiff   Code = "V92_PARAM_DIFF"
	UserDiff    Code = "V93_USER_DIFF"
	TimeDiff    Code = "V94_TIME_DIFF"
	Duplicate   Code = "V95_DUPLICATE"
	ClockOffset Code = "V96_CLOCK_OFFSET"
)

// classes are the codes in the order in which differences are given, with their short names. A record on disk holds the
// place in this list.
var classes = [...]struct {
	code Code
	name string
}{
	{OnlyOurs, "only_ours"}, {OnlyTheirs, "only_theirs"}, {ParamDiff, "param_diff"}, {UserDiff, "user_diff"},
	{TimeDiff, "time_diff"}, {Duplicate, "duplicate"}, {ClockOffset, "clock_offset"},
}

// Difference is one finding. Ours and Theirs are the Refs of the rows it is about, nil where there is none. OffsetMS is
// theirs minus ours, where both are known.
type Difference struct {
	Code         Code
	Class        string
	Ours, Theirs *int64
	OffsetMS     *int64
}

// Counts reports whether the logs differ by this finding; a clock offset within the window is only a note.
func (d Difference) Counts(window time.Duration) bool {
	if d.Code != ClockOffset || d.OffsetMS == nil {
		return true
	}
	return max(*d.OffsetMS, -*d.OffsetMS) > window.Milliseconds()
}

// Summary counts what was compared: Ours and Theirs rows, Matched pairs, and the differences of each class. OffsetMS is
// the median of theirs minus ours, nil when no query is unique on both sides.
type Summary struct {
	Ours, Theirs, Matched, OnlyOurs, OnlyTheirs, ParamDiff, UserDiff, TimeDiff, Duplicate int64
	OffsetMS                                                                              *int64
}

// count gives the counter of a class, nil for the clock offset.
func (s *Summary) count(c Code) *int64 {
	switch c {
	case OnlyOurs:
		return &s.OnlyOurs
	case OnlyTheirs:
		return &s.OnlyTheirs
	case ParamDiff:
		return &s.ParamDiff
	case UserDiff:
		return &s.UserDiff
	case TimeDiff:
		return &s.TimeDiff
	case Duplicate:
		return &s.Duplicate
	}
	return nil
}

// CheckWindow refuses a window outside 0 to 24 hours: class Usage, window_invalid.
func CheckWindow(window time.Duration) error {
	if window < 0 || window > 24*time.Hour {
		return faultWindow()
	}
	return nil
}

func faultWindow() error {
	return fault.New(fault.Usage, "window_invalid", i18n.T("zaman penceresi 0 ile 24 saat arasında olmalıdır", "the window must lie between 0 and 24 hours"))
}

func faultKey() error {
	return fault.New(fault.Usage, "exchange_key_short", i18n.Tf("değişim anahtarı en az %s bayt olmalıdır", "the exchange key must have at least %s bytes", keySize)).
		WithHint(i18n.T("iki kurumun da elinde bulunan rastgele bir anahtar kullanın", "use a random key that both parties hold"))
}

func faultScratch(err error) error {
	return fault.New(fault.Store, "reconcile_scratch", i18n.Tf("geçici dosya kullanılamadı: %s", "a temporary file failed: %s", fault.Cause(err))).
		WithHint(i18n.T("geçici klasörde satır başına yaklaşık 200 bayt boş yer gerekir", "the temporary folder needs some 200 bytes of free space a row")).
		Because(err)
}

func faultTwice() error {
	return fault.New(fault.Internal, "reconcile_twice", i18n.T("karşılaştırma ikinci kez başlatıldı", "the comparison was started twice"))
}
