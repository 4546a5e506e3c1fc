package registry

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"iskurctl/internal/audit"
	"iskurctl/internal/ledger"
	"iskurctl/internal/store"
)

// world fills a registry whose changes stand among queries, over more than one tile of the log.
func world(t testing.TB) *place {
	t.Helper()
	p := fresh(t)
	ctx := t.Context()
	ask := func(n int) {
		for range n {
			must(t, p.log.Refuse(ctx, audit.Query{User: "memur", Host: "pc-2", Method: audit.Parameters, Attempt: 1}))
		}
	}
	must(t, p.log.BindKey(ctx))
	ask(20)
	x := p.add(t, coordinator(ISKUR, TechnicalCoordinator, "Tuna", "Teknik"))
	p.add(t, coordinator(MYK, AdministrativeCoordinator, "İdil", "İdari"))
	for i := range 40 {
		a := authorised([]string{"Ayşe", "Çağrı", "Işıl", "İpek"}[i%4], []string{"Şen", "Irmak", "İnce", "Öz", "Kaya"}[i%5])
		a.Email, a.Login = fmt.Sprintf("a%d@iskur.gov.tr", i), fmt.Sprintf("a%d", i)
		a = p.add(t, a)
		ask(i % 8)
		if i%3 == 0 {
			_, _, err := p.Update(ctx, me, a.ID, 0, set(ColSurname, "Yeni"))
			must(t, err)
		}
		if i%5 == 0 {
			_, _, err := p.End(ctx, me, a.ID, "2026-12-31")
			must(t, err)
		}
	}
	told, err := p.Unnotified(ctx, MYK, "")
	must(t, err)
	_, err = p.Notified(ctx, me, "E-1", "2026-11-20", told)
	must(t, err)
	_, _, err = p.Update(ctx, me, x.ID, 0, set(ColPhone, "0312 555 00 09"))
	must(t, err)
	ask(20)
	return p
}

// copied gives the files of a closed store in a folder of their own.
func copied(t testing.TB, dir string) string {
	t.Helper()
	to := t.TempDir()
	must(t, os.CopyFS(filepath.Join(to, "c"), os.DirFS(dir)))
	to = filepath.Join(to, "c")
	files, err := os.ReadDir(to)
	must(t, err)
	for _, f := range files {
		must(t, os.Chmod(filepath.Join(to, f.Name()), 0o600))
	}
	must(t, os.Chmod(to, 0o700)) //nolint:gosec // a folder
	return to
}

// tamper changes a store behind the program's back: without the triggers, which are there again afterwards. It reports
// whether anything was changed.
func tamper(t testing.TB, dir string, texts ...string) bool {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(dir, "s.db"))
	must(t, err)
	defer func() { must(t, db.Close()) }()
	db.SetMaxOpenConns(1)
	_, err = db.Exec("PRAGMA ignore_check_constraints = 1; PRAGMA synchronous = OFF; BEGIN")
	must(t, err)
	rows, err := db.Query("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
	must(t, err)
	triggers := make(map[string]string)
	for rows.Next() {
		var name, text string
		must(t, rows.Scan(&name, &text))
		triggers[name] = text
	}
	must(t, rows.Err())
	for name := range triggers {
		_, err := db.Exec("DROP TRIGGER " + name)
		must(t, err)
	}
	changed := true
	for _, text := range texts {
		res, err := db.Exec(text)
		if err != nil {
			changed = false
			break
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			changed = false
		}
	}
	for _, text := range triggers {
		_, err := db.Exec(text)
		must(t, err)
	}
	_, err = db.Exec("COMMIT")
	must(t, err)
	return changed
}

// checked opens a store, verifies the registry and gives the codes that were found, each once.
func checked(t testing.TB, dir string) string {
	t.Helper()
	st, err := store.Open(context.Background(), options(dir))
	must(t, err)
	defer func() { _ = st.Close() }()
	p := New(Config{Store: st, Audit: audit.New(audit.Config{Store: st, Now: (&clock{}).now})}) // without any key
	found, err := p.Verify(context.Background())
	must(t, err)
	var codes []string
	for _, f := range found {
		if c := string(f.Code[:3]); !strings.Contains(strings.Join(codes, " "), c) {
			codes = append(codes, c)
		}
	}
	return strings.Join(codes, " ")
}

