package event

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// The codes of problems. They are stable: --rejects writes them and scripts read them.
const (
	CodeSyntax             = "syntax"
	CodeEncoding           = "encoding"
	CodeUnknownField       = "unknown_field"
	CodeDuplicateField     = "duplicate_field"
	CodeFieldMissing       = "field_missing"
	CodeFieldInvalid       = "field_invalid"
	CodeFieldTooLong       = "field_too_long"
	CodeControlCharacter   = "control_character"
	CodeFormula            = "formula"
	CodeTCInvalid          = "tc_invalid"
	CodeTCInText           = "tc_in_text"
	CodeTimeInvalid        = "time_invalid"
	CodeTimeFuture         = "time_future"
	CodeReceivedBeforeTime = "received_before_time"
	CodeTextUnknown        = "text_unknown"
	CodeTextKind           = "text_kind"
	CodeTextLanguage       = "text_language"
	CodeTextNotInForce     = "text_not_in_force"
	CodeNoticeMissing      = "notice_missing"
	CodeConsentStands      = "consent_stands"
	CodeNoConsent          = "no_consent"
	CodeTextDiffers        = "text_differs"
	CodeTimeOrder          = "time_order"
	CodeIDDiffers          = "id_differs"
	CodeIDErased           = "id_erased"
)

// Codes lists every code: first those of a row alone, then those of a row among others.
func Codes() []string {
	return []string{
		CodeSyntax, CodeEncoding, CodeUnknownField, CodeDuplicateField, CodeFieldMissing, CodeFieldInvalid, CodeFieldTooLong, CodeControlCharacter,
		CodeFormula, CodeTCInvalid, CodeTCInText, CodeTimeInvalid, CodeTimeFuture, CodeReceivedBeforeTime,
		CodeTextUnknown, CodeTextKind, CodeTextLanguage, CodeTextNotInForce, CodeNoticeMissing, CodeConsentStands, CodeNoConsent, CodeTextDiffers,
		CodeTimeOrder, CodeIDDiffers, CodeIDErased,
	}
}

// Fault gives the problem as an error of class Input with its code, for a command that cannot go on. line is that of the
// row, 0 where there is none.
func (p *Problem) Fault(line int64) *fault.Error {
	text := p.Text
	if p.Field != "" {
		text = i18n.Tf("%s: %s", "%s: %s", p.Field, text)
	}
	if line > 0 {
		text = i18n.Tf("%s. satır: %s", "line %s: %s", strconv.FormatInt(line, 10), text)
	}
	return fault.New(fault.Input, p.Code, text).Because(p)
}

func problem(code string, f field, text i18n.Text) *Problem {
	return &Problem{Code: code, Field: f.String(), Text: text}
}

// whole is a problem of an event as a whole.
func whole(code string, text i18n.Text) *Problem { return &Problem{Code: code, Text: text} }

func notUTF8() *Problem {
	return whole(CodeEncoding, i18n.T("satır UTF-8 değil; dosyayı UTF-8 olarak yeniden kaydedin", "the line is not UTF-8; save the file anew as UTF-8"))
}

// invalid says that a value is none that its field takes, unless it cannot even be read as text.
func invalid(f field, value string, text i18n.Text) *Problem {
	return unlessUnreadable(f, value, problem(CodeFieldInvalid, f, text))
}

func unlessUnreadable(f field, value string, p *Problem) *Problem {
	if !readable(value) {
		return unreadable(f)
	}
	return p
}

// readable reports whether s is UTF-8, without NUL and without U+FFFD, which stands where a character was lost.
func readable(s string) bool {
	return utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 && !strings.ContainsRune(s, utf8.RuneError)
}

func unreadable(f field) *Problem {
	return problem(CodeEncoding, f, i18n.T("alanda okunamayan karakterler var; dosyayı UTF-8 olarak yeniden kaydedin", "the value holds characters that cannot be read; save the file anew as UTF-8"))
}

func missing(f field) *Problem {
	return problem(CodeFieldMissing, f, i18n.T("zorunlu alan boş; doldurun", "a required value is missing; fill it in"))
}

func badUUID(f field, value string) *Problem {
	return invalid(f, value, i18n.T("UUID değil; 8-4-4-4-12 onaltılık basamak olarak yazın: 123e4567-e89b-42d3-a456-426614174000",
		"it is not a UUID; write 8-4-4-4-12 hexadecimal digits: 123e4567-e89b-42d3-a456-426614174000"))
}

