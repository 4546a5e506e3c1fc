package document

import (
	"bufio"
	"fmt"
	"html"
	"io"
	"strings"
)

// page writes the HTML of a document. It is written by hand: html/template would keep every exported method of the program
// in the binary (5 MB), for a dozen elements whose only variable parts are text.
type page struct{ *bufio.Writer }

// begin is the frame of the HTML document, which needs nothing but itself, and may load and run nothing. The numbers of pages
// come from the browser that prints it.
const begin = `<!DOCTYPE html>
<html lang="%[1]s">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="author" content="%[2]s">
<meta name="date" content="%[3]s">
<title>%[4]s</title>
<style>
@page {
  size: A4; margin: 18mm 20mm 20mm;
  @bottom-left { content: "%[5]s"; font: 8pt Arial, "Liberation Sans", sans-serif; color: #555; width: 80%%; text-align: left }
  @bottom-right { content: "%[6]s " counter(page) " / " counter(pages); font: 8pt Arial, "Liberation Sans", sans-serif; color: #555 }
}
body { font: 11pt/1.35 Arial, "Liberation Sans", "DejaVu Sans", sans-serif; color: #000; background: #fff; max-width: 170mm; margin: 10mm auto; padding: 0 4mm }
h1 { font-size: 14pt; text-align: center; margin: 0 0 5mm }
h2 { font-size: 11pt; margin: 6mm 0 2mm; break-after: avoid }
p { margin: 0 0 3mm; overflow-wrap: anywhere }
.indent { text-indent: 12.5mm }
.keep { break-after: avoid }
.center { text-align: center }
.right { text-align: right }
.bold { font-weight: bold }
.small { font-size: 9pt }
.mark { border: 1.5pt solid #000; padding: 1mm; text-align: center; font-weight: bold; margin: 0 0 4mm }
table { width: 100%%; table-layout: fixed; border-collapse: collapse; margin: 0 0 4mm; font-size: 9pt }
table.plain { font-size: 11pt }
thead { display: table-header-group }
tr { break-inside: avoid }
th, td { text-align: left; vertical-align: top; padding: 1mm 1.5mm; border: .5pt solid #444; overflow-wrap: anywhere; white-space: pre-line }
th { background: #eaeaea }
.plain th, .plain td { padding: .3mm 0; border: 0; background: none; font-weight: normal }
th.right, td.right { text-align: right }
th.center, td.center { text-align: center }
td.bold { font-weight: bold }
.boxes { display: flex; gap: 6mm; break-inside: avoid; margin-top: 6mm }
.boxes div { flex: 1; border: .5pt solid #444; padding: 2mm 2.5mm; min-height: 44mm; font-size: 9pt }
.boxes p { margin: 0 0 3mm }
.signer { margin: 14mm 0 10mm 55%%; text-align: center; break-inside: avoid }
.signer p { margin: 0 0 1mm }
.break { break-before: page }
@media screen { .break { border-top: 1pt dashed #888; margin-top: 12mm; padding-top: 12mm } }
@media print { body { margin: 0; padding: 0 .5pt; max-width: none } }
</style>
</head>
<body>
`

// writeHTML writes the document as one HTML file.
func writeHTML(out io.Writer, p paper) error {
	w := page{bufio.NewWriter(out)}
	w.raw(fmt.Sprintf(begin, html.EscapeString(string(p.lang)), html.EscapeString(p.author), p.made.Format("2006-01-02"),
		html.EscapeString(p.title), cssString(p.foot), cssString(pageWord(p.lang))))
	if p.mark != "" {
		w.element("p", "mark", p.mark)
		w.line()
	}
	for _, b := range p.blocks {
		switch b := b.(type) {
		case heading:
			w.element(fmt.Sprintf("h%d", b.level), "", b.text)
		case paragraph:
			w.element("p", classes(b.align, map[string]bool{"bold": b.bold, "small": b.small, "indent": b.indent, "keep": b.keep}), b.text)
		case table:
			w.table(b)
		case signatures:
			w.raw(`<div class="boxes">`)
			for _, x := range b.boxes {
				w.raw("<div>")
				w.element("p", "bold", x.title)
				w.paragraphs(x.lines)
				w.raw("</div>")
			}
			w.raw("</div>")
		case signer:
			w.raw(`<div class="signer">`)
			w.paragraphs(b.lines)
			w.raw("</div>")
		case pageBreak:
			w.raw(`<div class="break"></div>`)
		}
		w.line()
	}
	w.raw("</body>\n</html>\n")
	return w.Flush() // the first error of all
}

// raw writes what is HTML already.
func (w page) raw(s string) { _, _ = w.WriteString(s) }

func (w page) line() { w.raw("\n") }

// element writes an element with a text, which is escaped.
func (w page) element(name, class, text string) {
	w.raw("<" + name)
	if class != "" {
		w.raw(` class="` + class + `"`)
	}
	w.raw(">" + html.EscapeString(text) + "</" + name + ">")
}

func (w page) paragraphs(lines []string) {
	for _, line := range lines {
		w.element("p", "", line)
	}
}

func (w page) table(b table) {
	if b.plain {
		w.raw("<table class=\"plain\">\n<colgroup>")
	} else {
		w.raw("<table>\n<colgroup>")
	}
	for _, c := range b.columns {
		w.raw(fmt.Sprintf(`<col style="width:%.2f%%">`, float64(c.width)*100/textWidth))
	}
	w.raw("</colgroup>\n")
	if b.titled() {
		w.raw("<thead><tr>")
		for _, c := range b.columns {
			w.element("th", classes(c.align, nil), c.title)
		}
		w.raw("</tr></thead>\n")
	}
	w.raw("<tbody>\n")
	for _, r := range b.rows {
		w.raw("<tr>")
		for i, x := range r {
			c, name := b.columns[i], "td"
			if c.label {
				name = "th"
			}
			w.element(name, classes(c.align, map[string]bool{"bold": x.bold && !c.label}), x.text)
		}
		w.raw("</tr>\n")
	}
	w.raw("</tbody>\n</table>")
}

// classes names the classes of a style.
func classes(a align, styles map[string]bool) string {
	var out []string
	switch a {
	case center:
		out = append(out, "center")
	case right:
		out = append(out, "right")
	}
	for _, name := range []string{"bold", "small", "indent", "keep"} {
		if styles[name] {
			out = append(out, name)
		}
	}
	return strings.Join(out, " ")
}

// cssString makes a text that stands between quotes in a style sheet harmless: only letters, digits and signs without a
// meaning there stay as they are, the rest becomes its number.
func cssString(s string) string {
	var out strings.Builder
	for _, r := range s {
		if strings.ContainsRune(`"'\<>&`, r) || r < ' ' {
			fmt.Fprintf(&out, `\%06x`, r)
		} else {
			out.WriteRune(r)
		}
	}
	return out.String()
}
