package scan

import (
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"iskurctl/internal/tckn/find"
)

// gitAt runs git in a folder without anybody's configuration.
func gitAt(t *testing.T, dir, stdin string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "git", args...)
	cmd.Dir, cmd.Stdin = dir, strings.NewReader(stdin)
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1", "LC_ALL=C")
	out, err := cmd.Output()
	if err != nil && args[0] != "check-ignore" { // which ends with 1 when nothing is ignored
		t.Fatalf("git %q: %v", args, err)
	}
	return string(out)
}

// Every file is scanned but those that git's own check-ignore names and that are not tracked, in trees with patterns by chance.
func TestAScanSeesWhatGitDoesNotIgnoreAndWhatItTracks(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("SKIP: git is not installed here")
	}
	r := rand.New(rand.NewPCG(5, 6))
	names := []string{"a", "b", "a.log", "b.txt", "build", "x y", "ş", "[z]", "-f"}
	patterns := []string{"*.log", "a", "/a", "a/", "!a", "b*", "build/", "**/b", "a/**", "a/b", "!a/b.txt", "\\[z]", "x\\ y", "*", "!*/", "!*.txt", "# a", "ş", "-*", "a/*/b"}
	leftOut, forced := 0, 0
	for round := range 12 {
		dir := t.TempDir()
		gitAt(t, dir, "", "init", "-q")
		var paths []string
		for range 40 {
			p := names[r.IntN(len(names))]
			for range r.IntN(3) {
				p += "/" + names[r.IntN(len(names))]
			}
			full := filepath.Join(dir, p)
			if os.MkdirAll(filepath.Dir(full), 0o700) != nil || os.WriteFile(full, []byte("10000000146\n"), 0o600) != nil {
				continue // a file stands where a folder would be, or the other way round
			}
			if r.IntN(4) == 0 {
				var lines []string
				for range 1 + r.IntN(4) {
					lines = append(lines, patterns[r.IntN(len(patterns))])
				}
				if err := os.WriteFile(filepath.Join(filepath.Dir(full), ".gitignore"), []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if d.IsDir() && d.Name() == ".git" {
				return fs.SkipDir
			}
			if rel, _ := filepath.Rel(dir, path); err == nil && d.Type().IsRegular() && d.Name() != ".gitignore" {
				paths = append(paths, rel)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range paths {
			if r.IntN(5) == 0 {
				gitAt(t, dir, "", "add", "-f", "--", ":(literal)"+p)
			}
		}
		ignored := strings.Split(gitAt(t, dir, strings.Join(paths, "\x00"), "check-ignore", "--no-index", "-z", "--stdin"), "\x00")
		tracked := strings.Split(gitAt(t, dir, "", "ls-files", "-z"), "\x00")
		var want []string
		for _, p := range paths {
			switch {
			case !slices.Contains(ignored, p):
				want = append(want, p)
			case slices.Contains(tracked, p):
				want, forced = append(want, p), forced+1
			default:
				leftOut++
			}
		}
		slices.Sort(want)
		list, told, err := scanned(t.Context(), Options{Min: find.Medium, Workers: 2}, dir)
		if err != nil || len(told) > 0 {
			t.Fatalf("%v, %q", err, told)
		}
		var got []string
		for _, f := range list {
			got = append(got, strings.TrimPrefix(f.Path, filepath.ToSlash(dir)+"/"))
		}
		if !slices.Equal(got, want) {
			t.Fatalf("round %d: scanned\n%q\nwant\n%q", round, got, want)
		}
	}
	if leftOut < 20 || forced < 5 {
		t.Errorf("only %d files were ignored, %d of them tracked all the same", leftOut, forced)
	}
}
