package tabular

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"iskurctl/internal/i18n"
)

// columnValues yields one column of CSV.
//
// encoding/csv skips empty lines without a word. Here each is an empty value, so the lines between the end of one record
// and the start of the next are counted: a record ends as many lines behind the start of its last field as there are
// line ends inside that field.
//
// With a Layout the input goes on behind its beginning.
func columnValues(in *bufio.Reader, g *guard, o Options, l *Layout, yield func(Value, error) bool) error {
	index, named, err := place(o.Column)
	if err != nil {
		return err
	}
	r := csv.NewReader(in)
	r.ReuseRecord = true
	if l != nil {
		r.Comma, r.FieldsPerRecord, index = rune(l.Comma), l.Fields, l.Index
	} else if r.Comma = o.Delimiter; r.Comma == 0 {
		r.Comma = detect(in)
	} else if !delimiterOK(r.Comma) {
		return faultDelimiter()
	}
	g.comma = []byte(string(r.Comma))

	first := l == nil                   // no record was read so far
	skip := first && o.Header && !named // one line, whatever it holds
	next := g.base + 1                  // the line on which the next record would start if no line were empty
	empty := func(until int64) bool {   // yields the empty lines from next to before until
		for ; next < until; next++ {
			switch {
			case named && first: // before the header
			case skip:
				skip = false
			case !yield(Value{Line: next}, nil):
				return false
			}
		}
		return true
	}
	for {
		record, err := r.Read()
		if err == io.EOF { //nolint:errorlint // see guard: only io.EOF itself is the end
			if !empty(g.lines + 1) { // empty lines at the end all have a line end
				return errStopped
			}
			if named && first {
				return faultNoHeader()
			}
			return nil
		}
		// A line of blanks among rows of several fields is an empty line too, as a person sees it.
		blank := errors.Is(err, csv.ErrFieldCount) && len(record) == 1 && clean(record[0]) == ""
		if err != nil && !blank {
			until := g.started + 1
			if p := (*csv.ParseError)(nil); errors.As(err, &p) {
				until = g.base + int64(p.StartLine)
			}
			if !empty(until) { // they are in order, and come first
				return errStopped
			}
			return err
		}
		start, _ := r.FieldPos(0)
		start += int(g.base)
		if len(record) > fieldLimit { // the guard has not counted what stood in the buffer when the delimiter was found
			return faultWide(int64(start))
		}
		if !empty(int64(start)) {
			return errStopped
		}
		last, _ := r.FieldPos(len(record) - 1)
		next = g.base + int64(last+strings.Count(record[len(record)-1], "\n")) + 1

		if first {
			first = false
			if named {
				if index, err = find(record, o.Column, start); err != nil {
					return err
				}
				continue
			}
			if index >= len(record) {
				return faultColumnBeyond(start, len(record))
			}
		}
		if skip {
			skip = false
			continue
		}
		value := Value{Line: int64(start)}
		if !blank {
			// The fields of a record share one string: a clone does not keep all of it alive.
			value.Text = strings.Clone(clean(record[index]))
		}
		if !yield(value, nil) {
			return errStopped
		}
	}
}

// place reads Options.Column: digits are the place of a column, counted from 1 (given back counted from 0), all else is
// a name.
func place(column string) (index int, named bool, err error) {
	if strings.Trim(column, "0123456789") != "" {
		return 0, true, nil
	}
	n, err := strconv.Atoi(column)
	if err != nil {
		n = math.MaxInt // beyond every row
	}
	if n == 0 {
		return 0, false, faultColumnZero()
	}
	return n - 1, false, nil
}

// find gives the place of the named column. What is written in the header counts first, then a name that differs in case
// only by the Turkish rule, then one in which the dots of I and İ, ı and i differ too: KIMLIK_NO, KİMLİK_NO, kimlik_no.
func find(header []string, name string, line int) (int, error) {
	text := strings.Join(header, "\x00")
	if !utf8.ValidString(text) { // decided for the header as a whole: one file has one encoding
		header = strings.Split(utf8Text(text), "\x00")
	}
	for _, key := range []func(string) string{strings.TrimSpace, folded, undotted} {
		at := -1
		for i, h := range header {
			if key(h) != key(name) {
				continue
			}
			if at >= 0 {
				return 0, faultAmbiguous(line)
			}
			at = i
		}
		if at >= 0 {
			return at, nil
		}
	}
	return 0, faultNoColumn(line, len(header))
}

func folded(s string) string { return i18n.Fold(strings.TrimSpace(s)) }

func undotted(s string) string { return strings.ReplaceAll(folded(s), "ı", "i") }

// delimiters in the order in which they win when the first line holds as many of one as of the other: a comma also
// stands in Turkish decimals and in text, a semicolon seldom, a tab hardly ever.
var delimiters = []byte{'\t', ';', ','}

// detect gives the delimiter that stands most often in the first line that is not empty, outside quotes. Where there is
// none the input has one column, and a comma further down makes a ragged row, which is reported. It looks at no more than
// the buffer of in, and consumes nothing.
func detect(in *bufio.Reader) rune {
	var line []byte
	for n := 1; ; n = in.Buffered() + 1 {
		_, err := in.Peek(n)
		seen, _ := in.Peek(in.Buffered())
		var ended bool
		line, _, ended = bytes.Cut(bytes.TrimLeft(seen, "\r\n"), []byte{'\n'})
		if ended || err != nil || in.Buffered() == in.Size() {
			break
		}
	}
	count := make([]int, len(delimiters))
	quoted := false
	for _, b := range line {
		if b == '"' {
			quoted = !quoted
		} else if i := bytes.IndexByte(delimiters, b); i >= 0 && !quoted {
			count[i]++
		}
	}
	best := slices.Max(count)
	if best == 0 {
		return ','
	}
	return rune(delimiters[slices.Index(count, best)])
}

// delimiterOK repeats the rule of encoding/csv, which reports a breach of it only as an unnamed error.
func delimiterOK(r rune) bool {
	return r != '"' && r != '\r' && r != '\n' && r != utf8.RuneError && utf8.ValidRune(r)
}
