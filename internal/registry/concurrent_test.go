package registry

import (
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"iskurctl/internal/fault"
	"iskurctl/internal/store"
)

const workerRounds = 15

// worker is what the other processes of the test below do.
func worker(t *testing.T, dir, column, text string) {
	p := at(t, dir, store.Open, &clock{t: time.Now()})
	for i := range workerRounds {
		x := authorised("Kişi", "Soyad")
		x.Login = fmt.Sprintf("%s%d", text, i)
		p.add(t, x)
		_, _, err := p.Update(t.Context(), me, 1, 0, set(column, fmt.Sprintf("%s %d", text, i)))
		must(t, err)
	}
}

func TestProcessesThatEditAtOnceLoseNothing(t *testing.T) {
	if dir := os.Getenv("REGISTRY_DIR"); dir != "" {
		worker(t, dir, os.Getenv("REGISTRY_COLUMN"), os.Getenv("REGISTRY_TEXT"))
		return
	}
	p := fresh(t)
	p.add(t, coordinator(ISKUR, TechnicalCoordinator, "Tuna", "Teknik"))
	must(t, p.st.Close())
	var all sync.WaitGroup
	for _, column := range []string{ColTitle, ColUnit} {
		all.Go(func() {
			cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$") //nolint:gosec // this test itself
			cmd.Env = append(os.Environ(), "REGISTRY_DIR="+p.dir, "REGISTRY_COLUMN="+column, "REGISTRY_TEXT="+column)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%s: %v\n%s", column, err, out)
			}
		})
	}
	all.Wait()
	p = p.again(t)
	x, err := p.Get(t.Context(), 1)
	must(t, err)
	last := fmt.Sprintf(" %d", workerRounds-1)
	if x.Version != 1+2*workerRounds || x.Title != ColTitle+last || x.Unit != ColUnit+last {
		t.Errorf("the row that both changed: %+v", x)
	}
	if n := len(collect(t, p.List(t.Context(), Query{All: true}))); n != 1+2*workerRounds {
		t.Errorf("%d people", n)
	}
	if n := len(collect(t, p.History(t.Context(), 0))); n != 1+4*workerRounds {
		t.Errorf("%d changes", n)
	}
	p.sound(t)
}

func TestGoroutinesThatEditAtOnceLoseNothing(t *testing.T) {
	p := fresh(t)
	p.add(t, authorised("Ali", "Kaya"))
	var all sync.WaitGroup
	var mu sync.Mutex
	won := 0
	for i := range 8 {
		all.Go(func() {
			for range 5 {
				before, err := p.Get(t.Context(), 1)
				if err != nil {
					t.Error(err)
					return
				}
				_, _, err = p.Update(t.Context(), me, 1, before.Version, set(ColTitle, fmt.Sprintf("%d %d", i, before.Version)))
				switch {
				case err == nil:
					mu.Lock()
					won++
					mu.Unlock()
				case fault.From(err).Code != "registry_changed":
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	x, err := p.Get(t.Context(), 1)
	must(t, err)
	if won == 0 || x.Version != int64(1+won) {
		t.Errorf("%d won, version %d", won, x.Version)
	}
	p.sound(t)
}
