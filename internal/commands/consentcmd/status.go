package consentcmd

import (
	"context"

	"github.com/spf13/cobra"

	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/consent"
	"iskurctl/internal/consent/event"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/output"
)

type statusOptions struct {
	d      *cmdkit.Deps
	out    *cmdkit.Output
	source *cmdkit.NumberSource
}

var statusColumns = []output.Column{
	{Key: "tc", Title: i18n.T("TC KİMLİK NO", "TC IDENTITY NO"), Kind: output.TC},
	{Key: "agreement", Title: i18n.T("SÖZLEŞME", "AGREEMENT"), Kind: output.Code, Yield: 1, Tone: stepTone},
	{Key: "notice", Title: i18n.T("AYDINLATMA", "NOTICE"), Kind: output.Code, Yield: 2, Tone: stepTone},
	{Key: "consent", Title: i18n.T("AÇIK RIZA", "CONSENT"), Kind: output.Code, Tone: stepTone},
	{Key: "since", Title: i18n.T("ZAMANI (UTC)", "SINCE (UTC)"), Kind: output.Time},
	{Key: "text", Title: i18n.T("METİN", "TEXT"), Kind: output.Code},
	{Key: "current_text", Title: i18n.T("YÜRÜRLÜKTEKİ METİN", "TEXT IN FORCE"), Kind: output.Code, Yield: 3},
}

func newStatus(d *cmdkit.Deps) *cobra.Command {
	o := &statusOptions{d: d}
	cmd := d.Command(cmdkit.Spec{
		Use:   "status [TC…]",
		Short: i18n.T("bir kişinin açık rızası var mı, yanıtlar", "answers whether a person's consent stands"),
		Long: i18n.Join("\n\n", i18n.T(`Kişinin olaylarının vardığı sonucu verir: sözleşme kabul edilmiş mi, aydınlatma metni gösterilmiş mi, açık rıza verilmiş mi (given, refused, withdrawn, none), ne zaman ve hangi metne. Yürürlükteki metin rızanın metninden yeniyse ikisi de görünür; eski metne verilen rıza geri alınana ya da yenilenene kadar sürer.

Tek numara sorulur ve açık rıza yoksa çıkış kodu 3 olur. Kişisel verileri silinmiş biri none görünür.`,
			`Gives what a person's events come to: whether the agreement was accepted, the notice presented, and consent given (given, refused, withdrawn, none), when and to which text. Where the text in force is newer than that of the consent both are shown; a consent to the older one stands until it is withdrawn or renewed.

When one number is asked for and no consent stands, the exit is 3. A person who was erased shows as none.`), notProof),
		Example: i18n.T("iskurctl consent status --tc-file numara.txt\niskurctl consent status 10000000146 --jq '.[0].consent'", "iskurctl consent status --tc-file number.txt\niskurctl consent status 10000000146 --jq '.[0].consent'"),
		Exits:   personExits,
		Args:    cobra.ArbitraryArgs,
		Run:     func(ctx context.Context, args []string) error { return runStatus(ctx, o, args) },
	})
	o.source = d.NumberFlags(cmd, "tc-file")
	o.out = d.OutputFlags(cmd, statusColumns)
	return cmd
}

func runStatus(ctx context.Context, o *statusOptions, args []string) error {
	people, err := o.source.People(ctx, args)
	if err != nil {
		return err
	}
	log, err := o.d.Consent(ctx)
	if err != nil {
		return err
	}
	return o.out.Emit(ctx, func(s *output.Sink) error {
		var st consent.Status
		for _, tc := range people {
			var err error
			if st, err = log.Status(ctx, tc); err != nil {
				return err
			}
			if err := s.Write(output.Record{tc, st.Agreement, st.Notice, st.Consent, st.Since, st.Text, st.CurrentText}); err != nil {
				return err
			}
		}
		switch given := st.Consent == string(event.Given); {
		case len(people) != 1:
		case !given:
			return fault.New(fault.Negative, "consent_none", i18n.T("bu kişinin geçerli bir açık rızası yok", "no consent of this person stands"))
		case st.CurrentText != "" && st.CurrentText != st.Text: // the column of the text in force is the first that a narrow screen goes without
			o.d.Note(i18n.Tf("yürürlükteki metin başka: %s; eski metne verilen rıza sürüyor", "another text is in force: %s; the consent to the older one stands", st.CurrentText))
		}
		return nil
	})
}
