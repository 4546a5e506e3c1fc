package consent

import (
	"context"

	"iskurctl/internal/consent/event"
	"iskurctl/internal/fault"
)

// Record makes one event durable. The same event again, under the same id or without one, is skipped and said to be. An
// event that cannot be taken is class Input with the problem's code, and errors.As finds the *event.Problem; other
// errors are those of the store and of the key store.
func (l *Log) Record(ctx context.Context, e event.Event) (Recorded, error) {
	drafts := make([]draft, 1)
	if err := l.drafter(nil).draft(&drafts[0], event.Row{Event: e}, l.now()); err != nil {
		return Recorded{}, err
	}
	if p := drafts[0].problem; p != nil {
		return Recorded{}, refused(p)
	}
	var done decision
	err := l.write(ctx, func(w *writer) error {
		s, err := l.load(w.ctx, w.Tx, drafts)
		if err != nil {
			return err
		}
		decisions, _, err := w.record(s, drafts, nil)
		if err != nil {
			return err
		}
		done = decisions[0] // a problem is no error here: that would roll back the others of the commit
		return nil
	})
	switch {
	case err != nil:
		return Recorded{}, err
	case done.problem != nil:
		return Recorded{}, refused(done.problem)
	}
	return done.result(&drafts[0]), nil
}

func (v *decision) result(d *draft) Recorded {
	if v.there != nil {
		return Recorded{Seq: v.there.seq, ID: v.there.id.String(), Skipped: true}
	}
	return Recorded{Seq: v.seq, ID: d.id.String()}
}

// refused is an event that cannot be taken, as an error.
func refused(p *event.Problem) error { return fault.New(fault.Input, p.Code, p.Text).Because(p) }
