package cmdkit

import (
	"time"

	"github.com/spf13/cobra"

	"iskurctl/internal/i18n"
)

// Period is the flags --from and --to of the commands that read a log.
type Period struct{ from, to string }

// PeriodFlags adds them.
func (d *Deps) PeriodFlags(cmd *cobra.Command) *Period {
	p := &Period{}
	f := cmd.Flags()
	f.StringVar(&p.from, "from", "", d.In(i18n.T("`TARİH` bu tarihten başlayarak (gün ya da RFC 3339 zamanı)", "`DATE` from this date on (a day or an RFC 3339 time)")))
	f.StringVar(&p.to, "to", "", d.In(i18n.T("`TARİH` bu tarihe kadar, o gün dahil", "`DATE` up to this date, the day included")))
	return p
}

// Span gives the times [from, to) that they ask for; zero is open. Errors: class Usage, date_invalid, range_reversed.
func (p *Period) Span() (from, to time.Time, err error) {
	if from, err = ParseMoment("from", p.from, false); err != nil {
		return from, to, err
	}
	if to, err = ParseMoment("to", p.to, true); err != nil {
		return from, to, err
	}
	if !from.IsZero() && !to.IsZero() && !to.After(from) {
		return from, to, Reversed()
	}
	return from, to, nil
}
