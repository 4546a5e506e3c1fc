package durability_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// cutsPerDisk bounds how long a log grows: the whole of it is compared after every cut.
const cutsPerDisk = 25

// atOnce is the most calls that a process of this test has under way.
const atOnce = 4

// Power cuts at any moment while up to four processes ask: every request that the service had seen when the power went
// has its row afterwards, the store opens, and the log is sound. The control is the same program on the same disk with
// syncs that do nothing but say that they did; it must lose rows, or the cuts prove nothing.
//
// Only the disk loses its power, the processes do not. A sync that is in the kernel at that very moment may come back
// with 0 although the journal it waited for was given up (a trace shows it: entered before the cut, back after it), and
// the calls of that one commit then leave a machine that has no power. They are told apart by their time and counted
// for themselves; only one sync is under way at a time, so a cut can cause no more than one process has calls at once.
func TestPowerCutsLoseNoRowOfACallThatWasMade(t *testing.T) {
	faked := strace(t, "-o", "/dev/null", "-e", "trace=fsync,fdatasync", "-e", "inject=fsync,fdatasync:retval=0")
	ownMounts(t)
	cuts, controls := amount(t, "ISKURCTL_CUTS", 25, 5), 5

	var real figures
	for left := cuts; left > 0 && !t.Failed(); left -= cutsPerDisk {
		real.power(t, nil, min(left, cutsPerDisk))
	}
	t.Logf("%d cuts, %d calls, %d rows, %d of them unknown, %d lost; %d calls after a cut by a sync that it overtook",
		real.cuts, real.calls, real.rows, real.unknown, real.lost, real.late)
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
	cuts   int
	late   int64 // calls without a row that left after the cut
	broken int   // stores that could not be read after a cut
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
	late := map[string]int64{} // calls of this disk that need no row
	var v verdict
	for range cuts {
		atCut := d.untilCut(disk, before, lists)
		f.cuts++
		d.service.close()
		rows, err := d.rows()
		seen := d.service.received()
		d.service.again(t)
		if before != nil {
			if v = judge(seen, rows); err != nil { // no row is left
				f.broken++
				f.add(v)
				return
			}
			continue
		}
		if err != nil {
			t.Fatalf("after a cut: %v", err)
		}
		n := excuse(late, atCut, seen, rows)
		f.late += n
		if n > atOnce {
			t.Errorf("%d calls without a row left after a cut, more than one commit can have caused", n)
		}
		if v = judge(seen, rows); v.sound() != "" {
			t.Errorf("after a cut: %s", v.sound())
		}
		if verifies {
			if r := d.run("audit", "verify", "--full"); r.code != 0 {
				t.Errorf("after a cut: audit verify: exit %d: %s%s", r.code, r.stdout, r.stderr)
			}
		}
	}
	f.add(v)
	if before == nil {
		d.settled()
	}
}

// excuse takes the calls that left after the cut and have no row out of seen, now and (by late) after every later cut,
// and gives how many are new.
func excuse(late, atCut, seen map[string]int64, rows []row) (n int64) {
	left := map[string]int64{}
	for _, r := range rows {
		left[r.Params["KIMLIK_NO"]]++
	}
	for number := range seen {
		seen[number] -= late[number]
		missing := min(seen[number]-left[number], seen[number]+late[number]-atCut[number])
		if missing > 0 {
			late[number] += missing
			seen[number] -= missing
			n += missing
		}
	}
	return n
}

// untilCut runs one to four batches, cuts the power at a random moment, ends what is left and mounts the disk anew. Some
// cuts hit the start of the processes, most of them hit calls. Half of the time the processes live on for a while: on a
// disk that is gone none may go on asking. atCut is what the service had received when the power went.
func (d *desk) untilCut(disk *disk, before, lists []string) (atCut map[string]int64) {
	d.t.Helper()
	var all []*running
	asked := d.service.Requests()
	for _, file := range lists[:1+rand.IntN(len(lists))] {
		args := lookup(file, 1+rand.IntN(atOnce))
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
	atCut = d.service.received()
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
		case code != 9:
			d.t.Errorf("a batch whose disk was gone: exit %d, want 9 or a kill: %s", code, r.stderr.String())
		}
	}
	disk.restart()
	return atCut
}
