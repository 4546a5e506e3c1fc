package auditcmd

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"iskurctl/internal/audit"
	"iskurctl/internal/audit/reconcile"
	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/ledger"
	"iskurctl/internal/output"
)

// differencePage is how many differences are given their details at a time.
const differencePage = 20_000

// What comes from the other party's file is free text: it may be anything, and is scrubbed.
var reconcileColumns = []output.Column{
	{Key: "code", Title: i18n.T("KOD", "CODE"), Kind: output.Code, Wide: true},
	{Key: "class", Title: i18n.T("TÜR", "KIND"), Kind: output.Code},
	{Key: "ours", Title: i18n.T("BİZ", "OURS"), Kind: output.Number},
	{Key: "theirs", Title: i18n.T("KARŞI", "THEIRS"), Kind: output.Number},
	{Key: "offset_ms", Title: i18n.T("SAAT (ms)", "CLOCK (ms)"), Kind: output.Number, Yield: 1}, // the summary has the clocks' offset
	{Key: "time", Title: i18n.T("ZAMAN (UTC)", "TIME (UTC)"), Kind: output.Time},
	{Key: "user", Title: i18n.T("KULLANICI", "USER"), Kind: output.Text, Wide: true},
	{Key: "method", Title: i18n.T("YÖNTEM", "METHOD"), Kind: output.Text, Wide: true},
	{Key: "params", Title: i18n.T("PARAMETRELER", "PARAMETERS"), Kind: output.JSON},
}

type reconcileOptions struct {
	d       *cmdkit.Deps
	out     *cmdkit.Output
	period  *cmdkit.Period
	theirs  []string
	window  time.Duration
	summary bool
}

func newReconcile(d *cmdkit.Deps) *cobra.Command {
	o := &reconcileOptions{d: d}
	cmd := d.Command(cmdkit.Spec{
		Use:   "reconcile --theirs " + d.In(i18n.T("DOSYA", "FILE")),
		Short: i18n.T("günlüğü karşı tarafınkiyle karşılaştırır", "compares the log with the other party's"),
		Long: i18n.T(`Sorgu günlüğünü karşı tarafın günlüğüyle karşılaştırır ve farkları bir bir listeler; fark varsa 3 ile biter.

--theirs şunlardan biridir: bizim biçimimizde bir paket (klasör), CSV ya da NDJSON (time,user,method,params; params bir JSON nesnesi) ya da bir değişim dosyası (audit exchange). - standart girdidir. Paket önce kendi imzasıyla doğrulanır; bozuksa karşılaştırılmaz; imzalayan anahtarın adı ve parmak izi yazılır, kime ait olduğuna bakılmaz. Kullanıcısı boş olan satırın kullanıcısı karşılaştırılmaz.

Aynı kullanıcı, yöntem ve parametrelerle, zamanları --window kadar yakın iki satır aynı sorgudur. Geri kalanlar: V90 yalnız bizde (only_ours), V91 yalnız onlarda (only_theirs), V92 parametreler farklı (param_diff), V93 kullanıcı farklı (user_diff), V94 aynı sorgu, zamanı pencerenin dışında (time_diff), V95 yinelenmiş (duplicate). V96 iki saatin farkıdır (clock_offset); pencereyi aşmıyorsa yalnızca bilgidir. Gönderilmemiş (not_sent) sorgular karşılaştırılmaz.

--from ve --to verilmezse paketin ya da değişim dosyasının kapsadığı süre, CSV ve NDJSON için günlüğün tamamı karşılaştırılır.`,
			`Compares the query log with the other party's and lists the differences one by one; with any, it ends with 3.

--theirs is a bundle of our form (a folder), CSV or NDJSON (time,user,method,params; params is a JSON object), or an exchange file (audit exchange). - is standard input. A bundle is first verified by its own signature, and not compared when it is damaged; the name and the fingerprint of the key that signed it are printed, whose key it is is not looked at. In a row with an empty user the user is not compared.

Two rows with the same user, method and parameters whose times are no further apart than --window are one query. The rest: V90 only ours (only_ours), V91 only theirs (only_theirs), V92 other parameters (param_diff), V93 another user (user_diff), V94 the same query outside the window (time_diff), V95 a duplicate (duplicate). V96 is the offset of the two clocks (clock_offset), and only a note inside the window. Queries that were never sent (not_sent) are left out.

Without --from and --to the time that the bundle or the exchange file covers is compared; for CSV and NDJSON, the whole log.`),
		Example: i18n.T("iskurctl audit reconcile --theirs myk-kasim.csv --from 2026-11-01 --to 2026-11-30\niskurctl audit reconcile --theirs ./myk-paketi --summary\niskurctl audit reconcile --theirs myk.exchange -o json",
			"iskurctl audit reconcile --theirs myk-november.csv --from 2026-11-01 --to 2026-11-30\niskurctl audit reconcile --theirs ./myk-bundle --summary\niskurctl audit reconcile --theirs myk.exchange -o json"),
		Exits: []fault.Class{fault.OK, fault.Usage, fault.Negative, fault.Integrity, fault.Unverifiable, fault.Store, fault.Input, fault.Output},
		Run:   func(ctx context.Context, _ []string) error { return runReconcile(ctx, o) },
	})
	f := cmd.Flags()
	f.StringArrayVar(&o.theirs, "theirs", nil, d.In(i18n.T("`DOSYA` karşı tarafın günlüğü: paket klasörü, CSV, NDJSON ya da değişim dosyası (- : standart girdi)", "`FILE` the other party's log: bundle folder, CSV, NDJSON or exchange file (- : standard input)")))
	f.DurationVar(&o.window, "window", 2*time.Second, d.In(i18n.T("`SÜRE` aynı sorgunun iki zamanı arasındaki en büyük fark (en çok 24h)", "`DUR` how far apart the two times of one query may be (24h at most)")))
	o.period = d.PeriodFlags(cmd)
	f.BoolVar(&o.summary, "summary", false, d.In(i18n.T("yalnızca sayıları ver", "give the counts only")))
	o.out = d.OutputFlags(cmd, reconcileColumns)
	_ = cmd.MarkFlagFilename("theirs") // completed by the shell; a bundle is a folder, which it offers too
	return cmd
}

