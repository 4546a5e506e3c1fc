package ledgertest

import (
	"bytes"
	"crypto/rand"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"iskurctl/internal/ledger"
	"iskurctl/internal/seal"
	"iskurctl/internal/seal/ring"
	"iskurctl/internal/store"
)

// The insider has the files and knows the formats; some have the log's own keys as well. What the keys' owner alone
// changes nobody sees without a trust file, and with one everything that was there when it was made.

// Rebuild makes hashes, tiles and checkpoint anew from the entries that are there, with the functions of tlog.
func (p *Place) Rebuild(origin string, signer note.Signer) {
	p.T.Helper()
	ctx := p.T.Context()
	db, _ := p.Raw()
	tx, err := db.BeginTx(ctx, nil)
	Must(p.T, err)
	defer func() { _ = tx.Rollback() }()
	rows, err := tx.QueryContext(ctx, p.named("SELECT leaf FROM @_leaf ORDER BY seq"))
	Must(p.T, err)
	defer func() { _ = rows.Close() }() // the last Next has done it already
	var leaves []ledger.Hash
	for rows.Next() {
		var leaf []byte
		Must(p.T, rows.Scan(&leaf))
		leaves = append(leaves, LeafHash(leaf))
	}
	Must(p.T, rows.Err())
	tree, root, err := Tree(leaves)
	Must(p.T, err)
	exec := func(text string, args ...any) {
		_, err := tx.ExecContext(ctx, p.named(text), args...)
		Must(p.T, err)
	}
	exec("DELETE FROM @_tile")
	size := int64(len(leaves))
	for seq, h := range leaves {
		exec("UPDATE @_leaf SET hash = $1 WHERE seq = $2", h[:], seq)
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
				exec("INSERT INTO @_tile VALUES ($1, $2, $3)", level, index, tile)
			}
		}
	}
	signed, err := ledger.SignCheckpoint(origin, size, root, signer)
	Must(p.T, err)
	exec("UPDATE @_log SET size = $1, note = $2", size, signed)
	Must(p.T, tx.Commit())
}

// Own gives the key that signs the log now.
func (w *World) Own(p *Place) note.Signer { return p.Signer(w.Latest.Vkey) }

// Stranger gives a key that nobody trusts, under a log's name.
func Stranger(t testing.TB, origin string) (note.Signer, string) {
	t.Helper()
	secret, vkey, err := note.GenerateKey(rand.Reader, origin)
	Must(t, err)
	s, err := note.NewSigner(secret)
	Must(t, err)
	return s, vkey
}

// Replacing changes the text of an entry, for Rewritten.
func Replacing(at, old, with string) func(*World, *Place) {
	return func(w *World, p *Place) {
		at := w.Names.Replace(at)
		leaf := string(Value[[]byte](p, "SELECT leaf FROM @_leaf WHERE seq = "+at))
		next := strings.Replace(leaf, w.Names.Replace(old), w.Names.Replace(with), 1)
		if next == leaf {
			p.T.Fatalf("entry %s: no %s in %s", at, old, leaf)
		}
		p.Exec("UPDATE @_leaf SET leaf = $1 WHERE seq = "+at, []byte(next))
	}
}

// Rewritten alters what do alters, and everything that follows from it in the tree, signed by the log's own key.
func Rewritten(do func(*World, *Place)) func(*World, *Place) {
	return func(w *World, p *Place) {
		do(w, p)
		signer := w.Own(p)
		p.Rebuild(p.Origin(), signer)
	}
}

// Foreign is Rewritten by a stranger's key; named says whether the head names that key.
func Foreign(do func(*World, *Place), named bool) func(*World, *Place) {
	return func(w *World, p *Place) {
		do(w, p)
		signer, vkey := Stranger(p.T, p.Origin())
		p.Rebuild(p.Origin(), signer)
		if named {
			p.Exec("UPDATE @_log SET vkey = $1", vkey)
		}
	}
}

// Truncated cuts the log off at size and signs that, in the tables that are given.
func Truncated(size int, tables ...string) func(*World, *Place) {
	return func(w *World, p *Place) {
		signer := w.Own(p)
		db, _ := p.Raw()
		for _, table := range tables {
			_, err := db.ExecContext(p.T.Context(), p.named("DELETE FROM @_"+table+" WHERE seq >= $1"), size)
			Must(p.T, err)
		}
		p.Rebuild(p.Origin(), signer)
	}
}

