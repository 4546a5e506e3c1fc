package store

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"strings"
	"sync"
)

// rebuilding keeps two rebuilds of one process apart: where SQLite puts its temporary file is a setting of the process.
var rebuilding sync.Mutex

// Rebuild writes the whole database anew (VACUUM), so that the unused parts of its pages hold nothing: secure_delete wipes
// what is deleted, but not the copies that stay behind when SQLite moves a cell from one page to another while it balances
// its trees (measured: 34 of 60,000 tags under a unique index). Call Truncate afterwards: the old pages are replaced only
// then. It takes time and twice the room of the file, in its folder; meanwhile other writers wait, and give up after
// their time. A ctx that ends leaves the database as it was. Errors: as Write; class Store, store_full.
func (s *Store) Rebuild(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := s.usable(); err != nil {
		return err
	}
	lock := &fileLock{path: s.path + ".lock"} // as in Truncate
	defer lock.close()
	if err := lock.acquire(s.timeout, ctx.Done()); err != nil {
		if errors.Is(err, errVacant) {
			return ctx.Err()
		}
		return err
	}
	defer lock.release()
	if err := s.check(); err != nil {
		return err
	}
	err := s.vacuum(ctx)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		if isBusy(err) {
			return locked(s.timeout, err)
		}
		return s.Explain(err)
	}
	return s.check()
}

// vacuum works in a temporary file beside the database, which has no name from the moment it is made: in memory, as all
// else, it would take the room of the whole database, and elsewhere it could be on a disk that is not ours.
func (s *Store) vacuum(ctx context.Context) error {
	rebuilding.Lock()
	defer rebuilding.Unlock()
	db, err := connect(source{path: s.path, timeout: s.timeout, persist: true}, 1)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	if err := execAll(ctx, db, "PRAGMA temp_store = FILE", "PRAGMA temp_store_directory = "+quoted(filepath.Dir(s.path))); err != nil {
		return err
	}
	err = execAll(ctx, db, "VACUUM")
	return errors.Join(err, execAll(s.ctx, db, "PRAGMA temp_store_directory = ''"))
}

func execAll(ctx context.Context, db *sql.DB, texts ...string) error {
	for _, text := range texts {
		if _, err := db.ExecContext(ctx, text); err != nil {
			return err
		}
	}
	return nil
}

// quoted writes a text for SQL: a PRAGMA takes no parameters.
func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
