package consent

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"iskurctl/internal/consent/event"
	"iskurctl/internal/ledger"
	"iskurctl/internal/ledger/bundle"
)

// lived makes a log in which everything happens that may: acts of twelve people in their sessions, withdrawals, newer
// texts, refusals, a person who was erased, one who came back, one of whom a part was erased.
func lived(t testing.TB) *bed {
	t.Helper()
	b := newBed(t).texts(t)
	for i := range 12 {
		for _, e := range acts(i) {
			_, err := b.Record(context.Background(), e)
			must(t, err)
		}
	}
	for i, steps := range map[int][]event.Step{1: {event.Withdrawn}, 2: {event.Withdrawn, event.Given}, 3: {event.Given}, 4: {event.Refused}} {
		for n, step := range steps {
			e := eventAt(i, 3+n, event.Consent, step, "riza-2")
			if step == event.Withdrawn {
				e.Text = "riza-1"
			}
			_, err := b.Record(context.Background(), e)
			must(t, err)
		}
	}
	erase := func(e Erasure) {
		residue, err := b.Erase(context.Background(), e, func(Erased) error { return nil })
		must(t, err)
		if len(residue) > 0 {
			t.Fatalf("old bytes remain: %v", residue)
		}
	}
	erase(Erasure{TCs: []string{tcNumber(5)}, Ground: "request"})
	erase(Erasure{TCs: []string{tcNumber(6)}, Ground: "ex_officio", Fields: []string{"phone", "ip"}})
	erase(Erasure{TCs: []string{tcNumber(7)}, Ground: "court", Fields: []string{"phone"}})
	erase(Erasure{TCs: []string{tcNumber(7)}, Ground: "expired"})
	for _, e := range acts(5) {
		e.Time = e.Time.Add(time.Hour)
		_, err := b.Record(context.Background(), e)
		must(t, err)
	}
	return b
}

// findings verifies at the deepest level and gives what was found.
func (b *bed) findings(t testing.TB) []ledger.Finding {
	t.Helper()
	head, _, err := b.Ledger().Head(context.Background())
	must(t, err)
	src := b.Ledger().Source()
	r, err := ledger.Verify(context.Background(), src, ledger.Options{Log: Name, Level: ledger.Deep, Vkey: head.Vkey, Domain: NewCheck(b.Log, src, ledger.Range{To: head.Size})})
	must(t, err)
	return r.Findings
}

func TestALogInWhichEverythingHappenedVerifiesWithoutFindings(t *testing.T) {
	t.Parallel()
	b := lived(t)
	if found := b.findings(t); len(found) > 0 {
		t.Errorf("found %v", found)
	}
}

func TestExportsOfALivedLogVerifyWithoutFindings(t *testing.T) {
	t.Parallel()
	b := lived(t)
	head, _, err := b.Ledger().Head(context.Background())
	must(t, err)
	for name, o := range map[string]ExportOptions{
		"all": {PersonalData: true}, "without personal data": {}, "a period": {PersonalData: true, From: day.Add(-598 * time.Minute), To: day.Add(-597 * time.Minute)},
		"an open period": {PersonalData: true, From: day.Add(-597 * time.Minute)}, "an empty period": {PersonalData: true, From: day.AddDate(1, 0, 0)},
		"a period without personal data": {To: day.Add(-598 * time.Minute)},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "bag")
			o.Product = "iskurctl test"
			sum, err := b.Export(context.Background(), dir, o)
			must(t, err)
			bag, err := bundle.Open(dir)
			must(t, err)
			defer bag.Close()
			r, err := ledger.Verify(context.Background(), bag, ledger.Options{Log: Name, Level: ledger.Deep, Vkey: head.Vkey, Domain: BundleCheck(bag, sum.Size)})
			must(t, err)
			files, err := bag.CheckFiles(context.Background(), 2)
			must(t, err)
			records, err := CheckRecords(context.Background(), bag, sum.Size)
			must(t, err)
			if found := slices.Concat(r.Findings, files, records, bag.Problems()); len(found) > 0 {
				t.Errorf("found %v", found)
			}
			f, err := bag.Records()
			must(t, err)
			defer f.Close()
			var text strings.Builder
			buf := make([]byte, 1<<20)
			n, _ := f.Read(buf)
			text.Write(buf[:n])
			if got := strings.Count(text.String(), "Yılmaz") > 0; got != (o.PersonalData && sum.Records > 0) {
				t.Errorf("personal data in the table: %v, %d records", got, sum.Records)
			}
			t.Logf("%d entries, %d records", sum.Entries, sum.Records)
		})
	}
}
