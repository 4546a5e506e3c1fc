package output

import (
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// atomicFile is the file of --out. Until commit everything stands in a temporary file of the same folder that only the
// owner can read; all steps go through one handle of the folder, so a folder that is swapped meanwhile changes nothing.
type atomicFile struct {
	path  string // as the person gave it, for errors
	root  *os.Root
	f     *os.File
	tmp   string
	named bool // tmp stands in the folder
	name  string
	force bool
}

// createFile refuses what must not be written over and begins the temporary file.
func createFile(path string, force bool) (*atomicFile, error) {
	dir, name := filepath.Split(path)
	if dir == "" {
		dir = "."
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, openFault(path, err)
	}
	a := &atomicFile{path: path, root: root, name: name, force: force}
	if err := a.check(); err != nil {
		root.Close()
		return nil, err
	}
	a.tmp = ".iskurctl-" + rand.Text() + ".tmp"
	if a.f = a.nameless(); a.f != nil {
		return a, nil
	}
	// O_EXCL follows no symlink either; O_NOFOLLOW says it once more.
	if a.f, err = root.OpenFile(a.tmp, os.O_WRONLY|os.O_CREATE|os.O_EXCL|syscall.O_NOFOLLOW, 0o600); err != nil {
		root.Close()
		return nil, openFault(path, err)
	}
	a.named = true
	return a, nil
}

func openFault(path string, err error) error {
	return fault.New(fault.Output, "out_open", i18n.Tf("dosya oluşturulamadı: %s: %s", "the file could not be created: %s: %s", path, fault.Cause(err))).
		WithHint(i18n.T("klasörün var olduğundan ve yazma izniniz olduğundan emin olun", "make sure that the folder exists and that you may write to it")).Because(err)
}

// check looks at what stands at the name now.
func (a *atomicFile) check() error {
	if a.name == "" || a.name == "." || a.name == ".." {
		return notRegular(a.path)
	}
	info, err := a.root.Lstat(a.name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return openFault(a.path, err)
	case info.Mode()&fs.ModeSymlink != 0:
		return fault.New(fault.Output, "out_symlink", i18n.Tf("hedef bir sembolik bağ, bağlar izlenmez: %s", "the target is a symbolic link, which is not followed: %s", a.path)).
			WithHint(i18n.T("bağın gösterdiği dosyanın kendi yolunu yazın", "give the path of the file that the link points to"))
	case !info.Mode().IsRegular():
		return notRegular(a.path)
	case !a.force:
		return exists(a.path, fs.ErrExist)
	}
	return nil
}

func notRegular(path string) error {
	return fault.New(fault.Output, "out_not_regular", i18n.Tf("hedef sıradan bir dosya değil: %s", "the target is not a regular file: %s", path)).
		WithHint(i18n.T("klasör ya da aygıt yerine bir dosya adı yazın", "give the name of a file, not of a folder or device"))
}

func exists(path string, err error) error {
	return fault.New(fault.Output, "out_exists", i18n.Tf("dosya zaten var: %s", "the file already exists: %s", path)).
		WithHint(i18n.T("üzerine yazmak için --force ekleyin", "add --force to write over it")).Because(err)
}

func writeFault(path string, err error) error {
	return fault.New(fault.Output, "out_write", i18n.Tf("dosya yazılamadı: %s: %s", "the file could not be written: %s: %s", path, fault.Cause(err))).Because(err)
}

func (a *atomicFile) write(p []byte) error {
	if _, err := a.f.Write(p); err != nil {
		return writeFault(a.path, err)
	}
	return nil
}

// commit makes the bytes durable, then the name. Without force the name is taken only if it is still free.
func (a *atomicFile) commit() error {
	defer a.root.Close()
	err := a.f.Sync()
	if err == nil && !a.named {
		err = a.giveName()
	}
	if cerr := a.f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		if a.force {
			err = a.root.Rename(a.tmp, a.name)
		} else {
			err = a.publish()
		}
	}
	if err != nil {
		if a.named {
			_ = a.root.Remove(a.tmp)
		}
		if errors.Is(err, fs.ErrExist) {
			return exists(a.path, err)
		}
		return writeFault(a.path, err)
	}
	return a.syncFolder()
}

// link is the portable way to take a name only if it is free.
func (a *atomicFile) link() error {
	if err := a.root.Link(a.tmp, a.name); err != nil {
		return err
	}
	return a.root.Remove(a.tmp)
}

func (a *atomicFile) syncFolder() error {
	d, err := a.root.Open(".")
	if err != nil {
		return writeFault(a.path, err)
	}
	defer d.Close()
	// Some file systems cannot sync a folder and say EINVAL; there is no more to be had from them.
	if err := d.Sync(); err != nil && !errors.Is(err, syscall.EINVAL) && !errors.Is(err, syscall.ENOTSUP) {
		return writeFault(a.path, err)
	}
	return nil
}

func (a *atomicFile) discard() {
	a.f.Close()
	if a.named {
		_ = a.root.Remove(a.tmp)
	}
	a.root.Close()
}

// WriteFile writes data to a file of mode 0600 that appears whole or not at all. An existing one is replaced with force
// only. Errors: those of --out, class Output.
func WriteFile(path string, data []byte, force bool) error {
	return WriteStream(path, force, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

// WriteStream is WriteFile for what does not fit into memory: fill writes it. An error of fill leaves no file behind and
// is given back as it is.
func WriteStream(path string, force bool, fill func(io.Writer) error) error {
	a, err := createFile(path, force)
	if err != nil {
		return err
	}
	if err := fill(filler{a}); err != nil {
		a.discard()
		return err
	}
	return a.commit()
}

// filler is the file for who fills it; its errors are those of --out.
type filler struct{ a *atomicFile }

func (f filler) Write(p []byte) (int, error) {
	if err := f.a.write(p); err != nil {
		return 0, err
	}
	return len(p), nil
}
