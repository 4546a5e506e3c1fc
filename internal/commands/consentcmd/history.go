package consentcmd

import (
	"context"

	"github.com/spf13/cobra"

	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/output"
)

type historyOptions struct {
	d      *cmdkit.Deps
	out    *cmdkit.Output
	source *cmdkit.NumberSource
}

// personExits are those of the commands that are asked for people.
var personExits = []fault.Class{fault.OK, fault.Usage, fault.Negative, fault.Refused, fault.Integrity, fault.Unverifiable, fault.Store, fault.Input, fault.Output}

func newHistory(d *cmdkit.Deps) *cobra.Command {
	o := &historyOptions{d: d}
	cmd := d.Command(cmdkit.Spec{
		Use:   "history [TC…]",
		Short: i18n.T("bir kişinin olaylarını en eskisinden başlayarak listeler", "lists the events of a person, oldest first"),
		Long: i18n.Join("\n\n", i18n.T("Kişinin bütün olaylarını, `consent list` ile aynı alanlarla, en eskisinden başlayarak verir. Kişisel verileri silinmiş kayıtlar kişiye artık bağlanamaz ve burada görünmez. Numara, kabuk geçmişinde kalmaması için --tc-file ile verilmelidir.",
			"Gives all events of the person with the fields of `consent list`, oldest first. Records whose personal values were erased lead to nobody any more and do not show here. Give the number with --tc-file, so that it does not stay in the shell history."), notProof),
		Example: i18n.T("iskurctl consent history --tc-file numara.txt\niskurctl consent history 10000000146 -o json", "iskurctl consent history --tc-file number.txt\niskurctl consent history 10000000146 -o json"),
		Exits:   personExits,
		Args:    cobra.ArbitraryArgs,
		Run:     func(ctx context.Context, args []string) error { return runHistory(ctx, o, args) },
	})
	o.source = d.NumberFlags(cmd, "tc-file")
	o.out = d.OutputFlags(cmd, listColumns)
	return cmd
}

func runHistory(ctx context.Context, o *historyOptions, args []string) error {
	people, err := o.source.People(ctx, args)
	if err != nil {
		return err
	}
	log, err := o.d.Consent(ctx)
	if err != nil {
		return err
	}
	return o.out.Emit(ctx, func(s *output.Sink) error {
		for _, tc := range people {
			if err := writeEntries(s, log.History(ctx, tc)); err != nil {
				return err
			}
		}
		return nil
	})
}
