package consent

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"iskurctl/internal/consent/event"
	"iskurctl/internal/ledger"
	"iskurctl/internal/ledger/bundle"
)

// codes gives the findings that have one of some codes.
func only(found []ledger.Finding, codes ...ledger.Code) (some []ledger.Finding) {
	for _, f := range found {
		if slices.Contains(codes, f.Code) {
			some = append(some, f)
		}
	}
	return some
}

// checked verifies the log at the deepest level, keeping so few notices that most lie far back.
func (b *bed) checked(t testing.TB, near int) []ledger.Finding {
	t.Helper()
	head, _, err := b.Ledger().Head(context.Background())
	must(t, err)
	src := b.Ledger().Source()
	check := NewCheck(b.Log, src, ledger.Range{To: head.Size})
	check.near = near
	r, err := ledger.Verify(context.Background(), src, ledger.Options{Log: Name, Level: ledger.Deep, Vkey: head.Vkey, Domain: check})
	must(t, err)
	return r.Findings
}

// An archive may come act by act: all notices, then all consents.
func TestNoticesFarBackAreComparedAsOthersAre(t *testing.T) {
	t.Parallel()
	b := newBed(t).texts(t)
	const people = 700
	var events []event.Event
	for act := range 3 {
		for i := range people {
			events = append(events, acts(i)[act])
		}
	}
	_, err := b.Import(context.Background(), file(events...), func(r event.Row, p *event.Problem) error { return p.Fault(r.Line) }, nil)
	must(t, err)
	for _, near := range []int{1, 100, 699, 700, recent} {
		if found := b.checked(t, near); len(found) > 0 {
			t.Fatalf("%d near: %v", near, found)
		}
	}
	// Entries without rows, which is a finding as well: consents that rest on notices of others.
	texts := map[string]string{}
	for x, err := range b.Texts(context.Background()) {
		must(t, err)
		texts[x.Label] = x.SHA256
	}
	notices, size := int64(4+people), int64(4+3*people)
	forge := func(i int, notice int64, change func(*event.Event)) {
		e := acts(i)[2]
		e.Time, e.Language = e.Time.Add(time.Hour), "tr"
		change(&e)
		leaf, sd := written(t, &e, texts["riza-2"], texts["aydinlatma-1"], notice, 4+2*people+int64(i))
		must(t, b.Ledger().Write(context.Background(), func(w *ledger.Writer) error {
			seq, err := w.Append(leaf)
			if err != nil {
				return err
			}
			key, err := b.ring.Find(context.Background(), Name, int64(i+1))
			if err != nil {
				return err
			}
			return w.Seal(seq, key, sd)
		}))
	}
	forge(0, notices, func(*event.Event) {})                                                // as it should be
	forge(1, notices+2, func(*event.Event) {})                                              // of another session
	forge(2, notices+3, func(e *event.Event) { e.Session = sessionOf(3) })                  // of another person
	forge(3, notices+3, func(e *event.Event) { e.Time = day.Add(-1000 * time.Minute) })     // of a later moment; and before the last consent event
	forge(4, 4+5, func(e *event.Event) { e.Session = sessionOf(5) })                        // no notice, further back than all
	forge(5, 4+2*people+5, func(*event.Event) {})                                           // no notice, after all
	forge(6, notices+6, func(e *event.Event) { e.Channel = "mobil"; e.Subject.Phone = "" }) // as it should be
	forge(7, size+2, func(*event.Event) {})                                                 // a consent
	want := []int64{size + 1, size + 2, size + 3, size + 4, size + 5, size + 7}
	for _, near := range []int{1, 5, 300, recent} {
		var at []int64
		for _, f := range only(b.checked(t, near), ledger.NoticeNotPresented) {
			at = append(at, f.Seq)
		}
		if !slices.Equal(at, want) {
			t.Errorf("%d near: %v, want %v", near, at, want)
		}
	}
}

