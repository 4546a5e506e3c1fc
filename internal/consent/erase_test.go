package consent

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"iskurctl/internal/consent/event"
	"iskurctl/internal/fault"
	"iskurctl/internal/ledger"
)

// trail is every byte that leads to a person or holds something of theirs.
type trail map[piece]string

// trailOf reads it from the tables, before they are changed.
func (b *bed) trailOf(t testing.TB, tc string) trail {
	t.Helper()
	all := make(trail)
	add := func(what string, value []byte) {
		for i := 0; i+pieceSize <= len(value); i++ {
			all[piece(value[i:])] = what
		}
	}
	tag := b.numberTag(tc)
	add("tag", tag)
	var id int64
	must(t, b.store.Read().QueryRow(personByTag, tag).Scan(&id))
	rows, err := b.store.Read().Query(actsOf, id, -1, 1000)
	must(t, err)
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var d doomed
		must(t, rows.Scan(&d.seq, &d.ms, &d.same, &d.key, &d.sd))
		add("sealed value", d.sd)
		add("digest of the content", d.same)
	}
	must(t, rows.Err())
	for _, w := range got(b.ring.Wrapped(t.Context(), Name, []int64{id}))(t) {
		add("key", w[9:]) // the header is the same for all
	}
	return all
}

// in names what of the trail stands in the files, each once.
func (b *bed) in(t testing.TB, all trail) (found []string) {
	t.Helper()
	for _, path := range got(filepath.Glob(filepath.Join(b.dir, "*")))(t) {
		if strings.HasSuffix(path, "-shm") {
			continue
		}
		file := got(os.ReadFile(path))(t)
		for i := 0; i+pieceSize <= len(file); i++ {
			if what, ok := all[piece(file[i:])]; ok && !slices.Contains(found, what) {
				found = append(found, what)
			}
		}
	}
	return found
}

// people gives a log with n people, three events each.
func people(t testing.TB, n int) *bed {
	t.Helper()
	b := newBed(t).texts(t)
	b.add(t, 0, n)
	return b
}

func (b *bed) add(t testing.TB, from, to int) {
	t.Helper()
	var events []event.Event
	for i := from; i < to; i++ {
		events = append(events, acts(i)...)
	}
	tally, err := b.Import(context.Background(), file(events...), func(r event.Row, p *event.Problem) error { return fmt.Errorf("line %d: %w", r.Line, p) }, nil)
	must(t, err)
	if tally.Recorded != int64(len(events)) {
		t.Fatalf("%+v", tally)
	}
}

// erase erases and wants nothing to be left behind.
func (b *bed) erase(t testing.TB, e Erasure) (done []Erased) {
	t.Helper()
	left, err := b.Erase(context.Background(), e, func(x Erased) error { done = append(done, x); return nil })
	must(t, err)
	if len(left) > 0 {
		t.Errorf("left behind: %+v", left)
	}
	return done
}

// sound verifies at every level; the deepest one with what the entries mean.
func (b *bed) sound(t testing.TB) {
	t.Helper()
	head, _, err := b.Ledger().Head(context.Background())
	must(t, err)
	for _, level := range []ledger.Level{ledger.Quick, ledger.Default, ledger.Full, ledger.Deep} {
		o := ledger.Options{Log: Name, Level: level, Vkey: head.Vkey, Scrub: 512}
		if level == ledger.Deep {
			o.Domain = NewCheck(b.Log, b.Ledger().Source(), ledger.Range{To: head.Size})
		}
		r, err := ledger.Verify(context.Background(), b.Ledger().Source(), o)
		must(t, err)
		if len(r.Findings) > 0 || r.Verdict != "ok" {
			t.Errorf("%s: %s, %+v", level, r.Verdict, r.Findings)
		}
	}
}

// pending gives how many erasures are not at their end.
func (b *bed) pending(t testing.TB) (n int) {
	t.Helper()
	must(t, b.store.Read().QueryRow("SELECT count(*) FROM consent_erasing").Scan(&n))
	return n
}

