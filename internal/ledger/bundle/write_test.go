package bundle

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/ledger"
)

func TestAFullExportIsACompleteTlogTilesFolder(t *testing.T) {
	for _, size := range []int64{0, 1, 255, 256, 257, 600, 65536, 70000} {
		f := newFake(t, size)
		dir, s := written(t, f, nil)
		want := []string{"bag-info.txt", "bagit.txt", "data/OKUBENI.txt", "data/checkpoint", "data/disclosures.ndjson", "data/records.csv", "data/vkey",
			"manifest-sha256.txt", "tagmanifest-sha256.txt"}
		for _, tile := range tlog.NewTiles(8, 0, size) {
			name := "data/" + strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
			want = append(want, name)
			hashes, err := tlog.ReadTileData(tile, tlog.HashReaderFunc(f.ReadHashes))
			if err != nil {
				t.Fatal(err)
			}
			if got, _ := os.ReadFile(filepath.Join(dir, name)); !bytes.Equal(got, hashes) {
				t.Errorf("size %d: %s differs", size, name)
			}
			if tile.L == 0 {
				tile.L = -1 // x/mod calls it data
				want = append(want, "data/"+strings.Replace(tile.Path(), "tile/8/data/", "tile/entries/", 1))
			}
		}
		slices.Sort(want)
		if got := files(t, dir); !slices.Equal(got, want) {
			t.Errorf("size %d:\n got %v\nwant %v", size, got, want)
		}
		if s.Entries != size || s.Disclosures != (size+1)/2 || s.Size != size || s.Files != int64(len(want)-4) {
			t.Errorf("size %d: %+v", size, s)
		}
	}
}

func TestSha256sumAcceptsTheFolder(t *testing.T) {
	if _, err := exec.LookPath("sha256sum"); err != nil {
		t.Skip("sha256sum is not installed: ", err)
	}
	dir, _ := written(t, newFake(t, 600), nil)
	for _, m := range []string{manifest, tagManifest} {
		c := exec.Command("sha256sum", "--strict", "--quiet", "-c", m)
		c.Dir = dir
		if out, err := c.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", m, err, out)
		}
	}
	mustWrite(t, dir, vkey, "another\n")
	c := exec.Command("sha256sum", "--strict", "--quiet", "-c", manifest)
	c.Dir = dir
	if c.Run() == nil {
		t.Error("sha256sum passes a file that was changed")
	}
}

func TestAPartHasWholeTilesAndItsOwnDisclosuresOnly(t *testing.T) {
	f := newFakeWithKey(t, 70000, 5)
	dir, s := written(t, f, func(o *Options) {
		o.Range = &ledger.Range{From: 300, To: 770}
	})
	got := files(t, filepath.Join(dir, "data", "tile"))
	want := []string{"0/000", "0/001", "0/002", "0/003", "0/273.p/112", "1/000", "1/001.p/17", "2/000.p/1", "entries/000", "entries/001", "entries/002", "entries/003"}
	if !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
	text, _ := os.ReadFile(filepath.Join(dir, disclosures))
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	if len(lines) != 235 || !strings.HasPrefix(lines[0], `{"seq":300,"sd":["300a`) || !strings.HasPrefix(lines[234], `{"seq":768,"sd":["768a`) {
		t.Errorf("%d lines, from %.40s to %.40s", len(lines), lines[0], lines[len(lines)-1])
	}
	bagInfo, _ := os.ReadFile(filepath.Join(dir, info))
	if !strings.Contains(string(bagInfo), "\nLedger-Range: 300-770\n") || !strings.Contains(string(bagInfo), "\nLedger-Mark: 5\n") || s.Entries != 4*256 {
		t.Errorf("%s%+v", bagInfo, s)
	}
	b := opened(t, dir)
	held, err := b.Extent(t.Context(), 70000)
	if err != nil || !slices.Equal(held, []ledger.Range{{From: 0, To: 1024}}) {
		t.Errorf("%v %v", held, err)
	}
	same(t, f, b, held, 0, 70000)
	if list, err := b.CheckFiles(t.Context(), 2); err != nil || len(list) > 0 {
		t.Errorf("%v %v", list, err)
	}
}

