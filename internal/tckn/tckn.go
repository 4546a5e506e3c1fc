// Package tckn knows the Turkish identity number (TC kimlik numarası): its check digits, its kinds, how it is masked and
// how it is found in free text. It is pure: standard library only, no text for people, no input or output of its own.
// Everyone may import it.
//
// The number has eleven digits d1…d11 and d1 is not 0. The last two are computed from the first nine. With
//
//	O = d1+d3+d5+d7+d9   (the digits at odd places)
//	E = d2+d4+d6+d8      (the digits at even places)
//
// the rule is
//
//	d10 = (7·O − E) mod 10
//	d11 = (d1 + … + d10) mod 10
//
// The code computes d10 as (7·O + 9·E) mod 10. That is the same number, since −1 and 9 are equal modulo 10, but it is
// never negative: Go's % keeps the sign, so 7·O − E taken as it stands rejects valid numbers such as 19000000088, where
// it is −2 and d10 is 8.
//
// A number that passes is well formed; nothing says that it was given to anybody.
package tckn

// Length is the number of digits.
const Length = 11

// Reason says why a value is or is not a valid number. The words are the contract of `tc validate`.
type Reason string

// The reasons, in the order in which they are looked for. ReasonPlaceholder is only given by Result.Strict.
const (
	ReasonEmpty       Reason = "empty"
	ReasonNonDigit    Reason = "non_digit"
	ReasonLength      Reason = "length"
	ReasonLeadingZero Reason = "leading_zero"
	ReasonChecksum10  Reason = "checksum_10"
	ReasonChecksum11  Reason = "checksum_11"
	ReasonOK          Reason = "ok"
	ReasonPlaceholder Reason = "placeholder"
)

// Reasons gives every reason in the order of the contract, for summaries that show zeros too.
func Reasons() []Reason {
	return []Reason{ReasonEmpty, ReasonNonDigit, ReasonLength, ReasonLeadingZero, ReasonChecksum10, ReasonChecksum11, ReasonOK, ReasonPlaceholder}
}

// Kind tells the ranges of numbers apart by their first digits; an invalid value has none ("").
type Kind string

// The kinds. Numbers 99… are given to foreigners with a residence, 98… to people under temporary protection; what the
// rest of 90…97 is used for is not published.
const (
	KindCitizen             Kind = "citizen"
	KindForeigner           Kind = "foreigner"
	KindTemporaryProtection Kind = "temporary_protection"
	KindOther9              Kind = "other_9"
)

// Kinds gives every kind in the order of the contract.
func Kinds() []Kind {
	return []Kind{KindCitizen, KindForeigner, KindTemporaryProtection, KindOther9}
}

// Result is what Check found.
type Result struct {
	Reason Reason
	Kind   Kind // "" when the value is not valid
	// Placeholder is set for 11111111110, 22222222220 … 99999999990: forms and test data are full of them, and all
	// nine pass the check.
	Placeholder bool
}

// Valid reports whether the value is a well-formed number.
func (r Result) Valid() bool { return r.Reason == ReasonOK }

// Strict gives the result under the rule that placeholder numbers are not valid.
func (r Result) Strict() Result {
	if r.Valid() && r.Placeholder {
		return Result{Reason: ReasonPlaceholder, Placeholder: true}
	}
	return r
}

// Check examines one value, from whose ends blanks were already trimmed, and gives the first reason that applies. Only
// the ASCII digits count: Arabic-Indic or full-width digits are ReasonNonDigit. It does not allocate.
func Check(s string) Result { return check(s) }

// CheckBytes is Check for a value that still stands in a buffer.
func CheckBytes(b []byte) Result { return check(b) }

func check[T string | []byte](s T) Result {
	if len(s) == 0 {
		return Result{Reason: ReasonEmpty}
	}
	for i := range len(s) {
		if !isDigit(s[i]) {
			return Result{Reason: ReasonNonDigit}
		}
	}
	if len(s) != Length {
		return Result{Reason: ReasonLength}
	}
	if s[0] == '0' {
		return Result{Reason: ReasonLeadingZero}
	}
	var d [Length]int
	for i := range d {
		d[i] = int(s[i] - '0')
	}
	d10, d11 := checkDigits([9]int(d[:9]))
	switch {
	case d[9] != d10:
		return Result{Reason: ReasonChecksum10}
	case d[10] != d11:
		return Result{Reason: ReasonChecksum11}
	}
	return Result{Reason: ReasonOK, Kind: kindOf(d[0], d[1]), Placeholder: repeated([9]int(d[:9]))}
}

// checkDigits computes d10 and d11 from d1…d9 (the rule stands in the package comment).
func checkDigits(d [9]int) (d10, d11 int) {
	odd := d[0] + d[2] + d[4] + d[6] + d[8]
	even := d[1] + d[3] + d[5] + d[7]
	d10 = (7*odd + 9*even) % 10
	d11 = (odd + even + d10) % 10
	return d10, d11
}

func kindOf(d1, d2 int) Kind {
	switch {
	case d1 != 9:
		return KindCitizen
	case d2 == 9:
		return KindForeigner
	case d2 == 8:
		return KindTemporaryProtection
	}
	return KindOther9
}

// repeated reports whether all nine digits are the same. The check digits need no look: for ddddddddd they are d and 0,
// as 7·5d + 9·4d = 71d and 10·d end in d and 0.
func repeated(d [9]int) bool {
	for _, x := range d[1:] {
		if x != d[0] {
			return false
		}
	}
	return true
}

// Complete appends the two check digits to nine digits given as a number from 100000000 to 999999999. Another prefix is
// a mistake of the caller and panics.
func Complete(prefix int) string {
	return string(AppendComplete(make([]byte, 0, Length), prefix))
}

// AppendComplete appends the eleven digits of Complete to dst.
func AppendComplete(dst []byte, prefix int) []byte {
	if prefix < 100_000_000 || prefix > 999_999_999 {
		panic("tckn: prefix does not have nine digits")
	}
	var d [9]int
	for i, rest := 8, prefix; i >= 0; i, rest = i-1, rest/10 {
		d[i] = rest % 10
	}
	for _, x := range d {
		dst = append(dst, byte('0'+x))
	}
	d10, d11 := checkDigits(d)
	return append(dst, byte('0'+d10), byte('0'+d11))
}

func isDigit(b byte) bool { return '0' <= b && b <= '9' }
