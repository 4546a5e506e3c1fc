package consentcmd

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"

	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/config"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// replay is an input that can be read from its beginning again.
type replay struct {
	io.ReadSeeker
	close func()
}

// begin goes back to the beginning.
func (r *replay) begin() error {
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return fault.New(fault.Input, "input_read", i18n.Tf("girdi yeniden okunamadı: %s", "the input cannot be read again: %s", fault.Cause(err))).Because(err)
	}
	return nil
}

// openReplay opens an input that is to be read twice. What is no regular file is copied first into one of the state
// folder that only the owner may read and that has no name: it goes with the process, however that ends.
func openReplay(ctx context.Context, d *cmdkit.Deps, path string) (*replay, error) {
	in, err := d.OpenInput(ctx, path)
	if err != nil {
		return nil, err
	}
	if f, ok := in.Reader.(io.ReadSeeker); ok && in.Regular {
		return &replay{f, func() { _ = in.Close() }}, nil
	}
	defer in.Close()
	f, err := nameless(d)
	if err != nil {
		return nil, err
	}
	r := &replay{f, func() { _ = f.Close() }}
	var failed *writeError
	switch _, err := io.Copy(spooled{f}, in); {
	case err == nil:
		return r, r.begin()
	case errors.As(err, &failed):
		err = notSpooled(failed.error)
		r.close()
		return nil, err
	default:
		r.close()
		return nil, unreadable(ctx, err)
	}
}

// nameless makes a file without a name in the profile's state folder.
func nameless(d *cmdkit.Deps) (*os.File, error) {
	paths, err := config.PathsFrom(d.Env)
	if err != nil {
		return nil, err
	}
	p, err := d.Profile()
	if err != nil {
		return nil, err
	}
	dir := filepath.Join(paths.StateDir, p.Name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, notSpooled(err)
	}
	f, err := os.CreateTemp(dir, ".import-*.tmp") // mode 0600
	if err != nil {
		return nil, notSpooled(err)
	}
	if err := os.Remove(f.Name()); err != nil {
		_ = f.Close()
		return nil, notSpooled(err)
	}
	return f, nil
}

// spooled tells errors of writing from those of reading.
type spooled struct{ f *os.File }

type writeError struct{ error }

func (s spooled) Write(p []byte) (int, error) {
	n, err := s.f.Write(p)
	if err != nil {
		err = &writeError{err}
	}
	return n, err
}

func notSpooled(err error) error {
	return fault.New(fault.Store, "spool_failed", i18n.Tf("standart girdi ara dosyaya alınamadı: %s", "standard input could not be put aside in a file: %s", fault.Cause(err))).
		WithHint(i18n.T("durum klasöründe yer açın ya da girdiyi bir dosya olarak verin: --input DOSYA", "make room in the state folder, or give the input as a file: --input FILE")).Because(err)
}
