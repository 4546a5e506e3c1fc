package myk

import (
	"context"
	"crypto/x509"
	"errors"
	"net/http"
	"testing"

	"iskurctl/internal/fault"
)

func TestAConfigurationThatCannotWorkIsRefusedBeforeTheFirstRow(t *testing.T) {
	ca := newAuthority(t)
	_, certA, keyA := ca.issue(t)
	_, _, keyB := ca.issue(t)
	_, oldCert, oldKey := ca.issue(t, func(c *x509.Certificate) { c.NotAfter = clock().AddDate(0, 0, -1) })
	empty := write(t, "empty.pem", nil)
	for name, x := range map[string]struct {
		cfg  Config
		code string
	}{
		"no address":          {Config{}, "config_base_url"},
		"no scheme":           {Config{BaseURL: "servis.ornek.invalid/belge"}, "config_base_url"},
		"ftp":                 {Config{BaseURL: "ftp://127.0.0.1/"}, "config_base_url"},
		"no host":             {Config{BaseURL: "https:///x"}, "config_base_url"},
		"query":               {Config{BaseURL: "https://ornek.invalid/?a=b"}, "config_base_url"},
		"fragment":            {Config{BaseURL: "https://ornek.invalid/#a"}, "config_base_url"},
		"user and password":   {Config{BaseURL: "https://u:p@ornek.invalid/"}, "config_base_url_user"},
		"user":                {Config{BaseURL: "http://u@127.0.0.1/"}, "config_base_url_user"},
		"http elsewhere":      {Config{BaseURL: "http://192.0.2.1/"}, "config_plain_http"},
		"http to a name":      {Config{BaseURL: "http://127.0.0.1.ornek.invalid/"}, "config_plain_http"},
		"http everywhere":     {Config{BaseURL: "http://0.0.0.0/"}, "config_plain_http"},
		"proxy scheme":        {Config{BaseURL: "https://ornek.invalid", Proxy: "socks5://127.0.0.1:1"}, "config_proxy"},
		"proxy password":      {Config{BaseURL: "https://ornek.invalid", Proxy: "http://u:p@127.0.0.1:1"}, "config_proxy"},
		"negative timeout":    {Config{BaseURL: "https://ornek.invalid", Timeout: -1}, "config_client"},
		"agent with a line":   {Config{BaseURL: "https://ornek.invalid", UserAgent: "a\r\nX: y"}, "config_client"},
		"auth type":           {Config{BaseURL: "https://ornek.invalid", Auth: Auth{Type: "username_token"}}, "config_auth"},
		"basic without name":  {Config{BaseURL: "https://ornek.invalid", Auth: Auth{Type: AuthBasic, Password: secret("x")}}, "config_auth"},
		"basic name colon":    {Config{BaseURL: "https://ornek.invalid", Auth: Auth{Type: AuthBasic, Username: "a:b", Password: secret("x")}}, "config_auth"},
		"basic, no password":  {Config{BaseURL: "https://ornek.invalid", Auth: Auth{Type: AuthBasic, Username: "a"}}, "config_auth"},
		"bearer, no token":    {Config{BaseURL: "https://ornek.invalid", Auth: Auth{Type: AuthBearer}}, "config_auth"},
		"CA missing":          {Config{BaseURL: "https://ornek.invalid", TLS: TLSFiles{CAFile: ca.file + "x"}}, "config_tls"},
		"CA empty":            {Config{BaseURL: "https://ornek.invalid", TLS: TLSFiles{CAFile: empty}}, "config_tls"},
		"certificate alone":   {Config{BaseURL: "https://ornek.invalid", TLS: TLSFiles{CertFile: certA}}, "config_tls"},
		"key alone":           {Config{BaseURL: "https://ornek.invalid", TLS: TLSFiles{KeyFile: keyA}}, "config_tls"},
		"key missing":         {Config{BaseURL: "https://ornek.invalid", TLS: TLSFiles{CertFile: certA, KeyFile: keyA + "x"}}, "config_tls"},
		"another's key":       {Config{BaseURL: "https://ornek.invalid", TLS: TLSFiles{CertFile: certA, KeyFile: keyB}}, "config_tls"},
		"expired client":      {Config{BaseURL: "https://ornek.invalid", TLS: TLSFiles{CertFile: oldCert, KeyFile: oldKey}}, "config_tls"},
		"envelope":            {Config{BaseURL: "https://ornek.invalid", Wire: Wire{Envelope: "xml"}}, "config_wire"},
		"retry code 0":        {Config{BaseURL: "https://ornek.invalid", Wire: Wire{RetryCodes: []string{"0"}}}, "config_wire"},
		"unknown field":       {Config{BaseURL: "https://ornek.invalid", Wire: Wire{Fields: map[string]string{"BELGE_NO": "x"}}}, "config_wire"},
		"empty field":         {Config{BaseURL: "https://ornek.invalid", Wire: Wire{Fields: map[string]string{"BELGENO": ""}}}, "config_wire"},
		"two fields one name": {Config{BaseURL: "https://ornek.invalid", Wire: Wire{Fields: map[string]string{"BELGENO": "kayıtlar"}}}, "config_wire"},
		"operation climbs":    {Config{BaseURL: "https://ornek.invalid", Wire: Wire{Operations: map[string]string{Parameters: "../x"}}}, "config_wire"},
		"operation query":     {Config{BaseURL: "https://ornek.invalid", Wire: Wire{Operations: map[string]string{Parameters: "x?y"}}}, "config_wire"},
	} {
		c, err := NewClient(x.cfg, clock)
		var e *fault.Error
		if c != nil || !errors.As(err, &e) || e.Class != fault.Usage || e.Code != x.code || e.Hint.Empty() {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, ok := range []string{"https://ornek.invalid", "https://ornek.invalid/a/b/", "http://127.0.0.1:8080", "http://[::1]:8080/x", "http://localhost"} {
		if _, err := NewClient(Config{BaseURL: ok}, clock); err != nil {
			t.Errorf("%s: %v", ok, err)
		}
	}
}

func TestSecretsAreFetchedOnceAndStandInTheirHeaderOnly(t *testing.T) {
	for name, x := range map[string]struct {
		auth Auth
		want string
	}{
		"none":   {Auth{}, ""},
		"basic":  {Auth{Type: AuthBasic, Username: "iskur"}, "Basic aXNrdXI6Z2l6bGkxMjM="},
		"bearer": {Auth{Type: AuthBearer}, "Bearer gizli123"},
	} {
		var got string
		url, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
			got = r.Header.Get("Authorization")
			answering(sound)(w, r)
		})
		fetched := 0
		fetch := func(context.Context) ([]byte, error) { fetched++; return []byte("gizli123"), nil }
		x.auth.Password, x.auth.Token = fetch, fetch
		c := client(t, url, func(cfg *Config) { cfg.Auth = x.auth })
		if err := c.Prepare(t.Context()); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			if _, err := c.Do(row(t), number(c)); err != nil {
				t.Fatal(err)
			}
		}
		if got != x.want || fetched > 1 {
			t.Errorf("%s: %q, fetched %d times", name, got, fetched)
		}
	}
	url, hits := serve(t, answering(sound))
	missing := fault.New(fault.Usage, "secret_missing", errPlainHTTP().Message)
	for name, fetch := range map[string]func(context.Context) ([]byte, error){
		"empty": secret(""), "with a line end": secret("a\nb"), "with a blank": secret("a b"),
		"missing": func(context.Context) ([]byte, error) { return nil, missing },
	} {
		c := client(t, url, func(cfg *Config) { cfg.Auth = Auth{Type: AuthBearer, Token: fetch} })
		if err := c.Prepare(t.Context()); fault.ClassOf(err) != fault.Usage {
			t.Errorf("%s: %v", name, err)
		}
		f := failing(row(t), t, c, number(c))
		if f.Fault.Class != fault.Usage || f.Outcome != "not_sent" || !f.StopBatch {
			t.Errorf("%s: %+v", name, f)
		}
	}
	if hits.Load() != 0 {
		t.Error("a call was made without its secret")
	}
}