func TestEntriesThatWereDisposedOfAreAbsentAndTheirTilesAboveRemain(t *testing.T) {
	f := newFake(t, 1500)
	f.prune(t, 600) // whole tiles only: 512…599 are there
	dir, s := written(t, f, nil)
	got := files(t, filepath.Join(dir, "data", "tile"))
	want := []string{"0/002", "0/003", "0/004", "0/005.p/220", "1/000.p/5", "entries/002", "entries/003", "entries/004", "entries/005.p/220"}
	if !slices.Equal(got, want) || s.Pruned != 600 || s.Entries != 1500-512 {
		t.Errorf("%v %+v", got, s)
	}
	b := opened(t, dir)
	if n, _ := b.Pruned(t.Context()); n != 600 {
		t.Errorf("pruned %d", n)
	}
}

func TestWithoutPersonalDataThereIsNoDisclosure(t *testing.T) {
	f := newFake(t, 300)
	f.sealed = func(*ledger.Disclosed) { t.Error("disclosures were opened") }
	dir, s := written(t, f, func(o *Options) { o.PersonalData = false })
	if slices.Contains(files(t, dir), disclosures) || s.Disclosures != 0 || opened(t, dir).HasDisclosures() {
		t.Error("disclosures were exported")
	}
}

func TestTextsStandUnderTheirDigest(t *testing.T) {
	body := []byte("Açık rıza metni\n")
	sum := sha256.Sum256(body)
	text := LegalText{hex.EncodeToString(sum[:]), body}
	f := newFake(t, 3)
	give := func(list ...LegalText) iter.Seq2[LegalText, error] {
		return func(yield func(LegalText, error) bool) {
			for _, l := range list {
				if !yield(l, nil) {
					return
				}
			}
		}
	}
	dir, _ := written(t, f, func(o *Options) { o.Texts = give(text) })
	if got, _ := os.ReadFile(filepath.Join(dir, texts+text.SHA256+".txt")); !bytes.Equal(got, body) {
		t.Errorf("%q", got)
	}
	if list, err := opened(t, dir).CheckFiles(t.Context(), 1); err != nil || len(list) > 0 {
		t.Errorf("%v %v", list, err)
	}
	o := f.options()
	o.Texts = give(LegalText{text.SHA256, []byte("başka")})
	if _, err := Write(t.Context(), filepath.Join(t.TempDir(), "x"), f, o); codeOf(err) != "integrity export_damaged" {
		t.Error(err)
	}
}

