package audit_test

import (
	"bytes"
	"strings"
)

// alter writes another value into the column of one row.
func alter(column, where string, change func(any) any) func(*world, *place) {
	return func(w *world, p *place) {
		table, name, _ := strings.Cut(column, ".")
		where := w.names.Replace(where)
		old := value[any](p, "SELECT "+name+" FROM "+table+" WHERE "+where)
		p.exec("UPDATE "+table+" SET "+name+" = $1 WHERE "+where, change(old))
	}
}

// flip changes one bit: of a number the given one, of a text or a blob one in the middle that leaves it text.
func flip(bit int) func(any) any {
	return func(v any) any {
		switch v := v.(type) {
		case int64:
			return v ^ 1<<bit
		case string:
			b := []byte(v)
			b[len(b)/2] ^= 1
			return string(b)
		case []byte:
			b := bytes.Clone(v)
			b[len(b)/2] ^= 1
			return b
		}
		return nil
	}
}

// otherRoot changes the third line of a checkpoint, its root, into another root.
func otherRoot(note []byte) []byte {
	b := bytes.Clone(note)
	at := bytes.IndexByte(b, '\n')
	at += 1 + bytes.IndexByte(b[at+1:], '\n') + 1
	b[at] = map[bool]byte{true: 'B', false: 'A'}[b[at] == 'A']
	return b
}

// cut takes n bytes off the end.
func cut(n int) func(any) any {
	return func(v any) any {
		switch v := v.(type) {
		case string:
			return v[:len(v)-n]
		case []byte:
			return bytes.Clone(v[:len(v)-n])
		}
		return nil
	}
}

// swap exchanges the values of columns, "table.a,b", between two rows.
func swap(columns, one, other string) func(*world, *place) {
	return func(w *world, p *place) {
		table, list, _ := strings.Cut(columns, ".")
		for name := range strings.SplitSeq(list, ",") {
			one, other := w.names.Replace(one), w.names.Replace(other)
			a := value[any](p, "SELECT "+name+" FROM "+table+" WHERE "+one)
			b := value[any](p, "SELECT "+name+" FROM "+table+" WHERE "+other)
			var away any = int64(-77)
			if _, number := a.(int64); !number {
				away = a // nothing but numbers must be unique here
			}
			p.exec("UPDATE "+table+" SET "+name+" = $1 WHERE "+one, away)
			p.exec("UPDATE "+table+" SET "+name+" = $1 WHERE "+other, a)
			if away == any(int64(-77)) {
				one = name + " = -77"
			}
			p.exec("UPDATE "+table+" SET "+name+" = $1 WHERE "+one, b)
		}
	}
}

// by runs statements; {q1} and the like stand for entries.
func by(text string) func(*world, *place) {
	return func(w *world, p *place) { p.exec(w.names.Replace(text)) }
}

