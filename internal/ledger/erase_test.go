package ledger_test

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"iskurctl/internal/fault"
	"iskurctl/internal/ledger"
	"iskurctl/internal/seal"
	"iskurctl/internal/seal/ring"
	"iskurctl/internal/store"
)

// counted is a ring that counts the questions.
type counted struct {
	*ring.Ring
	one, many int
}

func (c *counted) Find(ctx context.Context, log string, id int64) (*seal.DataKey, error) {
	c.one++
	return c.Ring.Find(ctx, log, id)
}

func (c *counted) FindAll(ctx context.Context, log string, ids []int64) (map[int64]*seal.DataKey, map[int64]error, error) {
	c.many++
	return c.Ring.FindAll(ctx, log, ids)
}

// people is an erasable log with a data key for each person.
type people struct {
	*ledger.Log
	st   *store.Store
	ring *counted
	keys []*seal.DataKey
}

func newPeople(t testing.TB, n int) *people {
	t.Helper()
	ctx := context.Background()
	text, err := seal.GenerateMaster(rand.Reader)
	must(t, err)
	master, err := seal.ParseMaster(text)
	must(t, err)
	keys, err := seal.Derive(master)
	must(t, err)
	open := func(name string, m []store.Migration) *store.Store {
		st, err := store.Create(ctx, store.Options{Path: filepath.Join(t.TempDir(), name), Migrations: m})
		must(t, err)
		t.Cleanup(func() { _ = st.Close() })
		return st
	}
	p := &people{st: open("log.db", []store.Migration{{ID: 1, Name: "log", SQL: ledger.ErasableSchema("consent")}})}
	p.ring = &counted{Ring: ring.Open(open("keys.db", ring.Migrations), keys, rand.Reader)}
	p.Log = ledger.New("consent", p.st, func() (ledger.Keys, error) { return p.ring, nil }, "test/consent/1", func() time.Time { return moment }, rand.Reader)
	must(t, p.Start(ctx))
	p.keys, err = p.ring.New(ctx, "consent", n)
	must(t, err)
	return p
}

// add appends an entry with three disclosures for each person.
func (p *people) add(t testing.TB) {
	t.Helper()
	must(t, p.Write(context.Background(), func(w *ledger.Writer) error {
		for _, key := range p.keys {
			var digests, all []string
			for _, name := range []string{"given_name", "phone", "tc"} {
				d, digest, err := ledger.Disclose(rand.Reader, name, fmt.Appendf(nil, "%q", name))
				if err != nil {
					return err
				}
				digests, all = append(digests, digest), append(all, d)
			}
			b, err := ledger.NewLeaf().Digests(digests).String("k", "consent/1").String("t", ledger.Time(moment)).Bytes()
			if err != nil {
				return err
			}
			seq, err := w.Append(b)
			if err != nil {
				return err
			}
			if err := w.Seal(seq, key, []byte(strings.Join(all, "~"))); err != nil {
				return err
			}
		}
		return nil
	}))
}

// erase appends an erased/1 entry and does what do does in the same commit.
func (p *people) erase(t testing.TB, seq int64, do func(w *ledger.Writer, by int64) error) error {
	t.Helper()
	b, err := ledger.NewLeaf().Strings("fields", []string{"*"}).String("ground", "request").String("k", "erased/1").Int("seq", seq).String("t", ledger.Time(moment)).Bytes()
	must(t, err)
	return p.Write(context.Background(), func(w *ledger.Writer) error {
		by, err := w.Append(b)
		if err != nil {
			return err
		}
		return do(w, by)
	})
}

func (p *people) disclosed(t testing.TB) map[int64]ledger.Disclosed {
	t.Helper()
	all := make(map[int64]ledger.Disclosed)
	for d, err := range p.Source().Disclosures(context.Background(), 0, 1<<40) {
		must(t, err)
		d.SD = slices.Clone(d.SD)
		all[d.Seq] = d
	}
	return all
}

