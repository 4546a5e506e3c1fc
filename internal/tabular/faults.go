package tabular

import (
	"encoding/csv"
	"errors"
	"strconv"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// No message repeats anything of the input, the names in a header included. Line numbers are written without a thousands
// separator: people type them into an editor.

func plain(n int64) string { return strconv.FormatInt(n, 10) }

// asFault gives the fault behind an error of the readers.
func asFault(g *guard, err error) error {
	var f *fault.Error
	if errors.As(err, &f) {
		return f
	}
	var p *csv.ParseError
	if !errors.As(err, &p) {
		return faultRead(g.lines+1, err)
	}
	if errors.Is(p.Err, csv.ErrFieldCount) {
		return fault.New(fault.Input, "row_ragged", i18n.Tf("%s. satırdaki alan sayısı ilk satırdakinden farklı",
			"line %s has another number of fields than the first line", plain(g.base+int64(p.StartLine)))).
			WithHint(i18n.T("alan ayırıcısı yanlış algılandıysa --delimiter ile belirtin",
				"if the delimiter was detected wrongly, give it with --delimiter"))
	}
	if p.Line != p.StartLine { // a quote opened in an earlier line: that is where to look
		return faultQuote(g.base+int64(p.StartLine), 0)
	}
	return faultQuote(g.base+int64(p.Line), p.Column)
}

// faultQuote names the column, counted in bytes from 1, unless it is 0.
func faultQuote(line int64, column int) error {
	where := i18n.Tf("%s. satırda", "line %s", plain(line))
	if column > 0 {
		where = i18n.Tf("%s. satırın %s. sütununda", "line %s, column %s", plain(line), plain(int64(column)))
	}
	return fault.New(fault.Input, "quote_stray", i18n.Tf("%s yersiz ya da kapatılmamış tırnak işareti var",
		"%s: a quote is out of place or not closed", where)).
		WithHint(i18n.T("tırnak içindeki tırnak işareti iki kez yazılır (\"\")", "a quote inside quotes is written twice (\"\")"))
}

func faultNUL(line int64) error {
	return fault.New(fault.Input, "nul_byte", i18n.Tf("%s. satırda NUL (sıfır) baytı var", "line %s holds a NUL byte", plain(line))).
		WithHint(i18n.T("dosya BOM'suz UTF-16 olabilir: UTF-8 ya da BOM'lu UTF-16 olarak kaydedin",
			"the file may be UTF-16 without a BOM: save it as UTF-8, or as UTF-16 with a BOM"))
}

func faultCR(line int64) error {
	return fault.New(fault.Input, "line_end_cr", i18n.Tf("%s. satırın sonunda yalnızca CR var", "line %s ends in a CR alone", plain(line))).
		WithHint(i18n.T("eski Mac biçimi: dosyayı LF ya da CRLF satır sonlarıyla kaydedin",
			"this is the old Mac format: save the file with LF or CRLF line ends"))
}

func faultLong(line int64) error {
	return fault.New(fault.Input, "line_too_long", i18n.Tf("%s. satır 1 MiB'den uzun", "line %s is longer than 1 MiB", plain(line)))
}

func faultWide(line int64) error {
	return fault.New(fault.Input, "row_too_wide", i18n.Tf("%s. satırda %s taneden çok alan var", "line %s has more than %s fields",
		plain(line), fieldLimit)).
		WithHint(i18n.T("alan ayırıcısı yanlış algılandıysa --delimiter ile belirtin",
			"if the delimiter was detected wrongly, give it with --delimiter"))
}

func faultRead(line int64, err error) error {
	cause := fault.Cause(err)
	if k := (kindError{}); errors.As(err, &k) {
		cause = k.text
	}
	return fault.New(fault.Input, "input_read", i18n.Tf("girdi %s. satırda okunamadı: %s", "the input cannot be read at line %s: %s",
		plain(line), cause)).Because(err)
}

func faultDelimiter() error {
	return fault.New(fault.Usage, "delimiter_invalid", i18n.T("bu karakter alan ayırıcısı olamaz", "this character cannot be a delimiter")).
		WithHint(i18n.T("virgül, noktalı virgül ya da sekme kullanın", "use a comma, a semicolon or a tab"))
}

func faultColumn(code string, text i18n.Text) error {
	return fault.New(fault.Input, code, text).
		WithHint(i18n.T("sütunu başlıkta yazıldığı gibi ya da sırasıyla verin: --column 1",
			"give the column as the header writes it, or by its place: --column 1"))
}

func faultNoHeader() error {
	return faultColumn("tc_column_missing", i18n.T("1. satır: girdide başlık satırı yok", "line 1: the input has no header line"))
}

func faultNoColumn(line, columns int) error {
	return faultColumn("tc_column_missing", i18n.Tf("%s. satır: başlıktaki %s sütun arasında aranan sütun yok",
		"line %s: the column is not among the %s of the header", plain(int64(line)), columns))
}

func faultColumnBeyond(line, columns int) error {
	return faultColumn("tc_column_missing", i18n.Tf("%s. satır: satırda yalnızca %s sütun var",
		"line %s: the row has %s columns only", plain(int64(line)), columns))
}

func faultColumnZero() error {
	return faultColumn("tc_column_missing", i18n.T("sütunlar 1'den başlayarak sayılır", "columns are counted from 1"))
}

func faultAmbiguous(line int) error {
	return faultColumn("column_ambiguous", i18n.Tf("%s. satır: başlıkta bu adda birden çok sütun var",
		"line %s: the header has the column more than once", plain(int64(line))))
}
