package app

import (
	"path/filepath"
	"strings"
	"testing"
)

// A row of Ek-2 that somebody edits, removes or adds past the program is found by `audit verify` at every level but the
// quickest, without the master key; and whoever gave himself the right to query that way does not get it.
func TestEditsOfTheRegistryBehindTheProgramAreFound(t *testing.T) {
	d := newDesk(t)
	d.profile("http://127.0.0.1:1", `authorisation="registry"`, `argv_tc="allow"`)
	add := func(args ...string) {
		t.Helper()
		if r := d.run(append([]string{"registry", "add"}, args...)...); r.code != 0 {
			t.Fatalf("%q: %+v", args, r)
		}
	}
	add("--party", "ISKUR", "--role", "authorised_person", "--given-name", "Ayşe", "--surname", "Yılmaz", "--phone", "0312 555 00 00", "--login", "ayilmaz")
	add("--party", "MYK", "--role", "technical_coordinator", "--given-name", "Çağrı", "--surname", "Iğdır")
	me, err := loginName()
	if err != nil {
		t.Fatal(err)
	}
	untouched := d.run("audit", "verify")
	if untouched.code != 0 {
		t.Fatalf("untouched: %+v", untouched)
	}
	store := func(d *desk) string { return filepath.Join(d.dir, "data/iskurctl/prod/iskurctl.db") }
	for name, statement := range map[string]string{
		"a telephone": "UPDATE registry_change SET phone = '+903125559999' WHERE n = 0",
		"a login":     "UPDATE registry_change SET login = '" + me + "' WHERE n = 0",
		"who did it":  "UPDATE registry_change SET by_user = 'baskasi' WHERE n = 1",
		"when":        "UPDATE registry_change SET time_ms = time_ms - 1 WHERE n = 1",
		"the last":    "DELETE FROM registry_change WHERE n = 1",
		"the first":   "DELETE FROM registry_change WHERE n = 0",
		"all of it":   "DELETE FROM registry_change",
		"the list":    "UPDATE registry_version SET login = '" + me + "' WHERE id = 1",
		"a list row":  "DELETE FROM registry_version WHERE id = 2",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := d.copyOf(t)
			d.env = append(d.env, "ISKURCTL_STORE="+store(d)) // the configuration still names the first one
			d.tamper(store(d), statement)
			for _, level := range [][]string{{}, {"--full"}, {"--deep"}} {
				r := d.run(append([]string{"audit", "verify", "-o", "json"}, level...)...)
				if r.code != 6 || !strings.Contains(r.stdout, `"code":"V55`) {
					t.Errorf("%q: %+v", level, r)
				}
			}
			if r := d.run("registry", "form", "--party", "ISKUR", "--out", filepath.Join(d.dir, "ek2.html")); r.code != 6 {
				t.Errorf("a form to be signed: %+v", r)
			}
			if r := d.run("myk", "ping"); r.code != 4 && r.code != 6 {
				t.Errorf("a query: %+v", r)
			}
		})
	}
}
