package consent

import (
	"bytes"
	"encoding/base64"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"iskurctl/internal/consent/receipt"
	"iskurctl/internal/fault"
	"iskurctl/internal/ledger"
)

// Every alteration of a receipt is found, and called by its own name.
func TestEveryChangeOfAReceiptIsFoundAndNamed(t *testing.T) {
	b := newBed(t).texts(t)
	ids := b.people(t, 30)
	id, trust := ids[2], b.trust(t)
	other := b.receipt(t, ids[1])
	good := b.receipt(t, id)
	head, _, err := b.Ledger().Head(t.Context())
	must(t, err)
	signer := got(b.ring.Signer(t.Context(), head.Vkey))(t)
	stranger := got(note.NewSigner(first(note.GenerateKey(bytes.NewReader(make([]byte, 32)), head.Origin))))(t)

	token, proof, record := id+".sdjwt", id+".tlog-proof", id+".jsonld"
	edit := func(name string, change func(string) string) func(t *testing.T, dir string) {
		return func(t *testing.T, dir string) {
			path := filepath.Join(dir, name)
			old := string(got(os.ReadFile(path))(t))
			changed := change(old)
			if changed == old {
				t.Fatal("nothing was changed")
			}
			must(t, os.WriteFile(path, []byte(changed), 0o600))
		}
	}
	swap := func(old, new string) func(string) string {
		return func(s string) string { return strings.Replace(s, old, new, 1) }
	}
	line := func(n int, change func(string) string) func(string) string {
		return func(s string) string {
			lines := strings.SplitAfter(s, "\n")
			lines[n] = change(lines[n])
			return strings.Join(lines, "")
		}
	}
	flip := func(s string) string { return flipLetter(s, 5) }
	part := func(n int, change func(string) string) func(string) string {
		return func(s string) string {
			jwt, rest, _ := strings.Cut(s, "~")
			parts := strings.Split(jwt, ".")
			parts[n] = change(parts[n])
			return strings.Join(parts, ".") + "~" + rest
		}
	}
	payload := func(change func(string) string) func(string) string {
		return part(1, func(s string) string {
			return base64.RawURLEncoding.EncodeToString([]byte(change(string(got(base64.RawURLEncoding.DecodeString(s))(t)))))
		})
	}
	resigned := func(s note.Signer, change func(string) string) func(string) string {
		return func(text string) string {
			jwt, rest, _ := strings.Cut(change(text), "~")
			parts := strings.Split(jwt, ".")
			sig := got(s.Sign([]byte(parts[0] + "." + parts[1])))(t)
			return parts[0] + "." + parts[1] + "." + base64.RawURLEncoding.EncodeToString(sig) + "~" + rest
		}
	}
	same := func(s string) string { return s }
	consentText, noticeText := hashes(t, b)["riza-1"], hashes(t, b)["aydinlatma-1"]
	for name, c := range map[string]struct {
		change func(t *testing.T, dir string)
		codes  []string
	}{
		"a hash of the proof":        {edit(proof, line(3, flip)), []string{"V30"}},
		"a hash too few":             {edit(proof, line(2, func(string) string { return "" })), []string{"V30"}},
		"the proof's form":           {edit(proof, swap("@v1", "@v2")), []string{"V30"}},
		"the number":                 {edit(proof, swap("index "+strconv.Itoa(int(trust.Size)-1), "index 5")), []string{"V31"}},
		"a number beyond the log":    {edit(proof, swap("index "+strconv.Itoa(int(trust.Size)-1), "index 4711")), []string{"V31"}},
		"the root":                   {edit(proof, swap(trust.Root.String(), flip(trust.Root.String()))), []string{"V03", "V30"}},
		"the checkpoint's signature": {edit(proof, func(s string) string { return flipLetter(s, len(s)-20) }), []string{"V03"}},
		"the checkpoint's form":      {edit(proof, swap("\n"+strconv.Itoa(int(trust.Size))+"\n", "\nmany\n")), []string{"V02"}},
		"the signature":              {edit(token, part(2, flip)), []string{"V32"}},
		"the signature, cut short":   {edit(token, part(2, func(s string) string { return s[:len(s)-4] })), []string{"V32"}},
		"signed by a stranger":       {edit(token, resigned(stranger, same)), []string{"V32"}},
		"another header":             {edit(token, part(0, func(string) string { return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) })), []string{"V32"}},
		"another header, signed by us": {edit(token, resigned(signer, part(0, func(string) string {
			return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"EdDSA","typ":"JWT"}`))
		}))), []string{"V32"}},
		"no SD-JWT at all":                  {edit(token, func(string) string { return "x" }), []string{"V32"}},
		"no end":                            {edit(token, func(s string) string { return strings.TrimSuffix(s, "~") }), []string{"V32"}},
		"a line end":                        {edit(token, func(s string) string { return s + "\n" }), []string{"V32"}},
		"the payload":                       {edit(token, payload(swap(`"kimlik"`, `"gorsel"`))), []string{"V33"}},
		"the payload, signed by a stranger": {edit(token, resigned(stranger, payload(swap(`"kimlik"`, `"gorsel"`)))), []string{"V33"}},
		"the payload, signed by the log":    {edit(token, resigned(signer, payload(swap(`"kimlik"`, `"gorsel"`)))), []string{"V30"}},
		"another event's receipt under this id": {func(t *testing.T, dir string) {
			for _, end := range []string{".sdjwt", ".tlog-proof", ".jsonld"} {
				must(t, os.WriteFile(filepath.Join(dir, id+end), got(os.ReadFile(filepath.Join(other, ids[1]+end)))(t), 0o600))
			}
			must(t, os.Remove(filepath.Join(dir, "texts", consentText+".txt")))
		}, []string{"V33"}},
		"a disclosure":             {edit(token, func(s string) string { return flipLetter(s, strings.Index(s, "~")+40) }), []string{"V34"}},
		"a disclosure more":        {edit(token, func(s string) string { return s + disclosureOf("surname", "Başka") + "~" }), []string{"V34"}},
		"a disclosure twice":       {edit(token, func(s string) string { return s + strings.Split(s, "~")[1] + "~" }), []string{"V34"}},
		"a text":                   {edit("texts/"+consentText+".txt", func(s string) string { return s + " " }), []string{"V40"}},
		"the notice":               {edit("texts/"+noticeText+".txt", swap("Metin", "metin")), []string{"V40"}},
		"a text that is gone":      {gone("texts/" + noticeText + ".txt"), []string{"V17"}},
		"the proof that is gone":   {gone(proof), []string{"V17"}},
		"the record that is gone":  {gone(record), []string{"V17"}},
		"the key that is gone":     {gone("vkey"), []string{"V17"}},
		"OKUBENI.txt that is gone": {gone("OKUBENI.txt"), []string{"V17"}},
		"a link for a file": {func(t *testing.T, dir string) {
			gone(record)(t, dir)
			must(t, os.Symlink("vkey", filepath.Join(dir, record)))
		}, []string{"V17"}},
		"the record's person":              {edit(record, swap("Yılmaz", "Demir")), []string{"V16"}},
		"the record's act":                 {edit(record, swap("dpv:ConsentGiven", "dpv:ConsentRefused")), []string{"V16"}},
		"what the record says of the text": {edit(record, swap(`"dpv:hasConsentControl": "not-stated"`, `"dpv:hasConsentControl": "telefonla"`)), []string{"V16"}},
		"what the record refers to": {edit(record, swap(`"dpv:hasConsentControl": "not-stated"`, `"dpv:hasConsentControl": {
        "dct:source": "https://ornek.invalid/"
      }`)), []string{"V16"}},
		"a member more":         {edit(record, swap(`"dpv:hasService"`, `"x": 1, "dpv:hasService"`)), []string{"V16"}},
		"another key beside it": {edit("vkey", func(string) string { return vkeyOf(stranger, t) }), []string{"V16"}},
		"a file too many":       {func(t *testing.T, dir string) { must(t, os.WriteFile(filepath.Join(dir, "ek.pdf"), nil, 0o600)) }, []string{"V18"}},
		"a text too many": {func(t *testing.T, dir string) {
			must(t, os.WriteFile(filepath.Join(dir, "texts", strings.Repeat("0", 64)+".txt"), nil, 0o600))
		}, []string{"V18"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "m")
			must(t, exec.Command("cp", "-r", good, dir).Run())
			c.change(t, dir)
			wantVerdict(t, dir, trust, "broken", c.codes...)
		})
	}
}

func gone(name string) func(t *testing.T, dir string) {
	return func(t *testing.T, dir string) { must(t, os.Remove(filepath.Join(dir, name))) }
}

func first(a, _ string, err error) string {
	if err != nil {
		panic(err)
	}
	return a
}

// vkeyOf makes the line of a verifier key for the key of zeros.
func vkeyOf(s note.Signer, t *testing.T) string {
	t.Helper()
	_, vkey, err := note.GenerateKey(bytes.NewReader(make([]byte, 32)), s.Name())
	must(t, err)
	return vkey + "\n"
}

// flipLetter exchanges the letter at a place of base64.
func flipLetter(s string, at int) string {
	c := byte('A')
	if s[at] == c {
		c = 'B'
	}
	return s[:at] + string(c) + s[at+1:]
}

func disclosureOf(name, value string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(`["c2FsdHNhbHRzYWx0c2FsdA","` + name + `","` + value + `"]`))
}

// A receipt is never believed at first sight, nor on the word of another key; a later state of the log that is trusted is
// no obstacle, a root that contradicts it is.
func TestAReceiptIsBelievedOnlyByTheKeyThatSigned(t *testing.T) {
	b := newBed(t).texts(t)
	id := b.people(t, 4)[2]
	dir, trust := b.receipt(t, id), b.trust(t)
	wantVerdict(t, dir, nil, "unverifiable", "V08")
	other := newBed(t).texts(t)
	other.people(t, 4)
	wantVerdict(t, dir, other.trust(t), "unverifiable", "V04")
	forked := *trust
	forked.Root[7] ^= 1
	wantVerdict(t, dir, &forked, "diverged", "V27")
	for range 3 {
		b.record(t, acts(9)...)
	}
	wantVerdict(t, dir, b.trust(t), "ok")
	wantVerdict(t, dir, &ledger.Trust{Vkey: trust.Vkey}, "ok")
	forged := *trust
	forged.Vkey = vkeyOf(got(note.NewSigner(first(note.GenerateKey(bytes.NewReader(make([]byte, 32)), "another/log/1"))))(t), t)
	forged.Vkey = strings.TrimSuffix(forged.Vkey, "\n")
	wantVerdict(t, dir, &forged, "unverifiable", "V04")
	if _, err := receipt.Verify(t.Context(), dir, &ledger.Trust{Vkey: "x"}); fault.ClassOf(err) != fault.Unverifiable {
		t.Errorf("a trust without a key: %v", err)
	}
}

// Who trusts an older key gets to the newer one by the notes in which one endorsed the next.
func TestAReceiptUnderALaterKeyVerifiesWithAnOlderTrust(t *testing.T) {
	b := newBed(t).texts(t)
	id := b.people(t, 2)[2]
	trusts := []*ledger.Trust{b.trust(t)}
	before := b.receipt(t, id)
	for range 2 {
		must(t, second(b.Ledger().Rotate(t.Context())))
		b.record(t, acts(5+len(trusts))...)
		trusts = append(trusts, b.trust(t))
	}
	dir := b.receipt(t, id)
	notes := got(os.ReadDir(filepath.Join(dir, "keys")))(t)
	if len(notes) != 2 {
		t.Fatalf("%v", notes)
	}
	for _, trust := range trusts {
		wantVerdict(t, dir, trust, "ok")
	}
	wantVerdict(t, before, trusts[0], "ok")
	wantVerdict(t, before, trusts[2], "unverifiable", "V04") // its key says nothing of the ones before

	path := filepath.Join(dir, "keys", notes[1].Name())
	text := string(got(os.ReadFile(path))(t))
	must(t, os.WriteFile(path, []byte(flipLetter(text, len(text)-20)), 0o600))
	wantVerdict(t, dir, trusts[0], "broken", "V04", "V07")
	must(t, os.RemoveAll(filepath.Join(dir, "keys")))
	wantVerdict(t, dir, trusts[0], "unverifiable", "V04")
	wantVerdict(t, dir, trusts[2], "ok")
}

func second(_ string, err error) error { return err }

func TestWhatIsNoReceiptIsSaidToBeNone(t *testing.T) {
	b := newBed(t).texts(t)
	id := b.people(t, 1)[0]
	dir, trust := b.receipt(t, id), b.trust(t)
	if !receipt.Is(dir) {
		t.Error("a receipt is not known for one")
	}
	empty := t.TempDir()
	two := filepath.Join(t.TempDir(), "two")
	must(t, exec.Command("cp", "-r", dir, two).Run())
	must(t, os.WriteFile(filepath.Join(two, sessionOf(1)+".sdjwt"), nil, 0o600))
	for path, code := range map[string]string{empty: "receipt_not_one", two: "receipt_not_one", filepath.Join(empty, "x"): "receipt_open", filepath.Join(dir, "vkey"): "receipt_open"} {
		if receipt.Is(path) {
			t.Errorf("%s is taken for a receipt", path)
		}
		_, err := receipt.Verify(t.Context(), path, trust)
		wantFault(t, err, fault.Input, code)
	}
}
