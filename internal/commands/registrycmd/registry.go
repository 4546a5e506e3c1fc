// Package registrycmd is `iskurctl registry`: Ek-2 of the protocol, the coordinators of both parties (article 8(8)) and the
// people who are authorised to use the service (8(10)), with their history and the papers that the other party gets.
package registrycmd

import (
	"context"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"iskurctl/internal/audit"
	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/output"
	"iskurctl/internal/registry"
)

// New makes the group.
func New(d *cmdkit.Deps) *cobra.Command {
	return d.Group("registry", i18n.T("Ek-2: koordinatörler ve yetkili personel, geçmişi ve bildirimleriyle", "Ek-2: the coordinators and authorised people, their history and notices"),
		newDump(d), newAdd(d), newUpdate(d), newEnd(d), newImport(d), newHistory(d), newCheck(d), newForm(d), newNotice(d))
}

// personColumns are those of `dump`; `add`, `update` and `end` give the same as one object. Contacts of offices are not
// masked: Ek-2 is made to be handed over.
var personColumns = []output.Column{
	{Key: "id", Title: i18n.T("NO", "ID"), Kind: output.Number},
	{Key: registry.ColParty, Title: i18n.T("TARAF", "PARTY"), Kind: output.Code},
	{Key: registry.ColRole, Title: i18n.T("GÖREV", "ROLE"), Kind: output.Code},
	{Key: registry.ColUnit, Title: i18n.T("BİRİM", "UNIT"), Kind: output.Text, Yield: 3, Spare: true},
	{Key: registry.ColGivenName, Title: i18n.T("AD", "GIVEN NAME"), Kind: output.Code},
	{Key: registry.ColSurname, Title: i18n.T("SOYAD", "SURNAME"), Kind: output.Code},
	{Key: registry.ColTitle, Title: i18n.T("UNVAN", "TITLE"), Kind: output.Text, Yield: 6, Spare: true},
	{Key: registry.ColPhone, Title: i18n.T("TELEFON", "PHONE"), Kind: output.WorkPhone, Yield: 1, Spare: true},
	{Key: registry.ColEmail, Title: i18n.T("E-POSTA", "E-MAIL"), Kind: output.Code, Yield: 2, Spare: true},
	{Key: registry.ColValidFrom, Title: i18n.T("BAŞLANGIÇ", "FROM"), Kind: output.Date, Yield: 4},
	{Key: registry.ColValidTo, Title: i18n.T("BİTİŞ", "TO"), Kind: output.Date, Yield: 5, Spare: true},
	{Key: registry.ColNoticeNo, Title: i18n.T("BİLDİRİM SAYISI", "NOTICE NO"), Kind: output.Code, Yield: 8, Spare: true},
	{Key: registry.ColNoticeDate, Title: i18n.T("BİLDİRİM TARİHİ", "NOTICE DATE"), Kind: output.Date, Yield: 9, Spare: true},
	{Key: registry.ColLogin, Title: i18n.T("KULLANICI", "LOGIN"), Kind: output.Code, Yield: 7, Spare: true},
	{Key: registry.ColScope, Title: i18n.T("İŞLEMLER", "SCOPE"), Kind: output.Code, Yield: 10, Spare: true},
}

// fill puts a person into a record of personColumns, which is used again for the next one.
func fill(r output.Record, p *registry.Person) output.Record {
	return append(r[:0], p.ID, string(p.Party), string(p.Role), p.Unit, p.GivenName, p.Surname, p.Title, p.Phone, p.Email, string(p.ValidFrom), string(p.ValidTo),
		p.NoticeNo, string(p.NoticeDate), p.Login, cmdkit.Words(p.Scope))
}

// object gives a person as the one object of a result.
func object(p registry.Person) []output.Field {
	fields := make([]output.Field, len(personColumns))
	for i, v := range fill(nil, &p) {
		c := personColumns[i]
		fields[i] = output.Field{Key: c.Key, Title: labels[c.Key], Kind: c.Kind, Value: v}
	}
	return append(fields, output.Field{Key: "version", Title: i18n.T("sürüm", "version"), Kind: output.Number, Value: p.Version})
}

