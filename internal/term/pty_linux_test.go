package term

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// openPTY gives a terminal that never answers a query, 100 columns wide.
func openPTY(t *testing.T) (master, slave *os.File) {
	t.Helper()
	fd, err := unix.Open("/dev/ptmx", unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Skipf("no pseudo-terminal here: %v", err)
	}
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Skipf("no pseudo-terminal here: %v", err)
	}
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 30, Col: 100}); err != nil {
		t.Fatal(err)
	}
	slave, err = os.OpenFile("/dev/pts/"+strconv.Itoa(n), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("no pseudo-terminal here: %v", err)
	}
	return os.NewFile(uintptr(fd), "ptmx"), slave
}

// The program starts in a process of its own whose controlling terminal is the pty, so that also what the packages
// write while they are initialised is seen.
func TestTheTerminalIsNeverAsked(t *testing.T) {
	master, slave := openPTY(t)
	defer master.Close()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(context.Background(), exe, "-test.run=^TestOnAPTY$", "-test.v=false")
	cmd.Env = []string{"TERM=xterm-256color", "COLORTERM=truecolor", "ON_A_PTY=1"}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = slave, slave, slave
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	slave.Close()
	seen, err := io.ReadAll(master)
	if err != nil && !errors.Is(err, syscall.EIO) { // EIO: the last holder of the slave is gone
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v: %q", err, seen)
	}
	out := string(seen)
	for _, query := range []string{"\x1b]1", "\x1b[6n", "\x1b[c", "\x1b[?", "\x1b_", "\x1bP"} {
		if strings.Contains(out, query) {
			t.Errorf("the terminal was asked %q: %q", query, out)
		}
	}
	for _, want := range []string{"\x1b[31mkırmızı\x1b[0m", "width=100", "tty=true true true", "Sorgulanıyor"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing in %q", want, out)
		}
	}
}

// TestOnAPTY is the process that TestTheTerminalIsNeverAsked looks at; by itself it has nothing to do.
func TestOnAPTY(t *testing.T) {
	if os.Getenv("ON_A_PTY") == "" {
		return
	}
	s := System(os.Stdin, os.Stdout, os.Stderr, os.LookupEnv)
	p := s.OutPalette()
	for _, line := range []string{
		p.Red("kırmızı"), s.ErrPalette().Bold("kalın"), "width=" + strconv.Itoa(s.Width),
		"tty=" + strconv.FormatBool(s.InTTY) + " " + strconv.FormatBool(s.OutTTY) + " " + strconv.FormatBool(s.ErrTTY),
	} {
		if _, err := io.WriteString(s.Out, line+"\n"); err != nil {
			t.Fatal(err)
		}
	}
	progress := s.Progress("Sorgulanıyor", 10)
	progress.Add(5)
	progress.Finish()
}
