package store

import "golang.org/x/sys/unix"

// Open-file-description locks: they belong to the descriptor, so another Store of the same process sees them, and
// neither SQLite's descriptors of the same file nor ours can drop the other's.
const (
	setRunLock = unix.F_OFD_SETLK
	getRunLock = unix.F_OFD_GETLK
	runSuffix  = "" // the database file itself
	runFlags   = 0
)
