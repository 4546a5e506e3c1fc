package consent

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"iskurctl/internal/consent/event"
	"iskurctl/internal/consent/receipt"
	"iskurctl/internal/fault"
	"iskurctl/internal/ledger"
)

// people records the three acts of n people and gives the ids of the last one's.
func (b *bed) people(t testing.TB, n int) (ids []string) {
	t.Helper()
	for i := range n {
		ids = ids[:0]
		for _, e := range acts(i) {
			ids = append(ids, got(b.Record(t.Context(), e))(t).ID)
		}
	}
	return ids
}

// trust is what a verifier got from the owner of the log.
func (b *bed) trust(t testing.TB) *ledger.Trust {
	t.Helper()
	head, _, err := b.Ledger().Head(t.Context())
	must(t, err)
	c := got(ledger.ReadCheckpoint(head.Note))(t)
	return &ledger.Trust{Vkey: head.Vkey, Size: c.Size, Root: c.Root}
}

// receipt writes one and gives its folder.
func (b *bed) receipt(t testing.TB, id string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "makbuz")
	must(t, b.Receipt(t.Context(), id, dir))
	return dir
}

func codesOf(r ledger.Report) (list []string) {
	for _, f := range r.Findings {
		code, _, _ := strings.Cut(string(f.Code), "_")
		list = append(list, code)
	}
	return list
}

func wantVerdict(t *testing.T, dir string, trust *ledger.Trust, verdict string, codes ...string) ledger.Report {
	t.Helper()
	r, err := receipt.Verify(t.Context(), dir, trust)
	must(t, err)
	if r.Verdict != verdict || !slices.Equal(codesOf(r), codes) {
		t.Errorf("verdict %s %v, want %s %v: %v", r.Verdict, codesOf(r), verdict, codes, r.Findings)
	}
	return r
}

func TestAReceiptVerifiesWithoutTheLogAndForEveryAct(t *testing.T) {
	b := newBed(t).texts(t)
	ids := b.people(t, 40)
	withdrawal := got(b.Withdraw(t.Context(), Withdrawal{TC: tcNumber(39), Channel: "portal"}))(t)
	refusal := got(b.Record(t.Context(), eventAt(0, 500, event.Consent, event.Refused, "riza-2")))(t)
	trust := b.trust(t)
	for name, c := range map[string]struct {
		id       string
		texts    int
		personal int64
	}{"agreement": {ids[0], 1, 1}, "notice": {ids[1], 1, 1}, "given": {ids[2], 2, 1}, "withdrawn": {withdrawal.ID, 1, 1}, "refused": {refusal.ID, 1, 1}} {
		t.Run(name, func(t *testing.T) {
			dir := b.receipt(t, c.id)
			r := wantVerdict(t, dir, trust, "ok")
			e := got(b.Find(t.Context(), c.id))(t)
			if r.Log != Name || r.Size != trust.Size || r.Root != trust.Root || r.Range != (ledger.Range{From: e.Seq, To: e.Seq + 1}) || r.Coverage.NewRead != 1 || r.Coverage.Disclosures != c.personal {
				t.Errorf("the report says %+v", r)
			}
			if r.Next != (ledger.Trust{}) {
				t.Error("a receipt moves the trust file")
			}
			want := []string{"OKUBENI.txt", c.id + ".jsonld", c.id + ".sdjwt", c.id + ".tlog-proof", "vkey"}
			var names []string
			err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
				must(t, err)
				info := got(d.Info())(t)
				if mode := info.Mode().Perm(); d.IsDir() && mode != 0o700 || !d.IsDir() && mode != 0o600 {
					t.Errorf("%s is there as %v", path, mode)
				}
				name, _ := filepath.Rel(dir, path)
				if text, ok := strings.CutPrefix(name, "texts/"); ok {
					c.texts--
					_, body, err := b.Text(t.Context(), strings.TrimSuffix(text, ".txt"))
					if err != nil || string(body) != string(got(os.ReadFile(path))(t)) {
						t.Errorf("%s: %v", name, err)
					}
				} else if !d.IsDir() {
					names = append(names, name)
				}
				return nil
			})
			slices.Sort(names)
			slices.Sort(want)
			if err != nil || c.texts != 0 || !slices.Equal(names, want) {
				t.Errorf("%v: %v, want %v; texts missing: %d", err, names, want, c.texts)
			}
		})
	}
}

