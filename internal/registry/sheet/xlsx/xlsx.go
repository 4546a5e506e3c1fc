// Package xlsx reads the cells of an Excel workbook (ECMA-376, transitional and strict) as a person sees them: texts, numbers,
// and dates, which the file holds as numbers of days. It reads one sheet as a stream and computes nothing: a formula is
// reported as one. It is read only, of the standard library, and costs nothing at the start of the program (see
// docs/adr/0018-reading-xlsx.md). Imported by internal/registry/sheet.
package xlsx

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"strconv"
	"strings"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// Limits. A workbook is a compressed archive: what it unpacks to is bounded, whatever its directory says.
const (
	MaxRows     = 100_000   // rows of a sheet that hold something
	MaxFile     = 64 << 20  // bytes of the file
	MaxUnpacked = 128 << 20 // bytes of XML that are read of one workbook
	maxStrings  = 64 << 20  // bytes of its shared texts, which are kept in memory
	maxColumns  = 16_384    // Excel's own limit
	maxCell     = 32_767    // characters of a cell, Excel's own limit
)

// Book is an open workbook.
type Book struct {
	parts   map[string]*zip.File // by name in lower case, without the leading slash
	sheets  []Sheet
	texts   texts
	dates   []bool // by the index of a cell's style: shown as a date
	from04  bool   // days count from 1904
	unread  int64  // bytes that may still be unpacked
	loaded  bool   // texts and styles are there
	strings string // names of parts; "" = there is none
	styles  string
}

// Sheet is one sheet of a workbook.
type Sheet struct {
	Name   string
	Hidden bool
	part   string
}

// Sheets gives the sheets with cells in the order of their tabs; those of charts are left out.
func (b *Book) Sheets() []Sheet { return b.sheets }

