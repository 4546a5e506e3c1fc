package xlsx

import (
	"encoding/xml"
	"errors"
	"io"
	"iter"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Kind says what stands in a cell.
type Kind uint8

// The kinds.
const (
	Text    Kind = iota
	Number       // in plain digits below 10^15, with as many as Excel shows; any other as the file writes it
	Date         // 2026-11-22, with a time of day 2026-11-22T10:11:12
	Bool         // TRUE or FALSE
	Formula      // no text: what it came to when it was computed last may be out of date
	Fault        // no text: an error such as #N/A
)

// Cell is a cell that holds something.
type Cell struct {
	Column int // counted from 0
	Kind   Kind
	Text   string
}

// Row is a row with at least one such cell.
type Row struct {
	Line  int64  // as Excel numbers it
	Cells []Cell // by column; valid until the next step only
}

// errStopped says that the consumer wants no more rows.
var errStopped = errors.New("stopped")

// Rows gives the rows of the sheet at the given place of Sheets, in order. Errors, of class Input, end the sequence:
// sheet_damaged, sheet_too_large.
func (b *Book) Rows(sheet int) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		err := b.load()
		if err == nil {
			s := scanner{book: b, yield: yield}
			err = b.each(b.sheets[sheet].part, s.element)
		}
		if err != nil && !errors.Is(err, errStopped) {
			yield(Row{}, asFault(err))
		}
	}
}

// Empty reports whether a sheet holds nothing at all.
func (b *Book) Empty(sheet int) (bool, error) {
	for _, err := range b.Rows(sheet) {
		return false, err
	}
	return true, nil
}

// scanner follows a sheet.
type scanner struct {
	book  *Book
	yield func(Row, error) bool
	row   Row
	rows  int
}

func (s *scanner) element(d *xml.Decoder, t xml.StartElement) error {
	if t.Name.Local != "row" {
		return nil
	}
	line := s.row.Line + 1
	if r := attr(t, "r"); r != "" {
		n, err := strconv.ParseInt(r, 10, 64)
		if err != nil || n < line || n > 1<<20 { // Excel's own limit
			return errors.New("a row is out of order")
		}
		line = n
	}
	s.row = Row{Line: line, Cells: s.row.Cells[:0]}
	if err := s.cells(d); err != nil {
		return err
	}
	if len(s.row.Cells) == 0 {
		return nil
	}
	if s.rows++; s.rows > MaxRows {
		return tooLarge()
	}
	if !s.yield(s.row, nil) {
		return errStopped
	}
	return nil
}

// cells reads a row up to its end.
func (s *scanner) cells(d *xml.Decoder) error {
	next := 0
	for {
		token, err := d.Token()
		if err != nil {
			return unexpected(err)
		}
		switch t := token.(type) {
		case xml.EndElement:
			return nil
		case xml.StartElement:
			if t.Name.Local != "c" {
				if err := d.Skip(); err != nil {
					return unexpected(err)
				}
				continue
			}
			column := next
			if r := attr(t, "r"); r != "" {
				if column = columnOf(r); column < next {
					return errors.New("a cell is out of order")
				}
			}
			if next = column + 1; next > maxColumns {
				return errors.New("a cell is out of range")
			}
			c, filled, err := s.cell(d, t)
			if err != nil {
				return err
			}
			if c.Column = column; filled {
				s.row.Cells = append(s.row.Cells, c)
			}
		}
	}
}

