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

// Nobody has signed records.csv: a line of somebody who is in no entry must not pass, neither one whose entry the bundle
// need not have nor one whose entry cannot be.
func TestALineOfTheTableThatNoEntryStandsBehindIsFound(t *testing.T) {
	t.Parallel()
	b := newBed(t).texts(t)
	var events []event.Event
	for i := range 700 {
		for _, e := range acts(i) {
			if i >= 690 {
				e.Time = e.Time.Add(5 * time.Hour)
			}
			events = append(events, e)
		}
	}
	_, err := b.Import(context.Background(), file(events...), func(r event.Row, p *event.Problem) error { return p.Fault(r.Line) }, nil)
	must(t, err)
	for name, from := range map[string]time.Time{"whole": {}, "part": day.Add(-6 * time.Hour)} {
		for _, seq := range []string{"900", "-7", "5000"} {
			dir := filepath.Join(t.TempDir(), "bag")
			sum, err := b.Export(context.Background(), dir, ExportOptions{PersonalData: true, Product: "iskurctl test", From: from})
			must(t, err)
			path := filepath.Join(dir, "data", "records.csv")
			lines := strings.SplitAfter(string(got(os.ReadFile(path))(t)), "\n")
			_, rest, _ := strings.Cut(lines[3], ",")
			lines = slices.Insert(lines, 1, seq+","+rest)
			must(t, os.WriteFile(path, []byte(strings.Join(lines, "")), 0o600))
			bag, err := bundle.Open(dir)
			must(t, err)
			defer bag.Close()
			found, err := CheckRecords(context.Background(), bag, sum.Size)
			must(t, err)
			if len(found) == 0 || found[0].Code != ledger.ProjectionDrift {
				t.Errorf("%s, a line of %s: %v", name, seq, found)
			}
		}
	}
}

// An index says which rows a number has; one cell of it changed, and a person who consents has consented to nothing.
func TestAChangedCellOfAnIndexIsFound(t *testing.T) {
	t.Parallel()
	b := lived(t)
	must(t, b.st.Truncate(context.Background()))
	var person, last, root, size int64
	must(t, b.store.Read().QueryRow(`SELECT person, max(seq) FROM consent_event WHERE person = (SELECT id FROM consent_person WHERE tag = $1)`, b.numberTag(tcNumber(9))).Scan(&person, &last))
	must(t, b.store.Read().QueryRow(`SELECT rootpage FROM sqlite_schema WHERE name = 'consent_event_person'`).Scan(&root))
	must(t, b.store.Read().QueryRow(`PRAGMA page_size`).Scan(&size))
	must(t, b.store.Close())
	path := filepath.Join(b.dir, "s.db")
	raw := got(os.ReadFile(path))(t)
	page := raw[(root-1)*size : root*size]
	cell := []byte{1, 1, byte(person), byte(last)} // two columns of one byte each
	at := strings.Index(string(page), string(cell))
	if at < 0 {
		t.Fatal("the cell was not found")
	}
	page[at+3]--
	must(t, os.WriteFile(path, raw, 0o600))
	found := b.again(t).findings(t)
	if !slices.ContainsFunc(found, func(f ledger.Finding) bool { return f.Code == ledger.ProjectionDrift }) {
		t.Errorf("found %v", found)
	}
}
