package registry

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"iskurctl/internal/audit"
	"iskurctl/internal/store"
)

// contents gives what the tables of the registry hold, read as plainly as possible; "" when they cannot be read.
func contents(t testing.TB, dir string) string {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(dir, "s.db"))
	must(t, err)
	defer func() { _ = db.Close() }()
	var all strings.Builder
	for _, text := range []string{"SELECT * FROM registry_change NOT INDEXED", "SELECT * FROM registry_version NOT INDEXED", "SELECT id, version FROM registry_change ORDER BY id, version", "SELECT login, n FROM registry_version INDEXED BY registry_version_login WHERE login <> '' ORDER BY login"} {
		rows, err := db.Query(text)
		if err != nil {
			return ""
		}
		columns, err := rows.Columns()
		must(t, err)
		values, to := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			to[i] = &values[i]
		}
		for rows.Next() {
			if rows.Scan(to...) != nil {
				return ""
			}
			_, _ = fmt.Fprintln(&all, values...)
		}
		if rows.Err() != nil || rows.Close() != nil {
			return ""
		}
	}
	return all.String()
}

// A bit that turns over in the file, by a bad disk or a clever hand, either changes nothing that the registry says, or is
// found.
func TestBitsThatChangeWhatTheRegistrySaysAreFound(t *testing.T) {
	w := world(t)
	must(t, w.st.Close())
	raw, err := os.ReadFile(filepath.Join(w.dir, "s.db"))
	must(t, err)
	want := contents(t, copied(t, w.dir))
	r := rand.New(rand.NewPCG(5, 8)) //nolint:gosec // the same each time
	rounds, changed := 120, 0
	if testing.Short() {
		rounds = 25
	}
	marks := []string{"iskur.gov.tr", "authorised_person", "Daire", "koordinator", "2026-12-31"} // pages that hold rows of the registry
	for range rounds {
		from := r.IntN(len(raw))
		i := strings.Index(string(raw[from:]), marks[r.IntN(len(marks))])
		if i < 0 {
			continue
		}
		at := min(max(0, from+i+r.IntN(400)-200), len(raw)-1)
		dir := copied(t, w.dir)
		b := append([]byte(nil), raw...)
		b[at] ^= 1 << r.IntN(8)
		must(t, os.WriteFile(filepath.Join(dir, "s.db"), b, 0o600))
		if contents(t, dir) == want {
			continue
		}
		changed++
		st, err := store.Open(context.Background(), options(dir))
		if err != nil {
			continue // found before anything was read
		}
		found, err := New(Config{Store: st, Audit: audit.New(audit.Config{Store: st, Now: (&clock{}).now})}).Verify(context.Background())
		if err == nil && len(found) == 0 {
			t.Errorf("byte %d: nothing is found", at)
		}
		_ = st.Close()
	}
	if changed < rounds/10 {
		t.Errorf("of %d bits only %d changed anything", rounds, changed)
	}
}
