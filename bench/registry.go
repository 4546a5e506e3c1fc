package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// registryRows is how many people the large registry of Ek-2 holds.
const registryRows = 100_000

// registry compares a dump of a large Ek-2 with the same rows as SQLite's own shell writes them.
func (s *suite) registry(ctx context.Context) error {
	shell, err := exec.LookPath("sqlite3")
	if err != nil {
		fmt.Println("registry: sqlite3 is not installed (Debian package sqlite3): no comparison of dumps")
		return nil
	}
	people := filepath.Join(s.dir, "people.csv")
	if err := writePeople(people); err != nil {
		return err
	}
	run := func(args ...string) (ended, error) {
		return must(s.command(ctx, "registry-home", "iskurctl", append([]string{"--profile", "sandbox", "--quiet"}, args...)...))
	}
	e, err := run("registry", "import", "--input", people, "--yes", "--out", filepath.Join(s.dir, "imported.tsv"))
	if err != nil {
		return err
	}
	s.row("registry: import of 100,000 people, previewed, in one commit", fmt.Sprintf("%.1f s; CPU %.1f s; peak %.0f MiB", e.wall.Seconds(), e.cpu.Seconds(), mib(e.peak)), "", "", "", true)
	stores, err := filepath.Glob(filepath.Join(s.dir, "registry-home/.local/share/iskurctl/*/iskurctl.db"))
	if err != nil || len(stores) != 1 {
		return fmt.Errorf("the store of the sandbox: %v, %w", stores, err)
	}
	const query = `SELECT id, rank, unit, given_name, surname, title, phone, email, valid_from, valid_to, notice_no, notice_date, login, scope
FROM registry_version WHERE next IS NULL ORDER BY rank, key, id`
	for _, format := range []string{"csv", "tsv"} {
		var wall, shellWall []float64
		var peak int64
		for range 3 * s.rounds {
			out := filepath.Join(s.dir, "dump")
			if e, err = run("registry", "dump", "-o", format, "--out", out, "--force"); err != nil {
				return err
			}
			wall, peak = append(wall, e.wall.Seconds()), max(peak, e.peak)
			f, err := os.Create(out + ".sqlite3")
			if err != nil {
				return err
			}
			cmd := exec.CommandContext(ctx, shell, "-csv", "-header", stores[0], query)
			cmd.Stdout = f
			e, err := must(cmd)
			if closed := f.Close(); err == nil {
				err = closed
			}
			if err != nil {
				return err
			}
			shellWall = append(shellWall, e.wall.Seconds())
		}
		low, mid, high := spread(wall)
		_, theirs, _ := spread(shellWall)
		s.row("registry: dump of 100,000 people as "+format, fmt.Sprintf("%.2f s (%.2f–%.2f); peak %.0f MiB", mid, low, high, mib(peak)),
			fmt.Sprintf("`sqlite3 -csv` %.2f s", theirs), fmt.Sprintf("%.2f", mid/theirs), "at most 2", mid <= 2*theirs && peak < 64<<20)
	}
	return nil
}

// writePeople makes a list to import: names that Turkish sorts in its own way, and nothing of a real person.
func writePeople(path string) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() {
		if closed := f.Close(); err == nil {
			err = closed
		}
	}()
	given := []string{"Ayşe", "Çağrı", "Işıl", "İbrahim", "Ömer", "Şule", "Ümit", "Zeki"}
	surnames := []string{"Çınar", "Iğdır", "İnce", "Öz", "Şahin", "Ünal", "Yılmaz"}
	w := bufio.NewWriter(f) // Flush tells what went wrong
	_, _ = fmt.Fprintln(w, "party,role,unit,given_name,surname,title,phone,email,valid_from,login")
	for i := range registryRows {
		_, _ = fmt.Fprintf(w, "ISKUR,authorised_person,Bilgi İşlem Dairesi,%s,%s,uzman,+90312%07d,u%d@iskur.gov.tr,2026-01-02,u%d\n",
			given[i%len(given)], surnames[i/len(given)%len(surnames)]+letters(i/len(given)/len(surnames)), i, i, i)
	}
	return w.Flush()
}

// letters writes a number with letters, so that few people share a name.
func letters(n int) string {
	const all = "abcçdefgğhıijklmnoöprsştuüvyz"
	var name []rune
	for ; n > 0; n /= 29 {
		name = append(name, []rune(all)[n%29])
	}
	return string(name)
}
