package audit_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"iskurctl/internal/audit"
	"iskurctl/internal/ledger"
	"iskurctl/internal/ledger/bundle"
)

// folder is a bundle on its way from hand to hand.
type folder struct {
	t   testing.TB
	dir string
	now time.Time

	final bool // its manifests are as somebody wants them
}

// export writes a bundle of the world.
func (w *world) export(t testing.TB, o audit.ExportOptions) *folder {
	t.Helper()
	p := w.copy(t)
	must(t, p.open())
	f := &folder{t: t, dir: filepath.Join(t.TempDir(), "bundle"), now: p.clock.now()}
	o.Product = "iskurctl"
	_, err := p.log.Export(t.Context(), f.dir, o)
	must(t, err)
	return f
}

// files lists the bundle's files.
func (f *folder) files() (names []string) {
	f.t.Helper()
	must(f.t, filepath.WalkDir(f.dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			name, _ := filepath.Rel(f.dir, path)
			names = append(names, name)
		}
		return err
	}))
	slices.Sort(names)
	return names
}

func (f *folder) path(name string) string { return filepath.Join(f.dir, filepath.FromSlash(name)) }

func (f *folder) read(name string) []byte {
	f.t.Helper()
	b, err := os.ReadFile(f.path(name))
	must(f.t, err)
	return b
}

func (f *folder) write(name string, content []byte) {
	f.t.Helper()
	must(f.t, os.MkdirAll(filepath.Dir(f.path(name)), 0o700))
	if err := os.Remove(f.path(name)); err != nil && !os.IsNotExist(err) { // it may be the same file as another's
		f.t.Fatal(err)
	}
	must(f.t, os.WriteFile(f.path(name), content, 0o600))
}

func (f *folder) remove(name string) { must(f.t, os.Remove(f.path(name))) }

// edit changes a file, or fails when there is nothing to change.
func (f *folder) edit(name string, change func([]byte) []byte) {
	f.t.Helper()
	old := f.read(name)
	next := change(bytes.Clone(old))
	if bytes.Equal(old, next) {
		f.t.Fatalf("%s: nothing was changed", name)
	}
	f.write(name, next)
}

func (f *folder) copy(t testing.TB) *folder {
	t.Helper()
	to := &folder{t: t, dir: t.TempDir(), now: f.now}
	for _, name := range f.files() {
		must(t, os.MkdirAll(filepath.Dir(to.path(name)), 0o700))
		must(t, os.Link(f.path(name), to.path(name)))
	}
	return to
}

// mend writes the manifests and the counts anew, as somebody does who wants his change not to be seen.
func (f *folder) mend() {
	f.t.Helper()
	var list, tags strings.Builder
	files, size := 0, 0
	for _, name := range f.files() {
		if strings.HasPrefix(name, "data/") {
			b := f.read(name)
			files, size = files+1, size+len(b)
			fmt.Fprintf(&list, "%x  %s\n", sha256.Sum256(b), name)
		}
	}
	lines := strings.Split(string(f.read("bag-info.txt")), "\n")
	for i, l := range lines {
		if strings.HasPrefix(l, "Payload-Oxum: ") {
			lines[i] = "Payload-Oxum: " + strconv.Itoa(size) + "." + strconv.Itoa(files)
		}
	}
	f.write("bag-info.txt", []byte(strings.Join(lines, "\n")))
	f.write("manifest-sha256.txt", []byte(list.String()))
	for _, name := range f.files() {
		if !strings.HasPrefix(name, "data/") && name != "tagmanifest-sha256.txt" {
			fmt.Fprintf(&tags, "%x  %s\n", sha256.Sum256(f.read(name)), name)
		}
	}
	f.write("tagmanifest-sha256.txt", []byte(tags.String()))
}

// verify does what `audit verify BUNDLE` does.
func (f *folder) verify(level ledger.Level, trust *ledger.Trust) (ledger.Report, error) {
	ctx := f.t.Context()
	b, err := bundle.Open(f.dir)
	if err != nil {
		return ledger.Report{}, err
	}
	defer b.Close()
	size := int64(0)
	if text, err := b.Checkpoint(ctx); err != nil {
		return ledger.Report{}, err
	} else if c, err := ledger.ReadCheckpoint(text); err == nil {
		size = c.Size
	}
	o := ledger.Options{Log: audit.Name, Level: level, Trust: trust, Scrub: 4096}
	if level == ledger.Deep {
		held := ledger.Range{}
		if b.HasDisclosures() {
			if held, err = audit.BundleRange(ctx, b, size); err != nil {
				return ledger.Report{}, err
			}
		}
		o.Domain = audit.NewCheck(nil, held, f.now)
	}
	r, err := ledger.Verify(ctx, b, o)
	if err != nil || level == ledger.Quick {
		return r, err
	}
	more, err := b.CheckFiles(ctx, 2)
	if err == nil && level == ledger.Deep {
		var records []ledger.Finding
		records, err = audit.CheckRecords(ctx, b, size)
		more = append(more, records...)
	}
	r.Add(append(more, b.Problems()...))
	return r, err
}
