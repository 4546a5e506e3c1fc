package output

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/term"
)

// grid is one table on the screen.
type grid struct {
	cols    []Column
	header  []string // nil = none
	rows    [][]string
	width   int
	sep     string
	labels  bool // the first column names what stands in the second
	palette term.Palette
}

func (g grid) draw(dst []byte, buf *bytes.Buffer) ([]byte, error) {
	wrapped := g.layout()
	buf.Reset()
	align := make([]tw.Align, len(g.cols))
	for i, c := range g.cols {
		align[i] = tw.AlignLeft
		if c.Kind == Number {
			align[i] = tw.AlignRight
		}
	}
	state := func(on bool) tw.State {
		if on {
			return tw.On
		}
		return tw.Off
	}
	cell := tw.CellConfig{
		Formatting: tw.CellFormatting{AutoWrap: tw.WrapNone, AutoFormat: tw.Off},
		Alignment:  tw.CellAlignment{Global: tw.AlignLeft},
		Padding:    tw.CellPadding{PerColumn: make([]tw.Padding, len(g.cols))},
	}
	for i := range g.cols { // no blanks at the edges of the table
		p := tw.Padding{Left: " ", Right: " ", Overwrite: true} // finish takes the first column's left one away
		if i == len(g.cols)-1 {
			p.Right = ""
		}
		cell.Padding.PerColumn[i] = p
	}
	column := g.sep
	if !g.labels {
		column = g.palette.Faint(column)
	}
	symbols := tw.NewSymbolCustom("thin").WithRow("─").WithColumn(column).WithCenter("┼").WithMidLeft("─").WithMidRight("─")
	t := tablewriter.NewTable(buf,
		tablewriter.WithRenderer(renderer.NewBlueprint(tw.Rendition{
			Borders: tw.Border{Left: tw.Off, Right: tw.Off, Top: tw.Off, Bottom: tw.Off},
			Symbols: symbols,
			Settings: tw.Settings{
				Separators: tw.Separators{ShowHeader: tw.On, BetweenColumns: tw.On, BetweenRows: state(wrapped && !g.labels), ShowFooter: tw.Off},
				Lines:      tw.Lines{ShowHeaderLine: tw.On, ShowTop: tw.Off, ShowBottom: tw.Off, ShowFooterLine: tw.Off},
			},
		})),
		tablewriter.WithHeaderConfig(cell), tablewriter.WithRowConfig(cell), tablewriter.WithAlignment(align),
		tablewriter.WithTrimSpace(tw.Off), tablewriter.WithTrimSpace(tw.Off), tablewriter.WithTrimLine(tw.Off),
		tablewriter.WithHeaderAutoFormat(tw.Off), tablewriter.WithEastAsian(false),
	)
	if g.header != nil {
		t.Header(g.header)
	}
	for _, r := range g.rows {
		if err := t.Append(r); err != nil {
			return dst, tableBug(err)
		}
	}
	if err := t.Render(); err != nil {
		return dst, tableBug(err)
	}
	return g.finish(dst, buf.Bytes(), wrapped), nil
}

// finish takes the blank before the first column and those at the ends of the lines away, makes the thin lines faint, and
// the one below the header heavy when thin ones part the rows as well.
func (g grid) finish(dst, drawn []byte, wrapped bool) []byte {
	below := g.header != nil
	for line := range strings.Lines(string(drawn)) {
		line = strings.TrimRight(line, " \n")
		_, size := utf8.DecodeRuneInString(line) // a blank, or the beginning of a rule
		line = line[size:]
		if line != "" && strings.Trim(line, "─┼") == "" {
			if below && wrapped {
				line = strings.NewReplacer("─", "━", "┼", "┿").Replace(line)
			}
			below = false
			line = g.palette.Faint(line)
		}
		dst = append(append(dst, line...), '\n')
	}
	return dst
}

// narrow gives the columns to show: all of them but spare ones without a value in a table that is whole and, where the
// width is not enough to keep codes and words in one piece, those that yield, one by one.
func (g grid) narrow(yield, whole bool) []int {
	shown := make([]int, len(g.cols))
	for i := range shown {
		shown[i] = i
	}
	if !yield || g.width == 0 {
		return shown
	}
	if whole && len(g.rows) > 0 {
		shown = slices.DeleteFunc(shown, func(i int) bool {
			return g.cols[i].Spare && !slices.ContainsFunc(g.rows, func(row []string) bool { return row[i] != "" })
		})
	}
	wide, calm := g.wide(), g.floors()[0]
	for {
		need, last := gap*(len(shown)-1), -1
		for at, i := range shown {
			need += min(wide[i], max(calm[i], minColumn))
			if y := g.cols[i].Yield; y > 0 && (last < 0 || y > g.cols[shown[last]].Yield) {
				last = at
			}
		}
		if need <= g.width || last < 0 {
			return shown
		}
		shown = slices.Delete(shown, last, last+1)
	}
}

