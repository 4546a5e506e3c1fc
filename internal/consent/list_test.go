package consent

import (
	"context"
	"database/sql"
	"fmt"
	"testing"
	"time"

	"iskurctl/internal/consent/event"
	"iskurctl/internal/fault"
)

// tamper changes the store past the triggers, as its owner could.
func (b *bed) tamper(t testing.TB, statements ...string) {
	t.Helper()
	must(t, b.store.Write(context.Background(), func(tx *sql.Tx) error {
		rows, err := tx.Query("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		var drop []string
		for rows.Next() {
			var name string
			if err := rows.Scan(&name); err != nil {
				return err
			}
			drop = append(drop, "DROP TRIGGER "+name)
		}
		if err := rows.Err(); err != nil {
			return err
		}
		for _, s := range append(drop, statements...) {
			if _, err := tx.Exec(s); err != nil {
				return err
			}
		}
		return nil
	}))
}

func (b *bed) record(t testing.TB, events ...event.Event) (ids []string) {
	t.Helper()
	for _, e := range events {
		ids = append(ids, got(b.Record(context.Background(), e))(t).ID)
	}
	return ids
}

func TestAFilterGivesWhatMatchesAndNothingElse(t *testing.T) {
	b := newBed(t).texts(t)
	for i := range 3 {
		b.record(t, acts(i)...)
	}
	other := eventAt(3, 3, event.Notice, event.Presented, "aydinlatma-1")
	other.Channel, other.Subject.GivenName, other.Subject.Surname = "alo170", "ILGIN", "İçöz"
	b.record(t, other)
	sha := hashes(t, b)["riza-1"]
	minute := func(m int) time.Time { return eventAt(0, m, "", "", "").Time }
	for _, c := range []struct {
		name string
		f    Filter
		want []int64
	}{
		{"everything", Filter{}, []int64{4, 5, 6, 7, 8, 9, 10, 11, 12, 13}},
		{"act", Filter{Act: event.Consent}, []int64{6, 9, 12}},
		{"step", Filter{Step: event.Presented}, []int64{5, 8, 11, 13}},
		{"label", Filter{Text: "riza-1"}, []int64{6, 9, 12}},
		{"hash", Filter{Text: sha}, []int64{6, 9, 12}},
		{"unknown text", Filter{Text: "riza-7"}, nil},
		{"channel", Filter{Channel: "alo170"}, []int64{13}},
		{"session", Filter{Session: sessionOf(1)}, []int64{7, 8, 9}},
		{"one number", Filter{Numbers: []string{tcNumber(1)}}, []int64{7, 8, 9}},
		{"numbers", Filter{Numbers: []string{tcNumber(2), tcNumber(0), tcNumber(77)}}, []int64{4, 5, 6, 10, 11, 12}},
		{"nobody", Filter{Numbers: []string{}}, nil},
		{"unknown number", Filter{Numbers: []string{tcNumber(77)}}, nil},
		{"from", Filter{From: minute(2)}, []int64{6, 9, 12, 13}},
		{"to", Filter{To: minute(1)}, []int64{4, 7, 10}},
		{"between", Filter{From: minute(1), To: minute(2)}, []int64{5, 8, 11}},
		{"name, Turkish letters folded", Filter{Name: "ılgın"}, []int64{13}},
		{"name, i is not ı", Filter{Name: "ilgin"}, nil},
		{"surname", Filter{Name: "ÇÖZ"}, []int64{13}},
		{"both names", Filter{Name: "ayşe yıl", Act: event.Notice}, []int64{5, 8, 11}},
		{"both names, the surname first", Filter{Name: " YILMAZ  ayş ", Act: event.Notice}, []int64{5, 8, 11}},
		{"one word that is in no name", Filter{Name: "ayşe ılgın"}, nil},
		{"all together", Filter{Act: event.Consent, Numbers: []string{tcNumber(1)}, Channel: "portal", Session: sessionOf(1)}, []int64{9}},
	} {
		var seqs []int64
		for _, e := range collect(t, b.List(context.Background(), c.f)) {
			seqs = append(seqs, e.Seq)
		}
		if fmt.Sprint(seqs) != fmt.Sprint(c.want) {
			t.Errorf("%s: %v, want %v", c.name, seqs, c.want)
		}
	}
	for _, err := range b.List(context.Background(), Filter{Session: "x"}) {
		wantFault(t, err, fault.Usage, "session_invalid")
	}
}

func TestMoreRowsThanAPageComeAllAndInOrder(t *testing.T) {
	b := newBed(t).texts(t)
	var events []event.Event
	var numbers []string
	for i := range 400 {
		events = append(events, acts(i)...)
		numbers = append(numbers, tcNumber(i))
	}
	_, err := b.Import(context.Background(), file(events...), nil, nil)
	must(t, err)
	for name, c := range map[string]struct {
		f    Filter
		want int
	}{"all": {Filter{}, 1200}, "by the index": {Filter{Numbers: numbers[:90]}, 270}, "compared": {Filter{Numbers: numbers[100:]}, 900}} {
		all := collect(t, b.List(context.Background(), c.f))
		if len(all) != c.want {
			t.Errorf("%s: %d, want %d", name, len(all), c.want)
		}
		for i := 1; i < len(all); i++ {
			if all[i].Seq <= all[i-1].Seq {
				t.Fatalf("%s: %d after %d", name, all[i].Seq, all[i-1].Seq)
			}
		}
	}
}

func TestAnEventIsFoundByItsID(t *testing.T) {
	b := newBed(t).texts(t)
	id := b.record(t, acts(0)...)[1]
	if e := got(b.Find(context.Background(), id))(t); e.Event.ID != id || e.Event.Subject.TC != tcNumber(0) {
		t.Errorf("%+v", e)
	}
	for _, id := range []string{sessionOf(5), "x", ""} {
		_, err := b.Find(context.Background(), id)
		wantFault(t, err, fault.Negative, "event_unknown")
	}
}

func TestARowThatDoesNotAgreeWithItsEntryIsRefused(t *testing.T) {
	for _, change := range []string{
		"UPDATE consent_event SET time = time + 1 WHERE seq = 6",
		"UPDATE consent_event SET step = 'refused' WHERE seq = 6",
		"UPDATE consent_event SET act = 'notice' WHERE seq = 6",
		"UPDATE consent_event SET session = zeroblob(16) WHERE seq = 6",
		"UPDATE consent_event SET id = zeroblob(16) WHERE seq = 6",
		"UPDATE consent_event SET text = 3 WHERE seq = 6",
		"UPDATE consent_event SET notice = NULL WHERE seq = 6",
		"UPDATE consent_event SET notice = 4 WHERE seq = 6",
		"UPDATE consent_event SET prev = 4 WHERE seq = 6",
		"UPDATE consent_event SET person = NULL WHERE seq = 6",
		"UPDATE consent_event SET person = (SELECT max(id) FROM consent_person) WHERE seq = 6",
		"UPDATE consent_event SET same = NULL WHERE seq = 6",
		"UPDATE consent_person SET tag = NULL WHERE id = (SELECT min(id) FROM consent_person)",
		"UPDATE consent_person SET tag = zeroblob(32) WHERE id = (SELECT min(id) FROM consent_person)",
		"UPDATE consent_leaf SET leaf = CAST(replace(CAST(leaf AS TEXT), 'portal', 'mobil') AS BLOB) WHERE seq = 6",
		"UPDATE consent_leaf SET hash = zeroblob(32) WHERE seq = 6",
		"DELETE FROM consent_leaf WHERE seq = 6",
		"DELETE FROM consent_sealed WHERE seq = 6",
		"UPDATE consent_sealed SET sd = (SELECT sd FROM consent_sealed WHERE seq = 5) WHERE seq = 6",
		"UPDATE consent_sealed SET key = (SELECT max(id) FROM consent_person) WHERE seq = 6",
		"INSERT INTO consent_erased (seq, by) VALUES (6, 7)",
	} {
		b := newBed(t).texts(t)
		b.record(t, append(acts(0), acts(1)...)...)
		b.tamper(t, change)
		var last error
		for e, err := range b.List(context.Background(), Filter{}) {
			if last = err; err == nil && e.Seq == 6 {
				t.Errorf("given out after %s", change)
			}
		}
		if last == nil {
			t.Errorf("no error after %s", change)
			continue
		}
		wantFault(t, last, fault.Integrity, "consent_damaged")
		b.close()
	}
}

func TestAnEntryWhoseKeyIsGoneSaysSo(t *testing.T) {
	b := newBed(t).texts(t)
	b.record(t, acts(0)...)
	must(t, b.ring.Destroy(context.Background(), Name, 1))
	for _, err := range b.again(t).List(context.Background(), Filter{}) {
		wantFault(t, err, fault.Unverifiable, "data_key_destroyed")
	}
	_, err := b.again(t).Record(context.Background(), eventAt(0, 5, event.Notice, event.Presented, "aydinlatma-1"))
	wantFault(t, err, fault.Unverifiable, "data_key_destroyed")
}

func TestReadingNeitherStartsTheLogNorMakesAKey(t *testing.T) {
	b := newBed(t)
	ctx := context.Background()
	if all := collect(t, b.List(ctx, Filter{})); len(all) > 0 {
		t.Error(all)
	}
	_, err := b.Rehearse(ctx, file(acts(0)...), func(event.Row, *event.Problem) error { return nil })
	must(t, err)
	if s := got(b.Status(ctx, tcNumber(0)))(t); s != (Status{Agreement: "none", Notice: "none", Consent: "none"}) {
		t.Errorf("%+v", s)
	}
	var heads, keys int
	must(t, b.store.Read().QueryRow("SELECT count(*) FROM consent_log").Scan(&heads))
	must(t, b.keys.Read().QueryRow("SELECT (SELECT count(*) FROM ring_data_key) + (SELECT count(*) FROM ring_signing_key)").Scan(&keys))
	if heads+keys > 0 {
		t.Errorf("%d heads, %d keys", heads, keys)
	}
}
