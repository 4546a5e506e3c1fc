package output

import (
	"errors"

	"golang.org/x/sys/unix"
)

// publish gives the file its name in one step that fails when the name is taken meanwhile. File systems without that
// flag get a hard link instead.
func (a *atomicFile) publish() error {
	d, err := a.root.Open(".")
	if err != nil {
		return err
	}
	defer d.Close()
	err = unix.Renameat2(int(d.Fd()), a.tmp, int(d.Fd()), a.name, unix.RENAME_NOREPLACE)
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.ENOTSUP) {
		return a.link()
	}
	return err
}
