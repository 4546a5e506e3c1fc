package app

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// withSignals ends the context at the first INT, TERM or HUP, with the error to report as its cause. From then on the
// signals have their default action again: a second Ctrl-C kills.
func withSignals(parent context.Context, p *printer) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(parent)
	ch := make(chan os.Signal, 1)
	signal.Notify(ch, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		select {
		case s := <-ch:
			signal.Stop(ch)
			cancel(interrupted(s))
		case <-ctx.Done():
		}
	}()
	return ctx, func() { signal.Stop(ch); cancel(nil) }
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
