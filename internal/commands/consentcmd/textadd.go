package consentcmd

import (
	"context"
	"io"
	"time"

	"github.com/spf13/cobra"

	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/consent"
	"iskurctl/internal/consent/event"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/output"
)

type textAddOptions struct {
	d                                 *cmdkit.Deps
	out                               *cmdkit.Output
	kind, label, from, file, language string
}

// maxTextFile bounds what is read of a text; the log itself takes less.
const maxTextFile = 2 << 20

func newTextAdd(d *cmdkit.Deps) *cobra.Command {
	o := &textAddOptions{d: d}
	cmd := d.Command(cmdkit.Spec{
		Use:   "add",
		Short: i18n.T("bir hukuki metni, baytı baytına, günlüğe ekler", "adds a legal text to the log, byte by byte"),
		Long: i18n.T(`Portalda gösterilen bir metni bir etiketle günlüğe ekler: üyelik sözleşmesi (agreement), aydınlatma metni (notice) ya da açık rıza metni (consent). Metin gösterildiği gibi, hiçbir düzeltme yapılmadan saklanır; kayıtlar onun SHA-256 özetine bağlanır, bu yüzden metin ilk olaydan önce eklenmelidir.

Bir etiket her zaman tek bir metni gösterir: aynı metin yeniden verilirse bir şey değişmez, başka bir metin reddedilir. --from, metnin Türkiye saatiyle yürürlüğe girdiği gündür; ondan önceki olaylar bu metne dayanamaz. Kayıtlı bir metin, günü de içinde, hiç değiştirilmez: bir yıldan uzak bir gün için uyarılır; on yıldan uzak ya da KVKK'nin yayımlandığı 2016-04-07'den önceki bir gün ancak --yes ile alınır.`,
			`Adds a text that the portal shows to the log under a label: the membership agreement (agreement), the privacy notice (notice) or the text of the explicit consent (consent). It is kept as it is shown, with nothing corrected; events are tied to its SHA-256, so the text comes before the first event.

A label names one text for ever: the same text again changes nothing, another one is refused. --from is the day, in Türkiye, on which the text comes into force; earlier events cannot rest on it. A registered text is never changed, its day included: there is a warning for a day more than a year ahead; one more than ten years ahead, or before 2016-04-07, when the law (KVKK) was published, is taken with --yes only.`),
		Example: i18n.T("iskurctl consent text add --kind notice --label aydinlatma-2026-11 --from 2026-11-22 --file aydinlatma.txt\niskurctl consent text add --kind consent --label riza-2026-11 --from 22.11.2026 --file - < riza.txt",
			"iskurctl consent text add --kind notice --label notice-2026-11 --from 2026-11-22 --file notice.txt\niskurctl consent text add --kind consent --label consent-2026-11 --language en --from 2026-11-22 --file - < consent.txt"),
		Exits: []fault.Class{fault.OK, fault.Usage, fault.Integrity, fault.Unverifiable, fault.Store, fault.Input, fault.Output},
		Run:   func(ctx context.Context, _ []string) error { return runTextAdd(ctx, o) },
	})
	f := cmd.Flags()
	f.StringVar(&o.kind, "kind", "", d.In(i18n.T("`TÜR` agreement, notice ya da consent", "`KIND` agreement, notice or consent")))
	f.StringVar(&o.label, "label", "", d.In(i18n.T("`ETİKET` metnin bu sürümünün adı", "`LABEL` the name of this version of the text")))
	f.StringVar(&o.from, "from", "", d.In(i18n.T("`TARİH` yürürlüğe girdiği gün", "`DATE` the day on which it comes into force")))
	f.StringVar(&o.file, "file", "", d.In(i18n.T("`DOSYA` metnin kendisi, UTF-8 (- : standart girdi)", "`FILE` the text itself, in UTF-8 (- : standard input)")))
	f.StringVar(&o.language, "language", "tr", d.In(i18n.T("`tr|en` metnin dili", "`tr|en` the language of the text")))
	o.out = d.OutputFlags(cmd, nil)
	cmdkit.Complete(cmd, "kind", event.Acts())
	cmdkit.Complete(cmd, "language", event.Languages())
	_ = cmd.MarkFlagFilename("file") // a file is completed by the shell itself
	return cmd
}

