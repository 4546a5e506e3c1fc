package sheet

import (
	"io"
	"strconv"
	"strings"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/registry"
	"iskurctl/internal/registry/sheet/xlsx"
)

// workbook reads the rows of one sheet. r is the input itself, in what has been read of it so far, and the rest.
func workbook(r, in io.Reader, name string, yield func(registry.Row, error) bool) {
	book, sheet, err := openSheet(r, in, name)
	if err != nil {
		yield(registry.Row{}, err)
		return
	}
	var h *header
	for cells, err := range book.Rows(sheet) {
		if err != nil {
			yield(registry.Row{}, err)
			return
		}
		if h == nil {
			if h, err = sheetHeader(cells); err != nil {
				yield(registry.Row{}, err)
				return
			}
			continue
		}
		row := newRow(cells.Line, h.given)
		for _, c := range cells.Cells {
			switch {
			case c.Column >= len(h.names) || h.names[c.Column] == "":
				row.fail(xlsx.ColumnName(c.Column), "column_unnamed", i18n.Tf("%s sütununda değer var, başlıkta adı yok", "column %s holds a value, but has no name in the header", xlsx.ColumnName(c.Column)))
			default:
				row.cell(h.names[c.Column], c)
			}
		}
		if !yield(row.Row, nil) {
			return
		}
	}
	if h == nil {
		yield(registry.Row{}, (&header{line: 1}).complete())
	}
}

func openSheet(r, in io.Reader, name string) (book *xlsx.Book, sheet int, err error) {
	data, size, err := at(r, in)
	if err != nil {
		return nil, 0, err
	}
	if book, err = xlsx.Open(data, size); err != nil {
		return nil, 0, err
	}
	sheet, err = choose(book, name)
	return book, sheet, err
}

// sheetHeader reads the names of the columns from the first row that holds something.
func sheetHeader(cells xlsx.Row) (*header, error) {
	h := &header{line: cells.Line}
	for _, c := range cells.Cells {
		for len(h.names) < c.Column {
			h.names = append(h.names, "")
		}
		title := strings.TrimSpace(c.Text)
		if c.Kind != xlsx.Text {
			title = "?" // no name of a column
		}
		if err := h.add(title, c.Column, letter); err != nil {
			return nil, err
		}
	}
	return h, h.complete()
}

// letter names a column of a workbook as Excel does.
func letter(place int) i18n.Text {
	n := xlsx.ColumnName(place)
	return i18n.T(n+" sütununun", "column "+n)
}

// choose finds the sheet: by its name, or the only one that people see and that holds something. Excel's three empty ones
// are no choice to be made; several filled ones are, since rows that are left out in silence would be taken for imported.
func choose(book *xlsx.Book, name string) (int, error) {
	found, filled := -1, 0
	for i, s := range book.Sheets() {
		if name != "" {
			if s.Name == name || i18n.Fold(s.Name) == i18n.Fold(name) && found < 0 {
				found = i
			}
			continue
		}
		if s.Hidden {
			continue
		}
		empty, err := book.Empty(i)
		if err != nil {
			return 0, err
		}
		if !empty {
			filled++
		}
		if found < 0 || !empty && filled == 1 {
			found = i
		}
	}
	switch {
	case filled > 1:
		return 0, fault.New(fault.Input, "sheet_ambiguous", i18n.Tf("Excel dosyasında dolu %s sayfa var", "the Excel file has %s sheets that hold something", strconv.Itoa(filled))).
			WithHint(i18n.T("okunacak sayfayı adıyla verin: --sheet AD", "name the one to be read: --sheet NAME"))
	case found < 0 && name != "":
		return 0, fault.New(fault.Input, "sheet_unknown", i18n.T("Excel dosyasında bu adda bir sayfa yok", "the Excel file has no sheet of that name")).
			WithHint(i18n.T("adı sayfanın sekmesinde yazdığı gibi verin", "give the name as the tab of the sheet shows it"))
	case found < 0:
		return 0, fault.New(fault.Input, "sheet_unknown", i18n.T("Excel dosyasında görünür bir sayfa yok", "the Excel file has no visible sheet"))
	}
	return found, nil
}
