package audit

import (
	"strconv"
	"strings"

	"iskurctl/internal/store"
)

// Every statement of the log stands in this file, with $n parameters, in the words that SQLite and PostgreSQL share.
// Only the migrations, which hold triggers, are of one engine.

// Migrations are the log's steps of the schema, ids 100–199. Nobody changes them.
var Migrations = []store.Migration{{ID: 100, Name: "audit: queries and outcomes", SQL: schema}, {ID: 101, Name: "audit: the key", SQL: keySchema}}

// keySchema binds a store to its master key by a keyed tag of a fixed text: a row sealed under another key would be lost
// to everybody, the people it is about included.
const keySchema = `
CREATE TABLE audit_key (
	id  INTEGER PRIMARY KEY CHECK (id = 1),
	tag BLOB NOT NULL
);
CREATE TRIGGER audit_key_fixed BEFORE UPDATE ON audit_key BEGIN SELECT RAISE(ABORT, 'the key of a store does not change'); END;
CREATE TRIGGER audit_key_kept BEFORE DELETE ON audit_key BEGIN SELECT RAISE(ABORT, 'the key of a store does not change'); END;
`

// A query and its outcome are entries of their own, and only ever added. They share one gapless sequence, which comes
// from audit_head: an auto-increment would leave a hole at every roll-back. settled: every query below it has an
// outcome, so that looking for open ones does not read five years of log.
const schema = `
CREATE TABLE audit_head (
	id      INTEGER PRIMARY KEY CHECK (id = 1),
	next    INTEGER NOT NULL,
	settled INTEGER NOT NULL
);
INSERT INTO audit_head (id, next, settled) VALUES (1, 0, 0);
CREATE TABLE audit_query (
	seq      INTEGER PRIMARY KEY,
	time_ms  INTEGER NOT NULL,          -- UTC
	host     TEXT NOT NULL,
	method   TEXT NOT NULL,
	attempt  INTEGER NOT NULL,
	process  TEXT NOT NULL,             -- the store's id of the process
	sealed   BLOB NOT NULL,             -- user, parameters, purpose
	user_tag BLOB NOT NULL,
	tag      BLOB                       -- of the TC number, where there is one
);
CREATE INDEX audit_query_tag ON audit_query (tag) WHERE tag IS NOT NULL;
CREATE INDEX audit_query_time ON audit_query (time_ms);
CREATE TABLE audit_outcome (
	seq         INTEGER PRIMARY KEY,
	query_seq   INTEGER NOT NULL UNIQUE REFERENCES audit_query (seq),
	time_ms     INTEGER NOT NULL,
	outcome     TEXT NOT NULL,
	records     INTEGER NOT NULL,
	duration_ms INTEGER NOT NULL
);
CREATE TRIGGER audit_query_fixed BEFORE UPDATE ON audit_query BEGIN SELECT RAISE(ABORT, 'the query log is append-only'); END;
CREATE TRIGGER audit_query_kept BEFORE DELETE ON audit_query BEGIN SELECT RAISE(ABORT, 'the query log is append-only'); END;
CREATE TRIGGER audit_outcome_fixed BEFORE UPDATE ON audit_outcome BEGIN SELECT RAISE(ABORT, 'the query log is append-only'); END;
CREATE TRIGGER audit_outcome_kept BEFORE DELETE ON audit_outcome BEGIN SELECT RAISE(ABORT, 'the query log is append-only'); END;
CREATE TRIGGER audit_head_kept BEFORE DELETE ON audit_head BEGIN SELECT RAISE(ABORT, 'the head stays'); END;
CREATE TRIGGER audit_head_forward BEFORE UPDATE ON audit_head
WHEN NEW.next < OLD.next OR NEW.settled < OLD.settled OR NEW.settled > NEW.next
BEGIN SELECT RAISE(ABORT, 'the head only moves forward'); END;
`

const (
	readKey = `SELECT tag FROM audit_key WHERE id = 1`
	bindKey = `INSERT INTO audit_key (id, tag) VALUES (1, $1) ON CONFLICT DO NOTHING`

	readHead = `SELECT next, settled FROM audit_head WHERE id = 1`

	// moveHead takes a number only if the head still stands where the caller believes.
	moveHead = `UPDATE audit_head SET next = $1 WHERE id = 1 AND next = $2`

	addQuery = `INSERT INTO audit_query (seq, time_ms, host, method, attempt, process, sealed, user_tag, tag)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`

	// addOutcome adds nothing when the query has its outcome already.
	addOutcome = `INSERT INTO audit_outcome (seq, query_seq, time_ms, outcome, records, duration_ms)
VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (query_seq) DO NOTHING`

	settle = `UPDATE audit_head SET settled = $1 WHERE id = 1 AND settled < $1`

	openQueries = `SELECT q.seq, q.process FROM audit_query q LEFT JOIN audit_outcome o ON o.query_seq = q.seq
WHERE q.seq >= $1 AND q.seq < $2 AND o.seq IS NULL ORDER BY q.seq`

	timeBounds = `SELECT COALESCE(MIN(seq), 0), COALESCE(MAX(seq) + 1, 0) FROM audit_query WHERE time_ms >= $1 AND time_ms < $2`

	selectEntries = `SELECT q.seq, q.time_ms, q.host, q.method, q.attempt, q.process, q.sealed, q.user_tag, q.tag,
o.outcome, COALESCE(o.records, 0), COALESCE(o.duration_ms, 0)
FROM audit_query q LEFT JOIN audit_outcome o ON o.query_seq = q.seq`
)

// condition collects what a listing asks for; its values become $1, $2, …
type condition struct {
	text []string
	args []any
}

// add appends a condition; each "?" in it stands for the next value.
func (c *condition) add(text string, args ...any) {
	for _, a := range args {
		c.args = append(c.args, a)
		text = strings.Replace(text, "?", "$"+strconv.Itoa(len(c.args)), 1)
	}
	c.text = append(c.text, text)
}

// entries gives the statement for one page.
func (c *condition) entries() string {
	return selectEntries + " WHERE " + strings.Join(c.text, " AND ") + " ORDER BY q.seq LIMIT " + strconv.Itoa(pageRows)
}
