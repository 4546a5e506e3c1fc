package bulk

import (
	"bytes"
	"errors"
	"io"
	"sync"
)

// ErrShrunk says that a file became shorter while it was read.
var ErrShrunk = errors.New("bulk: the file became shorter while it was read")

// File gives the bytes of a regular file between two places; to is its length when it was opened. What is appended later
// is not read, and a file that became shorter is ErrShrunk. Several goroutines read side by side.
func File(f io.ReaderAt, from, to int64, block int) Source {
	return &file{f: f, at: from, size: to, block: block}
}

// Exact reads a file like File, but in one go.
func Exact(f io.ReaderAt, from, to int64) io.Reader { return &exact{f, from, to} }

type file struct {
	f     io.ReaderAt
	size  int64
	block int

	mu    sync.Mutex
	at    int64 // where the next block begins
	place int
}

func (s *file) next(buf []byte) (taken, bool) {
	if cap(buf) < s.block {
		buf = make([]byte, s.block)
	}
	t, to, err := s.cut(buf[:s.block])
	if t.from == to {
		return t, false
	}
	t.data = buf[:to-t.from]
	if err == nil {
		err = readAll(s.f, t.data, t.from)
	}
	t.broken, t.last = err != nil, to == s.size
	return t, true
}

// cut looks for the line end with which the next block ends, from behind and reading as little as it can.
func (s *file) cut(buf []byte) (t taken, to int64, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t = taken{place: s.place, from: s.at}
	to = min(s.at+int64(s.block), s.size)
	if to < s.size {
		var begin int64
		for look := int64(256); ; look *= 16 {
			begin = max(s.at, to-look)
			part := buf[:to-begin]
			if err = readAll(s.f, part, begin); err != nil {
				break
			}
			if i := bytes.LastIndexByte(part, '\n'); i >= 0 {
				to = begin + int64(i) + 1
				break
			}
			if begin == s.at { // the line is longer than a block
				break
			}
		}
	}
	s.at = to
	s.place++
	return t, to, err
}

func (s *file) rest(vain []taken) io.Reader {
	if len(vain) > 0 {
		return Exact(s.f, vain[0].from, s.size)
	}
	return Exact(s.f, s.at, s.size)
}

func readAll(f io.ReaderAt, p []byte, at int64) error {
	n, err := f.ReadAt(p, at)
	switch {
	case n == len(p):
		return nil
	case err == io.EOF: // a ReaderAt says io.EOF itself
		return ErrShrunk
	}
	return err
}

type exact struct {
	f      io.ReaderAt
	at, to int64
}

func (e *exact) Read(p []byte) (int, error) {
	if e.at >= e.to {
		return 0, io.EOF
	}
	n, err := e.f.ReadAt(p[:min(int64(len(p)), e.to-e.at)], e.at)
	e.at += int64(n)
	switch {
	case n > 0:
		return n, nil
	case err == io.EOF: // a ReaderAt says io.EOF itself
		return 0, ErrShrunk
	}
	return 0, err
}
