package tckn

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestMaskKeepsThreeAndTwoCharactersOfLongValues(t *testing.T) {
	for in, want := range map[string]string{
		"":                  "",
		"1":                 "*",
		"100000":            "******",
		"1000001":           "100**01",
		"10000000146":       "100******46",
		"10000000145":       "100******45",
		"100000001466":      "100*******66",
		"çğışöüç":           "çğı**üç",
		"şşşşşş":            "******",
		"１０００００００１４６":       "１００******４６",
		"\xff\xfe":          "**",
		"\xff23456\x80\xfe": "\xff23***\x80\xfe",
	} {
		if got := Mask(in); got != want {
			t.Errorf("Mask(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestMaskCountsCharactersOfAnyBytes(t *testing.T) {
	anyBytes := rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) })
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(rapid.String(), anyBytes).Draw(t, "value")
		var chars []string
		for rest := s; rest != ""; {
			_, size := utf8.DecodeRuneInString(rest)
			chars, rest = append(chars, rest[:size]), rest[size:]
		}
		for i := range chars {
			if len(chars) <= 6 || 3 <= i && i < len(chars)-2 {
				chars[i] = "*"
			}
		}
		if got, want := Mask(s), strings.Join(chars, ""); got != want {
			t.Fatalf("Mask(%q) = %q, want %q", s, got, want)
		}
	})
}

var candidates = []struct{ in, want string }{
	{"", ""},
	{"10000000146", "100******46"},
	{"10000000145", "100******45"}, // fails the check, is masked all the same
	{"TC10000000146a", "TC100******46a"},
	{"x=10000000146, y=10000000214.", "x=100******46, y=100******14."},
	{"10000000146 10000000214", "100******46 100******14"},
	{"10000000146\n10000000214\n", "100******46\n100******14\n"},
	{"05320000000", "05320000000"},                           // a phone number
	{"1000000014", "1000000014"},                             // ten
	{"100000001466", "100000001466"},                         // twelve
	{"010000000146", "010000000146"},                         // twelve with a zero ahead
	{"1000000014610000000214", "1000000014610000000214"},     // one run of twenty-two
	{"2026-11-22T10:11:12.123Z", "2026-11-22T10:11:12.123Z"}, // no run is long enough
	{"100 000 001 46", "100 000 001 46"},                     // spaced digits are not looked for
	{"şş10000000146şş", "şş100******46şş"},                   // letters of any kind may touch
	{"１10000000146", "１100******46"},                         // a full-width digit does not make the run longer
	{"\xff10000000146\x00", "\xff100******46\x00"},           // any bytes
	{"100******46", "100******46"},                           // already masked
	{strings.Repeat("1", 500) + " 10000000146", strings.Repeat("1", 500) + " 100******46"},
	{strings.Repeat("-", 500) + "10000000146", strings.Repeat("-", 500) + "100******46"},
}

func TestScrubMasksElevenDigitsAndNothingElse(t *testing.T) {
	for _, c := range candidates {
		if got := Scrub(c.in); got != c.want {
			t.Errorf("Scrub(%q) = %q, want %q", c.in, got, c.want)
		}
		if got := In(c.in); got != (c.in != c.want) {
			t.Errorf("In(%q) = %v", c.in, got)
		}
	}
}

// slow is the rule for candidates written once more, with a regular expression.
func slow(s string) string {
	return regexp.MustCompile(`[0-9]+`).ReplaceAllStringFunc(s, func(run string) string {
		if len(run) == 11 && run[0] != '0' {
			return run[:3] + "******" + run[9:]
		}
		return run
	})
}

func TestScrubMasksWhatTheRuleSaysInAnyText(t *testing.T) {
	text := rapid.StringOfN(rapid.RuneFrom([]rune("0011234567899 a\nş")), 0, 200, -1)
	rapid.Check(t, func(t *rapid.T) {
		s := text.Draw(t, "text")
		want := slow(s)
		if got := Scrub(s); got != want {
			t.Fatalf("Scrub(%q) = %q, want %q", s, got, want)
		}
		if again := Scrub(want); again != want {
			t.Fatalf("a second Scrub changed %q to %q", want, again)
		}
	})
}

func FuzzScrub(f *testing.F) {
	for _, c := range candidates {
		f.Add(c.in)
	}
	f.Fuzz(func(t *testing.T, s string) {
		want := slow(s)
		if got := Scrub(s); got != want {
			t.Fatalf("Scrub(%q) = %q, want %q", s, got, want)
		}
	})
}

func page(line string) string { return strings.Repeat(line, 1<<20/len(line)) }

func BenchmarkScrubCleanText(b *testing.B) {
	s := page("2026-11-22T10:11:12.123Z sorgu tamamlandı, 42 belge, kaynak 192.0.2.1\n")
	b.SetBytes(int64(len(s)))
	for b.Loop() {
		Scrub(s)
	}
}

func BenchmarkScrubNumbersOnly(b *testing.B) {
	s := page("10000000146\n")
	b.SetBytes(int64(len(s)))
	for b.Loop() {
		Scrub(s)
	}
}
