package audit

import (
	"strconv"
	"strings"

	"iskurctl/internal/ledger"
	"iskurctl/internal/store"
)

// Every statement of the log stands in this file, with $n parameters, in the words that SQLite and PostgreSQL share.
// Only the migrations, which hold triggers, are of one engine.

// Migrations are the log's steps of the schema, ids 100–199. Nobody changes those that were released.
var Migrations = []store.Migration{
	{ID: 113, Name: "audit: ledger", SQL: ledger.Schema(Name)},
	{ID: 114, Name: "audit: queries, outcomes, looks", SQL: schema},
	{ID: 115, Name: "audit: the key", SQL: keySchema},
	{ID: 116, Name: "audit: changes of the registry", SQL: changeSchema},
}

// keySchema binds a store to its master key by a keyed tag of a fixed text: a row sealed under another key would be lost
// to everybody, the people it is about included.
const keySchema = `
CREATE TABLE audit_key (
	id  INTEGER PRIMARY KEY CHECK (id = 1),
	tag BLOB NOT NULL
) STRICT;
CREATE TRIGGER audit_key_fixed BEFORE UPDATE ON audit_key BEGIN SELECT RAISE(ABORT, 'the key of a store does not change'); END;
CREATE TRIGGER audit_key_kept BEFORE DELETE ON audit_key BEGIN SELECT RAISE(ABORT, 'the key of a store does not change'); END;
`

// changeSchema lists the entries of kind registry/1, so that a change whose own row was taken away is missed at every level of a
// verification, and not only where all entries are read.
const changeSchema = `
CREATE TABLE audit_change (
	seq INTEGER PRIMARY KEY
) STRICT;
CREATE TRIGGER audit_change_fixed BEFORE UPDATE ON audit_change BEGIN SELECT RAISE(ABORT, 'the query log is append-only'); END;
CREATE TRIGGER audit_change_kept BEFORE DELETE ON audit_change WHEN OLD.seq >= (SELECT pruned FROM audit_log)
BEGIN SELECT RAISE(ABORT, 'the query log is append-only'); END;
`

// The rows only help to find entries; what an entry says stands in its leaf. They go with the entry at its disposal.
// settled: every query below it has an outcome, so that looking for open ones does not read five years of log.
const schema = `
CREATE TABLE audit_settled (
	id    INTEGER PRIMARY KEY CHECK (id = 1),
	below INTEGER NOT NULL
) STRICT;
INSERT INTO audit_settled (id, below) VALUES (1, 0);
CREATE TABLE audit_query (
	seq      INTEGER PRIMARY KEY,
	time_ms  INTEGER NOT NULL,          -- UTC
	method   TEXT NOT NULL,
	process  TEXT NOT NULL,             -- the store's id of the process
	user_tag BLOB NOT NULL,
	tag      BLOB                       -- of the TC number, where there is one
) STRICT;
CREATE INDEX audit_query_tag ON audit_query (tag) WHERE tag IS NOT NULL;
CREATE INDEX audit_query_time ON audit_query (time_ms);
CREATE TABLE audit_outcome (
	query_seq INTEGER PRIMARY KEY,
	seq       INTEGER NOT NULL,
	outcome   TEXT NOT NULL
) STRICT;
CREATE TABLE audit_look (
	seq INTEGER PRIMARY KEY
) STRICT;
CREATE TRIGGER audit_query_fixed BEFORE UPDATE ON audit_query BEGIN SELECT RAISE(ABORT, 'the query log is append-only'); END;
CREATE TRIGGER audit_query_kept BEFORE DELETE ON audit_query WHEN OLD.seq >= (SELECT pruned FROM audit_log)
BEGIN SELECT RAISE(ABORT, 'the query log is append-only'); END;
CREATE TRIGGER audit_outcome_fixed BEFORE UPDATE ON audit_outcome BEGIN SELECT RAISE(ABORT, 'the query log is append-only'); END;
CREATE TRIGGER audit_outcome_kept BEFORE DELETE ON audit_outcome WHEN OLD.seq >= (SELECT pruned FROM audit_log)
BEGIN SELECT RAISE(ABORT, 'the query log is append-only'); END;
CREATE TRIGGER audit_look_fixed BEFORE UPDATE ON audit_look BEGIN SELECT RAISE(ABORT, 'the query log is append-only'); END;
CREATE TRIGGER audit_look_kept BEFORE DELETE ON audit_look WHEN OLD.seq >= (SELECT pruned FROM audit_log)
BEGIN SELECT RAISE(ABORT, 'the query log is append-only'); END;
CREATE TRIGGER audit_settled_kept BEFORE DELETE ON audit_settled BEGIN SELECT RAISE(ABORT, 'the mark stays'); END;
CREATE TRIGGER audit_settled_forward BEFORE UPDATE ON audit_settled
WHEN NEW.below < OLD.below OR NEW.below > (SELECT size FROM audit_log)
BEGIN SELECT RAISE(ABORT, 'the mark only moves forward'); END;
`

