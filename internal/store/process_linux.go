package store

import "golang.org/x/sys/unix"

// Open-file-description locks: they belong to the descriptor, so another Store of the same process sees them.
const (
	setRunLock = unix.F_OFD_SETLK
	getRunLock = unix.F_OFD_GETLK
)
