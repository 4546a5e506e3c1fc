package audit_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"iskurctl/internal/audit"
	"iskurctl/internal/ledger"
	"iskurctl/internal/seal/ring"
	"iskurctl/internal/store"
)

// The insider has the files and knows the formats; some have the log's own keys as well. What the keys' owner alone
// changes nobody sees without a trust file, and with one everything that was there when it was made.

// hashes is a tree as tlog keeps it.
type hashes []tlog.Hash

func (h hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, at := range indexes {
		out[i] = h[at]
	}
	return out, nil
}

// rebuild makes hashes, tiles and checkpoint anew from the entries that are there, with the functions of tlog.
func (p *place) rebuild(origin string, signer note.Signer) {
	p.t.Helper()
	db, _ := p.raw()
	tx, err := db.Begin()
	must(p.t, err)
	defer func() { _ = tx.Rollback() }()
	rows, err := tx.Query("SELECT seq, leaf FROM audit_leaf ORDER BY seq")
	must(p.t, err)
	var tree hashes
	var leaves []tlog.Hash
	for rows.Next() {
		var seq int64
		var leaf []byte
		must(p.t, rows.Scan(&seq, &leaf))
		h := tlog.RecordHash(leaf)
		add, err := tlog.StoredHashesForRecordHash(seq, h, tree)
		must(p.t, err)
		tree, leaves = append(tree, add...), append(leaves, h)
	}
	must(p.t, errors.Join(rows.Err(), rows.Close()))
	exec := func(text string, args ...any) {
		_, err := tx.Exec(text, args...)
		must(p.t, err)
	}
	exec("DELETE FROM audit_tile")
	size := int64(len(leaves))
	for seq, h := range leaves {
		exec("UPDATE audit_leaf SET hash = $1 WHERE seq = $2", h[:], seq)
	}
	for level := 0; size>>(8*level) > 0; level++ {
		n := size >> (8 * level)
		for index := int64(0); index*256 < n; index++ {
			var tile []byte
			for i := index * 256; i < min(n, index*256+256); i++ {
				h := tree[tlog.StoredHashIndex(8*level, i)]
				tile = append(tile, h[:]...)
			}
			if level > 0 || len(tile) == 256*32 {
				exec("INSERT INTO audit_tile VALUES ($1, $2, $3)", level, index, tile)
			}
		}
	}
	root, err := tlog.TreeHash(size, tree)
	must(p.t, err)
	signed, err := ledger.SignCheckpoint(origin, size, root, signer)
	must(p.t, err)
	exec("UPDATE audit_log SET size = $1, note = $2", size, signed)
	must(p.t, tx.Commit())
}

const origin = "test/audit/1"

// own gives the key that signs the log now.
func (w *world) own(p *place) note.Signer { return p.signer(w.latest.Vkey) }

// stranger gives a key that nobody trusts, under the log's name.
func stranger(t testing.TB) (note.Signer, string) {
	t.Helper()
	secret, vkey, err := note.GenerateKey(rand.Reader, origin)
	must(t, err)
	s, err := note.NewSigner(secret)
	must(t, err)
	return s, vkey
}

// rewritten alters outcome at and everything that follows from it, signed by the log's own key or by a stranger's.
func rewritten(at string, foreign, named bool) func(*world, *place) {
	return func(w *world, p *place) {
		by(`UPDATE audit_leaf SET leaf = CAST(replace(CAST(leaf AS TEXT), '"ms":37', '"ms":38') AS BLOB) WHERE seq = `+at)(w, p)
		if !foreign {
			p.rebuild(origin, w.own(p))
			return
		}
		signer, vkey := stranger(p.t)
		p.rebuild(origin, signer)
		if named {
			p.exec("UPDATE audit_log SET vkey = $1", vkey)
		}
	}
}

// truncated cuts the log off at size and signs that, in all its tables.
func truncated(size int) func(*world, *place) {
	return func(w *world, p *place) {
		signer := w.own(p)
		db, _ := p.raw()
		for _, table := range []string{"leaf", "sealed", "query", "outcome", "look", "mark"} {
			_, err := db.Exec("DELETE FROM audit_"+table+" WHERE seq >= $1", size)
			must(p.t, err)
		}
		p.exec("UPDATE audit_settled SET below = MIN(below, 100)")
		p.rebuild(origin, signer)
	}
}

