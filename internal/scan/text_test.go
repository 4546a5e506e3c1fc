package scan

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"iskurctl/internal/tckn"
	"iskurctl/internal/tckn/find"
)

func found(t *testing.T, s *scanner, text string, wrap func(io.Reader) io.Reader) (list []Finding) {
	t.Helper()
	err := s.text(t.Context(), wrap(strings.NewReader(text)), target{path: "x", identity: "x"}, func(f Finding) error {
		list = append(list, f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func whole(r io.Reader) io.Reader { return r }

// smallScanner reads in pieces of a few bytes.
func smallScanner(o Options, piece int) *scanner {
	s := newScanner(o)
	s.buf = make([]byte, piece+2*margin)
	return s
}

// mixed makes text of pieces that matter: numbers, digits, line ends, letters of one and more bytes, keywords, long lines.
func mixed(r *rand.Rand, size int) string {
	var b strings.Builder
	for b.Len() < size {
		switch r.IntN(9) {
		case 0:
			b.WriteString(tckn.Complete(100_000_000 + r.IntN(100)))
		case 1:
			b.WriteString(fmt.Sprint(10_000_000_000 + r.Int64N(89_999_999_999)))
		case 2:
			b.WriteString(strings.Repeat("7", r.IntN(30)))
		case 3:
			b.WriteString("\n")
		case 4:
			b.WriteString(" TCKN ")
		case 5:
			b.WriteString("şığ€𝄞")
		case 6:
			b.WriteString(strings.Repeat("x ", r.IntN(900)))
		default:
			b.WriteString(" ;")
		}
	}
	return b.String()
}

func TestFindingsDoNotDependOnWhereTheTextIsCut(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	runs := regexp.MustCompile(`[0-9]+`)
	for range 10 {
		text := mixed(r, 20_000)
		want := found(t, newScanner(Options{}), text, whole)
		i := 0
		for _, at := range runs.FindAllStringIndex(text, -1) { // the rule of the contract
			if at[1]-at[0] != tckn.Length || text[at[0]] == '0' {
				continue
			}
			line := strings.Count(text[:at[0]], "\n") + 1
			column := utf8.RuneCountInString(text[strings.LastIndex(text[:at[0]], "\n")+1:at[0]]) + 1
			if i == len(want) || want[i].Number != text[at[0]:at[1]] || want[i].Line != int64(line) || want[i].Column != int64(column) {
				t.Fatalf("finding %d: %+v, want %s in %d:%d", i, want[i], text[at[0]:at[1]], line, column)
			}
			i++
		}
		if i != len(want) {
			t.Fatalf("%d findings, want %d", len(want), i)
		}
		for _, piece := range []int{1, 13, 700} {
			got := found(t, smallScanner(Options{}, piece), text, iotest.HalfReader)
			if len(got) != len(want) {
				t.Fatalf("in pieces of %d: %d findings, want %d", piece, len(got), len(want))
			}
			for i := range want {
				if got[i] != want[i] {
					t.Fatalf("in pieces of %d: %+v, want %+v", piece, got[i], want[i])
				}
			}
		}
	}
}

func TestTheConfidenceOfATableComesFromItsHeader(t *testing.T) {
	filler := strings.Repeat("a;b;c\n", 2000)
	for text, want := range map[string]string{
		"ad;TC Kimlik;x\n" + filler + "a;10000000146;b\n":               "high tc kimlik",
		"ad;TC Kimlik;x\n" + filler + "a;b;10000000146\n":               "medium ",
		"\ufeff\"TCKN\"\r\n" + filler + "10000000146\r\n":               "high tckn",
		"TCKN\n" + filler + "and 10000000146\n":                         "medium ",
		"ad,tckn\n" + filler + "\"a,b\",10000000146\n":                  "high tckn",
		"10000000214,tckn\n" + filler + "a,10000000146\n":               "medium ",
		"tckn," + strings.Repeat("word,", 900) + "\n" + "1,10000000146": "medium ", // too long for a header
	} {
		for _, s := range []*scanner{newScanner(Options{Min: find.Medium}), smallScanner(Options{Min: find.Medium}, 9000)} {
			got := found(t, s, text, whole)
			last := got[len(got)-1]
			if c := last.Confidence.String() + " " + last.Keyword; c != want {
				t.Errorf("%.20q…: %s, want %s", text, c, want)
			}
		}
	}
}

func TestAFingerprintDoesNotGiveTheNumberAway(t *testing.T) {
	// All that is hashed has no other digit than what the mask shows; so the same mask gives the same fingerprint.
	marks := map[string]bool{}
	numbers := map[string][]string{}
	for i := range 100 {
		n := tckn.Complete(100_000_000 + i)
		numbers[tckn.Mask(n)] = append(numbers[tckn.Mask(n)], n)
	}
	alike := numbers["100******46"]
	if len(alike) < 2 {
		t.Fatal("no two numbers look alike when masked")
	}
	for _, n := range alike {
		for _, f := range found(t, newScanner(Options{Min: find.Medium}), "born 1990 tel 5321234567 tc "+n+" x\n", whole) {
			marks[f.Fingerprint] = true
		}
	}
	if len(marks) != 1 {
		t.Errorf("%d fingerprints: what is not shown goes into them", len(marks))
	}
}

func TestTheFingerprintIsTheOneOfTheDocument(t *testing.T) {
	const path, line, want = "src/test_lookup.py", "    assert lookup(\"10000000382\")", "8888234f26a54693128491ec88a87764"
	var got string
	err := newScanner(Options{}).text(t.Context(), strings.NewReader("def f():\n"+line+"\n"), target{identity: path}, func(f Finding) error {
		got = f.Fingerprint
		return nil
	})
	doc, readErr := os.ReadFile("../../docs/formats.md")
	if err != nil || readErr != nil || got != want {
		t.Fatalf("%s, want %s (%v, %v)", got, want, err, readErr)
	}
	for _, s := range []string{path, line, want} {
		if !bytes.Contains(doc, []byte("`"+s+"`")) {
			t.Errorf("the document does not hold %q", s)
		}
	}
}

func TestMemoryForOccurrencesIsBounded(t *testing.T) {
	s := newScanner(Options{})
	var b bytes.Buffer
	for i := range occurrencesMax + 5000 {
		fmt.Fprintf(&b, "%c%c%c%c 10000000146\n", 'a'+i%26, 'a'+i/26%26, 'a'+i/676%26, 'a'+i/17576)
	}
	n := len(found(t, s, b.String(), whole))
	if n != occurrencesMax+5000 || len(s.seen) != occurrencesMax {
		t.Errorf("%d findings, %d places kept", n, len(s.seen))
	}
}

func TestWhatIsNoTextIsNotScanned(t *testing.T) {
	s := newScanner(Options{})
	for text, want := range map[string]error{
		"\x7fELF\x00\x0010000000146":                           errBinary,
		strings.Repeat("a", 9000) + "\x0010000000146":          nil, // git, too, looks at the start only
		"\xff\xfe1\x000\x00":                                   nil,
		"ab\x00cd\x00\x00ef" + strings.Repeat("\x00\x01", 500): errBinary,
	} {
		err := s.text(t.Context(), strings.NewReader(text), target{}, func(Finding) error { return nil })
		if !errors.Is(err, want) {
			t.Errorf("%.20q: %v, want %v", text, err, want)
		}
	}
}

func TestTheNewLinesOfAMergeAreThoseNoParentHas(t *testing.T) {
	a, b := &lineRanges{}, &lineRanges{}
	a.add(1, 5)
	a.add(10, 20)
	b.add(3, 12)
	b.add(19, 30)
	both := a.and(b)
	for line := int64(0); line < 32; line++ {
		if both.has(line) != (a.has(line) && b.has(line)) {
			t.Errorf("line %d: %v", line, both.ranges)
		}
	}
}

func FuzzAHunkIsReadOrRefused(f *testing.F) {
	f.Add("@@ -1,2 +3,4 @@ x")
	f.Add("@@ -1 +0,0 @@")
	f.Fuzz(func(t *testing.T, s string) {
		if from, to, ok := hunk(s); ok && strings.HasPrefix(s, "@@ -1 +3,2 @@") && (from != 3 || to != 5) {
			t.Errorf("%q: %d to %d", s, from, to)
		}
	})
}

func TestPatternsLeaveFilesAndFoldersOut(t *testing.T) {
	for _, c := range []struct {
		pattern, path string
		want          bool
	}{
		{"*.csv", "a/b/x.csv", true}, {"*.csv", "a/x.csvx", false}, {"a/*.csv", "a/x.csv", true}, {"a/*.csv", "b/a/x.csv", false},
		{"a", "a/b/c", true}, {"a/", "a/b/c", true}, {"b", "a/b/c", true}, {"a/b", "a/b/c", true}, {"a/**", "a/b/c", true},
		{"**/b/*.go", "x/y/b/z.go", true}, {"**/b/*.go", "b/z.go", true}, {"./a", "a/x", true}, {"c", "a/b/cc", false},
	} {
		e, err := NewExclude([]string{c.pattern})
		if err != nil || e.path(c.path) != c.want {
			t.Errorf("%s, %s: %v %v", c.pattern, c.path, e.path(c.path), err)
		}
	}
	if _, err := NewExclude([]string{"a["}); err == nil {
		t.Error("a pattern that is none is taken")
	}
}
