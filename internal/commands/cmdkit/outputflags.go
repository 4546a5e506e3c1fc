package cmdkit

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/output"
)

// Output are the output flags of a command that returns records: one definition for all of them.
type Output struct {
	d       *Deps
	cmd     *cobra.Command
	options output.Options
	columns []output.Column
	formats []string
}

// OutputFlags adds the output flags to cmd. columns are its records' columns; nil for a command that returns one
// object only.
func (d *Deps) OutputFlags(cmd *cobra.Command, columns []output.Column) *Output {
	o := &Output{d: d, cmd: cmd, columns: columns, formats: output.Formats()}
	f := cmd.Flags()
	def, _ := d.Env("ISKURCTL_OUTPUT")
	f.StringVarP(&o.options.Format, "output", "o", def, d.In(i18n.T("`BİÇİM` çıktı biçimi: ", "`FORMAT` output format: "))+strings.Join(output.Formats(), "|"))
	f.Lookup("output").DefValue = ""
	if columns != nil {
		f.StringSliceVar(&o.options.Fields, "fields", nil, d.In(i18n.T("`ALAN,ALAN…` yalnızca bu alanlar, bu sırayla", "`FIELD,FIELD…` only these fields, in this order")))
	}
	f.BoolVar(&o.options.NoHeaders, "no-headers", false, d.In(i18n.T("başlık satırı yazılmaz", "leave the header line out")))
	f.StringVar(&o.options.JQ, "jq", "", d.In(i18n.T("`İFADE` JSON sonucunu bu jq ifadesiyle süz", "`EXPR` filter the JSON result by this jq expression")))
	f.StringVar(&o.options.OutFile, "out", "", d.In(i18n.T("`DOSYA` sonucu dosyaya yaz (yarım dosya kalmaz, 0600)", "`FILE` write the result to a file (atomic, 0600)")))
	f.BoolVar(&o.options.Force, "force", false, d.In(i18n.T("var olan --out dosyasını değiştir", "replace an existing --out file")))
	f.BoolVar(&o.options.Excel, "excel", false, d.In(i18n.T("Türkçe Excel'in çift tıklamayla açtığı CSV", "CSV that a Turkish Excel opens by double click")))
	f.BoolVar(&o.options.Reveal, "reveal", false, d.In(i18n.T("kişisel verileri maskelemeden göster", "show personal data in full")))
	// The only error is a flag that does not exist, which the next start of the program would show.
	_ = cmd.RegisterFlagCompletionFunc("output", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return o.formats, cobra.ShellCompDirectiveNoFileComp
	})
	if columns != nil {
		keys := make([]string, len(columns))
		for i, c := range columns {
			keys[i] = c.Key
		}
		// The only error is a flag that does not exist, which the next start of the program would show.
		_ = cmd.RegisterFlagCompletionFunc("fields", completeList(keys))
		cmd.Annotations[annotationFields] = strings.Join(keys, " ")
	}
	return o
}

// Also adds formats that only this command has, in the order of names.
func (o *Output) Also(names []string, formats map[string]output.Custom) {
	o.options.Custom = formats
	o.formats = append(o.formats, names...)
	o.cmd.Flags().Lookup("output").Usage += "|" + strings.Join(names, "|")
}

// completeList completes a list parted by commas: what stands before the last comma stays, and is not offered again.
func completeList(words []string) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		done := typed[:strings.LastIndexByte(typed, ',')+1]
		named := strings.Split(done, ",")
		var offers []string
		for _, w := range words {
			if !slices.Contains(named, w) {
				offers = append(offers, done+w)
			}
		}
		return offers, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	}
}

func complete(cmd *cobra.Command, flag string, words []string) {
	// The only error is a flag that does not exist, which the next start of the program would show.
	_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp))
}

// OneObject says that the result is one object and not records: --fields then names its members.
func (o *Output) OneObject() { o.columns = nil }

// Reveal reports whether personal data may be shown in full.
func (o *Output) Reveal() bool { return o.options.Reveal }

// Asked reports whether a flag of this command asks for records; ISKURCTL_OUTPUT alone does not.
func (o *Output) Asked() bool {
	return o.options.Excel || o.options.JQ != "" || o.cmd.Flags().Changed("output")
}

// File gives the path of --out, "" for none.
func (o *Output) File() string { return o.options.OutFile }

// Replace lets --out replace an existing file: a resumed job completes the file of its first run.
func (o *Output) Replace() { o.options.Force = true }

// Open checks the output flags and opens the sink; every refusal of --out or --fields happens here, before any work.
func (o *Output) Open() (*output.Sink, error) { return o.open(o.cmd.Context()) }

func (o *Output) open(ctx context.Context) (*output.Sink, error) {
	options := o.options
	if (options.JQ != "" || options.Excel) && !o.cmd.Flags().Changed("output") {
		options.Format = "" // a flag beats ISKURCTL_OUTPUT
	}
	return output.Open(options, o.d.target(ctx), o.columns)
}

func (d *Deps) target(ctx context.Context) output.Target {
	s := d.Streams
	return output.Target{Ctx: ctx, Out: s.Out, TTY: s.OutTTY, Width: s.Width, Lang: d.Lang, Palette: s.OutPalette()}
}

// Emit opens the sink, lets fill write to it and completes it. A negative or partial end still has a whole result;
// any other failure leaves no --out file behind, while what stands on stdout is completed. An incomplete result wins
// over a negative answer.
func (o *Output) Emit(ctx context.Context, fill func(*output.Sink) error) error {
	sink, err := o.open(ctx)
	if err != nil {
		return err
	}
	return Finish(sink, fill(sink))
}

// Finish ends a sink after work that ended with err.
func Finish(sink *output.Sink, err error) error {
	switch fault.ClassOf(err) {
	case fault.OK, fault.Negative, fault.Partial:
		if closed := sink.Close(); closed != nil {
			return closed
		}
		return err
	}
	if aborted := sink.Abort(); aborted != nil && fault.ClassOf(err) == fault.Output {
		return errors.Join(err, aborted)
	}
	return err
}
