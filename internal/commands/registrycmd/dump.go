package registrycmd

import (
	"context"
	"slices"

	"github.com/spf13/cobra"

	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/output"
	"iskurctl/internal/registry"
)

type dumpOptions struct {
	d                         *cmdkit.Deps
	out                       *cmdkit.Output
	asOf, party, role, search string
	sharing                   bool
}

func newDump(d *cmdkit.Deps) *cobra.Command {
	o := &dumpOptions{d: d}
	cmd := d.Command(cmdkit.Spec{
		Use:   "dump",
		Short: i18n.T("Ek-2'deki kişileri listeler", "lists the people of Ek-2"),
		Long: i18n.T(`Görevde olan kişileri Ek-2'nin sırasıyla listeler: taraf, görev, sonra Türkçe alfabeye göre soyad ve ad. --as-of verilmezse bugün geçerli olanlar, verilirse o gün geçerli olanlar, kaydın o günkü hâliyle gösterilir. Kişilerin görev iletişim bilgileri maskelenmez.

--sharing yalnızca protokolün madde 8(10)'da saydığı dört alanı (ad, soyad, telefon, e-posta) ve yalnızca yetkili personeli verir. --search ad, soyad, birim, unvan ve e-postada Türkçe büyük-küçük harf kuralıyla, ı ile i'yi bir sayarak arar; yazılan her sözcük bulunmalıdır. --excel ile yazılan dosya Excel'de düzenlenip `+"`registry import`"+` ile geri okunabilir.`,
			`Lists the people in office in the order of Ek-2: party, role, then surname and given name as Turkish sorts. Without --as-of those of today, with it those of that day, as the registry stood then. The office contacts of staff are not masked.

--sharing gives only the four fields that article 8(10) of the protocol names (given name, surname, phone, e-mail), and authorised people only. --search looks through names, unit, title and e-mail by the Turkish rules of upper and lower case, with ı and i as one; every word typed has to be found. What --excel writes can be edited in Excel and read again with `+"`registry import`"+`.`),
		Example: i18n.T("iskurctl registry dump\niskurctl registry dump --as-of 2026-06-01 --party ISKUR -o csv --out ek2.csv\niskurctl registry dump --sharing -o csv\niskurctl registry dump --search \"ışık istihdam\"",
			"iskurctl registry dump\niskurctl registry dump --as-of 2026-06-01 --party ISKUR -o csv --out ek2.csv\niskurctl registry dump --sharing -o csv\niskurctl registry dump --search \"ışık istihdam\""),
		Exits: []fault.Class{fault.OK, fault.Usage, fault.Integrity, fault.Store, fault.Output, fault.SignalINT},
		Run:   func(ctx context.Context, _ []string) error { return runDump(ctx, o) },
	})
	f := cmd.Flags()
	f.StringVar(&o.asOf, "as-of", "", d.In(i18n.T("`TARİH` o gün geçerli olanlar, kaydın o günkü hâliyle", "`DATE` those of that day, as the registry stood then")))
	f.StringVar(&o.party, "party", "", d.In(i18n.T("`MYK|ISKUR` yalnızca bu taraf", "`MYK|ISKUR` this party only")))
	f.StringVar(&o.role, "role", "", d.In(i18n.T("`GÖREV` yalnızca bu görev", "`ROLE` this role only")))
	f.StringVar(&o.search, "search", "", d.In(i18n.T("`METİN` bu sözcükleri taşıyanlar (Türkçe harf kuralıyla)", "`TEXT` those that hold these words (by the Turkish rules of case)")))
	f.BoolVar(&o.sharing, "sharing", false, d.In(i18n.T("madde 8(10)'un dört alanı, yalnızca yetkili personel", "the four fields of article 8(10), authorised people only")))
	cmdkit.Complete(cmd, "party", registry.Parties())
	cmdkit.Complete(cmd, "role", registry.Roles())
	o.out = d.OutputFlags(cmd, personColumns)
	return cmd
}

// sharing names the fields of article 8(10).
var sharing = []string{registry.ColGivenName, registry.ColSurname, registry.ColPhone, registry.ColEmail}

func runDump(ctx context.Context, o *dumpOptions) error {
	q, err := o.query()
	if err != nil {
		return err
	}
	if o.sharing {
		o.out.Records(slices.DeleteFunc(slices.Clone(personColumns), func(c output.Column) bool { return !slices.Contains(sharing, c.Key) }))
	}
	return o.out.Emit(ctx, func(s *output.Sink) error {
		r, err := o.d.Registry(ctx, false)
		if err != nil {
			return err
		}
		cmdkit.Frugal()
		record := make(output.Record, 0, len(personColumns))
		for p, err := range r.List(ctx, q) {
			if err != nil {
				return err
			}
			if o.sharing {
				record = append(record[:0], p.GivenName, p.Surname, p.Phone, p.Email)
			} else {
				record = fill(record, &p)
			}
			if err := s.Write(record); err != nil {
				return err
			}
		}
		return nil
	})
}

// query reads the flags.
func (o *dumpOptions) query() (q registry.Query, err error) {
	q.Search = o.search
	if q.AsOf, err = dayFlag("as-of", o.asOf); err != nil {
		return q, err
	}
	if q.Party, err = partyFlag(o.party); err != nil {
		return q, err
	}
	if q.Role, err = roleFlag(o.role); err != nil || !o.sharing {
		return q, err
	}
	if q.Role != "" && q.Role != registry.AuthorisedPerson {
		return q, fault.New(fault.Usage, "flags_conflict", i18n.T("--sharing yalnızca yetkili personeli verir; başka bir --role ile kullanılmaz", "--sharing gives authorised people; it does not go with another --role")).
			WithHint(i18n.T("--role seçeneğini kaldırın", "leave --role out"))
	}
	q.Role = registry.AuthorisedPerson
	return q, nil
}
