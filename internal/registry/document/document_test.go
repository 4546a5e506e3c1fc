package document

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"iskurctl/internal/audit"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/registry"
)

var formats = []Format{HTML, PDF, DOCX}

func TestTheThreeFormatsSayTheSame(t *testing.T) {
	both(t, func(t *testing.T, l i18n.Lang) {
		d := FormData{Lang: l, Party: registry.ISKUR, AsOf: "2026-11-22", People: staff(registry.ISKUR, 3)}
		want := saying(form(d))
		for _, f := range formats {
			got := bare(textOf(t, f, made(t, f, formOf(d))))
			if f == PDF { // its pages end with their foot
				got = strings.TrimSuffix(got, bare(pageWord(l)+"1/1"+form(d).foot))
			}
			if got != want {
				t.Errorf("%s says\n%s\nnot\n%s", f, got, want)
			}
		}
	})
}

func TestTheFormNamesWhatTheProtocolWants(t *testing.T) {
	people := staff(registry.ISKUR, 2)
	people[3].Scope, people[3].ValidTo = []audit.Method{audit.ByNumber, audit.Parameters}, "2026-12-31"
	people = append(people, registry.Person{ID: 9, Party: registry.MYK, Role: registry.AuthorisedPerson, GivenName: "Başka", Surname: "Taraf"})
	text := textOf(t, DOCX, made(t, DOCX, formOf(FormData{Lang: i18n.TR, Party: registry.ISKUR, AsOf: "2026-11-22", People: people})))
	for _, want := range []string{
		"YETKİ VE İRTİBAT BİLGİ FORMU", "Türkiye İş Kurumu Genel Müdürlüğü", "Madde 8/8", "Madde 8/10", "22.11.2026",
		"İşgücü Uyum Dairesi Başkanlığı", "Şükrü Işık Çağlayan", "+90 312 555 00 01", "sukru.caglayan@iskur.gov.tr", "01.01.2026 tarihinden itibaren",
		"TC kimlik numarasıyla sorgulama, yeterlilik listesi", "(31.12.2026 tarihine kadar)", "tüm sorgular", "Formu düzenleyen", "İmza ve mühür",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the form does not hold %q:\n%s", want, text)
		}
	}
	if strings.Contains(text, "Başka Taraf") {
		t.Error("the form names people of the other party")
	}
	if strings.Contains(bare(text), "Öğütsukru.caglayan\n") || strings.Contains(text, "sukru.caglayan\n") {
		t.Error("the form tells who may log in where")
	}
}

func TestARoleThatNobodyHasIsSaid(t *testing.T) {
	both(t, func(t *testing.T, l i18n.Lang) {
		nobody := i18n.T("BELİRLENMEMİŞTİR", "NOT NAMED").In(l)
		for _, f := range formats {
			text := textOf(t, f, made(t, f, formOf(FormData{Lang: l, Party: registry.MYK, AsOf: "2026-11-22", People: staff(registry.ISKUR, 3)})))
			if n := strings.Count(text, nobody); n < 2 || !strings.Contains(text, i18n.T("YETKİLİ PERSONEL BELİRLENMEMİŞTİR", "NOBODY IS AUTHORISED").In(l)) {
				t.Errorf("%s does not say that the roles are empty (%d):\n%s", f, n, text)
			}
		}
	})
}

func TestTheSameDataGiveTheSameBytes(t *testing.T) {
	for _, f := range formats {
		d := NoticeData{Party: registry.ISKUR, AsOf: "2026-11-22", Changes: []registry.Change{{After: staff(registry.ISKUR, 1)[2]}}, People: staff(registry.ISKUR, 40)}
		first := made(t, f, noticeOf(d))
		for range 3 {
			if !bytes.Equal(first, made(t, f, noticeOf(d))) {
				t.Fatalf("%s differs from one time to the next", f)
			}
		}
	}
}

func TestALongListHasItsHeadOnEveryPage(t *testing.T) {
	const people = 500
	d := FormData{Lang: i18n.TR, Party: registry.ISKUR, AsOf: "2026-11-22", People: staff(registry.ISKUR, people)}
	pages := pdfPages(t, made(t, PDF, formOf(d)))
	if len(pages) < 20 {
		t.Fatalf("%d people stand on %d pages", people, len(pages))
	}
	named := 0
	for i, page := range pages {
		if want := fmt.Sprintf("\nSayfa %d / %d\n", i+1, len(pages)); !strings.Contains(page, want) {
			t.Errorf("page %d does not hold %q: %.60q", i+1, want, page)
		}
		n := strings.Count(page, "Ayşe Gül")
		if n > 0 && strings.Count("\n"+page, "\nAdı soyadı\nUnvanı, birimi\n") != 1 {
			t.Errorf("page %d lists %d people under another head:\n%.200s", i+1, n, page)
		}
		named += n
	}
	if named != people {
		t.Errorf("%d people are named, want %d", named, people)
	}
	if word := part(t, made(t, DOCX, formOf(d)), "word/document.xml"); bytes.Count(word, []byte("<w:tblHeader/>")) != 2 {
		t.Error("the tables of the Word file do not repeat their heads")
	}
}

