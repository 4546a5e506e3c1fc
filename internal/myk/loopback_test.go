package myk

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"iskurctl/internal/fault"
	"iskurctl/internal/tckn"
)

// net/http writes unasked-for bytes of a connection into the standard logger; like the program, the tests keep it shut.
func TestMain(m *testing.M) {
	log.SetOutput(io.Discard)
	os.Exit(m.Run())
}

const person = "10000000146"

// rowText is one sound row of Ek-1.
const rowText = `{"BELGENO":"YB9001/12UY0054-3/00/123","YETERLILIK_ADI":"Alçı Levha Uygulayıcısı","MESLEK_KODU":"7123.05",` +
	`"YETERLILIK_KODU":"12UY0054-3","YETERLILIK_SEVIYESI":"3","SINAV_TARIHI":"12.03.2024","BELGE_DUZENLEME_TARIHI":"25.03.2024",` +
	`"GECERLILIK_TARIHI":"25.03.2029","KURULUS_ADI":"Örnek Belgelendirme A.Ş.","BELGE_DURUMU":"Geçerli",` +
	`"EUROPASS_SERTIFIKA_TR":"https://ornek.invalid/tr","EUROPASS_SERTIFIKA_EN":""}`

// sound is a whole reply to NumberRequest(person).
const sound = `{"SONUC_KODU":"0","SONUC_ACIKLAMA":"","KIMLIK_NO":"` + person + `","KAYIT_SAYISI":1,"SONRAKI_SAYFA":"","KAYITLAR":[` + rowText + `]}`

var rangeRow = strings.Replace(rowText, "{", `{"KIMLIK_NO":"`+person+`",`, 1)

func page(count int, next string, rows ...string) string {
	return fmt.Sprintf(`{"SONUC_KODU":"0","SONUC_ACIKLAMA":"","KIMLIK_NO":"","KAYIT_SAYISI":%d,"SONRAKI_SAYFA":%q,"KAYITLAR":[%s]}`,
		count, next, strings.Join(rows, ","))
}

func clock() time.Time { return time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC) }

func client(t testing.TB, url string, change ...func(*Config)) *Client {
	t.Helper()
	cfg := Config{BaseURL: url, Timeout: 5 * time.Second}
	for _, f := range change {
		f(&cfg)
	}
	c, err := NewClient(cfg, clock)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func within(d time.Duration) func(*Config) { return func(c *Config) { c.Timeout = d } }

var seq atomic.Int64

func row(t testing.TB) context.Context { return Logged(t.Context(), seq.Add(1)) }

// serve runs a real HTTP server on loopback and counts what reaches it.
func serve(t testing.TB, h http.HandlerFunc) (url string, hits *atomic.Int64) {
	t.Helper()
	hits = new(atomic.Int64)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hits.Add(1)
		h(w, r)
	}))
	t.Cleanup(srv.Close)
	return srv.URL, hits
}

func answering(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		fmt.Fprint(w, body)
	}
}

// rawServer speaks bytes: for every request it has read whole, talk writes what it likes; false closes.
func rawServer(t testing.TB, talk func(c net.Conn, request int) bool) (url string, requests *atomic.Int64) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	requests = new(atomic.Int64)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				for r := bufio.NewReader(c); ; {
					req, err := http.ReadRequest(r)
					if err != nil {
						return
					}
					if _, err := bufio.NewReader(req.Body).WriteTo(discard{}); err != nil {
						return
					}
					if !talk(c, int(requests.Add(1))) {
						return
					}
				}
			}()
		}
	}()
	return "http://" + l.Addr().String(), requests
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

func whole(body string) string {
	return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
}

func reset(c net.Conn) { c.(*net.TCPConn).SetLinger(0) }

