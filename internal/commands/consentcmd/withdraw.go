package consentcmd

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/consent"
	"iskurctl/internal/consent/event"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/output"
)

type withdrawOptions struct {
	d                       *cmdkit.Deps
	out                     *cmdkit.Output
	source                  *cmdkit.NumberSource
	channel, time, received string
}

func newWithdraw(d *cmdkit.Deps) *cobra.Command {
	o := &withdrawOptions{d: d}
	cmd := d.Command(cmdkit.Spec{
		Use:   "withdraw [TC]",
		Short: i18n.T("bir kişinin açık rızasını geri aldığını kaydeder", "records that a person withdraws the consent"),
		Long: i18n.T(`Kişinin son verdiği açık rızanın geri alındığını kaydeder; rızanın metni kendiliğinden bulunur. Geri alma, kuruma ulaştığı anda ileriye dönük olarak geçerlidir: --time kişinin beyan ettiği, --received kuruma ulaştığı zamandır. Verilmezlerse şimdiki zaman geçer.

Verilmiş bir rıza yoksa çıkış kodu 3 olur ve hiçbir şey kaydedilmez. Birçok kişi için withdrawn olaylarını `+"`consent import`"+` ile aktarın.`,
			`Records that the consent which a person gave last is withdrawn; its text is found by itself. A withdrawal takes effect, for the future, when it reaches the controller: --time is when the person declared it, --received when it arrived. Without them it is now.

When no consent stands the exit is 3 and nothing is recorded. For many people import withdrawn events with `+"`consent import`"+`.`),
		Example: i18n.T("iskurctl consent withdraw --tc-file numara.txt --channel alo170\niskurctl consent withdraw 10000000146 --channel hizmet_merkezi --time 2026-11-20T08:30:00.000Z --received 2026-11-22T10:11:12.123Z",
			"iskurctl consent withdraw --tc-file number.txt --channel alo170\niskurctl consent withdraw 10000000146 --channel hizmet_merkezi --time 2026-11-20T08:30:00.000Z --received 2026-11-22T10:11:12.123Z"),
		Exits: personExits,
		Args:  cobra.ArbitraryArgs,
		Run:   func(ctx context.Context, args []string) error { return runWithdraw(ctx, o, args) },
	})
	f := cmd.Flags()
	f.StringVar(&o.channel, "channel", "", d.In(i18n.T("`KANAL` geri almanın ulaştığı kanal", "`CHANNEL` the channel by which it came")))
	f.StringVar(&o.time, "time", "", d.In(i18n.T("`ZAMAN` kişinin beyan ettiği zaman (UTC, 2026-11-22T10:11:12.123Z)", "`TIME` when the person declared it (UTC, 2026-11-22T10:11:12.123Z)")))
	f.StringVar(&o.received, "received", "", d.In(i18n.T("`ZAMAN` kuruma ulaştığı zaman (aynı biçimde)", "`TIME` when it arrived (in the same form)")))
	cmdkit.Complete(cmd, "channel", event.Channels())
	o.source = d.NumberFlags(cmd, "tc-file")
	o.out = d.OutputFlags(cmd, nil)
	return cmd
}

func runWithdraw(ctx context.Context, o *withdrawOptions, args []string) error {
	w, err := o.withdrawal()
	if err != nil {
		return err
	}
	people, err := o.source.People(ctx, args)
	if err != nil {
		return err
	}
	if len(people) > 1 {
		return fault.New(fault.Usage, "one_person", i18n.T("bu komut tek bir kişi içindir; hiçbir şey kaydedilmedi", "this command is for one person; nothing was recorded")).
			WithHint(i18n.T("birçok kişi için withdrawn olaylarını `iskurctl consent import` ile aktarın", "for many people import withdrawn events with `iskurctl consent import`"))
	}
	w.TC = people[0]
	return o.out.Emit(ctx, func(s *output.Sink) error {
		log, err := o.d.Consent(ctx)
		if err != nil {
			return err
		}
		r, err := log.Withdraw(ctx, w)
		if err != nil {
			_ = s.Abort() // nothing was recorded: not even an empty result
			return named(err)
		}
		return s.Object(recorded(r))
	})
}

// withdrawal reads the flags.
func (o *withdrawOptions) withdrawal() (w consent.Withdrawal, err error) {
	if o.channel == "" {
		return w, cmdkit.FlagMissing("channel", i18n.T("KANAL", "CHANNEL")).WithHint(i18n.T("örnek: --channel alo170", "for example: --channel alo170"))
	}
	if err := cmdkit.OneOf("channel", o.channel, event.Channels()); err != nil {
		return w, err
	}
	w.Channel = o.channel
	if w.Time, err = moment("time", o.time); err != nil {
		return w, err
	}
	w.Received, err = moment("received", o.received)
	return w, err
}

// moment reads a time in the one form that events have; a day would not say in which order two acts came.
func moment(flag, s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	t, ok := event.ParseTime(s)
	if !ok {
		return t, fault.New(fault.Usage, "time_invalid", i18n.Tf("--%s geçerli bir zaman değil", "--%s is not a valid time", flag)).
			WithHint(i18n.T("UTC olarak, üç basamaklı saniyeyle yazın: 2026-11-22T10:11:12.123Z", "write it in UTC with three decimals: 2026-11-22T10:11:12.123Z"))
	}
	return t, nil
}
