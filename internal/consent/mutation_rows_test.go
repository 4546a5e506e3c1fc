package consent_test

import (
	"bytes"

	"iskurctl/internal/ledger/ledgertest"
)

// rows are the tables that lead to entries and people, and hold the texts: they agree with what the entries say.
func rows() []mutation {
	return []mutation{
		{"event: id", "consent_event.id", alter("consent_event.id", "seq = {q1}", flip(0)), "deep:V55", unchanged, unchanged, "{q1}", ""},
		{"event: id, cut", "consent_event.id", alter("consent_event.id", "seq = {q1}", cut(1)), "deep:V55", unchanged, unchanged, "{q1}", ""},
		{"event: ids swapped", "consent_event.id", swap("consent_event.id", "seq = {q1}", "seq = {q1b}"), "deep:V55,V55", unchanged, unchanged, "{q1b}", ""},
		{"event: id of one that was erased", "consent_event.id", alter("consent_event.id", "seq = {erased}", flip(0)), "deep:V55", unchanged, unchanged, "{erased}", ""},
		{"event: another person", "consent_event.person", by("UPDATE consent_event SET person = {p2} WHERE seq = {q1}"), "deep:V55", unchanged, unchanged, "{q1}", ""},
		{"event: a person that there is not", "consent_event.person", alter("consent_event.person", "seq = {q1}", flip(20)), "deep:V55", unchanged, unchanged, "{q1}", ""},
		{"event: a person who was erased", "consent_event.person", by("UPDATE consent_event SET person = {pe} WHERE seq = {q1}"), "deep:V55", unchanged, unchanged, "{q1}", ""},
		{"event: no person", "consent_event.person", by("UPDATE consent_event SET person = NULL WHERE seq = {q1}"), "deep:V55", unchanged, unchanged, "{q1}", ""},
		{"event: people swapped", "consent_event.person", swap("consent_event.person", "seq = {q1}", "seq = {q1b}"), "deep:V55,V55", unchanged, unchanged, "{q1}", ""},
		{"event: no person, of which a part was erased", "consent_event.person", by("UPDATE consent_event SET person = NULL WHERE seq = {part}"), "deep:V55", unchanged, unchanged, "{part}", ""},
		{"event: erased, and a person", "consent_event.person", by("UPDATE consent_event SET person = {p1} WHERE seq = {erased}"), "deep:V37", unchanged, unchanged, "{erased}", ""},
		{"event: erased, and the person who was", "consent_event.person", by("UPDATE consent_event SET person = {pe} WHERE seq = {erased}"), "deep:V37", unchanged, unchanged, "{erased}", ""},
		{"event: session", "consent_event.session", alter("consent_event.session", "seq = {q1}", flip(0)), "deep:V55", unchanged, unchanged, "{q1}", ""},
		{"event: session, cut", "consent_event.session", alter("consent_event.session", "seq = {l3}", cut(1)), "deep:V55", unchanged, unchanged, "{l3}", ""},
		{"event: sessions swapped", "consent_event.session", swap("consent_event.session", "seq = {q1}", "seq = {q1b}"), "deep:V55,V55", unchanged, unchanged, "{q1}", ""},
		{"event: act", "consent_event.act", by("UPDATE consent_event SET act = 'agreement' WHERE seq = {q1}"), "deep:V55", unchanged, unchanged, "{q1}", ""},
		{"event: act, cut", "consent_event.act", alter("consent_event.act", "seq = {q1}", cut(1)), "deep:V55", unchanged, unchanged, "{q1}", ""},
		{"event: step", "consent_event.step", by("UPDATE consent_event SET step = 'refused' WHERE seq = {q1}"), "deep:V55", unchanged, unchanged, "{q1}", ""},
		{"event: step, one bit", "consent_event.step", alter("consent_event.step", "seq = {erased}", flip(0)), "deep:V55", unchanged, unchanged, "{erased}", ""},
		{"event: act and step in one", "consent_event.step", by("UPDATE consent_event SET act = act || ' ' || step, step = '' WHERE seq = {q1}"), "deep:V55", unchanged, unchanged, "{q1}", ""},
		{"event: time", "consent_event.time", alter("consent_event.time", "seq = {q1}", flip(0)), "deep:V55", unchanged, unchanged, "{q1}", ""},
		{"event: times swapped", "consent_event.time", swap("consent_event.time", "seq = {q1}", "seq = {q3}"), "deep:V55,V55", unchanged, unchanged, "{q3}", ""},
		{"event: text", "consent_event.text", by("UPDATE consent_event SET text = {english} WHERE seq = {q1}"), "deep:V55", unchanged, unchanged, "{q1}", ""},
		{"event: a text that there is not", "consent_event.text", alter("consent_event.text", "seq = {erased}", flip(20)), "deep:V55", unchanged, unchanged, "{erased}", ""},
		{"event: notice", "consent_event.notice", alter("consent_event.notice", "seq = {q1}", flip(0)), "deep:V55", unchanged, unchanged, "{q1}", ""},
		{"event: no notice", "consent_event.notice", by("UPDATE consent_event SET notice = NULL WHERE seq = {q1}"), "deep:V55", unchanged, unchanged, "{q1}", ""},
		{"event: a notice below zero", "consent_event.notice", by("UPDATE consent_event SET notice = -1 WHERE seq = {withdrawal}"), "deep:V55", unchanged, unchanged, "{withdrawal}", ""},
		{"event: what it ends", "consent_event.prev", by("UPDATE consent_event SET prev = {given} WHERE seq = {withdrawal}"), "deep:V55", unchanged, unchanged, "{withdrawal}", ""},
		{"event: ends nothing", "consent_event.prev", by("UPDATE consent_event SET prev = NULL WHERE seq = {withdrawal}"), "deep:V55", unchanged, unchanged, "{withdrawal}", ""},
		{"event: ends something", "consent_event.prev", by("UPDATE consent_event SET prev = {q1} WHERE seq = {given}"), "deep:V55", unchanged, unchanged, "{given}", ""},
		{"event: ends what is below zero", "consent_event.prev", by("UPDATE consent_event SET prev = -1 WHERE seq = {q1}"), "deep:V55", unchanged, unchanged, "{q1}", ""},
		{"event: digest of the content", "consent_event.same", alter("consent_event.same", "seq = {q1}", flip(0)), "deep:V55", unchanged, unchanged, "{q1}", ""},
		{"event: digest of the content, cut", "consent_event.same", alter("consent_event.same", "seq = {q1}", cut(1)), "deep:V55", unchanged, unchanged, "{q1}", ""},
		{"event: digests swapped", "consent_event.same", swap("consent_event.same", "seq = {q1}", "seq = {q3}"), "deep:V55,V55", unchanged, unchanged, "{q3}", ""},
		{"event: no digest of the content", "consent_event.same", by("UPDATE consent_event SET same = NULL WHERE seq = {q1}"), "deep:V55", unchanged, unchanged, "{q1}", ""},
		{"event: as empty as one that was erased", "consent_event.same", by("UPDATE consent_event SET person = NULL, same = NULL WHERE seq = {q1}"), "deep:V55", unchanged, unchanged, "{q1}", ""},
		{"event: erased, and a digest of the content", "consent_event.same", by("UPDATE consent_event SET same = zeroblob(16) WHERE seq = {erased}"), "deep:V37", unchanged, unchanged, "{erased}", ""},
		{"event: erased in part, and a digest of the content", "consent_event.same", by("UPDATE consent_event SET same = zeroblob(16) WHERE seq = {part}"), "deep:V37", unchanged, unchanged, "{part}", ""},
		{"event: numbers swapped", "consent_event.seq", swap("consent_event.seq", "seq = {q1}", "seq = {q1b}"), "deep:V55,V55", unchanged, unchanged, "{q1}", ""},
		{"event: of a text", "consent_event.seq", by("UPDATE consent_event SET seq = {text} WHERE seq = {q1}"), "deep:V55,V55", unchanged, unchanged, "{q1}", ""},
		{"event: beyond the end", "consent_event.seq", alter("consent_event.seq", "seq = {q1}", flip(20)), "deep:V55,V55", unchanged, unchanged, "{q1}", ""},
		{"event: before all", "consent_event.seq", alter("consent_event.seq", "seq = {q1}", flip(63)), "deep:V55,V55", unchanged, unchanged, "{q1}", ""},
		{"event: row deleted", "", by("DELETE FROM consent_event WHERE seq = {q1}"), "deep:V55", unchanged, unchanged, "{q1}", ""},
		{"event: row of one that was erased deleted", "", by("DELETE FROM consent_event WHERE seq = {erased}"), "deep:V55", unchanged, unchanged, "{erased}", ""},
		{"event: one more", "", by("INSERT INTO consent_event SELECT {o1}, zeroblob(16), person, session, act, step, time, text, notice, prev, same FROM consent_event WHERE seq = {q1}"), "deep:V55", unchanged, unchanged, "{o1}", ""},
		{"event: one more, beyond the end", "", by("INSERT INTO consent_event SELECT 700, zeroblob(16), person, session, act, step, time, text, notice, prev, same FROM consent_event WHERE seq = {q1}"), "deep:V55", unchanged, unchanged, "700", "!ledger_damaged/6"},
		{"event: all rows of a person deleted", "", by("DELETE FROM consent_event WHERE seq = {only}"), "deep:V55,V55", unchanged, unchanged, "{only}", ""},

		{"person: number", "consent_person.tag", alter("consent_person.tag", "id = {po}", flip(0)), "deep:V55", unchanged, unchanged, "{only}", ""},
		{"person: number, of all entries", "consent_person.tag", alter("consent_person.tag", "id = {p1}", flip(0)), "deep:V55,V55,V55,V55", unchanged, unchanged, "{q1}", ""},
		{"person: number, cut", "consent_person.tag", alter("consent_person.tag", "id = {po}", cut(1)), "deep:V55", unchanged, unchanged, "{only}", ""},
		{"person: numbers swapped", "consent_person.tag", swap("consent_person.tag", "id = {po}", "id = {po2}"), "deep:V55,V55", unchanged, unchanged, "{only}", ""},
		{"person: no number", "consent_person.tag", by("UPDATE consent_person SET tag = NULL WHERE id = {po}"), "deep:V55", unchanged, unchanged, "{only}", ""},
		{"person: erased, and a number", "consent_person.tag", by("UPDATE consent_person SET tag = zeroblob(32) WHERE id = {pe}"), "deep:V37", unchanged, unchanged, "", ""},
		{"person: id", "consent_person.id", alter("consent_person.id", "id = {po}", flip(20)), "deep:V55,V55", unchanged, unchanged, "{only}", ""},
		{"person: id of one who was erased", "consent_person.id", alter("consent_person.id", "id = {pe}", flip(20)), "deep:V55", unchanged, unchanged, "", ""},
		{"person: ids swapped", "consent_person.id", swap("consent_person.id", "id = {po}", "id = {po2}"), "deep:V55,V55", unchanged, unchanged, "{only}", ""},
		{"person: deleted", "", by("DELETE FROM consent_person WHERE id = {po}"), "deep:V55", unchanged, unchanged, "{only}", ""},
		{"person: one more", "", by("INSERT INTO consent_person VALUES (5000, zeroblob(32))"), "deep:V55", unchanged, unchanged, "", ""},
		{"person: one more who was erased", "", by("INSERT INTO consent_person VALUES (5000, NULL)"), "deep:V55", unchanged, unchanged, "", ""},
		// All that is left of somebody is a number that nothing leads to.
		{"person: one who was erased deleted", "", by("DELETE FROM consent_person WHERE id = {pe}"), "", unchanged, unchanged, "", "logged"},

		{"text: bytes", "consent_text.body", alter("consent_text.body", "seq = {text}", flip(0)), "deep:V40", unchanged, unchanged, "{text}", ""},
		{"text: bytes, cut", "consent_text.body", alter("consent_text.body", "seq = {unused}", cut(1)), "deep:V40", unchanged, unchanged, "{unused}", ""},
		{"text: bytes swapped", "consent_text.body", swap("consent_text.body", "seq = {text}", "seq = {english}"), "deep:V40,V40", unchanged, unchanged, "{english}", ""},
		{"text: bytes with their SHA-256", "consent_text.sha256", func(w *world, p *place) {
			alter("consent_text.body", "seq = {text}", flip(0))(w, p)
			alter("consent_text.sha256", "seq = {text}", flip(0))(w, p)
		}, "deep:V40", unchanged, unchanged, "{text}", ""},
		{"text: SHA-256", "consent_text.sha256", alter("consent_text.sha256", "seq = {text}", flip(0)), "deep:V55", unchanged, unchanged, "{text}", ""},
		{"text: kind", "consent_text.kind", by("UPDATE consent_text SET kind = 'notice' WHERE seq = {text}"), "deep:V55", unchanged, unchanged, "{text}", ""},
		{"text: label", "consent_text.label", alter("consent_text.label", "seq = {text}", flip(0)), "deep:V55", unchanged, unchanged, "{text}", ""},
		{"text: language", "consent_text.language", by("UPDATE consent_text SET language = 'en' WHERE seq = {text}"), "deep:V55", unchanged, unchanged, "{text}", ""},
		{"text: day", "consent_text.day", by("UPDATE consent_text SET day = '2026-01-02' WHERE seq = {text}"), "deep:V55", unchanged, unchanged, "{text}", ""},
		{"text: number", "consent_text.seq", by("UPDATE consent_text SET seq = {q1} WHERE seq = {text}"), "deep:V41,V55", unchanged, unchanged, "{text}", ""},
		{"text: numbers swapped", "consent_text.seq", swap("consent_text.seq", "seq = {text}", "seq = {english}"), "deep:V40,V40", unchanged, unchanged, "{text}", ""},
		{"text: beyond the end", "consent_text.seq", alter("consent_text.seq", "seq = {unused}", flip(20)), "deep:V41,V55", unchanged, unchanged, "{unused}", ""},
		{"text: before all", "consent_text.seq", alter("consent_text.seq", "seq = {unused}", flip(63)), "deep:V55,V41", unchanged, unchanged, "{unused}", ""},
		{"text: deleted", "", by("DELETE FROM consent_text WHERE seq = {text}"), "deep:V41", unchanged, unchanged, "{text}", ""},
		{"text: one more", "", by("INSERT INTO consent_text SELECT {q1}, kind, 'x', language, zeroblob(32), day, body FROM consent_text WHERE seq = {text}"), "deep:V55", unchanged, unchanged, "{q1}", ""},

		{"erasure: by another entry", "consent_erased.by", by("UPDATE consent_erased SET by = {partby} WHERE seq = {erased} AND by = {by}"), "deep:V55,V55", unchanged, unchanged, "{erased}", ""},
		{"erasure: by none, beyond the end", "consent_erased.by", by("UPDATE consent_erased SET by = by + 100000 WHERE seq = {erased} AND by = {by}"), "deep:V55,V55", unchanged, unchanged, "{by}", ""},
		{"erasure: of another entry", "consent_erased.seq", by("UPDATE consent_erased SET seq = {q1} WHERE seq = {erased} AND by = {by}"), "deep:V55,V55", unchanged, unchanged, "{by}", ""},
		{"erasure: row deleted", "", by("DELETE FROM consent_erased WHERE seq = {erased}"), "deep:V55", unchanged, unchanged, "{by}", ""},
		{"erasure: the second row of a part deleted", "", by("DELETE FROM consent_erased WHERE by = {again}"), "deep:V55", unchanged, unchanged, "{again}", ""},
		{"erasure: one more", "", by("INSERT INTO consent_erased VALUES ({q1}, {by})"), "deep:V55", unchanged, unchanged, "{q1}", ""},
		{"erasure: one more, by what is none", "", by("INSERT INTO consent_erased VALUES ({q1}, {q3})"), "deep:V55", unchanged, unchanged, "{q1}", ""},
		{"erasure: one more, beyond the end", "", by("INSERT INTO consent_erased VALUES ({q1}, 5000)"), "deep:V55", unchanged, unchanged, "{q1}", ""},
		{"erasure: not at its end, whose process is dead", "consent_erasing.process", by("INSERT INTO consent_erasing VALUES ({pe}, '1000000000000000')"), "deep:V37", unchanged, unchanged, "", "logged"},
		{"erasure: not at its end, of no process", "consent_erasing.person", by("INSERT INTO consent_erasing VALUES (5000, '')"), "deep:V37", unchanged, unchanged, "", "logged"},
	}
}

