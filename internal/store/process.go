package store

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
	"strconv"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// runLock is how processes know of each other whether they live: each locks one byte at a random place far behind the
// end of the database file itself. The kernel drops the lock with the process, however that ends; a process id would be
// given again to somebody else, and a file of its own could be deleted by somebody who takes it for a leftover, which
// would make living processes look dead. Whoever deletes or replaces the database ends all of them (see verify).
type runLock struct {
	path  string
	store identity // the file that was opened as the store

	mu sync.Mutex
	f  *os.File
	id string
}

// firstPlace lies behind everything that SQLite reads, writes or locks (its own locks are at 1 GiB, its largest file has
// 256 TiB), and with 48 random bits behind it start + length still fits an int64.
const firstPlace = 1 << 60

// ProcessLock takes this process's lock, once, and gives its id: 16 hexadecimal digits, to be stored with whatever must
// be cleaned up after the process. Errors: class Store.
func (s *Store) ProcessLock() (id string, err error) {
	if err := s.usable(); err != nil {
		return "", err
	}
	return s.run.take()
}

// ProcessAlive reports whether the process that was given id still lives, this one included. An id that is none is dead.
// In doubt (the file cannot be opened, or is another by now) a process counts as living: nothing of it is cleaned up then.
func (s *Store) ProcessAlive(id string) bool { return s.run.alive(id) }

func (l *runLock) take() (string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.id != "" {
		return l.id, nil
	}
	if err := l.open(); err != nil {
		return "", err
	}
	for {
		var raw [6]byte
		if _, err := rand.Read(raw[:]); err != nil {
			return "", filing(err)
		}
		place := firstPlace | binary.BigEndian.Uint64(append([]byte{0, 0}, raw[:]...))
		lk := byteLock(place)
		err := unix.FcntlFlock(l.f.Fd(), setRunLock, &lk)
		switch {
		case err == nil:
			l.id = format(place)
			return l.id, nil
		case errors.Is(err, unix.EAGAIN), errors.Is(err, unix.EACCES), errors.Is(err, unix.EINTR):
			continue // somebody has this very byte
		}
		return "", filing(err)
	}
}

func (l *runLock) alive(id string) bool {
	place, err := strconv.ParseUint(id, 16, 62)
	if err != nil || place < firstPlace || format(place) != id {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if id == l.id {
		return true // the kernel does not report a lock to its holder
	}
	if err := l.open(); err != nil {
		return true
	}
	lk := byteLock(place)
	if err := unix.FcntlFlock(l.f.Fd(), getRunLock, &lk); err != nil {
		return true
	}
	return lk.Type != unix.F_UNLCK
}

// open keeps one descriptor for good: with POSIX locks, closing any would drop the lock.
func (l *runLock) open() error {
	if l.f != nil {
		return nil
	}
	f, err := os.OpenFile(l.path+runSuffix, os.O_RDWR|runFlags|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0o600)
	if errors.Is(err, fs.ErrNotExist) {
		return deleted(l.path)
	}
	if err != nil {
		return filing(err)
	}
	var st unix.Stat_t
	if err := unix.Fstat(int(f.Fd()), &st); err != nil {
		_ = f.Close()
		return filing(err)
	}
	if runSuffix == "" && (identity{uint64(st.Dev), st.Ino}) != l.store {
		_ = f.Close()
		return replaced(l.path)
	}
	l.f = f
	return nil
}

func (l *runLock) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.f != nil {
		_ = l.f.Close()
		l.f, l.id = nil, ""
	}
}

func byteLock(place uint64) unix.Flock_t {
	return unix.Flock_t{Type: unix.F_WRLCK, Start: int64(place), Len: 1} // Whence 0: from the start of the file
}

func format(place uint64) string {
	s := strconv.FormatUint(place, 16)
	return "0000000000000000"[len(s):] + s
}
