package registry

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"iskurctl/internal/audit"
	"iskurctl/internal/i18n"
	"iskurctl/internal/tckn"
)

// What fields hold at most, in characters. An address has at most 254 (RFC 5321, 4.5.3.1.3: a path of 256 with its
// brackets), its local part 64.
const (
	maxName   = 100
	maxText   = 200
	maxNotice = 100
	maxEmail  = 254
	maxLocal  = 64
	maxLogin  = 128
)

// Problem is what is wrong with a field or with a row: Code is stable, Column one of Columns ("" for the row), Line that of
// the input, 0 where there is none. Text never holds what stood there.
type Problem struct {
	Line         int64
	Column, Code string
	Text         i18n.Text
}

func problem(column, code, tr, en string, args ...any) *Problem {
	return &Problem{Column: column, Code: code, Text: i18n.Tf(tr, en, args...)}
}

// Set checks the text of one column (a flag, a cell, an answer) and puts it, normalised, into p; "" clears the column. A
// text with a problem changes nothing. Rules that concern several columns are Validate's. A column that is none of Columns
// is column_unknown.
func (p *Person) Set(column, text string) *Problem {
	text = tidy(text)
	if text == "" && slices.Contains(Columns(), column) {
		p.put(column, "")
		return nil
	}
	if wrong := unfit(column, text); wrong != nil {
		return wrong
	}
	v, wrong := normal(column, text)
	if wrong == nil {
		p.put(column, v)
	}
	return wrong
}

// tidy composes letters and their marks to one character (a Mac writes them apart) and leaves one blank between words.
func tidy(s string) string {
	s = norm.NFC.String(s)
	if !strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Zs, r) }) {
		return s
	}
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.Is(unicode.Zs, r) }), " ")
}

// unfit finds what no column may hold: what a terminal or a spreadsheet would act on, and the number of a person, which has
// no business here and would stay for ever.
func unfit(column, s string) *Problem {
	switch {
	case !utf8.ValidString(s):
		return problem(column, "text_encoding", "alan UTF-8 değil", "the field is not UTF-8")
	case strings.ContainsFunc(s, unseen):
		return problem(column, "control_character", "alanda denetim karakteri, satır sonu ya da görünmeyen yön karakteri var", "the field holds a control character, a line end or an invisible mark of direction")
	case column != ColPhone && strings.ContainsRune("=+-@", rune(s[0])):
		return problem(column, "formula", "alan =, +, - ya da @ ile başlıyor; Excel bunu formül sayar", "the field begins with =, +, - or @, which Excel takes for a formula")
	case tckn.In(s) && identity(column, s), column != ColPhone && grouped(s):
		return problem(column, "tc_number", "alanda TC kimlik numarasına benzeyen on bir rakam var; Ek-2'ye kimlik numarası yazılmaz", "the field holds eleven digits like a TC number; Ek-2 has no place for those")
	}
	return nil
}

// identity tells whether eleven digits are taken for a number of a person: a foreign telephone or a letter may have as many,
// and only fails the check digits.
func identity(column, s string) bool {
	switch column {
	case ColPhone:
		return !strings.HasPrefix(s, "+") && tckn.Check(s).Valid()
	case ColNoticeNo:
		for _, run := range strings.FieldsFunc(s, func(r rune) bool { return r < '0' || r > '9' }) {
			if tckn.Check(run).Valid() {
				return true
			}
		}
		return false
	}
	return true
}

// grouped tells whether eleven digits with blanks between them are the number of a person: 100 000 001 46.
func grouped(s string) bool {
	if !strings.ContainsAny(s, "0123456789") {
		return false
	}
	for _, run := range strings.FieldsFunc(s, func(r rune) bool { return r != ' ' && (r < '0' || r > '9') }) {
		if tckn.Check(strings.ReplaceAll(run, " ", "")).Valid() {
			return true
		}
	}
	return false
}

// unseen tells the characters that cannot be seen and change what can (CVE-2021-42574), unassigned and private ones too.
func unseen(r rune) bool { return r != ' ' && !unicode.IsPrint(r) }

