package bundle

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"iskurctl/internal/i18n"
	"iskurctl/internal/ledger"
	"iskurctl/internal/tckn"
)

// told is a log whose entries hold the digests of its disclosures, as those of a real one do.
type told struct {
	*fake
	leaves [][]byte
	sds    []string
}

// newTold makes a log in which two entries of three have disclosures, the first one not. Entries are of many lengths. Where
// something was disposed of, the last one says so.
func newTold(t testing.TB, size, pruned int64) *told {
	t.Helper()
	return tell(t, size, pruned, nil)
}

// newNaming makes one in which entries name texts.
func newNaming(t testing.TB, size int64, named map[int64]string) *told {
	t.Helper()
	return tell(t, size, 0, named)
}

func tell(t testing.TB, size, pruned int64, named map[int64]string) *told {
	t.Helper()
	f := &told{fake: &fake{size: size, pruned: pruned, keyAt: -1}}
	for seq := range size {
		var sds, digests []string
		if seq%3 > 0 {
			number := tckn.Complete(100000000 + int(seq%100))
			for _, v := range [][2]string{{"params", `{"KIMLIK_NO":"` + number + `"}`}, {"user", `"Şükrü Ağaoğlu"`}} {
				d, digest, err := ledger.Disclose(rand.Reader, v[0], []byte(v[1]))
				if err != nil {
					t.Fatal(err)
				}
				sds, digests = append(sds, d), append(digests, digest)
			}
		}
		b := ledger.NewLeaf()
		if slices.Sort(digests); len(digests) > 0 {
			b.Digests(digests)
		}
		b.String("k", "test/1").String("pad", strings.Repeat("ç\\n", int(seq%240)))
		if text, ok := named[seq]; ok {
			b.String("sha256", hexSum([]byte(text)))
		}
		leaf, err := b.String("t", "2026-11-22T10:11:12.123Z").Bytes()
		if err != nil {
			t.Fatal(err)
		}
		if pruned > 0 && seq == size-1 {
			leaf, sds = f.leaf(nil, seq), nil
		}
		f.leaves, f.sds = append(f.leaves, leaf), append(f.sds, strings.Join(sds, "~"))
		more, err := tlog.StoredHashes(seq, leaf, tlog.HashReaderFunc(f.ReadHashes))
		if err != nil {
			t.Fatal(err)
		}
		f.hashes = append(f.hashes, more...)
	}
	root, err := tlog.TreeHash(size, tlog.HashReaderFunc(f.ReadHashes))
	if err != nil {
		t.Fatal(err)
	}
	skey, vkey, err := note.GenerateKey(rand.Reader, origin)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(skey)
	if err != nil {
		t.Fatal(err)
	}
	f.vkey = vkey
	if f.note, err = ledger.SignCheckpoint(origin, size, root, signer); err != nil {
		t.Fatal(err)
	}
	return f
}

func (f *told) Entries(_ context.Context, from, to int64) iter.Seq2[ledger.Entry, error] {
	return func(yield func(ledger.Entry, error) bool) {
		for seq := max(from, f.pruned/256*256); seq < min(to, f.size); seq++ {
			if !yield(ledger.Entry{Seq: seq, Leaf: f.leaves[seq]}, nil) {
				return
			}
		}
	}
}

func (f *told) Disclosures(_ context.Context, from, to int64) iter.Seq2[ledger.Disclosed, error] {
	return func(yield func(ledger.Disclosed, error) bool) {
		for seq := max(from, f.pruned); seq < min(to, f.size); seq++ {
			if !yield(ledger.Disclosed{Seq: seq, SD: []byte(f.sds[seq])}, nil) {
				return
			}
		}
	}
}

// export writes f with its OKUBENI.txt. A nil range is all of it.
func (f *told) export(t testing.TB, r *ledger.Range, personal bool) (dir string, o ReadmeOptions) {
	t.Helper()
	return f.exportAs(t, Options{Range: r, PersonalData: personal}, false)
}

// exportTexts writes it with texts and more entries.
func (f *told) exportTexts(t testing.TB, r *ledger.Range, extra []ledger.Range, bodies ...string) (dir string, o ReadmeOptions) {
	t.Helper()
	return f.exportAs(t, Options{Range: r, Extra: extra, PersonalData: true, Texts: func(yield func(LegalText, error) bool) {
		for _, body := range bodies {
			if !yield(LegalText{hexSum([]byte(body)), []byte(body)}, nil) {
				return
			}
		}
	}}, true)
}

func (f *told) exportAs(t testing.TB, given Options, texts bool) (dir string, o ReadmeOptions) {
	t.Helper()
	o = ReadmeOptions{Origin: origin, Size: f.size, Range: ledger.Range{To: f.size}, Pruned: f.pruned, PersonalData: given.PersonalData, Texts: texts,
		Contents: i18n.T("Sınama günlüğü.", "A log for tests.")}
	if given.Range != nil {
		o.Range = *given.Range
	}
	w := f.options()
	w.Range, w.Extra, w.PersonalData, w.Texts, w.Readme = given.Range, given.Extra, given.PersonalData, given.Texts, Readme(o)
	dir = filepath.Join(t.TempDir(), "bag of a test")
	if _, err := Write(t.Context(), dir, f, w); err != nil {
		t.Fatal(err)
	}
	return dir, o
}

// digests gives the SHA-256 of every file in a folder.
func digests(t testing.TB, dir string) map[string][32]byte {
	t.Helper()
	out := map[string][32]byte{}
	for _, name := range files(t, dir) {
		b, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		out[name] = sha256.Sum256(b)
	}
	return out
}
