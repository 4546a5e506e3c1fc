package consentcmd

import (
	"context"

	"github.com/spf13/cobra"

	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/consent"
	"iskurctl/internal/i18n"
	"iskurctl/internal/output"
)

func newText(d *cmdkit.Deps) *cobra.Command {
	return d.Group("text", i18n.T("hukuki metinler: sürümleri, farkları, eksikleri", "the legal texts: their versions, differences and gaps"),
		newTextAdd(d), newTextList(d), newTextShow(d), newTextDiff(d), newTextLint(d))
}

// textColumns are those of `text list`; `text add` gives the same as one object.
var textColumns = []output.Column{
	{Key: "seq", Title: i18n.T("SIRA", "SEQ"), Kind: output.Number},
	{Key: "kind", Title: i18n.T("TÜR", "KIND"), Kind: output.Code},
	{Key: "label", Title: i18n.T("ETİKET", "LABEL"), Kind: output.Code},
	{Key: "language", Title: i18n.T("DİL", "LANGUAGE"), Kind: output.Code, Yield: 2},
	{Key: "sha256", Title: i18n.T("SHA-256", "SHA-256"), Kind: output.Code, Yield: 3},
	{Key: "bytes", Title: i18n.T("BAYT", "BYTES"), Kind: output.Number, Yield: 1},
	{Key: "from", Title: i18n.T("YÜRÜRLÜK", "IN FORCE FROM"), Kind: output.Date},
}

func textRecord(t consent.Text) output.Record {
	return output.Record{t.Seq, string(t.Kind), t.Label, t.Language, t.SHA256, t.Bytes, t.Day}
}

// asObject gives a record as one object with the members of its columns.
func asObject(columns []output.Column, titles []i18n.Text, r output.Record) []output.Field {
	fields := make([]output.Field, len(columns))
	for i, c := range columns {
		fields[i] = output.Field{Key: c.Key, Title: titles[i], Kind: c.Kind, Value: r[i]}
	}
	return fields
}

// completeTexts offers the labels of the texts to the first n arguments.
func completeTexts(d *cmdkit.Deps, n int) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		if len(args) >= n {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return labels(cmd.Context(), d), cobra.ShellCompDirectiveNoFileComp
	}
}

// completeLabel offers the labels of the texts to a flag.
func completeLabel(d *cmdkit.Deps, cmd *cobra.Command, flag string) {
	// The only error is a flag that does not exist, which the next start of the program would show.
	_ = cmd.RegisterFlagCompletionFunc(flag, func(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
		return labels(cmd.Context(), d), cobra.ShellCompDirectiveNoFileComp
	})
}

// labels gives the labels of all texts with their kind as a description. A shell that completes has no use for an error.
func labels(ctx context.Context, d *cmdkit.Deps) []string {
	log, err := d.ConsentEvidence(ctx, false)
	if err != nil {
		return nil
	}
	var list []string
	for t, err := range log.Texts(ctx) {
		if err != nil {
			return nil
		}
		list = append(list, t.Label+"\t"+string(t.Kind)+", "+t.Day)
	}
	return list
}
