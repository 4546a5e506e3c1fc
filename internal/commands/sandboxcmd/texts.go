package sandboxcmd

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/consent/sample"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/output"
)

type textsOptions struct {
	d   *cmdkit.Deps
	out string
}

func newTexts(d *cmdkit.Deps) *cobra.Command {
	o := &textsOptions{d: d}
	cmd := d.Command(cmdkit.Spec{
		Use:   "texts",
		Short: i18n.T("açık rıza kaydını denemek için örnek hukuki metinler yazar", "writes sample legal texts, to try the record of consents with"),
		Long: i18n.T(`Var olmayan bir kurumun örnek metinlerini yeni bir klasöre yazar: sözleşme, aydınlatma metni ve iki sürümüyle açık rıza metni, Türkçe ve İngilizce. Metinleri kaydeden `+"`iskurctl consent text add`"+` komutlarını stdout'a yazar; çıktı olduğu gibi kabuğa verilebilir.`,
			`Writes sample texts of an institution that does not exist into a new folder: an agreement, a notice and a consent in two versions, in Turkish and in English. The `+"`iskurctl consent text add`"+` commands that register them are written to stdout, which may be given to a shell as it is.`),
		Example: i18n.T("iskurctl sandbox texts --out metinler\niskurctl sandbox texts --out metinler | sh", "iskurctl sandbox texts --out texts\niskurctl sandbox texts --out texts | sh"),
		Exits:   []fault.Class{fault.OK, fault.Usage, fault.Output},
		Run:     func(ctx context.Context, _ []string) error { return runTexts(ctx, o) },
	})
	cmd.Flags().StringVar(&o.out, "out", "", d.In(i18n.T("`KLASÖR` metinlerin yazılacağı yeni klasör", "`DIR` the new folder to write the texts to")))
	return cmd
}

func runTexts(ctx context.Context, o *textsOptions) error {
	if o.out == "" {
		return cmdkit.FlagMissing("out", i18n.T("KLASÖR", "DIR")).
			WithHint(i18n.T("örnek: iskurctl sandbox texts --out metinler", "for example: iskurctl sandbox texts --out texts"))
	}
	if err := makeFolder(o.out); err != nil {
		return err
	}
	var commands strings.Builder
	for _, t := range sample.Texts() {
		if err := ctx.Err(); err != nil {
			return err
		}
		path := filepath.Join(o.out, t.Label+".txt")
		if err := output.WriteFile(path, t.Body, false); err != nil {
			return err
		}
		commands.WriteString("iskurctl --profile sandbox consent text add --kind " + string(t.Kind) + " --label " + t.Label + " --language " + t.Language + " --from " + t.Day + " --file " + shellWord(path) + "\n")
	}
	return o.d.Print(commands.String())
}

// makeFolder makes a new folder that only the owner can read. Errors: class Output, out_exists or out_open.
func makeFolder(path string) error {
	err := os.Mkdir(path, 0o700)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrExist):
		return fault.New(fault.Output, "out_exists", i18n.Tf("klasör zaten var: %s", "the folder already exists: %s", path)).
			WithHint(i18n.T("--out ile henüz var olmayan bir klasör adı yazın", "name a folder that does not exist yet with --out")).Because(err)
	}
	return fault.New(fault.Output, "out_open", i18n.Tf("klasör oluşturulamadı: %s: %s", "the folder could not be made: %s: %s", path, fault.Cause(err))).
		WithHint(i18n.T("üst klasörün var olduğundan ve yazma izniniz olduğundan emin olun", "make sure that the folder above it exists and that you may write to it")).Because(err)
}

// shellWord quotes a path for a POSIX shell where that is needed.
func shellWord(path string) string {
	if strings.HasPrefix(path, "-") {
		path = "./" + path
	}
	plain := func(r rune) bool {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("/._-+,", r)
	}
	if strings.IndexFunc(path, func(r rune) bool { return !plain(r) }) < 0 {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}
