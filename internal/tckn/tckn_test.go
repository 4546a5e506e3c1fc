package tckn

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestEveryReasonIsGivenInTheOrderOfTheContract(t *testing.T) {
	for _, c := range []struct {
		in   string
		want Reason
	}{
		{"", ReasonEmpty},
		{"1000000014a", ReasonNonDigit},
		{"0000000000x", ReasonNonDigit}, // before leading_zero
		{"abc", ReasonNonDigit},         // before length
		{"-10000000146", ReasonNonDigit},
		{"100000001.46", ReasonNonDigit},
		{" 10000000146", ReasonNonDigit}, // trimming is the reader's work
		{"10000000146\n", ReasonNonDigit},
		{"1,00000E+10", ReasonNonDigit},
		{"١٠٠٠٠٠٠٠١٤٦", ReasonNonDigit}, // Arabic-Indic
		{"１０００００００１４６", ReasonNonDigit}, // full width
		{"1000000014٦", ReasonNonDigit},
		{"1000000014\xff", ReasonNonDigit},
		{"1", ReasonLength},
		{"1000000014", ReasonLength},
		{"100000001466", ReasonLength},
		{"0000000000", ReasonLength}, // before leading_zero
		{"00000000000", ReasonLeadingZero},
		{"00000000178", ReasonLeadingZero}, // both check digits would fit
		{"01234567840", ReasonLeadingZero}, // both check digits would fit
		{"10000000136", ReasonChecksum10},  // both are wrong: the first one is named
		{"10000000156", ReasonChecksum10},
		{"11111111111", ReasonChecksum11},
		{"10000000145", ReasonChecksum11},
		{"10000000146", ReasonOK},
		{"10000000214", ReasonOK},
		{"19000000088", ReasonOK}, // 7·O − E is negative from here …
		{"19090000098", ReasonOK},
		{"18080808058", ReasonOK},
		{"19090909018", ReasonOK},
		{"29090909086", ReasonOK}, // … to here
	} {
		got := Check(c.in)
		if got.Reason != c.want {
			t.Errorf("Check(%q) = %s, want %s", c.in, got.Reason, c.want)
		}
		if got.Valid() != (c.want == ReasonOK) {
			t.Errorf("Check(%q).Valid() = %v", c.in, got.Valid())
		}
		if (got.Kind == "") == got.Valid() {
			t.Errorf("Check(%q).Kind = %q: a kind belongs to valid numbers only", c.in, got.Kind)
		}
	}
}

func TestKindFollowsTheFirstDigits(t *testing.T) {
	for _, c := range []struct {
		prefix int
		want   Kind
	}{
		{100000001, KindCitizen}, {899999999, KindCitizen}, {198989898, KindCitizen},
		{990000000, KindForeigner}, {980000000, KindTemporaryProtection},
		{970000000, KindOther9}, {900000000, KindOther9}, {909999999, KindOther9},
	} {
		if got := Check(Complete(c.prefix)); got.Kind != c.want || !got.Valid() {
			t.Errorf("prefix %d: %+v, want kind %s", c.prefix, got, c.want)
		}
	}
}

func TestPlaceholdersPassAndAreFlaggedAndOnlyStrictRejectsThem(t *testing.T) {
	for d := 1; d <= 9; d++ {
		s := strings.Repeat(strconv.Itoa(d), 10) + "0"
		r := Check(s)
		if !r.Valid() || !r.Placeholder {
			t.Errorf("Check(%s) = %+v, want valid and flagged", s, r)
		}
		if st := r.Strict(); st.Valid() || st.Reason != ReasonPlaceholder || st.Kind != "" || !st.Placeholder {
			t.Errorf("Check(%s).Strict() = %+v", s, st)
		}
	}
	for _, s := range []string{"10000000146", "11111111111", "", "0"} {
		if r := Check(s); r.Placeholder || r.Strict() != r {
			t.Errorf("%q: %+v is no placeholder, Strict gives %+v", s, r, r.Strict())
		}
	}
}

func TestReasonsAndKindsAreCompleteAndDistinct(t *testing.T) {
	if got, want := fmt.Sprint(Reasons()), "[empty non_digit length leading_zero checksum_10 checksum_11 ok placeholder]"; got != want {
		t.Errorf("Reasons() = %s, want %s", got, want)
	}
	if got, want := fmt.Sprint(Kinds()), "[citizen foreigner temporary_protection other_9]"; got != want {
		t.Errorf("Kinds() = %s, want %s", got, want)
	}
}

