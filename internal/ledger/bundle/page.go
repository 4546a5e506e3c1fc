package bundle

import (
	"strings"
	"unicode/utf8"

	"iskurctl/internal/i18n"
)

// Section is a part of an OKUBENI.txt: paragraphs, then a list, in both languages, then the commands they explain.
type Section struct {
	Title    i18n.Text
	Text     []i18n.Text
	List     []i18n.Text
	Commands string
}

// columns is how wide the text is at most, in characters.
const columns = 100

// block is what the lines of a command begin with. No other line does.
const block = "    "

// Prepare and Clean are the first commands of a page and the last; t is the temporary folder between them.
const (
	Prepare = `t=$(mktemp -d)
openssl version
sums() {
  if command -v sha256sum >/dev/null; then LC_ALL=C sha256sum "$@"
  else LC_ALL=C shasum -a 256 "$@"; fi
}
sha() { openssl dgst -sha256 -binary "$@"; }
b64() { openssl base64 -A; }
same() {
  if [ -n "$1" ] && [ "$1" = "$2" ]; then echo "TAMAM / OK: $1"
  else echo "FARKLI / DIFFERS: $1 <> $2"; return 1; fi
}
`
	Clean = `rm -r "$t"
`
)

// Page writes an OKUBENI.txt: what it explains stands in Turkish, then in English, then come the commands, once for both,
// four blanks in. Commands hold no characters but ASCII, and end with a line end.
func Page(title string, sections []Section) []byte {
	var b strings.Builder
	b.WriteString(title + "\n")
	b.WriteString(strings.Repeat("=", columns) + "\n")
	for _, s := range sections {
		if s.Title != (i18n.Text{}) {
			b.WriteString("\n" + s.Title.TR + " / " + s.Title.EN + "\n" + strings.Repeat("-", columns) + "\n")
		}
		for _, l := range []i18n.Lang{i18n.TR, i18n.EN} {
			for _, text := range s.Text {
				b.WriteByte('\n')
				wrap(&b, text.In(l), "")
			}
			if len(s.List) > 0 {
				b.WriteByte('\n')
			}
			for _, item := range s.List {
				wrap(&b, "- "+item.In(l), "  ")
			}
		}
		if s.Commands != "" {
			b.WriteByte('\n')
			for line := range strings.Lines(s.Commands) {
				b.WriteString(block + line)
			}
		}
	}
	return []byte(b.String())
}

// wrap writes the words of text in lines; all but the first begin with indent. A word longer than a line is cut.
func wrap(b *strings.Builder, text, indent string) {
	used, begin := 0, true
	for _, word := range strings.Fields(text) {
		for {
			n := utf8.RuneCountInString(word)
			if !begin && used+1+n > columns {
				b.WriteString("\n" + indent)
				used, begin = len(indent), true
			}
			if begin && used+n > columns {
				cut := len(string([]rune(word)[:columns-used]))
				b.WriteString(word[:cut])
				word, used, begin = word[cut:], columns, false
				continue
			}
			if !begin {
				b.WriteByte(' ')
				used++
			}
			b.WriteString(word)
			used, begin = used+n, false
			break
		}
	}
	b.WriteByte('\n')
}
