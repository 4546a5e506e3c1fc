package consent

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"iskurctl/internal/consent/receipt"
	"iskurctl/internal/fault"
	"iskurctl/internal/ledger"
)

func TestCertificatesVerify(t *testing.T) {
	b := newBed(t).texts(t)
	b.people(t, 30)
	older := b.trust(t)
	dir, erased := b.certified(t, Erasure{TCs: []string{tcNumber(3), tcNumber(9)}, Ground: "request"})
	for name, trust := range map[string]*ledger.Trust{"of today": b.trust(t), "of before": older} {
		r, err := receipt.VerifyCertificates(t.Context(), dir, trust)
		must(t, err)
		if len(r.Findings) > 0 || r.Verdict != "ok" || r.Coverage.New != int64(len(erased)) || r.Coverage.NewRead != r.Coverage.New || r.Size != b.trust(t).Size {
			t.Errorf("trust %s: %+v", name, r)
		}
	}
	if r, err := receipt.VerifyCertificates(t.Context(), dir, nil); err != nil || len(r.Findings) != 1 || r.Findings[0].Code != ledger.TrustMissing {
		t.Errorf("without trust: %v, %v", r.Findings, err)
	}
	if receipt.Is(dir) || !receipt.IsCertificate(dir) || receipt.IsCertificate(b.dir) || receipt.IsCertificate(filepath.Join(dir, "none")) {
		t.Error("a folder is taken for another")
	}
	_, err := receipt.VerifyCertificates(t.Context(), b.dir, nil)
	wantFault(t, err, fault.Input, "certificate_not_one")
	_, err = receipt.VerifyCertificates(t.Context(), filepath.Join(dir, "none"), nil)
	wantFault(t, err, fault.Input, "certificate_open")
}

func TestCertificatesOfANewKeyVerifyByAnOlderOne(t *testing.T) {
	b := newBed(t).texts(t)
	b.people(t, 3)
	older := b.trust(t)
	if _, err := b.Ledger().Rotate(t.Context()); err != nil {
		t.Fatal(err)
	}
	dir, _ := b.certified(t, Erasure{TCs: []string{tcNumber(1)}, Ground: "expired"})
	r, err := receipt.VerifyCertificates(t.Context(), dir, older)
	if err != nil || r.Verdict != "ok" {
		t.Errorf("%+v, %v", r, err)
	}
	pageIsReadable(t, string(got(os.ReadFile(filepath.Join(dir, "OKUBENI.txt")))(t)))
	keys := got(filepath.Glob(filepath.Join(dir, "keys", "*.note")))(t)
	must(t, os.Remove(keys[0]))
	if r, err = receipt.VerifyCertificates(t.Context(), dir, older); err != nil || !has(r, ledger.SigUnknownKey) {
		t.Errorf("without the note: %+v, %v", r, err)
	}
}

func has(r ledger.Report, code ledger.Code) bool {
	return slices.ContainsFunc(r.Findings, func(f ledger.Finding) bool { return f.Code == code })
}

