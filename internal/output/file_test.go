package output

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"iskurctl/internal/fault"
)

func oneColumn() []Column { return []Column{{Key: "a", Kind: Number}} }

// writeFile runs one result into path and gives the error of Open or Close.
func writeFile(path string, force bool) error {
	s, err := Open(Options{Format: "tsv", OutFile: path, Force: force}, Target{}, oneColumn())
	if err != nil {
		return err
	}
	if err := s.Write(Record{1}); err != nil {
		return err
	}
	return s.Close()
}

func names(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return strings.Join(all, " ")
}

func TestOutAppearsWholeAndPrivate(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "sonuç.tsv")
	s, err := Open(Options{OutFile: path}, Target{TTY: true, Width: 80, Palette: palette()}, oneColumn())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Write(Record{1}); err != nil {
		t.Fatal(err)
	}
	if err := s.Flush(); err != nil {
		t.Fatal(err)
	}
	// Where the file system can, nothing stands in the folder that a kill could leave behind.
	if tmp, err := filepath.Glob(filepath.Join(dir, ".*")); err != nil || runtime.GOOS == "linux" && len(tmp) != 0 {
		t.Fatalf("in the folder before the end: %v, %v", tmp, err)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("the file is there before it is complete: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(path)
	if err != nil || string(got) != "a\n1\n" {
		t.Fatalf("%q, %v", got, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode() != 0o600 {
		t.Fatalf("%v, %v", info, err)
	}
	if names(t, dir) != "sonuç.tsv" {
		t.Fatalf("left behind: %s", names(t, dir))
	}
}

func TestOutIsRefusedBeforeTheWork(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	for _, err := range []error{
		os.WriteFile(at("file"), []byte("eski"), 0o644), os.Symlink("file", at("link")), os.Symlink("nowhere", at("dangling")),
		os.Mkdir(at("folder"), 0o700), syscall.Mkfifo(at("fifo"), 0o600),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	before := names(t, dir)
	for _, c := range []struct {
		name       string
		path       string
		code       string
		codeForced string
	}{
		{"a file", at("file"), "out_exists", ""},
		{"a link", at("link"), "out_symlink", "out_symlink"},
		{"a dangling link", at("dangling"), "out_symlink", "out_symlink"},
		{"a folder", at("folder"), "out_not_regular", "out_not_regular"},
		{"a folder with a slash", at("folder") + "/", "out_not_regular", "out_not_regular"},
		{"a fifo", at("fifo"), "out_not_regular", "out_not_regular"},
		{"a device", "/dev/null", "out_not_regular", "out_not_regular"},
		{"no folder", at("none/file"), "out_open", "out_open"},
		{"a file as folder", at("file/x"), "out_open", "out_open"},
		{"no name", "..", "out_not_regular", "out_not_regular"},
		{"a name too long", at(strings.Repeat("x", 300)), "out_open", "out_open"},
	} {
		for force, want := range map[bool]string{false: c.code, true: c.codeForced} {
			s, err := Open(Options{OutFile: c.path, Force: force}, Target{}, oneColumn())
			if want == "" {
				if err != nil {
					t.Errorf("%s, force: %v", c.name, err)
				} else if err := s.Abort(); err != nil {
					t.Error(err)
				}
				continue
			}
			if f := fault.From(err); f == nil || f.Class != fault.Output || f.Code != want {
				t.Errorf("%s, force %v: %v, want %s", c.name, force, err, want)
			}
		}
	}
	if names(t, dir) != before {
		t.Errorf("left behind: %s", names(t, dir))
	}
	if got, _ := os.ReadFile(at("file")); string(got) != "eski" {
		t.Errorf("a refused or aborted result changed the file: %q", got)
	}
}

func TestForceReplacesTheFileAndOnlyOnClose(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(path, []byte("eski"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := writeFile(path, true); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(path); string(got) != "a\n1\n" {
		t.Fatalf("%q", got)
	}
}

func TestAFileMadeMeanwhileIsNotOverwritten(t *testing.T) {
	for name, make := range map[string]func(string) error{
		"file": func(p string) error { return os.WriteFile(p, []byte("onların"), 0o600) },
		"link": func(p string) error { return os.Symlink("elsewhere", p) },
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, "f")
		s, err := Open(Options{OutFile: path}, Target{}, oneColumn())
		if err != nil {
			t.Fatal(err)
		}
		if err := make(path); err != nil {
			t.Fatal(err)
		}
		if f := fault.From(s.Close()); f == nil || f.Code != "out_exists" || f.Class != fault.Output {
			t.Errorf("%s: %v", name, f)
		}
		if names(t, dir) != "f" {
			t.Errorf("%s: left behind: %s", name, names(t, dir))
		}
		if name == "file" {
			if got, _ := os.ReadFile(path); string(got) != "onların" {
				t.Errorf("overwritten: %q", got)
			}
		}
	}
}

func TestTheHardLinkWayKeepsTheSamePromise(t *testing.T) {
	dir := t.TempDir()
	a, err := createFile(filepath.Join(dir, "f"), false)
	if err != nil {
		t.Fatal(err)
	}
	defer a.discard()
	if err := a.giveName(); err != nil {
		t.Fatal(err)
	}
	if err := a.link(); err != nil {
		t.Fatal(err)
	}
	if names(t, dir) != "f" {
		t.Fatalf("left behind: %s", names(t, dir))
	}
	b, err := createFile(filepath.Join(dir, "g"), false)
	if err != nil {
		t.Fatal(err)
	}
	defer b.discard()
	if err := b.giveName(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "g"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := b.link(); !errors.Is(err, os.ErrExist) {
		t.Fatalf("%v", err)
	}
}

func TestNothingIsLeftBehindOnFailure(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	abort, err := Open(Options{OutFile: path}, Target{}, oneColumn())
	if err != nil {
		t.Fatal(err)
	}
	_ = abort.Write(Record{1})
	if err := abort.Abort(); err != nil {
		t.Fatal(err)
	}
	if err := abort.Close(); err != nil {
		t.Fatal(err)
	}
	bug, err := Open(Options{OutFile: path}, Target{}, oneColumn())
	if err != nil {
		t.Fatal(err)
	}
	_ = bug.Write(Record{struct{}{}})
	if bug.Close() == nil {
		t.Fatal("a failed result was published")
	}
	full, err := Open(Options{OutFile: path}, Target{}, oneColumn())
	if err != nil {
		t.Fatal(err)
	}
	full.dest.(*atomicFile).f.Close() // every write fails from now on
	_ = full.Write(Record{1})
	if f := fault.From(full.Close()); f == nil || f.Code != "out_write" || f.Class != fault.Output {
		t.Fatalf("%v", f)
	}
	if names(t, dir) != "" {
		t.Fatalf("left behind: %s", names(t, dir))
	}
}

func TestAStreamThatFailsLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "akış")
	broken := errors.New("broken")
	err := WriteStream(path, false, func(w io.Writer) error {
		if _, err := io.WriteString(w, "half"); err != nil {
			t.Fatal(err)
		}
		return broken
	})
	if !errors.Is(err, broken) || names(t, dir) != "" {
		t.Fatalf("%v, and there is %q", err, names(t, dir))
	}
	whole := func(w io.Writer) error { _, err := io.WriteString(w, "whole"); return err }
	if err := WriteStream(path, false, whole); err != nil {
		t.Fatal(err)
	}
	if err := WriteStream(path, false, whole); fault.From(err).Code != "out_exists" {
		t.Fatalf("written over: %v", err)
	}
	if err := WriteStream(path, true, func(io.Writer) error { return broken }); !errors.Is(err, broken) {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "whole" {
		t.Fatalf("%q, %v", text, err)
	}
}
