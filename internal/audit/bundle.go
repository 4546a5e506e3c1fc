package audit

import (
	"context"
	"encoding/csv"
	"errors"
	"io"
	"io/fs"
	"iter"
	"slices"
	"strconv"
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
// those of bundle.Write and of List; Input, export_empty, for a log that holds nothing yet.
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
	src := l.ledger.Source()
	r := ledger.Range{From: head.Pruned, To: head.Size}
	var wanted *ledger.Range
	var extra []ledger.Range
	if !o.From.IsZero() || !o.To.IsZero() {
		if r.From, r.To, err = l.timeBounds(ctx, Filter{From: o.From, To: o.To}, head.Size); err != nil {
			return bundle.Summary{}, err
		}
		wanted = &r
		for e, err := range src.KeyLeaves(ctx) {
			if err != nil {
				return bundle.Summary{}, err
			}
			extra = append(extra, ledger.Range{From: e.Seq, To: e.Seq + 1})
		}
	}
	entries := Entries(ctx, src, r, head.Size)
	if !o.PersonalData {
		entries = Entries(ctx, withoutDisclosures{src}, r, head.Size)
	}
	return bundle.Write(ctx, dir, src, bundle.Options{
		Checkpoint: head.Note, Vkey: head.Vkey, Range: wanted, Extra: extra, PersonalData: o.PersonalData, Records: Records(entries), Now: now,
		Period: bundle.Period(Covered(o.From, o.To, since, now)),
		Readme: bundle.Readme(bundle.ReadmeOptions{Origin: head.Origin, Size: head.Size, Range: r, Pruned: head.Pruned, PersonalData: o.PersonalData,
			Contents: i18n.T("Bu klasör, İŞKUR'un MYK'dan yaptığı belge sorgularının günlüğüdür (protokol madde 8/14): her sorgu için kullanıcı, yöntem, gönderilen parametreler, tarih ve milisaniye, amaç ve sonuç.",
				"This folder is the log of the certificate queries that İŞKUR made to MYK (protocol, article 8(14)): for each query the user, the method, the parameters sent, date and millisecond, the purpose and the outcome.")}),
		Info: []bundle.Field{{Name: "Bag-Software-Agent", Value: o.Product}},
	})
}

// withoutDisclosures is a source whose personal values stay shut.
type withoutDisclosures struct{ *ledger.StoreSource }

func (withoutDisclosures) Disclosures(context.Context, int64, int64) iter.Seq2[ledger.Disclosed, error] {
	return func(func(ledger.Disclosed, error) bool) {}
}

// BundleRange gives the entries that a bundle was made for, of a log of size entries.
func BundleRange(ctx context.Context, b *bundle.Bundle, size int64) (ledger.Range, error) {
	if r, ok := b.Range(); ok {
		return r, nil
	}
	pruned, err := b.Pruned(ctx)
	return ledger.Range{From: pruned, To: size}, err
}

// CheckRecords compares a bundle's records.csv with its entries, line by line. The findings are ProjectionDrift, at most
// a hundred.
func CheckRecords(ctx context.Context, b *bundle.Bundle, size int64) (findings []ledger.Finding, err error) {
	drift := func(line int, tr, en string) {
		findings = append(findings, ledger.Finding{Code: ledger.ProjectionDrift, Seq: -1,
			Detail: i18n.Tf("records.csv, satır %s: "+tr, "records.csv, line %s: "+en, strconv.Itoa(line))})
	}
	f, err := b.Records()
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil // the manifest says whether it should be there
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	r, err := BundleRange(ctx, b, size)
	if err != nil {
		return nil, err
	}
	in := csv.NewReader(f)
	in.FieldsPerRecord, in.ReuseRecord = len(recordsHeader), true
	line := 0
	for want, err := range Records(Entries(ctx, b, r, size)) {
		if err != nil {
			return nil, err
		}
		line++
		got, err := in.Read()
		switch {
		case errors.Is(err, io.EOF):
			drift(line, "satır eksik", "the line is missing")
			return findings, nil
		case err != nil:
			drift(line, "satır okunamıyor", "the line cannot be read")
			return findings, nil
		case !slices.Equal(got, want):
			drift(line, "satır kayıtla uyuşmuyor", "the line does not agree with the entry")
		}
		if len(findings) == 100 {
			return findings, nil
		}
	}
	if _, err := in.Read(); !errors.Is(err, io.EOF) {
		drift(line+1, "fazladan satır", "one line too many")
	}
	return findings, nil
}
