package bundle

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"iskurctl/internal/ledger"
)

// refit writes the lists anew, as somebody does who does not want a change to be seen.
func refit(t *testing.T, dir string) {
	t.Helper()
	var list, tags strings.Builder
	all := files(t, dir)
	slices.Sort(all)
	for _, name := range all {
		if strings.HasPrefix(name, payload) {
			list.WriteString(hexSum(content(t, dir, name)) + "  " + name + "\n")
		}
	}
	mustWrite(t, dir, manifest, list.String())
	for _, name := range all {
		if !strings.HasPrefix(name, payload) && name != tagManifest {
			tags.WriteString(hexSum(content(t, dir, name)) + "  " + name + "\n")
		}
	}
	mustWrite(t, dir, tagManifest, tags.String())
}

func content(t *testing.T, dir, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Texts, all entries and the table: what somebody changes who writes the lists anew, an auditor without this program sees.
func TestTheCommandsOfTheReadmeCheckTextsAndAllEntries(t *testing.T) {
	t.Parallel()
	needTools(t)
	const size = 300
	const early, late = "Birinci metin.\n", "İkinci metin.\n"
	name := func(text string) string {
		sum := sha256.Sum256([]byte(text))
		return texts + hex.EncodeToString(sum[:]) + ".txt"
	}
	named := map[int64]string{7: early, 280: late}
	f := newNaming(t, size, named)
	r := ledger.Range{From: 260, To: size}
	dir, _ := f.exportTexts(t, &r, []ledger.Range{{From: 0, To: 256}}, early, late)
	for _, shell := range []string{"dash"} {
		printed, err := paste(t, shell, dir, false)
		if err != nil || len(printed) != 10 {
			t.Fatalf("%s: %v, %d\n%s", shell, err, len(printed), strings.Join(printed, boundary+"\n"))
		}
		step := printed[8]
		for _, text := range []string{early, late} {
			if !strings.Contains(step, "TAMAM / OK: "+name(text)+"\n") {
				t.Errorf("%s: the text is not compared:\n%s", shell, step)
			}
		}
		if n := strings.Count(step, "TAMAM / OK: "); n != 6 || !strings.Contains(step, "\ndata/tile/entries/000\n") { // the file of the late one was checked in step 6
			t.Errorf("%s: %d OK\n%s", shell, n, step)
		}
	}
	flip := func(b []byte, at int) []byte { b[at] ^= 1; return b }
	for what, c := range map[string]struct {
		do   func(t *testing.T, dir string)
		step int
	}{
		"a text changed": {func(t *testing.T, dir string) {
			mustWrite(t, dir, name(late), "Başka metin.\n")
		}, 8},
		"a text exchanged, under a name that fits": {func(t *testing.T, dir string) {
			if err := os.Remove(filepath.Join(dir, name(late))); err != nil {
				t.Fatal(err)
			}
			mustWrite(t, dir, name("Başka metin.\n"), "Başka metin.\n")
		}, 8},
		"a text and the entry that names it": {func(t *testing.T, dir string) {
			if err := os.Remove(filepath.Join(dir, name(early))); err != nil {
				t.Fatal(err)
			}
			mustWrite(t, dir, name("Başka metin.\n"), "Başka metin.\n")
			was, is := filepath.Base(name(early))[:64], filepath.Base(name("Başka metin.\n"))[:64]
			mustWrite(t, dir, "data/tile/entries/000", strings.Replace(string(content(t, dir, "data/tile/entries/000")), was, is, 1))
		}, 8},
		"a text and a file of entries more": {func(t *testing.T, dir string) {
			mustWrite(t, dir, name("Başka metin.\n"), "Başka metin.\n")
			mustWrite(t, dir, "data/tile/entries/0", `"sha256":"`+filepath.Base(name("Başka metin.\n"))[:64]+`"`)
		}, 8},
		"an entry that is not the first": {func(t *testing.T, dir string) {
			b := content(t, dir, "data/tile/entries/001.p/44")
			mustWrite(t, dir, "data/tile/entries/001.p/44", string(flip(b, len(b)-3)))
		}, 6},
		"an entry more": {func(t *testing.T, dir string) {
			mustWrite(t, dir, "data/tile/entries/001.p/44", string(content(t, dir, "data/tile/entries/001.p/44"))+"\x00\x02{}")
		}, 6},
		"bytes behind the entries": {func(t *testing.T, dir string) {
			mustWrite(t, dir, "data/tile/entries/001.p/44", string(content(t, dir, "data/tile/entries/001.p/44"))+"\x00")
		}, 6},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			bad := filepath.Join(t.TempDir(), "bag")
			if err := os.CopyFS(bad, os.DirFS(dir)); err != nil {
				t.Fatal(err)
			}
			c.do(t, bad)
			refit(t, bad)
			printed, err := paste(t, "sh", bad, false)
			if err == nil || len(printed) != c.step+1 || !strings.Contains(printed[c.step], "FARKLI / DIFFERS") {
				t.Fatalf("not seen in step %d: %v, %d\n%s", c.step, err, len(printed), strings.Join(printed, boundary+"\n"))
			}
		})
	}
	t.Run("records.csv", func(t *testing.T) {
		t.Parallel()
		bad := filepath.Join(t.TempDir(), "bag")
		if err := os.CopyFS(bad, os.DirFS(dir)); err != nil {
			t.Fatal(err)
		}
		mustWrite(t, bad, records, strings.Replace(string(content(t, dir, records)), "\n260,\"Ayşe", "\n260,\"\x1b[2JFatma", 1))
		refit(t, bad)
		printed, err := paste(t, "sh", bad, false)
		if err != nil || len(printed) != 10 {
			t.Fatalf("%v\n%s", err, printed)
		}
		// Nothing signed says that it is wrong: the reader is told so, and sees both beside one another.
		if step := printed[7]; !strings.Contains(step, `"Şükrü Ağaoğlu"]`) || !strings.Contains(step, "\nrecords.csv:\n260,\"[2JFatma") {
			t.Errorf("%s", step)
		}
		text := strings.Join(strings.Fields(string(content(t, bad, readme))), " ")
		for _, want := range []string{"records.csv KANIT DEĞİLDİR", "records.csv is NO EVIDENCE"} {
			if strings.Count(text, want) < 2 {
				t.Errorf("%q is not said both at the step and at the end", want)
			}
		}
	})
}

