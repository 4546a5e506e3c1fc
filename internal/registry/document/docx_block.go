package document

import "fmt"

// block writes one block.
func (w *word) block(b block) {
	switch b := b.(type) {
	case heading:
		w.paragraph(style{name: fmt.Sprintf("Heading%d", b.level)}, b.text)
	case paragraph:
		s := style{align: b.align, bold: b.bold, keepNext: b.keep}
		if b.small {
			s.name = "Small"
		}
		if b.indent {
			s.indent = firstIndent
		}
		w.paragraph(s, b.text)
	case table:
		w.table(b)
	case signatures:
		w.signatures(b)
	case signer:
		for i, line := range b.lines {
			s := style{name: "Line", align: center, left: textWidth * 0.55, keepNext: i < len(b.lines)-1}
			if i == 0 {
				s.before = 14
			}
			if i == len(b.lines)-1 {
				s.after = 8
			}
			w.paragraph(s, line)
		}
	case pageBreak:
		w.WriteString(`<w:p><w:pPr><w:pStyle w:val="Line"/></w:pPr><w:r><w:br w:type="page"/></w:r></w:p>`)
	}
}

const noLines = `<w:tblBorders><w:top w:val="nil"/><w:left w:val="nil"/><w:bottom w:val="nil"/><w:right w:val="nil"/><w:insideH w:val="nil"/><w:insideV w:val="nil"/></w:tblBorders>`

// allLines are the lines around and between cells: half a point, in eighths of a point.
func allLines() string {
	out := "<w:tblBorders>"
	for _, side := range []string{"top", "left", "bottom", "right", "insideH", "insideV"} {
		out += `<w:` + side + ` w:val="single" w:sz="4" w:space="0" w:color="444444"/>`
	}
	return out + "</w:tblBorders>"
}

// grid begins a table of columns with these widths in mm.
func (w *word) grid(plain bool, widths ...float64) {
	total, borders, side, above := 0.0, allLines(), 1.5, 1.0
	if plain {
		borders, side, above = noLines, 0, 0.2
	}
	for _, x := range widths {
		total += x
	}
	fmt.Fprintf(&w.Buffer, `<w:tbl><w:tblPr><w:tblW w:w="%d" w:type="dxa"/>%s<w:tblLayout w:type="fixed"/><w:tblCellMar><w:top w:w="%d" w:type="dxa"/><w:left w:w="%d" w:type="dxa"/><w:bottom w:w="%[3]d" w:type="dxa"/><w:right w:w="%[4]d" w:type="dxa"/></w:tblCellMar></w:tblPr><w:tblGrid>`,
		twips(total), borders, twips(above), twips(side))
	for _, x := range widths {
		fmt.Fprintf(&w.Buffer, `<w:gridCol w:w="%d"/>`, twips(x))
	}
	w.WriteString("</w:tblGrid>")
}

// endGrid ends a table; two tables that touch would become one.
func (w *word) endGrid() {
	w.WriteString("</w:tbl>")
	w.paragraph(style{name: "Cell"}, "")
}

func (w *word) table(b table) {
	widths := make([]float64, len(b.columns))
	for i, c := range b.columns {
		widths[i] = float64(c.width)
	}
	w.grid(b.plain, widths...)
	if b.titled() {
		w.WriteString("<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>")
		for _, c := range b.columns {
			w.cell(b, c, cell{text: c.title, bold: true}, true)
		}
		w.WriteString("</w:tr>")
	}
	for _, r := range b.rows {
		w.WriteString("<w:tr><w:trPr><w:cantSplit/></w:trPr>")
		for i, c := range r {
			w.cell(b, b.columns[i], c, b.columns[i].label)
		}
		w.WriteString("</w:tr>")
	}
	w.endGrid()
}

// cell writes one cell; one that names others is grey and bold.
func (w *word) cell(t table, c column, x cell, label bool) {
	fmt.Fprintf(&w.Buffer, `<w:tc><w:tcPr><w:tcW w:w="%d" w:type="dxa"/>`, twips(float64(c.width)))
	s := style{name: "Cell", align: c.align, bold: x.bold || label}
	if t.plain {
		s.name, s.bold = "Line", x.bold
	} else if label {
		w.WriteString(`<w:shd w:val="clear" w:color="auto" w:fill="EAEAEA"/>`)
	}
	w.WriteString("</w:tcPr>")
	w.paragraph(s, x.text)
	w.WriteString("</w:tc>")
}

func (w *word) signatures(b signatures) {
	n := len(b.boxes)
	width := textWidth / float64(n)
	widths := make([]float64, n)
	for i := range widths {
		widths[i] = width
	}
	w.grid(false, widths...)
	fmt.Fprintf(&w.Buffer, `<w:tr><w:trPr><w:cantSplit/><w:trHeight w:val="%d" w:hRule="atLeast"/></w:trPr>`, twips(boxHeight))
	for _, x := range b.boxes {
		fmt.Fprintf(&w.Buffer, `<w:tc><w:tcPr><w:tcW w:w="%d" w:type="dxa"/></w:tcPr>`, twips(width))
		w.paragraph(style{name: "Cell", bold: true, after: 3}, x.title)
		for _, line := range x.lines {
			w.paragraph(style{name: "Cell", after: 3}, line)
		}
		w.WriteString("</w:tc>")
	}
	w.WriteString("</w:tr>")
	w.endGrid()
}
