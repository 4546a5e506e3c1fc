package audit

import (
	"context"
	"database/sql"
	"slices"

	"iskurctl/internal/i18n"
	"iskurctl/internal/ledger"
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
func (l *Log) agrees(leaf *ledger.Leaf, sd []byte, row projection) bool {
	method, _ := leaf.Str("method")
	process, _ := leaf.Str("process")
	if row.timeMS != leaf.Millis || string(row.method) != method || row.process != process {
		return false
	}
	if sd == nil {
		return true
	}
	p, err := disclosed(leaf, sd)
	if err != nil {
		return true // found already, by its own name
	}
	var tag []byte
	if n := number(row.method, p.params); n != "" {
		tag = l.keys.Tag(tagKimlikNo, n)
	}
	return string(row.userTag) == l.userTag(p.user) && string(row.tag) == string(tag)
}

// projected reads the rows that lead to the entries [from, to).
func (l *Log) projected(ctx context.Context, from, to int64, outcomes map[int64]outcomeIndex) (queries map[int64]projection, looks map[int64]bool, err error) {
	queries, looks = make(map[int64]projection, to-from), make(map[int64]bool)
	err = l.each(ctx, projectedQueries, func(rows *sql.Rows) error {
		var seq int64
		var p projection
		err := rows.Scan(&seq, &p.timeMS, &p.method, &p.process, &p.userTag, &p.tag)
		queries[seq] = p
		return err
	}, from, to)
	if err == nil {
		err = l.each(ctx, projectedOutcomes, func(rows *sql.Rows) error {
			var q int64
			var o outcomeIndex
			err := rows.Scan(&q, &o.seq, &o.code)
			outcomes[q] = o
			return err
		}, from, to)
	}
	if err == nil {
		err = l.each(ctx, projectedLooks, func(rows *sql.Rows) error {
			var seq int64
			err := rows.Scan(&seq)
			looks[seq] = true
			return err
		}, from, to)
	}
	return queries, looks, err
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
		{remainingQueries, pruned, ledger.ErasedDataPresent, "imha edilmiş sorgulara giden %d satır duruyor", "%d rows that lead to queries that were disposed of are still there"},
		{remainingOutcomes, pruned, ledger.ErasedDataPresent, "imha edilmiş sonuçlara giden %d satır duruyor", "%d rows that lead to outcomes that were disposed of are still there"},
		{remainingLooks, pruned, ledger.ErasedDataPresent, "imha edilmiş aramalara giden %d satır duruyor", "%d rows that lead to searches that were disposed of are still there"},
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
