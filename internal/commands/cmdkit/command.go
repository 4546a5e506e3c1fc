package cmdkit

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// Spec describes a verb: everything its help and the reference need, in both languages.
type Spec struct {
	Use     string // verb and arguments, e.g. "lookup [TC…]"
	Short   i18n.Text
	Long    i18n.Text // may be empty: then Short is shown
	Example i18n.Text // lines of "iskurctl …", with # comments
	Exits   []fault.Class
	Args    cobra.PositionalArgs // nil = none allowed
	Run     func(ctx context.Context, args []string) error
}

// Annotations under which a command carries what cobra has no place for; the reference and the tests read them.
const (
	annotationExits  = "iskurctl/exits"
	annotationFields = "iskurctl/fields"
)

// Command makes a verb.
func (d *Deps) Command(s Spec) *cobra.Command {
	long := s.Long
	if long.Empty() {
		long = s.Short
	}
	args := s.Args
	if args == nil {
		args = NoArgs
	}
	names := make([]string, 0, len(s.Exits))
	for _, c := range s.Exits {
		names = append(names, c.Name())
	}
	return &cobra.Command{
		Use: s.Use, Short: d.In(s.Short), Long: d.In(long), Example: d.In(s.Example), Args: args,
		Annotations:           map[string]string{annotationExits: strings.Join(names, " ")},
		RunE:                  func(cmd *cobra.Command, args []string) error { return s.Run(cmd.Context(), args) },
		DisableFlagsInUseLine: true,
		ValidArgsFunction:     cobra.NoFileCompletions,
	}
}

// Group makes a noun. Without a verb it prints its help; a misspelt verb is an error that names the nearest one
// (cobra alone would print help and exit 0).
func (d *Deps) Group(use string, short i18n.Text, children ...*cobra.Command) *cobra.Command {
	g := &cobra.Command{Use: use, Short: d.In(short), Long: d.In(short), Args: cobra.ArbitraryArgs, DisableFlagsInUseLine: true}
	g.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			return UnknownCommand(cmd, args[0])
		}
		return cmd.Help()
	}
	g.AddCommand(children...)
	return g
}

// UnknownCommand is the error for a word that is no command below parent.
func UnknownCommand(parent *cobra.Command, word string) error {
	var names []string
	for _, c := range parent.Commands() {
		if !c.Hidden {
			names = append(names, c.Name())
		}
	}
	if near := fault.Nearest(word, names); near != "" {
		return UnknownWord(parent, word, near)
	}
	return unknown(parent, word).WithHint(i18n.Tf("komutlar: %s", "commands: %s", strings.Join(names, ", ")))
}

// UnknownWord is the error for a word that is near to a right one.
func UnknownWord(parent *cobra.Command, word, near string) error {
	return unknown(parent, word).WithHint(i18n.Tf("şunu mu demek istediniz: %s %s", "did you mean: %s %s", parent.CommandPath(), near))
}

func unknown(parent *cobra.Command, word string) *fault.Error {
	return fault.New(fault.Usage, "unknown_command", i18n.Tf("bilinmeyen komut: %s %s", "unknown command: %s %s", parent.CommandPath(), word))
}

// NoArgs refuses arguments.
func NoArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return fault.New(fault.Usage, "unexpected_argument", i18n.Tf("%s argüman almaz", "%s takes no arguments", cmd.CommandPath())).
		WithHint(i18n.Tf("yardım: %s --help", "help: %s --help", cmd.CommandPath()))
}

// OneArg takes at most one argument.
func OneArg(cmd *cobra.Command, args []string) error {
	if len(args) <= 1 {
		return nil
	}
	return fault.New(fault.Usage, "unexpected_argument", i18n.Tf("%s en çok bir argüman alır", "%s takes one argument at most", cmd.CommandPath())).
		WithHint(i18n.Tf("yardım: %s --help", "help: %s --help", cmd.CommandPath()))
}

// ExitsOf gives the machine names of the exit classes that a command announces.
func ExitsOf(cmd *cobra.Command) []string { return strings.Fields(cmd.Annotations[annotationExits]) }

// FieldsOf gives the machine names of a command's record fields, in order.
func FieldsOf(cmd *cobra.Command) []string { return strings.Fields(cmd.Annotations[annotationFields]) }
