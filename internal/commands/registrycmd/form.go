package registrycmd

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/registry/document"
)

type formOptions struct{ paper }

func newForm(d *cmdkit.Deps) *cobra.Command {
	o := &formOptions{paper{d: d}}
	cmd := d.Command(cmdkit.Spec{
		Use:   "form",
		Short: i18n.T("Yetki ve İrtibat Bilgi Formu'nu yazar", "writes the Authorisation and Contact Form"),
		Long: i18n.T(`Bir tarafın Ek-2'sini, imzalanacak "Yetki ve İrtibat Bilgi Formu" olarak yazar: koordinatör birimler ve kişiler, yetkili personel, imza yerleri. Boş görevler formda görünür. Biçimi dosya adının sonu belirler: .pdf, .docx ya da .html. Resmî form Türkçedir; --lang en İngilizcesini verir.`,
			`Writes a party's Ek-2 as the "Yetki ve İrtibat Bilgi Formu" to be signed: coordinating units and people, authorised people, places for signatures. Roles that are not filled show. The format follows the ending of the file's name: .pdf, .docx or .html. The official form is the Turkish one; --lang en gives it in English.`),
		Example: i18n.T("iskurctl registry form --party ISKUR --out ek2.pdf\niskurctl registry form --party MYK --as-of 2026-06-01 --out ek2-haziran.docx",
			"iskurctl registry form --party ISKUR --out ek2.pdf\niskurctl registry form --party MYK --as-of 2026-06-01 --out ek2-june.docx"),
		Exits: []fault.Class{fault.OK, fault.Usage, fault.Integrity, fault.Store, fault.Input, fault.Output},
		Run:   func(ctx context.Context, _ []string) error { return runForm(ctx, o) },
	})
	o.flags(cmd)
	cmd.Flags().StringVar(&o.asOf, "as-of", "", d.In(i18n.T("`TARİH` o gün geçerli olanlar (verilmezse bugün)", "`DATE` those of that day (today when not given)")))
	return cmd
}

func runForm(ctx context.Context, o *formOptions) error {
	if err := o.read(); err != nil {
		return err
	}
	r, err := o.d.Registry(ctx, false)
	if err != nil {
		return err
	}
	mark, err := o.mark()
	if err != nil {
		return err
	}
	people, err := o.people(ctx, r)
	if err != nil {
		return err
	}
	data := document.FormData{Lang: o.d.Lang, Party: o.whose, AsOf: o.day, People: people, Mark: mark}
	if err := o.write(func(w io.Writer) error { return document.Form(w, o.format, data) }); err != nil {
		return err
	}
	o.d.Note(i18n.Tf("%s: %s tarihli form, %s", "%s: the form of %s, %s", o.file, string(o.day), i18n.Count(int64(len(people)), "%d kişi", "%d person", "%d people")))
	return nil
}
