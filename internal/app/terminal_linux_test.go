package app

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sys/unix"
)

// cmdTTY runs the program on a terminal of its own, 160 columns wide: tty [-cols N] CODE INPUT iskurctl ARG…. INPUT is typed in
// (Go's escapes; "" types nothing). What the screen shows follows as stdout; CRLF is made LF.
func cmdTTY(ts *testscript.TestScript, args []string) {
	cols, err := strconv.ParseUint(option(&args, "-cols", "160"), 10, 16)
	ts.Check(err)
	want(ts, len(args) >= 3, "tty [-cols N] CODE INPUT PROGRAM ARG…")
	typed, err := strconv.Unquote(`"` + args[1] + `"`)
	ts.Check(err)
	master, slave, err := terminal(uint16(cols))
	ts.Check(err)
	defer func() { _ = master.Close() }()
	cmd := exec.Command(args[2], args[3:]...)
	cmd.Dir, cmd.Env = ts.MkAbs("."), environment(ts)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = slave, slave, slave
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	ts.Check(cmd.Start())
	ts.Check(slave.Close())
	_, err = io.WriteString(master, typed)
	ts.Check(err)
	screen, err := io.ReadAll(master)
	if err != nil && !errors.Is(err, syscall.EIO) { // EIO: the program has left the terminal
		ts.Check(err)
	}
	_ = cmd.Wait()
	shown := strings.ReplaceAll(string(screen), "\r\n", "\n")
	fmt.Fprint(ts.Stdout(), shown)
	unseen := strings.Replace(shown, strings.TrimSpace(typed), "", 1) // the terminal itself echoes what is typed
	if typed == "" {
		unseen = shown
	}
	judge(ts, args[0], cmd.ProcessState.ExitCode(), args[3:], unseen, "")
}

func terminal(cols uint16) (master, slave *os.File, err error) {
	fd, err := unix.Open("/dev/ptmx", unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, nil, err
	}
	master = os.NewFile(uintptr(fd), "ptmx")
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		return nil, nil, err
	}
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		return nil, nil, err
	}
	if err := unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 40, Col: cols}); err != nil {
		return nil, nil, err
	}
	slave, err = os.OpenFile("/dev/pts/"+strconv.Itoa(n), os.O_RDWR|syscall.O_NOCTTY, 0)
	return master, slave, err
}