func TestHostileTextStaysText(t *testing.T) {
	hostile := []string{`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `&lt;b&gt; &amp; ]]>`, "\x00\x1b[31m\r\n\u2028", "\u202eters\u2066", `{{.Title}} %s %d`, `\) Tj (\\`, "\xff\xfe"}
	for _, h := range hostile {
		people := staff(registry.ISKUR, 1)
		people[2].Surname, people[2].Unit, people[2].Title, people[2].Email, people[2].Phone = h, h, h, h, h
		people[0].Unit = h
		d := NoticeData{Party: registry.ISKUR, AsOf: "2026-11-22", No: h, Date: "2026-11-22", People: people, Changes: []registry.Change{{After: people[2]}, {Before: &people[1], After: people[0]}}}
		want := bare(plain(h))
		for _, f := range formats {
			doc := made(t, f, noticeOf(d))
			text := bare(textOf(t, f, doc))
			if n := strings.Count(text, want); n < 6 {
				t.Errorf("%s: %q stands there %d times:\n%s", f, h, n, text)
			}
			if f == HTML && (bytes.Contains(doc, []byte("<script")) || bytes.Contains(doc, []byte("<img"))) {
				t.Errorf("%q became an element", h)
			}
			if i := strings.IndexFunc(text, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }); i >= 0 {
				t.Errorf("%s: %q left a control character", f, h)
			}
		}
	}
}

func TestALetterThatTheFontLacksIsNotDropped(t *testing.T) {
	people := staff(registry.ISKUR, 1)
	people[2].Surname = "محمد"
	d := FormData{Party: registry.ISKUR, AsOf: "2026-11-22", People: people}
	err := Form(&bytes.Buffer{}, PDF, d)
	var f *fault.Error
	if !errors.As(err, &f) || f.Code != "glyph_missing" || !strings.Contains(f.Message.EN, "U+0645") || strings.Contains(f.Message.TR+f.Hint.TR, "محمد") {
		t.Errorf("the PDF says %v", err)
	}
	for _, f := range []Format{HTML, DOCX} {
		if !strings.Contains(textOf(t, f, made(t, f, formOf(d))), "محمد") {
			t.Errorf("%s dropped the name", f)
		}
	}
}

func TestEveryTurkishLetterIsThere(t *testing.T) {
	const letters = "ABCÇDEFGĞHIİJKLMNOÖPRSŞTUÜVYZabcçdefgğhıijklmnoöprsştuüvyzÂâÎîÛû"
	people := staff(registry.ISKUR, 1)
	people[2].Unit = norm.NFD.String(letters) // as a Mac may have sent it
	for _, f := range formats {
		if text := bare(textOf(t, f, made(t, f, formOf(FormData{Party: registry.ISKUR, AsOf: "2026-11-22", People: people})))); !strings.Contains(text, letters) {
			t.Errorf("%s: %s", f, text)
		}
	}
}

func TestNoLineIsWiderThanItsColumn(t *testing.T) {
	s, err := draw(paper{lang: i18n.TR})
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(r *rapid.T) {
		width := rapid.Float64Range(8, 170).Draw(r, "width")
		indent := rapid.Float64Range(0, 4).Draw(r, "indent")
		text := rapid.StringOfN(rapid.RuneFrom([]rune("aİğmW@.- \n1")), 0, 300, -1).Draw(r, "text")
		s.choose(rapid.Bool().Draw(r, "bold"), smallSize)
		lines := s.wrap(text, width, indent)
		for i, line := range lines {
			limit := width
			if i == 0 {
				limit -= indent
			}
			if got := s.width(line); got > limit {
				r.Fatalf("line %d %q is %.2f mm wide, the column %.2f", i, line, got, limit)
			}
		}
		if got := bare(strings.Join(lines, "")); got != bare(text) {
			r.Fatalf("%q became %q", text, lines)
		}
	})
}

func TestTheFormatComesFromTheName(t *testing.T) {
	for name, want := range map[string]Format{"a.pdf": PDF, "x/Y.DOCX": DOCX, "a.html": HTML, "a.htm": HTML, "A.PDF": PDF, "a.b.docx": DOCX} {
		if f, err := FormatOf(name); err != nil || f != want {
			t.Errorf("%s is %q, %v", name, f, err)
		}
	}
	for _, name := range []string{"", "a", "a.doc", "a.pdf.exe", "pdf", ".İ"} {
		if f, err := FormatOf(name); fault.ClassOf(err) != fault.Usage {
			t.Errorf("%q is %q, %v", name, f, err)
		}
	}
}

func TestTheMarkStandsOnEveryPage(t *testing.T) {
	d := FormData{Party: registry.ISKUR, AsOf: "2026-11-22", People: staff(registry.ISKUR, 40), Mark: i18n.T("DENEME", "SANDBOX")}
	for i, page := range pdfPages(t, made(t, PDF, formOf(d))) {
		if !strings.HasPrefix(page, "DENEME\n") {
			t.Errorf("page %d is not marked", i+1)
		}
	}
	if !strings.Contains(wordText(t, part(t, made(t, DOCX, formOf(d)), "word/header1.xml")), "DENEME") || !strings.Contains(string(made(t, HTML, formOf(d))), `<p class="mark">DENEME</p>`) {
		t.Error("DOCX or HTML is not marked")
	}
}
