package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// build makes programs of the module in a folder, with the flags of a release, so that like is compared with like.
func (s *suite) build(ctx context.Context, module string, packages ...string) error {
	for _, pkg := range packages {
		cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags=-s -w -buildid=", "-o", s.dir+"/", pkg)
		cmd.Dir, cmd.Env = module, append(os.Environ(), "CGO_ENABLED=0")
		cmd.Stderr = os.Stderr
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("build %s: %w", pkg, err)
		}
	}
	return nil
}

func (s *suite) program(name string) string { return filepath.Join(s.dir, name) }

// command prepares a program whose home is a folder of its own below the temporary one.
func (s *suite) command(ctx context.Context, home, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, s.program(name), args...)
	home = filepath.Join(s.dir, home)
	cmd.Env = []string{"HOME=" + home, "LANG=en_US.UTF-8", "PATH=" + os.Getenv("PATH")}
	return cmd
}

// ended is what became of a process.
type ended struct {
	wall   time.Duration
	cpu    time.Duration
	peak   int64 // bytes of resident memory; an upper bound, it counts the moment before exec too
	code   int
	stderr string
}

// finish runs a command to its end. An exit code other than 0 is no error here.
func finish(cmd *exec.Cmd) (ended, error) {
	var stderr bytes.Buffer
	if cmd.Stderr == nil {
		cmd.Stderr = &stderr
	}
	begin := time.Now()
	err := cmd.Run()
	e := ended{wall: time.Since(begin), stderr: strings.TrimSpace(stderr.String())}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return e, err
	}
	e.code = cmd.ProcessState.ExitCode()
	e.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		e.peak = usage.Maxrss << 10
	}
	return e, nil
}

// must is finish for a command that has to succeed.
func must(cmd *exec.Cmd) (ended, error) {
	e, err := finish(cmd)
	if err == nil && e.code != 0 {
		err = fmt.Errorf("%s %s: exit %d: %s", filepath.Base(cmd.Path), strings.Join(cmd.Args[1:], " "), e.code, e.stderr)
	}
	return e, err
}

// serve starts the synthetic service in a process of its own; stop ends it.
func (s *suite) serve(ctx context.Context, args ...string) (url string, stop func(), err error) {
	cmd := s.command(ctx, "server", "iskurctl", append([]string{"sandbox", "serve", "--listen", "127.0.0.1:0"}, args...)...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	stop = func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		stop()
		return "", nil, fmt.Errorf("the sandbox did not start: %w", err)
	}
	return strings.TrimSpace(line), stop, nil
}

// profile makes a profile for the service at url, with a store and keys of its own.
func (s *suite) profile(ctx context.Context, home, url string) error {
	if err := os.MkdirAll(filepath.Join(s.dir, home), 0o700); err != nil {
		return err
	}
	_, err := must(s.command(ctx, home, "iskurctl", "config", "init", "--profile", "bench", "--myk-url", url, "--authorisation", "none"))
	return err
}