func TestWhatIsErasedGoesAndEverythingElseStays(t *testing.T) {
	p := newPeople(t, 300)
	p.add(t)
	must(t, p.erase(t, 7, func(w *ledger.Writer, by int64) error { return w.Erase(7, by) }))
	rest := string(p.disclosed(t)[9].SD)
	rest = rest[:strings.LastIndex(rest, "~")]
	must(t, p.erase(t, 9, func(w *ledger.Writer, by int64) error { return w.Reseal(9, by, p.keys[9], []byte(rest)) }))
	all := p.disclosed(t)
	if _, ok := all[7]; ok || len(all) != 299 {
		t.Errorf("%d entries have disclosures, entry 7: %v", len(all), ok)
	}
	if d := all[9]; d.Err != nil || string(d.SD) != rest {
		t.Errorf("what is left of entry 9: %q, %v", d.SD, d.Err)
	}
	must(t, p.erase(t, 9, func(w *ledger.Writer, by int64) error { return w.Erase(9, by) })) // the rest as well
	must(t, p.erase(t, 9, func(w *ledger.Writer, by int64) error { return w.Erase(9, by) })) // may be repeated
	var by int64
	must(t, p.st.Read().QueryRow("SELECT by FROM consent_erased WHERE seq = 9").Scan(&by))
	if by != 301 {
		t.Errorf("entry 9 was first erased by %d", by)
	}
	head, _, err := p.Head(t.Context())
	must(t, err)
	for _, level := range []ledger.Level{ledger.Quick, ledger.Default, ledger.Full} {
		r, err := ledger.Verify(t.Context(), p.Source(), ledger.Options{Log: "consent", Level: level, Vkey: head.Vkey})
		must(t, err)
		sound(t, r)
	}
}

func TestASealedValueStaysUnlessItsEntryIsErased(t *testing.T) {
	p := newPeople(t, 300)
	p.add(t)
	must(t, p.erase(t, 1, func(w *ledger.Writer, by int64) error { return w.Erase(1, by) }))
	for _, text := range []string{
		"DELETE FROM consent_sealed WHERE seq = 0", "UPDATE consent_sealed SET sd = x'00' WHERE seq = 0", "DELETE FROM consent_erased", "UPDATE consent_erased SET by = 99",
		"INSERT INTO consent_erased (seq, by) VALUES (2, 2)", "DELETE FROM consent_leaf", "DELETE FROM consent_tile", "DELETE FROM consent_log",
	} {
		err := p.st.Write(t.Context(), func(tx *sql.Tx) error {
			_, err := tx.Exec(text)
			return err
		})
		if err == nil {
			t.Errorf("the store let it happen: %s", text)
		}
	}
	sealed := func() (sd []byte) {
		must(t, p.st.Read().QueryRow("SELECT sd FROM consent_sealed WHERE seq = 0").Scan(&sd))
		return sd
	}
	before := sealed()
	if err := p.erase(t, 0, func(w *ledger.Writer, by int64) error { return w.Reseal(0, by, p.keys[1], nil) }); fault.From(err).Code != "sealed_missing" {
		t.Errorf("another person's key: %v", err)
	}
	if err := p.erase(t, 0, func(w *ledger.Writer, by int64) error { return w.Erase(by, by) }); fault.From(err).Code != "ledger_erase" {
		t.Errorf("an erasure of itself: %v", err)
	}
	if string(sealed()) != string(before) {
		t.Error("a refused erasure left something behind")
	}
}

func TestTheSchemaOfAnErasableLogIsTheLogsAndATableMore(t *testing.T) {
	objects := func(schema string) (names []string) {
		for line := range strings.Lines(schema) {
			if f := strings.Fields(line); len(f) > 2 && f[0] == "CREATE" {
				names = append(names, f[1]+" "+f[2])
			}
		}
		slices.Sort(names)
		return names
	}
	want := append(objects(ledger.Schema("consent")), "TABLE consent_erased", "TRIGGER consent_erased_fixed", "TRIGGER consent_erased_kept")
	slices.Sort(want)
	if got := objects(ledger.ErasableSchema("consent")); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestTheKeysOfAPageAreLookedUpAtOnce(t *testing.T) {
	p := newPeople(t, 1500)
	p.add(t)
	must(t, p.ring.Destroy(t.Context(), "consent", p.keys[3].ID))
	for seq, d := range p.disclosed(t) {
		switch {
		case seq == 3 && fault.From(errors.Unwrap(d.Err)).Code != "data_key_destroyed":
			t.Errorf("a destroyed key: %v", d.Err)
		case seq != 3 && (d.Err != nil || strings.Count(string(d.SD), "~") != 2):
			t.Fatalf("entry %d: %q, %v", seq, d.SD, d.Err)
		}
	}
	if p.ring.one != 0 || p.ring.many != 2 {
		t.Errorf("%d questions for one key, %d for many", p.ring.one, p.ring.many)
	}
	src := p.Source()
	p.ring.many = 0
	for range 3 { // a key in use is not asked for again
		for _, err := range src.Disclosures(t.Context(), 100, 200) {
			must(t, err)
		}
	}
	if p.ring.many != 1 {
		t.Errorf("%d questions", p.ring.many)
	}
}
