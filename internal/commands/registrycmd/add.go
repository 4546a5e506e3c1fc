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

// changeExits are those of the commands that change one row.
var changeExits = []fault.Class{fault.OK, fault.Usage, fault.Negative, fault.Refused, fault.Integrity, fault.Unverifiable, fault.Store, fault.Input, fault.Output, fault.SignalINT}

type addOptions struct {
	d      *cmdkit.Deps
	out    *cmdkit.Output
	fields *fieldFlags
}

func newAdd(d *cmdkit.Deps) *cobra.Command {
	o := &addOptions{d: d}
	cmd := d.Command(cmdkit.Spec{
		Use:   "add",
		Short: i18n.T("Ek-2'ye bir kişi ekler", "adds a person to Ek-2"),
		Long: i18n.T(`Bir tarafın koordinatörünü ya da yetkili personelini kaydeder. Zorunlu alanlar taraf, görev, ad ve soyaddır. Terminalde zorunlu bir seçenek eksikse bütün alanlar sırayla sorulur, her yanıt hemen denetlenir, sonunda onay istenir; terminal yoksa eksik seçenekler sayılır (çıkış kodu 2).

Her değişiklik, kimin ne zaman yaptığıyla ve önceki hâliyle saklanır; aynı işlemde sorgu günlüğüne de kayıt düşülür, böylece elle yapılan bir değişiklik `+"`audit verify`"+` ile bulunur. Aynı anda bir tarafın yalnızca bir idari ve bir teknik koordinatörü olabilir (çıkış kodu 11). TC kimlik numarası kaydedilmez.`,
			`Registers a coordinator or an authorised person of a party. Party, role, given name and surname are required. On a terminal, when a required flag is missing, all fields are asked for one after the other, each answer is checked at once, and at the end it has to be confirmed; without a terminal the missing flags are named (exit 2).

Every change is kept, with who made it and when, and what was there before; in the same commit an entry goes into the query log, so that a change by hand is found by `+"`audit verify`"+`. A party has one administrative and one technical coordinator at a time (exit 11). TC identity numbers are not taken.`),
		Example: i18n.T("iskurctl registry add\niskurctl registry add --party ISKUR --role authorised_person --given-name Ayşe --surname Yılmaz --unit \"Bilgi İşlem Dairesi\" --phone \"0312 555 00 00\" --email ayse.yilmaz@iskur.gov.tr --login ayilmaz",
			"iskurctl registry add\niskurctl registry add --party ISKUR --role authorised_person --given-name Ayşe --surname Yılmaz --unit \"IT department\" --phone \"+90 312 555 00 00\" --email ayse.yilmaz@iskur.gov.tr --login ayilmaz"),
		Exits: changeExits,
		Run:   func(ctx context.Context, _ []string) error { return runAdd(ctx, o) },
	})
	o.fields = addFieldFlags(d, cmd)
	o.out = d.OutputFlags(cmd, nil)
	return cmd
}

func runAdd(ctx context.Context, o *addOptions) error {
	var p registry.Person
	if err := o.fields.put(&p); err != nil {
		return err
	}
	lacking := missing(p)
	if len(lacking) > 0 && !o.d.Streams.InTTY {
		return fault.New(fault.Usage, "fields_missing", i18n.Tf("zorunlu seçenekler eksik: %s", "required flags are missing: %s", asFlags(lacking))).
			WithHint(i18n.T("örnek: iskurctl registry add --party ISKUR --role authorised_person --given-name Ayşe --surname Yılmaz", "for example: iskurctl registry add --party ISKUR --role authorised_person --given-name Ayşe --surname Yılmaz"))
	}
	return o.out.Emit(ctx, func(s *output.Sink) error {
		r, who, err := change(ctx, o.d)
		switch {
		case err != nil:
		case len(lacking) > 0:
			p, err = o.dialogue(ctx, r, who, p)
		default:
			p, err = r.Add(ctx, who, p)
			err = flagged(err)
		}
		if err != nil {
			_ = s.Abort() // nothing was registered: not even an empty result
			return err
		}
		return s.Object(object(p))
	})
}

// dialogue asks for everything that no flag says, and registers it.
func (o *addOptions) dialogue(ctx context.Context, r *registry.Registry, who registry.Who, p registry.Person) (registry.Person, error) {
	given := o.fields.given()
	columns := slices.DeleteFunc(asked(), func(c string) bool { return slices.Contains(given, c) })
	q := dialogue{d: o.d, today: r.Today()}
	err := q.ask(ctx, &p, columns)
	for err == nil {
		o.d.Tell(i18n.T("Kaydedilecek:", "To be registered:"))
		show(o.d, nil, p)
		if err = confirm(ctx, o.d, i18n.T("Kaydedilsin mi?", "Register it?")); err != nil {
			break
		}
		added, failed := r.Add(ctx, who, p)
		if failed == nil {
			return added, nil
		}
		err = q.again(ctx, &p, failed)
	}
	return registry.Person{}, err
}

// asked are the columns in the order of the questions: who first, then the rest as Ek-2 has it.
func asked() []string {
	first := []string{registry.ColParty, registry.ColRole, registry.ColGivenName, registry.ColSurname}
	return append(first, slices.DeleteFunc(registry.Columns(), func(c string) bool { return slices.Contains(first, c) })...)
}
