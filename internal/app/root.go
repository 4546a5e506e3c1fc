package app

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"iskurctl/internal/commands/auditcmd"
	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/commands/completioncmd"
	"iskurctl/internal/commands/configcmd"
	"iskurctl/internal/commands/consentcmd"
	"iskurctl/internal/commands/helpcmd"
	"iskurctl/internal/commands/mykcmd"
	"iskurctl/internal/commands/registrycmd"
	"iskurctl/internal/commands/sandboxcmd"
	"iskurctl/internal/commands/tccmd"
	"iskurctl/internal/commands/versioncmd"
	"iskurctl/internal/config"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// newRoot makes the command tree in the language of the run. args are only looked at for errors.
func newRoot(d *cmdkit.Deps, args []string) *cobra.Command {
	root := d.Group("iskurctl", i18n.T("MYK belgelerini sorgular, TC kimlik numaralarını denetler, sorgu günlüğünü tutar",
		"looks up MYK certificates, checks TC identity numbers, keeps the query log"))
	addNouns(d, root, args)
	root.Long = d.In(i18n.T(
		"iskurctl: bir kişinin hangi MYK belgelerine sahip olduğunu protokole uygun biçimde sorar; her sorguyu, gönderilmeden önce günlüğe yazar.\n\nDenemek için hiçbir kurulum gerekmez: iskurctl --profile sandbox myk lookup 10000000146\nKonular (iskurctl help KONU): exit-codes, output, environment, privacy",
		"iskurctl asks, as the protocol says, which MYK certificates a person holds, and writes every query to the log before it is sent.\n\nTo try it nothing has to be set up: iskurctl --profile sandbox myk lookup 10000000146\nTopics (iskurctl help TOPIC): exit-codes, output, environment, privacy"))
	root.Example = d.In(i18n.T("iskurctl --profile sandbox myk lookup 10000000146\niskurctl tc validate --input numaralar.txt --summary\niskurctl help exit-codes",
		"iskurctl --profile sandbox myk lookup 10000000146\niskurctl tc validate --input numbers.txt --summary\niskurctl help exit-codes"))
	root.SilenceErrors, root.SilenceUsage = true, true
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return flagError(cmd, err, args) })
	root.SetHelpCommand(helpcmd.New(d))
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) { d.WriteHelp(cmd.OutOrStdout(), d.Streams.OutPalette(), cmd) })
	globalFlags(d, root)
	if len(args) > 0 && (args[0] == cobra.ShellCompRequestCmd || args[0] == cobra.ShellCompNoDescRequestCmd) {
		cmdkit.PlainUsages(root)
	}
	root.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error {
		if d.Watch != nil && !slices.Contains(instant, noun(cmd)) {
			d.Watch()
		}
		return globals(d, cmd)
	}
	return root
}

// nouns are the commands below the root.
var nouns = []struct {
	name string
	make func(*cmdkit.Deps) *cobra.Command
}{
	{"audit", auditcmd.New}, {"completion", completioncmd.New}, {"config", configcmd.New}, {"consent", consentcmd.New}, {"myk", mykcmd.New},
	{"registry", registrycmd.New}, {"sandbox", sandboxcmd.New}, {"tc", tccmd.New}, {"version", versioncmd.New},
}

// addNouns adds the one noun that the command line names, or all of them when it names none for sure: building commands
// that are not asked for is a fifth of the time that `iskurctl version` takes.
func addNouns(d *cmdkit.Deps, root *cobra.Command, args []string) {
	asked, sure := surely(args)
	for _, n := range nouns {
		if sure && n.name == asked {
			root.AddCommand(n.make(d))
			return
		}
	}
	for _, n := range nouns {
		root.AddCommand(n.make(d))
	}
}

