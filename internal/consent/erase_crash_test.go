package consent

import (
	"bufio"
	"context"
	"errors"
	"maps"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/seal/ring"
	"iskurctl/internal/store"
)

// brittle is a key store that stops at a step.
type brittle struct {
	*ring.Ring
	before, after func() error // Destroy
}

func (r *brittle) Destroy(ctx context.Context, log string, ids ...int64) error {
	if r.before != nil {
		if err := r.before(); err != nil {
			return err
		}
	}
	err := r.Ring.Destroy(ctx, log, ids...)
	if r.after != nil && err == nil {
		err = r.after()
	}
	return err
}

// over gives the log with a key store that stops.
func (b *bed) over(r *brittle) *Log {
	r.Ring = b.ring
	c := b.cfg
	c.Ring = func() (Ring, error) { return r, nil }
	return New(c)
}

func TestAnErasureThatWasInterruptedIsFinished(t *testing.T) {
	broken := fault.New(fault.Store, "store_io", i18n.T("bozuk", "broken"))
	fail := func() error { return broken }
	for name, c := range map[string]struct {
		ring   brittle
		fields []string
		each   error
	}{
		"before the key is destroyed":         {ring: brittle{before: fail}},
		"after the key is destroyed":          {ring: brittle{after: fail}},
		"while nobody wants to hear of it":    {each: broken},
		"in part, before the files are clear": {fields: []string{"phone"}},
	} {
		t.Run(name, func(t *testing.T) {
			b := people(t, 4)
			all := b.trailOf(t, tcNumber(2))
			l := b.over(&c.ring)
			ctx, cancel := context.WithCancel(t.Context())
			_, err := l.Erase(ctx, Erasure{TCs: []string{tcNumber(2)}, Ground: "request", Fields: c.fields}, func(Erased) error {
				if c.fields != nil {
					cancel()
				}
				return c.each
			})
			if err == nil {
				t.Fatal("nothing failed: this test proves nothing")
			}
			if c.each != nil {
				if !errors.Is(err, broken) || b.pending(t) != 0 {
					t.Errorf("what was committed is not at its end: %v", err)
				}
			} else if b.pending(t) != 1 {
				t.Error("nobody knows of the erasure that was stopped")
			}
			if c.fields == nil && len(collect(t, b.History(t.Context(), tcNumber(2)))) > 0 {
				t.Error("the person is still found")
			}
			b.close() // the process is gone
			b = b.again(t)
			n := got(b.Resume(t.Context()))(t)
			if want := map[bool]int{true: 0, false: 1}[c.each != nil]; n != want || b.pending(t) != 0 {
				t.Errorf("%d finished, want %d; %d are not", n, want, b.pending(t))
			}
			if c.fields != nil {
				maps.DeleteFunc(all, func(_ piece, what string) bool { return what == "tag" || what == "key" })
			}
			if found := b.in(t, all); len(found) > 0 {
				t.Errorf("still in the files: %v", found)
			}
			b.sound(t)
			if n := got(b.Resume(t.Context()))(t); n != 0 {
				t.Errorf("%d finished twice", n)
			}
		})
	}
}

func TestTheNextErasureFinishesTheOneBefore(t *testing.T) {
	b := people(t, 4)
	all := b.trailOf(t, tcNumber(2))
	_, err := b.over(&brittle{before: func() error { return context.DeadlineExceeded }}).
		Erase(t.Context(), Erasure{TCs: []string{tcNumber(2)}, Ground: "request"}, func(Erased) error { return nil })
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
	b.erase(t, Erasure{TCs: []string{tcNumber(3)}, Ground: "request"})
	if found := b.in(t, all); len(found) > 0 || b.pending(t) != 0 {
		t.Errorf("still in the files: %v", found)
	}
	b.sound(t)
}

// The test binary plays the process that is killed.
const roleEnv, dirEnv = "CONSENT_ERASE_ROLE", "CONSENT_ERASE_DIR"

func TestTheProcessThatIsKilledWhileItErases(t *testing.T) {
	role, dir := os.Getenv(roleEnv), os.Getenv(dirEnv)
	if role == "" {
		return // only when the next test starts it
	}
	b := openBed(t, dir, store.Open)
	stop := func() error {
		_, _ = os.Stdout.WriteString("here\n")
		select {} // until it is killed
	}
	steps := map[string]*brittle{"before the key": {before: stop}, "after the key": {after: stop}, "after the commit": {}}
	_, err := b.over(steps[role]).Erase(t.Context(), Erasure{TCs: []string{tcNumber(1)}, Ground: "request"}, func(Erased) error {
		if role == "after the commit" {
			return stop()
		}
		return nil
	})
	t.Fatalf("not killed: %v", err)
}

func TestAProcessThatIsKilledWhileItErasesLeavesNothingBehind(t *testing.T) {
	for _, role := range []string{"after the commit", "before the key", "after the key"} {
		t.Run(role, func(t *testing.T) {
			b := people(t, 4)
			all := b.trailOf(t, tcNumber(1))
			must(t, b.store.Close())
			cmd := exec.Command(os.Args[0], "-test.run=^TestTheProcessThatIsKilledWhileItErases$")
			cmd.Env = append(os.Environ(), roleEnv+"="+role, dirEnv+"="+b.dir)
			cmd.Stderr = os.Stderr
			out := got(cmd.StdoutPipe())(t)
			must(t, cmd.Start())
			line, err := bufio.NewReader(out).ReadString('\n')
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
			if line != "here\n" {
				t.Fatalf("%q, %v", line, err)
			}
			b = b.again(t)
			if n := got(b.Resume(t.Context()))(t); n != 1 {
				t.Errorf("%d finished", n)
			}
			if found := b.in(t, all); len(found) > 0 || len(collect(t, b.History(t.Context(), tcNumber(1)))) > 0 {
				t.Errorf("still in the files: %v", found)
			}
			b.sound(t)
		})
	}
}

func TestErasuresAndRecordsOfTheSamePeopleAtOnceLeaveALogInOrder(t *testing.T) {
	b := people(t, 12)
	other := b.again(t) // as another process, with the same clock
	other.now = b.now
	var group sync.WaitGroup
	group.Go(func() {
		for round := range 4 {
			for i := range 12 {
				for step, e := range acts(i) {
					e.Session = sessionOf(100*round + i)
					e.Time = e.Time.Add(time.Duration(10*round+step) * time.Second)
					if _, err := other.Record(context.Background(), e); err != nil && fault.ClassOf(err) != fault.Input { // erased between two steps
						t.Error(err)
					}
				}
			}
		}
	})
	group.Go(func() {
		for i := range 12 {
			left, err := b.Erase(context.Background(), Erasure{TCs: []string{tcNumber(i), tcNumber((i + 5) % 12)}, Ground: "request"}, func(Erased) error { return nil })
			if err != nil && fault.From(err).Code != "nothing_to_erase" || len(left) > 0 {
				t.Errorf("%v, %+v", err, left)
			}
		}
	})
	group.Wait()
	b.sound(t)
}
