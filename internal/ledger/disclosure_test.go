package ledger

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"iskurctl/internal/fault"
)

func encodeDisclosure(s string) []byte {
	return []byte(base64.RawURLEncoding.EncodeToString([]byte(s)))
}

func TestDisclosuresAreThoseOfRFC9901(t *testing.T) {
	salt := bytes.NewReader([]byte("0123456789abcdef"))
	d, digest, err := Disclose(salt, "params", []byte(`{"KIMLIK_NO":"10000000146"}`))
	want := string(encodeDisclosure(`["MDEyMzQ1Njc4OWFiY2RlZg","params",{"KIMLIK_NO":"10000000146"}]`))
	if err != nil || d != want || digest != DisclosureDigest([]byte(want)) {
		t.Errorf("%s %s %v, want %s", d, digest, err, want)
	}
	// RFC 9901, 4.2.3: the digest of its first example of a disclosure.
	const example = "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0"
	if got := DisclosureDigest([]byte(example)); got != "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0" {
		t.Errorf("the digest of the RFC's example is %s", got)
	}
	if _, err := OpenDisclosure([]byte(example)); !errors.Is(err, ErrNotCanonical) {
		t.Errorf("the RFC's example has blanks, ours never: %v", err)
	}
}

func TestADisclosureIsReadBack(t *testing.T) {
	object, err := ObjectOfStrings([]Pair{{"BAS", "a\"~\\"}, {"SON", "ş\n"}})
	if err != nil {
		t.Fatal(err)
	}
	text, err := EncodeString(nil, "Ayşe \"~\", başvuru\t")
	if err != nil {
		t.Fatal(err)
	}
	var sd []byte
	for i, v := range []struct {
		name  string
		value []byte
	}{{"params", object}, {"purpose", text}, {"user", []byte(`""`)}, {"n", []byte(`-7`)}, {"l", []byte(`["a"]`)}} {
		if i > 0 {
			sd = append(sd, '~')
		}
		from := len(sd)
		if sd, err = AppendDisclosure(sd, rand.Reader, v.name, v.value); err != nil {
			t.Fatal(err)
		}
		if d, err := OpenDisclosure(sd[from:]); err != nil || d.Name != v.name || !bytes.Equal(d.Value, v.value) {
			t.Errorf("%s: %+v, %v", v.name, d, err)
		}
	}
	var names []string
	seq := SplitDisclosures(sd)
	for range 2 { // the second round sees the same
		names = nil
		for part := range seq {
			d, err := OpenDisclosure(part)
			if err != nil {
				t.Fatal(err)
			}
			names = append(names, d.Name)
			if s, ok := d.Text(); ok != (d.Name == "purpose" || d.Name == "user") || d.Name == "purpose" && s != "Ayşe \"~\", başvuru\t" {
				t.Errorf("%s: %q %v", d.Name, s, ok)
			}
			if p, ok := d.Object(); ok != (d.Name == "params") || ok && !slices.Equal(p, []Pair{{"BAS", "a\"~\\"}, {"SON", "ş\n"}}) {
				t.Errorf("%s: %q %v", d.Name, p, ok)
			}
		}
	}
	if !slices.Equal(names, []string{"params", "purpose", "user", "n", "l"}) {
		t.Error(names)
	}
}

func TestTwoDisclosuresOfOneValueHaveDifferentDigests(t *testing.T) {
	_, a, err1 := Disclose(rand.Reader, "user", []byte(`"x"`))
	_, b, err2 := Disclose(rand.Reader, "user", []byte(`"x"`))
	if err1 != nil || err2 != nil || a == b {
		t.Errorf("%s %s %v %v", a, b, err1, err2)
	}
}

func TestWhatCannotBeDisclosedIsAnInternalError(t *testing.T) {
	for _, c := range []struct{ name, value string }{
		{"", `"x"`}, {"_sd", `"x"`}, {"...", `"x"`}, {"ş", `"x"`}, {`a"`, `"x"`},
		{"a", ``}, {"a", `x`}, {"a", `"x`}, {"a", `"x" `}, {"a", `"\u0041"`}, {"a", `null`}, {"a", `1.5`}, {"a", `"x","y"`},
	} {
		if d, _, err := Disclose(rand.Reader, c.name, []byte(c.value)); d != "" || fault.ClassOf(err) != fault.Internal {
			t.Errorf("%q %q: %q, %v", c.name, c.value, d, err)
		}
	}
	short := io.LimitReader(rand.Reader, 15)
	if d, _, err := Disclose(short, "a", []byte(`"x"`)); d != "" || fault.ClassOf(err) != fault.Internal {
		t.Errorf("a short salt: %q, %v", d, err)
	}
}

