package registrycmd

import (
	"context"

	"github.com/spf13/cobra"

	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/i18n"
	"iskurctl/internal/output"
	"iskurctl/internal/registry"
)

type endOptions struct {
	d    *cmdkit.Deps
	out  *cmdkit.Output
	last string
}

func newEnd(d *cmdkit.Deps) *cobra.Command {
	o := &endOptions{d: d}
	cmd := d.Command(cmdkit.Spec{
		Use:   "end " + d.In(i18n.T("NO", "ID")),
		Short: i18n.T("bir kişinin görevini bitirir", "ends a person's time in a role"),
		Long: i18n.T(`Kişinin görevdeki son gününü kaydeder; o gün de görevdedir, ertesi gün sorgu yetkisi kalkar. Kayıt silinmez: eski günler için `+"`registry dump --as-of`"+` onu göstermeye devam eder.`,
			`Registers the last day of a person in the role; the person is in it on that day, too, and may not query from the next day on. The row is not removed: for days before that `+"`registry dump --as-of`"+` goes on showing it.`),
		Example: i18n.T("iskurctl registry end 3 --valid-to 31.12.2026", "iskurctl registry end 3 --valid-to 2026-12-31"),
		Exits:   changeExits,
		Args:    oneRow,
		Run:     func(ctx context.Context, args []string) error { return runEnd(ctx, o, args[0]) },
	})
	cmd.ValidArgsFunction = completeRows(d)
	cmd.Flags().StringVar(&o.last, "valid-to", "", d.In(i18n.T("`TARİH` görevin son günü, o gün dahil", "`DATE` last day in the role, included")))
	o.out = d.OutputFlags(cmd, nil)
	return cmd
}

func runEnd(ctx context.Context, o *endOptions, arg string) error {
	id, err := rowID(arg)
	if err != nil {
		return err
	}
	last, err := dayFlag("valid-to", o.last)
	if err != nil {
		return err
	}
	if last == "" && !o.d.Streams.InTTY {
		return cmdkit.FlagMissing("valid-to", i18n.T("TARİH", "DATE")).WithHint(i18n.T("örnek: --valid-to 31.12.2026", "for example: --valid-to 2026-12-31"))
	}
	return o.out.Emit(ctx, func(s *output.Sink) error {
		r, who, err := change(ctx, o.d)
		if err == nil && last == "" {
			last, err = o.dialogue(ctx, r, id)
		}
		var before, after registry.Person
		if err == nil {
			before, after, err = r.End(ctx, who, id, last)
			err = flagged(err)
		}
		if err != nil {
			_ = s.Abort() // nothing was changed: not even an empty result
			return err
		}
		if before.Version == after.Version {
			o.d.Note(i18n.T("son gün zaten buydu; yeni sürüm yazılmadı", "that was the last day already; no new version was written"))
		}
		return s.Object(object(after))
	})
}

// dialogue shows whose row it is and asks for the day.
func (o *endOptions) dialogue(ctx context.Context, r *registry.Registry, id int64) (registry.Date, error) {
	p, err := r.Get(ctx, id)
	if err != nil {
		return "", err
	}
	show(o.d, nil, p)
	for {
		answer, err := o.d.Streams.Prompt(ctx, o.d.In(i18n.T("görevin son günü, o gün dahil:", "last day in the role, included:")))
		if err != nil {
			return "", err
		}
		last, ok := registry.ParseDate(answer)
		switch {
		case !ok:
			o.d.Tell(i18n.T("  ! geçerli bir tarih değil (örnek: 31.12.2026)", "  ! not a valid date (for example 2026-12-31)"))
		case last < p.ValidFrom:
			o.d.Tell(i18n.T("  ! bitiş tarihi başlangıçtan önce", "  ! the last day lies before the first"))
		default:
			return last, nil
		}
	}
}
