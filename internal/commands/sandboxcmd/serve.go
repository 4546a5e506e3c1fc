package sandboxcmd

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/myk/sandbox"
	"iskurctl/internal/seal"
)

type serveOptions struct {
	d        *cmdkit.Deps
	listen   string
	people   int
	seed     uint64
	faults   []string
	username string
	password string
	token    string
}

func newServe(d *cmdkit.Deps) *cobra.Command {
	o := &serveOptions{d: d}
	cmd := d.Command(cmdkit.Spec{
		Use:   "serve",
		Short: i18n.T("sentetik MYK servisini bu makinede çalıştırır", "runs the synthetic MYK service on this machine"),
		Long: i18n.T("Sentetik MYK servisini bu makinede (yalnızca loopback) çalıştırır; INT ya da TERM gelene dek sürer. Adres, dinleme başlayınca stdout'a yazılır.\n\n--fault ile servis bozuk yanıt verir; kural 'ad' ya da 'ad:anahtar=değer,…' biçimindedir (every=N, first=N, times=N, after=N, op=, tc=):\n"+ruleList(i18n.TR),
			"Runs the synthetic MYK service on this machine (loopback only) until INT or TERM. The address is written to stdout once it listens.\n\nWith --fault the service answers badly; a rule is 'name' or 'name:key=value,…' (every=N, first=N, times=N, after=N, op=, tc=):\n"+ruleList(i18n.EN)),
		Example: i18n.T("iskurctl sandbox serve --listen 127.0.0.1:8085\niskurctl sandbox serve --fault html200:every=5 --fault status:code=503,retry_after=2,times=3",
			"iskurctl sandbox serve --listen 127.0.0.1:8085\niskurctl sandbox serve --fault html200:every=5 --fault status:code=503,retry_after=2,times=3"),
		Exits: []fault.Class{fault.OK, fault.Usage, fault.Output},
		Run:   func(ctx context.Context, _ []string) error { return runServe(ctx, o) },
	})
	f := cmd.Flags()
	f.StringVar(&o.listen, "listen", "127.0.0.1:8085", d.In(i18n.T("`ADRES` dinlenecek adres", "`ADDR` address to listen on")))
	f.IntVar(&o.people, "people", defaultPeople, d.In(i18n.T("`SAYI` sabit kişilere ek olarak üretilecek kişi sayısı", "`N` number of people generated beside the fixed ones")))
	f.Uint64Var(&o.seed, "seed", 1, d.In(i18n.T("`TOHUM` üretilen kişilerin tohumu", "`SEED` seed of the generated people")))
	f.StringArrayVar(&o.faults, "fault", nil, d.In(i18n.T("`KURAL` hata kuralı; yinelenebilir", "`RULE` fault rule; may be repeated")))
	f.StringVar(&o.username, "username", "", d.In(i18n.T("`AD` basic kimlik doğrulamada beklenen kullanıcı adı", "`NAME` user name expected with basic authentication")))
	f.StringVar(&o.password, "password", "", d.In(i18n.T("`YER` beklenen parolanın yeri (file:, env:, cmd:)", "`REF` reference of the password expected (file:, env:, cmd:)")))
	f.StringVar(&o.token, "token", "", d.In(i18n.T("`YER` beklenen bearer belirtecinin yeri", "`REF` reference of the bearer token expected")))
	return cmd
}

func ruleList(l i18n.Lang) string {
	var b strings.Builder
	for _, r := range sandbox.RuleNames() {
		b.WriteString("  " + r.Name + strings.Repeat(" ", max(1, 24-len(r.Name))) + r.Text.In(l) + "\n")
	}
	return b.String()
}

func runServe(ctx context.Context, o *serveOptions) error {
	opt := sandbox.Options{Now: o.d.Now, People: o.people, Seed: o.seed, Username: o.username}
	if o.people < 0 {
		return fault.New(fault.Usage, "flag_value_invalid", i18n.T("--people sıfırdan küçük olamaz", "--people must not be below zero"))
	}
	for _, text := range o.faults {
		rule, err := sandbox.ParseRule(text)
		if err != nil {
			return err
		}
		opt.Faults = append(opt.Faults, rule)
	}
	for ref, into := range map[string]*string{o.password: &opt.Password, o.token: &opt.Token} {
		if ref == "" {
			continue
		}
		secret, err := seal.Secret(ctx, ref, seal.Env(o.d.Env))
		if err != nil {
			return err
		}
		*into = string(secret)
	}
	service := sandbox.New(opt)
	srv, err := sandbox.Listen(o.listen, service)
	if err != nil {
		return err
	}
	o.d.Sandbox()
	if err := o.d.Print(srv.URL() + "\n"); err != nil {
		return err
	}
	<-ctx.Done()
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second/2)
	defer cancel()
	_ = srv.Close(end) // calls that still hang are cut by the end of the process
	o.d.Note(i18n.Tf("karşılanan istek: %s", "requests received: %s", strconv.FormatInt(service.Requests(), 10)))
	return nil
}
