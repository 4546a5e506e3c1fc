package app

import (
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/i18n"
	"iskurctl/internal/term"
)

// Tree gives the command tree in one language for whoever documents it. It is wired to nothing: a help topic that is
// run writes to out, no command that opens something may be run.
func Tree(lang i18n.Lang, out io.Writer) *cobra.Command {
	root := newRoot(&cmdkit.Deps{
		Lang:    lang,
		Streams: &term.Streams{In: strings.NewReader(""), Out: out, Err: io.Discard},
		Globals: &cmdkit.Globals{},
		Env:     func(string) (string, bool) { return "", false },
		Now:     func() time.Time { return time.Time{} },
		Build:   build,
	}, nil)
	root.InitDefaultHelpCmd() // cobra adds it to the tree only when a command line is run
	return root
}
