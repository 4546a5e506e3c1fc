package tckn

import "io"

// chunk bounds what a Scrubber holds in memory, whatever the length of one Write.
const chunk = 32 << 10

// Scrubber is an io.Writer that masks what Scrub masks, in a text that comes in pieces: what it passes on is the Scrub of
// all pieces joined, wherever they were cut. To be able to do so it keeps back the digits at the end of a piece (at most
// eleven); Flush passes them on. It is not safe for concurrent use.
type Scrubber struct {
	w    io.Writer
	buf  []byte // digits kept back, and the piece in work behind them
	long bool   // the bytes passed on last are the beginning of a run of more than eleven digits, which is no candidate
	err  error  // the first failure of w: after it the output has a hole, so nothing more is written
}

// NewScrubber gives a Scrubber that passes its text on to w.
func NewScrubber(w io.Writer) *Scrubber { return &Scrubber{w: w} }

// Write masks p and passes it on, apart from digits at its end. The error is that of the writer below; it stays, and the
// count is then only a lower bound of what was taken.
func (s *Scrubber) Write(p []byte) (int, error) {
	done := 0
	for done < len(p) && s.err == nil {
		n := min(len(p)-done, chunk)
		s.buf = append(s.buf, p[done:done+n]...)
		s.pass(false)
		if s.err == nil {
			done += n
		}
	}
	return done, s.err
}

// Flush passes on what was kept back. It ends the text: digits written later are not joined to those before. Call it at
// the end, or where a text surely ends; Scrubber has no Close because w is not its own.
func (s *Scrubber) Flush() error {
	s.pass(true)
	s.long = false
	return s.err
}

// pass masks the buffer and writes it, all of it at the end of the text, else without the run of digits at its end if
// that may still turn out to be a candidate.
func (s *Scrubber) pass(end bool) {
	b := s.buf
	from := 0
	if s.long {
		for from < len(b) && isDigit(b[from]) {
			from++
		}
		s.long = from == len(b)
	}
	cut := len(b)
	if !end && !s.long {
		for cut > from && isDigit(b[cut-1]) {
			cut--
		}
		if len(b)-cut > Length {
			cut, s.long = len(b), true
		}
	}
	for at := next(b[:cut], from); at >= 0; at = next(b[:cut], at+Length) {
		hide(b[at:])
	}
	s.write(b[:cut])
	s.buf = append(b[:0], b[cut:]...)
}

func (s *Scrubber) write(b []byte) {
	if s.err != nil || len(b) == 0 {
		return
	}
	n, err := s.w.Write(b)
	if err == nil && n < len(b) {
		err = io.ErrShortWrite
	}
	s.err = err
}
