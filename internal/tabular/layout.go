package tabular

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"iter"
	"strings"
)

// LayoutHead is how many bytes of an input Begin may want to see.
const LayoutHead = 64 << 10

// Layout says how the lines of an input are read once its beginning is known, so that a reader other than Values can take
// over, and Continue from any line on after it.
type Layout struct {
	Skip   int   // bytes before the first line that is a value: the byte order mark, the header
	Line   int64 // number of that line
	Fields int   // of each CSV row; 0 for one value a line
	Index  int   // of the field that is the value, counted from 0
	Comma  byte  // between the fields
}

// Begin tells the layout of an input in UTF-8 or windows-1254 from its first bytes. It reports false where the beginning is
// anything but plain lines, or wrong: then Values is to read it, and to say why.
func Begin(head []byte, o Options) (Layout, bool) {
	l := Layout{Line: 1}
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
		return l, false
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		l.Skip = 3
		head = head[3:]
	}
	if o.Column == "" {
		if o.Header {
			return l, l.pass(head, 1)
		}
		return l, true
	}
	index, named, err := place(o.Column)
	empty := 0 // lines before the first that is not
	for rest := head; ; empty++ {
		line, after, ended := bytes.Cut(rest, []byte{'\n'})
		if !ended || err != nil {
			return l, false
		}
		if rest = after; len(bytes.TrimSuffix(line, []byte{'\r'})) == 0 {
			continue
		}
		line = bytes.TrimSuffix(line, []byte{'\r'})
		if bytes.ContainsAny(line, "\"\r\x00") {
			return l, false
		}
		comma := o.Delimiter
		if comma == 0 {
			comma = detect(bufio.NewReaderSize(bytes.NewReader(head), LayoutHead))
		}
		if comma >= 0x80 || !delimiterOK(comma) {
			return l, false
		}
		l.Comma, l.Index = byte(comma), index
		names := strings.Split(string(line), string(comma))
		if l.Fields = len(names); l.Fields > fieldLimit {
			return l, false
		}
		if named {
			l.Index, err = find(names, o.Column, empty+1)
			return l, err == nil && l.pass(head, empty+1)
		}
		return l, index < l.Fields && (!o.Header || l.pass(head, 1))
	}
}

// pass leaves out the next lines of head; false when they are not all there, or hold what ends no line.
func (l *Layout) pass(head []byte, lines int) bool {
	for range lines {
		line, after, ended := bytes.Cut(head, []byte{'\n'})
		if !ended || bytes.ContainsAny(bytes.TrimSuffix(line, []byte{'\r'}), "\r\x00") {
			return false
		}
		l.Skip += len(head) - len(after)
		l.Line++
		head = after
	}
	return true
}

// Continue is Values for the part of an input that begins with the line l.Line, as Begin gave the layout and with Line
// counted on; Skip bytes are not left out. The errors name the lines of the whole input.
func Continue(r io.Reader, l Layout) iter.Seq2[Value, error] {
	return func(yield func(Value, error) bool) {
		g := &guard{r: &sticky{r: r}, csv: l.Fields > 0, base: l.Line - 1, lines: l.Line - 1, started: l.Line - 1}
		in := bufio.NewReaderSize(g, 64<<10)
		var err error
		if g.csv {
			err = columnValues(in, g, Options{}, &l, yield)
		} else {
			err = lineValues(in, g.base, false, yield)
		}
		if err != nil && !errors.Is(err, errStopped) {
			yield(Value{}, asFault(g, err))
		}
	}
}
