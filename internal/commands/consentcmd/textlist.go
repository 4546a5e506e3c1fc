package consentcmd

import (
	"context"

	"github.com/spf13/cobra"

	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/consent/event"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/output"
)

type textListOptions struct {
	d    *cmdkit.Deps
	out  *cmdkit.Output
	kind string
}

func newTextList(d *cmdkit.Deps) *cobra.Command {
	o := &textListOptions{d: d}
	cmd := d.Command(cmdkit.Spec{
		Use:   "list",
		Short: i18n.T("kayıtlı metinleri listeler", "lists the texts that are registered"),
		Long: i18n.T("Kayıtlı metinleri eklenme sırasıyla listeler: tür, etiket, dil, baytların SHA-256 özeti, uzunluk ve yürürlüğe girdiği gün. Ana anahtar gerekmez.",
			"Lists the texts in the order in which they were added: kind, label, language, the SHA-256 of the bytes, length, and the day on which each comes into force. No master key is needed."),
		Example: i18n.T("iskurctl consent text list\niskurctl consent text list --kind consent -o json", "iskurctl consent text list\niskurctl consent text list --kind consent -o json"),
		Exits:   []fault.Class{fault.OK, fault.Usage, fault.Integrity, fault.Store, fault.Output},
		Run:     func(ctx context.Context, _ []string) error { return runTextList(ctx, o) },
	})
	cmd.Flags().StringVar(&o.kind, "kind", "", d.In(i18n.T("`TÜR` yalnızca bu tür: agreement, notice ya da consent", "`KIND` only this kind: agreement, notice or consent")))
	cmdkit.Complete(cmd, "kind", event.Acts())
	o.out = d.OutputFlags(cmd, textColumns)
	return cmd
}

func runTextList(ctx context.Context, o *textListOptions) error {
	if err := cmdkit.OneOf("kind", o.kind, event.Acts()); err != nil {
		return err
	}
	log, err := o.d.ConsentEvidence(ctx, false)
	if err != nil {
		return err
	}
	return o.out.Emit(ctx, func(s *output.Sink) error {
		for t, err := range log.Texts(ctx) {
			if err != nil {
				return err
			}
			if o.kind != "" && string(t.Kind) != o.kind {
				continue
			}
			if err := s.Write(textRecord(t)); err != nil {
				return err
			}
		}
		return nil
	})
}
