package myk

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// name reads the next field name. ok is false for a name the contract does not have at this place; a name that only
// another case would make ours is refused, at whatever place it stands.
func (d *decoder) name(allowed fieldSet) (f field, ok bool, err error) {
	b, err := d.quoted()
	if err != nil {
		return 0, false, err
	}
	f, known := d.wire.known[string(b)]
	if known && allowed.has(f) {
		return f, true, nil
	}
	if !known && d.wire.folded[foldKey(string(b))] {
		return 0, false, violation{code: "reply_key_case"}
	}
	return 0, false, d.note(b, true)
}

// skip passes over the value of an unknown field, checking its syntax, its depth and the number of its names.
func (d *decoder) skip() error {
	kind := d.json.PeekKind()
	if kind != '{' && kind != '[' {
		d.src.taken = d.json.InputOffset()
		if _, err := d.json.ReadValue(); err != nil {
			return d.syntax(err)
		}
		return nil
	}
	if err := d.open(); err != nil {
		return err
	}
	end := kind + 2 // '}' follows '{', and ']' follows '[', by two in ASCII
	for d.json.PeekKind() != end {
		if kind == '{' {
			b, err := d.quoted()
			if err == nil {
				err = d.note(b, false)
			}
			if err != nil {
				return err
			}
		}
		if err := d.skip(); err != nil {
			return err
		}
	}
	return d.shut()
}

// open reads the start of an object or array, within the depth allowed.
func (d *decoder) open() error {
	if d.json.StackDepth() >= maxNesting {
		return violation{code: "reply_nesting"}
	}
	return d.token()
}

func (d *decoder) shut() error { return d.token() }

func (d *decoder) token() error {
	d.src.taken = d.json.InputOffset()
	if _, err := d.json.ReadToken(); err != nil {
		return d.syntax(err)
	}
	return nil
}

func (d *decoder) text(f field) (string, error) {
	b, err := d.read(f)
	if err != nil {
		return "", err
	}
	return string(b), d.hold(len(b))
}

// shared gives one copy of a text that repeats from row to row.
func (d *decoder) shared(f field) (string, error) {
	b, err := d.read(f)
	if err != nil {
		return "", err
	}
	if s, ok := d.interned[string(b)]; ok {
		return s, nil
	}
	s := string(b)
	if d.interned != nil && len(d.interned) < maxInterned && len(s) <= 256 {
		d.interned[s] = s
	}
	return s, d.hold(len(s))
}

func (d *decoder) date(f field) (Date, error) {
	b, err := d.read(f)
	if err != nil {
		return Date{}, err
	}
	day, err := ParseWire(string(b))
	if err != nil {
		return Date{}, violation{"reply_date", d.wire.fields[f]}
	}
	return day, nil
}

// level reads YETERLILIK_SEVIYESI, a string or an integer; 0 stands for the empty string.
func (d *decoder) level(f field) (int, error) {
	if d.json.PeekKind() == '0' {
		n, err := d.integer(f)
		if err == nil && (n < 1 || n > 8) {
			err = violation{"reply_level", d.wire.fields[f]}
		}
		return int(n), err
	}
	b, err := d.read(f)
	switch {
	case err != nil:
		return 0, err
	case len(b) == 0:
		return 0, nil
	case len(b) == 1 && b[0] >= '1' && b[0] <= '8':
		return int(b[0] - '0'), nil
	}
	return 0, violation{"reply_level", d.wire.fields[f]}
}

// integer reads a JSON number written as digits only: no sign, fraction or exponent.
func (d *decoder) integer(f field) (int64, error) {
	if d.json.PeekKind() != '0' {
		return 0, d.wrongType(f)
	}
	d.src.taken = d.json.InputOffset()
	v, err := d.json.ReadValue()
	if err != nil {
		return 0, d.syntax(err)
	}
	n, err := strconv.ParseUint(string(v), 10, 63)
	if err != nil {
		return 0, violation{"reply_value_type", d.wire.fields[f]}
	}
	return int64(n), nil
}

// syntax names what the JSON decoder refused. The decoder has no error values for bad text, only for names.
func (d *decoder) syntax(err error) error {
	if f := d.src.failed(); f != nil {
		return f
	}
	var se *jsontext.SyntacticError
	switch {
	case errors.Is(err, jsontext.ErrDuplicateName):
		return violation{code: "reply_duplicate_key"}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return violation{code: "reply_truncated"}
	case errors.As(err, &se) && strings.Contains(se.Err.Error(), "invalid UTF-8"):
		return violation{code: "reply_charset"}
	case errors.As(err, &se) && strings.Contains(se.Err.Error(), "surrogate"):
		return violation{code: "reply_surrogate"}
	}
	return violation{code: "reply_not_json"}
}

func (d *decoder) missing(f field) error { return violation{"reply_field_missing", d.wire.fields[f]} }

// wrongType: where the decoder could not even tell the kind of the value, its own error is the better one.
func (d *decoder) wrongType(f field) error {
	if d.json.PeekKind() == 0 {
		_, err := d.json.ReadToken()
		return d.syntax(err)
	}
	return violation{"reply_value_type", d.wire.fields[f]}
}

// note remembers a name the contract does not have; reported is false inside the values of unknown fields.
func (d *decoder) note(name []byte, reported bool) error {
	if d.unknown[string(name)] || !reported && d.has(name) {
		return nil
	}
	if d.unknown == nil {
		d.unknown = map[string]bool{}
	}
	if !d.has(name) && len(d.unknown) == maxUnknownFields {
		return violation{code: "reply_unknown_fields"}
	}
	d.unknown[string(name)] = reported
	if reported {
		d.reply.UnknownFields = append(d.reply.UnknownFields, inert(string(name), 64))
	}
	return nil
}

func (d *decoder) has(name []byte) bool { _, ok := d.unknown[string(name)]; return ok }

var replacement = []byte("\uFFFD")

// read gives the text of a JSON string, valid until the next read; f names it in errors.
func (d *decoder) read(f field) ([]byte, error) {
	if d.json.PeekKind() != '"' {
		return nil, d.wrongType(f)
	}
	b, err := d.quoted()
	if err != nil {
		return nil, err
	}
	if bytes.IndexByte(b, 0) >= 0 {
		return nil, violation{code: "reply_nul"}
	}
	if bytes.Contains(b, replacement) {
		d.reply.ReplacementChars = true
	}
	return b, nil
}

// quoted reads a string, name or value, without its quotes and escapes.
func (d *decoder) quoted() ([]byte, error) {
	d.src.taken = d.json.InputOffset()
	v, err := d.json.ReadValue()
	if err != nil {
		return nil, d.syntax(err)
	}
	if bytes.IndexByte(v, '\\') < 0 {
		return v[1 : len(v)-1], nil
	}
	if d.scratch, err = jsontext.AppendUnquote(d.scratch[:0], v); err != nil {
		return nil, d.syntax(err)
	}
	return d.scratch, nil
}
