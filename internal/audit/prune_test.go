package audit_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"path/filepath"
	"testing"
	"time"

	"iskurctl/internal/audit"
	"iskurctl/internal/fault"
	"iskurctl/internal/ledger"
	"iskurctl/internal/ledger/ledgertest"
	"iskurctl/internal/store"
)

func wantFault(t *testing.T, err error, class fault.Class, code string) {
	t.Helper()
	if f := fault.From(err); err == nil || f.Class != class || f.Code != code {
		t.Fatalf("got %v, want %d %s", err, class, code)
	}
}

// sound verifies at the deepest level.
func sound(t *testing.T, p *place) {
	t.Helper()
	r, err := p.Verify(ledger.Deep, nil, 0)
	if got := ledgertest.Result(r, err); err != nil || r.Class() != fault.OK {
		t.Fatalf("found %s%s", got, ledgertest.Told(r, err))
	}
}

// queried adds a query at a moment.
func queried(t *testing.T, p *place, at time.Time) {
	t.Helper()
	p.Clock.Set(at)
	must(t, logOf(p).Refuse(t.Context(), ask(0)))
}

// Somebody without any key predates entries, leaf and hash: the disposal that would take them away finds it.
func TestADisposalBuriesNothingThatWasTamperedWith(t *testing.T) {
	w := newWorld(t)
	c := w.Copy(t)
	for seq := range int64(512) {
		leaf := value[[]byte](c, "SELECT leaf FROM audit_leaf WHERE seq = $1", seq)
		for _, year := range []string{"2026", "2027"} {
			leaf = bytes.Replace(leaf, []byte(`"t":"`+year), []byte(`"t":"2019`), 1)
		}
		h := ledgertest.LeafHash(leaf)
		c.Exec("UPDATE audit_leaf SET leaf = $1, hash = $2 WHERE seq = $3", leaf, h[:], seq)
	}
	c.Shut()
	log := started(c)
	d, err := log.DisposalDue(t.Context(), true)
	must(t, err)
	if d.To != 512 {
		t.Fatalf("due: %+v", d)
	}
	wantFault(t, log.Dispose(t.Context(), d), fault.Integrity, "prune_damaged")
	if n := value[int64](c, "SELECT COUNT(*) FROM audit_leaf WHERE seq < 512"); n != 512 {
		t.Fatalf("%d entries are left", n)
	}
	if n := value[int64](c, "SELECT pruned FROM audit_log"); n != 0 {
		t.Fatalf("pruned: %d", n)
	}
	c.Shut()
	must(t, c.Open())
	r, err := c.Verify(ledger.Default, w.Earlier, 0)
	if got := ledgertest.Result(r, err); got == "" {
		t.Error("nothing is found any more")
	}
}

// A disposal that was found to be due must not believe an entry that does not even fit its hash.
func TestAnEntryThatDoesNotFitItsHashIsNotDue(t *testing.T) {
	w := newWorld(t)
	c := w.Copy(t)
	leaf := bytes.Replace(value[[]byte](c, "SELECT leaf FROM audit_leaf WHERE seq = 0"), []byte(`"t":"2026`), []byte(`"t":"2019`), 1)
	c.Exec("UPDATE audit_leaf SET leaf = $1 WHERE seq = 0", leaf)
	c.Shut()
	_, err := started(c).DisposalDue(t.Context(), true)
	wantFault(t, err, fault.Integrity, "audit_damaged")
}

