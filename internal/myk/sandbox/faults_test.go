package sandbox

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"unicode/utf8"
)

// raw sends one request over a bare connection and reads every byte until the connection ends.
func raw(t *testing.T, srv *Server, op operation, body string) ([]byte, error) {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(srv.URL(), "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	_, err = fmt.Fprintf(c, "POST /%s HTTP/1.1\r\nHost: myk.invalid\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s", op, len(body), body)
	if err != nil {
		t.Fatal(err)
	}
	return io.ReadAll(c)
}

// parsed reads raw bytes as an HTTP answer; err is what an HTTP client would see in the body.
func parsed(b []byte) (*http.Response, string, error) {
	resp, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(b)), nil)
	if err != nil {
		return nil, "", err
	}
	body, err := io.ReadAll(resp.Body)
	return resp, string(body), err
}

// ruleCase says what stands on the wire under a rule. truth is the body without the rule.
type ruleCase struct {
	rule  string
	op    operation // "" = byNumber
	tc    string    // "" = 10000000146
	check func(resp *http.Response, body, truth string) bool
	bytes func(all []byte, err error, truth string) bool // for what is not HTTP
}

func has(parts ...string) func(*http.Response, string, string) bool {
	return func(resp *http.Response, body, truth string) bool {
		for _, p := range parts {
			if !strings.Contains(body, p) || strings.Contains(truth, p) {
				return false
			}
		}
		return resp.StatusCode == 200 && body != truth
	}
}

func is(want string) func(*http.Response, string, string) bool {
	return func(resp *http.Response, body, _ string) bool { return resp.StatusCode == 200 && body == want }
}

func wellFormed(body string) bool { return json.Valid([]byte(body)) }

const nobody = "10000000078"

