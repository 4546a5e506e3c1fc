package ledger_test

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"iskurctl/internal/fault"
	"iskurctl/internal/ledger"
	"iskurctl/internal/seal"
	"iskurctl/internal/seal/ring"
	"iskurctl/internal/store"
)

var moment = time.Date(2026, 11, 22, 10, 11, 12, 123_000_000, time.UTC)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

var logMigrations = []store.Migration{{ID: 1, Name: "log", SQL: ledger.Schema("audit")}}

func fresh(t testing.TB) (*ledger.Log, *store.Store) {
	t.Helper()
	return freshAt(t, filepath.Join(t.TempDir(), "log.db"))
}

func freshAt(t testing.TB, path string) (*ledger.Log, *store.Store) {
	t.Helper()
	ctx := context.Background()
	text, err := seal.GenerateMaster(rand.Reader)
	must(t, err)
	master, err := seal.ParseMaster(text)
	must(t, err)
	keys, err := seal.Derive(master)
	must(t, err)
	open := func(path string, m []store.Migration) *store.Store {
		st, err := store.Create(ctx, store.Options{Path: path, Migrations: m})
		must(t, err)
		t.Cleanup(func() { _ = st.Close() })
		return st
	}
	st := open(path, logMigrations)
	r := ring.Open(open(filepath.Join(t.TempDir(), "keys.db"), ring.Migrations), keys, rand.Reader)
	l := ledger.New("audit", st, func() (ledger.Keys, error) { return r, nil }, "test/audit/1", func() time.Time { return moment }, rand.Reader)
	must(t, l.Start(ctx))
	return l, st
}

func leaf(n int) []byte {
	b, err := ledger.NewLeaf().String("k", "query/1").Int("n", int64(n)).String("t", ledger.Time(moment)).Bytes()
	if err != nil {
		panic(err)
	}
	return b
}

// add appends n entries in commits of at most group.
func add(t testing.TB, l *ledger.Log, from, n, group int) {
	t.Helper()
	for n > 0 {
		part := min(n, group)
		must(t, l.Write(context.Background(), func(w *ledger.Writer) error {
			for i := range part {
				if _, err := w.Append(leaf(from + i)); err != nil {
					return err
				}
			}
			return nil
		}))
		from, n = from+part, n-part
	}
}

func verify(t testing.TB, l *ledger.Log, level ledger.Level, trust *ledger.Trust) ledger.Report {
	t.Helper()
	head, _, err := l.Head(context.Background())
	must(t, err)
	r, err := ledger.Verify(context.Background(), l.Source(), ledger.Options{Log: "audit", Level: level, Vkey: head.Vkey, Trust: trust, Scrub: 512})
	must(t, err)
	return r
}

func sound(t testing.TB, r ledger.Report) {
	t.Helper()
	if len(r.Findings) > 0 || r.Verdict != "ok" {
		t.Fatalf("verdict %s, findings %+v", r.Verdict, r.Findings)
	}
}

func TestAStoreOfAnySizeVerifiesAndItsRootIsTheTreesOwn(t *testing.T) {
	l, _ := fresh(t)
	sound(t, verify(t, l, ledger.Full, nil))
	var hashes []tlog.Hash // as x/mod lays them out
	size := 0
	for _, step := range []int{1, 1, 5, 248, 1, 1, 300, 1000, 64, 65_536} {
		add(t, l, size, step, 700)
		for range step {
			more, err := tlog.StoredHashes(int64(size), leaf(size), tlog.HashReaderFunc(func(at []int64) ([]tlog.Hash, error) {
				out := make([]tlog.Hash, len(at))
				for i, x := range at {
					out[i] = hashes[x]
				}
				return out, nil
			}))
			must(t, err)
			hashes = append(hashes, more...)
			size++
		}
		want, err := tlog.TreeHash(int64(size), tlog.HashReaderFunc(func(at []int64) ([]tlog.Hash, error) {
			out := make([]tlog.Hash, len(at))
			for i, x := range at {
				out[i] = hashes[x]
			}
			return out, nil
		}))
		must(t, err)
		r := verify(t, l, ledger.Full, nil)
		sound(t, r)
		if r.Size != int64(size) || r.Root != want {
			t.Fatalf("size %d root %s, want %d %s", r.Size, r.Root, size, want)
		}
	}
}

