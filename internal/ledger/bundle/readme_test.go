package bundle

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/mod/sumdb/tlog"

	"iskurctl/internal/i18n"
	"iskurctl/internal/ledger"
)

// blocks gives the commands that a text tells its reader to paste.
func blocks(text string) (out []string) {
	inside := false
	for line := range strings.Lines(text) {
		command, found := strings.CutPrefix(line, block)
		if found && !inside {
			out = append(out, "")
		}
		if inside = found; inside {
			out[len(out)-1] += command
		}
	}
	return out
}

const boundary = "@@"

// tools makes a folder with all the programs that the commands may use. On a mac, sha256sum may be missing.
func tools(t *testing.T, mac bool) string {
	t.Helper()
	dir := t.TempDir()
	names := []string{"sh", "openssl", "awk", "cat", "cut", "dd", "find", "grep", "head", "mktemp", "mv", "od", "rm", "sed", "tail", "tr", "wc", "sha256sum"}
	if mac {
		names = append(names[:len(names)-1], "shasum")
	}
	for _, name := range names {
		at, err := exec.LookPath(name)
		if err != nil {
			t.Skip("the commands of OKUBENI.txt cannot be run: ", err)
		}
		if name == "shasum" { // a Perl program, which looks for its own
			mustWrite(t, dir, name, "#!/bin/sh\nPATH="+os.Getenv("PATH")+" exec "+at+" \"$@\"\n")
			err = os.Chmod(filepath.Join(dir, name), 0o700)
		} else {
			err = os.Symlink(at, filepath.Join(dir, name))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// paste runs all blocks of a bag's OKUBENI.txt in one shell, as their reader does, and gives what each printed.
func paste(t *testing.T, shell, dir string, mac bool) (printed []string, err error) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(readme)))
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), shell, "-eu")
	c.Dir = dir
	tmp := t.TempDir()
	c.Env = append(os.Environ(), "TMPDIR="+tmp, "PATH="+tools(t, mac))
	c.Stdin = strings.NewReader("trap '' PIPE\n" + strings.Join(blocks(string(text)), "echo "+boundary+"\n"))
	out, err := c.CombinedOutput()
	if left, _ := os.ReadDir(tmp); err == nil && len(left) > 0 {
		t.Errorf("the commands leave %v behind", left)
	}
	return strings.Split(string(out), boundary+"\n"), err
}

// needTools skips where the machine cannot do what OKUBENI.txt asks of its reader.
func needTools(t *testing.T) {
	t.Helper()
	out, err := exec.Command("openssl", "version").Output()
	if v := string(out); err != nil || strings.HasPrefix(v, "LibreSSL") || v < "OpenSSL 3" {
		t.Skipf("the commands of OKUBENI.txt need OpenSSL 3, this is %q %v", v, err)
	}
}

