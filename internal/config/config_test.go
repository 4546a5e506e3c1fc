package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// home is an empty home folder with an environment that knows nothing else.
func home(t *testing.T, vars ...string) (dir string, env Env) {
	t.Helper()
	dir = t.TempDir()
	values := map[string]string{"HOME": dir}
	for i := 0; i < len(vars); i += 2 {
		values[vars[i]] = vars[i+1]
	}
	return dir, func(name string) (string, bool) { v, ok := values[name]; return v, ok }
}

func write(t *testing.T, dir, text string, mode os.FileMode) {
	t.Helper()
	path := filepath.Join(dir, ".config", "iskurctl", "config.toml")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil { // whatever the umask
		t.Fatal(err)
	}
}

const sound = `default_profile = "prod"
lang = "en"
[profiles.prod]
store = "/srv/iskurctl.db"
[profiles.prod.myk]
base_url = "https://service.example/belge"
timeout = "7s"
[profiles.prod.keys]
master = "file:/etc/iskurctl/master.key"
`

func origin(p *Profile, key string) string {
	for _, s := range p.Settings {
		if s.Key == key {
			return s.Value + " " + s.Origin
		}
	}
	return ""
}

func TestFlagBeatsEnvironmentBeatsFileBeatsDefault(t *testing.T) {
	dir, env := home(t, "ISKURCTL_TIMEOUT", "8s")
	write(t, dir, sound, 0o600)
	p, err := Load("", Overrides{}, env)
	if err != nil {
		t.Fatal(err)
	}
	if p.Timeout != 8*time.Second || origin(p, "myk.timeout") != "8s environment" {
		t.Errorf("environment: %v, %s", p.Timeout, origin(p, "myk.timeout"))
	}
	if p, err = Load("", Overrides{Timeout: "9s"}, env); err != nil || p.Timeout != 9*time.Second {
		t.Errorf("flag: %v %v", p, err)
	}
	bare := func(name string) (string, bool) {
		if name == "HOME" {
			return dir, true
		}
		return "", false
	}
	if p, err = Load("", Overrides{}, bare); err != nil || origin(p, "myk.timeout") != "7s file" || origin(p, "myk.concurrency") != "4 default" {
		t.Errorf("file and default: %v %v", p, err)
	}
	if p.Authorisation != "registry" || p.ArgvTC != "warn" {
		t.Errorf("the careful defaults are gone: %q %q", p.Authorisation, p.ArgvTC)
	}
}

func TestBadFilesAreRefusedWithTheirOwnCode(t *testing.T) {
	for name, c := range map[string]struct {
		text, code, says string
		mode             os.FileMode
	}{
		"unknown key names the nearest": {strings.Replace(sound, "timeout", "timeot", 1), "config_unknown_key", "timeout", 0o600},
		"broken TOML names the line":    {sound + "\n[[[", "config_invalid", "11", 0o600},
		"wrong type":                    {strings.Replace(sound, `"7s"`, "7", 1), "config_invalid", "7", 0o600},
		"others may write":              {sound, "config_writable", "chmod", 0o622},
		"duration without unit":         {strings.Replace(sound, `"7s"`, `"7"`, 1), "setting_invalid", "myk.timeout", 0o600},
		"a secret in the file":          {sound + "[profiles.prod.myk.auth]\ntype = \"bearer\"\ntoken = \"hunter2\"\n", "setting_invalid", "myk.auth.token", 0o600},
		"user name in the address":      {strings.Replace(sound, "https://", "https://u:p@", 1), "setting_invalid", "myk.base_url", 0o600},
		"opaque address":                {strings.Replace(sound, "https://service.example/belge", "https:service.example", 1), "setting_invalid", "myk.base_url", 0o600},
		"an empty query":                {strings.Replace(sound, "/belge", "/belge?", 1), "setting_invalid", "myk.base_url", 0o600},
		"a port without a host":         {strings.Replace(sound, "service.example/belge", ":443/belge", 1), "setting_invalid", "myk.base_url", 0o600},
		"a password for the proxy":      {strings.Replace(sound, "timeout", "proxy = \"http://u:hunter2@p:3128\"\ntimeout", 1), "setting_invalid", "myk.proxy", 0o600},
		"a proxy that is no address":    {strings.Replace(sound, "timeout", "proxy = \"u:hunter2@p:3128\"\ntimeout", 1), "setting_invalid", "myk.proxy", 0o600},
		"plain http across a network":   {strings.Replace(sound, "https://service.example", "http://10.0.0.1", 1), "setting_invalid", "loopback", 0o600},
		"not SOAP yet":                  {strings.Replace(sound, "timeout", "transport = \"soap\"\ntimeout", 1), "setting_invalid", "myk.transport", 0o600},
		"unknown word":                  {strings.Replace(sound, "store", "argv_tc = \"maybe\"\nstore", 1), "setting_invalid", "argv_tc", 0o600},
		"no key":                        {strings.Replace(sound, "master =", "#", 1), "setting_invalid", "keys.master", 0o600},
		"negative rate":                 {strings.Replace(sound, "timeout", "rate = -1\ntimeout", 1), "setting_invalid", "myk.rate", 0o600},
	} {
		t.Run(name, func(t *testing.T) {
			dir, env := home(t)
			write(t, dir, c.text, c.mode)
			_, err := Load("", Overrides{}, env)
			e := fault.From(err)
			if err == nil || e.Class != fault.Usage || e.Code != c.code {
				t.Fatalf("got %v, want %s", err, c.code)
			}
			words := e.Message.EN + " " + e.Hint.EN
			if !strings.Contains(words, c.says) && c.says != "loopback" {
				t.Errorf("%q does not name %q", words, c.says)
			}
			if strings.Contains(words+e.Message.TR, "hunter2") {
				t.Error("the secret is in the error")
			}
		})
	}
}

