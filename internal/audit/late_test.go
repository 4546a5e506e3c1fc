package audit

import (
	"context"
	"encoding/csv"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"iskurctl/internal/fault"
	"iskurctl/internal/ledger"
	"iskurctl/internal/ledger/bundle"
	"iskurctl/internal/store"
)

// clocked is a log whose clock the test moves.
func clocked(t *testing.T) (*Log, *store.Store, *time.Time) {
	t.Helper()
	st := open(t, filepath.Join(t.TempDir(), "s.db"), store.Create)
	now := day
	l := over(t, st, 1, func() time.Time { return now })
	must(t, l.BindKey(context.Background()))
	return l, st, &now
}

// outcomesOf exports a part of the log and gives the outcomes in its records.csv by query.
func outcomesOf(t *testing.T, l *Log, o ExportOptions) map[string]string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "bundle")
	o.Product = "test 1"
	_, err := l.Export(t.Context(), dir, o)
	must(t, err)
	f, err := os.Open(filepath.Join(dir, "data", "records.csv"))
	must(t, err)
	defer func() { _ = f.Close() }()
	rows, err := csv.NewReader(f).ReadAll()
	must(t, err)
	got := map[string]string{}
	for _, r := range rows[1:] {
		got[r[0]] = r[8]
	}
	return got
}

// The other party reads records.csv: a query that was never sent must not look there as if nobody knew what came of it.
func TestAPartOfTheLogSaysHowItsLastQueriesEnded(t *testing.T) {
	ctx := t.Context()
	l, _, now := clocked(t)
	for range 127 {
		*now = now.Add(time.Minute)
		must(t, l.End(ctx, begin(t, l, query()), Outcome{Code: OK, Records: 1}))
	}
	must(t, l.Look(ctx, user, "h", []string{kimlik})) // 254
	must(t, l.Refuse(ctx, query()))                   // 255; its outcome is the first entry of the next tile
	late := begin(t, l, query())                      // 257: its outcome comes three tiles later
	lost := begin(t, l, query())                      // 258: it has none
	end := now.Add(time.Second)
	for range 400 {
		*now = now.Add(time.Minute)
		must(t, l.End(ctx, begin(t, l, query()), Outcome{Code: OK, Records: 1}))
	}
	must(t, l.End(ctx, late, Outcome{Code: None}))
	if late != 257 || lost != 258 {
		t.Fatalf("the entries are %d and %d", late, lost)
	}
	for name, o := range map[string]ExportOptions{
		"the first days": {To: end}, "the last queries of a tile": {From: end.Add(-time.Minute), To: end},
	} {
		for _, o.PersonalData = range []bool{true, false} {
			got := outcomesOf(t, l, o)
			if got["255"] != "not_sent" || got["257"] != "none" || got["258"] != "unknown" {
				t.Errorf("%s: %q %q %q", name, got["255"], got["257"], got["258"])
			}
			if found := verified(t, l, o, *now, nil); found != "" {
				t.Errorf("%s: %s", name, found)
			}
		}
	}
	alter := func(dir string) {
		file := filepath.Join(dir, "data", "records.csv")
		text, err := os.ReadFile(file)
		must(t, err)
		changed := strings.Replace(string(text), "not_sent", "unknown", 1)
		if changed == string(text) {
			t.Fatal("nothing was changed")
		}
		must(t, os.WriteFile(file, []byte(changed), 0o600))
	}
	if found := verified(t, l, ExportOptions{To: end, PersonalData: true}, *now, alter); !strings.Contains(found, "V55") {
		t.Errorf("another outcome in records.csv: %q", found)
	}
}

// What comes long after is collected a batch at a time, from the store and from a bundle alike.
func TestLateOutcomesAreReadInBatches(t *testing.T) {
	end := int64(3)
	asked := 0
	find := func(_ context.Context, from, to int64) (batch []outcomeRow, next int64, err error) {
		if asked++; to != end || asked > 10 {
			t.Fatalf("asked %d times, up to %d", asked, to)
		}
		for q := from; q < 20 && len(batch) < 4; q++ {
			if q%3 == 0 {
				batch = append(batch, outcomeRow{query: q, records: int(q)})
			}
			next = q + 1
		}
		if next >= 20 {
			next = none
		}
		return batch, next, nil
	}
	l := lateReader{find: find, end: end}
	for q := int64(0); q < 40; q += 2 {
		o, ok, err := l.of(t.Context(), q)
		if want := q < 20 && q%3 == 0; err != nil || ok != want || ok && o.records != int(q) {
			t.Errorf("query %d: %v %v %v", q, o, ok, err)
		}
	}
	if asked != 2 {
		t.Errorf("asked %d times", asked)
	}
}

// Without its data keys personal data cannot be handed over; half of them must not look like all.
func TestAnExportWithoutItsDataKeysFailsAndLeavesNoFolder(t *testing.T) {
	ctx := t.Context()
	l, _, now := clocked(t)
	for range 3 {
		must(t, l.End(ctx, begin(t, l, query()), Outcome{Code: OK, Records: 1}))
	}
	keys, err := l.cfg.Ring()
	must(t, err)
	must(t, keys.Destroy(ctx, Name, month(*now)))
	dir := filepath.Join(t.TempDir(), "bundle")
	_, err = l.Export(ctx, dir, ExportOptions{Product: "test 1", PersonalData: true})
	wantFault(t, err, fault.Unverifiable, "data_key_destroyed")
	left, err := os.ReadDir(filepath.Dir(dir))
	must(t, err)
	if len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if _, err := l.Export(ctx, dir, ExportOptions{Product: "test 1"}); err != nil { // that needs no key
		t.Error(err)
	}
}

// A field of records.csv that never ends must not be read into memory.
func TestARowWithoutAnEndIsAFindingNotAllMemory(t *testing.T) {
	l, _, _ := clocked(t)
	must(t, l.End(t.Context(), begin(t, l, query()), Outcome{Code: OK, Records: 1}))
	dir := filepath.Join(t.TempDir(), "bundle")
	_, err := l.Export(t.Context(), dir, ExportOptions{Product: "test 1"})
	must(t, err)
	f, err := os.OpenFile(filepath.Join(dir, "data", "records.csv"), os.O_WRONLY|os.O_TRUNC, 0)
	must(t, err)
	_, err = f.WriteString(strings.Join(recordsHeader, ",") + "\n\"")
	must(t, err)
	must(t, f.Truncate(1<<30)) // a GiB of zeros, of which the file system keeps none
	must(t, f.Close())
	b, err := bundle.Open(dir)
	must(t, err)
	defer func() { _ = b.Close() }()
	before := allocated()
	found, err := CheckRecords(t.Context(), b, 2)
	must(t, err)
	if len(found) == 0 || found[0].Code != ledger.ProjectionDrift {
		t.Errorf("%v", found)
	}
	if mb := (allocated() - before) >> 20; mb > 64 {
		t.Errorf("%d MiB were allocated", mb)
	}
}

// allocated gives the bytes that were allocated so far.
func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}
