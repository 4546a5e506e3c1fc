package event

import (
	"net/netip"
	"slices"
	"time"

	"iskurctl/internal/i18n"
	"iskurctl/internal/tckn"
)

// future is how far a time may lie ahead of the clock: two machines never agree wholly.
const future = 5 * time.Minute

// Check examines one event alone, as of now, and gives the first thing that is wrong with it, in the order of the CSV
// header; nil says that nothing is. What it may do among others is left to Follow.
//
// The rules are those of the command line's contract: act, event, time, session, channel, text and subject.tc must be
// there, and items of a consent given (KVKK m.3/1-a: a consent is for a specific matter); vocabularies; times of this
// century, at most five minutes ahead, the receipt not before the act. What looks like a TC number, check digits or not,
// may not stand in ui: an entry keeps that in clear for ever, beyond the reach of an erasure (KVKK m.7).
func Check(e *Event, now time.Time) *Problem {
	for _, part := range parts {
		if p := part(e, now); p != nil {
			return p
		}
	}
	return nil
}

var parts = [...]func(*Event, time.Time) *Problem{checkIDs, checkAct, checkTimes, checkText, checkItems, checkNumber, checkNames, checkPerson, checkEvidence}

func checkIDs(e *Event, _ time.Time) *Problem {
	if _, ok := ParseUUID(e.ID); !ok && e.ID != "" {
		return badUUID(fieldID, e.ID)
	}
	if e.Session == "" {
		return missing(fieldSession)
	}
	if _, ok := ParseUUID(e.Session); !ok {
		return badUUID(fieldSession, e.Session)
	}
	return nil
}

func checkAct(e *Event, _ time.Time) *Problem {
	if e.Act == "" {
		return missing(fieldAct)
	}
	steps := Steps(e.Act)
	if steps == nil {
		return oneOf(fieldAct, string(e.Act), Acts())
	}
	if e.Step == "" {
		return missing(fieldEvent)
	}
	if !slices.Contains(steps, e.Step) {
		return oneOf(fieldEvent, string(e.Step), steps)
	}
	return nil
}

func checkTimes(e *Event, now time.Time) *Problem {
	latest := now.Add(future)
	switch {
	case e.Time.IsZero():
		return missing(fieldTime)
	case e.Time.Before(earliest):
		return tooEarly(fieldTime)
	case e.Time.After(latest):
		return inFuture(fieldTime)
	case e.Received.IsZero():
	case e.Received.Before(e.Time):
		return problem(CodeReceivedBeforeTime, fieldReceived, i18n.T("alınma zamanı olayın zamanından önce; ikisini de denetleyin, bilinmiyorsa received alanını boş bırakın",
			"the time of receipt lies before the time of the event; check both, and leave received out when it is not known"))
	case e.Received.After(latest):
		return inFuture(fieldReceived)
	}
	return nil
}

func inFuture(f field) *Problem {
	return problem(CodeTimeFuture, f, i18n.T("zaman beş dakikadan fazla ileride; kaydı üreten sistemin saatini ve saat dilimini denetleyin (zaman UTC olmalıdır)",
		"the time lies more than five minutes ahead; check the clock and the time zone of the system that wrote the row (times are UTC)"))
}

func checkText(e *Event, _ time.Time) *Problem {
	if e.Channel == "" {
		return missing(fieldChannel)
	}
	if channels := Channels(); !slices.Contains(channels, e.Channel) {
		return oneOf(fieldChannel, e.Channel, channels)
	}
	if e.Text == "" {
		return missing(fieldText)
	}
	if p := checkWords(fieldText, e.Text, textLimit); p != nil {
		return p
	}
	if len(e.Text) == 64 && isHex(e.Text) && !lowerCase(e.Text) {
		return problem(CodeFieldInvalid, fieldText, i18n.T("SHA-256 özeti küçük harfle yazılır", "a SHA-256 is written in lower case"))
	}
	if languages := Languages(); e.Language != "" && !slices.Contains(languages, e.Language) {
		return oneOf(fieldLanguage, e.Language, languages)
	}
	return nil
}

// lowerCase reports whether hexadecimal digits are.
func lowerCase(s string) bool {
	for i := range len(s) {
		if nibbles[s[i]] > 15 {
			return false
		}
	}
	return true
}

func checkItems(e *Event, _ time.Time) *Problem {
	switch {
	case e.Act != Consent && len(e.Items) > 0:
		return problem(CodeFieldInvalid, fieldItems, i18n.T("veri grupları (items) yalnızca açık rızada (act: consent) yazılır; alanı boş bırakın", "items belong to a consent only; leave them out"))
	case e.Step == Given && len(e.Items) == 0:
		return missing(fieldItems)
	}
	for i, item := range e.Items {
		if items := Items(); !slices.Contains(items, item) {
			return oneOf(fieldItems, item, items)
		}
		if slices.Contains(e.Items[:i], item) {
			return problem(CodeFieldInvalid, fieldItems, i18n.T("aynı veri grubu iki kez yazılmış; birini silin", "an item stands there twice; delete one"))
		}
	}
	return nil
}

