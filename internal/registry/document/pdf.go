package document

import (
	"fmt"
	"io"
	"strings"
)

// Sizes of letters in points.
const (
	titleSize = 14
	textSize  = 11
	smallSize = 9
	footSize  = 8
)

// Distances in mm.
const (
	cellPadding = 1.4
	firstIndent = 12.5
	boxHeight   = 44
	boxGap      = 6
	signerRoom  = 50  // of what belongs on the page of the signature, with the signature
	thin        = 0.2 // lines of tables
	bottomEdge  = pageHeight - marginBottom
)

// sheet draws a paper on pages, from above to below.
type sheet struct {
	canvas
	paper
	y float64 // where the next block begins, in mm from the upper edge
}

// writePDF writes the document as PDF, with its fonts in it. It fails with fault glyph_missing where they lack a letter.
func writePDF(w io.Writer, p paper) error {
	s, err := draw(p)
	if err != nil {
		return err
	}
	return s.write(w, p)
}

func draw(p paper) (s *sheet, err error) {
	s = &sheet{paper: p}
	if s.regular, s.bold, err = loadFaces(); err != nil {
		return nil, err
	}
	s.choose(false, textSize)
	s.newPage()
	for i, b := range p.blocks {
		switch b := b.(type) {
		case heading:
			s.heading(b, i > 0)
		case paragraph:
			s.paragraph(b)
		case table:
			s.table(b)
		case signatures:
			s.signatures(b)
		case signer:
			s.signer(b)
		case pageBreak:
			s.newPage()
		}
	}
	for i, page := range s.pages {
		s.page = page
		s.foot(i + 1)
	}
	return s, nil
}

// foot writes what stands at the foot of a page. It is drawn last: it tells how many pages there are.
func (s *sheet) foot(page int) {
	s.gray(0.35)
	s.choose(false, footSize)
	number := fmt.Sprintf("%s %d / %d", pageWord(s.lang), page, len(s.pages))
	s.text(pageWidth-marginSide-s.width(number), pageHeight-12, number)
	s.text(marginSide, pageHeight-12, s.fit(s.paper.foot, textWidth-s.width(number)-5))
}

// newPage begins a page, with the mark that stands on every one.
func (s *sheet) newPage() {
	s.add()
	s.y = marginTop
	if s.mark == "" {
		return
	}
	bold, size := s.face == s.bold, s.size
	s.choose(true, textSize)
	lines := s.wrap(s.mark, textWidth-4, 0)
	s.rect(marginSide, s.y, textWidth, float64(len(lines))*lineHeight(textSize)+2, 0.5, false)
	s.lines(lines, marginSide, s.y+1, textWidth, textSize, center, 0)
	s.y += float64(len(lines))*lineHeight(textSize) + 6
	s.choose(bold, size)
}

// room begins a new page unless the current one has room for h mm.
func (s *sheet) room(h float64) {
	if s.y+h > bottomEdge {
		s.newPage()
	}
}

func (s *sheet) heading(b heading, between bool) {
	size, at := float64(titleSize), center
	if b.level > 1 {
		size, at = textSize, left
		if between {
			s.y += 4
		}
		s.room(35) // it stays with what comes after it
	}
	s.choose(true, size)
	lines := s.wrap(b.text, textWidth, 0)
	s.y = s.lines(lines, marginSide, s.y, textWidth, size, at, 0) + 2
	if b.level == 1 {
		s.y += 2
	}
}

func (s *sheet) paragraph(b paragraph) {
	size, indent := float64(textSize), 0.0
	if b.small {
		size = smallSize
	}
	if b.indent {
		indent = firstIndent
	}
	s.choose(b.bold, size)
	if b.keep {
		s.room(signerRoom)
	}
	for i, line := range s.wrap(b.text, textWidth, indent) {
		if s.room(lineHeight(size)); i > 0 {
			indent = 0
		}
		s.y = s.lines([]string{line}, marginSide, s.y, textWidth, size, b.align, indent)
	}
	s.y += 3
}

func (s *sheet) signatures(b signatures) {
	s.room(boxHeight + 6)
	s.y += 3
	width := (textWidth - boxGap*float64(len(b.boxes)-1)) / float64(len(b.boxes))
	for i, x := range b.boxes {
		at := marginSide + float64(i)*(width+boxGap)
		s.rect(at, s.y, width, boxHeight, thin, false)
		s.choose(true, smallSize)
		y := s.lines(s.wrap(x.title, width-5, 0), at+2.5, s.y+2, width-5, smallSize, left, 0) + 2
		s.choose(false, smallSize)
		for _, line := range x.lines {
			y = s.lines(s.wrap(line, width-5, 0), at+2.5, y, width-5, smallSize, left, 0) + 2.4
		}
	}
	s.y += boxHeight + 3
}

func (s *sheet) signer(b signer) {
	const at, width = marginSide + textWidth*0.55, textWidth * 0.45
	s.room(16 + float64(len(b.lines))*lineHeight(textSize))
	s.y += 14
	s.choose(false, textSize)
	for _, line := range b.lines {
		s.y = s.lines(s.wrap(line, width, 0), at, s.y, width, textSize, center, 0)
	}
	s.y += 8
}

// lineHeight is the distance of two lines in mm, of letters of a size in points.
func lineHeight(size float64) float64 { return size * 0.3528 * 1.25 }

// lines writes lines of text one below the other and gives where the next would stand.
func (s *sheet) lines(lines []string, x, y, width, size float64, a align, indent float64) float64 {
	for i, line := range lines {
		at := x
		switch a {
		case center:
			at += (width - s.width(line)) / 2
		case right:
			at += width - s.width(line)
		default:
			if i == 0 {
				at += indent
			}
		}
		if line != "" {
			s.text(at, y+lineHeight(size)*0.76, line)
		}
		y += lineHeight(size)
	}
	return y
}

// wrap breaks a text into lines of at most width mm in the font chosen, the first shorter by indent: between words where
// that is possible, and within a word that is longer than a line.
func (s *sheet) wrap(text string, width, indent float64) (out []string) {
	for part := range strings.SplitSeq(text, "\n") {
		line, limit := "", width-indent
		for word := range strings.SplitSeq(part, " ") {
			whole := word
			if line != "" {
				whole = line + " " + word
			}
			if s.width(whole) <= limit {
				line = whole
				continue
			}
			if line != "" {
				out, limit = append(out, line), width
			}
			for s.width(word) > limit {
				head := s.head(word, limit)
				out, word, limit = append(out, head), word[len(head):], width
			}
			line = word
		}
		out, indent = append(out, line), 0
	}
	return out
}

// head gives the beginning of a word that is at most width mm wide, and at least one letter: up to the @ of an address, or to
// another sign in its second half, if there is one.
func (s *sheet) head(word string, width float64) string {
	end, soft, at := 0, 0, 0
	for i, r := range word {
		next := i + len(string(r))
		if end > 0 && s.width(word[:next]) > width {
			break
		}
		end = next
		if strings.ContainsRune(".-_/", r) {
			soft = next
		} else if r == '@' {
			at = next
		}
	}
	switch {
	case at > 0:
		return word[:at]
	case soft > end/2:
		return word[:soft]
	}
	return word[:end]
}

// fit shortens a text to width mm.
func (s *sheet) fit(text string, width float64) string {
	if s.width(text) <= width {
		return text
	}
	return s.head(text, width-s.width("…")) + "…"
}
