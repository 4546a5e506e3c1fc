package consentcmd

import (
	"testing"

	"iskurctl/internal/consent/worddiff"
	"iskurctl/internal/term"
)

func TestADifferenceIsWrittenAsWdiffDoes(t *testing.T) {
	for _, c := range []struct{ a, b, want string }{
		{"", "", ""},
		{"bir metin\n", "bir metin\n", "bir metin\n"},
		{"bir metin", "bir metin", "bir metin\n"}, // the line is ended for people
		{"30 gün\n", "15 gün\n", "[-30-]{+15+} gün\n"},
		{"a b\n", "a\u00a0b\n", "a[- -]{+\\u00a0+}b\n"},             // white space that looks the same
		{"a\nb\n", "a\n\nb\n", "a[-↵\n-]{+↵\n↵\n+}b\n"},             // an empty line
		{"a\r\nb\r\n", "a\r\nc\r\n", "a\n[-b-]{+c+}\n"},             // line ends that are the same do not show
		{"a\n", "a\u202ex\x1b[31m\n", "a{+\\u202ex\\u001b[31m+}\n"}, // nothing commands the terminal
	} {
		got := marked(worddiff.Words([]byte(c.a), []byte(c.b)), term.Palette{})
		if got != c.want {
			t.Errorf("%q and %q give\n%q, want\n%q", c.a, c.b, got, c.want)
		}
	}
}

func TestATextIsShownOnATerminalWithoutCommandingIt(t *testing.T) {
	for _, c := range []struct {
		text, want string
		changed    bool
	}{
		{"", "", false},
		{"bir\tiki\r\nüç", "bir\tiki\nüç\n", false},
		{"a\u00a0b\n", "a\u00a0b\n", false},
		{"a\u202eb\x1b[2J\n", "a\\u202eb\\u001b[2J\n", true},
		{"a\rb\n", "a\\rb\n", true},
	} {
		if got, changed := forTerminal(c.text); got != c.want || changed != c.changed {
			t.Errorf("%q is shown as %q (%v), want %q", c.text, got, changed, c.want)
		}
	}
}
