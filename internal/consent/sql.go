package consent

import (
	"strconv"
	"strings"

	"iskurctl/internal/ledger"
	"iskurctl/internal/store"
)

// Every statement of the log stands in this file, with $n parameters, in the words that SQLite and PostgreSQL share.
// Only the migrations, which hold triggers, are of one engine.

// Migrations are the log's steps of the schema, ids 300–399. Nobody changes those that were released.
var Migrations = []store.Migration{
	{ID: 300, Name: "consent: ledger", SQL: ledger.ErasableSchema(Name)},
	{ID: 301, Name: "consent: texts, people, events", SQL: schema},
}

// The rows lead to the entries and follow from them; only erasure takes anything away, and only what leads to a person.
// A person's id is that of the data key, and is never used again.
const schema = `
CREATE TABLE consent_text (
	seq      INTEGER PRIMARY KEY,         -- of the text/1 entry
	kind     TEXT NOT NULL,
	label    TEXT NOT NULL UNIQUE,
	language TEXT NOT NULL,
	sha256   BLOB NOT NULL UNIQUE CHECK (length(sha256) = 32),
	day      TEXT NOT NULL,               -- in force from, in Europe/Istanbul
	body     BLOB NOT NULL                -- the exact bytes
) STRICT;
CREATE TABLE consent_person (
	id  INTEGER PRIMARY KEY,
	tag BLOB UNIQUE CHECK (length(tag) = 32)  -- of the number; NULL: erased
) STRICT;
CREATE TABLE consent_event (
	seq     INTEGER PRIMARY KEY,          -- of the consent/1 entry
	id      BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
	person  INTEGER,                      -- NULL: erased
	session BLOB NOT NULL CHECK (length(session) = 16),
	act     TEXT NOT NULL,
	step    TEXT NOT NULL,
	time    INTEGER NOT NULL,             -- declared, in milliseconds since 1970, UTC
	text    INTEGER NOT NULL,             -- seq of the text
	notice  INTEGER,                      -- seq of the notice that a consent given rests on
	prev    INTEGER,                      -- seq of the consent given that this ends
	same    BLOB CHECK (length(same) = 16) -- keyed digest of the content; NULL: erased
) STRICT;
CREATE INDEX consent_event_person ON consent_event (person, seq);
CREATE TABLE consent_erasing (
	person  INTEGER PRIMARY KEY,          -- being erased: old bytes, and the key, may still be there
	process TEXT NOT NULL                 -- that does it; when it is dead, it was interrupted
) STRICT;
CREATE TRIGGER consent_text_fixed BEFORE UPDATE ON consent_text BEGIN SELECT RAISE(ABORT, 'a text is never edited'); END;
CREATE TRIGGER consent_text_kept BEFORE DELETE ON consent_text BEGIN SELECT RAISE(ABORT, 'a text is kept'); END;
CREATE TRIGGER consent_person_kept BEFORE DELETE ON consent_person BEGIN SELECT RAISE(ABORT, 'a person is only erased'); END;
CREATE TRIGGER consent_person_fixed BEFORE UPDATE ON consent_person
WHEN NEW.id <> OLD.id OR NEW.tag IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a person is only erased'); END;
CREATE TRIGGER consent_event_kept BEFORE DELETE ON consent_event BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER consent_event_fixed BEFORE UPDATE ON consent_event
WHEN NEW.seq <> OLD.seq OR NEW.id <> OLD.id OR NEW.session <> OLD.session OR NEW.act <> OLD.act OR NEW.step <> OLD.step OR NEW.time <> OLD.time
OR NEW.text <> OLD.text OR NEW.notice IS NOT OLD.notice OR NEW.prev IS NOT OLD.prev
OR (NEW.person IS NOT OLD.person AND NEW.person IS NOT NULL) OR (NEW.same IS NOT OLD.same AND NEW.same IS NOT NULL)
OR NOT EXISTS (SELECT 1 FROM consent_erased WHERE seq = OLD.seq)
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
`

