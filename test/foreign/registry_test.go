package foreign

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// What a spreadsheet is tempted to change: telephones, leading zeros, dates, powers of ten, separators, Turkish letters.
const contacts = `party,role,unit,given_name,surname,title,phone,email,valid_from,valid_to,notice_no,notice_date,login,scope
MYK,administrative_coordinator,Belgelendirme Dairesi,Çağrı,Öztürk,Daire Başkanı,+90 312 555 01 01,cagri.ozturk@myk.gov.tr,2026-01-01,,0012,2026-01-05,,
MYK,technical_coordinator,Bilgi Sistemleri Birimi,Işıl,İnce,Uzman,+90 (312) 555-01-02,isil.ince@myk.gov.tr,01.02.2026,,12.05,2026-02-01,,
ISKUR,administrative_coordinator,İşgücü Uyum Dairesi Başkanlığı,Şükrü Işık,Çağlayan,Daire Başkanı,0312 555 00 01,sukru.caglayan@iskur.gov.tr,2026-01-01,2099-12-31,E-91432150-622.03-123,2026-01-05,sukru,
ISKUR,technical_coordinator,Bilgi İşlem Dairesi Başkanlığı,İpek,Öğüt-Yıldırımoğulları,Şube Müdürü,+905321234567,ipek@iskur.gov.tr,2026-01-01,,1E5,2026-01-05,ipek,
ISKUR,authorised_person,"Ankara; Çalışma, ve İş",Ğ,I,"5 no'lu ""Şef""",+4930123456789,uzun.bir.eposta.adresi.olan.personel@ankara.iskur.gov.tr,2026-01-01,,2026/15,2026-01-05,a1,TCKimlikNoIleBelgeSorgulama ParametreGonderimi
ISKUR,authorised_person,12/3,D'Arc,Müller,007,+12025550123,b@iskur.gov.tr,2026-01-01,,3-4,2026-01-05,b2,
`

// desk is somebody's account with a registry in the sandbox's store.
type desk struct{ home string }

// newDesk makes one whose registry holds what a file does.
func newDesk(t *testing.T, file string) desk {
	t.Helper()
	d := desk{t.TempDir()}
	d.iskurctl(t, "import", "--input", file, "--yes")
	return d
}

func (d desk) iskurctl(t *testing.T, args ...string) string {
	t.Helper()
	return command(t, d.home, "iskurctl", append([]string{"--profile", "sandbox", "--lang", "tr", "--quiet", "registry"}, args...)...)
}

func (d desk) path(name string) string { return filepath.Join(d.home, name) }

// rows gives the registry as it is, the header first.
func (d desk) rows(t *testing.T, args ...string) [][]string {
	t.Helper()
	return cells(t, d.iskurctl(t, append([]string{"dump", "-o", "csv"}, args...)...))
}

func cells(t *testing.T, text string) [][]string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return rows
}

func file(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// The filters of LibreOffice: a CSV as a Turkish desk opens it by a double click, with semicolons or commas, and special
// numbers recognised; and a CSV of what the cells show.
const (
	turkishCSV = "Text - txt - csv (StarCalc):%d,34,76,1,,1055,false,true"
	shownCSV   = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false"
)

// office converts a file by LibreOffice and gives the path of the result.
func office(t *testing.T, path, to string, options ...string) string {
	t.Helper()
	soffice, dir := tool(t, "soffice"), t.TempDir()
	cmd := exec.Command(soffice, append([]string{"-env:UserInstallation=file://" + filepath.Join(programs, "office"), "--headless", "--convert-to", to, "--outdir", dir}, append(options, path)...)...)
	cmd.Env = append(os.Environ(), "HOME="+dir)
	out, err := cmd.CombinedOutput()
	kind, _, _ := strings.Cut(to, ":")
	result := filepath.Join(dir, strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))+"."+kind)
	if _, missing := os.Stat(result); err != nil || missing != nil {
		t.Fatalf("soffice made no %s of %s: %v\n%s", kind, path, err, out)
	}
	return result
}