// leaves are the rows of audit_leaf: what is old is read again by --full only, what is new always, and the hashes beside
// the entries at the right edge are its tile.
func leaves() []mutation {
	all := []mutation{
		{"leaf: one bit", "audit_leaf.leaf", alter("audit_leaf.leaf", "seq = {q1}", flip(0)), "default:V10", same, "full:V10", "{q1}", ""},
		{"leaf: one bit, second tile", "audit_leaf.leaf", alter("audit_leaf.leaf", "seq = {q2b}", flip(0)), "default:V10", same, same, "{q2b}", ""},
		{"leaf: one bit, last tile", "audit_leaf.leaf", alter("audit_leaf.leaf", "seq = {q3}", flip(0)), "default:V10", same, same, "{q3}", ""},
		{"leaf: cut", "audit_leaf.leaf", alter("audit_leaf.leaf", "seq = {o1}", cut(1)), "default:V10", same, "full:V10", "{o1}", ""},
		{"leaf: an outcome altered", "audit_leaf.leaf", by("UPDATE audit_leaf SET leaf = CAST(replace(CAST(leaf AS TEXT), '\"q\":', '\"q\":1') AS BLOB) WHERE seq = {o1}"), "default:V10", same, "full:V10", "{o1}", ""},
		{"leaf: empty", "audit_leaf.leaf", by("UPDATE audit_leaf SET leaf = x'' WHERE seq = {l1}"), "default:V10", same, "full:V10", "{l1}", ""},
		{"leaf: the change of key", "audit_leaf.leaf", alter("audit_leaf.leaf", "seq = {rot}", flip(0)), "quick:V10", same, same, "{rot}", ""},
		{"leaf: two swapped", "audit_leaf.leaf", swap("audit_leaf.leaf", "seq = {q1}", "seq = {q1b}"), "default:V10,V10", same, "full:V10,V10", "{q1b}", ""},
		{"leaf: two swapped with their hashes", "audit_leaf.leaf", swap("audit_leaf.leaf,hash", "seq = {q1}", "seq = {q2b}"), "default:V10,V10", same, "default:V10 full:V10,V10", "{q2b}", ""},
		{"leaf: altered with its hash", "audit_leaf.hash", rehashed("{q1}"), "default:V10", same, "full:V10", "{q1}", ""},
		{"leaf: altered with its hash, last tile", "audit_leaf.hash", rehashed("{q3}"), "quick:V24", same, same, "", ""},
		{"hash: one bit", "audit_leaf.hash", alter("audit_leaf.hash", "seq = {q1}", flip(0)), "default:V10", same, "full:V10", "{q1}", ""},
		{"hash: one bit, last tile", "audit_leaf.hash", alter("audit_leaf.hash", "seq = {q3}", flip(0)), "quick:V24 default:V10", same, same, "{q3}", ""},
		{"hash: cut", "audit_leaf.hash", alter("audit_leaf.hash", "seq = {q1}", cut(1)), "default:V10", same, "full:V10", "{q1}", ""},
		{"hash: cut, last tile", "audit_leaf.hash", alter("audit_leaf.hash", "seq = {q3}", cut(1)), "quick:V22 default:V10", same, same, "{q3}", ""},
		{"hash: two swapped", "audit_leaf.hash", swap("audit_leaf.hash", "seq = {q1}", "seq = {q1b}"), "default:V10,V10", same, "full:V10,V10", "{q1}", ""},
		{"seq: beyond the end", "audit_leaf.seq", alter("audit_leaf.seq", "seq = {q1}", flip(20)), "default:V11,V12", same, "default:V12 full:V11,V12", "", ""},
		{"seq: below the beginning", "audit_leaf.seq", alter("audit_leaf.seq", "seq = {q1}", flip(63)), "default:V12,V11", same, "default:V12 full:V12,V11", "", ""},
		{"seq: two swapped", "audit_leaf.seq", swap("audit_leaf.seq", "seq = {q1}", "seq = {q1b}"), "default:V10,V10", same, "full:V10,V10", "{q1}", ""},
		{"leaf: deleted", "", by("DELETE FROM audit_leaf WHERE seq = {q1}"), "default:V11", same, "full:V11", "{q1}", ""},
		{"leaf: an outcome deleted", "", by("DELETE FROM audit_leaf WHERE seq = {o1}"), "default:V11", same, "full:V11", "{o1}", ""},
		{"leaf: the change of key deleted", "", by("DELETE FROM audit_leaf WHERE seq = {rot}"), "quick:V11", same, same, "{rot}", ""},
		{"leaf: a tile's all deleted", "", by("DELETE FROM audit_leaf WHERE seq < 256"), "default:V11", same, "full:V11", "0", ""},
		{"leaf: the last deleted", "", by("DELETE FROM audit_leaf WHERE seq = 699"), "quick:V23 default:V11", same, same, "699", "!ledger_damaged/6"},
		{"leaf: one more", "", by("INSERT INTO audit_leaf SELECT 700, leaf, hash FROM audit_leaf WHERE seq = {q1}"), "default:V12", same, same, "700", "!ledger_damaged/6"},
		{"leaf: one before all", "", by("INSERT INTO audit_leaf SELECT -1, leaf, hash FROM audit_leaf WHERE seq = {q1}"), "default:V12", same, same, "-1", "logged"},
	}
	return all
}