// failing makes one attempt and gives its Failure; a Reply fails the test.
func failing(ctx context.Context, t *testing.T, c *Client, r Request) *Failure {
	t.Helper()
	reply, err := c.Do(ctx, r)
	if reply != nil || err == nil {
		t.Fatalf("a reply was believed: %+v", reply)
	}
	var f *Failure
	if !errors.As(err, &f) {
		t.Fatalf("error is a %T, not a *Failure", err)
	}
	return f
}

type want struct {
	class   fault.Class
	code    string
	outcome string
	retry   bool
	stop    bool
}

func (w want) check(t *testing.T, f *Failure) {
	t.Helper()
	got := want{f.Fault.Class, f.Fault.Code, f.Outcome, f.Retry, f.StopBatch}
	if got != w {
		t.Errorf("got %+v, want %+v", got, w)
	}
	if f.Fault.Message.TR == "" || f.Fault.Message.EN == "" || strings.Contains(f.Fault.Message.TR+f.Fault.Message.EN, "%!") {
		t.Errorf("message %q", f.Fault.Message)
	}
}

func TestASoundReplyIsReadWhole(t *testing.T) {
	var got struct{ method, path, contentType, encoding, body string }
	url, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		b := new(strings.Builder)
		bufio.NewReader(r.Body).WriteTo(b)
		got.method, got.path, got.contentType, got.encoding, got.body =
			r.Method, r.URL.RequestURI(), r.Header.Get("Content-Type"), r.Header.Get("Accept-Encoding"), b.String()
		w.Header().Set("Date", "Sun, 22 Nov 2026 09:00:05 GMT")
		answering(sound)(w, r)
	})
	c := client(t, url+"/v1/")
	reply, err := c.Do(row(t), c.NumberRequest(person))
	if err != nil {
		t.Fatal(err)
	}
	want := Certificate{KimlikNo: person, BelgeNo: "YB9001/12UY0054-3/00/123", YeterlilikAdi: "Alçı Levha Uygulayıcısı",
		MeslekKodu: "7123.05", YeterlilikKodu: "12UY0054-3", YeterlilikSeviyesi: 3, SinavTarihi: Date{2024, 3, 12},
		BelgeDuzenlemeTarihi: Date{2024, 3, 25}, GecerlilikTarihi: Date{2029, 3, 25}, KurulusAdi: "Örnek Belgelendirme A.Ş.",
		BelgeDurumu: "Geçerli", EuropassTR: "https://ornek.invalid/tr"}
	if len(reply.Certificates) != 1 || reply.Certificates[0] != want {
		t.Errorf("got %+v", reply.Certificates)
	}
	if got.method != "POST" || got.path != "/v1/"+ByNumber || got.body != `{"KIMLIK_NO":"`+person+`"}` ||
		got.contentType != "application/json; charset=utf-8" || got.encoding != "identity" {
		t.Errorf("on the wire: %+v", got)
	}
}

