// Package sheet reads rows of Ek-2 from what offices have them in: CSV, in the encodings and with the delimiters of package
// tabular, and Excel workbooks (.xlsx). What a spreadsheet did to a value, such as a telephone number that became a power
// of ten, is a problem of its row with line and column, never guessed at. Imported by the registry commands.
package sheet

import (
	"bufio"
	"bytes"
	"io"
	"io/fs"
	"iter"
	"slices"
	"strconv"
	"strings"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/registry"
	"iskurctl/internal/registry/sheet/xlsx"
)

// ColID is the optional column that names the row to be changed; all others are those of registry.Columns.
const ColID = "id"

// columns are all that an input may have.
func columns() []string { return append([]string{ColID}, registry.Columns()...) }

// Read gives the rows of an input, in order; what it is is told by its first bytes, not by its name. name chooses the sheet
// of a workbook; "" stands for the only one that is visible and holds something. Lines are those that an editor or Excel
// shows. Cells with a problem are in Row.Problems, and the next row is read.
//
// An error is about the input as a whole and ends the sequence, class Input: column_unknown, column_missing,
// column_ambiguous, rows_too_many, sheet_format, sheet_ambiguous, sheet_unknown, those of tabular.EachRecord and of package xlsx. r is
// read once; a regular file is read where it lies, all else but CSV is held in memory.
func Read(r io.Reader, name string) iter.Seq2[registry.Row, error] {
	return func(yield func(registry.Row, error) bool) {
		in := bufio.NewReader(r)
		head, _ := in.Peek(len(compound)) // an error comes again with the first read
		switch {
		case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("PK\x05\x06")):
			workbook(r, in, name, yield)
		case string(head) == compound:
			yield(registry.Row{}, otherFormat())
		case name != "":
			yield(registry.Row{}, fault.New(fault.Input, "sheet_unknown", i18n.T("girdi bir Excel (.xlsx) dosyası değil; sayfası yok", "the input is no Excel (.xlsx) file and has no sheets")).
				WithHint(i18n.T("--sheet seçeneğini kaldırın", "leave --sheet out")))
		default:
			csv(in, atMost(xlsx.MaxRows, yield))
		}
	}
}

// atMost ends a sequence with rows_too_many behind n rows: whoever plans an import holds all of them.
func atMost(n int, yield func(registry.Row, error) bool) func(registry.Row, error) bool {
	return func(row registry.Row, err error) bool {
		if n--; n < 0 && err == nil {
			row, err = registry.Row{}, fault.New(fault.Input, "rows_too_many", i18n.Tf("girdide %d satırdan çok var", "the input has more than %d rows", xlsx.MaxRows)).
				WithHint(i18n.T("dosyayı bölüp ayrı ayrı aktarın", "split the file and import the parts"))
		}
		return yield(row, err) && err == nil
	}
}

// compound begins the old .xls, and a workbook that is locked by a password.
const compound = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

func otherFormat() error {
	return fault.New(fault.Input, "sheet_format", i18n.T("girdi eski bir Excel (.xls) dosyası ya da parolayla açılan bir dosya", "the input is an old Excel (.xls) file, or one that a password opens")).
		WithHint(i18n.T("dosyayı parolasız .xlsx ya da CSV (UTF-8) olarak kaydedin", "save it without a password as .xlsx or CSV (UTF-8)"))
}

// row collects the cells of one row.
type row struct{ registry.Row }

func newRow(line int64, given []string) *row {
	return &row{registry.Row{Line: line, Given: given}}
}

func (r *row) fail(column, code string, text i18n.Text) {
	r.Problems = append(r.Problems, registry.Problem{Line: r.Line, Column: column, Code: code, Text: text})
}

// text takes a text cell.
func (r *row) text(column, s string) {
	s = bare(s)
	if column == ColID {
		r.id(s)
		return
	}
	if code, text := damaged(s); code != "" && column != registry.ColPhone && !dated(column) {
		r.fail(column, code, text)
		return
	}
	if p := r.Person.Set(column, s); p != nil {
		p.Line = r.Line
		r.Problems = append(r.Problems, *p)
	}
}

