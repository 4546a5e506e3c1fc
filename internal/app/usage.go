package app

import (
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// flagError puts pflag's complaints into our words. Values are never repeated: a mistyped line may hold a number.
func flagError(cmd *cobra.Command, err error, args []string) error {
	if word := misspelt(cmd, args); word != "" { // `myk lokup -o json`: the verb is wrong, not the flag
		return cmdkit.UnknownCommand(cmd, word)
	}
	var (
		missing *pflag.NotExistError
		noValue *pflag.ValueRequiredError
		invalid *pflag.InvalidValueError
		syntax  *pflag.InvalidSyntaxError
	)
	help := i18n.Tf("yardım: %s --help", "help: %s --help", cmd.CommandPath())
	switch {
	case errors.As(err, &missing):
		name := missing.GetSpecifiedName()
		e := fault.New(fault.Usage, "unknown_flag", i18n.Tf("bilinmeyen seçenek: %s", "unknown flag: %s", dashed(name)))
		if level := levelFlag(cmd, name, args); level != "" {
			return e.WithHint(i18n.Tf("düzeyin kendisi bir seçenektir: --%s", "a level is a flag of its own: --%s", level))
		}
		if near := nearestFlag(cmd, name); near != "" {
			return e.WithHint(i18n.Tf("şunu mu demek istediniz: --%s", "did you mean --%s", near))
		}
		return e.WithHint(help)
	case errors.As(err, &noValue):
		return fault.New(fault.Usage, "flag_value_missing", i18n.Tf("--%s bir değer ister", "--%s needs a value", noValue.GetFlag().Name)).WithHint(help)
	case errors.As(err, &invalid):
		return fault.New(fault.Usage, "flag_value_invalid", i18n.Tf("--%s için verilen değer geçersiz", "the value of --%s is not valid", invalid.GetFlag().Name)).WithHint(help)
	case errors.As(err, &syntax):
		return fault.New(fault.Usage, "flag_syntax", i18n.T("seçenek yazımı hatalı", "a flag is not written correctly")).WithHint(help)
	}
	return err
}

// misspelt gives the word that stands where a verb of the group cmd should, "" when there is none.
func misspelt(cmd *cobra.Command, args []string) string {
	noun, verb := words(args)
	switch {
	case !cmd.HasParent():
		if slices.ContainsFunc(cmd.Commands(), func(c *cobra.Command) bool { return c.Name() == noun }) {
			return "" // it is the value of a flag
		}
		return noun
	case cmd.HasSubCommands() && cmd.Name() != "help":
		return verb
	}
	return ""
}

func dashed(name string) string {
	if len([]rune(name)) == 1 {
		return "-" + name
	}
	return "--" + name
}

// levelFlag gives the flag that `--level deep` means with commands that have one for each level, "" for anything else.
func levelFlag(cmd *cobra.Command, name string, args []string) string {
	if name != "level" || cmd.Flags().Lookup("deep") == nil {
		return ""
	}
	for i, a := range args {
		value, ok := strings.CutPrefix(a, "--level=")
		if a == "--level" && i+1 < len(args) {
			value, ok = args[i+1], true
		}
		if ok && slices.Contains([]string{"quick", "full", "deep"}, value) {
			return value
		}
	}
	return "deep"
}

func nearestFlag(cmd *cobra.Command, wrong string) string {
	var names []string
	add := func(f *pflag.Flag) {
		if !f.Hidden {
			names = append(names, f.Name)
		}
	}
	cmd.Flags().VisitAll(add)
	cmd.InheritedFlags().VisitAll(add)
	return fault.Nearest(strings.TrimLeft(wrong, "-"), names)
}
