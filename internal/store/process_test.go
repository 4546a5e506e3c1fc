package store

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"iskurctl/internal/fault"
)

// The test binary plays other processes: with a role in the environment it does that and ends.
const roleEnv, pathEnv = "STORE_TEST_ROLE", "STORE_TEST_PATH"

func TestMain(m *testing.M) {
	if role := os.Getenv(roleEnv); role != "" {
		fmt.Println(play(role, os.Getenv(pathEnv)))
		os.Exit(0)
	}
	os.Exit(m.Run())
}

const perProcess = 100

// play gives one line: "ok …" or the code of the error.
func play(role, path string) string {
	ctx := context.Background()
	o := options(path)
	if role == "migrate" { // runs once or fails
		o.Migrations = append(o.Migrations, Migration{ID: 2, Name: "once", SQL: "CREATE TABLE once (a); INSERT INTO once VALUES (1);"})
	}
	open := Open
	if role == "create" {
		open = Create
	}
	s, err := open(ctx, o)
	if err != nil {
		return fault.From(err).Code
	}
	defer func() { _ = s.Close() }()
	switch role {
	case "write":
		for i := range perProcess {
			if err := s.Write(ctx, note(strconv.Itoa(os.Getpid())+"-"+strconv.Itoa(i))); err != nil {
				return fault.From(err).Code
			}
		}
	case "live":
		id, err := s.ProcessLock()
		if err != nil {
			return fault.From(err).Code
		}
		fmt.Println(id)
		_, _ = os.Stdin.Read(make([]byte, 1)) // until it is killed
	case "iofail":
		return failingDisk(ctx, s)
	}
	return "ok"
}

// failingDisk makes writes fail by a limit on file sizes, takes the limit away, and looks whether the store stays ended.
func failingDisk(ctx context.Context, s *Store) string {
	var old unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_FSIZE, &old); err != nil {
		return err.Error()
	}
	if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: 64 << 10, Max: old.Max}); err != nil {
		return err.Error()
	}
	var first error
	for i := 0; first == nil && i < 1000; i++ {
		first = s.Write(ctx, note(strconv.Itoa(i)+strings.Repeat("x", 1000)))
	}
	if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &old); err != nil {
		return err.Error()
	}
	if first == nil {
		return "no failure"
	}
	second := s.Write(ctx, note("after"))
	read := s.Explain(s.Read().Ping())
	return strings.Join([]string{fault.From(first).Code, fault.From(second).Code, fault.From(read).Code, fault.From(s.Close()).Code}, " ")
}

func process(t *testing.T, role, path string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), roleEnv+"="+role, pathEnv+"="+path)
	cmd.Stderr = os.Stderr
	return cmd
}

// together runs n processes of one role at once and gives how often each line came.
func together(t *testing.T, n int, role, path string) map[string]int {
	t.Helper()
	got := make(chan string, n)
	for range n {
		go func() {
			out, err := process(t, role, path).Output()
			if err != nil {
				t.Error(err)
			}
			got <- strings.TrimSpace(string(out))
		}()
	}
	lines := map[string]int{}
	for range n {
		lines[<-got]++
	}
	return lines
}

func TestOfManyProcessesOneCreatesTheStore(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.db")
	if got := together(t, 8, "create", path); got["ok"] != 1 || got["store_exists"] != 7 {
		t.Fatalf("got %v", got)
	}
	s, err := Open(t.Context(), options(path))
	must(t, err)
	must(t, s.Close())
}

func TestOfManyProcessesOneMigrates(t *testing.T) {
	path := closedStore(t)
	if got := together(t, 8, "migrate", path); got["ok"] != 8 {
		t.Fatalf("got %v", got)
	}
}

func TestManyProcessesWriteWithoutBusy(t *testing.T) {
	s := fresh(t)
	if got := together(t, 6, "write", s.path); got["ok"] != 6 {
		t.Fatalf("got %v", got)
	}
	if n := count(t, s); n != 6*perProcess {
		t.Fatalf("%d rows, want %d", n, 6*perProcess)
	}
}

func TestAnInputOutputErrorEndsTheStoreForGood(t *testing.T) {
	if got := together(t, 1, "iofail", closedStore(t)); got["store_io store_io store_io store_io"] != 1 {
		t.Fatalf("got %v", got)
	}
}

// A sync that is repeated after a failed one may succeed although the data are gone.
func TestAfterAFailedSyncNothingIsSyncedAgain(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("SKIP: strace is not installed, a failing fsync cannot be made")
	}
	for _, nth := range []string{"2", "3", "4", "30"} {
		path, trace := closedStore(t), filepath.Join(t.TempDir(), "trace")
		cmd := exec.Command(strace, "-f", "-qq", "-y", "-e", "trace=fsync,fdatasync", "-e", "inject=fsync:error=EIO:when="+nth, "-P", path, "-P", path+"-wal", "-o", trace, os.Args[0])
		cmd.Env = append(os.Environ(), roleEnv+"=write", pathEnv+"="+path)
		out, err := cmd.Output()
		if err != nil {
			t.Skipf("SKIP: strace cannot be used here: %v", err)
		}
		if got := strings.TrimSpace(string(out)); got != "store_io" {
			t.Errorf("sync %s failed: got %q", nth, got)
		}
		raw, err := os.ReadFile(trace)
		must(t, err)
		_, after, found := strings.Cut(string(raw), "INJECTED")
		if !found || strings.Contains(after, "sync(") {
			t.Errorf("sync %s failed: found %t, and after it came %s", nth, found, after)
		}
	}
}

