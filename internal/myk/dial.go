package myk

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"syscall"
	"time"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// dialer opens connections. The TLS handshake and the proxy's CONNECT are done here and not by net/http, so that
// every failure before the first byte of a request is known for what it is.
type dialer struct {
	net          net.Dialer
	timeout      time.Duration // dial and TLS together, ≤ 10 s
	tls          *tls.Config
	certificate  *tls.Certificate // the client's own; nil = none
	proxy        string           // host:port; "" = direct
	loopbackOnly bool             // plain http
}

// dialError is a failure before a request had a connection, so nothing of it left.
type dialError struct{ failure *Failure }

func (e *dialError) Error() string { return e.failure.Error() }
func (e *dialError) Unwrap() error { return e.failure }

func unreachable(err error) error {
	return &dialError{&Failure{Outcome: outcomeNotSent, Retry: true, Fault: fault.New(fault.Unavailable, "service_unreachable",
		i18n.Tf("servise bağlanılamadı: %s", "could not connect to the service: %s", fault.Cause(err))).
		WithHint(i18n.T("ağ bağlantısını ve myk.base_url adresini denetleyin; istek gönderilmedi",
			"check the network and myk.base_url; the request was not sent")).Because(err)}}
}

func (d *dialer) tcp(ctx context.Context, address string) (*wireConn, error) {
	nc, err := d.net.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, unreachable(err)
	}
	if a, ok := nc.RemoteAddr().(*net.TCPAddr); d.loopbackOnly && (!ok || !a.IP.IsLoopback()) {
		_ = nc.Close()
		return nil, &dialError{&Failure{Outcome: outcomeNotSent, StopBatch: true, Fault: errPlainHTTP()}}
	}
	return &wireConn{Conn: nc}, nil
}

// dialPlain serves http:// addresses, which are on this machine.
func (d *dialer) dialPlain(ctx context.Context, _, address string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, d.timeout)
	defer cancel()
	raw, err := d.tcp(ctx, address)
	if err != nil {
		return nil, err
	}
	return &conn{Conn: raw, raw: raw}, nil
}

// dialTLS serves https:// addresses.
func (d *dialer) dialTLS(ctx context.Context, _, address string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, d.timeout)
	defer cancel()
	first := address
	if d.proxy != "" {
		first = d.proxy
	}
	raw, err := d.tcp(ctx, first)
	if err != nil {
		return nil, err
	}
	c, err := d.secure(ctx, raw, address)
	if err != nil {
		_ = raw.Close()
		return nil, err
	}
	return c, nil
}

func (d *dialer) secure(ctx context.Context, raw *wireConn, address string) (net.Conn, error) {
	if d.proxy != "" {
		if err := connect(ctx, raw, address); err != nil {
			return nil, err
		}
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, unreachable(err)
	}
	asked := false
	cfg := d.tls.Clone()
	cfg.ServerName = host
	cfg.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
		asked = true
		if d.certificate == nil {
			return &tls.Certificate{}, nil
		}
		return d.certificate, nil
	}
	tc := tls.Client(raw, cfg)
	if err := tc.HandshakeContext(ctx); err != nil {
		return nil, tlsFailure(ctx, err)
	}
	if asked && tc.ConnectionState().Version == tls.VersionTLS13 {
		if err := confirm(tc, raw); err != nil {
			return nil, tlsFailure(ctx, err)
		}
	}
	return &conn{Conn: tc, raw: raw}, nil
}

// confirmWait is how long a new TLS 1.3 connection with client authentication waits for the server's word.
const confirmWait = 300 * time.Millisecond

// confirm learns whether the server took our certificate. In TLS 1.3 the client ends its handshake before the server
// has looked, so a refusal would come only after the request had left (RFC 8446 §4.4.2, appendix E.1.2). Servers send
// either an alert or session tickets then; one that sends neither costs confirmWait a connection.
func confirm(tc *tls.Conn, raw *wireConn) error {
	raw.peek(confirmWait)
	raw.noWait = true
	defer func() { raw.noWait = false }()
	var b [1]byte
	n, err := tc.Read(b[:])
	var ne net.Error
	switch {
	case n > 0:
		return errors.New("data before the first request")
	case errors.As(err, &ne) && ne.Timeout():
		return nil
	}
	return err
}

