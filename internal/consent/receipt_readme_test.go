package consent

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"iskurctl/internal/ledger"
)

// commandsOf gives the blocks of commands that an OKUBENI.txt tells its reader to paste.
func commandsOf(text string) (out []string) {
	inside := false
	for line := range strings.Lines(text) {
		command, found := strings.CutPrefix(line, "    ")
		if found && !inside {
			out = append(out, "")
		}
		if inside = found; inside {
			out[len(out)-1] += command
		}
	}
	return out
}

// onlyTools makes a folder with the programs that the commands may use, and no other.
func onlyTools(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("openssl", "version").Output()
	if v := string(out); err != nil || strings.HasPrefix(v, "LibreSSL") || v < "OpenSSL 3" {
		t.Skipf("the commands of OKUBENI.txt need OpenSSL 3, this is %q %v", v, err)
	}
	dir := t.TempDir()
	for _, name := range []string{"sh", "openssl", "cat", "cut", "fold", "grep", "head", "mktemp", "mv", "rm", "sed", "sort", "tail", "tr", "wc", "sha256sum"} {
		at, err := exec.LookPath(name)
		if err != nil {
			t.Skip("the commands of OKUBENI.txt cannot be run: ", err)
		}
		must(t, os.Symlink(at, filepath.Join(dir, name)))
	}
	return dir
}

const boundary = "@@\n"

// paste runs all blocks of a folder's OKUBENI.txt in one shell, as their reader does, and gives what each printed.
func paste(t *testing.T, shell, dir string) (printed []string, err error) {
	t.Helper()
	text := string(got(os.ReadFile(filepath.Join(dir, "OKUBENI.txt")))(t))
	c := exec.CommandContext(t.Context(), shell, "-eu")
	tmp := t.TempDir()
	c.Dir, c.Env = dir, append(os.Environ(), "TMPDIR="+tmp, "PATH="+onlyTools(t))
	c.Stdin = strings.NewReader("trap '' PIPE\n" + strings.Join(commandsOf(text), "echo "+boundary))
	out, err := c.CombinedOutput()
	if left, _ := os.ReadDir(tmp); err == nil && len(left) > 0 {
		t.Errorf("the commands leave %v behind", left)
	}
	return strings.Split(string(out), boundary), err
}

// filesIn gives the digest of each file.
func filesIn(t *testing.T, dir string) map[string][32]byte {
	t.Helper()
	files := make(map[string][32]byte)
	for _, path := range append(got(filepath.Glob(dir+"/*"))(t), got(filepath.Glob(dir+"/*/*"))(t)...) {
		if info := got(os.Lstat(path))(t); info.Mode().IsRegular() {
			files[path] = sha256.Sum256(got(os.ReadFile(path))(t))
		}
	}
	return files
}

func shells(t *testing.T) (list []string) {
	t.Helper()
	for _, shell := range []string{"sh", "dash", "bash"} {
		if _, err := exec.LookPath(shell); err == nil {
			list = append(list, shell)
		}
	}
	return list
}

func hasAll(t *testing.T, printed []string, step, oks int, want ...string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(printed[step], w) {
			t.Errorf("step %d does not print %q:\n%s", step, w, printed[step])
		}
	}
	if n := strings.Count(printed[step], "TAMAM / OK: "); n != oks {
		t.Errorf("step %d prints %d OK, not %d:\n%s", step, n, oks, printed[step])
	}
}

