package auditcmd

import (
	"context"

	"github.com/spf13/cobra"

	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/output"
)

var pendingColumns = []output.Column{
	listColumns[0], listColumns[1], listColumns[2], listColumns[3], listColumns[4], listColumns[5], listColumns[6], listColumns[7],
	{Key: "running", Title: i18n.T("SÜRÜYOR", "RUNNING"), Kind: output.Bool},
}

type pendingOptions struct {
	d   *cmdkit.Deps
	out *cmdkit.Output
}

func newPending(d *cmdkit.Deps) *cobra.Command {
	o := &pendingOptions{d: d}
	cmd := d.Command(cmdkit.Spec{
		Use:   "pending",
		Short: i18n.T("sonucu henüz yazılmamış sorguları listeler", "lists the queries without an outcome"),
		Long: i18n.T("Günlüğe yazılmış ama sonucu bilinmeyen sorguları listeler. running=true: soran süreç hâlâ çalışıyor. Ötekiler yarıda kalmıştır; sorgu yapan ilk komut onları unknown sonucuyla kapatır. Bu komut hiçbir şeyi değiştirmez.",
			"Lists the queries that stand in the log without an outcome. running=true: the process that asks is alive. The others were cut off; the next command that queries closes them as unknown. This command changes nothing."),
		Example: i18n.T("iskurctl audit pending", "iskurctl audit pending"),
		Exits:   []fault.Class{fault.OK, fault.Usage, fault.Integrity, fault.Unverifiable, fault.Store, fault.Output},
		Run:     func(ctx context.Context, _ []string) error { return runPending(ctx, o) },
	})
	o.out = d.OutputFlags(cmd, pendingColumns)
	return cmd
}

func runPending(ctx context.Context, o *pendingOptions) error {
	log, err := o.d.Audit(ctx)
	if err != nil {
		return err
	}
	return o.out.Emit(ctx, func(s *output.Sink) error {
		for e, err := range log.Pending(ctx) {
			if err != nil {
				return err
			}
			if err := s.Write(output.Record{e.Seq, e.Time, e.User, e.Host, string(e.Method), params(e.Params, o.out.Reveal()), e.Purpose, e.Attempt, e.Alive}); err != nil {
				return err
			}
		}
		return nil
	})
}
