package document

// tableRow is a row of a table broken into lines.
type tableRow struct {
	cells [][]string
	bold  []bool
	head  bool
}

// table draws the rows under each other. One that has no room begins a new page, under the head once more; one that is higher
// than a page is cut between its lines.
func (s *sheet) table(b table) {
	size, padding := float64(smallSize), cellPadding
	if b.plain {
		size, padding = textSize, 0.2
	}
	var head *tableRow
	if b.titled() {
		head = &tableRow{head: true}
		s.choose(true, size)
		for _, c := range b.columns {
			head.cells = append(head.cells, s.wrap(c.title, float64(c.width)-2*padding, 0))
			head.bold = append(head.bold, true)
		}
	}
	first := true
	for _, r := range b.rows {
		row := tableRow{}
		for i, c := range r {
			bold := c.bold || b.columns[i].label && !b.plain
			s.choose(bold, size)
			row.cells = append(row.cells, s.wrap(c.text, float64(b.columns[i].width)-2*padding, 0))
			row.bold = append(row.bold, bold)
		}
		need := row.height(size, padding)
		if first && head != nil {
			need += head.height(size, padding)
		}
		if whole := float64(bottomEdge - marginTop - 60); s.y+need > bottomEdge && need < whole {
			s.newPage()
			first = true
		}
		for len(row.cells) > 0 {
			if first && head != nil {
				s.row(b, *head, size, padding)
			}
			first = false
			fits := int((bottomEdge - s.y - 2*padding) / lineHeight(size))
			if fits < 1 {
				s.newPage()
				first = true
				continue
			}
			var part tableRow
			part, row = row.cut(fits)
			s.row(b, part, size, padding)
		}
	}
	s.y += 4
}

// row draws one row, which has room on the page.
func (s *sheet) row(b table, r tableRow, size, padding float64) {
	x, height := float64(marginSide), r.height(size, padding)
	for i, c := range b.columns {
		width := float64(c.width)
		if !b.plain {
			s.rect(x, s.y, width, height, thin, r.head || c.label)
		}
		s.choose(r.bold[i], size)
		s.lines(r.cells[i], x+padding, s.y+padding, width-2*padding, size, c.align, 0)
		x += width
	}
	s.y += height
}

// height gives the height of the row in mm.
func (r tableRow) height(size, padding float64) float64 {
	most := 1
	for _, c := range r.cells {
		most = max(most, len(c))
	}
	return float64(most)*lineHeight(size) + 2*padding
}

// cut parts the row after n lines; what is left has no cells when all fits.
func (r tableRow) cut(n int) (part, rest tableRow) {
	part, rest = tableRow{bold: r.bold, head: r.head}, tableRow{bold: r.bold, head: r.head}
	more := false
	for _, c := range r.cells {
		at := min(n, len(c))
		part.cells, rest.cells = append(part.cells, c[:at]), append(rest.cells, c[at:])
		more = more || at < len(c)
	}
	if !more {
		rest.cells = nil
	}
	return part, rest
}
