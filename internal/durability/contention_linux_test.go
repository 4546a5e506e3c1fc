package durability_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"iskurctl/internal/store"
)

const writers = 16

// contention is how long the processes write, and whether somebody asked for it: then the machine is theirs.
func contention(t *testing.T) (time.Duration, bool) {
	t.Helper()
	if v := os.Getenv("ISKURCTL_CONTENTION"); v != "" {
		d, err := time.ParseDuration(v)
		if err != nil || d <= 0 {
			t.Fatal("ISKURCTL_CONTENTION is not a duration above 0")
		}
		return d, true
	}
	if testing.Short() {
		return 2 * time.Second, false
	}
	return 10 * time.Second, false
}

// Sixteen processes ask as fast as they can with one store: none is turned away because the store is busy, and their
// queries and outcomes share one sequence without a gap.
func TestManyProcessesAtOnceShareOneLogWithoutAGap(t *testing.T) {
	const people = 40
	d := install(t, "")
	length, _ := contention(t)
	var batches atomic.Int64
	var slots sync.WaitGroup
	end := time.Now().Add(length)
	for slot := range writers {
		file := d.numbers(slot, people)
		slots.Go(func() {
			for time.Now().Before(end) && !t.Failed() {
				r := d.start(nil, lookup(file, 4)...)
				if code := r.wait(); code != 0 { // 9 would be a busy store
					t.Errorf("exit %d: %s", code, r.stderr.String())
				}
				batches.Add(1)
			}
		})
	}
	slots.Wait()
	d.settled() // its query comes after all others and their outcomes
	d.service.close()
	rows, err := d.rows()
	if err != nil {
		t.Fatal(err)
	}
	v := judge(d.service.received(), rows)
	t.Logf("%d batches, %d calls, %d rows", batches.Load(), v.calls, v.rows)
	if wrong := v.sound(); wrong != "" {
		t.Error(wrong)
	}
	if v.rows != v.calls || v.unknown != 0 {
		t.Errorf("%d rows for %d calls, %d of them unknown", v.rows, v.calls, v.unknown)
	}
	// every query but the last has one outcome, and nothing else is in between
	if first, last := rows[0].Seq, rows[len(rows)-1].Seq; last-first != 2*int64(len(rows)-1) {
		t.Errorf("%d queries and their outcomes take the sequence numbers from %d to %d", len(rows)-1, first, last-1)
	}
	if d.verifies() {
		d.must("audit", "verify", "--full")
	}
}

// The test binary plays a process that only writes: with a path in the environment it writes until a moment and ends.
const writerEnv, untilEnv = "DURABILITY_WRITER", "DURABILITY_UNTIL"

// written is what a writer says at its end.
type written struct {
	Rows    int64
	Longest time.Duration // of one commit, the wait for its turn included
}

var tally = []store.Migration{{ID: 1, Name: "tally", SQL: "CREATE TABLE tally (writer INTEGER NOT NULL, n INTEGER NOT NULL);"}}

func writer(path, until string) (code int) {
	ctx := context.Background()
	end, err := time.Parse(time.RFC3339Nano, until)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	st, err := store.Open(ctx, store.Options{Path: path, Migrations: tally})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = st.Close() }()
	var w written
	for begin := time.Now(); w.Rows == 0 || begin.Before(end); begin = time.Now() {
		err := st.Write(ctx, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, "INSERT INTO tally (writer, n) VALUES ($1, $2)", os.Getpid(), w.Rows)
			return err
		})
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		w.Rows++
		w.Longest = max(w.Longest, time.Since(begin))
	}
	if err := json.NewEncoder(os.Stdout).Encode(w); err != nil {
		return 1
	}
	return 0
}

// Sixteen processes commit as fast as they can: none fails, nothing is lost, and none waits a second for its turn. A
// wait depends on the machine, so it is judged only when ISKURCTL_CONTENTION says that nobody else uses it.
func TestNoProcessStarvesAmongManyThatWrite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.db")
	st, err := store.Create(t.Context(), store.Options{Path: path, Migrations: tally})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = st.Close() }()
	length, judged := contention(t)
	until := time.Now().Add(length).Format(time.RFC3339Nano)
	results := make([]written, writers)
	var slots sync.WaitGroup
	for slot := range writers {
		slots.Go(func() {
			cmd := exec.CommandContext(t.Context(), os.Args[0])
			cmd.Env = append(os.Environ(), writerEnv+"="+path, untilEnv+"="+until)
			out, err := cmd.Output()
			if err == nil {
				err = json.Unmarshal(out, &results[slot])
			}
			if err != nil {
				var said []byte
				if exit, ok := err.(*exec.ExitError); ok { //nolint:errorlint // Output gives it unwrapped
					said = exit.Stderr
				}
				t.Errorf("%v: %s", err, said)
			}
		})
	}
	slots.Wait()
	byRows := func(a, b written) int { return int(a.Rows - b.Rows) }
	least, most := slices.MinFunc(results, byRows), slices.MaxFunc(results, byRows)
	var sum int64
	var longest time.Duration
	for _, w := range results {
		sum += w.Rows
		longest = max(longest, w.Longest)
	}
	t.Logf("%d commits of %d processes in %v, a process %d to %d, the longest wait %v", sum, writers, length, least.Rows, most.Rows, longest)
	var rows, different int64
	if err := st.Read().QueryRowContext(t.Context(), "SELECT count(*), count(DISTINCT writer || '.' || n) FROM tally").Scan(&rows, &different); err != nil {
		t.Fatal(err)
	}
	if rows != sum || different != sum {
		t.Errorf("%d rows, %d of them different, for %d commits", rows, different, sum)
	}
	if judged && longest >= time.Second {
		t.Errorf("a commit took %v", longest)
	}
}
