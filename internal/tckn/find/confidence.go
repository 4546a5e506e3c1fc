package find

import "iskurctl/internal/tckn"

// Confidence says how sure it is that a candidate is somebody's number.
type Confidence int

// The confidences. About one of a hundred numbers of eleven digits passes the check by chance, so the check alone is
// medium; a word that announces a number makes it high.
const (
	Low    Confidence = iota // fails the check, or is a part of a hash, UUID, IBAN or decimal
	Medium                   // passes the check
	High                     // passes the check, and a keyword is near
)

var confidences = []string{"low", "medium", "high"}

// Confidences gives the words of the contract, the least first.
func Confidences() []string { return confidences }

// String gives the word of the contract.
func (c Confidence) String() string { return confidences[c] }

// Near is how many bytes before and behind a candidate are searched for a keyword: the 300 characters of Microsoft
// Purview's rule for this number, lines not regarded. Judge looks no further than this either.
const Near = 300

// Judge tells how sure it is that the candidate m of b is a number, and the keyword that says so. named is the keyword of
// what the place is called elsewhere, such as the header of a column; it counts more than what is near, "" is none.
func Judge(b []byte, m Match, named string) (c Confidence, keyword string) {
	if !m.Valid() || partOfHex(b, m) || partOfIBAN(b, m) || partOfDecimal(b, m) {
		return Low, ""
	}
	if keyword = named; keyword == "" {
		keyword = keywordNear(b[max(0, m.Start-Near):m.Start], b[m.End:min(len(b), m.End+Near)])
	}
	if keyword == "" {
		return Medium, ""
	}
	return High, keyword
}

// around gives the run of bytes of a class in which m stands, at most Near bytes to each side.
func around(b []byte, m Match, class *[256]byte) (from, to int) {
	from, to = m.Start, m.End
	for from > max(0, m.Start-Near) && class[b[from-1]] != 0 {
		from--
	}
	for to < min(len(b), m.End+Near) && class[b[to]] != 0 {
		to++
	}
	return from, to
}

var (
	hexClass   = classOf("0123456789abcdefABCDEF")
	alphaClass = classOf("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
)

// hashDigits is the shortest run of hexadecimal digits that is taken for a hash or an address: 64 bits. A shorter one is
// a number that letters touch, as in TC10000000146.
const hashDigits = 16

// partOfHex knows hashes, addresses, 0x literals, and the last group of a UUID, the only one with room for eleven digits.
func partOfHex(b []byte, m Match) bool {
	from, to := around(b, m, &hexClass)
	literal := from >= 2 && b[from-1]|0x20 == 'x' && b[from-2] == '0'
	if to-from >= hashDigits || literal {
		return true
	}
	const head = "hhhhhhhh-hhhh-hhhh-hhhh-"
	if to-from != 12 || from < len(head) {
		return false
	}
	for i, c := range []byte(b[from-len(head) : from]) {
		if (head[i] == '-') != (c == '-') || head[i] == 'h' && hexClass[c] == 0 {
			return false
		}
	}
	return true
}

// partOfIBAN knows an IBAN (ISO 13616) by its form and its check digits.
func partOfIBAN(b []byte, m Match) bool {
	from, to := around(b, m, &alphaClass)
	s := b[from:to]
	if len(s) < 15 || len(s) > 34 || !isUpper(s[0]) || !isUpper(s[1]) || !isDigit(s[2]) || !isDigit(s[3]) {
		return false
	}
	rest := 0
	for i := range s { // the first four characters count last
		switch c := s[(i+4)%len(s)]; {
		case isDigit(c):
			rest = (rest*10 + int(c-'0')) % 97
		case isUpper(c):
			rest = (rest*100 + int(c-'A') + 10) % 97
		default:
			return false
		}
	}
	return rest == 1
}

func isUpper(c byte) bool { return 'A' <= c && c <= 'Z' }

// partOfDecimal knows numbers with a decimal point: digits and a point before the candidate, or a point and digits behind
// it, and no further point or word that would make it a version or a file name. A comma is none: it parts columns.
func partOfDecimal(b []byte, m Match) bool {
	// No plain digit touches m, so what is looked for is further digits beyond the point.
	if i := m.Start - 1; i >= 1 && b[i] == '.' && isDigit(b[i-1]) {
		for i--; i > 0 && m.Start-i < 2*tckn.Length && isDigit(b[i-1]); {
			i--
		}
		if i == 0 || b[i-1] != '.' && alphaClass[b[i-1]] == 0 && b[i-1] < 0x80 {
			return true
		}
	}
	if i := m.End; i+1 < len(b) && b[i] == '.' && isDigit(b[i+1]) {
		for i++; i < len(b) && i-m.End < 2*tckn.Length && isDigit(b[i]); {
			i++
		}
		more := i+1 < len(b) && b[i] == '.' && alphaClass[b[i+1]] != 0 // a point that ends a sentence is none
		return !more && (i == len(b) || b[i]|0x20 == 'e' || alphaClass[b[i]] == 0 && b[i] < 0x80 && b[i] != '_')
	}
	return false
}
