package document

import (
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"iskurctl/internal/i18n"
)

// paper is a document before it is written in a format: A4, one column, the blocks one below the other.
type paper struct {
	lang   i18n.Lang
	title  string    // of the file's properties, and of the window that shows it
	author string    // the party
	made   time.Time // of the file's properties; from the data, so that the same data give the same bytes
	foot   string    // at the foot of every page, left of its number
	mark   string    // what stands on every page that must not be taken for a real one; mostly empty
	blocks []block
}

// block is one of the types below.
type block interface{ block() }

type (
	// heading is the title of the document (level 1) or of a part of it (level 2). It stays with what comes after it.
	heading struct {
		level int
		text  string
	}

	// paragraph is running text.
	paragraph struct {
		text   string
		align  align
		bold   bool
		small  bool
		indent bool // the first line, as official letters have it
		keep   bool // on the page of the signature that follows
	}

	// table is rows of cells under a head that is repeated on every page. The head is left out when no column has a title.
	table struct {
		columns []column
		rows    [][]cell
		plain   bool // without lines: the columns of a letterhead
	}

	column struct {
		title string
		width int   // in mm, of textWidth together
		align align // of its cells
		label bool  // the cells say what the others of their row are
	}

	// cell is what stands in a field of a table.
	cell struct {
		text string // lines are separated by \n
		bold bool
	}

	// signatures are boxes side by side, with room for pen and stamp.
	signatures struct{ boxes []box }

	box struct {
		title string
		lines []string // what is to be filled in, a line each; the last has the room
	}

	// signer is the place for the signature below a letter: on the right, its lines in the middle.
	signer struct{ lines []string }

	// pageBreak begins a new page.
	pageBreak struct{}
)

func (heading) block()    {}
func (paragraph) block()  {}
func (table) block()      {}
func (signatures) block() {}
func (signer) block()     {}
func (pageBreak) block()  {}

// align is where the lines of a text stand.
type align int

const (
	left align = iota
	center
	right
)

// The page, in mm: A4 with equal margins at both sides.
const (
	pageWidth, pageHeight = 210, 297
	marginSide            = 20
	marginTop             = 18
	marginBottom          = 20
	textWidth             = pageWidth - 2*marginSide
)

// titled reports whether the table has a head.
func (t table) titled() bool {
	for _, c := range t.columns {
		if c.title != "" {
			return true
		}
	}
	return false
}

// plain makes a value of the registry harmless in every format: letters and their accents as one character (the fonts have
// no others), and neither control characters nor those that turn the order of the text around. The registry takes none of
// them in, but what is signed shall not depend on that.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.In(r, unicode.Zl, unicode.Zp, unicode.Cc, unicode.Cf, unicode.Cs, unicode.Co), r == 0xFFFE, r == 0xFFFF:
			return unicode.ReplacementChar
		case unicode.Is(unicode.Zs, r):
			return ' '
		}
		return r
	}, norm.NFC.String(strings.ToValidUTF8(s, "\uFFFD")))
}
