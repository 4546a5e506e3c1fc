package consent

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"iskurctl/internal/consent/event"
	"iskurctl/internal/fault"
	"iskurctl/internal/store"
)

// keysMade counts the data keys that were ever made.
func (b *bed) keysMade(t *testing.T) int64 { return got(b.ring.Last(context.Background(), Name))(t) }

func reject(event.Row, *event.Problem) error { return nil }

func TestARowThatIsRejectedCostsNoKey(t *testing.T) {
	t.Parallel()
	b := newBed(t).texts(t)
	b.batch = 10
	var events []event.Event
	for i := range 200 {
		e := acts(i)[2] // a consent without a notice
		switch {
		case i%5 == 0:
			e = eventAt(i, 0, event.Notice, event.Presented, "no-such-text")
		case i%7 == 0:
			e = eventAt(i, 0, event.Notice, event.Presented, "riza-1")
		}
		events = append(events, e)
	}
	for range 2 {
		tally, err := b.Import(context.Background(), file(events...), reject, nil)
		must(t, err)
		if tally.Rejected != 200 || b.keysMade(t) != 0 {
			t.Errorf("%+v, %d keys", tally, b.keysMade(t))
		}
	}
	events = append(events, acts(300)...)
	must(t, func() error { _, err := b.Import(context.Background(), file(events...), reject, nil); return err }())
	if n := b.keysMade(t); n != 1 {
		t.Errorf("%d keys for one person", n)
	}
}

// That an id was used in the batch before cannot be known ahead.
func TestSpareKeysAreUsedAndNeverMoreThanTwoBatches(t *testing.T) {
	t.Parallel()
	b := newBed(t).texts(t)
	b.batch = 10
	var events []event.Event
	for i := range 300 {
		e := acts(i)[0]
		e.ID = sessionOf(i % 10)
		events = append(events, e)
	}
	for i := range 30 {
		events = append(events, acts(300 + i)[0])
	}
	tally, err := b.Import(context.Background(), file(events...), reject, nil)
	must(t, err)
	if tally.Recorded != 40 || tally.Rejected != 290 {
		t.Fatalf("%+v", tally)
	}
	if n := b.keysMade(t); n > 40+2*10 {
		t.Errorf("%d keys for 40 people", n)
	}
	b.sound(t)
}

// A key store that was put back from before would give out ids again that belong to somebody.
func TestNobodyNewIsRecordedWithAnOldCopyOfTheKeyStore(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	b := people(t, 5)
	must(t, b.keys.Truncate(ctx))
	old := got(os.ReadFile(filepath.Join(b.dir, "keys.db")))(t)
	b.add(t, 5, 10)
	b.close()
	right := got(os.ReadFile(filepath.Join(b.dir, "keys.db")))(t)
	put := func(keys []byte) *bed {
		for _, suffix := range []string{"-wal", "-shm"} {
			_ = os.Remove(filepath.Join(b.dir, "keys.db"+suffix))
		}
		must(t, os.WriteFile(filepath.Join(b.dir, "keys.db"), keys, 0o600))
		return openBed(t, b.dir, store.Open)
	}

	b = put(old)
	size, made := got(b.size(ctx))(t), b.keysMade(t)
	for range 2 {
		_, err := b.Record(ctx, acts(20)[0])
		wantFault(t, err, fault.Unverifiable, "key_store_old")
		tally, err := b.Import(ctx, file(acts(21)...), takeNothing, nil)
		wantFault(t, err, fault.Unverifiable, "key_store_old")
		if tally != (Tally{}) {
			t.Errorf("%+v", tally)
		}
	}
	if got(b.size(ctx))(t) != size || b.keysMade(t) != made {
		t.Error("something was written")
	}
	b.close()

	b = put(right)
	b.add(t, 20, 25)
	b.sound(t)
}
