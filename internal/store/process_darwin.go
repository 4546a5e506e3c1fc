package store

import "golang.org/x/sys/unix"

// POSIX locks: they belong to the process and die with it.
const (
	setRunLock = unix.F_SETLK
	getRunLock = unix.F_GETLK
)