func TestEveryChangeOfACertificateIsFoundAndNamed(t *testing.T) {
	b := newBed(t).texts(t)
	b.people(t, 30)
	dir, erased := b.certified(t, Erasure{TCs: []string{tcNumber(3)}, Ground: "court"})
	trust := b.trust(t)
	head, _, err := b.Ledger().Head(t.Context())
	must(t, err)
	stranger, vkey, err := note.GenerateKey(bytes.NewReader(make([]byte, 32)), head.Origin)
	must(t, err)
	signed := func(s string) string {
		text, _, _ := strings.Cut(s, "\n\n")
		return string(got(note.Sign(&note.Note{Text: text + "\n"}, got(note.NewSigner(stranger))(t)))(t))
	}
	by := strconv.FormatInt(erased[1].By, 10)
	read := func(name string) string { return string(got(os.ReadFile(filepath.Join(dir, name)))(t)) }
	swap := func(old, with string) func(string) string {
		return func(s string) string { return strings.Replace(s, old, with, 1) }
	}
	for name, c := range map[string]struct {
		file   string
		change func(string) string
		want   ledger.Code
	}{
		"the ground":              {by + ".json", swap("court", "expired"), ledger.ProofInvalid},
		"the erased entry":        {by + ".json", swap(`"seq":`, `"seq":1`), ledger.ProofInvalid},
		"the spelling":            {by + ".json", swap(`{"`, `{ "`), ledger.LeafNotCanonical},
		"the kind":                {by + ".json", swap("erased/1", "eraset/1"), ledger.LeafSchema},
		"the index":               {by + ".tlog-proof", swap("index "+by, "index 1"), ledger.ProofIndex},
		"the form of the proof":   {by + ".tlog-proof", swap("v1", "v2"), ledger.ProofInvalid},
		"a hash":                  {by + ".tlog-proof", func(s string) string { return flipLetter(s, strings.Index(s, "index")+20) }, ledger.ProofInvalid},
		"another checkpoint":      {by + ".tlog-proof", func(s string) string { return s + "— x AAAAAAAA\n" }, ledger.FileMismatch},
		"the signature":           {"checkpoint", func(s string) string { return flipLetter(s, len(s)-10) }, ledger.SigInvalid},
		"the root":                {"checkpoint", func(s string) string { return flipLetter(s, strings.Index(s, "\n\n")-10) }, ledger.SigInvalid},
		"the form":                {"checkpoint", swap("\n", ""), ledger.CheckpointMalformed},
		"who signed":              {"checkpoint", signed, ledger.SigUnknownKey},
		"the key":                 {"vkey", func(string) string { return vkey + "\n" }, ledger.FileMismatch},
		"no entry":                {by + ".json", nil, ledger.FileMissing},
		"no proof":                {by + ".tlog-proof", nil, ledger.FileMissing},
		"no checkpoint":           {"checkpoint", nil, ledger.FileMissing},
		"no key":                  {"vkey", nil, ledger.FileMissing},
		"no readme":               {"OKUBENI.txt", nil, ledger.FileMissing},
		"one more":                {"fazla.txt", func(string) string { return "x" }, ledger.FileExtra},
		"a folder more":           {"ek/1.json", func(string) string { return "x" }, ledger.FileExtra},
		"an erasure that is none": {"7.json", func(string) string { return read(by + ".json") }, ledger.FileMissing},
	} {
		t.Run(name, func(t *testing.T) {
			bad := filepath.Join(t.TempDir(), "m")
			must(t, os.CopyFS(bad, os.DirFS(dir)))
			path := filepath.Join(bad, c.file)
			if c.change == nil {
				must(t, os.Remove(path))
			} else {
				old, _ := os.ReadFile(path)
				must(t, os.MkdirAll(filepath.Dir(path), 0o700))
				must(t, os.WriteFile(path, []byte(c.change(string(old))), 0o600))
			}
			r, err := receipt.VerifyCertificates(t.Context(), bad, trust)
			must(t, err)
			if !has(r, c.want) || r.Verdict == "ok" {
				t.Errorf("%v, want %s", r.Findings, c.want)
			}
		})
	}
	t.Run("under another number", func(t *testing.T) {
		bad := filepath.Join(t.TempDir(), "m")
		must(t, os.CopyFS(bad, os.DirFS(dir)))
		for _, end := range []string{".json", ".tlog-proof"} {
			must(t, os.Rename(filepath.Join(bad, by+end), filepath.Join(bad, "1234"+end)))
		}
		if r := got(receipt.VerifyCertificates(t.Context(), bad, trust))(t); !has(r, ledger.FileMismatch) {
			t.Errorf("%v", r.Findings)
		}
	})
	t.Run("another history", func(t *testing.T) {
		other := *trust
		other.Root[0] ^= 1
		if r := got(receipt.VerifyCertificates(t.Context(), dir, &other))(t); !has(r, ledger.ForkAtSize) || r.Verdict != "diverged" {
			t.Errorf("%+v", r)
		}
	})
	t.Run("another log", func(t *testing.T) {
		other := *trust
		_, other.Vkey, _ = note.GenerateKey(bytes.NewReader(make([]byte, 32)), "another/consent/1")
		if r := got(receipt.VerifyCertificates(t.Context(), dir, &other))(t); !has(r, ledger.SigUnknownKey) || r.Class() != fault.Unverifiable {
			t.Errorf("%+v", r)
		}
	})
}
