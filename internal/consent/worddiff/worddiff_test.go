package worddiff

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"iskurctl/internal/consent/sample"
)

// whole puts the two texts together again and complains about a list that breaks its promises.
func whole(t interface{ Fatalf(string, ...any) }, list []Change, a, b string) {
	var x, y strings.Builder
	for i, c := range list {
		if c.Text == "" {
			t.Fatalf("change %d is empty", i)
		}
		if i > 0 && (list[i-1].Op == c.Op || list[i-1].Op == Insert && c.Op == Delete) {
			t.Fatalf("%s follows %s", c.Op, list[i-1].Op)
		}
		if c.Op != Insert {
			x.WriteString(c.Text)
		}
		if c.Op != Delete {
			y.WriteString(c.Text)
		}
	}
	if x.String() != a || y.String() != b {
		t.Fatalf("%q and %q became %q and %q", a, b, x.String(), y.String())
	}
}

// texts are made of few words, so that there is much in common.
var texts = rapid.Custom(func(t *rapid.T) string {
	return strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{"rıza", "veri", "Kurum’un", "işlenir", " ", " ", "\n", "\n\n", ".", ",", "\xff", "ğ\u0306", "\u00a0"}), 0, 60).Draw(t, "text"), "")
})

func TestBothTextsComeBackByteForByte(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := texts.Draw(t, "a"), texts.Draw(t, "b")
		whole(t, Words([]byte(a), []byte(b)), a, b)
		whole(t, compare(a, b, rapid.IntRange(0, 400).Draw(t, "work"), rapid.IntRange(0, 50).Draw(t, "block")), a, b)
	})
}

// The length of a longest common subsequence by the textbook, for what Myers' way finds.
func TestAsLittleAsPossibleChanges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		letters := rapid.SliceOfN(rapid.Int32Range(0, 4), 0, 25)
		x, y := letters.Draw(t, "x"), letters.Draw(t, "y")
		budget := 1 << 20
		pairs, ok := align(x, y, 5, &budget)
		if !ok {
			t.Fatalf("gave up")
		}
		last := pair{-1, -1}
		for _, p := range pairs {
			if p.x <= last.x || p.y <= last.y || x[p.x] != y[p.y] {
				t.Fatalf("pairs %v", pairs)
			}
			last = p
		}
		row := make([]int, len(y)+1)
		for i := range x {
			before := 0
			for j := range y {
				here := row[j+1]
				if x[i] == y[j] {
					row[j+1] = before + 1
				} else {
					row[j+1] = max(row[j+1], row[j])
				}
				before = here
			}
		}
		if row[len(y)] != len(pairs) {
			t.Fatalf("%d pairs, the longest common subsequence has %d", len(pairs), row[len(y)])
		}
	})
}

func TestWhatReadsAsOneChangeIsOne(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want []Change
	}{
		{"", "", nil},
		{"rıza", "rıza", []Change{{Equal, "rıza"}}},
		{"", "rıza", []Change{{Insert, "rıza"}}},
		{"rıza", "", []Change{{Delete, "rıza"}}},
		{"iki yıl saklanır", "üç yıl saklanır", []Change{{Delete, "iki"}, {Insert, "üç"}, {Equal, " yıl saklanır"}}},
		{"a b c d", "a x y d", []Change{{Equal, "a "}, {Delete, "b c"}, {Insert, "x y"}, {Equal, " d"}}},
		{"a b\n\nc d", "a x\n\ny d", []Change{{Equal, "a "}, {Delete, "b"}, {Insert, "x"}, {Equal, "\n\n"}, {Delete, "c"}, {Insert, "y"}, {Equal, " d"}}},
		{"Kurum’un verisi.", "Kurum’un verisi;", []Change{{Equal, "Kurum’un verisi"}, {Delete, "."}, {Insert, ";"}}},
		{"a b", "a\nb", []Change{{Equal, "a"}, {Delete, " "}, {Insert, "\n"}, {Equal, "b"}}},
		{"iş ilanı duyurusu", "iş ilanı ve kurs duyurusu", []Change{{Equal, "iş ilanı "}, {Insert, "ve kurs "}, {Equal, "duyurusu"}}},
		{"iş ilanı ve kurs duyurusu", "iş ilanı duyurusu", []Change{{Equal, "iş ilanı "}, {Delete, "ve kurs "}, {Equal, "duyurusu"}}},
		{"rıza", "riza", []Change{{Delete, "rıza"}, {Insert, "riza"}}},
		{"a\u00a0b", "a b", []Change{{Equal, "a"}, {Delete, "\u00a0"}, {Insert, " "}, {Equal, "b"}}},
	} {
		if got := Words([]byte(c.a), []byte(c.b)); !slices.Equal(got, c.want) {
			t.Errorf("%q, %q: %q", c.a, c.b, got)
		}
	}
}

