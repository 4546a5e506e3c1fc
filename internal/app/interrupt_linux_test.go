package app

import (
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// running is a program under way: its standard input stays open, its standard output is read only by the test.
type running struct {
	t      *testing.T
	cmd    *exec.Cmd
	stdin  *os.File
	stdout *os.File
	ended  chan struct{}
}

func (d *desk) start(args ...string) *running {
	d.t.Helper()
	r := &running{t: d.t, cmd: exec.Command("iskurctl", args...), ended: make(chan struct{})}
	r.cmd.Dir, r.cmd.Env = d.dir, d.env
	stdout, write, err := os.Pipe() // not those of exec.Cmd: Wait closes them
	if err != nil {
		d.t.Fatal(err)
	}
	read, stdin, err := os.Pipe()
	if err != nil {
		d.t.Fatal(err)
	}
	r.stdin, r.stdout, r.cmd.Stdin, r.cmd.Stdout = stdin, stdout, read, write
	if err := r.cmd.Start(); err != nil {
		d.t.Fatal(err)
	}
	_, _ = read.Close(), write.Close()
	go func() {
		_ = r.cmd.Wait()
		close(r.ended)
	}()
	d.t.Cleanup(func() {
		_ = r.cmd.Process.Kill()
		<-r.ended
		_, _ = r.stdin.Close(), r.stdout.Close()
	})
	return r
}

// begins waits for the first byte of the result: the program has come so far that it takes signals.
func (r *running) begins() {
	r.t.Helper()
	if _, err := r.stdout.Read(make([]byte, 1)); err != nil {
		r.t.Fatal(err)
	}
}

// feed writes to the standard input and waits until the program has taken all of it.
func (r *running) feed(text string) {
	r.t.Helper()
	if _, err := io.WriteString(r.stdin, text); err != nil {
		r.t.Fatal(err)
	}
	conn, err := r.stdin.SyscallConn()
	if err != nil {
		r.t.Fatal(err)
	}
	for left := 1; left > 0; time.Sleep(time.Millisecond) {
		if err := conn.Control(func(fd uintptr) { left, err = unix.IoctlGetInt(int(fd), unix.TIOCINQ) }); err != nil {
			r.t.Fatal(err)
		}
		if r.ends(0) {
			r.t.Fatalf("it has ended: %v", r.cmd.ProcessState)
		}
	}
}

// ends waits for the end for as long as a slow machine may need.
func (r *running) ends(within time.Duration) bool {
	select {
	case <-r.ended:
		return true
	case <-time.After(within):
		return false
	}
}

// After the first Ctrl-C a program that hangs in a write which nobody reads has a moment left; a second one cuts it short.
func TestASecondInterruptKillsAtOnce(t *testing.T) {
	t.Parallel()
	r := newDesk(t).start("sandbox", "people", "--count", "200000", "-o", "ndjson")
	r.begins()
	for n := 0; !r.ends(50 * time.Millisecond); n++ {
		if n == 400 {
			t.Fatal("Ctrl-C after Ctrl-C does not end it")
		}
		_ = r.cmd.Process.Signal(os.Interrupt)
	}
	if s, ok := r.cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || !s.Signaled() || s.Signal() != syscall.SIGINT {
		t.Errorf("it ended by itself: %v", r.cmd.ProcessState)
	}
}

// Input that does not come any further holds nothing up: the first Ctrl-C ends the wait, in good order.
func TestAWaitForInputEndsAtTheFirstInterrupt(t *testing.T) {
	t.Parallel()
	r := newDesk(t).start("tc", "validate", "--input", "-", "-o", "ndjson")
	go func() { _, _ = io.Copy(io.Discard, r.stdout) }()
	r.feed(strings.Repeat("10000000146\n", 20_000)) // it reads, so it takes signals
	r.feed("10000000146\n")                         // and now waits for more
	if err := r.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if !r.ends(20 * time.Second) {
		t.Fatal("it does not end")
	}
	if code := r.cmd.ProcessState.ExitCode(); code != 130 {
		t.Errorf("it ended with %v", r.cmd.ProcessState)
	}
}

// timeout(1) and others send their signal twice, to the process and to its group: that is one wish, and what was saved is told.
func TestTwoSignalsAtOnceAreOne(t *testing.T) {
	t.Parallel()
	r := newDesk(t).start("tc", "validate", "--input", "-", "-o", "ndjson")
	go func() { _, _ = io.Copy(io.Discard, r.stdout) }()
	r.feed(strings.Repeat("10000000146\n", 20_000))
	for range 10 {
		_ = r.cmd.Process.Signal(syscall.SIGTERM) // it may have ended
		time.Sleep(100 * time.Microsecond)
	}
	if !r.ends(20 * time.Second) {
		t.Fatal("it does not end")
	}
	if code := r.cmd.ProcessState.ExitCode(); code != 143 {
		t.Errorf("it ended with %v", r.cmd.ProcessState)
	}
}
