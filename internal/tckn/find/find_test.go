package find

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"iskurctl/internal/tckn"
)

// digitRuns and the test of a run are the rule of the contract, word by word.
var digitRuns = regexp.MustCompile(`[0-9]+`)

func plainByTheRule(b []byte) (starts []int) {
	for _, at := range digitRuns.FindAllIndex(b, -1) {
		if at[1]-at[0] == tckn.Length && b[at[0]] != '0' {
			starts = append(starts, at[0])
		}
	}
	return starts
}

func all(f Finder, b []byte) (found []Match) {
	for from := 0; ; {
		m, ok := f.Next(b, from)
		if !ok {
			return found
		}
		found = append(found, m)
		from = m.End
	}
}

// everyPlace is Next without skipping anything: each place is tried in turn.
func everyPlace(f Finder, b []byte) (found []Match) {
	for s := 0; s < len(b); s++ {
		if !isDigit(b[s]) || s > 0 && isDigit(b[s-1]) {
			continue
		}
		if m, ok := f.at(b, s); ok {
			found = append(found, m)
			s = m.End - 1
		}
	}
	return found
}

func TestTheSpellingsOfANumber(t *testing.T) {
	for _, c := range []struct {
		text string
		f    Finder
		want string // what is found, by its digits, parted by blanks
	}{
		{"", Finder{}, ""},
		{"10000000146", Finder{}, "10000000146"},
		{"TC10000000146x10000000214", Finder{}, "10000000146 10000000214"},
		{"100000001461 010000000146", Finder{}, ""},
		{"00000000146", Finder{}, ""},
		{"10000000147", Finder{}, "10000000147"},
		{"100 000 001 46", Finder{}, ""},
		{"100 000 001 46", Finder{Grouped: true}, "10000000146"},
		{"100.000.001.46,100-000-001-46", Finder{Grouped: true}, "10000000146 10000000146"},
		{"100 000-001 46", Finder{Grouped: true}, ""},
		{"100 000 001 47", Finder{Grouped: true}, ""},
		{"1 0000000146", Finder{Grouped: true}, ""},
		{"17 100 000 001 46 3", Finder{Grouped: true}, "10000000146"},
		{"100 000 001 461", Finder{Grouped: true}, ""},
		{"1000 000 001 46", Finder{Grouped: true}, ""},
		{"10000000146 23", Finder{Grouped: true}, "10000000146"},
		{wide("10000000146", false), Finder{}, ""},
		{wide("x10000000146 ", false) + wide("ı10000000214ı", false), Finder{Wide: true}, "10000000146 10000000214"},
		{wide("x10000000146 ", true) + wide("ı10000000214ı", true), Finder{Wide: true}, "10000000146 10000000214"},
		{wide("010000000146", false) + wide("100000001460", true), Finder{Wide: true}, ""},
		{wide("x100 000 001 46 ", false) + wide("ı10.000.000.214ı", true), Finder{Wide: true, Grouped: true}, "10000000146 10000000214"},
		{wide("100 000-001 46;1 0000000146;1000000014 6;5100 000 001 46;100 000 001 461", false), Finder{Wide: true, Grouped: true}, ""},
		{wide("100 000 001 46", false), Finder{Wide: true}, ""},
	} {
		var got []string
		for _, m := range all(c.f, []byte(c.text)) {
			got = append(got, string(m.Number[:]))
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%+v in %q: %q, want %q", c.f, c.text, got, c.want)
		}
	}
}

// wide writes a text of the basic plane as UTF-16.
func wide(s string, bigEndian bool) string {
	var out []byte
	for _, r := range s {
		if bigEndian {
			out = append(out, byte(r>>8), byte(r))
		} else {
			out = append(out, byte(r), byte(r>>8))
		}
	}
	return string(out)
}

var finders = []Finder{{}, {Grouped: true}, {Wide: true}, {Grouped: true, Wide: true}}

