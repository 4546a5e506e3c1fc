package foreign

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	fnote "github.com/transparency-dev/formats/note"
	"golang.org/x/mod/sumdb/note"
)

// programs is the folder of the programs under test, built once from the module above this one.
var programs string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	var err error
	if programs, err = os.MkdirTemp("", "iskurctl-foreign-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(programs)
	build := exec.Command("go", "build", "-o", programs+"/", "./cmd/iskurctl", "./bench/ledgerstore", "./bench/ledgerproof")
	build.Dir = filepath.Join("..", "..")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "%v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// command runs a program and gives what it printed; home keeps what it leaves outside of the store.
func command(t testing.TB, home, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(filepath.Join(programs, name), args...)
	cmd.Env = []string{"HOME=" + home, "PATH=" + os.Getenv("PATH"), "LANG=en_GB.UTF-8"}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s%s", name, strings.Join(args, " "), err, out, stderr.String())
	}
	return string(out)
}

// installation is a store made by ledgerstore.
type installation struct{ dir string }

// grow makes the store, or adds to it.
func (i installation) grow(t testing.TB, entries int) {
	t.Helper()
	args := []string{"-out", i.dir, "-entries", strconv.Itoa(entries)}
	if _, err := os.Stat(i.dir); err == nil {
		args = append(args, "-add")
	}
	command(t, i.dir, "ledgerstore", args...)
}

func (i installation) iskurctl(t testing.TB, args ...string) string {
	t.Helper()
	return command(t, i.dir, "iskurctl", append([]string{"--config", filepath.Join(i.dir, "config.toml"), "--quiet"}, args...)...)
}

// head is what the log says of itself.
type head struct {
	Size             int64
	Root, Vkey, Note string
}

func (i installation) head(t testing.TB) (h head) {
	t.Helper()
	if err := json.Unmarshal([]byte(i.iskurctl(t, "audit", "checkpoint", "-o", "json")), &h); err != nil {
		t.Fatal(err)
	}
	return h
}

// export is a full one of an installation. data is the folder that outsiders look into.
type export struct {
	installation
	head
	bag, data string
}

func (i installation) export(t testing.TB, bag string) export {
	t.Helper()
	i.iskurctl(t, "audit", "export", "--out", bag)
	return export{i, i.head(t), bag, filepath.Join(bag, "data")}
}

// verifier is the key of the export's checkpoint in the hands of outsiders.
func (x export) verifier(t testing.TB) note.Verifier {
	t.Helper()
	v, err := fnote.NewVerifier(x.Vkey)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// sizes are those at which a store is exported on its way: a few entries; one tile but two entries, exactly one, and two
// more; several; the same of a tile of tiles.
var sizes = []int{2, 254, 256, 258, 1000, 65534, 65536, 65538, 70000}

// history is one store that was exported at each of sizes. At the end its key was replaced, which is an entry too.
var history = sync.OnceValues(func() ([]export, error) {
	t := &failing{}
	var all []export
	t.run(func() {
		i := installation{filepath.Join(programs, "history")}
		size := 0
		for _, next := range sizes {
			i.grow(t, next-size)
			size = next
			all = append(all, i.export(t, filepath.Join(programs, "history-"+strconv.Itoa(size))))
		}
		i.iskurctl(t, "audit", "rotate-key", "--yes")
		all = append(all, i.export(t, filepath.Join(programs, "history-rotated")))
	})
	return all, t.err
})

// exports gives the exports of history.
func exports(t testing.TB) []export {
	t.Helper()
	all, err := history()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// last gives the largest of them.
func last(t testing.TB) export {
	t.Helper()
	all := exports(t)
	return all[len(all)-1]
}

// failing is a testing.TB for what several tests share: whoever comes first must not be the only one to fail.
type failing struct {
	testing.TB
	err error
}

type stop struct{}

func (f *failing) run(fn func()) {
	defer func() {
		if r := recover(); r != nil && r != (stop{}) {
			panic(r)
		}
	}()
	fn()
}

func (f *failing) Helper() {}

func (f *failing) Fatal(args ...any) {
	f.err = fmt.Errorf("%s", fmt.Sprint(args...))
	panic(stop{})
}

func (f *failing) Fatalf(format string, args ...any) { f.Fatal(fmt.Sprintf(format, args...)) }

// altered gives a copy of the export with one file changed; nil leaves the file out.
func (x export) altered(t *testing.T, name string, change func([]byte) []byte) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "bag")
	if out, err := exec.Command("cp", "-r", x.bag, dir).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	path := filepath.Join(dir, name)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if change == nil {
		err = os.Remove(path)
	} else {
		err = os.WriteFile(path, change(b), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// flipped changes one bit at a place, counted from the end when it is negative.
func flipped(at int) func([]byte) []byte {
	return func(b []byte) []byte {
		b = bytes.Clone(b)
		b[(at+len(b))%len(b)] ^= 1
		return b
	}
}