// rehashed alters a query and puts the hash of what it is now beside it.
func rehashed(seq string) func(*world, *place) {
	return func(w *world, p *place) {
		seq := w.names.Replace(seq)
		leaf := bytes.Replace(value[[]byte](p, "SELECT leaf FROM audit_leaf WHERE seq = "+seq), []byte(`"pc-1"`), []byte(`"pc-7"`), 1)
		h := leafHash(leaf)
		p.exec("UPDATE audit_leaf SET leaf = $1, hash = $2 WHERE seq = "+seq, leaf, h[:])
	}
}

func tiles() []mutation {
	return []mutation{
		{"tile: one bit", "audit_tile.hashes", alter("audit_tile.hashes", "level = 0 AND idx = 0", flip(0)), "default:V21", same, "full:V21", "", ""},
		{"tile: one bit, on the way to what was seen", "audit_tile.hashes", alter("audit_tile.hashes", "level = 0 AND idx = 1", flip(0)), "quick:V21", same, same, "", ""},
		{"tile: one bit, above", "audit_tile.hashes", alter("audit_tile.hashes", "level = 1", flip(0)), "quick:V24 default:V21", same, same, "", ""},
		{"tile: a byte cut", "audit_tile.hashes", alter("audit_tile.hashes", "level = 0 AND idx = 0", cut(1)), "default:V22", same, "full:V22", "", ""},
		{"tile: a hash cut", "audit_tile.hashes", alter("audit_tile.hashes", "level = 0 AND idx = 0", cut(32)), "default:V23", same, "full:V23", "", ""},
		{"tile: a hash cut, above", "audit_tile.hashes", alter("audit_tile.hashes", "level = 1", cut(32)), "quick:V23", same, same, "", ""},
		{"tile: a byte more", "audit_tile.hashes", by("UPDATE audit_tile SET hashes = CAST(hashes || x'00' AS BLOB) WHERE level = 0 AND idx = 0"), "default:V22", same, "full:V22", "", ""},
		{"tile: a hash more, above", "audit_tile.hashes", by("UPDATE audit_tile SET hashes = CAST(hashes || substr(hashes, 1, 32) AS BLOB) WHERE level = 1"), "quick:V22", same, same, "", ""},
		{"tile: with an entry and its hash", "audit_tile.hashes", climb("{q1}", 1), "default:V21", same, "full:V21", "", ""},
		{"tile: with an entry, its hash and the tile above", "audit_tile.hashes", climb("{q1}", 2), "quick:V24", same, same, "", ""},
		{"tile: two swapped", "audit_tile.hashes", swap("audit_tile.hashes", "level = 0 AND idx = 0", "level = 0 AND idx = 1"), "quick:V21 default:V21,V21", same, "quick:V21 full:V21,V21", "", ""},
		{"tile: another level", "audit_tile.level", by("UPDATE audit_tile SET level = 4 WHERE level = 0 AND idx = 0"), "default:V20,V23", same, "default:V23 full:V20,V23", "", ""},
		{"tile: another place", "audit_tile.idx", by("UPDATE audit_tile SET idx = 900 WHERE level = 0 AND idx = 0"), "default:V20,V23", same, "default:V23 full:V20,V23", "", ""},
		{"tile: places swapped", "audit_tile.idx", swap("audit_tile.idx", "level = 0 AND idx = 0", "level = 0 AND idx = 1"), "quick:V21 default:V21,V21", same, "quick:V21 full:V21,V21", "", ""},
		{"tile: deleted", "", by("DELETE FROM audit_tile WHERE level = 0 AND idx = 0"), "default:V20", same, "full:V20", "", ""},
		{"tile: deleted, above", "", by("DELETE FROM audit_tile WHERE level = 1"), "quick:V20", same, same, "", ""},
		{"tile: all deleted", "", by("DELETE FROM audit_tile"), "quick:V20,V20 default:V20,V20,V20", same, "quick:V20,V20 full:V20,V20,V20", "", "!ledger_damaged/6"},
		{"tile: one more, of a size to come", "", by("INSERT INTO audit_tile SELECT 0, 2, hashes FROM audit_tile WHERE level = 0 AND idx = 0"), "default:V23", same, same, "", ""},
		{"tile: one more, of no size", "", by("INSERT INTO audit_tile SELECT 2, 0, hashes FROM audit_tile WHERE level = 1"), "default:V23", same, same, "", ""},
		{"tile: one before all", "", by("INSERT INTO audit_tile SELECT 0, -1, hashes FROM audit_tile WHERE level = 0 AND idx = 0"), "default:V23", same, same, "", ""},
	}
}

