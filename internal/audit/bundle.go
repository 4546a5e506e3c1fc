package audit

import (
	"context"
	"encoding/csv"
	"errors"
	"io"
	"io/fs"
	"iter"
	"math"
	"slices"
	"strconv"
	"strings"
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
	rows := entries(ctx, src, r, head.Size, l.late(r, head.Size))
	if !o.PersonalData {
		rows = entries(ctx, withoutDisclosures{src}, r, head.Size, l.late(r, head.Size))
	}
	return bundle.Write(ctx, dir, src, bundle.Options{
		Checkpoint: head.Note, Vkey: head.Vkey, Range: wanted, Extra: extra, PersonalData: o.PersonalData, Records: Records(rows), Now: now,
		Period: bundle.Period(Covered(o.From, o.To, since, covered)),
		Readme: bundle.Readme(bundle.ReadmeOptions{Origin: head.Origin, Size: head.Size, Range: r, Pruned: head.Pruned, PersonalData: o.PersonalData,
			Contents: i18n.T("Bu klasör, İŞKUR'un MYK'dan yaptığı belge sorgularının günlüğüdür (protokol madde 8/14): her sorgu için kullanıcı, yöntem, gönderilen parametreler, tarih ve milisaniye, amaç ve sonuç.",
				"This folder is the log of the certificate queries that İŞKUR made to MYK (protocol, article 8(14)): for each query the user, the method, the parameters sent, date and millisecond, the purpose and the outcome.")}),
		Info: []bundle.Field{{Name: "Bag-Software-Agent", Value: o.Product}},
	})
}

// latest gives the time of the query, of the first size entries, that has the latest.
func (l *Log) latest(ctx context.Context, size int64) (time.Time, error) {
	var ms int64
	err := l.st.Read().QueryRowContext(ctx, latestQuery, size).Scan(&ms)
	return time.UnixMilli(ms), l.explain(ctx, err)
}

// withoutDisclosures is a source whose personal values stay shut.
type withoutDisclosures struct{ *ledger.StoreSource }

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

// CheckRecords compares a bundle's records.csv with its entries, line by line. The findings are ProjectionDrift, one a run
// of lines and at most a hundred, or FileMissing. Lines of entries that the bundle does not have are passed over: that the
// entry is missing is a finding of Verify's.
func CheckRecords(ctx context.Context, b *bundle.Bundle, size int64) (findings []ledger.Finding, err error) {
	if size == 0 {
		return nil, nil // no readable checkpoint: nothing says which entries there are
	}
	f, err := b.Records()
	if errors.Is(err, fs.ErrNotExist) {
		return []ledger.Finding{{Code: ledger.FileMissing, Seq: -1, Detail: i18n.Tf("dosya yok: %s", "the file is missing: %s", "data/records.csv")}}, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	r, err := BundleRange(ctx, b, size)
	if err != nil {
		return nil, err
	}
	text := &rowReader{r: f}
	in := lines{csv: csv.NewReader(text), text: text, size: size, taken: true}
	in.csv.FieldsPerRecord, in.csv.ReuseRecord = len(recordsHeader), true
	var first, last string
	for want, err := range Records(Entries(ctx, b, r, size)) {
		if err == nil && want[1] != recordsHeader[1] {
			last = want[1]
			if first == "" {
				first = last
			}
		}
		seq := int64(-1) // of the header
		if err == nil && want[0] != recordsHeader[0] {
			seq, err = strconv.ParseInt(want[0], 10, 64)
		}
		if err == nil {
			err = in.upTo(ctx, b, seq)
		}
		if err != nil {
			return nil, err
		}
		in.taken = in.seq == seq
		in.judge(in.err == nil && in.taken && slices.EqualFunc(in.row, want, sameField))
		if in.enough() {
			break
		}
	}
	if err := in.upTo(ctx, b, math.MaxInt64); err != nil {
		return nil, err
	}
	in.judge(in.err == nil || errors.Is(in.err, io.EOF))
	in.judge(true)
	return append(in.findings, checkPeriod(b, first, last)...), nil
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

// lines is records.csv as it is read, with the runs of lines that are not as they should be.
type lines struct {
	csv      *csv.Reader
	text     *rowReader
	size     int64 // of the log
	number   int64
	seq      int64 // of the present line
	row      []string
	err      error
	taken    bool // the present line was compared
	first, n int64
	findings []ledger.Finding
}

// maxRow is more bytes than a row of records.csv can have: an entry has 64 KiB, its disclosures a line of 1 MiB, and quoting
// doubles at most. One without an end would else be read into memory whole.
const maxRow = 4 << 20

// rowReader ends with an error where a row is too long.
type rowReader struct {
	r    io.Reader
	left int
}

func (r *rowReader) Read(p []byte) (int, error) {
	if r.left <= 0 {
		return 0, errRow
	}
	n, err := r.r.Read(p[:min(len(p), r.left)])
	r.left -= n
	return n, err
}

var errRow = errors.New("a row is too long")

// enough ends the work on a file that has little to do with the entries.
func (l *lines) enough() bool { return len(l.findings) >= 100 || l.n > 100_000 }

// upTo reads on to the line of entry seq or of a later one. What lies before has no query that it would belong to: that is
// a finding, unless the bundle does not have the entry at all.
func (l *lines) upTo(ctx context.Context, b *bundle.Bundle, seq int64) error {
	for !l.enough() {
		if l.taken && l.err == nil {
			l.number++
			l.taken = false
			l.text.left = maxRow
			if l.row, l.err = l.csv.Read(); l.err == nil && l.number > 1 {
				l.seq, l.err = strconv.ParseInt(l.row[0], 10, 64)
			} else if l.number == 1 {
				l.seq = -1
			}
		}
		if l.err != nil || l.seq >= seq && l.seq < l.size {
			return nil
		}
		there := l.seq >= l.size
		for _, err := range b.Entries(ctx, l.seq, l.seq+1) {
			if err != nil {
				return err
			}
			there = true
		}
		l.judge(!there)
		l.taken = true
	}
	return nil
}

// judge notes whether a line is as it should be.
func (l *lines) judge(ok bool) {
	switch {
	case !ok && l.n == 0:
		l.first, l.n = l.number, 1
	case !ok:
		l.n++
	case l.n > 0:
		l.findings = append(l.findings, ledger.Finding{Code: ledger.ProjectionDrift, Seq: -1, Detail: i18n.Tf("records.csv: %s. satırdan başlayarak %d satır kayıtlarla uyuşmuyor",
			"records.csv: %[2]d lines from line %[1]s on do not agree with the entries", strconv.FormatInt(l.first, 10), l.n)})
		l.n = 0
	}
}

// sameField compares a field of records.csv with what was written there: encoding/csv reads CR LF within a field as LF.
func sameField(got, want string) bool {
	return got == want || got == strings.ReplaceAll(want, "\r\n", "\n")
}