func TestAnErasedPersonIsInNoFileAndEverybodyElseStays(t *testing.T) {
	b := people(t, 30)
	other := b.trailOf(t, tcNumber(8))
	all := b.trailOf(t, tcNumber(7))
	if n := len(b.in(t, all)); n != 4 {
		t.Fatalf("%d kinds of traces before: this test proves nothing", n)
	}
	before := collect(t, b.History(t.Context(), tcNumber(7)))
	done := b.erase(t, Erasure{TCs: []string{tcNumber(7)}, Ground: "request"})
	if found := b.in(t, all); len(found) > 0 {
		t.Errorf("still in the files: %v", found)
	}
	if n := len(b.in(t, other)); n != 4 {
		t.Errorf("of somebody else only %d kinds of traces are left", n)
	}
	if len(done) != 3 || done[0].Seq != before[0].Seq || done[2].By != done[0].By+2 || !slices.Equal(done[1].Fields, []string{"*"}) {
		t.Errorf("%+v", done)
	}
	if left := collect(t, b.History(t.Context(), tcNumber(7))); len(left) != 0 {
		t.Errorf("the person is still found: %+v", left)
	}
	if s := got(b.Status(t.Context(), tcNumber(7)))(t); s.Consent != none || s.Agreement != none || s.Notice != none {
		t.Errorf("%+v", s)
	}
	for _, e := range collect(t, b.List(t.Context(), Filter{})) {
		gone := slices.ContainsFunc(done, func(x Erased) bool { return x.Seq == e.Seq })
		if gone != slices.Equal(e.Erased, []string{"*"}) || gone != (e.Event.Subject.TC == "") {
			t.Errorf("entry %d: %+v", e.Seq, e)
		}
	}
	if b.pending(t) != 0 {
		t.Error("the erasure is not at its end")
	}
	b.sound(t)
	_, err := b.Erase(t.Context(), Erasure{TCs: []string{tcNumber(7)}, Ground: "request"}, nil)
	wantFault(t, err, fault.Negative, "nothing_to_erase")
}

func TestSomebodyWhoWasErasedMayComeBack(t *testing.T) {
	b := people(t, 3)
	b.erase(t, Erasure{TCs: []string{tcNumber(1)}, Ground: "request"})
	b.add(t, 1, 2)
	if s := got(b.Status(t.Context(), tcNumber(1)))(t); s.Consent != "given" || len(collect(t, b.History(t.Context(), tcNumber(1)))) != 3 {
		t.Errorf("%+v", s)
	}
	b.sound(t)
	all := b.trailOf(t, tcNumber(1))
	back := false
	left, err := b.Erase(t.Context(), Erasure{TCs: []string{tcNumber(1)}, Ground: "request"}, func(Erased) error {
		if !back { // before the files are looked through
			back = true
			b.add(t, 1, 2)
		}
		return nil
	})
	must(t, err)
	if len(left) > 0 {
		t.Errorf("the new traces are taken for old ones: %+v", left)
	}
	if found := b.in(t, all); !slices.Contains(found, "tag") || slices.Contains(found, "key") || slices.Contains(found, "sealed value") {
		t.Errorf("found %v", found)
	}
	b.sound(t)
}

func TestManyPeopleAreErasedInTheOrderGivenAndEachOnce(t *testing.T) {
	b := people(t, 120)
	var numbers []string
	trails := make(map[int]trail)
	for i := 0; i < 110; i++ {
		numbers = append(numbers, tcNumber(i), tcNumber(5000+i), tcNumber(i))
		trails[i] = b.trailOf(t, tcNumber(i))
	}
	done := b.erase(t, Erasure{TCs: numbers, Ground: "expired"})
	seen := make(map[int64]bool)
	for _, d := range done {
		if seen[d.Seq] {
			t.Errorf("entry %d is erased twice", d.Seq)
		}
		seen[d.Seq] = true
	}
	if len(done) != 330 {
		t.Errorf("%d entries", len(done))
	}
	for i, all := range trails {
		if found := b.in(t, all); len(found) > 0 {
			t.Errorf("person %d: still in the files: %v", i, found)
		}
		if i > 5 {
			break
		}
	}
	if n := len(collect(t, b.List(t.Context(), Filter{Numbers: []string{tcNumber(111)}}))); n != 3 {
		t.Errorf("of somebody who stays %d entries are left", n)
	}
	b.sound(t)
}

