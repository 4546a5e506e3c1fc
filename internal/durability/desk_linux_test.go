package durability_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"iskurctl/internal/myk/sandbox"
	"iskurctl/internal/tckn"
)

// buildDir is where the program is built, once for all tests and only when one of them asks.
var buildDir string

func TestMain(m *testing.M) {
	if path := os.Getenv(writerEnv); path != "" {
		os.Exit(writer(path, os.Getenv(untilEnv)))
	}
	os.Exit(func() int {
		var err error
		if buildDir, err = os.MkdirTemp("", "durability"); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer func() { _ = os.RemoveAll(buildDir) }()
		return m.Run()
	}())
}

var build = sync.OnceValues(func() (string, error) {
	path := filepath.Join(buildDir, "iskurctl")
	cmd := exec.Command("go", "build", "-o", path, "iskurctl/cmd/iskurctl")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0") // as it is released
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return path, nil
})

// amount is how often something is repeated: what the variable says, else the normal number, less under -short.
func amount(t *testing.T, variable string, normal, short int) int {
	t.Helper()
	if v := os.Getenv(variable); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil || n < 1 {
			t.Fatalf("%s is not a number above 0", variable)
		}
		return n
	}
	if testing.Short() {
		return short
	}
	return normal
}

// strace gives the command line that begins a traced process; the options select what is traced.
func strace(t *testing.T, options ...string) []string {
	t.Helper()
	path, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("SKIP: strace is not installed, the order of system calls cannot be seen and no sync can be faked")
	}
	if out, err := exec.Command(path, "-f", "--seccomp-bpf", "-e", "trace=fsync", "-o", "/dev/null", "true").CombinedOutput(); err != nil {
		t.Skipf("SKIP: strace cannot be used here: %v: %s", err, out)
	}
	return append([]string{path, "-f", "--seccomp-bpf", "-qq", "-e", "signal=none"}, options...)
}

// service is a synthetic MYK that counts the requests it received by number; one whose body was cut off counts under "".
type service struct {
	*sandbox.Service
	srv  *sandbox.Server
	mu   sync.Mutex
	seen map[string]int64
}

func serve(t *testing.T) *service {
	t.Helper()
	s := &service{seen: map[string]int64{}}
	s.Service = sandbox.New(sandbox.Options{Now: time.Now, OnRequest: func(_ string, body []byte) {
		var p map[string]string
		_ = json.Unmarshal(body, &p)
		s.mu.Lock()
		defer s.mu.Unlock()
		s.seen[p["KIMLIK_NO"]]++
	}})
	var err error
	if s.srv, err = sandbox.Listen("127.0.0.1:0", s.Service); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.close)
	return s
}

// again has the service listen where it listened before.
func (s *service) again(t *testing.T) {
	t.Helper()
	addr := strings.TrimPrefix(s.srv.URL(), "http://")
	var err error
	if s.srv, err = sandbox.Listen(addr, s.Service); err != nil {
		t.Fatal(err)
	}
}

// close returns when every request that came was counted.
func (s *service) close() {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	_ = s.srv.Close(ctx)
}

func (s *service) received() map[string]int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make(map[string]int64, len(s.seen))
	for n, times := range s.seen {
		out[n] = times
	}
	return out
}

// desk is one installation of the program. Its data may lie on a disk of its own.
type desk struct {
	t       *testing.T
	program string
	dir     string
	store   string
	env     []string
	service *service
}

// install makes an installation whose data folder is data and whose service is a new one.
func install(t *testing.T, data string) *desk {
	t.Helper()
	program, err := build()
	if err != nil {
		t.Fatal(err)
	}
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if data == "" {
		data = filepath.Join(dir, "data")
	}
	d := &desk{t: t, program: program, dir: dir, store: filepath.Join(data, "iskurctl", "prod", "iskurctl.db"), service: serve(t)}
	d.env = []string{"HOME=" + dir + "/home", "XDG_CONFIG_HOME=" + dir + "/config", "XDG_DATA_HOME=" + data,
		"XDG_STATE_HOME=" + dir + "/state", "PATH=" + os.Getenv("PATH"), "LC_ALL=en_GB.UTF-8"}
	d.must("config", "init", "--profile", "prod", "--myk-url", d.service.srv.URL(), "--authorisation", "none")
	return d
}

// numbers writes a file of n numbers that no other list of this size has.
func (d *desk) numbers(list, n int) (file string) {
	d.t.Helper()
	var b strings.Builder
	for i := range n {
		b.WriteString(tckn.Complete(100_000_000+list*n+i) + "\n")
	}
	file = filepath.Join(d.dir, fmt.Sprintf("list%d.txt", list))
	if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
		d.t.Fatal(err)
	}
	return file
}

// lookup is the command line of a batch as fast as it goes.
func lookup(file string, concurrency int, more ...string) []string {
	return append([]string{"myk", "lookup", "--tc-file", file, "--concurrency", strconv.Itoa(concurrency), "--rate", "0", "-o", "ndjson", "-q"}, more...)
}

// result is what a run left behind.
type result struct {
	code           int
	stdout, stderr string
}

// run waits for the program.
func (d *desk) run(args ...string) result {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, d.program, args...)
	var out, errs bytes.Buffer
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = d.dir, d.env, &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		d.t.Fatal(err)
	}
	return result{cmd.ProcessState.ExitCode(), out.String(), errs.String()}
}

func (d *desk) must(args ...string) string {
	d.t.Helper()
	r := d.run(args...)
	if r.code != 0 {
		d.t.Fatalf("iskurctl %q: exit %d: %s", args, r.code, r.stderr)
	}
	return r.stdout
}

// running is a program under way, alone or below strace.
type running struct {
	cmd    *exec.Cmd
	stderr bytes.Buffer
	exited chan struct{} // closed when it has ended by itself or by a signal; end collects it
	once   sync.Once
}

// start runs the program in a process group of its own; before holds the command line that it is put behind.
func (d *desk) start(before []string, args ...string) *running {
	d.t.Helper()
	line := append(append(append([]string(nil), before...), d.program), args...)
	r := &running{cmd: exec.Command(line[0], line[1:]...), exited: make(chan struct{})}
	r.cmd.Dir, r.cmd.Env, r.cmd.Stderr = d.dir, d.env, &r.stderr
	r.cmd.SysProcAttr = &unix.SysProcAttr{Setpgid: true}
	r.cmd.WaitDelay = 10 * time.Second
	if err := r.cmd.Start(); err != nil {
		d.t.Fatal(err)
	}
	go func() { // waits without collecting: the process id is ours until end
		for errors.Is(unix.Waitid(unix.P_PID, r.cmd.Process.Pid, nil, unix.WEXITED|unix.WNOWAIT, nil), unix.EINTR) {
		}
		close(r.exited)
	}()
	d.t.Cleanup(func() { r.kill() })
	return r
}

func (r *running) ended() bool {
	select {
	case <-r.exited:
		return true
	default:
		return false
	}
}

// kill ends it by SIGKILL if it has not ended, and gives its exit code, -1 for a death by signal.
func (r *running) kill() int {
	r.once.Do(func() {
		_ = unix.Kill(-r.cmd.Process.Pid, unix.SIGKILL)
		_ = r.cmd.Wait()
	})
	return r.cmd.ProcessState.ExitCode()
}

// wait lets it come to its end and gives its exit code.
func (r *running) wait() int {
	<-r.exited
	return r.kill()
}
