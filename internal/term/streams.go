// Package term knows the three streams of the process and what each of them can do: colour, width, progress, one
// question to a person. It is the only importer of lipgloss, x/term and progressbar. It never asks the terminal
// anything: a pty that does not answer (CI, serial console) would hang the program for seconds.
package term

import (
	"io"
	"os"
	"strconv"
	"strings"
	"syscall"

	xterm "golang.org/x/term"
)

// defaultWidth is taken when nobody knows the width: not a terminal, or a terminal that says 0 columns.
const defaultWidth = 80

// Env looks up one environment variable, as os.LookupEnv does.
type Env = func(name string) (string, bool)

// Streams are the streams of one run and what is known about them. Colour is off until System or SetColor decides.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer

	InTTY, OutTTY, ErrTTY bool
	Width                 int  // columns of the terminal, at least 1; 80 when unknown
	NoProgress            bool // --no-progress and --quiet: Progress stays inert

	outColor, errColor bool
	dumb               bool // TERM=dumb or unset: no cursor movements, so no progress
}

// System describes the process's own streams. The width is COLUMNS when that is a number of at least 1, else what the
// terminal of stdout (or else of stderr) says. Colour is decided as for --color auto.
//
// A stdout that does not work becomes a writer that always fails. One that was closed before the program started
// ("iskurctl … >&-") cannot be told from a discarded one: Go's runtime puts /dev/null in its place, opened as Python's
// subprocess.DEVNULL opens it, and a script that discards the output on purpose must not fail.
func System(in, out, err *os.File, env Env) *Streams {
	s := &Streams{In: in, Out: out, Err: err, InTTY: isTTY(in), OutTTY: isTTY(out), ErrTTY: isTTY(err)}
	if _, err := out.Stat(); err != nil { // nil too
		s.Out = closedWriter{}
	}
	s.Width = width(env, s, out, err)
	s.SetColor("auto", env)
	return s
}

func isTTY(f *os.File) bool { return f != nil && xterm.IsTerminal(int(f.Fd())) }

func width(env Env, s *Streams, out, err *os.File) int {
	if v, ok := env("COLUMNS"); ok {
		if n, bad := strconv.Atoi(strings.TrimSpace(v)); bad == nil && n >= 1 {
			return n
		}
	}
	for _, f := range []struct {
		tty  bool
		file *os.File
	}{{s.OutTTY, out}, {s.ErrTTY, err}} {
		if !f.tty {
			continue
		}
		if w, _, bad := xterm.GetSize(int(f.file.Fd())); bad == nil && w >= 1 {
			return w
		}
	}
	return defaultWidth
}

// closedWriter stands for a stdout that does not exist.
type closedWriter struct{}

func (closedWriter) Write([]byte) (int, error) { return 0, syscall.EBADF }