// normal gives the text of a column as it is kept.
func normal(column, s string) (string, *Problem) {
	switch column {
	case ColParty:
		if p, ok := ParseParty(s); ok {
			return string(p), nil
		}
		return "", problem(column, "party_unknown", "taraf MYK ya da ISKUR olmalı", "the party is MYK or ISKUR")
	case ColRole:
		if r, ok := ParseRole(s); ok {
			return string(r), nil
		}
		return "", problem(column, "role_unknown", "görev administrative_coordinator (idari koordinatör), technical_coordinator (teknik koordinatör) ya da authorised_person (yetkili personel) olmalı",
			"the role is administrative_coordinator, technical_coordinator or authorised_person")
	case ColGivenName, ColSurname:
		return name(column, s)
	case ColUnit, ColTitle:
		return s, long(column, s, maxText)
	case ColNoticeNo:
		return s, long(column, s, maxNotice)
	case ColPhone:
		return phone(s)
	case ColEmail:
		return email(s)
	case ColValidFrom, ColValidTo, ColNoticeDate:
		if d, ok := ParseDate(s); ok {
			return string(d), nil
		}
		return "", problem(column, "date_invalid", "geçerli bir tarih değil (örnek: 2026-11-22 ya da 22.11.2026)", "not a valid date (for example 2026-11-22 or 22.11.2026)")
	case ColLogin:
		return login(s)
	case ColScope:
		return operations(s)
	}
	return "", problem(column, "column_unknown", "böyle bir sütun yok", "there is no such column")
}

func long(column, s string, most int) *Problem {
	if utf8.RuneCountInString(s) > most {
		return problem(column, "too_long", "alan %d karakterden uzun", "the field has more than %d characters", most)
	}
	return nil
}

// name takes letters of any script with blanks, apostrophes, hyphens and dots between them.
func name(column, s string) (string, *Problem) {
	if wrong := long(column, s, maxName); wrong != nil {
		return "", wrong
	}
	s = strings.ReplaceAll(s, "’", "'")
	invalid := func() *Problem {
		if column == ColSurname {
			return problem(column, "surname_invalid", "soyadında yalnızca harf, boşluk, kesme işareti, kısa çizgi ve nokta olur", "a surname has letters, blanks, apostrophes, hyphens and dots only")
		}
		return problem(column, "name_invalid", "adda yalnızca harf, boşluk, kesme işareti, kısa çizgi ve nokta olur", "a name has letters, blanks, apostrophes, hyphens and dots only")
	}
	letters := 0
	for i, r := range s {
		switch {
		case unicode.IsLetter(r):
			letters++
		case i > 0 && (strings.ContainsRune(" '-.", r) || unicode.IsMark(r)):
		default:
			return "", invalid()
		}
	}
	if letters == 0 {
		return "", invalid()
	}
	return s, nil
}

// phone brings a number to E.164 as people write it in Türkiye: +90, 0090 or 0 in front. What has neither plus nor zero in
// front went through a spreadsheet, which takes both away, or leaves 9,03E+11: which number that was nobody can tell.
func phone(s string) (string, *Problem) {
	invalid := func() *Problem {
		return problem(ColPhone, "phone_invalid", "telefon numarası geçersiz (örnek: +90 312 555 00 00 ya da 0312 555 00 00)", "not a valid telephone number (for example +90 312 555 00 00 or 0312 555 00 00)")
	}
	damaged := func() *Problem {
		return problem(ColPhone, "phone_damaged", "telefon numarasının başında + ya da 0 yok, hesap tablosu silmiş ya da üslü sayıya çevirmiş olabilir; +90 312 555 00 00 ya da 0312 555 00 00 gibi yazın, tabloda sütunu metin yapın",
			"the telephone number has no + or 0 in front: a spreadsheet may have taken it away, or made a power of ten of it; write it as +90 312 555 00 00 or 0312 555 00 00, and make the column text")
	}
	var digits strings.Builder
	plus, separated := false, false
	for i, r := range strings.TrimPrefix(s, "'") {
		switch {
		case r >= '0' && r <= '9':
			digits.WriteRune(r)
		case r == '+' && i == 0:
			plus = true
		case strings.ContainsRune(" ()-./\u2010\u2011\u2012\u2013", r):
			separated = separated || r != '.'
		case (r == 'E' || r == 'e' || r == ',') && digits.Len() > 0 && strings.Trim(s, "0123456789.,eE+") == "":
			return "", damaged()
		default:
			return "", invalid()
		}
	}
	d := digits.String()
	switch {
	case plus && strings.HasPrefix(d, "900") && len(d) == 13: // +90 (0312) 555 00 00
		d = "90" + d[3:]
	case plus:
	case strings.HasPrefix(d, "00"):
		d = d[2:]
	case strings.HasPrefix(d, "0") && len(d) == 11:
		d = "90" + d[1:]
	case !strings.HasPrefix(d, "0") && len(d) >= 10 && !separated:
		return "", damaged()
	default:
		return "", invalid()
	}
	if len(d) < 8 || len(d) > 15 || d[0] == '0' || strings.HasPrefix(d, "90") && (len(d) != 12 || d[2] < '2') {
		return "", invalid()
	}
	return "+" + d, nil
}