const (
	readKey = `SELECT tag FROM audit_key WHERE id = 1`
	bindKey = `INSERT INTO audit_key (id, tag) VALUES (1, $1) ON CONFLICT DO NOTHING`

	newestKey = `SELECT COALESCE((SELECT key FROM audit_sealed ORDER BY seq DESC LIMIT 1), 0)`

	neededKeys = `SELECT DISTINCT key FROM audit_sealed`

	readMarks = `SELECT COALESCE((SELECT size FROM audit_log WHERE id = 1), 0), below FROM audit_settled WHERE id = 1`

	addQuery = `INSERT INTO audit_query (seq, time_ms, method, process, user_tag, tag) VALUES ($1, $2, $3, $4, $5, $6)`

	// addOutcome adds nothing when the query has its outcome already, or when there is no such query.
	addOutcome = `INSERT INTO audit_outcome (query_seq, seq, outcome)
SELECT seq, $2, $3 FROM audit_query WHERE seq = $1 ON CONFLICT (query_seq) DO NOTHING`

	addLook       = `INSERT INTO audit_look (seq) VALUES ($1)`
	addRegistered = `INSERT INTO audit_change (seq) VALUES ($1)`

	selectChanges = `SELECT seq FROM audit_change WHERE seq >= $1 ORDER BY seq LIMIT $2`
	lastChange    = `SELECT COALESCE(MAX(seq), -1) FROM audit_change WHERE seq >= 0 AND seq < $1`
	// In a text of a leaf the quotes would be escaped. SQLite's own words.
	unlistedChanges = `SELECT seq FROM audit_leaf l WHERE instr(leaf, CAST('"k":"registry/1"' AS BLOB)) > 0
AND NOT EXISTS (SELECT 1 FROM audit_change c WHERE c.seq = l.seq) ORDER BY seq`

	dropQueries  = `DELETE FROM audit_query WHERE seq < $1`
	dropOutcomes = `DELETE FROM audit_outcome WHERE query_seq < $1 AND seq < $1`
	dropLooks    = `DELETE FROM audit_look WHERE seq < $1`
	dropChanges  = `DELETE FROM audit_change WHERE seq < $1`

	settle = `UPDATE audit_settled SET below = $1 WHERE id = 1 AND below < $1`

	openQueries = `SELECT q.seq, q.process FROM audit_query q LEFT JOIN audit_outcome o ON o.query_seq = q.seq
WHERE q.seq >= $1 AND q.seq < $2 AND o.seq IS NULL ORDER BY q.seq`

	timeBounds = `SELECT COALESCE(MIN(seq), 0), COALESCE(MAX(seq) + 1, 0) FROM audit_query WHERE time_ms >= $1 AND time_ms < $2`

	selectEntries = `SELECT q.seq, q.time_ms, q.method, q.process, q.user_tag, q.tag, l.leaf, l.hash, s.key, s.sd, o.outcome, r.leaf
FROM audit_query q LEFT JOIN audit_outcome o ON o.query_seq = q.seq
LEFT JOIN audit_leaf l ON l.seq = q.seq LEFT JOIN audit_sealed s ON s.seq = q.seq LEFT JOIN audit_leaf r ON r.seq = o.seq`

	latestQuery = `SELECT COALESCE((SELECT time_ms FROM audit_query WHERE seq < $1 ORDER BY time_ms DESC LIMIT 1), 0)`

	// lateOutcomes are the leaves of outcomes below $4 that stand behind the tiles of the range, from $3 on, or more than $5
	// entries behind their query.
	lateOutcomes = `SELECT o.query_seq, l.leaf FROM audit_outcome o JOIN audit_leaf l ON l.seq = o.seq
WHERE o.query_seq >= $1 AND o.query_seq < $2 AND o.seq < $4 AND (o.seq >= $3 OR o.seq - o.query_seq > $5) ORDER BY o.query_seq LIMIT $6`

	// outcomeTiles are the tiles of the lowest level (256 entries) that hold outcomes behind the tiles of a range.
	outcomeTiles = `SELECT DISTINCT seq / 256 FROM audit_outcome WHERE query_seq >= $1 AND query_seq < $2 AND seq >= $3 AND seq < $4 ORDER BY 1`

	selectLooks = `SELECT k.seq, l.leaf, l.hash, s.key, s.sd FROM audit_look k
LEFT JOIN audit_leaf l ON l.seq = k.seq LEFT JOIN audit_sealed s ON s.seq = k.seq
WHERE k.seq >= $1 ORDER BY k.seq LIMIT $2`

	projectedQueries  = `SELECT seq, time_ms, method, process, user_tag, tag FROM audit_query WHERE seq >= $1 AND seq < $2 ORDER BY seq`
	projectedOutcomes = `SELECT o.query_seq, o.seq, o.outcome FROM audit_outcome o WHERE o.query_seq >= $1 AND o.query_seq < $2 ORDER BY o.query_seq`
	// What stands beyond $1 may belong to what was logged meanwhile.
	laterOutcome = `SELECT COUNT(*) FROM audit_outcome WHERE query_seq = $1 AND seq >= $2 AND seq < (SELECT size FROM audit_log WHERE id = 1)`

	strayQueries = `SELECT COUNT(*), COALESCE(MIN(at), 0) FROM (SELECT seq AS at FROM audit_query WHERE seq < 0
UNION ALL SELECT seq FROM audit_query WHERE seq >= $1 AND seq >= (SELECT size FROM audit_log WHERE id = 1))`
	strayOutcomes = `SELECT COUNT(*), COALESCE(MIN(at), 0) FROM (SELECT query_seq AS at FROM audit_outcome WHERE query_seq < 0
UNION ALL SELECT query_seq FROM audit_outcome WHERE query_seq >= $1 AND query_seq >= (SELECT size FROM audit_log WHERE id = 1))`
	strayLooks = `SELECT COUNT(*), COALESCE(MIN(at), 0) FROM (SELECT seq AS at FROM audit_look WHERE seq < 0
UNION ALL SELECT seq FROM audit_look WHERE seq >= $1 AND seq >= (SELECT size FROM audit_log WHERE id = 1))`

	strayChanges = `SELECT COUNT(*), COALESCE(MIN(at), 0) FROM (SELECT seq AS at FROM audit_change WHERE seq < 0
UNION ALL SELECT seq FROM audit_change WHERE seq >= $1 AND seq >= (SELECT size FROM audit_log WHERE id = 1))`

	remainingQueries  = `SELECT COUNT(*), COALESCE(MIN(seq), 0) FROM audit_query WHERE seq >= 0 AND seq < $1`
	remainingOutcomes = `SELECT COUNT(*), COALESCE(MIN(seq), 0) FROM audit_outcome WHERE query_seq < $1 AND seq >= 0 AND seq < $1`
	remainingLooks    = `SELECT COUNT(*), COALESCE(MIN(seq), 0) FROM audit_look WHERE seq >= 0 AND seq < $1`
	remainingChanges  = `SELECT COUNT(*), COALESCE(MIN(seq), 0) FROM audit_change WHERE seq >= 0 AND seq < $1`

	// What is looked up by number or time is found through an index. SQLite's own words.
	checkIndexes = `PRAGMA integrity_check(audit_query)`

	countSingles = `SELECT (SELECT COUNT(*) FROM audit_log), (SELECT COUNT(*) FROM audit_settled), (SELECT COUNT(*) FROM audit_key)`

	// projectedOthers are the rows of searches (0) and of changes of the registry (1).
	projectedOthers = `SELECT seq, 0 FROM audit_look WHERE seq >= $1 AND seq < $2
UNION ALL SELECT seq, 1 FROM audit_change WHERE seq >= $1 AND seq < $2 ORDER BY 2, 1`
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
