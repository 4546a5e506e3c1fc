package config

import (
	"fmt"
	"maps"
	"net"
	"net/url"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// resolver walks the settings once, in the order of `config show`, and keeps the first thing that was wrong.
type resolver struct {
	env     Env
	profile string
	list    []Setting
	err     error
}

func (r *resolver) add(key, value, origin string) {
	r.list = append(r.list, Setting{key, value, origin})
}

func (r *resolver) fail(key string, tr, en string) {
	if r.err == nil {
		r.err = invalid(key, i18n.T(tr, en))
	}
}

// text resolves one setting: flag value, environment variable (when it has a twin), file value, default.
func (r *resolver) text(key, flag, envName string, fromFile *string, def string) string {
	value, origin := def, "default"
	if fromFile != nil {
		value, origin = *fromFile, "file"
	}
	if envName != "" {
		if v, ok := r.env(envName); ok && v != "" {
			value, origin = v, "environment"
		}
	}
	if flag != "" {
		value, origin = flag, "flag"
	}
	r.add(key, value, origin)
	return value
}

func (r *resolver) choice(key string, fromFile *string, def string, allowed ...string) string {
	v := r.text(key, "", "", fromFile, def)
	if !slices.Contains(allowed, v) {
		list := strings.Join(allowed, " | ")
		r.fail(key, "şunlardan biri olmalı: "+list, "must be one of: "+list)
	}
	return v
}

func (r *resolver) resolve(f *fileProfile, o Overrides) *Profile {
	p := &Profile{Name: r.profile, Wire: f.MYK.Wire}
	p.Store = r.text("store", o.Store, "ISKURCTL_STORE", f.Store, "")
	switch {
	case p.Store == "":
		r.fail("store", "depo yolu verilmemiş", "no path of a store is given")
	case strings.Contains(p.Store, "://"):
		r.fail("store", "bu sürüm yalnızca SQLite dosyası açar", "this version opens SQLite files only")
	case !filepath.IsAbs(p.Store) && o.Store == "":
		r.fail("store", "mutlak yol olmalı", "must be an absolute path")
	}
	p.ArgvTC = r.choice("argv_tc", f.ArgvTC, "warn", "allow", "warn", "refuse")
	p.RequirePurpose = r.flag("require_purpose", f.RequirePurpose)
	p.Authorisation = r.choice("authorisation", f.Authorisation, "registry", "registry", "none")
	p.Installation = r.text("installation", "", "", f.Installation, "")
	if strings.ContainsFunc(p.Installation, func(c rune) bool { return c <= ' ' || c > '~' || c == '+' }) {
		r.fail("installation", "boşluk, + ve Türkçe harf içermez (örnek: iskur.gov.tr)", "holds no blanks, no + and ASCII only (such as iskur.gov.tr)")
	}
	r.service(p, &f.MYK, o)
	p.MasterRef = r.text("keys.master", "", "", f.Keys.Master, "")
	r.reference("keys.master", p.MasterRef, true)
	beside := ""
	if p.Store != "" {
		beside = filepath.Join(filepath.Dir(p.Store), "keys", filepath.Base(p.Store))
	}
	p.KeyStore = r.text("keys.store", "", "", f.Keys.Store, beside)
	if f.Keys.Store != nil && !filepath.IsAbs(p.KeyStore) {
		r.fail("keys.store", "mutlak yol olmalı", "must be an absolute path")
	}
	p.ExchangeRef = r.text("keys.exchange", "", "", f.Keys.Exchange, "")
	r.reference("keys.exchange", p.ExchangeRef, false)
	p.Settings = r.list
	return p
}

func (r *resolver) service(p *Profile, f *fileMYK, o Overrides) {
	p.BaseURL = r.text("myk.base_url", "", "", f.BaseURL, "")
	if err := CheckURL(p.BaseURL); err != nil && r.err == nil {
		r.err = err
	}
	r.choice("myk.transport", f.Transport, "json", "json")
	p.Concurrency = int(r.number("myk.concurrency", f.Concurrency, 4, 1, 256))
	p.Rate = r.rate(f.Rate)
	p.Timeout = r.duration("myk.timeout", r.text("myk.timeout", o.Timeout, "ISKURCTL_TIMEOUT", f.Timeout, "10s"))
	p.Proxy = r.text("myk.proxy", "", "", f.Proxy, "")
	r.proxy(p.Proxy)
	p.AuthType = r.choice("myk.auth.type", f.Auth.Type, "none", "none", "basic", "bearer")
	p.Username = r.text("myk.auth.username", "", "", f.Auth.Username, "")
	p.PasswordRef = r.text("myk.auth.password", "", "", f.Auth.Password, "")
	p.TokenRef = r.text("myk.auth.token", "", "", f.Auth.Token, "")
	if p.AuthType == "basic" && (p.Username == "" || p.PasswordRef == "") {
		r.fail("myk.auth", "basic için username ve password gerekir", "basic needs username and password")
	}
	if p.AuthType == "bearer" && p.TokenRef == "" {
		r.fail("myk.auth", "bearer için token gerekir", "bearer needs token")
	}
	r.reference("myk.auth.password", p.PasswordRef, false)
	r.reference("myk.auth.token", p.TokenRef, false)
	p.CAFile = r.text("myk.tls.ca_file", "", "", f.TLS.CAFile, "")
	p.CertFile = r.text("myk.tls.cert_file", "", "", f.TLS.CertFile, "")
	p.KeyFile = r.text("myk.tls.key_file", "", "", f.TLS.KeyFile, "")
	if (p.CertFile == "") != (p.KeyFile == "") {
		r.fail("myk.tls", "cert_file ve key_file birlikte verilir", "cert_file and key_file go together")
	}
	r.wire(&f.Wire)
}

func (r *resolver) wire(w *Wire) {
	env := w.Envelope
	if env == "" {
		env = "object"
	}
	if env != "object" && env != "array" {
		r.fail("myk.wire.envelope", "object ya da array olmalı", "must be object or array")
	}
	origin := func(set bool) string {
		if set {
			return "file"
		}
		return "default"
	}
	r.add("myk.wire.envelope", env, origin(w.Envelope != ""))
	r.add("myk.wire.retry_codes", strings.Join(w.RetryCodes, " "), origin(len(w.RetryCodes) > 0))
	for _, m := range []struct {
		name string
		m    map[string]string
	}{{"operations", w.Operations}, {"fields", w.Fields}, {"parameters", w.Parameters}} {
		for _, k := range slices.Sorted(maps.Keys(m.m)) {
			r.add("myk.wire."+m.name+"."+k, m.m[k], "file")
		}
	}
}

func (r *resolver) flag(key string, fromFile *bool) bool {
	v, origin := false, "default"
	if fromFile != nil {
		v, origin = *fromFile, "file"
	}
	r.add(key, strconv.FormatBool(v), origin)
	return v
}

func (r *resolver) number(key string, fromFile *int, def, low, high int) int {
	v, origin := def, "default"
	if fromFile != nil {
		v, origin = *fromFile, "file"
	}
	if v < low || v > high {
		r.fail(key, fmt.Sprintf("%d ile %d arasında olmalı", low, high), fmt.Sprintf("must lie between %d and %d", low, high))
	}
	r.add(key, strconv.Itoa(v), origin)
	return v
}

func (r *resolver) rate(fromFile *float64) float64 {
	v, origin := 20.0, "default"
	if fromFile != nil {
		v, origin = *fromFile, "file"
	}
	if v < 0 || v > 1e6 || v != v {
		r.fail("myk.rate", "0 (sınırsız) ya da saniyede çağrı sayısı olmalı", "must be 0 (no limit) or a number of calls a second")
	}
	r.add("myk.rate", strconv.FormatFloat(v, 'f', -1, 64), origin)
	return v
}

func (r *resolver) duration(key, s string) time.Duration {
	d, err := ParseDuration(s)
	if err != nil {
		r.fail(key, "10s ya da 1m30s gibi birimli bir süre olmalı", "must be a duration with a unit, such as 10s or 1m30s")
	}
	return d
}

// reference refuses a secret that stands in the file itself; the value is never repeated.
func (r *resolver) reference(key, ref string, required bool) {
	if ref == "" {
		if required {
			r.fail(key, "ana anahtarın yeri verilmemiş (file:YOL, env:AD, cmd:PROGRAM ya da keyring:AD)", "no key reference is given (file:, env:, cmd:, keyring:)")
		}
		return
	}
	for _, scheme := range []string{"file:", "env:", "cmd:", "keyring:"} {
		if !strings.HasPrefix(ref, scheme) {
			continue
		}
		if words := strings.Fields(strings.TrimPrefix(ref, "cmd:")); scheme == "cmd:" && len(words) > 1 {
			r.show(key, "cmd:"+words[0]+" …") // its arguments may be secret
		}
		return
	}
	r.show(key, "***") // what stands here may be the secret itself
	r.fail(key, "gizli bilginin kendisi değil, yeri yazılır: file:YOL, env:AD, cmd:PROGRAM ya da keyring:AD", "a secret never stands in the file; write a file:, env:, cmd: or keyring: reference")
}

// proxy refuses everything but http://HOST:PORT. Anything else is shown to nobody: it may hold a password.
func (r *resolver) proxy(s string) {
	if s == "" {
		return
	}
	u, err := url.Parse(s)
	if err == nil && u.Scheme == "http" && u.Hostname() != "" && u.User == nil && strings.Trim(u.Path, "/") == "" && !decorated(u) {
		return
	}
	r.show("myk.proxy", "***")
	r.fail("myk.proxy", "http://SUNUCU:PORT biçiminde, kullanıcı adı ve parola olmadan yazılmalı", "must be http://HOST:PORT, without user name and password")
}

// show replaces what `config show` says of a setting.
func (r *resolver) show(key, value string) {
	for i := range r.list {
		if r.list[i].Key == key {
			r.list[i].Value = value
		}
	}
}

// decorated reports what an address of a service must not have: a query, an empty one too, or a fragment.
func decorated(u *url.URL) bool {
	return u.RawQuery != "" || u.ForceQuery || u.Fragment != ""
}

// ParseDuration reads a positive duration with a unit.
func ParseDuration(s string) (time.Duration, error) {
	d, err := time.ParseDuration(s)
	if err != nil || d <= 0 {
		return 0, fault.New(fault.Usage, "duration_invalid", i18n.T("süre birimli ve sıfırdan büyük olmalı (örnek: 10s, 1m30s)",
			"a duration needs a unit and must be above zero (for example 10s, 1m30s)"))
	}
	return d, nil
}

// CheckURL accepts https addresses, and plain http to a loopback address only: a number or a password must not cross
// a network in clear.
func CheckURL(s string) error {
	u, err := url.Parse(s)
	switch {
	case s == "" || err != nil || u.Hostname() == "" || u.Opaque != "" || (u.Scheme != "https" && u.Scheme != "http"):
		return invalid("myk.base_url", i18n.T("https://… biçiminde bir adres olmalı", "must be an address like https://…"))
	case u.User != nil:
		return invalid("myk.base_url", i18n.T("adreste kullanıcı adı ya da parola olmaz; [myk.auth] bölümünü kullanın", "no user name or password in the address; use [myk.auth]"))
	case decorated(u):
		return invalid("myk.base_url", i18n.T("adreste ? ya da # olmaz", "no ? or # in the address"))
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return invalid("myk.base_url", i18n.T("şifresiz http yalnızca bu makinenin kendisine (127.0.0.1, ::1, localhost) kullanılabilir", "plain http is for this machine itself only (127.0.0.1, ::1, localhost)"))
	}
	return nil
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

func names(f *file) []string { return slices.Sorted(maps.Keys(f.Profiles)) }

func joinComma(list []string) string { return strings.Join(list, ", ") }

// nearestKey finds the known key that differs least from a misspelt one.
func nearestKey(wrong string) string {
	var known []string
	var walk func(t reflect.Type)
	walk = func(t reflect.Type) {
		for t.Kind() == reflect.Pointer || t.Kind() == reflect.Map {
			t = t.Elem()
		}
		if t.Kind() != reflect.Struct {
			return
		}
		for i := range t.NumField() {
			known = append(known, t.Field(i).Tag.Get("toml"))
			walk(t.Field(i).Type)
		}
	}
	walk(reflect.TypeFor[file]())
	return fault.Nearest(wrong, known)
}
