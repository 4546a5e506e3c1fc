// Package helpcmd is `iskurctl help`: the help of any command, and the topics that belong to none.
package helpcmd

import (
	"context"

	"github.com/spf13/cobra"

	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// New makes the command with its topics.
func New(d *cmdkit.Deps) *cobra.Command {
	g := d.Group("help", i18n.T("bir komutun ya da konunun yardımını gösterir", "shows the help of a command or a topic"))
	g.Long = d.In(i18n.T("Bir komutun yardımını (iskurctl help myk lookup) ya da bir konuyu gösterir.", "Shows the help of a command (iskurctl help myk lookup) or a topic."))
	for _, t := range topics {
		cmd := d.Command(cmdkit.Spec{
			Use: t.name, Short: t.short, Example: i18n.T("iskurctl help "+t.name, "iskurctl help "+t.name),
			Exits: []fault.Class{fault.OK, fault.Usage, fault.Output},
			Run:   func(context.Context, []string) error { return d.Print(t.text(d)) },
		})
		cmd.SetHelpFunc(func(*cobra.Command, []string) { d.HelpShown(d.Print(t.text(d))) })
		g.AddCommand(cmd)
	}
	g.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return cmd.Root().Help()
		}
		found, rest, err := cmd.Root().Find(args)
		if err != nil || found == nil {
			found, rest = cmd.Root(), args
		}
		if near := fault.Nearest(args[0], topicNames()); near != "" && found == cmd.Root() {
			return cmdkit.UnknownWord(cmd, args[0], near)
		}
		if len(rest) > 0 && found.HasSubCommands() {
			return cmdkit.UnknownCommand(found, rest[0])
		}
		return found.Help()
	}
	return g
}

func topicNames() []string {
	names := make([]string, len(topics))
	for i, t := range topics {
		names[i] = t.name
	}
	return names
}
