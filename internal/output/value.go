package output

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/tckn"
)

// timeLayout is RFC 3339 with exactly three decimals; the time is brought to UTC first.
const timeLayout = "2006-01-02T15:04:05.000Z"

// personal reports whether a number in a column of this kind is still a text to be masked.
func (k Kind) personal() bool { return k == TC || k == Name || k == Phone || k == Email || k == Text }

// plain gives v as the text of one cell, masked but not yet escaped. It allocates for what is not a string.
func (m masker) plain(k Kind, v any) (string, error) {
	switch v := v.(type) {
	case nil:
		return "", nil
	case string:
		return m.text(k, v), nil
	case *[]byte:
		return m.text(k, string(*v)), nil
	case *int64:
		return m.digits(k, *v), nil
	case int:
		return m.digits(k, int64(v)), nil
	case int64:
		return m.digits(k, v), nil
	case bool:
		return strconv.FormatBool(v), nil
	case time.Time:
		if v.IsZero() {
			return "", nil
		}
		return v.UTC().Format(timeLayout), nil
	case []string:
		var b []byte
		for i, s := range v {
			if i > 0 {
				b = append(b, ' ')
			}
			b = append(b, m.text(k, s)...)
		}
		return string(b), nil
	default:
		b, err := m.appendJSON(nil, k, v)
		return string(b), err
	}
}

// shown reports whether a value is one of the many that are masked as they stand: digits in a TC column, which need no
// escape in any format.
func (m masker) shown(k Kind, b []byte) bool {
	if k != TC || m.reveal {
		return false
	}
	for _, c := range b {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

func (m masker) digits(k Kind, n int64) string {
	s := strconv.FormatInt(n, 10)
	if k.personal() {
		return m.text(k, s)
	}
	return s
}

// appendPlain is plain followed by escape, without the allocations.
func (m masker) appendPlain(dst []byte, k Kind, v any, escape func([]byte, string) []byte) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return dst, nil
	case string:
		return escape(dst, m.text(k, v)), nil
	case *[]byte:
		if m.shown(k, *v) {
			return tckn.AppendMask(dst, *v), nil
		}
		return escape(dst, m.text(k, string(*v))), nil
	case *int64:
		return m.appendPlain(dst, k, *v, escape)
	case int:
		if !k.personal() {
			return strconv.AppendInt(dst, int64(v), 10), nil
		}
	case int64:
		if !k.personal() {
			return strconv.AppendInt(dst, v, 10), nil
		}
	case bool:
		return strconv.AppendBool(dst, v), nil
	case time.Time:
		if v.IsZero() {
			return dst, nil
		}
		return v.UTC().AppendFormat(dst, timeLayout), nil
	}
	s, err := m.plain(k, v)
	if err != nil {
		return dst, err
	}
	return escape(dst, s), nil
}

// appendJSON appends v as a JSON value, masked.
func (m masker) appendJSON(dst []byte, k Kind, v any) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return append(dst, "null"...), nil
	case string:
		return appendJSONString(dst, m.text(k, v)), nil
	case *[]byte:
		if m.shown(k, *v) {
			return append(tckn.AppendMask(append(dst, '"'), *v), '"'), nil
		}
		return appendJSONString(dst, m.text(k, string(*v))), nil
	case *int64:
		return m.appendJSONInt(dst, k, *v), nil
	case int:
		return m.appendJSONInt(dst, k, int64(v)), nil
	case int64:
		return m.appendJSONInt(dst, k, v), nil
	case bool:
		return strconv.AppendBool(dst, v), nil
	case time.Time:
		if v.IsZero() {
			return append(dst, "null"...), nil
		}
		return append(v.UTC().AppendFormat(append(dst, '"'), timeLayout), '"'), nil
	case []string:
		dst = append(dst, '[')
		for i, s := range v {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendJSONString(dst, m.text(k, s))
		}
		return append(dst, ']'), nil
	case []Field:
		return m.appendObject(dst, v)
	case [][]Field:
		var err error
		dst = append(dst, '[')
		for i, fields := range v {
			if i > 0 {
				dst = append(dst, ',')
			}
			if dst, err = m.appendObject(dst, fields); err != nil {
				return dst, err
			}
		}
		return append(dst, ']'), nil
	case json.RawMessage:
		return m.appendRaw(dst, v)
	default:
		return dst, fault.New(fault.Internal, "output_value", i18n.Tf("çıktıda bilinmeyen değer türü %s", "unknown type of value %s in the output", fmt.Sprintf("%T", v)))
	}
}

// appendJSONInt writes a number; masked, it is no number any more.
func (m masker) appendJSONInt(dst []byte, k Kind, n int64) []byte {
	if k.personal() && !m.reveal {
		if s := strconv.FormatInt(n, 10); m.text(k, s) != s {
			return appendJSONString(dst, m.text(k, s))
		}
	}
	return strconv.AppendInt(dst, n, 10)
}

func (m masker) appendObject(dst []byte, fields []Field) ([]byte, error) {
	var err error
	dst = append(dst, '{')
	for i, f := range fields {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(appendJSONString(dst, f.Key), ':')
		if dst, err = m.appendJSON(dst, f.Kind, f.Value); err != nil {
			return dst, err
		}
	}
	return append(dst, '}'), nil
}

// appendRaw appends a finished JSON document on one line: texts are written anew by our own rules and, unless
// revealed, scrubbed of TC numbers, member names and numbers of eleven digits included. Empty raw text is null.
func (m masker) appendRaw(dst []byte, raw json.RawMessage) ([]byte, error) {
	if len(raw) == 0 {
		return append(dst, "null"...), nil
	}
	if !json.Valid(raw) {
		return dst, fault.New(fault.Internal, "output_json", i18n.T("çıktıdaki JSON değeri bozuk", "a JSON value in the output is malformed"))
	}
	for i := 0; i < len(raw); {
		switch b := raw[i]; {
		case b == ' ', b == '\t', b == '\n', b == '\r':
			i++
		case b == '"':
			end := stringEnd(raw, i)
			var s string
			if err := json.Unmarshal(raw[i:end], &s); err != nil {
				return dst, fault.From(err)
			}
			dst = appendJSONString(dst, m.text(JSON, s))
			i = end
		case b == '-' || '0' <= b && b <= '9':
			end := i + 1
			for end < len(raw) && (raw[end] >= '0' && raw[end] <= '9' || raw[end] == '.' || raw[end] == '+' || raw[end] == '-' || raw[end]|0x20 == 'e') {
				end++
			}
			number := string(raw[i:end])
			if masked := m.text(JSON, number); masked != number {
				dst = appendJSONString(dst, masked)
			} else {
				dst = append(dst, number...)
			}
			i = end
		default:
			dst = append(dst, b)
			i++
		}
	}
	return dst, nil
}

// stringEnd gives the index after the JSON string of a valid document that begins at i.
func stringEnd(raw []byte, i int) int {
	for i++; raw[i] != '"'; i++ {
		if raw[i] == '\\' {
			i++
		}
	}
	return i + 1
}