func TestAPersonsManyEventsAreErasedInPages(t *testing.T) {
	b := people(t, 2)
	var events []event.Event
	for m := range 2*pageActs + 50 {
		e := eventAt(1, m, event.Notice, event.Presented, "aydinlatma-1")
		e.Session = sessionOf(1000 + m)
		events = append(events, e)
	}
	_, err := b.Import(t.Context(), file(events...), func(_ event.Row, p *event.Problem) error { return p }, nil)
	must(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	var done []Erased
	_, err = b.Erase(ctx, Erasure{TCs: []string{tcNumber(1), tcNumber(0)}, Ground: "court"}, func(x Erased) error {
		done = append(done, x)
		cancel() // between two commits
		return nil
	})
	if err == nil || len(done) != pageActs {
		t.Fatalf("%d entries, %v", len(done), err)
	}
	if n := len(collect(t, b.History(t.Context(), tcNumber(1)))); n != pageActs+50+3 {
		t.Errorf("%d of the person's events are found", n)
	}
	if b.pending(t) != 1 {
		t.Error("nobody knows of the erasure that was stopped")
	}
	all := b.trailOf(t, tcNumber(1))
	done = append(done, b.again(t).erase(t, Erasure{TCs: []string{tcNumber(1), tcNumber(0)}, Ground: "court"})...)
	slices.SortFunc(done, func(a, b Erased) int { return int(a.Seq - b.Seq) })
	if same := func(a, b Erased) bool { return a.Seq == b.Seq }; len(slices.CompactFunc(done, same)) != 2*pageActs+50+6 {
		t.Errorf("%d entries", len(done))
	}
	if found := b.in(t, all); len(found) > 0 {
		t.Errorf("still in the files: %v", found)
	}
	b.sound(t)
}

func TestADestroyedKeyOpensNothingThatComesBackFromABackup(t *testing.T) {
	b := people(t, 3)
	var id, key int64
	var sealed []byte
	must(t, b.store.Read().QueryRow(personByTag, b.numberTag(tcNumber(1))).Scan(&id))
	must(t, b.store.Read().QueryRow("SELECT s.seq, s.sd FROM consent_sealed s WHERE s.key = $1 ORDER BY s.seq LIMIT 1", id).Scan(&key, &sealed))
	opens := got(b.ring.Find(t.Context(), Name, id))(t)
	if _, err := opens.Open(nil, sealed, Name, key); err != nil {
		t.Fatal(err)
	}
	b.erase(t, Erasure{TCs: []string{tcNumber(1)}, Ground: "request"})
	for _, b := range []*bed{b, b.again(t)} {
		_, err := b.ring.Find(t.Context(), Name, id)
		wantFault(t, err, fault.Unverifiable, "data_key_destroyed")
	}
	must(t, b.store.Write(t.Context(), func(tx *sql.Tx) error {
		_, err := tx.Exec("INSERT INTO consent_sealed (seq, key, sd) VALUES ($1, $2, $3)", key, id, sealed)
		return err
	}))
	for d, err := range b.Ledger().Source().Disclosures(t.Context(), key, key+1) {
		must(t, err)
		if fault.ClassOf(d.Err) != fault.Unverifiable || d.SD != nil {
			t.Errorf("the value that came back: %q, %v", d.SD, d.Err)
		}
	}
	if fresh := got(b.ring.New(t.Context(), Name, 1))(t)[0]; fresh.ID <= id {
		t.Errorf("the number of the key is used again: %d", fresh.ID)
	}
}

func TestWhatMayNotBeErasedIsRefused(t *testing.T) {
	b := people(t, 1)
	tcs := []string{tcNumber(0)}
	for _, c := range []struct {
		e    Erasure
		want string
	}{
		{Erasure{TCs: tcs}, "erase_ground"}, {Erasure{TCs: tcs, Ground: "boredom"}, "erase_ground"},
		{Erasure{TCs: tcs, Ground: "request", Fields: []string{"tc"}}, "erase_tc"}, {Erasure{TCs: tcs, Ground: "request", Fields: []string{"phone", "tc"}}, "erase_tc"},
		{Erasure{TCs: tcs, Ground: "request", Fields: []string{}}, "erase_field"}, {Erasure{TCs: tcs, Ground: "request", Fields: []string{"phone", "telefon"}}, "erase_field"},
	} {
		_, err := b.Erase(t.Context(), c.e, nil)
		wantFault(t, err, fault.Usage, c.want)
	}
	for _, e := range []Erasure{{TCs: nil, Ground: "request"}, {TCs: []string{tcNumber(9), "x"}, Ground: "request"}, {TCs: []string{tcNumber(9)}, Ground: "request", Fields: []string{"ip"}}} {
		_, err := b.Erase(t.Context(), e, nil)
		wantFault(t, err, fault.Negative, "nothing_to_erase")
	}
	if n := len(collect(t, b.History(t.Context(), tcNumber(0)))); n != 3 {
		t.Errorf("%d events are left", n)
	}
	b.sound(t)
}
