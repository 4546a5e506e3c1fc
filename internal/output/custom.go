package output

import (
	"slices"
	"strings"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// Custom is a format that only one command has, such as SARIF for findings. It gets the values of all columns in the order
// in which the command declares them, already masked as the column's kind wants it, and must not write them unescaped.
type Custom interface {
	// Record appends one record, before the first one whatever opens the document.
	Record(dst []byte, values []any) ([]byte, error)
	// End appends what completes the document. After a failure (aborted) a document that was not begun stays empty.
	End(dst []byte, aborted bool) ([]byte, error)
}

// formats lists the formats of a command, its own ones included.
func (o Options) formats() []string {
	list := Formats()
	for name := range o.Custom {
		list = append(list, name)
	}
	slices.Sort(list[len(Formats()):])
	return list
}

// custom gives the format of one command when that is the chosen one.
func (o Options) custom(format string) (Custom, error) {
	c := o.Custom[format]
	if c != nil && len(o.Fields) > 0 {
		return nil, fault.New(fault.Usage, "fields_format", i18n.Tf("--fields, %s biçimiyle kullanılmaz", "--fields does not go with the format %s", format)).
			WithHint(i18n.Tf("alan seçmek için başka bir biçim kullanın: %s", "use another format to choose fields: %s", strings.Join(Formats(), ", ")))
	}
	return c, nil
}

type customEncoder struct {
	masker
	Custom
	cols   []Column
	values []any
}

func (e *customEncoder) record(dst []byte, values []any) ([]byte, error) {
	e.values = append(e.values[:0], values...)
	for i, v := range values {
		if s, ok := v.(string); ok {
			e.values[i] = e.text(e.cols[i].Kind, s)
		}
	}
	return e.Record(dst, e.values)
}

func (e *customEncoder) object(dst []byte, _ []Field) ([]byte, error) {
	return dst, misuse("an object in a format of records")
}

func (e *customEncoder) end(dst []byte, aborted bool) ([]byte, error) { return e.End(dst, aborted) }
