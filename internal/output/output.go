// Package output is the one road by which results leave the process: records of typed columns become a table, TSV,
// CSV, JSON, NDJSON or Markdown, on stdout or in a file that appears whole or not at all. Masking of personal data is
// a property of a column's kind, not of a command; every value is made inert (control, bidi and invisible characters
// escaped) at the one place where it enters a format. It is the only importer of tablewriter and gojq.
package output

import (
	"context"
	"io"

	"iskurctl/internal/i18n"
	"iskurctl/internal/term"
)

// Kind says what a value is: how it is masked, scrubbed, aligned and written.
type Kind int

// The kinds.
const (
	Text      Kind = iota // free text: scrubbed of TC numbers
	Code                  // typed text (uuid, digest, enum, code): never scrubbed
	Number                // int, int64
	Bool                  // true, false in every format and language
	Time                  // time.Time, as RFC 3339 in UTC with exactly three decimals; the zero time is null
	Date                  // string "2026-11-22" or ""
	TC                    // masked as 100******46
	Name                  // masked as A*** Y*****
	Phone                 // masked as +90*******12
	Email                 // masked as a***@iskur.gov.tr
	WorkPhone             // of an office (Ek-2): never masked or scrubbed
	JSON                  // []Field, [][]Field, []string or json.RawMessage: a document of its own
)

// Tone is the colour of a value in a coloured table.
type Tone int

// The tones.
const (
	ToneNone Tone = iota // as it is
	ToneGood             // green
	ToneWarn             // yellow
	ToneBad              // red
)

// Column describes one field of the records.
type Column struct {
	Key   string    // machine name: JSON member, header of tsv and csv, --fields
	Title i18n.Text // header of table and md; Key when empty
	Kind  Kind
	Wide  bool                    // left out of `table` unless --fields names it
	Yield int                     // > 0: left out of `table` on a terminal that is too narrow, the largest first, unless --fields names it
	Spare bool                    // left out of a `table` on a terminal in which no row has it, unless --fields names it
	Tone  func(value string) Tone // optional, for table: the colour of a value as it is shown
}

// Record holds one value a column, in the order of the columns. nil is null in JSON and empty elsewhere. A value is a
// string, int, int64, bool, time.Time, []string, []Field, [][]Field or json.RawMessage; any other type is a bug and
// gives an error of class Internal. Who writes millions of records gives *[]byte for a string and *int64, and sets them
// anew for each: they are read while the record is written, and nothing is allocated.
type Record []any

// Field is one member of an object. Value is what a Record may hold; []Field is a nested object, [][]Field a list of
// objects.
type Field struct {
	Key   string
	Title i18n.Text
	Kind  Kind
	Value any
}

// Options are the output flags as the person gave them.
type Options struct {
	Format    string   // one of Formats; "" = table on a terminal, tsv otherwise
	Fields    []string // keys in the order wanted; empty = all
	NoHeaders bool
	JQ        string            // a jq expression; implies json
	OutFile   string            // "" = stdout
	Force     bool              // OutFile may replace an existing file
	Excel     bool              // CSV for a Turkish Excel; implies csv
	Reveal    bool              // personal data in full
	Custom    map[string]Custom // formats of this command beside Formats; nil = none
}

// Target is where a result goes when no file is named, and for whom it is written.
type Target struct {
	Ctx     context.Context // its end ends a --jq expression that goes on and on; nil = nothing does
	Out     io.Writer
	TTY     bool
	Width   int // columns of the terminal; used on a TTY only
	Lang    i18n.Lang
	Palette term.Palette
}

// The formats of -o/--output.
const (
	formatTable  = "table"
	formatTSV    = "tsv"
	formatCSV    = "csv"
	formatJSON   = "json"
	formatNDJSON = "ndjson"
	formatMD     = "md"
)

// Formats lists what Options.Format may hold, in the order of the help.
func Formats() []string {
	return []string{formatTable, formatTSV, formatCSV, formatJSON, formatNDJSON, formatMD}
}
