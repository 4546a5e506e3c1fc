package bundle

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const killed = ".iskurctl-ABCDEFGHIJKLMNOPQRSTUVWXYZ.tmp"

func TestWhatAKilledExportLeftIsTakenAwayByTheNextOne(t *testing.T) {
	dir := t.TempDir()
	plant := func(name string, mode os.FileMode, files ...string) {
		t.Helper()
		if err := os.Mkdir(filepath.Join(dir, name), mode); err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			at := filepath.Join(dir, name, f)
			if err := os.MkdirAll(filepath.Dir(at), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(at, []byte("x"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	at := func(last string) string { return killed[:len(killed)-len("Z.tmp")] + last + ".tmp" }
	plant(killed, 0o700, manifest, "data/disclosures.ndjson")
	plant(at("2"), 0o700)                                                // killed before its first file
	plant(at("3"), 0o700, "letters.txt")                                 // not in our form: named, not touched
	plant(at("4"), 0o755, manifest)                                      // open to others: none of ours
	plant(at("1"), 0o700, manifest)                                      // 1 is no letter of base32
	plant("iskurctl-"+killed[10:], 0o700, manifest)                      // not hidden
	if err := os.Symlink(dir, filepath.Join(dir, at("5"))); err != nil { // a link is not followed
		t.Fatal(err)
	}
	b, err := begin(filepath.Join(dir, "bundle"))
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{at("2"), killed}; !slices.Equal(b.swept, want) || !slices.Equal(b.left, []string{at("3")}) {
		t.Errorf("swept %v, left %v", b.swept, b.left)
	}
	// one in the making is held by its process, and left alone without a word
	other, err := begin(filepath.Join(dir, "other"))
	if err != nil {
		t.Fatal(err)
	}
	if len(other.swept) > 0 || slices.Contains(other.left, b.tmp) {
		t.Errorf("swept %v, left %v while %s was written", other.swept, other.left, b.tmp)
	}
	if _, err := os.Stat(filepath.Join(dir, b.tmp, manifest)); err != nil {
		t.Error(err)
	}
	b.discard()
	other.discard()
	names, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var left []string
	for _, n := range names {
		left = append(left, n.Name())
	}
	want := []string{at("1"), at("3"), at("4"), at("5"), "iskurctl-" + killed[10:]}
	if !slices.Equal(left, want) {
		t.Errorf("left: %s", strings.Join(left, " "))
	}
	if _, err := os.Stat(filepath.Join(dir, at("3"), "letters.txt")); err != nil {
		t.Error(err)
	}
}
