package bulk

import (
	"bytes"
	"io"
	"slices"
	"sync"
)

// Stream gives the bytes of a pipe, or of anything else that can only be read once.
func Stream(r io.Reader, block int) Source { return &stream{r: r, block: block} }

type stream struct {
	r     io.Reader
	block int

	mu    sync.Mutex
	carry []byte // the start of a line whose end was not in the last block
	place int
	err   error // the end, or why no more can be read
}

// readStep bounds one read: a pipe gives no more at once.
const readStep = 64 << 10

func (s *stream) next(buf []byte) (taken, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	buf = append(slices.Grow(buf[:0], s.block), s.carry...)
	s.carry = s.carry[:0]
	for s.err == nil && len(buf) < s.block {
		var n int
		n, s.err = s.r.Read(buf[len(buf):min(len(buf)+readStep, s.block)])
		buf = buf[:len(buf)+n]
	}
	t := taken{data: buf, place: s.place, last: s.err == io.EOF} //nolint:errorlint // only io.EOF itself is the end
	if t.broken = len(buf) == 0; t.broken && t.last {
		return t, false
	}
	s.place++
	if t.last {
		return t, true
	}
	if end := bytes.LastIndexByte(buf, '\n') + 1; end > 0 {
		t.data = buf[:end]
		s.carry = append(s.carry, buf[end:]...)
	}
	return t, true
}

// rest gives a failed read once more, behind the lines that came before it.
func (s *stream) rest(vain []taken) io.Reader {
	var parts []io.Reader
	for _, t := range vain {
		parts = append(parts, bytes.NewReader(t.data))
	}
	parts = append(parts, bytes.NewReader(s.carry))
	switch {
	case s.err == nil:
		parts = append(parts, s.r)
	case s.err != io.EOF: //nolint:errorlint // only io.EOF itself is the end
		parts = append(parts, failed{s.err})
	}
	return io.MultiReader(parts...)
}

// failed gives one error for ever.
type failed struct{ err error }

func (f failed) Read([]byte) (int, error) { return 0, f.err }
