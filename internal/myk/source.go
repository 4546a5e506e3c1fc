package myk

import (
	"bytes"
	"io"
	"mime"
	"strconv"
	"strings"
)

// Limits of one reply, in bytes.
const (
	replyLimit = 8 << 20  // a number, or the qualifications
	pageLimit  = 64 << 20 // a page of a range
	valueLimit = 8 << 20  // one value, since a value is held whole
	keepLimit  = 256 << 10
)

func tooLarge(limit int64) violation {
	return violation{"reply_too_large", strconv.FormatInt(limit>>20, 10)}
}

// cutError is the connection's failure while a body was read.
type cutError struct{ err error }

func (e *cutError) Error() string { return "reply cut: " + e.err.Error() }
func (e *cutError) Unwrap() error { return e.err }

// source reads a body within its limits, skips one byte order mark at its start, and keeps the first error, since the
// JSON decoder wraps and repeats errors in its own way.
type source struct {
	r       io.Reader
	limit   int64
	total   int64 // bytes read
	taken   int64 // bytes the decoder has finished with, without the mark
	started bool
	err     error
}

func (s *source) Read(p []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	if s.total-s.taken > valueLimit {
		s.err = tooLarge(valueLimit)
		return 0, s.err
	}
	n, err := s.r.Read(p)
	if !s.started {
		n, err = s.start(p, n, err)
	}
	s.total += int64(n)
	switch {
	case s.total > s.limit:
		s.err = tooLarge(s.limit)
		return 0, s.err
	case err != nil && err != io.EOF: //nolint:errorlint // an error that only wraps it is a cut, not the end
		s.err = &cutError{err}
	case err != nil:
		s.err = io.EOF
	}
	return n, s.err
}

// start reads on until a byte order mark can be told from anything else.
func (s *source) start(p []byte, n int, err error) (int, error) {
	mark := []byte("\uFEFF")
	for err == nil && n < len(mark) && len(p) >= len(mark) && bytes.HasPrefix(mark, p[:n]) {
		var more int
		more, err = s.r.Read(p[n:])
		n += more
	}
	s.started = true
	if bytes.HasPrefix(p[:n], mark) {
		n = copy(p, p[len(mark):n])
	}
	return n, err
}

// failed gives the source's own error, nil at or before the regular end.
func (s *source) failed() error {
	if s.err == io.EOF { //nolint:errorlint // set by Read, never wrapped
		return nil
	}
	return s.err
}

// jsonType checks a Content-Type. JSON is UTF-8 (RFC 8259 §8.1); a charset parameter may only say so.
func jsonType(v string) error {
	kind, params, err := mime.ParseMediaType(v)
	if err != nil || kind != "application/json" {
		return violation{code: "reply_content_type"}
	}
	if cs, ok := params["charset"]; ok && !strings.EqualFold(cs, "utf-8") { //nolint:forbidigo // RFC 9110 §8.3.2: charsets are ASCII without case
		return violation{code: "reply_charset"}
	}
	return nil
}
