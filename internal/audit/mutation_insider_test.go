package audit_test

import (
	"time"

	"iskurctl/internal/audit"
	"iskurctl/internal/ledger"
	"iskurctl/internal/ledger/ledgertest"
)

// truncated cuts the log off at size and signs that, in all its tables.
func truncated(size int) func(*world, *place) {
	return both(by("UPDATE audit_settled SET below = MIN(below, 100)"), ledgertest.Truncated(size, "leaf", "sealed", "query", "outcome", "look", "change", "mark"))
}

// disposes takes entries away as the program does, but says of the newest that it is of time before.
func disposes(to int64, age time.Duration) func(*world, *place) {
	return func(_ *world, p *place) {
		p.Clock.Tick()
		must(p.T, started(p).Dispose(p.T.Context(), audit.Disposal{To: to, Newest: p.Clock.Now().Add(-age)}))
	}
}

// pruned disposes of what is due five years after the entry number 290 and a query then.
func pruned(w *world, p *place) {
	ctx := p.T.Context()
	at := value[[]byte](p, "SELECT leaf FROM audit_leaf WHERE seq = 290")
	var leaf ledger.Leaf
	must(p.T, ledger.ParseLeaf(at, &leaf))
	p.Clock.Set(time.UnixMilli(leaf.Millis).AddDate(5, 0, 0).Add(time.Minute))
	log := started(p)
	must(p.T, log.Refuse(ctx, ask(1)))
	due, err := log.DisposalDue(ctx, true)
	must(p.T, err)
	if due.From != 0 || due.To < 257 || due.To > 299 {
		p.T.Fatalf("due: %+v", due)
	}
	must(p.T, log.Dispose(ctx, due))
	must(p.T, p.Close())
}

// restored prunes the log and then puts rows of the store as it was before back into it.
func restored(text string) func(*world, *place) {
	return func(w *world, p *place) {
		pruned(w, p)
		before := w.Copy(p.T)
		db, _ := p.Raw()
		_, err := db.Exec("ATTACH '" + before.DB() + "' AS before")
		must(p.T, err)
		by(text)(w, p)
		_, err = db.Exec("DETACH before")
		must(p.T, err)
	}
}

// silently takes the first tile and its rows away and raises the mark, as a disposal would that says nothing of it.
const silently = `UPDATE audit_log SET pruned = 256; DELETE FROM audit_leaf WHERE seq < 256; DELETE FROM audit_sealed WHERE seq < 256;
DELETE FROM audit_query WHERE seq < 256; DELETE FROM audit_outcome WHERE seq < 256; DELETE FROM audit_look WHERE seq < 256;
DELETE FROM audit_change WHERE seq < 256`