// heads are the columns of audit_log and the table of key changes: they repeat what checkpoint and entries say.
func heads() []mutation {
	return []mutation{
		{"head: deleted", "", by("DELETE FROM audit_log"), "quick:V01", same, same, "", ""},
		{"head: under another number", "audit_log.id", by("UPDATE audit_log SET id = 2"), "quick:V01", same, same, "", ""},
		{"head: a second one", "", by("INSERT INTO audit_log SELECT 2, origin, vkey, size, pruned, note FROM audit_log"), "deep:V55", same, same, "", ""},
		{"head: origin", "audit_log.origin", alter("audit_log.origin", "id = 1", flip(0)), "quick:V55", same, same, "", "!ledger_damaged/6"},
		{"head: vkey", "audit_log.vkey", alter("audit_log.vkey", "id = 1", flip(0)), "quick:V04", "quick:V55", "quick:V55", "", "!ledger_damaged/6"},
		{"head: the old vkey", "audit_log.vkey", func(w *world, p *place) { p.exec("UPDATE audit_log SET vkey = $1", w.earlier.Vkey) }, "quick:V55", same, same, "", "!ledger_damaged/6"},
		{"head: size, more", "audit_log.size", by("UPDATE audit_log SET size = 701"), "quick:V55", same, same, "", "!ledger_damaged/6"},
		{"head: size, less", "audit_log.size", by("UPDATE audit_log SET size = 699"), "quick:V55", same, same, "", "!ledger_damaged/6"},
		{"head: size, one bit", "audit_log.size", alter("audit_log.size", "id = 1", flip(40)), "quick:V55", same, same, "", "!ledger_damaged/6"},
		{"head: note, another root", "audit_log.note", alter("audit_log.note", "id = 1", func(v any) any { return otherRoot(v.([]byte)) }), "quick:V03", same, same, "", "!ledger_damaged/6"},
		{"head: note, cut", "audit_log.note", alter("audit_log.note", "id = 1", cut(1)), "quick:V02", same, same, "", "!ledger_damaged/6"},
		{"head: note, empty", "audit_log.note", by("UPDATE audit_log SET note = x''"), "quick:V01", same, same, "", "!ledger_damaged/6"},
		{"head: note of an earlier size", "audit_log.note", func(w *world, p *place) {
			p.exec("UPDATE audit_log SET note = $1", value[[]byte](w.older.copy(p.t), "SELECT note FROM audit_log"))
		}, "quick:V55", "quick:V26,V55", "quick:V55", "", "!ledger_damaged/6"},
		{"head: pruned, within a tile", "audit_log.pruned", by("UPDATE audit_log SET pruned = 2"), "quick:V60", same, same, "", ""},
		{"head: pruned, a tile", "audit_log.pruned", by("UPDATE audit_log SET pruned = 256"), "quick:V60", same, same, "", ""},
		{"head: pruned, more than there is", "audit_log.pruned", alter("audit_log.pruned", "id = 1", flip(40)), "quick:V55", same, same, "", ""},
		{"head: pruned, below zero", "audit_log.pruned", alter("audit_log.pruned", "id = 1", flip(63)), "quick:V55", same, same, "", ""},
		{"mark: deleted", "", by("DELETE FROM audit_mark"), "default:V55", same, "quick:V04 default:V55", "{rot}", ""},
		{"mark: of another entry", "audit_mark.seq", by("UPDATE audit_mark SET seq = {q1}"), "quick:V55 default:V55,V55", same, "quick:V04,V55 default:V55,V55", "{rot}", ""},
		{"mark: beyond the end", "audit_mark.seq", alter("audit_mark.seq", "seq = {rot}", flip(20)), "quick:V55 default:V55,V55", same, "quick:V04,V55 default:V55,V55", "{rot}", ""},
		{"mark: one more", "", by("INSERT INTO audit_mark VALUES ({q1})"), "quick:V55", same, same, "{q1}", ""},
		{"mark: one more, of no entry", "", by("INSERT INTO audit_mark VALUES (5000)"), "quick:V55", same, same, "", ""},
	}
}

