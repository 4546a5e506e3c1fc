package audit

import (
	"context"
	"database/sql"

	"iskurctl/internal/i18n"
	"iskurctl/internal/ledger"
)

// projected reads the rows that lead to the entries [from, to).
func (l *Log) projected(ctx context.Context, from, to int64, outcomes map[int64]outcomeIndex) (queries map[int64]projection, looks map[int64]bool, err error) {
	queries, looks = make(map[int64]projection, to-from), make(map[int64]bool)
	err = l.each(ctx, projectedQueries, from, to, func(rows *sql.Rows) error {
		var seq int64
		var p projection
		err := rows.Scan(&seq, &p.timeMS, &p.method, &p.process, &p.userTag, &p.tag)
		queries[seq] = p
		return err
	})
	if err == nil {
		err = l.each(ctx, projectedOutcomes, from, to, func(rows *sql.Rows) error {
			var q int64
			var o outcomeIndex
			err := rows.Scan(&q, &o.seq, &o.code)
			outcomes[q] = o
			return err
		})
	}
	if err == nil {
		err = l.each(ctx, projectedLooks, from, to, func(rows *sql.Rows) error {
			var seq int64
			err := rows.Scan(&seq)
			looks[seq] = true
			return err
		})
	}
	return queries, looks, err
}

func (l *Log) each(ctx context.Context, text string, from, to int64, fn func(*sql.Rows) error) error {
	rows, err := l.st.Read().QueryContext(ctx, text, from, to)
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
	var sound string
	if err := l.st.Read().QueryRowContext(ctx, checkIndexes).Scan(&sound); err != nil {
		return findings, l.explain(ctx, err)
	}
	if sound != "ok" {
		findings = append(findings, ledger.Finding{Code: ledger.ProjectionDrift, Seq: -1, Detail: i18n.T("arama satırlarının dizini satırlarla uyuşmuyor", "an index does not agree with the rows that lead to the queries")})
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

// endedSince reports whether a query got its outcome after the first size entries were read.
func (l *Log) endedSince(ctx context.Context, query, size int64) (bool, error) {
	var n int64
	err := l.st.Read().QueryRowContext(ctx, laterOutcome, query, size).Scan(&n)
	return n > 0, l.explain(ctx, err)
}