func TestAVerificationGoesOnFromTheTrustedState(t *testing.T) {
	l, _ := fresh(t)
	add(t, l, 0, 1000, 1000)
	first := verify(t, l, ledger.Full, nil)
	add(t, l, 1000, 300, 100)
	r := verify(t, l, ledger.Default, &first.Next)
	sound(t, r)
	if r.Coverage.New != 300 || r.Coverage.NewRead != 300 || r.Coverage.OldRead < 512 {
		t.Fatalf("coverage %+v", r.Coverage)
	}
	must(t, errors.Join())
	if _, err := l.Rotate(t.Context()); err != nil {
		t.Fatal(err)
	}
	add(t, l, 1301, 5, 1)
	for _, level := range []ledger.Level{ledger.Quick, ledger.Default, ledger.Full} {
		sound(t, verify(t, l, level, &first.Next)) // the older key's trust still holds
	}
}

func TestAProofLeadsToTheSignedRoot(t *testing.T) {
	l, _ := fresh(t)
	add(t, l, 0, 70_000, 5000)
	for _, seq := range []int64{0, 1, 255, 256, 65_535, 65_536, 69_999} {
		p, err := ledger.Prove(t.Context(), l.Source(), seq)
		must(t, err)
		if err := tlog.CheckRecord(p.Hashes, 70_000, p.Checkpoint.Root, seq, tlog.RecordHash(leaf(int(seq)))); err != nil {
			t.Errorf("entry %d: %v", seq, err)
		}
	}
	if _, err := ledger.Prove(t.Context(), l.Source(), 70_000); fault.ClassOf(err) != fault.Usage {
		t.Errorf("a proof of an entry that is not there: %v", err)
	}
}

func TestAFailedTransactionLeavesNoTraceInTheTree(t *testing.T) {
	l, _ := fresh(t)
	add(t, l, 0, 255, 255)
	stop := errors.New("stop")
	for range 3 {
		err := l.Write(t.Context(), func(w *ledger.Writer) error {
			for i := range 600 {
				if _, err := w.Append(leaf(9000 + i)); err != nil {
					return err
				}
			}
			return stop
		})
		if err == nil {
			t.Fatal("no error")
		}
	}
	add(t, l, 255, 400, 7)
	r := verify(t, l, ledger.Full, nil)
	sound(t, r)
	if r.Size != 655 {
		t.Fatalf("size %d", r.Size)
	}
}

func TestNothingIsAddedToALogWhoseEndWasTamperedWith(t *testing.T) {
	for name, change := range map[string]string{
		"hash": "UPDATE audit_leaf SET hash = zeroblob(32) WHERE seq = 299", "missing": "DELETE FROM audit_leaf WHERE seq = 299",
		"tile": "UPDATE audit_tile SET hashes = zeroblob(32) WHERE level = 1", "note": "UPDATE audit_log SET note = x'00'",
		"size": "UPDATE audit_log SET size = 299",
	} {
		t.Run(name, func(t *testing.T) {
			l, st := fresh(t)
			add(t, l, 0, 300, 300)
			must(t, st.Write(t.Context(), func(tx *sql.Tx) error {
				for _, trigger := range []string{"leaf_fixed", "leaf_kept", "tile_grows", "log_forward"} {
					if _, err := tx.Exec("DROP TRIGGER audit_" + trigger); err != nil {
						return err
					}
				}
				_, err := tx.Exec(change)
				return err
			}))
			again := ledger.New("audit", st, nil, "", func() time.Time { return moment }, rand.Reader)
			err := again.Write(t.Context(), func(w *ledger.Writer) error {
				_, err := w.Append(leaf(300))
				return err
			})
			if f := fault.From(err); err == nil || f.Class != fault.Integrity || f.Code != "ledger_damaged" {
				t.Fatalf("got %v", err)
			}
		})
	}
}

func BenchmarkAppend(b *testing.B) {
	for _, group := range []int{1, 64, 1000} {
		b.Run(fmt.Sprint("group=", group), func(b *testing.B) {
			l, _ := fresh(b)
			b.ResetTimer()
			add(b, l, 0, b.N, group)
		})
	}
}

func TestATileThatCouldNotBeWrittenIsWrittenWholeLater(t *testing.T) {
	l, st := fresh(t)
	raw := func(text string) {
		must(t, st.Write(t.Context(), func(tx *sql.Tx) error { _, err := tx.Exec(text); return err }))
	}
	for _, size := range []int{255, 511} { // the first full tile; the one after which a level above grows
		add(t, l, int(verify(t, l, ledger.Quick, nil).Size), size-int(verify(t, l, ledger.Quick, nil).Size), 100)
		raw("CREATE TRIGGER fails BEFORE INSERT ON audit_tile BEGIN SELECT RAISE(ABORT, 'no'); END")
		err := l.Write(t.Context(), func(w *ledger.Writer) error {
			_, err := w.Append(leaf(size))
			return err
		})
		if err == nil {
			t.Fatal("no error")
		}
		raw("DROP TRIGGER fails")
		add(t, l, size, 1, 1)
		sound(t, verify(t, l, ledger.Full, nil))
	}
}
