package registry

import (
	"strconv"
	"strings"

	"iskurctl/internal/store"
)

// Every statement of the registry stands in this file, with $n parameters, in the words that SQLite and PostgreSQL share.
// Only the migrations, which hold triggers, are of one engine.

// Migrations are the registry's steps of the schema, ids 400–499. Nobody changes those that were released.
var Migrations = []store.Migration{
	{ID: 401, Name: "registry: changes and versions", SQL: schema},
}

// A change is never altered. What stands in registry_version is derived from the changes, for listing them in the order of
// Ek-2; only the mark by which change a version was superseded is written later, and once.
const schema = `
CREATE TABLE registry_change (
	n           INTEGER PRIMARY KEY,        -- 0, 1, 2, …
	seq         INTEGER NOT NULL UNIQUE,    -- of its entry in the query log
	id          INTEGER NOT NULL,           -- of the row of Ek-2
	version     INTEGER NOT NULL,
	op          TEXT NOT NULL,
	time_ms     INTEGER NOT NULL,           -- UTC
	by_user     TEXT NOT NULL,              -- who made the change, as the operating system says
	by_host     TEXT NOT NULL,
	party       TEXT NOT NULL,
	role        TEXT NOT NULL,
	unit        TEXT NOT NULL,
	given_name  TEXT NOT NULL,
	surname     TEXT NOT NULL,
	title       TEXT NOT NULL,
	phone       TEXT NOT NULL,
	email       TEXT NOT NULL,
	valid_from  TEXT NOT NULL,
	valid_to    TEXT NOT NULL,              -- inclusive; empty: open
	notice_no   TEXT NOT NULL,
	notice_date TEXT NOT NULL,
	login       TEXT NOT NULL,
	scope       TEXT NOT NULL,
	salt        BLOB NOT NULL CHECK (length(salt) = 16),
	UNIQUE (id, version)
) STRICT;
CREATE TABLE registry_version (
	rank        INTEGER NOT NULL,           -- party and role
	key         TEXT NOT NULL,              -- surname and given name, as Turkish sorts
	id          INTEGER NOT NULL,
	version     INTEGER NOT NULL,
	n           INTEGER NOT NULL,           -- of the change that made it
	next        INTEGER,                    -- of the change that superseded it
	unit        TEXT NOT NULL,
	given_name  TEXT NOT NULL,
	surname     TEXT NOT NULL,
	title       TEXT NOT NULL,
	phone       TEXT NOT NULL,
	email       TEXT NOT NULL,
	valid_from  TEXT NOT NULL,
	valid_to    TEXT NOT NULL,
	notice_no   TEXT NOT NULL,
	notice_date TEXT NOT NULL,
	login       TEXT NOT NULL,
	scope       TEXT NOT NULL,
	search      TEXT NOT NULL,
	PRIMARY KEY (rank, key, id, version)
) STRICT, WITHOUT ROWID;
CREATE INDEX registry_version_login ON registry_version (login) WHERE login <> '';
CREATE TRIGGER registry_change_fixed BEFORE UPDATE ON registry_change BEGIN SELECT RAISE(ABORT, 'the registry is append-only'); END;
CREATE TRIGGER registry_change_kept BEFORE DELETE ON registry_change BEGIN SELECT RAISE(ABORT, 'the registry is append-only'); END;
CREATE TRIGGER registry_version_kept BEFORE DELETE ON registry_version BEGIN SELECT RAISE(ABORT, 'the registry is append-only'); END;
CREATE TRIGGER registry_version_ends BEFORE UPDATE ON registry_version
WHEN OLD.next IS NOT NULL OR NEW.next IS NULL
BEGIN SELECT RAISE(ABORT, 'the registry is append-only'); END;
CREATE TRIGGER registry_version_fixed BEFORE UPDATE OF rank, key, id, version, n, unit, given_name, surname, title, phone, email,
	valid_from, valid_to, notice_no, notice_date, login, scope, search ON registry_version
BEGIN SELECT RAISE(ABORT, 'the registry is append-only'); END;
`

// The columns of a change, and of a version behind party and role.
const (
	fields  = `party, role, unit, given_name, surname, title, phone, email, valid_from, valid_to, notice_no, notice_date, login, scope`
	details = `unit, given_name, surname, title, phone, email, valid_from, valid_to, notice_no, notice_date, login, scope`
)

