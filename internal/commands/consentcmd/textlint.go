package consentcmd

import (
	"context"

	"github.com/spf13/cobra"

	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/consent"
	"iskurctl/internal/consent/event"
	"iskurctl/internal/consent/lint"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/output"
)

type textLintOptions struct {
	d       *cmdkit.Deps
	out     *cmdkit.Output
	against string
}

var lintColumns = []output.Column{
	{Key: "code", Title: i18n.T("BULGU", "FINDING"), Kind: output.Code},
	{Key: "line", Title: i18n.T("SATIR", "LINE"), Kind: output.Number},
	{Key: "detail", Title: i18n.T("AÇIKLAMA", "DETAIL"), Kind: output.Text},
	{Key: "basis", Title: i18n.T("DAYANAK", "BASIS"), Kind: output.Text},
}

func newTextLint(d *cmdkit.Deps) *cobra.Command {
	o := &textLintOptions{d: d}
	cmd := d.Command(cmdkit.Spec{
		Use:   "lint LABEL|SHA256",
		Short: i18n.T("bir metnin eksiklerini ve tutarsızlıklarını bulur", "finds what a text lacks and where it is at odds"),
		Long: i18n.T(`Metni KVKK'nın, Aydınlatma Tebliği'nin ve ISO/IEC TS 27560'ın aradıklarıyla karşılaştırır: saklama süresi, geri alma yolu, başvuru hakkı, hukuki sebep, battaniye rıza gibi. Bulgular W kodlarıyla, dayanağı ve satırıyla listelenir; bulgu varsa çıkış kodu 3 olur. Metin hiçbir zaman değiştirilmez; bulgusuz bir metin yalnızca bu yüzden hukuka uygun sayılmaz.

Bir açık rıza metnine, aynı dilde ve en son yürürlüğe giren aydınlatma metniyle birlikte bakılır, bir aydınlatma metnine de açık rıza metniyle; başka bir metin --against ile verilir.`,
			`Compares the text with what KVKK, the communiqué on the notice and ISO/IEC TS 27560 ask for: retention, a way to withdraw, the right to apply, the legal ground, blanket consent. Findings are listed with their W codes, basis and line; with a finding the exit is 3. The text is never changed, and one without findings is not lawful for that alone.

A text of consent is looked at together with the newest notice of the same language, a notice with the text of consent; --against names another one.`),
		Example: i18n.T("iskurctl consent text lint riza-2026-11\niskurctl consent text lint riza-2026-11 --against aydinlatma-2026-11 -o json", "iskurctl consent text lint consent-2026-11\niskurctl consent text lint consent-2026-11 --against notice-2026-11 -o json"),
		Exits:   []fault.Class{fault.OK, fault.Usage, fault.Negative, fault.Integrity, fault.Store, fault.Output},
		Args:    texts(1),
		Run:     func(ctx context.Context, args []string) error { return runTextLint(ctx, o, args[0]) },
	})
	cmd.ValidArgsFunction = completeTexts(d, 1)
	cmd.Flags().StringVar(&o.against, "against", "", d.In(i18n.T("`METİN` birlikte bakılacak öteki metin (etiket ya da SHA-256)", "`TEXT` the other text to look at with it (label or SHA-256)")))
	completeLabel(d, cmd, "against")
	o.out = d.OutputFlags(cmd, lintColumns)
	return cmd
}

func runTextLint(ctx context.Context, o *textLintOptions, ref string) error {
	log, err := o.d.ConsentEvidence(ctx, false)
	if err != nil {
		return err
	}
	t, body, err := log.Text(ctx, ref)
	if err != nil {
		return err
	}
	others, err := o.others(ctx, log, t)
	if err != nil {
		return err
	}
	findings := lint.Lint(t.Kind, t.Language, body, others)
	return o.out.Emit(ctx, func(s *output.Sink) error {
		for _, f := range findings {
			var line any
			if f.Line > 0 {
				line = f.Line
			}
			if err := s.Write(output.Record{f.Code, line, o.d.In(f.Detail), o.d.In(f.Basis)}); err != nil {
				return err
			}
		}
		if n := int64(len(findings)); n > 0 {
			return fault.New(fault.Negative, "text_findings", i18n.Count(n, "metinde %d bulgu var", "the text has %d finding", "the text has %d findings")).
				WithHint(i18n.T("düzeltilen metni yeni bir etiketle ekleyin: iskurctl consent text add", "add the corrected text under a new label: iskurctl consent text add"))
		}
		return nil
	})
}

// beside tells with which kind of text one of a kind is looked at.
var beside = map[event.Act]event.Act{event.Consent: event.Notice, event.Notice: event.Consent}

// others gives the texts beside the one that is looked at, and says which they are.
func (o *textLintOptions) others(ctx context.Context, log *consent.Log, t consent.Text) ([]lint.Other, error) {
	ref := o.against
	if ref == "" {
		newest, err := newest(ctx, log, beside[t.Kind], t.Language)
		if err != nil || newest.Label == "" {
			return nil, err
		}
		ref = newest.SHA256
	}
	other, body, err := log.Text(ctx, ref)
	if err != nil {
		return nil, err
	}
	if other.Language != t.Language {
		return nil, fault.New(fault.Usage, "flags_conflict", i18n.T("--against ile verilen metin başka bir dilde", "the text of --against is in another language"))
	}
	o.d.Note(i18n.Tf("birlikte bakılan metin: %s (%s)", "looked at together with %s (%s)", other.Label, string(other.Kind)))
	return []lint.Other{{Kind: other.Kind, Language: other.Language, Body: body}}, nil
}

// newest gives the text of a kind and language that comes into force last; none has no label.
func newest(ctx context.Context, log *consent.Log, kind event.Act, language string) (found consent.Text, err error) {
	for t, err := range log.Texts(ctx) {
		if err != nil {
			return found, err
		}
		if t.Kind == kind && t.Language == language && t.Day >= found.Day {
			found = t
		}
	}
	return found, nil
}
