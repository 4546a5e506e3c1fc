package registry

import (
	"slices"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"iskurctl/internal/tckn"
)

func TestFieldsAreNormalisedOrRefusedByName(t *testing.T) {
	for _, x := range []struct{ column, text, want string }{
		{ColParty, " İŞKUR ", "ISKUR"}, {ColParty, "iskur", "ISKUR"}, {ColParty, "Işkur", "ISKUR"}, {ColParty, "myk", "MYK"}, {ColParty, "MEB", "!party_unknown"},
		{ColRole, "İdari Koordinatör", "administrative_coordinator"}, {ColRole, "TEKNİK KOORDİNATÖR", "technical_coordinator"}, {ColRole, "teknik  koordinator", "technical_coordinator"},
		{ColRole, "yetkili personel", "authorised_person"}, {ColRole, "authorised_person", "authorised_person"}, {ColRole, "Authorized Person", "authorised_person"}, {ColRole, "müdür", "!role_unknown"},
		{ColGivenName, "  Ayşe   Nur ", "Ayşe Nur"}, {ColGivenName, "Ays\u0327e", "Ayşe"}, {ColSurname, "O’Neill", "O'Neill"}, {ColSurname, "Öz-Türk", "Öz-Türk"}, {ColGivenName, "M. Ali", "M. Ali"},
		{ColGivenName, "Ali2", "!name_invalid"}, {ColSurname, "Kaya;", "!surname_invalid"}, {ColSurname, ".", "!surname_invalid"}, {ColGivenName, strings.Repeat("a", 101), "!too_long"},
		{ColGivenName, "10000000146", "!tc_number"}, {ColGivenName, "Ali\nKaya", "!control_character"}, {ColGivenName, "Ali\u202e", "!control_character"}, {ColGivenName, "\tAli", "!control_character"}, {ColGivenName, "Ali\x1b[2J", "!control_character"},
		{ColUnit, "İş ve Meslek Dairesi", "İş ve Meslek Dairesi"}, {ColUnit, "=HYPERLINK(1)", "!formula"}, {ColTitle, "@ad", "!formula"}, {ColTitle, "-1", "!formula"}, {ColUnit, strings.Repeat("ş", 201), "!too_long"}, {ColUnit, "TC 10000000146", "!tc_number"}, {ColUnit, "TC 100 000 001 46", "!tc_number"}, {ColTitle, "100 000 001 47", "100 000 001 47"},
		{ColUnit, "a\x80b", "!text_encoding"},
		{ColPhone, "+90 312 555 00 00", "+903125550000"}, {ColPhone, "0 (312) 555-00-00", "+903125550000"}, {ColPhone, "00903125550000", "+903125550000"}, {ColPhone, "+90 (0312) 555 00 00", "+903125550000"},
		{ColPhone, "'+903125550000", "+903125550000"}, {ColPhone, "+49 30 1234567", "+49301234567"}, {ColPhone, "0312.555.00.00", "+903125550000"},
		{ColPhone, "9,03125E+11", "!phone_damaged"}, {ColPhone, "9.03125E11", "!phone_damaged"}, {ColPhone, "903125550000", "!phone_damaged"}, {ColPhone, "3125550000", "!phone_damaged"},
		{ColPhone, "10000000146", "!tc_number"}, {ColPhone, "444 0 170", "!phone_invalid"}, {ColPhone, "0312 555 00 00 dahili 12", "!phone_invalid"}, {ColPhone, "+90 112 555 00 00", "!phone_invalid"}, {ColPhone, "+1234", "!phone_invalid"},
		{ColPhone, "+9031255500001", "!phone_invalid"}, {ColPhone, "03125550", "!phone_invalid"}, {ColPhone, "+0312", "!phone_invalid"}, {ColPhone, "=1+1", "!phone_invalid"},
		{ColEmail, "ali.kaya@ISKUR.gov.tr", "ali.kaya@iskur.gov.tr"}, {ColEmail, "a@b", "!email_invalid"}, {ColEmail, "a@b@c.tr", "!email_invalid"}, {ColEmail, "Ali <a@b.tr>", "!email_invalid"}, {ColEmail, "çay@b.tr", "!email_invalid"},
		{ColEmail, "a@b..tr", "!email_invalid"}, {ColEmail, "a b@c.tr", "!email_invalid"}, {ColEmail, "a@-b.tr", "!email_invalid"}, {ColEmail, "a@[1.2.3.4]", "!email_invalid"}, {ColEmail, "10000000146@b.tr", "!tc_number"}, {ColEmail, "a@1.2.3.4", "!email_invalid"},
		{ColEmail, strings.Repeat("a", 65) + "@b.tr", "!email_invalid"},
		{ColValidFrom, "22.11.2026", "2026-11-22"}, {ColValidFrom, "1.2.2026", "2026-02-01"}, {ColValidTo, "2026-02-30", "!date_invalid"}, {ColValidTo, "46000", "!date_invalid"}, {ColNoticeDate, "0026-01-01", "!date_invalid"},
		{ColNoticeNo, "E-12345678-903.07-1234567890", "E-12345678-903.07-1234567890"}, {ColNoticeNo, "10000000146", "!tc_number"}, {ColNoticeNo, strings.Repeat("9", 101), "!too_long"},
		{ColLogin, "ayilmaz", "ayilmaz"}, {ColLogin, `ISKUR\ayilmaz`, `ISKUR\ayilmaz`}, {ColLogin, "a.yilmaz@iskur.local", "a.yilmaz@iskur.local"}, {ColLogin, "ali kaya", "!login_invalid"}, {ColLogin, `a\b\c`, "!login_invalid"}, {ColLogin, "10000000146", "!tc_number"},
		{ColScope, "ParametreGonderimi TCKimlikNoIleBelgeSorgulama", "TCKimlikNoIleBelgeSorgulama ParametreGonderimi"}, {ColScope, "lookup", "!scope_unknown"},
		{"salary", "1", "!column_unknown"},
	} {
		var p Person
		got := ""
		if wrong := p.Set(x.column, x.text); wrong != nil {
			got = "!" + wrong.Code
			if wrong.Column != x.column || wrong.Text.Empty() || x.text != "" && strings.Contains(wrong.Text.TR, x.text) && len(x.text) > 3 && x.column != "salary" {
				t.Errorf("%s %q: %+v", x.column, x.text, wrong)
			}
		} else {
			got = p.Get(x.column)
		}
		if got != x.want {
			t.Errorf("%s %q: got %q, want %q", x.column, x.text, got, x.want)
		}
	}
}

