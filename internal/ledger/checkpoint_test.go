package ledger

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"iskurctl/internal/fault"
)

const testOrigin = "iskur.example/audit/1"

// testKey makes a key that is the same in every run; n tells the keys of a name apart.
func testKey(t testing.TB, name string, n byte) (note.Signer, note.Verifier, string) {
	t.Helper()
	skey, vkey, err := note.GenerateKey(bytes.NewReader(bytes.Repeat([]byte{n}, 64)), name)
	if err != nil {
		t.Fatal(err)
	}
	s, err := note.NewSigner(skey)
	if err != nil {
		t.Fatal(err)
	}
	v, err := newVerifier(vkey)
	if err != nil {
		t.Fatal(err)
	}
	return s, v, vkey
}

func wantCode(t *testing.T, what string, err error, want Code) {
	t.Helper()
	var p *Problem
	if !errors.As(err, &p) || p.Code != want || p.Text.TR == "" || p.Text.EN == "" {
		t.Errorf("%s: %v, want %s", what, err, want)
	}
}

// A checkpoint that the transparency-dev project publishes in its tests: signed by other software, under a key whose
// name is not the origin.
const (
	foreignNote = "transparency.dev/armored-witness/firmware_transparency/ci/2\n56\n7azctENRYLlBCBQ5OX2qxxIKCTOeCda1KfTwjdt0wdA=\n\n" +
		"— transparency.dev-aw-ftlog-ci-2 93xidocoWXVph2jEuzW2oovU+IjU71+FeVGKtKXQknSla2HCvr6RYHRSdJfxpo4kj5geqxkjrDXcbpiSo7lK96X4Dgc=\n"
	foreignKey = "transparency.dev-aw-ftlog-ci-2+f77c6276+AZXqiaARpwF4MoNOxx46kuiIRjrML0PDTm+c7BLaAMt6"
)

func TestACheckpointOfOtherSoftwareIsRead(t *testing.T) {
	v, err := newVerifier(foreignKey)
	if err != nil {
		t.Fatal(err)
	}
	c, err := OpenCheckpoint([]byte(foreignNote), v)
	if err != nil || c.Origin != "transparency.dev/armored-witness/firmware_transparency/ci/2" || c.Size != 56 ||
		c.Root.String() != "7azctENRYLlBCBQ5OX2qxxIKCTOeCda1KfTwjdt0wdA=" || string(c.Note) != foreignNote {
		t.Errorf("%+v, %v", c, err)
	}
	for i := range strings.Index(foreignNote, "\n\n") { // no byte of the text can be another one
		changed := []byte(foreignNote)
		changed[i] ^= 1
		if _, err := OpenCheckpoint(changed, v); err == nil {
			t.Errorf("byte %d was changed and nobody noticed", i)
		}
	}
	// The example of C2SP tlog-witness: two signatures of one name, by other keys.
	const example = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n" +
		"— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n" +
		"— example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=\n"
	if c, err := ReadCheckpoint([]byte(example)); err != nil || c.Origin != "example.com/behind-the-sofa" || c.Size != 20852163 ||
		c.Root.String() != "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=" {
		t.Errorf("%+v, %v", c, err)
	}
	_, err = OpenCheckpoint([]byte(example), v)
	wantCode(t, "the example, under a key that did not sign it", err, SigUnknownKey)
}

func TestASignedCheckpointIsAC2SPNote(t *testing.T) {
	s, v, _ := testKey(t, testOrigin, 1)
	root := Hash(sha256.Sum256(nil))
	b, err := SignCheckpoint(testOrigin, 1000500, root, s)
	if err != nil {
		t.Fatal(err)
	}
	n, err := note.Open(b, note.VerifierList(v))
	if err != nil || n.Text != testOrigin+"\n1000500\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n" || len(n.Sigs) != 1 {
		t.Errorf("%+v, %v", n, err)
	}
	c, err := OpenCheckpoint(b, v)
	if err != nil || c.Origin != testOrigin || c.Size != 1000500 || c.Root != root || !bytes.Equal(c.Note, b) {
		t.Errorf("%+v, %v", c, err)
	}
	if again, err := SignCheckpoint(testOrigin, 1000500, root, s); err != nil || !bytes.Equal(again, b) {
		t.Errorf("signing again gives other bytes: %v", err)
	}
	for _, wrong := range []struct {
		origin string
		size   int64
	}{{"", 1}, {"a b", 1}, {"a+b", 1}, {"a\nb", 1}, {"a", -1}, {"a", MaxInt + 1}} {
		if _, err := SignCheckpoint(wrong.origin, wrong.size, root, s); fault.ClassOf(err) != fault.Internal {
			t.Errorf("%q %d: %v", wrong.origin, wrong.size, err)
		}
	}
}

