package audit

import (
	"bytes"
	"context"
	"database/sql"
	"slices"

	"iskurctl/internal/i18n"
	"iskurctl/internal/ledger"
	"iskurctl/internal/seal"
)

// validQuery tells whether a query/1 leaf has what row gives it.
func validQuery(leaf *ledger.Leaf) bool {
	_, okHost := leaf.Str("host")
	method, _ := leaf.Str("method")
	attempt, _ := leaf.Int("n")
	process, _ := leaf.Str("process")
	return okHost && slices.Contains(Methods(), Method(method)) && attempt >= 1 && process != "" && leaf.Digests() == 3
}

// agrees compares a row with its query. Tags are compared when the disclosures could be opened.
func (l *Log) agrees(leaf *ledger.Leaf, sd []byte, row *queryIndex, p *told) bool {
	method, _ := leaf.Text("method")
	process, _ := leaf.Text("process")
	if row.timeMS != leaf.Millis || !bytes.Equal(row.method, method) || !bytes.Equal(row.process, process) {
		return false
	}
	if sd == nil {
		return true
	}
	if !p.read(leaf, sd) {
		return true // found already, by its own name
	}
	var tag []byte
	if n := number(Method(row.method), p.params); n != "" {
		tag = p.tags.Tag(tagKimlikNo, n)
	}
	return string(row.userTag) == l.userTag(p.user) && bytes.Equal(row.tag, tag)
}

// told is what the disclosures of a query say, as far as rows are made of it.
type told struct {
	user   string
	params []Param
	buf    []byte
	tags   *seal.Tagger
}

// read is disclosed for disclosures that were compared with the digests of the entry before.
func (p *told) read(leaf *ledger.Leaf, joined []byte) bool {
	p.buf, p.params, p.user = p.buf[:0], p.params[:0], ""
	n := 0
	for d := range ledger.SplitDisclosures(joined) {
		name, value, opened, err := ledger.AppendOpened(p.buf[:0], d)
		if err != nil {
			return false
		}
		p.buf = opened
		n++
		v, ok := ledger.Disclosure{Value: value}, true
		switch string(name) {
		case "user":
			p.user, ok = v.Text()
		case "params":
			var pairs []ledger.Pair
			pairs, ok = v.Object()
			for _, x := range pairs {
				p.params = append(p.params, Param(x))
			}
		case "purpose", "numbers":
			ok = value[0] == '"'
		}
		if !ok {
			return false
		}
	}
	return n == leaf.Digests()
}

// projected is the rows that lead to the entries of a chunk, by ascending entry.
type projected struct {
	queries  []queryIndex
	outcomes []outcomeFound
	looks    []lookIndex
	changes  []lookIndex

	text               []byte // what the rows of queries hold
	atQuery            int
	atLook, atChange   int
	method, process    sql.RawBytes
	userTag, tag, code sql.RawBytes
}

// queryIndex is a row of audit_query. Unlike a projection it is good for one chunk only. met: its entry was met.
type queryIndex struct {
	seq, timeMS                   int64
	method, process, userTag, tag []byte
	met                           bool
}

type outcomeFound struct {
	query int64
	outcomeIndex
}

type lookIndex struct {
	seq int64
	met bool
}

func (p *projected) reset() {
	p.queries, p.outcomes, p.looks, p.changes, p.text = p.queries[:0], p.outcomes[:0], p.looks[:0], p.changes[:0], p.text[:0]
	p.rewind()
}

// rewind is for whoever asks again from the first entry on.
func (p *projected) rewind() { p.atQuery, p.atLook, p.atChange = 0, 0, 0 }

// query gives the row of a query, nil when there is none. Entries are asked for in ascending order.
func (p *projected) query(seq int64) *queryIndex {
	for p.atQuery < len(p.queries) && p.queries[p.atQuery].seq < seq {
		p.atQuery++
	}
	if p.atQuery == len(p.queries) || p.queries[p.atQuery].seq != seq {
		return nil
	}
	p.queries[p.atQuery].met = true
	return &p.queries[p.atQuery]
}

// look tells whether there is a row of a search, change whether there is one of a change of the registry.
func (p *projected) look(seq int64) bool { return met(p.looks, &p.atLook, seq) }

func (p *projected) change(seq int64) bool { return met(p.changes, &p.atChange, seq) }

func met(rows []lookIndex, at *int, seq int64) bool {
	for *at < len(rows) && rows[*at].seq < seq {
		*at++
	}
	if *at == len(rows) || rows[*at].seq != seq {
		return false
	}
	rows[*at].met = true
	return true
}

// keep copies what a row holds.
func (p *projected) keep(b []byte) []byte {
	from := len(p.text)
	p.text = append(p.text, b...) // what was kept before stays where it was, even when this moves
	return p.text[from:len(p.text):len(p.text)]
}

// read reads the rows that lead to the entries [from, to).
func (p *projected) read(ctx context.Context, l *Log, from, to int64) error {
	var q queryIndex // one for all rows: what a row is scanned into is memory of its own
	err := l.each(ctx, projectedQueries, func(rows *sql.Rows) error {
		err := rows.Scan(&q.seq, &q.timeMS, &p.method, &p.process, &p.userTag, &p.tag)
		q.method, q.process, q.userTag, q.tag = p.keep(p.method), p.keep(p.process), p.keep(p.userTag), p.keep(p.tag)
		p.queries = append(p.queries, q)
		return err
	}, from, to)
	if err != nil {
		return err
	}
	var o outcomeFound
	err = l.each(ctx, projectedOutcomes, func(rows *sql.Rows) error {
		err := rows.Scan(&o.query, &o.seq, &p.code)
		o.code = codeText(p.code)
		p.outcomes = append(p.outcomes, o)
		return err
	}, from, to)
	if err != nil {
		return err
	}
	return l.each(ctx, projectedOthers, func(rows *sql.Rows) error {
		var k lookIndex
		var change bool
		err := rows.Scan(&k.seq, &change)
		if change {
			p.changes = append(p.changes, k)
		} else {
			p.looks = append(p.looks, k)
		}
		return err
	}, from, to)
}

