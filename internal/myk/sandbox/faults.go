package sandbox

import (
	"slices"

	"iskurctl/internal/i18n"
)

// The operations that a rule looks at when it does not look at all of them. Read only.
var (
	ranged = []operation{byRange}
	dated  = []operation{byNumber, byRange}
	asked  = []operation{byNumber}
)

func key(name string, kind keyType, standard string) ruleKey {
	return ruleKey{name: name, standard: standard, kind: kind}
}

func choice(name string, oneOf ...string) ruleKey {
	return ruleKey{name: name, standard: oneOf[0], oneOf: oneOf}
}

// ruleKinds gives every rule there is. Rules that spoil a record lend one to an answer that has none; rules that change
// nothing for a correct client leave such an answer alone.
func ruleKinds() []ruleKind {
	return slices.Concat(replyKinds(), documentKinds(), recordKinds(), rangeKinds(), wireKinds())
}

// replyKinds answer with something that is not the document at all.
func replyKinds() []ruleKind {
	return []ruleKind{
		{name: "html200", text: i18n.T("200 ile HTML giriş sayfası", "an HTML login page under status 200"), act: actHTML},
		{name: "empty200", text: i18n.T("200 ile boş gövde", "an empty body under status 200"), act: actBody("")},
		{name: "status204", text: i18n.T("204, gövdesiz", "status 204, no body"), act: actNoContent},
		{name: "null", text: i18n.T("gövde yalnız null", "the body is null"), act: actBody("null")},
		{name: "error_object", text: i18n.T("200 ile başka biçimde bir hata nesnesi",
			"an error object of another shape under status 200"), act: actBody(`{"hata":"yetkisiz"}`)},
		{name: "bare_array", text: i18n.T("zarfsız, çıplak kayıt dizisi",
			"a bare array of records without the envelope"), act: actBareArray},
		{name: "wrong_content_type", text: i18n.T("doğru gövde, yanlış Content-Type",
			"the right body under a wrong Content-Type"), keys: []ruleKey{key("type", keyText, "text/plain; charset=utf-8")}, act: actContentType},
		{name: "wrong_charset", text: i18n.T("gövde windows-1254 ile yazılır ve öyle bildirilir",
			"the body is written in windows-1254, and says so"), act: actCharset},
		{name: "gzip", text: i18n.T("istenmeden sıkıştırılmış gövde (Content-Encoding: gzip)",
			"a compressed body that nobody asked for (Content-Encoding: gzip)"), act: actGzip},
		{name: "redirect", text: i18n.T("yönlendirme; izleyen istemci yeniden istek göndermiş olur",
			"a redirect; a client that follows it sends another request"),
			keys: []ruleKey{key("code", keyStatus, "307"), key("to", keyText, "")}, act: actRedirect},
		{name: "status", text: i18n.T("başka bir HTTP durumu; retry_after: saniye ya da başlığa yazılacak metin, retry_date: şimdiden uzaklığı (HTTP tarihi olarak), size: gövdeye eklenecek boşluk",
			"another HTTP status; retry_after: seconds or the header's text, retry_date: distance from now (written as an HTTP date), size: blanks added to the body"),
			keys: []ruleKey{key("code", keyStatus, "503"), key("retry_after", keyText, ""), key("retry_date", keyDuration, ""), choice("body", "json", "html", "empty"), key("size", keySize, "0")}, act: actStatus},
		{name: "clock_skew", text: i18n.T("Date başlığı kaymış, yanıt doğru",
			"the Date header is off, the answer is right"), keys: []ruleKey{key("by", keyDuration, "10m")}, harmless: true, act: actClockSkew},
		{name: "slow", text: i18n.T("bekler, sonra doğru yanıtı verir",
			"waits, then answers rightly"), keys: []ruleKey{key("delay", keyDuration, "2s")}, harmless: true, act: actSlow},
		{name: "drip", text: i18n.T("gövdeyi her beklemede bir bayt olarak verir",
			"gives the body one byte per delay"), keys: []ruleKey{key("delay", keyDuration, "200ms")}, act: actDrip},
		{name: "hang", text: i18n.T("isteği alır, hiç yanıt vermez", "takes the request and never answers"), act: actHang},
		{name: "oversize", text: i18n.T("bitmek bilmeyen gövde; fill=rows kayıtla, short olabilecek en kısa kayıtla, text tek bir metinle doldurur",
			"a body without end; fill=rows fills it with records, short with the shortest possible ones, text with one text"),
			keys: []ruleKey{key("size", keySize, "2GiB"), choice("fill", "text", "rows", "short")}, act: actOversize},
	}
}

