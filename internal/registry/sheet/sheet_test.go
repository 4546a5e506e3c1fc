package sheet

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"iskurctl/internal/fault"
	"iskurctl/internal/registry"
	"iskurctl/internal/registry/sheet/xlsx"
)

const head = "party,role,unit,given_name,surname,title,phone,email,valid_from,valid_to,notice_no,notice_date,login,scope"

// told writes rows as text: id, columns that hold something, and problems by line and column.
func told(t testing.TB, r io.Reader, name string) (string, error) {
	t.Helper()
	var out strings.Builder
	for row, err := range Read(r, name) {
		if err != nil {
			return out.String(), err
		}
		out.WriteString(strconv.FormatInt(row.Line, 10) + ":")
		if row.ID != 0 {
			out.WriteString(" id=" + strconv.FormatInt(row.ID, 10))
		}
		for _, c := range registry.Columns() {
			if v := row.Person.Get(c); v != "" {
				out.WriteString(" " + c + "=" + v)
			}
		}
		for _, p := range row.Problems {
			if p.Line != row.Line || p.Text.TR == "" || p.Text.EN == "" {
				t.Errorf("a problem without its line or its text: %+v", p)
			}
			out.WriteString(" !" + p.Column + ":" + p.Code)
		}
		out.WriteString("\n")
	}
	return out.String(), nil
}

// workbook lets another program's library write a workbook: fill gets the file with its one sheet, named Sheet1.
func written(t testing.TB, fill func(f *excelize.File, set func(cell string, v any))) []byte {
	t.Helper()
	f := excelize.NewFile()
	fill(f, func(cell string, v any) {
		if err := f.SetCellValue("Sheet1", cell, v); err != nil {
			t.Fatal(err)
		}
	})
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestCSVOfAnOfficeIsRead(t *testing.T) {
	const rows = "MYK;technical_coordinator;Çağ;İğdır;0312 555 00 00;22.11.2026\r\n\r\nİŞKUR;yetkili personel;Şule;Öz;'+90 312 555 00 01;2026-11-23\r\n"
	const want = "2: party=MYK role=technical_coordinator given_name=Çağ surname=İğdır phone=+903125550000 valid_from=2026-11-22\n" +
		"4: party=ISKUR role=authorised_person given_name=Şule surname=Öz phone=+903125550001 valid_from=2026-11-23\n"
	text := "PARTY;Role;given_name;SURNAME;phone;VALİD_FROM\r\n" + rows
	for name, in := range map[string]string{
		"semicolons": text,
		"BOM":        "\ufeff" + text,
		"commas":     strings.ReplaceAll(text, ";", ","),
		"tabs":       strings.ReplaceAll(text, ";", "\t"),
		"quotes":     strings.ReplaceAll(text, "Çağ", `"Çağ"`),
		"UTF-16":     utf16(text),
		"1254": strings.NewReplacer("İ", "\xdd", "Ş", "\xde", "ğ", "\xf0", "ı", "\xfd", "Ç", "\xc7", "Ö", "\xd6", "ü", "\xfc").
			Replace(strings.ReplaceAll(text, "VALİD", "VALID")),
	} {
		if got, err := told(t, strings.NewReader(in), ""); err != nil || got != want {
			t.Errorf("%s: got\n%s(%v), want\n%s", name, got, err, want)
		}
	}
}

func utf16(s string) string {
	var b strings.Builder
	b.WriteString("\xff\xfe")
	for _, r := range s {
		b.WriteByte(byte(r))
		b.WriteByte(byte(r >> 8))
	}
	return b.String()
}

func TestProblemsOfCSVHaveLineAndColumn(t *testing.T) {
	in := "id," + head + "\n" +
		"x,MYK,authorised_person,,Ayşe,Yılmaz,,\"9,03E+11\",ayse@myk.gov.tr,,,,,,\n" +
		"2,Bakanlık,şef,,A1,Yılmaz,=1+1,903125550000,ayse(at)myk,31.02.2026,,,,,\n" +
		"3,MYK\n" +
		"4,MYK,authorised_person,,Ayşe,Yıl\"maz,,,,,,,,,\n" +
		"5,MYK,authorised_person,,Ayşe,Yılmaz,,,,,,,,,\n"
	const want = "2: party=MYK role=authorised_person given_name=Ayşe surname=Yılmaz email=ayse@myk.gov.tr !id:id_invalid !phone:phone_damaged\n" +
		"3: id=2 surname=Yılmaz !party:party_unknown !role:role_unknown !given_name:name_invalid !title:formula !phone:phone_damaged !email:email_invalid !valid_from:date_invalid\n" +
		"4: !:row_ragged\n5: !:quote_stray\n6: id=5 party=MYK role=authorised_person given_name=Ayşe surname=Yılmaz\n"
	if got, err := told(t, strings.NewReader(in), ""); err != nil || got != want {
		t.Errorf("got\n%s(%v), want\n%s", got, err, want)
	}
}

func TestAWorkbookIsRead(t *testing.T) {
	data := written(t, func(_ *excelize.File, set func(string, any)) {
		for i, c := range strings.Split("id,"+head, ",") {
			place, _ := excelize.CoordinatesToCellName(i+1, 2) // the first row is empty
			set(place, c)
		}
		for place, v := range map[string]any{
			"A3": 7, "B3": "İŞKUR", "C3": "İdari Koordinatör", "D3": "İstihdam Dairesi", "E3": "Çağla", "F3": "Iğdır", "H3": "+90 312 555 00 00", "I3": "cagla@iskur.gov.tr",
			"J3": time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), "K3": "31.12.2026", "L3": "E-2026/15", "M3": time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC), "N3": 1234,
			"B5": "MYK", "C5": "authorised_person", "E5": "Şule", "F5": "Öz",
		} {
			set(place, v)
		}
	})
	const want = "3: id=7 party=ISKUR role=administrative_coordinator unit=İstihdam Dairesi given_name=Çağla surname=Iğdır phone=+903125550000 email=cagla@iskur.gov.tr valid_from=2026-01-01 valid_to=2026-12-31 notice_no=E-2026/15 notice_date=2026-01-02 login=1234\n" +
		"5: party=MYK role=authorised_person given_name=Şule surname=Öz\n"
	if got, err := told(t, bytes.NewReader(data), ""); err != nil || got != want {
		t.Errorf("got\n%s(%v), want\n%s", got, err, want)
	}
	path := filepath.Join(t.TempDir(), "kayit.veri") // what it is is told by its content
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if got, err := told(t, f, ""); err != nil || got != want {
		t.Errorf("a file: got\n%s(%v), want\n%s", got, err, want)
	}
}

