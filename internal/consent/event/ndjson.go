package event

import (
	"bytes"
	"errors"
	"io"
	"iter"
	"strconv"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// ReadNDJSON gives the events of an input with one JSON object a line, in order. Blank lines are passed over. What is
// wrong with a line is its row's Problem and the next line is read: what is not JSON or not UTF-8, a name that is unknown
// or there twice, a value of another type, an id, time or captcha that is none, a line over 1 MiB. Everything else is
// left to Check. null is no value: a member that is not known is left out.
//
// A byte order mark is passed over; one of UTF-16 is obeyed, and a character that UTF-16 cannot mean becomes U+FFFD, which
// Check refuses. Without one the text is UTF-8 (RFC 8259, 8.1), nothing else.
//
// An error is about the input as a whole and ends the sequence: class Input, input_read, and input_format when the object
// on the first line goes on below, as programs write JSON for people. r is read once: the sequence can be ranged over once.
func ReadNDJSON(r io.Reader) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		in, err := newLines(r)
		if err != nil {
			yield(Row{}, faultRead(err))
			return
		}
		p := newParser()
		var held *Row // the first row, while it is not known whether its object goes on below
		for line := int64(1); ; line++ {
			text, tooLong, err := in.next()
			if held != nil && (err != nil || tooLong || len(bytes.TrimSpace(text)) > 0) {
				if err == nil && !tooLong && bytes.TrimSpace(text)[0] != '{' {
					yield(Row{}, overLines())
					return
				}
				if !yield(*held, nil) {
					return
				}
				held = nil
			}
			switch {
			case err == io.EOF: //nolint:errorlint // only io.EOF itself is the end
				return
			case err != nil:
				yield(Row{}, faultRead(err))
				return
			case tooLong:
				if !yield(Row{Line: line, Problem: lineTooLong()}, nil) {
					return
				}
			case len(bytes.TrimSpace(text)) > 0:
				p.parse(text)
				row := p.row(line)
				if p.first && p.open {
					held = &row
				} else if !yield(row, nil) {
					return
				}
			}
		}
	}
}

// parser reads the JSON of one line after the other. The decoder is told to let names stand twice and bad UTF-8 pass:
// both are found here, so that the rest of the line, and with it the id, can still be read.
type parser struct {
	draft
	dec     *jsontext.Decoder
	src     bytes.Buffer
	options []jsontext.Options
	scratch []byte
	begun   bool
	first   bool // the line is the first one
	open    bool // it ended within its object
}

func newParser() *parser {
	p := &parser{options: []jsontext.Options{jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)}}
	p.dec = jsontext.NewDecoder(&p.src, p.options...)
	return p
}

func (p *parser) parse(line []byte) {
	p.reset()
	p.first, p.open = !p.begun, false
	p.begun = true
	switch {
	case !utf8.Valid(line):
		p.fail(notUTF8())
	case bytes.IndexByte(line, 0) >= 0:
		p.fail(whole(CodeEncoding, i18n.T("satırda NUL (sıfır) baytı var; dosya BOM'suz UTF-16 olabilir: UTF-8 olarak yeniden kaydedin",
			"the line holds a NUL byte; the file may be UTF-16 without a BOM: save it anew as UTF-8")))
	}
	p.src = *bytes.NewBuffer(line)
	p.dec.Reset(&p.src, p.options...)
	err := p.object(top)
	if err == nil {
		if rest := bytes.TrimLeft(line[p.dec.InputOffset():], " \t\r\n"); len(rest) > 0 {
			p.fail(badSyntax(int64(len(line) - len(rest))))
		}
		return
	}
	at := int64(0)
	p.open = errors.Is(err, io.ErrUnexpectedEOF) && bytes.TrimSpace(line)[0] == '{'
	if s := (*jsontext.SyntacticError)(nil); errors.As(err, &s) {
		at = s.ByteOffset
	}
	p.fail(badSyntax(at))
}

// errSyntax says that the line is JSON, but not the object that was expected.
var errSyntax = errors.New("syntax")

// object reads an object of the event. The error is one of syntax; everything else is noted and passed over.
func (p *parser) object(g group) error {
	if p.dec.PeekKind() != '{' {
		return p.unexpected()
	}
	if _, err := p.dec.ReadToken(); err != nil {
		return err
	}
	for {
		if p.dec.PeekKind() == '}' {
			_, err := p.dec.ReadToken()
			return err
		}
		name, err := p.dec.ReadValue()
		if err != nil {
			return err
		}
		at := p.dec.InputOffset() - int64(len(name)) + 1
		if err := p.member(g, p.unquote(name), at); err != nil {
			return err
		}
	}
}