func TestTheCommandsOfTheReadmeCheckTheFolder(t *testing.T) {
	t.Parallel()
	needTools(t)
	for name, c := range map[string]struct {
		size, pruned int64
		r            *ledger.Range
		plain        bool   // without personal data
		shell        string // "" is sh
		levels       int    // full tiles on the way up from the first entry
		mac          bool   // with shasum only
	}{
		"0":              {size: 0},
		"1":              {size: 1},
		"2":              {size: 2, shell: "bash"},
		"5":              {size: 5, plain: true},
		"256":            {size: 256, levels: 1, shell: "dash"},
		"300":            {size: 300, plain: true, levels: 1},
		"300 a part":     {size: 300, r: &ledger.Range{From: 290, To: 299}, mac: true},
		"600":            {size: 600, levels: 1, shell: "bash"},
		"600 a part":     {size: 600, r: &ledger.Range{From: 513, To: 590}, plain: true},
		"600 none told":  {size: 600, r: &ledger.Range{From: 513, To: 514}},
		"600 pruned":     {size: 600, pruned: 550},
		"600 all pruned": {size: 600, pruned: 599, r: &ledger.Range{From: 3, To: 9}},
		"600 no entries": {size: 600, r: &ledger.Range{From: 9, To: 9}},
		"70000 a part":   {size: 70000, r: &ledger.Range{From: 300, To: 310}, levels: 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			shell := c.shell
			if shell == "" {
				shell = "sh"
			} else if _, err := exec.LookPath(shell); err != nil {
				t.Skip("the commands are not tried with this shell: ", err)
			}
			f := newTold(t, c.size, c.pruned)
			dir, o := f.export(t, c.r, !c.plain)
			before := digests(t, dir)
			printed, err := paste(t, shell, dir, c.mac)
			if err != nil {
				t.Fatalf("%v\n%s", err, strings.Join(printed, boundary+"\n"))
			}
			if !maps.Equal(before, digests(t, dir)) {
				t.Error("the commands write into the bag")
			}
			all := strings.Join(printed, "")
			if strings.Contains(all, "DIFFERS") || strings.Contains(all, "roken pipe") {
				t.Errorf("%s", all)
			}
			has := func(step int, want ...string) {
				for _, w := range want {
					if !strings.Contains(printed[step], w) {
						t.Errorf("step %d does not print %q:\n%s", step, w, printed[step])
					}
				}
			}
			count := func(step, want int) {
				if got := strings.Count(printed[step], "TAMAM / OK: "); got != want {
					t.Errorf("step %d prints %d OK, not %d:\n%s", step, got, want, printed[step])
				}
			}
			has(0, "OpenSSL")
			has(1, "bagit.txt: OK\n", "bag-info.txt: OK\n", "manifest-sha256.txt: OK\n", "TAMAM / OK: "+strconv.Itoa(len(before)-4)+"\n")
			count(1, 2)
			key := sha256.Sum256([]byte(f.vkey + "\n"))
			has(2, string(f.note), hex.EncodeToString(key[:])+"  data/vkey\n", "Signature Verified Successfully\n", "TAMAM / OK: "+plain(c.size)+"\n")
			root, _ := tlog.TreeHash(c.size, tlog.HashReaderFunc(f.ReadHashes))
			seq, ok := o.first()
			if !ok {
				if len(printed) != 5 {
					t.Fatalf("%d blocks", len(printed))
				}
				has(3, "TAMAM / OK: "+root.String()+"\n")
				count(3, 1)
				return
			}
			has(3, string(f.leaves[seq])+"\nTAMAM / OK: "+tlog.RecordHash(f.leaves[seq]).String()+"\n")
			has(4, "TAMAM / OK: "+root.String()+"\n")
			count(4, 1+c.levels)
			of := strings.TrimPrefix(EntriesPath(seq/256, ledger.WidthAt(c.size, 0, seq/256)), "tile/entries/")
			if c.plain {
				if len(printed) != 8 {
					t.Fatalf("%d blocks", len(printed))
				}
				has(5, "data/tile/entries/"+of+"\n")
				has(6, string(f.leaves[seq])+"\nTAMAM / OK: "+tlog.RecordHash(f.leaves[seq]).String()+"\n")
				return
			}
			if len(printed) != 9 {
				t.Fatalf("%d blocks", len(printed))
			}
			has(6, "data/tile/entries/"+of+"\n")
			has(7, string(f.leaves[seq])+"\nTAMAM / OK: "+tlog.RecordHash(f.leaves[seq]).String()+"\n")
			for d := range ledger.SplitDisclosures([]byte(f.sds[seq])) {
				if seq < f.pruned {
					break
				}
				value, _ := base64.RawURLEncoding.DecodeString(string(d))
				has(7, "TAMAM / OK: \""+ledger.DisclosureDigest(d)+"\"\n"+string(value)+"\n")
			}
			if seq < 1000 {
				has(7, "records.csv:\n"+plain(seq)+",\"Ayşe, \"\"memur\"\"\"\n")
			}
			for seq = max(seq, f.pruned); seq < o.Range.To && f.sds[seq] == ""; seq++ {
			}
			if seq == o.Range.To {
				has(5, "disclosures.ndjson: 0\n")
				return
			}
			first, _, _ := strings.Cut(f.sds[seq], "~")
			value, _ := base64.RawURLEncoding.DecodeString(first)
			has(5, string(f.leaves[seq])+"\n", "TAMAM / OK: \""+ledger.DisclosureDigest([]byte(first))+"\"\n", string(value)+"\n")
			count(5, 2)
		})
	}
}

