package auditcmd

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"iskurctl/internal/audit"
	"iskurctl/internal/audit/reconcile"
	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/fault"
	"iskurctl/internal/ledger"
	"iskurctl/internal/seal"
	"iskurctl/internal/seal/ring"
	"iskurctl/internal/store"
	"iskurctl/internal/term"
)

// logged makes a log of one query at each of the times.
func logged(t *testing.T, times []time.Time) *audit.Log {
	t.Helper()
	ctx := context.Background()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	text, err := seal.GenerateMaster(rand.Reader)
	must(err)
	master, err := seal.ParseMaster(text)
	must(err)
	keys, err := seal.Derive(master)
	must(err)
	dir := t.TempDir()
	st, err := store.Create(ctx, store.Options{Path: filepath.Join(dir, "s.db"), Migrations: audit.Migrations})
	must(err)
	t.Cleanup(func() { _ = st.Close() })
	kst, err := store.Create(ctx, store.Options{Path: filepath.Join(dir, "k.db"), Migrations: ring.Migrations})
	must(err)
	t.Cleanup(func() { _ = kst.Close() })
	var now time.Time
	r := ring.Open(kst, keys, rand.Reader)
	log := audit.New(audit.Config{Store: st, Keys: keys, Ring: func() (ledger.Keys, error) { return r, nil }, Installation: "test", Now: func() time.Time { return now }, Rand: rand.Reader})
	now = times[0]
	must(log.Ledger().Start(ctx))
	must(log.BindKey(ctx))
	for i, at := range times {
		now = at
		seq, err := log.Begin(ctx, audit.Query{User: "u", Host: "h", Method: audit.ByRange, Params: []audit.Param{{Name: "SIRA", Value: fmt.Sprint(i)}}, Attempt: 1})
		must(err)
		must(log.End(ctx, seq, audit.Outcome{Code: audit.OK, Records: 1}))
	}
	return log
}

// Two logs whose clocks differ are cut at different queries by the same two times. Those at the borders are no less the
// same query than those in between.
func TestClocksThatDifferMakeNoQueryMissingAtTheBorders(t *testing.T) {
	day := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	const apart = 5 * time.Minute
	var times []time.Time
	for at := day.Add(-30 * time.Minute); at.Before(day.Add(24*time.Hour + 30*time.Minute)); at = at.Add(2 * time.Minute) {
		times = append(times, at)
	}
	log := logged(t, times)
	for _, sign := range []time.Duration{1, -1} {
		var file strings.Builder
		file.WriteString("time,user,method,params\n")
		for i, at := range times {
			fmt.Fprintf(&file, "%s,u,%s,\"{\"\"SIRA\"\":\"\"%d\"\"}\"\n", at.Add(sign*apart).Format(time.RFC3339), audit.ByRange, i)
		}
		their := &theirs{close: func() {}, feed: func(ctx context.Context, row func(reconcile.Row) error, _ func(reconcile.Tagged) error) error {
			return each(ctx, reconcile.ReadTheirs(strings.NewReader(file.String()), reconcile.CSV), row)
		}}
		e, err := reconcile.New(t.TempDir(), bytes.Repeat([]byte{1}, 32), 2*time.Second)
		if err != nil {
			t.Fatal(err)
		}
		o := &reconcileOptions{d: &cmdkit.Deps{Streams: &term.Streams{}}, window: 2 * time.Second}
		if err := o.fill(t.Context(), e, log, their, audit.Span{From: day, To: day.AddDate(0, 0, 1)}); err != nil {
			t.Fatal(err)
		}
		found := map[reconcile.Code]int{}
		for d, err := range e.Compare(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			found[d.Code]++
		}
		if s := e.Summary(); s.OnlyOurs+s.OnlyTheirs != 0 || found[reconcile.TimeDiff] < 720 || s.TimeDiff > 726 || s.Ours != s.Theirs {
			t.Errorf("theirs %s: %v %+v", sign*apart, found, s)
		}
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	}
}

// An exchange file that somebody changed is refused before anything is compared with it.
func TestAnAlteredExchangeFileEndsTheComparison(t *testing.T) {
	day := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	key := bytes.Repeat([]byte{1}, 32)
	log := logged(t, []time.Time{day, day.Add(time.Minute)})
	var file bytes.Buffer
	rows := sent(log.List(t.Context(), audit.Filter{}))
	if err := reconcile.WriteExchange(&file, key, reconcile.Header{From: day, To: day.Add(time.Hour)}, rows); err != nil {
		t.Fatal(err)
	}
	altered := strings.Replace(file.String(), "00:01:00.000Z", "00:01:01.000Z", 1)
	head, tagged, err := reconcile.ReadExchange(strings.NewReader(altered), key)
	if err != nil {
		t.Fatal(err)
	}
	their := &theirs{key: key, covers: audit.Span(head), covered: true, feed: func(ctx context.Context, _ func(reconcile.Row) error, row func(reconcile.Tagged) error) error {
		return each(ctx, tagged, row)
	}}
	o := &reconcileOptions{d: &cmdkit.Deps{Streams: &term.Streams{}}, window: 2 * time.Second}
	_, err = o.compare(t.Context(), nil, log, their, audit.Span{}) // a difference would be written to the sink: there is none
	if f := fault.From(err); err == nil || f.Class != fault.Integrity || f.Code != "exchange_altered" {
		t.Errorf("%v", err)
	}
}
