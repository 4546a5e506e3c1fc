package app

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
)

// The real names of the wire are not published: each is a setting. These tests meet a service that uses others.

// row is one certificate by our default names.
const row = `{"BELGENO":"YB9001/12UY0054-3/00/123","YETERLILIK_ADI":"Alçı Levha Uygulayıcısı","MESLEK_KODU":"7123.05","YETERLILIK_KODU":"12UY0054-3",` +
	`"YETERLILIK_SEVIYESI":"3","SINAV_TARIHI":"12.03.2024","BELGE_DUZENLEME_TARIHI":"25.03.2024","GECERLILIK_TARIHI":"25.03.2099",` +
	`"KURULUS_ADI":"Örnek Belgelendirme A.Ş.","BELGE_DURUMU":"Geçerli","EUROPASS_SERTIFIKA_TR":"","EUROPASS_SERTIFIKA_EN":""}`

const wireNumber = "10000000146"

func envelope(code string, rows ...string) string {
	return fmt.Sprintf(`{"SONUC_KODU":%q,"SONUC_ACIKLAMA":"","KIMLIK_NO":%q,"KAYIT_SAYISI":%d,"SONRAKI_SAYFA":"","KAYITLAR":[%s]}`,
		code, wireNumber, len(rows), strings.Join(rows, ","))
}

// foreign is a service that says what it is told to, one reply after the other (the last one for ever), and remembers
// the requests as "/path body".
type foreignService struct {
	url  string
	mu   sync.Mutex
	seen []string
}

func speaking(t *testing.T, replies ...string) *foreignService {
	f := &foreignService{}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		f.mu.Lock()
		defer f.mu.Unlock()
		if err != nil {
			t.Error(err)
		}
		reply := replies[min(len(f.seen), len(replies)-1)]
		f.seen = append(f.seen, r.URL.Path+" "+string(body))
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, reply)
	}))
	t.Cleanup(srv.Close)
	f.url = srv.URL
	return f
}

func (f *foreignService) requests() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.seen)
}

// lookUp asks for wireNumber and checks exit code, outcomes and requests against each other; it gives the records.
func lookUp(t *testing.T, d *desk, f *foreignService, code int, outcomes ...string) []map[string]any {
	t.Helper()
	r := d.run("myk", "lookup", wireNumber, "-o", "json")
	if r.code != code {
		t.Errorf("exit %d, want %d: %s", r.code, code, r.stderr)
	}
	if got := outcomesOf(t, d); !slices.Equal(got, outcomes) || len(got) != len(f.requests()) {
		t.Errorf("outcomes %q, want %q, for the requests %q", got, outcomes, f.requests())
	}
	var records []map[string]any
	if err := json.Unmarshal([]byte(r.stdout), &records); err != nil && (code == 0 || r.stdout != "") {
		t.Errorf("stdout is %q: %v", r.stdout, err)
	}
	return records
}

func TestAServiceThatSendsABareArrayIsUnderstoodWhenToldSo(t *testing.T) {
	for name, c := range map[string]struct {
		reply, envelope, outcome string
		code, records            int
		status                   string
	}{
		"array":                      {"[" + row + "," + strings.Replace(row, "/123", "/124", 1) + "]", `"array"`, "ok", 0, 2, "valid"},
		"empty array":                {"[]", `"array"`, "none", 3, 1, "none"},
		"object where array is set":  {envelope("0", row), `"array"`, "protocol", 10, 0, ""},
		"array where object is set":  {"[" + row + "]", `"object"`, "protocol", 10, 0, ""},
		"none in the other envelope": {"[]", `"object"`, "protocol", 10, 0, ""},
		"row that lacks a field":     {"[" + strings.Replace(row, `"BELGENO"`, `"BELGE_NO"`, 1) + "]", `"array"`, "protocol", 10, 0, ""},
		"null instead of an array":   {"null", `"array"`, "protocol", 10, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := speaking(t, c.reply)
			d := newDesk(t)
			d.profile(f.url, "myk.wire.envelope="+c.envelope)
			records := lookUp(t, d, f, c.code, c.outcome)
			if len(records) != c.records || c.records > 0 && records[0]["status"] != c.status {
				t.Errorf("records %v", records)
			}
		})
	}
}

