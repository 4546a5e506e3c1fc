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
	d                             *cmdkit.Deps
	cmd                           *cobra.Command
	out                           *cmdkit.Output
	against, file, kind, language string
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
		Use:   "lint [" + d.In(i18n.T("ETİKET", "LABEL")) + "|SHA256]",
		Short: i18n.T("bir metnin eksiklerini ve tutarsızlıklarını bulur", "finds what a text lacks and where it is at odds"),
		Long: i18n.T(`Metni KVKK'nın, Aydınlatma Tebliği'nin ve ISO/IEC TS 27560'ın aradıklarıyla karşılaştırır: saklama süresi, geri alma yolu, başvuru hakkı, hukuki sebep, battaniye rıza gibi. Bulgular W kodlarıyla, dayanağı ve satırıyla listelenir; bulgu varsa çıkış kodu 3 olur. Metin hiçbir zaman değiştirilmez; bulgusuz bir metin yalnızca bu yüzden hukuka uygun sayılmaz.

Kayıtlı bir metin etiketiyle verilir. Bir taslak --file ile, türü --kind ile verilir ve günlüğe girmez: kaydedilen bir metin günlükten çıkarılamayacağından, metne kaydetmeden önce bakın.

Bir açık rıza metnine, aynı dilde ve en son yürürlüğe giren aydınlatma metniyle birlikte bakılır, bir aydınlatma metnine de açık rıza metniyle; başka bir metin --against ile verilir. Henüz profil yoksa taslağa tek başına bakılır.`,
			`Compares the text with what KVKK, the communiqué on the notice and ISO/IEC TS 27560 ask for: retention, a way to withdraw, the right to apply, the legal ground, blanket consent. Findings are listed with their W codes, basis and line; with a finding the exit is 3. The text is never changed, and one without findings is not lawful for that alone.

A registered text is named by its label. A draft is given with --file and its kind with --kind, and does not enter the log: look at a text before it is registered, since it can never be taken out again.

A text of consent is looked at together with the newest notice of the same language, a notice with the text of consent; --against names another one. Where there is no profile yet, a draft is looked at alone.`),
		Example: i18n.T("iskurctl consent text lint riza-2026-11\niskurctl consent text lint riza-2026-11 --against aydinlatma-2026-11 -o json\niskurctl consent text lint --file taslak.txt --kind consent", "iskurctl consent text lint consent-2026-11\niskurctl consent text lint consent-2026-11 --against notice-2026-11 -o json\niskurctl consent text lint --file draft.txt --kind consent --language en"),
		Exits:   []fault.Class{fault.OK, fault.Usage, fault.Negative, fault.Integrity, fault.Store, fault.Input, fault.Output},
		Args:    cobra.ArbitraryArgs,
		Run:     func(ctx context.Context, args []string) error { return runTextLint(ctx, o, args) },
	})
	cmd.ValidArgsFunction = completeTexts(d, 1)
	o.cmd = cmd
	f := cmd.Flags()
	f.StringVar(&o.file, "file", "", d.In(i18n.T("`DOSYA` kaydedilmemiş bir taslak, UTF-8 (- : standart girdi)", "`FILE` a draft that is not registered, in UTF-8 (- : standard input)")))
	f.StringVar(&o.kind, "kind", "", d.In(i18n.T("`TÜR` taslağın türü: agreement, notice ya da consent", "`KIND` what the draft is: agreement, notice or consent")))
	f.StringVar(&o.language, "language", "tr", d.In(i18n.T("`tr|en` taslağın dili", "`tr|en` the language of the draft")))
	cmdkit.Complete(cmd, "kind", event.Acts())
	cmdkit.Complete(cmd, "language", event.Languages())
	_ = cmd.MarkFlagFilename("file") // a file is completed by the shell itself
	f.StringVar(&o.against, "against", "", d.In(i18n.T("`METİN` birlikte bakılacak öteki metin (etiket ya da SHA-256)", "`TEXT` the other text to look at with it (label or SHA-256)")))
	completeLabel(d, cmd, "against")
	o.out = d.OutputFlags(cmd, lintColumns)
	return cmd
}

