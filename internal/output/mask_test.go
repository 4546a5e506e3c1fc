package output

import (
	"strings"
	"testing"
)

func TestPersonalDataAreMaskedByKind(t *testing.T) {
	for _, c := range []struct {
		kind     Kind
		in, want string
	}{
		{TC, "10000000146", "100******46"}, {TC, "", ""}, {TC, "123", "***"},
		{Name, "Ayşe Yılmaz", "A*** Y*****"}, {Name, "İ", "İ"}, {Name, "Çağrı  Şule", "Ç****  Ş***"},
		{Name, "I\u0307brahim O\u0308z", "I\u0307****** O\u0308*"}, {Name, "10000000146", "1**********"},
		{Phone, "+905321234512", "+90*******12"}, {Phone, "05321234512", "053*******12"}, {Phone, "12345", "*****"},
		{Email, "ayse.yilmaz@iskur.gov.tr", "a***@iskur.gov.tr"}, {Email, "ş@iskur.gov.tr", "ş***@iskur.gov.tr"}, {Email, "adres", "a***"}, {Email, "a@10000000146", "a***@100******46"},
		{Text, "no: 10000000146.", "no: 100******46."}, {Text, "10000000147", "100******47"}, {Text, "9100000001467", "9100000001467"},
		{Code, "10000000146", "10000000146"}, {Date, "2026-11-22", "2026-11-22"},
	} {
		if got := (masker{}).text(c.kind, c.in); got != c.want {
			t.Errorf("kind %d, %q: %q, want %q", c.kind, c.in, got, c.want)
		}
		if got := (masker{reveal: true}).text(c.kind, c.in); got != c.in {
			t.Errorf("kind %d: revealed %q as %q", c.kind, c.in, got)
		}
	}
}

func TestNumbersInPersonalColumnsAreMaskedToo(t *testing.T) {
	cols := []Column{{Key: "tc", Kind: TC}, {Key: "t", Kind: Text}, {Key: "n", Kind: Number}}
	r := Record{10000000146, int64(10000000146), int64(10000000146)}
	same(t, "ndjson", render(t, Options{Format: "ndjson"}, Target{}, cols, r), `{"tc":"100******46","t":"100******46","n":10000000146}`+"\n")
	same(t, "tsv", render(t, Options{Format: "tsv", NoHeaders: true}, Target{}, cols, r), "100******46\t100******46\t10000000146\n")
	same(t, "csv", render(t, Options{Format: "csv", NoHeaders: true}, Target{}, cols, r), "100******46,100******46,10000000146\n")
}

func TestCleanLineShowsWhatHidesAndKeepsWhatIsRead(t *testing.T) {
	for in, want := range map[string]string{
		"İŞKUR ığüşöçIĞÜŞÖÇ e\u0301 日本 ✓ 😀 \u00a0 ¬ \ufffd": "İŞKUR ığüşöçIĞÜŞÖÇ e\u0301 日本 ✓ 😀 \u00a0 ¬ \ufffd",
		"a\nb\r\tc\x00\x7f":                          `a\nb\r\tc\u0000\u007f`,
		"\u009b31m":                                  `\u009b31m`,
		"\u202a\u202e\u2066\u2069":                   `\u202a\u202e\u2066\u2069`,
		"\u061c\u200e\u200f":                         `\u061c\u200e\u200f`,
		"\u200b\u200c\u200d\u2060\u2064\ufeff\u00ad": `\u200b\u200c\u200d\u2060\u2064\ufeff\u00ad`,
		"\u2028\u2029":                               `\u2028\u2029`,
		"\U000e0001\U000e007f\U000e0100":             `\U000e0001\U000e007f\U000e0100`,
		"\ue000\U0010ffff\u3164":                     `\ue000\U0010ffff\u3164`,
		"\xff\xed\xa0\x80":                           `\xff\xed\xa0\x80`,
		`C:\u202e`:                                   `C:\u202e`,
		strings.Repeat("a", 100) + "\x1b]0":          strings.Repeat("a", 100) + `\u001b]0`,
	} {
		if got := CleanLine(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
