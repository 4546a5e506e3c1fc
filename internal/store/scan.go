package store

import (
	"context"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// Row is the present row of a Scan. What it gives is good until the next row: it stands in SQLite's memory.
type Row struct {
	tls  *libc.TLS
	stmt uintptr
}

// value gives the i-th column.
func (r *Row) value(i int) uintptr {
	return sqlite3.Xsqlite3_column_value(r.tls, r.stmt, int32(i)) //nolint:gosec // a row has few
}

// Null tells whether the column is empty.
func (r *Row) Null(i int) bool {
	return sqlite3.Xsqlite3_value_type(r.tls, r.value(i)) == sqlite3.SQLITE_NULL
}

// Int gives a whole number; false when the column holds something else.
func (r *Row) Int(i int) (int64, bool) {
	v := r.value(i)
	if sqlite3.Xsqlite3_value_type(r.tls, v) != sqlite3.SQLITE_INTEGER {
		return 0, false
	}
	return sqlite3.Xsqlite3_value_int64(r.tls, v), true
}

// Blob gives bytes, never nil; false when the column holds something else.
func (r *Row) Blob(i int) ([]byte, bool) { return r.bytes(i, sqlite3.SQLITE_BLOB) }

// Text gives the bytes of a text; false when the column holds something else.
func (r *Row) Text(i int) ([]byte, bool) { return r.bytes(i, sqlite3.SQLITE_TEXT) }

func (r *Row) bytes(i int, kind int32) ([]byte, bool) {
	v := r.value(i)
	if sqlite3.Xsqlite3_value_type(r.tls, v) != kind {
		return nil, false
	}
	p := sqlite3.Xsqlite3_value_blob(r.tls, v) // before the length: it may have to be read
	n := sqlite3.Xsqlite3_value_bytes(r.tls, v)
	if p == 0 || n == 0 {
		return []byte{}, true
	}
	return libc.GoBytes(p, int(n)), true
}

// Scan runs a query and gives each row, without what database/sql and its driver add to the reading of one: a copy of each
// value, a conversion, a lock for each column. Where a whole log is read that is three times the work of SQLite itself.
// Arguments are int64 or string, in the order in which
// text names its parameters first; text should be one of few, since statements stay prepared. fn's error ends it, and is
// given as it is; so is that of a context that is over. The others are explained already. Several may run at once, also
// one within fn of another.
func (s *Store) Scan(ctx context.Context, fn func(*Row) error, text string, args ...any) error {
	x, err := s.scanner(ctx)
	if err != nil {
		return s.explainRead(ctx, err)
	}
	defer s.rest(x)
	return s.scan(ctx, x, fn, text, args)
}

// ScanIndex is Scan of a query that finds the index under another name: as a table of columns, those of the index and the
// rowid. They are what the index holds. A query of the index's own table takes from it only what the rows do not say.
func (s *Store) ScanIndex(ctx context.Context, fn func(*Row) error, index, name, columns, text string, args ...any) error {
	if err := s.usable(); err != nil {
		return err
	}
	x, err := s.newScanner(ctx) // nobody else is to see that table
	if err != nil {
		return s.explainRead(ctx, err)
	}
	defer x.close()
	if err := x.imposter(ctx, index, name, columns); err != nil {
		return s.explainRead(ctx, err)
	}
	return s.scan(ctx, x, fn, text, args)
}

func (s *Store) scan(ctx context.Context, x *scanner, fn func(*Row) error, text string, args []any) error {
	var own error // of fn: not the store's business
	err := x.scan(ctx, func(r *Row) error {
		own = fn(r)
		return own
	}, text, args)
	if own != nil {
		return own
	}
	return s.explainRead(ctx, err)
}

// scanner gives one that nobody uses.
func (s *Store) scanner(ctx context.Context) (*scanner, error) {
	s.mu.Lock()
	err := s.usableLocked()
	if n := len(s.scanners); err == nil && n > 0 {
		x := s.scanners[n-1]
		s.scanners = s.scanners[:n-1]
		s.mu.Unlock()
		return x, nil
	}
	s.mu.Unlock()
	if err != nil {
		return nil, err
	}
	return s.newScanner(ctx)
}

// newScanner opens one. It goes by the name, behind which another file may stand by now: that one says nothing of ours.
func (s *Store) newScanner(ctx context.Context) (*scanner, error) {
	x, err := openScanner(ctx, source{path: s.path, timeout: s.timeout, readOnly: true})
	if err != nil {
		return nil, err
	}
	if err := s.verify(); err != nil {
		x.close()
		return nil, err
	}
	return x, nil
}

// rest keeps one for the next.
func (s *Store) rest(x *scanner) {
	s.mu.Lock()
	if keep := len(s.scanners) < readers && s.usableLocked() == nil; keep {
		s.scanners = append(s.scanners, x)
		x = nil
	}
	s.mu.Unlock()
	if x != nil && s.failure() == nil { // what failed leaves SQLite's handles alone, as Close does
		x.close()
	}
}

// explainRead prefers the context's own error: an interrupted statement reports the interruption.
func (s *Store) explainRead(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return s.Explain(err)
}
