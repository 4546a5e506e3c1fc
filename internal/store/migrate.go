package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// The book of the schema: one row a migration that was applied. Domains number their own ranges, so that the version of
// a store is a set, not a number.
const (
	createVersions = "CREATE TABLE schema_version (id INTEGER PRIMARY KEY, name TEXT NOT NULL)"
	listVersions   = "SELECT id FROM schema_version ORDER BY id"
	addVersion     = "INSERT INTO schema_version (id, name) VALUES ($1, $2)"
)

// migrate brings the schema up to date. A store that is, is only read; otherwise the file lock and the immediate
// transaction make one process migrate and the others find it done.
func (s *Store) migrate(ctx context.Context, migrations []Migration) error {
	pending, err := missingFrom(ctx, s.writer, migrations)
	if err != nil || len(pending) == 0 {
		return s.Explain(err)
	}
	if err := s.lock.acquire(s.timeout, ctx.Done()); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return err
	}
	defer s.lock.release()
	tx, err := s.writer.BeginTx(ctx, nil)
	if err != nil {
		return s.Explain(err)
	}
	defer func() { _ = tx.Rollback() }()
	if pending, err = missingFrom(ctx, tx, migrations); err != nil {
		return s.Explain(err)
	}
	if err := apply(ctx, tx, pending); err != nil {
		return s.Explain(bookless(s.path, err))
	}
	return s.Explain(tx.Commit())
}

// querier is what a pool and a transaction have in common.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// missingFrom gives the migrations that the store has not seen. One that we do not know means that a newer iskurctl
// was here: what it changed is beyond us, so the store is refused and not touched.
func missingFrom(ctx context.Context, db querier, migrations []Migration) ([]Migration, error) {
	known := make(map[int]bool, len(migrations))
	for _, m := range migrations {
		known[m.ID] = true
	}
	rows, err := db.QueryContext(ctx, listVersions)
	if err != nil {
		return nil, noBook(err)
	}
	defer func() { _ = rows.Close() }()
	seen := make(map[int]bool, len(migrations))
	for rows.Next() {
		var id int
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		if !known[id] {
			return nil, fault.New(fault.Store, "store_newer", i18n.Tf("depo bu programın bilmediği bir şemada (adım %d): daha yeni bir iskurctl'in ya da bir geliştirme sürümünün", "the store has a schema that this program does not know (step %d): that of a newer iskurctl, or of a development version", plain(id))).
				WithHint(i18n.T("iskurctl'i güncelleyin; depo yalnızca deneme içinse silip `config init` ile yenisini yapın; depoya dokunulmadı", "update iskurctl; if the store was for trials only, delete it and make a new one with `config init`; it was not touched"))
		}
		seen[id] = true
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	var pending []Migration
	for _, m := range migrations {
		if !seen[m.ID] {
			pending = append(pending, m)
		}
	}
	return pending, nil
}

// noBook: a store becomes visible only with its book, so one that bears our mark and has none lost it.
func noBook(err error) error {
	err = explain(err)
	if f := fault.From(err); f.Code == "store_sql" {
		return fault.New(fault.Integrity, "store_damaged", i18n.T("deponun şema defteri yok", "the book of the store's schema is gone")).
			WithHint(i18n.T("dosyayı inceleme için saklayın ve yedekten geri yükleyin", "keep the file for the investigation and restore the backup")).Because(err)
	}
	return err
}

func apply(ctx context.Context, tx *sql.Tx, migrations []Migration) error {
	for _, m := range migrations {
		if _, err := tx.ExecContext(ctx, m.SQL); err != nil {
			return migration(m, err)
		}
		if _, err := tx.ExecContext(ctx, addVersion, m.ID, m.Name); err != nil {
			return migration(m, err)
		}
	}
	return nil
}

// migration names the step that failed when the reason is the step itself and not the disk or a lock.
func migration(m Migration, err error) error {
	err = explain(err)
	if fault.ClassOf(err) != fault.Internal {
		return err
	}
	return fault.New(fault.Internal, "store_migration", i18n.Tf("şema adımı uygulanamadı: %d %s", "a step of the schema could not be applied: %d %s", plain(m.ID), m.Name)).Because(err)
}

// bookless tells of a step that a store of ours has taken, since what it makes is there, but not in its book: a line of the
// book is gone, and it is not for us to say whether the rest is as it was.
func bookless(path string, err error) error {
	said := "" // by SQLite
	for e := err; e != nil; e = errors.Unwrap(e) {
		said = e.Error()
	}
	if fault.From(err).Code != "store_migration" || !strings.Contains(said, "already exists") && !strings.Contains(said, "duplicate column name") {
		return err
	}
	return fault.New(fault.Store, "store_book", i18n.Tf("şema defteri tablolara uymuyor: %s; uygulanmış bir adım defterde yazmıyor; dosyaya dokunulmadı",
		"the book of the schema does not fit the tables: %s; a step that was taken is not in the book; the file was not touched", path)).
		WithHint(i18n.T("deftere elle dokunulmuştur: dosyayı inceleme için saklayın ve yedekten geri yükleyin", "somebody changed the book by hand: keep the file for the investigation and restore the backup")).Because(err)
}
