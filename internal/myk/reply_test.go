package myk

import (
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"iskurctl/internal/fault"
)

// swap changes the sound reply in one place, and fails the test when there is nothing to change.
func swap(old, new string) string {
	if !strings.Contains(sound, old) {
		panic("nothing to change: " + old)
	}
	return strings.Replace(sound, old, new, 1)
}

func unknownFields(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `"YENI_%d":"",`, i)
	}
	return b.String()
}

// badReplies breaks one rule each. type "" is application/json; 200 always.
func badReplies() map[string]struct {
	code, contentType, body string
	ask                     func(*Client) Request
} {
	type bad = struct {
		code, contentType, body string
		ask                     func(*Client) Request
	}
	march := askRange(Date{2024, 3, 1}, Date{2024, 3, 31})
	longCursor := strings.Repeat("c", 1025)
	all := map[string]bad{
		"login page":              {"reply_content_type", "text/html", "<html>giriş</html>", nil},
		"login page as json":      {"reply_shape", "", `"<html>"`, nil},
		"html said to be json":    {"reply_not_json", "", "<html>giriş</html>", nil},
		"no content type":         {"reply_content_type", "-", sound, nil},
		"text/json":               {"reply_content_type", "text/json", sound, nil},
		"two charsets":            {"reply_content_type", "application/json; charset=utf-8; charset=iso-8859-9", sound, nil},
		"problem+json":            {"reply_content_type", "application/problem+json", sound, nil},
		"windows-1254":            {"reply_charset", "application/json; charset=windows-1254", sound, nil},
		"utf-16":                  {"reply_charset", "application/json; charset=utf-16", sound, nil},
		"empty charset":           {"reply_charset", `application/json; charset=""`, sound, nil},
		"empty":                   {"reply_empty", "", "", nil},
		"blanks":                  {"reply_empty", "", " \r\n", nil},
		"only a mark":             {"reply_empty", "", "\uFEFF", nil},
		"two marks":               {"reply_not_json", "", "\uFEFF\uFEFF" + sound, nil},
		"null":                    {"reply_shape", "", "null", nil},
		"true":                    {"reply_shape", "", "true", nil},
		"number":                  {"reply_shape", "", "0", nil},
		"bare array":              {"reply_shape", "", "[" + rowText + "]", nil},
		"empty array":             {"reply_shape", "", "[]", nil},
		"empty object":            {"reply_field_missing", "", "{}", nil},
		"other object":            {"reply_field_missing", "", `{"hata":"yetkisiz"}`, nil},
		"cut in a row":            {"reply_truncated", "", sound[:len(sound)/2], nil},
		"cut before the end":      {"reply_truncated", "", sound[:len(sound)-1], nil},
		"cut after a comma":       {"reply_truncated", "", `{"SONUC_KODU":"0",`, nil},
		"two documents":           {"reply_trailing", "", sound + sound, nil},
		"junk behind":             {"reply_trailing", "", sound + "x", nil},
		"nul behind":              {"reply_trailing", "", sound + "\x00", nil},
		"comment":                 {"reply_not_json", "", swap(`"SONUC_KODU"`, `/**/"SONUC_KODU"`), nil},
		"trailing comma":          {"reply_not_json", "", swap(`"EUROPASS_SERTIFIKA_EN":""`, `"EUROPASS_SERTIFIKA_EN":"",`), nil},
		"single quotes":           {"reply_not_json", "", strings.ReplaceAll(sound, `"`, `'`), nil},
		"control in a value":      {"reply_not_json", "", swap("Geçerli", "Geç\x01erli"), nil},
		"NaN":                     {"reply_not_json", "", swap(`"KAYIT_SAYISI":1`, `"KAYIT_SAYISI":NaN`), nil},
		"duplicate key in a row":  {"reply_duplicate_key", "", swap(`"BELGE_DURUMU":"Geçerli"`, `"BELGE_DURUMU":"İptal Edildi","BELGE_DURUMU":"Geçerli"`), nil},
		"duplicate key on top":    {"reply_duplicate_key", "", swap(`"SONUC_KODU":"0"`, `"SONUC_KODU":"7","SONUC_KODU":"0"`), nil},
		"duplicate key escaped":   {"reply_duplicate_key", "", swap(`"BELGENO":`, `"\u0042ELGENO":"x","BELGENO":`), nil},
		"duplicate unknown key":   {"reply_duplicate_key", "", swap(`"BELGENO":`, `"X":"","X":"","BELGENO":`), nil},
		"duplicate key deep":      {"reply_duplicate_key", "", swap(`"BELGENO":`, `"X":{"a":1,"a":2},"BELGENO":`), nil},
		"key in lower case":       {"reply_key_case", "", swap(`"BELGE_DURUMU"`, `"belge_durumu"`), nil},
		"key case beside the key": {"reply_key_case", "", swap(`"BELGE_DURUMU":`, `"Belge_Durumu":"İptal Edildi","BELGE_DURUMU":`), nil},
		"key with Turkish İ":      {"reply_key_case", "", swap(`"KIMLIK_NO"`, `"KİMLİK_NO"`), nil},
		"key with dotless ı":      {"reply_key_case", "", swap(`"SINAV_TARIHI"`, `"sınav_tarıhı"`), nil},
		"key with Kelvin sign":    {"reply_key_case", "", swap(`"KURULUS_ADI"`, "\"\u212AURULUS_ADI\""), nil},
		"key with long s":         {"reply_key_case", "", swap(`"SONUC_KODU"`, "\"\u017FONUC_KODU\""), nil},
		"key case at other level": {"reply_key_case", "", swap(`"BELGENO":`, `"kayitlar":"","BELGENO":`), nil},
		"bad UTF-8":               {"reply_charset", "", swap("Alçı", "Al\xe7\xfd"), nil},
		"bad UTF-8 in a key":      {"reply_charset", "", swap(`"BELGENO":`, "\"X\xff\":\"\",\"BELGENO\":"), nil},
		"encoded surrogate":       {"reply_charset", "", swap("Alçı", "Al\xed\xa0\x80"), nil},
		"overlong UTF-8":          {"reply_charset", "", swap("Alçı", "Al\xc0\xaf"), nil},
		"lone high surrogate":     {"reply_surrogate", "", swap("Alçı", `Al\ud800`), nil},
		"lone low surrogate":      {"reply_surrogate", "", swap("Alçı", `Al\udc00x`), nil},
		"U+0000":                  {"reply_nul", "", swap("Alçı", `Al\u0000`), nil},
		"bad escape":              {"reply_not_json", "", swap("Alçı", `Al\x41`), nil},
		"value null":              {"reply_value_type", "", swap(`"Geçerli"`, `null`), nil},
		"value true":              {"reply_value_type", "", swap(`"Geçerli"`, `true`), nil},
		"value object":            {"reply_value_type", "", swap(`"Geçerli"`, `{}`), nil},
		"value array":             {"reply_value_type", "", swap(`"Geçerli"`, `["Geçerli"]`), nil},
		"value number":            {"reply_value_type", "", swap(`"Geçerli"`, `1`), nil},
		"date null":               {"reply_value_type", "", swap(`"12.03.2024"`, `null`), nil},
		"level null":              {"reply_value_type", "", swap(`SEVIYESI":"3"`, `SEVIYESI":null`), nil},
		"level fraction":          {"reply_value_type", "", swap(`SEVIYESI":"3"`, `SEVIYESI":3.0`), nil},
		"level exponent":          {"reply_value_type", "", swap(`SEVIYESI":"3"`, `SEVIYESI":3e0`), nil},
		"level minus":             {"reply_value_type", "", swap(`SEVIYESI":"3"`, `SEVIYESI":-3`), nil},
		"level 0":                 {"reply_level", "", swap(`SEVIYESI":"3"`, `SEVIYESI":0`), nil},
		"level 9":                 {"reply_level", "", swap(`SEVIYESI":"3"`, `SEVIYESI":"9"`), nil},
		"level 03":                {"reply_level", "", swap(`SEVIYESI":"3"`, `SEVIYESI":"03"`), nil},
		"level word":              {"reply_level", "", swap(`SEVIYESI":"3"`, `SEVIYESI":"üç"`), nil},
		"result code number":      {"reply_value_type", "", swap(`"SONUC_KODU":"0"`, `"SONUC_KODU":0`), nil},
		"result code null":        {"reply_value_type", "", swap(`"SONUC_KODU":"0"`, `"SONUC_KODU":null`), nil},
		"count string":            {"reply_value_type", "", swap(`"KAYIT_SAYISI":1`, `"KAYIT_SAYISI":"1"`), nil},
		"count null":              {"reply_value_type", "", swap(`"KAYIT_SAYISI":1`, `"KAYIT_SAYISI":null`), nil},
		"count fraction":          {"reply_value_type", "", swap(`"KAYIT_SAYISI":1`, `"KAYIT_SAYISI":1.0`), nil},
		"count negative":          {"reply_value_type", "", swap(`"KAYIT_SAYISI":1`, `"KAYIT_SAYISI":-1`), nil},
		"count minus zero":        {"reply_value_type", "", `{"SONUC_KODU":"0","SONUC_ACIKLAMA":"","KIMLIK_NO":"` + person + `","KAYIT_SAYISI":-0,"SONRAKI_SAYFA":"","KAYITLAR":[]}`, nil},
		"count too large":         {"reply_value_type", "", swap(`"KAYIT_SAYISI":1`, `"KAYIT_SAYISI":99999999999999999999`), nil},
		"count over the rows":     {"reply_count", "", swap(`"KAYIT_SAYISI":1`, `"KAYIT_SAYISI":2`), nil},
		"count under the rows":    {"reply_count", "", swap(`"KAYIT_SAYISI":1`, `"KAYIT_SAYISI":0`), nil},
		"count one without rows":  {"reply_count", "", strings.Replace(sound, rowText, "", 1), nil},
		"count late and wrong":    {"reply_count", "", `{"KAYITLAR":[` + rowText + `],"KAYIT_SAYISI":0}`, nil},
		"cursor null":             {"reply_value_type", "", swap(`"SONRAKI_SAYFA":""`, `"SONRAKI_SAYFA":null`), nil},
		"cursor in a lookup":      {"reply_cursor", "", swap(`"SONRAKI_SAYFA":""`, `"SONRAKI_SAYFA":"2"`), nil},
		"rows null":               {"reply_value_type", "", swap("["+rowText+"]", "null"), nil},
		"rows object":             {"reply_value_type", "", swap("["+rowText+"]", rowText), nil},
		"rows empty string":       {"reply_value_type", "", swap("["+rowText+"]", `""`), nil},
		"row null":                {"reply_value_type", "", swap(rowText, "null"), nil},
		"row string":              {"reply_value_type", "", swap(rowText, `"x"`), nil},
		"row empty":               {"reply_field_missing", "", swap(rowText, "{}"), nil},
		"another person":          {"reply_wrong_person", "", swap(person, neighbour()), nil},
		"no person":               {"reply_wrong_person", "", swap(person, ""), nil},
		"person with blanks":      {"reply_wrong_person", "", swap(person, " "+person), nil},
		"another person's row":    {"reply_wrong_person", "", swap(rowText, strings.Replace(rangeRow, person, neighbour(), 1)), nil},
		"30 February":             {"reply_date", "", swap("12.03.2024", "30.02.2024"), nil},
		"ISO date":                {"reply_date", "", swap("12.03.2024", "2024-03-12"), nil},
		"one-digit date":          {"reply_date", "", swap("12.03.2024", "1.03.2024"), nil},
		"dashes for a date":       {"reply_date", "", swap("12.03.2024", "--"), nil},
		"US order":                {"reply_date", "", swap("25.03.2029", "03.25.2029"), nil},
		"year 0":                  {"reply_date", "", swap("25.03.2029", "01.01.0000"), nil},
		"too deep":                {"reply_nesting", "", swap(`"BELGENO":`, `"X":`+strings.Repeat("[", 30)+strings.Repeat("]", 30)+`,"BELGENO":`), nil},
		"bottomless":              {"reply_nesting", "", swap(`"BELGENO":`, `"X":`+strings.Repeat(`{"a":`, 1e5)), nil},
		"65 unknown fields":       {"reply_unknown_fields", "", swap(`"BELGENO":`, unknownFields(65)+`"BELGENO":`), nil},
		"65 unknown fields deep":  {"reply_unknown_fields", "", swap(`"BELGENO":`, `"X":{`+unknownFields(64)+`"Y":0},"BELGENO":`), nil},
		"value over the limit":    {"reply_too_large", "", swap("Alçı", strings.Repeat("a", replyLimit)), nil},
		"blanks over the limit":   {"reply_too_large", "", sound + strings.Repeat(" ", replyLimit), nil},
		"endless rows":            {"reply_count", "", swap(rowText, strings.Repeat(rowText+",", 20000)+rowText), nil},

		"range: row before":           {"reply_out_of_range", "", page(1, "", rangeRow), askRange(Date{2024, 3, 26}, Date{2024, 3, 31})},
		"range: row after":            {"reply_out_of_range", "", page(1, "", rangeRow), askRange(Date{2024, 3, 1}, Date{2024, 3, 24})},
		"range: no issue date":        {"reply_date", "", page(1, "", strings.Replace(rangeRow, "25.03.2024", "", 1)), march},
		"range: no owner":             {"reply_field_missing", "", page(1, "", rowText), march},
		"range: empty owner":          {"reply_kimlik_no", "", page(1, "", strings.Replace(rangeRow, person, "", 1)), march},
		"range: owner fails check":    {"reply_kimlik_no", "", page(1, "", strings.Replace(rangeRow, person, "10000000147", 1)), march},
		"range: owner a number":       {"reply_value_type", "", page(1, "", strings.Replace(rangeRow, `"`+person+`"`, person, 1)), march},
		"range: echo not empty":       {"reply_wrong_person", "", strings.Replace(page(0, ""), `"KIMLIK_NO":""`, `"KIMLIK_NO":"`+person+`"`, 1), march},
		"range: empty page with next": {"reply_cursor", "", page(0, "2"), march},
		"range: cursor over 1 KiB":    {"reply_cursor", "", page(1, longCursor, rangeRow), march},
		"range: cursor stands still": {"reply_cursor", "", page(1, "p7", rangeRow), func(c *Client) Request {
			return c.RangeRequest(Date{2024, 3, 1}, Date{2024, 3, 31}, "p7")
		}},
		"range: no cursor":               {"reply_field_missing", "", strings.Replace(page(1, "", rangeRow), `"SONRAKI_SAYFA":"",`, "", 1), march},
		"qualifications: another field":  {"reply_field_missing", "", page(1, "", `{"YETERLILIK_ADI":"a","YETERLILIK_KODU":"","MESLEK_KODU":""}`), (*Client).QualificationsRequest},
		"qualifications: bad level":      {"reply_level", "", page(1, "", `{"YETERLILIK_ADI":"a","YETERLILIK_KODU":"","YETERLILIK_SEVIYESI":"x","MESLEK_KODU":""}`), (*Client).QualificationsRequest},
		"qualifications: more than said": {"reply_count", "", page(0, "", `{"YETERLILIK_ADI":"a","YETERLILIK_KODU":"","YETERLILIK_SEVIYESI":"","MESLEK_KODU":""}`), (*Client).QualificationsRequest},
	}
	// Each of the twelve and of the envelope, renamed: the field is missing, whatever else is there.
	for _, name := range fieldNames {
		if name != "KIMLIK_NO" {
			all["without "+name] = bad{"reply_field_missing", "", swap(`"`+name+`"`, `"X`+name+`"`), nil}
		}
	}
	all["without the echo"] = bad{"reply_field_missing", "", swap(`"KIMLIK_NO"`, `"XKIMLIK_NO"`), nil}
	return all
}

