package seal

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// WriteMaster makes a new master key in a file of mode 0600. It never replaces one: losing a master key loses every
// sealed value. The file appears with its whole content at once, so that two processes may try at the same time.
// Fails with class Usage: key_exists (errors.Is fs.ErrExist) or key_write.
func WriteMaster(path string, rand io.Reader) error {
	text, err := GenerateMaster(rand)
	if err != nil {
		return err
	}
	fail := func(err error) error {
		code := "key_write"
		if errors.Is(err, fs.ErrExist) {
			code = "key_exists"
		}
		return fault.New(fault.Usage, code, i18n.Tf("anahtar dosyası yazılamadı: %s: %s", "the key file cannot be written: %s: %s", path, fault.Cause(err))).Because(err)
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fail(err)
	}
	tmp, err := os.CreateTemp(dir, ".key-*.tmp") // 0600
	if err != nil {
		return fail(err)
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(text)
	if err = errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return fail(err)
	}
	if err := os.Link(tmp.Name(), path); err != nil { // unlike a rename, a link never replaces
		return fail(err)
	}
	d, err := os.Open(dir)
	if err != nil {
		return fail(err)
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return fail(err)
	}
	return nil
}
