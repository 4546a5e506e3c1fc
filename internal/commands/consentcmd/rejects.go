package consentcmd

import (
	"os"
	"strconv"

	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/consent/event"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/output"
)

// rejectColumns say which rows were refused and why, without personal data: an id is a UUID or nothing.
var rejectColumns = []output.Column{
	{Key: "line", Kind: output.Number},
	{Key: "id", Kind: output.Code},
	{Key: "code", Kind: output.Code},
	{Key: "field", Kind: output.Code},
}

// rejects collects the bad rows: all of them in the file of --rejects, if there is one, and the first for a message.
type rejects struct {
	sink  *output.Sink // nil without a file
	count int64
	first []i18n.Text
}

// namedRejects is how many bad rows a message names.
const namedRejects = 5

// openRejects checks --rejects before any work. Errors: those of --out; class Usage when it is the input itself.
func openRejects(d *cmdkit.Deps, path, input string, force bool) (*rejects, error) {
	if path == "" {
		return &rejects{}, nil
	}
	if a, err := os.Stat(path); err == nil {
		if b, err := os.Stat(input); err == nil && os.SameFile(a, b) {
			return nil, fault.New(fault.Usage, "flags_conflict", i18n.T("--rejects ile --input aynı dosya olamaz", "--rejects and --input must not be the same file"))
		}
	}
	sink, err := output.Open(output.Options{Format: "ndjson", OutFile: path, Force: force}, output.Target{Lang: d.Lang}, rejectColumns)
	return &rejects{sink: sink}, err
}

// add takes a bad row.
func (r *rejects) add(row event.Row, p *event.Problem) error {
	if r.count++; len(r.first) < namedRejects {
		why := i18n.T(p.Code, p.Code)
		if p.Field != "" {
			why = i18n.Tf("%s (%s)", "%s (%s)", p.Code, p.Field)
		}
		r.first = append(r.first, i18n.Tf("satır %s: %s", "line %s: %s", strconv.FormatInt(row.Line, 10), why))
	}
	if r.sink == nil {
		return nil
	}
	return r.sink.Write(output.Record{row.Line, row.Event.ID, p.Code, p.Field})
}

// named lists the first bad rows, and counts the rest.
func (r *rejects) named() i18n.Text {
	list := r.first
	if rest := r.count - int64(len(r.first)); rest > 0 {
		list = append(list[:len(list):len(list)], i18n.Count(rest, "ve %d satır daha", "and %d row more", "and %d rows more"))
	}
	return i18n.Join("; ", list...)
}

// keep makes the file final.
func (r *rejects) keep() error {
	if r.sink == nil {
		return nil
	}
	return r.sink.Close()
}

// drop leaves no file behind, unless keep was called. What was cut off is no list: the same command makes it anew.
func (r *rejects) drop() {
	if r.sink != nil {
		_ = r.sink.Abort()
	}
}
