package scan

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"strconv"
	"strings"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// A diff says which lines of which blobs are new. The blobs are then scanned whole, so that the header of a table, the
// words around a number and its fingerprint are the same as in a scan of the tree; only findings in new lines are told.

// change is one file that a diff added or changed.
type change struct {
	path, blob string
	added      *lineRanges
}

// Diff says what is scanned instead of a tree: what is staged, or what the commits since a revision added.
type Diff struct {
	Staged bool
	Since  string   // a revision; "" for none
	Paths  []string // only these; none = all
}

// Changes scans the new lines of a diff, oldest commit first, in each in the order of paths. Errors: class Usage git_missing,
// git_no_repository, revision_unknown; class Input git_failed; those of the report; the end of the context.
func Changes(ctx context.Context, o Options, d Diff, report Report) error {
	g, err := findGit(o.Env, true)
	if err != nil {
		return err
	}
	if _, err := g.line(ctx, "rev-parse", "--git-dir"); err != nil {
		return ended(ctx, fault.New(fault.Usage, "git_no_repository", i18n.T("bu klasör bir git deposunda değil", "this folder is not in a git repository")).
			WithHint(i18n.T("depo klasörüne geçin; depo başka bir kullanıcınınsa git'in safe.directory ayarına bakın", "change to a folder of the repository; if it belongs to another user, see git's setting safe.directory")))
	}
	blobs, err := g.blobs(ctx)
	if err != nil {
		return err
	}
	defer blobs.close()
	s := newScanner(o)
	scanAll := func(commit string, changes []change) error {
		for _, c := range changes {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			if o.Exclude.path(c.path) {
				continue
			}
			t := target{path: c.path, identity: c.path, added: c.added, commit: commit}
			err := blobs.read(c.blob, func(r io.Reader) error { return s.text(ctx, r, t, report.Finding) })
			if errors.Is(err, errGit) {
				return ended(ctx, gitFailed("cat-file"))
			}
			if err != nil && !errors.Is(err, errBinary) {
				return err
			}
		}
		return nil
	}
	if d.Staged {
		changes, err := g.staged(ctx, d.Paths)
		if err != nil {
			return ended(ctx, err)
		}
		return scanAll("", changes)
	}
	return g.since(ctx, d, scanAll)
}

// ended gives the end of the context, which also ends git, before what came of it.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// staged gives what the index has that HEAD has not.
func (g *git) staged(ctx context.Context, paths []string) ([]change, error) {
	tree, err := g.line(ctx, "rev-parse", "--quiet", "--verify", "HEAD^{tree}")
	if err != nil { // before the first commit
		if tree, err = g.emptyTree(ctx); err != nil {
			return nil, err
		}
	}
	return g.changes(ctx, []string{"diff-index", "--cached", tree}, paths)
}

func (g *git) emptyTree(ctx context.Context) (string, error) {
	tree, err := g.line(ctx, "hash-object", "-t", "tree", "--stdin")
	if err != nil {
		return "", gitFailed("hash-object")
	}
	return tree, nil
}

// since gives what each commit added that HEAD has and the revision has not, the oldest first.
func (g *git) since(ctx context.Context, d Diff, each func(commit string, changes []change) error) error {
	from, err := g.line(ctx, "rev-parse", "--quiet", "--verify", "--end-of-options", d.Since+"^{commit}")
	if err != nil {
		return ended(ctx, fault.New(fault.Usage, "revision_unknown", i18n.T("--since: git böyle bir sürüm tanımıyor", "--since: git does not know this revision")).
			WithHint(i18n.T("bir dal, etiket ya da commit adı verin; sığ bir kopyada önce geçmişi alın: git fetch --unshallow", "give a branch, a tag or a commit; in a shallow clone fetch the history first: git fetch --unshallow")))
	}
	empty, err := g.emptyTree(ctx)
	if err != nil {
		return ended(ctx, err)
	}
	var failed error
	err = g.stream(ctx, "", func(r *bufio.Reader) error {
		lines := bufio.NewScanner(r)
		for lines.Scan() {
			ids := strings.Fields(lines.Text())
			if len(ids) == 0 {
				continue
			}
			parents := ids[1:]
			if len(parents) == 0 {
				parents = []string{empty}
			}
			var changes []change
			for i, p := range parents {
				found, err := g.changes(ctx, []string{"diff-tree", "-r", p, ids[0]}, d.Paths)
				if err != nil {
					failed = err
					return err
				}
				if i == 0 {
					changes = found
				} else {
					changes = common(changes, found) // of a merge only what no parent had
				}
			}
			if failed = each(ids[0], changes); failed != nil {
				return failed
			}
		}
		return lines.Err()
	}, "rev-list", "--topo-order", "--reverse", "--parents", "HEAD", "^"+from)
	if failed == nil && err != nil {
		failed = gitFailed("rev-list")
	}
	if failed != nil {
		return ended(ctx, failed)
	}
	return nil
}

// common gives the lines that are new in both diffs, which lead to the same tree.
func common(a, b []change) (out []change) {
	byPath := map[string]*lineRanges{}
	for _, c := range b {
		byPath[c.path] = c.added
	}
	for _, c := range a {
		if other := byPath[c.path]; other != nil {
			c.added = c.added.and(other)
			out = append(out, c)
		}
	}
	return out
}

