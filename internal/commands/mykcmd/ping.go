package mykcmd

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/i18n"
	"iskurctl/internal/output"
)

type pingOptions struct {
	d     *cmdkit.Deps
	cmd   *cobra.Command
	out   *cmdkit.Output
	query queryFlags
}

func newPing(d *cmdkit.Deps) *cobra.Command {
	o := &pingOptions{d: d}
	o.cmd = d.Command(cmdkit.Spec{
		Use:   "ping",
		Short: i18n.T("servise ulaşılıp ulaşılmadığını dener", "checks whether the service can be reached"),
		Long: i18n.T("Kişisel veri göndermeden tek bir Parametre Gönderimi çağrısıyla ağı, TLS'yi ve kimlik bilgilerini dener. Çağrı günlüğe yazılır.",
			"Checks the network, TLS and the credentials by one call of \"Parametre Gönderimi\", without personal data. The call is logged."),
		Example: i18n.T("iskurctl myk ping\niskurctl --profile sandbox myk ping -o json", "iskurctl myk ping\niskurctl --profile sandbox myk ping -o json"),
		Exits:   queryExits,
		Run:     func(ctx context.Context, _ []string) error { return runPing(ctx, o) },
	})
	o.query.add(d, o.cmd)
	o.out = d.OutputFlags(o.cmd, nil)
	return o.cmd
}

func runPing(ctx context.Context, o *pingOptions) error {
	if err := o.query.check(o.cmd); err != nil {
		return err
	}
	p, err := o.d.Profile()
	if err != nil {
		return err
	}
	return o.out.Emit(ctx, func(s *output.Sink) error {
		service, err := o.d.Query(ctx, o.query.QueryOptions)
		if err != nil {
			return err
		}
		began := o.d.Now()
		list, _, err := service.Qualifications(ctx)
		if err != nil {
			return err
		}
		return s.Object([]output.Field{
			{Key: "ok", Title: i18n.T("ulaşıldı", "reached"), Kind: output.Bool, Value: true},
			{Key: "profile", Title: i18n.T("profil", "profile"), Kind: output.Code, Value: p.Name},
			{Key: "tls", Title: i18n.T("TLS", "TLS"), Kind: output.Bool, Value: strings.HasPrefix(p.BaseURL, "https:")},
			{Key: "auth", Title: i18n.T("kimlik doğrulama", "authentication"), Kind: output.Code, Value: p.AuthType},
			{Key: "qualifications", Title: i18n.T("yeterlilik sayısı", "qualifications"), Kind: output.Number, Value: len(list)},
			{Key: "duration_ms", Title: i18n.T("süre (ms)", "time (ms)"), Kind: output.Number, Value: o.d.Now().Sub(began).Milliseconds()},
		})
	})
}