// labels are what people call the columns, in the middle of a sentence.
var labels = map[string]i18n.Text{
	"id":                   i18n.T("no", "id"),
	registry.ColParty:      i18n.T("taraf", "party"),
	registry.ColRole:       i18n.T("görev", "role"),
	registry.ColUnit:       i18n.T("birim", "unit"),
	registry.ColGivenName:  i18n.T("ad", "given name"),
	registry.ColSurname:    i18n.T("soyad", "surname"),
	registry.ColTitle:      i18n.T("unvan", "title"),
	registry.ColPhone:      i18n.T("telefon", "phone"),
	registry.ColEmail:      i18n.T("e-posta", "e-mail"),
	registry.ColValidFrom:  i18n.T("başlangıç tarihi", "valid from"),
	registry.ColValidTo:    i18n.T("bitiş tarihi", "valid to"),
	registry.ColNoticeNo:   i18n.T("bildirim yazısının sayısı", "number of the notice"),
	registry.ColNoticeDate: i18n.T("bildirim yazısının tarihi", "date of the notice"),
	registry.ColLogin:      i18n.T("işletim sistemi kullanıcısı", "operating-system user"),
	registry.ColScope:      i18n.T("izinli işlemler", "permitted operations"),
}

// change opens the registry to be changed, and names who changes it.
func change(ctx context.Context, d *cmdkit.Deps) (*registry.Registry, registry.Who, error) {
	r, err := d.Registry(ctx, true)
	if err != nil {
		return nil, registry.Who{}, err
	}
	user, host, err := d.Identity()
	return r, registry.Who{User: user, Host: host}, err
}

// partyFlag reads --party; "" where it was not given.
func partyFlag(s string) (registry.Party, error) {
	if s == "" {
		return "", nil
	}
	if p, ok := registry.ParseParty(s); ok {
		return p, nil
	}
	return "", cmdkit.OneOf("party", s, registry.Parties())
}

// roleFlag reads --role; "" where it was not given.
func roleFlag(s string) (registry.Role, error) {
	if s == "" {
		return "", nil
	}
	if r, ok := registry.ParseRole(s); ok {
		return r, nil
	}
	return "", cmdkit.OneOf("role", s, registry.Roles())
}

// dayFlag reads a date; "" where it was not given.
func dayFlag(flag, s string) (registry.Date, error) {
	if s == "" {
		return "", nil
	}
	if d, ok := registry.ParseDate(s); ok {
		return d, nil
	}
	return "", cmdkit.DateInvalid(flag)
}

// rowID reads the number of a row.
func rowID(s string) (int64, error) {
	n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
	if err != nil || n < 1 {
		return 0, fault.New(fault.Usage, "id_invalid", i18n.T("kayıt numarası pozitif bir tam sayı olmalı", "the id of a row is a positive whole number")).
			WithHint(i18n.T("numaraları görmek için: iskurctl registry dump", "to see the ids: iskurctl registry dump"))
	}
	return n, nil
}

// oneRow takes exactly one argument, the number of a row.
func oneRow(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return fault.New(fault.Usage, "id_missing", i18n.T("hangi kaydın değişeceği verilmedi", "the row to be changed is not named")).
			WithHint(i18n.Tf("örnek: %s 3; numaraları görmek için: iskurctl registry dump", "for example: %s 3; to see the ids: iskurctl registry dump", cmd.CommandPath()))
	}
	return cmdkit.OneArg(cmd, args)
}

// completeRows offers the ids of the rows to the first argument, with the name as a description. A shell that completes has
// no use for an error.
func completeRows(d *cmdkit.Deps) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		const most = 500 // nobody reads more
		var list []string
		r, err := d.Registry(cmd.Context(), false)
		if err != nil || len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		for p, err := range r.List(cmd.Context(), registry.Query{All: true}) {
			if err != nil || len(list) == most {
				break
			}
			list = append(list, strconv.FormatInt(p.ID, 10)+"\t"+p.FullName())
		}
		return list, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
	}
}

// methods are the operations that a scope may name.
func methods() []string { return cmdkit.Words(audit.Methods()) }
