package ledger

import "strings"

// Every statement of a log stands in this file. @ is the name of the log: each log has tables of its own, so that each
// grows at the end of its own trees. Parameters are $n, in the words that SQLite and PostgreSQL share; only the schema,
// which holds triggers, is of one engine.

// Schema gives the tables of the log called name (lower-case letters), for a migration of the domain package.
func Schema(name string) string { return named(schema, name) }

func named(text, name string) string { return strings.ReplaceAll(text, "@", name) }

// Tiles have a rowid beside their key: in a table without, every comparison on the way to one would read the 8 KiB of
// another, twenty times for a million entries.
//
// The head is the only row that changes, and only forward. Entries go when their whole tile was disposed of, sealed
// values when their entry was; tiles stay for ever and only the right edge of a level above the lowest grows.
const schema = `
CREATE TABLE @_log (
	id     INTEGER PRIMARY KEY CHECK (id = 1),
	origin TEXT NOT NULL,
	vkey   TEXT NOT NULL,    -- the present key's verifier
	size   INTEGER NOT NULL,
	pruned INTEGER NOT NULL, -- entries below were disposed of
	note   BLOB NOT NULL     -- the signed checkpoint of this size
) STRICT;
CREATE TABLE @_leaf (
	seq  INTEGER PRIMARY KEY,
	leaf BLOB NOT NULL,
	hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;
CREATE TABLE @_tile (
	level  INTEGER NOT NULL,
	idx    INTEGER NOT NULL,
	hashes BLOB NOT NULL,
	PRIMARY KEY (level, idx)
) STRICT;
CREATE TABLE @_sealed (
	seq INTEGER PRIMARY KEY,
	key INTEGER NOT NULL,    -- of the key store
	sd  BLOB NOT NULL        -- the entry's disclosures
) STRICT;
CREATE TABLE @_mark (
	seq INTEGER PRIMARY KEY  -- of each key/1 and pruned/1 entry
) STRICT;
CREATE TRIGGER @_log_kept BEFORE DELETE ON @_log BEGIN SELECT RAISE(ABORT, 'the head stays'); END;
CREATE TRIGGER @_log_forward BEFORE UPDATE ON @_log
WHEN NEW.id <> 1 OR NEW.origin <> OLD.origin OR NEW.size < OLD.size OR NEW.pruned < OLD.pruned OR NEW.pruned > NEW.size
BEGIN SELECT RAISE(ABORT, 'the head only moves forward'); END;
CREATE TRIGGER @_leaf_fixed BEFORE UPDATE ON @_leaf BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER @_leaf_kept BEFORE DELETE ON @_leaf
WHEN OLD.seq >= (SELECT pruned FROM @_log) / 256 * 256
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER @_tile_kept BEFORE DELETE ON @_tile BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER @_tile_grows BEFORE UPDATE ON @_tile
WHEN NEW.level <> OLD.level OR NEW.idx <> OLD.idx OR OLD.level = 0 OR substr(NEW.hashes, 1, length(OLD.hashes)) <> OLD.hashes
BEGIN SELECT RAISE(ABORT, 'a tile only grows'); END;
CREATE TRIGGER @_mark_kept BEFORE DELETE ON @_mark BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER @_mark_fixed BEFORE UPDATE ON @_mark BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER @_sealed_fixed BEFORE UPDATE ON @_sealed BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER @_sealed_kept BEFORE DELETE ON @_sealed
WHEN OLD.seq >= (SELECT pruned FROM @_log)
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
`

const (
	readHead  = `SELECT origin, vkey, size, pruned, note FROM @_log WHERE id = 1`
	firstHead = `INSERT INTO @_log (id, origin, vkey, size, pruned, note) VALUES (1, $1, $2, 0, 0, $3) ON CONFLICT DO NOTHING`
	moveHead  = `UPDATE @_log SET size = $1, note = $2, vkey = $3 WHERE id = 1 AND size = $4`
	pruneHead = `UPDATE @_log SET pruned = $1 WHERE id = 1`

	addLeaf   = `INSERT INTO @_leaf (seq, leaf, hash) VALUES ($1, $2, $3)`
	addSealed = `INSERT INTO @_sealed (seq, key, sd) VALUES ($1, $2, $3)`
	addTile   = `INSERT INTO @_tile (level, idx, hashes) VALUES ($1, $2, $3) ON CONFLICT (level, idx) DO UPDATE SET hashes = excluded.hashes`

	addMark   = `INSERT INTO @_mark (seq) VALUES ($1)`
	readMarks = `SELECT m.seq, l.leaf FROM @_mark m LEFT JOIN @_leaf l ON l.seq = m.seq ORDER BY m.seq`

	readTile  = `SELECT hashes FROM @_tile WHERE level = $1 AND idx = $2`
	readTiles = `SELECT idx, hashes FROM @_tile WHERE level = $1 AND idx >= $2 AND idx < $3`
	// Tiles beyond what size entries have; $1 may be older than the head. Level by level, so that the tiles that belong
	// there are not read: a million entries have 32 MiB of them.
	readSuperfluous = `SELECT t.level, t.idx FROM @_tile t WHERE t.level < 0
UNION ALL SELECT t.level, t.idx FROM @_tile t WHERE t.level > 7
UNION ALL SELECT t.level, t.idx FROM (VALUES (0), (1), (2), (3), (4), (5), (6), (7)) AS l JOIN @_tile t ON t.level = l.column1 AND t.idx < 0
UNION ALL SELECT t.level, t.idx FROM @_tile t
WHERE t.level = 0 AND t.idx >= $1 / 256 AND t.idx >= COALESCE((SELECT size FROM @_log WHERE id = 1), 0) / 256
UNION ALL SELECT t.level, t.idx FROM (VALUES (1), (2), (3), (4), (5), (6), (7)) AS l JOIN @_tile t ON t.level = l.column1
AND t.idx >= (($1 >> (8 * l.column1)) + 255) / 256 AND t.idx >= ((COALESCE((SELECT size FROM @_log WHERE id = 1), 0) >> (8 * l.column1)) + 255) / 256
ORDER BY 1, 2`
	readHashes = `SELECT hash FROM @_leaf WHERE seq >= $1 AND seq < $2 ORDER BY seq`
	readLeaves = `SELECT seq, leaf, hash FROM @_leaf WHERE seq >= $1 AND seq < $2 ORDER BY seq`
	// Rows beyond the head, as one look sees both: another process may be appending.
	readBeyond = `SELECT seq, leaf, hash FROM @_leaf WHERE seq >= $1 AND seq >= COALESCE((SELECT size FROM @_log WHERE id = 1), 0) AND seq < $2 ORDER BY seq`
	newestLeaf = `SELECT COALESCE(MAX(seq), -1) FROM @_leaf`
	readSealed = `SELECT seq, key, sd FROM @_sealed WHERE seq >= $1 AND seq < $2 ORDER BY seq LIMIT 1024`

	dropLeaves = `DELETE FROM @_leaf WHERE seq >= $1 AND seq < $2`
	dropSealed = `DELETE FROM @_sealed WHERE seq >= $1 AND seq < $2`
)
