package reconcile

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"iter"
	"strconv"
	"strings"
	"time"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/tabular"
)

// Format is how the other party's log is written.
type Format string

// The formats.
const (
	CSV      Format = "csv"
	NDJSON   Format = "ndjson"
	Exchange Format = "exchange"
)

// detectBytes is how much of an input Detect looks at; the reader's buffer must be at least as large.
const detectBytes = 512

// Detect tells the format by the beginning of the input, and consumes none of it. Errors, class Input: theirs_empty,
// theirs_format for a JSON array, input_read.
func Detect(in *bufio.Reader) (Format, error) {
	start, err := in.Peek(detectBytes)
	if err != nil && !errors.Is(err, io.EOF) {
		return "", faultRead(err)
	}
	for _, mark := range []string{"\xef\xbb\xbf", "\xff\xfe", "\xfe\xff"} {
		start = bytes.TrimPrefix(start, []byte(mark))
	}
	start = bytes.TrimLeft(start, "\x00\t\r\n ") // of UTF-16, a blank is a blank and a zero
	switch {
	case len(start) == 0 && err != nil:
		return "", fault.New(fault.Input, "theirs_empty", i18n.T("karşı tarafın dosyası boş", "the other party's file is empty")).
			WithHint(i18n.T("sorgu yoksa bile CSV dosyasında başlık satırı bulunmalıdır", "even without any query a CSV file must have its header line"))
	case len(start) == 0 || start[0] != '{' && start[0] != '[':
		return CSV, nil
	case start[0] == '[':
		return "", fault.New(fault.Input, "theirs_format", i18n.T("dosya bir JSON dizisi; CSV ya da NDJSON olmalı", "the file is a JSON array; it must be CSV or NDJSON")).
			WithHint(i18n.T("dizideki her nesneyi ayrı bir satıra yazın: jq -c '.[]' DOSYA", "write each object of the array in a line of its own: jq -c '.[]' FILE"))
	}
	line, _, _ := bytes.Cut(start, []byte{'\n'})
	if bytes.Contains(line, []byte(`"k":"`+exchangeKind+`"`)) {
		return Exchange, nil
	}
	return NDJSON, nil
}

// ReadTheirs gives the queries of the other party's file, CSV or NDJSON, with the members time, user, method and params
// (a JSON object); others are ignored. An outcome not_sent leaves the row out: it never reached the other side. Ref is
// the line; Params are valid until the next step only. Encodings and limits are those of package tabular.
//
// Times are RFC 3339. An empty user says that it is not known. Values of params are texts, numbers (which count as they
// are written) or truth values; null is no parameter.
//
// The first bad row ends the sequence: class Input with the line, theirs_row, theirs_time, theirs_method, theirs_params,
// theirs_masked, or one of package tabular.
func ReadTheirs(r io.Reader, f Format) iter.Seq2[Row, error] {
	if f == CSV {
		return readCSV(r)
	}
	return readNDJSON(r)
}

func readCSV(r io.Reader) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		p := newParser()
		for rec, err := range tabular.Records(r, []string{"time", "user", "method", "params"}, []string{"outcome"}) {
			if err != nil {
				yield(Row{}, ownHint(err))
				return
			}
			raw := rawRow{time: rec.Fields[0], user: rec.Fields[1], method: rec.Fields[2], outcome: rec.Fields[4]}
			p.params = p.params[:0]
			if rec.Fields[3] != "" {
				p.reset(rec.Fields[3])
				if err = p.readParams(); err == nil {
					err = p.end(badParams)
				}
			}
			if !give(rec.Line, raw, p.params, err, yield) {
				return
			}
		}
	}
}

// ownHint replaces the hints of package tabular, which speak of flags that this input does not have.
func ownHint(err error) error {
	f := fault.From(err)
	if f.Code != "row_ragged" && f.Code != "row_too_wide" {
		return err
	}
	return fault.New(f.Class, f.Code, f.Message).Because(err).
		WithHint(i18n.T("içinde ayırıcı geçen alanlar (params gibi) tırnak içinde yazılmalıdır", "a field that holds the delimiter (such as params) must stand in quotes"))
}

