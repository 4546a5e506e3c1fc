package output

import (
	"io"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// flushAt is how many bytes are collected before they are written.
const flushAt = 64 << 10

// Sink takes the records of one command and writes them in one format to one place. Only whole records are ever
// written. It is used by one goroutine. After an error every further call gives the same error.
type Sink struct {
	enc    encoder
	dest   dest
	all    []Column // as the command declares them
	pick   []int    // which of them are written, in which order
	fields []string // --fields
	values []any    // the picked values of one record
	buf    []byte
	eager  bool // somebody watches: write what there is after each record
	state  state
	err    error
}

type state int

const (
	empty state = iota
	records
	object
	done
)

// dest is where the bytes go: stdout, or a file that appears on commit.
type dest interface {
	write(p []byte) error
	commit() error // the result is complete
	discard()      // it is not
}

// Open checks every output flag and prepares the way; nothing is written yet. cols may be nil when the command gives
// one object; --fields is then checked when the object comes.
// Errors: class Usage (format_unknown, excel_format, jq_format, jq_invalid, field_unknown, field_twice) and class
// Output (out_exists, out_symlink, out_not_regular, out_open).
func Open(o Options, t Target, cols []Column) (*Sink, error) {
	format, err := chooseFormat(o, t)
	if err != nil {
		return nil, err
	}
	s := &Sink{all: cols, fields: o.Fields, eager: t.TTY && o.OutFile == ""}
	if s.pick, err = choose(o.Fields, cols, format); err != nil {
		return nil, err
	}
	if s.enc, err = newEncoder(o, t, format, s.picked()); err != nil {
		return nil, err
	}
	if o.OutFile == "" {
		s.dest = stream{t.Out}
		return s, nil
	}
	file, err := createFile(o.OutFile, o.Force)
	if err != nil {
		return nil, err
	}
	s.dest = file
	return s, nil
}

func (s *Sink) picked() []Column {
	cols := make([]Column, len(s.pick))
	for i, p := range s.pick {
		cols[i] = s.all[p]
	}
	return cols
}

func newEncoder(o Options, t Target, format string, cols []Column) (encoder, error) {
	m := masker{o.Reveal}
	if c, err := o.custom(format); c != nil || err != nil {
		return &customEncoder{masker: m, Custom: c, cols: cols}, err
	}
	if o.JQ != "" {
		code, err := compileJQ(o.JQ)
		if err != nil {
			return nil, err
		}
		return &jqEncoder{masker: m, cols: cols, code: code, ctx: t.Ctx, safe: t.TTY && o.OutFile == ""}, nil
	}
	switch format {
	case formatJSON, formatNDJSON:
		return newJSON(m, cols, format == formatNDJSON), nil
	case formatCSV:
		return newCSV(m, cols, !o.NoHeaders, o.Excel), nil
	case formatMD:
		return &markdownEncoder{masker: m, cols: cols, lang: t.Lang, headers: !o.NoHeaders}, nil
	case formatTSV:
		return &tsvEncoder{masker: m, cols: cols, headers: !o.NoHeaders}, nil
	}
	e := &tableEncoder{masker: m, cols: cols, lang: t.Lang, headers: !o.NoHeaders}
	if o.OutFile == "" {
		e.palette = t.Palette
		if t.TTY {
			e.width, e.yield = max(t.Width, 1), len(o.Fields) == 0
		}
	}
	for _, c := range cols {
		e.titles = append(e.titles, CleanLine(titleIn(t.Lang, c.Title, c.Key)))
	}
	return e, nil
}

// Write adds one record. Its values must stand in the order of the columns given to Open.
func (s *Sink) Write(r Record) error {
	if err := s.enter(records); err != nil {
		return err
	}
	if len(r) != len(s.all) {
		return s.fail(misuse("record of another length"))
	}
	s.values = s.values[:0]
	for _, p := range s.pick {
		s.values = append(s.values, r[p])
	}
	mark := len(s.buf)
	buf, err := s.enc.record(s.buf, s.values)
	if err != nil {
		s.buf = buf[:mark]
		return s.fail(err)
	}
	s.buf = buf
	if s.eager || len(s.buf) >= flushAt {
		return s.Flush()
	}
	return nil
}

// Object gives the one object that is the whole result; --fields picks of its members.
func (s *Sink) Object(fields []Field) error {
	if s.state == records || s.state == object {
		return s.fail(misuse("an object beside other results"))
	}
	if err := s.enter(object); err != nil {
		return err
	}
	if len(s.fields) > 0 {
		cols := make([]Column, len(fields))
		for i, f := range fields {
			cols[i].Key = f.Key
		}
		pick, err := choose(s.fields, cols, formatJSON)
		if err != nil {
			return s.fail(err)
		}
		chosen := make([]Field, len(pick))
		for i, p := range pick {
			chosen[i] = fields[p]
		}
		fields = chosen
	}
	buf, err := s.enc.object(s.buf, fields)
	if err != nil {
		return s.fail(err)
	}
	s.buf = buf
	return nil
}

// Flush writes the records that are complete so far, for long work that others read as it goes.
func (s *Sink) Flush() error {
	if s.err != nil || len(s.buf) == 0 {
		return s.err
	}
	if err := s.dest.write(s.buf); err != nil {
		return s.fail(err)
	}
	s.buf = s.buf[:0]
	return nil
}

// Close completes the document and makes it final: everything is written, and a file is synced, put in its place and
// its folder synced. Errors are of class Output, or Usage (jq_failed). A file is left only when Close gives nil.
// Closing again gives the same answer.
func (s *Sink) Close() error {
	if s.state == done {
		return s.err
	}
	if s.err == nil && s.state != object {
		buf, err := s.enc.end(s.buf, false)
		if s.buf = buf; err != nil {
			_ = s.fail(err)
		}
	}
	_ = s.Flush()
	s.state = done
	if s.err != nil {
		s.dest.discard()
		return s.err
	}
	s.err = s.dest.commit()
	return s.err
}

// Abort ends after a failure elsewhere. A file is not made. On stdout the records so far stay and the document is
// completed around them, so that it can still be parsed; a document that was not begun stays empty. After Close it
// does nothing.
func (s *Sink) Abort() error {
	if s.state == done {
		return nil
	}
	if s.err == nil && s.state != object {
		if buf, err := s.enc.end(s.buf, true); err == nil {
			s.buf = buf
		}
	}
	if _, file := s.dest.(*atomicFile); !file {
		_ = s.Flush()
	}
	s.state = done
	s.dest.discard()
	return s.err
}

func (s *Sink) enter(next state) error {
	switch {
	case s.err != nil:
		return s.err
	case s.state == done:
		return misuse("a result after the end")
	case s.state != empty && s.state != next:
		return s.fail(misuse("records beside an object"))
	}
	s.state = next
	return nil
}

func (s *Sink) fail(err error) error {
	if s.err == nil {
		s.err = err
	}
	return s.err
}

func misuse(what string) error {
	return fault.New(fault.Internal, "output_misuse", i18n.Tf("çıktı yanlış kullanıldı: %s", "the output was misused: %s", what))
}

// stream is stdout.
type stream struct{ w io.Writer }

func (d stream) write(p []byte) error {
	n, err := d.w.Write(p)
	if err == nil && n < len(p) {
		err = io.ErrShortWrite
	}
	if err != nil {
		return fault.New(fault.Output, "stdout_write", i18n.Tf("sonuç standart çıktıya yazılamadı: %s", "the result could not be written to stdout: %s", fault.Cause(err))).Because(err)
	}
	return nil
}

func (stream) commit() error { return nil }
func (stream) discard()      {}