// codeText gives an outcome without making it anew each time.
func codeText(raw []byte) string {
	for _, c := range Outcomes() {
		if string(raw) == string(c) {
			return string(c)
		}
	}
	return string(raw)
}

func (l *Log) each(ctx context.Context, text string, fn func(*sql.Rows) error, args ...any) error {
	rows, err := l.st.Read().QueryContext(ctx, text, args...)
	if err != nil {
		return l.explain(ctx, err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := fn(rows); err != nil {
			return l.explain(ctx, err)
		}
	}
	return l.explain(ctx, rows.Err())
}

// strays looks for rows that lead to no place in a log of size entries, of which those below pruned are gone. One
// finding a table: they come from one alteration.
func (l *Log) strays(ctx context.Context, size, pruned int64) (findings []ledger.Finding, err error) {
	for _, s := range []struct {
		text string
		at   int64
		code ledger.Code
		tr   string
		en   string
	}{
		{strayQueries, size, ledger.ProjectionDrift, "%d satır günlükte olmayan kayıtlara gidiyor", "%d rows lead to entries that the log does not have"},
		{strayOutcomes, size, ledger.ProjectionDrift, "%d satır günlükte olmayan sorgulara gidiyor", "%d rows lead to queries that the log does not have"},
		{strayLooks, size, ledger.ProjectionDrift, "%d satır günlükte olmayan aramalara gidiyor", "%d rows lead to searches that the log does not have"},
		{strayChanges, size, ledger.ProjectionDrift, "%d satır günlükte olmayan Ek-2 değişikliklerine gidiyor", "%d rows lead to changes of the registry that the log does not have"},
		{remainingQueries, pruned, ledger.ErasedDataPresent, "imha edilmiş sorgulara giden %d satır duruyor", "%d rows that lead to queries that were disposed of are still there"},
		{remainingOutcomes, pruned, ledger.ErasedDataPresent, "imha edilmiş sonuçlara giden %d satır duruyor", "%d rows that lead to outcomes that were disposed of are still there"},
		{remainingLooks, pruned, ledger.ErasedDataPresent, "imha edilmiş aramalara giden %d satır duruyor", "%d rows that lead to searches that were disposed of are still there"},
		{remainingChanges, pruned, ledger.ErasedDataPresent, "imha edilmiş Ek-2 değişikliği kayıtlarına giden %d satır duruyor", "%d rows that lead to entries of registry changes that were disposed of are still there"},
	} {
		var n, first int64
		if err := l.st.Read().QueryRowContext(ctx, s.text, s.at).Scan(&n, &first); err != nil {
			return findings, l.explain(ctx, err)
		}
		if n > 0 {
			findings = append(findings, ledger.Finding{Code: s.code, Seq: first, Detail: i18n.Tf(s.tr, s.en, n)})
		}
	}
	altered, err := l.st.Altered(ctx)
	if err != nil {
		return findings, l.explain(ctx, err)
	}
	for _, what := range altered {
		findings = append(findings, ledger.Finding{Code: ledger.ProjectionDrift, Seq: -1, Detail: i18n.Tf("deponun şeması değiştirilmiş: %s", "the schema of the store was changed: %s", what)})
	}
	var heads, marks, keys int64
	if err := l.st.Read().QueryRowContext(ctx, countSingles).Scan(&heads, &marks, &keys); err != nil {
		return findings, l.explain(ctx, err)
	}
	if max(heads, marks, keys) > 1 {
		findings = append(findings, ledger.Finding{Code: ledger.ProjectionDrift, Seq: -1, Detail: i18n.T("tek satırlı bir tabloda birden çok satır var", "a table of one row has more")})
	}
	return findings, nil
}

// indexes has SQLite compare the indexes with their rows: what is looked up by number or time is found through them.
func (l *Log) indexes(ctx context.Context) (findings []ledger.Finding, err error) {
	var sound string
	if err := l.st.Read().QueryRowContext(ctx, checkIndexes).Scan(&sound); err != nil {
		return nil, l.explain(ctx, err)
	}
	if sound != "ok" {
		findings = append(findings, ledger.Finding{Code: ledger.ProjectionDrift, Seq: -1, Detail: i18n.T("arama satırlarının dizini satırlarla uyuşmuyor", "an index does not agree with the rows that lead to the queries")})
	}
	return findings, nil
}

// endedSince reports whether a query got its outcome after the first size entries were read.
func (l *Log) endedSince(ctx context.Context, query, size int64) (bool, error) {
	var n int64
	err := l.st.Read().QueryRowContext(ctx, laterOutcome, query, size).Scan(&n)
	return n > 0, l.explain(ctx, err)
}

// gone gives how many entries were disposed of by now, at least known. Rows that were read before and are missing may
// belong to those: they go in one commit with the mark.
func (l *Log) gone(ctx context.Context, known int64) (int64, error) {
	pruned, err := l.ledger.Source().Pruned(ctx)
	return max(pruned, known), err
}