func TestWhatExcelDidToValuesIsNamedByLineAndColumn(t *testing.T) {
	data := written(t, func(f *excelize.File, set func(string, any)) {
		for i, c := range strings.Split(head, ",") {
			place, _ := excelize.CoordinatesToCellName(i+1, 1)
			set(place, c)
		}
		for place, v := range map[string]any{
			"G2": 905321234567, "I2": 46348.5, "K2": time.Date(2026, 5, 12, 0, 0, 0, 0, time.UTC),
			"G3": 5.32e9, "K3": 2026.15, "M3": true,
			"G4": "9,03E+11", "I4": 46348,
			"G5": time.Date(2026, 5, 12, 0, 0, 0, 0, time.UTC), "P5": "x",
		} {
			set(place, v)
		}
		if err := f.SetCellFormula("Sheet1", "H6", `E6&"@iskur.gov.tr"`); err != nil {
			t.Fatal(err)
		}
	})
	const want = "2: !phone:phone_damaged !valid_from:date_invalid !notice_no:cell_damaged\n" +
		"3: !phone:phone_damaged !notice_no:cell_damaged !login:cell_damaged\n" +
		"4: !phone:phone_damaged !valid_from:date_invalid\n" +
		"5: !phone:phone_damaged !P:column_unnamed\n" +
		"6: !email:formula\n"
	if got, err := told(t, bytes.NewReader(data), ""); err != nil || got != want {
		t.Errorf("got\n%s(%v), want\n%s", got, err, want)
	}
}

