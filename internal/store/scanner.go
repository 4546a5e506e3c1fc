package store

import (
	"context"
	"encoding/binary"
	"fmt"
	"strconv"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// scanner is a read-only connection that talks to SQLite's own interface (sqlite.org/c3ref). One goroutine uses it at a time.
type scanner struct {
	tls   *libc.TLS
	db    uintptr
	texts map[string]uintptr // statements, prepared once: there are as many as the program has texts
}

// scanned lists the settings of a scanner, with those of other connections (source.dsn) that a reader needs; what is to be
// relied on is read back.
var scanned = []struct {
	setting
	back bool
}{
	{setting{"query_only", "1"}, true}, {setting{"trusted_schema", "0"}, true}, {setting{"cell_size_check", "1"}, true},
	{setting{"temp_store", "2"}, true}, {setting{"cache_size", "-512"}, false}, // in KiB, as in source.dsn
}

// openScanner opens one. It needs no lock around each call, which every other connection has, since it is not shared
// (sqlite.org/threadsafe.html, "multi-thread").
func openScanner(ctx context.Context, c source) (*scanner, error) {
	x := &scanner{tls: libc.NewTLS(), texts: make(map[string]uintptr)}
	if err := x.open(ctx, c); err != nil {
		x.close()
		return nil, err
	}
	return x, nil
}

func (x *scanner) open(ctx context.Context, c source) error {
	name, err := libc.CString(c.dsn()) // what is the driver's in it SQLite does not look at
	if err != nil {
		return err
	}
	defer libc.Xfree(x.tls, name)
	const flags = sqlite3.SQLITE_OPEN_READONLY | sqlite3.SQLITE_OPEN_NOMUTEX | sqlite3.SQLITE_OPEN_URI
	if err := x.pointer(&x.db, func(at uintptr) int32 { return sqlite3.Xsqlite3_open_v2(x.tls, name, at, flags, 0) }); err != nil {
		return err
	}
	sqlite3.Xsqlite3_extended_result_codes(x.tls, x.db, 1)
	sqlite3.Xsqlite3_busy_timeout(x.tls, x.db, int32(min(c.timeout.Milliseconds(), 1<<31-1))) //nolint:gosec // bounded
	for _, w := range scanned {
		if _, err := x.pragma(ctx, w.name+" = "+w.value); err != nil {
			return err
		}
		if !w.back {
			continue
		}
		if got, err := x.pragma(ctx, w.name); err != nil {
			return err
		} else if got != w.value {
			return settings(w.name)
		}
	}
	return nil
}

// pointer takes what a call of SQLite puts where it is told to.
func (x *scanner) pointer(to *uintptr, call func(at uintptr) int32) error {
	const size = 8 // of a pointer, or more
	at := x.tls.Alloc(size)
	defer x.tls.Free(size)
	b := libc.GoBytes(at, size)
	clear(b)
	rc := call(at)
	if strconv.IntSize == 64 {
		*to = uintptr(binary.NativeEndian.Uint64(b))
	} else {
		*to = uintptr(binary.NativeEndian.Uint32(b))
	}
	return x.result(rc)
}

// pragma runs one and gives the number it answers, if it answers any.
func (x *scanner) pragma(ctx context.Context, text string) (value string, err error) {
	err = x.scan(ctx, func(r *Row) error {
		if n, ok := r.Int(0); ok {
			value = strconv.FormatInt(n, 10)
		}
		return nil
	}, "PRAGMA "+text, nil)
	return value, err
}

// scan runs a statement. The context's end interrupts it, also while it looks for its first row.
func (x *scanner) scan(ctx context.Context, fn func(*Row) error, text string, args []any) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	stmt, err := x.prepare(text)
	if err != nil {
		return err
	}
	defer sqlite3.Xsqlite3_reset(x.tls, stmt) // what it says was said by step
	for i, a := range args {
		if err := x.bind(stmt, int32(i+1), a); err != nil { //nolint:gosec // there are few
			return err
		}
	}
	if ctx.Done() != nil {
		gone := make(chan struct{})
		stop := context.AfterFunc(ctx, func() {
			sqlite3.Xsqlite3_interrupt(x.tls, x.db)
			close(gone)
		})
		defer func() {
			if !stop() { // the next statement is another's
				<-gone
			}
		}()
	}
	row := Row{x.tls, stmt}
	for n := 0; ; n++ {
		if n%1024 == 1023 && ctx.Err() != nil { // the interruption may be late
			return ctx.Err()
		}
		switch rc := sqlite3.Xsqlite3_step(x.tls, stmt); rc {
		case sqlite3.SQLITE_ROW:
			if err := fn(&row); err != nil {
				return err
			}
		case sqlite3.SQLITE_DONE:
			return nil
		default:
			return x.result(rc)
		}
	}
}