// dataKeys are the rows of ring_data_key: one for each person. A damaged key is one finding for all that it should open.
func dataKeys() []mutation {
	const living = "log = 'consent' AND id = {p1}"
	const erased = "log = 'consent' AND id = {pe}"
	return []mutation{
		{"data key: one bit", "ring_data_key.wrapped", alter("ring_data_key.wrapped", living, flip(0)), "deep:V39", unchanged, unchanged, "", "logged"},
		{"data key: cut", "ring_data_key.wrapped", alter("ring_data_key.wrapped", living, cut(1)), "deep:V39", unchanged, unchanged, "", "logged"},
		{"data key: destroyed", "ring_data_key.wrapped", by("UPDATE ring_data_key SET wrapped = zeroblob(length(wrapped)) WHERE " + living), "deep:V36", unchanged, unchanged, "", "logged"},
		{"data key: two swapped", "ring_data_key.wrapped", swap("ring_data_key.wrapped", living, "log = 'consent' AND id = {p2}"), "deep:V39,V39", unchanged, unchanged, "", "logged"},
		{"data key: of another log", "ring_data_key.log", by("UPDATE ring_data_key SET log = 'audit' WHERE " + living), "deep:V36", unchanged, unchanged, "", "logged"},
		{"data key: of another person", "ring_data_key.id", alter("ring_data_key.id", living, flip(20)), "deep:V36", unchanged, unchanged, "", "logged"},
		{"data key: deleted", "", by("DELETE FROM ring_data_key WHERE " + living), "deep:V36", unchanged, unchanged, "", "logged"},
		{"data key: one more, of nobody", "", by("INSERT INTO ring_data_key VALUES ('consent', 5000, x'00')"), "", unchanged, unchanged, "", "logged"},
		{"data key: of somebody erased in part, destroyed", "", by("UPDATE ring_data_key SET wrapped = zeroblob(length(wrapped)) WHERE log = 'consent' AND id = {pp}"), "deep:V36", unchanged, unchanged, "", "logged"},
		{"data key: of an erased person, from an older copy", "ring_data_key.wrapped", func(w *world, p *place) {
			older := w.Older.Copy(p.T)
			text := w.Names.Replace("SELECT wrapped FROM ring_data_key WHERE log = 'consent' AND id = {late}")
			if len(bytes.Trim(value[[]byte](older, text), "\x00")) == 0 {
				p.T.Fatal("it was erased before")
			}
			p.Exec(w.Names.Replace("UPDATE ring_data_key SET wrapped = $1 WHERE log = 'consent' AND id = {late}"), value[[]byte](older, text))
		}, "deep:V37", unchanged, unchanged, "", "logged"},
		{"data key: of an erased person, one bit", "ring_data_key.wrapped", alter("ring_data_key.wrapped", erased, flip(0)), "deep:V37", unchanged, unchanged, "", "logged"},
		{"data key: of an erased person, deleted", "", by("DELETE FROM ring_data_key WHERE " + erased), "deep:V55", unchanged, unchanged, "", "logged"},
	}
}

