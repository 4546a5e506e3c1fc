package myk

import (
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// violation is one broken rule of "what a reply must pass before it is believed". detail is a name of our own
// configuration or a number of ours, never anything out of the reply.
type violation struct {
	code   string
	detail string
}

func (v violation) Error() string { return v.code }

// violations holds every rule with its stable code. %s is the detail where a rule has one.
var violations = []struct {
	code string
	text i18n.Text
}{
	{"reply_status", i18n.T("beklenmeyen HTTP durumu (%s)", "unexpected HTTP status (%s)")},
	{"reply_redirect", i18n.T("servis başka bir adrese yönlendirdi (HTTP %s), izlenmedi", "the service redirected elsewhere (HTTP %s), not followed")},
	{"reply_http", i18n.T("yanıt düzgün bir HTTP yanıtı değil", "the reply is not well-formed HTTP")},
	{"reply_unsolicited", i18n.T("istek gitmeden yanıt geldi", "a reply came before the request was sent")},
	{"reply_content_type", i18n.T("yanıtın türü application/json değil", "the reply is not application/json")},
	{"reply_charset", i18n.T("yanıtın karakter kodlaması UTF-8 değil", "the character encoding of the reply is not UTF-8")},
	{"reply_encoding", i18n.T("yanıt istenmediği hâlde sıkıştırılmış (Content-Encoding)", "the reply is compressed although this was not asked for (Content-Encoding)")},
	{"reply_empty", i18n.T("yanıt boş", "the reply is empty")},
	{"reply_truncated", i18n.T("yanıt yarıda kesildi", "the reply is cut short")},
	{"reply_too_large", i18n.T("yanıt izin verilenden büyük (en çok %s MiB)", "the reply is larger than allowed (at most %s MiB)")},
	{"reply_not_json", i18n.T("yanıt geçerli bir JSON belgesi değil", "the reply is not a valid JSON document")},
	{"reply_surrogate", i18n.T("yanıtta eşi olmayan bir surrogate kaçışı var", "the reply holds a lone surrogate escape")},
	{"reply_nul", i18n.T("yanıtta U+0000 karakteri var", "the reply holds the character U+0000")},
	{"reply_duplicate_key", i18n.T("yanıtta aynı alan iki kez var", "the reply holds the same field twice")},
	{"reply_key_case", i18n.T("yanıtta yalnızca büyük/küçük harfi farklı bir alan adı var", "the reply holds a field name that differs only in case")},
	{"reply_trailing", i18n.T("yanıtta belgeden sonra başka veri var", "the reply goes on after its document")},
	{"reply_nesting", i18n.T("yanıt 32 düzeyden derin", "the reply is nested deeper than 32 levels")},
	{"reply_unknown_fields", i18n.T("yanıtta 64'ten çok bilinmeyen alan var", "the reply has more than 64 unknown fields")},
	{"reply_shape", i18n.T("yanıt beklenen zarfta değil (%s)", "the reply is not in the expected envelope (%s)")},
	{"reply_value_type", i18n.T("alanın değeri beklenen türde değil: %s", "the value of a field is of the wrong type: %s")},
	{"reply_field_missing", i18n.T("yanıtta beklenen alan yok: %s", "an expected field is missing from the reply: %s")},
	{"reply_count", i18n.T("yanıttaki kayıt sayısı bildirilenle aynı değil", "the number of rows is not the number the reply declares")},
	{"reply_wrong_person", i18n.T("yanıt sorulan kişiye ait değil", "the reply is not about the person asked for")},
	{"reply_out_of_range", i18n.T("yanıtta istenen tarih aralığının dışında bir kayıt var", "the reply holds a row outside the range asked for")},
	{"reply_kimlik_no", i18n.T("yanıttaki bir kayıtta geçerli T.C. kimlik numarası yok", "a row of the reply has no valid TC number")},
	{"reply_date", i18n.T("tarih gg.aa.yyyy biçiminde gerçek bir gün değil: %s", "a date is not a real dd.mm.yyyy day: %s")},
	{"reply_level", i18n.T("seviye 1 ile 8 arasında değil: %s", "a level is not between 1 and 8: %s")},
	{"reply_cursor", i18n.T("yanıttaki sonraki sayfa bilgisi kullanılamaz", "the next-page cursor of the reply cannot be used")},
}

// broken makes the failure of a broken rule. Only `unavailable` is retried, so Retry stays false here; where a reply
// was cut on the way the caller sets it.
func broken(code, detail string) *Failure {
	text := i18n.T("yanıt servis sözleşmesine aykırı", "the reply breaks the service contract")
	for _, v := range violations {
		if v.code == code {
			text = v.text
			if detail != "" {
				text = i18n.Tf(text.TR, text.EN, detail)
			}
		}
	}
	return &Failure{Outcome: outcomeProtocol, Fault: fault.New(fault.Protocol, code, text).WithHint(violationHint(code))}
}

func violationHint(code string) i18n.Text {
	switch code {
	case "reply_content_type", "reply_redirect", "reply_http", "reply_status":
		return i18n.T("bu bir oturum açma ya da bakım sayfası olabilir; myk.base_url adresini denetleyin, yanıt 'belge yok' sayılmadı",
			"this may be a login or maintenance page; check myk.base_url, the reply does not count as 'no certificate'")
	case "reply_field_missing", "reply_key_case", "reply_shape":
		return i18n.T("profilin [… .myk.wire] bölümündeki alan adlarını servisinkilerle karşılaştırın; yanıt 'belge yok' sayılmadı",
			"compare the names in [… .myk.wire] of the profile with the service's own; the reply does not count as 'no certificate'")
	case "reply_truncated", "reply_empty", "reply_unsolicited":
		return i18n.T("daha sonra yeniden deneyin; yanıt 'belge yok' sayılmadı",
			"try again later; the reply does not count as 'no certificate'")
	}
	return i18n.T("yanıt saklanmadı ve 'belge yok' sayılmadı; bu iletiyi servisi işletenlere bildirin",
		"the reply is not stored and does not count as 'no certificate'; report this message to those who run the service")
}
