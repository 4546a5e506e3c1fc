package sheet

import (
	"bytes"
	"io"
	"strconv"
	"strings"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/registry"
	"iskurctl/internal/tabular"
)

// csv reads rows of CSV. One with another number of fields than the header, or with a quote out of place, is a row with
// that problem as long as it is certain where the next one begins.
func csv(in io.Reader, yield func(registry.Row, error) bool) {
	h, in, err := csvHeader(in)
	if err != nil {
		yield(registry.Row{}, err)
		return
	}
	for record, err := range tabular.EachRecord(in, h.names, nil) {
		if err != nil {
			yield(registry.Row{}, ownHint(err))
			return
		}
		r := newRow(record.Line, h.given)
		if record.Bad != nil { // which of its fields is which nobody knows
			code, text := badRow(record.Bad)
			r.fail("", code, text)
		}
		for i, text := range record.Fields {
			r.text(h.names[i], text)
		}
		if !yield(r.Row, nil) {
			return
		}
	}
}

// csvHeader reads the first line that is not blank, and gives the whole input again from its beginning. It splits the line
// at every delimiter there is: no name of ours holds one. Two kinds of them in one line would hide columns in one another.
func csvHeader(r io.Reader) (*header, io.Reader, error) {
	var read bytes.Buffer
	h := &header{line: 1}
	for line, err := range tabular.Values(io.TeeReader(r, &read), tabular.Options{}) {
		if err != nil {
			return nil, nil, err
		}
		if line.Text == "" {
			continue
		}
		h.line = line.Line
		if err := h.split(line.Text); err != nil {
			return nil, nil, err
		}
		break
	}
	return h, io.MultiReader(&read, r), h.complete()
}

func (h *header) split(text string) error {
	delimiter := ""
	for place := 0; ; place++ {
		at := strings.IndexAny(text, ",;\t")
		title, more := text, at >= 0
		if more {
			this := text[at : at+1]
			if title = text[:at]; delimiter == "" {
				delimiter = this
			} else if delimiter != this {
				return h.unknown(place, ordinal, "")
			}
			text = text[at+1:]
		}
		title = strings.TrimSpace(title)
		if n := len(title); n >= 2 && title[0] == '"' && title[n-1] == '"' {
			title = title[1 : n-1]
		}
		if title == "" { // no cell below it could be told from that of another column without a name
			return h.unknown(place, ordinal, "")
		}
		if err := h.add(title, place, ordinal); err != nil {
			return err
		}
		if !more {
			return nil
		}
	}
}

// ordinal names a column of CSV by its place, counted from 1.
func ordinal(place int) i18n.Text {
	n := strconv.Itoa(place + 1)
	return i18n.T(n+". sütunun", "column "+n)
}

func badRow(b *tabular.Bad) (code string, text i18n.Text) {
	if b.Column > 0 {
		return "quote_stray", i18n.Tf("%s. sütunda (bayt) yersiz bir tırnak işareti var; içindeki tırnak iki kez yazılır (\"\")", "a quote is out of place at byte %s; a quote inside quotes is written twice (\"\")", strconv.Itoa(b.Column))
	}
	return "row_ragged", i18n.Tf("satırda %d alan var, başlıkta %d; içinde ayırıcı geçen alanlar tırnak içinde yazılmalıdır",
		"the row has %d fields, the header has %d; a field that holds the delimiter must stand in quotes", b.Fields, b.Want)
}

// ownHint replaces the hints of package tabular that speak of flags which this input does not have.
func ownHint(err error) error {
	f := fault.From(err)
	if f.Code != "row_ragged" && f.Code != "row_too_wide" {
		return err
	}
	return fault.New(f.Class, f.Code, f.Message).Because(err).
		WithHint(i18n.T("içinde ayırıcı geçen alanlar tırnak içinde yazılmalıdır", "a field that holds the delimiter must stand in quotes"))
}