func TestOnlyTheCodesThatAreListedAreTriedAgain(t *testing.T) {
	t.Run("listed", func(t *testing.T) {
		t.Parallel()
		f := speaking(t, envelope("E-7"), envelope("MESGUL"), envelope("0", row))
		d := newDesk(t)
		d.profile(f.url, `myk.wire.retry_codes=["E-7", "MESGUL"]`)
		if records := lookUp(t, d, f, 0, "unavailable", "unavailable", "ok"); len(records) != 1 {
			t.Errorf("records %v", records)
		}
	})
	t.Run("not listed", func(t *testing.T) {
		t.Parallel()
		f := speaking(t, envelope("E-8"), envelope("0", row))
		d := newDesk(t)
		d.profile(f.url, `myk.wire.retry_codes=["E-7"]`)
		lookUp(t, d, f, 4, "refused")
	})
	t.Run("success", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t)
		d.profile("http://127.0.0.1:1", `myk.wire.retry_codes=["0"]`)
		if r := d.run("myk", "lookup", wireNumber); r.code != 2 {
			t.Errorf("%+v", r)
		}
	})
}

func TestRenamedOperationsParametersAndFieldsWorkEndToEnd(t *testing.T) {
	renamed := strings.NewReplacer(`"BELGENO"`, `"belgeNumarasi"`, `"KAYITLAR"`, `"kayıtlar"`, `"SONUC_KODU"`, `"kod"`, `"KIMLIK_NO"`, `"tckn"`)
	settings := []string{
		`myk.wire.operations.TCKimlikNoIleBelgeSorgulama="belge/sorgula"`, `myk.wire.operations.ParametreGonderimi="Yeterlilikler"`,
		`myk.wire.parameters.KIMLIK_NO="kimlik"`,
		`myk.wire.fields.BELGENO="belgeNumarasi"`, `myk.wire.fields.KAYITLAR="kayıtlar"`, `myk.wire.fields.SONUC_KODU="kod"`, `myk.wire.fields.KIMLIK_NO="tckn"`,
	}
	t.Run("their names", func(t *testing.T) {
		t.Parallel()
		f := speaking(t, renamed.Replace(envelope("0", row)))
		d := newDesk(t)
		d.profile(f.url, settings...)
		records := lookUp(t, d, f, 0, "ok")
		if len(records) != 1 || records[0]["BELGENO"] != "YB9001/12UY0054-3/00/123" || records[0]["KIMLIK_NO"] != "100******46" || records[0]["belgeNumarasi"] != nil {
			t.Errorf("the names of the program have changed: %v", records)
		}
		if want := `/belge/sorgula {"kimlik":"` + wireNumber + `"}`; !slices.Equal(f.requests(), []string{want}) {
			t.Errorf("the service was asked %q", f.requests())
		}
		// the log says what stood on the wire, under the protocol's name of the operation
		r := d.run("audit", "list", "-o", "json")
		got, err := jq(r.stdout, `.[] | [.method, .params.kimlik] | tojson`)
		if err != nil || !slices.Equal(got, []string{`["TCKimlikNoIleBelgeSorgulama","100******46"]`}) {
			t.Errorf("%q %v", got, err)
		}
		if r := d.run("myk", "qualifications"); r.code != 10 || !slices.Contains(f.requests(), "/Yeterlilikler {}") {
			t.Errorf("%+v, %q", r, f.requests())
		}
	})
	t.Run("our names, which it does not know any more", func(t *testing.T) {
		t.Parallel()
		f := speaking(t, envelope("0", row))
		d := newDesk(t)
		d.profile(f.url, settings...)
		lookUp(t, d, f, 10, "protocol")
	})
	for name, setting := range map[string]string{
		"a name that does not exist": `myk.wire.fields.BELGE_NO="x"`, "two of one name": `myk.wire.fields.BELGENO="KAYITLAR"`,
		"two that differ in case": `myk.wire.fields.BELGENO="kayıtlar"`, "a way out of the address": `myk.wire.operations.ParametreGonderimi="../x"`,
		"an envelope that does not exist": `myk.wire.envelope="xml"`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := speaking(t, envelope("0", row))
			d := newDesk(t)
			d.profile(f.url, setting)
			if r := d.run("myk", "lookup", wireNumber); r.code != 2 || len(f.requests()) != 0 {
				t.Errorf("%+v, %q", r, f.requests())
			}
		})
	}
}
