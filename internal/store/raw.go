package store

import (
	"io"
	"os"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
	"modernc.org/sqlite"
)

// Raw gives the bytes of the database file and of its -wal, as they are on the disk, to who looks for some that should be
// gone. What is committed meanwhile may or may not be among them. Errors: class Store; Integrity, store_replaced; fn's own.
func (s *Store) Raw(fn func(path string, r io.Reader) error) error {
	if err := s.usable(); err != nil {
		return err
	}
	if err := s.check(); err != nil {
		return err
	}
	for _, w := range s.files {
		if w.path == s.path+"-shm" { // numbers of pages only
			continue
		}
		f, done, err := openRaw(w)
		if err != nil {
			return err
		}
		err = fn(w.path, io.NewSectionReader(f, 0, 1<<62))
		done()
		if err != nil {
			return err
		}
	}
	return nil
}

// open files that stay open: where the system has no OFD locks, closing one would take away the locks that SQLite has on
// the same file. What is open keeps its identity, so that none is mistaken for another.
var (
	keeping sync.Mutex
	kept    = make(map[identity]*os.File)
)

func openRaw(w watched) (f *os.File, done func(), err error) {
	keeping.Lock()
	defer keeping.Unlock()
	if f := kept[w.id]; f != nil {
		return f, func() {}, nil
	}
	f, err = os.OpenFile(w.path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, nil, filing(err)
	}
	var st unix.Stat_t
	if err := unix.Fstat(int(f.Fd()), &st); err != nil || (identity{uint64(st.Dev), st.Ino}) != w.id {
		_ = f.Close()
		return nil, nil, replaced(w.path)
	}
	if !sqlite.OFDLockingEnabled() {
		kept[w.id] = f
		return f, func() {}, nil
	}
	return f, func() { _ = f.Close() }, nil
}
