package audit_test

import (
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"iskurctl/internal/ledger"
)

// tables lists the tables of a file that hold the log or its keys, with their columns.
func tables(t testing.TB, db *sql.DB) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	rows, err := db.Query(`SELECT s.name, c.name FROM sqlite_schema s, pragma_table_info(s.name) c
WHERE s.type = 'table' AND (s.name LIKE 'audit\_%' ESCAPE '\' OR s.name LIKE 'ring\_%' ESCAPE '\') ORDER BY s.name, c.cid`)
	must(t, err)
	defer rows.Close()
	for rows.Next() {
		var table, column string
		must(t, rows.Scan(&table, &column))
		all[table] = append(all[table], column)
	}
	must(t, rows.Err())
	return all
}

// dump gives a digest of everything that the tables of the log hold, and one of what the indexes lead to. An error is a
// file that SQLite cannot read.
func (p *place) dump(all map[string][]string) (content, indexes string, err error) {
	db, err := sql.Open("sqlite", "file://"+p.db()+"?mode=ro&immutable=1")
	must(p.t, err)
	defer db.Close()
	db.SetMaxOpenConns(1)
	digest := func(text string) (string, error) {
		h := sha256.New()
		rows, err := db.Query(text)
		if err != nil {
			return "", err
		}
		defer rows.Close()
		columns, err := rows.Columns()
		if err != nil {
			return "", err
		}
		values := make([]any, len(columns))
		for rows.Next() {
			for i := range values {
				values[i] = new(any)
			}
			if err := rows.Scan(values...); err != nil {
				return "", err
			}
			for _, v := range values {
				fmt.Fprintf(h, "%T %v|", *v.(*any), *v.(*any))
			}
		}
		return fmt.Sprintf("%x", h.Sum(nil)), rows.Err()
	}
	var tables []string
	for name := range all {
		tables = append(tables, name)
	}
	slices.Sort(tables)
	for _, name := range tables {
		d, err := digest("SELECT " + strings.Join(all[name], ", ") + " FROM " + name + " NOT INDEXED")
		if err != nil {
			return "", "", err
		}
		content += d
	}
	for _, text := range []string{"SELECT tag, seq FROM audit_query INDEXED BY audit_query_tag WHERE tag IS NOT NULL ORDER BY tag, seq",
		"SELECT time_ms, seq FROM audit_query INDEXED BY audit_query_time ORDER BY time_ms, seq"} {
		d, err := digest(text)
		if err != nil {
			return "", "", err
		}
		indexes += d
	}
	return content, indexes, nil
}

// A bit of the file that is another one than it was changes what the log holds, and is found, or nothing at all.
func flips(t *testing.T, from *place, n int) {
	base := from.copy(t)
	data, _ := base.raw()
	all := tables(t, data)
	var pages []int64
	rows, err := data.Query(`SELECT pageno FROM dbstat WHERE name LIKE 'audit\_%' ESCAPE '\' ORDER BY pageno`)
	must(t, err)
	for rows.Next() {
		var page int64
		must(t, rows.Scan(&page))
		pages = append(pages, page)
	}
	must(t, errors.Join(rows.Err(), rows.Close()))
	size := value[int64](base, "PRAGMA page_size")
	base = from.copy(t)
	content, indexes, err := base.dump(all)
	must(t, err)
	chance := rand.New(rand.NewPCG(20261122, 11))
	count := map[string]int{}
	for range n {
		at := (pages[chance.IntN(len(pages))]-1)*size + chance.Int64N(size)
		bit := chance.IntN(8)
		p := base.copy(t)
		file, err := os.OpenFile(p.db(), os.O_RDWR, 0)
		must(t, err)
		b := make([]byte, 1)
		_, err = file.ReadAt(b, at)
		must(t, err)
		b[0] ^= 1 << bit
		_, err = file.WriteAt(b, at)
		must(t, errors.Join(err, file.Close()))
		gotContent, gotIndexes, unreadable := p.dump(all)
		report, err := p.verify(ledger.Deep, nil, 0)
		found := err != nil || len(report.Findings) > 0
		_ = p.close()
		changed := unreadable != nil || gotContent != content
		switch {
		case changed && found:
			count["changed the log, found"]++
		case changed:
			count["changed the log, MISSED"]++
			t.Errorf("byte %d, bit %d: not found (%v)", at, bit, unreadable)
		case gotIndexes != indexes && found:
			count["changed an index, found"]++
		case gotIndexes != indexes:
			count["changed an index, MISSED"]++
			t.Errorf("byte %d, bit %d: index", at, bit)
		case found:
			count["changed nothing that is read here, found"]++
			t.Logf("byte %d, bit %d: %s %v", at, bit, short(result(report, err)), err)
		default:
			count["outside of any content"]++
		}
	}
	t.Logf("%d bits flipped: %v", n, count)
}

// One value of one row is another: it is found, and where the row is that of an entry, the entry is named.
func chances(t *testing.T, w *world, n int) {
	data, _ := w.copy(t).raw()
	base := w.place
	all := tables(t, data)
	var columns []string
	for table, names := range all {
		for _, c := range names {
			columns = append(columns, table+"."+c)
		}
	}
	slices.Sort(columns)
	chance := rand.New(rand.NewPCG(20261122, 12))
	count := map[string]int{}
	for range n {
		column := columns[chance.IntN(len(columns))]
		table, name, _ := strings.Cut(column, ".")
		key := all[table][0]
		p := base.copy(t)
		where := key + " = " + fmt.Sprint(value[int64](p, "SELECT "+key+" FROM "+table+" LIMIT 1 OFFSET "+fmt.Sprint(chance.Int64N(value[int64](p, "SELECT COUNT(*) FROM "+table)))))
		if table == "audit_tile" {
			where += " AND idx = " + fmt.Sprint(value[int64](p, "SELECT idx FROM audit_tile WHERE "+where+" ORDER BY random() LIMIT 1"))
		}
		old := value[any](p, "SELECT "+name+" FROM "+table+" WHERE "+where)
		next := another(chance, old)
		db, _ := p.raw()
		if _, err := db.Exec("UPDATE "+table+" SET "+name+" = $1 WHERE "+where, next); err != nil {
			count["cannot be"]++ // two rows would be one
			continue
		}
		p.shut()
		report, err := p.verify(ledger.Deep, w.latest, 0)
		what := fmt.Sprintf("%s WHERE %s: %v is %v", column, where, old, next)
		switch _, seq, _ := strings.Cut(where, " = "); {
		case err == nil && len(report.Findings) == 0 && column == "audit_settled.below" && next.(int64) < old.(int64):
			count["harmless"]++
		case err == nil && len(report.Findings) == 0:
			count["MISSED"]++
			t.Errorf("%s: not found", what)
		case err == nil && key == "seq" && name != "seq" && !slices.ContainsFunc(report.Findings, func(f ledger.Finding) bool { return fmt.Sprint(f.Seq) == seq }):
			t.Errorf("%s: no finding names the entry: %s", what, told(report, err))
		default:
			count["found"]++
		}
		_ = p.close()
	}
	t.Logf("%d values altered: %v", n, count)
}

// another gives another value of the same kind, one bit away.
func another(chance *rand.Rand, v any) any {
	switch v := v.(type) {
	case int64:
		return v ^ 1<<chance.IntN(63)
	case string:
		b := []byte(v)
		b[chance.IntN(len(b))] ^= 1
		return string(b)
	case []byte:
		b := slices.Clone(v)
		b[chance.IntN(len(b))] ^= 1 << chance.IntN(8)
		return b
	}
	return int64(1) // was NULL
}
