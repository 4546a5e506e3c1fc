package sandbox

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// exchange is one request on which a rule acts, with the true answer at hand.
type exchange struct {
	s    *Service
	w    http.ResponseWriter
	r    *http.Request
	rule Rule
	q    query
	doc  *document
}

func (x *exchange) text(key string) string { return x.rule.values[key].text }

func (x *exchange) number(key string) int64 { return x.rule.values[key].number }

func (x *exchange) duration(key string) time.Duration { return time.Duration(x.number(key)) }

func (x *exchange) body() []byte { return x.doc.append(nil) }

func (x *exchange) answer(body []byte) { x.s.write(x.w, http.StatusOK, jsonType, body) }

// wait pauses; false when the client went away or the server closes, and nobody wants the rest.
func (x *exchange) wait(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-x.r.Context().Done():
	case <-x.s.stop:
	}
	return false
}

const loginPage = "<!DOCTYPE html>\n<html lang=\"tr\"><head><meta charset=\"utf-8\"><title>Giriş</title></head>" +
	"<body><h1>Oturumunuz sona erdi</h1><form method=\"post\"><input name=\"kullanici\"></form></body></html>\n"

func actHTML(x *exchange) {
	x.s.write(x.w, http.StatusOK, "text/html; charset=utf-8", []byte(loginPage))
}

func actBody(body string) func(*exchange) {
	return func(x *exchange) { x.answer([]byte(body)) }
}

func actNoContent(x *exchange) {
	x.w.Header().Set("Date", x.s.httpDate(0))
	x.w.WriteHeader(http.StatusNoContent)
}

func actBareArray(x *exchange) { x.answer(x.doc.appendRows(nil)) }

func actContentType(x *exchange) { x.s.write(x.w, http.StatusOK, x.text("type"), x.body()) }

// actCharset writes the six letters in which windows-1254 differs from Latin-1, and the other Turkish ones.
func actCharset(x *exchange) {
	legacy := strings.NewReplacer("ğ", "\xf0", "Ğ", "\xd0", "ı", "\xfd", "İ", "\xdd", "ş", "\xfe", "Ş", "\xde",
		"ç", "\xe7", "Ç", "\xc7", "ö", "\xf6", "Ö", "\xd6", "ü", "\xfc", "Ü", "\xdc", "â", "\xe2")
	x.s.write(x.w, http.StatusOK, "application/json; charset=windows-1254", []byte(legacy.Replace(string(x.body()))))
}

func actGzip(x *exchange) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write(x.body()) // a bytes.Buffer does not fail
	_ = z.Close()
	x.w.Header().Set("Content-Encoding", "gzip")
	x.answer(packed.Bytes())
}

// actRedirect leads to the operation itself unless `to` says where, so that a client that follows gets an answer, and
// its second request is counted.
func actRedirect(x *exchange) {
	to := x.text("to")
	if to == "" {
		to = "/" + string(x.q.op) + "?oturum=yeni"
	}
	x.w.Header().Set("Location", to)
	x.s.write(x.w, int(x.number("code")), "text/html; charset=utf-8", []byte(loginPage))
}

func actStatus(x *exchange) {
	status := int(x.number("code"))
	h := x.w.Header()
	if after := x.text("retry_after"); after != "" {
		h.Set("Retry-After", after)
	}
	if _, ok := x.rule.values["retry_date"]; ok {
		h.Add("Retry-After", x.s.httpDate(x.duration("retry_date")))
	}
	contentType, body := jsonType, []byte(nil)
	switch x.text("body") {
	case "json":
		d := document{op: x.q.op, code: strconv.Itoa(status), text: "servis isteği yerine getiremedi"}
		body = d.append(nil)
	case "html":
		contentType, body = "text/html; charset=utf-8", []byte(loginPage)
	}
	if status == http.StatusNoContent || status == http.StatusNotModified {
		h.Set("Date", x.s.httpDate(0))
		x.w.WriteHeader(status) // these have no body
		return
	}
	size := x.number("size")
	if size == 0 {
		x.s.write(x.w, status, contentType, body)
		return
	}
	h.Set("Content-Type", contentType)
	h.Set("Date", x.s.httpDate(0))
	x.w.WriteHeader(status)
	_, _ = x.w.Write(body)
	_ = pour(x.w, blanks(), size)
}

func actClockSkew(x *exchange) {
	x.w.Header().Set("Date", x.s.httpDate(x.duration("by")))
	x.answer(x.body())
}

func actSlow(x *exchange) {
	if x.wait(x.duration("delay")) {
		x.answer(x.body())
		return
	}
	panic(http.ErrAbortHandler) // net/http's way to end a connection without an answer
}

func actDrip(x *exchange) {
	body := x.body()
	h := x.w.Header()
	h.Set("Content-Type", jsonType)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("Date", x.s.httpDate(0))
	x.w.WriteHeader(http.StatusOK)
	flush := http.NewResponseController(x.w)
	for i := range body {
		if _, err := x.w.Write(body[i : i+1]); err != nil || flush.Flush() != nil || !x.wait(x.duration("delay")) {
			panic(http.ErrAbortHandler)
		}
	}
}

func actHang(x *exchange) {
	select {
	case <-x.r.Context().Done():
	case <-x.s.stop:
	}
	panic(http.ErrAbortHandler)
}

// actOversize is a well-formed answer of the size asked for, but for its last bytes; it holds one unit in memory.
func actOversize(x *exchange) {
	h := x.w.Header()
	h.Set("Content-Type", jsonType)
	h.Set("Date", x.s.httpDate(0))
	head, unit, tail := []byte(nil), bytes.Repeat([]byte("a"), 64<<10), `"}`
	switch x.text("fill") {
	case "rows", "short":
		x.lend()
		if x.text("fill") == "short" {
			x.shorten()
		}
		rows := x.doc.appendRows(nil)
		unit = append(rows[1:len(rows)-1:len(rows)-1], ',')
		unit = bytes.Repeat(unit, 64<<10/len(unit)+1)
		// A count that is not soon passed: else the client would stop at the second record.
		x.doc.edits = []edit{{key: "KAYIT_SAYISI", write: constant("999999999")}, {key: "KAYITLAR", write: constant("[")}}
		head, tail = bytes.TrimSuffix(x.body(), []byte("}")), "{}]}"
	default:
		x.doc.edits = []edit{{key: "KAYITLAR", write: func(dst []byte, key string, value []byte) []byte {
			return append(append(appendKey(dst, key), value...), `,"DOLGU":",`...)
		}}}
		head = bytes.TrimSuffix(x.body(), []byte("}"))
	}
	if _, err := x.w.Write(head); err != nil {
		return
	}
	if pour(x.w, unit, x.number("size")) == nil {
		_, _ = io.WriteString(x.w, tail)
	}
}

// shorten leaves one record, with nothing in it but what the contract wants: whose it is, and when it was issued.
func (x *exchange) shorten() {
	x.doc.certificates = x.doc.certificates[:min(1, len(x.doc.certificates))]
	x.doc.qualification = x.doc.qualification[:min(1, len(x.doc.qualification))]
	for _, key := range x.q.op.rowFields() {
		if key != "KIMLIK_NO" && key != "BELGE_DUZENLEME_TARIHI" {
			x.replace(true, key, `""`)
		}
	}
}

func blanks() []byte { return bytes.Repeat([]byte(" "), 64<<10) }

// pour writes unit again and again until at least size bytes are out or the reader has gone.
func pour(w io.Writer, unit []byte, size int64) error {
	for left := size; left > 0; left -= int64(len(unit)) {
		if _, err := w.Write(unit); err != nil {
			return err
		}
	}
	return nil
}
