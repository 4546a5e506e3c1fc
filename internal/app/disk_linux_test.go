package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"iskurctl/internal/myk/sandbox"
	"iskurctl/internal/tckn"
)

// No log row, no call: when the disk of the store fills up in the middle of a batch, every call that was made stands in
// the log.
func TestABatchStopsWhenTheDiskOfTheLogIsFull(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("SKIP: needs root to mount a small tmpfs")
	}
	d := newDesk(t)
	disk := filepath.Join(d.dir, "data")
	if err := os.Mkdir(disk, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mount("tmpfs", disk, "tmpfs", 0, "size=520k,mode=700"); err != nil {
		t.Skipf("SKIP: no tmpfs can be mounted here: %v", err)
	}
	t.Cleanup(func() { _ = unix.Unmount(disk, unix.MNT_DETACH) })
	s, stop, err := serve(sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	d.profile(s.url, "myk.rate=0")
	const people = 300
	var numbers strings.Builder
	for i := range people {
		numbers.WriteString(tckn.Complete(100_000_100+i) + "\n")
	}
	lookup := []string{"myk", "lookup", "--tc-file", "-", "-o", "json", "-q"}
	r := d.feed(numbers.String(), lookup...)
	if r.code != 9 || !strings.Contains(r.stderr, `"class":"store"`) || s.Requests() == 0 || s.Requests() == people {
		t.Errorf("exit %d after %d requests: %s", r.code, s.Requests(), r.stderr)
	}
	if err := unix.Mount("tmpfs", disk, "tmpfs", unix.MS_REMOUNT, "size=64m"); err != nil {
		t.Fatal(err)
	}
	sent := func() (n int64) {
		for _, o := range outcomesOf(t, d) {
			if o != "not_sent" {
				n++
			}
		}
		return n
	}
	if n := sent(); n != s.Requests() {
		t.Errorf("%d log rows were sent, the service received %d requests", n, s.Requests())
	}
	// with room again the batch is finished
	r = d.feed(numbers.String(), append(lookup, "--resume")...)
	if n := sent(); r.code != 0 || n != s.Requests() || strings.Count(r.stdout, `"none"`) != people {
		t.Errorf("exit %d, %d log rows were sent, %d requests: %s", r.code, n, s.Requests(), r.stderr)
	}
}
