// Package config answers what a profile's settings are and where each one came from: flag, environment, profile in
// the configuration file, or built-in default, in that order. Nothing is ever read from the current directory.
package config

import (
	"io/fs"
	"path/filepath"
	"strconv"
	"time"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// Sandbox is the built-in profile: the service runs inside the process, with a store of its own.
const Sandbox = "sandbox"

// Env looks an environment variable up.
type Env func(name string) (value string, ok bool)

// Paths are the folders of the program by the XDG base directory specification.
type Paths struct {
	ConfigDir string // configuration file and master keys
	DataDir   string // stores
	StateDir  string // what can be made again
}

// PathsFrom reads the XDG variables; relative ones are ignored, as the specification says.
func PathsFrom(env Env) (Paths, error) {
	home, _ := env("HOME")
	dir := func(name, fallback string) string {
		if v, ok := env(name); ok && filepath.IsAbs(v) {
			return filepath.Join(v, "iskurctl")
		}
		if !filepath.IsAbs(home) {
			return ""
		}
		return filepath.Join(home, fallback, "iskurctl")
	}
	p := Paths{ConfigDir: dir("XDG_CONFIG_HOME", ".config"), DataDir: dir("XDG_DATA_HOME", ".local/share"), StateDir: dir("XDG_STATE_HOME", ".local/state")}
	if p.ConfigDir == "" || p.DataDir == "" || p.StateDir == "" {
		return p, fault.New(fault.Usage, "no_home",
			i18n.T("ev klasörü bilinmiyor: HOME tanımlı değil ya da mutlak yol değil", "the home folder is not known: HOME is not set, or no absolute path")).
			WithHint(i18n.T("HOME ya da XDG_CONFIG_HOME, XDG_DATA_HOME ve XDG_STATE_HOME değişkenlerini mutlak yolla verin",
				"set HOME, or XDG_CONFIG_HOME, XDG_DATA_HOME and XDG_STATE_HOME, to absolute paths"))
	}
	return p, nil
}

// File is the place of the configuration file: the flag or ISKURCTL_CONFIG, else under ConfigDir.
func File(flag string, env Env) (path, origin string, err error) {
	if flag != "" {
		return flag, "flag", nil
	}
	if v, ok := env("ISKURCTL_CONFIG"); ok && v != "" {
		return v, "environment", nil
	}
	p, err := PathsFrom(env)
	if err != nil {
		return "", "", err
	}
	return filepath.Join(p.ConfigDir, "config.toml"), "default", nil
}

// Language reads only the `lang` key, leniently: a broken file is reported later, by the command that needs it.
func Language(path string) (i18n.Lang, bool) {
	f, err := read(path)
	if err != nil || f == nil || f.Lang == "" {
		return i18n.TR, false
	}
	return i18n.Parse(f.Lang)
}

// Overrides are the values of global flags; an empty one was not given.
type Overrides struct {
	Profile, Store, Timeout, Lang string
}

// Setting is one resolved value with its origin, for `config show`.
type Setting struct {
	Key, Value string
	Origin     string // flag | environment | file | default
}

// Profile is a profile with everything resolved and checked.
type Profile struct {
	Name           string
	Store          string
	ArgvTC         string // allow | warn | refuse
	RequirePurpose bool
	Authorisation  string // registry | none
	Installation   string // names this installation in the logs' origin; "" = the host name
	BaseURL        string
	Concurrency    int
	Rate           float64 // calls a second; 0 = not limited
	Timeout        time.Duration
	Proxy          string
	AuthType       string // none | basic | bearer
	Username       string
	PasswordRef    string
	TokenRef       string
	CAFile         string
	CertFile       string
	KeyFile        string
	Wire           Wire
	MasterRef      string
	KeyStore       string // file of the wrapped keys
	ExchangeRef    string // key that both parties hold, for `audit exchange`
	Settings       []Setting
	Profiles       []string // names in the file, for `config show` and hints
}

// InProcess reports whether the service of this profile runs inside the process.
func (p *Profile) InProcess() bool { return p.Name == Sandbox }

// Load resolves the profile that the flags, the environment or the file choose. Fails with class Usage: no_profile when
// there is none yet, profile_unknown, config_* for the file, setting_invalid for a value.
func Load(configFlag string, o Overrides, env Env) (*Profile, error) {
	name, origin := o.Profile, "flag"
	if name == "" {
		if v, ok := env("ISKURCTL_PROFILE"); ok && v != "" {
			name, origin = v, "environment"
		}
	}
	if name == Sandbox {
		return sandbox(o, origin, env)
	}
	path, from, err := File(configFlag, env)
	if err != nil {
		return nil, err
	}
	f, err := read(path)
	if err != nil {
		return nil, err
	}
	if f == nil && from == "flag" {
		return nil, unreadable(path, fs.ErrNotExist)
	}
	if f == nil || len(f.Profiles) == 0 {
		return nil, noProfile()
	}
	if f.Lang != "" {
		if _, ok := i18n.Parse(f.Lang); !ok {
			return nil, invalid("lang", i18n.T("tr ya da en olmalı", "must be tr or en"))
		}
	}
	if name == "" {
		name, origin = f.DefaultProfile, "file"
	}
	if name == "" {
		return nil, fault.New(fault.Usage, "profile_not_chosen", i18n.T("hangi profilin kullanılacağı belli değil", "it is not said which profile to use")).
			WithHint(i18n.Tf("--profile AD verin ya da dosyaya default_profile yazın; tanımlı: %s", "give --profile NAME or write default_profile into the file; there are: %s", joinComma(names(f))))
	}
	if name == Sandbox {
		return sandbox(o, origin, env)
	}
	fp, ok := f.Profiles[name]
	if !ok || fp == nil {
		return nil, unknownProfile(name, names(f))
	}
	r := &resolver{env: env, profile: name}
	r.add("profile", name, origin)
	if lang := r.text("lang", o.Lang, "ISKURCTL_LANG", given(f.Lang), ""); lang == "" {
		r.list = r.list[:len(r.list)-1] // the locale decides, and is no setting of ours
	}
	p := r.resolve(fp, o)
	p.Profiles = names(f)
	return p, r.err
}

func given(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func noProfile() error {
	return fault.New(fault.Usage, "no_profile", i18n.T("henüz bir profil yok", "there is no profile yet")).
		WithHint(i18n.T("kurmak için: iskurctl config init --profile prod --myk-url https://… ; denemek için: --profile sandbox",
			"to make one: iskurctl config init --profile prod --myk-url https://… ; to try things out: --profile sandbox"))
}

func unknownProfile(name string, known []string) error {
	e := fault.New(fault.Usage, "profile_unknown", i18n.Tf("böyle bir profil yok: %s", "there is no such profile: %s", name))
	return e.WithHint(i18n.Tf("tanımlı profiller: %s", "profiles that exist: %s", joinComma(append(known, Sandbox))))
}

func invalid(key string, why i18n.Text) *fault.Error {
	return fault.New(fault.Usage, "setting_invalid", i18n.Tf("%s ayarı geçersiz: %s", "setting %s is not valid: %s", key, why))
}

func itoa(n int) string { return strconv.Itoa(n) }
