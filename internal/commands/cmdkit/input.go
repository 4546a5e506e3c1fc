package cmdkit

import (
	"context"
	"errors"
	"io"
	"io/fs"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/tabular"
	"iskurctl/internal/tckn/bulk"
)

// Input is a file that a person named, or stdin. Regular tells that it can be opened again, and that reading it never
// has to wait.
type Input struct {
	io.Reader
	Regular bool
	close   func() error
}

// File gives a regular file for reads at any place, and its length now; false for what can only be read in order.
func (in *Input) File() (f io.ReaderAt, size int64, ok bool) {
	if !in.Regular {
		return nil, 0, false
	}
	f, ok = in.Reader.(io.ReaderAt)
	s, stats := in.Reader.(interface{ Stat() (fs.FileInfo, error) })
	if !ok || !stats {
		return nil, 0, false
	}
	info, err := s.Stat()
	// Files without a length have something in them all the same in some file systems that the kernel makes up.
	if err != nil || info.Size() == 0 {
		return nil, 0, false
	}
	return f, info.Size(), true
}

// Shrunk gives an error on; for that of a file which became shorter while it was read, what a person can do about it (class
// Input, input_shrunk).
func Shrunk(err error) error {
	if !errors.Is(err, bulk.ErrShrunk) {
		return err
	}
	return fault.New(fault.Input, "input_shrunk", i18n.T("girdi okunurken kısaldı", "the input became shorter while it was read")).
		WithHint(i18n.T("dosyaya yazan iş bitince yeniden deneyin", "try again when nothing writes to the file any more")).Because(err)
}

// Close closes a file; it leaves stdin alone.
func (in *Input) Close() error { return in.close() }

// OpenInput opens a file, a pipe or, by the name "-", stdin. A read that has to wait ends with the cause of ctx when the
// run is stopped. Errors: those of tabular.Open, class Input.
func (d *Deps) OpenInput(ctx context.Context, path string) (*Input, error) {
	f, err := tabular.Open(path, d.Streams.In)
	if err != nil {
		return nil, err
	}
	in := &Input{Reader: f, Regular: path != "-" && regular(f), close: f.Close}
	if !in.Regular {
		in.Reader = &reader{ctx: ctx, r: f}
	}
	return in, nil
}

// reader ends a read that waits for a pipe or a terminal when the run is stopped. The read itself cannot be called
// back; it goes with the process.
type reader struct {
	ctx  context.Context
	r    io.Reader
	buf  []byte // of the last read that came back; p belongs to the caller again once Read has returned
	done chan readResult
}

type readResult struct {
	n   int
	err error
}

func (r *reader) Read(p []byte) (int, error) {
	if r.done == nil {
		r.done = make(chan readResult, 1)
	}
	if cap(r.buf) < len(p) {
		r.buf = make([]byte, len(p))
	}
	buf, done := r.buf[:len(p)], r.done
	go func() {
		n, err := r.r.Read(buf)
		done <- readResult{n, err}
	}()
	select {
	case got := <-done:
		return copy(p, buf[:got.n]), got.err
	case <-r.ctx.Done():
		r.buf, r.done = nil, nil // they are the abandoned read's now
		return 0, context.Cause(r.ctx)
	}
}

func regular(in io.Reader) bool {
	f, ok := in.(interface{ Stat() (fs.FileInfo, error) })
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode().IsRegular()
}
