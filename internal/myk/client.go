package myk

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptrace"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-resty/resty/v2"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// Client makes attempts against one service. It is safe for concurrent use and keeps its connections until Close.
type Client struct {
	rest      *resty.Client
	transport *http.Transport
	base      string // without slash at the end
	wire      *names
	timeout   time.Duration
	now       func() time.Time
	auth      Auth
	decoders  sync.Pool

	secret        sync.Mutex
	authorization string // value of the header, once fetched
	fetched       bool
}

// NewClient checks the configuration and the TLS files; nothing is sent and no secret is fetched (see Prepare). Every
// error is of class Usage. now is the clock for HTTP dates and certificates.
func NewClient(cfg Config, now func() time.Time) (*Client, error) {
	u, err := baseURL(cfg.BaseURL)
	if err != nil {
		return nil, err
	}
	wire, err := newNames(cfg.Wire)
	if err != nil {
		return nil, err
	}
	if err := cfg.Auth.check(); err != nil {
		return nil, err
	}
	proxy, err := proxyAddress(cfg.Proxy)
	if err != nil {
		return nil, err
	}
	tlsConfig, certificate, err := cfg.TLS.load(now())
	if err != nil {
		return nil, err
	}
	if cfg.Timeout < 0 || cfg.MaxConns < 0 || strings.ContainsFunc(cfg.UserAgent, func(r rune) bool { return r < ' ' || r > '~' }) {
		return nil, badConfig("config_client", i18n.T("zaman aşımı ya da bağlantı sayısı eksi, veya program adı kullanılamaz",
			"the timeout or the number of connections is negative, or the agent name cannot be used"),
			i18n.T("[profiles.AD.myk] bölümünü düzeltin", "correct [profiles.NAME.myk]"))
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = defaultTimeout
	}
	if cfg.MaxConns == 0 {
		cfg.MaxConns = defaultConns
	}
	if cfg.UserAgent == "" {
		cfg.UserAgent = "iskurctl"
	}

	d := &dialer{net: net.Dialer{KeepAlive: 15 * time.Second}, timeout: min(cfg.Timeout, dialLimit), tls: tlsConfig,
		certificate: certificate, proxy: proxy, loopbackOnly: u.Scheme == "http"}
	only := new(http.Protocols)
	only.SetHTTP1(true) // HTTP/2 sends a request again on its own when the server takes its streams back
	c := &Client{base: strings.TrimRight(u.String(), "/"), wire: wire, timeout: cfg.Timeout, now: now, auth: cfg.Auth}
	c.transport = &http.Transport{
		DialContext:            d.dialPlain,
		DialTLSContext:         d.dialTLS,
		Protocols:              only,
		DisableCompression:     true,
		MaxIdleConnsPerHost:    cfg.MaxConns,
		MaxConnsPerHost:        cfg.MaxConns,
		IdleConnTimeout:        5 * time.Second, // a connection the server closed meanwhile costs an attempt
		MaxResponseHeaderBytes: maxHeader,
	}
	c.rest = resty.NewWithClient(&http.Client{Transport: gate{c.transport}}).
		SetRedirectPolicy(resty.NoRedirectPolicy()).
		SetDoNotParseResponse(true).
		SetLogger(silent{}).SetDisableWarn(true). // resty's own logger prints addresses and headers
		SetHeaders(map[string]string{
			"Content-Type":    "application/json; charset=utf-8",
			"Accept":          "application/json",
			"Accept-Encoding": "identity",
			"User-Agent":      cfg.UserAgent,
		})
	return c, nil
}

// silent is resty's logger: what there is to say is said by our own faults.
type silent struct{}

func (silent) Errorf(string, ...any) {}
func (silent) Warnf(string, ...any)  {}
func (silent) Debugf(string, ...any) {}

// Close ends the idle connections.
func (c *Client) Close() { c.transport.CloseIdleConnections() }

// Prepare fetches the secret, so that a missing one is found before the first log row. Do does it otherwise. The error
// is the secret source's own, or of class Usage.
func (c *Client) Prepare(ctx context.Context) error {
	_, err := c.credentials(ctx)
	return err
}

func (c *Client) credentials(ctx context.Context) (string, error) {
	c.secret.Lock()
	defer c.secret.Unlock()
	if !c.fetched {
		h, err := c.auth.header(ctx)
		if err != nil {
			return "", err
		}
		c.authorization, c.fetched = h, true
	}
	return c.authorization, nil
}

// Do makes one attempt of one call; nothing is retried. ctx comes from Logged, with a row of its own for each attempt.
// The error is always a *Failure.
func (c *Client) Do(ctx context.Context, r Request) (*Reply, error) {
	operation := slices.Index(operationNames, r.Method)
	body, err := appendBody(make([]byte, 0, 128), r.Params)
	if operation < 0 || err != nil {
		return nil, &Failure{Outcome: outcomeNotSent, Fault: fault.New(fault.Internal, "request",
			i18n.T("istek kurulamadı", "the request could not be built")).Because(err)}
	}
	authorization, err := c.credentials(ctx)
	if err != nil && ctx.Err() != nil {
		return nil, c.lost(ctx, ctx, &attempt{}, err)
	}
	if err != nil {
		return nil, &Failure{Outcome: outcomeNotSent, StopBatch: true, Fault: fault.From(err)}
	}
	timed, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	a, resp, err := c.post(timed, c.base+"/"+c.wire.operations[operation], authorization, body)
	if err != nil {
		return nil, c.lost(ctx, timed, a, err)
	}
	raw := resp.RawResponse
	// Closing a body that was not read to its end also closes the connection, so that no reply can lag into the next.
	defer raw.Body.Close()
	switch {
	case a.stale.Load():
		a.end()
		return nil, again(broken("reply_unsolicited", ""))
	case raw.StatusCode != http.StatusOK:
		return nil, statusFailure(raw.StatusCode, raw.Header, c.now())
	}
	if err := checkHead(raw.Header); err != nil {
		return nil, failureOf(err, c.wire)
	}
	reply, err := c.decode(raw, r)
	var cut *cutError
	switch {
	case errors.As(err, &cut):
		return nil, c.lost(ctx, timed, a, cut.err)
	case err != nil:
		f := failureOf(err, c.wire)
		// A reply that ends with its connection can be cut without HTTP noticing; one of declared length cannot.
		f.Retry = f.Retry || f.Fault.Code == "reply_truncated" && raw.ContentLength < 0 && len(raw.TransferEncoding) == 0
		return nil, f
	}
	return reply, nil
}

