package scan

import (
	"bytes"

	"iskurctl/internal/tckn/find"
)

// columns are the names that the first line of a text gives to columns, as far as they announce a number. Such a text is
// CSV or like it; one column may be all there is.
type columns struct {
	delimiter byte     // 0 = one column
	keywords  []string // one a column; nil = no name announces anything
}

const (
	headerSize = 4 << 10 // the longest header, in bytes
	fieldReach = 1000    // how far before a number the start of its line is looked for, in bytes
)

// columnsOf reads the header of a text whose start is b.
func columnsOf(b []byte) *columns {
	line := b[:min(len(b), headerSize)]
	if i := bytes.IndexByte(line, '\n'); i >= 0 {
		line = line[:i]
	} else if len(b) > len(line) {
		return &columns{}
	}
	line = bytes.TrimPrefix(bytes.TrimRight(line, "\r"), []byte("\ufeff"))
	if find.Plain(line, 0) >= 0 {
		return &columns{}
	}
	c, most := &columns{}, 0
	for _, d := range []byte(",;\t|") {
		if n := bytes.Count(line, []byte{d}); n > most {
			c.delimiter, most = d, n
		}
	}
	fields, any := [][]byte{line}, false
	if c.delimiter != 0 {
		fields = bytes.Split(line, []byte{c.delimiter})
	}
	for _, f := range fields {
		k := find.Keyword(f)
		any = any || k != ""
		c.keywords = append(c.keywords, k)
	}
	if !any {
		c.keywords = nil
	}
	return c
}

// keyword gives that of the column in which m stands, "" when it is not known or announces nothing.
func (c *columns) keyword(b []byte, m find.Match) string {
	if c.keywords == nil {
		return ""
	}
	reach := b[max(0, m.Start-fieldReach):m.Start]
	i := bytes.LastIndexByte(reach, '\n')
	if i < 0 && len(reach) == fieldReach {
		return ""
	}
	before := reach[i+1:]
	if c.delimiter == 0 { // a list: nothing else stands in the line
		if len(bytes.Trim(before, "\"' \t")) == 0 && c.alone(b[m.End:min(len(b), m.End+8)]) {
			return c.keywords[0]
		}
		return ""
	}
	column, quoted := 0, false
	for _, x := range before {
		switch {
		case x == '"':
			quoted = !quoted
		case x == c.delimiter && !quoted:
			column++
		}
	}
	if column >= len(c.keywords) {
		return ""
	}
	return c.keywords[column]
}

func (c *columns) alone(behind []byte) bool {
	rest := bytes.TrimLeft(behind, "\"' \t\r")
	return len(rest) == 0 || rest[0] == '\n'
}
