package ledgertest

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"iskurctl/internal/ledger"
	"iskurctl/internal/ledger/bundle"
)

// Folder is a bundle on its way from hand to hand.
type Folder struct {
	*Kind
	T   testing.TB
	Dir string
	Now time.Time

	Final bool // its manifests are as somebody wants them
}

// Exported writes a bundle of the world, as do exports it.
func (w *World) Exported(t testing.TB, do func(p *Place, dir string) error) *Folder {
	t.Helper()
	p := w.Copy(t)
	Must(t, p.Open())
	f := &Folder{Kind: p.Kind, T: t, Dir: filepath.Join(t.TempDir(), "bundle"), Now: p.Clock.Now()}
	Must(t, do(p, f.Dir))
	Must(t, p.Close())
	return f
}

// Files lists the bundle's files.
func (f *Folder) Files() (names []string) {
	f.T.Helper()
	Must(f.T, filepath.WalkDir(f.Dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			name, _ := filepath.Rel(f.Dir, path)
			names = append(names, name)
		}
		return err
	}))
	slices.Sort(names)
	return names
}

// Path gives the path of a file of the bundle.
func (f *Folder) Path(name string) string { return filepath.Join(f.Dir, filepath.FromSlash(name)) }

func (f *Folder) Read(name string) []byte {
	f.T.Helper()
	b, err := os.ReadFile(f.Path(name))
	Must(f.T, err)
	return b
}

func (f *Folder) Write(name string, content []byte) {
	f.T.Helper()
	Must(f.T, os.MkdirAll(filepath.Dir(f.Path(name)), 0o700))
	if err := os.Remove(f.Path(name)); err != nil && !os.IsNotExist(err) { // it may be the same file as another's
		f.T.Fatal(err)
	}
	Must(f.T, os.WriteFile(f.Path(name), content, 0o600))
}

// Remove takes a file out of the folder.
func (f *Folder) Remove(name string) { Must(f.T, os.Remove(f.Path(name))) }

// Edit changes a file, or fails when there is nothing to change.
func (f *Folder) Edit(name string, change func([]byte) []byte) {
	f.T.Helper()
	old := f.Read(name)
	next := change(bytes.Clone(old))
	if bytes.Equal(old, next) {
		f.T.Fatalf("%s: nothing was changed", name)
	}
	f.Write(name, next)
}

// Copy gives one of its own with the same files.
func (f *Folder) Copy(t testing.TB) *Folder {
	t.Helper()
	to := &Folder{Kind: f.Kind, T: t, Dir: t.TempDir(), Now: f.Now}
	for _, name := range f.Files() {
		Must(t, os.MkdirAll(filepath.Dir(to.Path(name)), 0o700))
		Must(t, os.Link(f.Path(name), to.Path(name)))
	}
	return to
}

// Mend writes the manifests and the counts anew, as somebody does who wants his change not to be seen.
func (f *Folder) Mend() {
	f.T.Helper()
	var list, tags strings.Builder
	files, size := 0, 0
	for _, name := range f.Files() {
		if strings.HasPrefix(name, "data/") {
			b := f.Read(name)
			files, size = files+1, size+len(b)
			fmt.Fprintf(&list, "%x  %s\n", sha256.Sum256(b), name)
		}
	}
	lines := strings.Split(string(f.Read("bag-info.txt")), "\n")
	for i, l := range lines {
		if strings.HasPrefix(l, "Payload-Oxum: ") {
			lines[i] = "Payload-Oxum: " + strconv.Itoa(size) + "." + strconv.Itoa(files)
		}
	}
	f.Write("bag-info.txt", []byte(strings.Join(lines, "\n")))
	f.Write("manifest-sha256.txt", []byte(list.String()))
	for _, name := range f.Files() {
		if !strings.HasPrefix(name, "data/") && name != "tagmanifest-sha256.txt" {
			fmt.Fprintf(&tags, "%x  %s\n", sha256.Sum256(f.Read(name)), name)
		}
	}
	f.Write("tagmanifest-sha256.txt", []byte(tags.String()))
}

// Verify does what the verify command does with a bundle.
func (f *Folder) Verify(level ledger.Level, trust *ledger.Trust) (ledger.Report, error) {
	ctx := f.T.Context()
	b, err := bundle.Open(f.Dir)
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
	o := ledger.Options{Log: f.Name, Level: level, Trust: trust, Scrub: 4096}
	if level == ledger.Deep {
		if o.Domain, err = f.BundleDomain(ctx, b, size, f.Now); err != nil {
			return ledger.Report{}, err
		}
	}
	r, err := ledger.Verify(ctx, b, o)
	if err != nil || level == ledger.Quick {
		return r, err
	}
	more, err := b.CheckFiles(ctx, 2)
	if err == nil && level == ledger.Deep {
		var records []ledger.Finding
		records, err = f.Records(ctx, b, size)
		more = append(more, records...)
	}
	r.Add(append(more, b.Problems()...))
	return r, err
}

