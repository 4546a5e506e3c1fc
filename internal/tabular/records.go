package tabular

import (
	"bufio"
	"encoding/csv"
	"errors"
	"io"
	"iter"
	"unicode/utf8"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// Record is one row of a CSV input.
type Record struct {
	Line   int64    // the physical line on which it starts, counted from 1
	Fields []string // the columns asked for, in the order asked; valid until the next step only
	Bad    *Bad     // EachRecord only: why the row cannot be taken; it has no fields then

	// What the bytes of its fields were: UTF-8 letters of Latin alphabets, and bytes that are no UTF-8, so that the field was
	// taken for windows-1254. One input holds both when a letter of it was damaged.
	UTF8, Old bool
}

// Bad is what is wrong with one row, when those behind it can be told all the same.
type Bad struct {
	Fields, Want int // of a row with another number of fields than the header: what it has, and what the header has
	Column       int // of a row with a stray quote, which has neither: where it stands, counted in bytes from 1
}

// Records gives several columns of a CSV input whose header names them, in any order among any others; of optional
// columns those that are not there give "". Lines without anything but blanks are no rows.
//
// The delimiter is the one of comma, semicolon and tab that the header uses. Encodings, limits and errors are those of
// Values; a required column that is not in the header is column_missing, class Input.
func Records(r io.Reader, required, optional []string) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		text, err := decode(r)
		if err != nil {
			yield(Record{}, faultRead(1, err))
			return
		}
		g := &guard{r: text, csv: true}
		in := bufio.NewReaderSize(g, 64<<10)
		if err := records(in, detect(in), g, nil, required, optional, yield); err != nil && !errors.Is(err, errStopped) {
			yield(Record{}, asFault(g, err))
		}
	}
}

// EachRecord is Records for who can leave a row out: one with another number of fields than the header, or with a quote
// out of place, is a Record with Bad, and the next row is read. So it is where nothing has to be guessed about the place at
// which the next row begins: a quote behind the beginning of a field opens nothing, and ends with its line. Where a quote
// may have opened a field that goes on below, the input ends with quote_stray, as that of Records does. The header itself
// must be whole.
func EachRecord(r io.Reader, required, optional []string) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		text, err := decode(r)
		if err != nil {
			yield(Record{}, faultRead(1, err))
			return
		}
		s := newSplitter(text)
		g := &guard{r: s, csv: true}
		s.begun = g.anew
		if err := records(bufio.NewReaderSize(g, 64<<10), s.comma, g, s, required, optional, yield); err != nil && !errors.Is(err, errStopped) {
			yield(Record{}, asFault(g, err))
		}
	}
}

// records reads rows; those that cannot be taken are errors unless s, which is nil for Records, can tell where they end.
func records(in *bufio.Reader, comma rune, g *guard, s *splitter, required, optional []string, yield func(Record, error) bool) error {
	r := csv.NewReader(in)
	r.ReuseRecord = true
	r.Comma = comma
	g.comma = []byte(string(r.Comma))
	var places []int // of the columns; nil before the header
	out := make([]string, len(required)+len(optional))
	for {
		record, err := r.Read()
		if err == io.EOF { //nolint:errorlint // see guard: only io.EOF itself is the end
			if places == nil {
				return faultMissing(1, required[0])
			}
			return nil
		}
		if len(record) == 1 && (err == nil || errors.Is(err, csv.ErrFieldCount)) && clean(record[0]) == "" {
			if places == nil {
				r.FieldsPerRecord = 0 // a line of blanks before the header does not say how many columns there are
			}
			continue
		}
		if err != nil {
			bad, at := s.spoiled(err, len(record), r.FieldsPerRecord)
			if bad == nil || places == nil {
				return err
			}
			if !yield(Record{Line: at, Bad: bad}, nil) {
				return errStopped
			}
			continue
		}
		line, _ := r.FieldPos(0)
		if len(record) > fieldLimit { // the guard has not counted what stood in the buffer when the delimiter was found
			return faultWide(int64(line))
		}
		if places == nil {
			if places, err = placeAll(record, required, optional, line); err != nil {
				return err
			}
			continue
		}
		row := Record{Line: int64(line), Fields: out}
		for i, at := range places {
			out[i] = ""
			if at >= 0 {
				row.written(record[at])
				out[i] = clean(record[at])
			}
		}
		if !yield(row, nil) {
			return errStopped
		}
	}
}

// written notes how the bytes of a field are written. Of what is valid UTF-8 only U+00A0 to U+017F counts, where Turkish and
// its neighbours are: the capitals of windows-1254 before an apostrophe or a quote of it are valid by chance, as letters of
// other scripts.
func (r *Record) written(field string) {
	for i := 0; i < len(field); {
		if field[i] < utf8.RuneSelf {
			i++
			continue
		}
		c, n := utf8.DecodeRuneInString(field[i:])
		r.Old = r.Old || c == utf8.RuneError && n == 1
		r.UTF8 = r.UTF8 || c >= 0xa0 && c <= 0x17f
		i += n
	}
}

// placeAll finds the columns in the header; -1 stands for an optional one that is not there.
func placeAll(header, required, optional []string, line int) ([]int, error) {
	places := make([]int, 0, len(required)+len(optional))
	for _, name := range required {
		at, err := find(header, name, line)
		if err != nil {
			return nil, missing(err, line, name)
		}
		places = append(places, at)
	}
	for _, name := range optional {
		at, err := find(header, name, line)
		if err != nil {
			if fault.From(err).Code != codeNoColumn {
				return nil, missing(err, line, name)
			}
			at = -1
		}
		places = append(places, at)
	}
	return places, nil
}

const codeNoColumn = "tc_column_missing" // what find says

// missing words the errors of find for a column that the program, not the user, chose.
func missing(err error, line int, name string) error {
	if f := fault.From(err); f.Code != codeNoColumn {
		return fault.New(f.Class, f.Code, f.Message).WithHint(i18n.Tf("başlıkta tek bir %s sütunu bırakın", "leave one column %s in the header", name))
	}
	return faultMissing(line, name)
}

func faultMissing(line int, name string) error {
	return fault.New(fault.Input, "column_missing", i18n.Tf("%s. satır: başlıkta %s sütunu yok", "line %s: the header has no column %s", plain(int64(line)), name)).
		WithHint(i18n.T("ilk satır sütun adlarını taşımalıdır", "the first line must hold the names of the columns"))
}
