package auditcmd

import (
	"context"

	"github.com/spf13/cobra"

	"iskurctl/internal/audit"
	"iskurctl/internal/commands/cmdkit"
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
		Short: i18n.T("günlüğü karşı tarafa verilecek, doğrulanabilir bir pakete yazar", "writes the log into a bundle that the other party can verify"),
		Long: i18n.Join("\n\n", i18n.T(`Günlüğü, ya da --from ve --to arasındaki sorguları, --out ile adı verilen yeni bir klasöre yazar (BagIt). Klasördeki OKUBENI.txt, doğruluğun yalnızca sha256sum ve openssl ile nasıl denetleneceğini anlatır; güven dosyasını (audit checkpoint --out) ayrı bir yoldan verin.

Paket kişisel verileri açık olarak içerir; --no-personal-data kullanıcıyı, parametreleri ve amacı dışarıda bırakır, doğrulama yine geçerlidir. -o csv ya da -o ndjson bir paket yerine düz liste yazar; o liste --reveal verilmedikçe maskelidir.`,
			`Writes the log, or the queries between --from and --to, into a new folder named by --out (BagIt). OKUBENI.txt in it tells how to check it with sha256sum and openssl alone; hand the trust file (audit checkpoint --out) over by another way.

A bundle holds personal data in full; --no-personal-data leaves user, parameters and purpose out, and it still verifies. -o csv or -o ndjson writes a plain list instead; that list is masked unless --reveal.`),
			i18n.T("Düz liste ve paketin hangi sorguları kapsadığı, kayıtlara götüren satırlara dayanır. Kanıt olarak vermeden önce günlüğü `audit verify --deep` ile doğrulayın: eksik ya da yanlış bir satırı yalnızca o görür.",
				"The plain list, and which queries a bundle covers, rest on the rows that lead to entries. Before you give either as proof run `audit verify --deep`: only that sees a row that is missing or wrong.")),
		Example: i18n.T("iskurctl audit export --from 2026-11-01 --to 2026-11-30 --out ./myk-kasim\niskurctl audit export --from 2026-11-01 --to 2026-11-30 -o csv --out kasim.csv",
			"iskurctl audit export --from 2026-11-01 --to 2026-11-30 --out ./myk-november\niskurctl audit export --from 2026-11-01 --to 2026-11-30 -o csv --out november.csv"),
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
	asked, err := span(o.period)
	if err != nil {
		return err
	}
	if o.out.Asked() {
		if o.noPersonalData {
			return fault.New(fault.Usage, "flags_conflict", i18n.T("--no-personal-data yalnızca paketle kullanılır, -o ile değil", "--no-personal-data goes with a bundle only, not with -o")).
				WithHint(i18n.T("düz listede alanları seçmek için: --fields seq,time,method,outcome", "to choose the fields of a plain list: --fields seq,time,method,outcome"))
		}
		return exportList(ctx, o, audit.Filter{From: asked.From, To: asked.To})
	}
	dir := o.out.File()
	if dir == "" {
		return fault.New(fault.Usage, "flag_value_missing", i18n.T("--out KLASÖR verilmedi", "--out DIR is missing")).
			WithHint(i18n.T("paket için: --out ./klasor; düz liste için: -o csv --out dosya.csv", "for a bundle: --out ./folder; for a plain list: -o csv --out file.csv"))
	}
	log, err := exported(ctx, o)
	if err != nil {
		return err
	}
	if err := warnDisposed(ctx, o.d, log, asked); err != nil {
		return err
	}
	x := audit.ExportOptions{From: asked.From, To: asked.To, PersonalData: !o.noPersonalData, Product: "iskurctl " + o.d.Build().Version}
	cmdkit.Frugal()
	sum, err := log.Export(ctx, dir, x)
	if err != nil {
		return err
	}
	o.d.Note(i18n.Tf("%s: %s, %s, %s", "%s: %s, %s, %s", dir, i18n.Count(sum.Records, "%d sorgu", "%d query", "%d queries"),
		i18n.Count(sum.Entries, "%d kayıt", "%d entry", "%d entries"), i18n.Count(sum.Files, "%d dosya", "%d file", "%d files")))
	for _, name := range sum.Swept {
		o.d.Note(i18n.Tf("yarıda kesilen eski bir dışa aktarmanın kalıntısı silindi: %s", "what an earlier export that was cut off had left was removed: %s", name))
	}
	for _, name := range sum.Left {
		o.d.Warn(i18n.Tf("yarıda kesilen eski bir dışa aktarmanın kalıntısı duruyor, kişisel veri içerebilir: %s; silin", "what an earlier export that was cut off has left is still there and may hold personal data: %s; remove it", name))
	}
	if sum.Records == 0 {
		o.d.Warn(i18n.T("pakette hiç sorgu yok: günlükte bu süre için sorgu bulunmuyor", "the bundle holds no query: the log has none of this time"))
	}
	if x.PersonalData && sum.Disclosures > 0 {
		o.d.Warn(i18n.T("paket kişisel verileri maskelenmemiş olarak içerir; yalnızca protokoldeki karşı tarafa, korunan bir yoldan verin",
			"the bundle holds personal data in full; give it to the other party of the protocol only, by a protected way"))
	}
	return nil
}

// exported opens the log: without personal values no key is needed.
func exported(ctx context.Context, o *exportOptions) (*audit.Log, error) {
	if o.noPersonalData {
		return o.d.Evidence(ctx, false)
	}
	log, err := o.d.Audit(ctx)
	if f := fault.From(err); err != nil && f.Code == "secret_missing" {
		return nil, f.WithHint(i18n.Join("; ", f.Hint, i18n.T("anahtarsız, kişisel veri içermeyen bir paket için: --no-personal-data", "for a bundle without personal data, which needs no key: --no-personal-data")))
	}
	return log, err
}

// exportList is the plain list: the records of `audit list`.
func exportList(ctx context.Context, o *exportOptions, filter audit.Filter) error {
	log, err := o.d.Audit(ctx)
	if err != nil {
		return err
	}
	if err := warnDisposed(ctx, o.d, log, audit.Span{From: filter.From, To: filter.To}); err != nil {
		return err
	}
	return o.out.Emit(ctx, func(s *output.Sink) error { return writeEntries(s, log.List(ctx, filter), o.out.Reveal()) })
}
