package bundle

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"iskurctl/internal/fault"
)

func TestAFolderIsThereWholeOrNotAtAll(t *testing.T) {
	above := t.TempDir()
	dir := filepath.Join(above, "out")
	f, err := NewFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{"a": "1", "b/c": "2"} {
		if err := f.Put(name, []byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Lstat(dir); err == nil {
		t.Fatal("it has its name before it is complete")
	}
	if err := f.Publish(); err != nil {
		t.Fatal(err)
	}
	f.Discard()
	modes := map[string]fs.FileMode{".": 0o700 | fs.ModeDir, "a": 0o600, "b": 0o700 | fs.ModeDir, "b/c": 0o600}
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(dir, path)
		info, err := d.Info()
		if err == nil && info.Mode() != modes[name] {
			t.Errorf("%s is there as %v, want %v", name, info.Mode(), modes[name])
		}
		delete(modes, name)
		return err
	})
	if err != nil || len(modes) > 0 {
		t.Errorf("%v, missing: %v", err, modes)
	}
	if _, err := NewFolder(dir); fault.From(err).Code != "out_exists" || fault.ClassOf(err) != fault.Output {
		t.Errorf("a folder that is there: %v", err)
	}
	left(t, above, "out")

	if f, err = NewFolder(filepath.Join(above, "second")); err != nil {
		t.Fatal(err)
	}
	if err := f.Put("a", []byte("1")); err != nil {
		t.Fatal(err)
	}
	f.Discard()
	left(t, above, "out")
}

func TestAFolderWhoseMakerWasKilledIsTakenAwayByTheNext(t *testing.T) {
	above := t.TempDir()
	f, err := NewFolder(filepath.Join(above, "out"))
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Put("a", []byte("1")); err != nil {
		t.Fatal(err)
	}
	f.bag.held.Close() // as the end of the process does
	next, err := NewFolder(filepath.Join(above, "out"))
	if err != nil {
		t.Fatal(err)
	}
	next.Discard()
	left(t, above)
}

func left(t *testing.T, dir string, want ...string) {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil || len(list) != len(want) {
		t.Fatalf("%v: %v is there, want %v", err, list, want)
	}
}
