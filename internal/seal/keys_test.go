package seal

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"iskurctl/internal/fault"
)

// fixed is a master key with a known text form, for values that must never change.
func fixed(t *testing.T, first byte) (*Keys, []byte) {
	t.Helper()
	raw := make([]byte, keySize)
	for i := range raw {
		raw[i] = first + byte(i)
	}
	text, err := GenerateMaster(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	m, err := ParseMaster(text)
	if err != nil {
		t.Fatal(err)
	}
	k, err := Derive(m)
	if err != nil {
		t.Fatal(err)
	}
	return k, text
}

func wantFault(t *testing.T, err error, class fault.Class, code string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want %s", code)
	}
	if f := fault.From(err); f.Class != class || f.Code != code {
		t.Fatalf("got class %d code %s, want %d %s (%v)", f.Class, f.Code, class, code, err)
	}
}

func TestSealedValueComesBackUnderTheSameAdditionalDataOnly(t *testing.T) {
	k, _ := fixed(t, 1)
	for _, plain := range []string{"", "a", strings.Repeat("ş", 5000)} {
		sealed, err := k.Seal(rand.Reader, []byte(plain), "row 1")
		if err != nil {
			t.Fatal(err)
		}
		got, err := k.Unseal(sealed, "row 1")
		if err != nil || string(got) != plain {
			t.Fatalf("got %q, %v", got, err)
		}
		_, err = k.Unseal(sealed, "row 2")
		wantFault(t, err, fault.Integrity, "seal_damaged")
	}
}

func TestEveryChangedOrMissingByteIsFound(t *testing.T) {
	k, _ := fixed(t, 1)
	sealed, err := k.Seal(rand.Reader, []byte("10000000146"), "x")
	if err != nil {
		t.Fatal(err)
	}
	for i := range sealed {
		bad := bytes.Clone(sealed)
		bad[i] ^= 0x40
		_, err := k.Unseal(bad, "x")
		if i >= 1 && i < headerSize { // the key id: says another key
			wantFault(t, err, fault.Unverifiable, "seal_other_key")
		} else {
			wantFault(t, err, fault.Integrity, "seal_damaged")
		}
		if _, err := k.Unseal(sealed[:i], "x"); err == nil {
			t.Fatalf("cut to %d bytes and still opened", i)
		}
	}
}

func TestAnotherMasterKeyIsUnverifiableNotDamage(t *testing.T) {
	a, _ := fixed(t, 1)
	b, _ := fixed(t, 2)
	sealed, err := a.Seal(rand.Reader, []byte("v"), "")
	if err != nil {
		t.Fatal(err)
	}
	_, err = b.Unseal(sealed, "")
	wantFault(t, err, fault.Unverifiable, "seal_other_key")
}

func TestSameValueIsSealedDifferentlyEachTime(t *testing.T) {
	k, _ := fixed(t, 1)
	a, _ := k.Seal(rand.Reader, []byte("v"), "")
	b, _ := k.Seal(rand.Reader, []byte("v"), "")
	if bytes.Equal(a, b) {
		t.Fatal("two seals of one value are equal")
	}
}

// Stores outlive versions of the program: derivation, tag and envelope are a format.
func TestDerivedKeysTagAndEnvelopeNeverChange(t *testing.T) {
	k, text := fixed(t, 0)
	if got, want := string(text), "iskurctl-master-1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\n"; got != want {
		t.Errorf("master text %q, want %q", got, want)
	}
	if got, want := hex.EncodeToString(k.Tag("d", "10000000146")), goldenTag; got != want {
		t.Errorf("tag %s, want %s", got, want)
	}
	sealed, err := k.Seal(bytes.NewReader(make([]byte, 12)), []byte("plain"), "aad")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := hex.EncodeToString(sealed), goldenEnvelope; got != want {
		t.Errorf("envelope %s, want %s", got, want)
	}
}

func TestTagsDifferByDomainValueAndKey(t *testing.T) {
	a, _ := fixed(t, 1)
	b, _ := fixed(t, 2)
	seen := map[string]bool{}
	for _, tag := range [][]byte{a.Tag("d", "v"), a.Tag("e", "v"), a.Tag("d", "w"), a.Tag("", "dv"), a.Tag("dv", ""), b.Tag("d", "v")} {
		if len(tag) != 32 || seen[string(tag)] {
			t.Fatalf("tag of %d bytes, seen before: %t", len(tag), seen[string(tag)])
		}
		seen[string(tag)] = true
	}
	if !bytes.Equal(a.Tag("d", "v"), a.Tag("d", "v")) {
		t.Fatal("the same value has two tags")
	}
}

func TestMasterKeyIsReadOnlyFromItsOwnForm(t *testing.T) {
	_, text := fixed(t, 1)
	good := strings.TrimSpace(string(text))
	if _, err := ParseMaster([]byte("  " + good + "\r\n")); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"", "\n", good[:len(good)-1], good + "A", strings.TrimPrefix(good, masterPrefix), strings.ToUpper(good), masterPrefix, good + "\n" + good, masterPrefix + strings.Repeat("!", 43)} {
		_, err := ParseMaster([]byte(bad))
		wantFault(t, err, fault.Usage, "master_key")
		if body := strings.TrimPrefix(bad, masterPrefix); len(body) > 8 && strings.Contains(err.Error(), body) {
			t.Error("the error repeats the key")
		}
	}
}

func TestKeysNeverPrintThemselves(t *testing.T) {
	k, text := fixed(t, 65) // 'A', 'B', …: visible if printed
	m, _ := ParseMaster(text)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%q", "%d"} {
		if got := fmt.Sprintf(verb, m) + fmt.Sprintf(verb, k); got != "[master key][keys]" {
			t.Errorf("%s prints %q", verb, got)
		}
	}
}

func TestNoRandomNumbersNoSeal(t *testing.T) {
	k, _ := fixed(t, 1)
	_, err := k.Seal(bytes.NewReader(make([]byte, 11)), []byte("v"), "")
	wantFault(t, err, fault.Internal, "random")
	_, err = GenerateMaster(bytes.NewReader(make([]byte, 31)))
	wantFault(t, err, fault.Internal, "random")
}

func FuzzUnseal(f *testing.F) {
	raw := bytes.NewReader(make([]byte, keySize))
	text, err := GenerateMaster(raw)
	if err != nil {
		f.Fatal(err)
	}
	m, err := ParseMaster(text)
	if err != nil {
		f.Fatal(err)
	}
	k, err := Derive(m)
	if err != nil {
		f.Fatal(err)
	}
	good, _ := k.Seal(bytes.NewReader(make([]byte, 12)), []byte("v"), "")
	f.Add(good)
	f.Add([]byte{1})
	f.Fuzz(func(t *testing.T, sealed []byte) {
		if plain, err := k.Unseal(sealed, ""); err == nil && !bytes.Equal(sealed, good) {
			t.Fatalf("a forged envelope opened to %q", plain)
		}
	})
}