// schemas are the objects of the store: what it promises to itself. The triggers are only a hindrance for honest hands.
func schemas() []mutation {
	unguarded := func(keep func(trigger) (string, bool)) func(*world, *place) {
		return func(_ *world, p *place) {
			p.raw()
			var kept []trigger
			for _, t := range p.triggers {
				if text, ok := keep(t); ok {
					kept = append(kept, trigger{t.db, text})
				}
			}
			p.triggers = kept
		}
	}
	return []mutation{
		{"schema: a trigger dropped", "", unguarded(func(t trigger) (string, bool) { return t.text, !strings.Contains(t.text, "audit_leaf_kept") }), "deep:V55", same, same, "", "logged"},
		{"schema: a trigger that does nothing", "", unguarded(func(t trigger) (string, bool) {
			return strings.Replace(t.text, "CREATE TRIGGER audit_leaf_fixed BEFORE UPDATE ON audit_leaf BEGIN", "CREATE TRIGGER audit_leaf_fixed BEFORE UPDATE ON audit_leaf WHEN 0 BEGIN", 1), true
		}), "deep:V55", same, same, "", "logged"},
		{"schema: an index dropped", "", func(_ *world, p *place) {
			db, _ := p.raw()
			_, err := db.Exec("DROP INDEX audit_query_time")
			must(p.t, err)
		}, "deep:V55", same, same, "", "logged"},
		{"schema: a table more", "", func(_ *world, p *place) {
			db, _ := p.raw()
			_, err := db.Exec("CREATE TABLE audit_more (x)")
			must(p.t, err)
		}, "deep:V55", same, same, "", "logged"},
	}
}

func seals() []mutation {
	return []mutation{
		{"seal: one bit", "audit_sealed.sd", alter("audit_sealed.sd", "seq = {q1}", flip(0)), "deep:V39", same, same, "{q1}", ""},
		{"seal: of a look, one bit", "audit_sealed.sd", alter("audit_sealed.sd", "seq = {l3}", flip(0)), "deep:V39", same, same, "{l3}", ""},
		{"seal: cut", "audit_sealed.sd", alter("audit_sealed.sd", "seq = {q1}", cut(1)), "deep:V39", same, same, "{q1}", ""},
		{"seal: empty", "audit_sealed.sd", by("UPDATE audit_sealed SET sd = x'' WHERE seq = {q1}"), "deep:V39", same, same, "{q1}", ""},
		{"seal: two swapped", "audit_sealed.sd", swap("audit_sealed.sd", "seq = {q1}", "seq = {q1b}"), "deep:V39,V39", same, same, "{q1}", ""},
		{"seal: two exchanged with their keys", "audit_sealed.sd", swap("audit_sealed.sd,key", "seq = {q1}", "seq = {q3}"), "deep:V39,V39", same, same, "{q3}", ""},
		{"seal: of another month", "audit_sealed.key", by("UPDATE audit_sealed SET key = (SELECT key FROM audit_sealed WHERE seq = {q3}) WHERE seq = {q1}"), "deep:V39", same, same, "{q1}", ""},
		{"seal: of a month that has no key", "audit_sealed.key", alter("audit_sealed.key", "seq = {q1}", flip(5)), "deep:V36", same, same, "{q1}", ""},
		{"seal: numbers swapped", "audit_sealed.seq", swap("audit_sealed.seq", "seq = {q1}", "seq = {q1b}"), "deep:V39,V39", same, same, "{q1}", ""},
		{"seal: of an entry that has none", "audit_sealed.seq", by("UPDATE audit_sealed SET seq = {o1} WHERE seq = {q1}"), "deep:V35,V39", same, same, "{o1}", ""},
		{"seal: beyond the end", "audit_sealed.seq", alter("audit_sealed.seq", "seq = {q1}", flip(20)), "deep:V35,V34", same, same, "{q1}", ""},
		{"seal: before all", "audit_sealed.seq", alter("audit_sealed.seq", "seq = {q1}", flip(63)), "deep:V34,V35", same, same, "{q1}", ""},
		{"seal: deleted", "", by("DELETE FROM audit_sealed WHERE seq = {q1}"), "deep:V35", same, same, "{q1}", ""},
		{"seal: one more", "", by("INSERT INTO audit_sealed SELECT {o1}, key, sd FROM audit_sealed WHERE seq = {q1}"), "deep:V39", same, same, "{o1}", ""},
	}
}

