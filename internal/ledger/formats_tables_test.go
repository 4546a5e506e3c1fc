package ledger_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"iskurctl/internal/audit"
	"iskurctl/internal/fault"
	"iskurctl/internal/ledger"
	"iskurctl/internal/seal"
	"iskurctl/internal/seal/ring"
	"iskurctl/internal/store"
)

// rows gives the cells of the table below a header line.
func (d document) rows(t *testing.T, header string) [][]string {
	t.Helper()
	_, rest, ok := strings.Cut(d.text, "\n"+header+"\n")
	if !ok {
		t.Fatalf("the document has no table %q", header)
	}
	var rows [][]string
	for line := range strings.Lines(rest) {
		if !strings.HasPrefix(line, "|") {
			break
		}
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), " | ")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		if !strings.HasPrefix(cells[0], "---") {
			rows = append(rows, cells)
		}
	}
	return rows
}

// codes gives the constants of type Code of a Go file.
func codes(t *testing.T, file string) (all []string) {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	must(t, err)
	ast.Inspect(f, func(n ast.Node) bool {
		v, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if of, ok := v.Type.(*ast.Ident); ok && of.Name == "Code" {
			for _, x := range v.Values {
				s, err := strconv.Unquote(x.(*ast.BasicLit).Value)
				must(t, err)
				all = append(all, s)
			}
		}
		return true
	})
	if len(all) == 0 {
		t.Fatalf("%s has no codes", file)
	}
	return all
}

func TestTheFormatsNameEveryFindingWithItsWeight(t *testing.T) {
	d := readDocument(t)
	told := make(map[string]string)
	for _, row := range d.rows(t, "| code | weight | found when |") {
		for code := range strings.SplitSeq(row[0], ", ") {
			told[code] = row[1]
		}
	}
	for _, code := range codes(t, "finding.go") {
		want := map[fault.Class]string{fault.Integrity: "integrity", fault.Unverifiable: "unverifiable", fault.Negative: "policy", fault.OK: "note"}[ledger.Code(code).Class()]
		if told[code] != want {
			t.Errorf("%s is %q in the document, and weighs %q", code, told[code], want)
		}
		delete(told, code)
	}
	for _, code := range codes(t, "../audit/reconcile/reconcile.go") {
		if told[code] == "" {
			t.Errorf("%s is not in the document", code)
		}
		delete(told, code)
	}
	for code := range told {
		t.Errorf("no finding is called %s", code)
	}
}

// Every kind of entry is written once by the program; the table has exactly its members.
func TestTheFormatsListTheMembersOfEveryKind(t *testing.T) {
	d := readDocument(t)
	told := make(map[string][]string)
	words := regexp.MustCompile("`([^`]+)`")
	kind, outcomes, methods := "", "", ""
	for _, row := range d.rows(t, "| kind | member | type | meaning |") {
		if row[0] != "" {
			kind = strings.Trim(row[0], "`")
		}
		for _, m := range words.FindAllStringSubmatch(row[1], -1) {
			told[kind] = append(told[kind], m[1])
			switch m[1] {
			case "outcome":
				outcomes = row[3]
			case "method":
				methods = row[3]
			}
		}
	}
	for _, o := range audit.Outcomes() {
		if !strings.Contains(outcomes, "`"+string(o)+"`") {
			t.Errorf("the outcome %s is missing", o)
		}
	}
	for _, m := range audit.Methods() {
		if !strings.Contains(methods, "`"+string(m)+"`") {
			t.Errorf("the method %s is missing", m)
		}
	}

	ctx := context.Background()
	now := time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC)
	log, _, _ := auditLog(t, func() time.Time { return now })
	must(t, log.BindKey(ctx))
	must(t, log.Refuse(ctx, audit.Query{User: "ayse", Host: "h", Method: audit.Parameters, Attempt: 1}))
	change, err := ledger.NewLeaf().String("change", strings.Repeat("c", ledger.DigestLen)).Int("id", 1).String("k", audit.KindRegistry).Int("n", 0).
		String("op", "add").String("t", ledger.Time(now)).Int("v", 1).Bytes()
	must(t, err)
	must(t, log.WriteChanges(ctx, func(w *audit.ChangeWriter) error {
		_, err := w.Append(change)
		return err
	}))
	now = now.AddDate(6, 0, 0) // so that all members of pruned/1 are there
	must(t, log.Look(ctx, "ayse", "h", []string{"10000000146"}))
	_, err = log.Ledger().Rotate(ctx)
	must(t, err)
	due, err := log.DisposalDue(ctx, true)
	must(t, err)
	must(t, log.Dispose(ctx, due))
	var leaf ledger.Leaf
	for e, err := range log.Ledger().Source().Entries(ctx, 0, 6) {
		must(t, err)
		must(t, ledger.ParseLeaf(e.Leaf, &leaf))
		var members []string
		for i := range leaf.Keys() {
			members = append(members, string(leaf.Key(i)))
		}
		want := told[leaf.Kind]
		slices.Sort(want)
		if !slices.Equal(members, want) {
			t.Errorf("%s has %v, the document says %v", leaf.Kind, members, want)
		}
		delete(told, leaf.Kind)
	}
	for kind := range told {
		t.Errorf("nothing writes %s", kind)
	}
}

