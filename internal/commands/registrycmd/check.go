package registrycmd

import (
	"context"
	"maps"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/output"
	"iskurctl/internal/registry"
)

type checkOptions struct {
	d       *cmdkit.Deps
	out     *cmdkit.Output
	within  string
	domains []string
}

var checkColumns = []output.Column{
	{Key: "code", Title: i18n.T("BULGU", "FINDING"), Kind: output.Code},
	{Key: "party", Title: i18n.T("TARAF", "PARTY"), Kind: output.Code},
	{Key: "role", Title: i18n.T("GÖREV", "ROLE"), Kind: output.Code, Yield: 1},
	{Key: "id", Title: i18n.T("NO", "ID"), Kind: output.Number},
	{Key: "message", Title: i18n.T("AÇIKLAMA", "MESSAGE"), Kind: output.Text},
}

// maxWithin is how many days ahead --within may look; the protocol itself does not last that long.
const maxWithin = 3660

func newCheck(d *cmdkit.Deps) *cobra.Command {
	o := &checkOptions{d: d}
	cmd := d.Command(cmdkit.Spec{
		Use:   "check",
		Short: i18n.T("Ek-2'nin eksiklerini bulur", "finds what Ek-2 lacks"),
		Long: i18n.T(`Ek-2'yi bugün için protokolle karşılaştırır: iki tarafın da idari ve teknik koordinatörü var mı, ikisi aynı kişi mi, süresi dolan ya da yakında dolacak görev var mı, bildirilmemiş değişiklik var mı, kurum dışı e-posta, eksik iletişim bilgisi, birim ya da kullanıcı adı var mı. Bulgu varsa çıkış kodu 3 olur.

Kurumların e-posta alanları iskur.gov.tr ve myk.gov.tr sayılır; başkası --domain ile verilir.`,
			`Compares Ek-2 with the protocol, as of today: both coordinators of both parties, whether they are one person, time in a role that is over or soon will be, changes that were not notified, e-mail outside the institution, missing contacts, units or logins. With findings the exit is 3.

The mail domains of the institutions are iskur.gov.tr and myk.gov.tr; others are given with --domain.`),
		Example: i18n.T("iskurctl registry check\niskurctl registry check --within 60d -o json\niskurctl registry check --domain ISKUR=iskur.gov.tr,ISKUR=il.iskur.gov.tr",
			"iskurctl registry check\niskurctl registry check --within 60d -o json\niskurctl registry check --domain ISKUR=iskur.gov.tr,ISKUR=il.iskur.gov.tr"),
		Exits: []fault.Class{fault.OK, fault.Usage, fault.Negative, fault.Integrity, fault.Store, fault.Output, fault.SignalINT},
		Run:   func(ctx context.Context, _ []string) error { return runCheck(ctx, o) },
	})
	f := cmd.Flags()
	f.StringVar(&o.within, "within", "30d", d.In(i18n.T("`GÜN` bu kadar gün içinde bitecek görevler de bulgudur (30d)", "`DAYS` time in a role that ends within so many days is a finding, too (30d)")))
	f.StringSliceVar(&o.domains, "domain", nil, d.In(i18n.T("`TARAF=ALAN` bir tarafın e-posta alanı; yinelenebilir, verilen tarafın alanlarının yerine geçer", "`PARTY=DOMAIN` mail domain of a party; repeats, and takes the place of those known of the party")))
	o.out = d.OutputFlags(cmd, checkColumns)
	return cmd
}

func runCheck(ctx context.Context, o *checkOptions) error {
	options, err := o.options()
	if err != nil {
		return err
	}
	return o.out.Emit(ctx, func(s *output.Sink) error {
		r, err := o.d.Registry(ctx, false)
		if err != nil {
			return err
		}
		options.Today = r.Today()
		findings, err := r.Check(ctx, options)
		if err != nil {
			return err
		}
		for _, f := range findings {
			var id any
			if f.ID != 0 {
				id = f.ID
			}
			if err := s.Write(output.Record{f.Code, string(f.Party), string(f.Role), id, o.d.In(f.Message)}); err != nil {
				return err
			}
		}
		if n := int64(len(findings)); n > 0 {
			return fault.New(fault.Negative, "registry_findings", i18n.Count(n, "Ek-2'de %d bulgu var", "Ek-2 has %d finding", "Ek-2 has %d findings"))
		}
		o.d.Note(i18n.T("Ek-2'de bulgu yok", "Ek-2 has no findings"))
		return nil
	})
}

// options reads the flags.
func (o *checkOptions) options() (c registry.CheckOptions, err error) {
	c.Within, err = strconv.Atoi(strings.TrimSuffix(o.within, "d"))
	if err != nil || c.Within < 1 || c.Within > maxWithin {
		return c, fault.New(fault.Usage, "flag_value_invalid", i18n.T("--within bir gün sayısı olmalı", "--within is a number of days")).WithHint(i18n.T("örnek: --within 30d", "for example: --within 30d"))
	}
	given := map[registry.Party][]string{}
	for _, text := range o.domains {
		name, domain, _ := strings.Cut(text, "=")
		party, known := registry.ParseParty(name)
		domain = strings.TrimPrefix(strings.TrimSpace(domain), "@")
		if !known || domain == "" || strings.ContainsAny(domain, `@ /\`) {
			return c, fault.New(fault.Usage, "flag_value_invalid", i18n.T("--domain TARAF=ALAN biçiminde olmalı", "--domain has the form PARTY=DOMAIN")).
				WithHint(i18n.T("örnek: --domain ISKUR=iskur.gov.tr", "for example: --domain ISKUR=iskur.gov.tr"))
		}
		given[party] = append(given[party], domain)
	}
	if len(given) > 0 {
		c.Domains = map[registry.Party][]string{registry.ISKUR: {"iskur.gov.tr"}, registry.MYK: {"myk.gov.tr"}}
		maps.Copy(c.Domains, given)
	}
	return c, nil
}
