package tccmd

import (
	"errors"
	"strings"
	"testing"

	"iskurctl/internal/fault"
	"iskurctl/internal/tckn/bulk"
)

type panicking struct{ work, done bool }

func (p panicking) Work(bulk.Block) (int64, bool) {
	if p.work {
		panic("10000000146")
	}
	return 1, true
}

func (p panicking) Done() error {
	if p.done {
		panic("10000000146")
	}
	return nil
}

func TestAPanicOfAWorkerIsAnErrorThatRepeatsNothing(t *testing.T) {
	for _, p := range []panicking{{work: true}, {done: true}} {
		_, err := bulk.Run{
			Source: bulk.Stream(strings.NewReader(strings.Repeat("10000000146\n", 100)), 64), Line: 1, Workers: 3, Numbered: true,
			New: func() bulk.Worker { return &guardedWorker{Worker: p} },
		}.Do(t.Context())
		var f *fault.Error
		if !errors.As(err, &f) || f.Class != fault.Internal || strings.Contains(err.Error(), "100000") {
			t.Errorf("%+v: %v", p, err)
		}
	}
}