func TestEveryReplyCheckRefusesAndNeverAnswers(t *testing.T) {
	all := badReplies()
	if len(all) < 60 {
		t.Fatalf("only %d bad replies", len(all))
	}
	var current struct{ contentType, body string }
	url, hits := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		switch current.contentType {
		case "":
			w.Header().Set("Content-Type", "application/json")
		case "-":
			w.Header()["Content-Type"] = nil
		default:
			w.Header().Set("Content-Type", current.contentType)
		}
		fmt.Fprint(w, current.body)
	})
	c := client(t, url)
	for name, x := range all {
		t.Run(name, func(t *testing.T) {
			current.contentType, current.body = x.contentType, x.body
			if x.ask == nil {
				x.ask = number
			}
			before := hits.Load()
			f := failing(row(t), t, c, x.ask(c))
			want{fault.Protocol, x.code, outcomeProtocol, false, false}.check(t, f)
			if said := f.Fault.Message.TR + f.Fault.Message.EN + f.Fault.Hint.TR + f.Fault.Hint.EN; strings.Contains(said, person) ||
				strings.Contains(said, "Alçı") || strings.Contains(said, "YB9001") || strings.Contains(said, "html") {
				t.Errorf("the message repeats the reply: %q", said)
			}
			if hits.Load() != before+1 {
				t.Errorf("%d requests for one attempt", hits.Load()-before)
			}
		})
	}
}

