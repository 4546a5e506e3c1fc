package myk

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"iskurctl/internal/fault"
)

// authority issues the certificates of these tests.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	file string
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{}
	a.key, _ = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign, NotBefore: clock().AddDate(-20, 0, 0), NotAfter: clock().AddDate(20, 0, 0)}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &a.key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	a.cert, _ = x509.ParseCertificate(der)
	a.file = write(t, "ca.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	return a
}

func write(t *testing.T, name string, b []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func (a *authority) issue(t *testing.T, change ...func(*x509.Certificate)) (pair tls.Certificate, certFile, keyFile string) {
	t.Helper()
	key, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "leaf"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		NotBefore:   clock().AddDate(-20, 0, 0), NotAfter: clock().AddDate(20, 0, 0)}
	for _, f := range change {
		f(tmpl)
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, a.cert, &key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, _ := x509.MarshalPKCS8PrivateKey(key)
	certPEM := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	keyPEM := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})
	if pair, err = tls.X509KeyPair(certPEM, keyPEM); err != nil {
		t.Fatal(err)
	}
	return pair, write(t, "cert.pem", certPEM), write(t, "key.pem", keyPEM)
}

func serveTLS(t *testing.T, cfg *tls.Config) (url string, hits *atomic.Int64) {
	t.Helper()
	hits = new(atomic.Int64)
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hits.Add(1)
		answering(sound)(w, r)
	}))
	srv.Config.ErrorLog = log.New(io.Discard, "", 0)
	srv.TLS = cfg
	srv.StartTLS()
	t.Cleanup(srv.Close)
	return srv.URL, hits
}

func TestTLSWorksWithTheInstitutionsRoot(t *testing.T) {
	ca := newAuthority(t)
	pair, certFile, keyFile := ca.issue(t)
	pool := x509.NewCertPool()
	pool.AddCert(ca.cert)
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		url, hits := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{pair}, ClientAuth: tls.RequireAndVerifyClientCert,
			ClientCAs: pool, MaxVersion: version})
		c := client(t, url, func(cfg *Config) { cfg.TLS = TLSFiles{ca.file, certFile, keyFile} })
		for range 3 {
			if reply, err := c.Do(row(t), number(c)); err != nil || len(reply.Certificates) != 1 {
				t.Fatalf("TLS %x: %v", version, err)
			}
		}
		if hits.Load() != 3 {
			t.Error(hits.Load())
		}
	}
}

// A server that asks for no client certificate and sends no session tickets must not cost a wait or an error.
func TestAServerWithoutTicketsStillAnswers(t *testing.T) {
	ca := newAuthority(t)
	pair, _, _ := ca.issue(t)
	url, _ := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{pair}, ClientAuth: tls.RequestClientCert, SessionTicketsDisabled: true})
	c := client(t, url, func(cfg *Config) { cfg.TLS.CAFile = ca.file })
	if _, err := c.Do(row(t), number(c)); err != nil {
		t.Fatal(err)
	}
}

func TestATLSRefusalStopsTheBatchAndSendsNothing(t *testing.T) {
	ca, other := newAuthority(t), newAuthority(t)
	pair, _, _ := ca.issue(t)
	expired, _, _ := ca.issue(t, func(c *x509.Certificate) { c.NotAfter = clock().AddDate(-10, 0, 0) })
	elsewhere, _, _ := ca.issue(t, func(c *x509.Certificate) { c.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 9)} })
	_, strangerCert, strangerKey := other.issue(t)
	pool := x509.NewCertPool()
	pool.AddCert(ca.cert)
	mutual := func(max uint16) *tls.Config {
		return &tls.Config{Certificates: []tls.Certificate{pair}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: pool, MaxVersion: max}
	}
	for name, x := range map[string]struct {
		server *tls.Config
		files  TLSFiles
		code   string
	}{
		"unknown root":                  {&tls.Config{Certificates: []tls.Certificate{pair}}, TLSFiles{CAFile: other.file}, "tls_certificate"},
		"self-signed for the system":    {&tls.Config{Certificates: []tls.Certificate{pair}}, TLSFiles{}, "tls_certificate"},
		"expired":                       {&tls.Config{Certificates: []tls.Certificate{expired}}, TLSFiles{CAFile: ca.file}, "tls_certificate"},
		"another host":                  {&tls.Config{Certificates: []tls.Certificate{elsewhere}}, TLSFiles{CAFile: ca.file}, "tls_certificate"},
		"TLS 1.1":                       {&tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}, TLSFiles{CAFile: ca.file}, "tls_refused"},
		"no client certificate, 1.2":    {mutual(tls.VersionTLS12), TLSFiles{CAFile: ca.file}, "tls_refused"},
		"no client certificate, 1.3":    {mutual(tls.VersionTLS13), TLSFiles{CAFile: ca.file}, "tls_refused"},
		"a stranger's certificate, 1.2": {mutual(tls.VersionTLS12), TLSFiles{ca.file, strangerCert, strangerKey}, "tls_refused"},
		"a stranger's certificate, 1.3": {mutual(tls.VersionTLS13), TLSFiles{ca.file, strangerCert, strangerKey}, "tls_refused"},
	} {
		t.Run(name, func(t *testing.T) {
			url, hits := serveTLS(t, x.server)
			c := client(t, url, func(cfg *Config) { cfg.TLS = x.files })
			want{fault.Refused, x.code, "not_sent", false, true}.check(t, failing(row(t), t, c, number(c)))
			if hits.Load() != 0 {
				t.Error("the server received a request")
			}
		})
	}
}

