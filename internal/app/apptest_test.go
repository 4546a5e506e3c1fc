package app

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"iskurctl/internal/myk/sandbox"
	"iskurctl/internal/tckn"
)

// The acceptance tests run the real program as a process of its own: this test binary under the name `iskurctl`, with
// real files for streams, real HTTP on loopback and a real store in a folder of the test.

func TestMain(m *testing.M) {
	// The tests wait for other processes far more than they compute. A -parallel on the command line wins.
	if f := flag.Lookup("test.parallel"); f != nil {
		_ = f.Value.Set("12")
	}
	if !strings.HasPrefix(filepath.Base(os.Args[0]), "iskurctl") {
		// A test run in the background may have been started with signals ignored; the programs it starts must not
		// inherit that. A signal that is taken has its default action in a child.
		for _, s := range []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
			if signal.Ignored(s) {
				signal.Notify(make(chan os.Signal, 1), s)
			}
		}
	}
	testscript.Main(m, map[string]func(){
		"iskurctl": func() { os.Exit(Main(OSEnv())) },
		"iskurctl-at": func() { // begins at the time that AT names
			began, err := time.Parse(time.RFC3339, os.Getenv("AT"))
			if err != nil {
				panic(err)
			}
			e, start := OSEnv(), time.Now()
			e.Now = func() time.Time { return began.Add(time.Since(start)) }
			os.Exit(Main(e))
		},
		"iskurctl-broken": func() { // has a bug that knows a number
			e := OSEnv()
			e.User = func() (string, error) { panic(canaryNumber) }
			os.Exit(Main(e))
		},
	})
}

// Canaries run through every test. They must not turn up where they do not belong: see leak and leakedAtRest.
const (
	canaryNumber = "10000000528"
	canarySecret = "kanarya-parola-7Qx"
)

var elevenDigits = regexp.MustCompile(`[0-9]{11,}`)

// clear finds a TC number of the synthetic block that stands in a text in full.
func clear(text []byte) bool {
	for _, m := range elevenDigits.FindAll(text, -1) {
		if len(m) == 11 && bytes.HasPrefix(m, []byte("1000000")) && tckn.Check(string(m)).Valid() {
			return true
		}
	}
	return false
}

// leak says what a run of the program showed that it must not show, or "". Numbers stand in full on stdout only where
// they were asked for: --reveal, the lists of synthetic people and events, and the examples of help screens.
func leak(args []string, stdout, stderr string) string {
	if strings.Contains(stdout+stderr, canarySecret) {
		return "the secret is shown"
	}
	if clear([]byte(stderr)) {
		return "a number stands in clear on stderr"
	}
	exempt := len(args) == 0 || args[len(args)-1] == "people" || strings.Contains(strings.Join(args, " ")+" ", "sandbox people ") ||
		strings.Contains(strings.Join(args, " ")+" ", "sandbox events ")
	for _, a := range args {
		switch a {
		case "--reveal", "--help", "-h", "help":
			exempt = true
		}
	}
	for _, group := range []string{"tc", "myk", "audit", "sandbox", "config", "completion"} {
		exempt = exempt || args[len(args)-1] == group
	}
	if !exempt && clear([]byte(stdout)) {
		return "a number stands in clear on stdout"
	}
	return ""
}

// leakedAtRest looks through every store below dir, its log and its shared memory too.
func leakedAtRest(dir string) (string, error) {
	found := ""
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !d.Type().IsRegular() || !strings.Contains(d.Name(), ".db") {
			return err
		}
		text, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if clear(text) || bytes.Contains(text, []byte(canarySecret)) {
			found = path
		}
		return err
	})
	return found, err
}

// service is a synthetic MYK that listens, and remembers what it was asked.
type service struct {
	*sandbox.Service
	url  string
	mu   sync.Mutex
	body []string
}

func (s *service) asked(number string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, b := range s.body {
		if strings.Contains(b, number) {
			n++
		}
	}
	return n
}

