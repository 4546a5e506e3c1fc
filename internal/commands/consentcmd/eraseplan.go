package consentcmd

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"iskurctl/internal/audit"
	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/consent"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// plan gives the events that would lose something, in their order.
func (o *eraseOptions) plan(ctx context.Context, log *consent.Log, e consent.Erasure) (plan []consent.Erasable, err error) {
	for x, err := range log.Erasable(ctx, e) {
		if err != nil {
			return nil, err
		}
		plan = append(plan, x)
	}
	slices.SortFunc(plan, func(a, b consent.Erasable) int { return cmp.Compare(a.Seq, b.Seq) })
	return plan, nil
}

// queries gives the entries of the query log about these people that the protocol still keeps.
func (o *eraseOptions) queries(ctx context.Context, tcs []string) (list []audit.Entry, err error) {
	log, err := o.d.Audit(ctx)
	if err != nil {
		return nil, err
	}
	from := o.d.Now().In(cmdkit.Istanbul).AddDate(-keptYears, 0, 0)
	for q, err := range log.List(ctx, audit.Filter{From: from, KimlikNos: tcs}) {
		if err != nil {
			return nil, err
		}
		list = append(list, audit.Entry{Seq: q.Seq, Time: q.Time})
	}
	return list, nil
}

// logLook makes the answer's own trace durable: which queries there were about somebody is what `audit list --tc-file`
// logs as well. Where there are none no number is put into that log.
func (o *eraseOptions) logLook(ctx context.Context, tcs []string, queries int) error {
	if queries == 0 {
		return nil
	}
	log, err := o.d.Audit(ctx)
	if err != nil {
		return err
	}
	user, host, err := o.d.Identity()
	if err != nil {
		return err
	}
	if err := log.BindKey(ctx); err != nil {
		return err
	}
	return log.Look(ctx, user, host, tcs)
}

// end says what came of it: old bytes that are still there weigh most, then what the law keeps.
func (o *eraseOptions) end(n int64, queries []audit.Entry, residue []consent.Residue) error {
	switch {
	case !o.d.Globals.Yes:
		o.d.Note(i18n.T("hiçbir şey silinmedi; silmek için --yes ekleyin", "nothing was erased; add --yes to do it"))
	default:
		o.d.Note(i18n.Count(n, "%d olayın kişisel verileri silindi; yedeklerdeki kopyaları da imha edin", "the personal values of %d event were erased; dispose of their copies in backups as well",
			"the personal values of %d events were erased; dispose of their copies in backups as well"))
	}
	if len(residue) > 0 {
		files := make([]string, len(residue))
		for i, r := range residue {
			files[i] = r.Path
		}
		return fault.New(fault.Integrity, "erase_residue", i18n.Tf("kişisel veriler silindi, ancak eski baytlar şu dosyalarda hâlâ duruyor: %s", "the values were erased, but old bytes of them still stand in these files: %s", strings.Join(files, ", "))).
			WithHint(i18n.T("depoyu kullanan öteki süreçleri kapatıp aynı komutu yineleyin: depoyu ve anahtar deposunu baştan yazar; o zamana dek silme tamamlanmış sayılmaz (`consent verify --deep`: V37)", "end other processes that use the store and repeat the command: it writes the store and the key store anew; until then the erasure does not count as finished (`consent verify --deep`: V37)"))
	}
	if len(queries) == 0 {
		return nil
	}
	last := slices.MaxFunc(queries, func(a, b audit.Entry) int { return a.Time.Compare(b.Time) }).Time
	until := last.In(cmdkit.Istanbul).AddDate(keptYears, 0, 0).Format("2006-01-02")
	return fault.New(fault.Refused, "erase_kept", i18n.Count(int64(len(queries)), "bu kişi hakkında %d sorgu kaydı yasa gereği kalır (protokol madde 8/14)",
		"%d query about this person stays by law (protocol, article 8(14))", "%d queries about this person stay by law (protocol, article 8(14))")).
		WithHint(i18n.Tf("sorguların sonuncusunun süresi %s günü dolar; sonra `iskurctl audit prune` onları da imha eder", "the time of the last of them is over on %s; after that `iskurctl audit prune` disposes of them as well", until))
}
