package consent

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"iter"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"iskurctl/internal/consent/event"
	"iskurctl/internal/fault"
	"iskurctl/internal/seal"
	"iskurctl/internal/seal/ring"
	"iskurctl/internal/store"
	"iskurctl/internal/tckn"
)

// bed is a log in files of its own, with its key store beside it.
type bed struct {
	*Log
	store *store.Store
	keys  *store.Store
	ring  *ring.Ring
	dir   string
}

// day is the fixed clock of the tests; each call of a ticking clock is a second later.
var day = time.Date(2026, 11, 22, 10, 11, 12, 123_000_000, time.UTC)

func ticking() func() time.Time {
	var mu sync.Mutex
	t := day.Add(-time.Second)
	return func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		t = t.Add(time.Second)
		return t
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func got[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		must(t, err)
		return v
	}
}

func wantFault(t testing.TB, err error, class fault.Class, code string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want %s", code)
	}
	if f := fault.From(err); f.Class != class || f.Code != code {
		t.Fatalf("got class %d code %s, want %d %s (%v, %v)", f.Class, f.Code, class, code, err, errors.Unwrap(f))
	}
}

// newBed makes a log that was not written to yet.
func newBed(t testing.TB) *bed { return openBed(t, t.TempDir(), store.Create) }

// again opens the same files once more, as another process would.
func (b *bed) again(t testing.TB) *bed { return openBed(t, b.dir, store.Open) }

func openBed(t testing.TB, dir string, open func(context.Context, store.Options) (*store.Store, error)) *bed {
	t.Helper()
	text := got(seal.GenerateMaster(bytes.NewReader(make([]byte, 32))))(t)
	keys := got(seal.Derive(got(seal.ParseMaster(text))(t)))(t)
	st := got(open(context.Background(), store.Options{Path: filepath.Join(dir, "s.db"), Migrations: Migrations}))(t)
	t.Cleanup(func() { _ = st.Close() })
	kst := got(open(context.Background(), store.Options{Path: filepath.Join(dir, "keys.db"), Migrations: ring.Migrations}))(t)
	t.Cleanup(func() { _ = kst.Close() })
	r := ring.Open(kst, keys, rand.Reader)
	l := New(Config{Store: st, Keys: keys, Ring: func() (Ring, error) { return r, nil }, Installation: "test", Now: ticking(), Rand: rand.Reader})
	return &bed{Log: l, store: st, keys: kst, ring: r, dir: dir}
}

// copyBed makes a log from the files of one that was closed: that is faster than making one.
func copyBed(t testing.TB, from string) *bed {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"s.db", "keys.db"} {
		must(t, os.WriteFile(filepath.Join(dir, name), got(os.ReadFile(filepath.Join(from, name)))(t), 0o600))
	}
	return openBed(t, dir, store.Open)
}

// close lets go of the files before the test ends.
func (b *bed) close() {
	_ = b.store.Close()
	_ = b.keys.Close()
}

// texts registers one text of each kind, and a second, newer consent text.
func (b *bed) texts(t testing.TB) *bed {
	t.Helper()
	for _, x := range []Text{
		{Kind: event.Agreement, Label: "sozlesme-1", Language: "tr", Day: "2026-01-01"}, {Kind: event.Notice, Label: "aydinlatma-1", Language: "tr", Day: "2026-01-01"},
		{Kind: event.Consent, Label: "riza-1", Language: "tr", Day: "2026-01-01"}, {Kind: event.Consent, Label: "riza-2", Language: "tr", Day: "2026-06-01"},
	} {
		_, added, err := b.AddText(context.Background(), x, []byte("Metin "+x.Label+"\n"))
		must(t, err)
		if !added {
			t.Fatal("the text was there already")
		}
	}
	return b
}

// number gives the i-th number of the synthetic block and its neighbours.
func tcNumber(i int) string { return tckn.Complete(100000001 + i) }

// sessionOf gives a UUID that depends on n alone.
func sessionOf(n int) string {
	var u uuid
	for i := range 8 {
		u[15-i] = byte(n >> (8 * i))
	}
	u[6], u[8] = 0x40, 0x80
	return u.String()
}

// eventAt makes an event of person i, minute m of the day after the texts came into force.
func eventAt(i, m int, act event.Act, step event.Step, text string) event.Event {
	e := event.Event{Session: sessionOf(i), Act: act, Step: step, Time: day.Add(time.Duration(m-600) * time.Minute), Channel: "portal", Text: text,
		Subject:           event.Subject{TC: tcNumber(i), GivenName: "Ayşe", Surname: "Yılmaz", FatherName: "Ali", BirthDate: "1990-01-31", Phone: "+905000000001"},
		ContactPreference: "sms", IP: "192.0.2.1", UI: "Onay Veriyorum"}
	if step == event.Given {
		e.Items = []string{"kimlik", "iletisim"}
	}
	return e
}

// acts gives the three acts of person i.
func acts(i int) []event.Event {
	return []event.Event{eventAt(i, 0, event.Agreement, event.Accepted, "sozlesme-1"), eventAt(i, 1, event.Notice, event.Presented, "aydinlatma-1"), eventAt(i, 2, event.Consent, event.Given, "riza-1")}
}

// file gives events as the rows of an input.
func file(events ...event.Event) iter.Seq2[event.Row, error] {
	return func(yield func(event.Row, error) bool) {
		for i, e := range events {
			if !yield(event.Row{Line: int64(i + 1), Event: e}, nil) {
				return
			}
		}
	}
}

func collect(t testing.TB, entries iter.Seq2[Entry, error]) (all []Entry) {
	t.Helper()
	for e, err := range entries {
		must(t, err)
		all = append(all, e)
	}
	return all
}