func TestAnotherSpellingOfADisclosureIsRefused(t *testing.T) {
	const salt = "MDEyMzQ1Njc4OWFiY2RlZg"
	good := encodeDisclosure(`["` + salt + `","user","x"]`)
	if _, err := OpenDisclosure(good); err != nil {
		t.Fatal(err)
	}
	spare := encodeDisclosure(`["` + salt + `","user","xy"]`) // its last character has bits to spare
	if len(spare)%4 == 0 {
		t.Fatal("choose another value")
	}
	last := spare[len(spare)-1]
	for name, d := range map[string][]byte{
		"nothing": nil, "no base64": []byte("a b"), "padded": append(slices.Clone(spare), "=="[:4-len(spare)%4]...), "a line end in it": []byte(string(good[:8]) + "\n" + string(good[8:])),
		"standard base64": []byte(base64.RawStdEncoding.EncodeToString([]byte(`["` + salt + `","user","~~~?ş"]`))),
		"spare bits":      append(slices.Clone(spare[:len(spare)-1]), last+1),
		"blanks":          encodeDisclosure(`["` + salt + `", "user", "x"]`), "two elements": encodeDisclosure(`["` + salt + `","x"]`), "four elements": encodeDisclosure(`["` + salt + `","user","x","y"]`),
		"a short salt": encodeDisclosure(`["MDEyMzQ1Njc4OWFiY2Rl","user","x"]`), "a long salt": encodeDisclosure(`["MDEyMzQ1Njc4OWFiY2RlZmc","user","x"]`),
		"a salt with spare bits": encodeDisclosure(`["MDEyMzQ1Njc4OWFiY2RlZh","user","x"]`), "a salt with a line end": encodeDisclosure("[\"MDEyMzQ1Njc4OWFiY2RlZ\n\",\"user\",\"x\"]"),
		"a name that is reserved": encodeDisclosure(`["` + salt + `","_sd","x"]`), "no name": encodeDisclosure(`["` + salt + `","","x"]`), "an escape in the name": encodeDisclosure(`["` + salt + `","us\u0065r","x"]`),
		"something behind it": encodeDisclosure(`["` + salt + `","user","x"]]`), "no end": encodeDisclosure(`["` + salt + `","user","x"`), "null": encodeDisclosure(`["` + salt + `","user",null]`),
		"an escape too many": encodeDisclosure(`["` + salt + `","user","\u0041"]`), "an object": encodeDisclosure(`{"a":"b"}`),
	} {
		if got, err := OpenDisclosure(d); !errors.Is(err, ErrNotCanonical) || got.Name != "" {
			t.Errorf("%s (%s): %+v, %v", name, d, got, err)
		}
	}
}

func TestSplittingLosesNothing(t *testing.T) {
	for sd, want := range map[string][]string{"": nil, "a": {"a"}, "a~b": {"a", "b"}, "a~": {"a", ""}, "~a": {"", "a"}, "a~~b": {"a", "", "b"}} {
		var got []string
		for d := range SplitDisclosures([]byte(sd)) {
			got = append(got, string(d))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: %q", sd, got)
		}
	}
	for range SplitDisclosures([]byte("a~b")) {
		break // stopping early is allowed
	}
}

func TestDigestsAreMadeWithoutGarbage(t *testing.T) {
	d := []byte(strings.Repeat("x", 96))
	dst := make([]byte, 0, DigestLen)
	if n := testing.AllocsPerRun(100, func() { dst = AppendDigest(dst[:0], d) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzADisclosureThatOpensHasOneSpelling(f *testing.F) {
	f.Add(encodeDisclosure(`["MDEyMzQ1Njc4OWFiY2RlZg","user","x"]`))
	f.Add(encodeDisclosure(`["MDEyMzQ1Njc4OWFiY2RlZg","params",{"KIMLIK_NO":"10000000146"}]`))
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := OpenDisclosure(b)
		if err != nil {
			return
		}
		raw, err := base64.RawURLEncoding.DecodeString(string(b))
		if err != nil {
			t.Fatal(err)
		}
		salt, err := base64.RawURLEncoding.DecodeString(string(raw[2:24]))
		if err != nil {
			t.Fatal(err)
		}
		again, _, err := Disclose(bytes.NewReader(salt), d.Name, d.Value)
		if err != nil || again != string(b) {
			t.Fatalf("%s opens, but is written as %s (%v)", b, again, err)
		}
		d.Text()
		d.Object()
	})
}
