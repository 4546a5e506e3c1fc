package auditcmd

import (
	"github.com/spf13/cobra"

	"iskurctl/internal/audit"
	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/i18n"
)

// times are the flags --from and --to.
type times struct{ from, to string }

func (t *times) flags(d *cmdkit.Deps, cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&t.from, "from", "", d.In(i18n.T("`TARİH` bu tarihten başlayarak (gün ya da RFC 3339 zamanı)", "`DATE` from this date on (a day or an RFC 3339 time)")))
	f.StringVar(&t.to, "to", "", d.In(i18n.T("`TARİH` bu tarihe kadar, o gün dahil", "`DATE` up to this date, the day included")))
}

// span gives the times [From, To) that they ask for; zero is open. Errors: class Usage, date_invalid, range_reversed.
func (t *times) span() (s audit.Span, err error) {
	if s.From, err = cmdkit.ParseMoment("from", t.from, false); err != nil {
		return s, err
	}
	if s.To, err = cmdkit.ParseMoment("to", t.to, true); err != nil {
		return s, err
	}
	if !s.From.IsZero() && !s.To.IsZero() && !s.To.After(s.From) {
		return s, cmdkit.Reversed()
	}
	return s, nil
}