// keep leaves only those columns.
func (g *grid) keep(shown []int) {
	if len(shown) == len(g.cols) {
		return
	}
	cols := make([]Column, len(shown))
	for at, i := range shown {
		cols[at] = g.cols[i]
	}
	g.cols = cols
	if g.header != nil {
		g.header = pickText(g.header, shown)
	}
	for r, row := range g.rows {
		g.rows[r] = pickText(row, shown)
	}
}

func pickText(cells []string, shown []int) []string {
	out := make([]string, len(shown))
	for at, i := range shown {
		out[at] = cells[i]
	}
	return out
}

func tableBug(err error) error {
	return fault.New(fault.Internal, "output_table", i18n.T("tablo çizilemedi", "the table could not be drawn")).Because(err)
}

// layout wraps and colours the cells in place and reports whether a row became taller than one line.
func (g *grid) layout() (wrapped bool) {
	wide := g.wide()
	if room := g.width - gap*(len(g.cols)-1); g.width > 0 && sum(wide) > room {
		wide = fit(wide, g.floors(), room)
	}
	if g.header != nil {
		g.header = g.wrapRow(g.header, wide, func(int, string) func(string) string { return g.palette.Bold })
	}
	for i, r := range g.rows {
		g.rows[i] = g.wrapRow(r, wide, g.tone)
		for _, c := range g.rows[i] {
			wrapped = wrapped || strings.Contains(c, "\n")
		}
	}
	return wrapped
}

// wide gives the natural widths.
func (g *grid) wide() []int {
	wide := make([]int, len(g.cols))
	for i, c := range g.header {
		wide[i] = textWidth(c)
	}
	for _, r := range g.rows {
		for i, c := range r {
			wide[i] = max(wide[i], textWidth(c))
		}
	}
	return wide
}

// floors says how narrow the columns may become, step by step: texts down to their longest word; codes as well; then
// words of the header may be broken; then those of texts and codes, while numbers, dates, masked values and the labels of
// an object stay in one piece; in the end anything.
func (g *grid) floors() [][]int {
	n := len(g.cols)
	calm, head, cell, whole, tiny := make([]int, n), make([]int, n), make([]int, n), make([]int, n), make([]int, n)
	for _, r := range g.rows {
		for i, c := range r {
			full, word := textWidth(c), longestWord(c)
			switch k := g.cols[i].Kind; {
			case k == Number, k == Bool, k == Time, k == Date, k == TC, k == Phone, g.labels && i == 0:
				whole[i] = max(whole[i], full)
				calm[i], cell[i] = whole[i], whole[i]
			case k == Code:
				calm[i], cell[i] = max(calm[i], full), max(cell[i], word)
			case k == JSON: // name=value in one piece
				for piece := range strings.FieldsSeq(c) {
					calm[i] = max(calm[i], textWidth(piece))
				}
				cell[i] = max(cell[i], word)
			default:
				calm[i], cell[i] = max(calm[i], word), max(cell[i], word)
			}
		}
	}
	copy(head, cell)
	for i, c := range g.header {
		word := longestWord(c)
		calm[i], head[i] = max(calm[i], word), max(head[i], word)
	}
	return [][]int{calm, head, cell, whole, tiny}
}

// wrapRow gives the cells as tablewriter takes them, lines parted by newlines, each line coloured by itself.
func (g *grid) wrapRow(cells []string, widths []int, paint func(int, string) func(string) string) []string {
	out := make([]string, len(cells))
	for i, c := range cells {
		lines := wrap(c, widths[i])
		if g.cols[i].Kind == JSON {
			lines = wrapPieces(c, widths[i])
		}
		if color := paint(i, c); color != nil && g.palette.Colored() {
			for j := range lines {
				lines[j] = color(lines[j])
			}
		}
		out[i] = strings.Join(lines, "\n")
	}
	return out
}

// tone gives the colour of a value, nil for none.
func (g *grid) tone(col int, value string) func(string) string {
	if g.labels && col == 0 {
		return g.palette.Bold
	}
	if g.cols[col].Tone == nil {
		return nil
	}
	switch g.cols[col].Tone(value) {
	case ToneGood:
		return g.palette.Green
	case ToneWarn:
		return g.palette.Yellow
	case ToneBad:
		return g.palette.Red
	}
	return nil
}

func sum(n []int) (total int) {
	for _, v := range n {
		total += v
	}
	return total
}