// email takes one bare address of ASCII characters: a dot-atom (RFC 5322, 3.2.3) and a domain of labels (RFC 1123, 2.1),
// which is kept in lower case. Quoted local parts and addresses of machines in brackets are no addresses of an institution.
func email(s string) (string, *Problem) {
	invalid := func() *Problem {
		return problem(ColEmail, "email_invalid", "e-posta adresi geçersiz (örnek: ad.soyad@iskur.gov.tr)", "not a valid e-mail address (for example ad.soyad@iskur.gov.tr)")
	}
	local, domain, _ := strings.Cut(s, "@")
	domain = asciiLower(domain)
	if len(s) > maxEmail || len(local) > maxLocal || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`"(),:;<>[\]`, r) }) {
		return "", invalid()
	}
	if strings.HasPrefix(local, ".") || strings.HasSuffix(local, ".") || strings.Contains(local, "..") || local == "" {
		return "", invalid()
	}
	labels := strings.Split(domain, ".")
	if len(labels) < 2 || strings.Trim(labels[len(labels)-1], "0123456789") == "" {
		return "", invalid()
	}
	for _, l := range labels {
		if l == "" || len(l) > 63 || l[0] == '-' || l[len(l)-1] == '-' || strings.Trim(l, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			return "", invalid()
		}
	}
	return local + "@" + domain, nil
}

// asciiLower is for what is compared by the rules of machines, not of a language.
func asciiLower(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}, s)
}

// login takes the names of operating systems: those of POSIX, of a domain (DOMAIN\user) and of a realm (user@realm).
func login(s string) (string, *Problem) {
	user := s
	if domain, rest, found := strings.Cut(s, `\`); found {
		user = rest
		if domain == "" || strings.ContainsFunc(domain, strange) {
			user = ""
		}
	}
	if user == "" || len(s) > maxLogin || user[0] == '.' || strings.ContainsFunc(strings.TrimSuffix(user, "$"), strange) {
		return "", problem(ColLogin, "login_invalid", `işletim sistemi kullanıcı adı geçersiz (örnek: ayilmaz ya da ISKUR\ayilmaz)`, `not a valid name of an operating-system user (for example ayilmaz or ISKUR\ayilmaz)`)
	}
	return s, nil
}

func strange(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("_.-@", r)
}

// operations takes names of methods with blanks between, and gives them in the protocol's order, each once.
func operations(s string) (string, *Problem) {
	var asked, scope []audit.Method
	for name := range strings.FieldsSeq(s) {
		if !slices.Contains(audit.Methods(), audit.Method(name)) {
			return "", problem(ColScope, "scope_unknown", "işlem adı bilinmiyor; adlar: %s", "the operation is not known; they are: %s", scopeText(audit.Methods()))
		}
		asked = append(asked, audit.Method(name))
	}
	for _, m := range audit.Methods() {
		if slices.Contains(asked, m) {
			scope = append(scope, m)
		}
	}
	return scopeText(scope), nil
}
