package ring

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"iskurctl/internal/store"
)

// The test binary plays other processes: with a path in the environment it makes data keys there and prints their marks.
const pathEnv = "RING_TEST_PATH"

const perProcess = 20

func TestMain(m *testing.M) {
	if path := os.Getenv(pathEnv); path != "" {
		if err := play(path); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func play(path string) error {
	ctx := context.Background()
	st, err := store.Open(ctx, store.Options{Path: path, Migrations: Migrations})
	if err != nil {
		return err
	}
	keys, err := masterKeys(1)
	if err != nil {
		return err
	}
	r := Open(st, keys, rand.Reader)
	for id := range int64(perProcess) {
		k, err := r.Data(ctx, "audit", id)
		if err != nil {
			return err
		}
		m, err := mark(k)
		if err != nil {
			return err
		}
		fmt.Println(m)
	}
	return st.Close()
}

func TestProcessesThatMakeKeysAtOnceEndWithTheSame(t *testing.T) {
	r, _, path := fresh(t)
	got := make(chan string, 4)
	for range cap(got) {
		go func() {
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), pathEnv+"="+path)
			out, err := cmd.Output()
			if err != nil {
				t.Error(err, string(out))
			}
			got <- string(out)
		}()
	}
	var want strings.Builder
	first := <-got
	for id := range int64(perProcess) {
		k, err := r.Find(t.Context(), "audit", id)
		want.WriteString(marked(t, k, err) + "\n")
	}
	for out, n := first, 1; ; out, n = <-got, n+1 {
		if out != want.String() {
			t.Fatal("a process works with a key that is not the stored one")
		}
		if n == cap(got) {
			break
		}
	}
}
