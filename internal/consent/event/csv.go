package event

import (
	"bytes"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/tabular"
)

// ReadCSV gives the events of a CSV input, in order. Its first line names the columns (see Header), in any order; those of
// values that an event need not have may be missing. Encodings, delimiters and limits are those of package tabular; items
// are separated by blanks, captcha is true or false. A row that is not UTF-8 counts as windows-1254, but not once letters of
// UTF-8 were met: then a letter was damaged, which is the row's Problem.
//
// An id, time or captcha that is none is the row's Problem, and so are a wrong number of fields and a quote out of place
// after which the next row is certain; everything else in a value is left to Check. An error is about the input as a whole
// and ends the sequence: class Input, column_unknown, column_missing, column_ambiguous, or one of tabular.EachRecord: a row
// that cannot be told from its neighbours makes all rows behind it doubtful. r is read once: the sequence can be ranged
// over once.
func ReadCSV(r io.Reader) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		in, err := checkHeader(&sticky{r: r})
		if err != nil {
			yield(Row{}, err)
			return
		}
		order := slices.Clone(required)
		for f := range fieldCount {
			if !slices.Contains(required, f) {
				order = append(order, f)
			}
		}
		columns := make([]string, len(order))
		for i, f := range order {
			columns[i] = f.String()
		}
		var d draft
		modern := false // letters of UTF-8 were met
		for record, err := range tabular.EachRecord(in, columns[:len(required)], columns[len(required):]) {
			if err != nil {
				yield(Row{}, ownHint(err))
				return
			}
			d.reset()
			if record.Bad != nil { // which of its fields is which nobody knows
				d.fail(badRow(record.Bad))
			} else {
				if modern = modern || record.UTF8; modern && record.Old { // as windows-1254 it would be other letters, in the log for ever
					d.fail(notUTF8())
				}
				for i, f := range order {
					d.cell(f, record.Fields[i])
				}
			}
			if !yield(d.row(record.Line), nil) {
				return
			}
		}
	}
}

// badRow says why a row of CSV cannot be told into its values.
func badRow(b *tabular.Bad) *Problem {
	if b.Column > 0 {
		return whole(CodeSyntax, i18n.Tf("%s. sütunda (bayt) yersiz bir tırnak işareti var; içinde tırnak geçen alan tırnak içine alınır, içindeki tırnak iki kez yazılır (\"\")",
			"a quote is out of place at byte %s; a field that holds a quote stands in quotes, and the quote in it is written twice (\"\")", strconv.Itoa(b.Column)))
	}
	return whole(CodeSyntax, i18n.Tf("satırda %d alan var, başlıkta %d; içinde ayırıcı geçen alanlar tırnak içinde yazılmalıdır",
		"the row has %d fields, the header has %d; a field that holds the delimiter must stand in quotes", b.Fields, b.Want))
}

// cell takes a value as CSV writes it.
func (d *draft) cell(f field, value string) {
	switch f {
	case fieldItems:
		for item := range strings.FieldsSeq(value) {
			d.addItem([]byte(item))
		}
	case fieldCaptcha:
		switch value {
		case "":
		case "true", "false":
			d.captchaValue(value == "true")
		default:
			d.fail(badCaptcha())
		}
	default:
		d.putString(f, value)
	}
}

// checkHeader reads the first line that is not blank and refuses it when it names a column that is not ours, or one twice:
// tabular.Records would pass over the data in it. What it gives is the whole input, from its beginning.
func checkHeader(r io.Reader) (io.Reader, error) {
	var read bytes.Buffer
	for line, err := range tabular.Values(io.TeeReader(r, &read), tabular.Options{}) {
		if err != nil {
			return nil, err
		}
		if line.Text == "" {
			continue
		}
		if err := checkColumns(line.Line, line.Text); err != nil {
			return nil, err
		}
		break
	}
	return io.MultiReader(&read, r), nil
}

// checkColumns splits a header at every delimiter there is: no name of ours holds one. A header that seems to have two
// kinds of them is refused, since columns would be lost in one another.
func checkColumns(line int64, header string) error {
	delimiter := ""
	var seen [fieldCount]bool
	for place := 1; ; place++ {
		name, rest, more := header, "", false
		if at := strings.IndexAny(header, ",;\t"); at >= 0 {
			name, rest, more = header[:at], header[at+1:], true
			if this := header[at : at+1]; delimiter == "" {
				delimiter = this
			} else if this != delimiter {
				return faultColumn("column_unknown", line, place, "")
			}
		}
		name = strings.TrimSpace(name)
		if n := len(name); n >= 2 && name[0] == '"' && name[n-1] == '"' {
			name = name[1 : n-1]
		}
		f := slices.IndexFunc(names[:], func(own string) bool { return folded(own) == folded(name) })
		switch {
		case f < 0:
			return faultColumn("column_unknown", line, place, nearest(folded(name)))
		case seen[f]:
			return faultColumn("column_ambiguous", line, place, "")
		}
		seen[f] = true
		if !more {
			return nil
		}
		header = rest
	}
}

// faultColumn names a column by its place: what stands in its name may be data.
func faultColumn(code string, line int64, place int, near string) error {
	number := strconv.FormatInt(line, 10)
	text := i18n.Tf("%s. satır: başlıktaki %s. sütunun adı bilinmiyor", "line %s: the name of column %s of the header is not known", number, strconv.Itoa(place))
	if code == "column_ambiguous" {
		text = i18n.Tf("%s. satır: başlıktaki %s. sütun daha önce de var", "line %s: column %s of the header is there before", number, strconv.Itoa(place))
	}
	hint := i18n.Tf("ilk satır şu adlardan oluşur, tek bir ayırıcıyla: %s", "the first line is made of these names, with one kind of delimiter: %s", strings.Join(names[:], ","))
	if near != "" {
		hint = i18n.Tf("\"%s\" mi demek istediniz? %s", "did you mean \"%s\"? %s", near, hint)
	}
	return fault.New(fault.Input, code, text).WithHint(hint)
}

// ownHint replaces the hints of package tabular, which speak of flags that this input does not have.
func ownHint(err error) error {
	f := fault.From(err)
	if f.Code != "row_ragged" && f.Code != "row_too_wide" {
		return err
	}
	return fault.New(f.Class, f.Code, f.Message).Because(err).
		WithHint(i18n.T("içinde ayırıcı geçen alanlar tırnak içinde yazılmalıdır", "a field that holds the delimiter must stand in quotes"))
}
