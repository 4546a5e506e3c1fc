package ledger

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/gowebpki/jcs"

	"iskurctl/internal/fault"
)

func TestEntriesAreSpelledAsTheFormatSays(t *testing.T) {
	for _, c := range []struct {
		b    *Builder
		want string
	}{
		{NewLeaf().Digests([]string{
			"xMx5IhXDdMpjsVpR8CIF4VqDsG6LVpLU4b6Ow0PTmCk", "0Ci3HMVlPqbVcu2Q0hYIqcU2bnXWFd7g-Hj9Jr1xTzQ",
			"AGIzVQJ5n2v8hRZk3Lq0bWmXc7yTdUe4fPs6oNi9jKA",
		}).String("host", "h1").String("k", "query/1").String("method", "TCKimlikNoIleBelgeSorgulama").Int("n", 1).
			String("process", "4711-17f3c2").String("t", "2026-11-22T10:11:12.123Z"), queryLeaf},
		{NewLeaf().String("k", "outcome/1").Int("ms", 37).String("outcome", "ok").Int("q", 123).Int("records", 2).String("t", "2026-11-22T10:11:12.160Z"),
			`{"k":"outcome/1","ms":37,"outcome":"ok","q":123,"records":2,"t":"2026-11-22T10:11:12.160Z"}`},
		{NewLeaf().Bool("captcha", true).Strings("items", []string{"kimlik", "iletisim"}).String("k", "consent/1").String("t", "2026-11-22T10:11:12.160Z").
			Object("texts", []Pair{{"notice", "bb"}, {"consent", "aa"}}).String("ui", "Onay Veriyorum \"ş\"\n\u0007\u007f\u2028𝄞"),
			`{"captcha":true,"items":["kimlik","iletisim"],"k":"consent/1","t":"2026-11-22T10:11:12.160Z","texts":{"consent":"aa","notice":"bb"},` +
				`"ui":"Onay Veriyorum \"ş\"\n\u0007` + "\u007f\u2028𝄞" + `"}`},
		{NewLeaf().Bool("a", false).Strings("b", nil).Object("c", nil).Int("d", -MaxInt).Int("e", MaxInt).Int("f", 0).String("g", ""),
			`{"a":false,"b":[],"c":{},"d":-9007199254740991,"e":9007199254740991,"f":0,"g":""}`},
		{NewLeaf(), `{}`},
	} {
		got, err := c.b.Bytes()
		if err != nil || string(got) != c.want {
			t.Errorf("%v\n got %s\nwant %s", err, got, c.want)
		}
		if canonical, err := jcs.Transform(got); err != nil || !bytes.Equal(canonical, got) {
			t.Errorf("%v: JCS writes %s", err, canonical)
		}
	}
}

func TestEveryControlCharacterHasItsOneSpelling(t *testing.T) {
	for r := range rune(0x100) {
		s := "a" + string(r) + "b"
		got, err := EncodeString(nil, s)
		if err != nil {
			t.Fatal(err)
		}
		want, err := jcs.Transform(got)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%U: %s, JCS writes %s (%v)", r, got, want, err)
		}
		if scanString(got, 0) != len(got) || string(textOf(got)) != s {
			t.Errorf("%U is not read back from %s", r, got)
		}
	}
}