// tlsFailure tells a refusal (certificate, alert, no TLS at all: final, the batch stops) from a network that failed.
func tlsFailure(ctx context.Context, err error) error {
	if !isAlert(err) && (ctx.Err() != nil || networkFailure(err)) {
		return unreachable(err)
	}
	code, text := "tls_refused", i18n.T("TLS bağlantısı reddedildi", "the TLS connection was refused")
	hint := i18n.T("sunucunun TLS sürümünü (en az 1.2) ve [profiles.AD.myk.tls] ayarlarını denetleyin; istek gönderilmedi",
		"check the server's TLS version (at least 1.2) and [profiles.NAME.myk.tls]; the request was not sent")
	var bad *tls.CertificateVerificationError
	var invalid x509.CertificateInvalidError
	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		code, text = "tls_certificate", i18n.T("sunucunun sertifikası süresi dolmuş ya da henüz geçerli değil",
			"the server's certificate has expired or is not valid yet")
	case errors.As(err, &bad):
		code, text = "tls_certificate", i18n.T("sunucunun sertifikası doğrulanamadı", "the server's certificate could not be verified")
		hint = i18n.T("kurumun kök sertifikasını myk.tls.ca_file ile gösterin ve myk.base_url adresindeki sunucu adını denetleyin",
			"name the institution's root certificate with myk.tls.ca_file and check the host name in myk.base_url")
	case isAlert(err):
		text = i18n.T("sunucu TLS bağlantısını reddetti", "the server refused the TLS connection")
		hint = i18n.T("istemci sertifikasını (myk.tls.cert_file, myk.tls.key_file) denetleyin; istek gönderilmedi",
			"check the client certificate (myk.tls.cert_file, myk.tls.key_file); the request was not sent")
	}
	return &dialError{&Failure{Outcome: outcomeNotSent, StopBatch: true,
		Fault: fault.New(fault.Refused, code, text).WithHint(hint).Because(err)}}
}

// isAlert: crypto/tls gives an alert of the other side as an OpError of this name; its own type is not exported.
func isAlert(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "remote error"
}

func networkFailure(err error) bool {
	var ne net.Error
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) ||
		errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) ||
		errors.As(err, &ne) && ne.Timeout()
}

// connect asks a configured HTTP proxy for a tunnel. CONNECT carries nothing of the request.
func connect(ctx context.Context, raw *wireConn, address string) error {
	stop := context.AfterFunc(ctx, func() { _ = raw.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	if _, err := fmt.Fprintf(raw, "CONNECT %s HTTP/1.1\r\nHost: %s\r\n\r\n", address, address); err != nil {
		return unreachable(err)
	}
	// The server behind a tunnel is silent until our hello, so the buffered reader takes nothing of it.
	head := bufio.NewReader(io.LimitReader(raw, maxHeader))
	resp, err := http.ReadResponse(head, &http.Request{Method: http.MethodConnect}) //nolint:bodyclose // its body is the tunnel
	if err != nil {
		return unreachable(err)
	}
	if resp.StatusCode == http.StatusOK {
		return nil
	}
	f := &Failure{Outcome: outcomeNotSent, Fault: fault.New(fault.Unavailable, "proxy_status",
		i18n.Tf("vekil sunucu bağlantıyı kurmadı (HTTP %s)", "the proxy did not open the connection (HTTP %s)", strconv.Itoa(resp.StatusCode))).
		WithHint(i18n.T("myk.proxy ayarını denetleyin; istek gönderilmedi", "check myk.proxy; the request was not sent"))}
	switch s := resp.StatusCode; {
	case s == 401 || s == 403 || s == 407:
		f.Fault.Class, f.StopBatch = fault.Refused, true
	default:
		f.Retry = true
	}
	return &dialError{f}
}
