package app

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"iskurctl/internal/myk/sandbox"
)

// With -update the golden parts of scripts (files compared by cmp) are rewritten.
// With -continue a script goes on after a failure, to show all of them.
var (
	update = flag.Bool("update", false, "rewrite golden files of the scripts")
	goOn   = flag.Bool("continue", false, "go on after a failure in a script")
)

// TestScripts runs the acceptance scripts. Each guards one promise, named in its first line. Beside testscript's own
// commands a script has the ones of scriptCommands.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("..", "..", "testdata", "script"), Setup: setUp, Cmds: scriptCommands(), UpdateScripts: *update,
		RequireExplicitExec: true, RequireUniqueNames: true, ContinueOnError: *goOn,
	})
}

// world is what a script has started.
type world struct {
	services  map[string]*service
	processes map[string]*process
}

type worldKey struct{}

func worldOf(ts *testscript.TestScript) *world { return ts.Value(worldKey{}).(*world) }

func setUp(e *testscript.Env) error {
	for _, kv := range home(e.WorkDir) {
		if name, value, _ := strings.Cut(kv, "="); name != "PATH" {
			e.Setenv(name, value)
		}
	}
	e.Setenv("CONFIG", e.WorkDir+"/config/iskurctl/config.toml")
	e.Setenv("STORE", e.WorkDir+"/data/iskurctl/prod/iskurctl.db")
	e.Setenv("CANARY", canaryNumber)
	e.Setenv("SECRET", canarySecret)
	w := &world{services: map[string]*service{}, processes: map[string]*process{}}
	e.Values[worldKey{}] = w
	failed, _ := e.T().(interface{ Errorf(string, ...any) })
	e.Defer(func() {
		for _, p := range w.processes {
			_ = p.cmd.Process.Kill()
			<-p.ended
		}
		if found, err := leakedAtRest(e.WorkDir); err != nil || found != "" {
			failed.Errorf("a number or a secret stands in clear in %q (%v)", found, err)
		}
	})
	return nil
}

func scriptCommands() map[string]func(*testscript.TestScript, bool, []string) {
	list := map[string]func(*testscript.TestScript, []string){
		"service":    cmdService,
		"requests":   cmdRequests,
		"asked":      cmdAsked,
		"profile":    cmdProfile,
		"edit":       cmdEdit,
		"exits":      cmdExits,
		"tty":        cmdTTY,
		"start":      cmdStart,
		"reaches":    cmdReaches,
		"signal":     cmdSignal,
		"ends":       cmdEnds,
		"json":       cmdJSON,
		"outcomes":   cmdOutcomes,
		"logmatches": cmdLogMatches,
		"mode":       cmdMode,
		"bytes":      cmdBytes,
		"utf16":      cmdUTF16,
		"link":       cmdLink,
		"flip":       cmdFlip,
		"silent":     cmdSilent,
		"workbook":   cmdWorkbook,
	}
	out := map[string]func(*testscript.TestScript, bool, []string){}
	for name, run := range list {
		out[name] = func(ts *testscript.TestScript, neg bool, args []string) {
			if neg {
				ts.Fatalf("unsupported: ! %s", name)
			}
			run(ts, args)
		}
	}
	return out
}

// option takes "-name value" off the front of args.
func option(args *[]string, name, standard string) string {
	if len(*args) > 1 && (*args)[0] == name {
		v := (*args)[1]
		*args = (*args)[2:]
		return v
	}
	return standard
}

func want(ts *testscript.TestScript, ok bool, usage string) {
	if !ok {
		ts.Fatalf("usage: %s", usage)
	}
}

// service [-name N] [-user U] [-password P] [-token T] [-page N] [-dead yes] [RULE…] starts a synthetic MYK and sets
// $URL. A dead one listens no more: connections are refused.
func cmdService(ts *testscript.TestScript, args []string) {
	name := option(&args, "-name", "")
	o := sandbox.Options{Username: option(&args, "-user", ""), Password: option(&args, "-password", ""), Token: option(&args, "-token", "")}
	o.PageSize, _ = strconv.Atoi(option(&args, "-page", "0"))
	if option(&args, "-dead", "") != "" {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		ts.Check(err)
		ts.Setenv("URL", "http://"+l.Addr().String())
		ts.Check(l.Close())
		worldOf(ts).services[name] = &service{Service: sandbox.New(sandbox.Options{Now: time.Now})}
		return
	}
	s, end, err := serve(o, args...)
	ts.Check(err)
	ts.Defer(end)
	worldOf(ts).services[name] = s
	ts.Setenv("URL", s.url)
}

func serviceOf(ts *testscript.TestScript, args *[]string) *service {
	s := worldOf(ts).services[option(args, "-name", "")]
	if s == nil {
		ts.Fatalf("no service was started")
	}
	return s
}

// requests [-name N] COUNT[|COUNT] compares the number of requests that the service received.
func cmdRequests(ts *testscript.TestScript, args []string) {
	s := serviceOf(ts, &args)
	want(ts, len(args) == 1, "requests [-name N] COUNT")
	if got := strconv.FormatInt(s.Requests(), 10); !slices.Contains(strings.Split(args[0], "|"), got) {
		ts.Fatalf("the service received %s requests, want %s", got, args[0])
	}
}

// asked [-name N] NUMBER COUNT compares how many requests asked for a number.
func cmdAsked(ts *testscript.TestScript, args []string) {
	s := serviceOf(ts, &args)
	want(ts, len(args) == 2, "asked [-name N] NUMBER COUNT")
	if got := strconv.Itoa(s.asked(args[0])); got != args[1] {
		ts.Fatalf("%s was asked for %s times, want %s", args[0], got, args[1])
	}
}

