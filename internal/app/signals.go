package app

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// watchSignals ends ctx by cancel at the first INT, TERM or HUP, with the error to report as its cause. A moment later
// the signals have their default action again: a second Ctrl-C kills. A signal that whoever started us has us ignore
// (nohup, a job in the background) stays ignored.
//
// PIPE is taken as well, and nobody listens: a write to a stdout whose reader has gone then gives EPIPE instead of
// killing the process in the middle of calls, whose outcomes would be missing in the log.
func watchSignals(ctx context.Context, cancel context.CancelCauseFunc) {
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	ch := make(chan os.Signal, 1)
	for _, s := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(s) {
			signal.Notify(ch, s)
		}
	}
	go func() {
		select {
		case s := <-ch:
			cancel(interrupted(s))
			time.Sleep(sameSignal)
			signal.Stop(ch)
		case <-ctx.Done():
			signal.Stop(ch)
		}
	}()
}

// sameSignal is how close together two signals count as one: timeout(1) and other supervisors send theirs to the process and
// to its group, and the second of the pair would kill before anything is said.
const sameSignal = 100 * time.Millisecond

func interrupted(s os.Signal) *fault.Error {
	class := fault.SignalINT
	switch s {
	case syscall.SIGTERM:
		class = fault.SignalTERM
	case syscall.SIGHUP:
		class = fault.SignalHUP
	case syscall.SIGPIPE:
		class = fault.SignalPIPE
	}
	return fault.New(class, "interrupted", i18n.T("durduruldu", "stopped"))
}
