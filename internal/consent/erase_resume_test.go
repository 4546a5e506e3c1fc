package consent

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"iskurctl/internal/consent/event"
	"iskurctl/internal/fault"
	"iskurctl/internal/ledger"
)

// haunted is a key store beside whose files another one lies with old bytes that writing anew does not take away.
type haunted struct {
	*brittle
	ghost   []byte
	rebuilt int
}

func (r *haunted) Raw(fn func(path string, r io.Reader) error) error {
	return errors.Join(r.Ring.Raw(fn), fn("ghost", bytes.NewReader(r.ghost)))
}

func (r *haunted) Rebuild(ctx context.Context) error {
	r.rebuilt++
	return r.Ring.Rebuild(ctx)
}

func (b *bed) wrapped(t *testing.T, tc string) []byte {
	t.Helper()
	var id int64
	must(t, b.store.Read().QueryRow(personByTag, b.numberTag(tc)).Scan(&id))
	return got(b.ring.Wrapped(t.Context(), Name, []int64{id}))(t)[0]
}

func TestOldBytesInTheKeyStoreAreErasedToo(t *testing.T) {
	b := people(t, 5)
	wrapped := b.wrapped(t, tcNumber(2))
	must(t, b.ring.Rebuild(t.Context())) // empties the -wal
	plant(t, filepath.Join(b.dir, "keys.db"), "a data key is only ever destroyed", wrapped)
	all := b.trailOf(t, tcNumber(2))
	b.erase(t, Erasure{TCs: []string{tcNumber(2)}, Ground: "request"})
	if found := b.in(t, all); len(found) > 0 {
		t.Errorf("still in the files: %v", found)
	}
	b.sound(t)
}

func TestWhereOldBytesAreLeftTheErasureIsNotAtItsEnd(t *testing.T) {
	b := people(t, 5)
	h := &haunted{brittle: &brittle{Ring: b.ring}, ghost: b.wrapped(t, tcNumber(2))}
	c := b.cfg
	c.Ring = func() (Ring, error) { return h, nil }
	left, err := New(c).Erase(t.Context(), Erasure{TCs: []string{tcNumber(2), tcNumber(3)}, Ground: "request"}, func(Erased) error { return nil })
	must(t, err)
	if !slices.Equal(left, []Residue{{Path: "ghost", Found: 1}}) || h.rebuilt != 1 {
		t.Errorf("left %v, the key store was written anew %d times", left, h.rebuilt)
	}
	if b.pending(t) != 2 {
		t.Errorf("%d erasures are not at their end", b.pending(t))
	}
	b.close() // the next process knows that something is left, not what
	b = b.again(t)
	if f := b.findings(t); len(f) != 1 || f[0].Code != ledger.ErasedDataPresent {
		t.Errorf("%v", f)
	}
	h.Ring = b.ring
	c = b.cfg
	c.Ring = func() (Ring, error) { return h, nil }
	if n := got(New(c).Resume(t.Context()))(t); n != 2 || h.rebuilt != 2 {
		t.Errorf("%d finished, the key store was written anew %d times", n, h.rebuilt)
	}
	b.sound(t)
}

// halfErased gives an eraser that has erased some of a person's events, in a process of its own, and the person.
func (b *bed) halfErased(t *testing.T) (x *eraser, id int64) {
	t.Helper()
	var events []event.Event
	for m := range pageActs + 50 {
		e := eventAt(1, m, event.Notice, event.Presented, "aydinlatma-1")
		e.Session = sessionOf(1000 + m)
		events = append(events, e)
	}
	_, err := b.Import(t.Context(), file(events...), func(_ event.Row, p *event.Problem) error { return p }, nil)
	must(t, err)
	return b.eraser(t, tcNumber(1)), b.person(t, tcNumber(1))
}

func (b *bed) eraser(t *testing.T, tc string) *eraser {
	t.Helper()
	x := &eraser{log: b.Log, ring: b.ring, process: got(b.st.ProcessLock())(t), ground: "request", tags: [][]byte{b.numberTag(tc)}, after: -1, old: newNeedles(), left: make(map[string]int)}
	x.turn(t)
	return x
}

func (x *eraser) turn(t *testing.T) {
	t.Helper()
	_, err := x.page(t.Context())
	must(t, err)
}

func (b *bed) person(t *testing.T, tc string) (id int64) {
	t.Helper()
	must(t, b.store.Read().QueryRow(personByTag, b.numberTag(tc)).Scan(&id))
	return id
}