func TestAnotherReadmeIsANote(t *testing.T) {
	f := newNaming(t, 40, map[int64]string{3: "Metin.\n"})
	dir, o := f.exportTexts(t, nil, nil, "Metin.\n")
	for what, c := range map[string]struct {
		do   func()
		note bool
	}{
		"as it was written": {func() {}, false},
		"a command more":    {func() { mustWrite(t, dir, readme, string(Readme(o))+"    rm -r ~\n") }, true},
		"a letter changed": {func() {
			mustWrite(t, dir, readme, string(bytes.Replace(Readme(o), []byte("sha256sum"), []byte("sha257sum"), 1)))
		}, true},
		"none": {func() {
			if err := os.Remove(filepath.Join(dir, readme)); err != nil {
				t.Fatal(err)
			}
		}, true},
	} {
		mustWrite(t, dir, readme, string(Readme(o)))
		c.do()
		b, err := Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		found, err := b.CheckReadme(ReadmeOptions{Range: o.Range, Texts: o.Texts, Contents: o.Contents})
		_ = b.Close()
		if err != nil || (len(found) == 1) != c.note {
			t.Errorf("%s: %v, %v", what, found, err)
			continue
		}
		r := ledger.Report{}
		if r.Add(found); r.Verdict != "ok" || c.note && r.Findings[0].Code != ledger.ReadmeDiffers {
			t.Errorf("%s: %+v", what, r)
		}
	}
}
