package app

import (
	"encoding/json"
	"fmt"
	"io"

	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/term"
)

// printer writes the one error of a run.
type printer struct {
	err     io.Writer
	lang    i18n.Lang
	json    bool
	palette term.Palette
}

// errorJSON is the JSON twin of the error line. Members may be added, never renamed or removed.
type errorJSON struct {
	Code    string `json:"code"`
	Class   string `json:"class"`
	Exit    int    `json:"exit"`
	Message string `json:"message"`
	Hint    string `json:"hint"`
	RetryAt string `json:"retry_at,omitempty"`
}

// report prints the error and gives its exit code. Every word passes the scrubber: an error may have been built from
// what a person or a service sent.
func (p *printer) report(e *fault.Error) int {
	message, hint := cmdkit.Clean(e.Message.In(p.lang)), cmdkit.Clean(e.Hint.In(p.lang))
	// A stderr that cannot be written has no other place to complain; the exit code still says it.
	if p.json {
		out := errorJSON{Code: e.Code, Class: e.Class.Name(), Exit: int(e.Class), Message: message, Hint: hint}
		if !e.RetryAt.IsZero() {
			out.RetryAt = e.RetryAt.UTC().Format("2006-01-02T15:04:05.000Z")
		}
		enc := json.NewEncoder(p.err)
		enc.SetEscapeHTML(false)
		_ = enc.Encode(map[string]errorJSON{"error": out})
		return int(e.Class)
	}
	_, _ = fmt.Fprintf(p.err, "%s %s\n", p.palette.Red(i18n.T("hata:", "error:").In(p.lang)), message)
	if hint != "" {
		_, _ = fmt.Fprintf(p.err, "%s %s\n", p.palette.Cyan(i18n.T("ipucu:", "hint:").In(p.lang)), hint)
	}
	return int(e.Class)
}