const (
	addText = `INSERT INTO consent_text (seq, kind, label, language, sha256, day, body) VALUES ($1, $2, $3, $4, $5, $6, $7)`

	addPerson = `INSERT INTO consent_person (id, tag) VALUES ($1, $2)`
	addEvent  = `INSERT INTO consent_event (seq, id, person, session, act, step, time, text, notice, prev, same)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`

	selectTexts = `SELECT t.seq, t.kind, t.label, t.language, t.sha256, t.day, length(t.body), l.leaf, l.hash
FROM consent_text t LEFT JOIN consent_leaf l ON l.seq = t.seq`
	textByLabel = selectTexts + ` WHERE t.label = $1`
	textByHash  = selectTexts + ` WHERE t.sha256 = $1`
	textBySeq   = selectTexts + ` WHERE t.seq = $1`
	textsAfter  = selectTexts + ` WHERE t.seq > $1 ORDER BY t.seq LIMIT $2`
	textBody    = `SELECT body FROM consent_text WHERE seq = $1`

	newestPerson = `SELECT COALESCE(MAX(id), 0) FROM consent_person`

	anyEvent = `SELECT EXISTS (SELECT 1 FROM consent_event)`

	selectEntries = `SELECT e.seq, e.id, e.person, e.session, e.act, e.step, e.time, e.text, e.notice, e.prev, e.same IS NULL, p.tag,
t.label, t.sha256, l.leaf, l.hash, s.key, s.sd, x.by, b.leaf, b.hash
FROM consent_event e LEFT JOIN consent_person p ON p.id = e.person LEFT JOIN consent_text t ON t.seq = e.text
LEFT JOIN consent_leaf l ON l.seq = e.seq LEFT JOIN consent_sealed s ON s.seq = e.seq
LEFT JOIN consent_erased x ON x.seq = e.seq AND x.by = (SELECT min(f.by) FROM consent_erased f WHERE f.seq = e.seq) LEFT JOIN consent_leaf b ON b.seq = x.by`
	// How many pages the -wal holds before they go to the file. While an import runs, it is more: the pages of the indexes of
	// ids and numbers change with every batch, and go to the file once for several of them. SQLite's own words.
	walPages = `PRAGMA wal_autocheckpoint`
	// To how many bytes the file of the -wal is cut when it is begun anew, or closed.
	walLimit = `PRAGMA journal_size_limit`

	logSize = `SELECT COALESCE((SELECT size FROM consent_log WHERE id = 1), 0)`
)

// What the events of a batch are decided by, n at a time.
func knownEvents(n int) string {
	return `SELECT id, seq, same, person IS NOT NULL FROM consent_event WHERE id IN ` + among(1, n)
}

func knownPeople(n int) string {
	return `SELECT id, tag FROM consent_person WHERE tag IN ` + among(1, n)
}

func pastEvents(n int) string {
	return `SELECT e.person, e.seq, e.id, e.session, e.act, e.step, e.time, e.text, e.notice, e.prev, e.same, t.sha256, l.leaf, l.hash
FROM consent_event e LEFT JOIN consent_text t ON t.seq = e.text LEFT JOIN consent_leaf l ON l.seq = e.seq WHERE e.person IN ` + among(1, n) + ` ORDER BY e.person, e.seq`
}

// settingOf sets what walPages or walLimit gives.
func settingOf(pragma string, n int) string { return pragma + "(" + strconv.Itoa(n) + ")" }

// among writes the parameters $from … in brackets, n of them.
func among(from, n int) string {
	b := []byte{'('}
	for i := range n {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '$')
		b = strconv.AppendInt(b, int64(from+i), 10)
	}
	return string(append(b, ')'))
}

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
	return selectEntries + " WHERE " + strings.Join(c.text, " AND ") + " ORDER BY e.seq LIMIT " + strconv.Itoa(pageRows)
}