// unexpected gives the error of what stands next, which is not what was looked for.
func (p *parser) unexpected() error {
	if err := p.dec.SkipValue(); err != nil {
		return err
	}
	return errSyntax
}

// unquote gives the text of a JSON string, valid until the next step. Escapes that mean no character become U+FFFD.
func (p *parser) unquote(raw jsontext.Value) []byte {
	if bytes.IndexByte(raw, '\\') < 0 {
		return raw[1 : len(raw)-1]
	}
	p.scratch, _ = jsontext.AppendUnquote(p.scratch[:0], raw)
	return p.scratch
}

// member reads the value behind a name, which stands at a byte of the line.
func (p *parser) member(g group, name []byte, at int64) error {
	f, known := member(g, name)
	if !known {
		if p.problem == nil { // looking for what was meant takes its time
			p.fail(unknown(g, string(name), at))
		}
		return p.dec.SkipValue()
	}
	if !p.once(f) {
		p.fail(duplicate(f))
		return p.dec.SkipValue()
	}
	kind := p.dec.PeekKind()
	switch {
	case (f == memberSubject || f == memberEvidence) && kind == '{':
		return p.object(group(f - fieldCount))
	case f == fieldItems && kind == '[':
		return p.list()
	case f == fieldCaptcha && (kind == 't' || kind == 'f'):
		p.captchaValue(kind == 't')
		return p.dec.SkipValue()
	case f < fieldItems && kind == '"', f > fieldItems && f < fieldCaptcha && kind == '"':
		raw, err := p.dec.ReadValue()
		if err == nil {
			p.put(f, p.unquote(raw))
		}
		return err
	}
	if err := p.dec.SkipValue(); err != nil {
		return err
	}
	p.fail(badType(f, kind))
	return nil
}

// list reads the items.
func (p *parser) list() error {
	if _, err := p.dec.ReadToken(); err != nil {
		return err
	}
	for {
		switch kind := p.dec.PeekKind(); kind {
		case ']':
			_, err := p.dec.ReadToken()
			return err
		case '"':
			raw, err := p.dec.ReadValue()
			if err != nil {
				return err
			}
			p.addItem(p.unquote(raw))
		default:
			if err := p.dec.SkipValue(); err != nil {
				return err
			}
			p.fail(badType(fieldItems, kind))
		}
	}
}

// badType says which type a member must have.
func badType(f field, found jsontext.Kind) *Problem {
	switch {
	case found == 'n' && f < fieldCount:
		return problem(CodeFieldInvalid, f, i18n.T("null değer değildir; bilinmiyorsa alanı hiç yazmayın", "null is no value; leave the member out when it is not known"))
	case f >= fieldCount:
		return whole(CodeFieldInvalid, i18n.Tf("\"%s\" bir JSON nesnesi olmalıdır: {…}", "\"%s\" must be a JSON object: {…}", group(f-fieldCount)))
	case f == fieldItems:
		return problem(CodeFieldInvalid, f, i18n.T(`metinlerden oluşan bir JSON dizisi olmalıdır: ["kimlik","iletisim"]`, `it must be a JSON array of texts: ["kimlik","iletisim"]`))
	case f == fieldCaptcha:
		return badCaptcha()
	}
	return problem(CodeFieldInvalid, f, i18n.T("değer metin olmalıdır; tırnak içinde yazın", "the value must be a text; write it in quotes"))
}

func badSyntax(at int64) *Problem {
	return whole(CodeSyntax, i18n.Tf("satır tek bir JSON nesnesi değil (%s. bayttan başlayarak); her olay kendi satırında durmalıdır: jq -c . DOSYA",
		"the line is not one JSON object (from byte %s on); each event stands in a line of its own: jq -c . FILE", strconv.FormatInt(at+1, 10)))
}

func lineTooLong() *Problem {
	return whole(CodeFieldTooLong, i18n.T("satır 1 MiB'den uzun; her olay kendi satırında durmalıdır: jq -c . DOSYA", "the line is longer than 1 MiB; each event stands in a line of its own: jq -c . FILE"))
}

// overLines is the error of an input of JSON that is written for people: none of its lines is an event.
func overLines() error {
	return fault.New(fault.Input, "input_format", i18n.T("ilk satırdaki JSON nesnesi alt satırlarda sürüyor; her olay tek bir satırda durmalıdır",
		"the JSON object on the first line goes on below; each event must stand in a line of its own")).
		WithHint(i18n.T("her nesneyi tek satıra yazın: jq -c . DOSYA", "write each object in one line: jq -c . FILE"))
}
