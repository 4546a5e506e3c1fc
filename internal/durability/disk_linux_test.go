package durability_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// ext4's own way to play a power cut (fs/ext4/ioctl.c; xfstests use it): from that moment nothing more reaches the
// device, and what only the kernel's memory knows is gone with the next mount.
const (
	ext4Shutdown = 0x8004587d // EXT4_IOC_SHUTDOWN
	noLogFlush   = 2          // EXT4_GOING_FLAGS_NOLOGFLUSH: not even the journal is written
)

// ownMounts gives the test a mount namespace of its own, so that its disks vanish with its last process however that
// ends. The thread is never unlocked: it ends with the test, and every process must be started by the test's own
// goroutine.
func ownMounts(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("SKIP: needs root to mount ext4 and to cut its power")
	}
	runtime.LockOSThread()
	if err := unix.Unshare(unix.CLONE_NEWNS); err != nil {
		t.Skipf("SKIP: no tmpfs can be mounted here, nor any other disk: %v", err)
	}
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		t.Fatal(err)
	}
}

// disk is an ext4 in a file, on a loop device that the kernel frees with the mount.
type disk struct {
	t           *testing.T
	image, root string
	mounted     bool
}

func newDisk(t *testing.T) *disk {
	t.Helper()
	mkfs, err := exec.LookPath("mkfs.ext4")
	if err != nil {
		t.Skip("SKIP: mkfs.ext4 is not installed, no disk can be made whose power is cut")
	}
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	d := &disk{t: t, image: filepath.Join(dir, "image"), root: filepath.Join(dir, "disk")}
	if err := os.Mkdir(d.root, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(d.image, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(d.image, 512<<20); err != nil { // sparse
		t.Fatal(err)
	}
	if out, err := exec.Command(mkfs, "-q", "-F", d.image).CombinedOutput(); err != nil {
		t.Fatalf("mkfs.ext4: %v: %s", err, out)
	}
	t.Cleanup(d.close)
	if out, err := exec.Command("mount", "-n", "-o", "loop", d.image, d.root).CombinedOutput(); err != nil {
		t.Skipf("SKIP: no ext4 on a loop device can be mounted here: %v: %s", err, strings.Join(strings.Fields(string(out)), " "))
	}
	d.mounted = true
	return d
}

// data is the folder on the disk that an installation takes.
func (d *disk) data() string { return filepath.Join(d.root, "data") }

// sync has everything written so far survive the next cut.
func (d *disk) sync() { d.control(func(fd int) error { return unix.Syncfs(fd) }) }

// cut is the power cut.
func (d *disk) cut() {
	d.control(func(fd int) error { return unix.IoctlSetPointerInt(fd, ext4Shutdown, noLogFlush) })
}

func (d *disk) control(do func(fd int) error) {
	d.t.Helper()
	fd, err := unix.Open(d.root, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err == nil {
		err = do(fd)
		_ = unix.Close(fd)
	}
	if err != nil {
		d.t.Fatal(err)
	}
}

// close gives the disk away, whatever still uses it.
func (d *disk) close() {
	if d.mounted {
		_ = unix.Unmount(d.root, unix.MNT_DETACH)
		d.mounted = false
	}
	_ = os.Remove(d.image)
}

// restart mounts the disk anew, after the last process that used it was killed. Such a process may take a moment to go.
func (d *disk) restart() {
	d.t.Helper()
	err := unix.Unmount(d.root, 0)
	for tries := 0; errors.Is(err, unix.EBUSY) && tries < 1000; tries++ {
		time.Sleep(10 * time.Millisecond)
		err = unix.Unmount(d.root, 0)
	}
	if err != nil {
		d.t.Fatalf("umount: %v", err)
	}
	d.mounted = false
	if out, err := exec.Command("mount", "-n", "-o", "loop", d.image, d.root).CombinedOutput(); err != nil {
		d.t.Fatalf("mount after a cut: %v: %s", err, out)
	}
	d.mounted = true
}
