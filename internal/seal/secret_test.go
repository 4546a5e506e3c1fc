package seal

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/zalando/go-keyring"

	"iskurctl/internal/fault"
)

const canary = "kanarya-4711"

func noEnv(string) (string, bool) { return "", false }

func put(t *testing.T, content string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
	return path
}

// refused checks class and code, and that neither language of the error holds the secret.
func refused(t *testing.T, err error, code string) {
	t.Helper()
	wantFault(t, err, fault.Usage, code)
	f := fault.From(err)
	if strings.Contains(f.Message.TR+f.Message.EN+f.Hint.TR+f.Hint.EN+f.Error(), canary) {
		t.Fatalf("the error holds the secret: %v", f.Message)
	}
}

func TestOneLineEndIsNotPartOfASecret(t *testing.T) {
	for content, want := range map[string]string{
		canary: canary, canary + "\n": canary, canary + "\r\n": canary, canary + "\n\n": canary + "\n",
		canary + "\r": canary + "\r", " " + canary + " \n": " " + canary + " ",
	} {
		for _, mode := range []os.FileMode{0o600, 0o400} {
			got, err := Secret(t.Context(), "file:"+put(t, content, mode), noEnv)
			if err != nil || string(got) != want {
				t.Errorf("%q: got %q, %v", content, got, err)
			}
		}
	}
}

func TestSecretFileInDoubtIsRefused(t *testing.T) {
	dir := t.TempDir()
	link, pipe := filepath.Join(dir, "link"), filepath.Join(dir, "pipe")
	if err := os.Symlink(put(t, canary, 0o600), link); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ path, code string }{
		"missing": {filepath.Join(dir, "none"), "secret_missing"}, "empty": {put(t, "", 0o600), "secret_empty"},
		"only a line end": {put(t, "\n", 0o600), "secret_empty"}, "group reads": {put(t, canary, 0o640), "secret_mode"},
		"others read": {put(t, canary, 0o604), "secret_mode"}, "others write": {put(t, canary, 0o602), "secret_mode"},
		"symlink": {link, "secret_symlink"}, "folder": {dir, "secret_missing"}, "pipe": {pipe, "secret_missing"},
		"too large": {put(t, strings.Repeat(canary, 9000), 0o600), "secret_size"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Secret(t.Context(), "file:"+c.path, noEnv)
			refused(t, err, c.code)
		})
	}
}

func TestSecretOfAnotherUserIsRefused(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("SKIP: needs root to give a file to another user")
	}
	path := put(t, canary, 0o600)
	if err := os.Chown(path, 65534, 65534); err != nil {
		t.Fatal(err)
	}
	_, err := Secret(t.Context(), "file:"+path, noEnv)
	refused(t, err, "secret_owner")
	wantFault(t, CheckPrivate(path), fault.Usage, "secret_owner")
}

func TestAKeyFileMustBeClosedToOthersAndNoLink(t *testing.T) {
	closed := put(t, "x", 0o600)
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(closed, link); err != nil {
		t.Fatal(err)
	}
	if err := CheckPrivate(closed); err != nil {
		t.Error(err)
	}
	wantFault(t, CheckPrivate(put(t, "x", 0o640)), fault.Usage, "secret_mode")
	wantFault(t, CheckPrivate(put(t, "x", 0o602)), fault.Usage, "secret_mode")
	wantFault(t, CheckPrivate(link), fault.Usage, "secret_symlink")
	wantFault(t, CheckPrivate(t.TempDir()), fault.Usage, "secret_missing")
	wantFault(t, CheckPrivate(filepath.Join(t.TempDir(), "none")), fault.Usage, "secret_missing")
}

func TestSecretFromTheEnvironment(t *testing.T) {
	env := func(name string) (string, bool) {
		v, ok := map[string]string{"SET": canary, "EMPTY": ""}[name]
		return v, ok
	}
	got, err := Secret(t.Context(), "env:SET", env)
	if err != nil || string(got) != canary {
		t.Fatalf("got %q, %v", got, err)
	}
	_, err = Secret(t.Context(), "env:UNSET", env)
	refused(t, err, "secret_missing")
	_, err = Secret(t.Context(), "env:EMPTY", env)
	refused(t, err, "secret_empty")
}

func TestAnythingButAReferenceIsRefusedWithoutRepeatingIt(t *testing.T) {
	for _, ref := range []string{canary, "", ":", "file:", "env:", "cmd:", "cmd:   ", "keyring:", "http:" + canary, "FILE:/" + canary, "file:" + canary, "plain:" + canary} {
		_, err := Secret(t.Context(), ref, noEnv)
		refused(t, err, "secret_scheme")
	}
}

func TestSecretCommandRunsWithoutAShell(t *testing.T) {
	got, err := Secret(t.Context(), "cmd:echo "+canary+"  $HOME;id", noEnv)
	if err != nil || string(got) != canary+" $HOME;id" {
		t.Fatalf("got %q, %v", got, err)
	}
	for name, c := range map[string]struct{ ref, code string }{
		"not found": {"cmd:no-such-program-here " + canary, "secret_command"}, "fails": {"cmd:ls /no/such/" + canary, "secret_command"},
		"says nothing": {"cmd:true", "secret_empty"}, "never ends to speak": {"cmd:head -c 1000000 /dev/zero", "secret_size"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Secret(t.Context(), c.ref, noEnv)
			refused(t, err, c.code)
		})
	}
}

func TestSecretCommandEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := Secret(ctx, "cmd:sleep 60", noEnv)
	refused(t, err, "secret_command")
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("the cause is lost: %v", err)
	}
}

func TestSecretFromTheKeyring(t *testing.T) {
	keyring.MockInit()
	if err := keyring.Set(keyringService, "myk", canary); err != nil {
		t.Fatal(err)
	}
	got, err := Secret(t.Context(), "keyring:myk", noEnv)
	if err != nil || string(got) != canary {
		t.Fatalf("got %q, %v", got, err)
	}
	_, err = Secret(t.Context(), "keyring:other", noEnv)
	refused(t, err, "secret_keyring")
	keyring.MockInitWithError(errors.New("bus says " + canary))
	_, err = Secret(t.Context(), "keyring:myk", noEnv)
	refused(t, err, "secret_keyring")
}
