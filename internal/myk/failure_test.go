package myk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"iskurctl/internal/fault"
)

func TestEveryStatusHasItsClass(t *testing.T) {
	status := 0
	url, hits := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(status)
		if status != 204 && status != 304 {
			fmt.Fprint(w, sound) // the body never turns a status into an answer
		}
	})
	c := client(t, url)
	table := map[int]want{}
	for _, s := range []int{401, 403, 407} {
		table[s] = want{fault.Refused, "service_credentials", "refused", false, true}
	}
	for _, s := range []int{408, 425, 429, 500, 501, 502, 503, 504, 511, 599} {
		table[s] = want{fault.Unavailable, "service_busy", "unavailable", true, false}
	}
	for _, s := range []int{400, 404, 405, 409, 410, 422} {
		table[s] = want{fault.Protocol, "service_rejected", "protocol", false, false}
	}
	for _, s := range []int{300, 301, 302, 303, 304, 305, 307, 308, 399} {
		table[s] = want{fault.Protocol, "reply_redirect", "protocol", false, false}
	}
	for _, s := range []int{201, 202, 203, 204, 206, 226, 299, 402, 406, 411, 413, 415, 418, 451, 499, 600, 999} {
		table[s] = want{fault.Protocol, "reply_status", "protocol", false, false}
	}
	for s, w := range table {
		status = s
		before := hits.Load()
		f := failing(row(t), t, c, number(c))
		w.check(t, f)
		if !strings.Contains(f.Fault.Message.TR, fmt.Sprint(s)) {
			t.Errorf("%d is not named: %s", s, f.Fault.Message.TR)
		}
		if hits.Load() != before+1 {
			t.Errorf("%d: %d requests for one attempt", s, hits.Load()-before)
		}
	}
}

func TestRetryAfterIsReadAsTheContractSays(t *testing.T) {
	for _, x := range []struct {
		values []string
		want   time.Duration
	}{
		{nil, 0}, {[]string{"2"}, 2 * time.Second}, {[]string{"0"}, 0}, {[]string{"-1"}, 0}, {[]string{"+3"}, 0}, {[]string{"1.5"}, 0},
		{[]string{"soon"}, 0}, {[]string{""}, 0}, {[]string{" 7 "}, 7 * time.Second}, {[]string{"1000000000000"}, maxRetryAfter},
		{[]string{"99999999999999999999999"}, maxRetryAfter}, {[]string{"2", "90"}, 90 * time.Second}, {[]string{"90", "x"}, 90 * time.Second},
		{[]string{"Sun, 22 Nov 2026 09:01:00 GMT"}, time.Minute}, {[]string{"Sun, 22 Nov 2026 08:59:00 GMT"}, 0},
		{[]string{"Sunday, 22-Nov-26 09:01:00 GMT"}, time.Minute}, {[]string{"Sun Nov 22 09:01:00 2026"}, time.Minute},
		{[]string{"30", "Sun, 22 Nov 2026 09:01:00 GMT"}, time.Minute},
	} {
		if got := retryAfter(http.Header{"Retry-After": x.values}, clock()); got != x.want {
			t.Errorf("%q: %v, want %v", x.values, got, x.want)
		}
	}
	url, _ := serve(t, func(w http.ResponseWriter, r *http.Request) { w.Header().Set("Retry-After", "4"); w.WriteHeader(503) })
	c := client(t, url)
	if f := failing(row(t), t, c, number(c)); f.RetryAfter != 4*time.Second {
		t.Error(f.RetryAfter)
	}
}

