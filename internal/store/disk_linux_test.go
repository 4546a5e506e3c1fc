package store

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"iskurctl/internal/fault"
)

func TestAFullDiskIsSaidAndNothingAcknowledgedIsLost(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("SKIP: needs root to mount a small tmpfs")
	}
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=512k,mode=700"); err != nil {
		t.Skipf("SKIP: no tmpfs can be mounted here: %v", err)
	}
	t.Cleanup(func() { _ = unix.Unmount(dir, unix.MNT_DETACH) })
	s, err := Create(t.Context(), options(dir+"/s.db"))
	must(t, err)
	acknowledged := 0
	for err = error(nil); err == nil; {
		if err = s.Write(t.Context(), note(strconv.Itoa(acknowledged)+strings.Repeat("x", 2000))); err == nil {
			acknowledged++
		}
	}
	if f := fault.From(err); f.Class != fault.Store || (f.Code != "store_full" && f.Code != "store_io") {
		t.Fatalf("got %v", err)
	}
	_ = s.Close()
	must(t, unix.Mount("tmpfs", dir, "tmpfs", unix.MS_REMOUNT, "size=4m"))
	s, err = Open(t.Context(), options(dir+"/s.db"))
	must(t, err)
	if n := count(t, s); n < acknowledged || n > acknowledged+1 {
		t.Fatalf("%d rows, %d were acknowledged", n, acknowledged)
	}
	must(t, s.Close())
}

func TestAReadOnlyDiskIsSaid(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("SKIP: needs root to mount a tmpfs")
	}
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=2m,mode=700"); err != nil {
		t.Skipf("SKIP: no tmpfs can be mounted here: %v", err)
	}
	t.Cleanup(func() { _ = unix.Unmount(dir, unix.MNT_DETACH) })
	s, err := Create(t.Context(), options(dir+"/s.db"))
	must(t, err)
	must(t, s.Close())
	must(t, unix.Mount("", dir, "", unix.MS_REMOUNT|unix.MS_RDONLY, ""))
	s, err = Open(t.Context(), options(dir+"/s.db"))
	if err == nil {
		err = s.Write(t.Context(), note("x"))
	}
	wantFault(t, err, fault.Store, "store_readonly")
}
