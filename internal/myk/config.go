package myk

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"net"
	"net/url"
	"os"
	"strings"
	"time"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// The kinds of authentication of the JSON transport.
const (
	AuthNone   = "none"
	AuthBasic  = "basic"
	AuthBearer = "bearer"
)

// Auth holds the credentials; a secret is fetched when it is first needed, once in the life of a Client.
type Auth struct {
	Type     string // none, basic, bearer; "" = none
	Username string
	Password func(ctx context.Context) ([]byte, error) // basic
	Token    func(ctx context.Context) ([]byte, error) // bearer
}

// TLSFiles are PEM files; "" = the system's roots, no client certificate.
type TLSFiles struct{ CAFile, CertFile, KeyFile string }

// Config is one profile's [myk] section.
type Config struct {
	BaseURL   string // https, or http to a loopback address
	Wire      Wire
	Timeout   time.Duration // one attempt, from dial to last byte; 0 = 10 s
	Auth      Auth
	TLS       TLSFiles
	Proxy     string // http://host:port; "" = none, whatever the environment says
	MaxConns  int    // connections to the service; 0 = 4
	UserAgent string // "" = iskurctl
}

const (
	defaultTimeout = 10 * time.Second
	dialLimit      = 10 * time.Second
	defaultConns   = 4
	maxHeader      = 64 << 10
)

func badConfig(code string, text, hint i18n.Text) *fault.Error {
	return fault.New(fault.Usage, code, text).WithHint(hint)
}

func errPlainHTTP() *fault.Error {
	return badConfig("config_plain_http",
		i18n.T("myk.base_url https ile başlamalı; http yalnızca bu bilgisayar (127.0.0.1, ::1, localhost) için olur",
			"myk.base_url must start with https; http is only for this machine (127.0.0.1, ::1, localhost)"),
		i18n.T("adresi https:// ile yazın", "write the address with https://"))
}

// baseURL checks the address of the service.
func baseURL(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	if s == "" || err != nil || u.Hostname() == "" || u.Opaque != "" || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" ||
		(u.Scheme != "https" && u.Scheme != "http") {
		return nil, badConfig("config_base_url", i18n.T("myk.base_url bir https adresi değil", "myk.base_url is not an https address"),
			i18n.T("örnek: https://servis.ornek.gov.tr/belge", "for example: https://service.example.org/certificates"))
	}
	if u.User != nil {
		return nil, badConfig("config_base_url_user",
			i18n.T("myk.base_url içinde kullanıcı adı ya da parola olamaz", "myk.base_url cannot hold a user name or password"),
			i18n.T("[profiles.AD.myk.auth] bölümünü kullanın", "use [profiles.NAME.myk.auth]"))
	}
	if u.Scheme == "http" && u.Hostname() != "localhost" {
		if ip := net.ParseIP(u.Hostname()); ip == nil || !ip.IsLoopback() {
			return nil, errPlainHTTP()
		}
	}
	return u, nil
}