// rows are the tables that help to find entries: they agree with what the entries say.
func rows() []mutation {
	return []mutation{
		{"query: time", "audit_query.time_ms", alter("audit_query.time_ms", "seq = {q1}", flip(0)), "deep:V55", same, same, "{q1}", ""},
		{"query: method", "audit_query.method", by("UPDATE audit_query SET method = 'ParametreGonderimi' WHERE seq = {q1}"), "deep:V55", same, same, "{q1}", ""},
		{"query: method, cut", "audit_query.method", alter("audit_query.method", "seq = {q3}", cut(1)), "deep:V55", same, same, "{q3}", ""},
		{"query: process", "audit_query.process", alter("audit_query.process", "seq = {q1}", flip(0)), "deep:V55", same, same, "{q1}", ""},
		{"query: user tag, one bit", "audit_query.user_tag", alter("audit_query.user_tag", "seq = {q1}", flip(0)), "deep:V55", same, same, "{q1}", ""},
		{"query: user tag, cut", "audit_query.user_tag", alter("audit_query.user_tag", "seq = {q1}", cut(1)), "deep:V55", same, same, "{q1}", ""},
		{"query: user tags swapped", "audit_query.user_tag", swap("audit_query.user_tag", "seq = {q1}", "seq = {q2}"), "deep:V55,V55", same, same, "{q1}", ""},
		{"query: tag, one bit", "audit_query.tag", alter("audit_query.tag", "seq = {q1}", flip(0)), "deep:V55", same, same, "{q1}", ""},
		{"query: tag gone", "audit_query.tag", by("UPDATE audit_query SET tag = NULL WHERE seq = {q1}"), "deep:V55", same, same, "{q1}", ""},
		{"query: tags swapped", "audit_query.tag", swap("audit_query.tag", "seq = {q1}", "seq = {q1b}"), "deep:V55,V55", same, same, "{q1b}", ""},
		{"query: a tag for one without a number", "audit_query.tag", by("UPDATE audit_query SET tag = user_tag WHERE seq = (SELECT MIN(seq) FROM audit_query WHERE tag IS NULL)"), "deep:V55", same, same, "", ""},
		{"query: numbers swapped", "audit_query.seq", swap("audit_query.seq", "seq = {q1}", "seq = {q1b}"), "deep:V55,V55", same, same, "{q1}", ""},
		{"query: of an entry that is none", "audit_query.seq", by("UPDATE audit_query SET seq = {l1} WHERE seq = {q1}"), "deep:V55,V55", same, same, "{q1}", ""},
		{"query: beyond the end", "audit_query.seq", alter("audit_query.seq", "seq = {q1}", flip(20)), "deep:V55,V55", same, same, "{q1}", ""},
		{"query: before all", "audit_query.seq", alter("audit_query.seq", "seq = {q1}", flip(63)), "deep:V55,V55", same, same, "{q1}", ""},
		{"query: row deleted", "", by("DELETE FROM audit_query WHERE seq = {q1}"), "deep:V55", same, same, "{q1}", ""},
		{"query: one more", "", by("INSERT INTO audit_query SELECT {o1}, time_ms, method, process, user_tag, tag FROM audit_query WHERE seq = {q1}"), "deep:V55", same, same, "{o1}", ""},
		{"query: one more, beyond the end", "", by("INSERT INTO audit_query SELECT 700, time_ms, method, process, user_tag, tag FROM audit_query WHERE seq = {q1}"), "deep:V55", same, same, "700", "!ledger_damaged/6"},
		{"outcome: code", "audit_outcome.outcome", by("UPDATE audit_outcome SET outcome = 'refused' WHERE query_seq = {q1}"), "deep:V55", same, same, "{o1}", ""},
		{"outcome: code, cut", "audit_outcome.outcome", alter("audit_outcome.outcome", "query_seq = {q3}", cut(1)), "deep:V55", same, same, "{o3}", ""},
		{"outcome: entry", "audit_outcome.seq", alter("audit_outcome.seq", "query_seq = {q1}", flip(3)), "deep:V55", same, same, "{o1}", ""},
		{"outcome: entries swapped", "audit_outcome.seq", swap("audit_outcome.seq", "query_seq = {q1}", "query_seq = {q1b}"), "deep:V55,V55", same, same, "{o1}", ""},
		{"outcome: of another query", "audit_outcome.query_seq", by("UPDATE audit_outcome SET query_seq = {open} WHERE query_seq = {q1}"), "deep:V55,V55", same, same, "{o1}", ""},
		{"outcome: queries swapped", "audit_outcome.query_seq", swap("audit_outcome.query_seq", "query_seq = {q1}", "query_seq = {q1b}"), "deep:V55,V55", same, same, "{o1}", ""},
		{"outcome: of a query beyond the end", "audit_outcome.query_seq", alter("audit_outcome.query_seq", "query_seq = {q1}", flip(20)), "deep:V55,V55", same, same, "{o1}", ""},
		{"outcome: row deleted", "", by("DELETE FROM audit_outcome WHERE query_seq = {q1}"), "deep:V55", same, same, "{o1}", ""},
		{"outcome: of the query that is open", "", by("INSERT INTO audit_outcome VALUES ({open}, {o3}, 'ok')"), "deep:V55", same, same, "{open}", ""},
		{"outcome: one before all", "", by("INSERT INTO audit_outcome VALUES (-3, {o3}, 'ok')"), "deep:V55", same, same, "-3", ""},
		{"look: another entry", "audit_look.seq", by("UPDATE audit_look SET seq = {q1} WHERE seq = {l1}"), "deep:V55,V55", same, same, "{l1}", ""},
		{"look: beyond the end", "audit_look.seq", alter("audit_look.seq", "seq = {l1}", flip(20)), "deep:V55,V55", same, same, "{l1}", ""},
		{"look: row deleted", "", by("DELETE FROM audit_look WHERE seq = {l1}"), "deep:V55", same, same, "{l1}", ""},
		{"look: one more", "", by("INSERT INTO audit_look VALUES ({o1})"), "deep:V55", same, same, "{o1}", ""},
		{"look: one more, before all", "", by("INSERT INTO audit_look VALUES (-9)"), "deep:V55", same, same, "-9", ""},
		{"settled: above an open query", "audit_settled.below", by("UPDATE audit_settled SET below = {open} + 1"), "deep:V55", same, same, "{open}", ""},
		{"settled: beyond the end", "audit_settled.below", alter("audit_settled.below", "id = 1", flip(40)), "deep:V55", same, same, "", ""},
		{"settled: lower, which only makes work", "audit_settled.below", by("UPDATE audit_settled SET below = 5"), "", same, same, "", "logged"},
		{"settled: under another number", "audit_settled.id", by("UPDATE audit_settled SET id = 2"), "deep:V55", same, same, "", ""},
		{"settled: deleted", "", by("DELETE FROM audit_settled"), "deep:V55", same, same, "", ""},
		{"key: one bit", "audit_key.tag", alter("audit_key.tag", "id = 1", flip(0)), "deep:!master_key_other/7", same, same, "", "!master_key_other/7"},
		{"key: cut", "audit_key.tag", alter("audit_key.tag", "id = 1", cut(1)), "deep:!master_key_other/7", same, same, "", "!master_key_other/7"},
		{"key: under another number", "audit_key.id", by("UPDATE audit_key SET id = 2"), "deep:V55", same, same, "", ""},
		{"key: deleted", "", by("DELETE FROM audit_key"), "deep:V55", same, same, "", ""},
	}
}