// profile NAME URL [EDIT…] makes a profile by `config init` (authorisation none) and edits it; rate is 0 unless edited.
func cmdProfile(ts *testscript.TestScript, args []string) {
	want(ts, len(args) >= 2, "profile NAME URL [section.key=value…]")
	if err := ts.Exec("iskurctl", "config", "init", "--profile", args[0], "--myk-url", args[1], "--authorisation", "none"); err != nil {
		ts.Fatalf("config init: %v", err)
	}
	edit(ts, args[0], append([]string{"myk.rate=0"}, args[2:]...))
}

// edit NAME EDIT… changes keys of a profile in the configuration file.
func cmdEdit(ts *testscript.TestScript, args []string) { edit(ts, args[0], args[1:]) }

func edit(ts *testscript.TestScript, profile string, edits []string) {
	file := ts.Getenv("CONFIG")
	text, err := editConfig(ts.ReadFile(file), profile, edits)
	ts.Check(err)
	ts.Check(os.WriteFile(file, []byte(text), 0o600))
}

// exits CODE[|CODE] iskurctl ARG… runs the program; the code must be exactly that. stdout and stderr follow for the
// commands of those names.
func cmdExits(ts *testscript.TestScript, args []string) {
	want(ts, len(args) >= 2, "exits CODE PROGRAM ARG…")
	var exit *exec.ExitError
	got := 0
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &exit) {
		got = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	judge(ts, args[0], got, args[2:], ts.ReadFile("stdout"), ts.ReadFile("stderr"))
}

func judge(ts *testscript.TestScript, wanted string, got int, args []string, stdout, stderr string) {
	if what := leak(args, stdout, stderr); what != "" {
		ts.Fatalf("%s", what)
	}
	if !slices.Contains(strings.Split(wanted, "|"), strconv.Itoa(got)) {
		ts.Fatalf("exit code %d, want %s", got, wanted)
	}
}

// process is a program that runs beside the script.
type process struct {
	cmd      *exec.Cmd
	out, err string // files
	ended    chan struct{}
}

// silent PATH listens on a Unix socket, takes every call and never says a word.
func cmdSilent(ts *testscript.TestScript, args []string) {
	want(ts, len(args) == 1, "silent PATH")
	l, err := net.Listen("unix", ts.MkAbs(args[0]))
	ts.Check(err)
	ts.Defer(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { _, _ = io.Copy(io.Discard, c) }()
		}
	}()
}

// start NAME iskurctl ARG… runs the program beside the script.
func cmdStart(ts *testscript.TestScript, args []string) {
	want(ts, len(args) >= 2, "start NAME PROGRAM ARG…")
	p := &process{out: ts.MkAbs(args[0] + ".stdout"), err: ts.MkAbs(args[0] + ".stderr"), ended: make(chan struct{})}
	out, err := os.Create(p.out)
	ts.Check(err)
	errs, err := os.Create(p.err)
	ts.Check(err)
	p.cmd = exec.Command(args[1], args[2:]...)
	p.cmd.Dir, p.cmd.Stdout, p.cmd.Stderr = ts.MkAbs("."), out, errs
	p.cmd.Env = environment(ts)
	ts.Check(p.cmd.Start())
	go func() {
		_ = p.cmd.Wait()
		_ = out.Close()
		_ = errs.Close()
		close(p.ended)
	}()
	worldOf(ts).processes[args[0]] = p
}

// environment gives the variables of the script that the program looks at.
func environment(ts *testscript.TestScript) []string {
	var env []string
	for _, name := range []string{"HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "PATH", "TERM", "NO_COLOR", "CLICOLOR_FORCE",
		"ISKURCTL_LANG", "ISKURCTL_PROFILE", "ISKURCTL_OUTPUT", "ISKURCTL_COLOR", "LANG"} {
		if v := ts.Getenv(name); v != "" {
			env = append(env, name+"="+v)
		}
	}
	return env
}

// reaches [-name N] COUNT waits until the service has received so many requests.
func cmdReaches(ts *testscript.TestScript, args []string) {
	s := serviceOf(ts, &args)
	want(ts, len(args) == 1, "reaches [-name N] COUNT")
	n, err := strconv.ParseInt(args[0], 10, 64)
	ts.Check(err)
	for end := time.Now().Add(20 * time.Second); s.Requests() < n; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			ts.Fatalf("the service received only %d requests", s.Requests())
		}
	}
}

// signal NAME INT|TERM|HUP|KILL sends a signal to a program that start has started.
func cmdSignal(ts *testscript.TestScript, args []string) {
	want(ts, len(args) == 2, "signal NAME SIGNAL")
	s, ok := map[string]os.Signal{"INT": syscall.SIGINT, "TERM": syscall.SIGTERM, "HUP": syscall.SIGHUP, "KILL": syscall.SIGKILL}[args[1]]
	want(ts, ok, "signal NAME INT|TERM|HUP|KILL")
	ts.Check(worldOf(ts).processes[args[0]].cmd.Process.Signal(s))
}

// ends NAME CODE waits for a program that start has started; its streams follow for stdout and stderr. -1 is a death by
// signal. The wait is short beside the delays that scripts tell the service to make.
func cmdEnds(ts *testscript.TestScript, args []string) {
	want(ts, len(args) == 2, "ends NAME CODE")
	p := worldOf(ts).processes[args[0]]
	select {
	case <-p.ended:
	case <-time.After(10 * time.Second):
		ts.Fatalf("%s does not end", args[0])
	}
	out, errs := ts.ReadFile(p.out), ts.ReadFile(p.err)
	fmt.Fprint(ts.Stdout(), out)
	fmt.Fprint(ts.Stderr(), errs)
	judge(ts, args[1], p.cmd.ProcessState.ExitCode(), p.cmd.Args[1:], out, errs)
}