func TestTheSheetIsChosenOrNamed(t *testing.T) {
	fill := func(f *excelize.File, sheet, surname string) {
		for i, c := range strings.Split(head, ",") {
			place, _ := excelize.CoordinatesToCellName(i+1, 1)
			_ = f.SetCellValue(sheet, place, c)
		}
		_ = f.SetCellValue(sheet, "E2", surname)
	}
	two := written(t, func(f *excelize.File, _ func(string, any)) {
		_, _ = f.NewSheet("Boş")
		_, _ = f.NewSheet("İletişim")
		fill(f, "İletişim", "Öz")
		fill(f, "Sheet1", "Uz")
	})
	one := written(t, func(f *excelize.File, _ func(string, any)) {
		_, _ = f.NewSheet("Gizli")
		_, _ = f.NewSheet("Ek-2")
		fill(f, "Gizli", "Az")
		fill(f, "Ek-2", "Öz")
		_ = f.SetSheetVisible("Gizli", false)
	})
	for _, c := range []struct {
		data        []byte
		name, want  string
		code        string
		description string
	}{
		{two, "", "", "sheet_ambiguous", "two sheets"},
		{two, "İletişim", "2: surname=Öz\n", "", "named"},
		{two, "iletişim", "2: surname=Öz\n", "", "named in small letters"},
		{two, "Yok", "", "sheet_unknown", "an unknown one"},
		{two, "Boş", "", "column_missing", "an empty one"},
		{one, "", "2: surname=Öz\n", "", "the only one that can be seen and holds something"},
		{one, "Gizli", "2: surname=Az\n", "", "a hidden one, named"},
		{[]byte(head + "\n"), "Ek-2", "", "sheet_unknown", "a sheet of CSV"},
	} {
		got, err := told(t, bytes.NewReader(c.data), c.name)
		if got != c.want || (err != nil || c.code != "") && (fault.From(err) == nil || fault.From(err).Code != c.code || fault.ClassOf(err) != fault.Input) {
			t.Errorf("%s: got %q (%v), want %q, %q", c.description, got, err, c.want, c.code)
		}
	}
}

func TestMoreRowsThanAPlanHoldsAreRefused(t *testing.T) {
	const columns = "party,role,given_name,surname\n"
	for n, want := range map[int]string{xlsx.MaxRows: "", xlsx.MaxRows + 1: "rows_too_many"} {
		code := ""
		for _, err := range Read(strings.NewReader(columns+strings.Repeat("MYK,authorised_person,A,B\n", n)), "") {
			if err != nil {
				code = fault.From(err).Code
			}
		}
		if code != want {
			t.Errorf("%d rows: %q, want %q", n, code, want)
		}
	}
}

func TestHeadersAreUnderstoodOrRefused(t *testing.T) {
	for in, want := range map[string]string{
		"":                          "column_missing",
		"\n\n":                      "column_missing",
		"Ayşe,Yılmaz\n":             "column_unknown",
		head + ",notlar\n":          "column_unknown",
		head + ",\n":                "column_unknown",
		head + ",Party\n":           "column_ambiguous",
		"party,role,given_name\n":   "column_missing",
		"party,role;given_name\n":   "column_unknown",
		compound + "....":           "sheet_format",
		"PK\x03\x04....":            "sheet_damaged",
		"party,role\x00,given_name": "nul_byte",
	} {
		_, err := told(t, strings.NewReader(in), "")
		if f := fault.From(err); err == nil || f.Code != want || f.Class != fault.Input {
			t.Errorf("%.40q: %v, want %s", in, err, want)
		} else if strings.Contains(f.Message.TR+f.Hint.TR, "Yılmaz") || f.Hint.Empty() {
			t.Errorf("%.40q: the message is %+v", in, f)
		}
	}
	_, err := told(t, strings.NewReader(strings.Replace(head, "phone", "phonne", 1)), "")
	if f := fault.From(err); !strings.Contains(f.Hint.EN, "did you mean phone?") || !strings.Contains(f.Message.EN, "column 7") {
		t.Errorf("a misspelt name: %+v", f)
	}
}

// Whatever CSV holds, a row has a line that grows, and a person of which every column is fit to be kept.
func FuzzCSV(f *testing.F) {
	f.Add(head + "\nMYK,authorised_person,,Ayşe,Yılmaz,,0312 555 00 00,a@b.tr,22.11.2026,,,,,\n")
	f.Add("party;role;given_name;surname;id\r\nMYK;x;\"a\"\"b\";'=1;2\r\n\"\r\n")
	f.Fuzz(func(t *testing.T, in string) {
		last := int64(0)
		for row, err := range Read(strings.NewReader(in), "") {
			if err != nil {
				if c := fault.ClassOf(err); c != fault.Input {
					t.Fatal(err)
				}
				return
			}
			if row.Line <= last || row.ID < 0 {
				t.Fatalf("line %d after %d, id %d", row.Line, last, row.ID)
			}
			last = row.Line
			for _, c := range registry.Columns() {
				p := registry.Person{}
				if v := row.Person.Get(c); p.Set(c, v) != nil || p.Get(c) != v {
					t.Fatalf("column %s was kept as what it does not take", c)
				}
			}
		}
	})
}