func TestTheCommandsOfTheReadmeNoticeAChange(t *testing.T) {
	t.Parallel()
	needTools(t)
	f := newTold(t, 300, 0)
	r := ledger.Range{From: 271, To: 300}
	flip := func(at int) func([]byte) []byte {
		return func(b []byte) []byte { b[(len(b)+at)%len(b)] ^= 1; return b }
	}
	first := 0 // where entry 271 begins
	for _, leaf := range f.leaves[256:271] {
		first += 2 + len(leaf)
	}
	lineEnd := bytes.IndexByte(f.note, '\n')
	const bundle, tile = "data/tile/entries/001.p/44", "data/tile/0/001.p/44"
	// Each is seen twice: by the list of files and, when that was made to fit again, by the step given.
	for name, c := range map[string]struct {
		file   string
		change func([]byte) []byte
		step   int
		from   int64 // 0: 271
	}{
		"the entry":                {bundle, flip(first + 2 + 7), 3, 0},
		"the entry's length":       {bundle, flip(first + 1), 3, 0},
		"an earlier length":        {bundle, flip(1), 3, 0},
		"a bundle cut short":       {bundle, func(b []byte) []byte { return b[:first] }, 3, 0},
		"the origin":               {checkpoint, flip(0), 2, 0},
		"the size":                 {checkpoint, flip(lineEnd + 1), 2, 0},
		"the root":                 {checkpoint, flip(lineEnd + 10), 2, 0},
		"the signature":            {checkpoint, flip(-20), 2, 0},
		"a line among the signed":  {checkpoint, func(b []byte) []byte { return bytes.Replace(b, []byte("\n\n"), []byte("\nx\n\n"), 1) }, 2, 0},
		"the key":                  {vkey, flip(-10), 2, 0},
		"the entry's hash":         {tile, flip(15 * 32), 3, 0},
		"another hash of its tile": {tile, flip(43 * 32), 4, 0},
		"an edge cut short":        {tile, func(b []byte) []byte { return b[:43*32] }, 4, 0},
		"a hash of a full tile":    {"data/tile/0/000", flip(200 * 32), 4, 10},
		"the tile above":           {"data/tile/1/000.p/1", flip(3), 4, 0},
		"a personal value":         {disclosures, func(b []byte) []byte { b[bytes.IndexByte(b, '[')+30] ^= 3; return b }, 5, 0},
		"whose it is":              {disclosures, func(b []byte) []byte { return bytes.Replace(b, []byte(`{"seq":271,`), []byte(`{"seq":270,`), 1) }, 5, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := r
			if c.from > 0 {
				r.From = c.from
			}
			dir, _ := f.export(t, &r, true)
			path := filepath.Join(dir, filepath.FromSlash(c.file))
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			old := hexSum(b)
			b = c.change(b)
			mustWrite(t, dir, c.file, string(b))
			printed, err := paste(t, "sh", dir, false)
			if err == nil || len(printed) != 2 || !strings.Contains(printed[1], c.file+": FAILED\n") || !strings.Contains(printed[1], "FARKLI / DIFFERS") {
				t.Errorf("the list of files: %v\n%s", err, printed)
			}

			list, _ := os.ReadFile(filepath.Join(dir, manifest))
			tags, _ := os.ReadFile(filepath.Join(dir, tagManifest))
			fitting := strings.Replace(string(list), old, hexSum(b), 1)
			mustWrite(t, dir, manifest, fitting)
			mustWrite(t, dir, tagManifest, strings.Replace(string(tags), hexSum(list), hexSum([]byte(fitting)), 1))
			printed, err = paste(t, "sh", dir, false)
			if err == nil || len(printed) != c.step+1 {
				t.Fatalf("not seen in step %d: %v\n%s", c.step, err, printed)
			}
			// Not every 32 bytes are a key: openssl may say that it cannot read the altered one.
			if last := printed[c.step]; !strings.Contains(last, "FARKLI / DIFFERS") && !strings.Contains(last, "Signature Verification Failure") && !strings.Contains(last, "Could not read public key") {
				t.Errorf("the reader is not told what is wrong:\n%s", last)
			}
		})
	}
	for name, change := range map[string]func(dir string) error{
		"a file that is not listed": func(dir string) error { return os.WriteFile(filepath.Join(dir, "data/tile/entries/002"), nil, 0o600) },
		"a file that is gone":       func(dir string) error { return os.Remove(filepath.Join(dir, vkey)) },
	} {
		t.Run(name, func(t *testing.T) {
			dir, _ := f.export(t, &r, true)
			if err := change(dir); err != nil {
				t.Fatal(err)
			}
			if printed, err := paste(t, "sh", dir, false); err == nil || len(printed) != 2 || !strings.Contains(printed[1], "FARKLI / DIFFERS") {
				t.Errorf("%v\n%s", err, printed)
			}
		})
	}
}

