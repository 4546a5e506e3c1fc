// Package configcmd is `iskurctl config`: setting a profile up and showing what is in force.
package configcmd

import (
	"context"

	"github.com/spf13/cobra"

	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/config"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/output"
)

// New makes the group.
func New(d *cmdkit.Deps) *cobra.Command {
	return d.Group("config", i18n.T("profilleri kurar ve gösterir", "sets profiles up and shows them"), newInit(d), newShow(d), newPath(d))
}

var showColumns = []output.Column{
	{Key: "key", Title: i18n.T("AYAR", "SETTING"), Kind: output.Code},
	{Key: "value", Title: i18n.T("DEĞER", "VALUE"), Kind: output.Text},
	{Key: "origin", Title: i18n.T("KAYNAĞI", "ORIGIN"), Kind: output.Code},
}

func newShow(d *cmdkit.Deps) *cobra.Command {
	var out *cmdkit.Output
	cmd := d.Command(cmdkit.Spec{
		Use:   "show",
		Short: i18n.T("yürürlükteki ayarları ve nereden geldiklerini gösterir", "shows the settings in force and where each comes from"),
		Long: i18n.T("Seçilen profilin her ayarını, değerini ve nereden geldiğini gösterir: flag (seçenek), environment (ortam değişkeni), file (dosya) ya da default (varsayılan). Gizli bilgilerin yalnızca yeri görünür.",
			"Shows every setting of the chosen profile, its value and where it comes from: flag, environment, file or default. Of secrets only the reference is shown."),
		Example: i18n.T("iskurctl config show\niskurctl --profile sandbox config show -o json", "iskurctl config show\niskurctl --profile sandbox config show -o json"),
		Exits:   []fault.Class{fault.OK, fault.Usage, fault.Output},
		Run: func(ctx context.Context, _ []string) error {
			p, err := d.Profile()
			if err != nil {
				return err
			}
			return out.Emit(ctx, func(s *output.Sink) error {
				for _, set := range p.Settings {
					if err := s.Write(output.Record{set.Key, set.Value, set.Origin}); err != nil {
						return err
					}
				}
				return nil
			})
		},
	})
	out = d.OutputFlags(cmd, showColumns)
	return cmd
}

func newPath(d *cmdkit.Deps) *cobra.Command {
	var out *cmdkit.Output
	cmd := d.Command(cmdkit.Spec{
		Use:     "path",
		Short:   i18n.T("yapılandırma dosyasının yerini yazar", "prints where the configuration file is"),
		Long:    i18n.T("Yapılandırma dosyasının ve klasörlerin yerini yazar. Dosyayı okumaz.", "Prints where the configuration file and the folders are. The file is not read."),
		Example: i18n.T("iskurctl config path\niskurctl config path -o json --jq .config", "iskurctl config path\niskurctl config path -o json --jq .config"),
		Exits:   []fault.Class{fault.OK, fault.Usage, fault.Output},
		Run: func(ctx context.Context, _ []string) error {
			file, origin, err := config.File(d.Globals.Config, d.Env)
			if err != nil {
				return err
			}
			paths, err := config.PathsFrom(d.Env)
			if err != nil {
				return err
			}
			field := func(key string, title i18n.Text, value string) output.Field {
				return output.Field{Key: key, Title: title, Kind: output.Text, Value: value}
			}
			return out.Emit(ctx, func(s *output.Sink) error {
				return s.Object([]output.Field{
					field("config", i18n.T("yapılandırma", "configuration"), file),
					field("origin", i18n.T("nereden geldiği", "origin"), origin),
					field("data", i18n.T("veri klasörü", "data folder"), paths.DataDir),
					field("state", i18n.T("durum klasörü", "state folder"), paths.StateDir),
				})
			})
		},
	})
	out = d.OutputFlags(cmd, nil)
	return cmd
}
