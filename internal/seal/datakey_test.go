package seal

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"iskurctl/internal/fault"
)

func dataKey(t testing.TB, id int64, first byte) *DataKey {
	t.Helper()
	raw := make([]byte, DataKeySize)
	for i := range raw {
		raw[i] = first + byte(i)
	}
	k, err := NewDataKey(id, raw)
	if err != nil {
		t.Fatal(err)
	}
	clear(raw) // it must not be kept
	return k
}

func TestADisclosureOpensAtItsOwnPlaceOnly(t *testing.T) {
	k := dataKey(t, 7, 1)
	for _, plain := range []string{"", "a", strings.Repeat("ş", 5000)} {
		sealed, err := k.Seal([]byte("kept"), rand.Reader, []byte(plain), "audit", 1)
		if err != nil {
			t.Fatal(err)
		}
		if string(sealed[:4]) != "kept" || len(sealed) != 4+len(plain)+28 {
			t.Fatalf("%d bytes, beginning %q", len(sealed), sealed[:4])
		}
		sealed = sealed[4:]
		got, err := k.Open([]byte("kept"), sealed, "audit", 1)
		if err != nil || string(got) != "kept"+plain {
			t.Fatalf("got %q, %v", got, err)
		}
		for name, open := range map[string]func() ([]byte, error){
			"sequence":    func() ([]byte, error) { return k.Open(nil, sealed, "audit", 2) },
			"log":         func() ([]byte, error) { return k.Open(nil, sealed, "consent", 1) },
			"shorter log": func() ([]byte, error) { return k.Open(nil, sealed, "audi", 1) },
			"key id":      func() ([]byte, error) { return dataKey(t, 8, 1).Open(nil, sealed, "audit", 1) },
			"key":         func() ([]byte, error) { return dataKey(t, 7, 2).Open(nil, sealed, "audit", 1) },
		} {
			if got, err := open(); got != nil || fault.From(err).Code != "seal_damaged" {
				t.Errorf("another %s: %q, %v", name, got, err)
			} else {
				wantFault(t, err, fault.Integrity, "seal_damaged")
			}
		}
	}
}

func TestEveryChangedOrMissingByteOfADisclosureIsFound(t *testing.T) {
	k := dataKey(t, 1, 1)
	sealed, err := k.Seal(nil, rand.Reader, []byte("10000000146"), "audit", 3)
	if err != nil {
		t.Fatal(err)
	}
	for i := range sealed {
		bad := bytes.Clone(sealed)
		bad[i] ^= 0x40
		_, err := k.Open(nil, bad, "audit", 3)
		wantFault(t, err, fault.Integrity, "seal_damaged")
		_, err = k.Open(nil, sealed[:i], "audit", 3)
		wantFault(t, err, fault.Integrity, "seal_damaged")
	}
	_, err = k.Open(nil, append(sealed, 0), "audit", 3)
	wantFault(t, err, fault.Integrity, "seal_damaged")
}

// Places that a careless encoding would run together.
func TestNoTwoPlacesLookAlike(t *testing.T) {
	seen := map[string]string{}
	for _, log := range []string{"", "a", "aa", "\x00", "a\x00", "\x01a", "\x00\x00\x00\x00\x00\x00\x00\x01"} {
		for _, seq := range []int64{0, 1, 97, 256, 1 << 40, -1} {
			for _, id := range []int64{0, 1, 97, 256, 1 << 40, -1} {
				name := fmt.Sprintf("%q %d %d", log, seq, id)
				place := string((&DataKey{ID: id}).place(log, seq))
				if other, ok := seen[place]; ok {
					t.Fatalf("%s and %s are one place", name, other)
				}
				seen[place] = name
			}
		}
	}
}

// Logs outlive versions of the program: the sealed form is a format.
func TestTheSealedFormOfADisclosureNeverChanges(t *testing.T) {
	sealed, err := dataKey(t, 258, 0).Seal(nil, bytes.NewReader([]byte("nonce-nonce-")), []byte("plain"), "audit", 772)
	if err != nil {
		t.Fatal(err)
	}
	if got := hex.EncodeToString(sealed); got != goldenDisclosure {
		t.Errorf("got %s, want %s", got, goldenDisclosure)
	}
}