func TestAClockThatCannotBeRightDisposesOfNothing(t *testing.T) {
	year := func(n int) time.Time { return begun.AddDate(n, 0, 0) }
	dead := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		times []time.Time // of the entries
		now   time.Time
		due   int64 // two entries a time, when today's date is confirmed; -1: refused all the same
	}{
		"before the last entry":                 {[]time.Time{year(0), year(1)}, year(1).Add(-time.Second), -1},
		"years after the last entry":            {[]time.Time{year(0)}, year(6), 2},
		"it jumps ahead, and one query is made": {[]time.Time{year(0), year(6)}, year(6).Add(time.Hour), 2},
		"it was ahead in between":               {[]time.Time{year(0), year(6), year(0).Add(time.Hour)}, year(0).Add(2 * time.Hour), 0},
		"it was ahead by a month":               {[]time.Time{year(0), year(0).AddDate(0, 1, 0), year(0).Add(time.Hour)}, year(0).AddDate(0, 2, 0), 0},
		"it was dead at the beginning":          {[]time.Time{dead, dead, year(0)}, year(0).Add(time.Hour), 4},
		"it was dead in between":                {[]time.Time{year(0), dead, year(0)}, year(0).Add(time.Hour), 0},
	} {
		t.Run(name, func(t *testing.T) {
			p := create(t)
			log := started(p)
			for _, at := range c.times {
				queried(t, p, at)
			}
			p.Clock.Set(c.now)
			d, err := log.DisposalDue(t.Context(), false)
			wantFault(t, err, fault.Refused, "clock_implausible")
			if d.To != d.From {
				t.Errorf("refused, and yet %+v", d)
			}
			d, err = log.DisposalDue(t.Context(), true)
			if c.due < 0 {
				wantFault(t, err, fault.Refused, "clock_implausible")
				return
			}
			must(t, err)
			if d.From != 0 || d.To != c.due {
				t.Errorf("confirmed: due %+v, want up to %d", d, c.due)
			}
		})
	}
}

// A query a year, clocks that are set back by hours: that is how logs are.
func TestAnHonestClockNeedsNoConfirmation(t *testing.T) {
	p := create(t)
	log := started(p)
	for n := range 6 {
		queried(t, p, begun.AddDate(0, 11*n, 0))
		queried(t, p, begun.AddDate(0, 11*n, 0).Add(-20*time.Hour))
	}
	p.Clock.Set(begun.AddDate(5, 0, 1))
	d, err := log.DisposalDue(t.Context(), false)
	must(t, err)
	if d.From != 0 || d.To != 4 {
		t.Fatalf("due: %+v", d)
	}
	must(t, log.Dispose(t.Context(), d))
	sound(t, p)
}

// dataKeys says which months have a key that can still be used.
func dataKeys(p *place) (months []int64) {
	p.T.Helper()
	_, keys := p.Raw()
	rows, err := keys.Query("SELECT id FROM ring_data_key WHERE wrapped <> zeroblob(length(wrapped)) ORDER BY id")
	must(p.T, err)
	defer rows.Close()
	for rows.Next() {
		var id int64
		must(p.T, rows.Scan(&id))
		months = append(months, id)
	}
	must(p.T, rows.Err())
	p.Shut()
	return months
}

func same64(a []int64, b ...int64) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// months is a log with a query each half year from October 2026 on.
func months(t *testing.T) *place {
	p := create(t)
	started(p)
	for n := range 11 {
		queried(t, p, begun.AddDate(0, 6*n, 0))
	}
	return p
}

func TestADisposalDestroysTheKeysOfItsOwnMonths(t *testing.T) {
	p := months(t)
	// A key of a month that no entry of this log is of, older and newer than what goes.
	for _, id := range []int64{201001, 202612} {
		_, err := p.Ring.Data(t.Context(), audit.Name, id)
		must(t, err)
	}
	p.Clock.Set(begun.AddDate(5, 6, 1))
	d, err := logOf(p).DisposalDue(t.Context(), false)
	must(t, err)
	must(t, logOf(p).Dispose(t.Context(), d))
	if got := dataKeys(p); !same64(got, 201001, 202612, 202710, 202804, 202810, 202904, 202910, 203004, 203010, 203104, 203110) {
		t.Errorf("left: %d", got)
	}
	must(t, p.Open())
	sound(t, p)
}

