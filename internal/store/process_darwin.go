package store

import "golang.org/x/sys/unix"

// POSIX locks: they belong to the process and die with it. Closing any descriptor of a file drops all of them, SQLite's
// too, so they need a file of their own; here it must not be deleted while a program runs.
const (
	setRunLock = unix.F_SETLK
	getRunLock = unix.F_GETLK
	runSuffix  = ".run"
	runFlags   = unix.O_CREAT
)
