package store

import (
	"database/sql/driver"
	"sync/atomic"

	"modernc.org/sqlite"
)

// version is the state of the file as the writer's connection knows it: SQLite counts the commits of this connection and
// the times it found that another one, of whatever process, had committed. Asking for the count reads nothing and costs
// a microsecond, whereas a SELECT inside a transaction starts two goroutines (database/sql watches its context).
type version struct {
	conn  atomic.Pointer[driver.Conn] // the writer's; the pool makes another when that one is lost
	of    *driver.Conn                // the connection that count is of; nil when nothing is known
	count uint32
}

// expect notes, within a transaction, the count as its own commit will leave it: that adds one. (Asked for after the commit,
// it could already be that of somebody who prepares a statement on the connection and so sees what others did.) forget
// gives it up when there was no commit, and same compares it within the next transaction.
func (v *version) expect() {
	v.of, v.count = v.now()
	v.count++
}

func (v *version) forget() { v.of = nil }

func (v *version) same() bool {
	if v.of == nil {
		return false
	}
	of, count := v.now()
	return of == v.of && count == v.count
}

func (v *version) now() (*driver.Conn, uint32) {
	conn := v.conn.Load()
	if conn == nil {
		return nil, 0
	}
	control, ok := (*conn).(sqlite.FileControl)
	if !ok {
		return nil, 0
	}
	count, err := control.FileControlDataVersion("main")
	if err != nil {
		return nil, 0
	}
	return conn, count
}
