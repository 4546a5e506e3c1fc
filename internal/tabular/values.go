// Package tabular reads the lists that users bring: one value a line, or one column of a CSV file, in the encodings and
// delimiters that Turkish offices produce. It streams: memory does not grow with the input, and one record takes at most
// 1 MiB of it. What it cannot read in full is an error that names the line, never a shorter list and never the data.
// Imported by the commands that take files of numbers.
//
// Encodings: UTF-8 with or without a byte order mark, UTF-16 with one. Text that is not valid UTF-8 is taken as
// windows-1254, what Turkish Windows writes; digits are the same in both, so it matters for the names of columns.
package tabular

import (
	"bufio"
	"errors"
	"io"
	"iter"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// Options say how an input is laid out.
type Options struct {
	// Column is "" for one value a line, else the input is CSV: the name of a column in the header, or its place,
	// counted from 1, in an input without a header.
	Column string
	// Delimiter between the fields of CSV; 0 means: the one of comma, semicolon and tab that the first line uses.
	Delimiter rune
	// Header skips one line although Column does not need a header.
	Header bool
}

// Value is one value of the input.
type Value struct {
	Line int64  // the physical line on which its record starts, counted from 1
	Text string // without blanks at its ends; "" for an empty line
}

// Values gives the values of r in order. An empty line is an empty value; the end of the last line makes no further one.
// In CSV the empty lines before a named header are no values.
//
// The first error ends the sequence. It is a *fault.Error of class Input that names the line: input_read, nul_byte,
// line_end_cr, line_too_long; in CSV also quote_stray, row_ragged, row_too_wide, tc_column_missing, column_ambiguous. A delimiter that
// CSV cannot have is delimiter_invalid of class Usage.
//
// r is read once: the sequence can be ranged over once. It does not close r.
func Values(r io.Reader, o Options) iter.Seq2[Value, error] {
	return func(yield func(Value, error) bool) {
		text, err := decode(r)
		if err != nil {
			yield(Value{}, faultRead(1, err))
			return
		}
		g := &guard{r: text, csv: o.Column != ""}
		in := bufio.NewReaderSize(g, 64<<10)
		if g.csv {
			err = columnValues(in, g, o, nil, yield)
		} else {
			err = lineValues(in, g.base, o.Header, yield)
		}
		if err != nil && !errors.Is(err, errStopped) {
			yield(Value{}, asFault(g, err))
		}
	}
}

// errStopped says that the consumer wants no more values.
var errStopped = errors.New("stopped")

// lineValues yields the physical lines, which the guard keeps within 1 MiB.
func lineValues(in *bufio.Reader, base int64, skip bool, yield func(Value, error) bool) error {
	var long []byte // the parts of a line that is longer than the buffer of in
	for line := base + 1; ; line++ {
		part, err := in.ReadSlice('\n')
		for errors.Is(err, bufio.ErrBufferFull) {
			long = append(long, part...)
			part, err = in.ReadSlice('\n')
		}
		if err != nil && err != io.EOF {
			return err // what was read of the line is not a value
		}
		if len(long) > 0 {
			long = append(long, part...)
			part = long
		}
		if len(part) == 0 {
			return nil
		}
		if !(skip && line == 1) && !yield(Value{Line: line, Text: clean(string(part))}, nil) {
			return errStopped
		}
		if err != nil {
			return nil
		}
		long = long[:0]
	}
}

// clean makes valid UTF-8 of s and takes the blanks off its ends: Unicode's white space, to which the no-break space and
// the end of the line belong.
func clean(s string) string {
	return strings.TrimSpace(utf8Text(s))
}

// utf8Text takes what is not valid UTF-8 as windows-1254. Its few bytes without a meaning become U+FFFD.
func utf8Text(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for i := range len(s) {
		b.WriteRune(charmap.Windows1254.DecodeByte(s[i]))
	}
	return b.String()
}