// Replaced puts another copy of the store in the place of this one.
func Replaced(other func(*World) *Place) func(*World, *Place) {
	return func(w *World, p *Place) { CopyFile(p.T, other(w).DB(), p.DB()) }
}

// HeadOf puts the head of another copy in the place of this one's.
func HeadOf(from func(*World) *Place) func(*World, *Place) {
	return func(w *World, p *Place) {
		o := from(w).Copy(p.T)
		for _, c := range []string{"vkey", "size", "note"} {
			p.Exec("UPDATE @_log SET "+c+" = $1", Value[any](o, "SELECT "+c+" FROM @_log"))
		}
		p.Exec("UPDATE @_tile SET hashes = $1 WHERE level = 1", Value[any](o, "SELECT hashes FROM @_tile WHERE level = 1"))
	}
}

// OlderOf and RecentOf are copies of a world, for Replaced and HeadOf.
func OlderOf(w *World) *Place { return w.Older }

// RecentOf is the copy at 480 entries.
func RecentOf(w *World) *Place { return w.Recent }

// Adds appends entries with the log's own code and key, one each for a line; text, when it is not empty, adds rows with them.
func Adds(leaf func(w *World) []byte, text string) func(*World, *Place) {
	return func(w *World, p *Place) {
		p.Clock.Tick()
		p.Start()
		Must(p.T, p.Log.Ledger().Write(p.T.Context(), func(l *ledger.Writer) error {
			for one := range bytes.Lines(leaf(w)) {
				if _, err := l.Append(bytes.TrimSuffix(bytes.Clone(one), []byte("\n"))); err != nil {
					return err
				}
			}
			if text == "" {
				return nil
			}
			_, err := l.Tx.ExecContext(p.T.Context(), w.Names.Replace(p.named(text)))
			return err
		}))
	}
}

// Line is an entry in the form it would be logged in after all others; {t} is its time. Several stand on a line each.
func Line(text string) func(*World) []byte {
	return func(w *World) []byte {
		at := w.Clock.Now().Add(90 * time.Minute)
		return []byte(strings.ReplaceAll(w.Names.Replace(text), "{t}", ledger.Time(at)))
	}
}

// Resealed seals other disclosures for an entry, under the right key and for the right place. other is those of {q1b}.
func Resealed(at string, change func(sd, other []byte) []byte) func(*World, *Place) {
	return func(w *World, p *Place) {
		open := func(at string) (seq int64, key *seal.DataKey, sd []byte) {
			seq = Value[int64](p, "SELECT seq FROM @_sealed WHERE seq = "+w.Names.Replace(at))
			id := Value[int64](p, "SELECT key FROM @_sealed WHERE seq = $1", seq)
			sealed := Value[[]byte](p, "SELECT sd FROM @_sealed WHERE seq = $1", seq)
			key = p.DataKey(id)
			sd, err := key.Open(nil, sealed, p.Name, seq)
			Must(p.T, err)
			return seq, key, sd
		}
		seq, key, sd := open(at)
		_, _, other := open("{q1b}")
		again, err := key.Seal(nil, rand.Reader, change(sd, other), p.Name, seq)
		Must(p.T, err)
		p.Exec("UPDATE @_sealed SET sd = $1 WHERE seq = $2", again, seq)
	}
}

// DataKey gives a data key of the log.
func (p *Place) DataKey(id int64) *seal.DataKey {
	p.T.Helper()
	p.Shut()
	st, err := store.Open(p.T.Context(), store.Options{Path: p.KeyDB(), Migrations: ring.Migrations})
	Must(p.T, err)
	defer st.Close()
	key, err := ring.Open(st, p.Keys, rand.Reader).Find(p.T.Context(), p.Name, id)
	Must(p.T, err)
	return key
}

// Pieces gives the disclosures of an entry one by one.
func Pieces(sd []byte) [][]byte { return bytes.Split(sd, []byte("~")) }

// Joined is the inverse.
func Joined(pieces ...[]byte) []byte { return bytes.Join(pieces, []byte("~")) }