// The payload of the SD-JWT is the leaf, byte for byte, and the signature is one of the key that signs the checkpoints.
func TestTheReceiptsPayloadIsTheEntryItself(t *testing.T) {
	b := newBed(t).texts(t)
	id := b.people(t, 1)[2]
	dir := b.receipt(t, id)
	text := string(got(os.ReadFile(filepath.Join(dir, id+".sdjwt")))(t))
	jwt, rest, _ := strings.Cut(text, "~")
	parts := strings.Split(jwt, ".")
	raw := func(s string) []byte { return got(base64.RawURLEncoding.DecodeString(s))(t) }
	var leaf []byte
	for e, err := range b.Ledger().Source().Entries(t.Context(), 6, 7) {
		must(t, err)
		leaf = slices.Clone(e.Leaf)
	}
	if string(raw(parts[1])) != string(leaf) {
		t.Errorf("the payload is\n%s, the entry\n%s", raw(parts[1]), leaf)
	}
	var head struct{ Alg, Typ, Kid string }
	must(t, json.Unmarshal(raw(parts[0]), &head))
	trust := b.trust(t)
	vkey := strings.SplitN(trust.Vkey, "+", 3)
	if head.Alg != "EdDSA" || head.Typ != "iskurctl-consent+sd-jwt" || head.Kid != vkey[0]+"+"+vkey[1] {
		t.Errorf("the header says %+v", head)
	}
	key := got(base64.StdEncoding.DecodeString(vkey[2]))(t)[1:]
	if !ed25519.Verify(key, []byte(parts[0]+"."+parts[1]), raw(parts[2])) {
		t.Error("the signature is not one of the log's key")
	}
	if n := strings.Count(rest, "~"); n != 8 || !strings.HasSuffix(rest, "~") {
		t.Errorf("%d disclosures, want 8", n)
	}
}

func TestAReceiptStillVerifiesWhenTheControllerHasErasedItsCopy(t *testing.T) {
	b := newBed(t).texts(t)
	id := b.people(t, 3)[2]
	before, trust := b.receipt(t, id), b.trust(t)
	_, err := b.Erase(t.Context(), Erasure{TCs: []string{tcNumber(2)}, Ground: "request", Fields: []string{"phone", "ip"}}, func(Erased) error { return nil })
	must(t, err)
	partly := b.receipt(t, id)
	wantVerdict(t, partly, b.trust(t), "ok")
	token := string(got(os.ReadFile(filepath.Join(partly, id+".sdjwt")))(t))
	record := string(got(os.ReadFile(filepath.Join(partly, id+".jsonld")))(t))
	if n := strings.Count(token, "~"); n != 7 || strings.Contains(record, "+905000000001") || !strings.Contains(record, tcNumber(2)) {
		t.Errorf("of an event that was erased in part the receipt has %d values:\n%s", n-1, record)
	}
	_, err = b.Erase(t.Context(), Erasure{TCs: []string{tcNumber(2)}, Ground: "request"}, func(Erased) error { return nil })
	must(t, err)
	for _, dir := range []string{before, partly} {
		wantVerdict(t, dir, trust, "ok")
		wantVerdict(t, dir, b.trust(t), "ok")
	}
	dir := filepath.Join(t.TempDir(), "makbuz")
	wantFault(t, b.Receipt(t.Context(), id, dir), fault.Negative, "event_erased")
	nothing(t, filepath.Dir(dir))
}

func TestAReceiptOfAnUnknownEventOrIntoAFolderThatIsThereIsRefused(t *testing.T) {
	b := newBed(t).texts(t)
	id := b.people(t, 1)[0]
	above := t.TempDir()
	for _, unknown := range []string{"", "x", sessionOf(77)} {
		wantFault(t, b.Receipt(t.Context(), unknown, filepath.Join(above, "m")), fault.Negative, "event_unknown")
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := b.Receipt(ended, id, filepath.Join(above, "m")); err == nil {
		t.Error("written although nobody waits any more")
	}
	nothing(t, above)
	must(t, os.Mkdir(filepath.Join(above, "m"), 0o700))
	wantFault(t, b.Receipt(t.Context(), id, filepath.Join(above, "m")), fault.Output, "out_exists")
	nothing(t, filepath.Join(above, "m"))
	wantFault(t, b.Receipt(t.Context(), id, filepath.Join(above, "not", "there")), fault.Output, "out_open")
}

// nothing wants an empty folder.
func nothing(t *testing.T, dir string) {
	t.Helper()
	if list := got(os.ReadDir(dir))(t); len(list) > 0 {
		t.Errorf("left behind: %v", list)
	}
}

// A log that was damaged gives no receipt that does not hold.
func TestADamagedLogGivesNoReceipt(t *testing.T) {
	for name, change := range map[string]string{
		"a hash beside": `UPDATE consent_leaf SET hash = zeroblob(32) WHERE seq = 5`,
		"a text":        `UPDATE consent_text SET body = x'41' WHERE seq = 2`,
		"the note":      `UPDATE consent_log SET note = x'41'`,
	} {
		t.Run(name, func(t *testing.T) {
			b := newBed(t).texts(t)
			id := b.people(t, 1)[2]
			b.tamper(t, change)
			above := t.TempDir()
			if err := b.Receipt(t.Context(), id, filepath.Join(above, "m")); fault.ClassOf(err) != fault.Integrity {
				t.Errorf("got %v", err)
			}
			nothing(t, above)
		})
	}
}
