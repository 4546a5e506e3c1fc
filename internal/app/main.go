// Package app is the composition root: arguments → language → streams → dependencies → root command. It is the only
// place that turns an error into an exit code, a text or a JSON line, and the only one that looks at the process's
// environment, clock, chance and user.
package app

import (
	"context"
	"crypto/rand"
	"io"
	stdlog "log"
	"os"
	"runtime/debug"
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
func Main(e Env) (code int) {
	harden()
	args := rewrite(e.Args)
	p := &printer{err: e.Stderr, lang: language(args, e.Getenv), json: wantsJSON(args, e.Getenv)}
	defer func() {
		if recover() != nil { // no stack: it could show personal data
			code = p.report(fault.From(errPanic))
		}
	}()
	streams := term.System(e.Stdin, e.Stdout, e.Stderr, e.Getenv)
	streams.SetColor(colour(args, e.Getenv), e.Getenv)
	p.palette = streams.ErrPalette()

	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	w := &wiring{env: e, ctx: ctx, lang: p.lang}
	deps := &cmdkit.Deps{Lang: p.lang, Streams: streams, Globals: &cmdkit.Globals{}, Env: e.Getenv, Now: e.Now, Rand: e.Rand, Build: build,
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
	err = w.close(err)
	if err == nil {
		return int(fault.OK)
	}
	return p.report(verdict(ctx, err))
}

// verdict finds what to report. When a signal ended the work, whatever broke because of it is the signal's doing.
func verdict(ctx context.Context, err error) *fault.Error {
	cause := context.Cause(ctx)
	if cause == nil {
		return fault.From(err)
	}
	if e := fault.From(err); e.Class >= fault.SignalHUP {
		return e
	}
	return fault.From(cause)
}

// harden keeps personal data out of core files, of the runtime's own crash output, and of the standard logger, to
// which net/http writes what a server sends behind a reply.
func harden() {
	stdlog.SetOutput(io.Discard)
	debug.SetTraceback("none")
	debug.SetGCPercent(400) // a batch spends a tenth of its time collecting otherwise; the limit below bounds it
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
		}
	}
	return b
}

// Version is the program's version; the changelog says what changed.
const Version = "0.1.0"

var errPanic = fault.New(fault.Internal, "internal", i18n.T("program hatası", "a bug in the program")).
	WithHint(i18n.T("aynı komut yeniden hata verirse komutu ve sürümü (iskurctl version) geliştiriciye iletin",
		"if the same command fails again, report the command and the version (iskurctl version)"))