func TestWhatTheNetworkDoesHasItsClass(t *testing.T) {
	noReply := want{fault.Unavailable, "service_no_reply", "unknown", true, false}
	badHTTP := want{fault.Protocol, "reply_http", "protocol", true, false}
	cut := want{fault.Protocol, "reply_truncated", "protocol", true, false}
	says := func(s string) func(net.Conn, int) bool {
		return func(c net.Conn, _ int) bool { io.WriteString(c, s); return false }
	}
	for name, x := range map[string]struct {
		talk func(net.Conn, int) bool
		want want
	}{
		"closed":              {says(""), noReply},
		"reset":               {func(c net.Conn, _ int) bool { reset(c); return false }, noReply},
		"one byte":            {says("H"), badHTTP},
		"cut in the headers":  {says("HTTP/1.1 200 OK\r\nContent-Type: appl"), cut},
		"garbage":             {says("kapalı\r\n\r\n"), badHTTP},
		"garbage status":      {says("HTTP/1.1 OK 200\r\n\r\n"), badHTTP},
		"two lengths":         {says("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n{}   "), badHTTP},
		"headers over 64 KiB": {says("HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 80<<10) + "\r\n\r\n"), badHTTP},
		"flood of 1xx":        {says(strings.Repeat("HTTP/1.1 103 Early Hints\r\nX: y\r\n\r\n", 5000)), badHTTP},
		"body shorter":        {says("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n" + sound), cut},
		"body cut by a reset": {func(c net.Conn, _ int) bool {
			io.WriteString(c, whole(sound)[:200])
			time.Sleep(20 * time.Millisecond)
			reset(c)
			return false
		}, cut},
		"HTTP/1.0 cut":         {says("HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n" + sound[:99]), cut},
		"chunks cut":           {says("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n" + sound[:16] + "\r\n"), cut},
		"chunks without end":   {says(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n", len(sound), sound)), cut},
		"chunks broken":        {says("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n" + sound), badHTTP},
		"declared too large":   {says("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 10737418240\r\n\r\n{"), want{fault.Protocol, "reply_too_large", "protocol", false, false}},
		"whole but a cut JSON": {says(whole(sound[:99])), want{fault.Protocol, "reply_truncated", "protocol", false, false}},
		"switching protocols":  {says("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"), want{fault.Protocol, "reply_status", "protocol", false, false}},
		"endless body, no size": {func(c net.Conn, _ int) bool {
			io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"+strings.TrimSuffix(sound, "}")+`,"X":[`)
			for {
				if _, err := io.WriteString(c, strings.Repeat("1,", 4096)); err != nil {
					return false
				}
			}
		}, want{fault.Protocol, "reply_too_large", "protocol", false, false}},
	} {
		t.Run(name, func(t *testing.T) {
			url, requests := rawServer(t, x.talk)
			c := client(t, url)
			f := failing(row(t), t, c, number(c))
			x.want.check(t, f)
			if requests.Load() != 1 {
				t.Errorf("%d requests for one attempt", requests.Load())
			}
		})
	}
}

func TestTimeOverIsUnavailableWhereverItStrikes(t *testing.T) {
	stop := make(chan struct{})
	t.Cleanup(func() { close(stop) })
	for name, say := range map[string]string{
		"no reply":      "",
		"in the header": "HTTP/1.1 200 OK\r\nContent-",
		"in the body":   whole(sound)[:len(whole(sound))-3],
	} {
		t.Run(name, func(t *testing.T) {
			url, requests := rawServer(t, func(c net.Conn, _ int) bool { io.WriteString(c, say); <-stop; return false })
			c := client(t, url, within(150*time.Millisecond))
			want{fault.Unavailable, "service_timeout", "unknown", true, false}.check(t, failing(row(t), t, c, number(c)))
			if requests.Load() != 1 {
				t.Error(requests.Load())
			}
		})
	}
}

func TestAStoppedCallSaysWhetherAByteLeft(t *testing.T) {
	for _, say := range []string{"", whole(sound)[:150]} {
		ctx, cancel := context.WithCancel(t.Context())
		stop := make(chan struct{})
		url, _ := rawServer(t, func(c net.Conn, _ int) bool { io.WriteString(c, say); cancel(); <-stop; return false })
		c := client(t, url)
		f := failing(Logged(ctx, 1), t, c, number(c))
		close(stop)
		want{fault.Unavailable, "interrupted", "unknown", false, false}.check(t, f)
		if !errors.Is(f, context.Canceled) {
			t.Error("the cause is not context.Canceled")
		}
	}
	url, hits := serve(t, answering(sound))
	c := client(t, url)
	ctx, cancel := context.WithCancel(row(t))
	cancel()
	f := failing(ctx, t, c, number(c))
	want{fault.Unavailable, "interrupted", "not_sent", false, false}.check(t, f)
	if !errors.Is(f, context.Canceled) || hits.Load() != 0 {
		t.Error(f.Unwrap(), hits.Load())
	}
}

func TestNothingIsSentWhereNobodyListens(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	c := client(t, "http://"+address)
	want{fault.Unavailable, "service_unreachable", "not_sent", true, false}.check(t, failing(row(t), t, c, number(c)))
	c = client(t, "https://"+address)
	want{fault.Unavailable, "service_unreachable", "not_sent", true, false}.check(t, failing(row(t), t, c, number(c)))
	c = client(t, "https://host.invalid", within(3*time.Second))
	f := failing(row(t), t, c, number(c))
	if f.Outcome != "not_sent" || f.Fault.Class != fault.Unavailable || !f.Retry {
		t.Errorf("%+v", f)
	}
}

// The number of attempts whose outcome is not not_sent is the number of requests the server received, also when calls
// are stopped at any moment of their life.
func TestNotSentIsExact(t *testing.T) {
	url, requests := rawServer(t, func(c net.Conn, n int) bool {
		time.Sleep(time.Duration(n%8) * time.Millisecond)
		if n%10 == 0 {
			return false // received, and never answered
		}
		io.WriteString(c, whole(sound))
		return true
	})
	c := client(t, url, func(cfg *Config) { cfg.MaxConns = 16 })
	var mu sync.Mutex
	outcomes := map[string]int64{}
	var all sync.WaitGroup
	const calls = 400
	for i := range calls {
		all.Go(func() {
			ctx, cancel := context.WithCancel(row(t))
			defer cancel()
			if i%2 == 0 { // some of them wait for a connection, some write, some wait for the reply
				time.AfterFunc(time.Duration(i)*200*time.Microsecond, cancel)
			}
			_, err := c.Do(ctx, number(c))
			outcome := "ok"
			var f *Failure
			if errors.As(err, &f) {
				outcome = f.Outcome
			}
			mu.Lock()
			outcomes[outcome]++
			mu.Unlock()
		})
	}
	all.Wait()
	// A request that left may still be on its way into the server's reader.
	deadline := time.Now().Add(5 * time.Second)
	for requests.Load() < calls-outcomes["not_sent"] && time.Now().Before(deadline) {
		time.Sleep(5 * time.Millisecond)
	}
	if got, sent := requests.Load(), calls-outcomes["not_sent"]; got != sent {
		t.Errorf("server received %d requests, %d attempts say sent: %v", got, sent, outcomes)
	}
	if outcomes["not_sent"] == 0 || outcomes["unknown"] == 0 || outcomes["ok"] == 0 {
		t.Errorf("not everything was tested: %v", outcomes)
	}
}

func TestAConnectionClosedWhileIdleIsReplacedWithinTheAttempt(t *testing.T) {
	url, requests := rawServer(t, func(c net.Conn, n int) bool { io.WriteString(c, whole(sound)); return false })
	c := client(t, url)
	const calls = 200
	for range calls {
		// The server closes without a word after every reply; a call meets the connection before, while or after its
		// closing is noticed. Only where our bytes were already under way may it fail.
		_, err := c.Do(row(t), number(c))
		var f *Failure
		if errors.As(err, &f) && f.Outcome != "unknown" {
			t.Fatalf("%s: %v", f.Outcome, f)
		}
	}
	if requests.Load() > calls {
		t.Errorf("%d requests for %d attempts", requests.Load(), calls)
	}
}

func TestAnIdleConnectionClosedByTheServerCostsNoSecondRequest(t *testing.T) {
	url, requests := rawServer(t, func(c net.Conn, n int) bool {
		if n == 2 {
			return false // reads the second request of the kept-alive connection, and drops it
		}
		io.WriteString(c, whole(sound))
		return true
	})
	c := client(t, url)
	if _, err := c.Do(row(t), number(c)); err != nil {
		t.Fatal(err)
	}
	want{fault.Unavailable, "service_no_reply", "unknown", true, false}.check(t, failing(row(t), t, c, number(c)))
	if requests.Load() != 2 {
		t.Errorf("%d requests for two attempts", requests.Load())
	}
}

// The other idle connections have been idle as long as the one that turned out dead.
func TestAfterADeadIdleConnectionNoOtherIdleOneIsTried(t *testing.T) {
	both := make(chan struct{})
	var waiting atomic.Int64
	var ends sync.Map // of the server, by the client's address
	url, requests := rawServer(t, func(c net.Conn, n int) bool {
		ends.Store(c.RemoteAddr().String(), c)
		if n <= 2 {
			if waiting.Add(1) == 2 {
				close(both) // two requests at once: two connections
			}
			<-both
		}
		io.WriteString(c, whole(sound))
		return true
	})
	c := client(t, url)
	var all sync.WaitGroup
	for range 2 {
		all.Go(func() {
			if _, err := c.Do(row(t), number(c)); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	ctx := httptrace.WithClientTrace(row(t), &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) {
		if !info.Reused {
			return
		}
		end, _ := ends.Load(info.Conn.LocalAddr().String())
		_ = end.(net.Conn).Close()
		for info.Conn.SetDeadline(time.Time{}) == nil { // until the transport has noticed, with nothing written yet
			runtime.Gosched()
		}
	}})
	if _, err := c.Do(ctx, number(c)); err != nil {
		t.Error(err)
	}
	if requests.Load() != 3 {
		t.Errorf("%d requests for three attempts", requests.Load())
	}
}

func TestAReplyThatBeganBeforeItsRequestIsNotBelieved(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	early, read := make(chan struct{}), make(chan struct{})
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		<-early
		io.WriteString(c, whole(sound))
		io.Copy(io.Discard, c) // until the client closes
	}()
	ctx := httptrace.WithClientTrace(row(t), &httptrace.ClientTrace{
		WroteHeaders:         func() { close(early); <-read }, // made, but not yet written to the network
		GotFirstResponseByte: func() { close(read) },
	})
	c := client(t, "http://"+l.Addr().String())
	want{fault.Protocol, "reply_unsolicited", "protocol", true, false}.check(t, failing(ctx, t, c, number(c)))
}

func TestBytesBehindAReplyNeverAnswerTheNextRequest(t *testing.T) {
	other := strings.Replace(whole(sound), person, neighbour(), 1) // same length
	bare := whole("[]")
	for range 40 {
		url, _ := rawServer(t, func(c net.Conn, n int) bool {
			if n == 1 {
				io.WriteString(c, whole("["+rowText+"]")+bare+other)
			} else {
				io.WriteString(c, whole("["+rowText+"]"))
			}
			return true
		})
		c := client(t, url, func(cfg *Config) { cfg.Wire.Envelope = "array" })
		for i := range 3 {
			reply, err := c.Do(row(t), number(c))
			var f *Failure
			if errors.As(err, &f) {
				if f.Fault.Code != "reply_unsolicited" && f.Outcome != "not_sent" && f.Outcome != "unknown" {
					t.Fatalf("call %d: %v", i, f)
				}
				continue
			}
			if len(reply.Certificates) != 1 {
				t.Fatalf("call %d took the bytes behind another reply for its answer", i)
			}
		}
	}
}
