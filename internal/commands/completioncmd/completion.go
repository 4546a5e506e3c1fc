// Package completioncmd is `iskurctl completion`: scripts that let a shell complete commands, flags and values.
package completioncmd

import (
	"context"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

var shells = []struct {
	name    string
	install i18n.Text
	write   func(root *cobra.Command, w io.Writer) error
}{
	{"bash", i18n.T("source <(iskurctl completion bash)   # kalıcı olması için ~/.bashrc dosyasına ekleyin", "source <(iskurctl completion bash)   # add it to ~/.bashrc to keep it"),
		func(r *cobra.Command, w io.Writer) error { return r.GenBashCompletionV2(w, true) }},
	{"zsh", i18n.T("iskurctl completion zsh > \"${fpath[1]}/_iskurctl\"", "iskurctl completion zsh > \"${fpath[1]}/_iskurctl\""),
		func(r *cobra.Command, w io.Writer) error { return r.GenZshCompletion(w) }},
	{"fish", i18n.T("iskurctl completion fish > ~/.config/fish/completions/iskurctl.fish", "iskurctl completion fish > ~/.config/fish/completions/iskurctl.fish"),
		func(r *cobra.Command, w io.Writer) error { return r.GenFishCompletion(w, true) }},
	{"powershell", i18n.T("iskurctl completion powershell | Out-String | Invoke-Expression", "iskurctl completion powershell | Out-String | Invoke-Expression"),
		func(r *cobra.Command, w io.Writer) error { return r.GenPowerShellCompletionWithDesc(w) }},
}

// New makes the group.
func New(d *cmdkit.Deps) *cobra.Command {
	g := d.Group("completion", i18n.T("kabuk tamamlama betiğini yazar", "prints the completion script of a shell"))
	for _, sh := range shells {
		var cmd *cobra.Command
		cmd = d.Command(cmdkit.Spec{
			Use:     sh.name,
			Short:   i18n.Tf("%s için tamamlama betiği", "completion script for %s", sh.name),
			Example: sh.install,
			Exits:   []fault.Class{fault.OK, fault.Usage, fault.Output},
			Run: func(context.Context, []string) error {
				var script strings.Builder
				if err := sh.write(cmd.Root(), &script); err != nil {
					return err
				}
				return d.Print(script.String())
			},
		})
		g.AddCommand(cmd)
	}
	return g
}