func readNDJSON(r io.Reader) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		p := newParser()
		for v, err := range tabular.Values(r, tabular.Options{}) {
			if err != nil {
				yield(Row{}, err)
				return
			}
			if v.Text == "" {
				continue
			}
			p.reset(v.Text)
			raw, err := p.readRow()
			if !give(v.Line, raw, p.params, err, yield) {
				return
			}
		}
	}
}

// rawRow is a row before its parts are checked.
type rawRow struct{ time, user, method, outcome string }

// give checks a row and yields it, or what is wrong with it; false ends the reading.
func give(line int64, raw rawRow, params []Param, err error, yield func(Row, error) bool) bool {
	if err == nil && raw.outcome == "not_sent" {
		return true
	}
	row := Row{Ref: line, User: strings.TrimSpace(raw.user), Method: strings.TrimSpace(raw.method), Params: params}
	if err == nil {
		row.Time, err = parseTime(raw.time)
	}
	if err == nil && row.Method == "" {
		err = badMethod()
	}
	for i := 0; err == nil && i < len(params); i++ {
		if strings.Contains(params[i].Value, "**") {
			err = masked()
		}
	}
	if err != nil {
		yield(Row{}, atLine(line, err))
		return false
	}
	return yield(row, nil)
}

// parseTime rounds down to the millisecond.
func parseTime(s string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}, badTime()
	}
	return time.UnixMilli(t.UnixMilli()).UTC(), nil
}

// problem is what is wrong with a row, before its line is known.
type problem struct {
	code       string
	text, hint i18n.Text
}

func (p problem) Error() string { return p.code }

func atLine(line int64, err error) error {
	var p problem
	if !errors.As(err, &p) {
		return err
	}
	return fault.New(fault.Input, p.code, i18n.Tf("%s. satır: %s", "line %s: %s", strconv.FormatInt(line, 10), p.text)).WithHint(p.hint)
}

func badRow() error {
	return problem{"theirs_row", i18n.T("satır beklenen biçimde bir JSON nesnesi değil", "the line is not a JSON object of the expected form"),
		i18n.T(`örnek: {"time":"2026-11-22T10:11:12.123Z","user":"","method":"…","params":{}}; her ad bir kez yazılır`,
			`an example: {"time":"2026-11-22T10:11:12.123Z","user":"","method":"…","params":{}}; each name stands once`)}
}

func badTime() error {
	return problem{"theirs_time", i18n.T("zaman RFC 3339 biçiminde değil", "the time is not in the form of RFC 3339"),
		i18n.T("saat dilimiyle birlikte yazın: 2026-11-22T13:11:12.123+03:00", "write it with its offset: 2026-11-22T13:11:12.123+03:00")}
}

func badMethod() error {
	return problem{"theirs_method", i18n.T("yöntem adı boş", "the method is empty"), i18n.Text{}}
}

func badParams() error {
	return problem{"theirs_params", i18n.T("params alanı düz bir JSON nesnesi değil", "params is not a flat JSON object"),
		i18n.T(`örnek: {"KIMLIK_NO":"…"}; her ad bir kez yazılır`, `an example: {"KIMLIK_NO":"…"}; each name stands once`)}
}

func masked() error {
	return problem{"theirs_masked", i18n.T("parametrelerdeki numaralar maskelenmiş; karşılaştırılamaz", "the numbers in the parameters are masked; they cannot be compared"),
		i18n.T("dosyayı --reveal ile yeniden dışa aktarın", "export the file again with --reveal")}
}

func faultRead(err error) error {
	return fault.New(fault.Input, "input_read", i18n.Tf("girdi okunamadı: %s", "the input cannot be read: %s", fault.Cause(err))).Because(err)
}
