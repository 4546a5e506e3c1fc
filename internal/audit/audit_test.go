package audit

import (
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"reflect"
	"sync"
	"testing"
	"time"

	"iskurctl/internal/fault"
	"iskurctl/internal/ledger"
	"iskurctl/internal/seal"
	"iskurctl/internal/seal/ring"
	"iskurctl/internal/store"
)

const (
	kimlik  = "10000000146"
	user    = "kanarya.kullanici"
	purpose = "kanarya amacı"
)

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

func testKeys(t testing.TB, first byte) *seal.Keys {
	t.Helper()
	text, err := seal.GenerateMaster(bytes.NewReader(bytes.Repeat([]byte{first}, 32)))
	must(t, err)
	m, err := seal.ParseMaster(text)
	must(t, err)
	k, err := seal.Derive(m)
	must(t, err)
	return k
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantFault(t *testing.T, err error, class fault.Class, code string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want %s", code)
	}
	if f := fault.From(err); f.Class != class || f.Code != code {
		t.Fatalf("got class %d code %s, want %d %s (%v, %v)", f.Class, f.Code, class, code, err, errors.Unwrap(f))
	}
}

func open(t testing.TB, path string, make func(context.Context, store.Options) (*store.Store, error)) *store.Store {
	t.Helper()
	st, err := make(context.Background(), store.Options{Path: path, Migrations: Migrations})
	must(t, err)
	t.Cleanup(func() { _ = st.Close() })
	return st
}

func fresh(t testing.TB) (*Log, *store.Store) {
	t.Helper()
	st := open(t, filepath.Join(t.TempDir(), "s.db"), store.Create)
	l := over(t, st, 1, ticking())
	must(t, l.BindKey(context.Background()))
	return l, st
}

// over makes the log of a store whose master key begins with first, with its key store beside it, and starts it.
func over(t testing.TB, st *store.Store, first byte, now func() time.Time) *Log {
	t.Helper()
	keys := testKeys(t, first)
	file := filepath.Join(filepath.Dir(path(t, st)), "keys.db")
	make := store.Open
	if _, err := os.Stat(file); err != nil {
		make = store.Create
	}
	rst, err := make(context.Background(), store.Options{Path: file, Migrations: ring.Migrations})
	must(t, err)
	t.Cleanup(func() { _ = rst.Close() })
	r := ring.Open(rst, keys, rand.Reader)
	l := New(Config{Store: st, Keys: keys, Ring: func() (ledger.Keys, error) { return r, nil }, Installation: "test", Now: now, Rand: rand.Reader})
	must(t, l.Ledger().Start(context.Background()))
	return l
}

// path gives the file of the store.
func path(t testing.TB, st *store.Store) (file string) {
	t.Helper()
	must(t, st.Read().QueryRow("SELECT file FROM pragma_database_list WHERE name = 'main'").Scan(&file))
	return file
}

func query() Query {
	return Query{User: user, Host: "pc-1", Method: ByNumber, Params: []Param{{"KIMLIK_NO", kimlik}}, Purpose: purpose, Attempt: 1, KimlikNo: kimlik}
}

func begin(t testing.TB, l *Log, q Query) int64 {
	t.Helper()
	seq, err := l.Begin(context.Background(), q)
	must(t, err)
	return seq
}

func collect(t testing.TB, entries iter.Seq2[Entry, error]) (all []Entry) {
	t.Helper()
	for e, err := range entries {
		must(t, err)
		all = append(all, e)
	}
	return all
}

func seqs(entries []Entry) []int64 {
	out := []int64{}
	for _, e := range entries {
		out = append(out, e.Seq)
	}
	return out
}

