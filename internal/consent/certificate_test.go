package consent

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"iskurctl/internal/fault"
	"iskurctl/internal/ledger"
)

// certified erases somebody and gives the folder with the certificates.
func (b *bed) certified(t *testing.T, e Erasure) (dir string, erased []Erased) {
	t.Helper()
	_, err := b.Erase(t.Context(), e, func(x Erased) error { erased = append(erased, x); return nil })
	must(t, err)
	dir = filepath.Join(t.TempDir(), "belge")
	must(t, b.Certificate(t.Context(), dir, erased))
	return dir, erased
}

func TestACertificateProvesThatTheErasureIsInTheLog(t *testing.T) {
	b := newBed(t).texts(t)
	b.people(t, 30)
	dir, erased := b.certified(t, Erasure{TCs: []string{tcNumber(3), tcNumber(9)}, Ground: "request"})
	if len(erased) != 6 {
		t.Fatalf("%d erasures", len(erased))
	}
	trust := b.trust(t)
	verifier := got(note.NewVerifier(trust.Vkey))(t)
	want := []string{"OKUBENI.txt", "checkpoint", "vkey"}
	for _, x := range erased {
		by := strconv.FormatInt(x.By, 10)
		want = append(want, by+".json", by+".tlog-proof")
		raw := got(os.ReadFile(filepath.Join(dir, by+".json")))(t)
		var leaf ledger.Leaf
		must(t, ledger.ParseLeaf(raw, &leaf))
		if seq, fields, ground, ok := readErased(&leaf); !ok || seq != x.Seq || !slices.Equal(fields, x.Fields) || ground != "request" {
			t.Errorf("%s says %d %v %s %v, erased was %+v", raw, seq, fields, ground, ok, x)
		}
		p := got(ledger.ParseProof(got(os.ReadFile(filepath.Join(dir, by+".tlog-proof")))(t)))(t)
		if _, err := ledger.OpenCheckpoint(p.Checkpoint.Note, verifier); err != nil || p.Includes(raw) != nil || p.Index != x.By {
			t.Errorf("%s: %v", by, err)
		}
		if string(p.Checkpoint.Note) != string(got(os.ReadFile(filepath.Join(dir, "checkpoint")))(t)) {
			t.Error("the proofs are of different checkpoints")
		}
	}
	var names []string
	for _, d := range got(os.ReadDir(dir))(t) {
		names = append(names, d.Name())
		if info := got(d.Info())(t); info.Mode() != 0o600 {
			t.Errorf("%s is there as %v", d.Name(), info.Mode())
		}
	}
	slices.Sort(want)
	if !slices.Equal(names, want) {
		t.Errorf("%v, want %v", names, want)
	}
	pageIsReadable(t, string(got(os.ReadFile(filepath.Join(dir, "OKUBENI.txt")))(t)))
}

func TestTheCommandsOfACertificatesReadmeCheckIt(t *testing.T) {
	b := newBed(t).texts(t)
	b.people(t, 30)
	dir, erased := b.certified(t, Erasure{TCs: []string{tcNumber(3)}, Ground: "court"})
	for _, shell := range shells(t) {
		before := filesIn(t, dir)
		printed, err := paste(t, shell, dir)
		if err != nil || len(printed) != 4 {
			t.Fatalf("%v\n%s", err, strings.Join(printed, boundary))
		}
		if !maps.Equal(before, filesIn(t, dir)) {
			t.Error("the commands write into the folder")
		}
		hasAll(t, printed, 1, 0, "  vkey\n", "Signature Verified Successfully\n", string(got(os.ReadFile(filepath.Join(dir, "checkpoint")))(t)))
		hasAll(t, printed, 2, 9, b.trust(t).Root.String()+" 0\n", `"ground":"court"`)
	}
	by := strconv.FormatInt(erased[1].By, 10)
	for name, c := range map[string]struct {
		file   string
		change func(string) string
		step   int
	}{
		"the ground":       {by + ".json", func(s string) string { return strings.Replace(s, "court", "expired", 1) }, 2},
		"the erased entry": {by + ".json", func(s string) string { return strings.Replace(s, `"seq":`, `"seq":1`, 1) }, 2},
		"a hash":           {by + ".tlog-proof", func(s string) string { return flipLetter(s, strings.Index(s, "index")+20) }, 2},
		"another's proof": {by + ".tlog-proof", func(string) string {
			return string(got(os.ReadFile(filepath.Join(dir, strconv.FormatInt(erased[0].By, 10)+".tlog-proof")))(t))
		}, 2},
		"another checkpoint": {by + ".tlog-proof", func(s string) string { return s + "— x AAAA\n" }, 2},
		"the checkpoint":     {"checkpoint", func(s string) string { return strings.Replace(s, "test/", "best/", 1) }, 1},
		"the key":            {"vkey", func(s string) string { return flipLetter(s, len(s)-12) }, 1},
	} {
		t.Run(name, func(t *testing.T) {
			bad := filepath.Join(t.TempDir(), "m")
			must(t, exec.Command("cp", "-r", dir, bad).Run())
			path := filepath.Join(bad, c.file)
			must(t, os.WriteFile(path, []byte(c.change(string(got(os.ReadFile(path))(t)))), 0o600))
			printed, err := paste(t, "sh", bad)
			if err == nil || len(printed) != c.step+1 {
				t.Fatalf("not seen in step %d: %v\n%s", c.step, err, strings.Join(printed, boundary))
			}
		})
	}
}

func TestACertificateOfWhatWasNotErasedIsRefused(t *testing.T) {
	b := newBed(t).texts(t)
	b.people(t, 2)
	above := t.TempDir()
	for name, erased := range map[string][]Erased{"another entry": {{Seq: 1, By: 5}}, "beyond the log": {{Seq: 1, By: 500}}} {
		if err := b.Certificate(t.Context(), filepath.Join(above, "m"), erased); fault.ClassOf(err) != fault.Integrity {
			t.Errorf("%s: %v", name, err)
		}
	}
	nothing(t, above)
	wantFault(t, b.Certificate(t.Context(), above, []Erased{{Seq: 1, By: 5}}), fault.Output, "out_exists")
}