// cell reads a cell up to its end; false when it holds nothing, only a style for example.
func (s *scanner) cell(d *xml.Decoder, start xml.StartElement) (c Cell, filled bool, err error) {
	var value, inline string
	formula := false
	for depth := 1; depth > 0; {
		token, err := d.Token()
		if err != nil {
			return c, false, unexpected(err)
		}
		switch t := token.(type) {
		case xml.EndElement:
			depth--
		case xml.StartElement:
			switch t.Name.Local {
			case "v":
				value, err = chars(d)
			case "is":
				inline, err = richText(d)
			case "f":
				formula = true
				err = d.Skip()
			default:
				err = d.Skip()
			}
			if err != nil {
				return c, false, unexpected(err)
			}
		}
	}
	if formula {
		return Cell{Kind: Formula}, true, nil
	}
	switch kind := attr(start, "t"); kind {
	case "s":
		if value == "" {
			return c, false, nil
		}
		c.Text, err = s.book.texts.at(value)
	case "inlineStr":
		c.Text = inline
	case "str":
		c.Text = unescape(value)
	case "b":
		c = Cell{Kind: Bool, Text: "FALSE"}
		if truth(value) {
			c.Text = "TRUE"
		}
	case "e":
		return Cell{Kind: Fault}, true, nil
	case "d":
		c = Cell{Kind: Date, Text: isoDate(value)}
	case "", "n":
		c, err = s.book.number(value, attr(start, "s"))
	default:
		err = errors.New("an unknown type of cell")
	}
	if utf8.RuneCountInString(c.Text) > maxCell {
		err = errors.New("a cell is too long")
	}
	return c, strings.TrimSpace(c.Text) != "" && value+inline != "", err
}

// columnOf reads the column of a place such as AB12, counted from 0; -1 when it is none.
func columnOf(place string) int {
	n := 0
	for i := 0; i < len(place); i++ {
		c := place[i] &^ 0x20
		if c < 'A' || c > 'Z' {
			if i == 0 || place[i] < '0' || place[i] > '9' {
				return -1
			}
			break
		}
		if n = n*26 + int(c-'A'+1); n > maxColumns {
			break
		}
	}
	return n - 1
}

// ColumnName names a column, counted from 0, as Excel does: A, Z, AA.
func ColumnName(column int) string {
	name := ""
	for n := column + 1; n > 0; n = (n - 1) / 26 {
		name = string(rune('A'+(n-1)%26)) + name
	}
	return name
}

// chars reads the text of an element up to its end.
func chars(d *xml.Decoder) (string, error) {
	text := ""
	for {
		token, err := d.Token()
		if err != nil {
			return "", err
		}
		switch t := token.(type) {
		case xml.CharData:
			if text == "" {
				text = string(t)
			} else {
				text += string(t)
			}
			if len(text) > 4*maxCell {
				return "", errors.New("a text is too long")
			}
		case xml.StartElement:
			if err := d.Skip(); err != nil {
				return "", err
			}
		case xml.EndElement:
			return text, nil
		}
	}
}

// richText reads a text with its parts of different look, without the pronunciation that may stand beside it.
func richText(d *xml.Decoder) (string, error) {
	text := ""
	for {
		token, err := d.Token()
		if err != nil {
			return "", err
		}
		switch t := token.(type) {
		case xml.StartElement:
			var part string
			switch t.Name.Local {
			case "t":
				part, err = chars(d)
				part = unescape(part)
			case "r":
				part, err = richText(d)
			default:
				err = d.Skip()
			}
			if err != nil {
				return "", err
			}
			if text += part; len(text) > 4*maxCell {
				return "", errors.New("a text is too long")
			}
		case xml.EndElement:
			return text, nil
		}
	}
}

// unescape gives the characters that XML cannot hold, which stand as _x000D_ in the file; _x005F_ is the underscore itself.
func unescape(s string) string {
	if !strings.Contains(s, "_x") {
		return s
	}
	var b strings.Builder
	for {
		at := strings.Index(s, "_x")
		if at < 0 || at+7 > len(s) {
			break
		}
		n, err := strconv.ParseUint(s[at+2:at+6], 16, 32)
		if err != nil || s[at+6] != '_' {
			b.WriteString(s[:at+2])
			s = s[at+2:]
			continue
		}
		b.WriteString(s[:at])
		b.WriteRune(rune(n))
		s = s[at+7:]
	}
	b.WriteString(s)
	return b.String()
}

// unexpected makes the end of the file inside an element an error like any other.
func unexpected(err error) error {
	if err == io.EOF { //nolint:errorlint // the decoder gives io.EOF itself
		return io.ErrUnexpectedEOF
	}
	return err
}
