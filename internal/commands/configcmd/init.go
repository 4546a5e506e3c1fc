package configcmd

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/config"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/output"
	"iskurctl/internal/seal"
)

type initOptions struct {
	d             *cmdkit.Deps
	out           *cmdkit.Output
	url           string
	authorisation string
}

func newInit(d *cmdkit.Deps) *cobra.Command {
	o := &initOptions{d: d}
	cmd := d.Command(cmdkit.Spec{
		Use:   "init",
		Short: i18n.T("profil kurar: yapılandırma, depo, ana anahtar", "sets a profile up: configuration, store, master key"),
		Long: i18n.T("Yapılandırma dosyasına bir profil ekler, deposunu ve ana anahtarını oluşturur. Var olan hiçbir şeyin üzerine yazmaz. Ana anahtar veri klasörünün dışındadır; onu ayrı yedekleyin: anahtar kaybolursa günlükteki kişisel veriler okunamaz.",
			"Adds a profile to the configuration file and makes its store and master key. It never overwrites anything. The master key lies outside the data folder; back it up separately: without it the personal data in the log cannot be read."),
		Example: i18n.T("iskurctl config init --profile prod --myk-url https://servis.ornek.gov.tr/belge\niskurctl config init --profile test --myk-url http://127.0.0.1:8085 --store /srv/iskurctl/test.db --authorisation none",
			"iskurctl config init --profile prod --myk-url https://service.example.gov.tr/certificates\niskurctl config init --profile test --myk-url http://127.0.0.1:8085 --store /srv/iskurctl/test.db --authorisation none"),
		Exits: []fault.Class{fault.OK, fault.Usage, fault.Store, fault.Output},
		Run:   func(ctx context.Context, _ []string) error { return runInit(ctx, o) },
	})
	f := cmd.Flags()
	f.StringVar(&o.url, "myk-url", "", d.In(i18n.T("`ADRES` MYK servisinin adresi", "`URL` address of the MYK service")))
	f.StringVar(&o.authorisation, "authorisation", "registry", d.In(i18n.T("`registry|none` kim sorgulayabilir: Ek-2 kaydındakiler ya da herkes", "`registry|none` who may query: the people of Ek-2, or everybody")))
	o.out = d.OutputFlags(cmd, nil)
	return cmd
}

func runInit(ctx context.Context, o *initOptions) error {
	n, path, err := o.plan(ctx)
	if err != nil {
		return err
	}
	sink, err := o.out.Open()
	if err != nil {
		return err
	}
	return cmdkit.Finish(sink, o.build(ctx, n, path, sink))
}

// plan checks everything that can be refused before anything is made.
func (o *initOptions) plan(ctx context.Context) (config.NewProfile, string, error) {
	d := o.d
	n := config.NewProfile{Name: d.Globals.Profile, Store: d.Globals.Store, BaseURL: o.url, Authorisation: o.authorisation}
	if n.Name == "" {
		n.Name, _ = d.Env("ISKURCTL_PROFILE")
	}
	if n.Name == "" {
		n.Name = "prod"
	}
	path, _, err := config.File(d.Globals.Config, d.Env)
	if err != nil {
		return n, "", err
	}
	if err := config.CanAdd(path, n.Name); err != nil {
		return n, "", err
	}
	paths, err := config.PathsFrom(d.Env)
	if err != nil {
		return n, "", err
	}
	if n.Store == "" {
		n.Store, _ = d.Env("ISKURCTL_STORE")
	}
	if n.Store == "" {
		n.Store = config.StoreFile(paths, n.Name)
	}
	if n.Store, err = filepath.Abs(n.Store); err != nil {
		return n, "", fault.New(fault.Usage, "setting_invalid", i18n.Tf("depo yolu çözülemedi: %s", "the path of the store cannot be resolved: %s", fault.Cause(err))).Because(err)
	}
	key := config.KeyFile(paths, n.Name)
	n.MasterRef = "file:" + key
	for _, p := range []struct {
		file string
		what i18n.Text
	}{{n.Store, i18n.T("depo", "the store")}, {key, i18n.T("ana anahtar", "the master key")}} {
		if _, err := os.Lstat(p.file); !errors.Is(err, fs.ErrNotExist) {
			return n, "", fault.New(fault.Usage, "init_exists", i18n.Tf("%s zaten var: %s", "%s exists already: %s", p.what, p.file)).
				WithHint(i18n.T("hiçbir şeyin üzerine yazılmaz; başka bir --profile ya da --store verin", "nothing is overwritten; give another --profile or --store"))
		}
	}
	if n.Authorisation != "registry" && n.Authorisation != "none" {
		return n, "", fault.New(fault.Usage, "flag_value_invalid", i18n.T("--authorisation registry ya da none olmalı", "--authorisation must be registry or none"))
	}
	if n.BaseURL == "" {
		if n.BaseURL, err = o.askURL(ctx); err != nil {
			return n, "", err
		}
	}
	return n, path, config.CheckURL(n.BaseURL)
}

func (o *initOptions) askURL(ctx context.Context) (string, error) {
	if !o.d.Streams.InTTY {
		return "", fault.New(fault.Usage, "flag_value_missing", i18n.T("--myk-url verilmedi", "--myk-url is missing")).
			WithHint(i18n.T("örnek: --myk-url https://…", "for example --myk-url https://…"))
	}
	return o.d.Streams.Prompt(ctx, o.d.In(i18n.T("MYK servisinin adresi (https://…):", "address of the MYK service (https://…):")))
}

// build makes key, store and configuration, in this order: the profile appears only when all it names is there. What a
// failure left behind is taken away again, so that the same command can be repeated.
func (o *initOptions) build(ctx context.Context, n config.NewProfile, path string, sink *output.Sink) (err error) {
	key := n.MasterRef[len("file:"):]
	if err := seal.WriteMaster(key, o.d.Rand); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(key)
		}
	}()
	st, err := o.d.CreateStore(ctx, n.Store)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			for _, suffix := range []string{"", "-wal", "-shm", ".lock"} {
				os.Remove(n.Store + suffix)
			}
		}
	}()
	if err := st.Close(); err != nil {
		return err
	}
	if err := config.Add(path, n); err != nil {
		return err
	}
	o.d.Note(i18n.Tf("ana anahtarı ayrı yedekleyin: %s", "back the master key up separately: %s", key))
	field := func(name string, title i18n.Text, value string) output.Field {
		return output.Field{Key: name, Title: title, Kind: output.Text, Value: value}
	}
	return sink.Object([]output.Field{
		field("profile", i18n.T("profil", "profile"), n.Name),
		field("config", i18n.T("yapılandırma", "configuration"), path),
		field("store", i18n.T("depo", "store"), n.Store),
		field("master_key", i18n.T("ana anahtar", "master key"), key),
		field("authorisation", i18n.T("yetki", "authorisation"), n.Authorisation),
	})
}