func TestEveryAlterationOfTheRegistryIsFound(t *testing.T) {
	w := world(t)
	w.sound(t)
	must(t, w.st.Close())
	if found := checked(t, copied(t, w.dir)); found != "" {
		t.Fatalf("an untouched registry: %s", found)
	}
	type column struct{ table, name, kind string }
	var columns []column
	db, err := sql.Open("sqlite", filepath.Join(copied(t, w.dir), "s.db"))
	must(t, err)
	rows, err := db.Query(`SELECT m.name, c.name, c.type FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type = 'table' AND (m.name LIKE 'registry_%' OR m.name = 'audit_change')`)
	must(t, err)
	for rows.Next() {
		var c column
		must(t, rows.Scan(&c.table, &c.name, &c.kind))
		columns = append(columns, c)
	}
	must(t, rows.Err())
	must(t, db.Close())
	if len(columns) < 40 {
		t.Fatalf("columns: %v", columns)
	}
	order := map[string]string{"registry_change": "n", "registry_version": "id * 1000 + version", "audit_change": "seq"}
	values := map[string][]string{
		"INTEGER": {"%s + 1", "%s - 1", "%s + 1000000", "-5", "NULL", "1"},
		"TEXT":    {"%s || 'x'", "''", "substr(%s, 2)", "upper(%s)"},
		"BLOB":    {"zeroblob(16)", "substr(%s, 2)"},
	}
	tried := make(map[string]int)
	for _, c := range columns {
		for _, place := range []string{"0", "17", "(SELECT COUNT(*) - 1 FROM " + c.table + ")"} {
			for _, v := range values[c.kind] {
				v = strings.ReplaceAll(v, "%s", c.name)
				dir := copied(t, w.dir)
				by := order[c.table]
				text := fmt.Sprintf("UPDATE %s SET %s = %s WHERE %s = (SELECT %s FROM %s ORDER BY %s LIMIT 1 OFFSET %s) AND %s IS NOT %s",
					c.table, c.name, v, by, by, c.table, by, place, c.name, v)
				if !tamper(t, dir, text) {
					continue
				}
				tried[c.table+"."+c.name]++
				if found := checked(t, dir); found != "V55" {
					t.Errorf("%s: found %q", text, found)
				}
			}
		}
		if tried[c.table+"."+c.name] == 0 {
			t.Errorf("%s.%s was never altered", c.table, c.name)
		}
	}
	for name, texts := range map[string][]string{
		"the first change deleted":                {"DELETE FROM registry_change WHERE n = 0"},
		"one in the middle deleted":               {"DELETE FROM registry_change WHERE n = 20"},
		"the last change deleted":                 {"DELETE FROM registry_change WHERE n = (SELECT MAX(n) FROM registry_change)"},
		"the last change undone with its version": {"DELETE FROM registry_version WHERE n = (SELECT MAX(n) FROM registry_change)", "UPDATE registry_version SET next = NULL WHERE next = (SELECT MAX(n) FROM registry_change)", "DELETE FROM registry_change WHERE n = (SELECT MAX(n) FROM registry_change)"},
		"all changes deleted":                     {"DELETE FROM registry_change", "DELETE FROM registry_version"},
		"a version deleted":                       {"DELETE FROM registry_version WHERE n = 5"},
		"a version twice":                         {"INSERT INTO registry_version SELECT rank, key, id, version + 50, n, next, unit, given_name, surname, title, phone, email, valid_from, valid_to, notice_no, notice_date, login, scope, search FROM registry_version WHERE n = 5"},
		"somebody added":                          {"INSERT INTO registry_version SELECT rank, key || 'x', 999, 1, 9999, NULL, unit, given_name, surname, title, phone, email, valid_from, valid_to, notice_no, notice_date, 'saldirgan', scope, search FROM registry_version WHERE n = 5"},
		"a change added":                          {"INSERT INTO registry_change SELECT n + 1, seq + 9, 999, 1, op, time_ms, by_user, by_host, party, role, unit, given_name, surname, title, phone, email, valid_from, valid_to, notice_no, notice_date, login, scope, salt FROM registry_change ORDER BY n DESC LIMIT 1"},
		"two changes swapped":                     {"UPDATE registry_change SET n = -1 WHERE n = 4", "UPDATE registry_change SET n = 4 WHERE n = 5", "UPDATE registry_change SET n = 5 WHERE n = -1"},
		"two entries swapped":                     {"CREATE TEMP TABLE x AS SELECT seq FROM registry_change WHERE n = 4", "UPDATE registry_change SET seq = -1 WHERE n = 4", "UPDATE registry_change SET seq = (SELECT seq FROM registry_change WHERE n = 6) + 100000 WHERE n = 6", "UPDATE registry_change SET seq = (SELECT seq FROM x) WHERE n = 6"},
		"an entry unlisted":                       {"DELETE FROM audit_change WHERE seq = (SELECT seq FROM registry_change WHERE n = 3)"},
		"an entry listed that is none":            {"INSERT INTO audit_change VALUES (0)"},
	} {
		dir := copied(t, w.dir)
		tamper(t, dir, texts...)
		if found := checked(t, dir); found != "V55" {
			t.Errorf("%s: found %q", name, found)
		}
	}
}

