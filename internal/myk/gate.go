package myk

import (
	"context"
	"net/http"
	"strings"
	"sync/atomic"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

type logged struct {
	seq  int64
	used atomic.Bool
}

type loggedKey struct{}

// Logged marks ctx as having a durable log row, whose number is seq. One mark lets exactly one request pass.
func Logged(ctx context.Context, seq int64) context.Context {
	return context.WithValue(ctx, loggedKey{}, &logged{seq: seq})
}

// release lets the row be used again; only for a request of which no byte left and none can any more.
func release(ctx context.Context) {
	if row, ok := ctx.Value(loggedKey{}).(*logged); ok {
		row.used.Store(false)
	}
}

// gate is the last thing before the network. It stands below resty and http.Client, whose hooks do not see every hop,
// and holds the promise "one log row, one request": no row, no call; one row, no second call; POST only, because
// net/http sends other methods again on its own, and without the headers that would make it do so with a POST.
type gate struct{ next http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (g gate) RoundTrip(r *http.Request) (*http.Response, error) {
	row, ok := r.Context().Value(loggedKey{}).(*logged)
	switch {
	case !ok || row.seq < 0:
		return refuse(r, "gate_unlogged", i18n.T("günlük satırı olmayan çağrı durduruldu", "a call without a log row was stopped"))
	case r.Method != http.MethodPost:
		return refuse(r, "gate_method", i18n.T("POST olmayan çağrı durduruldu", "a call that is not a POST was stopped"))
	case row.used.Swap(true):
		return refuse(r, "gate_reused", i18n.T("aynı günlük satırıyla ikinci çağrı durduruldu", "a second call under one log row was stopped"))
	}
	for name := range r.Header {
		if strings.EqualFold(name, "Idempotency-Key") || strings.EqualFold(name, "X-Idempotency-Key") { //nolint:forbidigo // header names are ASCII
			delete(r.Header, name) // the request is our own, made a moment ago by resty
		}
	}
	resp, err := g.next.RoundTrip(r)
	if resp != nil {
		// Without an address no layer above can follow a redirect or carry credentials there.
		resp.Header.Del("Location")
	}
	return resp, err
}

func refuse(r *http.Request, code string, text i18n.Text) (*http.Response, error) {
	if r.Body != nil {
		_ = r.Body.Close()
	}
	return nil, &Failure{Outcome: outcomeNotSent, StopBatch: true, Fault: fault.New(fault.Internal, code, text).
		WithHint(i18n.T("bu bir program hatasıdır; istek gönderilmedi", "this is a bug of the program; the request was not sent"))}
}
