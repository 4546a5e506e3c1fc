package document

import (
	"strings"
	"time"

	"iskurctl/internal/audit"
	"iskurctl/internal/i18n"
	"iskurctl/internal/registry"
)

// protocol is the protocol by its name.
var protocol = i18n.T("Mesleki Yeterlilik Kurumu ile Türkiye İş Kurumu Genel Müdürlüğü Arasında Veri Paylaşımına İlişkin Protokol",
	"Protocol on data sharing between the Vocational Qualifications Authority (MYK) and the Turkish Employment Agency (İŞKUR)")

// formName is the name of Ek-2.
var formName = i18n.T("Yetki ve İrtibat Bilgi Formu", "Authorisation and Contact Form")

// partyName is the party as the protocol names it.
func partyName(p registry.Party) i18n.Text {
	switch p {
	case registry.MYK:
		return i18n.T("Mesleki Yeterlilik Kurumu", "Vocational Qualifications Authority (MYK)")
	case registry.ISKUR:
		return i18n.T("Türkiye İş Kurumu Genel Müdürlüğü", "Turkish Employment Agency (İŞKUR)")
	}
	return i18n.T(string(p), string(p))
}

// letterhead is the party at the head of its letters, addressee at the head of letters to it.
func letterhead(p registry.Party) i18n.Text {
	if p == registry.MYK {
		return i18n.T("MESLEKİ YETERLİLİK KURUMU BAŞKANLIĞI", "VOCATIONAL QUALIFICATIONS AUTHORITY (MYK)")
	}
	return i18n.T("TÜRKİYE İŞ KURUMU GENEL MÜDÜRLÜĞÜ", "TURKISH EMPLOYMENT AGENCY (İŞKUR)")
}

func addressee(p registry.Party) i18n.Text {
	if p == registry.MYK {
		return i18n.T("MESLEKİ YETERLİLİK KURUMU BAŞKANLIĞINA", "To the VOCATIONAL QUALIFICATIONS AUTHORITY (MYK)")
	}
	return i18n.T("TÜRKİYE İŞ KURUMU GENEL MÜDÜRLÜĞÜNE", "To the TURKISH EMPLOYMENT AGENCY (İŞKUR)")
}

// other is the party that a letter goes to.
func other(p registry.Party) registry.Party {
	if p == registry.MYK {
		return registry.ISKUR
	}
	return registry.MYK
}

// roleName is the role as the head of a column or the beginning of a line.
func roleName(r registry.Role) i18n.Text {
	switch r {
	case registry.AdministrativeCoordinator:
		return i18n.T("İdari koordinatör", "Administrative coordinator")
	case registry.TechnicalCoordinator:
		return i18n.T("Teknik koordinatör", "Technical coordinator")
	case registry.AuthorisedPerson:
		return i18n.T("Yetkili personel", "Authorised person")
	}
	return r.Name()
}

// operation is a method of the service as people call it.
func operation(m audit.Method) i18n.Text {
	switch m {
	case audit.ByNumber:
		return i18n.T("TC kimlik numarasıyla sorgulama", "query by identity number")
	case audit.ByRange:
		return i18n.T("tarih aralığıyla sorgulama", "query by dates")
	case audit.Parameters:
		return i18n.T("yeterlilik listesi", "list of qualifications")
	}
	return i18n.T(string(m), string(m))
}

// operations is what somebody may ask for.
func operations(scope []audit.Method) i18n.Text {
	if len(scope) == 0 {
		return i18n.T("tüm sorgular", "all queries")
	}
	texts := make([]i18n.Text, len(scope))
	for i, m := range scope {
		texts[i] = operation(m)
	}
	return i18n.Join(", ", texts...)
}

// day is a date as people write it: 22.11.2026, 22 November 2026.
func day(d registry.Date) i18n.Text {
	t, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return i18n.T(plain(string(d)), plain(string(d)))
	}
	return i18n.T(t.Format("02.01.2006"), t.Format("2 January 2006"))
}

// term is from when to when somebody is in a role.
func term(p registry.Person) i18n.Text {
	switch {
	case p.ValidFrom == "" && p.ValidTo == "":
		return i18n.Text{}
	case p.ValidTo == "":
		return i18n.Tf("%s tarihinden itibaren", "since %s", day(p.ValidFrom))
	}
	return i18n.Join(" – ", day(p.ValidFrom), day(p.ValidTo))
}

// phone groups the digits of a Turkish number; another stays as it is.
func phone(e164 string) string {
	s := plain(e164)
	if digits, ok := strings.CutPrefix(s, "+90"); ok && len(digits) == 10 {
		return strings.Join([]string{"+90", digits[:3], digits[3:6], digits[6:8], digits[8:]}, " ")
	}
	return s
}

// pageWord comes before the number of a page.
func pageWord(l i18n.Lang) string { return i18n.T("Sayfa", "Page").In(l) }

// lines puts what is there of some texts one below the other.
func lines(texts ...string) string {
	var out []string
	for _, t := range texts {
		if t != "" {
			out = append(out, t)
		}
	}
	return strings.Join(out, "\n")
}
