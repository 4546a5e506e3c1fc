package document

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"fmt"
	"io"
	"unicode/utf16"
)

// canvas is what is drawn on: pages of A4, lengths in mm from their upper left corner.
type canvas struct {
	regular, bold *face
	face          *face // the letters chosen
	size          float64
	pages         []*bytes.Buffer
	page          *bytes.Buffer
	err           error // the first one
}

// points turns mm into the unit of PDF.
func points(mm float64) float64 { return mm * 72 / 25.4 }

// choose chooses the letters, of a size in points.
func (c *canvas) choose(bold bool, size float64) {
	c.face, c.size = c.regular, size
	if bold {
		c.face = c.bold
	}
}

// add begins a page.
func (c *canvas) add() {
	c.page = &bytes.Buffer{}
	c.pages = append(c.pages, c.page)
}

// width gives the width of a text in mm, in the letters chosen.
func (c *canvas) width(s string) float64 {
	sum := 0
	for _, r := range s {
		g, err := c.face.glyph(r)
		if err != nil && c.err == nil {
			c.err = err
		}
		sum += g.width
	}
	return float64(sum) / 1000 * c.size * 25.4 / 72
}

// text writes a line; x and y are where its first letter stands.
func (c *canvas) text(x, y float64, s string) {
	name := "F1"
	if c.face == c.bold {
		name = "F2"
	}
	fmt.Fprintf(c.page, "BT /%s %g Tf %.2f %.2f Td <", name, c.size, points(x), points(pageHeight-y))
	for _, r := range s {
		g, err := c.face.glyph(r)
		if err != nil && c.err == nil {
			c.err = err
		}
		fmt.Fprintf(c.page, "%04X", g.id)
	}
	c.page.WriteString("> Tj ET\n")
}

// gray chooses the colour of text: 0 is black, 1 white.
func (c *canvas) gray(level float64) { fmt.Fprintf(c.page, "%g g\n", level) }

// rect draws a rectangle with lines of a thickness in mm, filled with light gray or not.
func (c *canvas) rect(x, y, w, h, thick float64, fill bool) {
	paint := "S"
	if fill {
		paint = "B"
	}
	fmt.Fprintf(c.page, "q 0.27 G 0.92 g %.2f w %.2f %.2f %.2f %.2f re %s Q\n", points(thick), points(x), points(pageHeight-y-h), points(w), points(h), paint)
}

// pdfFile is a file of PDF 1.4 (ISO 32000-1) in the making: objects one after the other, and where each begins. Written by
// hand, since the library for it costs every start of the program 0.3 ms.
type pdfFile struct {
	bytes.Buffer
	at []int
}

// next is the number of the object that comes next.
func (d *pdfFile) next() int { return len(d.at) + 1 }

func (d *pdfFile) object(body string) {
	d.at = append(d.at, d.Len())
	fmt.Fprintf(&d.Buffer, "%d 0 obj\n%s\nendobj\n", len(d.at), body)
}

// stream writes an object of compressed bytes.
func (d *pdfFile) stream(entries string, content []byte) {
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	_, _ = z.Write(content) // a Buffer does not fail
	_ = z.Close()
	d.object(fmt.Sprintf("<< %s/Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream", entries, packed.Len(), packed.Bytes()))
}

// pdfText is a text outside of the pages.
func pdfText(s string) string {
	out := "<FEFF"
	for _, unit := range utf16.Encode([]rune(s)) {
		out += fmt.Sprintf("%04X", unit)
	}
	return out + ">"
}

// write writes the file. The numbers of its objects: 1 the catalogue, 2 the pages, 3 the properties, 4 to 13 the fonts, then
// each page and what is drawn on it.
func (c *canvas) write(w io.Writer, p paper) error {
	if c.err != nil {
		return c.err
	}
	const firstFont, secondFont, firstPage = 4, 9, 14
	locale := map[bool]string{true: "en-GB", false: "tr-TR"}[p.lang == "en"]
	var d pdfFile
	d.WriteString("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n") // bytes beyond ASCII: whoever transfers the file must not take it for text
	d.object(fmt.Sprintf("<< /Type /Catalog /Pages 2 0 R /Lang (%s) /ViewerPreferences << /DisplayDocTitle true >> >>", locale))
	kids := ""
	for i := range c.pages {
		kids += fmt.Sprintf("%d 0 R ", firstPage+2*i)
	}
	d.object(fmt.Sprintf("<< /Type /Pages /Count %d /Kids [ %s] /MediaBox [0 0 %.2f %.2f] /Resources << /Font << /F1 %d 0 R /F2 %d 0 R >> >> >>",
		len(c.pages), kids, points(pageWidth), points(pageHeight), firstFont, secondFont))
	made := p.made.UTC().Format("D:20060102150405Z")
	d.object(fmt.Sprintf("<< /Title %s /Author %s /Producer (iskurctl) /CreationDate (%s) /ModDate (%[3]s) >>", pdfText(p.title), pdfText(p.author), made))
	if err := d.writeFont(c.regular, "GoRegular"); err != nil {
		return err
	}
	if err := d.writeFont(c.bold, "GoBold"); err != nil {
		return err
	}
	for _, page := range c.pages {
		d.object(fmt.Sprintf("<< /Type /Page /Parent 2 0 R /Contents %d 0 R >>", d.next()+1))
		d.stream("", page.Bytes())
	}
	id := sha256.Sum256(d.Bytes())
	start := d.Len()
	fmt.Fprintf(&d.Buffer, "xref\n0 %d\n0000000000 65535 f \n", d.next())
	for _, at := range d.at {
		fmt.Fprintf(&d.Buffer, "%010d 00000 n \n", at)
	}
	fmt.Fprintf(&d.Buffer, "trailer\n<< /Size %d /Root 1 0 R /Info 3 0 R /ID [<%X> <%[2]X>] >>\nstartxref\n%d\n%%%%EOF\n", d.next(), id[:16], start)
	_, err := w.Write(d.Bytes())
	return err
}
