package scan

import (
	"path"
	"strings"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// Exclude are the patterns of --exclude. One matches by the base name or by the path below the scanned PATH, as path.Match
// does it; with **/ before it also further down. A folder that matches is left out with all that it holds.
type Exclude struct{ patterns []string }

// NewExclude checks the patterns (class Usage, flag_value_invalid).
func NewExclude(patterns []string) (Exclude, error) {
	var e Exclude
	for _, p := range patterns {
		p = strings.TrimSuffix(strings.TrimPrefix(p, "./"), "/")
		p = strings.TrimSuffix(p, "/**") // a folder takes along what it holds
		if _, err := path.Match(p, ""); err != nil || p == "" {
			return e, fault.New(fault.Usage, "flag_value_invalid", i18n.T("--exclude için verilen kalıp geçersiz", "the pattern of --exclude is not valid")).
				WithHint(i18n.T("örnek: --exclude '*.csv' --exclude 'testdata/*'; köşeli parantez kapatılmalı", "for example: --exclude '*.csv' --exclude 'testdata/*'; a bracket must be closed"))
		}
		e.patterns = append(e.patterns, p)
	}
	return e, nil
}

// one reports whether the path itself matches, not its folders.
func (e Exclude) one(p string) bool {
	for _, pattern := range e.patterns {
		rest, anywhere := strings.CutPrefix(pattern, "**/")
		if matches(rest, path.Base(p)) || matches(rest, p) {
			return true
		}
		for below := p; anywhere; {
			var found bool
			if _, below, found = strings.Cut(below, "/"); !found {
				break
			}
			if matches(rest, below) {
				return true
			}
		}
	}
	return false
}

// path reports whether the path or one of its folders matches.
func (e Exclude) path(p string) bool {
	if len(e.patterns) == 0 {
		return false
	}
	for i := range len(p) {
		if p[i] == '/' && e.one(p[:i]) {
			return true
		}
	}
	return e.one(p)
}

func matches(pattern, name string) bool {
	ok, err := path.Match(pattern, name)
	return ok && err == nil
}
