package query

import (
	"context"
	"errors"
	"sync"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

const (
	// window bounds how far the calls may run ahead of the item that is to be printed next.
	window = 256
	// enough failures in a row end a batch: the service is down, and hammering it helps nobody.
	enough = 10
)

// Item is one number of a batch with its answer, or with the error that was left after its attempts.
type Item struct {
	Line   int64
	Answer Answer
	Err    *fault.Error
}

// Result counts a batch.
type Result struct {
	Total, Answered, Failed int64
	// Stop is why the batch ended before its end, nil when every item had its turn.
	Stop error
}

// turn is an item on its way through the workers; done is closed when ans and err are final.
type turn struct {
	it      item
	ans     Answer
	err     error
	first   bool // of those that are asked
	skipped bool
	done    chan struct{}
}

// run is the state of one batch.
type run struct {
	s       *Service
	job     *Job
	slots   chan struct{}
	answers *answers
	open    context.Context // ends when no further item may be asked; calls under way end by themselves
	cancel  context.CancelFunc
	mu      sync.Mutex
	alone   chan struct{} // closed when the first call has ended: from then on they run side by side
	why     error
	inRow   int
}

// Batch asks for every unanswered number of the job and gives all of them, answered before or now, to emit in input
// order. An error of emit ends it. Answers are kept in the job as they come (see answers). The first item is asked
// alone, so that a refused password costs one request and not as many as may be under way.
func (s *Service) Batch(ctx context.Context, job *Job, emit func(Item) error) (Result, error) {
	feed, cancel := context.WithCancel(ctx)
	defer cancel()
	r := &run{s: s, job: job, open: feed, cancel: cancel, slots: make(chan struct{}, s.cfg.Concurrency), alone: make(chan struct{}), answers: newAnswers(job)}

	order := make(chan *turn, window)
	work := make(chan *turn)
	var workers, keeper sync.WaitGroup
	ended := make(chan struct{})
	keeper.Go(func() {
		defer r.bug(nil)
		r.answers.beat(context.WithoutCancel(ctx), ended, r.end)
	})
	for range 2 * s.cfg.Concurrency { // half of them write outcomes while the other half call
		workers.Go(func() {
			for t := range work {
				r.turn(ctx, t)
			}
		})
	}
	var feedErr error
	go func() {
		defer close(order)
		defer close(work)
		defer r.bug(nil)
		feedErr = r.feed(feed, order, work)
	}()

	res := Result{Total: job.Items}
	var emitErr error
	for t := range order {
		<-t.done
		switch {
		case emitErr != nil || t.skipped:
			continue
		case t.err != nil:
			res.Failed++
			emitErr = emit(Item{Line: t.it.line, Answer: Answer{KimlikNo: t.it.kimlikNo}, Err: fault.From(t.err)})
		default:
			res.Answered++
			emitErr = emit(Item{Line: t.it.line, Answer: t.ans})
		}
		if emitErr != nil {
			cancel()
		}
	}
	workers.Wait()
	close(ended)
	keeper.Wait()
	if err := r.answers.flush(context.WithoutCancel(ctx)); err != nil {
		r.end(err)
	}
	res.Stop = r.why
	if cause := context.Cause(ctx); cause != nil {
		res.Stop = cause
	}
	if feedErr != nil && res.Stop == nil && emitErr == nil && !errors.Is(feedErr, context.Canceled) {
		res.Stop = feedErr
	}
	if res.Stop == nil && emitErr == nil && res.Answered+res.Failed != res.Total {
		res.Stop = damaged(nil) // somebody took items away while the batch ran
	}
	return res, emitErr
}

// turn gives an item its turn; whatever happens, its place in the order is freed.
func (r *run) turn(ctx context.Context, t *turn) {
	defer close(t.done)
	defer r.bug(t)
	r.ask(ctx, t)
}

// bug, deferred in each goroutine of a batch, turns a panic into an error: the runtime's own report would show what the
// panic was about, and that may be a number.
func (r *run) bug(t *turn) {
	if recover() == nil {
		return
	}
	if t != nil {
		t.err = errBug
	}
	r.end(errBug)
}

var errBug = errors.New("a goroutine of the batch panicked")

// feed hands the items out in input order until all are out or the batch is stopped.
func (r *run) feed(ctx context.Context, order, work chan<- *turn) error {
	first := true
	for it, err := range r.job.items(ctx) {
		if err != nil {
			return err
		}
		t := &turn{it: it, first: first && it.answer == nil, done: make(chan struct{})}
		if it.answer != nil {
			t.ans = it.answer.answer()
			close(t.done)
		}
		select {
		case order <- t:
		case <-ctx.Done():
			return nil
		}
		if it.answer != nil {
			continue
		}
		first = false
		r.s.budget.grow(1)
		if err := r.answers.expect(ctx, it.pos); err != nil {
			t.skipped = true
			close(t.done)
			return err
		}
		select {
		case work <- t:
		case <-ctx.Done():
			t.skipped = true
			close(t.done)
			return nil
		}
	}
	return nil
}

// ask makes the calls of one item and keeps its answer.
func (r *run) ask(ctx context.Context, t *turn) {
	if !t.first {
		select {
		case <-r.alone:
		case <-r.open.Done():
		}
	}
	if r.open.Err() != nil {
		t.skipped = true
		return
	}
	t.ans, t.err = r.s.number(ctx, question{slots: r.slots, waiting: r.open, stop: r.end}, t.it.kimlikNo)
	var keep *stored
	if t.err == nil {
		keep = keepable(t.it.pos, t.ans)
	}
	if err := r.answers.done(context.WithoutCancel(ctx), t.it.pos, keep); t.err == nil {
		t.err = err
	}
	if t.err != nil && (ctx.Err() != nil || errors.Is(t.err, context.Canceled)) {
		t.skipped = true // interrupted, not failed: --resume asks again
		return
	}
	r.finished(t.err)
	if t.first {
		close(r.alone)
	}
}

// finished counts the failures in a row and ends the batch where going on would be wrong.
func (r *run) finished(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err == nil {
		r.inRow = 0
		return
	}
	r.inRow++
	if stops(err) {
		r.endLocked(err)
	} else if r.inRow >= enough {
		r.endLocked(fault.New(fault.Partial, "batch_stopped",
			i18n.T("art arda 10 numara alınamadı; toplu sorgu durduruldu", "10 numbers in a row failed; the batch was stopped")).
			WithHint(i18n.T("servis düzelince aynı komutu --resume ile yineleyin", "when the service is well again, repeat the same command with --resume")).Because(err))
	}
}

// end stops the batch: no further call begins. The first reason is the one that is reported.
func (r *run) end(why error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.endLocked(why)
}

func (r *run) endLocked(why error) {
	if r.why == nil {
		r.why = why
		r.cancel()
	}
}