// documentKinds change the envelope or the text around it.
func documentKinds() []ruleKind {
	return []ruleKind{
		{name: "wrong_person", text: i18n.T("başka bir numaranın yanıtı", "the answer for another number"), ops: asked, act: actWrongPerson},
		{name: "count_mismatch", text: i18n.T("KAYIT_SAYISI gelen kayıttan bir fazla",
			"KAYIT_SAYISI is one more than the records"), act: actDocument(func(x *exchange) { x.doc.count++ })},
		{name: "negative_count", text: i18n.T("KAYIT_SAYISI eksi bir",
			"KAYIT_SAYISI is minus one"), act: actDocument(func(x *exchange) { x.doc.count = -1 })},
		{name: "count_text", text: i18n.T("KAYIT_SAYISI sayı değil metin",
			"KAYIT_SAYISI is a text instead of a number"), act: actDocument(func(x *exchange) { x.replace(false, "KAYIT_SAYISI", `"1"`) })},
		{name: "result_code", text: i18n.T("servisin kendi hata kodu (SONUC_KODU), kayıtsız",
			"the service's own error (SONUC_KODU), without records"),
			keys: []ruleKey{key("code", keyText, "7"), key("text", keyText, "servis geçici olarak kullanılamıyor")}, act: actResultCode},
		{name: "trailing_junk", text: i18n.T("belgeden sonra fazladan bayt",
			"bytes after the document"), act: actBytes(func(b []byte) []byte { return append(b, "\n<!-- son -->"...) })},
		{name: "two_documents", text: i18n.T("arka arkaya iki belge",
			"two documents one after the other"), act: actBytes(func(b []byte) []byte { return append(b, b...) })},
		{name: "bom", text: i18n.T("belgenin başında U+FEFF",
			"U+FEFF before the document"), harmless: true, act: actBytes(func(b []byte) []byte { return append([]byte("\ufeff"), b...) })},
		{name: "deep_nesting", text: i18n.T("bilinmeyen alanda iç içe diziler",
			"arrays inside arrays in an unknown field"), keys: []ruleKey{key("depth", keyCount, "10000")}, act: actDeepNesting},
		{name: "many_unknown_fields", text: i18n.T("çok sayıda bilinmeyen alan",
			"very many unknown fields"), keys: []ruleKey{key("count", keyCount, "1000")}, act: actManyUnknown},
		{name: "extra_field", text: i18n.T("zarfta ve ilk kayıtta birer yeni alan",
			"one new field in the envelope and one in the first record"), harmless: true, act: actExtraField},
	}
}

// recordKinds spoil one value; field= names it, in a record or in the envelope.
func recordKinds() []ruleKind {
	field := []ruleKey{key("field", keyField, "")} // empty: BELGE_DURUMU, in the catalogue YETERLILIK_KODU
	dateKeys := []ruleKey{key("field", keyField, "GECERLILIK_TARIHI"), key("value", keyText, "30.02.2023")}
	return []ruleKind{
		{name: "duplicate_key", text: i18n.T("aynı alan iki kez, ikinci kez boş",
			"one field twice, empty the second time"), keys: field, act: actField(duplicateKey)},
		{name: "case_key", text: i18n.T("alan adı küçük harfle", "a field's name in lower case"), keys: field, act: actField(caseKey)},
		{name: "missing_field", text: i18n.T("bir alan eksik",
			"a field is missing"), keys: field, act: actField(func(dst []byte, _ string, _ []byte) []byte { return dst })},
		{name: "null_value", text: i18n.T("bir alanda null", "null in a field"), keys: field, act: actField(constant("null"))},
		{name: "object_value", text: i18n.T("bir alanda metin yerine nesne",
			"an object in place of a text"), keys: field, act: actField(constant(`{"deger":"1"}`))},
		{name: "bad_date", text: i18n.T("olmayan bir tarih", "a date that does not exist"), keys: dateKeys, ops: dated, act: actValue},
		{name: "bad_level", text: i18n.T("1–8 dışında bir seviye",
			"a level outside 1–8"), keys: []ruleKey{key("field", keyField, "YETERLILIK_SEVIYESI"), key("value", keyText, "9")}, act: actValue},
		{name: "bad_utf8", text: i18n.T("UTF-8 denen gövdede windows-1254 baytları",
			"windows-1254 bytes in a body that says UTF-8"), act: actName("Al\xe7\xfd Levha Uygulay\xfdc\xfds\xfd")},
		{name: "lone_surrogate", text: i18n.T("yeterlilik adında eşsiz vekil kaçışı (\\ud83d)",
			"a lone surrogate escape (\\ud83d) in a name"), act: actName(`Alçı \ud83d Uygulayıcısı`)},
		{name: "nul_char", text: i18n.T("yeterlilik adında U+0000", "U+0000 in a name"), act: actName(`Alçı\u0000 Levha`)},
		{name: "replacement_char", text: i18n.T("yeterlilik adında U+FFFD",
			"U+FFFD in a name"), harmless: true, act: actHarmlessName("Al\ufffd\ufffd Levha Uygulayıcısı")},
		{name: "escape_text", text: i18n.T("yeterlilik adında ESC, C1, yön ve sıfır genişlik karakterleri",
			"ESC, C1, bidirectional and zero-width characters in a name"),
			harmless: true, act: actHarmlessName(`Alçı\u001b[31m` + "\u009b32m \u202eahveL\u202c \u200bUygulayıcısı" + `\r\n`)},
		{name: "formula_text", text: i18n.T("tablo programında formül sayılacak yeterlilik adı",
			"a name that a spreadsheet would run as a formula"), harmless: true, act: actHarmlessName(`=cmd|'/C echo sandbox'!A1`)},
	}
}

