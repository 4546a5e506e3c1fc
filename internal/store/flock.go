package store

import (
	"errors"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// fileLock is an advisory lock in a file beside the store. It gives fairness among processes (SQLite's own waiting
// sleeps and guesses, and starves some of them); correctness rests on SQLite's locks, so a deleted lock file does no
// harm. It is used by one goroutine at a time.
type fileLock struct {
	path string
	f    *os.File
}

// errVacant says that nobody waits for the lock any more.
var errVacant = errors.New("nobody waits for the lock")

// acquire takes the lock and waits at most timeout for it (store_locked), or until stop yields (errVacant). The kernel
// queues the waiters; flock(2) cannot be interrupted, so a goroutine waits, and a lock that comes too late is given
// back at once.
func (l *fileLock) acquire(timeout time.Duration, stop <-chan struct{}) error {
	if l.f == nil {
		f, err := os.OpenFile(l.path, os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW, 0o600)
		if err != nil {
			return filing(err)
		}
		l.f = f
	}
	err := flock(l.f, unix.LOCK_EX|unix.LOCK_NB)
	if err == nil {
		return nil
	}
	if !errors.Is(err, unix.EWOULDBLOCK) {
		return filing(err)
	}
	f, got := l.f, make(chan error, 1)
	go func() { got <- flock(f, unix.LOCK_EX) }()
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	select {
	case err := <-got:
		if err != nil {
			return filing(err)
		}
		return nil
	case <-timer.C:
		err = locked(timeout, nil)
	case <-stop:
		err = errVacant
	}
	l.f = nil // the waiter keeps this one
	go func() {
		<-got //nolint:errcheck // what came of the wait matters to nobody any more
		_ = f.Close()
	}()
	return err
}

func (l *fileLock) release() {
	if l.f != nil {
		_ = flock(l.f, unix.LOCK_UN)
	}
}

func (l *fileLock) close() {
	if l.f != nil {
		_ = l.f.Close()
		l.f = nil
	}
}

func flock(f *os.File, how int) error {
	for {
		if err := unix.Flock(int(f.Fd()), how); !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}
