package ledgertest

import (
	"bytes"
	"strconv"
	"strings"
)

// What follows alters the tables that every log has.

// Leaves are the rows of @_leaf: what is old is read again by --full only, what is new always, and the hashes beside the
// entries at the right edge are its tile.
func Leaves() []Mutation {
	return []Mutation{
		{"leaf: one bit", "@_leaf.leaf", Alter("@_leaf.leaf", "seq = {q1}", Flip(0)), "default:V10", Same, "full:V10", "{q1}", ""},
		{"leaf: one bit, second tile", "@_leaf.leaf", Alter("@_leaf.leaf", "seq = {q2b}", Flip(0)), "default:V10", Same, Same, "{q2b}", ""},
		{"leaf: one bit, last tile", "@_leaf.leaf", Alter("@_leaf.leaf", "seq = {q3}", Flip(0)), "default:V10", Same, Same, "{q3}", ""},
		{"leaf: cut", "@_leaf.leaf", Alter("@_leaf.leaf", "seq = {o1}", Cut(1)), "default:V10", Same, "full:V10", "{o1}", ""},
		{"leaf: empty", "@_leaf.leaf", By("UPDATE @_leaf SET leaf = x'' WHERE seq = {l1}"), "default:V10", Same, "full:V10", "{l1}", ""},
		{"leaf: the change of key", "@_leaf.leaf", Alter("@_leaf.leaf", "seq = {rot}", Flip(0)), "quick:V10", Same, Same, "{rot}", ""},
		{"leaf: two swapped", "@_leaf.leaf", Swap("@_leaf.leaf", "seq = {q1}", "seq = {q1b}"), "default:V10,V10", Same, "full:V10,V10", "{q1b}", ""},
		{"leaf: two swapped with their hashes", "@_leaf.leaf", Swap("@_leaf.leaf,hash", "seq = {q1}", "seq = {q2b}"), "default:V10,V10", Same, "default:V10 full:V10,V10", "{q2b}", ""},
		{"leaf: altered with its hash", "@_leaf.hash", Rehashed("{q1}"), "default:V10", Same, "full:V10", "{q1}", ""},
		{"leaf: altered with its hash, last tile", "@_leaf.hash", Rehashed("{q3}"), "quick:V24", Same, Same, "", ""},
		{"hash: one bit", "@_leaf.hash", Alter("@_leaf.hash", "seq = {q1}", Flip(0)), "default:V10", Same, "full:V10", "{q1}", ""},
		{"hash: one bit, last tile", "@_leaf.hash", Alter("@_leaf.hash", "seq = {q3}", Flip(0)), "quick:V24 default:V10", Same, Same, "{q3}", ""},
		{"hash: cut", "@_leaf.hash", Alter("@_leaf.hash", "seq = {q1}", Cut(1)), "default:V10", Same, "full:V10", "{q1}", ""},
		{"hash: cut, last tile", "@_leaf.hash", Alter("@_leaf.hash", "seq = {q3}", Cut(1)), "quick:V22 default:V10", Same, Same, "{q3}", ""},
		{"hash: two swapped", "@_leaf.hash", Swap("@_leaf.hash", "seq = {q1}", "seq = {q1b}"), "default:V10,V10", Same, "full:V10,V10", "{q1}", ""},
		{"seq: beyond the end", "@_leaf.seq", Alter("@_leaf.seq", "seq = {q1}", Flip(20)), "default:V11,V12", Same, "default:V12 full:V11,V12", "", ""},
		{"seq: below the beginning", "@_leaf.seq", Alter("@_leaf.seq", "seq = {q1}", Flip(63)), "default:V12,V11", Same, "default:V12 full:V12,V11", "", ""},
		{"seq: two swapped", "@_leaf.seq", Swap("@_leaf.seq", "seq = {q1}", "seq = {q1b}"), "default:V10,V10", Same, "full:V10,V10", "{q1}", ""},
		{"leaf: deleted", "", By("DELETE FROM @_leaf WHERE seq = {q1}"), "default:V11", Same, "full:V11", "{q1}", ""},
		{"leaf: one without disclosures deleted", "", By("DELETE FROM @_leaf WHERE seq = {o1}"), "default:V11", Same, "full:V11", "{o1}", ""},
		{"leaf: the change of key deleted", "", By("DELETE FROM @_leaf WHERE seq = {rot}"), "quick:V11", Same, Same, "{rot}", ""},
		{"leaf: a tile's all deleted", "", By("DELETE FROM @_leaf WHERE seq < 256"), "default:V11", Same, "full:V11", "0", ""},
		{"leaf: the last deleted", "", By("DELETE FROM @_leaf WHERE seq = 699"), "quick:V23 default:V11", Same, Same, "699", "!ledger_damaged/6"},
		{"leaf: one more", "", By("INSERT INTO @_leaf SELECT 700, leaf, hash FROM @_leaf WHERE seq = {q1}"), "default:V12", Same, Same, "700", "!ledger_damaged/6"},
		{"leaf: one before all", "", By("INSERT INTO @_leaf SELECT -1, leaf, hash FROM @_leaf WHERE seq = {q1}"), "default:V12", Same, Same, "-1", "logged"},
	}
}