func TestAnErasureThatSomebodyIsAtWorkOnIsLeftAlone(t *testing.T) {
	b := people(t, 2)
	a := b.again(t) // another process
	x, id := a.halfErased(t)
	if n := got(b.Resume(t.Context()))(t); n != 0 || b.pending(t) != 1 {
		t.Errorf("%d erasures of a living process were finished", n)
	}
	x.turn(t)
	a.close() // before it destroys the key
	if n := got(b.Resume(t.Context()))(t); n != 1 {
		t.Errorf("%d finished", n)
	}
	_, err := b.ring.Find(t.Context(), Name, id)
	wantFault(t, err, fault.Unverifiable, "data_key_destroyed")
	b.sound(t)
}

func TestWhoErasesMoreOfAPersonOwesWhatOthersLeft(t *testing.T) {
	b := people(t, 2)
	dead := b.again(t)
	_, id := dead.halfErased(t)
	all := b.trailOf(t, tcNumber(1))
	dead.close()
	left, process, err := b.abandoned(t.Context())
	must(t, err)
	people, keys, err := b.takeOver(t.Context(), left, process)
	must(t, err)
	if !slices.Equal(people, []int64{id}) || len(keys) > 0 {
		t.Fatalf("took over %v, keys %v", people, keys)
	}
	a := b.again(t)
	x := a.eraser(t, tcNumber(1)) // the rest
	if !x.anew || len(x.keys) != 1 {
		t.Errorf("what the other one owed is forgotten: %v", x.keys)
	}
	if n := got(b.finished(t.Context(), people, process))(t); n != 0 || b.pending(t) != 1 {
		t.Error("somebody else's erasure was taken for finished")
	}
	must(t, x.settle(t.Context()))
	if found := b.in(t, all); len(found) > 0 || b.pending(t) != 0 {
		t.Errorf("still in the files: %v", found)
	}
	b.sound(t)
}

func TestAKeyOfAnErasedPersonThatCameBackIsDestroyed(t *testing.T) {
	b := people(t, 3)
	before := b.copied(t, "", nil)
	b.erase(t, Erasure{TCs: []string{tcNumber(1)}, Ground: "request"})
	b = b.copied(t, "keys.db", before)
	if f := b.findings(t); len(f) != 1 || f[0].Code != ledger.ErasedDataPresent {
		t.Fatalf("%v", f)
	}
	_, err := b.Erase(t.Context(), Erasure{TCs: []string{tcNumber(1)}, Ground: "request"}, nil)
	wantFault(t, err, fault.Negative, "nothing_to_erase")
	b.sound(t)
	if n := got(b.Resume(t.Context()))(t); n != 0 {
		t.Errorf("%d destroyed twice", n)
	}
}

func TestAKeyUnderWhichValuesStandIsNotDestroyedForAnEmptyRow(t *testing.T) {
	b := people(t, 3)
	id := b.person(t, tcNumber(1))
	b.tamper(t, "UPDATE consent_event SET person = NULL WHERE person = 2", "UPDATE consent_person SET tag = NULL WHERE id = 2")
	if n := got(b.Resume(t.Context()))(t); n != 0 {
		t.Errorf("%d", n)
	}
	_, err := b.ring.Find(t.Context(), Name, id)
	must(t, err)
}

func TestWhatWasErasedIsToldWithTheTimeOfTheEvent(t *testing.T) {
	b := people(t, 2)
	before := collect(t, b.History(t.Context(), tcNumber(1)))
	for i, d := range b.erase(t, Erasure{TCs: []string{tcNumber(1)}, Ground: "request"}) {
		if !d.Time.Equal(before[i].Event.Time) {
			t.Errorf("%v, want %v", d.Time, before[i].Event.Time)
		}
	}
}

func TestTheErasuresOfAnEntryAreFoundByItsNumberAndByTheirOwn(t *testing.T) {
	b := people(t, 3)
	part := b.erase(t, Erasure{TCs: []string{tcNumber(1)}, Ground: "court", Fields: []string{"phone"}})
	whole := b.erase(t, Erasure{TCs: []string{tcNumber(1)}, Ground: "request"})
	all := got(b.Erasures(t.Context(), []int64{part[0].Seq, whole[1].By}))(t)
	var by []int64
	for _, x := range all {
		by = append(by, x.By)
	}
	if !slices.Equal(by, []int64{part[0].By, whole[0].By, whole[1].By}) || !slices.Equal(all[0].Fields, []string{"phone"}) || all[2].Seq != whole[1].Seq {
		t.Errorf("%+v", all)
	}
	stays := collect(t, b.List(t.Context(), Filter{Numbers: []string{tcNumber(0)}}))[0].Seq
	for _, seq := range []int64{0, stays, 1 << 40, -1} {
		_, err := b.Erasures(t.Context(), []int64{seq})
		wantFault(t, err, fault.Negative, "entry_not_erased")
	}
	dir := filepath.Join(t.TempDir(), "belge")
	must(t, b.Certificate(t.Context(), dir, all))
	if names := got(os.ReadDir(dir))(t); len(names) != 3*2+3 {
		t.Errorf("%v", names)
	}
}
