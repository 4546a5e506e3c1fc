package tccmd

import (
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/tckn/bulk"
)

// guarded turns a panic on a goroutine of its own into an error that repeats nothing: neither value nor stack, which could
// show numbers. Without it the program would end on the spot.
func guarded(work func() error) (err error) {
	defer func() {
		if recover() != nil {
			err = fault.New(fault.Internal, "internal", i18n.T("program hatası", "a bug in the program"))
		}
	}()
	return work()
}

// guardedWorker gives a panic of Work as the error of Done, at the block's turn.
type guardedWorker struct {
	bulk.Worker
	err error
}

func (w *guardedWorker) Work(b bulk.Block) (lines int64, understood bool) {
	w.err = guarded(func() error {
		lines, understood = w.Worker.Work(b)
		return nil
	})
	return lines, understood || w.err != nil
}

func (w *guardedWorker) Done() error {
	if w.err != nil {
		return w.err
	}
	return guarded(w.Worker.Done)
}
