package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// maxGroup bounds one commit, so that a caller never waits for an endless one.
const maxGroup = 1024

// request is one caller of Write.
type request struct {
	ctx      context.Context
	fn       func(*sql.Tx) error
	done     chan struct{}
	marked   bool // was in the queue when the present wait for a lock began
	durable  bool // committed, in the file that bears the name
	err      error
	panicked any
}

// Write runs fn in an immediate transaction and returns nil only when it is on the disk. Callers that come together
// share one file lock, one transaction and one sync. Rules for fn: it runs on another goroutine and, when another fn of
// the group failed, a second time after a rollback, so what it leaves outside the transaction must be overwritten; it
// uses neither a context with an end (an interrupted statement rolls everybody back) nor the Store itself; it reports
// every error of a statement. A ctx that ends before fn ran gives the ctx's error and fn never runs; once fn ran, Write
// waits for the commit. A panic of fn comes out of Write, and spoils nobody else's.
func (s *Store) Write(ctx context.Context, fn func(*sql.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	r := &request{ctx: ctx, fn: fn, done: make(chan struct{})}
	s.mu.Lock()
	if err := s.usableLocked(); err != nil {
		s.mu.Unlock()
		return err
	}
	s.queue = append(s.queue, r)
	if !s.working {
		s.working = true
		if s.resting {
			s.resting = false
			s.wake <- struct{}{}
		} else {
			go s.work()
		}
	}
	s.mu.Unlock()
	select {
	case <-r.done:
	case <-ctx.Done():
		if s.leave(r) {
			return ctx.Err()
		}
		<-r.done
	}
	if r.panicked != nil {
		panic(r.panicked)
	}
	return r.err
}

// Finally has fn run once more in tx, after all others of the group and just before the commit: for what a group needs
// only once, such as the head of a log. Call it inside a fn of Write. An error of it counts as one of a fn.
func (s *Store) Finally(tx *sql.Tx, fn func(*sql.Tx) error) {
	s.last = append(s.last, request{fn: fn}) // tx is the worker's only one
}

// Number gives, inside a fn of Write, the number of the transaction. It is one more than that of another transaction only
// if that one was committed and nobody, of whatever process, has committed since: what was read or written in it still
// stands.
func (s *Store) Number() int64 { return s.number }

// leave takes r out of the queue; false when it was already taken into a group.
func (s *Store) leave(r *request) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.Index(s.queue, r)
	if i < 0 {
		return false
	}
	s.queue = slices.Delete(s.queue, i, i+1)
	if len(s.queue) == 0 {
		select {
		case s.vacant <- struct{}{}:
		default:
		}
	}
	return true
}

// work commits groups until the queue is empty, and rests until there is one again. There is one worker at a time. It
// stays between two groups because SQLite wants a deep stack: a new goroutine would grow its own at every commit.
func (s *Store) work() {
	finished := false
	defer func() {
		if !finished { // a fn ended this goroutine (runtime.Goexit); the queue must go on
			go s.work()
		}
	}()
	for {
		for s.more() {
			s.commitQueue()
		}
		select {
		case <-s.wake:
		case <-s.gone:
			finished = true
			return
		}
	}
}

func (s *Store) more() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.queue) > 0 {
		return true
	}
	s.working, s.resting = false, true
	s.idle.Broadcast()
	return false
}

// commitQueue takes the locks and commits whoever then waits. The queue is taken only with the locks in hand: until
// then every caller can still leave.
func (s *Store) commitQueue() {
	s.mark()
	if err := s.lock.acquire(s.timeout, s.vacant); err != nil {
		switch {
		case errors.Is(err, errVacant):
		case fault.From(err).Code == "store_locked":
			s.refuse(err, true)
		default:
			s.refuse(err, false)
		}
		return
	}
	defer s.lock.release()
	if err := s.check(); err != nil {
		s.refuse(err, false)
		return
	}
	s.mark()
	tx, err := s.writer.BeginTx(s.ctx, nil)
	if err != nil {
		if isBusy(err) { // somebody without the file lock; those who came meanwhile wait on
			s.refuse(locked(s.timeout, err), true)
		} else {
			s.refuse(s.Explain(err), false)
		}
		return
	}
	s.commit(tx, s.take())
}

