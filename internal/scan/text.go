package scan

import (
	"bytes"
	"context"
	"errors"
	"io"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"iskurctl/internal/tckn/find"
)

// Sizes in bytes. A text is read in pieces; beside the piece in hand so much stays that what is known of a place does not
// depend on where the text was cut.
const (
	pieceSize = 256 << 10
	margin    = 1 << 10 // more than find.Near, find.After, contextSize and fieldReach
	headSize  = 8000    // where git looks for a NUL to tell binary files from text
)

var errBinary = errors.New("not a text")

// scanner scans texts, one after the other; a worker has one.
type scanner struct {
	finder find.Finder
	min    find.Confidence
	allow  *Allow
	buf    []byte
	seen   occurrences
}

func newScanner(o Options) *scanner {
	return &scanner{finder: find.Finder{Grouped: o.Grouped}, min: o.Min, allow: o.Allow, buf: make([]byte, pieceSize+2*margin), seen: occurrences{}}
}

// place is how far a text was counted.
type place struct {
	at          int   // in the buffer
	line, chars int64 // line ends before it; characters before it in its line
}

// advance counts on to a place behind. A character is what begins with a byte that continues none, so that the count does
// not depend on cuts, and bytes that are not UTF-8 count one each, most of them.
func (p *place) advance(b []byte, to int) {
	part := b[p.at:to]
	if n := bytes.Count(part, []byte{'\n'}); n > 0 {
		p.line += int64(n)
		p.chars = 0
		part = part[bytes.LastIndexByte(part, '\n')+1:]
	}
	p.chars += int64(characters(part))
	p.at = to
}

func characters(b []byte) (n int) {
	for _, c := range b {
		if c&0xc0 != 0x80 {
			n++
		}
	}
	return n
}

// text scans what r gives. Errors: errBinary, those of r, those of yield.
func (s *scanner) text(ctx context.Context, r io.Reader, t target, yield func(Finding) error) error {
	b := s.buf
	n, end, err := fill(r, b, 0)
	if err != nil {
		return err
	}
	order, mark := utf16Order(b[:min(n, headSize)])
	switch {
	case order != nil:
		rest := io.MultiReader(bytes.NewReader(bytes.Clone(b[mark:n])), r)
		r = transform.NewReader(rest, order.NewDecoder())
		if n, end, err = fill(r, b, 0); err != nil {
			return err
		}
	case bytes.IndexByte(b[:min(n, headSize)], 0) >= 0:
		return errBinary
	}
	clear(s.seen)
	var (
		at   place
		cols *columns
		from int // what starts before it was looked at
	)
	for {
		limit := n
		if !end {
			limit = n - margin
		}
		for {
			m, ok := s.finder.Next(b[:n], from)
			if !ok || m.Start >= limit {
				break
			}
			from = m.End
			if s.min > find.Low && !m.Valid() {
				continue
			}
			at.advance(b, m.Start)
			if cols == nil {
				cols = columnsOf(b[:n])
			}
			if err := s.judge(b[:n], m, at, cols, t, yield); err != nil {
				return err
			}
		}
		if end {
			return nil
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if cols == nil {
			cols = columnsOf(b[:n]) // the header goes away with the first piece
		}
		from = max(from, limit)
		gone := limit - margin
		at.advance(b, max(at.at, gone))
		copy(b, b[gone:n])
		at.at, from, n = at.at-gone, from-gone, n-gone
		if n, end, err = fill(r, b, n); err != nil {
			return err
		}
	}
}

// judge gives a candidate on, if it counts.
func (s *scanner) judge(b []byte, m find.Match, at place, cols *columns, t target, yield func(Finding) error) error {
	mark := s.seen.fingerprint(t.identity, b, m)
	if t.added != nil && !t.added.has(at.line+1) {
		return nil
	}
	confidence, keyword := find.Judge(b, m, cols.keyword(b, m))
	if confidence < s.min || s.allow.has(mark) {
		return nil
	}
	return yield(Finding{
		Path: t.path, Line: at.line + 1, Column: at.chars + 1, Width: characters(b[m.Start:m.End]), Number: string(m.Number[:]),
		Confidence: confidence, Keyword: keyword, Fingerprint: mark, Commit: t.commit,
	})
}

// fill reads on behind b[:n] until b is full or the text ends.
func fill(r io.Reader, b []byte, n int) (filled int, end bool, err error) {
	for n < len(b) {
		k, err := r.Read(b[n:])
		n += k
		if err == io.EOF {
			return n, true, nil
		}
		if err != nil {
			return n, false, err
		}
	}
	return n, false, nil
}

// utf16Order tells the order of UTF-16 text from its mark, or, where there is none, from its zero bytes: in text of any
// European language most characters have one, and always on the same side. mark is the length of the mark. nil is no UTF-16.
func utf16Order(head []byte) (order encoding.Encoding, mark int) {
	little, big := unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xfe")):
		return little, 2
	case bytes.HasPrefix(head, []byte("\xfe\xff")):
		return big, 2
	}
	if bytes.IndexByte(head, 0) < 0 {
		return nil, 0
	}
	var zeros [2]int
	for i, c := range head {
		if c == 0 {
			zeros[i&1]++
		}
	}
	switch most := len(head) / 4; {
	case zeros[0] == 0 && zeros[1] > most:
		return little, 0
	case zeros[1] == 0 && zeros[0] > most:
		return big, 0
	}
	return nil, 0
}