func TestWhatCannotBeWrittenIsAnInternalError(t *testing.T) {
	for name, b := range map[string]*Builder{
		"too large an integer": NewLeaf().Int("n", MaxInt+1),
		"too small an integer": NewLeaf().Int("n", -MaxInt-1),
		"broken UTF-8":         NewLeaf().String("s", "a\xffb"),
		"a surrogate in UTF-8": NewLeaf().String("s", "\xed\xa0\x80"),
		"broken in a list":     NewLeaf().Strings("s", []string{"a", "\xc0"}),
		"broken in an object":  NewLeaf().Object("o", []Pair{{"a", "\xc0"}}),
		"a name twice":         NewLeaf().Object("o", []Pair{{"a", "1"}, {"b", "2"}, {"a", "3"}}),
		"a name not in ASCII":  NewLeaf().Object("o", []Pair{{"ş", "1"}}),
		"no name":              NewLeaf().Object("o", []Pair{{"", "1"}}),
		"65,536 bytes":         NewLeaf().String("s", strings.Repeat("x", MaxLeaf-len(`{"s":""}`)+1)),
	} {
		if got, err := b.String("z", "").Bytes(); got != nil || fault.ClassOf(err) != fault.Internal || strings.Contains(err.Error(), "\xff") {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if got, err := NewLeaf().String("s", strings.Repeat("x", MaxLeaf-len(`{"s":""}`))).Bytes(); err != nil || len(got) != MaxLeaf {
		t.Errorf("65,535 bytes must fit: %d, %v", len(got), err)
	}
}

func TestKeysOutOfOrderAreAMistakeOfTheProgram(t *testing.T) {
	for name, wrong := range map[string]func(){
		"descending": func() { NewLeaf().String("b", "").String("a", "") },
		"twice":      func() { NewLeaf().String("a", "").Int("a", 1) },
		"empty":      func() { NewLeaf().String("", "") },
		"escaped":    func() { NewLeaf().String(`a"b`, "") },
		"not ASCII":  func() { NewLeaf().String("ş", "") },
		"DEL":        func() { NewLeaf().String("a\x7f", "") },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			wrong()
		}()
	}
}

func TestAnObjectOfStringsIsSortedWithoutTouchingItsArgument(t *testing.T) {
	pairs := []Pair{{"SON", "2026-11-22"}, {"BAS", "2026-11-01"}, {"A_B", "ğ"}, {"AB", ""}}
	before := slices.Clone(pairs)
	got, err := ObjectOfStrings(pairs)
	if want := `{"AB":"","A_B":"ğ","BAS":"2026-11-01","SON":"2026-11-22"}`; err != nil || string(got) != want {
		t.Errorf("%s, %v; want %s", got, err, want)
	}
	if !slices.Equal(pairs, before) {
		t.Errorf("the caller's pairs were moved: %v", pairs)
	}
}

// What the Builder writes, the parser takes and JCS leaves as it is; the values come back.
func FuzzTheBuilderWritesWhatTheParserTakes(f *testing.F) {
	f.Add("h1", "TC\"\\\n", int64(1), true, "kimlik")
	f.Add("ş\u0000", "\u2028\U0010ffff", int64(-MaxInt), false, "")
	f.Add("\xff", "", int64(MaxInt+1), false, "\x7f\x1f")
	f.Fuzz(func(t *testing.T, s, item string, n int64, flag bool, value string) {
		b, err := NewLeaf().Bool("flag", flag).Strings("items", []string{item, s, ""}).String("k", "fuzz/1").Int("n", n).String("s", s).
			String("t", "2026-11-22T10:11:12.123Z").Object("texts", []Pair{{"b", value}, {"a", s}}).Bytes()
		good := utf8.ValidString(s) && utf8.ValidString(item) && utf8.ValidString(value) && n <= MaxInt && n >= -MaxInt
		if good != (err == nil) && len(s)+len(item)+len(value) < MaxLeaf/18 {
			t.Fatalf("good %v, but %v", good, err)
		}
		if err != nil {
			return
		}
		if canonical, err := jcs.Transform(b); err != nil || !bytes.Equal(canonical, b) {
			t.Fatalf("%s\nJCS writes %s (%v)", b, canonical, err)
		}
		var l Leaf
		if err := ParseLeaf(b, &l); err != nil {
			t.Fatalf("%s: %v", b, err)
		}
		str, ok1 := l.Str("s")
		num, ok2 := l.Int("n")
		truth, ok3 := l.Bool("flag")
		list, ok4 := l.List("items")
		object, ok5 := l.Object("texts")
		if !ok1 || !ok2 || !ok3 || !ok4 || !ok5 || str != s || num != n || truth != flag ||
			!slices.Equal(list, []string{item, s, ""}) || !slices.Equal(object, []Pair{{"a", s}, {"b", value}}) {
			t.Fatalf("%s came back as %q %d %v %q %q", b, str, num, truth, list, object)
		}
	})
}

// Whatever the parser takes, JCS leaves as it is: there is no second spelling of an entry.
func FuzzTheParserTakesOnlyWhatJCSLeavesAlone(f *testing.F) {
	f.Add([]byte(queryLeaf))
	for _, c := range notCanonical {
		f.Add([]byte(c.leaf))
	}
	f.Add([]byte(`{"a":["\u001f","\\"],"b":{"x":"\b"},"c":-1,"d":true,"k":"x","t":"2026-11-22T10:11:12.123Z"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var l Leaf
		err := ParseLeaf(b, &l)
		if errors.Is(err, ErrNotCanonical) || errors.Is(err, ErrTooLarge) {
			return
		}
		if err != nil && !errors.Is(err, ErrSchema) {
			t.Fatalf("an error of no kind: %v", err)
		}
		if canonical, err := jcs.Transform(b); err != nil || !bytes.Equal(canonical, b) {
			t.Fatalf("%q was taken, JCS writes %q (%v)", b, canonical, err)
		}
		for i := range l.Keys() { // no accessor may go wrong on what was taken
			key := string(l.Key(i))
			l.Str(key)
			l.Int(key)
			l.Bool(key)
			l.List(key)
			l.Object(key)
		}
		for i := range l.Digests() {
			if d := l.Digest(i); len(d) != DigestLen || l.IndexDigest(d) != i {
				t.Fatalf("digest %d of %q is %q", i, b, d)
			}
		}
	})
}