// serve starts a service; end must be called.
func serve(o sandbox.Options, rules ...string) (s *service, end func(), err error) {
	s = &service{}
	o.Now = time.Now
	o.OnRequest = func(_ string, body []byte) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.body = append(s.body, string(body))
	}
	for _, text := range rules {
		r, err := sandbox.ParseRule(text)
		if err != nil {
			return nil, nil, err
		}
		o.Faults = append(o.Faults, r)
	}
	s.Service = sandbox.New(o)
	srv, err := sandbox.Listen("127.0.0.1:0", s.Service)
	if err != nil {
		return nil, nil, err
	}
	s.url = srv.URL()
	return s, func() {
		now, cancel := context.WithCancel(context.Background())
		cancel()
		_ = srv.Close(now)
	}, nil
}

// home gives the environment of a machine whose folders all lie below dir.
func home(dir string) []string {
	return []string{"HOME=" + dir + "/home", "XDG_CONFIG_HOME=" + dir + "/config", "XDG_DATA_HOME=" + dir + "/data",
		"XDG_STATE_HOME=" + dir + "/state", "PATH=" + os.Getenv("PATH"), "TERM=xterm"}
}

// desk is a place to run the program from Go tests; scripts have their own.
type desk struct {
	t   *testing.T
	dir string
	env []string
}

func newDesk(t *testing.T, env ...string) *desk {
	t.Helper()
	d := &desk{t: t, dir: t.TempDir()}
	d.env = append(home(d.dir), env...)
	t.Cleanup(func() {
		if found, err := leakedAtRest(d.dir); err != nil || found != "" {
			t.Errorf("a number or a secret stands in clear in %q (%v)", found, err)
		}
	})
	return d
}

func (d *desk) config() string { return filepath.Join(d.dir, "config", "iskurctl", "config.toml") }

// result is what a run left behind.
type result struct {
	code           int
	stdout, stderr string
}

func (d *desk) run(args ...string) result { return d.feed("", args...) }

func (d *desk) feed(stdin string, args ...string) result {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(d.t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "iskurctl", args...)
	var out, errs bytes.Buffer
	cmd.Dir, cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = d.dir, d.env, strings.NewReader(stdin), &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		d.t.Fatal(err)
	}
	r := result{cmd.ProcessState.ExitCode(), out.String(), errs.String()}
	if what := leak(args, r.stdout, r.stderr); what != "" {
		d.t.Errorf("iskurctl %q: %s\nstdout: %s\nstderr: %s", args, what, r.stdout, r.stderr)
	}
	return r
}

// profile makes a profile by `config init` and applies the edits, see editConfig.
func (d *desk) profile(url string, edits ...string) {
	d.t.Helper()
	if r := d.run("config", "init", "--profile", "prod", "--myk-url", url, "--authorisation", "none"); r.code != 0 {
		d.t.Fatalf("config init: %+v", r)
	}
	d.edit(edits...)
}

func (d *desk) edit(edits ...string) {
	d.t.Helper()
	text, err := os.ReadFile(d.config())
	if err != nil {
		d.t.Fatal(err)
	}
	out, err := editConfig(string(text), "prod", edits)
	if err != nil {
		d.t.Fatal(err)
	}
	if err := os.WriteFile(d.config(), []byte(out), 0o600); err != nil {
		d.t.Fatal(err)
	}
}

// editConfig sets keys in a profile's part of a configuration file: "rate=0" after "myk." is [profiles.NAME.myk].
func editConfig(text, profile string, edits []string) (string, error) {
	lines := strings.Split(text, "\n")
	for _, e := range edits {
		path, value, ok := strings.Cut(e, "=")
		if !ok {
			return "", errors.New("an edit is section.key=value: " + e)
		}
		section, key := "profiles."+profile, path
		if i := strings.LastIndex(path, "."); i >= 0 {
			section, key = section+"."+path[:i], path[i+1:]
		}
		at, done := -1, false
		for i, l := range lines {
			if strings.HasPrefix(l, "[") {
				at = -1
				if strings.HasPrefix(l, "["+section+"]") {
					at = i
				}
			}
			if at >= 0 && strings.HasPrefix(l, key+" = ") {
				lines[i], done = key+" = "+value, true
			}
		}
		for i, l := range lines {
			if !done && strings.HasPrefix(l, "["+section+"]") {
				lines[i], done = l+"\n"+key+" = "+value, true
			}
		}
		if !done {
			lines = append(lines, "["+section+"]", key+" = "+value)
		}
		lines = strings.Split(strings.Join(lines, "\n"), "\n")
	}
	return strings.Join(lines, "\n"), nil
}
