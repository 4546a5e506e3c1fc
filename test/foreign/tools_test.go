package foreign

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/transparency-dev/tessera/api/layout"
)

// tool skips the test, loudly, where a program is not installed.
func tool(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("%s is not installed here", name)
	}
	return path
}

// openssl checks the signature of a checkpoint as OKUBENI.txt tells people to.
func openssl(t *testing.T, vkey string, checkpoint []byte) (string, error) {
	t.Helper()
	text, signatures, ok := bytes.Cut(checkpoint, []byte("\n\n"))
	words := strings.Fields(string(signatures)) // — name base64
	key := strings.SplitN(vkey, "+", 3)         // name+number+base64, which may hold more of them
	if !ok || len(words) != 3 || len(key) != 3 {
		t.Fatalf("no checkpoint with one signature: %q", checkpoint)
	}
	dir := t.TempDir()
	file := func(name string, content []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	const spki = "302a300506032b6570032100" // what RFC 8410 puts before an Ed25519 key
	prefix, err := hex.DecodeString(spki)
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(tool(t, "openssl"), "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", file("key", append(prefix, decoded(t, key[2])[1:]...)),
		"-rawin", "-in", file("text", append(text, '\n')), "-sigfile", file("signature", decoded(t, words[2])[4:])).CombinedOutput()
	return string(out), err
}

func decoded(t *testing.T, s string) []byte {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestOpensslVerifiesTheCheckpoint(t *testing.T) {
	tool(t, "openssl")
	for _, x := range exports(t) {
		checkpoint, err := os.ReadFile(filepath.Join(x.data, layout.CheckpointPath))
		if err != nil {
			t.Fatal(err)
		}
		if string(checkpoint) != x.Note {
			t.Errorf("size %d: the export holds another checkpoint than the log", x.Size)
		}
		if out, err := openssl(t, x.Vkey, checkpoint); err != nil || !strings.Contains(out, "Signature Verified Successfully") {
			t.Errorf("size %d: %v: %s", x.Size, err, out)
		}
		changed := bytes.Replace(checkpoint, []byte("/audit/1\n"), []byte("/audit/2\n"), 1)
		if out, err := openssl(t, x.Vkey, changed); err == nil || strings.Contains(out, "Successfully") {
			t.Errorf("size %d: openssl verified a checkpoint that was changed: %s", x.Size, out)
		}
	}
}

func TestSha256sumChecksEveryFileOfTheBag(t *testing.T) {
	x := last(t)
	files := 0
	err := filepath.WalkDir(x.data, func(_ string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for manifest, want := range map[string]int{"manifest-sha256.txt": files, "tagmanifest-sha256.txt": 3} {
		out, err := sha256sum(t, x.bag, manifest)
		if got := strings.Count(out, ": OK\n"); err != nil || got != want {
			t.Errorf("%s: %v, %d files OK, want %d", manifest, err, got, want)
		}
	}
	for _, name := range []string{"data/records.csv", "data/disclosures.ndjson", "data/" + layout.EntriesPath(200, 0)} {
		out, err := sha256sum(t, x.altered(t, name, flipped(-20)), "manifest-sha256.txt")
		if err == nil || !strings.Contains(out, name+": FAILED\n") || strings.Count(out, "FAILED\n") != 1 {
			t.Errorf("sha256sum does not name %s, and it alone (%v)", name, err)
		}
	}
}

func sha256sum(t *testing.T, dir, manifest string) (string, error) {
	t.Helper()
	cmd := exec.Command(tool(t, "sha256sum"), "--strict", "-c", manifest)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "LC_ALL=C")
	out, err := cmd.Output()
	return string(out), err
}

// A leaf hash is nothing but the SHA-256 of a zero byte and the entry (RFC 6962, section 2.1).
func TestShellToolsComputeALeafHash(t *testing.T) {
	x := last(t)
	tool(t, "sha256sum")
	for _, index := range []int64{0, 300, 65536, x.Size - 1} {
		cmd := exec.Command("sh", "-c", `(printf '\000'; cat) | sha256sum`)
		cmd.Stdin = bytes.NewReader(x.entry(t, index))
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		width := uint8(0)
		if index/256 == x.Size/256 {
			width = uint8(x.Size % 256)
		}
		tile, err := os.ReadFile(filepath.Join(x.data, layout.TilePath(0, uint64(index/256), width)))
		if err != nil {
			t.Fatal(err)
		}
		at := index % 256 * sha256.Size
		if want := fmt.Sprintf("%x  -\n", tile[at:at+sha256.Size]); string(out) != want {
			t.Errorf("entry %d: sha256sum says %s, the tile %s", index, out, want)
		}
	}
}