func TestDataKeysNeverPrintThemselves(t *testing.T) {
	k := dataKey(t, 4711, 65)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%q", "%d"} {
		if got := fmt.Sprintf(verb, k) + fmt.Sprintf(verb, *k); got != "[data key][data key]" {
			t.Errorf("%s prints %q", verb, got)
		}
	}
}

func TestADataKeyOfTheWrongLengthIsRefusedWithoutRepeatingIt(t *testing.T) {
	for _, n := range []int{0, 16, 24, 31, 33} {
		_, err := NewDataKey(1, bytes.Repeat([]byte("Q"), n))
		wantFault(t, err, fault.Internal, "data_key")
		if strings.Contains(err.Error(), "QQ") {
			t.Fatal("the error repeats the key")
		}
	}
}

func TestNoRandomNumbersNoDisclosureAndNoNoteKey(t *testing.T) {
	_, err := dataKey(t, 1, 1).Seal(nil, bytes.NewReader(make([]byte, 11)), []byte("v"), "audit", 1)
	wantFault(t, err, fault.Internal, "random")
	_, _, err = NewNoteKey(bytes.NewReader(make([]byte, 31)), "x/audit/1")
	wantFault(t, err, fault.Internal, "random")
}

// A group commit seals hundreds of disclosures into one buffer.
func TestSealingIntoARoomyBufferMakesAlmostNoGarbage(t *testing.T) {
	k := dataKey(t, 1, 1)
	plain, buf, back := make([]byte, 300), make([]byte, 0, 1024), make([]byte, 0, 1024)
	n := testing.AllocsPerRun(200, func() {
		sealed, err := k.Seal(buf, rand.Reader, plain, "audit", 1)
		if err == nil {
			_, err = k.Open(back, sealed, "audit", 1)
		}
		if err != nil {
			t.Fatal(err)
		}
	})
	if n > 2 { // the additional data of each
		t.Fatalf("%v allocations for one seal and one open", n)
	}
}

func TestANoteKeySignsUnderItsOwnName(t *testing.T) {
	secret, vkey, err := NewNoteKey(rand.Reader, "iskur.example/audit/1")
	if err != nil {
		t.Fatal(err)
	}
	s, err := NoteSigner(secret)
	if err != nil {
		t.Fatal(err)
	}
	v, err := note.NewVerifier(vkey)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := note.Sign(&note.Note{Text: "text\n"}, s)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := note.Open(signed, note.VerifierList(v)); err != nil {
		t.Fatal(err)
	}
	if v.Name() != "iskur.example/audit/1" {
		t.Fatalf("name %q", v.Name())
	}
}

func TestNamesThatANoteCannotBearAreRefused(t *testing.T) {
	for _, name := range []string{"", "a b", "a\nb", "a+b", "\xff", "a\u00a0b"} {
		_, _, err := NewNoteKey(rand.Reader, name)
		wantFault(t, err, fault.Usage, "signing_key_name")
	}
}

func TestABrokenNoteKeyIsDamageAndIsNotRepeated(t *testing.T) {
	secret, _, err := NewNoteKey(rand.Reader, "x/audit/1")
	if err != nil {
		t.Fatal(err)
	}
	for i := range secret {
		_, err := NoteSigner(secret[:i])
		wantFault(t, err, fault.Integrity, "seal_damaged")
		if i > 30 && strings.Contains(fmt.Sprintf("%v %+v", err, fault.From(err)), string(secret[28:i])) {
			t.Fatal("the error repeats the key")
		}
	}
}

func FuzzOpenDisclosure(f *testing.F) {
	k := dataKey(f, 1, 1)
	good, err := k.Seal(nil, bytes.NewReader(make([]byte, 12)), []byte("v"), "audit", 1)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, sealed []byte) {
		if plain, err := k.Open(nil, sealed, "audit", 1); err == nil && !bytes.Equal(sealed, good) {
			t.Fatalf("a forged disclosure opened to %q", plain)
		}
	})
}

func BenchmarkDisclosure(b *testing.B) {
	k, plain, buf := dataKey(b, 1, 1), make([]byte, 300), make([]byte, 0, 1024)
	sealed, err := k.Seal(nil, rand.Reader, plain, "audit", 1)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("seal", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = k.Seal(buf, rand.Reader, plain, "audit", 1)
		}
	})
	b.Run("open", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = k.Open(buf, sealed, "audit", 1)
		}
	})
}
