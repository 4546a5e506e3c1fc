package sandboxcmd

import (
	"context"

	"github.com/spf13/cobra"

	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/myk/sandbox"
	"iskurctl/internal/output"
)

// Numbers are Code, not TC: they are synthetic, and the list is there to be typed in.
var peopleColumns = []output.Column{
	{Key: "KIMLIK_NO", Title: i18n.T("KİMLİK NO", "IDENTITY NO"), Kind: output.Code},
	{Key: "certificates", Title: i18n.T("BELGE", "CERTIFICATES"), Kind: output.Number},
	{Key: "note", Title: i18n.T("NE GÖSTERİR", "WHAT IT SHOWS"), Kind: output.Text},
}

type peopleOptions struct {
	d     *cmdkit.Deps
	out   *cmdkit.Output
	count int
	seed  uint64
}

func newPeople(d *cmdkit.Deps) *cobra.Command {
	o := &peopleOptions{d: d}
	cmd := d.Command(cmdkit.Spec{
		Use:   "people",
		Short: i18n.T("sentetik servisin tanıdığı kişileri listeler", "lists the people the synthetic service knows"),
		Long: i18n.T("Sentetik servisin tanıdığı kişileri, her birinin hangi durumu gösterdiğiyle listeler. Numaralar uydurmadır; bu yüzden maskelenmez.",
			"Lists the people the synthetic service knows, with what each of them shows. The numbers are invented and therefore not masked."),
		Example: i18n.T("iskurctl sandbox people\niskurctl sandbox people --count 100 -o csv", "iskurctl sandbox people\niskurctl sandbox people --count 100 -o csv"),
		Exits:   []fault.Class{fault.OK, fault.Usage, fault.Output},
		Run:     func(ctx context.Context, _ []string) error { return runPeople(ctx, o) },
	})
	f := cmd.Flags()
	f.IntVar(&o.count, "count", 0, d.In(i18n.T("`SAYI` en çok bu kadar kişi (0: sabit kişilerin hepsi)", "`N` at most so many people (0: all of the fixed ones)")))
	f.Uint64Var(&o.seed, "seed", 1, d.In(i18n.T("`TOHUM` üretilen kişilerin tohumu", "`SEED` seed of the generated people")))
	o.out = d.OutputFlags(cmd, peopleColumns)
	return cmd
}

func runPeople(ctx context.Context, o *peopleOptions) error {
	if o.count < 0 {
		return fault.New(fault.Usage, "flag_value_invalid", i18n.T("--count sıfırdan küçük olamaz", "--count must not be below zero"))
	}
	service := sandbox.New(sandbox.Options{Now: o.d.Now, People: o.count, Seed: o.seed})
	return o.out.Emit(ctx, func(s *output.Sink) error {
		n := 0
		for p := range service.People() {
			if err := ctx.Err(); err != nil {
				return err
			}
			if o.count > 0 && n == o.count {
				break
			}
			if err := s.Write(output.Record{p.KimlikNo, p.Certificates, o.d.In(p.Note)}); err != nil {
				return err
			}
			n++
		}
		return nil
	})
}
