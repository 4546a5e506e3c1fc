package bundle

import (
	"strings"
	"time"

	"iskurctl/internal/ledger"
)

// Period is the times [From, To) that a bundle was made for. A zero From is the beginning of the log. Entries alone do not
// tell it: whoever compares two logs has to know whether one has nothing for a day, or was not asked about it.
type Period struct{ From, To time.Time }

// unbounded stands for a bound that is not given, as in ISO 8601-2.
const unbounded = ".."

// String writes it as in bag-info.txt.
func (p Period) String() string {
	from := unbounded
	if !p.From.IsZero() {
		from = ledger.Time(p.From)
	}
	return from + "/" + ledger.Time(p.To)
}

func parsePeriod(s string) (p Period, ok bool) {
	from, to, ok := strings.Cut(s, "/")
	if !ok {
		return p, false
	}
	var err error
	if from != unbounded {
		if p.From, err = time.Parse(time.RFC3339, from); err != nil {
			return Period{}, false
		}
	}
	if p.To, err = time.Parse(time.RFC3339, to); err != nil || p.String() != s {
		return Period{}, false
	}
	return p, true
}

// Period gives the times that the bundle was made for, as bag-info.txt says. ok is false when it does not.
func (b *Bundle) Period() (p Period, ok bool) { return b.info.period, !b.info.period.To.IsZero() }
