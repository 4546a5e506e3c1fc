package lint

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// word is a folded word: lower case, without diacritics, dotted and dotless i alike. What an apostrophe joins is one word
// (Kanun’un → kanunun), digits and letters are two (6ncı → 6 nci), a hyphen parts (e-posta → e posta).
type word struct {
	s    string
	line int
	end  rune // the punctuation that follows, if any
}

// sentence is a sentence, an item of a list or a heading.
type sentence struct {
	head    []word // the heading above it
	intro   []word // of an item: the sentence with a colon before the list
	words   []word
	item    bool // of a list
	heading bool
	below   bool // a heading of a lower level: 3.1
}

func (s *sentence) line() int { return s.words[0].line }

// text is a legal text, taken apart.
type text struct {
	sentences []sentence
	boxes     int // lines that begin with a box to tick
}

// abbreviations end with a full stop that ends no sentence; single letters are among them.
const abbreviations = " vb vs bkz md no tc ltd sti san tic mah cad sok blv nr dr prof av art inc co eg ie "

// read takes a text apart. Lines that only wrap belong to one sentence; an empty line, an item, a short line before a
// capital and the end of a sentence part it.
func read(body []byte) *text {
	t := &text{}
	r := reader{t: t}
	number := 0
	for line := range bytes.Lines(body) {
		number++
		s := strings.TrimSpace(flat(line))
		if s == "" {
			r.flush()
			continue
		}
		rest, marker := item(s)
		first, _ := utf8.DecodeRuneInString(rest)
		if marker != "" || r.closed || r.short && unicode.IsUpper(first) {
			r.flush()
		}
		if marker != "" {
			r.item = !numbered(marker) && !shouted(rest)
			r.below = numbered(marker) && strings.Contains(strings.TrimRight(marker, "."), ".")
			if strings.ContainsAny(marker, "☐☑☒□[(") {
				t.boxes++
			}
		}
		r.line(rest, number)
	}
	r.flush()
	return t
}

// flat decomposes a line and drops what only changes how a letter looks, and what does not show at all.
func flat(line []byte) string {
	return strings.Map(func(c rune) rune {
		switch {
		case unicode.Is(unicode.Mn, c), unicode.Is(unicode.Cf, c):
			return -1
		case c == 'ı':
			return 'i'
		}
		return c
	}, norm.NFKD.String(string(bytes.ToValidUTF8(line, []byte("?")))))
}

// item takes the marker of a list or the number of a heading off a line.
func item(s string) (rest, marker string) {
	first, size := utf8.DecodeRuneInString(s)
	if strings.ContainsRune("•▪◦●■□☐☑☒·*-–—", first) && len(s) > size {
		return strings.TrimSpace(s[size:]), s[:size]
	}
	for _, box := range []string{"[ ]", "[x]", "( )", "()", "[]"} {
		if strings.HasPrefix(s, box) {
			return strings.TrimSpace(s[len(box):]), box
		}
	}
	head, tail, ok := strings.Cut(s, " ")
	if !ok || len(head) > 6 {
		return s, ""
	}
	label := strings.TrimRight(head, ".)")
	switch {
	case label == head, label == "":
		return s, ""
	case strings.Trim(label, "0123456789.") == "":
		return strings.TrimSpace(tail), head
	case head[len(head)-1] == ')' && len([]rune(label)) <= 2:
		return strings.TrimSpace(tail), head
	}
	return s, ""
}

func numbered(marker string) bool { return marker[0] >= '0' && marker[0] <= '9' }

// shouted reports a line without a lower-case letter: a heading, whatever stands before it.
func shouted(s string) bool {
	return strings.IndexFunc(s, unicode.IsLower) < 0 && strings.IndexFunc(s, unicode.IsUpper) >= 0
}

// reader builds the sentences of a text.
type reader struct {
	t      *text
	words  []word
	head   []word
	intro  []word
	item   bool
	below  bool
	closed bool // the last line ended its sentence
	short  bool // it was short and ended with no punctuation
	lines  int  // of the sentence
}

// headingWords is how long a heading may be.
const headingWords = 12

func (r *reader) flush() {
	if len(r.words) > 0 {
		s := sentence{head: r.head, words: r.words, item: r.item, below: r.below}
		end := r.words[len(r.words)-1].end
		s.heading = !r.item && r.lines == 1 && len(r.words) <= headingWords && (end == 0 || end == ':')
		if s.heading {
			r.head, s.head = r.words, nil
		}
		switch {
		case r.item:
			s.intro = r.intro
		case end == ':':
			r.intro = r.words
		default:
			r.intro = nil
		}
		r.t.sentences = append(r.t.sentences, s)
	}
	r.words, r.item, r.below, r.closed, r.short, r.lines = nil, false, false, false, false, 0
}

// line adds a line without its marker.
func (r *reader) line(s string, number int) {
	r.lines++
	before := len(r.words)
	for i := 0; i < len(s); {
		c, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case wordly(c):
			end := wordEnd(s, i)
			r.words = append(r.words, word{s: fold(s[i:end]), line: number})
			i = end
			continue
		case !unicode.IsSpace(c) && len(r.words) > 0 && strings.ContainsRune(".,;:!?", c):
			r.words[len(r.words)-1].end = c
			if ends(c, s[i+size:], r.words) && i+size < len(s) {
				item, lines := r.item, r.lines
				r.flush()
				r.item, r.lines = item, lines+1 // a line with two sentences is no heading
			}
		}
		i += size
	}
	if len(r.words) == 0 {
		return
	}
	last := r.words[len(r.words)-1].end
	r.closed = strings.ContainsRune(".!?:;", last) && last != 0 && !(last == '.' && abbreviated(r.words))
	r.short = last == 0 && len(r.words)-before <= headingWords && len(s) < 70
}

// ends reports whether a mark ends the sentence, looking at what follows on the line.
func ends(c rune, rest string, words []word) bool {
	if !strings.ContainsRune(".!?", c) {
		return false
	}
	after := strings.TrimLeft(rest, "\"'”’»)")
	next, _ := utf8.DecodeRuneInString(strings.TrimLeft(after, " \t\"'“‘«("))
	if after != "" && after[0] != ' ' && after[0] != '\t' || c == '.' && abbreviated(words) {
		return false
	}
	return after == "" || unicode.IsUpper(next)
}

func abbreviated(words []word) bool {
	last := words[len(words)-1].s
	return len(last) == 1 && (last[0] < '0' || last[0] > '9') || strings.Contains(abbreviations, " "+last+" ")
}

func wordly(c rune) bool { return unicode.IsLetter(c) || unicode.IsDigit(c) }

// wordEnd gives the end of the word that begins at i.
func wordEnd(s string, i int) int {
	first, _ := utf8.DecodeRuneInString(s[i:])
	for i < len(s) {
		c, size := utf8.DecodeRuneInString(s[i:])
		if apostrophe(c) {
			if next, _ := utf8.DecodeRuneInString(s[i+size:]); !unicode.IsLetter(next) || unicode.IsDigit(first) {
				break
			}
		} else if !wordly(c) || unicode.IsDigit(c) != unicode.IsDigit(first) {
			break
		}
		i += size
	}
	return i
}

func apostrophe(c rune) bool { return strings.ContainsRune("'’‘`´ʼ", c) }

// fold lowers a word that flat has gone over; i and ı are one there, so no language's rule is needed.
func fold(s string) string {
	return strings.Map(func(c rune) rune {
		if apostrophe(c) {
			return -1
		}
		return unicode.ToLower(c)
	}, s)
}
