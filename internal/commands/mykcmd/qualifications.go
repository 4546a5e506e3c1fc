package mykcmd

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/output"
)

var qualificationColumns = []output.Column{
	{Key: "YETERLILIK_ADI", Title: i18n.T("YETERLİLİK", "QUALIFICATION"), Kind: output.Text},
	{Key: "YETERLILIK_KODU", Title: i18n.T("YETERLİLİK KODU", "QUALIFICATION CODE"), Kind: output.Text},
	{Key: "YETERLILIK_SEVIYESI", Title: i18n.T("SEVİYE", "LEVEL"), Kind: output.Number},
	{Key: "MESLEK_KODU", Title: i18n.T("MESLEK KODU", "OCCUPATION CODE"), Kind: output.Text},
}

type qualificationsOptions struct {
	d      *cmdkit.Deps
	cmd    *cobra.Command
	out    *cmdkit.Output
	query  queryFlags
	search string
	level  int
}

func newQualifications(d *cmdkit.Deps) *cobra.Command {
	o := &qualificationsOptions{d: d}
	o.cmd = d.Command(cmdkit.Spec{
		Use:   "qualifications",
		Short: i18n.T("ulusal yeterliliklerin listesini alır", "fetches the list of national qualifications"),
		Long: i18n.T("Parametre Gönderimi servisini çağırır: yeterlilik adı, kodu, seviyesi ve meslek kodu. Kişisel veri içermez; çağrı yine de günlüğe yazılır.",
			"Calls the service \"Parametre Gönderimi\": name, code and level of the qualifications and the occupation code. It holds no personal data; the call is logged all the same."),
		Example: i18n.T("iskurctl --profile sandbox myk qualifications --search kaynakçı\niskurctl myk qualifications --level 4 -o csv", "iskurctl --profile sandbox myk qualifications --search kaynakçı\niskurctl myk qualifications --level 4 -o csv"),
		Exits:   queryExits,
		Run:     func(ctx context.Context, _ []string) error { return runQualifications(ctx, o) },
	})
	f := o.cmd.Flags()
	f.StringVar(&o.search, "search", "", d.In(i18n.T("`METİN` adında ya da kodunda bu geçenler", "`TEXT` those whose name or code holds this")))
	f.IntVar(&o.level, "level", 0, d.In(i18n.T("`SEVİYE` yalnızca bu seviye (1–8)", "`LEVEL` only this level (1–8)")))
	o.query.add(d, o.cmd)
	o.out = d.OutputFlags(o.cmd, qualificationColumns)
	return o.cmd
}

func runQualifications(ctx context.Context, o *qualificationsOptions) error {
	if err := o.query.check(o.cmd); err != nil {
		return err
	}
	if o.level < 0 || o.level > 8 || o.cmd.Flags().Changed("level") && o.level == 0 {
		return fault.New(fault.Usage, "flag_value_invalid", i18n.T("--level 1 ile 8 arasında olmalı", "--level must lie between 1 and 8"))
	}
	return o.out.Emit(ctx, func(s *output.Sink) error {
		service, err := o.d.Query(ctx, o.query.QueryOptions)
		if err != nil {
			return err
		}
		list, notes, err := service.Qualifications(ctx)
		if err != nil {
			return err
		}
		var odd oddities
		odd.see(notes)
		odd.say(o.d)
		needle := i18n.Fold(o.search)
		for _, q := range list {
			if o.level != 0 && q.YeterlilikSeviyesi != o.level ||
				!strings.Contains(i18n.Fold(q.YeterlilikAdi), needle) && !strings.Contains(i18n.Fold(q.YeterlilikKodu), needle) {
				continue
			}
			var level any
			if q.YeterlilikSeviyesi != 0 {
				level = q.YeterlilikSeviyesi
			}
			if err := s.Write(output.Record{q.YeterlilikAdi, q.YeterlilikKodu, level, q.MeslekKodu}); err != nil {
				return err
			}
		}
		return nil
	})
}
