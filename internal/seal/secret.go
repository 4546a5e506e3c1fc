package seal

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/zalando/go-keyring"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

const (
	// maxSecret bounds what is taken for a secret: a wrong path must not pull a database into memory.
	maxSecret = 64 << 10
	// commandLimit leaves time to type a passphrase or touch a token.
	commandLimit = 10 * time.Second
	// keyringLimit: a desktop keyring that is locked, or a bus nobody answers on, would otherwise wait for ever.
	keyringLimit = 3 * time.Second
	// keyringService is the name under which secrets stand in the system's keyring.
	keyringService = "iskurctl"
)

// Env looks an environment variable up, as os.LookupEnv does.
type Env func(name string) (string, bool)

// Secret fetches what ref refers to: file:PATH (absolute, regular, no link, owned by the caller or root, closed to
// everybody else), env:NAME, cmd:PROGRAM ARG… (split on spaces, no shell, its standard output), keyring:NAME. One line
// end at its end is not part of a secret. Errors are class Usage with the codes secret_missing, secret_empty,
// secret_mode, secret_owner, secret_symlink, secret_scheme, secret_size, secret_command, secret_keyring. They never
// hold the secret, nor ref as a whole: somebody may have written the secret itself in its place.
func Secret(ctx context.Context, ref string, env Env) ([]byte, error) {
	scheme, rest, _ := strings.Cut(ref, ":")
	var raw []byte
	var err error
	switch {
	case scheme == "file" && filepath.IsAbs(rest):
		raw, err = fromFile(rest)
	case scheme == "file" && rest != "":
		return nil, fault.New(fault.Usage, "secret_scheme", i18n.T("gizli bilgi dosyasının yolu tam olmalı", "the path of a secret file must be absolute")).
			WithHint(i18n.T("file:/tam/yol biçiminde yazın", "write it as file:/absolute/path"))
	case scheme == "env" && rest != "":
		raw, err = fromEnv(rest, env)
	case scheme == "cmd" && strings.TrimSpace(rest) != "":
		raw, err = fromCommand(ctx, strings.Fields(rest))
	case scheme == "keyring" && rest != "":
		raw, err = fromKeyring(ctx, rest)
	default:
		return nil, fault.New(fault.Usage, "secret_scheme", i18n.T("gizli bilginin kendisi değil, yeri yazılır", "a secret is given by a reference")).
			WithHint(i18n.T("file:YOL, env:AD, cmd:PROGRAM … ya da keyring:AD biçiminde yazın", "write it as file:PATH, env:NAME, cmd:PROGRAM … or keyring:NAME"))
	}
	if err != nil {
		return nil, err
	}
	if len(raw) > maxSecret {
		return nil, fault.New(fault.Usage, "secret_size", i18n.Tf("gizli bilgi %s bayttan uzun; gösterilen yer yanlış olabilir",
			"the secret is longer than %s bytes; the reference may point to the wrong place", maxSecret))
	}
	if bytes.HasSuffix(raw, []byte("\n")) {
		raw = bytes.TrimSuffix(raw[:len(raw)-1], []byte("\r"))
	}
	if len(raw) == 0 {
		return nil, fault.New(fault.Usage, "secret_empty", i18n.Tf("gizli bilgi boş (%s)", "the secret is empty (%s)", scheme))
	}
	return raw, nil
}

// fromFile opens first and judges the open file, so that nobody can swap the file between the check and the reading.
// O_NONBLOCK: a pipe in place of the file must not hang the program.
func fromFile(path string) ([]byte, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, unreadable(path, err)
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return nil, unreadable(path, err)
	}
	if err := checkInfo(path, info); err != nil {
		return nil, err
	}
	raw, err := io.ReadAll(io.LimitReader(f, maxSecret+1))
	if err != nil {
		return nil, unreadable(path, err)
	}
	return raw, nil
}

func fromEnv(name string, env Env) ([]byte, error) {
	v, ok := env(name)
	if !ok {
		return nil, fault.New(fault.Usage, "secret_missing", i18n.T("gizli bilgiyi taşıyan ortam değişkeni tanımlı değil", "the environment variable that holds the secret is not set"))
	}
	return []byte(v), nil
}

// fromCommand gives the standard output of a program. Standard error is thrown away, for it may repeat the secret. The
// program keeps the terminal, so that it may ask for a passphrase there.
func fromCommand(ctx context.Context, args []string) ([]byte, error) {
	limited, cancel := context.WithTimeout(ctx, commandLimit)
	defer cancel()
	cmd := exec.CommandContext(limited, args[0], args[1:]...)
	// A grandchild that keeps the pipe open must not keep us waiting.
	cmd.WaitDelay = time.Second
	out := &bounded{left: maxSecret + 1}
	cmd.Stdout = out
	err := cmd.Run()
	if limited.Err() != nil {
		err = limited.Err()
	}
	if err == nil {
		return out.buf.Bytes(), nil
	}
	why := fault.Cause(err)
	var exit *exec.ExitError
	switch {
	case errors.Is(err, exec.ErrNotFound):
		why = i18n.T("program bulunamadı", "the program was not found")
	case errors.As(err, &exit):
		why = i18n.Tf("program %s koduyla bitti", "the program ended with code %s", strconv.Itoa(exit.ExitCode()))
	}
	return nil, fault.New(fault.Usage, "secret_command", i18n.Tf("gizli bilgi komutu başarısız: %s", "the command for the secret failed: %s", why)).Because(err)
}

// bounded keeps the beginning of what is written to it and swallows the rest, so that a chatty program neither fills
// the memory nor hangs on a full pipe.
type bounded struct {
	buf  bytes.Buffer
	left int
}

func (b *bounded) Write(p []byte) (int, error) {
	n := min(len(p), b.left)
	b.left -= n
	b.buf.Write(p[:n])
	return len(p), nil
}

// fromKeyring asks in a goroutine, since the library cannot be interrupted; past the limit the question is left alone.
func fromKeyring(ctx context.Context, name string) ([]byte, error) {
	limited, cancel := context.WithTimeout(ctx, keyringLimit)
	defer cancel()
	type answer struct {
		value string
		err   error
	}
	got := make(chan answer, 1)
	go func() {
		value, err := keyring.Get(keyringService, name)
		got <- answer{value, err}
	}()
	var err error
	select {
	case a := <-got:
		if a.err == nil {
			return []byte(a.value), nil
		}
		err = a.err
	case <-limited.Done():
		err = limited.Err()
	}
	why := i18n.T("anahtarlığa ulaşılamadı", "the keyring could not be reached")
	switch {
	case errors.Is(err, keyring.ErrNotFound):
		why = i18n.T("anahtarlıkta bu adla kayıt yok", "the keyring has no entry of this name")
	case limited.Err() != nil:
		why = i18n.T("anahtarlık yanıt vermedi", "the keyring did not answer")
	}
	return nil, fault.New(fault.Usage, "secret_keyring", i18n.Tf("gizli bilgi alınamadı: %s", "the secret could not be had: %s", why)).Because(err)
}
