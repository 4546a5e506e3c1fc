package myk

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// The outcomes of an attempt that failed, as the log spells them.
const (
	outcomeRefused     = "refused"
	outcomeUnavailable = "unavailable"
	outcomeProtocol    = "protocol"
	outcomeNotSent     = "not_sent"
	outcomeUnknown     = "unknown"
)

// Failure is why one attempt gave no Reply, with all the caller needs to close the log row and to decide what is next.
type Failure struct {
	Fault      *fault.Error
	Outcome    string        // refused, unavailable, protocol, not_sent (no byte of the request left) or unknown
	Retry      bool          // another attempt may help
	RetryAfter time.Duration // the service's own wish; 0 when it has none
	StopBatch  bool          // credentials or TLS: the institution's account may lock, so no further call of this run
}

// Error gives the text of the fault.
func (f *Failure) Error() string { return f.Fault.Error() }

// Unwrap gives the fault.
func (f *Failure) Unwrap() error { return f.Fault }

// statusFailure classes an answer whose status is not 200. Its body is not read: nothing in it would change the class.
func statusFailure(status int, h http.Header, now time.Time) *Failure {
	code := strconv.Itoa(status) // without thousands separator
	switch {
	case status == 401 || status == 403 || status == 407:
		return &Failure{Outcome: outcomeRefused, StopBatch: true,
			Fault: fault.New(fault.Refused, "service_credentials", i18n.Tf("servis kimlik bilgilerini kabul etmedi (HTTP %s)",
				"the service did not accept the credentials (HTTP %s)", code)).
				WithHint(i18n.T("yeni çağrı yapılmadı, hesap kilitlenebilir; [profiles.AD.myk.auth] ayarını düzeltip yeniden deneyin",
					"no further call was made, the account may lock; correct [profiles.NAME.myk.auth] and try again"))}
	case status == 408 || status == 425 || status == 429 || status >= 500 && status <= 599:
		return &Failure{Outcome: outcomeUnavailable, Retry: true, RetryAfter: retryAfter(h, now),
			Fault: fault.New(fault.Unavailable, "service_busy", i18n.Tf("servis şu an yanıt veremiyor (HTTP %s)",
				"the service cannot answer now (HTTP %s)", code)).
				WithHint(i18n.T("daha sonra yeniden deneyin", "try again later"))}
	case status == 400 || status == 404 || status == 405 || status == 409 || status == 410 || status == 422:
		return &Failure{Outcome: outcomeProtocol,
			Fault: fault.New(fault.Protocol, "service_rejected", i18n.Tf("servis isteği geçersiz buldu (HTTP %s)",
				"the service rejected the request (HTTP %s)", code)).
				WithHint(i18n.T("myk.base_url ve [profiles.AD.myk.wire] adları servisinkilerle aynı mı, denetleyin",
					"check that myk.base_url and the names in [profiles.NAME.myk.wire] are the service's own"))}
	case status >= 300 && status <= 399:
		return broken("reply_redirect", code)
	}
	return broken("reply_status", code)
}

// maxRetryAfter keeps a wish of 10^12 seconds inside what a Duration can hold; no budget fits it anyway.
const maxRetryAfter = 100 * 365 * 24 * time.Hour

// retryAfter reads the Retry-After headers, seconds or HTTP date (RFC 9110 §10.2.3). Negative, past and unreadable
// values count as absent; of several the longest holds.
func retryAfter(h http.Header, now time.Time) (longest time.Duration) {
	for _, v := range h.Values("Retry-After") {
		v = strings.TrimSpace(v)
		var d time.Duration
		if v != "" && strings.Trim(v, "0123456789") == "" {
			d = maxRetryAfter
			if n, err := strconv.ParseInt(v, 10, 64); err == nil && n < int64(maxRetryAfter/time.Second) {
				d = time.Duration(n) * time.Second
			}
		} else if t, err := http.ParseTime(v); err == nil {
			d = min(t.Sub(now), maxRetryAfter)
		}
		longest = max(longest, d)
	}
	return longest
}

// refusal is SONUC_KODU other than "0" in a reply that is otherwise sound.
type refusal struct{ code, text string }

func (refusal) Error() string { return "SONUC_KODU is not 0" }

func (r refusal) failure(retry bool) *Failure {
	said := i18n.T(inert(r.code, 32), inert(r.code, 32))
	if text := inert(r.text, 200); text != "" {
		said = i18n.T(said.TR+": "+text, said.EN+": "+text)
	}
	if retry {
		return &Failure{Outcome: outcomeUnavailable, Retry: true,
			Fault: fault.New(fault.Unavailable, "service_later", i18n.Tf("servis daha sonra denenmesini istedi (SONUC_KODU %s)",
				"the service asks to try again later (SONUC_KODU %s)", said)).
				WithHint(i18n.T("daha sonra yeniden deneyin", "try again later"))}
	}
	return &Failure{Outcome: outcomeRefused,
		Fault: fault.New(fault.Refused, "service_refused", i18n.Tf("servis sorguyu reddetti (SONUC_KODU %s)",
			"the service refused the query (SONUC_KODU %s)", said)).
			WithHint(i18n.T("yinelemek sonucu değiştirmez; bu bir 'belge yok' yanıtı değildir",
				"a retry will not help; this is not an answer of 'no certificate'"))}
}
