package consent_test

import (
	"testing"

	"iskurctl/internal/consent"
	"iskurctl/internal/ledger/ledgertest"
)

// TestEveryAlterationIsFoundUnderItsOwnCode plants one alteration after the other in copies of a store, of its key store and
// of bundles: in each column of each table, in each file, by hands that know the formats and by those that have the log's
// own keys. Each is found at the level that promises it and at all stronger ones, under the codes that the tables name, and
// nothing else is found. A new column, file or code without an alteration of its own fails the test.
func TestEveryAlterationIsFoundUnderItsOwnCode(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	all := ledgertest.NewTally()
	group := func(name string, do func(t *testing.T, count *tally)) {
		count := ledgertest.NewTally()
		t.Run(name, func(t *testing.T) { do(t, count) })
		count.Print(t, name)
		all.Join(count)
	}
	group("store", func(t *testing.T, count *tally) {
		for _, m := range [][]ledgertest.Mutation{ledgertest.Leaves(), ledgertest.Tiles(), ledgertest.Heads(), ledgertest.Schemas("consent_event_person"),
			ledgertest.Seals(20), ledgertest.SigningKeys()} {
			ledgertest.Run(t, w, count, m)
		}
	})
	group("rows", func(t *testing.T, count *tally) {
		for _, m := range [][]mutation{rows(), dataKeys(), copies(), unkeyed()} {
			plantAll(t, w, count, m)
		}
	})
	group("acts", func(t *testing.T, count *tally) { plantAll(t, w, count, acts()) })
	group("forged", func(t *testing.T, count *tally) {
		ledgertest.Run(t, w, count, ledgertest.Forged())
		ledgertest.Run(t, w, count, ledgertest.Sealed())
	})
	base := exported(t, w, consent.ExportOptions{PersonalData: true})
	base.Mend() // its manifest lists the files as they came; sorted, half of it is always the same half
	group("files", func(t *testing.T, count *tally) { ledgertest.FilesOf(t, w, base, count, contents) })
	group("tricks", func(t *testing.T, count *tally) {
		for _, m := range bundleTricks() {
			ledgertest.Tricks(t, w, base, count, []ledgertest.Trick{ledgertest.Trick(m)})
		}
	})
	group("trust", func(t *testing.T, count *tally) {
		ledgertest.Unbelieved(t, w, count)
	})
	f := ledgertest.Flips{Values: 150, Bits: 300, Harmless: harmless, Indexed: []string{
		"SELECT id, seq FROM consent_event INDEXED BY sqlite_autoindex_consent_event_1 ORDER BY id",
		"SELECT person, seq FROM consent_event INDEXED BY consent_event_person ORDER BY person, seq",
		"SELECT tag, id FROM consent_person INDEXED BY sqlite_autoindex_consent_person_1 ORDER BY tag, id",
		"SELECT label, seq FROM consent_text INDEXED BY sqlite_autoindex_consent_text_1 ORDER BY label",
		"SELECT sha256, seq FROM consent_text INDEXED BY sqlite_autoindex_consent_text_2 ORDER BY sha256"}}
	if testing.Short() {
		f.Values, f.Bits = 20, 30
	}
	t.Run("values by chance", func(t *testing.T) { f.Change(t, w) })
	t.Run("bits by chance", func(t *testing.T) { f.Flip(t, w.Older) })
	all.Print(t, "all")
	all.Complete(t, w.Copy(t), ledgertest.Codes(t, "../ledger/finding.go", ledgertest.NotInConsent...))
}

// harmless: nothing that is altered at random says nothing.
func harmless(string, any, any) bool { return false }
