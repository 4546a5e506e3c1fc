package xlsx

import (
	"encoding/xml"
	"errors"
	"math"
	"strconv"
	"strings"
	"time"
)

// load reads what the cells refer to: texts and styles.
func (b *Book) load() error {
	if b.loaded {
		return nil
	}
	if b.strings != "" {
		if err := b.each(b.strings, b.sharedText); err != nil {
			return err
		}
	}
	if b.styles != "" {
		if err := b.each(b.styles, (&styles{book: b, formats: map[int]bool{}}).element); err != nil {
			return err
		}
	}
	b.loaded = true
	return nil
}

// texts are the texts that cells share, one behind the other.
type texts struct {
	all  []byte
	ends []int
}

func (t *texts) at(index string) (string, error) {
	i, err := strconv.Atoi(index)
	if err != nil || i < 0 || i >= len(t.ends) {
		return "", errors.New("a cell refers to a text that is not there")
	}
	from := 0
	if i > 0 {
		from = t.ends[i-1]
	}
	return string(t.all[from:t.ends[i]]), nil
}

func (b *Book) sharedText(d *xml.Decoder, t xml.StartElement) error {
	if t.Name.Local != "si" {
		return nil
	}
	text, err := richText(d)
	if err != nil {
		return unexpected(err)
	}
	b.texts.all = append(b.texts.all, text...)
	b.texts.ends = append(b.texts.ends, len(b.texts.all))
	if len(b.texts.all)+8*len(b.texts.ends) > maxStrings {
		return tooLarge()
	}
	return nil
}

// styles finds out which styles show a number as a date.
type styles struct {
	book    *Book
	formats map[int]bool // formats of the file's own: a date
	inCells bool         // inside cellXfs: cellStyleXfs before it has the same elements
}

func (s *styles) element(_ *xml.Decoder, t xml.StartElement) error {
	switch t.Name.Local {
	case "numFmt":
		if id, err := strconv.Atoi(attr(t, "numFmtId")); err == nil && !s.inCells {
			s.formats[id] = dateFormat(attr(t, "formatCode"))
		}
	case "cellXfs":
		s.inCells = true
	case "cellStyles", "dxfs", "tableStyles", "colors", "extLst":
		s.inCells = false
	case "xf":
		if !s.inCells {
			return nil
		}
		id, err := strconv.Atoi(attr(t, "numFmtId"))
		own, known := s.formats[id]
		s.book.dates = append(s.book.dates, err == nil && (own || !known && builtInDate(id)))
	}
	return nil
}

// builtInDate knows the formats that files do not spell out: 14–22 and 45–47 of ECMA-376 18.8.30, and those of the East
// Asian editions.
func builtInDate(id int) bool {
	return id >= 14 && id <= 22 || id >= 27 && id <= 36 || id >= 45 && id <= 47 || id >= 50 && id <= 58
}

// dateFormat reports whether a format shows year, month, day or hour. Files write formats in English whatever the
// language of Excel; what stands in quotes, in brackets or behind a backslash is no part of a date, but [h] is.
func dateFormat(code string) bool {
	for i := 0; i < len(code); i++ {
		switch c := code[i]; c {
		case '\\', '_', '*':
			i++
		case '"', '[':
			end := map[byte]byte{'"': '"', '[': ']'}[c]
			n := strings.IndexByte(code[i+1:], end)
			if n < 0 {
				return false
			}
			if inside := asciiLower(code[i+1 : i+1+n]); c == '[' && inside != "" && strings.Trim(inside, "hms") == "" {
				return true
			}
			i += n + 1
		case ';':
			return false // the first section is the one of positive numbers
		case 'y', 'Y', 'm', 'M', 'd', 'D', 'h', 'H', 's', 'S':
			return true
		}
	}
	return false
}

// number reads a cell that holds a number, by its style.
func (b *Book) number(value, style string) (Cell, error) {
	if value == "" {
		return Cell{}, nil
	}
	n, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
	if err != nil || math.IsInf(n, 0) || math.IsNaN(n) {
		return Cell{}, errors.New("a number that is none")
	}
	if i, err := strconv.Atoi(style); err == nil && i >= 0 && i < len(b.dates) && b.dates[i] {
		if text, ok := dateOf(n, b.from04); ok {
			return Cell{Kind: Date, Text: text}, nil
		}
	}
	if math.Abs(n) >= 1e15 {
		return Cell{Kind: Number, Text: value}, nil
	}
	// Excel computes with 15 digits and writes 17: 0.1+0.2 stands in the file as 0.30000000000000004.
	n, err = strconv.ParseFloat(strconv.FormatFloat(n, 'g', 15, 64), 64)
	return Cell{Kind: Number, Text: strconv.FormatFloat(n, 'f', -1, 64)}, err
}

// dateOf gives the day (and time) of a number of days. Excel counts from 1 January 1900 and believes in a 29 February
// 1900, day 60, which it took from Lotus 1-2-3; files of old Macs count from 1904, day 0.
func dateOf(n float64, from04 bool) (string, bool) {
	if n < 0 || n >= 2_958_466 { // the year 10000
		return "", false
	}
	day, seconds := math.Floor(n), 0.0
	if seconds = math.Round((n - day) * 86400); seconds >= 86400 {
		day, seconds = day+1, 0
	}
	zero := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	switch {
	case from04:
		zero = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	case day == 60:
		return "1900-02-29", true // no day: whoever reads the text as a date refuses it
	case day < 60:
		zero = time.Date(1899, 12, 31, 0, 0, 0, 0, time.UTC)
	}
	t := zero.AddDate(0, 0, int(day)).Add(time.Duration(seconds) * time.Second)
	if seconds > 0 {
		return t.Format("2006-01-02T15:04:05"), true
	}
	return t.Format("2006-01-02"), true
}

// isoDate takes the midnight off a day of a cell that holds a date as text.
func isoDate(s string) string {
	day, clock, timed := strings.Cut(strings.TrimSpace(s), "T")
	if timed && strings.Trim(strings.TrimSuffix(clock, "Z"), "0:.") == "" {
		return day
	}
	return strings.TrimSpace(s)
}
