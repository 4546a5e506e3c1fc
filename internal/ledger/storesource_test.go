package ledger_test

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"

	"iskurctl/internal/fault"
	"iskurctl/internal/ledger"
	"iskurctl/internal/store"
)

// Whoever swaps two pages of the table of entries in the file breaks the order by which they are found. That is damage, and
// no mistake of the program.
func TestEntriesThatDoNotStandInOrderAreADamagedFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log.db")
	l, st := freshAt(t, path)
	add(t, l, 0, 300, 300)
	var root, size int64
	must(t, st.Read().QueryRowContext(t.Context(), "SELECT rootpage FROM sqlite_schema WHERE name = 'audit_leaf'").Scan(&root))
	must(t, st.Read().QueryRowContext(t.Context(), "PRAGMA page_size").Scan(&size))
	must(t, st.Truncate(t.Context()))
	must(t, st.Close())
	file, err := os.ReadFile(path)
	must(t, err)
	page := file[(root-1)*size : root*size]
	if page[0] != 5 { // sqlite.org/fileformat2.html#b_tree_pages: an interior page of a table
		t.Fatalf("the root is a page of kind %d", page[0])
	}
	first, second := page[binary.BigEndian.Uint16(page[12:]):], page[binary.BigEndian.Uint16(page[14:]):]
	a, b := binary.BigEndian.Uint32(first), binary.BigEndian.Uint32(second)
	binary.BigEndian.PutUint32(first, b)
	binary.BigEndian.PutUint32(second, a)
	must(t, os.WriteFile(path, file, 0o600))
	st, err = store.Open(t.Context(), store.Options{Path: path, Migrations: logMigrations})
	must(t, err)
	defer func() { _ = st.Close() }()
	for e, err := range ledger.New("audit", st, nil, "", nil, nil).Source().Entries(t.Context(), 0, 300) {
		if err != nil {
			if f := fault.From(err); f.Class != fault.Integrity || f.Code != "store_damaged" {
				t.Fatal(err)
			}
			return
		}
		if e.Seq >= 300 {
			t.Fatal(e.Seq)
		}
	}
	t.Fatal("the order is taken for right")
}
