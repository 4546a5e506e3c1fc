// Package find recognises TC numbers in text: where one stands, how sure one may be that it is one, and masking them in a
// stream. It is pure: standard library and internal/tckn only, no text for people, no input or output of its own.
// internal/scan and the commands import it.
//
// A candidate is a run of exactly eleven ASCII digits whose first is not 0; letters may touch it (TC10000000146). Two
// other spellings are looked for when asked: digits parted into groups (100 000 001 46), and the digits of UTF-16 text,
// each with a zero byte beside it.
package find

import "iskurctl/internal/tckn"

// Finder says which spellings are looked for beside the plain one.
type Finder struct {
	// Grouped: two to six groups of at least two digits, eleven digits in all, parted by one blank, dot or hyphen, the
	// same each time. Only such that pass the check are given: phone numbers and tables are full of the others.
	Grouped bool
	// Wide: eleven digits with one zero byte between them, which is how both orders of UTF-16 write them; with Grouped also
	// parted into groups. Only such that pass the check are given.
	Wide bool
}

// Match is one candidate: where it stands, in bytes, and its eleven digits.
type Match struct {
	Start, End int
	Number     [tckn.Length]byte
}

// Valid reports whether the check digits fit.
func (m Match) Valid() bool { return tckn.Check(string(m.Number[:])).Valid() }

// Sizes of the spellings in bytes.
const (
	groupsMax   = 6
	groupedSize = tckn.Length + groupsMax - 1
	wideSize    = 2*groupedSize - 1

	// Before and After are how many bytes beside a position decide, at most, whether a candidate starts there.
	Before = 3
	After  = wideSize + 3
)

// Next gives the first candidate that starts at or after from. What stands before from and behind the candidate counts as
// its surroundings, so a run of digits that began before from is none.
func (f Finder) Next(b []byte, from int) (m Match, ok bool) {
	if f == (Finder{}) {
		start := Plain(b, from)
		if start < 0 {
			return m, false
		}
		return plainAt(b, start), true
	}
	return f.nextOf(b, from)
}

func plainAt(b []byte, start int) Match {
	return Match{Start: start, End: start + tckn.Length, Number: [tckn.Length]byte(b[start:])}
}

// Plain gives the place of the first plain candidate at or after from, -1 when there is none.
//
// Eleven digits in a row cannot pass without covering every eleventh place, so one byte of eleven is looked at; one that
// is no digit rules out its eleven predecessors as starts. Four such places are looked at together, since most text has
// no digit there.
func Plain(b []byte, from int) int {
	const n = tckn.Length
	for p := from + n - 1; p < len(b); {
		for p+4*n <= len(b) {
			four := b[p : p+3*n+1 : p+3*n+1]
			if digit[four[0]]|digit[four[n]]|digit[four[2*n]]|digit[four[3*n]] != 0 {
				break
			}
			p += 4 * n
		}
		if p >= len(b) {
			break
		}
		if digit[b[p]] == 0 {
			p += n
			continue
		}
		start := p
		for start > 0 && digit[b[start-1]] != 0 {
			start--
		}
		// The run must reach place start+10; where it does not, the byte that ends it is looked for from p on.
		end := p + 1
		for end < len(b) && digit[b[end]] != 0 {
			end++
		}
		if end-start == n && start >= from && b[start] != '0' {
			return start
		}
		p = end + n // the byte at end is no digit: the next run starts behind it
	}
	return -1
}

// digit holds 1 for the ten ASCII digits.
var digit = classOf("0123456789")

// wideClass holds 1 for what the wide spelling is made of.
var wideClass = classOf("0123456789\x00")

func classOf(members string) (c [256]byte) {
	for i := range len(members) {
		c[members[i]] = 1
	}
	return c
}

func isDigit(b byte) bool { return b-'0' <= 9 }

func isSeparator(b byte) bool { return b == ' ' || b == '.' || b == '-' }

