package foreign

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// million is how many entries the large log has, unless the environment says otherwise.
const million = 1_000_000

// A log of five years, or more: made by the product's own way of writing, exported by the program, and judged by
// Tessera and by us. ISKURCTL_FOREIGN_ENTRIES makes it smaller.
func TestTesseraAgreesWithTheRootOfAMillionEntries(t *testing.T) {
	entries := million
	if text := os.Getenv("ISKURCTL_FOREIGN_ENTRIES"); text != "" {
		var err error
		if entries, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	begin := time.Now()
	step := func(what string) {
		t.Logf("%5.1f s %s", time.Since(begin).Seconds(), what)
		begin = time.Now()
	}
	i := installation{filepath.Join(dir, "store")}
	i.grow(t, entries)
	step("to make the store")
	x := i.export(t, filepath.Join(dir, "bag"))
	step("to export it")
	if x.Size != int64(entries) {
		t.Errorf("the log has %d entries, want %d", x.Size, entries)
	}
	agrees(t, x, 5*time.Minute)
	step("for fsck")

	trust := filepath.Join(dir, "trust")
	i.iskurctl(t, "audit", "checkpoint", "--out", trust)
	var report struct {
		Verdict string
		Size    int64
		Root    string
	}
	for _, subject := range [][]string{{"--full"}, {x.bag, "--full"}} {
		out := i.iskurctl(t, append([]string{"audit", "verify", "--trust", trust, "-o", "json"}, subject...)...)
		if err := json.Unmarshal([]byte(out), &report); err != nil {
			t.Fatal(err)
		}
		if report.Verdict != "ok" || report.Size != x.Size || report.Root != x.Root {
			t.Errorf("verify %v says %+v, fsck agreed with %d and %s", subject, report, x.Size, x.Root)
		}
		step("for verify --full")
	}
}
