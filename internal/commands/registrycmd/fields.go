package registrycmd

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/registry"
)

// fieldFlags are the flags of a row's fields.
type fieldFlags struct {
	cmd   *cobra.Command
	texts map[string]*string // by column
}

// flagOf names the flag of a column.
func flagOf(column string) string { return strings.ReplaceAll(column, "_", "-") }

// addFieldFlags adds a flag for each column, as `add` and `update` have them.
func addFieldFlags(d *cmdkit.Deps, cmd *cobra.Command) *fieldFlags {
	f := &fieldFlags{cmd: cmd, texts: map[string]*string{}}
	usages := map[string]i18n.Text{
		registry.ColParty:      i18n.T("`MYK|ISKUR` taraf", "`MYK|ISKUR` the party"),
		registry.ColRole:       i18n.T("`GÖREV` administrative_coordinator, technical_coordinator ya da authorised_person (Türkçe adları da olur)", "`ROLE` administrative_coordinator, technical_coordinator or authorised_person"),
		registry.ColUnit:       i18n.T("`METİN` birim", "`TEXT` unit"),
		registry.ColGivenName:  i18n.T("`AD` ad", "`NAME` given name"),
		registry.ColSurname:    i18n.T("`AD` soyad", "`NAME` surname"),
		registry.ColTitle:      i18n.T("`METİN` unvan", "`TEXT` title"),
		registry.ColPhone:      i18n.T("`TELEFON` görev telefonu (+90 312 555 00 00 ya da 0312 555 00 00)", "`PHONE` office phone (+90 312 555 00 00 or 0312 555 00 00)"),
		registry.ColEmail:      i18n.T("`ADRES` görev e-postası", "`ADDRESS` office e-mail"),
		registry.ColValidFrom:  i18n.T("`TARİH` görevin ilk günü (verilmezse bugün)", "`DATE` first day in the role (today when not given)"),
		registry.ColValidTo:    i18n.T("`TARİH` görevin son günü, o gün dahil (verilmezse açık)", "`DATE` last day in the role, included (open when not given)"),
		registry.ColNoticeNo:   i18n.T("`SAYI` değişikliği öteki tarafa bildiren yazının sayısı", "`NO` number of the letter that told the other party of it"),
		registry.ColNoticeDate: i18n.T("`TARİH` o yazının tarihi", "`DATE` date of that letter"),
		registry.ColLogin:      i18n.T("`AD` bu kişi olan işletim sistemi kullanıcısı (sorgu yetkisi buradan gelir)", "`NAME` the operating-system user who is this person (the right to query follows from it)"),
		registry.ColScope:      i18n.T("`İŞLEM…` yalnızca bu işlemler, arada boşlukla (verilmezse hepsi)", "`OPERATION…` these operations only, with blanks between (all when not given)"),
	}
	for _, c := range registry.Columns() {
		f.texts[c] = new(string)
		cmd.Flags().StringVar(f.texts[c], flagOf(c), "", d.In(usages[c]))
	}
	cmdkit.Complete(cmd, flagOf(registry.ColParty), registry.Parties())
	cmdkit.Complete(cmd, flagOf(registry.ColRole), registry.Roles())
	cmdkit.Complete(cmd, flagOf(registry.ColScope), methods())
	return f
}

// given lists the columns whose flag was given, in order.
func (f *fieldFlags) given() []string {
	return slices.DeleteFunc(registry.Columns(), func(c string) bool { return !f.cmd.Flags().Changed(flagOf(c)) })
}

// put sets the given fields of p. All that are wrong are named in one error, class Usage with the code of the first.
func (f *fieldFlags) put(p *registry.Person) error {
	var wrong []registry.Problem
	for _, c := range f.given() {
		if problem := p.Set(c, *f.texts[c]); problem != nil {
			wrong = append(wrong, *problem)
		} else if p.Get(c) == "" && slices.Contains(registry.Required(), c) {
			wrong = append(wrong, registry.Problem{Column: c, Code: "missing", Text: i18n.T("boş olamaz", "it cannot be empty")})
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	texts := make([]i18n.Text, len(wrong))
	for i, w := range wrong {
		texts[i] = i18n.Tf("--%s: %s", "--%s: %s", flagOf(w.Column), w.Text)
	}
	return fault.New(fault.Usage, wrong[0].Code, i18n.Join("; ", texts...)).WithHint(i18n.Tf("yardım: %s --help", "help: %s --help", f.cmd.CommandPath()))
}

// flagged says of a row that was refused which flags were wrong, by their names on the command line.
func flagged(err error) error {
	problems := registry.ProblemsOf(err)
	if len(problems) == 0 {
		return err
	}
	texts := make([]i18n.Text, len(problems))
	overlap := false
	for i, p := range problems {
		texts[i] = p.Text
		if p.Column != "" {
			texts[i] = i18n.Tf("--%s: %s", "--%s: %s", flagOf(p.Column), p.Text)
		}
		overlap = overlap || p.Code == "overlap" && p.Column == registry.ColValidFrom
	}
	f := fault.From(err)
	out := fault.New(f.Class, f.Code, i18n.Join("; ", texts...)).Because(err)
	if overlap {
		return out.WithHint(i18n.T("görevi biten önce bitirilir: iskurctl registry end NO --valid-to TARİH", "first end the one who leaves: iskurctl registry end ID --valid-to DATE"))
	}
	return out.WithHint(f.Hint)
}

// missing lists the required columns that p lacks.
func missing(p registry.Person) []string {
	return slices.DeleteFunc(registry.Required(), func(c string) bool { return p.Get(c) != "" })
}

// asFlags names columns by their flags.
func asFlags(columns []string) string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = "--" + flagOf(c)
	}
	return strings.Join(names, ", ")
}
