package tabular

import (
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"iskurctl/internal/fault"
)

func TestOpenTakesFilesPipesAndStandardInputOnly(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	if err := os.WriteFile(at("file"), []byte("1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(at("file"), at("link")); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(at("fifo"), 0o600); err != nil {
		t.Fatal(err)
	}
	socket, err := net.Listen("unix", at("socket"))
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()

	go func() { // the writer of the pipe, for whom Open waits
		if w, err := os.OpenFile(at("fifo"), os.O_WRONLY, 0); err == nil {
			_, _ = w.WriteString("1\n")
			_ = w.Close()
		}
	}()
	for _, name := range []string{at("file"), at("link"), at("fifo"), "-"} {
		r, err := Open(name, strings.NewReader("1\n"))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if text, err := io.ReadAll(r); err != nil || string(text) != "1\n" {
			t.Errorf("%s: %q, %v", name, text, err)
		}
		if err := r.Close(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, why := range map[string]string{
		at("missing"):     "no such file",
		dir:               "it is a folder",
		"/dev/zero":       "neither a regular file nor a pipe",
		at("socket"):      "neither a regular file nor a pipe",
		at("file/beyond"): "not a folder",
		"":                "no such file",
	} {
		_, err := Open(name, nil)
		if code(err) != "input_open" || fault.ClassOf(err) != fault.Input || !strings.Contains(err.Error(), why) {
			t.Errorf("%s: %v, want %q", name, err, why)
		}
	}
}

func TestOpenRefusesWhatMayNotBeRead(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may read everything")
	}
	name := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(name, []byte("1\n"), 0); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(name, nil); code(err) != "input_open" || !strings.Contains(err.Error(), "permission denied") {
		t.Errorf("%v", err)
	}
}