func TestEveryViolationHasATextOfItsOwn(t *testing.T) {
	seen := map[string]bool{}
	for _, v := range violations {
		if seen[v.code] || v.text.TR == "" || v.text.EN == "" || !strings.HasPrefix(v.code, "reply_") {
			t.Errorf("violation %+v", v)
		}
		seen[v.code] = true
	}
	for name, x := range badReplies() {
		if !seen[x.code] {
			t.Errorf("%s: code %s has no text", name, x.code)
		}
	}
}

func TestLimitsAreInclusive(t *testing.T) {
	for name, body := range map[string]string{
		"64 unknown fields": swap(`"BELGENO":`, unknownFields(64)+`"BELGENO":`),
		"32 levels":         swap(`"BELGENO":`, `"X":`+strings.Repeat("[", 29)+strings.Repeat("]", 29)+`,"BELGENO":`),
		"8 MiB":             sound + strings.Repeat(" ", replyLimit-len(sound)),
	} {
		url, _ := serve(t, answering(body))
		c := client(t, url)
		if _, err := c.Do(row(t), c.NumberRequest(person)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Rows that are short on the wire take as much room in memory as others.
func TestAPageOfShortRowsIsBoundedByWhatItHoldsInMemory(t *testing.T) {
	short := Wire{Fields: map[string]string{}}
	r := "{"
	for i, name := range fieldNames[:fSonucKodu] {
		short.Fields[name] = string(rune('a' + i))
		value := map[string]string{"KIMLIK_NO": person, "BELGE_DUZENLEME_TARIHI": "25.03.2024"}[name]
		r += fmt.Sprintf(`"%c":%q,`, 'a'+i, value)
	}
	r = strings.TrimSuffix(r, ",") + "}"
	body := func(rows int) string {
		return strings.Replace(page(rows, "", strings.Repeat(r+",", rows-1)+r), "KIMLIK_NO", short.Fields["KIMLIK_NO"], 1)
	}
	fits := heldLimit / (certificateSize + len(person))
	for rows, code := range map[int]string{fits: "", fits + 1: "reply_too_large"} {
		url, _ := serve(t, answering(body(rows)))
		c := client(t, url, func(cfg *Config) { cfg.Wire, cfg.Timeout = short, time.Minute })
		reply, err := c.Do(row(t), c.RangeRequest(Date{2024, 3, 1}, Date{2024, 3, 31}, ""))
		var f *Failure
		switch {
		case code == "" && (err != nil || len(reply.Certificates) != rows):
			t.Errorf("%d rows: %v", rows, err)
		case code != "" && (!errors.As(err, &f) || f.Fault.Code != code):
			t.Errorf("%d rows: %v, want %s", rows, err, code)
		}
	}
}

func TestTheSizesOfRowsAreTheirSizes(t *testing.T) {
	if c, q := reflect.TypeFor[Certificate]().Size(), reflect.TypeFor[Qualification]().Size(); c != certificateSize || q != qualificationSize {
		t.Errorf("a certificate has %d bytes and a qualification %d", c, q)
	}
}

func TestHeadersThatLieAboutTheBodyAreRefused(t *testing.T) {
	for _, x := range []struct {
		name, key string
		values    []string
		code      string
	}{
		{"gzip", "Content-Encoding", []string{"gzip"}, "reply_encoding"},
		{"unknown encoding", "Content-Encoding", []string{"br"}, "reply_encoding"},
		{"second encoding", "Content-Encoding", []string{"identity", "deflate"}, "reply_encoding"},
		{"two types", "Content-Type", []string{"application/json", "text/html"}, "reply_content_type"},
	} {
		url, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header()[x.key] = x.values
			fmt.Fprint(w, sound)
		})
		c := client(t, url)
		want{fault.Protocol, x.code, outcomeProtocol, false, false}.check(t, failing(row(t), t, c, number(c)))
	}
	url, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "identity")
		answering(sound)(w, r)
	})
	c := client(t, url)
	if _, err := c.Do(row(t), number(c)); err != nil {
		t.Errorf("identity: %v", err)
	}
}

