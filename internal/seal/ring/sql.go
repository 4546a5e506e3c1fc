package ring

import (
	"strconv"
	"strings"

	"iskurctl/internal/store"
)

// Every statement of the key store stands in this file, with $n parameters. Only the migrations, which hold triggers,
// are of one engine.

// Migrations are the key store's steps of the schema, ids 1–99. Nobody changes them.
var Migrations = []store.Migration{{ID: 1, Name: "ring: data keys and signing keys", SQL: schema}}

// A destroyed data key keeps its row, and its wrapped bytes become as many zeros. Deleting would not do, even with
// secure_delete: when SQLite rebuilds a page while it balances its tree, copies of cells that moved stay in the page's
// unused part, where nothing wipes them (measured: 2 of 45,000 deleted keys, 3 in a table WITHOUT ROWID). So no cell may
// ever move: the table has a rowid, which only grows, rows are only added at its end, and a value of the same length is
// overwritten in place. The row also keeps a destroyed key from being made anew.
// Signing keys stay for ever: they are small, and a lost one ends a log.
const schema = `
CREATE TABLE ring_data_key (
	log     TEXT NOT NULL,
	id      INTEGER NOT NULL,
	wrapped BLOB NOT NULL,
	PRIMARY KEY (log, id)
);
CREATE TABLE ring_signing_key (
	vkey    TEXT NOT NULL PRIMARY KEY,
	log     TEXT NOT NULL,
	wrapped BLOB NOT NULL
);
CREATE TRIGGER ring_data_key_fixed BEFORE UPDATE ON ring_data_key
WHEN NEW.log IS NOT OLD.log OR NEW.id IS NOT OLD.id OR NEW.wrapped IS NOT zeroblob(length(OLD.wrapped))
BEGIN SELECT RAISE(ABORT, 'a data key is only ever destroyed'); END;
CREATE TRIGGER ring_data_key_kept BEFORE DELETE ON ring_data_key BEGIN SELECT RAISE(ABORT, 'the row of a data key stays'); END;
CREATE TRIGGER ring_signing_key_fixed BEFORE UPDATE ON ring_signing_key BEGIN SELECT RAISE(ABORT, 'a signing key does not change'); END;
CREATE TRIGGER ring_signing_key_kept BEFORE DELETE ON ring_signing_key BEGIN SELECT RAISE(ABORT, 'a signing key stays'); END;
`

const (
	findDataKey    = `SELECT wrapped FROM ring_data_key WHERE log = $1 AND id = $2`
	addDataKey     = `INSERT INTO ring_data_key (log, id, wrapped) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`
	addNewKey      = `INSERT INTO ring_data_key (log, id, wrapped) VALUES ($1, $2, $3)`
	lastDataKey    = `SELECT COALESCE(MAX(id), 0) FROM ring_data_key WHERE log = $1`
	rangeDataKeys  = `SELECT id, wrapped FROM ring_data_key WHERE log = $1 AND id >= $2 AND id <= $3 ORDER BY id`
	anyDataKey     = `SELECT EXISTS (SELECT 1 FROM ring_data_key WHERE log = $1)`
	buryDataKey    = `INSERT INTO ring_data_key (log, id, wrapped) VALUES ($1, $2, zeroblob(1)) ON CONFLICT DO NOTHING`
	destroyDataKey = `UPDATE ring_data_key SET wrapped = zeroblob(length(wrapped)) WHERE log = $1 AND id = $2`

	findSigningKey = `SELECT log, wrapped FROM ring_signing_key WHERE vkey = $1`
	hasSigningKey  = `SELECT EXISTS (SELECT 1 FROM ring_signing_key WHERE vkey = $1)`
	addSigningKey  = `INSERT INTO ring_signing_key (vkey, log, wrapped) VALUES ($1, $2, $3)`
)

// The statements for rowsAtOnce rows or ids; $1 is the log.
var (
	addDataKeys = `INSERT INTO ring_data_key (log, id, wrapped) VALUES ` + repeated(rowsAtOnce, func(i int) string {
		return "($1, $" + strconv.Itoa(2*i+2) + ", $" + strconv.Itoa(2*i+3) + ")"
	})
	listDataKeys = `SELECT id, wrapped FROM ring_data_key WHERE log = $1 AND id IN (` + repeated(rowsAtOnce, func(i int) string {
		return "$" + strconv.Itoa(i+2)
	}) + `) ORDER BY id`
)

func repeated(n int, part func(i int) string) string {
	parts := make([]string, n)
	for i := range parts {
		parts[i] = part(i)
	}
	return strings.Join(parts, ", ")
}
