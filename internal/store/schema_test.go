package store

import (
	"database/sql"
	"path/filepath"
	"slices"
	"testing"
)

func TestAnAlteredSchemaIsNamed(t *testing.T) {
	m := []Migration{{ID: 1, Name: "a", SQL: "CREATE TABLE a (x INTEGER); CREATE INDEX i ON a (x); CREATE TRIGGER t BEFORE DELETE ON a BEGIN SELECT RAISE(ABORT, 'no'); END;"}}
	for text, want := range map[string][]string{
		"": nil, "DROP TRIGGER t": {"trigger t"}, "DROP INDEX i": {"index i"}, "CREATE VIEW v AS SELECT 1": {"view v"},
		"DROP TRIGGER t; CREATE TRIGGER t BEFORE DELETE ON a WHEN 0 BEGIN SELECT RAISE(ABORT, 'no'); END": {"trigger t"},
		"DROP TABLE a": {"index i", "table a", "trigger t"},
	} {
		s, err := Create(t.Context(), Options{Path: filepath.Join(t.TempDir(), "s.db"), Migrations: m})
		if err != nil {
			t.Fatal(err)
		}
		if text != "" {
			if err := s.Write(t.Context(), func(tx *sql.Tx) error { _, err := tx.Exec(text); return err }); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := s.Altered(t.Context()); err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: %v, %v", text, got, err)
		}
		_ = s.Close()
	}
}