func runReconcile(ctx context.Context, o *reconcileOptions) error {
	asked, err := span(o.period)
	switch {
	case err != nil:
		return err
	case len(o.theirs) > 1: // the last one alone would look as if all were compared
		return fault.New(fault.Usage, "flag_repeated", i18n.T("--theirs birden çok kez verildi", "--theirs was given more than once")).
			WithHint(i18n.T("her dosyayı ayrı bir komutla karşılaştırın", "compare each file by a command of its own"))
	case len(o.theirs) == 0 || o.theirs[0] == "":
		return fault.New(fault.Usage, "flag_value_missing", i18n.T("--theirs DOSYA verilmedi", "--theirs FILE is missing")).
			WithHint(i18n.T("karşı tarafın paketi, CSV, NDJSON ya da değişim dosyası: --theirs DOSYA", "the other party's bundle, CSV, NDJSON or exchange file: --theirs FILE"))
	}
	if err := reconcile.CheckWindow(o.window); err != nil {
		return err
	}
	if o.summary {
		o.out.OneObject()
	}
	var sum reconcile.Summary
	var signer string
	err = o.out.Emit(ctx, func(sink *output.Sink) error {
		log, err := o.d.Audit(ctx)
		if err != nil {
			return err
		}
		t, err := openTheirs(ctx, o.d, o.theirs[0])
		if err != nil {
			return err
		}
		defer t.close()
		signer = t.signer
		sum, err = o.compare(ctx, sink, log, t, asked)
		return err
	})
	if c := fault.ClassOf(err); !o.summary && (c == fault.OK || c == fault.Negative) {
		o.d.Note(summaryText(sum))
		if signer != "" {
			o.d.Note(i18n.Tf("paketi imzalayan anahtar: %s (parmak izi --summary ile); kimin anahtarı olduğuna bu komut bakmaz, audit verify --trust bakar",
				"the key that signed the bundle: %s (its fingerprint with --summary); whose key it is this command does not look at, audit verify --trust does", cmdkit.KeyName(signer)))
		}
	}
	return err
}

// compare is the command once both logs are open.
func (o *reconcileOptions) compare(ctx context.Context, sink *output.Sink, log *audit.Log, t *theirs, asked audit.Span) (sum reconcile.Summary, err error) {
	e, err := reconcile.New("", t.key, o.window)
	if err != nil {
		return sum, err
	}
	defer func() {
		if closed := e.Close(); err == nil {
			err = closed
		}
	}()
	span, err := o.span(ctx, log, t, asked)
	if err != nil {
		return sum, err
	}
	if err := o.fill(ctx, e, log, t, span); err != nil {
		return sum, err
	}
	n, err := o.report(ctx, sink, e, log, t)
	if err != nil {
		return sum, err
	}
	sum = e.Summary()
	if o.summary {
		err = sink.Object(summaryFields(sum, t.signer))
	}
	if err == nil && n > 0 {
		err = fault.New(fault.Negative, "reconcile_differs", i18n.Tf("iki günlük birbirini tutmuyor; fark sayısı: %d", "the two logs do not agree; differences: %d", n)).
			WithHint(i18n.T("bulguların anlamı: iskurctl audit reconcile --help", "what the findings mean: iskurctl audit reconcile --help"))
	}
	return sum, err
}