func TestAQueryAndItsOutcomeComeBackAsTheyWere(t *testing.T) {
	l, st := fresh(t)
	first := begin(t, l, query())
	must(t, l.End(t.Context(), first, Outcome{Code: OK, Records: 3, Duration: 1500 * time.Millisecond}))
	plain := begin(t, l, Query{User: user, Method: Parameters, Attempt: 2})
	if first != 0 || plain != 2 {
		t.Fatalf("sequence numbers %d, %d; want 0, 2", first, plain)
	}
	file := path(t, st)
	must(t, st.Close())
	l = over(t, open(t, file, store.Open), 1, ticking())
	want := []Entry{
		{Seq: 0, Time: day, User: user, Host: "pc-1", Method: ByNumber, Params: []Param{{"KIMLIK_NO", kimlik}}, Purpose: purpose, Attempt: 1, Outcome: OK, Records: 3, Duration: 1500 * time.Millisecond},
		{Seq: 2, Time: day.Add(2 * time.Second), User: user, Method: Parameters, Attempt: 2, Outcome: Unknown, Pending: true},
	}
	if got := collect(t, l.List(t.Context(), Filter{})); !reflect.DeepEqual(got, want) {
		t.Fatalf("got  %+v\nwant %+v", got, want)
	}
	if got := collect(t, l.Pending(t.Context())); !reflect.DeepEqual(got, want[1:]) {
		t.Fatalf("pending: got %+v", got)
	}
}

func TestAPendingQueryOfALivingProcessIsSaidToBeAlive(t *testing.T) {
	l, _ := fresh(t)
	begin(t, l, query())
	for _, e := range []Entry{collect(t, l.Pending(t.Context()))[0], collect(t, l.List(t.Context(), Filter{}))[0]} {
		if !e.Pending || !e.Alive || e.Outcome != Unknown {
			t.Errorf("got %+v", e)
		}
	}
}

func TestASecondOutcomeIsRefusedAndLeavesNoGap(t *testing.T) {
	l, _ := fresh(t)
	seq := begin(t, l, query())
	must(t, l.End(t.Context(), seq, Outcome{Code: None}))
	wantFault(t, l.End(t.Context(), seq, Outcome{Code: OK, Records: 1}), fault.Internal, "audit_ended")
	wantFault(t, l.End(t.Context(), 99, Outcome{Code: None}), fault.Internal, "audit_ended")
	wantFault(t, l.End(t.Context(), 1, Outcome{Code: None}), fault.Internal, "audit_ended") // an outcome is no query
	if next := begin(t, l, query()); next != 2 {
		t.Fatalf("next number %d, want 2", next)
	}
	if got := collect(t, l.List(t.Context(), Filter{})); got[0].Outcome != None {
		t.Fatalf("the outcome changed to %s", got[0].Outcome)
	}
}

func TestASecondOutcomeIsAnErrorAndChangesNothing(t *testing.T) {
	l, _ := fresh(t)
	seq := begin(t, l, query())
	must(t, l.End(t.Context(), seq, Outcome{Code: None}))
	wantFault(t, l.End(t.Context(), seq, Outcome{Code: OK, Records: 1}), fault.Internal, "audit_ended")
	if got := collect(t, l.List(t.Context(), Filter{})); got[0].Outcome != None {
		t.Fatalf("the outcome changed to %s", got[0].Outcome)
	}
}

func TestARefusedQueryIsLoggedAsNotSent(t *testing.T) {
	l, _ := fresh(t)
	must(t, l.Refuse(t.Context(), query()))
	got := collect(t, l.List(t.Context(), Filter{}))
	if len(got) != 1 || got[0].Outcome != NotSent || got[0].Pending || got[0].User != user {
		t.Fatalf("got %+v", got)
	}
	if next := begin(t, l, query()); next != 2 {
		t.Fatalf("next number %d, want 2", next)
	}
}

