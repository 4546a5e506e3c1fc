package audit

import (
	"context"
	"iter"
	"time"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/ledger"
	"iskurctl/internal/ledger/bundle"
)

// ExportOptions say what goes into a bundle. Times are [From, To), zero is open. Product names the program.
type ExportOptions struct {
	From, To     time.Time
	PersonalData bool
	Product      string
}

// Export writes the bundle that the other party gets (Madde 8(14)) into the folder dir, which must not exist. Errors:
// those of bundle.Write and of List, a data key that is missing among them (Unverifiable); Input, export_empty, for a log that holds nothing yet.
func (l *Log) Export(ctx context.Context, dir string, o ExportOptions) (bundle.Summary, error) {
	now := l.now()
	head, ok, err := l.ledger.Head(ctx)
	if err != nil {
		return bundle.Summary{}, err
	}
	if !ok || head.Size == 0 {
		return bundle.Summary{}, fault.New(fault.Input, "export_empty", i18n.T("günlükte henüz kayıt yok; dışa aktarılacak bir şey yok", "the log holds no entry yet; there is nothing to export"))
	}
	since, err := l.Since(ctx)
	if err != nil {
		return bundle.Summary{}, err
	}
	covered := now
	if latest, err := l.latest(ctx, head.Size); err != nil {
		return bundle.Summary{}, err
	} else if !now.After(latest) { // the clock was set back, or somebody has just logged it
		covered = latest.Add(time.Millisecond)
	}
	src := l.ledger.Source()
	r := ledger.Range{From: head.Pruned, To: head.Size}
	var wanted *ledger.Range
	var extra []ledger.Range
	if !o.From.IsZero() || !o.To.IsZero() {
		if r.From, r.To, err = l.timeBounds(ctx, Filter{From: o.From, To: o.To}, head.Size); err != nil {
			return bundle.Summary{}, err
		}
		wanted = &r
		if extra, err = l.laterTiles(ctx, r, head.Size); err != nil { // so that the bundle says how its last queries ended
			return bundle.Summary{}, err
		}
	}
	records := func(src ledger.Source) iter.Seq2[[]string, error] {
		if !o.PersonalData {
			src = withoutDisclosures{src}
		}
		return Records(entries(ctx, src, r, head.Size, l.late(r, head.Size)))
	}
	return bundle.Write(ctx, dir, src, bundle.Options{
		Checkpoint: head.Note, Vkey: head.Vkey, Range: wanted, Extra: extra, PersonalData: o.PersonalData, Records: records, Now: now,
		Period: bundle.Period(Covered(o.From, o.To, since, covered)),
		Readme: bundle.Readme(bundle.ReadmeOptions{Origin: head.Origin, Size: head.Size, Range: r, Pruned: head.Pruned, PersonalData: o.PersonalData, Contents: folder()}),
		Info:   []bundle.Field{{Name: "Bag-Software-Agent", Value: o.Product}},
	})
}

// folder says what a bundle is, in its OKUBENI.txt.
func folder() i18n.Text {
	return i18n.T("Bu klasör, İŞKUR'un MYK'dan yaptığı belge sorgularının günlüğüdür (protokol madde 8/14): her sorgu için kullanıcı, yöntem, gönderilen parametreler, tarih ve milisaniye, amaç ve sonuç.",
		"This folder is the log of the certificate queries that İŞKUR made to MYK (protocol, article 8(14)): for each query the user, the method, the parameters sent, date and millisecond, the purpose and the outcome.")
}

// latest gives the time of the query, of the first size entries, that has the latest.
func (l *Log) latest(ctx context.Context, size int64) (time.Time, error) {
	var ms int64
	err := l.st.Read().QueryRowContext(ctx, latestQuery, size).Scan(&ms)
	return time.UnixMilli(ms), l.explain(ctx, err)
}

// withoutDisclosures is a source whose personal values stay shut.
type withoutDisclosures struct{ ledger.Source }

func (withoutDisclosures) Disclosures(context.Context, int64, int64) iter.Seq2[ledger.Disclosed, error] {
	return func(func(ledger.Disclosed, error) bool) {}
}

// BundleRange gives the entries that a bundle was made for, of a log of size entries, but for what was disposed of.
func BundleRange(ctx context.Context, b *bundle.Bundle, size int64) (ledger.Range, error) {
	pruned, err := b.Pruned(ctx)
	if r, ok := b.Range(); ok {
		return ledger.Range{From: min(max(r.From, pruned), r.To), To: r.To}, err
	}
	return ledger.Range{From: pruned, To: size}, err
}

// CheckRecords compares a bundle's records.csv with its entries, line by line (bundle.CompareRecords), its period with
// the times of its queries, and, where that is in order, OKUBENI.txt with what this version writes (V29).
func CheckRecords(ctx context.Context, b *bundle.Bundle, size int64) ([]ledger.Finding, error) {
	if size == 0 {
		return nil, nil // no readable checkpoint: nothing says which entries there are
	}
	r, err := BundleRange(ctx, b, size)
	if err != nil {
		return nil, err
	}
	var first, last string
	findings, err := b.CompareRecords(ctx, size, func(yield func([]string, error) bool) {
		for row, err := range Records(Entries(ctx, b, r, size)) {
			if err == nil && row[1] != recordsHeader[1] {
				last = row[1]
				if first == "" {
					first = last
				}
			}
			if !yield(row, err) {
				return
			}
		}
	})
	if err != nil || len(findings) == 1 && findings[0].Code == ledger.FileMissing {
		return findings, err
	}
	if findings = append(findings, checkPeriod(b, first, last)...); len(findings) > 0 {
		return findings, nil // what the text is made from is in doubt
	}
	pruned, err := b.Pruned(ctx)
	if err != nil {
		return nil, err
	}
	return b.CheckReadme(bundle.ReadmeOptions{Range: r, Pruned: pruned, Contents: folder()})
}

// checkPeriod compares the times that a bundle says it was made for with those of its first and last query, which lie
// within them by the way it is made. Nobody has signed that line, and a comparison of two logs goes by it.
func checkPeriod(b *bundle.Bundle, first, last string) []ledger.Finding {
	p, ok := b.Period()
	switch {
	case !ok:
		return []ledger.Finding{{Code: ledger.BagMalformed, Seq: -1, Detail: i18n.T("bag-info.txt paketin dönemini söylemiyor", "bag-info.txt does not say which period the bundle is for")}}
	case first != "" && (first < ledger.Time(p.From) && !p.From.IsZero() || last >= ledger.Time(p.To)):
		return []ledger.Finding{{Code: ledger.BagMalformed, Seq: -1, Detail: i18n.T("bag-info.txt'deki dönem, paketteki sorguların zamanlarını kapsamıyor", "the period in bag-info.txt does not cover the times of the bundle's queries")}}
	}
	return nil
}