// Trick is an alteration of a bundle by somebody who writes the manifests anew.
type Trick struct {
	Name    string
	Do      func(w *World, f *Folder)
	Seen    string // against a trust file of the whole log
	Earlier string // of the first 300 entries; Same means as Seen
}

// Tricks plants each in a copy of the bundle and verifies that at every level.
func Tricks(t *testing.T, w *World, base *Folder, count *Tally, tricks []Trick) {
	for _, m := range tricks {
		t.Run(m.Name, func(t *testing.T) {
			t.Parallel()
			f := base.Copy(t)
			m.Do(w, f)
			if !f.Final {
				f.Mend()
			}
			if m.Earlier == Same {
				m.Earlier = m.Seen
			}
			runs := 0
			deepest := ""
			for i, trust := range []*ledger.Trust{w.Latest, w.Earlier} {
				want := Expectation(t, []string{m.Seen, m.Earlier}[i])
				if i == 0 {
					deepest = want[ledger.Deep]
				}
				for _, level := range LevelsNow() {
					runs++
					r, err := f.Verify(level, trust)
					if got := ordered(Result(r, err)); got != ordered(want[level]) {
						t.Errorf("seen %d, %s: found %s, want %s%s", trust.Size, level, got, want[level], Told(r, err))
					}
				}
			}
			count.Add(deepest, "", !t.Failed(), runs)
		})
	}
}

// Put writes a bundle of everything in the place of f that is made of the store p.
func (f *Folder) Put(p *Place) {
	f.T.Helper()
	Must(f.T, p.Open())
	Must(f.T, os.RemoveAll(f.Dir))
	Must(f.T, p.Export(f.T.Context(), p.Log, f.Dir))
}

// Of exports a store that do has altered.
func Of(do func(*World, *Place)) func(*World, *Folder) {
	return func(w *World, f *Folder) {
		p := w.Copy(f.T)
		do(w, p)
		p.Shut()
		f.Put(p)
	}
}

// LineOf changes the line of a file that begins with prefix; an empty result takes it away.
func LineOf(name, prefix string, change func(string) string) func(*World, *Folder) {
	return func(w *World, f *Folder) {
		f.Edit(name, func(b []byte) []byte {
			lines := strings.SplitAfter(string(b), "\n")
			at := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, w.Names.Replace(prefix)) })
			if at < 0 {
				f.T.Fatalf("%s: no line %q", name, w.Names.Replace(prefix))
			}
			lines[at] = change(lines[at])
			return []byte(strings.Join(lines, ""))
		})
	}
}

// Gone takes a line away.
func Gone(string) string { return "" }

// Twice writes a line once more.
func Twice(l string) string { return l + l }

// Also does one after the other.
func Also(list ...func(*World, *Folder)) func(*World, *Folder) {
	return func(w *World, f *Folder) {
		for _, do := range list {
			do(w, f)
		}
	}
}

// AlterTile puts another entry into the second tile, with its hash, up to the tile above.
func AlterTile(_ *World, f *Folder) {
	f.Edit("data/tile/entries/001", f.Changed)
	b := f.Read("data/tile/entries/001")
	tile := f.Read("data/tile/0/001")
	for i := range 256 {
		n := int(binary.BigEndian.Uint16(b))
		h := LeafHash(b[2 : 2+n])
		copy(tile[32*i:], h[:])
		b = b[2+n:]
	}
	f.Write("data/tile/0/001", tile)
	root := Fold(tile)
	f.Edit("data/tile/1/000.p/2", func(b []byte) []byte { return append(b[:32:32], root[:]...) })
}

// Listed adds a line to the manifest after the others were written anew.
func Listed(line string) func(*World, *Folder) {
	return func(w *World, f *Folder) {
		f.Mend()
		f.Final = true
		before := sha256.Sum256(f.Read("manifest-sha256.txt"))
		f.Edit("manifest-sha256.txt", func(b []byte) []byte { return append(b, line+"\n"...) })
		sum := sha256.Sum256(f.Read("manifest-sha256.txt"))
		LineOf("tagmanifest-sha256.txt", hex.EncodeToString(before[:]), func(l string) string { return hex.EncodeToString(sum[:]) + l[64:] })(w, f)
	}
}