// Changed makes another entry of one, as good as it.
func (k *Kind) Changed(leaf []byte) []byte {
	return bytes.Replace(leaf, []byte(k.Change[0]), []byte(k.Change[1]), 1)
}

// Rehashed alters an entry and puts the hash of what it is now beside it.
func Rehashed(seq string) func(*World, *Place) {
	return func(w *World, p *Place) {
		seq := w.Names.Replace(seq)
		leaf := p.Changed(Value[[]byte](p, "SELECT leaf FROM @_leaf WHERE seq = "+seq))
		h := LeafHash(leaf)
		p.Exec("UPDATE @_leaf SET leaf = $1, hash = $2 WHERE seq = "+seq, leaf, h[:])
	}
}

// Climb alters an entry with its hash and the tiles of as many levels above it, each as it follows from the one below.
func Climb(at string, levels int) func(*World, *Place) {
	return func(w *World, p *Place) {
		Rehashed(at)(w, p)
		seq, err := strconv.ParseInt(w.Names.Replace(at), 10, 64)
		Must(p.T, err)
		h := LeafHash(Value[[]byte](p, "SELECT leaf FROM @_leaf WHERE seq = $1", seq))
		index := seq
		for level := range levels {
			at := index % 256
			index /= 256
			tile := bytes.Clone(Value[[]byte](p, "SELECT hashes FROM @_tile WHERE level = $1 AND idx = $2", level, index))
			copy(tile[32*at:], h[:])
			p.Exec("UPDATE @_tile SET hashes = $1 WHERE level = $2 AND idx = $3", tile, level, index)
			if len(tile) == 256*32 {
				h = Fold(tile)
			}
		}
	}
}

