package document

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// face is a font of the PDF. It goes into the file, which so prints alike everywhere; it knows the letters of Latin, Greek and
// Cyrillic script.
type face struct {
	bytes  []byte // TrueType
	font   *sfnt.Font
	em     fixed.Int26_6 // a size at which the font's own units are whole numbers
	buf    sfnt.Buffer
	glyphs map[rune]glyph // those that were used
}

// glyph is the picture of a character: its number in the font, and its width in thousandths of the size of the letters.
type glyph struct {
	id    sfnt.GlyphIndex
	width int
}

// loadFaces reads the two fonts.
func loadFaces() (regular, bold *face, err error) {
	if regular, err = newFace(goregular.TTF); err == nil {
		bold, err = newFace(gobold.TTF)
	}
	return regular, bold, err
}

func newFace(bytes []byte) (*face, error) {
	f, err := sfnt.Parse(bytes)
	if err != nil {
		return nil, err
	}
	return &face{bytes: bytes, font: f, em: fixed.I(int(f.UnitsPerEm())), glyphs: map[rune]glyph{}}, nil
}

// thousandths turns a length in the font's units into thousandths of the size.
func (f *face) thousandths(x fixed.Int26_6) int { return x.Round() * 1000 / int(f.font.UnitsPerEm()) }

// glyph finds the picture of a character. It fails where the font lacks it: a form to be signed must not drop letters of a
// name in silence. It names the character, never the text.
func (f *face) glyph(r rune) (glyph, error) {
	if g, ok := f.glyphs[r]; ok {
		return g, nil
	}
	id, err := f.font.GlyphIndex(&f.buf, r)
	if err != nil {
		return glyph{}, err
	}
	if id == 0 {
		char := fmt.Sprintf("U+%04X", r)
		return glyph{}, fault.New(fault.Output, "glyph_missing", i18n.Tf("PDF'nin yazı tipinde %s karakteri yok", "the font of the PDF has no character %s", char)).
			WithHint(i18n.T("--out ile .docx ya da .html uzantılı bir dosya verin", "give --out a file that ends in .docx or .html"))
	}
	advance, err := f.font.GlyphAdvance(&f.buf, id, f.em, font.HintingNone)
	if err != nil {
		return glyph{}, err
	}
	g := glyph{id, f.thousandths(advance)}
	f.glyphs[r] = g
	return g, nil
}

// runes lists the characters that were used, in the order of their glyphs; a glyph that stands for two has the lower one.
func (f *face) runes() []rune {
	out := make([]rune, 0, len(f.glyphs))
	for r := range f.glyphs {
		out = append(out, r)
	}
	slices.Sort(out)
	slices.SortStableFunc(out, func(a, b rune) int { return int(f.glyphs[a].id) - int(f.glyphs[b].id) })
	return slices.CompactFunc(out, func(a, b rune) bool { return f.glyphs[a].id == f.glyphs[b].id })
}

// writeFont writes the five objects of a font, which name each other: glyphs are shown by their numbers, and a table tells
// which character each is, so that the text can be searched and copied. The whole font goes in, 140 kB for both: a cut one
// would save most of that, and be one more thing to be wrong on somebody's printer.
func (d *pdfFile) writeFont(f *face, name string) error {
	n := d.next()
	bounds, err := f.font.Bounds(&f.buf, f.em, font.HintingNone)
	if err != nil {
		return err
	}
	metrics, err := f.font.Metrics(&f.buf, f.em, font.HintingNone)
	if err != nil {
		return err
	}
	var widths, chars strings.Builder
	runes := f.runes()
	for part := range slices.Chunk(runes, 100) { // a block of the table may hold no more
		fmt.Fprintf(&chars, "%d beginbfchar\n", len(part))
		for _, r := range part {
			fmt.Fprintf(&chars, "<%04X> <%04X>\n", f.glyphs[r].id, r)
		}
		chars.WriteString("endbfchar\n")
	}
	for _, r := range runes {
		fmt.Fprintf(&widths, "%d [%d] ", f.glyphs[r].id, f.glyphs[r].width)
	}
	d.object(fmt.Sprintf("<< /Type /Font /Subtype /Type0 /BaseFont /%s /Encoding /Identity-H /DescendantFonts [%d 0 R] /ToUnicode %d 0 R >>", name, n+1, n+4))
	d.object(fmt.Sprintf("<< /Type /Font /Subtype /CIDFontType2 /BaseFont /%s /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor %d 0 R /CIDToGIDMap /Identity /W [ %s] >>", name, n+2, widths.String()))
	d.object(fmt.Sprintf("<< /Type /FontDescriptor /FontName /%s /Flags 4 /FontBBox [%d %d %d %d] /ItalicAngle 0 /Ascent %d /Descent %d /CapHeight %d /StemV 80 /FontFile2 %d 0 R >>", name,
		f.thousandths(bounds.Min.X), -f.thousandths(bounds.Max.Y), f.thousandths(bounds.Max.X), -f.thousandths(bounds.Min.Y),
		f.thousandths(metrics.Ascent), -f.thousandths(metrics.Descent), f.thousandths(metrics.CapHeight), n+3))
	d.stream(fmt.Sprintf("/Length1 %d ", len(f.bytes)), f.bytes)
	d.stream("", []byte("/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"+
		"1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"+chars.String()+"endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"))
	return nil
}