func TestEntriesThatCannotBeAreMistakesOfTheProgram(t *testing.T) {
	l, _ := fresh(t)
	for _, spoil := range []func(*Query){
		func(q *Query) { q.Method = "x" }, func(q *Query) { q.Attempt = 0 }, func(q *Query) { q.User = "" },
	} {
		q := query()
		spoil(&q)
		_, err := l.Begin(t.Context(), q)
		wantFault(t, err, fault.Internal, "audit_entry")
		wantFault(t, l.Refuse(t.Context(), q), fault.Internal, "audit_entry")
	}
	seq := begin(t, l, query())
	for _, o := range []Outcome{{Code: "x"}, {Code: OK, Records: -1}, {Code: None, Records: 1}, {Code: OK, Duration: -1}} {
		wantFault(t, l.End(t.Context(), seq, o), fault.Internal, "audit_entry")
	}
}

func TestNoPersonalValueStandsInClearInAnyFile(t *testing.T) {
	l, st := fresh(t)
	file := path(t, st)
	scan := func() {
		t.Helper()
		names, err := filepath.Glob(file + "*")
		must(t, err)
		if len(names) < 4 {
			t.Fatalf("too few files: %q", names)
		}
		size := 0
		for _, name := range names {
			raw, err := os.ReadFile(name)
			must(t, err)
			size += len(raw)
			for _, canary := range []string{kimlik, user, purpose, "KIMLIK_NO"} {
				if bytes.Contains(raw, []byte(canary)) {
					t.Errorf("%s holds %q", filepath.Base(name), canary)
				}
			}
			if filepath.Ext(name) == ".db-wal" && !bytes.Contains(raw, []byte("pc-1")) && len(raw) > 0 {
				t.Errorf("the scan does not see what is in clear")
			}
		}
		if size < 10_000 {
			t.Fatalf("only %d bytes were looked at", size)
		}
	}
	for range 50 {
		must(t, l.End(t.Context(), begin(t, l, query()), Outcome{Code: OK, Records: 1}))
		must(t, l.Refuse(t.Context(), query()))
	}
	scan()
	must(t, st.Close())
	scan()
}