func TestMalformedCheckpointsAreV02(t *testing.T) {
	s, v, _ := testKey(t, testOrigin, 1)
	const root = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
	for name, text := range map[string]string{
		"two lines": testOrigin + "\n5\n", "an extension line": testOrigin + "\n5\n" + root + "\nx\n", "an empty line": testOrigin + "\n5\n" + root + "\n\n",
		"no origin": "\n5\n" + root + "\n", "a blank in the origin": "a b\n5\n" + root + "\n", "a plus in the origin": "a+b\n5\n" + root + "\n", "a C1 control in the origin": "a\u0085b\n5\n" + root + "\n",
		"no size": testOrigin + "\n\n" + root + "\n", "a leading zero": testOrigin + "\n05\n" + root + "\n", "a sign": testOrigin + "\n+5\n" + root + "\n", "negative": testOrigin + "\n-5\n" + root + "\n",
		"minus zero": testOrigin + "\n-0\n" + root + "\n", "hexadecimal": testOrigin + "\n0x5\n" + root + "\n", "an underscore": testOrigin + "\n1_0\n" + root + "\n", "a blank after the size": testOrigin + "\n5 \n" + root + "\n",
		"2^53": testOrigin + "\n9007199254740992\n" + root + "\n", "2^64": testOrigin + "\n18446744073709551616\n" + root + "\n", "digits that are not ASCII": testOrigin + "\n٥\n" + root + "\n",
		"no root": testOrigin + "\n5\n\n", "31 bytes": testOrigin + "\n5\n" + root[:40] + "uA==\n", "33 bytes": testOrigin + "\n5\n" + root[:43] + "A\n", "no padding": testOrigin + "\n5\n" + root[:43] + "\n",
		"base64url": testOrigin + "\n5\n" + strings.NewReplacer("+", "-", "/", "_").Replace(root) + "\n", "spare bits": testOrigin + "\n5\n" + root[:42] + "V=\n",
	} {
		b, err := note.Sign(&note.Note{Text: text}, s) // the signature is good: only the form is wrong
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		_, err = OpenCheckpoint(b, v)
		wantCode(t, name, err, CheckpointMalformed)
		_, err = ReadCheckpoint(b)
		wantCode(t, name+", read", err, CheckpointMalformed)
	}
	good, err := SignCheckpoint(testOrigin, 5, Hash{}, s)
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string]string{
		"nothing": "", "no signatures": strings.Split(string(good), "\n\n")[0] + "\n", "no last line end": strings.TrimSuffix(string(good), "\n"), "CR LF": strings.ReplaceAll(string(good), "\n", "\r\n"),
		"a tab": strings.Replace(string(good), "\n5", "\n\t5", 1), "broken UTF-8": "\xff" + string(good), "a hyphen for the dash": strings.Replace(string(good), "— ", "- ", 1),
		"something behind it": string(good) + "x\n", "a signature of three bytes": strings.Split(string(good), "— ")[0] + "— a AAAA\n",
		"a hundred and one signatures": string(good) + strings.Repeat("— a AAAAAAA=\n", 101), "128 KiB": string(good) + strings.Repeat("— a "+strings.Repeat("A", 2000)+"\n", 66),
	} {
		_, err := OpenCheckpoint([]byte(b), v)
		wantCode(t, name, err, CheckpointMalformed)
		_, err = ReadCheckpoint([]byte(b))
		wantCode(t, name+", read", err, CheckpointMalformed)
	}
}

func TestABadSignatureIsV03AndAnUnknownKeyV04(t *testing.T) {
	s, v, _ := testKey(t, testOrigin, 1)
	other, otherV, _ := testKey(t, testOrigin, 2)
	b, err := SignCheckpoint(testOrigin, 5, Hash{}, s)
	if err != nil {
		t.Fatal(err)
	}
	_, err = OpenCheckpoint([]byte(strings.Replace(string(b), "\n5\n", "\n6\n", 1)), v)
	wantCode(t, "another size under the old signature", err, SigInvalid)
	_, err = OpenCheckpoint([]byte(strings.Replace(string(b), "\n5\n", "\n05\n", 1)), v)
	wantCode(t, "a malformed text under the old signature", err, SigInvalid)
	_, err = OpenCheckpoint(b, otherV)
	wantCode(t, "another key of the same name", err, SigUnknownKey)
	_, renamed, _ := testKey(t, "iskur.example/audit/2", 1)
	_, err = OpenCheckpoint(b, renamed)
	wantCode(t, "the same key under another name", err, SigUnknownKey)

	n, err := note.Open(b, note.VerifierList(v))
	if err != nil {
		t.Fatal(err)
	}
	two, err := note.Sign(n, other)
	if err != nil {
		t.Fatal(err)
	}
	for _, known := range []note.Verifier{v, otherV} {
		if c, err := OpenCheckpoint(two, known); err != nil || c.Size != 5 {
			t.Errorf("one of two signatures is enough: %v", err)
		}
	}
	if c, err := ReadCheckpoint(b); err != nil || c.Size != 5 || c.Origin != testOrigin {
		t.Errorf("reading needs no key: %+v, %v", c, err)
	}
	for i := strings.LastIndex(string(b), " ") + 1 + 8; i < len(b)-3; i++ { // behind the key id
		changed := bytes.Clone(b)
		if changed[i] = 'A'; b[i] == 'A' {
			changed[i] = 'B'
		}
		_, err := OpenCheckpoint(changed, v)
		wantCode(t, "a changed signature", err, SigInvalid)
	}
}