// span settles which times are compared: those asked for, else those that the other party's file says it covers, else
// all that our log holds.
func (o *reconcileOptions) span(ctx context.Context, log *audit.Log, t *theirs, asked audit.Span) (audit.Span, error) {
	s := asked
	if t.covered {
		if s.From.IsZero() {
			s.From = t.covers.From
		}
		if s.To.IsZero() {
			s.To = t.covers.To
		}
		if !s.To.After(s.From) { // to compare nothing must not look like agreement
			return s, fault.New(fault.Usage, "range_not_covered", i18n.Tf("karşı tarafın dosyası %s ile %s arasını kapsıyor; istenen süre bunun dışında",
				"the other party's file covers %s to %s; the time that was asked for lies outside", moment(t.covers.From), moment(t.covers.To)))
		}
		if s.From.Before(t.covers.From) || s.To.After(t.covers.To) {
			o.d.Warn(i18n.Tf("karşı tarafın dosyası %s ile %s arasını kapsıyor; bunun dışındaki sorgular onda yok görünür",
				"the other party's file covers %s to %s; queries outside of that will look as if they were missing there", moment(t.covers.From), moment(t.covers.To)))
		}
	}
	since, err := log.Since(ctx)
	if err == nil && s.From.Before(since) {
		s.From = since
		if !s.To.IsZero() && !s.To.After(since) {
			return s, fault.New(fault.Unverifiable, "entries_disposed", i18n.Tf("%s tarihinden önceki kayıtlarımız süresi dolduğu için imha edildi; karşılaştırılacak bir şey yok",
				"our entries from before %s were disposed of when their time was over; there is nothing to compare", moment(since)))
		}
		o.d.Note(i18n.Tf("%s tarihinden önceki kayıtlarımız süresi dolduğu için imha edildi; öncesi karşılaştırılmadı",
			"our entries from before %s were disposed of when their time was over; nothing before that was compared", moment(since)))
	}
	return s, err
}

func moment(t time.Time) i18n.Text {
	if t.IsZero() {
		return i18n.T("başlangıç", "the beginning")
	}
	return i18n.T(ledger.Time(t), ledger.Time(t))
}

// beside is how far outside the span rows may be the counterparts of those inside: a day, as of V94, which no window
// exceeds.
const beside = 24 * time.Hour

// fill gives the engine both logs, all of theirs before the first of ours: an exchange file shows only at its end whether
// it is what was written.
func (o *reconcileOptions) fill(ctx context.Context, e *reconcile.Engine, log *audit.Log, t *theirs, s audit.Span) error {
	first, last := time.Time{}, time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)
	near := audit.Span{}
	if !s.From.IsZero() {
		first, near.From = s.From.Add(time.Millisecond-1), s.From.Add(-beside) // the first whole millisecond in it
	}
	if !s.To.IsZero() {
		last, near.To = s.To.Add(-1), s.To.Add(beside)
	}
	e.Period(first, last)
	inside := func(t time.Time) bool { return !t.Before(near.From) && (near.To.IsZero() || t.Before(near.To)) }

	bar := o.d.Streams.Progress(o.d.In(i18n.T("okunuyor", "reading")), -1)
	defer bar.Finish()
	err := t.feed(ctx, func(r reconcile.Row) error {
		bar.Add(1)
		if !inside(r.Time) {
			return nil
		}
		return e.AddTheirs(r)
	}, func(r reconcile.Tagged) error {
		bar.Add(1)
		if !inside(r.Time) {
			return nil
		}
		return e.AddTheirsTagged(r.Time, r.Seq, r.Tags)
	})
	if err != nil {
		return err
	}
	return each(ctx, sent(log.List(ctx, audit.Filter{From: near.From, To: near.To})), func(r reconcile.Row) error {
		bar.Add(1)
		return e.AddOurs(r)
	})
}