func TestTheFormatsShowTheTablesOfBothFiles(t *testing.T) {
	d := readDocument(t)
	_, st, kst := auditLog(t, time.Now)
	for name, x := range map[string]struct {
		st   *store.Store
		more string
	}{"store": {st, ""}, "key store": {kst, "schema_version(id INTEGER, name TEXT)\n"}} {
		rows, err := x.st.Read().Query(`SELECT s.name, group_concat(c.name || ' ' || c.type, ', ' ORDER BY c.cid) FROM sqlite_schema s, pragma_table_info(s.name) c
WHERE s.type = 'table' AND s.name NOT LIKE 'sqlite_%' GROUP BY s.name ORDER BY s.name`)
		must(t, err)
		var there []string
		for rows.Next() {
			var table, columns string
			must(t, rows.Scan(&table, &columns))
			there = append(there, table+"("+columns+")")
		}
		must(t, rows.Err())
		must(t, rows.Close())
		told := strings.Split(strings.TrimSpace(d.block(t, name)+x.more), "\n")
		slices.Sort(told)
		if !slices.Equal(there, told) {
			t.Errorf("%s:\n%s\nin the document:\n%s", name, strings.Join(there, "\n"), strings.Join(told, "\n"))
		}
	}
}

func TestTheFormatsKnowEveryLabelOfABundle(t *testing.T) {
	d := readDocument(t)
	var told string
	for _, row := range d.rows(t, "| label | value |") {
		told += row[0]
	}
	for line := range strings.Lines(d.block(t, "bag-info.txt")) {
		if label, _, _ := strings.Cut(line, ":"); !strings.Contains(told, "`"+label+"`") {
			t.Errorf("the table has no %s", label)
		}
	}
}

// auditLog makes a query log in a store, with its key store.
func auditLog(t *testing.T, now func() time.Time) (*audit.Log, *store.Store, *store.Store) {
	t.Helper()
	ctx := context.Background()
	dir := t.TempDir()
	file := func(name string, steps []store.Migration) *store.Store {
		st, err := store.Create(ctx, store.Options{Path: filepath.Join(dir, name), Migrations: steps})
		must(t, err)
		t.Cleanup(func() { _ = st.Close() })
		return st
	}
	st, kst := file("s.db", audit.Migrations), file("keys.db", ring.Migrations)
	text, err := seal.GenerateMaster(bytes.NewReader(make([]byte, 32)))
	must(t, err)
	m, err := seal.ParseMaster(text)
	must(t, err)
	keys, err := seal.Derive(m)
	must(t, err)
	r := ring.Open(kst, keys, rand.Reader)
	log := audit.New(audit.Config{Store: st, Keys: keys, Ring: func() (ledger.Keys, error) { return r, nil }, Installation: "test", Now: now, Rand: rand.Reader})
	return log, st, kst
}