func runTextAdd(ctx context.Context, o *textAddOptions) error {
	t, err := o.text()
	if err != nil {
		return err
	}
	if err := o.likely(t.Day); err != nil {
		return err
	}
	body, err := readText(ctx, o.d, o.file)
	if err != nil {
		return err
	}
	return o.out.Emit(ctx, func(s *output.Sink) error {
		log, err := o.d.Consent(ctx)
		if err != nil {
			return err
		}
		t, added, err := log.AddText(ctx, t, body)
		if err != nil {
			return err
		}
		if !added {
			o.d.Note(i18n.T("bu metin bu etiketle zaten kayıtlıydı; hiçbir şey değişmedi", "this text was registered already under this label; nothing has changed"))
		}
		return s.Object(asObject(textColumns, textTitles, textRecord(t)))
	})
}

var textTitles = []i18n.Text{
	i18n.T("sıra", "seq"), i18n.T("tür", "kind"), i18n.T("etiket", "label"), i18n.T("dil", "language"), i18n.T("SHA-256", "SHA-256"), i18n.T("bayt", "bytes"),
	i18n.T("yürürlük", "in force from"),
}

// text checks the flags.
func (o *textAddOptions) text() (t consent.Text, err error) {
	for _, f := range []struct {
		name, value string
		what        i18n.Text
	}{
		{"kind", o.kind, i18n.T("agreement|notice|consent", "agreement|notice|consent")}, {"label", o.label, i18n.T("ETİKET", "LABEL")},
		{"from", o.from, i18n.T("TARİH", "DATE")}, {"file", o.file, i18n.T("DOSYA", "FILE")},
	} {
		if f.value == "" {
			return t, cmdkit.FlagMissing(f.name, f.what)
		}
	}
	if err := cmdkit.OneOf("kind", o.kind, event.Acts()); err != nil {
		return t, err
	}
	if err := cmdkit.OneOf("language", o.language, event.Languages()); err != nil {
		return t, err
	}
	day, err := cmdkit.ParseDate("from", o.from)
	return consent.Text{Kind: event.Act(o.kind), Label: o.label, Language: o.language, Day: day.ISO()}, err
}

// kvkkDay is when KVKK, law no. 6698, was published (Resmî Gazete, no. 29677): nobody asked for a consent by it before.
const kvkkDay = "2016-04-07"

// likely looks whether a day was mistyped: it stands in the log for ever, and the same bytes cannot be registered again. A
// warning when it is more than a year ahead. Error: class Usage, text_day_unlikely, when it is more than ten years ahead or
// before KVKK, unless --yes was given.
func (o *textAddOptions) likely(day string) error {
	today := o.d.Now().In(cmdkit.Istanbul)
	in := func(years int) string { return today.AddDate(years, 0, 0).Format(time.DateOnly) }
	var why i18n.Text
	switch {
	case day < kvkkDay:
		why = i18n.Tf("--from %s, KVKK'nin yayımlandığı %s gününden önce", "--from %s lies before %s, when the law (KVKK) was published", day, kvkkDay)
	case day > in(10):
		why = i18n.Tf("--from %s on yıldan daha ileride", "--from %s is more than ten years ahead", day)
	case day > in(1):
		o.d.Warn(i18n.Tf("metin %s gününe dek yürürlükte değil, bir yıldan daha ileride; kayıtlı bir metnin günü hiç değiştirilemez", "the text is not in force until %s, more than a year ahead; the day of a registered text can never be changed", day))
		return nil
	default:
		return nil
	}
	if o.d.Globals.Yes {
		o.d.Warn(why)
		return nil
	}
	return fault.New(fault.Usage, "text_day_unlikely", i18n.Join("; ", why, i18n.T("hiçbir şey kaydedilmedi", "nothing was recorded"))).
		WithHint(i18n.T("kayıtlı bir metnin günü hiç değiştirilemez: günü denetleyin; doğruysa komutu --yes ile yineleyin", "the day of a registered text can never be changed: check it; if it is right, repeat the command with --yes"))
}

// readText reads a text whole.
func readText(ctx context.Context, d *cmdkit.Deps, path string) ([]byte, error) {
	in, err := d.OpenInput(ctx, path)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	body, err := io.ReadAll(io.LimitReader(in, maxTextFile)) // one that is too long stays too long
	if err != nil {
		return nil, unreadable(ctx, err)
	}
	return body, nil
}

// unreadable is the error of an input that cannot be read to its end.
func unreadable(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return fault.New(fault.Input, "input_read", i18n.Tf("girdi okunamadı: %s", "the input cannot be read: %s", fault.Cause(err))).Because(err)
}
