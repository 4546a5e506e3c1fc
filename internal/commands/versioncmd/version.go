// Package versioncmd is `iskurctl version`.
package versioncmd

import (
	"context"

	"github.com/spf13/cobra"

	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/output"
)

// New makes the command. It opens no store, no configuration and no network.
func New(d *cmdkit.Deps) *cobra.Command {
	var out *cmdkit.Output
	cmd := d.Command(cmdkit.Spec{
		Use:     "version",
		Short:   i18n.T("programın sürümünü yazar", "prints the program's version"),
		Example: i18n.T("iskurctl version\niskurctl version -o json", "iskurctl version\niskurctl version -o json"),
		Exits:   []fault.Class{fault.OK, fault.Usage, fault.Output},
		Run: func(ctx context.Context, _ []string) error {
			return out.Emit(ctx, func(s *output.Sink) error { return s.Object(fields(d.Build())) })
		},
	})
	out = d.OutputFlags(cmd, nil)
	return cmd
}

func fields(b cmdkit.Build) []output.Field {
	f := func(key string, title i18n.Text, value string) output.Field {
		return output.Field{Key: key, Title: title, Kind: output.Code, Value: value}
	}
	return []output.Field{
		f("version", i18n.T("sürüm", "version"), b.Version),
		f("commit", i18n.T("kaynak sürümü (commit)", "commit"), b.Commit),
		f("date", i18n.T("tarih", "date"), b.Date),
		f("go", i18n.T("Go", "Go"), b.Go),
		f("os", i18n.T("işletim sistemi", "operating system"), b.OS),
		f("arch", i18n.T("mimari", "architecture"), b.Arch),
	}
}
