package tabular

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"io"
)

// splitter stands before the readers of CSV and lets one record through at a time, so that of a record that they refuse
// it can be told whether the next one begins on the next line whatever its quotes were meant to be.
type splitter struct {
	in    *bufio.Reader
	comma rune
	mark  []byte // the delimiter as bytes
	begun func() // told before the first byte of a record is let through

	record []byte // the record that is let through, and what of it is still to go
	left   []byte
	whole  bool // it ends where a line ends, whatever its quotes mean
	wild   bool // a record was too long; what follows is let through as it comes, up to the guard's refusal
	err    error
}

func newSplitter(text io.Reader) *splitter {
	s := &splitter{in: bufio.NewReaderSize(text, 64<<10), begun: func() {}}
	s.comma = detect(s.in)
	s.mark = []byte(string(s.comma))
	return s
}

// Read implements io.Reader. It never gives bytes of two records at once.
func (s *splitter) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if s.wild && len(s.left) == 0 && s.err == nil {
		return s.in.Read(p)
	}
	if len(s.left) == 0 {
		if s.err != nil {
			return 0, s.err
		}
		s.next()
		if len(s.left) == 0 {
			return 0, s.err
		}
		s.begun()
	}
	n := copy(p, s.left)
	s.left = s.left[n:]
	return n, nil
}

// next reads a record: a line, and those below it that belong to a field in quotes.
func (s *splitter) next() {
	s.record, s.whole = s.record[:0], true
	open := false
	for {
		from := len(s.record)
		if !s.line() {
			break
		}
		var doubtful bool
		open, doubtful = s.follow(s.record[from:], open)
		if s.whole = s.whole && !doubtful; !open || doubtful {
			break
		}
		if len(s.record) > limit { // and it goes on
			s.wild = true
			break
		}
	}
	s.whole = s.whole && !open
	s.left = s.record
}

// line adds a line to the record; false at the end of the input, and when the line is longer than the guard lets pass.
func (s *splitter) line() bool {
	for from := len(s.record); ; {
		part, err := s.in.ReadSlice('\n')
		s.record = append(s.record, part...)
		switch {
		case err == nil:
			return true
		case !errors.Is(err, bufio.ErrBufferFull):
			s.err = err
			return err == io.EOF && len(s.record) > from // only io.EOF itself is the end
		case len(s.record)-from > limit+2:
			s.wild = true
			return false
		}
	}
}

// follow reads one line of a record, which begins inside a field in quotes when open is true, and tells whether such a
// field goes on below. It is doubtful where something stands behind a closing quote, or blanks before an opening one: then
// nobody knows what belongs to the field.
func (s *splitter) follow(line []byte, open bool) (stillOpen, doubtful bool) {
	if !open && bytes.IndexByte(line, '"') < 0 {
		return false, false
	}
	line = bytes.TrimSuffix(bytes.TrimSuffix(line, []byte{'\n'}), []byte{'\r'})
	for {
		if !open {
			lead := s.blanks(line)
			if lead == len(line) || line[lead] != '"' { // a quote further on in this field opens nothing
				at := bytes.Index(line, s.mark)
				if at < 0 {
					return false, doubtful
				}
				line = line[at+len(s.mark):]
				continue
			}
			doubtful = doubtful || lead > 0
			line = line[lead+1:]
		}
		open = false
		end := closing(line)
		if end < 0 {
			return true, doubtful
		}
		if line = line[end+1:]; len(line) == 0 {
			return false, doubtful
		}
		if !bytes.HasPrefix(line, s.mark) {
			return false, true
		}
		line = line[len(s.mark):]
	}
}

// blanks counts the blanks at the beginning of a field, the no-break space of UTF-8 and windows-1254 among them.
func (s *splitter) blanks(field []byte) (n int) {
	for n < len(field) && bytes.IndexByte([]byte(" \t\xc2\xa0"), field[n]) >= 0 && rune(field[n]) != s.comma {
		n++
	}
	return n
}

// closing finds the quote that ends a field in quotes; two quotes stand for one.
func closing(text []byte) int {
	for at := 0; ; at += 2 {
		i := bytes.IndexByte(text[at:], '"')
		if i < 0 {
			return -1
		}
		if at += i; at+1 >= len(text) || text[at+1] != '"' {
			return at
		}
	}
}

// spoiled says what is wrong with the record that was read last, and on which line it begins; nil when the error is about
// the input as a whole, or nobody knows where the next record begins.
func (s *splitter) spoiled(err error, fields, want int) (*Bad, int64) {
	var p *csv.ParseError
	switch {
	case s == nil || !errors.As(err, &p):
	case errors.Is(p.Err, csv.ErrFieldCount):
		return &Bad{Fields: fields, Want: want}, int64(p.StartLine)
	case s.whole && p.Line == p.StartLine && bytes.Count(s.record, []byte{'\n'}) <= 1:
		return &Bad{Column: p.Column}, int64(p.Line)
	}
	return nil, 0
}