func TestAProcessIsKnownToLiveUntilItIsKilled(t *testing.T) {
	s := fresh(t)
	own, err := s.ProcessLock()
	must(t, err)
	if again, _ := s.ProcessLock(); again != own {
		t.Fatalf("a second id: %s, %s", own, again)
	}
	cmd := process(t, "live", s.path)
	stdin, err := cmd.StdinPipe()
	must(t, err)
	defer func() { _ = stdin.Close() }()
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	must(t, err)
	other := strings.TrimSpace(line)
	if !s.ProcessAlive(own) || !s.ProcessAlive(other) || own == other {
		t.Fatalf("own %s %t, other %s %t", own, s.ProcessAlive(own), other, s.ProcessAlive(other))
	}
	must(t, cmd.Process.Kill())
	_ = cmd.Wait()
	if s.ProcessAlive(other) {
		t.Fatal("a killed process counts as living")
	}
	second, err := Open(t.Context(), options(s.path))
	must(t, err)
	if !second.ProcessAlive(own) {
		t.Error("another store of the same process does not see the lock")
	}
	must(t, second.Close())
	if !s.ProcessAlive(own) {
		t.Error("closing another store dropped the lock")
	}
	for _, id := range []string{"", "x", "0", strings.Repeat("f", 16), strings.ToUpper(own) + "A", " " + own} {
		if s.ProcessAlive(id) {
			t.Errorf("%q counts as a living process", id)
		}
	}
}

// An administrator takes empty files beside the database for leftovers.
func TestAProcessStillLivesWhenEverythingBesideTheDatabaseIsDeleted(t *testing.T) {
	s := fresh(t)
	cmd := process(t, "live", s.path)
	stdin, err := cmd.StdinPipe()
	must(t, err)
	defer func() { _ = stdin.Close() }()
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	must(t, err)
	other := strings.TrimSpace(line)
	names, err := filepath.Glob(s.path + "?*")
	must(t, err)
	for _, name := range names {
		if !strings.HasSuffix(name, "-wal") && !strings.HasSuffix(name, "-shm") {
			must(t, os.Remove(name))
		}
	}
	second, err := Open(t.Context(), options(s.path))
	must(t, err)
	defer func() { _ = second.Close() }()
	if !second.ProcessAlive(other) {
		t.Error("a living process counts as dead")
	}
	must(t, cmd.Process.Kill())
	_ = cmd.Wait()
	if second.ProcessAlive(other) {
		t.Error("a killed process counts as living")
	}
}

func TestNoProcessIsTakenForDeadBecauseTheDatabaseIsAnotherFile(t *testing.T) {
	s := fresh(t)
	must(t, os.Rename(s.path, s.path+".old"))
	if !s.ProcessAlive("1000000000000001") {
		t.Error("the answer was taken from nowhere")
	}
	must(t, os.WriteFile(s.path, nil, 0o600))
	if !s.ProcessAlive("1000000000000001") {
		t.Error("the answer was taken from another file")
	}
	_, err := s.ProcessLock()
	wantFault(t, err, fault.Integrity, "store_replaced")
}

// SQLite ignores that the folder could not be synced; then a -wal could lose its name with the power.
func TestAFolderThatCannotBeSyncedRefusesToOpen(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("SKIP: strace is not installed, a failing fsync cannot be made")
	}
	path, trace := closedStore(t), filepath.Join(t.TempDir(), "trace")
	cmd := exec.Command(strace, "-f", "-qq", "-e", "trace=fsync,fdatasync", "-e", "inject=fsync,fdatasync:error=EIO", "-P", filepath.Dir(path), "-o", trace, os.Args[0])
	cmd.Env = append(os.Environ(), roleEnv+"=write", pathEnv+"="+path)
	out, err := cmd.Output()
	if err != nil {
		t.Skipf("SKIP: strace cannot be used here: %v", err)
	}
	if got := strings.TrimSpace(string(out)); got != "store_io" {
		t.Errorf("got %q", got)
	}
}

func TestAWriterKilledInTheMiddleLeavesNoLockBehind(t *testing.T) {
	s := fresh(t)
	for range 5 {
		cmd := process(t, "write", s.path)
		must(t, cmd.Start())
		before := count(t, s)
		for until := time.Now().Add(10 * time.Second); count(t, s) == before && time.Now().Before(until); {
			time.Sleep(time.Millisecond)
		}
		must(t, cmd.Process.Kill())
		_ = cmd.Wait()
		must(t, s.Write(t.Context(), note(rows(1))))
	}
}
