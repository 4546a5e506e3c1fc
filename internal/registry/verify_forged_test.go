package registry

import (
	"context"
	"fmt"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"iskurctl/internal/audit"
	"iskurctl/internal/fault"
	"iskurctl/internal/store"
)

// Whoever writes rows can write entries and tiles as well: a verification that reads a part of the log only sees it here.
func TestARowWithAnEntryAndATileOfItsOwnIsFoundAndGivesNoRight(t *testing.T) {
	w := world(t)
	must(t, w.st.Close())
	dir := copied(t, w.dir)
	st, err := store.Open(t.Context(), options(dir))
	must(t, err)
	var x change
	must(t, st.Scan(t.Context(), func(row *store.Row) error {
		c := cells{r: row}
		c.change(&x)
		return nil
	}, changesFrom, int64(4), int64(5)))
	must(t, st.Close())
	x.after.Login = "saldirgan"
	leaf, err := x.leaf()
	must(t, err)
	h := tlog.RecordHash(leaf)
	if !tamper(t, dir, "UPDATE registry_change SET login = 'saldirgan' WHERE n = 4", "UPDATE registry_version SET login = 'saldirgan' WHERE n = 4",
		fmt.Sprintf("UPDATE audit_tile SET hashes = CAST(substr(hashes, 1, %d) || x'%x' || substr(hashes, %d) AS BLOB) WHERE level = 0 AND idx = 0", x.seq*32, h[:], x.seq*32+33),
		fmt.Sprintf("UPDATE audit_leaf SET leaf = x'%x', hash = x'%x' WHERE seq = %d", leaf, h[:], x.seq)) {
		t.Fatal("nothing was altered")
	}
	if found := checked(t, dir); found != "V21" {
		t.Errorf("found %q", found)
	}
	st, err = store.Open(context.Background(), options(dir))
	must(t, err)
	defer func() { _ = st.Close() }()
	r := New(Config{Store: st, Audit: audit.New(audit.Config{Store: st, Now: w.clock.now})})
	ok, err := r.Authorised(t.Context(), "saldirgan", audit.ByNumber, "2026-11-22")
	wantFault(t, err, fault.Integrity, "registry_damaged")
	if ok {
		t.Error("a right was given")
	}
}

func TestRowsThatSayTheSameInOtherBytesAreFound(t *testing.T) {
	w := world(t)
	must(t, w.st.Close())
	for name, texts := range map[string][]string{
		"a blank in the scope": {"UPDATE registry_change SET scope = ' ' WHERE n = 5", "UPDATE registry_version SET scope = ' ' WHERE n = 5"},
		"beyond counting":      {"UPDATE registry_change SET n = 9223372036854775807 WHERE n = (SELECT MAX(n) FROM registry_change)", "UPDATE registry_version SET n = 9223372036854775807 WHERE n = (SELECT MAX(n) FROM registry_version)"},
	} {
		dir := copied(t, w.dir)
		if !tamper(t, dir, texts...) {
			t.Errorf("%s: nothing was altered", name)
		}
		if found := checked(t, dir); found != "V55" {
			t.Errorf("%s: found %q", name, found)
		}
	}
}

// undone takes the last changes away, from n on, with every row that tells of them.
func undone(t *testing.T, dir string, n int64) {
	t.Helper()
	if !tamper(t, dir, fmt.Sprintf("DELETE FROM registry_version WHERE n >= %d", n), fmt.Sprintf("DELETE FROM registry_change WHERE n >= %d", n)) {
		t.Fatal("nothing was altered")
	}
	tamper(t, dir, fmt.Sprintf("UPDATE registry_version SET next = NULL WHERE next >= %d", n))
	tamper(t, dir, "DELETE FROM audit_change WHERE seq > (SELECT MAX(seq) FROM registry_change)")
}

func TestAChangeThatWasRemovedWithAllItsRowsIsMissed(t *testing.T) {
	w := world(t)
	last, err := w.Revision(t.Context())
	must(t, err)
	if found, err := w.log.UnlistedChanges(t.Context()); err != nil || len(found) > 0 {
		t.Fatalf("an untouched log: %v, %v", found, err)
	}
	must(t, w.st.Close())
	undone(t, w.dir, last-1)
	p := at(t, w.dir, store.Open, w.clock)
	if found, err := p.log.UnlistedChanges(t.Context()); err != nil || len(found) != 1 {
		t.Errorf("found %v, %v", found, err)
	}
}

// Of an entry that was disposed of the hash says no more that it was one of a change.
func TestAChangeThatWasRemovedAfterADisposalIsMissed(t *testing.T) {
	p := world(t)
	made, err := p.Revision(t.Context())
	must(t, err)
	for range 2 { // what the first disposal says must not go with the second
		p.clock.set(p.clock.now().AddDate(5, 3, 0))
		for range 300 {
			must(t, p.log.Refuse(t.Context(), audit.Query{User: "memur", Host: "pc-2", Method: audit.Parameters, Attempt: 1}))
		}
		d, err := p.log.DisposalDue(t.Context(), true)
		must(t, err)
		must(t, p.log.Dispose(t.Context(), d))
		p.sound(t)
	}
	if n, err := p.log.DisposedChanges(t.Context()); err != nil || n != made {
		t.Errorf("%d of %d changes, %v", n, made, err)
	}
	must(t, p.st.Close())
	undone(t, p.dir, made-1)
	if found := checked(t, p.dir); found != "V55" {
		t.Errorf("found %q", found)
	}
}