// replaced puts another copy of the store in the place of this one.
func replaced(other func(*world) *place) func(*world, *place) {
	return func(w *world, p *place) {
		from := other(w)
		copyFile(p.t, from.db(), p.db())
	}
}

// adds appends an entry with the log's own code and key, and rows with it.
func adds(leaf func(w *world) []byte, text string) func(*world, *place) {
	return func(w *world, p *place) {
		p.clock.tick()
		err := p.started().Ledger().Write(p.t.Context(), func(l *ledger.Writer) error {
			_, err := l.Append(leaf(w))
			if err == nil && text != "" {
				_, err = l.Tx.Exec(w.names.Replace(text))
			}
			return err
		})
		must(p.t, err)
	}
}

// line is an entry in the form it would be logged in after all others; {t} is its time.
func line(text string) func(*world) []byte {
	return func(w *world) []byte {
		at := w.clock.now().Add(90 * time.Minute)
		return []byte(strings.ReplaceAll(w.names.Replace(text), "{t}", ledger.Time(at)))
	}
}

// resealed seals other disclosures for an entry, under the right key and for the right place.
func resealed(at string, change func(sd, other []byte) []byte) func(*world, *place) {
	return func(w *world, p *place) {
		seq := value[int64](p, "SELECT seq FROM audit_sealed WHERE seq = "+w.names.Replace(at))
		id := value[int64](p, "SELECT key FROM audit_sealed WHERE seq = $1", seq)
		sealed := value[[]byte](p, "SELECT sd FROM audit_sealed WHERE seq = $1", seq)
		other := value[[]byte](p, w.names.Replace("SELECT sd FROM audit_sealed WHERE seq = {q1b}"))
		otherSeq := value[int64](p, w.names.Replace("SELECT seq FROM audit_sealed WHERE seq = {q1b}"))
		p.shut()
		st, err := store.Open(p.t.Context(), store.Options{Path: p.kdb(), Migrations: ring.Migrations})
		must(p.t, err)
		key, err := ring.Open(st, p.keys, rand.Reader).Find(p.t.Context(), audit.Name, id)
		must(p.t, err)
		must(p.t, st.Close())
		open := func(sealed []byte, seq int64) []byte {
			sd, err := key.Open(nil, sealed, audit.Name, seq)
			must(p.t, err)
			return sd
		}
		again, err := key.Seal(nil, rand.Reader, change(open(sealed, seq), open(other, otherSeq)), audit.Name, seq)
		must(p.t, err)
		p.exec("UPDATE audit_sealed SET sd = $1 WHERE seq = $2", again, seq)
	}
}

func pieces(sd []byte) [][]byte { return bytes.Split(sd, []byte("~")) }

// disposes takes entries away as the program does, but says of the newest that it is of time before.
func disposes(to int64, age time.Duration) func(*world, *place) {
	return func(_ *world, p *place) {
		p.clock.tick()
		must(p.t, p.started().Dispose(p.t.Context(), audit.Disposal{To: to, Newest: p.clock.now().Add(-age)}))
	}
}

// pruned disposes of what is due five years after the entry number 290 and a query then.
func pruned(w *world, p *place) {
	ctx := p.t.Context()
	at := value[[]byte](p, "SELECT leaf FROM audit_leaf WHERE seq = 290")
	var leaf ledger.Leaf
	must(p.t, ledger.ParseLeaf(at, &leaf))
	p.clock.t = time.UnixMilli(leaf.Millis).AddDate(5, 0, 0).Add(time.Minute)
	log := p.started()
	must(p.t, log.Refuse(ctx, ask(1)))
	due, err := log.DisposalDue(ctx, true)
	must(p.t, err)
	if due.From != 0 || due.To < 257 || due.To > 299 {
		p.t.Fatalf("due: %+v", due)
	}
	must(p.t, log.Dispose(ctx, due))
	must(p.t, p.close())
}