// naive is the rule written once more, from its definition and on text, to be compared with Check.
func naive(s string) bool {
	if len(s) != 11 || strings.Trim(s, "0123456789") != "" || strings.HasPrefix(s, "0") {
		return false
	}
	sum := func(from, to, step int) (n int) {
		for place := from; place <= to; place += step {
			n += strings.IndexByte("0123456789", s[place-1])
		}
		return n
	}
	d10 := sum(1, 9, 2)*7 - sum(2, 8, 2)
	for d10 < 0 { // the mathematician's remainder
		d10 += 10
	}
	return s[9:10] == strconv.Itoa(d10%10) && s[10:] == strconv.Itoa(sum(1, 10, 1)%10)
}

// endings counts the valid ones of the hundred endings of a prefix and checks that Complete gives it.
func endings(t interface{ Fatalf(string, ...any) }, prefix int) {
	found := ""
	for e := range 100 {
		s := fmt.Sprintf("%d%02d", prefix, e)
		ok := Check(s).Valid()
		if ok != naive(s) {
			t.Fatalf("%s: Check says %v, the definition says %v", s, ok, !ok)
		}
		if ok && found != "" {
			t.Fatalf("prefix %d has two valid endings", prefix)
		}
		if ok {
			found = s
		}
	}
	if found == "" || found != Complete(prefix) {
		t.Fatalf("prefix %d: the valid ending gives %q, Complete gives %q", prefix, found, Complete(prefix))
	}
	if (found[10]-'0')%2 != 0 { // d11 ≡ O + E + 7·O + 9·E = 8·O + 10·E ≡ 8·O
		t.Fatalf("%s: the last digit of a valid number is even", found)
	}
}

// everySlip checks that no valid number stays valid when one digit is changed.
func everySlip(t interface{ Fatalf(string, ...any) }, valid string) {
	for i := range valid {
		b := []byte(valid)
		for d := byte('0'); d <= '9'; d++ {
			if b[i] = d; d != valid[i] && Check(string(b)).Valid() {
				t.Fatalf("%s and %s differ in one digit and both pass", valid, b)
			}
		}
	}
}

// The check digits depend on nothing but O and E, so one prefix for each pair of sums that exists stands for all 900
// million.
func TestEveryPairOfDigitSumsHasOneValidEndingAndCatchesEverySlip(t *testing.T) {
	spread := func(sum, first int) (d [5]int) { // a digit sum over up to five places, first at least `first`
		d[0] = first
		sum -= first
		for i := range d {
			add := min(sum, 9-d[i])
			d[i] += add
			sum -= add
		}
		return d
	}
	classes := 0
	for odd := 1; odd <= 45; odd++ {
		for even := 0; even <= 36; even++ {
			o, e := spread(odd, 1), spread(even, 0)
			prefix := 0
			for i := range 9 {
				digit := o[i/2]
				if i%2 == 1 {
					digit = e[i/2]
				}
				prefix = prefix*10 + digit
			}
			endings(t, prefix)
			everySlip(t, Complete(prefix))
			classes++
		}
	}
	if classes != 45*37 {
		t.Fatalf("walked %d classes", classes)
	}
}

func TestAWalkThroughAllPrefixesAgreesWithTheDefinition(t *testing.T) {
	step := 9_973 // a prime, so that every place takes every digit
	if testing.Short() {
		step = 999_983
	}
	for prefix := 100_000_000; prefix <= 999_999_999; prefix += step {
		s := Complete(prefix)
		if !Check(s).Valid() || !naive(s) || s[:9] != strconv.Itoa(prefix) {
			t.Fatalf("Complete(%d) = %s is not valid", prefix, s)
		}
	}
}

func TestAnyPrefixHasOneValidEndingAndCatchesEverySlip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		prefix := rapid.IntRange(100_000_000, 999_999_999).Draw(t, "prefix")
		endings(t, prefix)
		everySlip(t, Complete(prefix))
	})
}

func TestCompletePanicsOutsideNineDigits(t *testing.T) {
	for _, prefix := range []int{-1, 0, 99_999_999, 1_000_000_000} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("Complete(%d) did not panic", prefix)
				}
			}()
			Complete(prefix)
		}()
	}
}

func TestCheckDoesNotAllocate(t *testing.T) {
	if n := testing.AllocsPerRun(100, func() { Check("10000000146") }); n != 0 {
		t.Errorf("Check allocates %v times", n)
	}
}

func FuzzCheck(f *testing.F) {
	for _, s := range []string{"", "10000000146", "19000000088", "00000000178", "11111111110", "１０００００００１４６", "1\x00", "10000000145"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r := Check(s)
		if r.Valid() != naive(s) {
			t.Fatalf("Check(%q) = %+v, the definition says %v", s, r, !r.Valid())
		}
		if r.Valid() == (r.Kind == "") {
			t.Fatalf("Check(%q) = %+v: kind and validity disagree", s, r)
		}
		_ = Mask(s)
	})
}

func BenchmarkCheck(b *testing.B) {
	for b.Loop() {
		Check("10000000146")
	}
}