// Who takes the entries out of a bundle that others lean on must not make it look as if there had been nothing to see.
func TestABundleHasWhatItsEntriesReferTo(t *testing.T) {
	t.Parallel()
	b := newBed(t).texts(t)
	var events []event.Event
	events = append(events, acts(0)[:2]...)
	for i := range 600 {
		events = append(events, acts(i + 1)[0])
	}
	last := acts(0)[2]
	last.Time = day.Add(-time.Minute)
	_, err := b.Import(context.Background(), file(append(events, last)...), func(r event.Row, p *event.Problem) error { return p.Fault(r.Line) }, nil)
	must(t, err)
	dir := filepath.Join(t.TempDir(), "bag")
	sum, err := b.Export(context.Background(), dir, ExportOptions{PersonalData: true, Product: "iskurctl test", From: day.Add(-2 * time.Minute)})
	must(t, err)
	if sum.Range != (ledger.Range{From: 606, To: 607}) {
		t.Fatalf("range %v", sum.Range)
	}
	head, _, err := b.Ledger().Head(context.Background())
	must(t, err)
	verify := func() []ledger.Finding {
		bag, err := bundle.Open(dir)
		must(t, err)
		defer bag.Close()
		r, err := ledger.Verify(context.Background(), bag, ledger.Options{Log: Name, Level: ledger.Deep, Vkey: head.Vkey, Domain: BundleCheck(bag, sum.Size)})
		must(t, err)
		return r.Findings
	}
	if found := verify(); len(found) > 0 {
		t.Fatalf("found %v", found)
	}
	must(t, os.Remove(filepath.Join(dir, "data", "tile", "entries", "000")))
	found := verify()
	if len(found) != 3 || len(only(found, ledger.TextUnknown)) != 2 || len(only(found, ledger.LeafMissing)) != 1 || only(found, ledger.LeafMissing)[0].Seq != 5 {
		t.Errorf("found %v", found)
	}
}

// A part of a log that was erased in two steps has both entries that say so.
func TestAPartBringsAllErasuresOfItsEntries(t *testing.T) {
	t.Parallel()
	b := newBed(t).texts(t)
	erase := func(fields ...string) {
		_, err := b.Erase(context.Background(), Erasure{TCs: []string{tcNumber(0)}, Ground: "request", Fields: fields}, func(Erased) error { return nil })
		must(t, err)
	}
	fill := func(from int) {
		var events []event.Event
		for i := range 300 {
			e := acts(from + i)[0]
			e.Time = e.Time.Add(time.Hour)
			events = append(events, e)
		}
		_, err := b.Import(context.Background(), file(events...), func(r event.Row, p *event.Problem) error { return p.Fault(r.Line) }, nil)
		must(t, err)
	}
	_, err := b.Record(context.Background(), acts(0)[0])
	must(t, err)
	fill(1)
	erase("phone")
	fill(400)
	erase("ip")
	fill(800)
	dir := filepath.Join(t.TempDir(), "bag")
	sum, err := b.Export(context.Background(), dir, ExportOptions{PersonalData: true, Product: "iskurctl test", To: day.Add(-599 * time.Minute)})
	must(t, err)
	bag, err := bundle.Open(dir)
	must(t, err)
	defer bag.Close()
	head, _, err := b.Ledger().Head(context.Background())
	must(t, err)
	r, err := ledger.Verify(context.Background(), bag, ledger.Options{Log: Name, Level: ledger.Deep, Vkey: head.Vkey, Domain: BundleCheck(bag, sum.Size)})
	must(t, err)
	if len(r.Findings) > 0 || sum.Entries >= sum.Size || sum.Records != 1 {
		t.Errorf("%+v: found %v", sum, r.Findings)
	}
	records, err := CheckRecords(context.Background(), bag, sum.Size)
	must(t, err)
	text := string(got(os.ReadFile(filepath.Join(dir, "data", "records.csv")))(t))
	if len(records) > 0 || !strings.Contains(text, ",partly,") {
		t.Errorf("found %v in %s", records, text)
	}
}
