package reconcile

import (
	"errors"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// parser reads the JSON of one line after the other. jsontext refuses duplicate names and bad UTF-8 by itself.
type parser struct {
	dec    *jsontext.Decoder
	src    strings.Reader
	params []Param
}

func newParser() *parser {
	p := &parser{}
	p.dec = jsontext.NewDecoder(&p.src)
	return p
}

func (p *parser) reset(text string) {
	p.src.Reset(text)
	p.dec.Reset(&p.src)
}

// errSyntax says that the text is not the JSON that was expected; the callers say it in their own words.
var errSyntax = errors.New("syntax")

// object reads an object and calls member behind each name, to read its value.
func (p *parser) object(member func(name string) error) error {
	if p.dec.PeekKind() != '{' {
		return errSyntax
	}
	if _, err := p.dec.ReadToken(); err != nil {
		return errSyntax
	}
	for p.dec.PeekKind() != '}' {
		name, err := p.dec.ReadToken()
		if err != nil {
			return errSyntax
		}
		if err := member(name.String()); err != nil {
			return err
		}
	}
	if _, err := p.dec.ReadToken(); err != nil {
		return errSyntax
	}
	return nil
}

// end makes sure that nothing follows.
func (p *parser) end(bad func() error) error {
	if _, err := p.dec.ReadToken(); !errors.Is(err, io.EOF) {
		return bad()
	}
	return nil
}

// text reads a string.
func (p *parser) text(dst *string) error {
	if p.dec.PeekKind() != '"' {
		return errSyntax
	}
	t, err := p.dec.ReadToken()
	if err != nil {
		return errSyntax
	}
	*dst = t.String()
	return nil
}

func (p *parser) skip() error {
	if p.dec.SkipValue() != nil {
		return errSyntax
	}
	return nil
}

// readRow reads a row as NDJSON has it. All four members must be there; a user of null is an empty one, params of null
// are none.
func (p *parser) readRow() (raw rawRow, err error) {
	p.params = p.params[:0]
	seen := 0
	err = p.object(func(name string) error {
		switch name {
		case "time":
			seen++
			return p.text(&raw.time)
		case "method":
			seen++
			return p.text(&raw.method)
		case "user":
			if seen++; p.dec.PeekKind() != 'n' {
				return p.text(&raw.user)
			}
		case "params":
			if seen++; p.dec.PeekKind() != 'n' {
				return p.readParams()
			}
		case "outcome":
			if p.dec.PeekKind() == '"' {
				return p.text(&raw.outcome)
			}
		}
		return p.skip()
	})
	if errors.Is(err, errSyntax) || err == nil && seen != 4 {
		return raw, badRow()
	}
	if err == nil {
		err = p.end(badRow)
	}
	return raw, err
}

// readParams reads the parameters into p.params.
func (p *parser) readParams() error {
	p.params = p.params[:0]
	err := p.object(func(name string) error {
		kind := p.dec.PeekKind()
		if kind == '{' || kind == '[' {
			return badParams()
		}
		t, err := p.dec.ReadToken()
		if err != nil {
			return errSyntax
		}
		if kind != 'n' {
			p.params = append(p.params, Param{Name: name, Value: t.String()})
		}
		return nil
	})
	if errors.Is(err, errSyntax) {
		return badParams()
	}
	return err
}