// check is verify, and ends the store when its files are gone or others.
func (s *Store) check() error {
	err := s.verify()
	if err == nil {
		return nil
	}
	if f := fault.From(err); f.Code == "store_missing" || f.Code == "store_replaced" {
		return s.end(f)
	}
	return err
}

// commit runs the group in tx. If one of it fails, everything is rolled back and each runs in a transaction of its own.
func (s *Store) commit(tx *sql.Tx, group []*request) {
	defer finish(group) // whatever happens, nobody waits for ever
	err := s.transact(tx, group)
	if err == nil {
		return
	}
	var guilty *failure
	if len(group) == 1 || !errors.As(err, &guilty) || s.failure() != nil {
		spread(group, s.cause(err))
		return
	}
	for _, r := range group {
		r.panicked = nil
		if r.err = r.ctx.Err(); r.err != nil {
			continue
		}
		tx, err := s.writer.BeginTx(s.ctx, nil)
		if err == nil {
			err = s.transact(tx, []*request{r})
		}
		if err != nil {
			r.err = s.cause(err)
		}
	}
}

// failure is an error of one fn, as opposed to one of the commit, which concerns all.
type failure struct{ err error }

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// cause gives the error as the caller gets it.
func (s *Store) cause(err error) error {
	if ended := s.failure(); ended != nil {
		return ended
	}
	var f *failure
	if errors.As(err, &f) {
		err = f.err
	}
	return s.Explain(err)
}

// transact runs and commits, and checks afterwards that the commit went into the file that bears the name.
func (s *Store) transact(tx *sql.Tx, group []*request) error {
	defer func() { _ = tx.Rollback() }()
	s.last = s.last[:0]
	if s.number++; !s.seen.same() {
		s.number++
	}
	s.seen.forget() // until this one is committed
	live := false
	for _, r := range group {
		if r.err = r.ctx.Err(); r.err != nil {
			continue
		}
		live = true
		if err := r.call(tx); err != nil {
			return s.blame(err)
		}
	}
	if !live {
		return nil
	}
	for i := range s.last {
		if err := s.last[i].call(tx); err != nil {
			return s.blame(err)
		}
	}
	s.seen.expect()
	if err := tx.Commit(); err != nil {
		s.seen.forget()
		return s.Explain(err)
	}
	if err := s.check(); err != nil {
		return err
	}
	for _, r := range group {
		r.durable = r.err == nil
	}
	return nil
}

// blame tells an error of a fn, after which the others may succeed, from one of the disk, after which nobody can.
func (s *Store) blame(err error) error {
	if ioFailure(err) {
		return s.Explain(err)
	}
	return &failure{err}
}

// call runs fn; a panic becomes an error here and is raised again in Write.
func (r *request) call(tx *sql.Tx) (err error) {
	defer func() {
		if v := recover(); v != nil {
			r.panicked = v
			err = aborted()
		}
	}()
	return r.fn(tx)
}

func aborted() error {
	return fault.New(fault.Internal, "store_aborted", i18n.T("kayıt işlemi yarıda kaldı", "the write was broken off"))
}

// spread gives err to all who have none of their own.
func spread(group []*request, err error) {
	for _, r := range group {
		if r.err == nil {
			r.err = err
		}
	}
}

// finish lets the callers go on. Without a commit there is no success, whichever way we got here.
func finish(group []*request) {
	for _, r := range group {
		if !r.durable && r.err == nil {
			r.err = aborted()
		}
		close(r.done)
	}
}

func (s *Store) take() []*request {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := min(len(s.queue), maxGroup)
	group := slices.Clone(s.queue[:n])
	s.queue = slices.Delete(s.queue, 0, n)
	return group
}

// mark remembers who waits now: only those may be refused when the wait for a lock is over.
func (s *Store) mark() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.queue {
		r.marked = true
	}
}

func (s *Store) refuse(err error, marked bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuseLocked(err, marked)
}

func (s *Store) refuseLocked(err error, marked bool) {
	s.queue = slices.DeleteFunc(s.queue, func(r *request) bool {
		if marked && !r.marked {
			return false
		}
		r.err = err
		close(r.done)
		return true
	})
}