// Tiles are the rows of @_tile.
func Tiles() []Mutation {
	return []Mutation{
		{"tile: one bit", "@_tile.hashes", Alter("@_tile.hashes", "level = 0 AND idx = 0", Flip(0)), "default:V21", Same, "full:V21", "", ""},
		{"tile: one bit, on the way to what was seen", "@_tile.hashes", Alter("@_tile.hashes", "level = 0 AND idx = 1", Flip(0)), "quick:V21", Same, Same, "", ""},
		{"tile: one bit, above", "@_tile.hashes", Alter("@_tile.hashes", "level = 1", Flip(0)), "quick:V24 default:V21", Same, Same, "", ""},
		{"tile: a byte cut", "@_tile.hashes", Alter("@_tile.hashes", "level = 0 AND idx = 0", Cut(1)), "default:V22", Same, "full:V22", "", ""},
		{"tile: a hash cut", "@_tile.hashes", Alter("@_tile.hashes", "level = 0 AND idx = 0", Cut(32)), "default:V23", Same, "full:V23", "", ""},
		{"tile: a hash cut, above", "@_tile.hashes", Alter("@_tile.hashes", "level = 1", Cut(32)), "quick:V23", Same, Same, "", ""},
		{"tile: a byte more", "@_tile.hashes", By("UPDATE @_tile SET hashes = CAST(hashes || x'00' AS BLOB) WHERE level = 0 AND idx = 0"), "default:V22", Same, "full:V22", "", ""},
		{"tile: a hash more, above", "@_tile.hashes", By("UPDATE @_tile SET hashes = CAST(hashes || substr(hashes, 1, 32) AS BLOB) WHERE level = 1"), "quick:V22", Same, Same, "", ""},
		{"tile: with an entry and its hash", "@_tile.hashes", Climb("{q1}", 1), "default:V21", Same, "full:V21", "", ""},
		{"tile: with an entry, its hash and the tile above", "@_tile.hashes", Climb("{q1}", 2), "quick:V24", Same, Same, "", ""},
		{"tile: two swapped", "@_tile.hashes", Swap("@_tile.hashes", "level = 0 AND idx = 0", "level = 0 AND idx = 1"), "quick:V21 default:V21,V21", Same, "quick:V21 full:V21,V21", "", ""},
		{"tile: another level", "@_tile.level", By("UPDATE @_tile SET level = 4 WHERE level = 0 AND idx = 0"), "default:V20,V23", Same, "default:V23 full:V20,V23", "", ""},
		{"tile: another place", "@_tile.idx", By("UPDATE @_tile SET idx = 900 WHERE level = 0 AND idx = 0"), "default:V20,V23", Same, "default:V23 full:V20,V23", "", ""},
		{"tile: places swapped", "@_tile.idx", Swap("@_tile.idx", "level = 0 AND idx = 0", "level = 0 AND idx = 1"), "quick:V21 default:V21,V21", Same, "quick:V21 full:V21,V21", "", ""},
		{"tile: deleted", "", By("DELETE FROM @_tile WHERE level = 0 AND idx = 0"), "default:V20", Same, "full:V20", "", ""},
		{"tile: deleted, above", "", By("DELETE FROM @_tile WHERE level = 1"), "quick:V20", Same, Same, "", ""},
		{"tile: all deleted", "", By("DELETE FROM @_tile"), "quick:V20,V20 default:V20,V20,V20", Same, "quick:V20,V20 full:V20,V20,V20", "", "!ledger_damaged/6"},
		{"tile: one more, of a size to come", "", By("INSERT INTO @_tile SELECT 0, 2, hashes FROM @_tile WHERE level = 0 AND idx = 0"), "default:V23", Same, Same, "", ""},
		{"tile: one more, of no size", "", By("INSERT INTO @_tile SELECT 2, 0, hashes FROM @_tile WHERE level = 1"), "default:V23", Same, Same, "", ""},
		{"tile: one before all", "", By("INSERT INTO @_tile SELECT 0, -1, hashes FROM @_tile WHERE level = 0 AND idx = 0"), "default:V23", Same, Same, "", ""},
	}
}

