package output

import (
	"bytes"
	"strings"

	"iskurctl/internal/i18n"
	"iskurctl/internal/term"
)

// blockRows bounds what a table keeps in memory: tablewriter has to see all rows of a table to know its widths, so a
// long result is a sequence of tables, each with its header.
const blockRows = 1000

// gap is the width of what stands between two columns: a blank, a line, a blank.
const gap = 3

// tableEncoder draws tables for people: no frame, a thin line below the header, and thin lines between the columns.
// When cells had to be wrapped, thin lines part the rows, too. An object in a cell is written as name=value.
type tableEncoder struct {
	masker
	cols    []Column
	titles  []string
	headers bool
	width   int  // 0 = as wide as it gets
	yield   bool // nobody named the columns, so that those that yield may be left out
	lang    i18n.Lang
	palette term.Palette

	shown []int // which columns, as the first block decides; nil = not decided yet
	rows  [][]string
	drawn bool // at least one block, or the header alone
	buf   bytes.Buffer
}

func (e *tableEncoder) record(dst []byte, values []any) ([]byte, error) {
	row := make([]string, len(values))
	for i, v := range values {
		s, err := e.cell(e.cols[i].Kind, v)
		if err != nil {
			return dst, err
		}
		row[i] = CleanLine(s)
	}
	e.rows = append(e.rows, row)
	if len(e.rows) < blockRows {
		return dst, nil
	}
	return e.block(dst)
}

// cell is plain but for an object: people read name=value more easily than JSON.
func (e *tableEncoder) cell(k Kind, v any) (string, error) {
	fields, ok := v.([]Field)
	if !ok {
		return e.plain(k, v)
	}
	var b strings.Builder
	for i, f := range fields {
		s, err := e.plain(f.Kind, f.Value)
		if err != nil {
			return "", err
		}
		if strings.ContainsAny(s, ` ="`) {
			s = string(appendJSONString(nil, s))
		}
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(f.Key + "=" + s)
	}
	return b.String(), nil
}

func (e *tableEncoder) end(dst []byte, aborted bool) ([]byte, error) {
	if len(e.rows) == 0 && (aborted || e.drawn || !e.headers) {
		return dst, nil
	}
	return e.block(dst)
}

// block draws the rows at hand, if any, below a header.
func (e *tableEncoder) block(dst []byte) ([]byte, error) {
	if len(e.cols) == 0 {
		return dst, nil
	}
	if e.drawn && e.headers {
		dst = append(dst, '\n')
	}
	e.drawn = true
	g := grid{cols: e.cols, rows: e.rows, width: e.width, palette: e.palette, sep: "│"}
	if e.headers {
		g.header = e.titles
	}
	if e.shown == nil {
		e.shown = g.narrow(e.yield, len(e.rows) < blockRows) // a full block may have others behind it
	}
	g.keep(e.shown)
	dst, err := g.draw(dst, &e.buf)
	e.rows = e.rows[:0]
	return dst, err
}

// object draws two columns without lines, title and value; the members of a nested object stand indented below it. A
// list of objects becomes a table of its own below all that.
func (e *tableEncoder) object(dst []byte, fields []Field) ([]byte, error) {
	title := func(f Field) string { return titleIn(e.lang, f.Title, f.Key) }
	var rows [][]string
	plain, lists := apart(fields, e.lang)
	for _, l := range (flattener{title, "."}).lines(plain) {
		label, value := strings.Repeat("  ", l.depth)+CleanLine(l.label), ""
		if !l.group {
			s, err := e.plain(l.kind, l.value)
			if err != nil {
				return dst, err
			}
			value = CleanLine(s)
		}
		rows = append(rows, []string{label, value})
	}
	var err error
	if len(rows) > 0 {
		g := grid{cols: []Column{{Key: "key"}, {Key: "value"}}, rows: rows, width: e.width, palette: e.palette, labels: true, sep: " "}
		if dst, err = g.draw(dst, &e.buf); err != nil {
			return dst, err
		}
	}
	for i, list := range lists {
		if i > 0 || len(rows) > 0 {
			dst = append(dst, '\n')
		}
		if dst, err = e.list(append(dst, e.palette.Bold(CleanLine(title(list)))+"\n"...), list.Value.([][]Field)); err != nil {
			return dst, err
		}
	}
	return dst, nil
}

// list draws the objects of a list, which all have the members of the first one, as a table.
func (e *tableEncoder) list(dst []byte, items [][]Field) ([]byte, error) {
	t := tableEncoder{masker: e.masker, lang: e.lang, headers: e.headers, width: e.width, palette: e.palette}
	t.cols = membersOf(items[0])
	for _, c := range t.cols {
		t.titles = append(t.titles, CleanLine(titleIn(e.lang, c.Title, c.Key)))
	}
	for _, item := range items {
		var err error
		if dst, err = t.record(dst, valuesOf(item, len(t.cols))); err != nil {
			return dst, err
		}
	}
	return t.end(dst, false)
}
