package bundle

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"syscall"

	"golang.org/x/sys/unix"
)

// An export that is killed leaves its hidden folder, with personal data in it. The folder is locked as long as the process
// lives, and the next export to the same place takes away what nobody holds.

// hidden is the name of a folder in the making: what begin gives and nobody types.
var hidden = regexp.MustCompile(`^\.iskurctl-[A-Z2-7]{26}\.tmp$`)

// hiddenFolder makes such a folder and locks it. A sweep of another process may come in between: then it makes another. On
// a file system that has no locks of folders it stays unlocked, and no sweep there gets one either.
func hiddenFolder(parent *os.Root) (name string, root *os.Root, lock *os.File, err error) {
	for range 10 {
		name = ".iskurctl-" + rand.Text() + ".tmp"
		if err := parent.Mkdir(name, 0o700); err != nil {
			return "", nil, nil, err
		}
		if root, err = parent.OpenRoot(name); errors.Is(err, fs.ErrNotExist) {
			continue
		} else if err != nil {
			return name, nil, nil, err
		}
		if lock, err = root.Open("."); err != nil {
			return name, root, nil, err
		}
		err = unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if errors.Is(err, unix.EWOULDBLOCK) || !sameFolder(parent, name, lock) {
			lock.Close()
			root.Close()
			continue
		}
		return name, root, lock, nil
	}
	return "", nil, nil, fs.ErrExist
}

// sameFolder tells whether the name is still that of the open folder.
func sameFolder(parent *os.Root, name string, f *os.File) bool {
	at, err := parent.Lstat(name)
	if err != nil {
		return false
	}
	open, err := f.Stat()
	return err == nil && os.SameFile(at, open)
}

// sweep removes the folders of exports that no living process makes any more, and gives the names of those it removed and
// of those it had to leave. Only what is ours is touched: our name, our user, closed to others, with a manifest or empty.
func sweep(parent *os.Root) (swept, left []string) {
	d, err := parent.Open(".")
	if err != nil {
		return nil, nil
	}
	defer d.Close()
	names, _ := d.Readdirnames(-1) // what could be read of them
	slices.Sort(names)
	for _, name := range names {
		if !hidden.MatchString(name) || !oursToSweep(parent, name) {
			continue
		}
		switch removed, held := remove(parent, name); {
		case removed:
			swept = append(swept, name)
		case !held:
			left = append(left, name)
		}
	}
	return swept, left
}

func oursToSweep(parent *os.Root, name string) bool {
	at, err := parent.Lstat(name)
	if err != nil || !at.IsDir() || at.Mode().Perm() != 0o700 {
		return false
	}
	st, ok := at.Sys().(*syscall.Stat_t)
	return ok && int(st.Uid) == os.Geteuid()
}

// remove takes one folder away, whose lock must be free; held tells that a process has it.
func remove(parent *os.Root, name string) (removed, held bool) {
	root, err := parent.OpenRoot(name)
	if err != nil {
		return false, errors.Is(err, fs.ErrNotExist) // it got its name, or went, meanwhile
	}
	defer root.Close()
	lock, err := root.Open(".")
	if err != nil {
		return false, false
	}
	defer lock.Close()
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		return false, errors.Is(err, unix.EWOULDBLOCK)
	}
	if !sameFolder(parent, name, lock) {
		return false, true
	}
	inside, err := lock.Readdirnames(-1)
	if err != nil || len(inside) > 0 && !slices.Contains(inside, manifest) {
		return false, false
	}
	return parent.RemoveAll(name) == nil, false
}
