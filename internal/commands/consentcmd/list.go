package consentcmd

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/consent"
	"iskurctl/internal/consent/event"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/output"
)

type listOptions struct {
	d                                        *cmdkit.Deps
	cmd                                      *cobra.Command
	out                                      *cmdkit.Output
	source                                   *cmdkit.NumberSource
	period                                   *cmdkit.Period
	act, step, channel, text, session, named string
}

func newList(d *cmdkit.Deps) *cobra.Command {
	o := &listOptions{d: d}
	cmd := d.Command(cmdkit.Spec{
		Use:   "list",
		Short: i18n.T("kaydedilen olayları listeler", "lists the events that were recorded"),
		Long: i18n.Join("\n\n", i18n.T("Olayları sıra numarasına göre listeler; kişisel alanlar --reveal verilmedikçe maskelidir. Süzgeçlerin hepsi birlikte uygulanır; --from ve --to olayın kendi zamanına bakar. --name verilen her sözcüğü ad ve soyadda, sıraya bakmadan ve Türkçe harf kurallarıyla arar. Silinmiş bir kaydın kişisel alanları boştur, erased=true olur.",
			"Lists the events by sequence number; personal values are masked unless --reveal. All filters apply together; --from and --to look at the event's own time. --name searches each of its words in given name and surname, in any order and by the Turkish rules of letters. Of an erased record the personal values are empty, and erased is true."), notProof),
		Example: i18n.T("iskurctl consent list --from 2026-11-01 --to 2026-11-30 -o csv --out kasim.csv\niskurctl consent list --act consent --event withdrawn\niskurctl consent list --tc-file numara.txt -o json",
			"iskurctl consent list --from 2026-11-01 --to 2026-11-30 -o csv --out november.csv\niskurctl consent list --act consent --event withdrawn\niskurctl consent list --tc-file number.txt -o json"),
		Exits: []fault.Class{fault.OK, fault.Usage, fault.Negative, fault.Integrity, fault.Unverifiable, fault.Store, fault.Input, fault.Output},
		Run:   func(ctx context.Context, _ []string) error { return runList(ctx, o) },
	})
	o.cmd = cmd
	f := cmd.Flags()
	o.period = d.PeriodFlags(cmd)
	f.StringVar(&o.act, "act", "", d.In(i18n.T("`İŞLEM` yalnızca bu işlem: agreement, notice ya da consent", "`ACT` only this act: agreement, notice or consent")))
	f.StringVar(&o.step, "event", "", d.In(i18n.T("`OLAY` yalnızca bu olay: accepted, presented, given, refused, withdrawn", "`EVENT` only this event: accepted, presented, given, refused, withdrawn")))
	f.StringVar(&o.channel, "channel", "", d.In(i18n.T("`KANAL` yalnızca bu kanal", "`CHANNEL` only this channel")))
	f.StringVar(&o.text, "text", "", d.In(i18n.T("`METİN` yalnızca bu metin (etiket ya da SHA-256)", "`TEXT` only this text (label or SHA-256)")))
	f.StringVar(&o.session, "session", "", d.In(i18n.T("`UUID` yalnızca bu oturum", "`UUID` only this session")))
	f.StringVar(&o.named, "name", "", d.In(i18n.T("`AD` ad ve soyadında bu sözcükler geçenler", "`NAME` those whose given name and surname hold these words")))
	cmdkit.Complete(cmd, "act", event.Acts())
	cmdkit.Complete(cmd, "event", steps())
	cmdkit.Complete(cmd, "channel", event.Channels())
	completeLabel(d, cmd, "text")
	o.source = d.NumberFlags(cmd, "tc-file")
	o.out = d.OutputFlags(cmd, listColumns)
	return cmd
}

func runList(ctx context.Context, o *listOptions) error {
	if strings.TrimSpace(o.named) == "" && o.cmd.Flags().Changed("name") { // an empty variable of a script must not list everybody
		return fault.New(fault.Usage, "flag_value_invalid", i18n.T("--name boş olamaz", "--name must not be empty")).
			WithHint(i18n.T("adın ya da soyadın bir parçasını yazın: --name \"ayşe yıl\"; herkes için seçeneği kaldırın", "give a part of a given name or surname: --name \"ayşe yıl\"; for everybody leave the flag out"))
	}
	filter, err := o.filter(ctx)
	if err != nil {
		return err
	}
	log, err := o.d.Consent(ctx)
	if err != nil {
		return err
	}
	if o.text != "" { // a misspelt label must not look like a text that nobody consented to
		if _, _, err := log.Text(ctx, o.text); err != nil {
			return err
		}
	}
	return o.out.Emit(ctx, func(s *output.Sink) error { return writeEntries(s, log.List(ctx, filter)) })
}

func (o *listOptions) filter(ctx context.Context) (f consent.Filter, err error) {
	f = consent.Filter{Act: event.Act(o.act), Step: event.Step(o.step), Channel: o.channel, Text: o.text, Session: o.session, Name: o.named}
	if f.From, f.To, err = o.period.Span(); err != nil {
		return f, err
	}
	if err := cmdkit.OneOf("act", o.act, event.Acts()); err != nil {
		return f, err
	}
	if err := cmdkit.OneOf("event", o.step, steps()); err != nil {
		return f, err
	}
	if err := cmdkit.OneOf("channel", o.channel, event.Channels()); err != nil {
		return f, err
	}
	if _, ok := event.ParseUUID(o.session); !ok && o.session != "" {
		return f, fault.New(fault.Usage, "flag_value_invalid", i18n.T("--session bir UUID olmalı", "--session must be a UUID")).WithHint(uuidHint())
	}
	if err := o.source.Check(nil); err != nil || o.source.File == "" {
		return f, err
	}
	f.Numbers, err = o.source.Numbers(ctx, nil)
	return f, err
}

func uuidHint() i18n.Text {
	return i18n.T("küçük harfle, 8-4-4-4-12 onaltılık basamak: 123e4567-e89b-42d3-a456-426614174000", "in lower case, 8-4-4-4-12 hexadecimal digits: 123e4567-e89b-42d3-a456-426614174000")
}
