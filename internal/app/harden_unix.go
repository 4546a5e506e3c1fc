//go:build unix

package app

import "golang.org/x/sys/unix"

// noCoreFiles forbids core files. Where the limit cannot be set the system's own setting stays.
func noCoreFiles() {
	_ = unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{})
}
