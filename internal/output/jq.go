package output

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/itchyny/gojq"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/tckn"
)

// jqEncoder collects the masked records and gives them to the expression as one array when the document ends, an
// object at once. jq needs its input whole: memory grows with the result, by about 1 KB a record. Strings of the
// answer are written raw, other values as compact JSON, one a line.
type jqEncoder struct {
	masker
	cols []Column
	code *gojq.Code
	ctx  context.Context // may be nil
	all  []any
	safe bool // a person reads it on a terminal: raw strings lose their control characters, except TAB and newline
}

// compileJQ checks the expression; neither files nor the environment are within its reach.
func compileJQ(expr string) (*gojq.Code, error) {
	query, err := gojq.Parse(expr)
	if err == nil {
		var code *gojq.Code
		if code, err = gojq.Compile(query); err == nil {
			return code, nil
		}
	}
	f := fault.New(fault.Usage, "jq_invalid", i18n.Tf("--jq ifadesi geçersiz: %s", "the --jq expression is not valid: %s", shortEcho(err.Error()))).Because(err)
	var at *gojq.ParseError
	if errors.As(err, &at) {
		f.Message = i18n.Join(" ", f.Message, i18n.Tf("(%d. bayttan sonra)", "(after byte %d)", at.Offset))
	}
	return nil, f.WithHint(i18n.T("örnek: --jq '.[] | .status'", "example: --jq '.[] | .status'"))
}

// shortEcho makes a piece of the command line fit for an error: inert, without TC numbers, at most 60 characters.
func shortEcho(s string) string {
	r := []rune(CleanLine(tckn.Scrub(s)))
	if len(r) > 60 {
		return string(r[:59]) + "…"
	}
	return string(r)
}

func (e *jqEncoder) record(dst []byte, values []any) ([]byte, error) {
	m := make(map[string]any, len(values))
	for i, v := range values {
		x, err := e.value(e.cols[i].Kind, v)
		if err != nil {
			return dst, err
		}
		m[e.cols[i].Key] = x
	}
	e.all = append(e.all, m)
	return dst, nil
}

func (e *jqEncoder) object(dst []byte, fields []Field) ([]byte, error) {
	x, err := e.value(JSON, fields)
	if err != nil {
		return dst, err
	}
	return e.run(dst, x)
}

func (e *jqEncoder) end(dst []byte, aborted bool) ([]byte, error) {
	if aborted {
		return dst, nil
	}
	if e.all == nil {
		e.all = []any{}
	}
	return e.run(dst, e.all)
}

// value gives v, masked, in the types that gojq knows. Whole numbers stay exact.
func (e *jqEncoder) value(k Kind, v any) (any, error) {
	switch v := v.(type) {
	case nil, bool:
		return v, nil
	case string:
		return e.text(k, v), nil
	}
	b, err := e.appendJSON(nil, k, v)
	if err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var x any
	if err := d.Decode(&x); err != nil {
		return nil, fault.From(err)
	}
	return x, nil
}

func (e *jqEncoder) run(dst []byte, input any) ([]byte, error) {
	results := e.code.Run(input)
	if e.ctx != nil {
		results = e.code.RunWithContext(e.ctx, input)
	}
	for {
		x, ok := results.Next()
		if !ok {
			return dst, nil
		}
		if err, bad := x.(error); bad {
			if e.ctx != nil && e.ctx.Err() != nil {
				return dst, context.Cause(e.ctx)
			}
			var halt *gojq.HaltError
			if errors.As(err, &halt) && halt.Value() == nil {
				return dst, nil
			}
			// The library's own text quotes the data it stumbled over, so it is not repeated.
			return dst, fault.New(fault.Usage, "jq_failed", i18n.T("--jq ifadesi bu verilerle çalışmadı", "the --jq expression failed on these data")).
				WithHint(i18n.T("verinin biçimini görmek için komutu -o json ile çalıştırın", "run the command with -o json to see the shape of the data")).Because(err)
		}
		switch s, isString := x.(string); {
		case isString && e.safe:
			dst = appendLegible(dst, s)
		case isString:
			dst = append(dst, s...)
		default:
			dst = appendAny(dst, x)
		}
		dst = append(dst, '\n')
	}
}

// appendLegible is appendInert for a text that may have lines and tabs, as @tsv and join make them.
func appendLegible(dst []byte, s string) []byte {
	for i, line := range strings.Split(s, "\n") {
		if i > 0 {
			dst = append(dst, '\n')
		}
		for j, cell := range strings.Split(line, "\t") {
			if j > 0 {
				dst = append(dst, '\t')
			}
			dst = appendInert(dst, cell)
		}
	}
	return dst
}

// appendAny appends a value of gojq's as compact JSON with sorted members and our own rules for strings.
func appendAny(dst []byte, x any) []byte {
	switch x := x.(type) {
	case string:
		return appendJSONString(dst, x)
	case []any:
		dst = append(dst, '[')
		for i, v := range x {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendAny(dst, v)
		}
		return append(dst, ']')
	case map[string]any:
		keys := make([]string, 0, len(x))
		for k := range x {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		dst = append(dst, '{')
		for i, k := range keys {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendAny(append(appendJSONString(dst, k), ':'), x[k])
		}
		return append(dst, '}')
	}
	b, err := gojq.Marshal(x) // null, Booleans and numbers; never fails for what gojq itself emits
	if err != nil {
		return append(dst, "null"...)
	}
	return append(dst, b...)
}
