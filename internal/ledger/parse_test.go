package ledger

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

const leafRest = `"k":"x/1","t":"2026-11-22T10:11:12.123Z"}`

var notCanonical = []struct{ name, leaf string }{
	{"nothing", ``}, {"no object", `[]`}, {"a string", `"a"`}, {"cut short", `{"k":"x/1"`}, {"only a brace", `{`},
	{"cut in a key", `{"k`}, {"cut before the value", `{"k":`}, {"cut in an escape", `{"a":"\`}, {"cut in a list", `{"a":["b"`},
	{"cut in an object", `{"a":{"b":"c"`}, {"cut in a word", `{"a":tru`}, {"cut after a minus", `{"a":-`},
	{"a blank at the start", ` {"a":1,` + leafRest}, {"a blank after the colon", `{"a": 1,` + leafRest}, {"a blank after the comma", `{"a":1, ` + leafRest},
	{"a line end at the end", `{"a":1,` + leafRest + "\n"}, {"a blank in a list", `{"a":["b", "c"],` + leafRest}, {"a byte-order mark", "\ufeff{" + leafRest},
	{"something behind it", `{"a":1,` + leafRest + `{}`}, {"a comma too many", `{"a":1,}`}, {"a comma at the start", `{,"a":1}`}, {"no comma", `{"a":1"b":2}`},
	{"keys in another order", `{"t":"x","k":"y"}`}, {"a key twice", `{"a":1,"a":1,` + leafRest}, {"an empty key", `{"":1,` + leafRest},
	{"an escape in a key", `{"\n":1,` + leafRest}, {"a key not in ASCII", `{"k":"x","ş":1}`}, {"DEL in a key", "{\"k\":\"x\",\"~\x7f\":1}"},
	{"null", `{"a":null,` + leafRest}, {"a fraction", `{"a":1.5,` + leafRest}, {"a fraction of nothing", `{"a":1.0,` + leafRest}, {"an exponent", `{"a":1e3,` + leafRest},
	{"a leading zero", `{"a":01,` + leafRest}, {"minus zero", `{"a":-0,` + leafRest}, {"minus and a leading zero", `{"a":-01,` + leafRest}, {"a plus", `{"a":+1,` + leafRest},
	{"only a minus", `{"a":-,` + leafRest}, {"2^53", `{"a":9007199254740992,` + leafRest}, {"-2^53", `{"a":-9007199254740992,` + leafRest},
	{"seventeen digits", `{"a":10000000000000000,` + leafRest}, {"many digits", `{"a":` + strings.Repeat("9", 400) + `,` + leafRest}, {"not a word", `{"a":True,` + leafRest},
	{"the escape \\u0041", `{"a":"\u0041",` + leafRest}, {"an escaped slash", `{"a":"\/",` + leafRest}, {"upper-case hexadecimal", `{"a":"\u001F",` + leafRest},
	{"a short escape written long", `{"a":"\u000a",` + leafRest}, {"a quotation mark written long", `{"a":"\u0022",` + leafRest}, {"an escaped DEL", `{"a":"\u007f",` + leafRest},
	{"an escaped letter beyond ASCII", `{"a":"\u015f",` + leafRest}, {"escaped surrogates", `{"a":"\ud834\udd1e",` + leafRest}, {"half a surrogate", `{"a":"\ud834",` + leafRest},
	{"an unknown escape", `{"a":"\x41",` + leafRest}, {"an escape cut short", `{"a":"\u00",` + leafRest}, {"a bare control character", "{\"a\":\"\x1f\"," + leafRest},
	{"a bare line end", "{\"a\":\"12345678\n\"," + leafRest}, {"a NUL", "{\"a\":\"1234567\x00\"," + leafRest}, {"broken UTF-8", "{\"a\":\"\xff\"," + leafRest}, {"UTF-8 cut short", "{\"a\":\"\xc5\"," + leafRest},
	{"overlong UTF-8", "{\"a\":\"\xc0\xaf\"," + leafRest}, {"a surrogate in UTF-8", "{\"a\":\"\xed\xa0\x80\"," + leafRest},
	{"a list of numbers", `{"a":[1],` + leafRest}, {"a list in a list", `{"a":[[]],` + leafRest}, {"an object in a list", `{"a":[{}],` + leafRest}, {"a comma at the end of a list", `{"a":["b",],` + leafRest},
	{"a number in an object", `{"a":{"b":1},` + leafRest}, {"an object in an object", `{"a":{"b":{}},` + leafRest}, {"an inner key twice", `{"a":{"b":"","b":""},` + leafRest},
	{"inner keys in another order", `{"a":{"c":"","b":""},` + leafRest}, {"an empty inner key", `{"a":{"":""},` + leafRest}, {"a comma at the end of an object", `{"a":{"b":"",},` + leafRest},
}

func TestAnotherSpellingOfAnEntryIsV13(t *testing.T) {
	for _, c := range notCanonical {
		var l Leaf
		err := ParseLeaf([]byte(c.leaf), &l)
		var p *Problem
		if !errors.Is(err, ErrNotCanonical) || errors.Is(err, ErrSchema) || !errors.As(err, &p) || p.Code != LeafNotCanonical {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestMissingOrWrongMembersAreV14(t *testing.T) {
	const d1, d2 = "0Ci3HMVlPqbVcu2Q0hYIqcU2bnXWFd7g-Hj9Jr1xTzQ", "AGIzVQJ5n2v8hRZk3Lq0bWmXc7yTdUe4fPs6oNi9jKA"
	alg := `"_sd_alg":"sha-256",`
	leaves := map[string]string{
		"empty": `{}`, "no kind": `{"t":"2026-11-22T10:11:12.123Z"}`, "no time": `{"k":"x/1"}`, "an empty kind": `{"k":"","t":"2026-11-22T10:11:12.123Z"}`,
		"a number for a kind": `{"k":1,"t":"2026-11-22T10:11:12.123Z"}`, "a number for a time": `{"k":"x/1","t":1}`,
		"no algorithm": `{"_sd":["` + d1 + `"],` + leafRest, "an algorithm without digests": `{` + alg + leafRest, "another algorithm": `{"_sd":["` + d1 + `"],"_sd_alg":"sha-512",` + leafRest,
		"no digest": `{"_sd":[],` + alg + leafRest, "a digest twice": `{"_sd":["` + d1 + `","` + d1 + `"],` + alg + leafRest, "digests out of order": `{"_sd":["` + d2 + `","` + d1 + `"],` + alg + leafRest,
		"a short digest": `{"_sd":["` + d1[1:] + `"],` + alg + leafRest, "digests of another rhythm": `{"_sd":["` + d1[:40] + `","` + d2 + d2[:3] + `"],` + alg + leafRest,
		"a long digest": `{"_sd":["` + d1 + d1 + `xxx"],` + alg + leafRest, "two texts in the room of one": `{"_sd":["` + d1[:20] + `","` + d2[:20] + `"],` + alg + leafRest,
		"a text for digests": `{"_sd":"` + d1 + `xx",` + alg + leafRest,
	}
	for _, wrong := range []string{"", "2026-11-22T10:11:12Z", "2026-11-22T10:11:12.12Z", "2026-11-22T10:11:12.1234Z", "2026-11-22T10:11:12,123Z", "2026-11-22 10:11:12.123Z",
		"2026-11-22T10:11:12.123z", "2026-11-22T10:11:12.123+", "2026-02-30T10:11:12.123Z", "2026-13-01T10:11:12.123Z", "2026-00-10T10:11:12.123Z", "2026-01-00T10:11:12.123Z",
		"2026-11-22T24:00:00.000Z", "2026-11-22T10:60:12.123Z", "2026-11-22T10:11:60.123Z", "2026-1a-22T10:11:12.123Z", "٢026-11-22T10:11:12.12Z"} {
		leaves["the time "+wrong] = `{"k":"x/1","t":"` + wrong + `"}`
	}
	for name, leaf := range leaves {
		var l Leaf
		var p *Problem
		if err := ParseLeaf([]byte(leaf), &l); !errors.Is(err, ErrSchema) || errors.Is(err, ErrNotCanonical) || !errors.As(err, &p) || p.Finding(7).Code != LeafSchema {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAnEntryOver65535BytesIsV15(t *testing.T) {
	var l Leaf
	pad := func(size int) []byte {
		return []byte(`{"a":"` + strings.Repeat("x", size-len(`{"a":"",`+leafRest)) + `",` + leafRest)
	}
	if err := ParseLeaf(pad(MaxLeaf), &l); err != nil || l.Kind != "x/1" {
		t.Errorf("65,535 bytes: %v", err)
	}
	if err := ParseLeaf(pad(MaxLeaf+1), &l); !errors.Is(err, ErrTooLarge) || errors.Is(err, ErrNotCanonical) {
		t.Errorf("65,536 bytes: %v", err)
	}
}

func TestAQueryEntryIsRead(t *testing.T) {
	var l Leaf
	if err := ParseLeaf([]byte(queryLeaf), &l); err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 22, 10, 11, 12, 123e6, time.UTC)
	if l.Kind != "query/1" || l.Time() != Time(at) || l.Millis != at.UnixMilli() {
		t.Errorf("%q %q %d", l.Kind, l.Time(), l.Millis)
	}
	if m, ok := l.Str("method"); m != "TCKimlikNoIleBelgeSorgulama" || !ok {
		t.Error("method", m, ok)
	}
	if n, ok := l.Int("n"); n != 1 || !ok {
		t.Error("n", n, ok)
	}
	if l.Digests() != 3 || string(l.Digest(1)) != "AGIzVQJ5n2v8hRZk3Lq0bWmXc7yTdUe4fPs6oNi9jKA" || l.IndexDigest(l.Digest(2)) != 2 || l.IndexDigest([]byte("x")) != -1 {
		t.Error("digests", l.Digests())
	}
	list, ok := l.List("_sd")
	if !ok || len(list) != 3 || list[0] != string(l.Digest(0)) {
		t.Error("_sd", list)
	}
	var keys []string
	for i := range l.Keys() {
		keys = append(keys, string(l.Key(i)))
	}
	if want := []string{"_sd", "_sd_alg", "host", "k", "method", "n", "process", "t"}; !slices.Equal(keys, want) {
		t.Error(keys)
	}
}

func TestAMemberOfAnotherTypeIsNotGiven(t *testing.T) {
	var l Leaf
	if err := ParseLeaf([]byte(`{"b":false,"k":"x/1","l":[],"n":-5,"o":{},"s":"5","t":"1969-12-31T23:59:59.999Z","z":true}`), &l); err != nil {
		t.Fatal(err)
	}
	if l.Millis != -1 {
		t.Error(l.Millis)
	}
	takes := func(key string) (types string) {
		if _, ok := l.Str(key); ok {
			types += "s"
		}
		if _, ok := l.Int(key); ok {
			types += "n"
		}
		if _, ok := l.Bool(key); ok {
			types += "b"
		}
		if _, ok := l.List(key); ok {
			types += "l"
		}
		if _, ok := l.Object(key); ok {
			types += "o"
		}
		return types
	}
	for key, want := range map[string]string{"b": "b", "z": "b", "l": "l", "n": "n", "o": "o", "s": "s", "absent": ""} {
		if got := takes(key); got != want {
			t.Errorf("%s is taken for %q", key, got)
		}
	}
	if v, _ := l.Bool("z"); !v {
		t.Error("true is false")
	}
}

func TestALeafCanBeUsedAgain(t *testing.T) {
	var l Leaf
	for _, leaf := range []string{queryLeaf, `{"k":"outcome/1","q":7,"t":"2026-11-22T10:11:12.160Z"}`, `{"k":`, `{"k":"key/1","t":"2026-11-22T10:11:12.161Z"}`} {
		_ = ParseLeaf([]byte(leaf), &l)
	}
	if _, old := l.Str("method"); old || l.Kind != "key/1" || l.Digests() != 0 || l.Keys() != 2 {
		t.Errorf("something of the entry before is left: %q %d %d", l.Kind, l.Digests(), l.Keys())
	}
}

func TestReadingEntriesOfOneKindAllocatesOnlyTheirTime(t *testing.T) {
	leaf := []byte(queryLeaf)
	var l Leaf
	if n := testing.AllocsPerRun(100, func() {
		if err := ParseLeaf(leaf, &l); err != nil {
			t.Fatal(err)
		}
		if v, ok := l.Text("method"); !ok || len(v) == 0 {
			t.Fatal("no method")
		}
	}); n > 1 {
		t.Errorf("%v allocations", n)
	}
}
