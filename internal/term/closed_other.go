//go:build !linux

package term

import "os"

// closed reports whether f cannot be used at all; only Linux tells more (see closed_linux.go).
func closed(f *os.File) bool {
	if f == nil {
		return true
	}
	_, err := f.Stat()
	return err != nil
}