func insiders() []mutation {
	return []mutation{
		{"cut off, by the owner", "", truncated(650), "", "quick:V26", "", "", "logged"},
		{"cut off, by the owner, before it was seen", "", truncated(299), "", "quick:V26", "quick:V04,V26", "", "logged"},
		{"an older copy", "", ledgertest.Replaced(ledgertest.RecentOf), "", "quick:V26", "", "", "logged"},
		{"an older copy, before the key changed", "", ledgertest.Replaced(ledgertest.OlderOf), "", "quick:V04,V26", "", "", "logged"},
		{"the head of an older copy", "", ledgertest.HeadOf(ledgertest.RecentOf), "default:V23,V12 deep:V23,V55,V55,V55,V55,V12,V34,V55,V55,V55,V55", "quick:V26 default:V23,V26,V12 deep:V23,V26,V55,V55,V55,V55,V12,V34,V55,V55,V55,V55", "default:V23,V12 deep:V23,V55,V55,V55,V55,V12,V34,V55,V55,V55,V55", "", "!ledger_damaged/6"},

		{"a kind of another log", "", adds(line(`{"k":"text/1","t":"{t}"}`), ""), "deep:V14", same, same, "700", ""},
		{"an outcome of another code", "", adds(line(`{"k":"outcome/1","ms":1,"outcome":"perhaps","q":{open},"records":0,"t":"{t}"}`), ""), "deep:V14", same, same, "700", ""},
		{"a query without its members", "", adds(line(`{"k":"query/1","t":"{t}"}`), ""), "deep:V14", same, same, "700", ""},
		{"a look without its members", "", adds(line(`{"k":"look/1","t":"{t}"}`), "INSERT INTO audit_look VALUES (700)"), "deep:V14", same, same, "700", ""},
		{"a registry change without its members", "", adds(line(`{"k":"registry/1","t":"{t}"}`), "INSERT INTO audit_change VALUES (700)"), "deep:V14", same, same, "700", ""},
		{"a registry change that says more than its hash", "", adds(line(`{"change":"ccccccccccccccccccccccccccccccccccccccccccc","id":1,"k":"registry/1","n":0,"op":"add","surname":"x","t":"{t}","v":1}`), "INSERT INTO audit_change VALUES (700)"), "deep:V14", same, same, "700", ""},
		{"a registry change without its row", "", adds(line(`{"change":"ccccccccccccccccccccccccccccccccccccccccccc","id":1,"k":"registry/1","n":0,"op":"add","t":"{t}","v":1}`), ""), "deep:V55", same, same, "700", ""},
		{"a disposal that makes no sense", "", adds(line(`{"before":"{t}","from":9,"k":"pruned/1","policy":"x","t":"{t}","to":5}`), ""), "deep:V14", same, same, "700", ""},
		{"an outcome of nothing", "", adds(line(`{"k":"outcome/1","ms":1,"outcome":"ok","q":9999,"records":1,"t":"{t}"}`), ""), "deep:V50", same, same, "700", ""},
		{"an outcome of a look", "", adds(line(`{"k":"outcome/1","ms":1,"outcome":"ok","q":{l1},"records":1,"t":"{t}"}`), "INSERT INTO audit_outcome VALUES ({l1}, 700, 'ok')"), "deep:V50", same, same, "700", ""},
		{"a second outcome", "", adds(line(`{"k":"outcome/1","ms":1,"outcome":"ok","q":{q1},"records":1,"t":"{t}"}`), ""), "deep:V50", same, same, "700", ""},
		{"an outcome without its row", "", adds(line(`{"k":"outcome/1","ms":1,"outcome":"ok","q":{open},"records":1,"t":"{t}"}`), ""), "deep:V55", same, same, "700", ""},
		{"an earlier time", "", func(_ *world, p *place) {
			p.Clock.Set(begun.AddDate(0, 0, 20))
			must(p.T, started(p).Refuse(p.T.Context(), ask(2)))
			p.Clock.Set(begun.AddDate(0, 2, 0))
		}, "deep:V51", same, same, "700", "logged"},

		{"another master key", "", func(_ *world, p *place) { p.Keys = ledgertest.MasterKeys(p.T, 2) }, "deep:!master_key_other/7", same, same, "", "!master_key_other/7"},
		{"the key store of another master key", "", func(_ *world, p *place) {
			other := create(p.T)
			other.Keys = ledgertest.MasterKeys(p.T, 2)
			for range 2 {
				must(p.T, started(other).Refuse(p.T.Context(), ask(1)))
				other.Clock.Set(begun.AddDate(0, 1, 0))
			}
			must(p.T, other.Close())
			ledgertest.CopyFile(p.T, other.KeyDB(), p.KeyDB())
		}, "deep:V36,V36,V36", same, same, "", ""},

		{"disposed of too early", "", disposes(10, 24*time.Hour), "deep:V61", same, same, "700", ""},
		{"disposed of a day too early", "", disposes(10, 24*time.Hour*365*5), "deep:V61", same, same, "700", ""},
		{"kept too long", "", func(_ *world, p *place) { p.Clock.Set(p.Clock.Now().AddDate(6, 0, 0)) }, "deep:V62", same, same, "1", ""},
		{"disposed of without a word", "", by(silently), "quick:V60", same, same, "", ""},
		{"disposed of more than was said", "", both(disposes(10, 24*time.Hour*365*6), by(silently)), "quick:V60", same, same, "10", ""},
		{"disposed of in time", "", pruned, "", same, same, "", "logged"},
		{"disposed of, a seal restored", "", restored("INSERT INTO audit_sealed SELECT * FROM before.audit_sealed WHERE seq = {q1}"), "deep:V37", same, same, "{q1}", ""},
		{"disposed of, a seal of a tile that is kept restored", "", restored("INSERT INTO audit_sealed SELECT * FROM before.audit_sealed WHERE seq = {q2}"), "deep:V37", same, same, "{q2}", ""},
		{"disposed of, an entry restored", "", restored("INSERT INTO audit_leaf SELECT * FROM before.audit_leaf WHERE seq = {q1}"), "default:V37", same, same, "{q1}", ""},
		{"disposed of, a query's row restored", "", restored("INSERT INTO audit_query SELECT * FROM before.audit_query WHERE seq = {q1}"), "deep:V37", same, same, "{q1}", ""},
		{"disposed of, an outcome's row restored", "", restored("INSERT INTO audit_outcome SELECT * FROM before.audit_outcome WHERE query_seq = {q1}"), "deep:V37", same, same, "{o1}", ""},
		{"disposed of, a look's row restored", "", restored("INSERT INTO audit_look SELECT * FROM before.audit_look WHERE seq = {l1}"), "deep:V37", same, same, "{l1}", ""},
		{"disposed of, a registry change's row restored", "", restored("INSERT INTO audit_change SELECT * FROM before.audit_change WHERE seq = {c1}"), "deep:V37", same, same, "{c1}", ""},
		{"disposed of, the mark set back", "", both(pruned, by("UPDATE audit_log SET pruned = 0")), "quick:V55", same, same, "", ""},
		{"disposed of, the entry that says so deleted", "", both(pruned, by("DELETE FROM audit_leaf WHERE CAST(leaf AS TEXT) LIKE '{\"before\"%'")), "quick:V23,V11 default:V11", same, same, "", ""},
		{"disposed of, the entry that says so not listed", "", both(pruned, by("DELETE FROM audit_mark WHERE seq > 400")), "quick:V60 default:V55", same, same, "", ""},
	}
}
