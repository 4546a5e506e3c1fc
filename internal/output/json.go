package output

// jsonEncoder writes an array with one record a line, or one object; with lines set, NDJSON.
type jsonEncoder struct {
	masker
	keys   [][]byte // `"key":` of each column, ready to append
	kinds  []Kind
	lines  bool
	opened bool
}

func newJSON(m masker, cols []Column, lines bool) *jsonEncoder {
	e := &jsonEncoder{masker: m, lines: lines}
	for i, c := range cols {
		opening := byte(',')
		if i == 0 {
			opening = '{'
		}
		e.keys = append(e.keys, append(appendJSONString([]byte{opening}, c.Key), ':'))
		e.kinds = append(e.kinds, c.Kind)
	}
	return e
}

func (e *jsonEncoder) record(dst []byte, values []any) ([]byte, error) {
	if !e.lines {
		if e.opened {
			dst = append(dst, ',', '\n')
		} else {
			dst = append(dst, '[', '\n')
		}
	}
	var err error
	for i, v := range values {
		dst = append(dst, e.keys[i]...)
		if dst, err = e.appendJSON(dst, e.kinds[i], v); err != nil {
			return dst, err
		}
	}
	e.opened = true
	dst = append(dst, '}')
	if e.lines {
		dst = append(dst, '\n')
	}
	return dst, nil
}

func (e *jsonEncoder) object(dst []byte, fields []Field) ([]byte, error) {
	dst, err := e.appendObject(dst, fields)
	return append(dst, '\n'), err
}

func (e *jsonEncoder) end(dst []byte, aborted bool) ([]byte, error) {
	switch {
	case e.lines, aborted && !e.opened:
		return dst, nil
	case e.opened:
		return append(dst, "\n]\n"...), nil
	}
	return append(dst, "[]\n"...), nil
}