var ruleCases = []ruleCase{
	{rule: "html200", check: func(r *http.Response, body, _ string) bool {
		return r.StatusCode == 200 && strings.HasPrefix(r.Header.Get("Content-Type"), "text/html") && strings.Contains(body, "<form")
	}},
	{rule: "empty200", check: func(r *http.Response, body, _ string) bool {
		return r.StatusCode == 200 && body == "" && r.ContentLength == 0 && r.Header.Get("Content-Type") == jsonType
	}},
	{rule: "status204", check: func(r *http.Response, body, _ string) bool { return r.StatusCode == 204 && body == "" }},
	{rule: "null", check: is("null")},
	{rule: "error_object", check: is(`{"hata":"yetkisiz"}`)},
	{rule: "bare_array", check: func(_ *http.Response, body, truth string) bool {
		return strings.HasPrefix(body, "[{") && strings.HasSuffix(body, "}]") && strings.Contains(truth, `"KAYITLAR":`+body)
	}},
	{rule: "bare_array", tc: nobody, check: is("[]")},
	{rule: "wrong_content_type", check: func(r *http.Response, body, truth string) bool {
		return r.Header.Get("Content-Type") == "text/plain; charset=utf-8" && body == truth
	}},
	{rule: "wrong_content_type:type=application/xml", check: func(r *http.Response, _, _ string) bool { return r.Header.Get("Content-Type") == "application/xml" }},
	{rule: "wrong_charset", check: func(r *http.Response, body, _ string) bool {
		return strings.Contains(r.Header.Get("Content-Type"), "windows-1254") && strings.Contains(body, "Al\xe7\xfd Levha") && !utf8.ValidString(body)
	}},
	{rule: "gzip", check: func(r *http.Response, body, truth string) bool {
		z, err := gzip.NewReader(strings.NewReader(body))
		if err != nil {
			return false
		}
		plain, err := io.ReadAll(z)
		return err == nil && string(plain) == truth && r.Header.Get("Content-Encoding") == "gzip"
	}},
	{rule: "redirect", check: func(r *http.Response, _, _ string) bool {
		return r.StatusCode == 307 && r.Header.Get("Location") == "/TCKimlikNoIleBelgeSorgulama?oturum=yeni"
	}},
	{rule: "redirect:code=302,to=http://127.0.0.1:1/x", check: func(r *http.Response, _, _ string) bool {
		return r.StatusCode == 302 && r.Header.Get("Location") == "http://127.0.0.1:1/x"
	}},
	{rule: "status", check: func(r *http.Response, body, _ string) bool {
		return r.StatusCode == 503 && r.Header.Get("Retry-After") == "" && strings.HasPrefix(body, `{"SONUC_KODU":"503"`) && wellFormed(body)
	}},
	{rule: "status:code=429,retry_after=7,body=empty", check: func(r *http.Response, body, _ string) bool {
		return r.StatusCode == 429 && r.Header.Get("Retry-After") == "7" && body == ""
	}},
	{rule: "status:code=500,retry_date=30s,body=html", check: func(r *http.Response, body, _ string) bool {
		return r.Header.Get("Retry-After") == "Sun, 22 Nov 2026 10:00:30 GMT" && strings.Contains(body, "<html")
	}},
	{rule: "status:code=999,size=300KiB", check: func(r *http.Response, body, _ string) bool {
		return r.StatusCode == 999 && len(body) >= 300<<10
	}},
	{rule: "clock_skew", check: func(r *http.Response, body, truth string) bool {
		return body == truth && r.Header.Get("Date") == "Sun, 22 Nov 2026 10:10:00 GMT"
	}},
	{rule: "slow:delay=1ms", check: func(_ *http.Response, body, truth string) bool { return body == truth }},
	{rule: "drip:delay=0s", check: func(_ *http.Response, body, truth string) bool { return body == truth }},
	{rule: "oversize:size=1MiB", check: func(r *http.Response, body, _ string) bool {
		return len(body) > 1<<20 && wellFormed(body) && r.ContentLength == -1
	}},
	{rule: "oversize:size=1MiB,fill=rows", tc: nobody, check: func(_ *http.Response, body, _ string) bool {
		return len(body) > 1<<20 && wellFormed(body) && strings.Count(body, "BELGENO") > 1000
	}},
	{rule: "oversize:size=1MiB,fill=short", tc: nobody, check: func(_ *http.Response, body, _ string) bool {
		return len(body) > 1<<20 && wellFormed(body) && strings.Count(body, `"BELGENO":""`) > 3000
	}},

	{rule: "wrong_person", check: func(_ *http.Response, body, truth string) bool {
		other := strings.Replace(body, fixedNumber(2), "10000000146", 1)
		return wellFormed(body) && other != body && !strings.Contains(body, "10000000146") && strings.Contains(truth, "10000000146")
	}},
	{rule: "wrong_person", tc: nobody, check: has(`"KIMLIK_NO":"10000000146"`, "YB9001/12UY0054-3/00/123")},
	{rule: "count_mismatch", check: has(`"KAYIT_SAYISI":6`)},
	{rule: "negative_count", check: has(`"KAYIT_SAYISI":-1`)},
	{rule: "count_text", check: has(`"KAYIT_SAYISI":"1"`)},
	{rule: "result_code", check: func(_ *http.Response, body, _ string) bool {
		return strings.HasPrefix(body, `{"SONUC_KODU":"7",`) && strings.HasSuffix(body, `"KAYIT_SAYISI":0,"SONRAKI_SAYFA":"","KAYITLAR":[]}`)
	}},
	{rule: "result_code:code=00,text=bakım", check: has(`{"SONUC_KODU":"00","SONUC_ACIKLAMA":"bakım",`)},
	{rule: "trailing_junk", check: func(_ *http.Response, body, truth string) bool {
		return strings.HasPrefix(body, truth) && len(body) > len(truth) && !wellFormed(body)
	}},
	{rule: "two_documents", check: func(_ *http.Response, body, truth string) bool { return body == truth+truth }},
	{rule: "bom", check: func(_ *http.Response, body, truth string) bool { return body == "\xef\xbb\xbf"+truth }},
	{rule: "deep_nesting:depth=33", check: func(_ *http.Response, body, _ string) bool {
		return wellFormed(body) && strings.Contains(body, strings.Repeat("[", 33)+strings.Repeat("]", 33))
	}},
	{rule: "many_unknown_fields:count=65", check: func(_ *http.Response, body, _ string) bool {
		return wellFormed(body) && strings.Count(body, `"BILINMEYEN_`) == 65
	}},
	{rule: "extra_field", check: has(`"REVIZYON":`, `"SUNUCU_SURUMU":`)},
	{rule: "extra_field", tc: nobody, check: func(_ *http.Response, body, _ string) bool {
		return strings.Contains(body, "SUNUCU_SURUMU") && strings.Contains(body, `"KAYITLAR":[]`)
	}},

	{rule: "duplicate_key", check: has(`"BELGE_DURUMU":"Geçerli","BELGE_DURUMU":""`)},
	{rule: "duplicate_key:field=KAYITLAR", check: func(_ *http.Response, body, _ string) bool { return strings.Count(body, `"KAYITLAR"`) == 2 }},
	{rule: "case_key", check: has(`"belge_durumu":"Geçerli"`)},
	{rule: "case_key:field=KAYITLAR", check: has(`"kayitlar":[`)},
	{rule: "missing_field", check: func(_ *http.Response, body, _ string) bool {
		return wellFormed(body) && strings.Count(body, `"BELGE_DURUMU"`) == 4
	}},
	{rule: "missing_field", op: parameters, check: func(_ *http.Response, body, truth string) bool {
		return strings.Count(body, "YETERLILIK_KODU")+1 == strings.Count(truth, "YETERLILIK_KODU")
	}},
	{rule: "missing_field:field=KAYIT_SAYISI", check: func(_ *http.Response, body, _ string) bool {
		return wellFormed(body) && !strings.Contains(body, "KAYIT_SAYISI")
	}},
	{rule: "missing_field:field=EUROPASS_SERTIFIKA_EN", tc: nobody, check: func(_ *http.Response, body, _ string) bool {
		return wellFormed(body) && strings.Contains(body, `"KAYIT_SAYISI":1`) && !strings.Contains(body, "EUROPASS_SERTIFIKA_EN")
	}},
	{rule: "null_value", check: has(`"BELGE_DURUMU":null`)},
	{rule: "object_value", check: has(`"BELGE_DURUMU":{"deger":"1"}`)},
	{rule: "bad_date", check: has(`"GECERLILIK_TARIHI":"30.02.2023"`)},
	{rule: "bad_date:value=--,field=SINAV_TARIHI", check: has(`"SINAV_TARIHI":"--"`)},
	{rule: "bad_date:value=,field=BELGE_DUZENLEME_TARIHI", op: byRange, check: has(`"BELGE_DUZENLEME_TARIHI":""`)},
	{rule: "bad_level", check: has(`"YETERLILIK_SEVIYESI":"9"`)},
	{rule: "bad_utf8", check: func(r *http.Response, body, _ string) bool {
		return !utf8.ValidString(body) && r.Header.Get("Content-Type") == jsonType
	}},
	{rule: "lone_surrogate", check: has(`\ud83d `)},
	{rule: "nul_char", check: has(`\u0000`)},
	{rule: "replacement_char", check: has("\ufffd")},
	{rule: "escape_text", check: has(`\u001b[31m`, "\u009b", "\u202e", "\u200b")},
	{rule: "formula_text", check: has(`"YETERLILIK_ADI":"=cmd|`)},
	{rule: "formula_text", tc: nobody, check: func(_ *http.Response, body, truth string) bool { return body == truth }},

	{rule: "out_of_range", op: byRange, check: has(`"BELGE_DUZENLEME_TARIHI":"29.02.2024"`)},
	{rule: "stuck_cursor", op: byRange, check: func(_ *http.Response, body, _ string) bool { return !strings.Contains(body, `"SONRAKI_SAYFA":""`) }},
	{rule: "empty_page_with_cursor", op: byRange, check: func(_ *http.Response, body, _ string) bool {
		return strings.Contains(body, `"KAYITLAR":[]`) && !strings.Contains(body, `"SONRAKI_SAYFA":""`)
	}},
	{rule: "long_cursor", op: byRange, check: has(`"SONRAKI_SAYFA":"` + strings.Repeat("A", 2048) + `"`)},
	{rule: "row_without_person", op: byRange, check: func(_ *http.Response, body, truth string) bool {
		return strings.Count(body, "KIMLIK_NO")+1 == strings.Count(truth, "KIMLIK_NO")
	}},
	{rule: "row_without_person:mode=empty", op: byRange, check: has(`{"KIMLIK_NO":"","BELGENO"`)},
	{rule: "row_without_person:mode=invalid", op: byRange, check: has(`"10000000147"`)},
	{rule: "repeated_row", op: byRange, check: func(_ *http.Response, body, truth string) bool {
		return strings.Count(truth, "15UY0241-4/00/133") == 1 && strings.Count(body, "15UY0241-4/00/133") == 2
	}},

	{rule: "cut", bytes: func(all []byte, err error, truth string) bool {
		resp, body, readErr := parsed(all)
		return err == nil && errors.Is(readErr, io.ErrUnexpectedEOF) && resp.ContentLength == int64(len(truth)) && body == truth[:len(truth)/2]
	}},
	{rule: "cut_chunked", bytes: func(all []byte, err error, truth string) bool {
		resp, body, readErr := parsed(all)
		return err == nil && errors.Is(readErr, io.ErrUnexpectedEOF) && resp.ContentLength == -1 && body == truth[:len(truth)/2]
	}},
	{rule: "http10_cut", bytes: func(all []byte, err error, truth string) bool {
		resp, body, readErr := parsed(all)
		return err == nil && readErr == nil && resp.Proto == "HTTP/1.0" && body == truth[:len(truth)/2]
	}},
	{rule: "drop", bytes: func(all []byte, err error, _ string) bool { return err == nil && len(all) == 0 }},
	{rule: "reset", bytes: func(all []byte, err error, truth string) bool {
		return errors.Is(err, syscall.ECONNRESET) && bytes.Contains(all, []byte(truth[:40])) && len(all) < len(truth)
	}},
	{rule: "reset:at=start", bytes: func(all []byte, err error, _ string) bool {
		return errors.Is(err, syscall.ECONNRESET) && len(all) == 0
	}},
	{rule: "garbage", bytes: func(all []byte, err error, _ string) bool {
		_, _, readErr := parsed(all)
		return err == nil && len(all) > 0 && readErr != nil
	}},
	{rule: "two_lengths", bytes: func(all []byte, err error, truth string) bool {
		_, _, readErr := parsed(all)
		return err == nil && readErr != nil && bytes.Count(all, []byte("Content-Length")) == 2 && bytes.HasSuffix(all, []byte(truth))
	}},
	{rule: "big_header:size=1MiB", bytes: func(all []byte, err error, truth string) bool {
		return err == nil && len(all)-len(truth) > 1<<20 && bytes.HasSuffix(all, []byte("\r\n\r\n"+truth))
	}},
	{rule: "close_after", bytes: func(all []byte, err error, truth string) bool {
		resp, body, readErr := parsed(all)
		return err == nil && readErr == nil && body == truth && !resp.Close
	}},
}

