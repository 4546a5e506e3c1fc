package durability_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// cutsPerDisk bounds how long a log grows: the whole of it is compared after every cut.
const cutsPerDisk = 25

// Power cuts at any moment while up to four processes ask: every request that the service has seen has its row
// afterwards, the store opens, and the log is sound. The control is the same program on the same disk with syncs that
// do nothing but say that they did; it must lose rows, or the cuts prove nothing.
func TestPowerCutsLoseNoRowOfACallThatWasMade(t *testing.T) {
	faked := strace(t, "-o", "/dev/null", "-e", "trace=fsync,fdatasync", "-e", "inject=fsync,fdatasync:retval=0")
	ownMounts(t)
	cuts, controls := amount(t, "ISKURCTL_CUTS", 25, 5), 5

	var real figures
	for left := cuts; left > 0 && !t.Failed(); left -= cutsPerDisk {
		real.power(t, nil, min(left, cutsPerDisk))
	}
	t.Logf("%d cuts, %d calls, %d rows, %d of them unknown, %d lost; %d processes took the dead disk for a damaged file",
		real.cuts, real.calls, real.rows, real.unknown, real.lost, real.damaged)
	if real.calls == 0 || real.unknown == 0 {
		t.Errorf("%d calls, %d of them cut off: this run proves nothing", real.calls, real.unknown)
	}

	var control figures
	for control.cuts < controls {
		control.power(t, faked, controls-control.cuts)
	}
	t.Logf("control without syncs: %d cuts, %d calls, %d lost, %d stores no longer readable", control.cuts, control.calls, control.lost, control.broken)
	if control.lost == 0 {
		t.Error("without syncs nothing was lost: this test could not fail, so it proves nothing")
	}
}

// figures sum up verdicts.
type figures struct {
	verdict
	cuts    int
	broken  int // stores that could not be read after a cut
	damaged int // processes that took the disk that was gone for a damaged file
}

func (f *figures) add(v verdict) {
	f.calls += v.calls
	f.rows += v.rows
	f.unknown += v.unknown
	f.lost += v.lost
}

// power cuts the power of one new disk so often. With before, the command line of a tracer that spoils the program,
// losses are counted and are no failure; a store that cannot be read any more ends the disk.
func (f *figures) power(t *testing.T, before []string, cuts int) {
	t.Helper()
	const processes, people = 4, 400
	disk := newDisk(t)
	defer disk.close()
	d := install(t, disk.data())
	lists := make([]string, processes)
	for i := range lists {
		lists[i] = d.numbers(i, people)
	}
	verifies := d.verifies()
	if before != nil {
		disk.sync() // what the control loses, it loses by its own syncs
	}
	for range cuts {
		f.damaged += d.untilCut(disk, before, lists)
		f.cuts++
		seen := d.service.received()
		rows, err := d.rows()
		v := judge(seen, rows)
		if before != nil {
			if err != nil {
				f.broken++
				f.add(v) // no row is left
				return
			}
			continue
		}
		if err != nil {
			t.Fatalf("after a cut: %v", err)
		}
		if wrong := v.sound(); wrong != "" {
			t.Errorf("after a cut: %s", wrong)
		}
		if verifies {
			if r := d.run("audit", "verify", "--full"); r.code != 0 {
				t.Errorf("after a cut: audit verify: exit %d: %s%s", r.code, r.stdout, r.stderr)
			}
		}
	}
	if before == nil {
		d.settled()
	}
	d.service.close()
	rows, err := d.rows()
	if err != nil {
		t.Fatal(err)
	}
	v := judge(d.service.received(), rows)
	f.add(v)
	if wrong := v.sound(); before == nil && wrong != "" {
		t.Error(wrong)
	}
}

// untilCut runs one to four batches, cuts the power at a random moment, ends what is left and mounts the disk anew. Some
// cuts hit the start of the processes, most of them hit calls. Half of the time the processes live on for a while: on a
// disk that is gone none may go on asking. damaged counts those that end with 6 then.
func (d *desk) untilCut(disk *disk, before, lists []string) (damaged int) {
	d.t.Helper()
	var all []*running
	asked := d.service.Requests()
	for _, file := range lists[:1+rand.IntN(len(lists))] {
		args := lookup(file, 1+rand.IntN(4))
		if rand.IntN(2) == 0 {
			args = append(args, "--resume")
		}
		all = append(all, d.start(before, args...))
	}
	if before != nil || rand.IntN(5) > 0 {
		for tries := 0; d.service.Requests() == asked && !all[0].ended() && tries < 10_000; tries++ {
			time.Sleep(time.Millisecond)
		}
	}
	time.Sleep(rand.N(500 * time.Millisecond))
	early := slices.DeleteFunc(slices.Clone(all), func(r *running) bool { return !r.ended() })
	disk.cut()
	if rand.IntN(2) == 0 {
		for _, r := range all {
			select {
			case <-r.exited:
			case <-time.After(2 * time.Second):
			}
		}
	}
	for _, r := range all {
		code := r.kill()
		switch {
		case before != nil, code == -1, code == 0:
		case slices.Contains(early, r):
			d.t.Errorf("a batch ended before the cut: exit %d: %s", code, r.stderr.String())
		case code == 6: // what cannot be read for an EIO is SQLITE_CORRUPT to SQLite (SQLITE_IOERR_CORRUPTFS in vdbe.c)
			damaged++
		case code != 9:
			d.t.Errorf("a batch whose disk was gone: exit %d, want 9, 6 or a kill: %s", code, r.stderr.String())
		}
	}
	disk.restart()
	return damaged
}
