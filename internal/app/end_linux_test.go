package app

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"iskurctl/internal/myk/sandbox"
	"iskurctl/internal/tckn"
)

// How runs end that somebody else ends: a reader that goes away, a signal while a call hangs, a bug.

// `| head -1` ends a batch between calls, not in the middle of them: every call that was made has its outcome.
func TestAReaderThatLeavesEndsABatchWithAllOutcomes(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	s, stop, err := serve(sandbox.Options{}, "slow:delay=300ms")
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	d.profile(s.url, "myk.rate=0")
	var numbers strings.Builder
	for i := range 40 {
		numbers.WriteString(tckn.Complete(100_000_100+i) + "\n")
	}
	if err := os.WriteFile(filepath.Join(d.dir, "many.txt"), []byte(numbers.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("bash", "-c", "set -o pipefail; iskurctl myk lookup --tc-file many.txt -o ndjson | head -1")
	cmd.Dir, cmd.Env = d.dir, d.env
	out, err := cmd.Output()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 141 || len(exit.Stderr) != 0 || strings.Count(string(out), "\n") != 1 {
		t.Errorf("%v, stdout %q, stderr %q", err, out, exit.Stderr)
	}
	if r := d.run("audit", "pending", "-o", "json"); r.code != 0 || strings.TrimSpace(r.stdout) != "[]" {
		t.Errorf("calls without an outcome: %+v", r)
	}
	rows := outcomesOf(t, d)
	if int64(len(rows)) != s.Requests() || len(rows) == 0 || len(rows) == 40 || slices.Contains(rows, "unknown") {
		t.Errorf("%d requests, outcomes %q", s.Requests(), rows)
	}
	r := d.run("myk", "lookup", "--tc-file", "many.txt", "-o", "ndjson", "--resume")
	if r.code != 0 || s.Requests() != 40 || strings.Count(r.stdout, "\n") < 40 {
		t.Errorf("after --resume: exit %d, %d requests: %s", r.code, s.Requests(), r.stderr)
	}
}

// interrupted sends one Ctrl-C and wants the exit of a run that was stopped.
func (r *running) interrupted() {
	r.t.Helper()
	if err := r.cmd.Process.Signal(os.Interrupt); err != nil {
		r.t.Fatal(err)
	}
	if !r.ends(20 * time.Second) {
		r.t.Fatal("it does not end")
	}
	if r.cmd.ProcessState.ExitCode() != 130 {
		r.t.Errorf("it ended with %v", r.cmd.ProcessState)
	}
}

func TestOneInterruptEndsAWriteThatNobodyReads(t *testing.T) {
	t.Parallel()
	r := newDesk(t).start("sandbox", "people", "--count", "200000", "-o", "ndjson")
	r.begins()
	r.interrupted()
}

func TestOneInterruptEndsAnEndlessExpression(t *testing.T) {
	t.Parallel()
	r := newDesk(t).start("tc", "validate", "--input", "-", "--jq", "last(range(1e12))")
	r.feed(strings.Repeat("10000000146\n", 20_000)) // it reads, so it takes signals
	_ = r.stdin.Close()
	r.interrupted()
}

func TestOneInterruptEndsTheWaitForTheWriterOfAPipe(t *testing.T) {
	t.Parallel()
	// Nothing tells when it has come to the pipe. A run that is killed was hit before it takes signals.
	for wait := 100 * time.Millisecond; wait < 10*time.Second; wait *= 3 {
		d := newDesk(t)
		if err := unix.Mkfifo(filepath.Join(d.dir, "pipe"), 0o600); err != nil {
			t.Fatal(err)
		}
		r := d.start("tc", "validate", "--input", "pipe")
		if r.ends(wait) {
			t.Fatalf("it ended with %v", r.cmd.ProcessState)
		}
		_ = r.cmd.Process.Signal(os.Interrupt)
		if !r.ends(20 * time.Second) {
			t.Fatal("it does not end")
		}
		if s, ok := r.cmd.ProcessState.Sys().(syscall.WaitStatus); ok && s.Signaled() {
			continue
		}
		if r.cmd.ProcessState.ExitCode() != 130 {
			t.Errorf("it ended with %v", r.cmd.ProcessState)
		}
		return
	}
	t.Error("it never takes signals")
}

// nohup and a job in the background have us ignore signals; TERM still ends it.
func TestIgnoredSignalsStayIgnored(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	s, stop, err := serve(sandbox.Options{}, "slow:delay=60s")
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	d.profile(s.url, `myk.timeout="90s"`)
	cmd := exec.Command("sh", "-c", `trap "" HUP INT; exec iskurctl myk lookup 10000000146`)
	cmd.Dir, cmd.Env = d.dir, d.env
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait()
		close(ended)
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-ended
	})
	for end := time.Now().Add(20 * time.Second); s.Requests() == 0; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it does not ask")
		}
	}
	for _, sig := range []os.Signal{syscall.SIGHUP, os.Interrupt, syscall.SIGTERM} {
		_ = cmd.Process.Signal(sig)
		select {
		case <-ended:
		case <-time.After(200 * time.Millisecond): // an ignored signal shows nothing; the exit code says which one counted
		}
	}
	select {
	case <-ended:
	case <-time.After(20 * time.Second):
		t.Fatal("TERM does not end it")
	}
	if cmd.ProcessState.ExitCode() != 143 {
		t.Errorf("it ended with %v", cmd.ProcessState)
	}
}