func runTextLint(ctx context.Context, o *textLintOptions, args []string) error {
	if err := o.check(args); err != nil {
		return err
	}
	look := o.registered
	if o.file != "" {
		look = func(ctx context.Context, _ []string) ([]lint.Finding, error) { return o.draft(ctx) }
	}
	findings, err := look(ctx, args)
	if err != nil {
		return err
	}
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
				WithHint(o.next())
		}
		return nil
	})
}

// check wants a registered text or a draft, not both, and for a draft what it is.
func (o *textLintOptions) check(args []string) error {
	if o.cmd.Flags().Changed("file") == (len(args) > 0) || len(args) > 1 {
		return fault.New(fault.Usage, "text_argument", i18n.T("kayıtlı bir metnin etiketi ya da --file DOSYA verilmeli, ikisinden biri", "give the label of a registered text or --file FILE, one of the two")).
			WithHint(i18n.T("etiketler için: iskurctl consent text list; bir taslak için: --file taslak.txt --kind consent", "for the labels: iskurctl consent text list; for a draft: --file draft.txt --kind consent"))
	}
	if len(args) > 0 {
		for _, flag := range []string{"kind", "language"} {
			if o.cmd.Flags().Changed(flag) {
				return fault.New(fault.Usage, "flags_conflict", i18n.Tf("--%s yalnızca --file ile kullanılır: kayıtlı metninki bellidir", "--%s goes with --file only: that of a registered text is known", flag))
			}
		}
		return nil
	}
	switch {
	case o.file == "":
		return cmdkit.FlagMissing("file", i18n.T("DOSYA", "FILE"))
	case o.kind == "":
		return cmdkit.FlagMissing("kind", i18n.T("agreement|notice|consent", "agreement|notice|consent"))
	case o.language == "":
		return cmdkit.FlagMissing("language", i18n.T("tr|en", "tr|en"))
	}
	if err := cmdkit.OneOf("kind", o.kind, event.Acts()); err != nil {
		return err
	}
	return cmdkit.OneOf("language", o.language, event.Languages())
}

// next says what to do with the findings.
func (o *textLintOptions) next() i18n.Text {
	if o.file != "" {
		return i18n.T("taslağı düzeltip yeniden bakın, sonra kaydedin: iskurctl consent text add", "correct the draft and look again, then register it: iskurctl consent text add")
	}
	return i18n.T("düzeltilen metni yeni bir etiketle ekleyin: iskurctl consent text add", "add the corrected text under a new label: iskurctl consent text add")
}

// registered looks at a text of the log.
func (o *textLintOptions) registered(ctx context.Context, args []string) ([]lint.Finding, error) {
	log, err := o.d.ConsentEvidence(ctx, false)
	if err != nil {
		return nil, err
	}
	t, body, err := log.Text(ctx, args[0])
	if err != nil {
		return nil, err
	}
	others, err := o.others(ctx, log, t)
	if err != nil {
		return nil, err
	}
	return lint.Lint(t.Kind, t.Language, body, others), nil
}

// draft looks at a text that is in no log.
func (o *textLintOptions) draft(ctx context.Context) ([]lint.Finding, error) {
	body, err := readText(ctx, o.d, o.file)
	if err != nil {
		return nil, err
	}
	if err := consent.CheckBody(body); err != nil && fault.From(err).Code != "text_encoding" { // which is a finding, with its line
		return nil, err
	}
	t := consent.Text{Kind: event.Act(o.kind), Language: o.language}
	var others []lint.Other
	log, err := o.d.ConsentEvidence(ctx, false)
	if err == nil {
		others, err = o.others(ctx, log, t)
	}
	if err != nil && (o.against != "" || ctx.Err() != nil) {
		return nil, err
	}
	if err != nil && fault.From(err).Code != "no_profile" { // a draft is looked at all the same
		o.d.Warn(i18n.Tf("taslağa tek başına bakıldı, kayıtlı metinler okunamadı: %s", "the draft was looked at alone, the registered texts could not be read: %s", fault.From(err).Message))
	}
	return lint.Lint(t.Kind, t.Language, body, others), nil
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
