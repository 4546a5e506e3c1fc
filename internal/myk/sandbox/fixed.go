package sandbox

import (
	"strings"

	"iskurctl/internal/i18n"
	"iskurctl/internal/tckn"
)

// firstPrefix is the first nine digits of the first fixed person, 10000000146; each next one has the next prefix.
const firstPrefix = 100000001

// fixedPerson is somebody who shows one thing. Dates are absolute where they can be, and count from today only where
// the promise does (expires today, issued yesterday).
type fixedPerson struct {
	note i18n.Text
	make func(today day) []certificate
}

func fixedNumber(i int) string { return tckn.Complete(firstPrefix + i) }

// fixedCertificates gives the certificates of fixed person i with what they have in common filled in: the holder, and
// for those that name none a serial of their own.
func fixedCertificates(i int, today day) []certificate {
	list := fixedPeople[i].make(today)
	number := fixedNumber(i)
	for n := range list {
		list[n].kimlikNo = number
		if list[n].serial == 0 {
			list[n].serial = 200 + 20*i + n // below firstSerial; unique: the only person with more than 20 sets its own
		}
	}
	return list
}

// cert is a certificate of the catalogue's row `code`, issued on a day and valid for some years, the exam 13 days
// before. The body follows from the code, so that neighbours differ.
func cert(code string, issue day, years int, status string) certificate {
	q := qualificationByCode(code)
	c := certificate{qual: q, body: &bodies[int(code[7]-'0')%len(bodies)], exam: issue - 13, issue: issue, status: status}
	c.expiry = issue.plusYears(years)
	return c
}

// until is a certificate that expires on that day after five years.
func until(code string, expiry day, status string) certificate {
	c := cert(code, expiry.plusYears(-5), 5, status)
	c.expiry = expiry
	return c
}

func one(code string, issue day, status string) func(day) []certificate {
	return func(day) []certificate { return []certificate{cert(code, issue, 5, status)} }
}

// expiring is one certificate that expires that many days after today, for each number given.
func expiring(status string, days ...int) func(day) []certificate {
	return func(today day) []certificate {
		var list []certificate
		for _, n := range days {
			list = append(list, until("11UY0012-3", today+day(n), status))
		}
		return list
	}
}

// statuses is one current certificate for each text of BELGE_DURUMU.
func statuses(words ...string) func(day) []certificate {
	return func(today day) []certificate {
		var list []certificate
		for n, w := range words {
			list = append(list, until("15UY0227-3", today+day(400+n), w))
		}
		return list
	}
}

// changed is one certificate after a change that no other person needs.
func changed(code string, issue day, change func(*certificate)) func(day) []certificate {
	return func(day) []certificate {
		c := cert(code, issue, 5, statusValid)
		change(&c)
		return []certificate{c}
	}
}

// several is the person of the documentation: one certificate of each kind.
func several(today day) []certificate {
	first := cert("12UY0054-3", dayOf(2024, 3, 25), 5, statusValid)
	first.body, first.serial = &bodies[0], 123
	return []certificate{
		first,
		until("12UY0055-3", today+60, statusValid),
		cert("11UY0024-3", dayOf(2016, 5, 30), 5, statusExpired),
		cert("11UY0023-3", dayOf(2023, 9, 4), 5, statusSuspended),
		cert("12UY0057-3", dayOf(2022, 11, 14), 5, statusCancelled),
	}
}

func forty(day) []certificate {
	list := make([]certificate, 40)
	for n := range list {
		list[n] = cert(catalogue[2*n].code, dayOf(2021, 1, 11)+day(35*n), 5, statusValid)
		list[n].serial = 100 + n
		list[n].body = &bodies[n%len(bodies)]
	}
	return list
}

func levels(day) []certificate {
	issue := dayOf(2023, 2, 6)
	return []certificate{
		cert("10UY0002-3", issue, 5, statusValid),
		cert("10UY0002-4", issue+400, 5, statusValid),
		cert("10UY0002-5", issue+800, 5, statusValid),
	}
}