// proxyAddress gives the host:port of a configured proxy.
func proxyAddress(s string) (string, error) {
	if s == "" {
		return "", nil
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" || u.Hostname() == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" {
		return "", badConfig("config_proxy", i18n.T("myk.proxy http://SUNUCU:PORT biçiminde olmalı", "myk.proxy must be http://HOST:PORT"),
			i18n.T("kullanıcı adı, parola ve yol yazılmaz", "without user name, password and path"))
	}
	port := u.Port()
	if port == "" {
		port = "80"
	}
	return net.JoinHostPort(u.Hostname(), port), nil
}

// noSessions keeps no session: every connection checks the server anew. That there is a cache at all makes servers send
// a session ticket after they have taken our certificate, which is what confirm waits for.
type noSessions struct{}

func (noSessions) Get(string) (*tls.ClientSessionState, bool) { return nil, false }
func (noSessions) Put(string, *tls.ClientSessionState)        {}

// load reads the PEM files and checks that they fit together, before any log row is written.
func (f TLSFiles) load(now time.Time) (*tls.Config, *tls.Certificate, error) {
	cfg := &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}, ClientSessionCache: noSessions{}}
	if f.CAFile != "" {
		pem, err := os.ReadFile(f.CAFile)
		if err != nil {
			return nil, nil, tlsFault("ca_file", fault.Cause(err)).Because(err)
		}
		if cfg.RootCAs = x509.NewCertPool(); !cfg.RootCAs.AppendCertsFromPEM(pem) {
			return nil, nil, tlsFault("ca_file", i18n.T("dosyada PEM sertifikası yok", "the file holds no PEM certificate"))
		}
	}
	if f.CertFile == "" && f.KeyFile == "" {
		return cfg, nil, nil
	}
	if f.CertFile == "" || f.KeyFile == "" {
		return nil, nil, tlsFault("cert_file, key_file", i18n.T("ikisi birlikte verilmeli", "both must be given"))
	}
	certPEM, err := os.ReadFile(f.CertFile)
	if err != nil {
		return nil, nil, tlsFault("cert_file", fault.Cause(err)).Because(err)
	}
	keyPEM, err := os.ReadFile(f.KeyFile)
	if err != nil {
		return nil, nil, tlsFault("key_file", fault.Cause(err)).Because(err)
	}
	pair, err := tls.X509KeyPair(certPEM, keyPEM)
	if err != nil {
		return nil, nil, tlsFault("cert_file, key_file", i18n.T("sertifika ve anahtar okunamıyor ya da birbirine ait değil",
			"the certificate and the key cannot be read or do not belong together")).Because(err)
	}
	if now.After(pair.Leaf.NotAfter) {
		return nil, nil, tlsFault("cert_file", i18n.T("istemci sertifikasının süresi dolmuş", "the client certificate has expired"))
	}
	return cfg, &pair, nil
}

func tlsFault(where string, text i18n.Text) *fault.Error {
	return badConfig("config_tls", i18n.Tf("myk.tls.%s: %s", "myk.tls.%s: %s", where, text),
		i18n.T("[profiles.AD.myk.tls] altındaki dosyaları denetleyin", "check the files in [profiles.NAME.myk.tls]"))
}

// check refuses credentials that can never work, without fetching a secret.
func (a Auth) check() error {
	hint := i18n.T("[profiles.AD.myk.auth] bölümünü düzeltin", "correct [profiles.NAME.myk.auth]")
	switch a.Type {
	case "", AuthNone:
		return nil
	case AuthBasic:
		if a.Username == "" || strings.ContainsFunc(a.Username, func(r rune) bool { return r == ':' || r < ' ' || r == 0x7f }) {
			return badConfig("config_auth", i18n.T("myk.auth.username boş olamaz, ':' ve denetim karakteri içeremez",
				"myk.auth.username cannot be empty or hold ':' or control characters"), hint)
		}
		if a.Password == nil {
			return badConfig("config_auth", i18n.T("myk.auth.password verilmemiş", "myk.auth.password is not given"), hint)
		}
	case AuthBearer:
		if a.Token == nil {
			return badConfig("config_auth", i18n.T("myk.auth.token verilmemiş", "myk.auth.token is not given"), hint)
		}
	default:
		return badConfig("config_auth", i18n.T("myk.auth.type yalnızca none, basic ya da bearer olabilir",
			"myk.auth.type can only be none, basic or bearer"), hint)
	}
	return nil
}

// header fetches the secret and gives the value of Authorization, "" for none.
func (a Auth) header(ctx context.Context) (string, error) {
	fetch := a.Password
	switch a.Type {
	case "", AuthNone:
		return "", nil
	case AuthBearer:
		fetch = a.Token
	}
	secret, err := fetch(ctx)
	if err != nil {
		return "", err
	}
	// A bearer token stands in a header as it is (RFC 6750 §2.1); a password is base64 and may hold anything visible.
	for _, b := range secret {
		if b < ' ' || b == 0x7f || a.Type == AuthBearer && (b == ' ' || b > 0x7e) {
			secret = nil
			break
		}
	}
	if len(secret) == 0 {
		return "", badConfig("config_secret", i18n.T("servis parolası ya da belirteci boş veya kullanılamaz karakter içeriyor",
			"the service's password or token is empty or holds characters that cannot be used"),
			i18n.T("gizli bilginin durduğu yeri denetleyin", "check the place where the secret is kept"))
	}
	if a.Type == AuthBearer {
		return "Bearer " + string(secret), nil
	}
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(a.Username+":"+string(secret))), nil
}
