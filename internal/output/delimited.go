package output

import (
	"bytes"
	"encoding/csv"
	"strings"
	"unicode"
	"unicode/utf8"

	"iskurctl/internal/i18n"
)

// titleIn gives the title of a field or column in one language, the key when there is none.
func titleIn(l i18n.Lang, t i18n.Text, key string) string {
	if t.Empty() {
		return key
	}
	return t.In(l)
}

// tsvEncoder writes one record a line with tabs between the cells. A TAB or newline within a value is escaped, so
// that cut, awk and a line count can be trusted.
type tsvEncoder struct {
	masker
	cols    []Column
	headers bool // still to be written
}

func (e *tsvEncoder) header(dst []byte) []byte {
	if !e.headers || len(e.cols) == 0 {
		return dst
	}
	e.headers = false
	for i, c := range e.cols {
		if i > 0 {
			dst = append(dst, '\t')
		}
		dst = appendInert(dst, c.Key)
	}
	return append(dst, '\n')
}

func (e *tsvEncoder) record(dst []byte, values []any) ([]byte, error) {
	dst = e.header(dst)
	var err error
	for i, v := range values {
		if i > 0 {
			dst = append(dst, '\t')
		}
		if dst, err = e.appendPlain(dst, e.cols[i].Kind, v, appendInert); err != nil {
			return dst, err
		}
	}
	return append(dst, '\n'), nil
}

func (e *tsvEncoder) object(dst []byte, fields []Field) ([]byte, error) {
	var err error
	for _, l := range byKey().lines(fields) {
		if l.group {
			continue
		}
		dst = append(appendInert(dst, l.path), '\t')
		if dst, err = e.appendPlain(dst, l.kind, l.value, appendInert); err != nil {
			return dst, err
		}
		dst = append(dst, '\n')
	}
	return dst, nil
}

func (e *tsvEncoder) end(dst []byte, aborted bool) ([]byte, error) {
	if aborted {
		return dst, nil
	}
	return e.header(dst), nil
}

// csvEncoder writes RFC 4180 with LF; for Excel with BOM, semicolons and CRLF, see excelCell. Values are escaped like
// those of tsv, so a record is one physical line here, too.
type csvEncoder struct {
	masker
	cols    []Column
	headers bool // still to be written
	bom     bool // still to be written
	excel   bool
	buf     bytes.Buffer
	w       *csv.Writer
	row     []string
}

func newCSV(m masker, cols []Column, headers, excel bool) *csvEncoder {
	e := &csvEncoder{masker: m, cols: cols, headers: headers, bom: excel, excel: excel}
	e.w = csv.NewWriter(&e.buf)
	if excel {
		e.w.Comma, e.w.UseCRLF = ';', true
	}
	return e
}

// flush appends one row. The csv.Writer buffers on its own, so it is emptied after each.
func (e *csvEncoder) flush(dst []byte, row []string) ([]byte, error) {
	if e.bom {
		e.bom = false
		dst = append(dst, "\ufeff"...)
	}
	e.buf.Reset()
	if len(row) == 1 && row[0] == "" {
		// A record of one empty cell would be an empty line, which readers skip; quotes keep it.
		dst = append(dst, '"', '"')
	}
	err := e.w.Write(row)
	e.w.Flush()
	return append(dst, e.buf.Bytes()...), err
}

func (e *csvEncoder) header(dst []byte) ([]byte, error) {
	if !e.headers || len(e.cols) == 0 {
		return dst, nil
	}
	e.headers = false
	e.row = e.row[:0]
	for _, c := range e.cols {
		e.row = append(e.row, CleanLine(c.Key))
	}
	return e.flush(dst, e.row)
}

func (e *csvEncoder) cell(k Kind, v any) (string, error) {
	switch p := v.(type) {
	case *int64:
		v = *p
	case *[]byte:
		v = string(*p)
	}
	s, err := e.plain(k, v)
	if err != nil {
		return "", err
	}
	if e.excel {
		return excelCell(k, v, s), nil
	}
	return CleanLine(s), nil
}

func (e *csvEncoder) record(dst []byte, values []any) ([]byte, error) {
	dst, err := e.header(dst)
	if err != nil {
		return dst, err
	}
	if !e.excel && len(values) > 1 {
		return e.plainRecord(dst, values)
	}
	e.row = e.row[:0]
	for i, v := range values {
		s, err := e.cell(e.cols[i].Kind, v)
		if err != nil {
			return dst, err
		}
		e.row = append(e.row, s)
	}
	return e.flush(dst, e.row)
}