func TestEveryRuleSendsItsBytes(t *testing.T) {
	covered := map[string]bool{"hang": true} // has its own test below
	for _, c := range ruleCases {
		name, _, _ := strings.Cut(c.rule, ":")
		covered[name] = true
		t.Run(c.rule, func(t *testing.T) {
			op, body := c.op, `{}`
			if op == "" {
				op = byNumber
			}
			switch op {
			case byNumber:
				body = numberBody("10000000146")
				if c.tc != "" {
					body = numberBody(c.tc)
				}
			case byRange:
				body = rangeBody("01.03.2024", "31.03.2024", "")
			}
			s, srv := serve(t, Options{Faults: []Rule{mustRule(t, c.rule+sep(c.rule)+"first=1")}})
			all, err := raw(t, srv, op, body)
			plain, plainErr := raw(t, srv, op, body) // the rule is spent: the truth
			_, truth, truthErr := parsed(plain)
			if plainErr != nil || truthErr != nil || !wellFormed(truth) {
				t.Fatalf("the second answer is not the truth: %v %v", plainErr, truthErr)
			}
			if s.Requests() != 2 {
				t.Errorf("counted %d requests", s.Requests())
			}
			if c.bytes != nil {
				if !c.bytes(all, err, truth) {
					t.Errorf("%d bytes, %v: %.300q", len(all), err, all)
				}
				return
			}
			resp, got, bodyErr := parsed(all)
			if err != nil || bodyErr != nil {
				t.Fatalf("%v %v: %.300q", err, bodyErr, all)
			}
			if !c.check(resp, got, truth) {
				t.Errorf("status %d, %v\n%.1500s", resp.StatusCode, resp.Header, got)
			}
		})
	}
	for _, info := range RuleNames() {
		if !covered[info.Name] {
			t.Errorf("no case for %s", info.Name)
		}
		if info.Text.TR == "" || info.Text.EN == "" || info.Text.TR == info.Text.EN {
			t.Errorf("%s is not described in both languages", info.Name)
		}
	}
}