// Sealed are disclosures that somebody sealed anew.
func Sealed() []Mutation {
	first := func(sd []byte) []byte { return Pieces(sd)[0] }
	return []Mutation{
		{"sealed anew: one more", "", Resealed("{q1}", func(sd, other []byte) []byte { return Joined(sd, first(other)) }), "deep:V34", Same, Same, "{q1}", ""},
		{"sealed anew: one less", "", Resealed("{q1}", func(sd, _ []byte) []byte { return Joined(Pieces(sd)[1:]...) }), "deep:V35", Same, Same, "{q1}", ""},
		{"sealed anew: none", "", Resealed("{q1}", func([]byte, []byte) []byte { return nil }), "deep:V35", Same, Same, "{q1}", ""},
		{"sealed anew: one exchanged", "", Resealed("{q1}", func(sd, other []byte) []byte { return Joined(append(Pieces(sd)[1:], first(other))...) }), "deep:V34", Same, Same, "{q1}", ""},
		{"sealed anew: one twice", "", Resealed("{q1}", func(sd, _ []byte) []byte { return Joined(sd, first(sd)) }), "deep:V34", Same, Same, "{q1}", ""},
		{"sealed anew: another order, which means nothing", "", Resealed("{q1}", func(sd, _ []byte) []byte { return Joined(append(Pieces(sd)[1:], first(sd))...) }), "", Same, Same, "", ""},
		{"sealed anew: another entry's", "", Resealed("{q1}", func(_, other []byte) []byte { return other }), "deep:V34", Same, Same, "{q1}", ""},
	}
}

// Forged are entries and checkpoints that any log may be given by who knows its formats.
func Forged() []Mutation {
	change := func(w *World, p *Place) { Replacing("{q1}", p.Change[0], p.Change[1])(w, p) }
	late := func(w *World, p *Place) { Replacing("{q3}", p.Change[0], p.Change[1])(w, p) }
	return []Mutation{
		// The first is told by the key that took over in entry {rot}: it was never handed to the stranger.
		{"rewritten, by a stranger", "", Foreign(change, true), "quick:V07 deep:V36,V07", "quick:V04,V27 deep:V04,V27,V36", "quick:V04,V25 deep:V04,V25,V36", "", ""},
		{"rewritten, by a stranger who leaves the key's name", "", Foreign(change, false), "quick:V04", "quick:V04,V27", "quick:V04,V25", "", ""},
		{"rewritten, by the owner", "", Rewritten(change), "", "quick:V27", "quick:V25", "", "logged"},
		{"rewritten after it was seen, by the owner", "", Rewritten(late), "", "quick:V27", "", "", "logged"},
		{"signed by the old key", "", func(w *World, p *Place) {
			signer := p.Signer(w.Earlier.Vkey)
			p.Rebuild(p.Origin(), signer)
			p.Exec("UPDATE @_log SET vkey = $1", w.Earlier.Vkey)
		}, "quick:V06", "quick:V04", "quick:V06", "", ""},
		{"signed as another log", "", func(w *World, p *Place) {
			signer := w.Own(p)
			p.Rebuild(p.named("other/@/1"), signer)
			p.Exec("UPDATE @_log SET origin = 'other/@/1'")
		}, "quick:V05", Same, Same, "", ""},
		{"a change of key that nobody endorsed", "", func(w *World, p *Place) {
			signer, vkey := Stranger(p.T, p.Origin())
			text, err := ledger.KeyNote(p.Origin(), vkey, signer)
			Must(p.T, err)
			leaf, err := ledger.NewLeaf().String("k", "key/1").String("note", text).String("t", ledger.Time(w.Clock.Now().Add(time.Hour*3))).String("vkey", vkey).Bytes()
			Must(p.T, err)
			Adds(func(*World) []byte { return leaf }, "INSERT INTO @_mark VALUES (700)")(w, p)
		}, "quick:V07", Same, Same, "700", ""},
		{"an unknown kind", "", Adds(Line(`{"k":"other/1","t":"{t}"}`), ""), "deep:V14", Same, Same, "700", ""},
		{"no kind", "", Adds(Line(`{"t":"{t}"}`), ""), "deep:V14", Same, Same, "700", ""},
		{"blanks", "", Adds(Line(`{"k": "key/1","t":"{t}"}`), ""), "deep:V13", Same, Same, "700", ""},
		{"not JSON", "", Adds(Line(`\x00`), ""), "deep:V13", Same, Same, "700", ""},
		{"too large", "", Adds(Line(`{"host":"h","k":"look/1","t":"{t}","x":"`+strings.Repeat("x", 70_000)+`"}`), ""), "default:V15", Same, Same, "700", ""},
	}
}
