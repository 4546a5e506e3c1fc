package bulk

import (
	"bytes"
	"context"
	"io"
	"slices"
	"sync"
)

// Worker does the work on one block after another, on one goroutine.
type Worker interface {
	// Work takes a block and gives the number of its lines; false when the block holds something that only careful
	// reading can judge. It must not keep the block.
	Work(b Block) (lines int64, understood bool)
	// Done hands over what Work made of its last block. It is called in the order of the blocks, never twice at once.
	Done() error
}

// Run is a pass over an input.
type Run struct {
	Source   Source
	Line     int64 // number of the first line
	Numbered bool  // blocks are to know their lines' numbers before they are worked on
	Workers  int   // goroutines
	New      func() Worker
}

// Rest is what was left when a block was not understood, or could not be read.
type Rest struct {
	Reader io.Reader // from the start of that block; nil when nothing is left
	Line   int64     // number of its first line
}

// Do works the input off. Errors are those of Done, and the cause of ctx when it ends first.
func (r Run) Do(ctx context.Context) (Rest, error) {
	s := &state{Run: r, line: r.Line, numbered: r.Line}
	s.turn.L, s.number.L = &s.mu, &s.mu
	var wg sync.WaitGroup
	for range r.Workers {
		wg.Go(func() { s.work(ctx) })
	}
	wg.Wait()
	switch {
	case s.err != nil:
		return Rest{}, s.err
	case s.stopped:
		slices.SortFunc(s.vain, func(a, b taken) int { return a.place - b.place })
		return Rest{r.Source.rest(s.vain), s.line}, nil
	}
	return Rest{Line: s.line}, nil
}

// state is what the goroutines share.
type state struct {
	Run

	mu      sync.Mutex
	number  sync.Cond // the next block can learn its line
	turn    sync.Cond // the next block can hand over
	stopped bool
	vain    []taken
	err     error

	place int   // of the block that hands over next
	line  int64 // number of its first line

	numberedPlace int   // of the block that learns its line next
	numbered      int64 // that line
}

func (s *state) work(ctx context.Context) {
	w := s.New()
	var buf []byte
	for {
		t, more := s.Source.next(buf)
		if !more {
			return
		}
		buf = t.data
		b := Block{Data: t.data, Last: t.last}
		if s.Numbered {
			b.Line = s.firstLine(t)
		}
		var lines int64
		understood := false
		if t.whole() && ctx.Err() == nil {
			lines, understood = w.Work(b)
		}
		if !s.handOver(ctx, w, t, lines, understood) {
			return
		}
	}
}

// firstLine waits until it is known how many lines the blocks before have.
func (s *state) firstLine(t taken) int64 {
	lines := int64(bytes.Count(t.data, []byte{'\n'}))
	if t.last && t.data[len(t.data)-1] != '\n' {
		lines++
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.numberedPlace != t.place {
		s.number.Wait()
	}
	line := s.numbered
	s.numbered += lines
	s.numberedPlace++
	s.number.Broadcast()
	return line
}

// handOver waits for the block's turn and reports whether the work goes on.
func (s *state) handOver(ctx context.Context, w Worker, t taken, lines int64, understood bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for !s.stopped && s.place != t.place {
		s.turn.Wait()
	}
	if !s.stopped && understood {
		s.mu.Unlock()
		err := w.Done()
		s.mu.Lock()
		if err == nil {
			s.place++
			s.line += lines
			s.turn.Broadcast()
			return true
		}
		s.err = err
	}
	if ctx.Err() != nil && s.err == nil {
		s.err = context.Cause(ctx)
	}
	s.vain = append(s.vain, t)
	s.stopped = true
	s.turn.Broadcast()
	return false
}
