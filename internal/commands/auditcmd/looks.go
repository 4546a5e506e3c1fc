package auditcmd

import (
	"context"

	"github.com/spf13/cobra"

	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/output"
	"iskurctl/internal/tckn"
)

var looksColumns = []output.Column{
	listColumns[0], listColumns[1], listColumns[2], listColumns[3],
	{Key: "count", Title: i18n.T("NUMARA SAYISI", "NUMBERS"), Kind: output.Number},
	{Key: "numbers", Title: i18n.T("ARANAN NUMARALAR", "NUMBERS LOOKED FOR"), Kind: output.JSON, Wide: true},
}

type looksOptions struct {
	d      *cmdkit.Deps
	out    *cmdkit.Output
	period *cmdkit.Period
	user   string
}

func newLooks(d *cmdkit.Deps) *cobra.Command {
	o := &looksOptions{d: d}
	cmd := d.Command(cmdkit.Spec{
		Use:   "looks",
		Short: i18n.T("günlükte numarayla yapılan aramaları listeler", "lists the searches of the log by number"),
		Long: i18n.T("“Ben sorgulandım mı?” sorusu `audit list --tc-file` ile yanıtlanır; o arama da günlüğe yazılır. Bu komut kimin, ne zaman, hangi numaraları aradığını listeler; süzgeçler birlikte uygulanır.",
			"“Was I looked up?” is answered with `audit list --tc-file`, and that search stands in the log as well. This command lists who searched for which numbers, and when; filters apply together."),
		Example: i18n.T("iskurctl audit looks\niskurctl audit looks --user ayse --from 2026-11-01 --fields time,host,numbers", "iskurctl audit looks\niskurctl audit looks --user ayse --from 2026-11-01 --fields time,host,numbers"),
		Exits:   []fault.Class{fault.OK, fault.Usage, fault.Integrity, fault.Unverifiable, fault.Store, fault.Output},
		Run:     func(ctx context.Context, _ []string) error { return runLooks(ctx, o) },
	})
	o.period = d.PeriodFlags(cmd)
	userFlag(d, cmd, &o.user)
	o.out = d.OutputFlags(cmd, looksColumns)
	return cmd
}

func runLooks(ctx context.Context, o *looksOptions) error {
	asked, err := span(o.period)
	if err != nil {
		return err
	}
	log, err := o.d.Audit(ctx)
	if err != nil {
		return err
	}
	if err := warnDisposed(ctx, o.d, log, asked); err != nil {
		return err
	}
	return o.out.Emit(ctx, func(s *output.Sink) error {
		for l, err := range log.Looks(ctx) {
			if err != nil {
				return err
			}
			if l.Time.Before(asked.From) || !asked.To.IsZero() && !l.Time.Before(asked.To) || o.user != "" && l.User != o.user {
				continue
			}
			numbers := l.Numbers
			if !o.out.Reveal() {
				numbers = make([]string, len(l.Numbers))
				for i, n := range l.Numbers {
					numbers[i] = tckn.Mask(n)
				}
			}
			if err := s.Write(output.Record{l.Seq, l.Time, l.User, l.Host, len(l.Numbers), numbers}); err != nil {
				return err
			}
		}
		return nil
	})
}