func globalFlags(d *cmdkit.Deps, root *cobra.Command) {
	f, g := root.PersistentFlags(), d.Globals
	f.SortFlags = false
	f.StringVar(&g.Profile, "profile", "", d.In(i18n.T("`AD` kullanılacak profil (sandbox: yerleşik deneme servisi)", "`NAME` profile to use (sandbox: the built-in trial service)")))
	f.StringVar(&g.Config, "config", "", d.In(i18n.T("`DOSYA` yapılandırma dosyası", "`FILE` configuration file")))
	f.StringVar(&g.Store, "store", "", d.In(i18n.T("`YOL` deponun yolu", "`PATH` path of the store")))
	f.StringVar(&g.Lang, "lang", "", d.In(i18n.T("`tr|en` dil", "`tr|en` language")))
	f.StringVar(&g.Color, "color", "", d.In(i18n.T("`auto|always|never` renk", "`auto|always|never` colour")))
	f.StringVar(&g.Timeout, "timeout", "", d.In(i18n.T("`SÜRE` bir çağrının en uzun süresi (10s, 1m)", "`DUR` longest duration of one call (10s, 1m)")))
	f.BoolVarP(&g.Quiet, "quiet", "q", false, d.In(i18n.T("uyarı ve ilerleme gösterilmez", "no warnings, no progress")))
	f.CountVarP(&g.Verbose, "verbose", "v", d.In(i18n.T("daha çok bilgi yaz", "say more")))
	f.BoolVar(&g.NoProgress, "no-progress", false, d.In(i18n.T("ilerleme çubuğu gösterilmez", "no progress bar")))
	f.BoolVarP(&g.Yes, "yes", "y", false, d.In(i18n.T("sorulara evet de", "answer yes to questions")))
	f.BoolP("help", "h", false, d.In(i18n.T("bu yardımı göster", "show this help")))
}

// instant are the nouns that end before a signal could be answered; the default action of signals serves them.
var instant = []string{"version", "help", "completion"}

func noun(cmd *cobra.Command) string {
	for cmd.HasParent() && cmd.Parent().HasParent() {
		cmd = cmd.Parent()
	}
	return cmd.Name()
}

// globals fills in the environment twins of global flags and checks the values. --yes has no twin: consent to delete
// something must not lie around in an environment.
func globals(d *cmdkit.Deps, cmd *cobra.Command) error {
	g, flags := d.Globals, cmd.Root().PersistentFlags()
	twin := func(name string, set func(value string) bool) error {
		if flags.Changed(name) {
			return nil
		}
		env := "ISKURCTL_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_")) //nolint:forbidigo // flag names are ASCII
		v, ok := d.Env(env)
		if !ok || v == "" || set(v) {
			return nil
		}
		return fault.New(fault.Usage, "environment_invalid", i18n.Tf("%s değişkeninin değeri geçersiz", "the value of the variable %s is not valid", env))
	}
	truth := func(p *bool) func(string) bool {
		return func(v string) bool {
			*p = v == "1" || v == "true"
			return *p || v == "0" || v == "false"
		}
	}
	verbose := func(v string) bool {
		if len(v) != 1 || v[0] < '0' || v[0] > '9' {
			return false
		}
		g.Verbose = int(v[0] - '0')
		return true
	}
	for _, t := range []struct { // in a fixed order: of several wrong ones the same is always reported
		name string
		set  func(string) bool
	}{
		{"lang", func(v string) bool { _, ok := i18n.Parse(v); return ok }}, // config takes it from there
		{"color", func(v string) bool { g.Color = v; return true }},
		{"timeout", func(v string) bool { _, err := config.ParseDuration(v); return err == nil }}, // config takes it from there
		{"quiet", truth(&g.Quiet)},
		{"no-progress", truth(&g.NoProgress)},
		{"verbose", verbose},
	} {
		if err := twin(t.name, t.set); err != nil {
			return err
		}
	}
	if _, ok := i18n.Parse(g.Lang); g.Lang != "" && !ok {
		return fault.New(fault.Usage, "lang_unknown", i18n.T("dil tr ya da en olmalı", "the language must be tr or en"))
	}
	switch g.Color {
	case "", "auto", "always", "never":
	default:
		return fault.New(fault.Usage, "color_unknown", i18n.T("--color auto, always ya da never olmalı", "--color must be auto, always or never"))
	}
	if g.Timeout != "" {
		if _, err := config.ParseDuration(g.Timeout); err != nil {
			return err
		}
	}
	d.Streams.NoProgress = g.Quiet || g.NoProgress
	if g.Quiet && g.Verbose > 0 {
		return fault.New(fault.Usage, "flags_conflict", i18n.T("--quiet ile --verbose birlikte verilmez", "--quiet and --verbose do not go together"))
	}
	return nil
}
