// Package app is the composition root: arguments → language → streams → dependencies → root command. It is the only
// place that turns an error into an exit code, a text or a JSON line, and the only one that looks at the process's
// environment, clock, chance and user.
package app

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	stdlog "log"
	"os"
	"runtime/debug"
	"syscall"
	"time"

	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/term"
)

// Env is the process as the program sees it. Tests make their own.
type Env struct {
	Args                  []string // without the program's name
	Stdin, Stdout, Stderr *os.File
	Getenv                func(string) (string, bool)
	Now                   func() time.Time
	Rand                  io.Reader
	User                  func() (string, error) // operating-system login name
	Host                  func() (string, error)
}

// OSEnv is the real process.
func OSEnv() Env {
	return Env{
		Args: os.Args[1:], Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.LookupEnv,
		Now: time.Now, Rand: rand.Reader, Host: os.Hostname,
		User: loginName,
	}
}

// Main runs one command line and gives the exit code of help topic "exit-codes".
func Main(e Env) int {
	harden()
	args := rewrite(e.Args)
	p := &printer{err: e.Stderr, lang: language(args, e.Getenv), json: wantsJSON(args, e.Getenv)}
	streams := term.System(e.Stdin, e.Stdout, e.Stderr, e.Getenv)
	streams.SetColor(colour(args, e.Getenv), e.Getenv)
	p.palette = streams.ErrPalette()

	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	var err error
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer func() {
			if recover() != nil { // neither value nor stack: they could show personal data
				err = errPanic
			}
		}()
		err = run(ctx, cancel, e, args, streams, p.lang)
	}()
	var end *fault.Error
	if !within(ctx, grace, ended) {
		end = fault.From(context.Cause(ctx))
	} else if err != nil {
		end = verdict(ctx, err)
	}
	switch {
	case end == nil:
		return int(fault.OK)
	case end.Class == fault.SignalPIPE: // as every filter ends whose reader has seen enough: without a word
		return int(end.Class)
	}
	said := make(chan struct{})
	go func() {
		defer close(said)
		p.report(end)
	}()
	within(ctx, lastWord, said)
	return int(end.Class)
}

// After a signal the command has grace to end by itself, so that its calls get their outcomes and its own exit code
// counts. What hangs then in a call that nothing can call back (a write that nobody reads, the opening of a named pipe,
// the lock of another process) goes with the process: the store is made to survive that. Together they keep a Ctrl-C
// below a second.
const (
	grace    = 850 * time.Millisecond
	lastWord = 100 * time.Millisecond // for a stderr that nobody reads either
)

// within waits for done, but no longer than d once ctx has ended, and reports whether done came.
func within(ctx context.Context, d time.Duration, done <-chan struct{}) bool {
	select {
	case <-done:
		return true
	case <-ctx.Done():
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-done:
		return true
	case <-t.C:
		return false
	}
}

// run builds the tree, runs the command and closes what it opened.
func run(ctx context.Context, cancel context.CancelCauseFunc, e Env, args []string, streams *term.Streams, lang i18n.Lang) error {
	w := &wiring{env: e, ctx: ctx, lang: lang}
	deps := &cmdkit.Deps{Lang: lang, Streams: streams, Globals: &cmdkit.Globals{}, Env: e.Getenv, Now: e.Now, Rand: e.Rand, Build: build,
		Watch: func() { watchSignals(ctx, cancel) }}
	w.connect(deps)
	root := newRoot(deps, args)
	root.SetArgs(args)
	root.SetOut(e.Stdout)
	root.SetErr(io.Discard) // cobra's own words would be English
	err := root.ExecuteContext(ctx)
	if err == nil {
		err = deps.HelpError()
	}
	return w.close(err)
}

// verdict finds what to report. When a signal ended the work, whatever broke because of it is the signal's doing. A
// stdout whose reader has gone is no failure of the output but the signal PIPE, as in every other program of a pipeline.
func verdict(ctx context.Context, err error) *fault.Error {
	e := fault.From(err)
	cause := context.Cause(ctx)
	switch {
	case e.Class >= fault.SignalHUP || e == errPanic:
		return e
	case cause != nil:
		return fault.From(cause)
	case e.Code == "stdout_write" && errors.Is(err, syscall.EPIPE):
		return interrupted(syscall.SIGPIPE)
	}
	return e
}

// harden keeps personal data out of core files, and of the standard logger, to which net/http writes what a server
// sends behind a reply. The runtime's own crash output cannot be turned off: a panic that no recover meets prints its
// value, and stacks when GOTRACEBACK asks for them (SetTraceback never goes below that variable). Therefore every
// goroutine that handles personal data has a recover; the one of the command is in Main.
func harden() {
	stdlog.SetOutput(io.Discard)
	debug.SetTraceback("none") // for fatal errors, which nothing recovers: one line instead of all stacks
	debug.SetGCPercent(400)    // a batch spends a tenth of its time collecting otherwise; the limit below bounds it
	debug.SetMemoryLimit(softMemory)
	noCoreFiles()
}

// softMemory is where the collector begins to work harder, in bytes; what is held beyond it still fits.
const softMemory = 48 << 20

// rewrite lets the habits of other programs work: `--version` is the command of that name.
func rewrite(args []string) []string {
	if len(args) > 0 && args[0] == "--version" {
		return append([]string{"version"}, args[1:]...)
	}
	return args
}

func build() cmdkit.Build {
	b := cmdkit.Build{Version: Version}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	b.Go = info.GoVersion
	for _, s := range info.Settings {
		switch s.Key {
		case "GOOS":
			b.OS = s.Value
		case "GOARCH":
			b.Arch = s.Value
		case "vcs.revision":
			b.Commit = s.Value
		case "vcs.time":
			b.Date = s.Value
			if t, err := time.Parse(time.RFC3339, s.Value); err == nil {
				b.Date = t.UTC().Format("2006-01-02T15:04:05.000Z")
			}
		}
	}
	return b
}

// Version is the program's version; the changelog says what changed.
const Version = "0.1.0"

var errPanic = fault.New(fault.Internal, "internal", i18n.T("program hatası", "a bug in the program")).
	WithHint(i18n.T("aynı komut yeniden hata verirse komutu ve sürümü (iskurctl version) geliştiriciye iletin",
		"if the same command fails again, report the command and the version (iskurctl version)"))
