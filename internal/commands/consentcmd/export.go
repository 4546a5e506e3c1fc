package consentcmd

import (
	"context"

	"github.com/spf13/cobra"

	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/consent"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/output"
)

type exportOptions struct {
	d              *cmdkit.Deps
	out            *cmdkit.Output
	period         *cmdkit.Period
	noPersonalData bool
}

func newExport(d *cmdkit.Deps) *cobra.Command {
	o := &exportOptions{d: d}
	cmd := d.Command(cmdkit.Spec{
		Use:   "export",
		Short: i18n.T("onay günlüğünü, doğrulanabilir bir pakete yazar", "writes the consent log into a bundle that others can verify"),
		Long: i18n.Join("\n\n", i18n.T(`Onay günlüğünü, ya da zamanı --from ile --to arasında olan olayları, gösterilen metinlerin birebir kendisiyle birlikte, --out ile adı verilen yeni bir klasöre yazar (BagIt). Klasördeki OKUBENI.txt, doğruluğun yalnızca sha256sum ve openssl ile nasıl denetleneceğini anlatır; güven dosyasını (consent checkpoint --out) ayrı bir yoldan verin.

Paket kişisel verileri açık olarak içerir; --no-personal-data onları dışarıda bırakır, doğrulama yine geçerlidir ve ana anahtar gerekmez. -o csv ya da -o ndjson bir paket yerine `+"`consent list`"+` ile aynı düz listeyi yazar; o liste --reveal verilmedikçe maskelidir.`,
			`Writes the consent log, or the events whose time lies between --from and --to, with the very texts that were shown, into a new folder named by --out (BagIt). OKUBENI.txt in it tells how to check it with sha256sum and openssl alone; hand the trust file (consent checkpoint --out) over by another way.

A bundle holds personal data in full; --no-personal-data leaves them out, it still verifies, and no master key is needed. -o csv or -o ndjson writes the plain list of `+"`consent list`"+` instead; that list is masked unless --reveal.`), notProof),
		Example: i18n.T("iskurctl consent export --out ./onay-2026\niskurctl consent export --from 2026-11-01 --to 2026-11-30 --out ./onay-kasim --no-personal-data\niskurctl consent export -o csv --out onaylar.csv",
			"iskurctl consent export --out ./consent-2026\niskurctl consent export --from 2026-11-01 --to 2026-11-30 --out ./consent-november --no-personal-data\niskurctl consent export -o csv --out consents.csv"),
		Exits: []fault.Class{fault.OK, fault.Usage, fault.Integrity, fault.Unverifiable, fault.Store, fault.Input, fault.Output},
		Run:   func(ctx context.Context, _ []string) error { return runExport(ctx, o) },
	})
	f := cmd.Flags()
	o.period = d.PeriodFlags(cmd)
	f.BoolVar(&o.noPersonalData, "no-personal-data", false, d.In(i18n.T("pakete kişisel alanları koyma", "leave personal values out of the bundle")))
	o.out = d.OutputFlags(cmd, listColumns)
	f.Lookup("out").Usage = d.In(i18n.T("`KLASÖR` yeni paketin klasörü; -o csv|ndjson ile dosya", "`DIR` the folder of the new bundle; with -o csv|ndjson a file"))
	return cmd
}

func runExport(ctx context.Context, o *exportOptions) error {
	x := consent.ExportOptions{PersonalData: !o.noPersonalData, Product: "iskurctl " + o.d.Build().Version}
	var err error
	if x.From, x.To, err = o.period.Span(); err != nil {
		return err
	}
	if o.out.Asked() {
		return o.list(ctx, consent.Filter{From: x.From, To: x.To})
	}
	dir := o.out.File()
	if dir == "" {
		return cmdkit.FlagMissing("out", i18n.T("KLASÖR", "DIR")).
			WithHint(i18n.T("paket için: --out ./klasor; düz liste için: -o csv --out dosya.csv", "for a bundle: --out ./folder; for a plain list: -o csv --out file.csv"))
	}
	log, err := o.log(ctx)
	if err != nil {
		return err
	}
	cmdkit.Frugal()
	sum, err := log.Export(ctx, dir, x)
	if err != nil {
		return err
	}
	o.d.Note(i18n.Tf("%s: %s, %s, %s", "%s: %s, %s, %s", dir, i18n.Count(sum.Records, "%d olay", "%d event", "%d events"),
		i18n.Count(sum.Entries, "%d kayıt", "%d entry", "%d entries"), i18n.Count(sum.Files, "%d dosya", "%d file", "%d files")))
	if sum.Records == 0 {
		o.d.Warn(i18n.T("pakette hiç olay yok: günlükte bu süre için olay bulunmuyor", "the bundle holds no event: the log has none of this time"))
	}
	if x.PersonalData && sum.Disclosures > 0 {
		o.d.Warn(i18n.T("paket kişisel verileri maskelenmemiş olarak içerir; yalnızca almaya yetkili olana, korunan bir yoldan verin",
			"the bundle holds personal data in full; give it only to who may have it, by a protected way"))
	}
	return nil
}

// log opens the log: without personal values no key is needed.
func (o *exportOptions) log(ctx context.Context) (*consent.Log, error) {
	if o.noPersonalData {
		return o.d.ConsentEvidence(ctx, false)
	}
	log, err := o.d.Consent(ctx)
	if f := fault.From(err); err != nil && f.Code == "secret_missing" {
		return nil, f.WithHint(i18n.Join("; ", f.Hint, i18n.T("anahtarsız, kişisel veri içermeyen bir paket için: --no-personal-data", "for a bundle without personal data, which needs no key: --no-personal-data")))
	}
	return log, err
}

// list is the plain list: the records of `consent list`.
func (o *exportOptions) list(ctx context.Context, filter consent.Filter) error {
	if o.noPersonalData {
		return fault.New(fault.Usage, "flags_conflict", i18n.T("--no-personal-data yalnızca paketle kullanılır, -o ile değil", "--no-personal-data goes with a bundle only, not with -o")).
			WithHint(i18n.T("düz listede alanları seçmek için: --fields seq,time,act,event,text", "to choose the fields of a plain list: --fields seq,time,act,event,text"))
	}
	log, err := o.d.Consent(ctx)
	if err != nil {
		return err
	}
	return o.out.Emit(ctx, func(s *output.Sink) error { return writeEntries(s, log.List(ctx, filter)) })
}
