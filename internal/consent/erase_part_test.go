package consent

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"iskurctl/internal/consent/event"
	"iskurctl/internal/fault"
)

func TestOnlyTheNamedValuesAreErasedAndTheRestStaysReadable(t *testing.T) {
	b := people(t, 20)
	before := collect(t, b.History(t.Context(), tcNumber(4)))
	all := b.trailOf(t, tcNumber(4))
	done := b.erase(t, Erasure{TCs: []string{tcNumber(4)}, Ground: "request", Fields: []string{"phone", "ip", "phone"}})
	for i, d := range done {
		if d.Seq != before[i].Seq || !slices.Equal(d.Fields, []string{"ip", "phone"}) {
			t.Errorf("%+v", d)
		}
	}
	if found := b.in(t, all); !slices.Equal(sorted(found), []string{"key", "tag"}) {
		t.Errorf("in the files: %v", found)
	}
	after := collect(t, b.History(t.Context(), tcNumber(4)))
	if len(done) != 3 || len(after) != 3 {
		t.Fatalf("%d entries erased, %d found", len(done), len(after))
	}
	for i, e := range after {
		want := before[i]
		want.Event.Subject.Phone, want.Event.IP, want.Erased = "", "", []string{"ip", "phone"}
		if e.Event.Subject != want.Event.Subject || e.Event.IP != "" || e.Event.ContactPreference != want.Event.ContactPreference || !slices.Equal(e.Erased, want.Erased) {
			t.Errorf("%+v, want %+v", e, want)
		}
	}
	if s := got(b.Status(t.Context(), tcNumber(4)))(t); s.Consent != "given" {
		t.Errorf("%+v", s)
	}
	b.sound(t)

	_, err := b.Erase(t.Context(), Erasure{TCs: []string{tcNumber(4)}, Ground: "request", Fields: []string{"phone"}}, nil)
	wantFault(t, err, fault.Negative, "nothing_to_erase")
	done = b.erase(t, Erasure{TCs: []string{tcNumber(4)}, Ground: "court", Fields: []string{"father_name", "phone"}})
	if len(done) != 3 || !slices.Equal(done[0].Fields, []string{"father_name"}) {
		t.Errorf("%+v", done)
	}
	for i, e := range collect(t, b.History(t.Context(), tcNumber(4))) {
		if want := []string{"father_name", "ip", "phone"}; !slices.Equal(e.Erased, want) {
			t.Errorf("entry %d: erased %v, want %v", i, e.Erased, want)
		}
	}
	b.sound(t)

	all = b.trailOf(t, tcNumber(4)) // and now the rest
	done = b.erase(t, Erasure{TCs: []string{tcNumber(4)}, Ground: "request"})
	if found := b.in(t, all); len(done) != 3 || len(found) > 0 {
		t.Errorf("%d entries, in the files: %v", len(done), found)
	}
	b.sound(t)
}

func sorted(s []string) []string { return slices.Sorted(slices.Values(s)) }

func TestEventsWithoutTheValueStayAsTheyAre(t *testing.T) {
	b := newBed(t).texts(t)
	for i, e := range acts(0) {
		if i == 1 {
			e.Subject.Phone = ""
		}
		_, err := b.Record(t.Context(), e)
		must(t, err)
	}
	entries := collect(t, b.History(t.Context(), tcNumber(0)))
	done := b.erase(t, Erasure{TCs: []string{tcNumber(0)}, Ground: "request", Fields: []string{"phone"}})
	if len(done) != 2 || done[0].Seq != entries[0].Seq || done[1].Seq != entries[2].Seq {
		t.Errorf("%+v", done)
	}
	if again := got(b.Record(t.Context(), withID(entries[1])))(t); !again.Skipped {
		t.Errorf("an event that lost nothing is not known any more: %+v", again)
	}
	b.sound(t)
}

// withID gives the event of an entry with its own id.
func withID(e Entry) event.Event { return e.Event }

// gap gives the place of unused bytes in the page of a file that holds some text.
func gap(t *testing.T, file []byte, text string, size int) int {
	t.Helper()
	const page = 4096
	at := bytes.Index(file, []byte(text))
	if at < 0 {
		t.Fatal("no such page")
	}
	from := at / page * page
	free := bytes.Index(file[from:from+page], make([]byte, size+32))
	if free < 0 {
		t.Fatal("the page is full")
	}
	return from + free + 16
}

// plant writes bytes into an unused part of a page, where SQLite may leave copies of what it moved.
func plant(t *testing.T, path, beside string, value []byte) {
	t.Helper()
	at := gap(t, got(os.ReadFile(path))(t), beside, len(value))
	f := got(os.OpenFile(path, os.O_RDWR, 0))(t)
	_, err := f.WriteAt(value, int64(at))
	must(t, err)
	must(t, f.Close())
}

func TestCopiesInUnusedPartsOfTheDatabaseAreErasedToo(t *testing.T) {
	b := people(t, 5)
	must(t, b.store.Truncate(t.Context()))
	must(t, b.store.Close())
	plant(t, filepath.Join(b.dir, "s.db"), "Metin riza-1", b.numberTag(tcNumber(2)))
	b = b.again(t)
	all := b.trailOf(t, tcNumber(2))
	b.erase(t, Erasure{TCs: []string{tcNumber(2)}, Ground: "request"})
	if found := b.in(t, all); len(found) > 0 {
		t.Errorf("still in the files: %v", found)
	}
	b.sound(t)
}

func TestValuesThatAnEntryNeverHadAreNotSaidToBeErased(t *testing.T) {
	b := newBed(t).texts(t)
	for _, e := range acts(0) {
		e.Subject.BirthDate, e.Subject.FatherName = "", ""
		_, err := b.Record(t.Context(), e)
		must(t, err)
	}
	for i, field := range []string{"phone", "given_name", "surname"} {
		b.erase(t, Erasure{TCs: []string{tcNumber(0)}, Ground: "request", Fields: []string{field}})
		want := sorted([]string{"phone", "given_name", "surname"}[:i+1])
		for _, e := range collect(t, b.History(t.Context(), tcNumber(0))) {
			if !slices.Equal(e.Erased, want) {
				t.Errorf("after %s: %v, want %v", field, e.Erased, want)
			}
		}
	}
	b.sound(t)
}

func TestAnErasureThatWasChangedIsNotBelieved(t *testing.T) {
	b := people(t, 2)
	b.erase(t, Erasure{TCs: []string{tcNumber(1)}, Ground: "request", Fields: []string{"phone"}})
	done := b.erase(t, Erasure{TCs: []string{tcNumber(1)}, Ground: "request", Fields: []string{"surname"}})
	b.behind(t, `UPDATE consent_leaf SET leaf = CAST(replace(CAST(leaf AS TEXT), 'surname', 'ip') AS BLOB) WHERE seq = $1`, done[0].By)
	for _, err := range b.History(t.Context(), tcNumber(1)) {
		wantFault(t, err, fault.Integrity, "consent_damaged")
		return
	}
}
