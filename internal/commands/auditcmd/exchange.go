package auditcmd

import (
	"context"
	"io"
	"iter"

	"github.com/spf13/cobra"

	"iskurctl/internal/audit"
	"iskurctl/internal/audit/reconcile"
	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/output"
)

type exchangeOptions struct {
	d      *cmdkit.Deps
	period *cmdkit.Period
	out    string
	force  bool
}

func newExchange(d *cmdkit.Deps) *cobra.Command {
	o := &exchangeOptions{d: d}
	cmd := d.Command(cmdkit.Spec{
		Use:   "exchange",
		Short: i18n.T("karşılaştırma için, kişisel veri içermeyen değişim dosyası yazar", "writes an exchange file: for a comparison, without personal data"),
		Long: i18n.T(`Günlükteki sorguları, kişisel veri içermeyen bir dosyaya yazar: her sorgunun sıra numarası, zamanı ve anahtarlı özetleri (HMAC-SHA256). Karşı taraf dosyayı `+"`iskurctl audit reconcile --theirs DOSYA`"+` ile kendi günlüğüyle karşılaştırır.

İki kurum da aynı değişim anahtarını kullanır: en az 32 rastgele bayt. Bir kurum anahtarı üretir (openssl rand -base64 32), ötekine güvenli bir yoldan verir; ikisi de yapılandırmada [profiles.AD.keys] altında exchange = "file:/…" ile yerini gösterir. Anahtarı bilen, özetlerden TC kimlik numaralarını bulabilir: anahtarı dosyayla aynı yoldan göndermeyin.`,
			`Writes the queries of the log into a file without personal data: of each query its sequence number, time and keyed tags (HMAC-SHA256). The other party compares it with their own log by `+"`iskurctl audit reconcile --theirs FILE`"+`.

Both parties use the same exchange key: 32 random bytes at least. One of them makes it (openssl rand -base64 32) and gives it to the other by a safe way; both say where it is with exchange = "file:/…" below [profiles.NAME.keys] in the configuration. Who knows the key can find the TC numbers from the tags: never send it the same way as the file.`),
		Example: i18n.T("iskurctl audit exchange --from 2026-11-01 --to 2026-11-30 --out kasim.exchange", "iskurctl audit exchange --from 2026-11-01 --to 2026-11-30 --out november.exchange"),
		Exits:   []fault.Class{fault.OK, fault.Usage, fault.Integrity, fault.Unverifiable, fault.Store, fault.Output},
		Run:     func(ctx context.Context, _ []string) error { return runExchange(ctx, o) },
	})
	f := cmd.Flags()
	f.StringVar(&o.out, "out", "", d.In(i18n.T("`DOSYA` yazılacak dosya (yarım dosya kalmaz, 0600)", "`FILE` the file to write (atomic, 0600)")))
	o.period = d.PeriodFlags(cmd)
	f.BoolVar(&o.force, "force", false, d.In(i18n.T("var olan --out dosyasını değiştir", "replace an existing --out file")))
	return cmd
}

func runExchange(ctx context.Context, o *exchangeOptions) error {
	asked, err := span(o.period)
	if err != nil {
		return err
	}
	if o.out == "" {
		return fault.New(fault.Usage, "flag_value_missing", i18n.T("--out DOSYA verilmedi", "--out FILE is missing")).
			WithHint(i18n.T("örnek: iskurctl audit exchange --out kasim.exchange", "for example: iskurctl audit exchange --out november.exchange"))
	}
	key, err := exchangeKey(ctx, o.d)
	if err != nil {
		return err
	}
	log, err := o.d.Audit(ctx)
	if err != nil {
		return err
	}
	since, err := log.Since(ctx)
	if err != nil {
		return err
	}
	now := o.d.Now()
	span := audit.Covered(asked.From, asked.To, since, now)
	n := int64(0)
	err = output.WriteStream(o.out, o.force, func(w io.Writer) error {
		rows := sent(log.List(ctx, audit.Filter{From: span.From, To: span.To}))
		return reconcile.WriteExchange(w, key, reconcile.Header(span), counted(rows, &n))
	})
	if err == nil {
		o.d.Note(i18n.Tf("%s: %s; kişisel veri içermez, anahtarı ayrı bir yoldan verin", "%s: %s; it holds no personal data, give the key by another way", o.out, i18n.Count(n, "%d sorgu", "%d query", "%d queries")))
	}
	return err
}

func counted(rows iter.Seq2[reconcile.Row, error], n *int64) iter.Seq2[reconcile.Row, error] {
	return func(yield func(reconcile.Row, error) bool) {
		for r, err := range rows {
			if err == nil {
				*n++
			}
			if !yield(r, err) {
				return
			}
		}
	}
}

// exchangeKey gives the key that both parties hold. None, or one that is not where it should be: class Unverifiable.
func exchangeKey(ctx context.Context, d *cmdkit.Deps) ([]byte, error) {
	p, err := d.Profile()
	if err != nil {
		return nil, err
	}
	missing := func(text i18n.Text) *fault.Error {
		return fault.New(fault.Unverifiable, "exchange_key_missing", text).WithHint(i18n.Tf(
			`iki kurumun ortak anahtarını (biri üretir: openssl rand -base64 32) 0600 kipinde bir dosyaya koyun, yapılandırmada [profiles.%s.keys] altına exchange = "file:/tam/yol" yazın`,
			`put the key that both parties share (one makes it: openssl rand -base64 32) into a file of mode 0600 and write exchange = "file:/full/path" below [profiles.%s.keys] in the configuration`, p.Name))
	}
	if p.ExchangeRef == "" {
		return nil, missing(i18n.T("yapılandırmada değişim anahtarı yok", "the configuration names no exchange key"))
	}
	key, err := d.Secret(ctx, p.ExchangeRef)
	if f := fault.From(err); err != nil && f.Code == "secret_missing" {
		return nil, missing(f.Message).Because(err)
	}
	return key, err
}