func TestAPersonIsCheckedAsAWhole(t *testing.T) {
	full := authorised("Ali", "Kaya")
	for name, x := range map[string]struct {
		change func(*Person)
		want   string
	}{
		"in order":            {func(*Person) {}, ""},
		"nothing":             {func(p *Person) { *p = Person{} }, "party missing, role missing, given_name missing, surname missing"},
		"end before begin":    {func(p *Person) { p.ValidTo = "2025-12-31" }, "valid_to period_reversed"},
		"one day":             {func(p *Person) { p.ValidTo = "2026-01-01" }, ""},
		"number without date": {func(p *Person) { p.NoticeNo = "1" }, "notice_date notice_incomplete"},
		"date without number": {func(p *Person) { p.NoticeDate = "2026-01-01" }, "notice_no notice_incomplete"},
		"two fields":          {func(p *Person) { p.Phone, p.Email = "1", "2" }, "phone phone_invalid, email email_invalid"},
	} {
		p := full
		x.change(&p)
		var got []string
		for _, wrong := range Validate(p) {
			got = append(got, wrong.Column+" "+wrong.Code)
		}
		if s := strings.Join(got, ", "); s != x.want {
			t.Errorf("%s: got %q, want %q", name, s, x.want)
		}
	}
}

func FuzzSet(f *testing.F) {
	for i, text := range []string{"MYK", "idari koordinatör", "Birim", "Ayşe", "Öz-Türk", "+90 312 555 00 00", "9,03E+11", "a@b.tr", "22.11.2026", `ISKUR\a`, "ParametreGonderimi", "=1", "\u202e", "10000000146"} {
		f.Add(i, text)
	}
	f.Fuzz(func(t *testing.T, i int, text string) {
		column := Columns()[uint(i)%uint(len(Columns()))] //nolint:gosec // any column
		var p Person
		if p.Set(column, text) != nil {
			if p.Get(column) != "" {
				t.Fatal("a text with a problem was put")
			}
			return
		}
		v := p.Get(column)
		var again Person
		if wrong := again.Set(column, v); wrong != nil || again.Get(column) != v {
			t.Fatalf("%s: %q became %q, and that %q", column, text, v, again.Get(column))
		}
		if strings.ContainsFunc(v, func(r rune) bool { return r != ' ' && !unicode.IsPrint(r) }) || !norm.NFC.IsNormalString(v) {
			t.Fatalf("%s: %q", column, v)
		}
		if v != "" && column != ColPhone && strings.ContainsRune("=+-@", rune(v[0])) {
			t.Fatalf("a formula: %q", v)
		}
		if column != ColPhone && column != ColNoticeNo && tckn.In(v) {
			t.Fatalf("%s: a number", column)
		}
		if column == ColPhone && v != "" && (v[0] != '+' || strings.Trim(v[1:], "0123456789") != "" || len(v) > 16) {
			t.Fatalf("phone %q", v)
		}
		if (column == ColParty && v != "" && !slices.Contains(Parties(), Party(v))) || (column == ColRole && v != "" && !slices.Contains(Roles(), Role(v))) {
			t.Fatal(v)
		}
	})
}
