package event

import (
	"bufio"
	"bytes"
	"errors"
	"io"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// lineLimit is the longest line in bytes of UTF-8, its end not counted, as in package tabular.
const lineLimit = 1 << 20

// lines gives the physical lines of an input. Unlike those of package tabular they are bytes as they stand, and one that
// is too long does not end the input: a bad line of NDJSON spoils one row only.
type lines struct {
	in   *bufio.Reader
	long []byte // a line that is longer than the buffer of in
	last bool
}

// newLines looks at the byte order mark, which may say that the text is UTF-16.
func newLines(r io.Reader) (*lines, error) {
	in := bufio.NewReaderSize(&sticky{r: r}, 64<<10)
	mark, err := in.Peek(3)
	if err != nil && err != io.EOF { // only io.EOF itself is the end; what wraps it is a broken read
		return nil, err
	}
	switch {
	case bytes.HasPrefix(mark, []byte("\xef\xbb\xbf")):
		_, err = in.Discard(3)
		return &lines{in: in}, err
	case bytes.HasPrefix(mark, []byte("\xff\xfe")), bytes.HasPrefix(mark, []byte("\xfe\xff")):
		text := transform.NewReader(in, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder())
		return &lines{in: bufio.NewReaderSize(text, 64<<10)}, nil
	}
	return &lines{in: in}, nil
}

// next gives a line without its LF, valid until the next step; of one that is too long only that it was. The end is
// io.EOF; after any other error what was read of the line is lost.
func (l *lines) next() (line []byte, tooLong bool, err error) {
	if l.last {
		return nil, false, io.EOF
	}
	l.long = l.long[:0]
	part, err := l.in.ReadSlice('\n')
	for errors.Is(err, bufio.ErrBufferFull) {
		if tooLong = tooLong || len(l.long)+len(part) > lineLimit; !tooLong {
			l.long = append(l.long, part...)
		}
		part, err = l.in.ReadSlice('\n')
	}
	if err != nil && err != io.EOF {
		return nil, false, err
	}
	if l.last = err != nil; l.last && len(part) == 0 && len(l.long) == 0 && !tooLong {
		return nil, false, io.EOF
	}
	if len(l.long) > 0 && !tooLong {
		l.long = append(l.long, part...)
		part = l.long
	}
	part = bytes.TrimSuffix(bytes.TrimSuffix(part, []byte{'\n'}), []byte{'\r'})
	return part, tooLong || len(part) > lineLimit, nil
}

// sticky repeats the first error of a reader for ever. A terminal, asked again after its end, would wait for more.
type sticky struct {
	r   io.Reader
	err error
}

// Read implements io.Reader.
func (s *sticky) Read(p []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	n, err := s.r.Read(p)
	s.err = err
	return n, err
}

func faultRead(err error) error {
	return fault.New(fault.Input, "input_read", i18n.Tf("girdi okunamadı: %s", "the input cannot be read: %s", fault.Cause(err))).Because(err)
}