// One alteration is reported by the one who is to blame: what was done to the log is the log's. Its tiles count for the
// registry as far as they lead to the root.
func TestAnAlterationOfTheLogIsNotLaidToTheRegistry(t *testing.T) {
	w := world(t)
	must(t, w.st.Close())
	for name, text := range map[string]string{
		"an entry":           "UPDATE audit_leaf SET leaf = CAST(replace(CAST(leaf AS TEXT), '\"op\":\"add\"', '\"op\":\"sub\"') AS BLOB) WHERE seq = (SELECT seq FROM registry_change WHERE n = 1)",
		"the hash beside it": "UPDATE audit_leaf SET hash = zeroblob(32) WHERE seq = (SELECT seq FROM registry_change WHERE n = 1)",
		"its tile":           "UPDATE audit_tile SET hashes = zeroblob(8192) WHERE level = 0 AND idx = 0",
		"the tile is gone":   "DELETE FROM audit_tile WHERE level = 0 AND idx = 0",
		"the tile above":     "UPDATE audit_tile SET hashes = zeroblob(length(hashes)) WHERE level = 1 AND idx = 0",
	} {
		dir := copied(t, w.dir)
		if !tamper(t, dir, text) {
			t.Errorf("%s: nothing was altered", name)
		}
		want := ""
		if strings.Contains(name, "tile") {
			want = "V21"
		}
		if found := checked(t, dir); found != want {
			t.Errorf("%s: found %q", name, found)
		}
	}
}

func TestADisposalKeepsTheRegistryVerifiable(t *testing.T) {
	p := world(t)
	ctx := t.Context()
	before := names(collect(t, p.List(ctx, Query{All: true})))
	p.clock.set(day(t, "2026-11-22").AddDate(5, 3, 0))
	a := authorised("Yeni", "Memur")
	a.Login = "yeni"
	p.add(t, a)
	d, err := p.log.DisposalDue(ctx, true)
	must(t, err)
	if d.To < ledger.Width {
		t.Fatalf("disposed of up to %d", d.To)
	}
	must(t, p.log.Dispose(ctx, d))
	p.sound(t)
	q := p.again(t)
	q.sound(t)
	if got := names(collect(t, q.List(ctx, Query{All: true}))); len(got) <= len(before) {
		t.Error("people went with the entries of their changes")
	}
	ok, err := q.Authorised(ctx, "a1", audit.ByNumber, q.Today())
	if err != nil || !ok {
		t.Errorf("somebody whose change was disposed of as an entry: %t, %v", ok, err)
	}
	must(t, q.st.Close())
	tamper(t, q.dir, "UPDATE registry_change SET phone = '+903120000000' WHERE n = 1")
	if found := checked(t, q.dir); found != "V55" {
		t.Errorf("an alteration after a disposal: %q", found)
	}
}