const (
	nextChange = `SELECT COALESCE(MAX(n) + 1, 0) FROM registry_change`
	newestRow  = `SELECT COALESCE(MAX(id), 0) FROM registry_change`

	addChange = `INSERT INTO registry_change (n, seq, id, version, op, time_ms, by_user, by_host, ` + fields + `, salt)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)`
	addVersion = `INSERT INTO registry_version (rank, key, id, version, n, search, ` + details + `)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`
	supersede = `UPDATE registry_version SET next = $1 WHERE rank = $2 AND key = $3 AND id = $4 AND version = $5`

	currentOf = `SELECT id, version, ` + fields + ` FROM registry_change WHERE id = $1 ORDER BY version DESC LIMIT 1`

	// currentIn are the current versions of a rank, currentNamed those of a name in it, currentUsers those of a login.
	currentIn    = `SELECT rank, id, version, ` + details + ` FROM registry_version WHERE rank = $1 AND next IS NULL`
	currentNamed = `SELECT rank, id, version, ` + details + ` FROM registry_version WHERE rank = $1 AND key = $2 AND next IS NULL`
	currentUsers = `SELECT rank, id, version, ` + details + ` FROM registry_version WHERE login = $1 AND login <> '' AND next IS NULL`

	selectChanges = `SELECT n, seq, id, version, op, time_ms, by_user, by_host, ` + fields + `, salt FROM registry_change`
	changesFrom   = selectChanges + ` WHERE n >= $1 AND n < $2 ORDER BY n LIMIT 1000`
	// changesByRow are those behind version $2 of row $1 of Ek-2, row by row.
	changesByRow = selectChanges + ` WHERE (id, version) > ($1, $2) AND n < $3 ORDER BY id, version LIMIT 1000`
	// changesOfLogin are the changes that made the current versions of a login, as the changes themselves say.
	changesOfLogin = selectChanges + ` c WHERE n IN (SELECT n FROM registry_version WHERE login = $1 AND login <> '' AND next IS NULL)
AND NOT EXISTS (SELECT 1 FROM registry_change l WHERE l.id = c.id AND l.version > c.version) ORDER BY n`
	// A change and the version before it.
	selectHistory = `SELECT c.n, c.seq, c.id, c.version, c.op, c.time_ms, c.by_user, c.by_host, c.party, c.role, c.unit, c.given_name, c.surname, c.title, c.phone, c.email,
c.valid_from, c.valid_to, c.notice_no, c.notice_date, c.login, c.scope, c.salt, b.id, b.version, b.party, b.role, b.unit, b.given_name, b.surname, b.title, b.phone, b.email,
b.valid_from, b.valid_to, b.notice_no, b.notice_date, b.login, b.scope
FROM registry_change c LEFT JOIN registry_change b ON b.id = c.id AND b.version = c.version - 1`
	historyFrom = selectHistory + ` WHERE c.n >= $1 AND c.n < $2 ORDER BY c.n LIMIT 500`
	historyOf   = selectHistory + ` WHERE c.n >= $1 AND c.n < $2 AND c.id = $3 ORDER BY c.version LIMIT 500`

	// versionsBehind are the versions behind ($1, …, $4) in the order of their table, with the change that made each, and the one
	// that made the next version of the same row; -1 where there is none.
	versionsBehind = `SELECT v.rank, v.key, v.id, v.version, v.n, v.search, COALESCE(v.next, -1),
COALESCE((SELECT s.n FROM registry_change s WHERE s.id = v.id AND s.version = v.version + 1), -1),
COALESCE(v.id = c.id AND v.version = c.version AND v.unit = c.unit AND v.given_name = c.given_name AND v.surname = c.surname AND v.title = c.title
AND v.phone = c.phone AND v.email = c.email AND v.valid_from = c.valid_from AND v.valid_to = c.valid_to AND v.notice_no = c.notice_no
AND v.notice_date = c.notice_date AND v.login = c.login AND v.scope = c.scope, 0),
COALESCE(c.seq, -1), COALESCE(c.party, ''), COALESCE(c.role, ''), v.unit, v.given_name, v.surname, v.title, v.email
FROM registry_version v LEFT JOIN registry_change c ON c.n = v.n
WHERE (v.rank, v.key, v.id, v.version) > ($1, $2, $3, $4) ORDER BY v.rank, v.key, v.id, v.version LIMIT 1000`
	countChanges  = `SELECT COUNT(*) FROM registry_change WHERE n < $1`
	changesSince  = `SELECT COUNT(*) FROM registry_change WHERE n >= $1 AND seq = $2`
	countVersions = `SELECT COUNT(*) FROM registry_version WHERE n < $1`

	checkChanges  = `PRAGMA integrity_check(registry_change)`
	checkVersions = `PRAGMA integrity_check(registry_version)`
)

// versions gives the statement of one page of a listing: the versions of rank $1 behind key $2, id $3 and version $4 that
// hold for whoever sees the first $5 changes. day asks for those in office on a day, past for each row as it stood before a
// moment, in ms, where rows that came later stand as they came; the words of a search follow. Each change counts with its own
// time: one that was made by a wrong clock must not move the others.
func versions(past, day bool, words int) string {
	var b strings.Builder
	next := 5
	parameter := func() string {
		next++
		return "$" + strconv.Itoa(next)
	}
	b.WriteString(`SELECT key, id, version, ` + details + ` FROM registry_version v WHERE rank = $1 AND (key, id, version) > ($2, $3, $4) AND n < $5`)
	if day {
		on := parameter()
		b.WriteString(` AND valid_from <= ` + on + ` AND (valid_to = '' OR valid_to >= ` + on + `)`)
	}
	if past {
		b.WriteString(` AND (version = 1 AND (next IS NULL OR next >= $5) OR version = COALESCE((SELECT MAX(s.version) FROM registry_change s
WHERE s.id = v.id AND s.n < $5 AND s.time_ms < ` + parameter() + `), 1))`)
	} else {
		b.WriteString(` AND (next IS NULL OR next >= $5)`)
	}
	for range words {
		b.WriteString(` AND instr(search, ` + parameter() + `) > 0`)
	}
	b.WriteString(` ORDER BY key, id, version LIMIT ` + strconv.Itoa(pageRows))
	return b.String()
}
