package ledgertest

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

// Tables lists the tables of a file that hold the log called name, or keys, with their columns.
func Tables(t testing.TB, db *sql.DB, name string) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	rows, err := db.QueryContext(t.Context(), `SELECT s.name, c.name FROM sqlite_schema s, pragma_table_info(s.name) c
WHERE s.type = 'table' AND (s.name LIKE $1 ESCAPE '\' OR s.name LIKE 'ring\_%' ESCAPE '\') ORDER BY s.name, c.cid`, name+`\_%`)
	Must(t, err)
	defer rows.Close()
	for rows.Next() {
		var table, column string
		Must(t, rows.Scan(&table, &column))
		all[table] = append(all[table], column)
	}
	Must(t, rows.Err())
	return all
}

// Flips is bits of a store's file that somebody flips: each changes what the log holds or what an index leads to, and is
// found, or nothing at all. Indexed are statements that read the indexes; Harmless tells of a store that is altered whether
// what was altered says nothing.
type Flips struct {
	Bits, Values int
	Indexed      []string
	Harmless     func(column string, old, next any) bool
}

// dump gives a digest of everything that the tables of the log hold, and one of what the indexes lead to. An error is a
// file that SQLite cannot read.
func (f *Flips) dump(p *Place, all map[string][]string) (content, indexes string, err error) {
	db, err := sql.Open("sqlite", "file://"+p.DB()+"?mode=ro&immutable=1")
	Must(p.T, err)
	defer db.Close()
	db.SetMaxOpenConns(1)
	tables := make([]string, 0, len(all))
	for name := range all {
		tables = append(tables, name)
	}
	slices.Sort(tables)
	for _, name := range tables {
		d, err := digest(p, db, "SELECT "+strings.Join(all[name], ", ")+" FROM "+name+" NOT INDEXED")
		if err != nil {
			return "", "", err
		}
		content += d
	}
	for _, text := range f.Indexed {
		d, err := digest(p, db, text)
		if err != nil {
			return "", "", err
		}
		indexes += d
	}
	return content, indexes, nil
}

// digest gives the digest of what a statement reads.
func digest(p *Place, db *sql.DB, text string) (string, error) {
	h := sha256.New()
	rows, err := db.QueryContext(p.T.Context(), text)
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
			fmt.Fprintf(h, "%T %v|", *v.(*any), *v.(*any)) //nolint:errcheck // a hash takes everything
		}
	}
	return fmt.Sprintf("%x", h.Sum(nil)), rows.Err()
}

// Flip flips them one after the other, each in a copy of from.
func (f *Flips) Flip(t *testing.T, from *Place) {
	base := from.Copy(t)
	data, _ := base.Raw()
	all := Tables(t, data, from.Name)
	var pages []int64
	rows, err := data.QueryContext(t.Context(), `SELECT pageno FROM dbstat WHERE name LIKE $1 ESCAPE '\' OR name LIKE $2 ESCAPE '\' ORDER BY pageno`, from.Name+`\_%`, `sqlite\_autoindex\_`+from.Name+`\_%`)
	Must(t, err)
	defer func() { _ = rows.Close() }() // the last Next has done it already
	for rows.Next() {
		var page int64
		Must(t, rows.Scan(&page))
		pages = append(pages, page)
	}
	Must(t, rows.Err())
	size := Value[int64](base, "PRAGMA page_size")
	base = from.Copy(t)
	content, indexes, err := f.dump(base, all)
	Must(t, err)
	chance := rand.New(rand.NewPCG(20261122, 11))
	count := map[string]int{}
	for range f.Bits {
		at := (pages[chance.IntN(len(pages))]-1)*size + chance.Int64N(size)
		bit := chance.IntN(8)
		p := base.Copy(t)
		flipBit(t, p.DB(), at, bit)
		gotContent, gotIndexes, unreadable := f.dump(p, all)
		report, err := p.Verify(ledger.Deep, nil, 0)
		found := err != nil || len(report.Findings) > 0
		_ = p.Close()
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
			t.Logf("byte %d, bit %d: %s %v", at, bit, Short(Result(report, err)), err)
		default:
			count["outside of any content"]++
		}
	}
	t.Logf("%d bits flipped: %v", f.Bits, count)
}

func flipBit(t *testing.T, path string, at int64, bit int) {
	t.Helper()
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	Must(t, err)
	b := make([]byte, 1)
	_, err = file.ReadAt(b, at)
	Must(t, err)
	b[0] ^= 1 << bit
	_, err = file.WriteAt(b, at)
	Must(t, errors.Join(err, file.Close()))
}

// Change alters values of rows one after the other: each is found, and where the row is that of an entry, the entry is named.
func (f *Flips) Change(t *testing.T, w *World) {
	data, _ := w.Copy(t).Raw()
	all := Tables(t, data, w.Name)
	var columns []string
	for table, names := range all {
		for _, c := range names {
			columns = append(columns, table+"."+c)
		}
	}
	slices.Sort(columns)
	chance := rand.New(rand.NewPCG(20261122, 12))
	count := map[string]int{}
	for range f.Values {
		column := columns[chance.IntN(len(columns))]
		table, name, _ := strings.Cut(column, ".")
		key := all[table][0]
		p := w.Copy(t)
		rows := Value[int64](p, "SELECT COUNT(*) FROM "+table)
		if rows == 0 {
			continue
		}
		where := key + " = " + fmt.Sprint(Value[int64](p, "SELECT "+key+" FROM "+table+" LIMIT 1 OFFSET "+fmt.Sprint(chance.Int64N(rows))))
		if table == w.named("@_tile") {
			where += " AND idx = " + fmt.Sprint(Value[int64](p, "SELECT idx FROM "+table+" WHERE "+where+" ORDER BY random() LIMIT 1"))
		}
		old := Value[any](p, "SELECT "+name+" FROM "+table+" WHERE "+where)
		next := Another(chance, old)
		db, _ := p.Raw()
		if _, err := db.ExecContext(t.Context(), "UPDATE "+table+" SET "+name+" = $1 WHERE "+where, next); err != nil {
			count["cannot be"]++ // two rows would be one
			continue
		}
		p.Shut()
		report, err := p.Verify(ledger.Deep, w.Latest, 0)
		what := fmt.Sprintf("%s WHERE %s: %v is %v", column, where, old, next)
		switch _, seq, _ := strings.Cut(where, " = "); {
		case err == nil && len(report.Findings) == 0 && f.Harmless(column, old, next):
			count["harmless"]++
		case err == nil && len(report.Findings) == 0:
			count["MISSED"]++
			t.Errorf("%s: not found", what)
		case err == nil && key == "seq" && name != "seq" && !slices.ContainsFunc(report.Findings, func(f ledger.Finding) bool { return fmt.Sprint(f.Seq) == seq }):
			t.Errorf("%s: no finding names the entry: %s", what, Told(report, err))
		default:
			count["found"]++
		}
		_ = p.Close()
	}
	t.Logf("%d values altered: %v", f.Values, count)
}