func (r *row) id(s string) {
	if s == "" {
		return
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 1 {
		r.fail(ColID, "id_invalid", i18n.T("kayıt numarası pozitif bir tam sayı olmalı", "the id is a positive whole number"))
		return
	}
	r.ID = n
}

// bare takes the apostrophe away that keeps Excel from computing or converting a text; `--excel` writes it, and a file saved
// from there has it as a character.
func bare(s string) string {
	s = strings.TrimSpace(s)
	if len(s) > 1 && s[0] == '\'' && (strings.IndexByte("'=+-@", s[1]) >= 0 || strings.Trim(s[1:], "0123456789.,:/-eE% \u00a0") == "") {
		return s[1:]
	}
	return s
}

// cell takes a cell of a workbook, which knows what Excel took it for.
func (r *row) cell(column string, c xlsx.Cell) {
	date := dated(column)
	place := i18n.Tf("hücre %s", "cell %s", xlsx.ColumnName(c.Column)+strconv.FormatInt(r.Line, 10))
	switch {
	case c.Kind == xlsx.Formula:
		r.fail(column, "formula", i18n.Tf("%s bir formül; yerine değerini yapıştırın", "%s holds a formula; paste its value instead", place))
	case c.Kind == xlsx.Fault:
		r.fail(column, "cell_error", i18n.Tf("%s bir hata değeri gösteriyor", "%s shows an error", place))
	case c.Kind == xlsx.Text, c.Kind == xlsx.Date && date, c.Kind == xlsx.Number && (date || column == ColID || whole(c.Text)) && column != registry.ColPhone:
		r.text(column, c.Text)
	case column == registry.ColPhone:
		r.fail(column, "phone_damaged", i18n.Tf("Excel telefonu sayıya çevirmiş (%s): baştaki + ya da 0 kaybolur; sütunu metin yapıp numarayı yeniden yazın",
			"Excel made a number of the telephone (%s), which loses its + or 0; make the column text and write the number again", place))
	default:
		r.fail(column, "cell_damaged", i18n.Tf("Excel metni tarihe, sayıya ya da doğru/yanlış değerine çevirmiş (%s); sütunu metin yapıp değeri yeniden yazın",
			"Excel made a date, a number or a truth value of the text (%s); make the column text and write the value again", place))
	}
}

// dated are the columns of days.
func dated(column string) bool {
	return column == registry.ColValidFrom || column == registry.ColValidTo || column == registry.ColNoticeDate
}

func whole(s string) bool { return strings.Trim(s, "0123456789") == "" }

// header finds the columns of an input in its first row. What a column is called that is not ours is not repeated: in a
// file without a header it is somebody's name.
type header struct {
	names []string // the column at each place; "" is one without a name
	given []string // those that registry.Row names, id without
	line  int64
}

func (h *header) add(title string, place int, nameOf func(int) i18n.Text) error {
	name := title
	if i := slices.IndexFunc(columns(), func(c string) bool { return fold(c) == fold(name) }); i >= 0 {
		name = columns()[i]
	} else if title != "" {
		return h.unknown(place, nameOf, fault.Nearest(fold(title), columns()))
	}
	if name != "" && slices.Contains(h.names, name) {
		return h.fault("column_ambiguous", i18n.Tf("başlıkta %s sütunu iki kez var", "the header has the column %s twice", name)).
			WithHint(i18n.T("sütunlardan birini silin", "remove one of the two"))
	}
	h.names = append(h.names, name)
	if name != "" && name != ColID {
		h.given = append(h.given, name)
	}
	return nil
}

// fold brings a title to the form of our names: people write PARTY, and in Turkish capitals TİTLE.
func fold(s string) string { return strings.ReplaceAll(i18n.Fold(strings.TrimSpace(s)), "ı", "i") }

func (h *header) unknown(place int, nameOf func(int) i18n.Text, near string) error {
	hint := i18n.Tf("sütunu silin ya da adını düzeltin; adlar: %s", "remove the column or correct its name; the names are: %s", strings.Join(columns(), ","))
	if near != "" {
		hint = i18n.Tf("%s mi demek istediniz? %s", "did you mean %s? %s", near, hint)
	}
	return h.fault("column_unknown", i18n.Tf("başlıkta %s adı bilinmiyor", "the name of %s of the header is not known", nameOf(place))).WithHint(hint)
}

func (h *header) fault(code string, text i18n.Text) *fault.Error {
	return fault.New(fault.Input, code, i18n.Join(": ", i18n.Tf("satır %s", "line %s", strconv.FormatInt(h.line, 10)), text))
}

// complete checks that no required column is missing. id alone does not replace them: a row is read by a person, too.
func (h *header) complete() error {
	if len(h.names) == 0 {
		return fault.New(fault.Input, "column_missing", i18n.T("girdi boş: sütun adlarını taşıyan ilk satır yok", "the input is empty: there is no first line with the names of the columns")).
			WithHint(i18n.Tf("sütunlar, en azından: %s", "the columns, at least: %s", strings.Join(registry.Required(), ",")))
	}
	for _, c := range registry.Required() {
		if !slices.Contains(h.names, c) {
			return h.fault("column_missing", i18n.Tf("başlıkta %s sütunu yok", "the header has no column %s", c)).
				WithHint(i18n.Tf("ilk satır sütun adlarını taşır, en azından: %s", "the first line holds the names of the columns, at least: %s", strings.Join(registry.Required(), ",")))
		}
	}
	return nil
}

// file is what can be read at any place.
type file interface {
	io.ReaderAt
	Stat() (fs.FileInfo, error)
}

// at gives an input as something that can be read at any place, and its size.
func at(r io.Reader, in io.Reader) (io.ReaderAt, int64, error) {
	if f, ok := r.(file); ok {
		if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
			return f, info.Size(), nil
		}
	}
	data, err := io.ReadAll(io.LimitReader(in, xlsx.MaxFile+1))
	if err != nil {
		return nil, 0, unreadable(err)
	}
	return bytes.NewReader(data), int64(len(data)), nil
}

func unreadable(err error) error {
	if f := fault.From(err); f.Code != "internal" { // says it better: the run was stopped
		return err
	}
	return fault.New(fault.Input, "input_read", i18n.Tf("girdi okunamadı: %s", "the input cannot be read: %s", fault.Cause(err))).Because(err)
}
