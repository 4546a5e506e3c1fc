package audit

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"iskurctl/internal/ledger"
	"iskurctl/internal/ledger/bundle"
	"iskurctl/internal/store"
)

// verified exports a part of the log and gives the codes of what is found in it, without repetition.
func verified(t *testing.T, l *Log, o ExportOptions, now time.Time, damage func(dir string)) string {
	t.Helper()
	ctx := context.Background()
	dir := filepath.Join(t.TempDir(), "bundle")
	o.Product = "test 1"
	_, err := l.Export(ctx, dir, o)
	must(t, err)
	if damage != nil {
		damage(dir)
	}
	b, err := bundle.Open(dir)
	must(t, err)
	defer func() { _ = b.Close() }()
	head, _, err := l.Ledger().Head(ctx)
	must(t, err)
	held, err := BundleRange(ctx, b, head.Size)
	must(t, err)
	if !o.PersonalData {
		held.To = held.From
	}
	r, err := ledger.Verify(ctx, b, ledger.Options{Level: ledger.Deep, Vkey: head.Vkey, Domain: NewCheck(nil, held, now)})
	must(t, err)
	files, err := b.CheckFiles(ctx, 2)
	must(t, err)
	records, err := CheckRecords(ctx, b, head.Size)
	must(t, err)
	r.Add(append(append(files, records...), b.Problems()...))
	var codes []string
	for _, f := range r.Findings {
		if c := string(f.Code[:3]); !strings.Contains(strings.Join(codes, " "), c) {
			codes = append(codes, c)
		}
	}
	return strings.Join(codes, " ")
}

// A part of the log begins and ends anywhere: outcomes stand there without their queries, key/1 entries far from the
// rest, and of what was disposed of up to 255 leaves.
func TestEveryPartOfTheLogIsInOrder(t *testing.T) {
	ctx := context.Background()
	st := open(t, filepath.Join(t.TempDir(), "s.db"), store.Create)
	now := day
	l := over(t, st, 1, func() time.Time { return now })
	must(t, l.BindKey(ctx))
	queries := func(n int) {
		for i := range n {
			now = now.Add(time.Minute)
			q := Query{User: user, Host: "h", Method: ByNumber, Params: []Param{{"KIMLIK_NO", kimlik}}, Purpose: purpose, Attempt: 1, KimlikNo: kimlik}
			if i == 7 {
				q.Purpose = "two\r\nlines"
			}
			seq, err := l.Begin(ctx, q)
			must(t, err)
			now = now.Add(time.Second)
			must(t, l.End(ctx, seq, Outcome{Code: OK, Records: 1}))
		}
	}
	must(t, l.Look(ctx, user, "h", []string{kimlik})) // one entry, so that a query and its outcome fall into two tiles
	queries(300)
	_, err := l.Ledger().Rotate(ctx)
	must(t, err)
	queries(20)
	check := func(what string, o ExportOptions) {
		t.Helper()
		for _, o.PersonalData = range []bool{true, false} {
			if found := verified(t, l, o, now, nil); found != "" {
				t.Errorf("%s, personal data %t: %s", what, o.PersonalData, found)
			}
		}
	}
	check("everything", ExportOptions{})
	check("the first tile, and that of the key", ExportOptions{To: day.Add(50 * time.Minute)})
	check("from the second tile on", ExportOptions{From: day.Add(140 * time.Minute)})
	check("nothing", ExportOptions{To: day.Add(-time.Minute)})

	missing := func(dir string) {
		for _, name := range []string{"tile/1", "tile/entries/000", "tile/entries/001"} {
			must(t, os.RemoveAll(filepath.Join(dir, "data", filepath.FromSlash(name))))
		}
	}
	if found := verified(t, l, ExportOptions{PersonalData: true}, now, missing); !strings.Contains(found, "V11") || !strings.Contains(found, "V20") {
		t.Errorf("without any entry below a missing tile: %q", found)
	}

	now = day.AddDate(5, 0, 0).Add(150 * time.Minute)
	must(t, l.Look(ctx, user, "h", []string{kimlik}))
	d, err := l.DisposalDue(ctx, true)
	must(t, err)
	if d.To%ledger.Width == 0 || d.To < ledger.Width {
		t.Fatalf("disposed of up to %d", d.To)
	}
	must(t, l.Dispose(ctx, d))
	check("what is left", ExportOptions{})
	r, err := ledger.Verify(ctx, l.Ledger().Source(), ledger.Options{Level: ledger.Deep, Domain: NewCheck(l, ledger.Range{From: d.To, To: d.To}, now), Vkey: head(t, l).Vkey})
	must(t, err)
	if len(r.Findings) > 0 {
		t.Errorf("what is left in the store: %v", r.Findings)
	}
}

func head(t *testing.T, l *Log) ledger.Head {
	h, _, err := l.Ledger().Head(context.Background())
	must(t, err)
	return h
}
