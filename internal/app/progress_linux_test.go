package app

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"iskurctl/internal/myk/sandbox"
	"iskurctl/internal/tckn"
)

// batchOnTerminal runs a batch of 20 with its stderr on a terminal and gives what the terminal received.
func batchOnTerminal(t *testing.T, flags ...string) (received string) {
	t.Helper()
	d := newDesk(t)
	s, stop, err := serve(sandbox.Options{}, "slow:delay=30ms")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	d.profile(s.url, "myk.rate=0", "myk.concurrency=1")
	var numbers strings.Builder
	for i := range 20 {
		numbers.WriteString(tckn.Complete(100_000_100+i) + "\n")
	}
	master, slave, err := terminal(160)
	if err != nil {
		t.Skipf("SKIP: no pseudo-terminal here: %v", err)
	}
	t.Cleanup(func() { _ = master.Close() })
	var out bytes.Buffer
	args := append([]string{"myk", "lookup", "--tc-file", "-", "-o", "json"}, flags...)
	cmd := exec.Command("iskurctl", args...)
	cmd.Dir, cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = d.dir, d.env, strings.NewReader(numbers.String()), &out, slave
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if err := slave.Close(); err != nil {
		t.Fatal(err)
	}
	screen, err := io.ReadAll(master)
	if err != nil && !errors.Is(err, syscall.EIO) { // EIO: the program has left the terminal
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("%v: %q", err, screen)
	}
	var records []any
	if err := json.Unmarshal(out.Bytes(), &records); err != nil || len(records) != 20 {
		t.Errorf("the result on stdout is spoilt: %v: %q", err, out.String())
	}
	if what := leak(args, out.String(), string(screen)); what != "" {
		t.Error(what)
	}
	return string(screen)
}

// shown is what stands on the screen in the end: CR goes back to the start of the line, CSI K clears it.
func shown(received string) string {
	var lines []string
	for line := range strings.SplitSeq(strings.ReplaceAll(received, "\r\n", "\n"), "\n") {
		if i := strings.LastIndex(line, "\x1b[2K"); i >= 0 {
			line = line[i+len("\x1b[2K"):]
		}
		lines = append(lines, strings.Trim(line, "\r"))
	}
	return strings.Join(lines, "\n")
}

func TestABatchOnATerminalShowsItsProgressAndTakesItAway(t *testing.T) {
	t.Parallel()
	received := batchOnTerminal(t)
	if bar := regexp.MustCompile(`sorgulanıyor[^\r\n]*━[^\r\n]*\(\d+/20\)`); len(bar.FindAllString(received, -1)) < 2 {
		t.Errorf("the bar does not move: %q", received)
	}
	if rest := shown(received); strings.ContainsAny(rest, "━│\x1b\r") || strings.Contains(rest, "sorgulanıyor") {
		t.Errorf("the screen still shows %q; it received %q", rest, received)
	}
	if strings.Contains(received, "\x1b[6n") || strings.Contains(received, "\x1b]") {
		t.Errorf("the terminal is asked something: %q", received)
	}
}

func TestProgressIsNotShownWhenUnwanted(t *testing.T) {
	for _, flag := range []string{"--no-progress", "-q"} {
		t.Run(flag, func(t *testing.T) {
			t.Parallel()
			if received := batchOnTerminal(t, flag); received != "" {
				t.Errorf("the terminal received %q", received)
			}
		})
	}
}