func validities(day) []certificate {
	var list []certificate
	for years := 2; years <= 5; years++ {
		list = append(list, cert("13UY0172-3", dayOf(2025, 6, 16), years, statusValid))
	}
	return list
}

func renewed(day) []certificate {
	return []certificate{
		cert("12UY0048-3", dayOf(2015, 4, 20), 5, statusExpired),
		cert("12UY0048-3", dayOf(2020, 4, 6), 5, statusCancelled),
		cert("12UY0048-3", dayOf(2025, 4, 7), 5, statusValid),
	}
}

func twoRevisions(day) []certificate {
	older := cert("11UY0013-3", dayOf(2022, 3, 21), 5, statusValid)
	newer := older
	revised := *older.qual
	revised.revision = "03"
	newer.qual, newer.issue, newer.exam, newer.expiry = &revised, older.issue+700, older.exam+700, older.expiry+700
	return []certificate{older, newer}
}

func longName(c *certificate) {
	q := *c.qual
	q.name = strings.TrimSpace(strings.Repeat("Çok Uzun Adlı Yeterliliğin Şaşırtıcı İğneli Örgü Ürünleri Uygulayıcısı ", 5))
	c.qual = &q
}

// fixedPeople in the order of their numbers. New ones go to the end: the numbers of the others are in documentation
// and tests. Read only.
var fixedPeople = [...]fixedPerson{
	{i18n.T("her durumdan birer belge: geçerli, 60 gün sonra bitecek, süresi dolmuş, askıda, iptal",
		"one certificate of each kind: valid, expiring in 60 days, expired, suspended, cancelled"), several},
	{i18n.T("hiç belgesi yok", "no certificate"), func(day) []certificate { return nil }},
	{i18n.T("tek belge, geçerli", "one certificate, valid"), one("11UY0010-3", dayOf(2025, 5, 12), statusValid)},
	{i18n.T("kırk belge", "forty certificates"), forty},
	{i18n.T("süresi dolmuş", "expired"), one("11UY0011-3", dayOf(2017, 3, 6), statusExpired)},
	{i18n.T("tarihi geçmiş ama durumu hâlâ Geçerli yazan belge (süresi dolmuş sayılır)",
		"past its date while the status still says Geçerli (counts as expired)"), one("11UY0014-3", dayOf(2018, 10, 1), statusValid)},
	{i18n.T("iptal edilmiş", "cancelled"), one("11UY0016-4", dayOf(2024, 1, 15), statusCancelled)},
	{i18n.T("askıya alınmış", "suspended"), one("11UY0028-3", dayOf(2024, 6, 3), statusSuspended)},
	{i18n.T("iptal edilmiş, tarihi de geçmiş (iptal kalır)",
		"cancelled and past its date (stays cancelled)"), one("12UY0051-3", dayOf(2016, 9, 19), statusCancelled)},
	{i18n.T("askıya alınmış, tarihi de geçmiş (askıda kalır)",
		"suspended and past its date (stays suspended)"), one("12UY0056-3", dayOf(2016, 9, 26), statusSuspended)},
	{i18n.T("bugün biten belge (bugün hâlâ geçerli)", "expires today (still valid today)"), expiring(statusValid, 0)},
	{i18n.T("dün biten belge", "expired yesterday"), expiring(statusValid, -1)},
	{i18n.T("yarın biten belge", "expires tomorrow"), expiring(statusValid, 1)},
	{i18n.T("bilinmeyen durum sözcüğü: İncelemede", "unknown status word: İncelemede"), statuses("İncelemede")},
	{i18n.T("durumu boş belge", "empty status"), statuses("")},
	{i18n.T("durumu sayıyla yazılmış dört belge: 1, 2, 3, 4",
		"four certificates with numeric statuses: 1, 2, 3, 4"), statuses("1", "2", "3", "4")},
	{i18n.T("geçerlilik tarihi boş belge (durumu bilinmez)",
		"empty GECERLILIK_TARIHI (status unknown)"), changed("12UY0082-4", dayOf(2024, 2, 19), func(c *certificate) { c.expiry = noDay })},
	{i18n.T("durumu başka biçimde yazılmış dört belge: büyük harf, küçük harf, boşluklu, SÜRESİ DOLMUŞ",
		"four spellings of the status: upper case, lower case, with blanks, SÜRESİ DOLMUŞ"),
		statuses("GEÇERLİ", "geçerli", "  Geçerli ", "SÜRESİ DOLMUŞ")},
	{i18n.T("geçerli sanılabilecek bilinmeyen durumlar: Geçerli Değil, Geçersiz, 01, 5",
		"unknown statuses that look valid: Geçerli Değil, Geçersiz, 01, 5"), statuses("Geçerli Değil", "Geçersiz", "01", "5")},
	{i18n.T("aynı yeterliliğin 3, 4 ve 5. seviyeleri", "levels 3, 4 and 5 of one qualification"), levels},
	{i18n.T("bugün düzenlenmiş belge",
		"issued today"), func(today day) []certificate { return []certificate{cert("16UY0245-4", today, 5, statusValid)} }},
	{i18n.T("dün düzenlenmiş belge",
		"issued yesterday"), func(today day) []certificate { return []certificate{cert("16UY0244-4", today-1, 5, statusValid)} }},
	{i18n.T("29 Şubat'ta düzenlenmiş belge", "issued on 29 February"), one("17UY0301-4", dayOf(2024, 2, 29), statusValid)},
	{i18n.T("iki, üç, dört ve beş yıllık belgeler", "certificates for two, three, four and five years"), validities},
	{i18n.T("sınav tarihi, meslek kodu ve Europass bağlantıları boş belge",
		"empty exam date, occupation code and Europass links"),
		changed("15UY0203-4", dayOf(2025, 1, 20), func(c *certificate) { c.exam, c.bare = noDay, true })},
	{i18n.T("kuruluş adında tırnak ve & işareti olan belge",
		"a body whose name has quotation marks and an ampersand"), changed("13UY0178-3", dayOf(2024, 8, 26), func(c *certificate) { c.body = &bodies[8] })},
	{i18n.T("seviye 6 belge", "a certificate of level 6"), one("16UY0255-6", dayOf(2025, 3, 10), statusValid)},
	{i18n.T("30, 149, 150 ve 151 gün sonra biten belgeler",
		"expiring in 30, 149, 150 and 151 days"), expiring(statusValid, 30, 149, 150, 151)},
	{i18n.T("31.12.9999'a kadar geçerli belge",
		"valid until 31.12.9999"), changed("11UY0037-2", dayOf(2024, 4, 22), func(c *certificate) { c.expiry = dayOf(9999, 12, 31) })},
	{i18n.T("süresi dolmuş, iptal edilmiş ve yenilenmiş üç belge, aynı yeterlilik",
		"expired, cancelled, then renewed: three certificates of one qualification"), renewed},
	{i18n.T("aynı yeterliliğin iki revizyonu", "two revisions of one qualification"), twoRevisions},
	{i18n.T("yeterlilik adı çok uzun (350 karakterden fazla) belge",
		"a very long qualification name (over 350 characters)"), changed("11UY0036-2", dayOf(2024, 10, 7), longName)},
	{i18n.T("on yıldan eski, süresi dolmuş belge", "over ten years old, expired"), one("11UY0023-3", dayOf(2012, 7, 2), statusExpired)},
	{i18n.T("yalnız iptal ve askıda belgeler, hiçbiri geçerli değil",
		"only cancelled and suspended certificates, none valid"), func(day) []certificate {
		return []certificate{
			cert("22UY0498-3", dayOf(2024, 5, 13), 5, statusCancelled),
			cert("18UY0357-4", dayOf(2024, 5, 20), 5, statusSuspended),
		}
	}},
}
