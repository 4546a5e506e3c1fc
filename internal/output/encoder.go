package output

import (
	"strconv"

	"iskurctl/internal/i18n"
)

// encoder writes one format. Every method appends to dst and gives it back, so that one buffer serves a whole run;
// a record is appended whole or, with an error, not at all (the sink drops what was appended).
type encoder interface {
	// record appends one record, before the first one whatever opens the document. values follow the encoder's columns.
	record(dst []byte, values []any) ([]byte, error)
	// object appends the one object that stands instead of records.
	object(dst []byte, fields []Field) ([]byte, error)
	// end appends what completes a document of records. After a failure (aborted) a document that was not begun stays
	// empty: an empty list would say that nothing was found.
	end(dst []byte, aborted bool) ([]byte, error)
}

// entry is one line of an object written as key/value lines.
type entry struct {
	path  string // labels from the outermost object down, joined
	label string // the innermost one
	depth int
	kind  Kind
	value any
	group bool // the heading of nested entries: no value of its own
}

// flattener turns an object into lines: members of nested objects and items of lists (counted from 0) in their place.
type flattener struct {
	label func(Field) string
	sep   string
}

func keyOf(f Field) string { return f.Key }

// byKey gives the machine's lines: keys, joined by a dot.
func byKey() flattener { return flattener{keyOf, "."} }

func (fl flattener) lines(fields []Field) []entry { return fl.add(nil, "", 0, fields) }

func (fl flattener) add(dst []entry, prefix string, depth int, fields []Field) []entry {
	for _, f := range fields {
		e := entry{label: fl.label(f), depth: depth, kind: f.Kind, value: f.Value}
		e.path = prefix + e.label
		nested, _ := f.Value.([]Field)
		if list, ok := f.Value.([][]Field); ok {
			for i, item := range list {
				nested = append(nested, Field{Key: strconv.Itoa(i), Value: item})
			}
		}
		e.group = len(nested) > 0
		dst = append(dst, e)
		dst = fl.add(dst, e.path+fl.sep, depth+1, nested)
	}
	return dst
}

// apart takes the lists of objects out of an object, for people; in their place stands that a list is empty, or nothing.
func apart(fields []Field, lang i18n.Lang) (plain, lists []Field) {
	for _, f := range fields {
		items, ok := f.Value.([][]Field)
		switch {
		case !ok:
			plain = append(plain, f)
		case len(items) == 0:
			f.Kind, f.Value = Code, i18n.T("yok", "none").In(lang)
			plain = append(plain, f)
		default:
			lists = append(lists, f)
		}
	}
	return plain, lists
}
