package durability_test

import (
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Processes killed at any moment, while others go on with the same store: every request has its row, no lock stays
// behind, what was open is closed as unknown by the next query, and every batch can be finished. This says nothing
// about the disk, see the package comment.
func TestKilledProcessesLeaveARowForEveryCall(t *testing.T) {
	const processes, people = 6, 200
	kills := int64(amount(t, "ISKURCTL_KILLS", 60, 12))
	d := install(t, "")
	var killed, finished atomic.Int64
	var slots sync.WaitGroup
	for slot := range processes {
		file := d.numbers(slot, people)
		slots.Go(func() {
			for killed.Load() < kills && !t.Failed() {
				args := lookup(file, 4)
				if rand.IntN(2) == 0 {
					args = append(args, "--resume")
				}
				r := d.start(nil, args...)
				longest := 600 * time.Millisecond
				if rand.IntN(4) == 0 { // on a slow machine the others all die while they start
					longest = 3 * time.Second
				}
				select {
				case <-r.exited:
				case <-time.After(rand.N(longest)):
				}
				if code := r.kill(); code == -1 {
					killed.Add(1)
				} else if finished.Add(1); code != 0 {
					t.Errorf("a batch that nobody killed: exit %d: %s", code, r.stderr.String())
				}
			}
		})
	}
	slots.Wait()
	// what is left of the batches is finished: every number has its line
	for slot := range processes {
		out := d.must(append(lookup(d.numbers(slot, people), 4), "--resume", "--reveal", "--fields", "KIMLIK_NO", "--no-headers", "-o", "tsv")...)
		lines := map[string]bool{}
		for _, l := range strings.Fields(out) {
			lines[l] = true
		}
		if len(lines) != people {
			t.Errorf("after --resume %d of %d numbers have an answer", len(lines), people)
		}
	}
	d.settled()
	d.service.close()
	rows, err := d.rows()
	if err != nil {
		t.Fatal(err)
	}
	v := judge(d.service.received(), rows)
	t.Logf("%d kills, %d batches finished, %d calls, %d rows, %d of them unknown, %d lost", killed.Load(), finished.Load(), v.calls, v.rows, v.unknown, v.lost)
	if wrong := v.sound(); wrong != "" {
		t.Error(wrong)
	}
	if v.calls != d.service.Requests() {
		t.Errorf("%d requests were counted, %d came", v.calls, d.service.Requests())
	}
	if v.unknown == 0 {
		t.Error("no kill hit a call under way: this run proves nothing")
	}
	if d.verifies() {
		d.must("audit", "verify", "--full")
	}
}