func checkNumber(e *Event, _ time.Time) *Problem {
	tc := e.Subject.TC
	if tc == "" {
		return missing(fieldTC)
	}
	result := tckn.Check(tc).Strict()
	if result.Valid() {
		return nil
	}
	text := i18n.T("TC kimlik numarası denetim basamaklarına uymuyor; belgeyle karşılaştırın", "the TC number fails its check digits; compare it with the document")
	switch {
	case result.Reason == tckn.ReasonPlaceholder: // everybody for whom a form has it would become one person
		text = i18n.T("bu bir yer tutucudur (aynı rakamın dokuz kez yinelenmesi), kimsenin numarası değildir; kişinin kendi numarasını yazın",
			"this is a placeholder (one digit nine times over), nobody's number; write the person's own")
	case scientific(tc):
		text = i18n.T("Excel numarayı bilimsel gösterime çevirmiş (1E+10 gibi), basamaklar kaybolmuş; sütunu \"Metin\" yapıp numaraları kaynağından yeniden aktarın",
			"Excel turned the number into scientific notation (such as 1E+10) and digits are lost; make the column \"Text\" and export the numbers again from their source")
	case result.Reason == tckn.ReasonNonDigit:
		text = i18n.T("TC kimlik numarası yalnızca on bir rakamdan oluşur; boşluk, nokta, virgül, tırnak ve \".0\" olmamalıdır", "a TC number is eleven digits and nothing else: no blank, dot, comma, quote or \".0\"")
	case result.Reason == tckn.ReasonLength, result.Reason == tckn.ReasonLeadingZero:
		text = i18n.T("TC kimlik numarası on bir rakamdır ve 0 ile başlamaz; eksik ya da fazla rakamı düzeltin", "a TC number has eleven digits and does not begin with 0; correct the digits that are missing or too many")
	}
	return unlessUnreadable(fieldTC, tc, problem(CodeTCInvalid, fieldTC, text))
}

// scientific reports whether s is a number as spreadsheets shorten it: 1E+10, 1,00E+10, 9.05321e11.
func scientific(s string) bool {
	digits, exponent := 0, false
	for _, r := range s {
		switch {
		case '0' <= r && r <= '9':
			digits++
		case (r == 'E' || r == 'e') && !exponent && digits > 0:
			exponent = true
		case r != '.' && r != ',' && r != '+' && r != '-':
			return false
		}
	}
	return exponent
}

func checkNames(e *Event, _ time.Time) *Problem {
	for _, v := range [...]struct {
		field field
		value string
		limit int
	}{
		{fieldUI, e.UI, uiLimit}, {fieldGivenName, e.Subject.GivenName, nameLimit}, {fieldSurname, e.Subject.Surname, nameLimit},
		{fieldFatherName, e.Subject.FatherName, nameLimit},
	} {
		if v.value == "" {
			continue
		}
		if p := checkWords(v.field, v.value, v.limit); p != nil {
			return p
		}
		if formula(v.value) {
			return problem(CodeFormula, v.field, i18n.T("değer =, +, - ya da @ ile başlıyor, tablo programları bunu formül sayar; baştaki işareti kaldırın",
				"the value begins with =, +, - or @, which spreadsheets take for a formula; take the sign away"))
		}
		if v.field == fieldUI && tckn.In(v.value) {
			return problem(CodeTCInText, v.field, i18n.T("değerde TC kimlik numarasına benzeyen on bir rakam var; bu alan günlükte açık durur ve silinemez: numarayı çıkarın",
				"the value holds eleven digits like a TC number; this value stands in the log in clear and can never be erased: take the number out"))
		}
	}
	return nil
}

func checkPerson(e *Event, now time.Time) *Problem {
	s := &e.Subject
	if s.BirthDate != "" {
		day, err := Day(s.BirthDate)
		if err != nil {
			return invalid(fieldBirthDate, s.BirthDate, i18n.T("gerçek bir günü yıl-ay-gün olarak yazın: 1990-01-31; Excel değiştirdiyse sütunu \"Metin\" yapın",
				"write a day of the calendar as year-month-day: 1990-01-31; if Excel has changed it, make the column \"Text\""))
		}
		if day.Before(firstBirth) || day.AddDate(0, 0, 1).After(now) {
			return problem(CodeFieldInvalid, fieldBirthDate, i18n.T("doğum tarihi geçmişte bir gün olmalıdır; yılı denetleyin", "a birth date lies in the past; check the year"))
		}
	}
	if s.Phone != "" && !e164(s.Phone) {
		return invalid(fieldPhone, s.Phone, i18n.T("telefonu + ve ülke koduyla, boşluksuz yazın: +905321234567; Excel değiştirdiyse sütunu \"Metin\" yapın",
			"write the phone with + and the country's code, without blanks: +905321234567; if Excel has changed it, make the column \"Text\""))
	}
	if preferences := Preferences(); e.ContactPreference != "" && !slices.Contains(preferences, e.ContactPreference) {
		return oneOf(fieldPreference, e.ContactPreference, preferences)
	}
	return nil
}

// firstBirth: nobody who was born before could have met the portal; such a year is a slip (0990) or a spreadsheet's zero.
var firstBirth = time.Date(1850, 1, 1, 0, 0, 0, 0, istanbul)

// e164 reports whether s is a number as ITU-T E.164 has it: + and at most fifteen digits, the first not 0. None that is in
// use has fewer than seven.
func e164(s string) bool {
	if len(s) < 8 || len(s) > 16 || s[0] != '+' || s[1] == '0' {
		return false
	}
	for i := 1; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

func checkEvidence(e *Event, _ time.Time) *Problem {
	if e.IP == "" {
		return nil
	}
	if ip, err := netip.ParseAddr(e.IP); err != nil || ip.Zone() != "" {
		return invalid(fieldIP, e.IP, i18n.T("IP adresi değil; portsuz, ağ maskesiz ve arayüzsüz yazın: 192.0.2.1 ya da 2001:db8::1",
			"it is not an IP address; write it without port, mask and interface: 192.0.2.1 or 2001:db8::1"))
	}
	return nil
}