func hexSum(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func TestTheReadmeFindsTheFileOfAnyEntry(t *testing.T) {
	t.Parallel()
	needTools(t)
	const size = 1<<48 + 300
	all := blocks(string(Readme(ReadmeOptions{Origin: origin, Size: size, Range: ledger.Range{From: 5, To: size}})))
	define, _, _ := strings.Cut(all[3], "n=5\n")
	var script, want strings.Builder
	script.WriteString(define)
	for _, seq := range []int64{0, 255, 256, 8 * 256, 99 * 256, 999 * 256, 1000*256 - 1, 1000 * 256, 1_010_009 * 256, 100_000_000 * 256, size - 301, size - 44, size - 1} {
		script.WriteString("place " + plain(seq) + "\n")
		want.WriteString(strings.TrimPrefix(EntriesPath(seq/256, ledger.WidthAt(size, 0, seq/256)), "tile/entries/") + "\n")
	}
	c := exec.Command("sh", "-eu")
	c.Stdin = strings.NewReader(script.String())
	if out, err := c.CombinedOutput(); err != nil || string(out) != want.String() {
		t.Errorf("%v\n%swant\n%s", err, out, want.String())
	}
}

func TestTheReadmeIsATextThatAnyEditorShows(t *testing.T) {
	for _, o := range []ReadmeOptions{
		{},
		{Origin: origin, Size: 600, Range: ledger.Range{To: 600}, PersonalData: true, Contents: i18n.T("bir\n    iki", "one\n    two")},
		{Origin: strings.Repeat("ş", 250), Size: ledger.MaxInt, Range: ledger.Range{From: ledger.MaxInt - 1e6, To: ledger.MaxInt}, Pruned: 1 << 50, PersonalData: true},
		{Origin: origin, Size: 1 << 48, Range: ledger.Range{From: 1 << 47, To: 1 << 48}},
	} {
		text := string(Readme(o))
		if !utf8.ValidString(text) || !strings.HasSuffix(text, "\n") || strings.ContainsAny(text, "\r\t") {
			t.Error("not lines of UTF-8")
		}
		for line := range strings.Lines(text) {
			line = strings.TrimSuffix(line, "\n")
			command := strings.HasPrefix(line, block)
			if utf8.RuneCountInString(line) > columns || strings.TrimRight(line, " ") != line || command && strings.ContainsFunc(line, func(r rune) bool { return r < ' ' || r > '~' }) {
				t.Errorf("size %d: %q", o.Size, line)
			}
		}
		if n := len(blocks(text)); n < 5 || n > 10 {
			t.Errorf("size %d: %d blocks", o.Size, n)
		}
		if strings.Contains(strings.Join(blocks(text), ""), "iskurctl") {
			t.Error("the check needs this program")
		}
	}
}

func TestTheReadmeSaysEverythingInTurkishFirst(t *testing.T) {
	for _, o := range []ReadmeOptions{
		{Origin: origin, Size: 600, Range: ledger.Range{From: 300, To: 400}, Pruned: 256, PersonalData: true, Contents: i18n.T("İçindekiler.", "Contents.")},
		{Origin: origin, Size: 600, Contents: i18n.T("İçindekiler.", "Contents.")},
	} {
		text := strings.Join(strings.Fields(string(Readme(o))), " ")
		for _, s := range o.sections() {
			for _, p := range append(append([]i18n.Text{s.Title}, s.Text...), s.List...) {
				tr, en := strings.Index(text, p.TR), strings.Index(text, p.EN)
				if p != (i18n.Text{}) && (p.TR == p.EN || tr < 0 || en <= tr) {
					t.Errorf("Turkish at %d, English at %d: %s", tr, en, p.EN)
				}
			}
		}
	}
}