func TestTheCommandsOfAReceiptsReadmeCheckIt(t *testing.T) {
	b := newBed(t).texts(t)
	first := b.people(t, 1)
	dirs := map[string]string{"of one of the first entries": b.receipt(t, first[0])}
	ids := b.people(t, 90)
	awkward := eventAt(95, 3, acts(0)[1].Act, acts(0)[1].Step, "aydinlatma-1")
	awkward.UI, awkward.Subject.GivenName = `"texts":{"consent":"`+strings.Repeat("0", 64)+`"} \ ~ . ü`, "Çağrı ~ Ş."
	dirs["given"], dirs["the first in a greater log"], dirs["with awkward values"] = b.receipt(t, ids[2]), b.receipt(t, first[2]), b.receipt(t, b.record(t, awkward)[0])
	must(t, second(b.Ledger().Rotate(t.Context())))
	dirs["under a later key"] = b.receipt(t, ids[2])
	_, err := b.Erase(t.Context(), Erasure{TCs: []string{tcNumber(89)}, Ground: "request", Fields: []string{"phone"}}, func(Erased) error { return nil })
	must(t, err)
	dirs["erased in part"] = b.receipt(t, ids[2])
	for name, dir := range dirs {
		for _, shell := range shells(t) {
			t.Run(name+" in "+shell, func(t *testing.T) {
				before := filesIn(t, dir)
				printed, err := paste(t, shell, dir)
				if err != nil || len(printed) != 7 {
					t.Fatalf("%v\n%s", err, strings.Join(printed, boundary))
				}
				if !maps.Equal(before, filesIn(t, dir)) {
					t.Error("the commands write into the folder")
				}
				id := strings.TrimSuffix(filepath.Base(got(filepath.Glob(dir + "/*.sdjwt"))(t)[0]), ".sdjwt")
				values := strings.Split(string(got(os.ReadFile(filepath.Join(dir, id+".sdjwt")))(t)), "~")[1:]
				e := got(b.Find(t.Context(), id))(t)
				key := sha256.Sum256(got(os.ReadFile(filepath.Join(dir, "vkey")))(t))
				proof := got(ledger.ParseProof(got(os.ReadFile(filepath.Join(dir, id+".tlog-proof")))(t)))(t)
				texts := 1
				if e.Event.Step == "given" {
					texts = 2
				}
				hasAll(t, printed, 0, 0, "OpenSSL")
				hasAll(t, printed, 1, 0, "Signature Verified Successfully\n", `"typ":"iskurctl-consent+sd-jwt"}`+"\n", `"id":"`+id+`"`, hex.EncodeToString(key[:])+"  vkey\n")
				hasAll(t, printed, 2, len(values)-1, `"tc","`+e.Event.Subject.TC+`"]`, `"`+e.Event.Subject.GivenName+`"]`)
				hasAll(t, printed, 3, texts, "TAMAM / OK: "+e.SHA256+"\n")
				hasAll(t, printed, 4, 1, "TAMAM / OK: "+proof.Checkpoint.Root.String()+" 0\n")
				hasAll(t, printed, 5, 0, string(proof.Checkpoint.Note), "Signature Verified Successfully\n")
				if all := strings.Join(printed, ""); strings.Contains(all, "DIFFERS") || strings.Contains(all, "roken pipe") {
					t.Error(all)
				}
			})
		}
	}
}

