package store

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
	"modernc.org/sqlite"

	"iskurctl/internal/fault"
)

var notes = []Migration{{ID: 1, Name: "notes", SQL: "CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);"}}

func options(path string) Options {
	return Options{Path: path, Migrations: notes, LockTimeout: 10 * time.Second}
}

func fresh(t *testing.T) *Store { return createAt(t, filepath.Join(t.TempDir(), "iskurctl.db")) }

func createAt(t *testing.T, path string) *Store {
	t.Helper()
	s, err := Create(t.Context(), options(path))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// closedStore gives the path of a store that was made and closed, with some rows in it.
func closedStore(t *testing.T) string {
	t.Helper()
	s := fresh(t)
	for range 3 {
		if err := s.Write(t.Context(), note(rows(100))); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return s.path
}

func note(text string) func(*sql.Tx) error {
	return func(tx *sql.Tx) error {
		_, err := tx.Exec("INSERT INTO note (text) VALUES ($1)", text)
		return err
	}
}

// rows is a text that no other call gives.
func rows(size int) string { return time.Now().String() + strings.Repeat("x", size) }

func count(t *testing.T, s *Store) (n int) {
	t.Helper()
	if err := s.Read().QueryRow("SELECT COUNT(*) FROM note").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func wantFault(t *testing.T, err error, class fault.Class, code string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want %s", code)
	}
	if f := fault.From(err); f.Class != class || f.Code != code {
		t.Fatalf("got class %d code %s, want %d %s (%v, %v)", f.Class, f.Code, class, code, err, errors.Unwrap(f))
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestWhatWasWrittenIsThereAfterReopening(t *testing.T) {
	path := closedStore(t)
	s, err := Open(t.Context(), options(path))
	must(t, err)
	defer func() { must(t, s.Close()) }()
	if n := count(t, s); n != 3 {
		t.Fatalf("%d rows, want 3", n)
	}
}

func TestEveryConnectionRunsWithTheSettingsThatAreNotNegotiable(t *testing.T) {
	s := fresh(t)
	want := map[string]string{"journal_mode": "wal", "synchronous": "2", "secure_delete": "1", "foreign_keys": "1", "busy_timeout": "10000", "trusted_schema": "0"}
	for name, value := range want {
		var writer, reader string
		must(t, s.writer.QueryRow("PRAGMA "+name).Scan(&writer))
		must(t, s.reader.QueryRow("PRAGMA "+name).Scan(&reader))
		if writer != value || reader != value {
			t.Errorf("%s is %s (writer) and %s (readers), want %s", name, writer, reader, value)
		}
	}
	if _, err := s.Read().Exec("INSERT INTO note (text) VALUES ('x')"); err == nil {
		t.Error("the read-only pool writes")
	}
}

// A source that expects another timeout than the connection has stands for any setting that did not take.
func TestASettingThatDoesNotHoldRefusesToRun(t *testing.T) {
	path := closedStore(t)
	base, err := sqlite.NewConnector(source{path: path, timeout: time.Second}.dsn())
	must(t, err)
	db := sql.OpenDB(checked{Connector: base, source: source{path: path, timeout: 2 * time.Second}})
	defer func() { _ = db.Close() }()
	wantFault(t, db.Ping(), fault.Store, "store_settings")
}

func TestFilesAreMadePrivateAndTheWALStays(t *testing.T) {
	s := createAt(t, filepath.Join(t.TempDir(), "a", "b", "iskurctl.db"))
	must(t, s.Write(t.Context(), note("x")))
	_, err := s.ProcessLock()
	must(t, err)
	for _, suffix := range []string{"", "-wal", "-shm", ".lock"} {
		info, err := os.Stat(s.path + suffix)
		must(t, err)
		if info.Mode() != 0o600 {
			t.Errorf("%q has mode %v", suffix, info.Mode())
		}
	}
	for _, folder := range []string{filepath.Dir(s.path), filepath.Dir(filepath.Dir(s.path))} {
		if info, _ := os.Stat(folder); info.Mode().Perm() != 0o700 {
			t.Errorf("%s has mode %v", folder, info.Mode())
		}
	}
	before, err := inspect(s.path + "-wal")
	must(t, err)
	must(t, s.Close())
	after, err := inspect(s.path + "-wal")
	must(t, err)
	if before != after {
		t.Error("the -wal is another file after closing")
	}
	names, err := filepath.Glob(s.path + "*")
	must(t, err)
	if len(names) != 4 {
		t.Errorf("unexpected files: %q", names)
	}
}

func TestOddPathsAreTakenLiterally(t *testing.T) {
	for _, name := range []string{"we?mode=ro.db", "a#b", "%41", "iki söz İ", "a&b=c", "q?_pragma=x(1);y"} {
		dir := t.TempDir()
		s := createAt(t, filepath.Join(dir, name))
		must(t, s.Write(t.Context(), note("x")))
		must(t, s.Close())
		entries, err := os.ReadDir(dir)
		must(t, err)
		for _, e := range entries {
			if !strings.HasPrefix(e.Name(), name) {
				t.Errorf("%q made a file %q", name, e.Name())
			}
		}
		s, err = Open(t.Context(), options(s.path))
		must(t, err)
		if count(t, s) != 1 {
			t.Errorf("%q lost its row", name)
		}
		must(t, s.Close())
	}
	_, err := Open(t.Context(), options(""))
	wantFault(t, err, fault.Usage, "store_path")
}

func TestCreateRefusesAnExistingFileAndLeavesItAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	must(t, os.WriteFile(path, []byte("mine"), 0o600))
	_, err := Create(t.Context(), options(path))
	wantFault(t, err, fault.Store, "store_exists")
	if got, _ := os.ReadFile(path); string(got) != "mine" {
		t.Fatal("the file was touched")
	}
}

func TestAKilledCreateDoesNotHinderTheNext(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.db")
	must(t, os.WriteFile(path+".new", []byte("half"), 0o600))
	s := createAt(t, path)
	if _, err := os.Lstat(s.path + ".new"); !errors.Is(err, fs.ErrNotExist) {
		t.Fatal("the draft is still there")
	}
}

func TestStoresInDoubtAreRefusedAndNotTouched(t *testing.T) {
	cases := []struct {
		name  string
		spoil func(t *testing.T, path string)
		class fault.Class
		code  string
	}{
		{"missing", func(t *testing.T, p string) { must(t, os.Remove(p)) }, fault.Store, "store_missing"},
		{"missing folder", func(t *testing.T, p string) { must(t, os.RemoveAll(filepath.Dir(p))) }, fault.Store, "store_missing"},
		{"group can read", func(t *testing.T, p string) { must(t, os.Chmod(p, 0o640)) }, fault.Store, "store_mode"},
		{"others can read", func(t *testing.T, p string) { must(t, os.Chmod(p, 0o604)) }, fault.Store, "store_mode"},
		{"executable", func(t *testing.T, p string) { must(t, os.Chmod(p, 0o700)) }, fault.Store, "store_mode"},
		{"open -wal", func(t *testing.T, p string) { must(t, os.Chmod(p+"-wal", 0o644)) }, fault.Store, "store_mode"},
		{"folder open to all", func(t *testing.T, p string) { must(t, os.Chmod(filepath.Dir(p), 0o777)) }, fault.Store, "store_mode"},
		{"two names", func(t *testing.T, p string) { must(t, os.Link(p, p+".2")) }, fault.Store, "store_links"},
		{"symlink", func(t *testing.T, p string) {
			must(t, os.Rename(p, p+".2"))
			must(t, os.Symlink(p+".2", p))
		}, fault.Store, "store_symlink"},
		{"folder", func(t *testing.T, p string) {
			must(t, os.Remove(p))
			must(t, os.Mkdir(p, 0o700))
		}, fault.Store, "store_not_ours"},
		{"pipe", func(t *testing.T, p string) {
			must(t, os.Remove(p))
			must(t, unix.Mkfifo(p, 0o600))
		}, fault.Store, "store_not_ours"},
		{"empty", func(t *testing.T, p string) { must(t, os.Truncate(p, 0)) }, fault.Store, "store_not_ours"},
		{"cut in its header", func(t *testing.T, p string) { must(t, os.Truncate(p, 50)) }, fault.Store, "store_not_ours"},
		{"cut in its body", func(t *testing.T, p string) { must(t, os.Truncate(p, 4096)) }, fault.Integrity, "store_damaged"},
		{"text", func(t *testing.T, p string) {
			must(t, os.WriteFile(p, []byte(strings.Repeat("metin\n", 100)), 0o600))
		}, fault.Store, "store_not_ours"},
		{"zero bytes", func(t *testing.T, p string) { must(t, os.WriteFile(p, make([]byte, 8192), 0o600)) }, fault.Store, "store_not_ours"},
		{"another program's", func(t *testing.T, p string) { raw(t, p, "PRAGMA application_id = 7") }, fault.Store, "store_not_ours"},
		{"newer", func(t *testing.T, p string) {
			raw(t, p, "INSERT INTO schema_version (id, name) VALUES (900, 'later')")
		}, fault.Store, "store_newer"},
		{"schema book gone", func(t *testing.T, p string) { raw(t, p, "DROP TABLE schema_version") }, fault.Integrity, "store_damaged"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			path := closedStore(t)
			c.spoil(t, path)
			before := content(path)
			_, err := Open(t.Context(), options(path))
			wantFault(t, err, c.class, c.code)
			if content(path) != before {
				t.Error("the file was changed")
			}
		})
	}
}

// content gives the bytes of a regular file.
func content(path string) string {
	if info, err := os.Lstat(path); err != nil || !info.Mode().IsRegular() {
		return ""
	}
	b, _ := os.ReadFile(path)
	return string(b)
}

// raw runs a statement on the file as any SQLite program would, and leaves nothing in a -wal.
func raw(t *testing.T, path, text string) {
	t.Helper()
	db, err := connect(source{path: path, timeout: time.Second}, 1)
	must(t, err)
	_, err = db.Exec(text)
	must(t, err)
	must(t, db.Close())
}

func TestAForeignFileGetsNoCompanions(t *testing.T) {
	path := closedStore(t)
	raw(t, path, "PRAGMA application_id = 7")
	for _, suffix := range []string{"-wal", "-shm", ".lock"} {
		_ = os.Remove(path + suffix)
	}
	_, err := Open(t.Context(), options(path))
	wantFault(t, err, fault.Store, "store_not_ours")
	if names, _ := filepath.Glob(path + "*"); len(names) != 1 {
		t.Fatalf("files were made beside it: %q", names)
	}
}

func TestNetworkFileSystemsAreRefusedWithTheWayOut(t *testing.T) {
	err := checkFolder(t.TempDir(), func(string) (string, error) { return "NFS", nil })
	wantFault(t, err, fault.Store, "store_network_fs")
	if h := fault.From(err).Hint; !strings.Contains(h.TR, "PostgreSQL") || !strings.Contains(h.EN, "PostgreSQL") {
		t.Error("the hint does not name PostgreSQL")
	}
	must(t, checkFolder(t.TempDir(), func(string) (string, error) { return "", nil }))
	must(t, checkFolder(t.TempDir(), fileSystem))
}

func TestABookThatLostAStepIsRefusedAndNothingIsDoneTwice(t *testing.T) {
	path := closedStore(t)
	db, err := sql.Open("sqlite", path)
	must(t, err)
	_, err = db.Exec("DELETE FROM schema_version")
	must(t, err)
	must(t, db.Close())
	for range 2 {
		_, err := Open(t.Context(), options(path))
		wantFault(t, err, fault.Store, "store_book")
	}
}

func TestAPendingMigrationRunsOnceAndABrokenOneChangesNothing(t *testing.T) {
	path := closedStore(t)
	o := options(path)
	o.Migrations = append(slices.Clone(notes), Migration{ID: 200, Name: "broken", SQL: "CREATE TABLE x (a); CREATE TABEL y (b);"})
	_, err := Open(t.Context(), o)
	wantFault(t, err, fault.Internal, "store_migration")
	o.Migrations[1] = Migration{ID: 200, Name: "more", SQL: "CREATE TABLE x (a); INSERT INTO x VALUES (1);"}
	for range 2 {
		s, err := Open(t.Context(), o)
		must(t, err)
		var n int
		must(t, s.Read().QueryRow("SELECT COUNT(*) FROM x").Scan(&n))
		must(t, s.Close())
		if n != 1 {
			t.Fatalf("%d rows, want 1", n)
		}
	}
	_, err = Open(t.Context(), options(path)) // the older program
	wantFault(t, err, fault.Store, "store_newer")
}

func TestCallsOnAClosedStoreFail(t *testing.T) {
	s := fresh(t)
	must(t, s.Close())
	must(t, s.Close())
	wantFault(t, s.Write(t.Context(), note("x")), fault.Internal, "store_closed")
	_, err := s.ProcessLock()
	wantFault(t, err, fault.Internal, "store_closed")
	wantFault(t, s.Prepare(context.WithoutCancel(t.Context()), Prepared{Text: "SELECT 1"}), fault.Internal, "store_closed")
}
