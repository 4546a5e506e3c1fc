package tccmd

import (
	"context"
	"iter"

	"github.com/spf13/cobra"

	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/output"
	"iskurctl/internal/tabular"
	"iskurctl/internal/tckn"
)

type validateOptions struct {
	d           *cmdkit.Deps
	out         *cmdkit.Output
	source      *cmdkit.NumberSource
	invalidOnly bool
	summary     bool
	strict      bool
}

var validateColumns = []output.Column{
	{Key: "line", Title: i18n.T("SATIR", "LINE"), Kind: output.Number},
	{Key: "value", Title: i18n.T("NUMARA", "NUMBER"), Kind: output.TC},
	{Key: "valid", Title: i18n.T("GEÇERLİ", "VALID"), Kind: output.Bool, Tone: func(v string) output.Tone {
		if v == "true" {
			return output.ToneGood
		}
		return output.ToneBad
	}},
	{Key: "reason", Title: i18n.T("NEDEN", "REASON"), Kind: output.Code},
	{Key: "kind", Title: i18n.T("TÜR", "KIND"), Kind: output.Code},
	{Key: "placeholder", Title: i18n.T("YER TUTUCU", "PLACEHOLDER"), Kind: output.Bool},
}

func newValidate(d *cmdkit.Deps) *cobra.Command {
	o := &validateOptions{d: d}
	cmd := d.Command(cmdkit.Spec{
		Use:   "validate [TC…]",
		Short: i18n.T("TC kimlik numaralarını denetler", "checks TC identity numbers"),
		Long: i18n.T("Numaraların biçimini ve denetim basamaklarını denetler. Geçerli bir numara, böyle bir kişinin var olduğunu göstermez.\n\nNeden alanında ilk uyan yazılır: empty, non_digit, length, leading_zero, checksum_10, checksum_11, ok (--strict ile: placeholder).\n\nUzun listeler bütün çekirdeklerde denetlenir; gzip ve zstd ile sıkıştırılmış dosyalar da okunur (adına değil içeriğine bakılır). Bir dosya, açıldığı andaki uzunluğuna kadar okunur; sonradan eklenen satırlara bakılmaz, okunurken kısalan dosya hatadır (11).",
			"Checks the form and the check digits of numbers. A valid number does not mean that such a person exists.\n\nThe reason is the first that applies: empty, non_digit, length, leading_zero, checksum_10, checksum_11, ok (with --strict: placeholder).\n\nLong lists are checked on all cores; files packed with gzip or zstd are read too (by content, not by name). A file is read up to the length that it had when it was opened: lines appended later are not looked at, and one that becomes shorter meanwhile is an error (11)."),
		Example: i18n.T("iskurctl tc validate 10000000146\niskurctl tc validate --input numaralar.txt --summary\niskurctl tc validate --input kisiler.csv --column TCKN --invalid-only -o csv",
			"iskurctl tc validate 10000000146\niskurctl tc validate --input numbers.txt --summary\niskurctl tc validate --input people.csv --column TCKN --invalid-only -o csv"),
		Exits: []fault.Class{fault.OK, fault.Usage, fault.Negative, fault.Input, fault.Output},
		Args:  cobra.ArbitraryArgs,
		Run:   func(ctx context.Context, args []string) error { return runValidate(ctx, o, args) },
	})
	f := cmd.Flags()
	o.source = d.NumberFlags(cmd, "input")
	f.BoolVar(&o.invalidOnly, "invalid-only", false, d.In(i18n.T("yalnızca geçersizleri yaz", "print the invalid ones only")))
	f.BoolVar(&o.summary, "summary", false, d.In(i18n.T("yalnızca sayıları yaz", "print the counts only")))
	f.BoolVar(&o.strict, "strict", false, d.In(i18n.T("yer tutucu numaraları (11111111110 gibi) da geçersiz say", "reject placeholder numbers (such as 11111111110) too")))
	o.out = d.OutputFlags(cmd, validateColumns)
	return cmd
}

func runValidate(ctx context.Context, o *validateOptions, args []string) error {
	if err := o.source.Check(args); err != nil {
		return err
	}
	if err := o.d.ArgvPolicy("warn", "input", args); err != nil {
		return err
	}
	if o.summary {
		o.out.OneObject()
	}
	return o.out.Emit(ctx, func(s *output.Sink) error {
		count := newCounts()
		var err error
		if o.source.FromFile() && (o.summary || s.Batch() != nil) {
			err = o.bulk(ctx, s, count)
		} else {
			err = o.each(ctx, o.source.Values(ctx, args), s, count)
		}
		if err != nil {
			return err
		}
		if o.summary {
			if err := s.Object(count.fields()); err != nil {
				return err
			}
		}
		return count.verdict()
	})
}

// each checks values one after another.
func (o *validateOptions) each(ctx context.Context, values iter.Seq2[tabular.Value, error], s *output.Sink, count *counts) error {
	for v, err := range values {
		if err != nil {
			return err
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		r := o.result(tckn.Check(v.Text))
		count.add(r, 1)
		if o.summary || o.invalidOnly && r.Valid() {
			continue
		}
		if err := s.Write(output.Record{v.Line, v.Text, r.Valid(), string(r.Reason), string(r.Kind), r.Placeholder}); err != nil {
			return err
		}
	}
	return nil
}

func (o *validateOptions) result(r tckn.Result) tckn.Result {
	if o.strict {
		return r.Strict()
	}
	return r
}

// counts is the summary: every reason and kind has its place, zeros too.
type counts struct {
	total, valid int64
	byReason     map[tckn.Reason]int64
	byKind       map[tckn.Kind]int64
}

func newCounts() *counts {
	return &counts{byReason: map[tckn.Reason]int64{}, byKind: map[tckn.Kind]int64{}}
}

func (c *counts) add(r tckn.Result, n int64) {
	c.total += n
	c.byReason[r.Reason] += n
	if r.Valid() {
		c.valid += n
		c.byKind[r.Kind] += n
	}
}

func (c *counts) fields() []output.Field {
	number := func(key string, title i18n.Text, n int64) output.Field {
		return output.Field{Key: key, Title: title, Kind: output.Number, Value: n}
	}
	var reasons, kinds []output.Field
	for _, r := range tckn.Reasons() {
		reasons = append(reasons, number(string(r), i18n.T(string(r), string(r)), c.byReason[r]))
	}
	for _, k := range tckn.Kinds() {
		kinds = append(kinds, number(string(k), i18n.T(string(k), string(k)), c.byKind[k]))
	}
	return []output.Field{
		number("total", i18n.T("toplam", "total"), c.total),
		number("valid", i18n.T("geçerli", "valid"), c.valid),
		number("invalid", i18n.T("geçersiz", "invalid"), c.total-c.valid),
		{Key: "by_reason", Title: i18n.T("neden", "reason"), Kind: output.JSON, Value: reasons},
		{Key: "by_kind", Title: i18n.T("tür", "kind"), Kind: output.JSON, Value: kinds},
	}
}

// verdict is the negative answer. Its code is not tc_invalid, the code of an input that a query refuses (exit 11): one
// code has one class.
func (c *counts) verdict() error {
	if c.valid == c.total {
		return nil
	}
	if c.total == 1 {
		return fault.New(fault.Negative, "tc_check_failed", i18n.T("numara geçersiz", "the number is not valid"))
	}
	return fault.New(fault.Negative, "tc_check_failed", i18n.Tf("%[1]d numaradan %[2]d tanesi geçersiz", "invalid: %[2]d of %[1]d numbers", c.total, c.total-c.valid))
}