// post sends the request. A kept-alive connection that turns out closed before a byte was written is no attempt at all
// for the service, so the request then goes out once more over a new connection; net/http would do so for a GET only.
func (c *Client) post(ctx context.Context, url, authorization string, body []byte) (a *attempt, resp *resty.Response, err error) {
	for again := false; ; again = true {
		a = &attempt{}
		call := c.rest.R().SetContext(httptrace.WithClientTrace(ctx, a.trace())).SetBody(body)
		if authorization != "" {
			call.SetHeader("Authorization", authorization)
		}
		resp, err = call.Post(url)
		if err == nil || again || ctx.Err() != nil || !a.reused() {
			return a, resp, err
		}
		if sent, _ := a.end(); sent {
			return a, resp, err
		}
		release(ctx)
		c.transport.CloseIdleConnections() // the others have been idle as long
	}
}

// failureOf turns what the checks of a reply found into the failure of the attempt.
func failureOf(err error, wire *names) *Failure {
	var v violation
	if errors.As(err, &v) {
		return broken(v.code, v.detail)
	}
	var no refusal
	if errors.As(err, &no) {
		return no.failure(slices.Contains(wire.retryCodes, no.code))
	}
	return broken("reply_not_json", "")
}

func again(f *Failure) *Failure { f.Retry = true; return f }

// lost classes an attempt that ended without a whole reply. From here on nothing more of the request can leave.
func (c *Client) lost(ctx, timed context.Context, a *attempt, err error) *Failure {
	sent, received := a.end()
	outcome := outcomeNotSent
	if sent {
		outcome = outcomeUnknown
	}
	if errors.Is(ctx.Err(), context.Canceled) {
		return &Failure{Outcome: outcome, Fault: fault.New(fault.Unavailable, "interrupted",
			i18n.T("çağrı durduruldu", "the call was stopped")).Because(context.Canceled)}
	}
	var known *Failure // the gate's or the dialer's
	if errors.As(err, &known) && !sent {
		return known
	}
	var ne net.Error
	switch {
	case timed.Err() != nil || errors.As(err, &ne) && ne.Timeout():
		return &Failure{Outcome: outcome, Retry: true, Fault: fault.New(fault.Unavailable, "service_timeout",
			i18n.Tf("servis %s içinde yanıt vermedi", "the service did not answer within %s", c.timeout.String())).
			WithHint(i18n.T("daha sonra yeniden deneyin ya da süreyi --timeout ile uzatın", "try again later or give more time with --timeout")).
			Because(err)}
	case isAlert(err):
		return &Failure{Outcome: refusedIf(sent), StopBatch: true, Fault: fault.New(fault.Refused, "tls_refused",
			i18n.T("sunucu TLS bağlantısını reddetti", "the server refused the TLS connection")).
			WithHint(i18n.T("istemci sertifikasını (myk.tls.cert_file, myk.tls.key_file) denetleyin",
				"check the client certificate (myk.tls.cert_file, myk.tls.key_file)")).Because(err)}
	case a.stale.Load():
		return again(broken("reply_unsolicited", ""))
	case received && networkFailure(err):
		return again(broken("reply_truncated", ""))
	case received:
		return again(broken("reply_http", ""))
	}
	text := i18n.T("bağlantı yanıt gelmeden kapandı", "the connection was closed without a reply")
	if !sent {
		text = i18n.T("bağlantı istek gönderilmeden kapandı", "the connection was closed before the request was sent")
	}
	return &Failure{Outcome: outcome, Retry: true, Fault: fault.New(fault.Unavailable, "service_no_reply", text).
		WithHint(i18n.T("daha sonra yeniden deneyin", "try again later")).Because(err)}
}

func refusedIf(sent bool) string {
	if sent {
		return outcomeRefused
	}
	return outcomeNotSent
}

// checkHead checks what the headers of a 200 say about the body.
func checkHead(h http.Header) error {
	types := h.Values("Content-Type")
	if len(types) != 1 {
		return violation{code: "reply_content_type"}
	}
	if err := jsonType(types[0]); err != nil {
		return err
	}
	for _, v := range h.Values("Content-Encoding") {
		if v = strings.TrimSpace(v); v != "" && !strings.EqualFold(v, "identity") { //nolint:forbidigo // RFC 9110 §8.4.1: codings are ASCII without case
			return violation{code: "reply_encoding"}
		}
	}
	return nil
}

// decode reads the body as the answer to r.
func (c *Client) decode(raw *http.Response, r Request) (*Reply, error) {
	limit := int64(pageLimit)
	if r.Method != ByRange {
		limit = replyLimit
	}
	if raw.ContentLength > limit {
		return nil, tooLarge(limit)
	}
	d, _ := c.decoders.Get().(*decoder)
	if d == nil {
		d = newDecoder()
	}
	reply, err := d.decode(raw.Body, limit, c.wire, r)
	if d.src.total <= keepLimit {
		c.decoders.Put(d) // its buffer has grown no larger than that
	}
	return reply, err
}
