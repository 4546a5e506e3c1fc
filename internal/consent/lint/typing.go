package lint

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"iskurctl/internal/i18n"
)

// pairs are the marks that come in twos.
var pairs = []struct{ open, shut string }{{"“", "”"}, {"«", "»"}, {"(", ")"}, {"[", "]"}}

// unpaired looks for quotation marks and brackets without their partner, paragraph by paragraph: up to the next empty line or
// item. The label of an item, such as a), is no bracket.
func unpaired(in *input) []hit {
	t := &tally{}
	open := make([]int, len(pairs)) // more of them opened than shut
	seen := make([]int, len(pairs)) // the first line that did not come out even
	end := func() {
		for i := range open {
			if open[i] != 0 {
				t.add(pairs[i].open+pairs[i].shut, seen[i])
			}
			open[i], seen[i] = 0, 0
		}
	}
	line := 0
	for l := range strings.Lines(string(in.body)) {
		line++
		rest, marker := item(strings.TrimSpace(l))
		if rest == "" || marker != "" {
			end()
		}
		for i, p := range pairs {
			n := strings.Count(rest, p.open) - strings.Count(rest, p.shut)
			if open[i] += n; n != 0 && seen[i] == 0 {
				seen[i] = line
			}
		}
	}
	end()
	return t.hit(i18n.T("eşi olmayan işaret:", "without its partner:"))
}

// encoding looks at the bytes.
func encoding(in *input) []hit {
	t := &tally{}
	if bytes.HasPrefix(in.body, []byte("\xef\xbb\xbf")) {
		t.add("BOM", 1)
	}
	line := 0
	for l := range bytes.Lines(in.body) {
		line++
		if !utf8.Valid(l) {
			t.add("UTF-8", line)
		} else if !norm.NFC.IsNormal(l) {
			t.add("NFC", line)
		}
		if bytes.HasSuffix(l, []byte("\r\n")) {
			t.add("CR", line)
		}
	}
	return t.hit(i18n.T("baytları alışılmış biçimde değil:", "the bytes are not as usual:"))
}
