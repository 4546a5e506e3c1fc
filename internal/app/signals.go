package app

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// watchSignals ends ctx by cancel at the first INT, TERM or HUP, with the error to report as its cause. From then on
// the signals have their default action again: a second Ctrl-C kills.
func watchSignals(ctx context.Context, cancel context.CancelCauseFunc) {
	ch := make(chan os.Signal, 1)
	signal.Notify(ch, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		select {
		case s := <-ch:
			signal.Stop(ch)
			cancel(interrupted(s))
		case <-ctx.Done():
			signal.Stop(ch)
		}
	}()
}

func interrupted(s os.Signal) *fault.Error {
	class := fault.SignalINT
	switch s {
	case syscall.SIGTERM:
		class = fault.SignalTERM
	case syscall.SIGHUP:
		class = fault.SignalHUP
	}
	return fault.New(class, "interrupted", i18n.T("durduruldu", "stopped"))
}