// nextOf is Next with more than the plain spelling. It goes on by eleven bytes as Plain does: every spelling covers one
// of the places, and where one is covered all starts that could cover it are tried, the first one first.
func (f Finder) nextOf(b []byte, from int) (Match, bool) {
	class, reach := &digit, groupedSize
	if f.Wide {
		class, reach = &wideClass, wideSize
	}
	done := from // starts before it were tried
	for p := from + tckn.Length - 1; p < len(b); p += tckn.Length {
		// Groups of two digits and more leave no two bytes in a row without a digit.
		if class[b[p-1]]|class[b[p]] == 0 {
			continue
		}
		for s := max(done, p-reach); s <= p; s++ {
			if isDigit(b[s]) && (s == 0 || !isDigit(b[s-1])) {
				if m, ok := f.at(b, s); ok {
					return m, true
				}
			}
		}
		done = p + 1
	}
	return Match{}, false
}

// at gives the candidate that starts at s, where a group of digits starts.
func (f Finder) at(b []byte, s int) (Match, bool) {
	end := s
	for end < len(b) && isDigit(b[end]) && end-s <= tckn.Length {
		end++
	}
	if b[s] == '0' {
		return Match{}, false
	}
	switch n := end - s; {
	case n == tckn.Length:
		return plainAt(b, s), true
	case n == 1 && f.Wide:
		return f.wideAt(b, s)
	case n >= 2 && n < tckn.Length && f.Grouped:
		return groupedAt(b, s, end)
	}
	return Match{}, false
}

// groupedAt gives the candidate in groups whose first is b[s:end].
func groupedAt(b []byte, s, end int) (m Match, ok bool) {
	if end >= len(b) || !isSeparator(b[end]) {
		return m, false
	}
	separator, filled := b[end], copy(m.Number[:], b[s:end])
	for groups := 2; groups <= groupsMax && end < len(b) && b[end] == separator; groups++ {
		start := end + 1
		for end = start; end < len(b) && isDigit(b[end]); end++ {
			if filled == tckn.Length {
				return m, false
			}
			m.Number[filled] = b[end]
			filled++
		}
		if end-start < 2 {
			return m, false
		}
		if filled == tckn.Length {
			m.Start, m.End = s, end
			return m, m.Valid()
		}
	}
	return m, false
}

// wideAt gives the candidate in UTF-16 whose first digit is b[s]. Nothing says which order the bytes have, so a digit
// beside the candidate makes it part of a longer run only where it is one in both orders: U+0131, the dotless i, has the
// byte of a 1 in it, and must not hide a number.
func (f Finder) wideAt(b []byte, s int) (m Match, ok bool) {
	filled, groups, inGroup, separator := 0, 1, 0, byte(0)
	at := s
	for ; filled < tckn.Length; at += 2 {
		if at >= len(b) || at > s && b[at-1] != 0 {
			return m, false
		}
		switch c := b[at]; {
		case isDigit(c):
			m.Number[filled] = c
			filled++
			inGroup++
		case f.Grouped && isSeparator(c) && (groups == 1 || c == separator) && inGroup >= 2 && groups < groupsMax:
			separator, inGroup = c, 0
			groups++
		default:
			return m, false
		}
	}
	if groups > 1 && inGroup < 2 {
		return m, false
	}
	m.Start, m.End = s, at-1
	before := s >= 2 && b[s-1] == 0 && isDigit(b[s-2]) && (s == 2 || b[s-3] == 0)
	e := m.End
	after := e+1 < len(b) && b[e] == 0 && isDigit(b[e+1]) && (e+2 == len(b) || b[e+2] == 0)
	if before || after || e < len(b) && isDigit(b[e]) {
		return m, false
	}
	return m, m.Valid()
}

// hide masks a match in place: the first three and the last two digits stay, what stands between digits stays too.
func hide(b []byte, m Match) {
	shown := tckn.Mask(string(m.Number[:]))
	at := m.Start
	for i := range len(shown) {
		for !isDigit(b[at]) {
			at++
		}
		b[at] = shown[i]
		at++
	}
}
