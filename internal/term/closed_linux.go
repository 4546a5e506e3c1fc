package term

import (
	"os"

	"golang.org/x/sys/unix"
)

// closed reports whether f was closed before the program began. Go's runtime puts /dev/null on a closed descriptor
// 0–2, opened for reading and writing, while a shell's ">/dev/null" opens it for writing only; nothing else tells the
// two apart. A parent that hands over /dev/null opened for both (subprocess.DEVNULL of Python) therefore counts as
// closed as well: for a program whose stdout is its result, the louder of the two mistakes is the better one.
func closed(f *os.File) bool {
	if f == nil {
		return true
	}
	fd := int(f.Fd())
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return true
	}
	if st.Mode&unix.S_IFMT != unix.S_IFCHR || st.Rdev != unix.Mkdev(1, 3) {
		return false
	}
	flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0)
	return err == nil && flags&unix.O_ACCMODE == unix.O_RDWR
}
