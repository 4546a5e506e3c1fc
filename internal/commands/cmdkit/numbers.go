package cmdkit

import (
	"context"
	"io"
	"iter"
	"strconv"

	"github.com/spf13/cobra"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/tabular"
	"iskurctl/internal/tckn/bulk"
)

// NumberSource says where a command's TC numbers come from: arguments, a file, or on a terminal a question.
type NumberSource struct {
	d    *Deps
	Flag string // name of the file flag: "input" or "tc-file"
	File string
	tabular.Options
	delimiter string
	given     int // numbers among the arguments
}

// NumberFlags adds the flags of a number source.
func (d *Deps) NumberFlags(cmd *cobra.Command, flag string) *NumberSource {
	s := &NumberSource{d: d, Flag: flag}
	f := cmd.Flags()
	f.StringVar(&s.File, flag, "", d.In(i18n.T("`DOSYA` numaraların durduğu dosya (- : standart girdi)", "`FILE` file with the numbers (- : standard input)")))
	f.StringVar(&s.Column, "column", "", d.In(i18n.T("`SÜTUN` CSV sütununun adı ya da 1'den başlayan sırası", "`COLUMN` name or 1-based index of the CSV column")))
	f.StringVar(&s.delimiter, "delimiter", "", d.In(i18n.T("`KARAKTER` CSV ayırıcısı (verilmezse , ; ve sekmeden bulunur)", "`CHAR` CSV delimiter (found among , ; and tab when not given)")))
	f.BoolVar(&s.Header, "header", false, d.In(i18n.T("sütun sırayla verildiğinde ilk satırı atla", "skip the first line when the column is an index")))
	// A file is completed by the shell itself.
	_ = cmd.MarkFlagFilename(flag)
	return s
}

// FromFile reports whether the numbers come from a file, a pipe or stdin.
func (s *NumberSource) FromFile() bool { return s.File != "" }

// Check refuses flags that do not go together; it must run before Values.
func (s *NumberSource) Check(args []string) error {
	s.given = len(args)
	switch {
	case len(args) > 0 && s.File != "":
		return fault.New(fault.Usage, "flags_conflict", i18n.Tf("numara hem argümanla hem --%s ile verilmez", "numbers come from arguments or from --%s, not from both", s.Flag))
	case s.File == "" && (s.Column != "" || s.delimiter != "" || s.Header):
		return fault.New(fault.Usage, "flags_conflict", i18n.Tf("--column, --delimiter ve --header yalnızca --%s ile kullanılır", "--column, --delimiter and --header go with --%s only", s.Flag))
	}
	switch d := []rune(s.delimiter); {
	case s.delimiter == "tab" || s.delimiter == `\t`:
		s.Delimiter = '\t'
	case len(d) == 1 && d[0] != '"' && d[0] != '\n' && d[0] != '\r' && d[0] < 0x80:
		s.Delimiter = d[0]
	case len(d) != 0:
		return fault.New(fault.Usage, "flag_value_invalid", i18n.T("--delimiter tek bir karakter olmalı (sekme için: tab)", "--delimiter must be one character (for a tab: tab)"))
	}
	return nil
}

// Values streams the numbers as they were given, with their line (for arguments: their position). With neither
// arguments nor a file the person is asked on a terminal; without one it is an error (class Usage, number_missing).
func (s *NumberSource) Values(ctx context.Context, args []string) iter.Seq2[tabular.Value, error] {
	return func(yield func(tabular.Value, error) bool) {
		switch {
		case len(args) > 0:
			for i, a := range args {
				if !yield(tabular.Value{Line: int64(i + 1), Text: trim(a)}, nil) {
					return
				}
			}
		case s.File != "":
			s.file(ctx, yield)
		default:
			text, err := s.ask(ctx)
			yield(tabular.Value{Line: 1, Text: trim(text)}, err)
		}
	}
}

func (s *NumberSource) file(ctx context.Context, yield func(tabular.Value, error) bool) {
	in, err := s.d.OpenInput(ctx, s.File)
	if err != nil {
		yield(tabular.Value{}, err)
		return
	}
	defer in.Close()
	var r io.Reader = in
	if f, size, ok := in.File(); ok {
		r = bulk.Exact(f, 0, size) // one that ends before is not a shorter list
	}
	text, err := tabular.Unpack(r)
	if err != nil {
		yield(tabular.Value{}, Shrunk(err))
		return
	}
	defer text.Close()
	for v, err := range tabular.Values(text, s.Options) {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		if !yield(v, Shrunk(err)) || err != nil {
			return
		}
	}
}

func (s *NumberSource) ask(ctx context.Context) (string, error) {
	if !s.d.Streams.InTTY {
		return "", fault.New(fault.Usage, "number_missing", i18n.T("numara verilmedi", "no number was given")).
			WithHint(i18n.Tf("numarayı argüman olarak ya da --%s DOSYA ile verin (- : standart girdi)", "give the number as an argument or with --%s FILE (- : standard input)", s.Flag))
	}
	return s.d.Streams.Prompt(ctx, s.d.In(i18n.T("TC kimlik no:", "TC identity no:")))
}

// InvalidNumber is the error of a number that fails its check, on a line of a file or at a place among arguments.
func (s *NumberSource) InvalidNumber(line int64) *fault.Error {
	at := strconv.FormatInt(line, 10)
	text := i18n.T("TC kimlik numarası geçersiz", "the TC identity number is not valid")
	switch {
	case s.File != "":
		text = i18n.Tf("%s. satırdaki TC kimlik numarası geçersiz", "the TC identity number on line %s is not valid", at)
	case s.given > 1:
		text = i18n.Tf("verilen %s. TC kimlik numarası geçersiz", "TC identity number %s of those given is not valid", at)
	}
	return fault.New(fault.Input, "tc_invalid", text).
		WithHint(i18n.T("nedeni için: iskurctl tc validate", "for the reason: iskurctl tc validate"))
}

// NoNumbers is the error of a file without a number, or of one whose numbers were all skipped: a run that asks about nobody must not look like a success.
func NoNumbers(skipped int64) *fault.Error {
	if skipped > 0 {
		return fault.New(fault.Input, "input_empty", i18n.T("dosyada geçerli numara yok", "there is no valid number in the file"))
	}
	return fault.New(fault.Input, "input_empty", i18n.T("dosyada numara yok", "there is no number in the file"))
}