// report writes the differences, unless only counts are wanted, and says how many count.
func (o *reconcileOptions) report(ctx context.Context, sink *output.Sink, e *reconcile.Engine, log *audit.Log, t *theirs) (n int64, err error) {
	again := &lookup{open: t.again}
	defer again.close()
	var page []reconcile.Difference
	give := func() error {
		err := o.give(ctx, sink, log, again, page)
		page = page[:0]
		return err
	}
	for d, err := range e.Compare(ctx) {
		if err != nil {
			return n, err
		}
		if d.Counts(o.window) {
			n++
		}
		if o.summary {
			continue
		}
		if page = append(page, d); len(page) == differencePage {
			if err := give(); err != nil {
				return n, err
			}
		}
	}
	return n, give()
}

// give writes a page of differences with what they are about: our query where there is one, else theirs.
func (o *reconcileOptions) give(ctx context.Context, sink *output.Sink, log *audit.Log, again *lookup, page []reconcile.Difference) error {
	var our, their []int64
	for _, d := range page {
		switch {
		case d.Ours != nil:
			our = append(our, *d.Ours)
		case d.Theirs != nil:
			their = append(their, *d.Theirs)
		}
	}
	ours, err := log.Find(ctx, our)
	if err != nil {
		return err
	}
	theirs, err := again.find(ctx, their)
	if err != nil {
		return err
	}
	for _, d := range page {
		r := output.Record{string(d.Code), d.Class, value(d.Ours), value(d.Theirs), value(d.OffsetMS), nil, nil, nil, nil}
		if d.Ours != nil {
			if e, ok := ours[*d.Ours]; ok {
				r[5], r[6], r[7], r[8] = e.Time, e.User, string(e.Method), params(e.Params, o.out.Reveal())
			}
		} else if d.Theirs != nil {
			if row, ok := theirs[*d.Theirs]; ok {
				r[5], r[6], r[7], r[8] = row.Time, row.User, row.Method, params(row.Params, o.out.Reveal())
			}
		}
		if err := sink.Write(r); err != nil {
			return err
		}
	}
	return nil
}

// value is what stands in a record for a number that may be missing.
func value(n *int64) any {
	if n == nil {
		return nil
	}
	return *n
}

// summaryFields are the counts and, of a bundle, whose signature it bears.
func summaryFields(s reconcile.Summary, signer string) []output.Field {
	number := func(key, tr, en string, n int64) output.Field {
		return output.Field{Key: key, Title: i18n.T(tr, en), Kind: output.Number, Value: n}
	}
	counts := []output.Field{
		number("ours", "bizim sorgularımız", "queries of ours", s.Ours),
		number("theirs", "onların sorguları", "queries of theirs", s.Theirs),
		number("matched", "eşleşen", "matched", s.Matched),
		number("only_ours", "yalnız bizde (V90)", "only ours (V90)", s.OnlyOurs),
		number("only_theirs", "yalnız onlarda (V91)", "only theirs (V91)", s.OnlyTheirs),
		number("param_diff", "parametreler farklı (V92)", "other parameters (V92)", s.ParamDiff),
		number("user_diff", "kullanıcı farklı (V93)", "another user (V93)", s.UserDiff),
		number("time_diff", "zaman pencerenin dışında (V94)", "outside the window (V94)", s.TimeDiff),
		number("duplicate", "yinelenmiş (V95)", "duplicates (V95)", s.Duplicate),
		{Key: "offset_ms", Title: i18n.T("saat farkı (ms)", "clock offset (ms)"), Kind: output.Number, Value: value(s.OffsetMS)},
	}
	if signer == "" {
		return counts
	}
	return append(counts, output.Field{Key: "signer", Title: i18n.T("imzalayan anahtar", "signing key"), Kind: output.Code, Value: cmdkit.KeyName(signer)},
		output.Field{Key: "signer_fingerprint", Title: i18n.T("anahtarın parmak izi", "fingerprint of the key"), Kind: output.Code, Value: cmdkit.Fingerprint(signer)})
}

func summaryText(s reconcile.Summary) i18n.Text {
	t := i18n.Tf("bizde %d, onlarda %d sorgu; eşleşen %d, yalnız bizde %d, yalnız onlarda %d, parametresi farklı %d, kullanıcısı farklı %d, zamanı farklı %d, yinelenmiş %d",
		"queries: ours %d, theirs %d; matched %d, only ours %d, only theirs %d, other parameters %d, another user %d, another time %d, duplicates %d",
		s.Ours, s.Theirs, s.Matched, s.OnlyOurs, s.OnlyTheirs, s.ParamDiff, s.UserDiff, s.TimeDiff, s.Duplicate)
	if s.OffsetMS != nil {
		t = i18n.Join("; ", t, i18n.Tf("saat farkı %d ms", "clock offset %d ms", *s.OffsetMS))
	}
	return t
}
