package tabular

import (
	"bufio"
	"bytes"
	"io"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// limit is the longest line, and the longest CSV record, in bytes of UTF-8 without the line end.
const limit = 1 << 20

// fieldLimit is the largest number of fields of a CSV record. The CSV reader keeps some 100 bytes a field: without it a
// line of nothing but delimiters would take a hundred times its length.
const fieldLimit = 10_000

// decode looks at the byte order mark and gives the text behind it as UTF-8 (or as what has no mark).
func decode(r io.Reader) (io.Reader, error) {
	in := bufio.NewReaderSize(&sticky{r: r}, 64<<10)
	mark, err := in.Peek(3)
	if err != nil && err != io.EOF {
		return nil, err
	}
	switch {
	case bytes.HasPrefix(mark, []byte("\xef\xbb\xbf")):
		_, err = in.Discard(3)
		if err != nil {
			return nil, err
		}
	case bytes.HasPrefix(mark, []byte("\xff\xfe")), bytes.HasPrefix(mark, []byte("\xfe\xff")):
		// UseBOM: the decoder reads the order from the mark and drops it.
		return transform.NewReader(in, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder()), nil
	}
	return in, nil
}

// sticky repeats the first error of a reader for ever. A terminal, asked again after its end, would wait for more.
type sticky struct {
	r   io.Reader
	err error
}

func (s *sticky) Read(p []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	n, err := s.r.Read(p)
	s.err = err
	return n, err
}

// guard lets UTF-8 text through and stops it where its lines cannot be told or would not fit into memory. It is the one
// place that counts lines, so it also knows where a read failed. Everything before the offending byte is passed on, so
// that a mistake found further up in an earlier line is reported first.
//
// The end of the input is io.EOF itself, compared with ==, here and in the readers above: an error that merely wraps it
// is a broken read, and taking it for the end would shorten the list without a word.
type guard struct {
	r   io.Reader
	csv bool // quotes may hold line ends, and a record is bounded as well as a line

	base    int64  // line ends before what is read here
	lines   int64  // line ends seen, those included
	length  int    // bytes of the current line
	cr      bool   // the last byte was a CR: LF must follow
	quoted  bool   // csv: inside quotes. Every quote turns it; where that is wrong, the CSV reader finds a stray quote first
	record  int    // csv: bytes of the current record
	started int64  // csv: line ends seen before the current record
	comma   []byte // csv: the delimiter, as soon as it is known
	commas  int    // csv: delimiters seen in the current record
	err     error
}

func (g *guard) Read(p []byte) (int, error) {
	if g.err != nil {
		return 0, g.err
	}
	n, err := g.r.Read(p)
	good, bad := g.inspect(p[:n])
	switch {
	case bad != nil:
		g.err = bad
	case err != nil && err != io.EOF:
		g.err = faultRead(g.lines+1, err)
	case err != nil && g.cr && !g.quoted:
		g.err = faultCR(g.lines + 1)
	default:
		g.err = err
	}
	return good, g.err
}

// inspect follows the text and gives the number of bytes before the first offence, and the offence.
func (g *guard) inspect(p []byte) (int, error) {
	for at := 0; at < len(p); {
		part := p[at:]
		end := bytes.IndexByte(part, '\n')
		if end >= 0 {
			part = part[:end]
		}
		if i, err := g.inLine(part); err != nil {
			return at + i, err
		}
		at += len(part)
		if end >= 0 {
			at++
			g.lines++
			g.length, g.cr = 0, false
			if g.record++; !g.quoted {
				g.record, g.commas, g.started = 0, 0, g.lines
			}
		}
	}
	return len(p), nil
}

// inLine follows a part of one line and gives the place of the first offence in it, and the offence.
func (g *guard) inLine(part []byte) (int, error) {
	nul := bytes.IndexByte(part, 0)
	text := part
	if nul >= 0 {
		text = part[:nul+1] // of several offences in a line the first one counts, however the line comes in parts
	}
	if i, found := g.bareCR(text); found {
		return i, faultCR(g.lines + 1)
	}
	if nul >= 0 {
		return nul, faultNUL(g.lines + 1)
	}
	if g.csv {
		g.fields(part)
	}
	g.length += len(part)
	g.record += len(part)
	length := g.length
	if g.cr {
		length-- // it belongs to the line end, as far as can be seen
	}
	switch {
	case length > limit:
		return 0, faultLong(g.lines + 1)
	case g.csv && g.record > limit && g.started < g.lines:
		return 0, faultQuote(g.started+1, 0)
	case g.commas >= fieldLimit:
		return 0, faultWide(g.started + 1)
	}
	return 0, nil
}

// fields follows quotes and delimiters.
func (g *guard) fields(part []byte) {
	for {
		i := bytes.IndexByte(part, '"')
		piece := part
		if i >= 0 {
			piece = part[:i]
		}
		if !g.quoted && len(g.comma) > 0 {
			g.commas += bytes.Count(piece, g.comma)
		}
		if i < 0 {
			return
		}
		g.quoted = !g.quoted
		part = part[i+1:]
	}
}

// bareCR finds a CR outside quotes that no LF follows. At the end of a part it remains to be seen whether
// one follows.
func (g *guard) bareCR(part []byte) (int, bool) {
	if len(part) == 0 {
		return 0, false
	}
	quoted := g.quoted // whether the text behind part[:at] stands in quotes
	if g.cr && !quoted {
		return 0, true
	}
	g.cr = false
	for at := 0; ; {
		k := bytes.IndexByte(part[at:], '\r')
		if k < 0 {
			return 0, false
		}
		if at+k == len(part)-1 {
			g.cr = true
			return 0, false
		}
		if g.csv && bytes.Count(part[at:at+k], []byte{'"'})%2 == 1 {
			quoted = !quoted
		}
		if !quoted {
			return at + k, true
		}
		at += k + 1
	}
}

// anew says that a record begins here, whatever was thought of the quotes before it. Only who reads the input record by
// record can tell.
func (g *guard) anew() {
	g.quoted, g.record, g.commas, g.started = false, 0, 0, g.lines
}