func TestEveryOperationReadsItsOwnShape(t *testing.T) {
	from, to := Date{2024, 3, 1}, Date{2024, 3, 31}
	quals := page(1, "", `{"YETERLILIK_ADI":"Alçı","YETERLILIK_KODU":"12UY0054-3","YETERLILIK_SEVIYESI":3,"MESLEK_KODU":"7123.05"}`)
	none := `{"SONUC_KODU":"0","SONUC_ACIKLAMA":"","KIMLIK_NO":"` + person + `","KAYIT_SAYISI":0,"SONRAKI_SAYFA":"","KAYITLAR":[]}`
	lateCount := `{"KAYITLAR":[` + rowText + `],"KAYIT_SAYISI":1,"SONRAKI_SAYFA":"","KIMLIK_NO":"` + person + `","SONUC_ACIKLAMA":"","SONUC_KODU":"0"}`
	for name, x := range map[string]struct {
		body  string
		array bool
		ask   func(*Client) Request
		ok    func(*Reply) bool
	}{
		"none":            {none, false, number, func(r *Reply) bool { return len(r.Certificates) == 0 }},
		"byte order mark": {"\uFEFF" + sound, false, number, func(r *Reply) bool { return len(r.Certificates) == 1 }},
		"blanks around":   {" \n" + sound + "\r\n\t ", false, number, func(r *Reply) bool { return len(r.Certificates) == 1 }},
		"any order":       {lateCount, false, number, func(r *Reply) bool { return len(r.Certificates) == 1 }},
		"integer level": {strings.Replace(sound, `SEVIYESI":"3"`, `SEVIYESI":5`, 1), false, number,
			func(r *Reply) bool { return r.Certificates[0].YeterlilikSeviyesi == 5 }},
		"empty values": {strings.NewReplacer(`"3"`, `""`, `"12.03.2024"`, `""`, `"25.03.2029"`, `""`).Replace(sound), false, number,
			func(r *Reply) bool {
				c := r.Certificates[0]
				return c.YeterlilikSeviyesi == 0 && c.SinavTarihi.IsZero()
			}},
		"escaped key": {strings.Replace(sound, `"BELGENO"`, `"BELGE\u004eO"`, 1), false, number,
			func(r *Reply) bool { return r.Certificates[0].BelgeNo != "" }},
		"replacement character": {strings.Replace(sound, "Alçı", "Al\uFFFDı", 1), false, number,
			func(r *Reply) bool {
				return r.ReplacementChars && strings.Contains(r.Certificates[0].YeterlilikAdi, "\uFFFD")
			}},
		"owner in the row": {strings.Replace(sound, rowText, rangeRow, 1), false, number,
			func(r *Reply) bool { return len(r.UnknownFields) == 0 && r.Certificates[0].KimlikNo == person }},
		"unknown fields once": {strings.Replace(sound, `"BELGENO"`, `"YENI\u001b":{"IC":[1,{"x":null}]},"BELGENO"`, 1), false, number,
			func(r *Reply) bool { return len(r.UnknownFields) == 1 && r.UnknownFields[0] == "YENI" }},
		"page":           {page(1, "p2", rangeRow), false, askRange(from, to), func(r *Reply) bool { return r.Next == "p2" && r.Certificates[0].KimlikNo == person }},
		"both ends":      {page(1, "", rangeRow), false, askRange(Date{2024, 3, 25}, Date{2024, 3, 25}), func(r *Reply) bool { return len(r.Certificates) == 1 }},
		"empty range":    {page(0, ""), false, askRange(from, to), func(r *Reply) bool { return r.Next == "" && len(r.Certificates) == 0 }},
		"qualifications": {quals, false, (*Client).QualificationsRequest, func(r *Reply) bool { return r.Qualifications[0] == Qualification{"Alçı", "12UY0054-3", 3, "7123.05"} }},
		"array":          {"[" + rowText + "]", true, number, func(r *Reply) bool { return r.Certificates[0].KimlikNo == person }},
		"empty array":    {"[]", true, number, func(r *Reply) bool { return len(r.Certificates) == 0 }},
	} {
		t.Run(name, func(t *testing.T) {
			url, _ := serve(t, answering(x.body))
			c := client(t, url, func(cfg *Config) {
				if x.array {
					cfg.Wire.Envelope = "array"
				}
			})
			reply, err := c.Do(row(t), x.ask(c))
			if err != nil {
				t.Fatal(err)
			}
			if !x.ok(reply) {
				t.Errorf("got %+v", reply)
			}
		})
	}
}

func number(c *Client) Request { return c.NumberRequest(person) }

func askRange(from, to Date) func(*Client) Request {
	return func(c *Client) Request { return c.RangeRequest(from, to, "") }
}