func badTime(f field, value string) *Problem {
	return unlessUnreadable(f, value, problem(CodeTimeInvalid, f, timeAdvice(value)))
}

func tooEarly(f field) *Problem {
	return problem(CodeTimeInvalid, f, i18n.T("zaman 2000 yılından önce; kaydı üreten sistemin saatini düzeltin", "the time lies before the year 2000; set the clock of the system that wrote the row"))
}

func badCaptcha() *Problem {
	return problem(CodeFieldInvalid, fieldCaptcha, i18n.T("küçük harfle true ya da false yazın, bilinmiyorsa boş bırakın (Excel TRUE ya da DOĞRU yazar: sütunu \"Metin\" yapın)",
		"write true or false in lower case, or leave it out when not known (Excel writes TRUE: make the column \"Text\")"))
}

// oneOf says which words a field takes.
func oneOf[T ~string](f field, value string, words []T) *Problem {
	list := make([]string, len(words))
	for i, w := range words {
		list[i] = string(w)
	}
	return invalid(f, value, i18n.Tf("şunlardan biri olmalıdır: %s", "it must be one of: %s", strings.Join(list, ", ")))
}

func tooLong(f field, limit int) *Problem {
	return problem(CodeFieldTooLong, f, i18n.Tf("en çok %d karakter olabilir; kısaltın", "it may have %d characters at most; shorten it", limit))
}

// unknown says that a name is none of ours, and at which byte of the line, counted from 1, it stands. The name itself may
// be anybody's data and is not repeated; one of ours that is near to it is.
func unknown(g group, name string, at int64) *Problem {
	where := strconv.FormatInt(at, 10)
	if f, ok := stray(g, name); ok {
		if in := groupOf(f); in != top {
			return whole(CodeUnknownField, i18n.Tf("\"%s\" yalnızca \"%s\" nesnesinin içinde yazılır (%s. bayt)", "\"%s\" belongs inside \"%s\" (byte %s)", f, in, where))
		}
		return whole(CodeUnknownField, i18n.Tf("\"%s\" bir iç nesneye değil, olayın kendisine yazılır (%s. bayt)", "\"%s\" belongs in the event itself, not in an object inside it (byte %s)", f, where))
	}
	if near := nearest(name); near != "" {
		return whole(CodeUnknownField, i18n.Tf("%s. bayttaki alan bilinmiyor; \"%s\" mi demek istediniz?", "the member at byte %s is not known; did you mean \"%s\"?", where, near))
	}
	return whole(CodeUnknownField, i18n.Tf("%s. bayttaki alan bilinmiyor; yalnızca şunlar yazılır: %s", "the member at byte %s is not known; only these are: %s", where, strings.Join(names[:], ", ")))
}

// nearest gives the name of ours that is nearest to a wrong one, "" when none is near.
func nearest(name string) string {
	if len(name) > 40 { // no slip of the pen, and the search takes its length times that of all names
		return ""
	}
	return fault.Nearest(name, append(Header(), subject.String(), evidence.String()))
}

// stray finds a name of ours that stands in another object than its own.
func stray(g group, name string) (field, bool) {
	i := slices.Index(names[:], name)
	return field(max(i, 0)), i >= 0 && groupOf(field(i)) != g
}

func duplicate(f field) *Problem {
	text := i18n.T("alan birden çok kez yazılmış; birini silin", "the member stands there more than once; delete one")
	if f >= fieldCount {
		return whole(CodeDuplicateField, i18n.Tf("\"%s\" nesnesi: %s", "the object \"%s\": %s", group(f-fieldCount), text))
	}
	return problem(CodeDuplicateField, f, text)
}

// IDDiffers is the problem of an event whose id another event has, with other content.
func IDDiffers() *Problem {
	return problem(CodeIDDiffers, fieldID, i18n.T("bu kimlikle (id) başka içerikte bir olay kayıtlı; kayıtlı olay değiştirilemez, yeni olaya yeni bir UUID verin",
		"an event with this id and other content is recorded; what is recorded cannot be changed, give the new event a new UUID"))
}

// IDErased is the problem of an event whose id belongs to one that was erased.
func IDErased() *Problem {
	return problem(CodeIDErased, fieldID, i18n.T("bu kimlikli (id) olayın kişisel verileri silinmiş; olay yeniden kaydedilmez, satırı çıkarın",
		"the personal data of the event with this id were erased; it is not recorded again, take the row out"))
}
