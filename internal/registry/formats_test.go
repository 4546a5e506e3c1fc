package registry

import (
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"iskurctl/internal/audit"
	"iskurctl/internal/ledger"
)

// example is the change that docs/formats.md shows.
func example() *change {
	c := &change{n: 0, seq: 4, op: OpAdd, timeMS: 1795342272123, user: "koordinator", host: "pc-1"}
	for i := range byte(saltSize) {
		c.salt = append(c.salt, i)
	}
	c.after = Person{ID: 1, Version: 1, Party: ISKUR, Role: AuthorisedPerson, Unit: "Ankara İl Müdürlüğü", GivenName: "Işıl", Surname: "Şahin", Phone: "+903125550000",
		Email: "isil.sahin@iskur.gov.tr", ValidFrom: "2026-11-22", Login: "isahin", Scope: []audit.Method{audit.ByNumber}}
	return c
}

func formatsBlock(t *testing.T, text, name string) string {
	t.Helper()
	_, rest, ok := strings.Cut(text, "\n```text "+name+"\n")
	block, _, end := strings.Cut(rest, "\n```")
	if !ok || !end {
		t.Fatalf("the document has no block %q", name)
	}
	return block
}

func TestTheDocumentSaysHowAnEntryIsMadeFromItsRow(t *testing.T) {
	raw, err := os.ReadFile("../../docs/formats.md")
	must(t, err)
	c := example()
	row, err := ledger.ObjectOfStrings(c.pairs())
	must(t, err)
	leaf, err := c.leaf()
	must(t, err)
	hash := ledger.Hash(tlog.RecordHash(leaf))
	if got, want := formatsBlock(t, string(raw), "registry example"), string(row)+"\n"+string(leaf)+"\n"+hash.String(); got != want {
		t.Errorf("the document has\n%s\nwant\n%s", got, want)
	}
}

func TestTheDocumentListsTheTablesOfTheRegistry(t *testing.T) {
	raw, err := os.ReadFile("../../docs/formats.md")
	must(t, err)
	p := fresh(t)
	must(t, p.st.Close())
	db, err := sql.Open("sqlite", filepath.Join(p.dir, "s.db"))
	must(t, err)
	defer func() { _ = db.Close() }()
	rows, err := db.Query(`SELECT m.name || '(' || group_concat(c.name || ' ' || c.type, ', ' ORDER BY c.cid) || ')' FROM sqlite_schema m, pragma_table_info(m.name) c
WHERE m.type = 'table' AND m.name LIKE 'registry_%' GROUP BY m.name ORDER BY m.name`)
	must(t, err)
	var tables []string
	for rows.Next() {
		var s string
		must(t, rows.Scan(&s))
		tables = append(tables, s)
	}
	must(t, rows.Err())
	if got, want := formatsBlock(t, string(raw), "registry store"), strings.Join(tables, "\n"); got != want {
		t.Errorf("the document has\n%s\nwant\n%s", got, want)
	}
}