func TestEveryNameOnTheWireIsConfiguration(t *testing.T) {
	var path, body string
	url, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		b := new(strings.Builder)
		bufio.NewReader(r.Body).WriteTo(b)
		path, body = r.URL.Path, b.String()
		answering(strings.NewReplacer(`"BELGENO"`, `"belgeNo"`, `"KAYITLAR"`, `"rows"`).Replace(sound))(w, r)
	})
	c := client(t, url, func(cfg *Config) {
		cfg.Wire = Wire{Operations: map[string]string{ByNumber: "belge/tc"}, Parameters: map[string]string{"KIMLIK_NO": "tckn"},
			Fields: map[string]string{"BELGENO": "belgeNo", "KAYITLAR": "rows"}}
	})
	request := c.NumberRequest(person)
	reply, err := c.Do(row(t), request)
	if err != nil || len(reply.Certificates) != 1 || reply.Certificates[0].BelgeNo == "" {
		t.Fatal(reply, err)
	}
	if path != "/belge/tc" || body != `{"tckn":"`+person+`"}` || request.Params[0] != (Param{"tckn", person}) || request.Method != ByNumber {
		t.Errorf("path %s body %s request %+v", path, body, request)
	}
}

func TestOnlyTheStatusesOfTheContractAreUnderstood(t *testing.T) {
	today := Date{2026, 11, 22}
	for _, x := range []struct {
		durum string
		until Date
		want  Status
	}{
		{"Geçerli", Date{2026, 11, 22}, Valid}, {"GEÇERLİ", Date{2027, 1, 1}, Valid}, {" 1 ", Date{2027, 1, 1}, Valid},
		{"Geçerli", Date{2026, 11, 21}, Expired}, {"Geçerli", Date{}, Unknown},
		{"İPTAL EDİLDİ", Date{2020, 1, 1}, Cancelled}, {"iptal edildi", Date{}, Cancelled}, {"2", Date{2027, 1, 1}, Cancelled},
		{"ASKIYA ALINDI", Date{2020, 1, 1}, Suspended}, {"3", Date{}, Suspended},
		{"Süresi Dolmuş", Date{2027, 1, 1}, Expired}, {"4", Date{}, Expired},
		{"", Date{2027, 1, 1}, Unknown}, {"Geçerli değil", Date{2027, 1, 1}, Unknown}, {"5", Date{2027, 1, 1}, Unknown},
		{"GEÇERLI", Date{2027, 1, 1}, Unknown}, {"01", Date{2027, 1, 1}, Unknown},
	} {
		if got := (Certificate{BelgeDurumu: x.durum, GecerlilikTarihi: x.until}).StatusOn(today); got != x.want {
			t.Errorf("%q until %s: %s, want %s", x.durum, x.until.ISO(), got, x.want)
		}
	}
}

func TestDatesAreRealDaysInOneForm(t *testing.T) {
	for _, s := range []string{"30.02.2024", "29.02.2023", "1.3.2024", "2024-03-01", "00.01.2024", "01.13.2024", "01.01.0000",
		" 01.01.2024", "01.01.2024 ", "01/01/2024", "٠١.٠١.٢٠٢٤", "--", "01.01.24", "+1.01.2024"} {
		if d, err := ParseWire(s); err == nil {
			t.Errorf("%q was read as %s", s, d.ISO())
		}
	}
	d, err := ParseWire("29.02.2024")
	if err != nil || d.ISO() != "2024-02-29" || d.Wire() != "29.02.2024" {
		t.Error(d, err)
	}
	if d, err := ParseWire(""); err != nil || !d.IsZero() || d.ISO() != "" || d.Wire() != "" {
		t.Error(d, err)
	}
	if got := Today(time.Date(2026, 12, 31, 21, 0, 0, 0, time.UTC)); got != (Date{2027, 1, 1}) {
		t.Error(got)
	}
	if got := Today(time.Date(2026, 12, 31, 20, 59, 59, 0, time.FixedZone("", 0))); got != (Date{2026, 12, 31}) {
		t.Error(got)
	}
}

// neighbour is another person of the synthetic block.
func neighbour() string { return tckn.Complete(100000002) }
