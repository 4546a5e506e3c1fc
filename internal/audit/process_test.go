package audit

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"iskurctl/internal/store"
)

// The test binary plays other processes: with a role in the environment it does that and ends.
const roleEnv, pathEnv = "AUDIT_TEST_ROLE", "AUDIT_TEST_PATH"

const perProcess = 50

func TestMain(m *testing.M) {
	if role := os.Getenv(roleEnv); role != "" {
		if err := play(role, os.Getenv(pathEnv)); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func play(role, path string) error {
	ctx := context.Background()
	st, err := store.Open(ctx, store.Options{Path: path, Migrations: Migrations})
	if err != nil {
		return err
	}
	l := over(&testing.T{}, st, 1, time.Now)
	switch role {
	case "pairs":
		for range perProcess {
			seq, err := l.Begin(ctx, query())
			if err != nil {
				return err
			}
			if err := l.End(ctx, seq, Outcome{Code: None}); err != nil {
				return err
			}
		}
		return st.Close()
	case "close":
		n, err := l.CloseAbandoned(ctx)
		fmt.Println(n)
		return err
	}
	seq, err := l.Begin(ctx, query())
	if err != nil {
		return err
	}
	fmt.Println(seq)
	_, _ = os.Stdin.Read(make([]byte, 1)) // until it is killed
	return nil
}

func process(role, path string) *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), roleEnv+"="+role, pathEnv+"="+path)
	cmd.Stderr = os.Stderr
	return cmd
}

// pendingProcess starts a process that has begun a query and waits; kill ends it as a power cut would.
func pendingProcess(t *testing.T, path string) (kill func()) {
	t.Helper()
	cmd := process("begin", path)
	stdin, err := cmd.StdinPipe()
	must(t, err)
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	_, err = bufio.NewReader(out).ReadString('\n')
	must(t, err)
	killed := false
	kill = func() {
		if !killed {
			killed = true
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
			_ = stdin.Close()
		}
	}
	t.Cleanup(kill)
	return kill
}

func TestAKilledProcessLeavesAPendingQueryThatIsClosedAsUnknown(t *testing.T) {
	l, st := fresh(t)
	own := begin(t, l, query())
	kill := pendingProcess(t, path(t, st))
	other := pendingProcess(t, path(t, st))

	n, err := l.CloseAbandoned(t.Context())
	must(t, err)
	if n != 0 {
		t.Fatalf("%d queries of living processes were closed", n)
	}
	kill()
	pending := collect(t, l.Pending(t.Context()))
	if len(pending) != 3 || !pending[0].Alive || pending[1].Alive || !pending[2].Alive {
		t.Fatalf("got %+v", pending)
	}
	n, err = l.CloseAbandoned(t.Context())
	must(t, err)
	if n != 1 {
		t.Fatalf("%d closed, want 1", n)
	}
	got := collect(t, l.List(t.Context(), Filter{}))
	if got[1].Pending || got[1].Outcome != Unknown || !got[0].Pending || !got[2].Pending {
		t.Fatalf("got %+v", got)
	}
	other()
	must(t, l.End(t.Context(), own, Outcome{Code: None}))
	if n, err = l.CloseAbandoned(t.Context()); err != nil || n != 1 {
		t.Fatalf("%d closed, %v", n, err)
	}
	if n, err = l.CloseAbandoned(t.Context()); err != nil || n != 0 {
		t.Fatalf("again: %d closed, %v", n, err)
	}
	next, settled, err := l.readHead(t.Context())
	must(t, err)
	if next != 6 || settled != 6 {
		t.Fatalf("head %d, settled %d; want 6, 6", next, settled)
	}
	gapless(t, st, 6)
}

func TestAnOpenQueryIsNotForgottenWhenLaterOnesAreSettled(t *testing.T) {
	l, _ := fresh(t)
	first := begin(t, l, query())
	for range 3 {
		must(t, l.Refuse(t.Context(), query()))
		if _, err := l.CloseAbandoned(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if got := seqs(collect(t, l.Pending(t.Context()))); len(got) != 1 || got[0] != first {
		t.Fatalf("pending %v, want %d", got, first)
	}
}

func TestTwoThatCloseAtOnceCloseEachQueryOnce(t *testing.T) {
	l, st := fresh(t)
	for range 3 {
		pendingProcess(t, path(t, st))()
	}
	got := make(chan string, 4)
	for range 4 {
		go func() {
			out, err := process("close", path(t, st)).Output()
			if err != nil {
				t.Error(err, string(out))
			}
			got <- strings.TrimSpace(string(out))
		}()
	}
	sum := 0
	for range 4 {
		n := 0
		if _, err := fmt.Sscan(<-got, &n); err != nil {
			t.Error(err)
		}
		sum += n
	}
	if sum != 3 || len(collect(t, l.Pending(t.Context()))) != 0 {
		t.Fatalf("%d closed, want 3", sum)
	}
	gapless(t, st, 6)
}

func TestManyProcessesShareOneGaplessSequence(t *testing.T) {
	_, st := fresh(t)
	done := make(chan error, 5)
	for range cap(done) {
		go func() {
			out, err := process("pairs", path(t, st)).Output()
			if err != nil {
				err = fmt.Errorf("%w: %s", err, out)
			}
			done <- err
		}()
	}
	for range cap(done) {
		must(t, <-done)
	}
	gapless(t, st, int64(2*perProcess*cap(done)))
}