// plainRecord writes what flush would, without its copies: for records by the hundred thousand.
func (e *csvEncoder) plainRecord(dst []byte, values []any) ([]byte, error) {
	var err error
	for i, v := range values {
		if i > 0 {
			dst = append(dst, ',')
		}
		from := len(dst)
		if dst, err = e.appendPlain(dst, e.cols[i].Kind, v, appendInert); err != nil {
			return dst, err
		}
		if quoted(dst[from:]) {
			e.buf.Reset()
			e.buf.Write(bytes.ReplaceAll(dst[from:], []byte{'"'}, []byte(`""`)))
			dst = append(append(append(dst[:from], '"'), e.buf.Bytes()...), '"')
		}
	}
	return append(dst, '\n'), nil
}

// quoted tells which cells encoding/csv puts into quotes; an inert cell has no line ends.
func quoted(cell []byte) bool {
	if len(cell) == 0 {
		return false
	}
	if cell[0] >= utf8.RuneSelf || cell[0] == ' ' {
		if r, _ := utf8.DecodeRune(cell); unicode.IsSpace(r) {
			return true
		}
	}
	return bytes.IndexByte(cell, ',') >= 0 || bytes.IndexByte(cell, '"') >= 0 || string(cell) == `\.`
}

func (e *csvEncoder) object(dst []byte, fields []Field) ([]byte, error) {
	for _, l := range byKey().lines(fields) {
		if l.group {
			continue
		}
		s, err := e.cell(l.kind, l.value)
		if err != nil {
			return dst, err
		}
		if dst, err = e.flush(dst, []string{CleanLine(l.path), s}); err != nil {
			return dst, err
		}
	}
	return dst, nil
}

func (e *csvEncoder) end(dst []byte, aborted bool) ([]byte, error) {
	if aborted {
		return dst, nil
	}
	return e.header(dst)
}

// excelCell gives a cell that Excel shows as it stands. A leading apostrophe is put before whatever Excel would
// compute (a formula, also behind blanks and with full-width signs) or turn into something else (a TC number or
// another long number into 1E+10, 0012 into 12, 12.05 into a date). Excel shows the apostrophe; that is the price:
// the other way to keep a text, ="…", is itself a formula, and whoever looks for formulas in the file must find none.
// A cell that begins with an apostrophe gets a second one, so that dropping the first gives every value back. Numbers,
// dates, times and Booleans that we made ourselves stay bare. A telephone number gets blanks between its groups instead:
// that is a text for Excel, and still one to be dialled.
func excelCell(k Kind, v any, s string) string {
	if grouped, ok := groupPhone(s); ok && (k == Phone || k == WorkPhone) {
		return grouped
	}
	clean := CleanLine(s)
	switch v.(type) {
	case int, int64:
		if len(s) < 12 && !k.personal() { // from twelve digits on Excel shows 1,23E+11
			return clean
		}
	case string:
		if k == Date && !formula(s) {
			return clean
		}
	default:
		if k != Text && !formula(s) {
			return clean
		}
	}
	if strings.HasPrefix(clean, "'") || formula(s) || converted(s) {
		return "'" + clean
	}
	return clean
}

// formula reports whether a spreadsheet would compute s: after any blanks it begins with one of the signs.
func formula(s string) bool {
	for _, r := range s {
		switch r {
		case '=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠':
			return true
		}
		if !unicode.IsSpace(r) && !hostile(r) {
			return false
		}
	}
	return false
}

// converted reports whether a spreadsheet would read the text s as a number, date or time that looks different. Plain
// integers of up to ten digits without leading zeros are left alone: they look the same afterwards. So is what begins with
// the sign of an exponent: the numbers of official letters (E-2026/15) do.
func converted(s string) bool {
	if s != "" && s[0]|0x20 == 'e' {
		return false
	}
	digits, others := 0, 0
	for _, r := range s {
		switch {
		case '0' <= r && r <= '9':
			digits++
		case strings.ContainsRune(".,:/-eE% \u00a0", r):
			others++
		default:
			return false
		}
	}
	return digits > 0 && (others > 0 || digits > 10 || s[0] == '0' && digits > 1)
}