func TestNoProfileTellsHowToMakeOne(t *testing.T) {
	_, env := home(t)
	_, err := Load("", Overrides{}, env)
	if e := fault.From(err); e.Code != "no_profile" || !strings.Contains(e.Hint.TR, "config init") {
		t.Fatalf("%v", err)
	}
}

func TestTheSandboxNeedsNothingAndIgnoresTheRealStore(t *testing.T) {
	dir, env := home(t, "ISKURCTL_STORE", "/var/lib/iskurctl/real.db")
	p, err := Load("", Overrides{Profile: Sandbox}, env)
	if err != nil {
		t.Fatal(err)
	}
	if !p.InProcess() || !strings.HasPrefix(p.Store, dir) || p.Authorisation != "none" || p.Rate != 0 {
		t.Errorf("%+v", p)
	}
	if strings.HasPrefix(p.MasterRef, "file:"+filepath.Dir(p.Store)) {
		t.Error("the master key lies in the data folder")
	}
}

func TestAddKeepsWhatAPersonWroteByteForByte(t *testing.T) {
	dir, env := home(t)
	path := filepath.Join(dir, ".config", "iskurctl", "config.toml")
	first := NewProfile{Name: "prod", Store: "/srv/a \"b\".db", BaseURL: "https://a.example", Authorisation: "registry", MasterRef: "file:/k"}
	if err := Add(path, first); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	mine := strings.Replace(string(text), "rate = 20", "rate = 5 # ask the network team", 1)
	write(t, dir, mine, 0o600)
	second := first
	second.Name = "test"
	if err := Add(path, second); err != nil {
		t.Fatal(err)
	}
	after, err := os.ReadFile(path)
	if err != nil || !strings.HasPrefix(string(after), mine) {
		t.Fatalf("%v: the old text changed", err)
	}
	p, err := Load("", Overrides{}, env)
	if err != nil || p.Name != "prod" || p.Rate != 5 || p.Store != first.Store {
		t.Fatalf("%+v %v", p, err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v %v", info.Mode(), err)
	}
	if e := fault.From(Add(path, second)); e.Code != "profile_exists" {
		t.Errorf("a second init of one name: %v", e)
	}
	third := first
	third.Name = Sandbox
	if e := fault.From(Add(path, third)); e.Code != "profile_builtin" {
		t.Errorf("sandbox: %v", e)
	}
}

func TestLanguageOfTheFileIsReadLeniently(t *testing.T) {
	dir, _ := home(t)
	write(t, dir, sound, 0o600)
	path := filepath.Join(dir, ".config", "iskurctl", "config.toml")
	if l, ok := Language(path); !ok || l != i18n.EN {
		t.Errorf("%v %v", l, ok)
	}
	write(t, dir, "lang = 7", 0o600)
	if _, ok := Language(path); ok {
		t.Error("a broken file gave a language")
	}
}

func FuzzParse(f *testing.F) {
	f.Add(sound)
	f.Add("lang = 'tr'\n[profiles.\"a b\"]\nstore=1")
	f.Fuzz(func(t *testing.T, text string) {
		out, err := parse("config.toml", []byte(text))
		if (out == nil) == (err == nil) {
			t.Fatal("neither a configuration nor an error, or both")
		}
		if err != nil && fault.From(err).Class != fault.Usage {
			t.Fatalf("class %v", fault.From(err).Class)
		}
	})
}

func TestOfASecretCommandOnlyTheProgramIsShown(t *testing.T) {
	dir, env := home(t)
	write(t, dir, strings.Replace(sound, "file:/etc/iskurctl/master.key", "cmd:/usr/bin/vault read -token=hunter2", 1), 0o600)
	p, err := Load("", Overrides{}, env)
	if err != nil || origin(p, "keys.master") != "cmd:/usr/bin/vault … file" || p.MasterRef != "cmd:/usr/bin/vault read -token=hunter2" {
		t.Errorf("%q %v", origin(p, "keys.master"), err)
	}
	write(t, dir, strings.Replace(sound, "timeout", "proxy = \"http://u:hunter2@p\"\ntimeout", 1), 0o600)
	if p, _ = Load("", Overrides{}, env); p == nil || origin(p, "myk.proxy") != "*** file" {
		t.Errorf("the proxy's password is kept for showing: %v", p)
	}
}