// rangeKinds break the rules of paging.
func rangeKinds() []ruleKind {
	return []ruleKind{
		{name: "out_of_range", text: i18n.T("aralıktan bir gün önce düzenlenmiş kayıt",
			"a record issued one day before the range"), ops: ranged, act: actOutOfRange},
		{name: "stuck_cursor", text: i18n.T("ilerlemeyen imleç: SONRAKI_SAYFA sorulanla aynı",
			"a cursor that does not move: SONRAKI_SAYFA is the one asked for"), ops: ranged, act: actStuckCursor},
		{name: "empty_page_with_cursor", text: i18n.T("boş sayfa ama sonraki sayfa var",
			"an empty page that names a next one"), ops: ranged, act: actEmptyPage},
		{name: "long_cursor", text: i18n.T("çok uzun imleç",
			"a very long cursor"), keys: []ruleKey{key("size", keySize, "2KiB")}, ops: ranged, act: actLongCursor},
		{name: "row_without_person", text: i18n.T("KIMLIK_NO alanı yok, boş ya da hatalı kayıt",
			"a record whose KIMLIK_NO is missing, empty or invalid"),
			keys: []ruleKey{choice("mode", "missing", "empty", "invalid")}, ops: ranged, act: actRowWithoutPerson},
		{name: "repeated_row", text: i18n.T("ilk kayıt sayfada iki kez",
			"the first record twice on the page"), ops: ranged, harmless: true, act: actRepeatedRow},
	}
}

// wireKinds break HTTP or the connection.
func wireKinds() []ruleKind {
	return []ruleKind{
		{name: "cut", text: i18n.T("Content-Length gövdeden uzun, bağlantı ortada kapanır",
			"Content-Length is longer than the body, the connection closes half-way"), act: actCut},
		{name: "cut_chunked", text: i18n.T("parçalı (chunked) gövde son parçadan önce kesilir",
			"a chunked body ends before its last chunk"), act: actCutChunked},
		{name: "http10_cut", text: i18n.T("uzunluğu bildirilmeyen HTTP/1.0 gövdesi ortada kesilir",
			"an HTTP/1.0 body without a length ends half-way"), act: actHTTP10Cut},
		{name: "drop", text: i18n.T("tek bayt vermeden bağlantıyı kapatır", "closes the connection before any byte"), act: actDrop},
		{name: "reset", text: i18n.T("gövdenin ortasında (at=start: başında) bağlantıyı RST ile keser",
			"resets the connection in mid-body (at=start: before any byte)"),
			keys: []ruleKey{choice("at", "body", "start"), key("delay", keyDuration, "20ms")}, act: actReset},
		{name: "garbage", text: i18n.T("HTTP olmayan baytlar", "bytes that are not HTTP"), act: actGarbage},
		{name: "two_lengths", text: i18n.T("birbirini tutmayan iki Content-Length", "two Content-Lengths that disagree"), act: actTwoLengths},
		{name: "big_header", text: i18n.T("çok büyük başlık",
			"a very large header"), keys: []ruleKey{key("size", keySize, "20MiB")}, act: actBigHeader},
		{name: "close_after", text: i18n.T("tam yanıttan sonra bağlantıyı haber vermeden kapatır",
			"closes the connection after a whole answer without saying so"), harmless: true, act: actCloseAfter},
	}
}