var samples = []string{
	"10000000146", "TCKN 10000000146;10000000214\r\n100 000 003 82 ", "10000000146100000002141000000038210000000450",
	"10-00-00-01-46.10000000528", wide("no 10000000146, ı10000000214ı", false) + "10000000382", wide("no 10000000146", true),
	"46 10000000146 10 000 000 214 10.000.000.382", wide("46 10 00 00 00 146-ı100.000.002.14ı1 10000000382", false), wide("17 100 000 001 46 3", true), "\x00\xff1\x000 10000000146\x00", "1 1 1 1 12 12 12 12 12 12 12",
}

func FuzzFinderFindsWhatTheRuleSays(f *testing.F) {
	for _, s := range samples {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var starts []int
		for _, m := range all(Finder{}, b) {
			starts = append(starts, m.Start)
		}
		want := plainByTheRule(b)
		if len(starts) != len(want) {
			t.Fatalf("%q: %v, want %v", b, starts, want)
		}
		for i := range want {
			if starts[i] != want[i] {
				t.Fatalf("%q: %v, want %v", b, starts, want)
			}
		}
		for _, finder := range finders {
			got, want := all(finder, b), everyPlace(finder, b)
			if len(got) != len(want) {
				t.Fatalf("%+v in %q: %v, want %v", finder, b, got, want)
			}
			for i := range want {
				if got[i] != want[i] {
					t.Fatalf("%+v in %q: %v, want %v", finder, b, got, want)
				}
			}
		}
	})
}

// inPieces masks b as a stream that comes in pieces of at most n bytes, the first of them of first bytes.
func inPieces(k Masker, b []byte, first, n int) []byte {
	var out, held []byte
	from := 0
	for size := first; ; size = n {
		size = min(size, len(b))
		held = append(held, b[:size]...)
		b = b[size:]
		decided := k.Mask(held, from, len(b) == 0)
		out = append(out, held[from:decided]...)
		if len(b) == 0 {
			return out
		}
		keep := max(0, decided-Before)
		from = decided - keep
		held = bytes.Clone(held[keep:])
	}
}

func TestMaskingDoesNotDependOnWhereTheTextIsCut(t *testing.T) {
	for _, s := range samples {
		for _, f := range finders {
			whole := inPieces(Masker{f}, []byte(s), len(s), len(s))
			for first := range len(s) + 1 {
				for _, n := range []int{1, 2, 5, 11, After - 1, After, After + 1, 1 << 10} {
					if got := inPieces(Masker{f}, []byte(s), first, n); !bytes.Equal(got, whole) {
						t.Fatalf("%+v, %q cut after %d, then each %d: %q, want %q", f, s, first, n, got, whole)
					}
				}
			}
		}
	}
}

func FuzzMaskingInPiecesIsMaskingAtOnce(f *testing.F) {
	for _, s := range samples {
		f.Add([]byte(s), uint8(3), uint8(7))
	}
	f.Fuzz(func(t *testing.T, b []byte, first, n uint8) {
		for _, finder := range finders {
			want := bytes.Clone(b)
			for _, m := range everyPlace(finder, b) {
				if m.Valid() {
					hide(want, m)
				}
			}
			if got := inPieces(Masker{finder}, b, int(first), int(n)+1); !bytes.Equal(got, want) {
				t.Fatalf("%+v, %q, %d, %d: %q, want %q", finder, b, first, n, got, want)
			}
		}
	})
}

func TestMaskingKeepsEverythingElse(t *testing.T) {
	in := "a\r\n\xff\x0010000000146\x00 10000000147 100000001461\n10 000 000 214"
	want := "a\r\n\xff\x00100******46\x00 10000000147 100000001461\n10 0** *** *14"
	if got := inPieces(Masker{Finder{Grouped: true, Wide: true}}, []byte(in), len(in), 1); string(got) != want {
		t.Errorf("%q, want %q", got, want)
	}
}
