package scan

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"os/exec"
	"strconv"
	"strings"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// git runs the program of that name, with fixed arguments and without a shell. Nothing of a repository's own configuration
// may run a program: it may have come from elsewhere.
type git struct {
	program string
	env     []string
}

// gitVariables are what git gets of the environment: where its configuration is, and, in a hook, which index it is about.
var gitVariables = []string{"PATH", "HOME", "XDG_CONFIG_HOME", "TMPDIR", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM", "GIT_CEILING_DIRECTORIES"}

var hookVariables = []string{"GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_QUARANTINE_PATH"}

// findGit looks the program up; hook lets it see which repository a hook runs for.
func findGit(env func(string) (string, bool), hook bool) (*git, error) {
	program, err := exec.LookPath("git")
	if err != nil {
		return nil, fault.New(fault.Usage, "git_missing", i18n.T("git programı bulunamadı", "the program git was not found")).
			WithHint(i18n.T("git'i kurun ya da --staged ve --since olmadan bir klasörü tarayın", "install git, or scan a folder without --staged and --since")).Because(err)
	}
	g := &git{program: program, env: []string{"LC_ALL=C", "GIT_OPTIONAL_LOCKS=0", "GIT_TERMINAL_PROMPT=0", "GIT_NO_LAZY_FETCH=1", "GIT_NO_REPLACE_OBJECTS=1"}}
	names := gitVariables
	if hook {
		names = append(names[:len(names):len(names)], hookVariables...)
	}
	for _, name := range names {
		if v, ok := env(name); ok {
			g.env = append(g.env, name+"="+v)
		}
	}
	// Configuration by variables, such as a safe.directory of a build server.
	if v, ok := env("GIT_CONFIG_COUNT"); ok {
		g.env = append(g.env, "GIT_CONFIG_COUNT="+v)
		n, _ := strconv.Atoi(v)
		for i := range min(n, 64) {
			for _, name := range []string{"GIT_CONFIG_KEY_", "GIT_CONFIG_VALUE_"} {
				name += strconv.Itoa(i)
				v, _ := env(name)
				g.env = append(g.env, name+"="+v)
			}
		}
	}
	return g, nil
}

func (g *git) command(ctx context.Context, dir string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, g.program, append([]string{"--literal-pathspecs", "-c", "core.fsmonitor=false", "-c", "core.quotePath=false"}, args...)...)
	cmd.Dir, cmd.Env = dir, g.env
	return cmd
}

// line runs git and gives the first line of what it prints.
func (g *git) line(ctx context.Context, args ...string) (string, error) {
	out, err := g.command(ctx, "", args...).Output()
	first, _, _ := strings.Cut(string(out), "\n")
	return first, err
}

// stream runs git and gives its output to read; an exit other than 0 is errGit, unless read failed before.
func (g *git) stream(ctx context.Context, dir string, read func(*bufio.Reader) error, args ...string) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	cmd := g.command(ctx, dir, args...)
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return errGit
	}
	err = read(bufio.NewReaderSize(out, 64<<10))
	if err != nil {
		cancel()
	}
	if ended := cmd.Wait(); err == nil && ended != nil {
		err = errGit
	}
	return err
}

var errGit = errors.New("git failed")

// gitFailed is the error of a git that does not do what it was asked. What it said is not repeated: it may name anything.
func gitFailed(what string) error {
	return fault.New(fault.Input, "git_failed", i18n.Tf("git %s başarısız oldu", "git %s failed", what)).
		WithHint(i18n.T("nedenini görmek için aynı klasörde: git status", "for the reason, in the same folder: git status"))
}

// paths reads a list with a NUL behind each path.
func paths(r *bufio.Reader, each func(string) error) error {
	var long []byte
	for {
		part, err := r.ReadSlice(0)
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			long = append(long, part...)
			continue
		case err == io.EOF:
			return nil
		case err != nil:
			return errGit
		}
		p := string(append(long, bytes.TrimSuffix(part, []byte{0})...))
		long = long[:0]
		if err := each(p); err != nil {
			return err
		}
	}
}

// staged gives the path of a line of `ls-files --stage`, "" for a link, with / at its end for a repository inside; a path
// alone stays as it is.
func staged(s string) string {
	head, p, ok := strings.Cut(s, "\t")
	switch {
	case !ok || len(head) < len("100644 ") || head[6] != ' ':
		return s
	case head[:6] == "120000":
		return ""
	case head[:6] == "160000":
		return p + "/"
	}
	return p
}

// tracked lists the files of a work tree as git knows them: the tracked ones, those that an ignore pattern matches too, and
// the new ones that none matches. Both lists come sorted and are merged as they come. done is false when git refused
// before it gave anything, such as for a folder of another owner.
func (l *lister) tracked(ctx context.Context, r *root) (done bool, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	type part struct {
		paths chan []string
		err   error
	}
	start := func(args ...string) *part {
		p := &part{paths: make(chan []string, 16)}
		go func() {
			defer close(p.paths)
			p.err = guarded(func() error {
				batch := make([]string, 0, 256)
				send := func() error {
					select {
					case p.paths <- batch:
						batch = make([]string, 0, 256)
						return nil
					case <-ctx.Done():
						return context.Cause(ctx)
					}
				}
				err := l.git.stream(ctx, r.dir, func(out *bufio.Reader) error {
					return paths(out, func(s string) error {
						if s = staged(s); s == "" {
							return nil
						}
						if batch = append(batch, s); len(batch) == cap(batch) {
							return send()
						}
						return nil
					})
				}, append([]string{"ls-files", "-z"}, args...)...)
				if err == nil {
					err = send()
				}
				return err
			})
		}()
		return p
	}
	known, others := start("--stage"), start("--others", "--exclude-standard")
	var a, b []string
	more := func(list *[]string, p *part) bool {
		for len(*list) == 0 {
			next, ok := <-p.paths
			if !ok {
				return false
			}
			*list = next
		}
		return true
	}
	last := ""
	for {
		inA, inB := more(&a, known), more(&b, others)
		for _, p := range []*part{known, others} {
			if (!inA && p == known || !inB && p == others) && p.err != nil {
				if errors.Is(p.err, errGit) {
					if !done {
						return false, nil
					}
					return true, l.unreadable(l.name(r), i18n.T("git listeyi tamamlamadı", "git did not complete its list"))
				}
				return true, p.err
			}
		}
		var next string
		switch {
		case !inA && !inB:
			r.none = !done
			return true, nil
		case !inB || inA && a[0] <= b[0]:
			next, a = a[0], a[1:]
		default:
			next, b = b[0], b[1:]
		}
		if done && next == last { // the stages of a conflict
			continue
		}
		done, last = true, next
		if err := l.entry(ctx, r, next); err != nil {
			return true, err
		}
	}
}
