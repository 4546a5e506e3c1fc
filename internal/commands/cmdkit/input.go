package cmdkit

import (
	"context"
	"io"
	"io/fs"

	"iskurctl/internal/tabular"
)

// Input is a file that a person named, or stdin. Regular tells that it can be opened again, and that reading it never
// has to wait.
type Input struct {
	io.Reader
	Regular bool
	close   func() error
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
		in.Reader = reader{ctx, f}
	}
	return in, nil
}

// reader ends a read that waits for a pipe or a terminal when the run is stopped. The read itself cannot be called
// back; it goes with the process.
type reader struct {
	ctx context.Context
	io.Reader
}

func (r reader) Read(p []byte) (int, error) {
	type result struct {
		n   int
		err error
	}
	done := make(chan result, 1)
	buf := make([]byte, len(p)) // p belongs to the caller again once Read has returned
	go func() {
		n, err := r.Reader.Read(buf)
		done <- result{n, err}
	}()
	select {
	case got := <-done:
		return copy(p, buf[:got.n]), got.err
	case <-r.ctx.Done():
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
