package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"iskurctl/internal/fault"
)

// clock stands at 2026-11-22 13:00 in Istanbul.
func clock() time.Time { return time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC) }

func serve(t *testing.T, o Options) (*Service, *Server) {
	t.Helper()
	if o.Now == nil {
		o.Now = clock
	}
	s := New(o)
	srv, err := Listen("127.0.0.1:0", s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := srv.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return s, srv
}

func post(t *testing.T, srv *Server, op operation, body string, change ...func(*http.Request)) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequest(http.MethodPost, srv.URL()+"/"+string(op), strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", jsonType)
	for _, c := range change {
		c(req)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(b)
}

type reply struct {
	Code   *string             `json:"SONUC_KODU"`
	Echo   *string             `json:"KIMLIK_NO"`
	Count  *int                `json:"KAYIT_SAYISI"`
	Next   *string             `json:"SONRAKI_SAYFA"`
	Rows   []map[string]string `json:"KAYITLAR"`
	Reason *string             `json:"SONUC_ACIKLAMA"`
}

func decode(t *testing.T, body string) reply {
	t.Helper()
	var r reply
	if err := json.Unmarshal([]byte(body), &r); err != nil {
		t.Fatalf("%v in %.300q", err, body)
	}
	if r.Code == nil || r.Echo == nil || r.Count == nil || r.Next == nil || r.Reason == nil || r.Rows == nil {
		t.Fatalf("the envelope is not whole: %.300q", body)
	}
	if *r.Count != len(r.Rows) {
		t.Fatalf("KAYIT_SAYISI %d, records %d", *r.Count, len(r.Rows))
	}
	return r
}

func numberBody(tc string) string { return `{"KIMLIK_NO":"` + tc + `"}` }

func TestTheDocumentedPersonIsAnsweredByteForByte(t *testing.T) {
	_, srv := serve(t, Options{})
	resp, body := post(t, srv, byNumber, numberBody("10000000146"))
	want, err := os.ReadFile(filepath.Join("testdata", "10000000146.json"))
	if err != nil {
		t.Fatal(err)
	}
	if body+"\n" != string(want) {
		t.Errorf("got\n%s\nwant\n%s", body, want)
	}
	if resp.StatusCode != 200 || resp.Header.Get("Content-Type") != "application/json; charset=utf-8" || resp.ContentLength != int64(len(body)) {
		t.Errorf("status %d, headers %v", resp.StatusCode, resp.Header)
	}
	if got := resp.Header.Get("Date"); got != "Sun, 22 Nov 2026 10:00:00 GMT" {
		t.Errorf("Date %q does not follow the clock", got)
	}
	r := decode(t, body)
	first := r.Rows[0]
	for key, want := range map[string]string{"BELGENO": "YB9001/12UY0054-3/00/123", "YETERLILIK_ADI": "Alçı Levha Uygulayıcısı",
		"MESLEK_KODU": "7123.05", "SINAV_TARIHI": "12.03.2024", "BELGE_DUZENLEME_TARIHI": "25.03.2024", "GECERLILIK_TARIHI": "25.03.2029",
		"KURULUS_ADI": "Örnek Belgelendirme A.Ş.", "BELGE_DURUMU": "Geçerli", "YETERLILIK_SEVIYESI": "3"} {
		if first[key] != want {
			t.Errorf("%s = %q, want %q", key, first[key], want)
		}
	}
}

func TestANumberOfNobodyIsAnExplicitNegative(t *testing.T) {
	_, srv := serve(t, Options{People: 20})
	for _, tc := range []string{"10000000078", "10000000214", fixedNumber(40), "12345678950"} {
		_, body := post(t, srv, byNumber, numberBody(tc))
		want := `{"SONUC_KODU":"0","SONUC_ACIKLAMA":"","KIMLIK_NO":"` + tc + `","KAYIT_SAYISI":0,"SONRAKI_SAYFA":"","KAYITLAR":[]}`
		if body != want {
			t.Errorf("got %s", body)
		}
	}
}

func TestTheCatalogueIsSentWithItsFourFields(t *testing.T) {
	_, srv := serve(t, Options{})
	_, body := post(t, srv, parameters, `{}`)
	r := decode(t, body)
	if len(r.Rows) < 60 || *r.Echo != "" || *r.Next != "" {
		t.Fatalf("%d rows, echo %q, next %q", len(r.Rows), *r.Echo, *r.Next)
	}
	for _, row := range r.Rows {
		if len(row) != 4 || row["YETERLILIK_ADI"] == "" || row["MESLEK_KODU"] == "" ||
			!strings.HasSuffix(row["YETERLILIK_KODU"], "-"+row["YETERLILIK_SEVIYESI"]) {
			t.Errorf("bad row %v", row)
		}
	}
}

func TestBadRequestsAreRefusedAndCounted(t *testing.T) {
	s, srv := serve(t, Options{})
	cases := []struct {
		name   string
		op     operation
		body   string
		change func(*http.Request)
		status int
	}{
		{"bad check digit", byNumber, numberBody("10000000147"), nil, 400},
		{"empty number", byNumber, numberBody(""), nil, 400},
		{"number as a JSON number", byNumber, `{"KIMLIK_NO":10000000146}`, nil, 400},
		{"no parameter", byNumber, `{}`, nil, 400},
		{"one too many", byNumber, `{"KIMLIK_NO":"10000000146","X":""}`, nil, 400},
		{"not JSON", byNumber, `KIMLIK_NO=10000000146`, nil, 400},
		{"null", parameters, `null`, nil, 400},
		{"empty body", parameters, ``, nil, 400},
		{"too long", parameters, `{"X":"` + strings.Repeat("x", maxRequestBytes) + `"}`, nil, 400},
		{"another type", byNumber, numberBody("10000000146"), func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") }, 400},
		{"dates turned round", byRange, `{"BASLANGIC_TARIHI":"02.01.2024","BITIS_TARIHI":"01.01.2024","SAYFA":""}`, nil, 400},
		{"a day that does not exist", byRange, `{"BASLANGIC_TARIHI":"30.02.2024","BITIS_TARIHI":"01.03.2024","SAYFA":""}`, nil, 400},
		{"ISO dates", byRange, `{"BASLANGIC_TARIHI":"2024-01-01","BITIS_TARIHI":"2024-01-02","SAYFA":""}`, nil, 400},
		{"an invented cursor", byRange, `{"BASLANGIC_TARIHI":"01.01.2024","BITIS_TARIHI":"02.01.2024","SAYFA":"AAAAAAAAAAAAAAAA"}`, nil, 400},
		{"GET", byNumber, ``, func(r *http.Request) { r.Method = "GET" }, 405},
		{"PUT", byNumber, numberBody("10000000146"), func(r *http.Request) { r.Method = "PUT" }, 405},
	}
	for _, c := range cases {
		change := c.change
		if change == nil {
			change = func(*http.Request) {}
		}
		resp, body := post(t, srv, c.op, c.body, change)
		if resp.StatusCode != c.status {
			t.Errorf("%s: status %d, want %d", c.name, resp.StatusCode, c.status)
		}
		if r := decode(t, body); *r.Code == "0" || strings.Contains(*r.Reason, "1000000") {
			t.Errorf("%s: %s", c.name, body)
		}
	}
	if got := s.Requests(); got != int64(len(cases)) {
		t.Errorf("counted %d of %d", got, len(cases))
	}
	if resp, _ := post(t, srv, "BaskaIslem", `{}`); resp.StatusCode != 404 || s.Requests() != int64(len(cases)) {
		t.Errorf("status %d, counted %d: an unknown operation is none", resp.StatusCode, s.Requests())
	}
}

func TestCredentialsAreAskedForWhenConfigured(t *testing.T) {
	basic := func(user, password string) func(*http.Request) {
		return func(r *http.Request) { r.SetBasicAuth(user, password) }
	}
	bearer := func(token string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) }
	}
	for _, c := range []struct {
		name   string
		o      Options
		change func(*http.Request)
		status int
	}{
		{"none asked", Options{}, basic("a", "b"), 200},
		{"basic right", Options{Username: "iskur", Password: "gizli"}, basic("iskur", "gizli"), 200},
		{"basic wrong password", Options{Username: "iskur", Password: "gizli"}, basic("iskur", "gizl"), 401},
		{"basic wrong user", Options{Username: "iskur", Password: "gizli"}, basic("Iskur", "gizli"), 401},
		{"basic missing", Options{Username: "iskur", Password: "gizli"}, func(*http.Request) {}, 401},
		{"bearer right", Options{Token: "t0"}, bearer("t0"), 200},
		{"bearer wrong", Options{Token: "t0"}, bearer("t1"), 401},
		{"bearer missing", Options{Token: "t0"}, func(*http.Request) {}, 401},
		{"basic does not open bearer", Options{Token: "t0"}, basic("", ""), 401},
	} {
		_, srv := serve(t, c.o)
		resp, body := post(t, srv, byNumber, numberBody("10000000146"), c.change)
		if resp.StatusCode != c.status {
			t.Errorf("%s: status %d, want %d", c.name, resp.StatusCode, c.status)
		}
		if c.status == 401 && (resp.Header.Get("WWW-Authenticate") == "" || strings.Contains(body, "BELGENO")) {
			t.Errorf("%s: %v %s", c.name, resp.Header, body)
		}
	}
}

func TestTheRecorderSeesEveryRequestEvenOneThatARuleEats(t *testing.T) {
	rule := mustRule(t, "drop:first=1")
	var seen []string
	s, srv := serve(t, Options{Faults: []Rule{rule}, OnRequest: func(method string, body []byte) { seen = append(seen, method+" "+string(body)) }})
	if resp, err := http.Post(srv.URL()+"/"+string(parameters), jsonType, strings.NewReader("{}")); err == nil {
		_ = resp.Body.Close()
		t.Error("the first request was answered")
	}
	post(t, srv, byNumber, numberBody("10000000146"))
	want := "ParametreGonderimi {}\n" + `TCKimlikNoIleBelgeSorgulama {"KIMLIK_NO":"10000000146"}`
	if got := strings.Join(seen, "\n"); got != want || s.Requests() != 2 {
		t.Errorf("saw\n%s\ncounted %d", got, s.Requests())
	}
}

func TestListenRefusesAddressesThatAreNotLoopback(t *testing.T) {
	s := New(Options{Now: clock})
	for addr, code := range map[string]string{":0": "listen_not_loopback", "0.0.0.0:0": "listen_not_loopback", "192.0.2.1:80": "listen_not_loopback",
		"[::]:0": "listen_not_loopback", "example.invalid:80": "listen_not_loopback", "127.0.0.1": "listen_address",
		"127.0.0.1:99999": "listen_address", "127.0.0.1:-1": "listen_address", "127.0.0.1:": "listen_address"} {
		srv, err := Listen(addr, s)
		var f *fault.Error
		if !errors.As(err, &f) || f.Class != fault.Usage || f.Code != code || f.Hint.Empty() {
			t.Errorf("%s: %v", addr, err)
		}
		if srv != nil {
			t.Errorf("%s: listens", addr)
		}
	}
	open := New(Options{Now: clock, AllowRemote: true})
	srv, err := Listen("0.0.0.0:0", open)
	if err != nil {
		t.Fatal(err)
	}
	_, err = Listen(srv.listener.Addr().String(), open)
	if f := fault.From(err); f == nil || f.Code != "listen_failed" || f.Message.EN != "cannot listen on the address: the address is in use" {
		t.Errorf("an address that is taken: %v", err)
	}
	if err := srv.Close(context.Background()); err != nil {
		t.Error(err)
	}
	if err := srv.Close(context.Background()); err != nil {
		t.Error("a second Close:", err)
	}
}

func TestManyAtOnceGetTheirOwnAnswersAndEveryFifthTheRule(t *testing.T) {
	const workers, each = 8, 50
	s, srv := serve(t, Options{People: 1000, Faults: []Rule{mustRule(t, "html200:every=5")}})
	var mu sync.Mutex
	html := 0
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for n := range each {
				tc := s.generatedPerson(w*each+n, todayOf(clock())).KimlikNo
				resp, err := http.Post(srv.URL()+"/"+string(byNumber), jsonType, strings.NewReader(numberBody(tc)))
				if err != nil {
					t.Error(err)
					return
				}
				b, _ := io.ReadAll(resp.Body)
				_ = resp.Body.Close()
				if strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") {
					mu.Lock()
					html++
					mu.Unlock()
				} else if !strings.Contains(string(b), `"KIMLIK_NO":"`+tc+`"`) {
					t.Errorf("another person's answer")
				}
			}
		})
	}
	wg.Wait()
	if html != workers*each/5 || s.Requests() != workers*each {
		t.Errorf("%d of %d by the rule, counted %d", html, workers*each, s.Requests())
	}
}

// Go's own Shutdown gives a silent connection five seconds; a command that ends must not.
func TestCloseDoesNotWaitForConnectionsThatSayNothing(t *testing.T) {
	srv, err := Listen("127.0.0.1:0", New(Options{Now: clock}))
	if err != nil {
		t.Fatal(err)
	}
	c, err := net.Dial("tcp", strings.TrimPrefix(srv.URL(), "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	for accepted := false; !accepted; runtime.Gosched() {
		srv.mu.Lock()
		accepted = len(srv.silent) == 1
		srv.mu.Unlock()
	}
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
	defer cancel()
	if err := srv.Close(ctx); err != nil || ctx.Err() != nil {
		t.Errorf("%v, %v", err, ctx.Err())
	}
}