func TestTheVersionsOfTheSampleConsentDifferInAFewWords(t *testing.T) {
	body := map[string][]byte{}
	for _, x := range sample.Texts() {
		body[x.Label] = x.Body
	}
	list := Words(body["ornek-riza-1"], body["ornek-riza-2"])
	whole(t, list, string(body["ornek-riza-1"]), string(body["ornek-riza-2"]))
	equal := 0
	for _, c := range list {
		if c.Op == Equal {
			equal += len(c.Text)
		}
	}
	if equal < len(body["ornek-riza-1"])*9/10 || !slices.Contains(list, Change{Insert, " ve kurs"}) && !slices.Contains(list, Change{Insert, "ve kurs "}) {
		t.Errorf("%q", list)
	}
}

// words makes a text of n words out of a vocabulary, ten a line.
func words(seed uint64, n, vocabulary int) string {
	r := rand.New(rand.NewPCG(seed, 0))
	var b strings.Builder
	for i := range n {
		for v := r.IntN(vocabulary) + 1; v > 0; v /= 20 {
			b.WriteByte('a' + byte(v%20))
		}
		if i%10 == 9 {
			b.WriteByte('\n')
		} else {
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// Texts of a mebibyte that have as good as nothing in common would take hours; the work is bounded, and both come back.
func TestTextsWithoutACommonLineDoNotTakeForever(t *testing.T) {
	n := 200_000
	if testing.Short() {
		n = 20_000
	}
	for name, c := range map[string][2]string{
		"few words":   {words(1, n, 50), words(2, n, 50)},
		"many words":  {words(1, n, 5000), words(2, n, 5000)},
		"nothing":     {strings.Repeat("a ", n), strings.Repeat("b\n", n)},
		"reversed":    {words(1, n, 1<<30), reversed(words(1, n, 1<<30))},
		"shifted":     {words(1, n, 1<<30), "x " + words(1, n, 1<<30)},
		"empty lines": {strings.Repeat("\n", n), strings.Repeat("\n", n/2)},
		"no newline":  {strings.ReplaceAll(words(1, n, 50), "\n", " "), strings.ReplaceAll(words(2, n, 50), "\n", " ")},
	} {
		whole(t, Words([]byte(c[0]), []byte(c[1])), c[0], c[1])
		budget := work
		x, y, kinds := number(c[0], c[1], cutWord)
		align(x.ids, y.ids, kinds, &budget)
		if budget < -1<<20 {
			t.Errorf("%s: the budget was overdrawn by %d", name, -budget)
		}
	}
}

func reversed(s string) string {
	f := strings.Fields(s)
	slices.Reverse(f)
	return strings.Join(f, " ")
}

// Where only some paragraphs of a large text changed, they are compared by words even when the texts as a whole are too large.
func TestLargeTextsAreComparedByLinesAndChangedLinesByWords(t *testing.T) {
	a := words(3, 3000, 1<<30)
	lines := strings.SplitAfter(a, "\n")
	lines[7] = strings.Replace(lines[7], " ", " degisti ", 1)
	b := strings.Join(lines, "")
	b = words(4, 20, 1<<30) + b
	list := compare(a, b, 60, 60)
	whole(t, list, a, b)
	if len(list) != 4 || list[0].Op != Insert || strings.TrimSpace(list[2].Text) != "degisti" {
		t.Errorf("%d changes: %.300q", len(list), list)
	}
}

func FuzzWords(f *testing.F) {
	f.Add([]byte("rıza verilir"), []byte("rıza alınır"))
	f.Add([]byte("\xff a\n"), []byte("\xc3"))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		whole(t, Words(a, b), string(a), string(b))
		whole(t, compare(string(a), string(b), 8, 8), string(a), string(b))
	})
}
