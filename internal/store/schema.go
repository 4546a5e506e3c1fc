package store

import (
	"context"
	"database/sql"
	"slices"
)

const listSchema = `SELECT type || ' ' || name, COALESCE(sql, '') FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY 1`

// Altered names the tables, indexes, triggers and views that are not as the migrations made them: missing ones, foreign
// ones and those with another text. A trigger that somebody dropped no longer keeps a log append-only.
func (s *Store) Altered(ctx context.Context) ([]string, error) {
	pattern, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		return nil, s.Explain(err)
	}
	defer func() { _ = pattern.Close() }()
	pattern.SetMaxOpenConns(1) // each connection would have a memory of its own
	tx, err := pattern.BeginTx(ctx, nil)
	if err != nil {
		return nil, s.Explain(err)
	}
	defer func() { _ = tx.Rollback() }()
	if _, err := tx.ExecContext(ctx, createVersions); err != nil {
		return nil, s.Explain(err)
	}
	if err := apply(ctx, tx, s.migrations); err != nil {
		return nil, s.Explain(err)
	}
	want, err := schemaOf(ctx, tx)
	if err != nil {
		return nil, s.Explain(err)
	}
	got, err := schemaOf(ctx, s.Read())
	if err != nil {
		return nil, s.Explain(err)
	}
	var names []string
	for name, text := range want {
		if other, ok := got[name]; !ok || other != text {
			names = append(names, name)
		}
		delete(got, name)
	}
	for name := range got {
		names = append(names, name)
	}
	slices.Sort(names)
	return names, nil
}

func schemaOf(ctx context.Context, db querier) (map[string]string, error) {
	rows, err := db.QueryContext(ctx, listSchema)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	schema := make(map[string]string)
	for rows.Next() {
		var name, text string
		if err := rows.Scan(&name, &text); err != nil {
			return nil, err
		}
		schema[name] = text
	}
	return schema, rows.Err()
}
