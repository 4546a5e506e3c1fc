package app

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	stdlog "log"
	"math/big"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"iskurctl/internal/myk/sandbox"
)

// authority issues certificates for a server on loopback and its clients.
type authority struct {
	t    *testing.T
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	file string // its own certificate
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{t: t}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Deneme Kök"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, key := a.sign(template, nil)
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	a.cert, a.key, a.file = cert, key, a.pem("ca.pem", "CERTIFICATE", der)
	return a
}

// sign makes a key and its certificate; before the authority has a key of its own, one that signs itself.
func (a *authority) sign(template, parent *x509.Certificate) ([]byte, *ecdsa.PrivateKey) {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	signer := a.key
	if parent == nil {
		parent, signer = template, key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
	if err != nil {
		a.t.Fatal(err)
	}
	return der, key
}

func (a *authority) pem(name, kind string, der []byte) string {
	a.t.Helper()
	path := filepath.Join(a.t.TempDir(), name)
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		a.t.Fatal(err)
	}
	return path
}

// issue gives a certificate for 127.0.0.1, and for a client, as a pair and as files.
func (a *authority) issue() (pair tls.Certificate, certFile, keyFile string) {
	a.t.Helper()
	der, key := a.sign(&x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "iskur"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		NotBefore:   time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}, a.cert)
	text, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		a.t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, a.pem("cert.pem", "CERTIFICATE", der), a.pem("key.pem", "PRIVATE KEY", text)
}

func TestTLSIsBelievedOnlyWithTheRightCertificates(t *testing.T) {
	ours, other := newAuthority(t), newAuthority(t)
	pair, cert, key := ours.issue()
	_, strangerCert, strangerKey := other.issue()
	pool := x509.NewCertPool()
	pool.AddCert(ours.cert)
	oneWay := &tls.Config{Certificates: []tls.Certificate{pair}}
	mutual := func(highest uint16) *tls.Config {
		return &tls.Config{Certificates: []tls.Certificate{pair}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: pool, MaxVersion: highest}
	}
	for name, c := range map[string]struct {
		server        *tls.Config
		ca, cert, key string
		code          string // "" = it works
	}{
		"ca_file":                          {oneWay, ours.file, "", "", ""},
		"no ca_file":                       {oneWay, "", "", "", "tls_certificate"},
		"the ca_file of somebody else":     {oneWay, other.file, "", "", "tls_certificate"},
		"client certificate":               {mutual(0), ours.file, cert, key, ""},
		"client certificate, TLS 1.2":      {mutual(tls.VersionTLS12), ours.file, cert, key, ""},
		"no client certificate":            {mutual(0), ours.file, "", "", "tls_refused"},
		"no client certificate, TLS 1.2":   {mutual(tls.VersionTLS12), ours.file, "", "", "tls_refused"},
		"a stranger's client certificate":  {mutual(0), ours.file, strangerCert, strangerKey, "tls_refused"},
		"a server that knows TLS 1.1 only": {&tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}, ours.file, "", "", "tls_refused"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			service := sandbox.New(sandbox.Options{Now: time.Now})
			srv := httptest.NewUnstartedServer(service.Handler())
			srv.TLS, srv.Config.ErrorLog = c.server, stdlog.New(io.Discard, "", 0)
			srv.StartTLS()
			t.Cleanup(srv.Close)
			d := newDesk(t)
			d.profile(srv.URL)
			for setting, file := range map[string]string{"ca_file": c.ca, "cert_file": c.cert, "key_file": c.key} {
				if file != "" {
					d.edit("myk.tls." + setting + `="` + file + `"`)
				}
			}
			r := d.feed("10000000146\n10000000382\n10000000764\n", "myk", "lookup", "--tc-file", "-", "-o", "json")
			got := outcomesOf(t, d)
			if c.code == "" {
				if r.code != 0 || service.Requests() != 3 || !slices.Equal(got, []string{"ok", "ok", "ok"}) {
					t.Errorf("%+v, outcomes %q, %d requests", r, got, service.Requests())
				}
				return
			}
			// the first refusal ends the batch: the institution's access may be locked
			if r.code != 4 || !strings.Contains(r.stderr, `"code":"`+c.code+`"`) || service.Requests() != 0 || !slices.Equal(got, []string{"not_sent"}) {
				t.Errorf("%+v, outcomes %q, %d requests", r, got, service.Requests())
			}
		})
	}
}

func TestTLSFilesAreCheckedBeforeAnythingIsAsked(t *testing.T) {
	ours := newAuthority(t)
	_, cert, key := ours.issue()
	_, _, otherKey := ours.issue()
	broken := filepath.Join(t.TempDir(), "broken.pem")
	if err := os.WriteFile(broken, []byte("-----BEGIN CERTIFICATE-----\nyok\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, settings := range map[string][]string{
		"no such ca_file":       {"ca_file=" + broken + ".yok"},
		"a ca_file without any": {"ca_file=" + broken},
		"a certificate, no key": {"cert_file=" + cert},
		"a key, no certificate": {"key_file=" + key},
		"a key of another":      {"cert_file=" + cert, "key_file=" + otherKey},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			d.profile("https://127.0.0.1:1")
			for _, s := range settings {
				setting, file, _ := strings.Cut(s, "=")
				d.edit("myk.tls." + setting + `="` + file + `"`)
			}
			if r := d.run("myk", "lookup", "10000000146", "-o", "json"); r.code != 2 || !strings.Contains(r.stderr, `"class":"usage"`) {
				t.Errorf("%+v", r)
			}
			d.edit(`myk.tls.ca_file=""`, `myk.tls.cert_file=""`, `myk.tls.key_file=""`)
			if got := outcomesOf(t, d); len(got) != 0 {
				t.Errorf("outcomes %q", got)
			}
		})
	}
}