// Open reads the directory of a workbook of size bytes. Errors are of class Input: sheet_damaged, sheet_too_large.
func Open(r io.ReaderAt, size int64) (*Book, error) {
	if size > MaxFile {
		return nil, tooLarge()
	}
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, damaged(err)
	}
	b := &Book{parts: make(map[string]*zip.File, len(z.File)), unread: MaxUnpacked}
	for _, f := range z.File {
		name := asciiLower(strings.TrimPrefix(strings.ReplaceAll(f.Name, `\`, "/"), "/"))
		if _, twice := b.parts[name]; twice {
			return nil, damaged(errors.New("a part is there twice"))
		}
		b.parts[name] = f
	}
	return b, b.index()
}

// index follows the relations from the root to the sheets. Names of parts are not fixed; what they are is told by the
// type of the relation, whose last word is the same in both variants of the standard.
func (b *Book) index() error {
	root, err := b.relations("")
	if err != nil {
		return err
	}
	main := ""
	for _, r := range root {
		if r.kind == "officeDocument" {
			main = r.target
		}
	}
	if main == "" {
		return damaged(errors.New("there is no workbook"))
	}
	relations, err := b.relations(main)
	if err != nil {
		return err
	}
	byID := make(map[string]relation, len(relations))
	for _, r := range relations {
		byID[r.id] = r
		switch r.kind {
		case "sharedStrings":
			b.strings = r.target
		case "styles":
			b.styles = r.target
		}
	}
	return b.each(main, func(d *xml.Decoder, t xml.StartElement) error {
		switch t.Name.Local {
		case "workbookPr":
			b.from04 = truth(attr(t, "date1904"))
		case "sheet":
			r := byID[attr(t, "id")]
			if r.kind == "worksheet" {
				b.sheets = append(b.sheets, Sheet{Name: attr(t, "name"), Hidden: attr(t, "state") != "" && attr(t, "state") != "visible", part: r.target})
			}
		}
		return nil
	})
}

// relation leads from a part to another.
type relation struct{ id, kind, target string }

// relations gives those of a part; "" is the workbook's root. A part without any has none.
func (b *Book) relations(part string) ([]relation, error) {
	name := path.Join(path.Dir(part), "_rels", path.Base(part)+".rels")
	if part == "" {
		name = "_rels/.rels"
	}
	if b.parts[asciiLower(name)] == nil {
		return nil, damaged(errors.New("relations are missing"))
	}
	var list []relation
	err := b.each(name, func(_ *xml.Decoder, t xml.StartElement) error {
		if t.Name.Local != "Relationship" || attr(t, "TargetMode") == "External" {
			return nil
		}
		target := strings.ReplaceAll(attr(t, "Target"), `\`, "/")
		if !strings.HasPrefix(target, "/") {
			target = path.Join(path.Dir(part), target)
		}
		list = append(list, relation{attr(t, "Id"), path.Base(attr(t, "Type")), strings.TrimPrefix(path.Clean(target), "/")})
		return nil
	})
	return list, err
}

// each calls fn for each beginning of an element of a part. fn may read on to the end of its element.
func (b *Book) each(part string, fn func(*xml.Decoder, xml.StartElement) error) error {
	in, err := b.open(part)
	if err != nil {
		return err
	}
	defer in.Close()
	d := xml.NewDecoder(in)
	for {
		token, err := d.Token()
		if err == io.EOF { //nolint:errorlint // the decoder gives io.EOF itself at the end, and only there
			return nil
		}
		if err != nil {
			return asFault(err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			if err := fn(d, t); err != nil {
				return asFault(err)
			}
		case xml.Directive: // the standard allows no document type, and so no entities
			return damaged(errors.New("a document type"))
		}
	}
}

// open opens a part for reading within what may still be unpacked.
func (b *Book) open(part string) (io.ReadCloser, error) {
	f := b.parts[asciiLower(part)]
	if f == nil {
		return nil, damaged(errors.New("a part is missing"))
	}
	if f.Flags&1 != 0 {
		return nil, damaged(errors.New("a part is encrypted"))
	}
	in, err := f.Open()
	if err != nil {
		return nil, damaged(err)
	}
	return &metered{in, &b.unread}, nil
}

// metered counts what is unpacked.
type metered struct {
	io.ReadCloser
	left *int64
}

func (m *metered) Read(p []byte) (int, error) {
	if *m.left <= 0 {
		return 0, tooLarge()
	}
	if int64(len(p)) > *m.left {
		p = p[:*m.left]
	}
	n, err := m.ReadCloser.Read(p)
	*m.left -= int64(n)
	return n, err
}

func attr(t xml.StartElement, name string) string {
	for _, a := range t.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func truth(s string) bool { return s == "1" || s == "true" }

// asciiLower lowers A–Z only: names of parts are ASCII and differ in case at will.
func asciiLower(s string) string {
	return string(bytes.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			r |= 0x20
		}
		return r
	}, []byte(s)))
}

func asFault(err error) error {
	var f *fault.Error
	if errors.As(err, &f) {
		return f
	}
	return damaged(err)
}

// damaged is the error of what is no workbook that could be read to its end. It repeats nothing of it.
func damaged(err error) error {
	return fault.New(fault.Input, "sheet_damaged", i18n.T("girdi okunabilir bir Excel (.xlsx) dosyası değil", "the input is no Excel (.xlsx) file that can be read")).
		WithHint(i18n.T("dosyayı Excel ya da LibreOffice ile açıp .xlsx ya da CSV (UTF-8) olarak yeniden kaydedin", "open it in Excel or LibreOffice and save it again as .xlsx or CSV (UTF-8)")).Because(err)
}

func tooLarge() error {
	return fault.New(fault.Input, "sheet_too_large", i18n.Tf("Excel dosyası çok büyük: en çok %s dolu satır ve açılmış hâliyle %s MiB okunur", "the Excel file is too large: at most %s rows and %s MiB unpacked are read",
		MaxRows, strconv.Itoa(MaxUnpacked>>20))).
		WithHint(i18n.T("gereksiz satır ve sayfaları silin ya da CSV olarak kaydedin", "remove rows and sheets that are not needed, or save it as CSV"))
}