func TestTheOldKeyEndorsesTheNewOne(t *testing.T) {
	old, oldV, _ := testKey(t, testOrigin, 1)
	_, newV, newKey := testKey(t, testOrigin, 2)
	text, err := KeyNote(testOrigin, newKey, old)
	if err != nil || !strings.HasPrefix(text, testOrigin+"\nkey/1\n"+newKey+"\n\n— "+testOrigin+" ") {
		t.Fatalf("%s, %v", text, err)
	}
	if got, err := OpenKeyNote(text, testOrigin, oldV); err != nil || got != newKey {
		t.Errorf("%s, %v", got, err)
	}
	other, err := KeyNote("iskur.example/consent/1", newKey, old)
	if err != nil {
		t.Fatal(err)
	}
	checkpoint, err := SignCheckpoint(testOrigin, 1, Hash{}, old)
	if err != nil {
		t.Fatal(err)
	}
	upper, err := note.Sign(&note.Note{Text: testOrigin + "\nkey/1\n" + strings.Replace(newKey, newKey[len(testOrigin)+1:][:8], strings.ToUpper(newKey[len(testOrigin)+1:][:8]), 1) + "\n"}, old)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		text string
		v    note.Verifier
	}{
		"another key's": {text, newV}, "changed": {strings.Replace(text, "key/1", "key/2", 1), oldV}, "another log's": {other, oldV}, "a checkpoint": {string(checkpoint), oldV},
		"nothing": {"", oldV}, "a key in another spelling": {string(upper), oldV},
	} {
		_, err := OpenKeyNote(c.text, testOrigin, c.v)
		wantCode(t, name, err, KeyChainBroken)
	}
	_, err = OpenCheckpoint([]byte(text), oldV)
	wantCode(t, "a key note is no checkpoint", err, CheckpointMalformed)
	for _, wrong := range []string{"", "x", newKey + "x", newKey + "\n"} {
		if _, err := KeyNote(testOrigin, wrong, old); fault.ClassOf(err) != fault.Internal {
			t.Errorf("%q: %v", wrong, err)
		}
	}
	// It passes through an entry unharmed.
	leaf, err := NewLeaf().String("k", "key/1").String("note", text).String("t", "2026-11-22T10:11:12.123Z").String("vkey", newKey).Bytes()
	if err != nil {
		t.Fatal(err)
	}
	var l Leaf
	if err := ParseLeaf(leaf, &l); err != nil {
		t.Fatal(err)
	}
	if back, _ := l.Str("note"); back != text {
		t.Errorf("%q", back)
	}
}

func TestAnOriginIsMadeOfAnyHostName(t *testing.T) {
	for host, want := range map[string]string{
		"iskur-01.example": "iskur-01.example", "ISKUR.Example": "iskur.example", "iskur/ankara": "iskur/ankara", "iş kur+1": "i--kur-1", "": "iskurctl", "...": "iskurctl", "ğ": "iskurctl",
		"-a.": "a", "a\nb": "a-b", "a\xffb": "a-b", strings.Repeat("a", 300): strings.Repeat("a", 200), strings.Repeat("a", 199) + "." + "b": strings.Repeat("a", 199),
	} {
		got := CleanOrigin(host)
		if got != want || !ValidOrigin(got) || !ValidOrigin(got+"/consent/1") {
			t.Errorf("%q: %q, want %q", host, got, want)
		}
	}
	for _, wrong := range []string{"", " ", "a b", "a+b", "a\u00a0b", "a\tb", "a\x00", "a\x7f", "\xff", strings.Repeat("a", 256)} {
		if ValidOrigin(wrong) {
			t.Errorf("%q passes", wrong)
		}
	}
}

func FuzzACheckpointThatOpensIsWhatSigningGives(f *testing.F) {
	s, v, _ := testKey(f, testOrigin, 1)
	f.Add(testOrigin + "\n5\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n")
	f.Add("a\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n")
	f.Fuzz(func(t *testing.T, text string) {
		b, err := note.Sign(&note.Note{Text: text}, s)
		if err != nil {
			return
		}
		c, err := OpenCheckpoint(b, v)
		if err != nil {
			wantCodeOneOf(t, err)
			return
		}
		again, err := SignCheckpoint(c.Origin, c.Size, c.Root, s)
		if err != nil || !bytes.Equal(again, b) {
			t.Fatalf("%q opens, but is written as %q (%v)", b, again, err)
		}
	})
}

func wantCodeOneOf(t *testing.T, err error) {
	t.Helper()
	var p *Problem
	if !errors.As(err, &p) || p.Code != CheckpointMalformed && p.Code != SigInvalid && p.Code != SigUnknownKey {
		t.Fatalf("an error of no kind: %v", err)
	}
}
