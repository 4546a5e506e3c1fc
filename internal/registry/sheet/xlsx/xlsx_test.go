package xlsx

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"iskurctl/internal/fault"
)

// workbook lets another program's library write a workbook.
func workbook(t testing.TB, fill func(f *excelize.File)) []byte {
	t.Helper()
	f := excelize.NewFile()
	fill(f)
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// dump writes the rows of a sheet as text: the place, kind and text of each cell.
func dump(t testing.TB, data []byte, sheet int) (string, error) {
	t.Helper()
	b, err := Open(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return "", err
	}
	var out strings.Builder
	for row, err := range b.Rows(sheet) {
		if err != nil {
			return out.String(), err
		}
		for _, c := range row.Cells {
			fmt.Fprintf(&out, "%s%d %s %q\n", ColumnName(c.Column), row.Line, [...]string{"text", "number", "date", "bool", "formula", "fault"}[c.Kind], c.Text)
		}
	}
	return out.String(), nil
}

func TestCellsAreReadAsAPersonSeesThem(t *testing.T) {
	data := workbook(t, func(f *excelize.File) {
		day := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
		set := func(cell string, v any) { t.Helper(); check(t, f.SetCellValue("Sheet1", cell, v)) }
		style := func(cell string, s excelize.Style) {
			t.Helper()
			id, err := f.NewStyle(&s)
			check(t, err)
			check(t, f.SetCellStyle("Sheet1", cell, cell, id))
		}
		format := func(code string) excelize.Style { return excelize.Style{CustomNumFmt: &code} }
		set("A1", "Ağrı İğdır ŞÖÇÜ  çift boşluk")
		set("B1", 42)
		set("C1", 905321234567)
		set("D1", 9.05e20)
		set("E1", 0.1)
		set("F1", true)
		set("A3", day) // a format of its own
		set("B3", day.Add(13*time.Hour+30*time.Minute))
		set("C3", 46348)
		style("C3", format(`dd\.mm\.yyyy`))
		set("D3", 46348)
		style("D3", format(`[$-41F]d\ mmmm\ yyyy\ dddd;@`))
		set("E3", 46348)
		style("E3", format(`#,##0.00\ "gün ay"`))
		set("F3", 46348)
		style("F3", excelize.Style{NumFmt: 14})
		set("G3", 46348)
		style("G3", excelize.Style{NumFmt: 2})
		check(t, f.SetCellFormula("Sheet1", "A4", "1+1"))
		check(t, f.SetCellRichText("Sheet1", "B4", []excelize.RichTextRun{{Text: "kalın ", Font: &excelize.Font{Bold: true}}, {Text: "ince"}}))
		set("C4", "  ")
		style("D4", excelize.Style{NumFmt: 14}) // a style and nothing else
		set("AB4", "satır\nsonu ve <&>")
		set("A5", "'tırnak")
		set("B5", "=1+1")
	})
	got, err := dump(t, data, 0)
	check(t, err)
	want := `A1 text "Ağrı İğdır ŞÖÇÜ  çift boşluk"
B1 number "42"
C1 number "905321234567"
D1 number "905000000000000000000"
E1 number "0.1"
F1 bool "TRUE"
A3 date "2026-11-22"
B3 date "2026-11-22T13:30:00"
C3 date "2026-11-22"
D3 date "2026-11-22"
E3 number "46348"
F3 date "2026-11-22"
G3 number "46348"
A4 formula ""
B4 text "kalın ince"
AB4 text "satır\nsonu ve <&>"
A5 text "'tırnak"
B5 text "=1+1"
`
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// pack makes an archive of parts: what no library would write.
func pack(t testing.TB, parts map[string]string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for name, text := range parts {
		p, err := w.Create(name)
		check(t, err)
		_, err = io.WriteString(p, text)
		check(t, err)
	}
	check(t, w.Close())
	return out.Bytes()
}

// parts are those of the smallest workbook; the sheet's rows are given.
func parts(rows string) map[string]string {
	const rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
	return map[string]string{
		"_rels/.rels":                `<Relationships><Relationship Id="r1" Type="` + rel + `officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml":            `<workbook xmlns:r="x"><workbookPr/><sheets><sheet name="Ek-2" sheetId="1" r:id="r1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="r1" Type="` + rel + `worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="` + rel + `sharedStrings" Target="/xl/sharedStrings.xml"/></Relationships>`,
		"xl/sharedStrings.xml":       `<sst><si><t>bir</t><rPh><t>okunuş</t></rPh></si><si><r><t>i</t></r><r><t>ki</t></r></si></sst>`,
		"xl/worksheets/sheet1.xml":   `<worksheet><sheetData>` + rows + `</sheetData></worksheet>`,
	}
}

func TestCellsThatOtherProgramsWrite(t *testing.T) {
	for name, c := range map[string]struct{ rows, want string }{
		"shared":            {`<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>`, "A1 text \"bir\"\nB1 text \"iki\"\n"},
		"inline":            {`<row r="1"><c r="A1" t="inlineStr"><is><t>a</t><r><t>b</t></r></is></c></row>`, "A1 text \"ab\"\n"},
		"no places":         {`<row><c t="s"><v>0</v></c><c/><c><v>3</v></c></row><row><c><v>4</v></c></row>`, "A1 text \"bir\"\nC1 number \"3\"\nA2 number \"4\"\n"},
		"a gap":             {`<row r="1"><c r="A1"><v>1</v></c></row><row r="9"><c r="C9"><v>2</v></c></row>`, "A1 number \"1\"\nC9 number \"2\"\n"},
		"ISO dates":         {`<row r="1"><c t="d"><v>2026-11-22T00:00:00.000Z</v></c><c t="d"><v>2026-11-22T10:00:00</v></c></row>`, "A1 date \"2026-11-22\"\nB1 date \"2026-11-22T10:00:00\"\n"},
		"errors":            {`<row r="1"><c t="e"><v>#N/A</v></c></row>`, "A1 fault \"\"\n"},
		"escaped":           {`<row r="1"><c t="str"><v>a_x000A_b_x005F_x000A_c_x</v></c></row>`, "A1 text \"a\\nb_x000A_c_x\"\n"},
		"Excel's exponents": {`<row r="1"><c><v>0.30000000000000004</v></c><c><v>5.3212345670000005E9</v></c><c><v>9.05321234567E11</v></c></row>`, "A1 number \"0.3\"\nB1 number \"5321234567\"\nC1 number \"905321234567\"\n"},
		"prefixed":          {`<x:row r="1" xmlns:x="y"><x:c><x:v>1</x:v></x:c></x:row>`, "A1 number \"1\"\n"},
	} {
		got, err := dump(t, pack(t, parts(c.rows)), 0)
		if err != nil || got != c.want {
			t.Errorf("%s: got %q (%v), want %q", name, got, err, c.want)
		}
	}
}

func TestDaysOfBothCalendars(t *testing.T) {
	for _, c := range []struct {
		n      float64
		from04 bool
		want   string
	}{
		{1, false, "1900-01-01"}, {59, false, "1900-02-28"}, {60, false, "1900-02-29"}, {61, false, "1900-03-01"}, {46348, false, "2026-11-22"},
		{46348.5, false, "2026-11-22T12:00:00"}, {46347.999999999, false, "2026-11-22"}, {2958465, false, "9999-12-31"},
		{0, true, "1904-01-01"}, {44886, true, "2026-11-22"},
	} {
		if got, ok := dateOf(c.n, c.from04); !ok || got != c.want {
			t.Errorf("%v, from 1904 %v: %q, want %q", c.n, c.from04, got, c.want)
		}
	}
	for _, n := range []float64{-1, 2958466} {
		if got, ok := dateOf(n, false); ok {
			t.Errorf("%v is %q", n, got)
		}
	}
}

func TestWhatIsNoWorkbookIsSaidSo(t *testing.T) {
	change := func(name, text string) []byte {
		p := parts(`<row r="1"><c r="A1"><v>1</v></c></row>`)
		if text == "" {
			delete(p, name)
		} else {
			p[name] = text
		}
		return pack(t, p)
	}
	whole := change("x", "y")
	for name, data := range map[string][]byte{
		"nothing":               nil,
		"text":                  []byte("party,role"),
		"cut":                   whole[:len(whole)-40],
		"empty archive":         pack(t, nil),
		"no relations":          change("_rels/.rels", ""),
		"no workbook":           change("xl/workbook.xml", ""),
		"no sheet":              change("xl/worksheets/sheet1.xml", ""),
		"no texts":              change("xl/sharedStrings.xml", ""),
		"cut XML":               change("xl/worksheets/sheet1.xml", `<worksheet><sheetData><row r="1"><c r="A1"><v>1</v>`),
		"a document type":       change("xl/worksheets/sheet1.xml", `<!DOCTYPE a [<!ENTITY b "c">]><worksheet><sheetData/></worksheet>`),
		"an entity":             change("xl/worksheets/sheet1.xml", `<worksheet><sheetData><row r="1"><c t="str"><v>&b;</v></c></row></sheetData></worksheet>`),
		"another encoding":      change("xl/worksheets/sheet1.xml", `<?xml version="1.0" encoding="UTF-16"?><worksheet/>`),
		"rows out of order":     change("xl/worksheets/sheet1.xml", `<worksheet><row r="2"/><row r="1"/></worksheet>`),
		"cells out of order":    change("xl/worksheets/sheet1.xml", `<worksheet><row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>1</v></c></row></worksheet>`),
		"cells out of range":    change("xl/worksheets/sheet1.xml", `<worksheet><row r="1"><c r="ZZZZ1"><v>1</v></c></row></worksheet>`),
		"a place that is none":  change("xl/worksheets/sheet1.xml", `<worksheet><row r="1"><c r="11"><v>1</v></c></row></worksheet>`),
		"an unknown text":       change("xl/worksheets/sheet1.xml", `<worksheet><row r="1"><c t="s"><v>7</v></c></row></worksheet>`),
		"a number that is none": change("xl/worksheets/sheet1.xml", `<worksheet><row r="1"><c><v>bir</v></c></row></worksheet>`),
		"a long text":           change("xl/worksheets/sheet1.xml", `<worksheet><row r="1"><c t="str"><v>`+strings.Repeat("ş", 32768)+`</v></c></row></worksheet>`),
	} {
		_, err := dump(t, data, 0)
		if f := fault.From(err); err == nil || f.Class != fault.Input || f.Code != "sheet_damaged" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A few kilobytes that unpack to gigabytes, and a sheet with too many rows, are refused without being held in memory.
func TestBombsAreRefused(t *testing.T) {
	for name, rows := range map[string]string{
		"rows":  strings.Repeat(`<row><c><v>1</v></c></row>`, MaxRows+1),
		"bytes": strings.Repeat(" ", MaxUnpacked+1),
	} {
		data := pack(t, parts(rows))
		if len(data) > 1<<20 {
			t.Fatalf("%s: %d bytes are no bomb", name, len(data))
		}
		_, err := dump(t, data, 0)
		if f := fault.From(err); err == nil || f.Class != fault.Input || f.Code != "sheet_too_large" {
			t.Errorf("%s: %v", name, err)
		}
	}
	p := parts("")
	p["xl/sharedStrings.xml"] = "<sst>" + strings.Repeat("<si/>", maxStrings/8+1) + "</sst>"
	if _, err := dump(t, pack(t, p), 0); fault.From(err).Code != "sheet_too_large" {
		t.Errorf("texts: %v", err)
	}
}

func TestExactlyTheLimitOfRowsIsRead(t *testing.T) {
	n := 0
	data := pack(t, parts(strings.Repeat(`<row><c><v>1</v></c></row>`, MaxRows)+`<row/>`))
	b, err := Open(bytes.NewReader(data), int64(len(data)))
	check(t, err)
	for _, err := range b.Rows(0) {
		check(t, err)
		n++
	}
	if n != MaxRows {
		t.Errorf("%d rows", n)
	}
}

// Whatever the bytes are, reading ends with rows or with an error of ours.
func FuzzOpen(f *testing.F) {
	f.Add(pack(f, parts(`<row r="1"><c r="A1" t="s"><v>0</v></c><c><v>3</v></c></row>`)))
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := Open(bytes.NewReader(data), int64(len(data)))
		for i := 0; err == nil && i < len(b.Sheets()); i++ {
			last := int64(0)
			for row, bad := range b.Rows(i) {
				if err = bad; err == nil && (row.Line <= last || len(row.Cells) == 0) {
					t.Fatalf("row %d after %d with %d cells", row.Line, last, len(row.Cells))
				}
				last = row.Line
			}
		}
		if err != nil && fault.ClassOf(err) != fault.Input {
			t.Fatal(err)
		}
	})
}

// Whatever the XML of a sheet is, too: the archive around it keeps the fuzzer from it otherwise.
func FuzzSheet(f *testing.F) {
	f.Add(`<row r="1"><c r="A1" t="s"><v>0</v></c><c><v>3</v></c></row>`)
	f.Add(`<row><c t="inlineStr"><is><r><t>a_x0041_</t></r></is></c><c t="d"><v>2026-11-22</v></c></row>`)
	f.Fuzz(func(t *testing.T, rows string) {
		if _, err := dump(t, pack(t, parts(rows)), 0); err != nil && fault.ClassOf(err) != fault.Input {
			t.Fatal(err)
		}
	})
}
