package bundle

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// syncAll makes the folder and everything below it durable with one call for its whole file system: one sync a file
// would take minutes where there are thousands.
func syncAll(root *os.Root) error {
	d, err := root.Open(".")
	if err != nil {
		return err
	}
	defer d.Close()
	err = unix.Syncfs(int(d.Fd()))
	if errors.Is(err, unix.ENOSYS) {
		return syncTree(root, ".")
	}
	return err
}

// rename gives the folder its name in one step that fails when the name is taken meanwhile.
func rename(parent *os.Root, tmp, name string) error {
	d, err := parent.Open(".")
	if err != nil {
		return err
	}
	defer d.Close()
	err = unix.Renameat2(int(d.Fd()), tmp, int(d.Fd()), name, unix.RENAME_NOREPLACE)
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.ENOTSUP) {
		return replace(parent, tmp, name)
	}
	return err
}