// Heads are the columns of @_log and the table of key changes: they repeat what checkpoint and entries say.
func Heads() []Mutation {
	return []Mutation{
		{"head: deleted", "", By("DELETE FROM @_log"), "quick:V01", Same, Same, "", ""},
		{"head: under another number", "@_log.id", By("UPDATE @_log SET id = 2"), "quick:V01", Same, Same, "", ""},
		{"head: a second one", "", By("INSERT INTO @_log SELECT 2, origin, vkey, size, pruned, note FROM @_log"), "deep:V55", Same, Same, "", ""},
		{"head: origin", "@_log.origin", Alter("@_log.origin", "id = 1", Flip(0)), "quick:V55", Same, Same, "", "!ledger_damaged/6"},
		{"head: vkey", "@_log.vkey", Alter("@_log.vkey", "id = 1", Flip(0)), "quick:V04", "quick:V55", "quick:V55", "", "!ledger_damaged/6"},
		{"head: the old vkey", "@_log.vkey", func(w *World, p *Place) { p.Exec("UPDATE @_log SET vkey = $1", w.Earlier.Vkey) }, "quick:V55", Same, Same, "", "!ledger_damaged/6"},
		{"head: size, more", "@_log.size", By("UPDATE @_log SET size = 701"), "quick:V55", Same, Same, "", "!ledger_damaged/6"},
		{"head: size, less", "@_log.size", By("UPDATE @_log SET size = 699"), "quick:V55", Same, Same, "", "!ledger_damaged/6"},
		{"head: size, one bit", "@_log.size", Alter("@_log.size", "id = 1", Flip(40)), "quick:V55", Same, Same, "", "!ledger_damaged/6"},
		{"head: note, another root", "@_log.note", Alter("@_log.note", "id = 1", func(v any) any { return OtherRoot(v.([]byte)) }), "quick:V03", Same, Same, "", "!ledger_damaged/6"},
		{"head: note, cut", "@_log.note", Alter("@_log.note", "id = 1", Cut(1)), "quick:V02", Same, Same, "", "!ledger_damaged/6"},
		{"head: note, empty", "@_log.note", By("UPDATE @_log SET note = x''"), "quick:V01", Same, Same, "", "!ledger_damaged/6"},
		{"head: note of an earlier size", "@_log.note", func(w *World, p *Place) {
			p.Exec("UPDATE @_log SET note = $1", Value[[]byte](w.Older.Copy(p.T), "SELECT note FROM @_log"))
		}, "quick:V55", "quick:V26,V55", "quick:V55", "", "!ledger_damaged/6"},
		{"head: pruned, within a tile", "@_log.pruned", By("UPDATE @_log SET pruned = 2"), "quick:V60", Same, Same, "", ""},
		{"head: pruned, a tile", "@_log.pruned", By("UPDATE @_log SET pruned = 256"), "quick:V60", Same, Same, "", ""},
		{"head: pruned, more than there is", "@_log.pruned", Alter("@_log.pruned", "id = 1", Flip(40)), "quick:V55", Same, Same, "", ""},
		{"head: pruned, below zero", "@_log.pruned", Alter("@_log.pruned", "id = 1", Flip(63)), "quick:V55", Same, Same, "", ""},
		{"mark: deleted", "", By("DELETE FROM @_mark"), "default:V55", Same, "quick:V04 default:V55", "{rot}", ""},
		{"mark: of another entry", "@_mark.seq", By("UPDATE @_mark SET seq = {q1}"), "quick:V55 default:V55,V55", Same, "quick:V04,V55 default:V55,V55", "{rot}", ""},
		{"mark: beyond the end", "@_mark.seq", Alter("@_mark.seq", "seq = {rot}", Flip(20)), "quick:V55 default:V55,V55", Same, "quick:V04,V55 default:V55,V55", "{rot}", ""},
		{"mark: one more", "", By("INSERT INTO @_mark VALUES ({q1})"), "quick:V55", Same, Same, "{q1}", ""},
		{"mark: one more, of no entry", "", By("INSERT INTO @_mark VALUES (5000)"), "quick:V55", Same, Same, "", ""},
	}
}

// Schemas are the objects of the store: what it promises to itself. The triggers are only a hindrance for honest hands.
// index is one of the log's.
func Schemas(index string) []Mutation {
	unguarded := func(keep func(p *Place, text string) (string, bool)) func(*World, *Place) {
		return func(_ *World, p *Place) {
			p.Raw()
			var kept []trigger
			for _, t := range p.triggers {
				if text, ok := keep(p, t.text); ok {
					kept = append(kept, trigger{t.db, text})
				}
			}
			p.triggers = kept
		}
	}
	does := func(text string) func(*World, *Place) {
		return func(_ *World, p *Place) {
			db, _ := p.Raw()
			_, err := db.ExecContext(p.T.Context(), p.named(text))
			Must(p.T, err)
		}
	}
	return []Mutation{
		{"schema: a trigger dropped", "", unguarded(func(p *Place, text string) (string, bool) {
			return text, !strings.Contains(text, p.named("@_leaf_kept"))
		}), "deep:V55", Same, Same, "", "logged"},
		{"schema: a trigger that does nothing", "", unguarded(func(p *Place, text string) (string, bool) {
			return strings.Replace(text, p.named("BEFORE UPDATE ON @_leaf BEGIN"), p.named("BEFORE UPDATE ON @_leaf WHEN 0 BEGIN"), 1), true
		}), "deep:V55", Same, Same, "", "logged"},
		{"schema: an index dropped", "", does("DROP INDEX " + index), "deep:V55", Same, Same, "", "logged"},
		{"schema: a table more", "", does("CREATE TABLE @_more (x)"), "deep:V55", Same, Same, "", "logged"},
	}
}

