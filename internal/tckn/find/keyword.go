package find

import (
	"strings"
	"unicode/utf8"
)

// keywords announce a number, in Turkish and in English, as folded writes them. A word is found at the start of words
// only; a blank at its end means that the word ends there too.
var keywords = []string{
	"tc kimlik", "tc kimlig", "t c kimlik", "t c kimlig", "tckimlik", "tckn", "tck ", "tckno ", "tc no ", "tc nosu ", "t c no ", "tcno ", "tc num", "tcnum", "tc id ", "tcid ", "tc identity",
	"kimlik no ", "kimlik nosu ", "kimlikno ", "kimlik num", "kimliknum", "kimlik kart", "yabanci kimlik", "yabancikimlik", "ykn ",
	"nufus cuzdan", "nufuscuzdan", "vatandaslik no ", "vatandaslikno ", "vatandaslik num", "vatandasliknum", "vatandas no ", "vatandasno ",
	"national id", "nationalid", "identity no ", "identityno ", "identity num", "identitynum", "identity card", "identification no ", "identification num", "identificationnum",
	"turkish id", "turkishid", "tr id ", "trid ", "citizen id", "citizenid", "citizen no ", "citizen num", "citizenship no ", "citizenship num",
}

// byLetter are the keywords by their first letter.
var byLetter = func() (list ['z' + 1][]string) {
	for _, k := range keywords {
		list[k[0]] = append(list[k[0]], k)
	}
	return list
}()

// keywordNear gives the keyword nearest to the place between two texts, the one before it first.
func keywordNear(before, behind []byte) string {
	var room [2 * Near]byte
	found := ""
	words(folded(room[:0], before), func(k string) bool { found = k; return true })
	if found == "" {
		words(folded(room[:0], behind), func(k string) bool { found = k; return false })
	}
	return strings.TrimSuffix(found, " ")
}

// Keyword gives the first keyword of a name, such as the header of a column; "" when it has none.
func Keyword(name []byte) (found string) {
	words(folded(nil, name), func(k string) bool { found = k; return false })
	return strings.TrimSuffix(found, " ")
}

// words gives the keywords of a folded text in turn, until yield gives false.
func words(text []byte, yield func(keyword string) bool) {
	for i := 0; i+1 < len(text); i++ {
		if text[i] != ' ' {
			continue
		}
		for _, k := range byLetter[text[i+1]] {
			if strings.HasPrefix(string(text[i+1:min(len(text), i+1+len(k))]), k) {
				if !yield(k) {
					return
				}
				i += len(strings.TrimSuffix(k, " ")) // "tc kimlik no" is one keyword, not two
				break
			}
		}
	}
}

// folded appends the words of a text, each with a blank before it and one behind the last, in small letters without
// Turkish marks. A word ends where letters end, and inside of names such as tcKimlikNo and TCKimlikNo. What is not UTF-8
// is read as windows-1254.
func folded(dst, text []byte) []byte {
	const none, small, large = 0, 1, 2
	last := none // what the letter before was
	for i := 0; i < len(text); {
		c, size := rune(text[i]), 1
		if c >= utf8.RuneSelf {
			if c, size = utf8.DecodeRune(text[i:]); c == utf8.RuneError && size == 1 {
				c = windows1254(text[i])
			}
		}
		i += size
		letter, kind := fold(c)
		switch {
		case c == 0x307: // the dot that Unicode's own rule leaves behind an i
			continue
		case letter == 0:
			last = none
			continue
		case last == none, last == small && kind == large:
			dst = append(dst, ' ')
		case last == large && kind == small && len(dst) >= 2 && dst[len(dst)-2] != ' ':
			dst = append(dst[:len(dst)-1], ' ', dst[len(dst)-1]) // TCKimlik: the last capital begins the next word
		}
		dst, last = append(dst, letter), kind
	}
	return append(dst, ' ')
}

// fold gives the small ASCII letter of a Latin letter of Turkish texts, and its kind as in folded; 0 for anything else.
func fold(c rune) (letter byte, kind int) {
	switch {
	case 'a' <= c && c <= 'z':
		return byte(c), 1
	case 'A' <= c && c <= 'Z':
		return byte(c) | 0x20, 2
	case c < utf8.RuneSelf:
		return 0, 0
	}
	switch c {
	case 'ı', 'î':
		return 'i', 1
	case 'İ', 'Î':
		return 'i', 2
	case 'ş':
		return 's', 1
	case 'Ş':
		return 's', 2
	case 'ğ':
		return 'g', 1
	case 'Ğ':
		return 'g', 2
	case 'ü', 'û':
		return 'u', 1
	case 'Ü', 'Û':
		return 'u', 2
	case 'ö':
		return 'o', 1
	case 'Ö':
		return 'o', 2
	case 'ç':
		return 'c', 1
	case 'Ç':
		return 'c', 2
	case 'â':
		return 'a', 1
	case 'Â':
		return 'a', 2
	}
	return 0, 0
}

// windows1254 gives the letter of a byte of the Turkish code page, as far as fold asks for it. It is Latin-1 but for six
// letters.
func windows1254(b byte) rune {
	switch b {
	case 0xd0:
		return 'Ğ'
	case 0xdd:
		return 'İ'
	case 0xde:
		return 'Ş'
	case 0xf0:
		return 'ğ'
	case 0xfd:
		return 'ı'
	case 0xfe:
		return 'ş'
	}
	return rune(b)
}