func sep(rule string) string {
	if strings.Contains(rule, ":") {
		return ","
	}
	return ":"
}

func TestWaitsEndWhenTheServerCloses(t *testing.T) {
	for rule, want := range map[string]int{"hang": 0, "slow:delay=10h": 0, "drip:delay=10h": 1} {
		arrived := make(chan bool, 1)
		_, srv := serve(t, Options{Faults: []Rule{mustRule(t, rule)}, OnRequest: func(string, []byte) { arrived <- true }})
		go func() {
			<-arrived
			_ = srv.Close(t.Context())
		}()
		all, _ := raw(t, srv, byNumber, numberBody("10000000146"))
		_, body, _ := bytes.Cut(all, []byte("\r\n\r\n"))
		if len(body) > want || want == 0 && len(all) > 0 {
			t.Errorf("%s: %d bytes: %q", rule, len(all), all)
		}
	}
}

func TestAnOversizeAnswerNeedsNoMemory(t *testing.T) {
	_, srv := serve(t, Options{Faults: []Rule{mustRule(t, "oversize:size=256MiB")}})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	resp, err := http.Post(srv.URL()+"/"+string(parameters), jsonType, strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	n, err := io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	runtime.ReadMemStats(&after)
	if err != nil || n < 256<<20 {
		t.Errorf("%d bytes, %v", n, err)
	}
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 16<<20 {
		t.Errorf("%d bytes were allocated", grown)
	}
}
