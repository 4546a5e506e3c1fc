package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"net/url"
	"strconv"
	"sync/atomic"
	"time"

	"modernc.org/sqlite"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// source says how a connection is opened.
type source struct {
	path     string // absolute
	timeout  time.Duration
	persist  bool // keep the -wal when the last connection closes
	readOnly bool
	made     *atomic.Pointer[driver.Conn] // where the newest connection is noted, if anywhere
}

// setting is a PRAGMA with the value it must have when it is read back.
type setting struct{ name, value string }

// dsn uses the driver's validated keys wherever there is one: a misspelt _pragma is silently ignored by SQLite. The
// path is escaped, for "?", "#" and "%" would otherwise open another file. recursive_triggers: without it REPLACE deletes
// rows past the triggers that forbid it.
func (c source) dsn() string {
	busy := strconv.FormatInt(c.timeout.Milliseconds(), 10)
	q := url.Values{
		"mode": {"rw"}, "_busy_timeout": {busy}, "_foreign_keys": {"on"}, "_synchronous": {"FULL"},
		"_dqs": {"0"}, "_defensive": {"1"}, "_error_rc": {"1"},
		"_pragma": {"trusted_schema(0)", "temp_store(MEMORY)", "cell_size_check(1)", "secure_delete(1)", "recursive_triggers(1)", "journal_size_limit(4194304)"},
	}
	if c.readOnly {
		q.Set("mode", "ro")
		// Reading goes through the tables once; what a larger cache (2 MiB is usual) would keep is hardly asked for again, and
		// touching fresh memory costs a command that reads little a tenth of its time. In KiB.
		q.Add("_pragma", "cache_size(-512)")
		q.Set("_query_only", "on")
	} else {
		q.Set("_txlock", "immediate") // a deferred transaction that reads first fails at once under contention
		q.Set("_journal_mode", "WAL")
	}
	return "file://" + (&url.URL{Path: c.path}).EscapedPath() + "?" + q.Encode()
}

// wanted lists what is read back from every new connection.
func (c source) wanted() []setting {
	w := []setting{
		{"journal_mode", "wal"}, {"synchronous", "2"}, {"foreign_keys", "1"}, {"secure_delete", "1"},
		{"trusted_schema", "0"}, {"recursive_triggers", "1"}, {"busy_timeout", strconv.FormatInt(c.timeout.Milliseconds(), 10)},
	}
	if c.readOnly {
		w = append(w, setting{"query_only", "1"})
	}
	return w
}

// connect makes a pool of at most size connections, each of which is checked when it is made. They never expire:
// closing the last one checkpoints.
func connect(c source, size int) (*sql.DB, error) {
	lockKind()
	base, err := sqlite.NewConnector(c.dsn())
	if err != nil {
		return nil, explain(err)
	}
	db := sql.OpenDB(checked{Connector: base, source: c})
	db.SetMaxOpenConns(size)
	db.SetMaxIdleConns(size)
	return db, nil
}

// checked is a connector whose connections run with the settings we asked for, or not at all.
type checked struct {
	driver.Connector
	source source
}

// Connect opens a connection, makes it keep the -wal (SQLITE_FCNTL_PERSIST_WAL is the only way, and a matter of each
// connection) and reads its settings back.
func (c checked) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	if err := c.check(ctx, conn); err != nil {
		_ = conn.Close()
		return nil, err
	}
	if c.source.made != nil {
		c.source.made.Store(&conn)
	}
	return conn, nil
}

func (c checked) check(ctx context.Context, conn driver.Conn) error {
	if c.source.persist {
		control, ok := conn.(sqlite.FileControl)
		if !ok {
			return settings("persist_wal")
		}
		if got, err := control.FileControlPersistWAL("main", 1); err != nil {
			return err
		} else if got != 1 {
			return settings("persist_wal")
		}
	}
	for _, w := range c.source.wanted() {
		got, err := pragma(ctx, conn, w.name)
		if err != nil {
			return err
		}
		if got != w.value {
			return settings(w.name)
		}
	}
	return nil
}

func pragma(ctx context.Context, conn driver.Conn, name string) (string, error) {
	q, ok := conn.(driver.QueryerContext)
	if !ok {
		return "", settings(name)
	}
	rows, err := q.QueryContext(ctx, "PRAGMA "+name, nil)
	if err != nil {
		return "", err
	}
	defer func() { _ = rows.Close() }()
	value := make([]driver.Value, len(rows.Columns()))
	if err := rows.Next(value); err != nil || len(value) == 0 {
		return "", err
	}
	return fmt.Sprint(value[0]), nil
}

func settings(name string) error {
	return fault.New(fault.Store, "store_settings", i18n.Tf("depo gereken ayarla açılamadı: %s", "the store could not be opened with the setting it needs: %s", name))
}

// refusing is a connector that fails: what is left of a store after a failure that ended it.
type refusing struct{ err error }

func (r refusing) Connect(context.Context) (driver.Conn, error) { return nil, r.err }
func (r refusing) Open(string) (driver.Conn, error)             { return nil, r.err }
func (r refusing) Driver() driver.Driver                        { return r }
