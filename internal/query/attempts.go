package query

import (
	"context"
	"errors"
	"sync"
	"time"

	"iskurctl/internal/audit"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/myk"
)

// The attempts rule of the service contract: at most three attempts an item, full jitter, a Retry-After obeyed when it
// fits, and few extra calls over a run, so that a struggling service is not pushed over.
const (
	maxAttempts = 3
	baseWait    = 500 * time.Millisecond
	maxWait     = 30 * time.Second
)

// budget limits the extra calls of a run to max(2, 10 % of its items).
type budget struct {
	mu          sync.Mutex
	items, used int64
}

// grow tells the budget of n more items.
func (b *budget) grow(n int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.items += n
}

func (b *budget) take() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.used >= max(2, b.items/10) {
		return false
	}
	b.used++
	return true
}

// question is one item to ask.
type question struct {
	request myk.Request
	method  audit.Method
	// slots, when given, bounds the calls under way. A slot is held from the log row to the end of the reply, so that
	// the writing of outcomes does not take a place among them.
	slots chan struct{}
	// stop, when given, is told of a failure that ends the batch.
	stop func(error)
	// waiting, when given, ends the waits (for a turn, for a slot, before a retry) but not a call under way.
	waiting context.Context
	// check, when given, looks at what only the caller can know of a reply (a *myk.Failure refuses it).
	check func(*myk.Reply) error
}

// call makes the attempts of one item. Every attempt has a log row of its own, durable before its first byte leaves.
func (s *Service) call(ctx context.Context, q question) (*myk.Reply, error) {
	if q.waiting == nil {
		q.waiting = ctx
	}
	for attempt := 1; ; attempt++ {
		reply, err := s.attempt(ctx, q, attempt)
		var failure *myk.Failure
		if !errors.As(err, &failure) {
			return reply, err
		}
		if !failure.Retry || attempt == maxAttempts || ctx.Err() != nil {
			return nil, failure
		}
		wait := s.cfg.Jitter(min(maxWait, baseWait<<attempt))
		if failure.RetryAfter > 0 {
			wait = failure.RetryAfter
			if wait > maxWait {
				return nil, s.later(failure)
			}
		}
		if !s.budget.take() {
			return nil, failure
		}
		if err := s.cfg.Sleep(q.waiting, wait); err != nil {
			return nil, err
		}
	}
}

// later reports a Retry-After that does not fit: the person is told when to come back instead of being kept waiting.
func (s *Service) later(f *myk.Failure) error {
	e := *f.Fault
	e.RetryAt = s.cfg.Now().Add(f.RetryAfter).UTC()
	e.Hint = i18n.Tf("servis, şu zamandan sonra yeniden denenmesini istiyor: %s", "the service asks to be tried again after %s",
		e.RetryAt.Format("2006-01-02T15:04:05.000Z"))
	out := *f
	out.Fault, out.Retry = &e, false
	return &out
}

func (s *Service) attempt(ctx context.Context, q question, attempt int) (*myk.Reply, error) {
	if err := s.limiter.Wait(q.waiting); err != nil {
		if cause := context.Cause(q.waiting); cause != nil {
			err = cause
		}
		return nil, err
	}
	if q.slots != nil {
		select {
		case q.slots <- struct{}{}:
		case <-q.waiting.Done():
			return nil, context.Cause(q.waiting)
		}
		if q.waiting.Err() != nil { // both were ready
			<-q.slots
			return nil, context.Cause(q.waiting)
		}
	}
	row := audit.Query{User: s.cfg.User, Host: s.cfg.Host, Method: q.method, Purpose: s.cfg.Purpose, Attempt: attempt, KimlikNo: q.request.KimlikNo}
	for _, p := range q.request.Params {
		row.Params = append(row.Params, audit.Param{Name: p.Name, Value: p.Value})
	}
	seq, began, reply, err := s.send(ctx, row, q)
	if err != nil && q.stop != nil && stops(err) {
		q.stop(err) // before the slot is free: no further call may begin
	}
	if q.slots != nil {
		<-q.slots
	}
	if began.IsZero() {
		return nil, err
	}
	// A call that was made gets its outcome even when the person has pressed Ctrl-C meanwhile.
	end := s.cfg.Log.End(context.WithoutCancel(ctx), seq, audit.Outcome{
		Code: outcome(reply, err), Records: records(reply), Duration: s.cfg.Now().Sub(began)})
	if end != nil {
		return nil, end
	}
	return reply, err
}

// send logs and calls. began is zero when no log row was written, and then nothing was sent.
func (s *Service) send(ctx context.Context, row audit.Query, q question) (seq int64, began time.Time, reply *myk.Reply, err error) {
	if s.cfg.Authorise != nil {
		if err := s.cfg.Authorise(ctx, row.Method); err != nil {
			if logged := s.cfg.Log.Refuse(ctx, row); logged != nil {
				return 0, time.Time{}, nil, logged
			}
			return 0, time.Time{}, nil, err
		}
	}
	if seq, err = s.cfg.Log.Begin(ctx, row); err != nil {
		return 0, time.Time{}, nil, err
	}
	began = s.cfg.Now()
	reply, err = s.cfg.Client.Do(myk.Logged(ctx, seq), q.request)
	if err == nil && q.check != nil {
		err = q.check(reply)
	}
	if err != nil {
		return seq, began, nil, err
	}
	return seq, began, reply, nil
}

func outcome(r *myk.Reply, err error) audit.OutcomeCode {
	var failure *myk.Failure
	switch {
	case errors.As(err, &failure):
		return audit.OutcomeCode(failure.Outcome)
	case err != nil:
		return audit.Unknown
	case records(r) == 0:
		return audit.None
	}
	return audit.OK
}

func records(r *myk.Reply) int {
	if r == nil {
		return 0
	}
	return len(r.Certificates) + len(r.Qualifications)
}

// stops reports whether the failure ends a whole batch: credentials or TLS refused (the institution's account may
// lock), our own refusal, or a store that can no longer log.
func stops(err error) bool {
	var failure *myk.Failure
	if errors.As(err, &failure) {
		return failure.StopBatch
	}
	switch fault.ClassOf(err) {
	case fault.Refused, fault.Store, fault.Integrity, fault.Usage, fault.Internal, fault.Unverifiable:
		return true
	}
	return false
}
