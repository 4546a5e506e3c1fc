package registrycmd

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/output"
	"iskurctl/internal/registry"
)

var historyColumns = []output.Column{
	{Key: "n", Title: i18n.T("SIRA", "N"), Kind: output.Number, Wide: true},
	{Key: "seq", Title: i18n.T("GÜNLÜK SIRASI", "LOG SEQ"), Kind: output.Number, Yield: 3},
	{Key: "time", Title: i18n.T("ZAMAN (UTC)", "TIME (UTC)"), Kind: output.Time},
	{Key: "user", Title: i18n.T("DEĞİŞTİREN", "CHANGED BY"), Kind: output.Code},
	{Key: "host", Title: i18n.T("MAKİNE", "HOST"), Kind: output.Code, Yield: 2},
	{Key: "id", Title: i18n.T("NO", "ID"), Kind: output.Number},
	{Key: "version", Title: i18n.T("SÜRÜM", "VERSION"), Kind: output.Number, Yield: 1},
	{Key: "op", Title: i18n.T("İŞLEM", "OP"), Kind: output.Code},
	{Key: "changes", Title: i18n.T("ALANLAR", "FIELDS"), Kind: output.JSON, Wide: true},
	{Key: "summary", Title: i18n.T("DEĞİŞİKLİK", "CHANGE"), Kind: output.Code},
}

func newHistory(d *cmdkit.Deps) *cobra.Command {
	var out *cmdkit.Output
	cmd := d.Command(cmdkit.Spec{
		Use:   "history [" + d.In(i18n.T("NO", "ID")) + "]",
		Short: i18n.T("Ek-2'deki değişiklikleri listeler", "lists the changes of Ek-2"),
		Long: i18n.T(`Bir kaydın, numara verilmezse bütün kayıtların değişikliklerini eskiden yeniye listeler: kim, ne zaman, hangi alan neydi ne oldu. JSON'da changes her alan için before ve after değerlerini taşır; seq, değişikliğin sorgu günlüğündeki sırasıdır.

işlem (op): add eklendi, update değişti, end görev bitti, notice öteki tarafa yazıyla bildirildi.`,
			`Lists the changes of a row, or of all rows when no id is given, oldest first: who, when, and what each field was and became. In JSON changes has the values before and after of each field; seq is the place of the change in the query log.

op: add, update, end of the role, notice: the other party was told by letter.`),
		Example: i18n.T("iskurctl registry history\niskurctl registry history 3 -o json", "iskurctl registry history\niskurctl registry history 3 -o json"),
		Exits:   []fault.Class{fault.OK, fault.Usage, fault.Negative, fault.Integrity, fault.Store, fault.Output, fault.SignalINT},
		Args:    cmdkit.OneArg,
		Run: func(ctx context.Context, args []string) error {
			id := int64(0)
			if len(args) == 1 {
				var err error
				if id, err = rowID(args[0]); err != nil {
					return err
				}
			}
			return out.Emit(ctx, func(s *output.Sink) error { return writeHistory(ctx, d, s, id) })
		},
	})
	cmd.ValidArgsFunction = completeRows(d)
	out = d.OutputFlags(cmd, historyColumns)
	return cmd
}

func writeHistory(ctx context.Context, d *cmdkit.Deps, s *output.Sink, id int64) error {
	r, err := d.Registry(ctx, false)
	if err != nil {
		return err
	}
	if id != 0 {
		if _, err := r.Get(ctx, id); err != nil { // an unknown row is not one without changes
			return err
		}
	}
	for c, err := range r.History(ctx, id) {
		if err != nil {
			return err
		}
		fields, summary := changed(c)
		if err := s.Write(output.Record{c.N, c.Seq, c.Time, c.User, c.Host, c.After.ID, c.After.Version, c.Op, fields, summary}); err != nil {
			return err
		}
	}
	return nil
}

// changed gives what each field was and became, for machines and for people.
func changed(c registry.Change) (fields []output.Field, summary string) {
	var before registry.Person
	if c.Before != nil {
		before = *c.Before
	}
	fields = []output.Field{} // an object without members, not null
	var lines []string
	for _, column := range registry.Diff(before, c.After) {
		was, is := before.Get(column), c.After.Get(column)
		kind := output.Code
		fields = append(fields, output.Field{Key: column, Kind: output.JSON, Value: []output.Field{{Key: "before", Kind: kind, Value: was}, {Key: "after", Kind: kind, Value: is}}})
		switch {
		case c.Before == nil:
			lines = append(lines, column+": "+is)
		default:
			lines = append(lines, column+": "+orDash(was)+" → "+orDash(is))
		}
	}
	return fields, strings.Join(lines, "; ")
}

func orDash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}
