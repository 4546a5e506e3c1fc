package mykcmd

import (
	"context"

	"github.com/spf13/cobra"

	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/output"
	"iskurctl/internal/query"
)

type lookupOptions struct {
	d      *cmdkit.Deps
	cmd    *cobra.Command
	out    *cmdkit.Output
	source *cmdkit.NumberSource
	query  queryFlags
	filter filter

	from, to    string
	job         string
	resume      bool
	skipInvalid bool
	allowEmpty  bool
	rejects     string
}

func newLookup(d *cmdkit.Deps) *cobra.Command {
	o := &lookupOptions{d: d}
	o.cmd = d.Command(cmdkit.Spec{
		Use:   "lookup [TC…]",
		Short: i18n.T("kişilerin MYK belgelerini sorar", "asks for people's MYK certificates"),
		Long: i18n.T("Bir ya da birçok kişinin MYK belgelerini, ya da bir tarih aralığında düzenlenen belgeleri sorar. Her çağrı, gönderilmeden önce günlüğe kalıcı olarak yazılır; yazılamazsa hiçbir şey gönderilmez.\n\nBelgesi olmayan kişi de bir satırdır (durum: none). Bozuk ya da eksik yanıt hiçbir zaman \"belge yok\" sayılmaz. Yarım kalan toplu sorgu aynı komutla --resume eklenerek tamamlanır.",
			"Asks which MYK certificates one or many people hold, or which were issued in a range of dates. Every call is durably written to the log before it is sent; if that fails, nothing is sent.\n\nA person without a certificate is a row too (status: none). A malformed or incomplete reply never counts as \"no certificate\". A batch that was cut off is finished by the same command with --resume."),
		Example: i18n.T("iskurctl --profile sandbox myk lookup 10000000146\niskurctl myk lookup --tc-file kisiler.csv --column TCKN --purpose 2026/118 -o csv --out belgeler.csv\niskurctl myk lookup --from 01.11.2026 --to 07.11.2026 -o ndjson",
			"iskurctl --profile sandbox myk lookup 10000000146\niskurctl myk lookup --tc-file people.csv --column TCKN --purpose 2026/118 -o csv --out certificates.csv\niskurctl myk lookup --from 2026-11-01 --to 2026-11-07 -o ndjson"),
		Exits: append([]fault.Class{fault.Negative, fault.Partial, fault.Input, fault.SignalINT}, queryExits...),
		Args:  cobra.ArbitraryArgs,
		Run:   func(ctx context.Context, args []string) error { return runLookup(ctx, o, args) },
	})
	f := o.cmd.Flags()
	o.source = d.NumberFlags(o.cmd, "tc-file")
	f.StringVar(&o.from, "from", "", d.In(i18n.T("`TARİH` bu tarihten başlayarak düzenlenen belgeler", "`DATE` certificates issued from this date on")))
	f.StringVar(&o.to, "to", "", d.In(i18n.T("`TARİH` bu tarihe kadar, o gün dahil", "`DATE` up to this date, the day included")))
	o.query.addBatch(d, o.cmd)
	f.BoolVar(&o.filter.validOnly, "valid-only", false, d.In(i18n.T("yalnızca geçerli belgeleri yaz", "print valid certificates only")))
	f.BoolVar(&o.filter.foundOnly, "found-only", false, d.In(i18n.T("belgesi olmayanlar yazılmaz", "leave out people without a certificate")))
	f.StringVar(&o.job, "job", "", d.In(i18n.T("`AD` toplu sorguya verilen ad", "`NAME` name of the batch")))
	f.BoolVar(&o.resume, "resume", false, d.In(i18n.T("yarım kalan toplu sorguyu tamamla", "finish a batch that was cut off")))
	f.BoolVar(&o.skipInvalid, "skip-invalid", false, d.In(i18n.T("geçersiz numaraları atla ve kaç tane olduğunu söyle", "leave invalid numbers out and say how many")))
	f.BoolVar(&o.allowEmpty, "allow-empty", false, d.In(i18n.T("dosyada numara olmaması hata sayılmaz", "a file without numbers is no error")))
	f.StringVar(&o.rejects, "rejects", "", d.In(i18n.T("`DOSYA` alınamayan numaraların satırlarını dosyaya yaz (NDJSON)", "`FILE` write the lines of numbers that failed to a file (NDJSON)")))
	o.out = d.OutputFlags(o.cmd, certificateColumns)
	return o.cmd
}

func runLookup(ctx context.Context, o *lookupOptions, args []string) error {
	if err := o.query.check(o.cmd); err != nil {
		return err
	}
	if err := o.source.Check(args); err != nil {
		return err
	}
	if o.from != "" || o.to != "" {
		return o.period(ctx, args)
	}
	p, err := o.d.Profile()
	if err != nil {
		return err
	}
	if err := o.d.ArgvPolicy(p.ArgvTC, "tc-file", args); err != nil {
		return err
	}
	return o.numbers(ctx, args)
}

// period asks by range of issue dates.
func (o *lookupOptions) period(ctx context.Context, args []string) error {
	if len(args) > 0 || o.source.File != "" || o.job != "" || o.resume || o.skipInvalid || o.rejects != "" {
		return fault.New(fault.Usage, "flags_conflict", i18n.T("tarih aralığı, numaralarla ve toplu sorgu seçenekleriyle birlikte verilmez", "a range of dates does not go with numbers or the flags of a batch"))
	}
	if o.from == "" || o.to == "" {
		return fault.New(fault.Usage, "range_incomplete", i18n.T("tarih aralığı için --from ve --to birlikte gerekir", "a range of dates needs both --from and --to"))
	}
	from, err := cmdkit.ParseDate("from", o.from)
	if err != nil {
		return err
	}
	to, err := cmdkit.ParseDate("to", o.to)
	if err != nil {
		return err
	}
	if to.Before(from) {
		return cmdkit.Reversed()
	}
	return o.out.Emit(ctx, func(s *output.Sink) error {
		service, err := o.d.Query(ctx, o.query.QueryOptions)
		if err != nil {
			return err
		}
		var odd oddities
		defer func() { odd.say(o.d) }()
		for page, err := range service.Range(ctx, from, to) {
			if err != nil {
				return err
			}
			odd.see(page.Notes)
			for _, c := range page.Certificates {
				if err := o.write(s, query.Answer{Certificates: one(c), FetchedAt: page.FetchedAt}); err != nil {
					return err
				}
			}
			if err := s.Flush(); err != nil {
				return err
			}
		}
		return nil
	})
}

func (o *lookupOptions) write(s *output.Sink, a query.Answer) error {
	for _, r := range records(a, o.d.Now(), o.filter) {
		if err := s.Write(r); err != nil {
			return err
		}
	}
	return nil
}