// rings are the rows of the key store. October's key is in use for old entries only, November's for the next one too. A
// damaged key is one finding for all that it should open.
func rings() []mutation {
	const october, november = "id = 202610", "id = 202611"
	return []mutation{
		{"data key: one bit", "ring_data_key.wrapped", alter("ring_data_key.wrapped", october, flip(0)), "deep:V39", same, same, "", "logged"},
		{"data key: cut", "ring_data_key.wrapped", alter("ring_data_key.wrapped", november, cut(1)), "deep:V39", same, same, "", "!seal_damaged/6"},
		{"data key: destroyed", "ring_data_key.wrapped", by("UPDATE ring_data_key SET wrapped = zeroblob(length(wrapped)) WHERE " + november), "deep:V36", same, same, "", "!data_key_destroyed/7"},
		{"data key: two swapped", "ring_data_key.wrapped", swap("ring_data_key.wrapped", october, november), "deep:V39,V39", same, same, "", "!seal_damaged/6"},
		{"data key: of another log", "ring_data_key.log", by("UPDATE ring_data_key SET log = 'consent' WHERE " + october), "deep:V36", same, same, "", "logged"},
		{"data key: of another month", "ring_data_key.id", alter("ring_data_key.id", october, flip(4)), "deep:V36", same, same, "", "logged"},
		{"data key: deleted", "", by("DELETE FROM ring_data_key WHERE " + october), "deep:V36", same, same, "", "logged"},
		{"data key: one more, of a month to come", "", by("INSERT INTO ring_data_key VALUES ('audit', 203001, x'00')"), "", same, same, "", "logged"},
		{"data key: all deleted", "", by("DELETE FROM ring_data_key"), "deep:V36,V36", same, same, "", ""},
		{"signing key: one bit", "ring_signing_key.wrapped", newest(flip(0), "wrapped"), "", same, same, "", "!seal_damaged/6"},
		{"signing key: cut", "ring_signing_key.wrapped", newest(cut(1), "wrapped"), "", same, same, "", "!seal_damaged/6"},
		{"signing key: two swapped", "ring_signing_key.wrapped", swap("ring_signing_key.wrapped", "rowid = 1", "rowid = 2"), "", same, same, "", "!seal_damaged/6"},
		{"signing key: of another log", "ring_signing_key.log", newest(flip(0), "log"), "", same, same, "", "!seal_damaged/6"},
		{"signing key: of another name", "ring_signing_key.vkey", newest(flip(0), "vkey"), "", same, same, "", "!signing_key_missing/7"},
		{"signing key: deleted", "", by("DELETE FROM ring_signing_key WHERE rowid = 2"), "", same, same, "", "!signing_key_missing/7"},
		{"signing key: the retired one deleted", "", by("DELETE FROM ring_signing_key WHERE rowid = 1"), "", same, same, "", "logged"},
	}
}

// newest alters the key that signs now.
func newest(change func(any) any, column string) func(*world, *place) {
	return alter("ring_signing_key."+column, "rowid = 2", change)
}
