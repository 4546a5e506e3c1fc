package consentcmd

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/config"
	"iskurctl/internal/consent/event"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/term"
)

// desk gives dependencies with a state folder and standard input.
func desk(t *testing.T, in io.Reader) (d *cmdkit.Deps, state string) {
	t.Helper()
	state = t.TempDir()
	env := map[string]string{"HOME": state, "XDG_STATE_HOME": state}
	return &cmdkit.Deps{
		Streams: &term.Streams{In: in},
		Env:     func(name string) (string, bool) { v, ok := env[name]; return v, ok },
		Profile: func() (*config.Profile, error) { return &config.Profile{Name: "prod"}, nil },
	}, state
}

func TestStandardInputIsReadTwiceAndLiesInNoFolder(t *testing.T) {
	d, state := desk(t, strings.NewReader("bir\niki\n"))
	r, err := openReplay(t.Context(), d, "-")
	if err != nil {
		t.Fatal(err)
	}
	defer r.close()
	for range 2 {
		if err := r.begin(); err != nil {
			t.Fatal(err)
		}
		if b, err := io.ReadAll(r); err != nil || string(b) != "bir\niki\n" {
			t.Fatalf("%q, %v", b, err)
		}
	}
	err = filepath.WalkDir(state, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			t.Errorf("a file was left: %s", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAFileIsReadWhereItIs(t *testing.T) {
	d, state := desk(t, nil)
	path := filepath.Join(state, "olaylar.csv")
	if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := openReplay(t.Context(), d, path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.close()
	if _, err := os.Stat(filepath.Join(state, "iskurctl")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a folder was made for a file that can be read again: %v", err)
	}
}

// An input that breaks off is the input's fault, not the disk's.
func TestAnInputThatBreaksOffIsNotTakenForAShortOne(t *testing.T) {
	d, _ := desk(t, io.MultiReader(strings.NewReader("bir\n"), broken{}))
	if _, err := openReplay(t.Context(), d, "-"); fault.ClassOf(err) != fault.Input {
		t.Fatalf("got %v", err)
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("gone") }

func TestTheFirstBadRowsAreNamedAndTheRestCounted(t *testing.T) {
	var r rejects
	for i := range int64(7) {
		if err := r.add(event.Row{Line: 1000 + i}, &event.Problem{Code: "tc_invalid", Field: "tc"}); err != nil {
			t.Fatal(err)
		}
		if i == 0 && r.named() != i18n.T("satır 1000: tc_invalid (tc)", "line 1000: tc_invalid (tc)") {
			t.Errorf("one: %+v", r.named())
		}
	}
	got := r.named().EN
	if r.count != 7 || !strings.HasSuffix(got, "line 1004: tc_invalid (tc); and 2 rows more") || strings.Count(got, "line") != namedRejects {
		t.Errorf("%d: %s", r.count, got)
	}
}
