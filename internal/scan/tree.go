package scan

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// file is one file to be scanned.
type file struct {
	path  string // as the system opens it
	shown string // as a finding names it
	root  *root
	named bool // the person named it, not a folder above it
}

// root is one PATH of the command line, or a repository below it.
type root struct {
	dir   string // as the system opens it
	shown string // before the path of a finding; "" or with / at its end
	below string // before a path that patterns are compared with: this root's place below PATH
	top   string // before a path that fingerprints are made of: this root's place in the work tree of git
	git   bool   // lies in a work tree of git
	none  bool   // git listed nothing in it
}

// identity gives the path that the fingerprint is made of: from the top of the work tree of git, or else from PATH, so that
// it is the same from wherever the scan is begun.
func (f file) identity() string {
	if f.root.dir == "" {
		return f.root.top
	}
	return f.root.top + strings.TrimPrefix(f.shown, f.root.shown)
}

// lister finds the files, in the order of their paths, byte by byte, as git has it.
type lister struct {
	o          Options
	git        *git // nil: not to be asked
	yield      func(file) error
	unreadable func(path string, cause i18n.Text) error
	warn       func(i18n.Text) error
}

// path lists what one PATH stands for.
func (l *lister) path(ctx context.Context, arg string) error {
	if arg == "-" {
		return l.yield(file{path: arg, shown: arg, root: &root{top: arg}, named: true})
	}
	info, err := os.Stat(arg) // a link that was named is followed
	if err != nil {
		return l.unreadable(arg, fault.Cause(err))
	}
	clean := filepath.Clean(arg)
	if !info.IsDir() {
		if l.o.Exclude.path(strings.TrimPrefix(filepath.ToSlash(clean), "/")) {
			return nil
		}
		top, _ := workTree(filepath.Dir(clean))
		return l.yield(file{path: clean, shown: filepath.ToSlash(clean), root: &root{top: top + filepath.Base(clean)}, named: true})
	}
	r := &root{dir: clean}
	if clean != "." {
		r.shown = strings.TrimSuffix(filepath.ToSlash(clean), "/") + "/"
	}
	r.top, r.git = workTree(clean)
	if err := l.tree(ctx, r); err != nil || !r.none || !holdsAnything(clean) {
		return err
	}
	// The person asked for this very folder: that nothing was looked at must not pass for nothing found.
	return l.warn(i18n.Tf("%s: git bu klasörde dosya göstermedi, hiçbir dosya taranmadı; yok sayılanları da taramak için: --no-ignore", "%s: git shows no files in this folder, none was scanned; to scan those it ignores too: --no-ignore", l.name(r)))
}

// holdsAnything reports whether a folder has something in it beside .git.
func holdsAnything(dir string) bool {
	f, err := os.Open(dir)
	if err != nil {
		return false // the lister told it
	}
	defer f.Close()
	names, _ := f.Readdirnames(2)
	return len(names) > 1 || len(names) == 1 && names[0] != ".git"
}

// workTree looks for the work tree of git that a folder lies in, and gives the folder's place in it, "" or with / at its end.
func workTree(dir string) (below string, ok bool) {
	dir, err := filepath.Abs(dir)
	if err == nil {
		dir, err = filepath.EvalSymlinks(dir)
	}
	if err != nil {
		return "", false
	}
	for {
		if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil {
			return below, true
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", false
		}
		below, dir = filepath.Base(dir)+"/"+below, up
	}
}

// tree lists a folder: by git where it knows it, since git alone knows what is ignored and what is tracked all the same;
// else all of it, since outside of a repository nothing says what will be shared.
func (l *lister) tree(ctx context.Context, r *root) error {
	if r.git && !l.o.All {
		if l.git != nil {
			if done, err := l.tracked(ctx, r); done || err != nil {
				return err
			}
		}
		if err := l.warn(i18n.Tf("%s: git bu klasörü listelemedi; yok saydıkları da içinde, bütün dosyalar tarandı", "%s: git did not list this folder; all files were scanned, those it ignores too", l.name(r))); err != nil {
			return err
		}
	}
	return l.folder(ctx, r, "")
}

func (l *lister) name(r *root) string {
	if r.shown == "" {
		return "."
	}
	return r.shown
}

// folder lists what a folder of the root holds; sub is "" or ends in /.
func (l *lister) folder(ctx context.Context, r *root, sub string) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	entries, err := os.ReadDir(filepath.Join(r.dir, sub))
	if err != nil {
		if err := l.unreadable(r.shown+sub, fault.Cause(err)); err != nil {
			return err
		}
	}
	// The order of whole paths: "a-b" stands before "a/c".
	key := func(e fs.DirEntry) string {
		if e.IsDir() {
			return e.Name() + "/"
		}
		return e.Name()
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(key(a), key(b)) })
	for _, e := range entries {
		p := sub + e.Name()
		if e.Name() == ".git" || !e.IsDir() && !e.Type().IsRegular() || l.o.Exclude.patterns != nil && l.o.Exclude.one(r.below+p) {
			continue
		}
		switch {
		case !e.IsDir():
			err = l.yield(file{path: r.dir + "/" + p, shown: r.shown + p, root: r})
		case l.repository(r, p):
			err = l.tree(ctx, r.nested(p))
		default:
			err = l.folder(ctx, r, p+"/")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// repository reports whether a folder is a work tree of its own.
func (l *lister) repository(r *root, p string) bool {
	_, err := os.Lstat(filepath.Join(r.dir, p, ".git"))
	return err == nil
}

// nested is the root of a repository inside of r.
func (r *root) nested(p string) *root {
	return &root{dir: r.dir + "/" + p, shown: r.shown + p + "/", below: r.below + p + "/", git: true}
}

// entry takes one path that git lists. What is gone from the work tree is passed over.
func (l *lister) entry(ctx context.Context, r *root, p string) error {
	if l.o.Exclude.path(r.below + strings.TrimSuffix(p, "/")) {
		return nil
	}
	if !strings.HasSuffix(p, "/") {
		return l.yield(file{path: r.dir + "/" + p, shown: r.shown + p, root: r})
	}
	p = strings.TrimSuffix(p, "/") // a repository inside of this one
	if info, err := os.Lstat(filepath.Join(r.dir, p)); errors.Is(err, fs.ErrNotExist) || err == nil && !info.IsDir() {
		return nil
	}
	if !l.repository(r, p) { // a submodule that was not fetched
		return l.folder(ctx, r, p+"/")
	}
	return l.tree(ctx, r.nested(p))
}