// restored prunes the log and then puts rows of the store as it was before back into it.
func restored(text string) func(*world, *place) {
	return func(w *world, p *place) {
		pruned(w, p)
		before := w.copy(p.t)
		db, _ := p.raw()
		_, err := db.Exec("ATTACH '" + before.db() + "' AS before")
		must(p.t, err)
		by(text)(w, p)
		_, err = db.Exec("DETACH before")
		must(p.t, err)
	}
}

// both does one after the other.
func both(list ...func(*world, *place)) func(*world, *place) {
	return func(w *world, p *place) {
		for _, do := range list {
			do(w, p)
		}
	}
}

// silently takes the first tile and its rows away and raises the mark, as a disposal would that says nothing of it.
const silently = `UPDATE audit_log SET pruned = 256; DELETE FROM audit_leaf WHERE seq < 256; DELETE FROM audit_sealed WHERE seq < 256;
DELETE FROM audit_query WHERE seq < 256; DELETE FROM audit_outcome WHERE seq < 256; DELETE FROM audit_look WHERE seq < 256`

func insiders() []mutation {
	headOf := func(from func(*world) *place) func(*world, *place) {
		return func(w *world, p *place) {
			o := from(w).copy(p.t)
			for _, c := range []string{"vkey", "size", "note"} {
				p.exec("UPDATE audit_log SET "+c+" = $1", value[any](o, "SELECT "+c+" FROM audit_log"))
			}
			p.exec("UPDATE audit_tile SET hashes = $1 WHERE level = 1", value[any](o, "SELECT hashes FROM audit_tile WHERE level = 1"))
		}
	}
	older := func(w *world) *place { return w.older }
	recent := func(w *world) *place { return w.recent }
	return []mutation{
		// The first is told by the key that took over in entry {rot}: it was never handed to the stranger.
		{"rewritten, by a stranger", "", rewritten("{o1}", true, true), "quick:V07", "quick:V04,V27", "quick:V04,V25", "", ""},
		{"rewritten, by a stranger who leaves the key's name", "", rewritten("{o1}", true, false), "quick:V04", "quick:V04,V27", "quick:V04,V25", "", ""},
		{"rewritten, by the owner", "", rewritten("{o1}", false, false), "", "quick:V27", "quick:V25", "", "logged"},
		{"rewritten after it was seen, by the owner", "", rewritten("{o3}", false, false), "", "quick:V27", "", "", "logged"},
		{"cut off, by the owner", "", truncated(650), "", "quick:V26", "", "", "logged"},
		{"cut off, by the owner, before it was seen", "", truncated(299), "", "quick:V26", "quick:V04,V26", "", "logged"},
		{"an older copy", "", replaced(recent), "", "quick:V26", "", "", "logged"},
		{"an older copy, before the key changed", "", replaced(older), "", "quick:V04,V26", "", "", "logged"},
		{"the head of an older copy", "", headOf(recent), "default:V23,V12 deep:V23,V55,V55,V55,V55,V12,V34,V55,V55,V55", "quick:V26 default:V23,V26,V12 deep:V23,V26,V55,V55,V55,V55,V12,V34,V55,V55,V55", "default:V23,V12 deep:V23,V55,V55,V55,V55,V12,V34,V55,V55,V55", "", "!ledger_damaged/6"},
		{"signed by the old key", "", func(w *world, p *place) {
			p.rebuild(origin, p.signer(w.earlier.Vkey))
			p.exec("UPDATE audit_log SET vkey = $1", w.earlier.Vkey)
		}, "quick:V06", "quick:V04", "quick:V06", "", ""},
		{"signed as another log", "", func(w *world, p *place) {
			p.rebuild("other/audit/1", w.own(p))
			p.exec("UPDATE audit_log SET origin = 'other/audit/1'")
		}, "quick:V05", same, same, "", ""},

		{"a change of key that nobody endorsed", "", func(w *world, p *place) {
			signer, vkey := stranger(p.t)
			text, err := ledger.KeyNote(origin, vkey, signer)
			must(p.t, err)
			leaf, err := ledger.NewLeaf().String("k", "key/1").String("note", text).String("t", ledger.Time(w.clock.now().Add(time.Hour*3))).String("vkey", vkey).Bytes()
			must(p.t, err)
			adds(func(*world) []byte { return leaf }, "INSERT INTO audit_mark VALUES (700)")(w, p)
		}, "quick:V07", same, same, "700", ""},
		{"an unknown kind", "", adds(line(`{"k":"other/1","t":"{t}"}`), ""), "deep:V14", same, same, "700", ""},
		{"a kind of another log", "", adds(line(`{"k":"text/1","t":"{t}"}`), ""), "deep:V14", same, same, "700", ""},
		{"no kind", "", adds(line(`{"t":"{t}"}`), ""), "deep:V14", same, same, "700", ""},
		{"an outcome of another code", "", adds(line(`{"k":"outcome/1","ms":1,"outcome":"perhaps","q":{open},"records":0,"t":"{t}"}`), ""), "deep:V14", same, same, "700", ""},
		{"a query without its members", "", adds(line(`{"k":"query/1","t":"{t}"}`), ""), "deep:V14", same, same, "700", ""},
		{"a look without its members", "", adds(line(`{"k":"look/1","t":"{t}"}`), "INSERT INTO audit_look VALUES (700)"), "deep:V14", same, same, "700", ""},
		{"a disposal that makes no sense", "", adds(line(`{"before":"{t}","from":9,"k":"pruned/1","policy":"x","t":"{t}","to":5}`), ""), "deep:V14", same, same, "700", ""},
		{"blanks", "", adds(line(`{"k": "key/1","t":"{t}"}`), ""), "deep:V13", same, same, "700", ""},
		{"not JSON", "", adds(line(`\x00`), ""), "deep:V13", same, same, "700", ""},
		{"too large", "", adds(line(`{"host":"h","k":"look/1","t":"{t}","x":"`+strings.Repeat("x", 70_000)+`"}`), ""), "default:V15", same, same, "700", ""},
		{"an outcome of nothing", "", adds(line(`{"k":"outcome/1","ms":1,"outcome":"ok","q":9999,"records":1,"t":"{t}"}`), ""), "deep:V50", same, same, "700", ""},
		{"an outcome of a look", "", adds(line(`{"k":"outcome/1","ms":1,"outcome":"ok","q":{l1},"records":1,"t":"{t}"}`), "INSERT INTO audit_outcome VALUES ({l1}, 700, 'ok')"), "deep:V50", same, same, "700", ""},
		{"a second outcome", "", adds(line(`{"k":"outcome/1","ms":1,"outcome":"ok","q":{q1},"records":1,"t":"{t}"}`), ""), "deep:V50", same, same, "700", ""},
		{"an outcome without its row", "", adds(line(`{"k":"outcome/1","ms":1,"outcome":"ok","q":{open},"records":1,"t":"{t}"}`), ""), "deep:V55", same, same, "700", ""},
		{"an earlier time", "", func(_ *world, p *place) {
			p.clock.t = begun.AddDate(0, 0, 20)
			must(p.t, p.started().Refuse(p.t.Context(), ask(2)))
			p.clock.t = begun.AddDate(0, 2, 0)
		}, "deep:V51", same, same, "700", "logged"},

		{"sealed anew: one more", "", resealed("{q1}", func(sd, other []byte) []byte { return bytes.Join([][]byte{sd, pieces(other)[0]}, []byte("~")) }), "deep:V34", same, same, "{q1}", ""},
		{"sealed anew: one less", "", resealed("{q1}", func(sd, _ []byte) []byte { return bytes.Join(pieces(sd)[1:], []byte("~")) }), "deep:V35", same, same, "{q1}", ""},
		{"sealed anew: none", "", resealed("{q1}", func([]byte, []byte) []byte { return nil }), "deep:V35", same, same, "{q1}", ""},
		{"sealed anew: one exchanged", "", resealed("{q1}", func(sd, other []byte) []byte {
			return bytes.Join(append(pieces(sd)[:2:2], pieces(other)[2]), []byte("~"))
		}), "deep:V34", same, same, "{q1}", ""},
		{"sealed anew: one twice", "", resealed("{q1}", func(sd, _ []byte) []byte { return bytes.Join([][]byte{sd, pieces(sd)[0]}, []byte("~")) }), "deep:V34", same, same, "{q1}", ""},
		{"sealed anew: another order, which means nothing", "", resealed("{q1}", func(sd, _ []byte) []byte {
			x := pieces(sd)
			return bytes.Join([][]byte{x[2], x[0], x[1]}, []byte("~"))
		}), "", same, same, "", ""},
		{"sealed anew: another entry's", "", resealed("{q1}", func(_, other []byte) []byte { return other }), "deep:V34", same, same, "{q1}", ""},

		{"another master key", "", func(_ *world, p *place) { p.keys = masterKeys(p.t, 2) }, "deep:!master_key_other/7", same, same, "", "!master_key_other/7"},
		{"the key store of another master key", "", func(_ *world, p *place) {
			other := create(p.t)
			other.keys = masterKeys(p.t, 2)
			for range 2 {
				must(p.t, other.started().Refuse(p.t.Context(), ask(1)))
				other.clock.t = begun.AddDate(0, 1, 0)
			}
			must(p.t, other.close())
			copyFile(p.t, other.kdb(), p.kdb())
		}, "deep:V36,V36", same, same, "", ""},

		{"disposed of too early", "", disposes(10, 24*time.Hour), "deep:V61", same, same, "700", ""},
		{"disposed of a day too early", "", disposes(10, 24*time.Hour*365*5), "deep:V61", same, same, "700", ""},
		{"kept too long", "", func(_ *world, p *place) { p.clock.t = p.clock.t.AddDate(6, 0, 0) }, "deep:V62", same, same, "1", ""},
		{"disposed of without a word", "", by(silently), "quick:V60", same, same, "", ""},
		{"disposed of more than was said", "", both(disposes(10, 24*time.Hour*365*6), by(silently)), "quick:V60", same, same, "10", ""},
		{"disposed of in time", "", pruned, "", same, same, "", "logged"},
		{"disposed of, a seal restored", "", restored("INSERT INTO audit_sealed SELECT * FROM before.audit_sealed WHERE seq = {q1}"), "deep:V37", same, same, "{q1}", ""},
		{"disposed of, a seal of a tile that is kept restored", "", restored("INSERT INTO audit_sealed SELECT * FROM before.audit_sealed WHERE seq = {q2}"), "deep:V37", same, same, "{q2}", ""},
		{"disposed of, an entry restored", "", restored("INSERT INTO audit_leaf SELECT * FROM before.audit_leaf WHERE seq = {q1}"), "default:V37", same, same, "{q1}", ""},
		{"disposed of, a query's row restored", "", restored("INSERT INTO audit_query SELECT * FROM before.audit_query WHERE seq = {q1}"), "deep:V37", same, same, "{q1}", ""},
		{"disposed of, an outcome's row restored", "", restored("INSERT INTO audit_outcome SELECT * FROM before.audit_outcome WHERE query_seq = {q1}"), "deep:V37", same, same, "{o1}", ""},
		{"disposed of, a look's row restored", "", restored("INSERT INTO audit_look SELECT * FROM before.audit_look WHERE seq = {l1}"), "deep:V37", same, same, "{l1}", ""},
		{"disposed of, the mark set back", "", both(pruned, by("UPDATE audit_log SET pruned = 0")), "quick:V55", same, same, "", ""},
		{"disposed of, the entry that says so deleted", "", both(pruned, by("DELETE FROM audit_leaf WHERE CAST(leaf AS TEXT) LIKE '{\"before\"%'")), "quick:V23,V11 default:V11", same, same, "", ""},
		{"disposed of, the entry that says so not listed", "", both(pruned, by("DELETE FROM audit_mark WHERE seq > 400")), "quick:V60 default:V55", same, same, "", ""},
	}
}
