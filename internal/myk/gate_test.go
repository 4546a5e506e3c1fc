package myk

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"iskurctl/internal/fault"
)

func TestRedirectsAreNotFollowedAndCarryNothingOn(t *testing.T) {
	target, stolen := serve(t, answering(sound))
	for _, status := range []int{301, 302, 303, 307, 308} {
		for _, location := range []string{target + "/x", "//", "ht tp://%zz", ""} {
			url, hits := serve(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Location", location)
				w.WriteHeader(status)
			})
			c := client(t, url, func(cfg *Config) {
				cfg.Auth = Auth{Type: AuthBearer, Token: secret("gizli")}
			})
			want{fault.Protocol, "reply_redirect", "protocol", false, false}.check(t, failing(row(t), t, c, number(c)))
			if hits.Load() != 1 {
				t.Errorf("%d to %q: %d requests", status, location, hits.Load())
			}
		}
	}
	if stolen.Load() != 0 {
		t.Errorf("%d requests were carried on", stolen.Load())
	}
}

func secret(s string) func(context.Context) ([]byte, error) {
	return func(context.Context) ([]byte, error) { return []byte(s), nil }
}

func TestTheGateLetsOneRequestThroughForOneRow(t *testing.T) {
	url, hits := serve(t, answering(sound))
	c := client(t, url)
	internal := func(code string) want { return want{fault.Internal, code, "not_sent", false, true} }
	internal("gate_unlogged").check(t, failing(t.Context(), t, c, number(c)))
	if hits.Load() != 0 {
		t.Fatal("a call without a log row was sent")
	}
	ctx := row(t)
	if _, err := c.Do(ctx, number(c)); err != nil {
		t.Fatal(err)
	}
	internal("gate_reused").check(t, failing(ctx, t, c, number(c)))
	var f *Failure
	if _, err := c.rest.R().SetContext(row(t)).Get(c.base); !errors.As(err, &f) || f.Fault.Code != "gate_method" {
		t.Errorf("a GET: %v", err)
	}
	if hits.Load() != 1 {
		t.Errorf("%d requests", hits.Load())
	}
	// The headers by which net/http would send a POST a second time do not pass.
	var got http.Header
	url, _ = serve(t, func(w http.ResponseWriter, r *http.Request) { got = r.Header; answering(sound)(w, r) })
	c = client(t, url)
	resp, err := c.rest.R().SetContext(row(t)).SetHeader("Idempotency-Key", "1").SetHeaderVerbatim("x-idempotency-key", "2").SetBody([]byte("{}")).Post(c.base)
	if err != nil {
		t.Fatal(err)
	}
	resp.RawResponse.Body.Close()
	if got.Get("Idempotency-Key") != "" || got.Get("X-Idempotency-Key") != "" {
		t.Errorf("passed: %v", got)
	}
}

func TestAReplyInTimeKeepsItsConnection(t *testing.T) {
	conns := map[string]bool{}
	url, _ := serve(t, func(w http.ResponseWriter, r *http.Request) { conns[r.RemoteAddr] = true; answering(sound)(w, r) })
	c := client(t, url)
	for range 10 {
		if _, err := c.Do(row(t), number(c)); err != nil {
			t.Fatal(err)
		}
	}
	if len(conns) != 1 {
		t.Errorf("%d connections for ten calls", len(conns))
	}
}

func TestNoCookieIsKept(t *testing.T) {
	var cookies int
	url, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		cookies += len(r.Cookies())
		http.SetCookie(w, &http.Cookie{Name: "oturum", Value: "1"})
		answering(sound)(w, r)
	})
	c := client(t, url)
	for range 2 {
		if _, err := c.Do(row(t), number(c)); err != nil {
			t.Fatal(err)
		}
	}
	if cookies != 0 {
		t.Error("a cookie came back")
	}
}