func TestADamagedLogIsNotExported(t *testing.T) {
	flip := func(at int) func([]byte) []byte {
		return func(tile []byte) []byte {
			if at >= len(tile) {
				return tile
			}
			tile = bytes.Clone(tile)
			tile[at] ^= 1
			return tile
		}
	}
	tile := func(level int, index int64, change func([]byte) []byte) func(*fake) {
		return func(f *fake) {
			f.tile = func(l int, i int64, tile []byte) []byte {
				if l == level && i == index {
					return change(tile)
				}
				return tile
			}
		}
	}
	for name, damage := range map[string]func(*fake){
		"a full tile":            tile(0, 3, flip(40)),
		"the partial tile":       tile(0, 273, flip(40)),
		"a tile of level 1":      tile(1, 0, flip(8000)),
		"the edge of level 1":    tile(1, 1, flip(0)),
		"the top":                tile(2, 0, flip(31)),
		"a tile that is missing": tile(0, 100, func([]byte) []byte { return nil }),
		"a tile that is short":   tile(1, 0, func(b []byte) []byte { return b[:len(b)-32] }),
		"an entry":               func(f *fake) { f.entry = func(e *ledger.Entry) bool { e.Leaf[9] ^= byte(e.Seq / 69999); return true } },
		"an entry that is gone":  func(f *fake) { f.entry = func(e *ledger.Entry) bool { return e.Seq != 256 } },
		"the last entry is gone": func(f *fake) { f.entry = func(e *ledger.Entry) bool { return e.Seq != 69999 } },
		"entries all gone":       func(f *fake) { f.entry = func(*ledger.Entry) bool { return false } },
		"a part of a tile": func(f *fake) {
			f.extent = []ledger.Range{{From: 100, To: 70000}}
			f.entry = func(e *ledger.Entry) bool { return e.Seq >= 100 }
		},
		"an entry too large":      func(f *fake) { f.entry = func(e *ledger.Entry) bool { e.Leaf = make([]byte, 65536); return true } },
		"a disclosure":            func(f *fake) { f.sealed = func(d *ledger.Disclosed) { d.SD = []byte(`a"b`) } },
		"an empty disclosure":     func(f *fake) { f.sealed = func(d *ledger.Disclosed) { d.SD = []byte(`a~~b`) } },
		"disclosures out of turn": func(f *fake) { f.sealed = func(d *ledger.Disclosed) { d.Seq = 7 } },
		"the signature":           func(f *fake) { f.note = append(bytes.Clone(f.note[:len(f.note)-5]), "AAA=\n"...) },
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t, 70000)
			damage(f)
			above := t.TempDir()
			_, err := Write(t.Context(), filepath.Join(above, "bag"), f, f.options())
			if codeOf(err) != "integrity export_damaged" {
				t.Error(err)
			}
			if left, _ := os.ReadDir(above); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

func TestErrorsOfTheSourceComeBackAsTheyAre(t *testing.T) {
	gone := fault.New(fault.Unverifiable, "data_key_missing", i18n.T("a", "b"))
	own := errors.New("mine")
	for name, change := range map[string]func(*fake, *Options){
		"data_key_missing": func(f *fake, _ *Options) { f.sealed = func(d *ledger.Disclosed) { d.Err = gone } },
		"mine": func(_ *fake, o *Options) {
			o.Records = func(ledger.Source) iter.Seq2[[]string, error] {
				return func(yield func([]string, error) bool) { yield(nil, own) }
			}
		},
	} {
		f := newFake(t, 600)
		o := f.options()
		change(f, &o)
		above := t.TempDir()
		if _, err := Write(t.Context(), filepath.Join(above, "bag"), f, o); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
		if left, _ := os.ReadDir(above); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	}
}

func TestTheExportIsOfTheCheckpointThatItBeganWith(t *testing.T) {
	old, grown := newFake(t, 300), newFake(t, 700)
	grown.tile = func(level int, index int64, tile []byte) []byte { // as a store has it: the edge above the lowest level grew
		if w := ledger.WidthAt(700, level, index); level > 0 {
			tile, _ = tlog.ReadTileData(tlog.Tile{H: 8, L: level, N: index, W: w}, tlog.HashReaderFunc(grown.ReadHashes))
		}
		return tile
	}
	dir, s := written(t, grown, func(o *Options) { o.Checkpoint, o.Vkey = old.note, old.vkey })
	if s.Size != 300 || !slices.Contains(files(t, dir), "data/tile/0/001.p/44") || slices.Contains(files(t, dir), "data/tile/0/001") {
		t.Errorf("%+v %v", s, files(t, dir))
	}
	if list, err := opened(t, dir).CheckFiles(t.Context(), 1); err != nil || len(list) > 0 {
		t.Errorf("%v %v", list, err)
	}
}

func TestALogOfAnotherRootIsNotExported(t *testing.T) {
	other, f := newFakeWithKey(t, 70000, 69000), newFake(t, 70000)
	o := f.options()
	o.Checkpoint, o.Vkey = other.note, other.vkey
	if _, err := Write(t.Context(), filepath.Join(t.TempDir(), "bag"), f, o); codeOf(err) != "integrity export_damaged" {
		t.Error(err)
	}
}

func TestOnlyTheOwnerMayReadTheExport(t *testing.T) {
	dir, _ := written(t, newFake(t, 300), nil)
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		at, err := d.Info()
		if want := fs.FileMode(0o600); err != nil || at.Mode().Perm() != want && !d.IsDir() || d.IsDir() && at.Mode().Perm() != 0o700 {
			t.Errorf("%s: %v %v", path, at.Mode(), err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAPlaceThatIsTakenIsRefused(t *testing.T) {
	f := newFake(t, 3)
	above := t.TempDir()
	mustWrite(t, above, "full/x", "x")
	mustWrite(t, above, "file", "x")
	for _, err := range []error{
		os.Mkdir(filepath.Join(above, "empty"), 0o700), os.Symlink("empty", filepath.Join(above, "link")),
		os.Symlink("nowhere", filepath.Join(above, "dangling")),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	before := files(t, above)
	for name, want := range map[string]string{
		"full": "output out_exists", "empty": "output out_exists", "empty/": "output out_exists", "file": "output out_exists", ".": "output out_exists",
		"link": "output out_symlink", "link/": "output out_symlink", "dangling": "output out_symlink", "none/bag": "output out_open", "file/bag": "output out_open",
	} {
		if _, err := Write(t.Context(), above+"/"+name, f, f.options()); codeOf(err) != want {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := files(t, above); !slices.Equal(got, before) {
		t.Errorf("left behind: %v", got)
	}
	if _, err := Write(t.Context(), filepath.Join(above, "link", "bag"), f, f.options()); err != nil {
		t.Errorf("a link above the target: %v", err)
	}
}

func TestAPlaceTakenMeanwhileIsNotWrittenOver(t *testing.T) {
	f := newFake(t, 300)
	above := t.TempDir()
	dir := filepath.Join(above, "bag")
	f.yielding = func(seq int64) {
		if seq == 0 {
			if err := os.Mkdir(dir, 0o700); err != nil {
				t.Error(err)
			}
		}
	}
	if _, err := Write(t.Context(), dir, f, f.options()); codeOf(err) != "output out_exists" {
		t.Error(err)
	}
	if left, _ := os.ReadDir(above); len(left) != 1 || len(files(t, dir)) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestWhoeverStopsFindsNothingLeft(t *testing.T) {
	mine := errors.New("stopped by hand")
	for _, at := range []int64{0, 300, 5000, 69999} {
		f := newFake(t, 70000)
		ctx, stop := context.WithCancelCause(t.Context())
		f.yielding = func(seq int64) {
			if seq == at {
				stop(mine)
			}
		}
		above := t.TempDir()
		if _, err := Write(ctx, filepath.Join(above, "bag"), f, f.options()); !errors.Is(err, mine) && !errors.Is(err, context.Canceled) {
			t.Errorf("at %d: %v", at, err)
		}
		if left, _ := os.ReadDir(above); len(left) > 0 {
			t.Errorf("at %d, left behind: %v", at, left)
		}
	}
}

func TestWithoutTheSystemsShortcutsFoldersArePublishedAlike(t *testing.T) {
	above := t.TempDir()
	for _, name := range []string{"tmp/a/b/c", "tmp/d", "taken/x"} {
		mustWrite(t, above, name, name)
	}
	root, err := os.OpenRoot(above)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	if err := syncTree(root, "tmp"); err != nil {
		t.Error(err)
	}
	if err := replace(root, "tmp", "taken"); !errors.Is(err, fs.ErrExist) {
		t.Error(err)
	}
	if err := replace(root, "tmp", "free"); err != nil {
		t.Error(err)
	}
	if got := files(t, above); !slices.Equal(got, []string{"free/a/b/c", "free/d", "taken/x"}) {
		t.Error(got)
	}
}

func TestALineOfBagInfoCannotForgeAnother(t *testing.T) {
	f := newFake(t, 3)
	for _, field := range []Field{{"A", "b\nLedger-Size: 9"}, {"A\nB", "c"}, {"Ledger-Size", "9"}, {"Payload-Oxum", "1.1"}, {"", "x"}, {"A", ""}} {
		o := f.options()
		o.Info = []Field{field}
		if _, err := Write(t.Context(), filepath.Join(t.TempDir(), "bag"), f, o); codeOf(err) != "internal export_info" {
			t.Errorf("%q: %v", field, err)
		}
	}
}

func TestARangeOutsideTheLogIsRefused(t *testing.T) {
	f := newFake(t, 300)
	for _, r := range []ledger.Range{{From: -1, To: 2}, {From: 5, To: 4}, {From: 0, To: 301}} {
		o := f.options()
		o.Range = &r
		if _, err := Write(t.Context(), filepath.Join(t.TempDir(), "bag"), f, o); codeOf(err) != "internal export_range" {
			t.Errorf("%v: %v", r, err)
		}
	}
	dir, s := written(t, f, func(o *Options) { o.Range = &ledger.Range{From: 20, To: 20} })
	if s.Entries != 0 || slices.ContainsFunc(files(t, dir), func(n string) bool { return strings.Contains(n, "entries") }) {
		t.Error("nothing was wanted, entries came")
	}
}
