package event

import "iskurctl/internal/i18n"

// Meaning says what a code of a problem means, and what to do, to who reads a list of bad rows without the program.
type Meaning struct {
	Code string
	Text i18n.Text
}

// Meanings gives every code once, in the order of Codes.
func Meanings() []Meaning {
	list := make([]Meaning, 0, len(meanings))
	for _, code := range Codes() {
		list = append(list, Meaning{code, meanings[code]})
	}
	return list
}

var meanings = map[string]i18n.Text{
	CodeSyntax:             i18n.T("satır, JSON nesnesi ya da CSV satırı olarak okunamıyor", "the line cannot be read as a JSON object or a row of CSV"),
	CodeEncoding:           i18n.T("okunamayan karakter var; dosyayı UTF-8 olarak kaydedin", "characters that cannot be read; save the file as UTF-8"),
	CodeUnknownField:       i18n.T("bilinmeyen bir alan var ya da alan yanlış nesnenin içinde", "a field that is not known, or one inside the wrong object"),
	CodeDuplicateField:     i18n.T("aynı alan iki kez yazılmış", "the same field twice"),
	CodeFieldMissing:       i18n.T("zorunlu alan boş", "a required value is missing"),
	CodeFieldInvalid:       i18n.T("değer bu alanın alabileceği değerlerden değil", "the value is none that the field takes"),
	CodeFieldTooLong:       i18n.T("değer çok uzun", "the value is too long"),
	CodeControlCharacter:   i18n.T("gözle görülmeyen bir denetim karakteri var; silin", "a control character that does not show; delete it"),
	CodeFormula:            i18n.T("değer =, +, - ya da @ ile başlıyor: tablo programları formül sayar", "the value begins with =, +, - or @: spreadsheets take it for a formula"),
	CodeTCInvalid:          i18n.T("TC kimlik numarası geçersiz ya da yer tutucu (iskurctl tc validate)", "the TC number is not valid, or a placeholder (iskurctl tc validate)"),
	CodeTCInText:           i18n.T("düğme metninde (ui) TC kimlik numarasına benzeyen rakamlar var; çıkarın", "digits like a TC number in the text of the button (ui); take them out"),
	CodeTimeInvalid:        i18n.T("zaman 2026-11-22T10:11:12.123Z biçiminde değil ya da 2000 yılından önce", "the time is not written as 2026-11-22T10:11:12.123Z, or lies before 2000"),
	CodeTimeFuture:         i18n.T("zaman beş dakikadan fazla ileride; saat dilimi UTC olmalıdır", "the time is more than five minutes ahead; it must be UTC"),
	CodeReceivedBeforeTime: i18n.T("kuruma ulaştığı zaman, işlemin zamanından önce", "it was received before it was done"),
	CodeTextUnknown:        i18n.T("metin kayıtlı değil; önce iskurctl consent text add", "the text is not registered; first iskurctl consent text add"),
	CodeTextKind:           i18n.T("metin başka türden: rızaya aydınlatma metni yazılmış gibi", "the text is of another kind: a notice named for a consent, say"),
	CodeTextLanguage:       i18n.T("metnin dili, language alanındaki dil değil", "the language of the text is not the one in language"),
	CodeTextNotInForce:     i18n.T("metin o gün henüz yürürlükte değildi", "the text was not yet in force that day"),
	CodeNoticeMissing:      i18n.T("bu oturumda rızadan önce aydınlatma yok; aydınlatmanın satırı öne gelmeli, alınamadıysa o düzeltilmeli", "no notice before the consent in this session; its row must come first, and be good"),
	CodeConsentStands:      i18n.T("kişinin aynı ya da daha yeni bir metne verdiği rıza sürüyor", "the person's consent to this text, or a newer one, stands"),
	CodeNoConsent:          i18n.T("geri alınacak bir rıza yok; rızanın satırı öne gelmeli, alınamadıysa o düzeltilmeli", "there is no consent to withdraw; its row must come first, and be good"),
	CodeTextDiffers:        i18n.T("geri alınan rıza başka bir metne verilmişti", "the consent that is withdrawn was given to another text"),
	CodeTimeOrder:          i18n.T("kişinin kayıtlı son rıza olayı bundan daha yeni; eski satırlar önce gelmeli", "the person's last consent event on record is more recent; older rows come first"),
	CodeIDDiffers:          i18n.T("bu id ile başka içerikte bir olay kayıtlı", "an event with this id and other content is recorded"),
	CodeIDErased:           i18n.T("bu id ile kayıtlı olay silinmiş; yeniden alınmaz", "the event with this id was erased; it is not taken again"),
}