// Two years' worth of a month stays as long as one value of it is needed.
func TestAMonthThatIsStillNeededKeepsItsKey(t *testing.T) {
	p := create(t)
	started(p)
	queried(t, p, begun)
	queried(t, p, begun.AddDate(0, 0, 5)) // of October as well
	for n := 1; n < 6; n++ {
		queried(t, p, begun.AddDate(n, 0, -3))
	}
	p.Clock.Set(begun.AddDate(5, 0, 1))
	d, err := logOf(p).DisposalDue(t.Context(), false)
	must(t, err)
	if d.To != 2 {
		t.Fatalf("due: %+v", d)
	}
	must(t, logOf(p).Dispose(t.Context(), d))
	if got := dataKeys(p); len(got) == 0 || got[0] != 202610 {
		t.Fatalf("left: %d", got)
	}
	must(t, p.Open())
	sound(t, p)
}

// A process dies after its commit and before the keys are destroyed: the next disposal does it, due or not.
func TestTheNextDisposalDestroysWhatTheLastOneCouldNot(t *testing.T) {
	p := months(t)
	p.Clock.Set(begun.AddDate(5, 6, 1))
	d, err := logOf(p).DisposalDue(t.Context(), false)
	must(t, err)
	before := dataKeys(p)
	must(t, p.Open())
	broken := audit.New(audit.Config{Store: p.Store, Keys: p.Keys, Installation: "test", Now: p.Clock.Now, Rand: rand.Reader, Ring: func() (ledger.Keys, error) {
		keys, err := p.OpenRing()
		return dying{keys}, err
	}})
	if err := broken.Dispose(t.Context(), d); err == nil {
		t.Fatal("it did not die")
	}
	if got := dataKeys(p); !same64(got, before...) {
		t.Fatalf("left: %d", got)
	}
	log := started(p)
	d, err = log.DisposalDue(t.Context(), false)
	must(t, err)
	if d.To != d.From || d.From == 0 {
		t.Fatalf("due: %+v", d)
	}
	must(t, log.Dispose(t.Context(), d))
	if got := dataKeys(p); !same64(got, before[2:]...) {
		t.Fatalf("left: %d of %d", got, before)
	}
}

// dying is a key store whose process ends when keys are to be destroyed.
type dying struct{ ledger.Keys }

func (dying) Destroy(context.Context, string, ...int64) error { return context.Canceled }

// Of a log that nothing was ever disposed of, no month's key is anybody's business.
func TestALogWithoutADisposalDestroysNoKeys(t *testing.T) {
	p := months(t)
	before := p.Copy(t)
	want := dataKeys(before)
	st, err := store.Create(t.Context(), store.Options{Path: filepath.Join(t.TempDir(), "other.db"), Migrations: audit.Migrations})
	must(t, err)
	defer st.Close()
	other := audit.New(audit.Config{Store: st, Keys: p.Keys, Installation: "test", Now: p.Clock.Now, Rand: rand.Reader, Ring: func() (ledger.Keys, error) { return p.Ring, nil }})
	for range 2 { // before its log was started, and after
		d, err := other.DisposalDue(t.Context(), false)
		must(t, err)
		must(t, other.Dispose(t.Context(), d))
		must(t, other.BindKey(t.Context()))
	}
	if got := dataKeys(p); !same64(got, want...) || len(want) != 11 {
		t.Fatalf("left: %d of %d", got, want)
	}
}

// A key store that does not sign for the log is not the log's: its keys stay.
func TestADisposalTouchesNoOtherKeyStore(t *testing.T) {
	p := months(t)
	p.Clock.Set(begun.AddDate(5, 6, 1))
	d, err := logOf(p).DisposalDue(t.Context(), false)
	must(t, err)
	must(t, p.Close())
	other := months(t)
	want := dataKeys(other)
	ledgertest.CopyFile(t, other.KeyDB(), p.KeyDB())
	must(t, p.Open())
	wantFault(t, logOf(p).Dispose(t.Context(), d), fault.Unverifiable, "signing_key_missing")
	if got := dataKeys(p); !same64(got, want...) {
		t.Fatalf("left: %d of %d", got, want)
	}
}
