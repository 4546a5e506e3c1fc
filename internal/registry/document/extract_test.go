package document

import (
	"archive/zip"
	"bytes"
	"compress/zlib"
	"encoding/xml"
	"errors"
	"fmt"
	"html"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"iskurctl/internal/i18n"
	"iskurctl/internal/registry"
)

// made writes a paper and gives its bytes.
func made(t *testing.T, f Format, write func(io.Writer, Format) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b, f); err != nil {
		t.Fatalf("%s: %v", f, err)
	}
	return b.Bytes()
}

func formOf(d FormData) func(io.Writer, Format) error {
	return func(w io.Writer, f Format) error { return Form(w, f, d) }
}

func noticeOf(d NoticeData) func(io.Writer, Format) error {
	return func(w io.Writer, f Format) error { return Notice(w, f, d) }
}

var (
	tags    = regexp.MustCompile(`<[^>]*>`)
	content = regexp.MustCompile(`(?s)<body>.*</body>`)
	streams = regexp.MustCompile(`(?s)stream\n(.*?)\nendstream`)
	shown   = regexp.MustCompile(`BT /(F\d) [0-9.]+ Tf [0-9. -]+ Td <([0-9A-F]*)> Tj ET`)
	mapped  = regexp.MustCompile(`(?m)^<([0-9A-F]{4})> <([0-9A-F]{4})>$`)
)

// textOf reads the text out of a document, as its reader would find it: without the foot of pages for HTML and DOCX.
func textOf(t *testing.T, f Format, doc []byte) string {
	t.Helper()
	switch f {
	case HTML:
		return html.UnescapeString(tags.ReplaceAllString(string(content.Find(doc)), " "))
	case DOCX:
		return wordText(t, part(t, doc, "word/document.xml"))
	}
	return strings.Join(pdfPages(t, doc), "\n")
}

// part gives a part of a Word file.
func part(t *testing.T, doc []byte, name string) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(doc), int64(len(doc)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := z.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	out, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func wordText(t *testing.T, document []byte) string {
	t.Helper()
	var out strings.Builder
	for d := xml.NewDecoder(bytes.NewReader(document)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return out.String()
		}
		if err != nil {
			t.Fatal("not well-formed: ", err)
		}
		switch x := token.(type) {
		case xml.CharData:
			out.Write(x)
		case xml.EndElement:
			if x.Name.Local == "p" || x.Name.Local == "br" {
				out.WriteByte('\n')
			}
		}
	}
}

// pdfPages gives the text of every page, a line for each that is drawn, by the tables that tell the characters of the fonts'
// glyphs.
func pdfPages(t *testing.T, doc []byte) (pages []string) {
	t.Helper()
	fonts := map[string]map[string]string{}
	var drawn [][]byte
	for _, m := range streams.FindAllSubmatch(doc, -1) {
		r, err := zlib.NewReader(bytes.NewReader(m[1]))
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(content, []byte("begincmap")) {
			chars := map[string]string{}
			for _, c := range mapped.FindAllSubmatch(content, -1) {
				code, err := strconv.ParseUint(string(c[2]), 16, 16)
				if err != nil {
					t.Fatal(err)
				}
				chars[string(c[1])] = string(rune(code))
			}
			fonts[fmt.Sprintf("F%d", len(fonts)+1)] = chars
		} else if bytes.Contains(content, []byte(" Tj ET")) {
			drawn = append(drawn, content)
		}
	}
	for _, page := range drawn {
		var out []string
		for _, line := range shown.FindAllSubmatch(page, -1) {
			text := ""
			for code := range slices.Chunk(line[2], 4) {
				char, ok := fonts[string(line[1])][string(code)]
				if !ok {
					t.Errorf("nobody knows glyph %s of %s", code, line[1])
				}
				text += char
			}
			out = append(out, text)
		}
		pages = append(pages, strings.Join(out, "\n")+"\n")
	}
	return pages
}

// bare is a text without blanks: where lines end is a matter of the format.
func bare(s string) string { return strings.Join(strings.Fields(s), "") }

// saying is all that a paper says, in its order.
func saying(p paper) string {
	var out []string
	for _, b := range p.blocks {
		switch b := b.(type) {
		case heading:
			out = append(out, b.text)
		case paragraph:
			out = append(out, b.text)
		case table:
			for _, c := range b.columns {
				out = append(out, c.title)
			}
			for _, r := range b.rows {
				for _, c := range r {
					out = append(out, c.text)
				}
			}
		case signatures:
			for _, x := range b.boxes {
				out = append(append(out, x.title), x.lines...)
			}
		case signer:
			out = append(out, b.lines...)
		}
	}
	return bare(strings.Join(out, " "))
}

// both are the languages.
func both(t *testing.T, check func(t *testing.T, l i18n.Lang)) {
	for _, l := range []i18n.Lang{i18n.TR, i18n.EN} {
		t.Run(string(l), func(t *testing.T) { check(t, l) })
	}
}

// staff is a party with both coordinators and n authorised people.
func staff(party registry.Party, n int) []registry.Person {
	out := []registry.Person{
		{ID: 1, Party: party, Role: registry.AdministrativeCoordinator, Unit: "İşgücü Uyum Dairesi Başkanlığı", GivenName: "Şükrü Işık", Surname: "Çağlayan",
			Title: "Daire Başkanı", Phone: "+903125550001", Email: "sukru.caglayan@iskur.gov.tr", ValidFrom: "2026-01-01", Login: "sukru.caglayan", NoticeNo: "E-1234", NoticeDate: "2026-01-05"},
		{ID: 2, Party: party, Role: registry.TechnicalCoordinator, Unit: "Bilgi İşlem Dairesi Başkanlığı", GivenName: "İpek", Surname: "Öğüt",
			Title: "Şube Müdürü", Phone: "+903125550002", Email: "ipek.ogut@iskur.gov.tr", ValidFrom: "2026-03-01"},
	}
	letters := []rune("ABCÇDEFGĞHIİJKLMNOÖPRSŞTUÜVYZ")
	for i := range n {
		out = append(out, registry.Person{ID: int64(3 + i), Party: party, Role: registry.AuthorisedPerson, Unit: "Ankara Çalışma ve İş Kurumu İl Müdürlüğü",
			GivenName: "Ayşe Gül", Surname: string(letters[i%len(letters)]) + "ğüz" + strings.Repeat("ı", i/len(letters)), Title: "İş ve Meslek Danışmanı", Phone: "+903125550100", Email: "a.b@iskur.gov.tr", ValidFrom: "2026-01-01"})
	}
	return out
}
