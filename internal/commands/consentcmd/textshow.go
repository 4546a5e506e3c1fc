package consentcmd

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/output"
)

type textShowOptions struct {
	d     *cmdkit.Deps
	out   string
	force bool
}

func newTextShow(d *cmdkit.Deps) *cobra.Command {
	o := &textShowOptions{d: d}
	cmd := d.Command(cmdkit.Spec{
		Use:   "show " + d.In(i18n.T("ETİKET", "LABEL")) + "|SHA256",
		Short: i18n.T("bir metnin baytlarını olduğu gibi verir", "gives the exact bytes of a text"),
		Long: i18n.T("Metnin baytlarını, eklendikleri gibi, standart çıktıya ya da --out ile adı verilen dosyaya yazar; sha256sum çıktısı `text list` ile aynı olur. Terminale yazılırken denetim ve görünmez karakterler kaçışlı gösterilir. Ana anahtar gerekmez.",
			"Writes the bytes of the text, as they were added, to stdout or to the file named by --out; sha256sum of them is what `text list` says. On a terminal control and invisible characters are shown as escapes. No master key is needed."),
		Example: i18n.T("iskurctl consent text show riza-2026-11\niskurctl consent text show riza-2026-11 --out riza.txt", "iskurctl consent text show consent-2026-11\niskurctl consent text show consent-2026-11 --out consent.txt"),
		Exits:   []fault.Class{fault.OK, fault.Usage, fault.Negative, fault.Integrity, fault.Store, fault.Output},
		Args:    texts(1),
		Run:     func(ctx context.Context, args []string) error { return runTextShow(ctx, o, args[0]) },
	})
	cmd.ValidArgsFunction = completeTexts(d, 1)
	f := cmd.Flags()
	f.StringVar(&o.out, "out", "", d.In(i18n.T("`DOSYA` yazılacak dosya (yarım dosya kalmaz, 0600)", "`FILE` the file to write (atomic, 0600)")))
	f.BoolVar(&o.force, "force", false, d.In(i18n.T("var olan --out dosyasını değiştir", "replace an existing --out file")))
	return cmd
}

// texts takes exactly n arguments that name texts.
func texts(n int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == n {
			return nil
		}
		return fault.New(fault.Usage, "text_argument", i18n.Tf("%s için %d metin adı gerekir; verilen: %d", "%s takes the names of texts: %d, given: %d", cmd.CommandPath(), n, len(args))).
			WithHint(i18n.T("etiketler için: iskurctl consent text list", "for the labels: iskurctl consent text list"))
	}
}

func runTextShow(ctx context.Context, o *textShowOptions, ref string) error {
	log, err := o.d.ConsentEvidence(ctx, false)
	if err != nil {
		return err
	}
	_, body, err := log.Text(ctx, ref)
	switch {
	case err != nil:
		return err
	case o.out != "":
		return output.WriteFile(o.out, body, o.force)
	case !o.d.Streams.OutTTY:
		return o.d.Print(string(body))
	}
	shown, changed := forTerminal(string(body))
	if changed {
		o.d.Warn(i18n.T("metinde denetim ya da görünmez karakterler var, kaçışlı gösterildi; baytların kendisi için --out DOSYA kullanın", "the text holds control or invisible characters, shown as escapes; for the bytes themselves use --out FILE"))
	}
	return o.d.Print(shown)
}

// forTerminal makes a text harmless for a terminal, line by line, and ends its last line. changed tells whether anything
// but a line end is shown in another way.
func forTerminal(s string) (shown string, changed bool) {
	var b strings.Builder
	for line := range strings.Lines(s) {
		line = strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
		for i, piece := range strings.Split(line, "\t") {
			if i > 0 {
				b.WriteByte('\t')
			}
			clean := output.CleanLine(piece)
			changed = changed || clean != piece
			b.WriteString(clean)
		}
		b.WriteByte('\n')
	}
	return b.String(), changed
}