func TestTheCommandsOfAReceiptsReadmeNoticeAChange(t *testing.T) {
	b := newBed(t).texts(t)
	id := b.people(t, 40)[2]
	b.people(t, 44)
	good := b.receipt(t, id)
	text := hashes(t, b)["riza-1"]
	flip := func(at int) func(string) string {
		return func(s string) string { return flipLetter(s, (len(s)+at)%len(s)) }
	}
	behind := func(sep string, n, at int) func(string) string {
		return func(s string) string {
			from := 0
			for range n {
				from += strings.Index(s[from:], sep) + 1
			}
			return flipLetter(s, from+at)
		}
	}
	for name, c := range map[string]struct {
		file   string
		change func(string) string
		step   int
	}{
		"the header":          {id + ".sdjwt", flip(10), 1},
		"the payload":         {id + ".sdjwt", behind(".", 1, 100), 1},
		"the signature":       {id + ".sdjwt", behind(".", 2, 30), 1},
		"the key":             {"vkey", flip(-12), 1},
		"a value":             {id + ".sdjwt", behind("~", 1, 50), 2},
		"the last value":      {id + ".sdjwt", flip(-8), 2},
		"a value more":        {id + ".sdjwt", func(s string) string { return s + disclosureOf("phone", "+905000000009") + "~" }, 2},
		"a text":              {"texts/" + text + ".txt", func(s string) string { return s + "\n" }, 3},
		"a text that is gone": {"texts/" + text + ".txt", nil, 3},
		"the number":          {id + ".tlog-proof", func(s string) string { return strings.Replace(s, "\nindex 1", "\nindex 2", 1) }, 4},
		"a hash":              {id + ".tlog-proof", behind("\n", 4, 7), 4},
		"a hash too few": {id + ".tlog-proof", func(s string) string {
			l := strings.SplitAfter(s, "\n")
			return strings.Join(append(l[:3], l[4:]...), "")
		}, 4},
		"a hash too many": {id + ".tlog-proof", func(s string) string {
			l := strings.SplitAfter(s, "\n")
			return strings.Join(append(l[:3], l[2:]...), "")
		}, 4},
		"the root": {id + ".tlog-proof", func(s string) string {
			return flipLetter(s, strings.Index(s, "\n\n")+len("\n\n"+Name+"/1\ntest/130\n")+9)
		}, 4},
		"the log's name":      {id + ".tlog-proof", func(s string) string { return strings.Replace(s, "\ntest/", "\nTest/", 1) }, 5},
		"the log's signature": {id + ".tlog-proof", flip(-20), 5},
		"a line among the signed": {id + ".tlog-proof", func(s string) string {
			head, note, _ := strings.Cut(s, "\n\n")
			return head + "\n\n" + strings.Replace(note, "\n\n", "\nx\n\n", 1)
		}, 5},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "m")
			must(t, exec.Command("cp", "-r", good, dir).Run())
			path := filepath.Join(dir, c.file)
			if c.change == nil {
				must(t, os.Remove(path))
			} else {
				old := string(got(os.ReadFile(path))(t))
				changed := c.change(old)
				if changed == old {
					t.Fatal("nothing was changed")
				}
				must(t, os.WriteFile(path, []byte(changed), 0o600))
			}
			printed, err := paste(t, "sh", dir)
			if err == nil || len(printed) != c.step+1 {
				t.Fatalf("not seen in step %d: %v\n%s", c.step, err, strings.Join(printed, boundary))
			}
			if last := printed[c.step]; !strings.Contains(last, "FARKLI / DIFFERS") && !strings.Contains(last, "Failure") {
				t.Errorf("the reader is not told what is wrong:\n%s", last)
			}
		})
	}
}

// pageIsReadable looks at what any editor has to show.
func pageIsReadable(t *testing.T, text string) {
	t.Helper()
	if !utf8.ValidString(text) || !strings.HasSuffix(text, "\n") || strings.ContainsAny(text, "\r\t") {
		t.Error("not lines of UTF-8")
	}
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		command := strings.HasPrefix(line, "    ")
		if utf8.RuneCountInString(line) > 100 || strings.TrimRight(line, " ") != line || command && strings.ContainsFunc(line, func(r rune) bool { return r < ' ' || r > '~' }) {
			t.Errorf("%q", line)
		}
	}
	if strings.Contains(strings.Join(commandsOf(text), ""), "iskurctl") {
		t.Error("the check needs this program")
	}
}

func TestAReceiptsReadmeIsATextThatAnyEditorShows(t *testing.T) {
	b := newBed(t).texts(t)
	for i, id := range b.people(t, 1) {
		must(t, second(b.Ledger().Rotate(t.Context())))
		text := string(got(os.ReadFile(filepath.Join(b.receipt(t, id), "OKUBENI.txt")))(t))
		pageIsReadable(t, text)
		if strings.Contains(text, tcNumber(0)) || strings.Contains(text, "Yılmaz") {
			t.Error("it holds personal values")
		}
		if n := "numarası: " + strconv.Itoa(4+i) + " "; !strings.Contains(strings.Join(strings.Fields(text), " "), n) {
			t.Errorf("it does not say %q", n)
		}
	}
}