func TestTheServicesRefusalIsNeverAnAnswer(t *testing.T) {
	const hostile = "\u202e\x1b[31mkişi " + person + " yok\u200b\n" + "!"
	for _, x := range []struct {
		name, body string
		want       want
	}{
		{"refused", `{"SONUC_KODU":"17","SONUC_ACIKLAMA":"yetki yok"}`, want{fault.Refused, "service_refused", "refused", false, false}},
		{"whole but refused", swap(`"SONUC_KODU":"0"`, `"SONUC_KODU":"00"`), want{fault.Refused, "service_refused", "refused", false, false}},
		{"empty code", swap(`"SONUC_KODU":"0"`, `"SONUC_KODU":""`), want{fault.Refused, "service_refused", "refused", false, false}},
		{"without rows", `{"SONUC_KODU":"1","SONUC_ACIKLAMA":"kayıt bulunamadı","KIMLIK_NO":"` + person + `","KAYIT_SAYISI":0,"SONRAKI_SAYFA":"","KAYITLAR":[]}`,
			want{fault.Refused, "service_refused", "refused", false, false}},
		{"listed", `{"SONUC_KODU":"99","SONUC_ACIKLAMA":""}`, want{fault.Unavailable, "service_later", "unavailable", true, false}},
		{"refused and cut", `{"SONUC_KODU":"17"`, want{fault.Protocol, "reply_truncated", "protocol", false, false}},
		{"refused with junk", `{"SONUC_KODU":"17"}x`, want{fault.Protocol, "reply_trailing", "protocol", false, false}},
		{"hostile", `{"SONUC_KODU":"17","SONUC_ACIKLAMA":` + quote(hostile+strings.Repeat("ş", 500)) + `}`,
			want{fault.Refused, "service_refused", "refused", false, false}},
	} {
		t.Run(x.name, func(t *testing.T) {
			url, _ := serve(t, answering(x.body))
			c := client(t, url, func(cfg *Config) { cfg.Wire.RetryCodes = []string{"98", "99"} })
			f := failing(row(t), t, c, number(c))
			x.want.check(t, f)
			for _, said := range []string{f.Fault.Message.TR, f.Fault.Message.EN} {
				if strings.ContainsAny(said, "\x1b\u202e\u200b\n") || strings.Contains(said, person) || len([]rune(said)) > 300 {
					t.Errorf("not inert: %q", said)
				}
				if x.name == "hostile" && !strings.Contains(said, "kişi 100******46 yok") {
					t.Errorf("explanation lost: %q", said)
				}
			}
		})
	}
}

func quote(s string) string {
	var b strings.Builder
	for _, r := range s {
		fmt.Fprintf(&b, `\u%04x`, r)
	}
	return `"` + b.String() + `"`
}

func TestAnArrayEnvelopeKeepsTheOtherChecks(t *testing.T) {
	for body, code := range map[string]string{
		sound:                "reply_shape",
		`{"SONUC_KODU":"5"}`: "reply_shape",
		"[" + rowText + "]]": "reply_trailing",
		"[" + rowText:        "reply_truncated",
		"[[]]":               "reply_value_type",
		"[{}]":               "reply_field_missing",
		"null":               "reply_shape",
		"[" + strings.Replace(rangeRow, person, neighbour(), 1) + "]": "reply_wrong_person",
	} {
		url, _ := serve(t, answering(body))
		c := client(t, url, func(cfg *Config) { cfg.Wire.Envelope = "array" })
		want{fault.Protocol, code, outcomeProtocol, false, false}.check(t, failing(row(t), t, c, number(c)))
	}
}
