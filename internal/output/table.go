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

// blockRows bounds what a table keeps in memory: tablewriter has to see all rows of a table to know its widths, so a
// long result is a sequence of tables, each with its header.
const blockRows = 1000

// gap is the width of what stands between two columns: a blank, a line, a blank.
const gap = 3

// tableEncoder draws tables for people: no frame, a thin line below the header, and thin lines between the columns.
// When cells had to be wrapped, thin lines part the rows, too. An object in a cell is written as name=value.
type tableEncoder struct {
	masker
	cols    []Column
	titles  []string
	headers bool
	width   int  // 0 = as wide as it gets
	yield   bool // nobody named the columns, so that those that yield may be left out
	lang    i18n.Lang
	palette term.Palette

	shown []int // which columns, as the first block decides; nil = not decided yet
	rows  [][]string
	drawn bool // at least one block, or the header alone
	buf   bytes.Buffer
}

func (e *tableEncoder) record(dst []byte, values []any) ([]byte, error) {
	row := make([]string, len(values))
	for i, v := range values {
		s, err := e.cell(e.cols[i].Kind, v)
		if err != nil {
			return dst, err
		}
		row[i] = CleanLine(s)
	}
	e.rows = append(e.rows, row)
	if len(e.rows) < blockRows {
		return dst, nil
	}
	return e.block(dst)
}

// cell is plain but for an object: people read name=value more easily than JSON.
func (e *tableEncoder) cell(k Kind, v any) (string, error) {
	fields, ok := v.([]Field)
	if !ok {
		return e.plain(k, v)
	}
	var b strings.Builder
	for i, f := range fields {
		s, err := e.plain(f.Kind, f.Value)
		if err != nil {
			return "", err
		}
		if strings.ContainsAny(s, ` ="`) {
			s = string(appendJSONString(nil, s))
		}
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(f.Key + "=" + s)
	}
	return b.String(), nil
}

func (e *tableEncoder) end(dst []byte, aborted bool) ([]byte, error) {
	if len(e.rows) == 0 && (aborted || e.drawn || !e.headers) {
		return dst, nil
	}
	return e.block(dst)
}

// block draws the rows at hand, if any, below a header.
func (e *tableEncoder) block(dst []byte) ([]byte, error) {
	if len(e.cols) == 0 {
		return dst, nil
	}
	if e.drawn && e.headers {
		dst = append(dst, '\n')
	}
	e.drawn = true
	g := grid{cols: e.cols, rows: e.rows, width: e.width, palette: e.palette, sep: "│"}
	if e.headers {
		g.header = e.titles
	}
	if e.shown == nil {
		e.shown = g.narrow(e.yield, len(e.rows) < blockRows) // a full block may have others behind it
	}
	g.keep(e.shown)
	dst, err := g.draw(dst, &e.buf)
	e.rows = e.rows[:0]
	return dst, err
}

// object draws two columns without lines, title and value; the members of a nested object stand indented below it. A
// list of objects becomes a table of its own below all that.
func (e *tableEncoder) object(dst []byte, fields []Field) ([]byte, error) {
	title := func(f Field) string { return titleIn(e.lang, f.Title, f.Key) }
	var rows [][]string
	plain, lists := apart(fields, e.lang)
	for _, l := range (flattener{title, "."}).lines(plain) {
		label, value := strings.Repeat("  ", l.depth)+CleanLine(l.label), ""
		if !l.group {
			s, err := e.plain(l.kind, l.value)
			if err != nil {
				return dst, err
			}
			value = CleanLine(s)
		}
		rows = append(rows, []string{label, value})
	}
	var err error
	if len(rows) > 0 {
		g := grid{cols: []Column{{Key: "key"}, {Key: "value"}}, rows: rows, width: e.width, palette: e.palette, labels: true, sep: " "}
		if dst, err = g.draw(dst, &e.buf); err != nil {
			return dst, err
		}
	}
	for i, list := range lists {
		if i > 0 || len(rows) > 0 {
			dst = append(dst, '\n')
		}
		if dst, err = e.list(append(dst, e.palette.Bold(CleanLine(title(list)))+"\n"...), list.Value.([][]Field)); err != nil {
			return dst, err
		}
	}
	return dst, nil
}

// list draws the objects of a list, which all have the members of the first one, as a table.
func (e *tableEncoder) list(dst []byte, items [][]Field) ([]byte, error) {
	t := tableEncoder{masker: e.masker, lang: e.lang, headers: e.headers, width: e.width, palette: e.palette}
	t.cols = membersOf(items[0])
	for _, c := range t.cols {
		t.titles = append(t.titles, CleanLine(titleIn(e.lang, c.Title, c.Key)))
	}
	for _, item := range items {
		var err error
		if dst, err = t.record(dst, valuesOf(item, len(t.cols))); err != nil {
			return dst, err
		}
	}
	return t.end(dst, false)
}

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

// finish takes the blank before the first column and those at the ends of the lines away, makes the thin lines faint, and the one below the header heavy
// when thin ones part the rows as well.
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