// copies are older copies of this or that, put back: what was erased since is there again.
func copies() []mutation {
	// restored puts rows of the older copy back into the store.
	restored := func(text string) func(*world, *place) {
		return func(w *world, p *place) {
			older := w.Older.Copy(p.T)
			db, _ := p.Raw()
			_, err := db.ExecContext(p.T.Context(), "ATTACH '"+older.DB()+"' AS older")
			must(p.T, err)
			by(text)(w, p)
			_, err = db.ExecContext(p.T.Context(), "DETACH older")
			must(p.T, err)
		}
	}
	const sealed = "INSERT INTO consent_sealed SELECT * FROM older.consent_sealed WHERE seq = {lately}"
	const key = "log = 'consent' AND id = {late}"
	keys := func(w *world, p *place) { ledgertest.CopyFile(p.T, w.Older.KeyDB(), p.KeyDB()) }
	return []mutation{
		{"copy: sealed values", "", restored(sealed), "deep:V37", unchanged, unchanged, "{lately}", ""},
		{"copy: sealed values and their key", "", both(restored(sealed), func(w *world, p *place) {
			older := w.Older.Copy(p.T)
			p.Exec(w.Names.Replace("UPDATE ring_data_key SET wrapped = $1 WHERE "+key), value[[]byte](older, w.Names.Replace("SELECT wrapped FROM ring_data_key WHERE "+key)))
		}), "deep:V37,V37", unchanged, unchanged, "{lately}", ""},
		{"copy: sealed values of which a part was erased", "", restored("UPDATE consent_sealed SET sd = (SELECT sd FROM older.consent_sealed WHERE seq = {halved}) WHERE seq = {halved}"), "deep:V37", unchanged, unchanged, "{halved}", ""},
		{"copy: the row that leads to the person", "", restored("UPDATE consent_event SET person = (SELECT person FROM older.consent_event WHERE seq = {lately}) WHERE seq = {lately}"), "deep:V37", unchanged, unchanged, "{lately}", ""},
		{"copy: the digest of the content", "", restored("UPDATE consent_event SET same = (SELECT same FROM older.consent_event WHERE seq = {lately}) WHERE seq = {lately}"), "deep:V37", unchanged, unchanged, "{lately}", ""},
		{"copy: the digest of what was erased in part", "", restored("UPDATE consent_event SET same = (SELECT same FROM older.consent_event WHERE seq = {halved}) WHERE seq = {halved}"), "deep:V37", unchanged, unchanged, "{halved}", ""},
		{"copy: the number of the person", "", restored("UPDATE consent_person SET tag = (SELECT tag FROM older.consent_person WHERE id = {late}) WHERE id = {late}"), "deep:V37", unchanged, unchanged, "", ""},
		{"copy: all of an entry", "", restored(sealed + "; UPDATE consent_event SET (person, same) = (SELECT person, same FROM older.consent_event WHERE seq = {lately}) WHERE seq = {lately}; " +
			"UPDATE consent_person SET tag = (SELECT tag FROM older.consent_person WHERE id = {late}) WHERE id = {late}"), "deep:V37", unchanged, unchanged, "{lately}", ""},
		// Of who came since there is no key, and of who was erased since there is one again.
		{"copy: the key store", "", keys, "deep:V36,V37,V55,V36*87", unchanged, unchanged, "", ""},
		// Of who was erased since the values are there again, but no entry says that they were erased, and no key opens them.
		{"copy: the store", "", ledgertest.Replaced(ledgertest.RecentOf), "deep:V36,V36", "quick:V26 deep:V26,V36,V36", "deep:V36,V36", "", "logged"},
		{"copy: the store and the key store", "", both(ledgertest.Replaced(ledgertest.RecentOf), func(w *world, p *place) { ledgertest.CopyFile(p.T, w.Recent.KeyDB(), p.KeyDB()) }), "", "quick:V26", "", "", "logged"},
		{"copy: the store, before the key changed", "", ledgertest.Replaced(ledgertest.OlderOf), "deep:V36,V36", "quick:V04,V26 deep:V04,V26,V36,V36", "deep:V36,V36", "", "logged"},
	}
}

// unkeyed is a store without its keys.
func unkeyed() []mutation {
	return []mutation{
		{"keys: all deleted", "", by("DELETE FROM ring_data_key"), "deep:V55,V36*157", unchanged, unchanged, "", ""},
		{"keys: another master key", "", func(_ *world, p *place) { p.Keys = ledgertest.MasterKeys(p.T, 2) }, "deep:V36*157", unchanged, unchanged, "", ""},
		{"sealed values: all deleted", "", by("DELETE FROM consent_sealed"), "deep:V35*528", unchanged, unchanged, "", ""},
		{"rows: all deleted", "", by("DELETE FROM consent_event"), "deep:V55*572", unchanged, unchanged, "", ""},
	}
}