// changes gives the regular files that a diff adds or changes, with their new lines.
func (g *git) changes(ctx context.Context, diff, only []string) (changes []change, err error) {
	args := append(diff[:len(diff):len(diff)], "--no-renames", "--ignore-submodules=all")
	limit := append([]string{"--"}, only...)
	var changed []int // by the order of the patch: the place in changes, -1 for what is no regular file
	err = g.stream(ctx, "", func(r *bufio.Reader) error {
		head := ""
		return paths(r, func(s string) error {
			if head == "" {
				head = s
				return nil
			}
			f := strings.Fields(head)
			head = ""
			if len(f) != 5 {
				return errGit
			}
			at := -1
			if f[1] == "100644" || f[1] == "100755" {
				at = len(changes)
				changes = append(changes, change{path: s, blob: f[3], added: all})
			}
			if f[4] == "M" {
				changed = append(changed, at)
			}
			return nil
		})
	}, append(append(args, "--raw", "-z", "--no-abbrev", "--diff-filter=AMT"), limit...)...)
	if err != nil {
		return nil, gitFailed(diff[0])
	}
	if len(changed) == 0 {
		return changes, nil
	}
	ranges, err := g.addedLines(ctx, append(append(args, "--patch", "--unified=0", "--inter-hunk-context=0", "--no-color", "--no-ext-diff", "--no-textconv", "--diff-filter=M"), limit...))
	if err != nil {
		return nil, gitFailed(diff[0])
	}
	for i, at := range changed {
		if at >= 0 && len(ranges) == len(changed) { // else all lines count: rather too many than too few
			changes[at].added = ranges[i]
		}
	}
	return changes, nil
}

// addedLines gives the new lines of each file of a patch. Without context every line of a file begins with + - or \, so a
// line with another beginning is a heading.
func (g *git) addedLines(ctx context.Context, args []string) (files []*lineRanges, err error) {
	err = g.stream(ctx, "", func(r *bufio.Reader) error {
		inLine := false
		for {
			part, err := r.ReadSlice('\n')
			if err == io.EOF && len(part) == 0 {
				return nil
			}
			more := errors.Is(err, bufio.ErrBufferFull)
			if err != nil && !more && !errors.Is(err, io.EOF) {
				return errGit
			}
			begins := !inLine
			inLine = more
			if !begins {
				continue
			}
			switch {
			case bytes.HasPrefix(part, []byte("diff ")):
				files = append(files, &lineRanges{})
			case len(files) == 0:
				return errGit
			case bytes.HasPrefix(part, []byte("@@ ")):
				from, to, ok := hunk(string(part))
				if !ok {
					return errGit
				}
				files[len(files)-1].add(from, to)
			case bytes.HasPrefix(part, []byte("Binary files ")): // UTF-16 is binary to git; whatever else is, is none of text
				files[len(files)-1] = all
			}
		}
	}, args...)
	return files, err
}

// hunk reads "@@ -12,3 +14,2 @@": two new lines from 14 on.
func hunk(s string) (from, to int64, ok bool) {
	_, s, ok = strings.Cut(s, " +")
	if !ok {
		return 0, 0, false
	}
	s, _, ok = strings.Cut(s, " @@")
	first, count, several := strings.Cut(s, ",")
	from, err := strconv.ParseInt(first, 10, 64)
	n := int64(1)
	if err == nil && several {
		n, err = strconv.ParseInt(count, 10, 64)
	}
	return from, from + n, ok && err == nil
}

// blobs is a git that gives the contents of objects, one after the other.
type blobs struct {
	in     io.WriteCloser
	out    *bufio.Reader
	cancel context.CancelFunc
	wait   func() error
}

func (g *git) blobs(ctx context.Context) (*blobs, error) {
	ctx, cancel := context.WithCancel(ctx)
	cmd := g.command(ctx, "", "cat-file", "--batch")
	in, err := cmd.StdinPipe()
	if err == nil {
		var out io.ReadCloser
		if out, err = cmd.StdoutPipe(); err == nil {
			if err = cmd.Start(); err == nil {
				return &blobs{in: in, out: bufio.NewReaderSize(out, 64<<10), cancel: cancel, wait: cmd.Wait}, nil
			}
		}
	}
	cancel()
	return nil, gitFailed("cat-file")
}

func (b *blobs) close() {
	_ = b.in.Close()
	b.cancel()
	_ = b.wait()
}

// read gives the content of one blob. Errors: errGit, those of use.
func (b *blobs) read(id string, use func(io.Reader) error) error {
	if _, err := io.WriteString(b.in, id+"\n"); err != nil {
		return errGit
	}
	head, err := b.out.ReadString('\n')
	f := strings.Fields(head)
	if err != nil || len(f) != 3 || f[1] != "blob" {
		return errGit
	}
	size, err := strconv.ParseInt(f[2], 10, 64)
	if err != nil {
		return errGit
	}
	content := &io.LimitedReader{R: b.out, N: size}
	used := use(content)
	if used != nil && !errors.Is(used, errBinary) {
		return used
	}
	if _, err := io.Copy(io.Discard, content); err != nil || content.N != 0 {
		return errGit // also when the content ended early: use took that for the end of the text
	}
	if _, err := b.out.ReadByte(); err != nil { // the line end behind it
		return errGit
	}
	return used
}
