package cmdkit

import (
	"fmt"
	"io"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/output"
	"iskurctl/internal/tckn"
)

// Warn writes one line to stderr: something the person should know although the work goes on (not with --quiet).
func (d *Deps) Warn(t i18n.Text) {
	if d.Globals.Quiet {
		return
	}
	d.line(d.Streams.ErrPalette().Yellow(d.In(i18n.T("uyarı:", "warning:"))), t)
}

// Note writes one line to stderr unless --quiet.
func (d *Deps) Note(t i18n.Text) {
	if !d.Globals.Quiet {
		d.line(d.Streams.ErrPalette().Faint(d.In(i18n.T("not:", "note:"))), t)
	}
}

// line passes the one scrubber and is made inert: whatever a text was built from, it is one harmless line.
func (d *Deps) line(prefix string, t i18n.Text) {
	// A stderr that cannot be written has no other place to complain.
	_, _ = fmt.Fprintf(d.Streams.Err, "%s %s\n", prefix, Clean(d.In(t)))
}

// Tell writes one line of a dialogue with somebody at a terminal to stderr, whatever --quiet says.
func (d *Deps) Tell(t i18n.Text) {
	// A stderr that cannot be written has no other place to complain.
	_, _ = fmt.Fprintln(d.Streams.Err, Clean(d.In(t)))
}

// Clean makes a text fit for stderr: one line, no control characters, no TC number.
func Clean(s string) string { return tckn.Scrub(output.CleanLine(s)) }

// Sandbox says, whatever --quiet says, that what follows is synthetic.
func (d *Deps) Sandbox() {
	d.line(d.Streams.ErrPalette().Yellow("SANDBOX:"), i18n.T("sentetik veriler; gerçek kişi ya da belge yoktur", "synthetic data; no real people or certificates"))
}

// Print writes a finished text (a help topic) to stdout.
func (d *Deps) Print(text string) error {
	_, err := io.WriteString(d.Streams.Out, text)
	return writeFault(err)
}

// writeFault is the error of a stdout that cannot be written; nil stays nil.
func writeFault(err error) error {
	if err == nil {
		return nil
	}
	return fault.New(fault.Output, "stdout_write", i18n.Tf("çıktı yazılamadı: %s", "the output could not be written: %s", fault.Cause(err))).Because(err)
}
