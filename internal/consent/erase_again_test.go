package consent

import (
	"errors"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"iskurctl/internal/consent/event"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/ledger"
	"iskurctl/internal/store"
)

// copied gives the files as they stand: those of the database named from other, if any, and the rest of b.
func (b *bed) copied(t *testing.T, named string, other *bed) *bed {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"s.db", "s.db-wal", "keys.db", "keys.db-wal"} {
		from := b.dir
		if other != nil && strings.HasPrefix(name, named) {
			from = other.dir
		}
		file, err := os.ReadFile(filepath.Join(from, name))
		if errors.Is(err, fs.ErrNotExist) { // a -wal
			continue
		}
		must(t, err)
		must(t, os.WriteFile(filepath.Join(dir, name), file, 0o600))
	}
	return openBed(t, dir, store.Open)
}

func firstError[T any](all iter.Seq2[T, error]) error {
	for _, err := range all {
		if err != nil {
			return err
		}
	}
	return nil
}

func TestWhoWasErasedCanBeErasedAgainAfterTheStoreWasPutBackFromBefore(t *testing.T) {
	b := people(t, 3)
	before := b.copied(t, "", nil)
	e := Erasure{TCs: []string{tcNumber(1)}, Ground: "request"}
	b.erase(t, e)
	old := b.copied(t, "s.db", before)

	for what, all := range map[string]func() error{
		"list":    func() error { return firstError(old.List(t.Context(), Filter{})) },
		"history": func() error { return firstError(old.History(t.Context(), tcNumber(1))) },
		"status":  func() error { _, err := old.Status(t.Context(), tcNumber(1)); return err },
		"export": func() error {
			_, err := old.Export(t.Context(), filepath.Join(t.TempDir(), "x"), ExportOptions{PersonalData: true})
			return err
		},
		"record": func() error {
			_, err := old.Record(t.Context(), eventAt(1, 5, event.Notice, event.Presented, "aydinlatma-1"))
			return err
		},
		"fields": func() error {
			return firstError(old.Erasable(t.Context(), Erasure{TCs: e.TCs, Ground: "request", Fields: []string{"phone"}}))
		},
	} {
		err := all()
		wantFault(t, err, fault.Unverifiable, "data_key_destroyed")
		for _, lang := range []i18n.Lang{i18n.TR, i18n.EN} {
			if hint := fault.From(err).Hint.In(lang); !strings.Contains(hint, "consent erase") {
				t.Errorf("%s says what to do: %q", what, hint)
			}
		}
	}
	var doomed []int64
	for x, err := range old.Erasable(t.Context(), e) {
		must(t, err)
		if !slices.Equal(x.Fields, []string{"*"}) || x.Time.IsZero() {
			t.Errorf("%+v", x)
		}
		doomed = append(doomed, x.Seq)
	}
	var done []int64
	residue, err := old.Erase(t.Context(), e, func(x Erased) error { done = append(done, x.Seq); return nil })
	must(t, err)
	if len(residue) > 0 || len(done) != 3 || !slices.Equal(done, doomed) {
		t.Errorf("erased %v of %v, left %v", done, doomed, residue)
	}
	old.sound(t)
	if n := len(collect(t, old.List(t.Context(), Filter{}))); n != 9 {
		t.Errorf("%d events are listed", n)
	}
}

func TestWhoseKeyTheKeyStoreNeverHadCanBeErased(t *testing.T) {
	b := people(t, 2)
	before := b.copied(t, "", nil)
	b.add(t, 2, 3)
	old := b.copied(t, "keys.db", before)
	err := firstError(old.History(t.Context(), tcNumber(2)))
	wantFault(t, err, fault.Unverifiable, "data_key_missing")
	if fault.From(err).Hint.Empty() {
		t.Error("nothing says what to do")
	}
	old.erase(t, Erasure{TCs: []string{tcNumber(2)}, Ground: "court"})
	old.sound(t)
	if fresh := got(old.ring.New(t.Context(), Name, 1))(t)[0]; fresh.ID != 4 {
		t.Errorf("the number of the key that is gone is given again: %d", fresh.ID)
	}
}

func TestAMissingKeyStoreIsOneFinding(t *testing.T) {
	b := people(t, 5)
	c := b.cfg
	c.Ring = func() (Ring, error) {
		return nil, fault.New(fault.Unverifiable, "key_store_missing", i18n.T("anahtar deposu yok: yol", "the key store is missing: path"))
	}
	log := New(c)
	src := log.Ledger().Source()
	head, _, err := log.Ledger().Head(t.Context())
	must(t, err)
	r, err := ledger.Verify(t.Context(), src, ledger.Options{Log: Name, Level: ledger.Deep, Vkey: head.Vkey, Domain: NewCheck(log, src, ledger.Range{To: head.Size})})
	must(t, err)
	if len(r.Findings) != 1 || r.Findings[0].Code != ledger.DisclosureUndecryptable || r.Class() != fault.Unverifiable {
		t.Fatalf("%v", r.Findings)
	}
	if detail := r.Findings[0].Detail.In(i18n.EN); !strings.HasPrefix(detail, "the key store is missing: path; the disclosures of 15 entries") {
		t.Error(detail)
	}
}