func TestConcurrentCallersGetOneGaplessSequence(t *testing.T) {
	l, st := fresh(t)
	second := over(t, st, 1, ticking()) // even two logs over one store
	const goroutines, each = 8, 60
	var mu sync.Mutex
	seen := map[int64]bool{}
	var wg sync.WaitGroup
	for i := range goroutines {
		wg.Go(func() {
			l := l
			if i%4 == 0 {
				l = second
			}
			for range each {
				seq, err := l.Begin(context.Background(), query())
				if err == nil {
					err = l.End(context.Background(), seq, Outcome{Code: None})
				}
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				seen[seq] = true
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if len(seen) != goroutines*each {
		t.Fatalf("%d different numbers, want %d", len(seen), goroutines*each)
	}
	gapless(t, st, 2*goroutines*each)
}

// gapless checks that the log holds 0 … n-1, each once, and that the head says n.
func gapless(t *testing.T, st *store.Store, n int64) {
	t.Helper()
	var count, low, high, size int64
	must(t, st.Read().QueryRow(`SELECT COUNT(*), MIN(seq), MAX(seq) FROM audit_leaf`).Scan(&count, &low, &high))
	must(t, st.Read().QueryRow("SELECT size FROM audit_log").Scan(&size))
	if count != n || low != 0 || high != n-1 || size != n {
		t.Fatalf("count %d from %d to %d, head %d; want %d", count, low, high, size, n)
	}
}

func TestTheLogIsAppendOnly(t *testing.T) {
	l, st := fresh(t)
	must(t, l.End(t.Context(), begin(t, l, query()), Outcome{Code: None}))
	must(t, l.Look(t.Context(), user, "pc-1", []string{kimlik}))
	for _, text := range []string{
		"UPDATE audit_query SET method = 'x'", "DELETE FROM audit_query", "UPDATE audit_outcome SET outcome = 'ok'", "DELETE FROM audit_outcome",
		"DELETE FROM audit_look", "UPDATE audit_look SET seq = 9", "DELETE FROM audit_leaf", "UPDATE audit_leaf SET leaf = x'7b7d'", "DELETE FROM audit_sealed",
		"UPDATE audit_sealed SET key = 1", "DELETE FROM audit_log", "UPDATE audit_log SET size = size - 1", "UPDATE audit_log SET pruned = size + 1",
		"UPDATE audit_log SET origin = 'x'", "DELETE FROM audit_settled", "UPDATE audit_settled SET below = 99", "UPDATE audit_key SET tag = x'00'",
		"INSERT INTO audit_log SELECT 2, origin, vkey, size, pruned, note FROM audit_log", "INSERT OR REPLACE INTO audit_outcome VALUES (0, 1, 'ok')",
	} {
		err := st.Write(t.Context(), func(tx *sql.Tx) error {
			_, err := tx.Exec(text)
			return err
		})
		if err == nil {
			t.Errorf("%s was done", text)
		}
	}
	if got := collect(t, l.List(t.Context(), Filter{})); len(got) != 1 || got[0].Outcome != None {
		t.Fatalf("got %+v", got)
	}
}

// Each change is made behind the log's back, with the triggers out of the way.
func TestAChangedEntryIsAnIntegrityErrorThatNamesIt(t *testing.T) {
	for name, change := range map[string]string{
		"time": "query SET time_ms = time_ms + 1", "method": "query SET method = 'ParametreGonderimi'", "process": "query SET process = 'x'",
		"tag gone": "query SET tag = NULL", "user tag": "query SET user_tag = tag", "leaf": "leaf SET leaf = CAST(replace(CAST(leaf AS TEXT), 'pc-1', 'pc-2') AS BLOB)",
		"hash": "leaf SET hash = zeroblob(32)", "sealed": "sealed SET sd = substr(sd, 1, 40)", "no seal": "sealed SET sd = x''",
		"another's seal": "sealed SET sd = (SELECT sd FROM audit_sealed WHERE seq = 0)",
		"another's leaf": "leaf SET (leaf, hash) = (SELECT leaf, hash FROM audit_leaf WHERE seq = 0)",
	} {
		t.Run(name, func(t *testing.T) {
			l, st := fresh(t)
			begin(t, l, query())
			begin(t, l, query())
			must(t, st.Write(t.Context(), func(tx *sql.Tx) error {
				_, err := tx.Exec("DROP TRIGGER audit_query_fixed; DROP TRIGGER audit_leaf_fixed; DROP TRIGGER audit_sealed_fixed; UPDATE audit_" + change + " WHERE seq = 1")
				return err
			}))
			var last error
			n := 0
			for e, err := range l.List(t.Context(), Filter{}) {
				if last = err; err == nil && e.Seq == 0 {
					n++
				}
			}
			wantFault(t, last, fault.Integrity, "audit_damaged")
			if n != 1 {
				t.Fatalf("%d good entries came before it", n)
			}
		})
	}
}

func TestAnotherMasterKeyIsSaidToBeAnother(t *testing.T) {
	l, st := fresh(t)
	begin(t, l, query())
	for _, err := range over(t, st, 2, ticking()).List(t.Context(), Filter{}) {
		wantFault(t, err, fault.Unverifiable, "seal_other_key")
		return
	}
	t.Fatal("nothing came")
}

func TestWithoutADurableRowThereIsNoSequenceNumber(t *testing.T) {
	l, st := fresh(t)
	begin(t, l, query())
	must(t, os.Remove(path(t, st)))
	seq, err := l.Begin(t.Context(), query())
	wantFault(t, err, fault.Store, "store_missing")
	if seq != 0 {
		t.Fatalf("got %d", seq)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	l, _ = fresh(t)
	if _, err := l.Begin(ctx, query()); !errors.Is(err, context.Canceled) {
		t.Fatal(fmt.Errorf("got %w", err))
	}
}
