package output

import (
	"iskurctl/internal/i18n"
)

// markdownEncoder writes a pipe table, for people: the headers are titles. tablewriter's own Markdown escapes neither
// pipes nor newlines.
type markdownEncoder struct {
	masker
	cols    []Column
	lang    i18n.Lang
	headers bool // still to be written
}

func (e *markdownEncoder) header(dst []byte) []byte {
	if !e.headers || len(e.cols) == 0 {
		return dst
	}
	e.headers = false
	titles := make([]string, len(e.cols))
	for i, c := range e.cols {
		titles[i] = titleIn(e.lang, c.Title, c.Key)
	}
	dst = markdownRow(dst, titles)
	for _, c := range e.cols {
		dst = append(dst, "| ---"...)
		if c.Kind == Number {
			dst = append(dst, ':')
		}
		dst = append(dst, ' ')
	}
	return append(dst, "|\n"...)
}

func markdownRow(dst []byte, cells []string) []byte {
	for _, c := range cells {
		dst = append(appendMarkdown(append(dst, "| "...), c), ' ')
	}
	return append(dst, "|\n"...)
}

func (e *markdownEncoder) record(dst []byte, values []any) ([]byte, error) {
	dst = e.header(dst)
	var err error
	for i, v := range values {
		if dst, err = e.appendPlain(append(dst, "| "...), e.cols[i].Kind, v, appendMarkdown); err != nil {
			return dst, err
		}
		dst = append(dst, ' ')
	}
	return append(dst, "|\n"...), nil
}

func (e *markdownEncoder) object(dst []byte, fields []Field) ([]byte, error) {
	if e.headers {
		e.headers = false
		dst = markdownRow(dst, []string{i18n.T("alan", "field").In(e.lang), i18n.T("değer", "value").In(e.lang)})
		dst = append(dst, "| --- | --- |\n"...)
	}
	titles := flattener{func(f Field) string { return titleIn(e.lang, f.Title, f.Key) }, " › "}
	plain, lists := apart(fields, e.lang)
	for _, l := range titles.lines(plain) {
		if l.group {
			continue
		}
		s, err := e.plain(l.kind, l.value)
		if err != nil {
			return dst, err
		}
		dst = markdownRow(dst, []string{l.path, s})
	}
	for _, f := range lists {
		dst = append(appendMarkdown(append(dst, "\n**"...), titles.label(f)), "**\n\n"...)
		t := markdownEncoder{masker: e.masker, lang: e.lang, headers: true}
		items := f.Value.([][]Field)
		t.cols = membersOf(items[0])
		for _, item := range items {
			var err error
			if dst, err = t.record(dst, valuesOf(item, len(t.cols))); err != nil {
				return dst, err
			}
		}
	}
	return dst, nil
}

func (e *markdownEncoder) end(dst []byte, aborted bool) ([]byte, error) {
	if aborted {
		return dst, nil
	}
	return e.header(dst), nil
}
