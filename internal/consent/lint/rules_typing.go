package lint

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"iskurctl/internal/i18n"
)

// typingRules is how a text is typed. Such findings change nothing in law, but a copy that somebody cleans up is not the
// text that was shown any more: its SHA-256 differs.
func typingRules() []rule {
	typing := i18n.T("yazım notu: metnin özeti tam baytlarından alınır", "a note on typing: the hash of a text is over its exact bytes")
	return []rule{
		{Rule: Rule{"W30_HIDDEN", every, typing,
			i18n.T("bölünmez boşluk, sıfır genişlikli, yön değiştiren ve denetim karakterleri; bir sözcük içinde başka bir alfabenin harfi", "no-break spaces, zero-width, bidirectional and control characters; a letter of another script in a word")}, check: hidden},
		{Rule: Rule{"W31_JOINED", every, typing,
			i18n.T("bitişik yazılmış sözcükler, arkasında boşluk olmayan noktalama", "words run together, punctuation without a space behind it")}, check: joined},
		{Rule: Rule{"W32_QUOTES", every, typing,
			i18n.T("eşi olmayan tırnak ve ayraç", "quotation marks and brackets without their partner")}, check: unpaired},
		{Rule: Rule{"W33_ENCODING", every, typing,
			i18n.T("UTF-8 olmayan baytlar, BOM, satır sonunda CR, birleşmemiş (NFC olmayan) harfler", "bytes that are not UTF-8, a BOM, a CR at the end of a line, letters not composed (not NFC)")}, check: encoding},
	}
}

// tally counts occurrences by name, in the order of their first one.
type tally struct {
	names []string
	count map[string]int
	line  int
}

func (t *tally) add(name string, line int) {
	if t.count == nil {
		t.count, t.line = map[string]int{}, line
	}
	if t.count[name] == 0 {
		t.names = append(t.names, name)
	}
	t.count[name]++
}

// mostNames is how many different things a detail lists, mostLetters how much of each.
const (
	mostNames   = 12
	mostLetters = 40
)

func (t *tally) hit(detail i18n.Text) []hit {
	if len(t.names) == 0 {
		return nil
	}
	parts := make([]string, 0, len(t.names))
	for _, n := range t.names[:min(len(t.names), mostNames)] {
		c := t.count[n]
		if letters := []rune(n); len(letters) > mostLetters {
			n = string(letters[:mostLetters]) + "…"
		}
		if c > 1 {
			n += " ×" + strconv.Itoa(c)
		}
		parts = append(parts, n)
	}
	if len(t.names) > mostNames {
		parts = append(parts, "…")
	}
	list := strings.Join(parts, ", ")
	return one(t.line, i18n.Join(" ", detail, i18n.T(list, list)))
}

func hidden(in *input) []hit {
	t := &tally{}
	each(in.body, func(c rune, line int) {
		switch {
		case c == '\n', c == '\r', c == '\t', c == ' ', c == utf8.RuneError, c == '\ufeff' && line == 1:
		case unicode.IsControl(c), unicode.Is(unicode.Cf, c), unicode.IsSpace(c):
			t.add("U+"+strings.Repeat("0", max(0, 4-len(strconv.FormatInt(int64(c), 16))))+upperHex(c), line)
		}
	})
	for _, w := range rawWords(in.body) {
		if script := foreign(w.s); script != "" {
			t.add(script+" ("+w.s+")", w.line)
		}
	}
	return t.hit(i18n.T("gözle görülmeyen karakterler:", "characters that do not show:"))
}

func upperHex(c rune) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'f' {
			return r - 'a' + 'A'
		}
		return r
	}, strconv.FormatInt(int64(c), 16))
}

// foreign names the script of a letter that looks Latin and is not, in a word that has Latin letters too.
func foreign(w string) string {
	latin, name := false, ""
	for _, c := range w {
		switch {
		case unicode.Is(unicode.Latin, c):
			latin = true
		case unicode.Is(unicode.Cyrillic, c):
			name = "Cyrillic"
		case unicode.Is(unicode.Greek, c):
			name = "Greek"
		}
	}
	if !latin {
		return ""
	}
	return name
}

// glued are words that stand alone in legal Turkish; a longer word that ends in one has lost a space.
var glued = []string{"iliskin", "amaciyla", "amaclariyla", "kapsaminda", "tarafindan", "cercevesinde", "hakkinda", "uyarinca", "suretiyle",
	"yonelik", "dogrultusunda", "nedeniyle", "geregince", "dahilinde", "hususunda", "olarak", "uzere"}

// gluedLetters is how long the rest of such a word must be. It must end as an inflected word does, in a vowel or in n;
// before olarak in a vowel, for kaybolarak is one word.
const gluedLetters = 4

func joined(in *input) []hit {
	t := &tally{}
	for _, w := range rawWords(in.body) {
		if in.language == "tr" && runTogether(fold(flat([]byte(w.s)))) || stuck(w.s) {
			t.add(w.s, w.line)
		}
	}
	return t.hit(i18n.T("bitişik yazılmış:", "run together:"))
}

func runTogether(w string) bool {
	for _, g := range glued {
		rest, ok := strings.CutSuffix(w, g)
		if !ok || len(rest) < gluedLetters {
			continue
		}
		if strings.IndexByte("aeiou", rest[len(rest)-1]) >= 0 || g != "olarak" && strings.HasSuffix(rest, "n") {
			return true
		}
	}
	return false
}

// stuck reports a mark between a lower-case letter and a capital: metin.Bu. Addresses are none.
func stuck(w string) bool {
	before, mark := rune(0), rune(0)
	for _, c := range w {
		switch {
		case strings.ContainsRune("@/", c):
			return false
		case unicode.IsUpper(c) && mark != 0 && unicode.IsLower(before):
			return true
		case strings.ContainsRune(".,;:!?", c):
			mark = c
			continue
		}
		before, mark = c, 0
	}
	return false
}

// rawWord is what stands between blanks, without the punctuation around it.
type rawWord struct {
	s    string
	line int
}

func rawWords(body []byte) []rawWord {
	var list []rawWord
	line := 0
	for l := range strings.Lines(string(body)) {
		line++
		for _, w := range strings.Fields(l) {
			if w = strings.TrimFunc(w, func(c rune) bool { return !wordly(c) }); w != "" {
				list = append(list, rawWord{w, line})
			}
		}
	}
	return list
}

// each goes over the characters with their lines.
func each(body []byte, visit func(c rune, line int)) {
	line := 1
	for len(body) > 0 {
		c, size := utf8.DecodeRune(body)
		visit(c, line)
		if body = body[size:]; c == '\n' {
			line++
		}
	}
}
