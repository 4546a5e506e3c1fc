package ring

import (
	"crypto/rand"
	"database/sql"
	"errors"
	mathrand "math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"iskurctl/internal/fault"
	"iskurctl/internal/seal"
	"iskurctl/internal/store"
)

func TestADestroyedKeyIsGoneAndNotMadeAgain(t *testing.T) {
	r, st, _ := fresh(t)
	reader := ringOn(t, st, 1)
	for id := range int64(3) {
		_, err := r.Data(t.Context(), "audit", id)
		must(t, err)
	}
	must(t, r.Destroy(t.Context(), "audit", 0, 1, 99))
	must(t, r.Destroy(t.Context(), "audit", 0)) // may be repeated
	must(t, r.Destroy(t.Context(), "audit"))
	for _, ring := range []*Ring{r, reader} {
		_, err := ring.Find(t.Context(), "audit", 0)
		wantFault(t, err, fault.Unverifiable, "data_key_destroyed")
		_, err = ring.Data(t.Context(), "audit", 1)
		wantFault(t, err, fault.Unverifiable, "data_key_destroyed")
		_, err = ring.Find(t.Context(), "audit", 2)
		must(t, err)
	}
	_, err := r.Data(t.Context(), "audit", 99)
	must(t, err)
}

func TestAKeyThatWasReadBeforeItsDestructionDoesNotStayInMemory(t *testing.T) {
	r, _, _ := fresh(t)
	_, err := r.Data(t.Context(), "audit", 1)
	must(t, err)
	at := slot{"audit", 1}
	r.forget("audit", []int64{1}) // as if never cached
	_, seen, err := r.lookup(t.Context(), slot{"audit", 2})
	if !errors.Is(err, sql.ErrNoRows) {
		t.Fatal(err)
	}
	var wrapped []byte
	must(t, r.st.Read().QueryRow(findDataKey, "audit", 1).Scan(&wrapped))
	must(t, r.Destroy(t.Context(), "audit", 1))
	if _, err := r.unwrap(at, wrapped, seen); err != nil {
		t.Fatal(err)
	}
	_, err = r.Find(t.Context(), "audit", 1)
	wantFault(t, err, fault.Unverifiable, "data_key_destroyed")
}

// Rows are added in an order that makes SQLite balance its trees all the time, and keys are destroyed in between: no
// eight bytes of any destroyed key may be left, in whatever unused part of a page.
func TestDestroyedKeysAreNowhereInTheFiles(t *testing.T) {
	r, st, path := fresh(t)
	chance := mathrand.New(mathrand.NewPCG(4, 10)) // an order that leaves remains in a table WITHOUT ROWID
	type row struct {
		log string
		id  int64
	}
	var live []row
	gone := map[[8]byte]row{}
	var last [8]byte
	const total, batch = 3000, 100
	ids := chance.Perm(total)
	for len(ids) > 0 {
		must(t, st.Write(t.Context(), func(tx *sql.Tx) error { // many in one commit: as Data would, but quicker
			for _, id := range ids[:batch] {
				x := row{[]string{"audit", "consent"}[chance.IntN(2)], int64(id)}
				wrapped, err := r.master.Seal(rand.Reader, make([]byte, seal.DataKeySize), slot(x).aad())
				if err != nil {
					return err
				}
				if _, err := tx.Exec(addDataKey, x.log, x.id, wrapped); err != nil {
					return err
				}
				live = append(live, x)
			}
			return nil
		}))
		ids = ids[batch:]
		doomed := map[string][]int64{}
		for range batch / 2 {
			i := chance.IntN(len(live))
			x := live[i]
			live = append(live[:i], live[i+1:]...)
			doomed[x.log] = append(doomed[x.log], x.id)
			var wrapped []byte
			must(t, st.Read().QueryRow(findDataKey, x.log, x.id).Scan(&wrapped))
			const header = 9 // version and key id are the same for all
			for i := header; i+8 <= len(wrapped); i++ {
				last = [8]byte(wrapped[i:])
				gone[last] = x
			}
		}
		if len(gone) > 0 && len(ids) == 0 {
			if !standsIn(t, path, map[[8]byte]row{last: {}}) {
				t.Fatal("the bytes were gone before: this test proves nothing")
			}
		}
		for log, ids := range doomed {
			must(t, r.Destroy(t.Context(), log, ids...))
		}
	}
	if standsIn(t, path, gone) {
		t.Fatal("remains of destroyed keys")
	}
	for _, x := range live {
		if _, err := r.Find(t.Context(), x.log, x.id); err != nil {
			t.Fatal(err)
		}
	}
}

// standsIn reports whether any of the patterns stands in a file of the store.
func standsIn[V any](t *testing.T, path string, patterns map[[8]byte]V) bool {
	t.Helper()
	names, err := filepath.Glob(path + "*")
	must(t, err)
	for _, name := range names {
		b, err := os.ReadFile(name)
		must(t, err)
		for i := 0; i+8 <= len(b); i++ {
			if _, ok := patterns[[8]byte(b[i:])]; ok {
				return true
			}
		}
	}
	return false
}

func TestAHeldReaderMakesDestroyFailButNotForget(t *testing.T) {
	path := filepath.Join(t.TempDir(), "iskurctl.db")
	st, err := store.Create(t.Context(), store.Options{Path: path, Migrations: Migrations, LockTimeout: 150 * time.Millisecond})
	must(t, err)
	t.Cleanup(func() { _ = st.Close() })
	r := ringOn(t, st, 1)
	_, err = r.Data(t.Context(), "consent", 1)
	must(t, err)
	tx, err := st.Read().BeginTx(t.Context(), nil)
	must(t, err)
	var n int
	must(t, tx.QueryRow("SELECT COUNT(*) FROM ring_data_key").Scan(&n))
	wantFault(t, r.Destroy(t.Context(), "consent", 1), fault.Store, "store_locked")
	_, err = r.Find(t.Context(), "consent", 1)
	wantFault(t, err, fault.Unverifiable, "data_key_destroyed")
	must(t, tx.Rollback())
	must(t, r.Destroy(t.Context(), "consent", 1))
}

func TestAKeyThatWasNeverThereCountsAsDestroyedOnceItIsBuried(t *testing.T) {
	r, _, _ := fresh(t)
	_, err := r.New(t.Context(), "consent", 2)
	must(t, err)
	for range 2 { // it may be repeated
		must(t, r.Bury(t.Context(), "consent", 1, 5))
	}
	_, err = r.Find(t.Context(), "consent", 5)
	wantFault(t, err, fault.Unverifiable, "data_key_destroyed")
	_, err = r.Find(t.Context(), "consent", 1)
	must(t, err)
	keys, err := r.New(t.Context(), "consent", 1)
	must(t, err)
	if keys[0].ID != 6 {
		t.Errorf("the next key is %d", keys[0].ID)
	}
}
