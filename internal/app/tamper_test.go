package app

import (
	"bytes"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"iskurctl/internal/audit"
	"iskurctl/internal/ledger"
	"iskurctl/internal/seal"
	"iskurctl/internal/seal/ring"
	"iskurctl/internal/store"
)

// The store, its key store, and the folder of a bundle on a desk of the sandbox profile.
func (d *desk) storeFile() string { return filepath.Join(d.dir, "data/iskurctl/sandbox/iskurctl.db") }
func (d *desk) keyFile() string {
	return filepath.Join(d.dir, "data/iskurctl/sandbox/keys/iskurctl.db")
}
func (d *desk) bundle(name string) string { return filepath.Join(d.dir, "bundle", name) }

// copyOf gives a desk with the same files.
func (d *desk) copyOf(t *testing.T) *desk {
	t.Helper()
	to := newDesk(t)
	err := filepath.WalkDir(d.dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(d.dir, path)
		if e.IsDir() {
			return os.MkdirAll(filepath.Join(to.dir, rel), 0o700)
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to.dir, rel), b, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
	return to
}

// tamper runs statements past the program and its triggers.
func (d *desk) tamper(file, text string) {
	d.t.Helper()
	db, err := sql.Open("sqlite", "file://"+file+"?mode=rw")
	if err != nil {
		d.t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	rows, err := db.Query("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
	if err != nil {
		d.t.Fatal(err)
	}
	var drop, again []string
	for rows.Next() {
		var name, create string
		if err := rows.Scan(&name, &create); err != nil {
			d.t.Fatal(err)
		}
		drop, again = append(drop, "DROP TRIGGER "+name), append(again, create)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		d.t.Fatal(err)
	}
	for _, one := range slices.Concat(drop, []string{text}, again) {
		if _, err := db.Exec(one); err != nil {
			d.t.Fatalf("%s: %v", one, err)
		}
	}
}

// disposedToday disposes of the oldest entry as the program does, on the day it was made.
func (d *desk) disposedToday() {
	d.t.Helper()
	ctx := d.t.Context()
	must := func(err error) {
		if err != nil {
			d.t.Helper()
			d.t.Fatal(err)
		}
	}
	text, err := os.ReadFile(filepath.Join(d.dir, "config/iskurctl/sandbox.key"))
	must(err)
	master, err := seal.ParseMaster(bytes.TrimSpace(text))
	must(err)
	keys, err := seal.Derive(master)
	must(err)
	st, err := store.Open(ctx, store.Options{Path: d.storeFile(), Migrations: migrations()})
	must(err)
	defer st.Close()
	rst, err := store.Open(ctx, store.Options{Path: d.keyFile(), Migrations: ring.Migrations})
	must(err)
	defer rst.Close()
	r := ring.Open(rst, keys, rand.Reader)
	log := audit.New(audit.Config{Store: st, Keys: keys, Ring: func() (ledger.Keys, error) { return r, nil }, Installation: "x", Now: time.Now, Rand: rand.Reader})
	must(log.Dispose(ctx, audit.Disposal{To: 1, Newest: time.Now()}))
}

// What is found by the packages comes out of the command: the code in the report, its weight in the exit code.
func TestTheCommandSaysWhatWasTamperedWith(t *testing.T) {
	base := newDesk(t)
	ok := func(args ...string) {
		t.Helper()
		if r := base.run(append([]string{"--profile", "sandbox"}, args...)...); r.code != 0 {
			t.Fatalf("%q: %+v", args, r)
		}
	}
	for range 3 {
		ok("myk", "lookup", "10000000146")
	}
	older := base.copyOf(t)
	for range 4 {
		ok("myk", "lookup", "10000000146")
	}
	ok("audit", "rotate-key", "--yes")
	ok("myk", "lookup", "10000000146")
	ok("audit", "verify", "--deep") // which makes the trust file
	ok("audit", "export", "--out", base.bundle(""))

	sqlite := func(text string) func(*desk) { return func(d *desk) { d.tamper(d.storeFile(), text) } }
	write := func(d *desk, path string, b []byte) {
		d.t.Helper()
		if err := os.WriteFile(path, b, 0o600); err != nil {
			d.t.Fatal(err)
		}
	}
	edit := func(name string, change func([]byte) []byte) func(*desk) {
		return func(d *desk) {
			files, err := filepath.Glob(d.bundle(name))
			if err != nil || len(files) != 1 {
				d.t.Fatal(files, err)
			}
			old, err := os.ReadFile(files[0])
			if err != nil {
				d.t.Fatal(err)
			}
			write(d, files[0], change(old))
		}
	}
	const bundle = "bundle"
	for _, c := range []struct {
		name string
		do   func(*desk)
		args string
		code int
		want string // codes of the report, or of the error
	}{
		{"nothing", func(*desk) {}, "--deep", 0, ""},
		{"an entry", sqlite(`UPDATE audit_leaf SET leaf = CAST(replace(CAST(leaf AS TEXT), '"n":1', '"n":2') AS BLOB) WHERE seq = 2`), "--full", 6, "V10"},
		{"an entry deleted", sqlite("DELETE FROM audit_leaf WHERE seq = 2"), "", 6, "V11"},
		{"an entry more", sqlite("INSERT INTO audit_leaf SELECT seq + 100, leaf, hash FROM audit_leaf WHERE seq = 2"), "", 6, "V12"},
		{"the head deleted", sqlite("DELETE FROM audit_log"), "--quick", 6, "V01"},
		{"the head's size", sqlite("UPDATE audit_log SET size = size + 1"), "--quick", 6, "V55"},
		{"the mark of what was disposed of", sqlite("UPDATE audit_log SET pruned = 3"), "--full", 6, "V60"},
		{"a seal", sqlite("UPDATE audit_sealed SET sd = substr(sd, 1, 50) WHERE seq = 2"), "--deep", 6, "V39"},
		{"a seal deleted", sqlite("DELETE FROM audit_sealed WHERE seq = 2"), "--deep", 6, "V35"},
		{"a tag", sqlite("UPDATE audit_query SET tag = NULL WHERE seq = 2"), "--deep", 6, "V55"},
		{"an outcome", sqlite("UPDATE audit_outcome SET outcome = 'refused' WHERE query_seq = 2"), "--deep", 6, "V55"},
		{"the data key deleted", func(d *desk) { d.tamper(d.keyFile(), "DELETE FROM ring_data_key") }, "--deep", 7, "V36"},
		{"another master key", func(d *desk) {
			text, err := seal.GenerateMaster(rand.Reader)
			if err != nil {
				d.t.Fatal(err)
			}
			write(d, filepath.Join(d.dir, "config/iskurctl/sandbox.key"), append(text, '\n'))
		}, "--deep", 7, "master_key_other"},
		{"an older copy", func(d *desk) {
			for _, suffix := range []string{"", "-wal"} {
				b, err := os.ReadFile(older.storeFile() + suffix)
				if err != nil {
					d.t.Fatal(err)
				}
				write(d, d.storeFile()+suffix, b)
			}
		}, "", 6, "V04 V26"},
		{"disposed of on the same day", (*desk).disposedToday, "--deep", 3, "V61"},
		{"a bundle: untouched", func(*desk) {}, bundle, 0, ""},
		{"a bundle: its records", edit("data/records.csv", func(b []byte) []byte { return bytes.Replace(b, []byte(",ok,"), []byte(",none,"), 1) }), bundle, 6, "V16 V19 V55"},
		{"a bundle: its records, when only its entries are read", edit("data/records.csv", func(b []byte) []byte { return bytes.Replace(b, []byte(",ok,"), []byte(",none,"), 1) }), bundle + " --full", 6, "V16 V19"},
		{"a bundle: an entry cut off", edit("data/tile/entries/000.p/*", func(b []byte) []byte { return b[:len(b)-1] }), bundle, 6, "V11 V14 V16 V19 V55"},
		{"a bundle: its checkpoint deleted", func(d *desk) { _ = os.Remove(d.bundle("data/checkpoint")) }, bundle, 6, "V01 V17 V19"},
		{"a bundle: no trust file", func(d *desk) { _ = os.RemoveAll(filepath.Join(d.dir, "state")) }, bundle, 7, "trust_missing"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := base.copyOf(t)
			c.do(d)
			args := append([]string{"--profile", "sandbox", "audit", "verify", "-o", "json"}, strings.Fields(c.args)...)
			r := d.run(args...)
			if r.code != c.code {
				t.Errorf("exit %d, want %d: %s%s", r.code, c.code, r.stdout, r.stderr)
			}
			if c.want != "" && !strings.HasPrefix(c.want, "V") {
				if !strings.Contains(r.stderr, c.want) {
					t.Errorf("stderr does not say %s: %s", c.want, r.stderr)
				}
				return
			}
			var report struct {
				Verdict  string
				Findings []struct{ Code, Level string }
			}
			if err := json.Unmarshal([]byte(r.stdout), &report); err != nil {
				t.Fatalf("%v: %s%s", err, r.stdout, r.stderr)
			}
			var got []string
			for _, f := range report.Findings {
				code, _, _ := strings.Cut(f.Code, "_")
				got = append(got, code)
			}
			slices.Sort(got)
			if all := strings.Join(got, " "); all != c.want {
				t.Errorf("found %q, want %q: %s", all, c.want, r.stdout)
			}
			if (report.Verdict == "ok") != (c.code == 0) {
				t.Errorf("verdict %s with exit %d", report.Verdict, r.code)
			}
		})
	}
}
