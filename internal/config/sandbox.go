package config

import (
	"path/filepath"
	"strings"
)

// sandbox is the profile that needs no configuration: nothing in it is real, so nothing in it is guarded.
func sandbox(o Overrides, origin string, env Env) (*Profile, error) {
	paths, err := PathsFrom(env)
	if err != nil {
		return nil, err
	}
	none, allow, no := "none", "allow", 0.0
	store := filepath.Join(paths.DataDir, Sandbox, "iskurctl.db")
	master := "file:" + KeyFile(paths, Sandbox)
	inside := "http://127.0.0.1"
	r := &resolver{env: withoutStore(env), profile: Sandbox}
	r.add("profile", Sandbox, origin)
	p := r.resolve(&fileProfile{
		Store: &store, ArgvTC: &allow, Authorisation: &none,
		MYK: fileMYK{BaseURL: &inside, Rate: &no}, Keys: fileKeys{Master: &master},
	}, o)
	for i := range p.Settings {
		if p.Settings[i].Origin == "file" {
			p.Settings[i].Origin = "default"
		}
	}
	return p, r.err
}

// withoutStore hides ISKURCTL_STORE: a variable that was set for the real profile must not mix synthetic rows into
// its store. A --store flag beside --profile sandbox is meant.
func withoutStore(env Env) Env {
	return func(name string) (string, bool) {
		if name == "ISKURCTL_STORE" {
			return "", false
		}
		return env(name)
	}
}

// KeyFile is where `config init` puts the master key of a profile: beside the configuration, outside the data folder.
func KeyFile(p Paths, profile string) string { return filepath.Join(p.ConfigDir, profile+".key") }

// StoreFile is the default place of a profile's store.
func StoreFile(p Paths, profile string) string {
	return filepath.Join(p.DataDir, profile, "iskurctl.db")
}

// ValidName accepts names that are a bare TOML key and a plain file name.
func ValidName(name string) bool {
	if name == "" || len(name) > 64 {
		return false
	}
	return strings.IndexFunc(name, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_')
	}) < 0
}