func workbook(t *testing.T, path string, separator rune) string {
	t.Helper()
	return office(t, path, "xlsx", "--infilter="+fmt.Sprintf(turkishCSV, separator))
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

var turkishPhone = regexp.MustCompile(`^(\+90)(\d{3})(\d{3})(\d{2})(\d{2})$`)

func TestLibreOfficeShowsEveryCellOfTheExcelDump(t *testing.T) {
	d := newDesk(t, file(t, "ek2.csv", contacts))
	excel := d.path("ek2.csv")
	d.iskurctl(t, "dump", "--excel", "--out", excel)
	want, got := d.rows(t), cells(t, read(t, office(t, workbook(t, excel, ';'), shownCSV)))
	if len(got) != len(want) {
		t.Fatalf("%d rows, want %d", len(got), len(want))
	}
	phone := slices.Index(want[0], "phone")
	for i, row := range want {
		for j, cell := range row {
			shown := strings.TrimPrefix(got[i][j], "'") // keeps a spreadsheet from computing
			if j == phone && i > 0 {
				if grouped := turkishPhone.ReplaceAllString(cell, "$1 $2 $3 $4 $5"); grouped != cell && shown != grouped {
					t.Errorf("row %d: LibreOffice shows the phone %q as %q", i, cell, shown)
				}
				shown = strings.ReplaceAll(shown, " ", "")
			}
			if shown != cell {
				t.Errorf("row %d, %s: LibreOffice shows %q, it is %q", i, want[0][j], got[i][j], cell)
			}
		}
	}
}

func TestAWorkbookThatLibreOfficeWroteIsTakenIn(t *testing.T) {
	d := newDesk(t, file(t, "ek2.csv", contacts))
	d.iskurctl(t, "dump", "--excel", "--out", d.path("all.csv"))
	var preview []struct{ Change string }
	if err := json.Unmarshal([]byte(d.iskurctl(t, "import", "--input", workbook(t, d.path("all.csv"), ';'), "-o", "json")), &preview); err != nil {
		t.Fatal(err)
	}
	for i, row := range preview {
		if row.Change != "same" {
			t.Errorf("row %d came back from LibreOffice as %q", i+1, row.Change)
		}
	}
	columns := strings.SplitN(contacts, "\n", 2)[0]
	d.iskurctl(t, "dump", "--excel", "--fields", columns, "--out", d.path("new.csv"))
	other := newDesk(t, workbook(t, d.path("new.csv"), ';'))
	if want, got := d.rows(t), other.rows(t); len(preview) != len(want)-1 || !slices.EqualFunc(want, got, slices.Equal) {
		t.Errorf("another registry made of LibreOffice's file (%d rows) is\n%v, not\n%v", len(preview), got, want)
	}
}

// A CSV that is not made for a spreadsheet loses the telephones in it. What is lost is not guessed.
func TestWhatLibreOfficeDamagedIsNamed(t *testing.T) {
	d := newDesk(t, file(t, "ek2.csv", contacts))
	before := d.iskurctl(t, "dump", "-o", "csv")
	damaged := workbook(t, file(t, "plain.csv", before), ',')
	cmd := exec.Command(filepath.Join(programs, "iskurctl"), "--profile", "sandbox", "registry", "import", "--input", damaged, "--yes", "-o", "csv")
	cmd.Env = []string{"HOME=" + d.home, "PATH=" + os.Getenv("PATH")}
	out, err := cmd.Output()
	if cmd.ProcessState == nil || cmd.ProcessState.ExitCode() != 11 {
		t.Fatalf("%v: %s", err, out)
	}
	rows := cells(t, string(out))
	line, column, code := slices.Index(rows[0], "line"), slices.Index(rows[0], "column"), slices.Index(rows[0], "code")
	lines := map[string]bool{}
	for _, r := range rows[1:] {
		if r[column] == "phone" && r[code] == "phone_damaged" {
			lines[r[line]] = true
		}
	}
	if len(lines) != 6 {
		t.Errorf("of 6 phones that became numbers %d are named:\n%s", len(lines), out)
	}
	if after := d.iskurctl(t, "dump", "-o", "csv"); after != before {
		t.Error("something was taken in")
	}
}

// bare is a text without blanks: where lines end is the reader's matter.
func bare(s string) string { return strings.Join(strings.Fields(strings.TrimPrefix(s, "\ufeff")), "") }

// papers makes the form and the letter in a format.
func papers(t *testing.T, d desk, format string) map[string]string {
	t.Helper()
	out := map[string]string{"form": d.path("form." + format), "notice": d.path("notice." + format)}
	d.iskurctl(t, "form", "--party", "ISKUR", "--out", out["form"])
	d.iskurctl(t, "notice", "--party", "ISKUR", "--since", "2026-01-01", "--out", out["notice"])
	return out
}

// said checks that a paper names everybody of İŞKUR as the registry does.
func said(t *testing.T, d desk, what, text string) {
	t.Helper()
	text = bare(text)
	rows := d.rows(t, "--party", "ISKUR")
	for _, r := range rows[1:] {
		for _, name := range []string{"unit", "given_name", "surname", "title", "phone", "email"} {
			if cell := r[slices.Index(rows[0], name)]; !strings.Contains(text, bare(cell)) {
				t.Errorf("%s does not hold %s %q:\n%s", what, name, cell, text)
			}
		}
	}
	for _, title := range []string{"YETKİ VE İRTİBAT BİLGİ FORMU", "Türkiye İş Kurumu Genel Müdürlüğü", "Madde 8/10"} {
		if !strings.Contains(text, bare(title)) {
			t.Errorf("%s does not hold %q:\n%s", what, title, text)
		}
	}
}

// staffed is a desk with more authorised people than one page holds.
func staffed(t *testing.T) desk {
	t.Helper()
	var rows strings.Builder
	rows.WriteString(contacts)
	for i := range 60 {
		fmt.Fprintf(&rows, "ISKUR,authorised_person,Ankara Çalışma ve İş Kurumu İl Müdürlüğü,Gül,Şahin%s,İş ve Meslek Danışmanı,+90312555%04d,g%d@iskur.gov.tr,2026-01-01,,,,g%[3]d,\n", strings.Repeat("ı", i), 1000+i, i)
	}
	return newDesk(t, file(t, "ek2.csv", rows.String()))
}

func TestPopplerReadsThePapers(t *testing.T) {
	d := staffed(t)
	for what, path := range papers(t, d, "pdf") {
		text := pdftotext(t, "-layout", path)
		said(t, d, what, pdftotext(t, "-raw", path))
		pages := strings.Split(strings.TrimSuffix(text, "\f"), "\f")
		if len(pages) < 4 {
			t.Errorf("%s: %d pages", what, len(pages))
		}
		for i, page := range pages {
			if want := fmt.Sprintf("Sayfa %d / %d", i+1, len(pages)); !strings.Contains(page, want) {
				t.Errorf("%s: page %d does not hold %q", what, i+1, want)
			}
		}
		inside(t, what, pdftotext(t, "-bbox", path))
		fonts, err := exec.Command(tool(t, "pdffonts"), path).Output()
		if err != nil || strings.Count(string(fonts), " yes ") < 4 { // embedded, and their text can be searched
			t.Errorf("%s: %v: the fonts are not in the file:\n%s", what, err, fonts)
		}
		out, err := exec.Command(tool(t, "pdftoppm"), "-r", "20", path, filepath.Join(t.TempDir(), "page")).CombinedOutput()
		if err != nil || len(out) > 0 {
			t.Errorf("%s: poppler draws it, but says %s (%v)", what, out, err)
		}
	}
}

func pdftotext(t *testing.T, how, path string) string {
	t.Helper()
	out, err := exec.Command(tool(t, "pdftotext"), how, path, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

var word = regexp.MustCompile(`<word xMin="([0-9.]+)" yMin="([0-9.]+)" xMax="([0-9.]+)" yMax="([0-9.]+)">`)

// inside checks that no word leaves the print area of A4: 20 mm left and right, 10 mm below.
func inside(t *testing.T, what, boxes string) {
	t.Helper()
	const side, top, right, bottom = 56, 50, 540, 842 - 28
	words := word.FindAllStringSubmatch(boxes, -1)
	if len(words) < 100 {
		t.Fatalf("%s: %d words", what, len(words))
	}
	for _, w := range words {
		var at [4]float64
		for i := range at {
			at[i], _ = strconv.ParseFloat(w[i+1], 64)
		}
		if at[0] < side || at[1] < top || at[2] > right || at[3] > bottom {
			t.Errorf("%s: a word stands at %v", what, at)
		}
	}
}

func TestLibreOfficeReadsThePapers(t *testing.T) {
	d := staffed(t)
	for what, path := range papers(t, d, "docx") {
		said(t, d, what+" as text", read(t, office(t, path, "txt:Text (encoded):UTF8")))
		pdf := pdftotext(t, "-layout", office(t, path, "pdf"))
		pages := strings.Split(strings.TrimSuffix(pdf, "\f"), "\f")
		for i, page := range pages {
			if want := fmt.Sprintf("Sayfa %d / %d", i+1, len(pages)); !strings.Contains(page, want) {
				t.Errorf("%s: page %d, printed, does not hold %q", what, i+1, want)
			}
			if strings.Contains(page, "@iskur") && !strings.Contains(page, "E-posta") {
				t.Errorf("%s: page %d has no head over its table", what, i+1)
			}
		}
	}
	for what, path := range papers(t, d, "html") {
		said(t, d, what, read(t, office(t, path, "txt:Text (encoded):UTF8", "--infilter=HTML (StarWriter)")))
	}
}
