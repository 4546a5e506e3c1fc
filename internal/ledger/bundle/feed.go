package bundle

import (
	"context"
	"encoding/binary"
	"iter"
	"sync"
	"sync/atomic"

	"iskurctl/internal/ledger"
)

// feed is the source that records.csv is made of: the entries and disclosures as they are read for the bundle, so that a
// log is read, hashed and opened once, not twice. Each of the two is given once, to whoever first asks for a part of
// what the bundle gets; anything else comes from the log itself. Who reads for the bundle waits for who makes the
// table, and the other way round, so little is in memory.
type feed struct {
	ledger.Source
	held   []ledger.Range // tiles of the lowest level whose entries are read
	wanted ledger.Range   // entries whose disclosures are read; empty: none

	entries  stream[*batch]
	revealed stream[*revealed]
}

// stream hands values from one goroutine to another until the one closes it or the other has enough.
type stream[T any] struct {
	ch    chan T
	taken atomic.Bool
	over  chan struct{}
	once  sync.Once
}

func newStream[T any](n int) stream[T] {
	return stream[T]{ch: make(chan T, n), over: make(chan struct{})}
}

// enough lets whoever gives go on alone.
func (s *stream[T]) enough() { s.once.Do(func() { close(s.over) }) }

// give reports whether v will be taken.
func (s *stream[T]) give(ctx context.Context, v T) bool {
	select {
	case <-s.over:
		return false
	default:
	}
	select {
	case s.ch <- v:
		return true
	case <-s.over:
	case <-ctx.Done():
	}
	return false
}

// each gives the values until fn has enough of them.
func (s *stream[T]) each(ctx context.Context, fn func(T) bool) error {
	defer s.enough()
	for {
		select {
		case v, ok := <-s.ch:
			if !ok || !fn(v) {
				return nil
			}
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

func newFeed(src ledger.Source, held []ledger.Range, wanted ledger.Range) *feed {
	return &feed{Source: src, held: held, wanted: wanted, entries: newStream[*batch](2), revealed: newStream[*revealed](4)}
}

// end is called when nobody asks any more.
func (f *feed) end() {
	f.entries.enough()
	f.revealed.enough()
}

// Entries implements ledger.Source. The entries have no Hash: they were compared with their tile.
func (f *feed) Entries(ctx context.Context, from, to int64) iter.Seq2[ledger.Entry, error] {
	return func(yield func(ledger.Entry, error) bool) {
		if !f.reads(from, to) || !f.entries.taken.CompareAndSwap(false, true) {
			f.Source.Entries(ctx, from, to)(yield)
			return
		}
		if err := f.entries.each(ctx, func(b *batch) bool {
			defer b.release()
			rest := b.entries
			for seq := b.index * ledger.Width; len(rest) > 0; seq++ {
				n := 2 + int(binary.BigEndian.Uint16(rest))
				if seq >= to || seq >= from && !yield(ledger.Entry{Seq: seq, Leaf: rest[2:n:n]}, nil) {
					return false
				}
				rest = rest[n:]
			}
			return true
		}); err != nil {
			yield(ledger.Entry{}, err)
		}
	}
}

// reads tells whether all entries of [from, to) that are there are read for the bundle.
func (f *feed) reads(from, to int64) bool {
	asked := whole(ledger.Range{From: from, To: to})
	for _, r := range f.held {
		if from < to && asked.From >= r.From && asked.To <= r.To {
			return true
		}
	}
	return false
}

// revealed is some entries' disclosures, one after the other in text.
type revealed struct {
	of   []ending
	text []byte
}

// ending is where the disclosures of an entry end.
type ending struct {
	seq int64
	end int
}

// maxRevealed is from how many bytes on disclosures are handed over.
const maxRevealed = 32 << 10

func (r *revealed) add(seq int64, sd []byte) {
	r.text = append(r.text, sd...)
	r.of = append(r.of, ending{seq, len(r.text)})
}

func (r *revealed) full() bool { return len(r.text) >= maxRevealed }

// Disclosures implements ledger.Source.
func (f *feed) Disclosures(ctx context.Context, from, to int64) iter.Seq2[ledger.Disclosed, error] {
	return func(yield func(ledger.Disclosed, error) bool) {
		if from >= to || from < f.wanted.From || to > f.wanted.To || !f.revealed.taken.CompareAndSwap(false, true) {
			f.Source.Disclosures(ctx, from, to)(yield)
			return
		}
		if err := f.revealed.each(ctx, func(r *revealed) bool {
			at := 0
			for _, e := range r.of {
				if e.seq >= to || e.seq >= from && !yield(ledger.Disclosed{Seq: e.seq, SD: r.text[at:e.end:e.end]}, nil) {
					return false
				}
				at = e.end
			}
			return true
		}); err != nil {
			yield(ledger.Disclosed{}, err)
		}
	}
}