// talkRaw accepts connections and hands them over as they are.
func talkRaw(t *testing.T, talk func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { defer c.Close(); talk(c) }()
		}
	}()
	return l.Addr().String()
}

func TestAHandshakeThatTheNetworkBreaksIsNotARefusal(t *testing.T) {
	silence := make(chan struct{})
	t.Cleanup(func() { close(silence) })
	hello := func(c net.Conn) { c.Read(make([]byte, 4096)) }
	for name, x := range map[string]struct {
		talk func(net.Conn)
		want want
	}{
		"closed":         {hello, want{fault.Unavailable, "service_unreachable", "not_sent", true, false}},
		"reset":          {func(c net.Conn) { hello(c); reset(c) }, want{fault.Unavailable, "service_unreachable", "not_sent", true, false}},
		"silent":         {func(c net.Conn) { <-silence }, want{fault.Unavailable, "", "not_sent", true, false}},
		"no TLS":         {func(c net.Conn) { hello(c); io.WriteString(c, "HTTP/1.1 400 Bad Request\r\n\r\n") }, want{fault.Refused, "tls_refused", "not_sent", false, true}},
		"an alert":       {func(c net.Conn) { hello(c); c.Write([]byte{21, 3, 3, 0, 2, 2, 40}) }, want{fault.Refused, "tls_refused", "not_sent", false, true}},
		"half an answer": {func(c net.Conn) { hello(c); c.Write([]byte{22, 3, 3, 0, 99, 2}) }, want{fault.Unavailable, "service_unreachable", "not_sent", true, false}},
	} {
		t.Run(name, func(t *testing.T) {
			c := client(t, "https://"+talkRaw(t, x.talk), within(300*time.Millisecond))
			f := failing(row(t), t, c, number(c))
			if x.want.code == "" {
				x.want.code = f.Fault.Code // the dial's own clock and the attempt's are equal
			}
			x.want.check(t, f)
		})
	}
}

func TestOnlyAConfiguredProxyIsUsed(t *testing.T) {
	ca := newAuthority(t)
	pair, _, _ := ca.issue(t)
	url, hits := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{pair}})
	var tunnels atomic.Int64
	var status atomic.Value
	status.Store("200 OK")
	proxy := talkRaw(t, func(c net.Conn) {
		r := bufio.NewReader(c)
		req, err := http.ReadRequest(r)
		if err != nil || req.Method != http.MethodConnect || len(req.Header) != 0 {
			return
		}
		tunnels.Add(1)
		answer := status.Load().(string)
		io.WriteString(c, "HTTP/1.1 "+answer+"\r\n\r\n")
		if answer != "200 OK" {
			return
		}
		up, err := net.Dial("tcp", req.Host)
		if err != nil {
			return
		}
		defer up.Close()
		go io.Copy(up, r)
		io.Copy(c, up)
	})
	for _, name := range []string{"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY"} {
		t.Setenv(name, "http://"+proxy)
	}
	root := func(cfg *Config) { cfg.TLS.CAFile = ca.file }
	c := client(t, url, root)
	if _, err := c.Do(row(t), number(c)); err != nil || tunnels.Load() != 0 {
		t.Fatalf("the proxy of the environment: %v, %d tunnels", err, tunnels.Load())
	}
	viaProxy := func(cfg *Config) { root(cfg); cfg.Proxy = "http://" + proxy }
	c = client(t, url, viaProxy)
	if _, err := c.Do(row(t), number(c)); err != nil || tunnels.Load() != 1 || hits.Load() != 2 {
		t.Fatalf("the configured proxy: %v, %d tunnels, %d requests", err, tunnels.Load(), hits.Load())
	}
	for s, w := range map[string]want{
		"407 Proxy Authentication Required": {fault.Refused, "proxy_status", "not_sent", false, true},
		"502 Bad Gateway":                   {fault.Unavailable, "proxy_status", "not_sent", true, false},
	} {
		status.Store(s)
		c = client(t, url, viaProxy)
		w.check(t, failing(row(t), t, c, number(c)))
	}
	if hits.Load() != 2 {
		t.Error("a request passed a proxy that refused")
	}
}
