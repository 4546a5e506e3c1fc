package output

import (
	"errors"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// nameless begins a file that stands in no folder yet: whatever ends the program, a kill included, leaves nothing
// behind. nil where the file system cannot do that; then a named temporary file serves.
func (a *atomicFile) nameless() *os.File {
	d, err := a.root.Open(".")
	if err != nil {
		return nil
	}
	defer d.Close()
	fd, err := unix.Openat(int(d.Fd()), ".", unix.O_TMPFILE|unix.O_WRONLY|unix.O_CLOEXEC, 0o600)
	if err != nil {
		return nil
	}
	return os.NewFile(uintptr(fd), a.tmp)
}

// giveName puts the nameless file into the folder under its temporary name.
func (a *atomicFile) giveName() error {
	d, err := a.root.Open(".")
	if err != nil {
		return err
	}
	defer d.Close()
	self := "/proc/self/fd/" + strconv.Itoa(int(a.f.Fd()))
	if err := unix.Linkat(unix.AT_FDCWD, self, int(d.Fd()), a.tmp, unix.AT_SYMLINK_FOLLOW); err != nil {
		return err
	}
	a.named = true
	return nil
}

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