func (x *scanner) prepare(text string) (stmt uintptr, err error) {
	if stmt = x.texts[text]; stmt != 0 {
		return stmt, nil
	}
	p, err := libc.CString(text)
	if err != nil {
		return 0, err
	}
	defer libc.Xfree(x.tls, p)
	err = x.pointer(&stmt, func(at uintptr) int32 {
		return sqlite3.Xsqlite3_prepare_v3(x.tls, x.db, p, -1, sqlite3.SQLITE_PREPARE_PERSISTENT, at, 0)
	})
	if err == nil {
		x.texts[text] = stmt
	}
	return stmt, err
}

// imposter gives an index a name of its own as a table of the columns that the index holds, on this connection and in memory
// alone (SQLITE_TESTCTRL_IMPOSTER, by which SQLite's own tools read indexes).
func (x *scanner) imposter(ctx context.Context, index, name, columns string) error {
	var root int64
	err := x.scan(ctx, func(r *Row) error {
		root, _ = r.Int(0)
		return nil
	}, rootOfIndex, []any{index})
	if err != nil {
		return err
	}
	if root <= 0 {
		return &resultError{sqlite3.SQLITE_ERROR, "no such index"}
	}
	schema, err := libc.CString("main")
	if err != nil {
		return err
	}
	defer libc.Xfree(x.tls, schema)
	control := func(on, root int32) error {
		args := libc.NewVaList(x.db, schema, on, root)
		defer libc.Xfree(x.tls, args)
		return x.result(sqlite3.Xsqlite3_test_control(x.tls, sqlite3.SQLITE_TESTCTRL_IMPOSTER, args))
	}
	if err := control(1, int32(root)); err != nil { //nolint:gosec // a page of a file of ours
		return err
	}
	// Preparing it is all: it is read as what stands in the schema is.
	_, err = x.prepare("CREATE TABLE " + name + " (" + columns + ", PRIMARY KEY (" + columns + ")) WITHOUT ROWID")
	if e := control(0, 0); err == nil {
		err = e
	}
	return err
}

const rootOfIndex = `SELECT rootpage FROM sqlite_schema WHERE type = 'index' AND name = $1`

// bind sets a parameter, an int64 or a string.
func (x *scanner) bind(stmt uintptr, i int32, value any) error {
	switch v := value.(type) {
	case int64:
		return x.result(sqlite3.Xsqlite3_bind_int64(x.tls, stmt, i, v))
	case string:
		p, err := libc.CString(v)
		if err != nil {
			return err
		}
		defer libc.Xfree(x.tls, p)
		return x.result(sqlite3.Xsqlite3_bind_text(x.tls, stmt, i, p, int32(len(v)), sqlite3.SQLITE_TRANSIENT)) //nolint:gosec // names
	default:
		return fmt.Errorf("a parameter of type %T", value)
	}
}

// close gives everything back. Statements go before the connection that they belong to.
func (x *scanner) close() {
	for _, stmt := range x.texts {
		sqlite3.Xsqlite3_finalize(x.tls, stmt)
	}
	if x.db != 0 {
		sqlite3.Xsqlite3_close_v2(x.tls, x.db)
	}
	x.tls.Close()
}

// resultError is what SQLite says went wrong; Explain knows the code.
type resultError struct {
	code int
	text string
}

func (e *resultError) Error() string { return e.text + " (" + strconv.Itoa(e.code) + ")" }
func (e *resultError) Code() int     { return e.code }

func (x *scanner) result(rc int32) error {
	if rc == sqlite3.SQLITE_OK {
		return nil
	}
	text := libc.GoString(sqlite3.Xsqlite3_errstr(x.tls, rc))
	if x.db != 0 && sqlite3.Xsqlite3_errcode(x.tls, x.db)&0xff == rc&0xff { // else the message is of another call
		text = libc.GoString(sqlite3.Xsqlite3_errmsg(x.tls, x.db))
	}
	return &resultError{int(rc), text}
}
