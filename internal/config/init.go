package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// NewProfile is what `config init` writes.
type NewProfile struct {
	Name, Store, BaseURL, Authorisation, MasterRef string
}

// CanAdd checks that the profile can be added to the file at path, before anything else is made: the name must be
// free and not the built-in one, an existing file must be readable and sound.
func CanAdd(path, name string) error {
	if name == Sandbox {
		return fault.New(fault.Usage, "profile_builtin", i18n.T("sandbox profili yerleşiktir, kurulmaz", "the sandbox profile is built in and is not set up")).
			WithHint(i18n.T("kullanmak için: --profile sandbox", "to use it: --profile sandbox"))
	}
	if !ValidName(name) {
		return fault.New(fault.Usage, "profile_name", i18n.T("profil adı yalnızca a–z, A–Z, 0–9, - ve _ içerebilir, en çok 64 karakterdir", "a profile name has only a–z, A–Z, 0–9, - and _, at most 64 characters"))
	}
	f, err := read(path)
	if err != nil {
		return err
	}
	if f != nil && f.Profiles[name] != nil {
		return fault.New(fault.Usage, "profile_exists", i18n.Tf("bu profil zaten var: %s", "this profile exists already: %s", name)).
			WithHint(i18n.Tf("değiştirmek için %s dosyasını düzenleyin ya da başka bir --profile adı verin", "edit %s to change it, or give another --profile name", path))
	}
	return nil
}

// Add appends the profile to the file at path, which it makes when there is none (the first profile becomes the
// default). What a person wrote there stays byte for byte. The file is replaced as a whole, mode 0600.
func Add(path string, p NewProfile) error {
	if err := CanAdd(path, p.Name); err != nil {
		return err
	}
	old, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return unreadable(path, err)
	}
	text := string(old)
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	if strings.TrimSpace(text) == "" {
		text = "default_profile = " + quote(p.Name) + "\n"
	}
	text += "\n" + block(p)
	if f, err := parse(path, []byte(text)); err != nil {
		return err
	} else if f.DefaultProfile == "" {
		text = "default_profile = " + quote(p.Name) + "\n" + text
	}
	return replace(path, []byte(text))
}

func block(p NewProfile) string {
	var b strings.Builder
	line := func(key, value, comment string) {
		b.WriteString(key + " = " + value)
		if comment != "" {
			b.WriteString("   # " + comment)
		}
		b.WriteByte('\n')
	}
	table := "profiles." + p.Name
	b.WriteString("[" + table + "]\n")
	line("store", quote(p.Store), "")
	line("argv_tc", `"warn"`, "allow | warn | refuse")
	line("require_purpose", "false", "true: --purpose verilmeden sorgu yapılmaz, no query without --purpose")
	line("authorisation", quote(p.Authorisation), "registry | none")
	b.WriteString("[" + table + ".myk]\n")
	line("base_url", quote(p.BaseURL), "")
	line("concurrency", "4", "")
	line("rate", "20", "çağrı/saniye, calls a second; 0: sınırsız, no limit")
	line("timeout", `"10s"`, "")
	b.WriteString("[" + table + ".myk.auth]\n")
	line("type", `"none"`, "none | basic | bearer")
	b.WriteString("# username = \"iskur\"\n# password = \"file:/etc/iskurctl/myk.password\"   # token = \"env:…\", \"cmd:…\", \"keyring:…\"\n")
	b.WriteString("[" + table + ".myk.tls]   # ca_file, cert_file, key_file\n")
	b.WriteString("[" + table + ".keys]\n")
	line("master", quote(p.MasterRef), "")
	return b.String()
}

// quote writes a TOML string.
func quote(s string) string {
	out, err := toml.Marshal(map[string]string{"k": s})
	if err != nil { // a string always marshals
		return `""`
	}
	return strings.TrimSpace(strings.TrimPrefix(string(out), "k = "))
}

// replace writes path as a whole: temporary file in the same folder, fsync, rename, fsync of the folder.
func replace(path string, text []byte) error {
	fail := func(err error) error {
		return fault.New(fault.Usage, "config_write", i18n.Tf("yapılandırma yazılamadı: %s: %s", "the configuration cannot be written: %s: %s", path, fault.Cause(err))).Because(err)
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fail(err)
	}
	tmp, err := os.CreateTemp(dir, ".config-*.tmp") // 0600
	if err != nil {
		return fail(err)
	}
	defer os.Remove(tmp.Name()) // after the rename there is nothing to remove
	_, err = tmp.Write(text)
	err = errors.Join(err, tmp.Sync(), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		return fail(err)
	}
	d, err := os.Open(dir)
	if err != nil {
		return fail(err)
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return fail(err)
	}
	return nil
}