// Seals are the rows of @_sealed. key is one more bit of the number of a data key, such that there is none of that number.
func Seals(key int) []Mutation {
	return []Mutation{
		{"seal: one bit", "@_sealed.sd", Alter("@_sealed.sd", "seq = {q1}", Flip(0)), "deep:V39", Same, Same, "{q1}", ""},
		{"seal: of another kind, one bit", "@_sealed.sd", Alter("@_sealed.sd", "seq = {l3}", Flip(0)), "deep:V39", Same, Same, "{l3}", ""},
		{"seal: cut", "@_sealed.sd", Alter("@_sealed.sd", "seq = {q1}", Cut(1)), "deep:V39", Same, Same, "{q1}", ""},
		{"seal: empty", "@_sealed.sd", By("UPDATE @_sealed SET sd = x'' WHERE seq = {q1}"), "deep:V39", Same, Same, "{q1}", ""},
		{"seal: two swapped", "@_sealed.sd", Swap("@_sealed.sd", "seq = {q1}", "seq = {q1b}"), "deep:V39,V39", Same, Same, "{q1}", ""},
		{"seal: two exchanged with their keys", "@_sealed.sd", Swap("@_sealed.sd,key", "seq = {q1}", "seq = {q3}"), "deep:V39,V39", Same, Same, "{q3}", ""},
		{"seal: under another key", "@_sealed.key", By("UPDATE @_sealed SET key = (SELECT key FROM @_sealed WHERE seq = {q3}) WHERE seq = {q1}"), "deep:V39", Same, Same, "{q1}", ""},
		{"seal: under a key that there is not", "@_sealed.key", Alter("@_sealed.key", "seq = {q1}", Flip(key)), "deep:V36", Same, Same, "{q1}", ""},
		{"seal: numbers swapped", "@_sealed.seq", Swap("@_sealed.seq", "seq = {q1}", "seq = {q1b}"), "deep:V39,V39", Same, Same, "{q1}", ""},
		{"seal: of an entry that has none", "@_sealed.seq", By("UPDATE @_sealed SET seq = {o1} WHERE seq = {q1}"), "deep:V35,V39", Same, Same, "{o1}", ""},
		{"seal: beyond the end", "@_sealed.seq", Alter("@_sealed.seq", "seq = {q1}", Flip(20)), "deep:V35,V34", Same, Same, "{q1}", ""},
		{"seal: before all", "@_sealed.seq", Alter("@_sealed.seq", "seq = {q1}", Flip(63)), "deep:V34,V35", Same, Same, "{q1}", ""},
		{"seal: deleted", "", By("DELETE FROM @_sealed WHERE seq = {q1}"), "deep:V35", Same, Same, "{q1}", ""},
		{"seal: one more", "", By("INSERT INTO @_sealed SELECT {o1}, key, sd FROM @_sealed WHERE seq = {q1}"), "deep:V39", Same, Same, "{o1}", ""},
	}
}

// SigningKeys are the rows of ring_signing_key.
func SigningKeys() []Mutation {
	newest := func(change func(any) any, column string) func(*World, *Place) {
		return Alter("ring_signing_key."+column, "rowid = 2", change)
	}
	return []Mutation{
		{"signing key: one bit", "ring_signing_key.wrapped", newest(Flip(0), "wrapped"), "deep:V39", Same, Same, "", "!seal_damaged/6"},
		{"signing key: cut", "ring_signing_key.wrapped", newest(Cut(1), "wrapped"), "deep:V39", Same, Same, "", "!seal_damaged/6"},
		{"signing key: two swapped", "ring_signing_key.wrapped", Swap("ring_signing_key.wrapped", "rowid = 1", "rowid = 2"), "deep:V39", Same, Same, "", "!seal_damaged/6"},
		{"signing key: of another log", "ring_signing_key.log", newest(Flip(0), "log"), "deep:V39", Same, Same, "", "!seal_damaged/6"},
		{"signing key: of another name", "ring_signing_key.vkey", newest(Flip(0), "vkey"), "deep:V36", Same, Same, "", "!signing_key_missing/7"},
		{"signing key: deleted", "", By("DELETE FROM ring_signing_key WHERE rowid = 2"), "deep:V36", Same, Same, "", "!signing_key_missing/7"},
		{"signing key: the retired one deleted", "", By("DELETE FROM ring_signing_key WHERE rowid = 1"), "", Same, Same, "", "logged"},
	}
}
