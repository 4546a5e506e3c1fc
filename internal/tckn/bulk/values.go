package bulk

import (
	"bytes"

	"iskurctl/internal/tckn"
)

// Layout says where a value stands in a line.
type Layout struct {
	// Fields is the number of fields that each row of CSV has; 0 stands for one value a line.
	Fields int
	// Comma stands between the fields; it is ASCII. Index is the place of the value among them, counted from 0.
	Comma byte
	Index int
}

// Values gives the value of each line of a block, trimmed, with the line's number and what Check says of it. The bytes
// are valid until yield returns. It reports false at a line that only careful reading can judge, or show; the lines before
// it have been given by then.
func (l Layout) Values(b Block, yield func(line int64, value []byte, r tckn.Result)) bool {
	return l.each(b, func(line int64, value []byte, foreign bool, r tckn.Result) bool {
		if foreign {
			return false
		}
		yield(line, value, r)
		return true
	})
}

func (l Layout) each(b Block, yield func(line int64, value []byte, foreign bool, r tckn.Result) bool) bool {
	if l.Fields > 0 && quoted(b.Data) {
		return false
	}
	number := b.Line
	for p := b.Data; len(p) > 0; number++ {
		line, end := first(p)
		last := b.Last && len(line) == end
		p = p[end:]
		field, fine := line, true
		if l.Fields > 0 {
			field, fine = l.field(line, last)
		}
		// A line of digits needs no further look.
		r := tckn.CheckBytes(field)
		if !fine || r.Reason == tckn.ReasonNonDigit && l.Fields == 0 && !whole(line, last) {
			return false
		}
		foreign := false
		if r.Reason == tckn.ReasonNonDigit {
			field, foreign = value(field)
			r = tckn.CheckBytes(field)
		}
		if !yield(number, field, foreign, r) {
			return false
		}
	}
	return true
}

// quoted reports whether there is something in CSV that only careful reading can judge.
func quoted(p []byte) bool { return bytes.IndexByte(p, '"') >= 0 || bytes.IndexByte(p, 0) >= 0 }

// field gives the value of a row without quotes and NULs, as it stands. An empty line, and among rows of several fields one of blanks,
// is an empty value.
func (l Layout) field(line []byte, last bool) ([]byte, bool) {
	if n := len(line); n > 0 && line[n-1] == '\r' {
		if last {
			return nil, false
		}
		line = line[:n-1]
	}
	if len(line) == 0 {
		return nil, true
	}
	from, to, commas := 0, len(line), 0
	for i, b := range line {
		switch b {
		case l.Comma:
			if commas++; commas == l.Index {
				from = i + 1
			} else if commas == l.Index+1 {
				to = i
			}
		case '\r':
			return nil, false
		}
	}
	switch {
	case commas == l.Fields-1:
		return line[from:to], true
	case commas == 0:
		v, _ := value(line)
		return v, len(v) == 0
	}
	return nil, false
}
