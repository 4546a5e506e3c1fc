package document

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
)

// The parts of the package (ECMA-376, part 1 and 2) that are the same in every document.
const (
	xmlHead = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	wordNS  = `xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"`
	office  = "application/vnd.openxmlformats-officedocument.wordprocessingml."

	contentTypes = xmlHead + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
		`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
		`<Default Extension="xml" ContentType="application/xml"/>` +
		`<Override PartName="/word/document.xml" ContentType="` + office + `document.main+xml"/>` +
		`<Override PartName="/word/styles.xml" ContentType="` + office + `styles+xml"/>` +
		`<Override PartName="/word/settings.xml" ContentType="` + office + `settings+xml"/>` +
		`<Override PartName="/word/footer1.xml" ContentType="` + office + `footer+xml"/>` +
		`<Override PartName="/word/header1.xml" ContentType="` + office + `header+xml"/>` +
		`<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>`

	relations    = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
	packageLinks = xmlHead + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
		`<Relationship Id="rId1" Type="` + relations + `officeDocument" Target="word/document.xml"/>` +
		`<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/></Relationships>`
	documentLinks = xmlHead + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
		`<Relationship Id="rId1" Type="` + relations + `styles" Target="styles.xml"/>` +
		`<Relationship Id="rId2" Type="` + relations + `settings" Target="settings.xml"/>` +
		`<Relationship Id="rId3" Type="` + relations + `footer" Target="footer1.xml"/>` +
		`<Relationship Id="rId4" Type="` + relations + `header" Target="header1.xml"/></Relationships>`
	settings = xmlHead + `<w:settings ` + wordNS + `><w:compat><w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat></w:settings>`

	// Arial 11 is one of the two fonts of official letters; sizes are in half points, distances in twentieths of a point.
	styles = xmlHead + `<w:styles ` + wordNS + `><w:docDefaults>` +
		`<w:rPrDefault><w:rPr><w:rFonts w:ascii="Arial" w:hAnsi="Arial" w:eastAsia="Arial" w:cs="Arial"/><w:sz w:val="22"/><w:szCs w:val="22"/><w:lang w:val="%s"/></w:rPr></w:rPrDefault>` +
		`<w:pPrDefault><w:pPr><w:spacing w:after="120" w:line="264" w:lineRule="auto"/></w:pPr></w:pPrDefault></w:docDefaults>` +
		`<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>` +
		`<w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/><w:basedOn w:val="Normal"/><w:next w:val="Normal"/>` +
		`<w:pPr><w:keepNext/><w:spacing w:after="240"/><w:jc w:val="center"/><w:outlineLvl w:val="0"/></w:pPr><w:rPr><w:b/><w:sz w:val="28"/><w:szCs w:val="28"/></w:rPr></w:style>` +
		`<w:style w:type="paragraph" w:styleId="Heading2"><w:name w:val="heading 2"/><w:basedOn w:val="Normal"/><w:next w:val="Normal"/>` +
		`<w:pPr><w:keepNext/><w:spacing w:before="240" w:after="100"/><w:outlineLvl w:val="1"/></w:pPr><w:rPr><w:b/></w:rPr></w:style>` +
		`<w:style w:type="paragraph" w:customStyle="1" w:styleId="Small"><w:name w:val="Small"/><w:basedOn w:val="Normal"/><w:rPr><w:sz w:val="18"/><w:szCs w:val="18"/></w:rPr></w:style>` +
		`<w:style w:type="paragraph" w:customStyle="1" w:styleId="Cell"><w:name w:val="Cell"/><w:basedOn w:val="Small"/><w:pPr><w:spacing w:after="0" w:line="240" w:lineRule="auto"/></w:pPr></w:style>` +
		`<w:style w:type="paragraph" w:customStyle="1" w:styleId="Line"><w:name w:val="Line"/><w:basedOn w:val="Normal"/><w:pPr><w:spacing w:after="0"/></w:pPr></w:style>` +
		`<w:style w:type="paragraph" w:customStyle="1" w:styleId="Foot"><w:name w:val="Foot"/><w:basedOn w:val="Normal"/><w:pPr><w:tabs><w:tab w:val="right" w:pos="%d"/></w:tabs><w:spacing w:after="0"/></w:pPr>` +
		`<w:rPr><w:color w:val="555555"/><w:sz w:val="16"/><w:szCs w:val="16"/></w:rPr></w:style></w:styles>`
)

// twips is a length in mm as Word counts it, in twentieths of a point.
func twips(mm float64) int { return int(mm*1440/25.4 + 0.5) }

// word writes the XML of a document; what it is given as text is escaped.
type word struct{ bytes.Buffer }

// writeDOCX writes the document as a Word file.
func writeDOCX(w io.Writer, p paper) error {
	var body word
	body.WriteString(xmlHead + "<w:document " + wordNS + "><w:body>")
	for _, b := range p.blocks {
		body.block(b)
	}
	head := ""
	if p.mark != "" { // an empty header takes the room of a line
		head = `<w:headerReference w:type="default" r:id="rId4"/>`
	}
	fmt.Fprintf(&body.Buffer, `<w:sectPr>%s<w:footerReference w:type="default" r:id="rId3"/><w:pgSz w:w="%d" w:h="%d"/>`+
		`<w:pgMar w:top="%d" w:right="%d" w:bottom="%d" w:left="%[5]d" w:header="%d" w:footer="%[7]d" w:gutter="0"/></w:sectPr></w:body></w:document>`,
		head, twips(pageWidth), twips(pageHeight), twips(marginTop), twips(marginSide), twips(marginBottom), twips(10))

	var header, footer, core word
	header.WriteString(xmlHead + "<w:hdr " + wordNS + ">")
	header.paragraph(style{name: "Line", align: center, bold: true}, p.mark)
	header.WriteString("</w:hdr>")

	footer.WriteString(xmlHead + "<w:ftr " + wordNS + `><w:p><w:pPr><w:pStyle w:val="Foot"/></w:pPr>`)
	footer.run(p.foot, false)
	footer.WriteString(`<w:r><w:tab/></w:r>`)
	footer.run(pageWord(p.lang)+" ", false)
	footer.field("PAGE")
	footer.run(" / ", false)
	footer.field("NUMPAGES")
	footer.WriteString("</w:p></w:ftr>")

	core.WriteString(xmlHead + `<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>`)
	core.text(p.title)
	core.WriteString("</dc:title><dc:creator>")
	core.text(p.author)
	fmt.Fprintf(&core.Buffer, `</dc:creator><dc:language>%s</dc:language><dcterms:created xsi:type="dcterms:W3CDTF">%s</dcterms:created></cp:coreProperties>`, p.lang, p.made.UTC().Format("2006-01-02T15:04:05Z"))

	locale := map[bool]string{true: "en-GB", false: "tr-TR"}[p.lang == "en"]
	z := zip.NewWriter(w)
	for _, part := range []struct{ name, content string }{
		{"[Content_Types].xml", contentTypes}, // must come first for some readers
		{"_rels/.rels", packageLinks},
		{"docProps/core.xml", core.String()},
		{"word/document.xml", body.String()},
		{"word/_rels/document.xml.rels", documentLinks},
		{"word/styles.xml", fmt.Sprintf(styles, locale, twips(textWidth))},
		{"word/settings.xml", settings},
		{"word/header1.xml", header.String()},
		{"word/footer1.xml", footer.String()},
	} {
		f, err := z.CreateHeader(&zip.FileHeader{Name: part.name, Method: zip.Deflate, Modified: p.made.UTC()})
		if err != nil {
			return err
		}
		if _, err := io.WriteString(f, part.content); err != nil {
			return err
		}
	}
	return z.Close()
}

// text writes escaped text. What XML cannot hold becomes U+FFFD.
func (w *word) text(s string) { _ = xml.EscapeText(&w.Buffer, []byte(s)) } // a Buffer does not fail

// run writes text of one look; its lines become lines.
func (w *word) run(s string, bold bool) {
	w.WriteString("<w:r>")
	if bold {
		w.WriteString("<w:rPr><w:b/></w:rPr>")
	}
	for i, line := range strings.Split(s, "\n") {
		if i > 0 {
			w.WriteString("<w:br/>")
		}
		w.WriteString(`<w:t xml:space="preserve">`)
		w.text(line)
		w.WriteString("</w:t>")
	}
	w.WriteString("</w:r>")
}

// field writes a number that the reader's program works out.
func (w *word) field(name string) {
	fmt.Fprintf(&w.Buffer, `<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> %s </w:instrText></w:r>`+
		`<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>1</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>`, name)
}

// style is how a paragraph looks.
type style struct {
	name     string
	align    align
	bold     bool
	keepNext bool
	indent   float64 // of the first line, in mm
	left     float64 // of all lines, in mm
	before   float64 // room above, in mm
	after    float64 // room below, in mm; 0 is that of the style
}

// paragraph writes a paragraph. The order of its properties is the schema's.
func (w *word) paragraph(s style, text string) {
	w.WriteString("<w:p><w:pPr>")
	if s.name != "" {
		fmt.Fprintf(&w.Buffer, `<w:pStyle w:val="%s"/>`, s.name)
	}
	if s.keepNext {
		w.WriteString("<w:keepNext/>")
	}
	if s.before > 0 || s.after > 0 {
		w.WriteString("<w:spacing")
		if s.before > 0 {
			fmt.Fprintf(&w.Buffer, ` w:before="%d"`, twips(s.before))
		}
		if s.after > 0 {
			fmt.Fprintf(&w.Buffer, ` w:after="%d"`, twips(s.after))
		}
		w.WriteString("/>")
	}
	if s.indent > 0 || s.left > 0 {
		fmt.Fprintf(&w.Buffer, `<w:ind w:left="%d" w:firstLine="%d"/>`, twips(s.left), twips(s.indent))
	}
	if s.align != left {
		fmt.Fprintf(&w.Buffer, `<w:jc w:val="%s"/>`, map[align]string{center: "center", right: "right"}[s.align])
	}
	w.WriteString("</w:pPr>")
	if text != "" {
		w.run(text, s.bold)
	}
	w.WriteString("</w:p>")
}
