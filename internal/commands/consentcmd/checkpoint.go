package consentcmd

import (
	"context"

	"github.com/spf13/cobra"

	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/consent"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

func newCheckpoint(d *cmdkit.Deps) *cobra.Command {
	var c *cmdkit.CheckpointOutput
	cmd := d.Command(cmdkit.Spec{
		Use:   "checkpoint",
		Short: i18n.T("onay günlüğünün imzalı denetim noktasını verir", "gives the signed checkpoint of the consent log"),
		Long: i18n.T("Günlüğün o anki durumunu, imzalı denetim noktasıyla (C2SP tlog-checkpoint) yazar. --out DOSYA bu durumu güven dosyası olarak saklar: `consent verify --trust DOSYA` sonradan silinen ve değiştirilen kayıtları onunla bulur, makbuz ve paket alanlar da imzayı onunla doğrular. Dosyayı bu makinenin dışında saklayın.",
			"Writes the state of the log with its signed checkpoint (C2SP tlog-checkpoint). --out FILE keeps it as a trust file, by which `consent verify --trust FILE` finds entries that were removed or changed later, and by which whoever gets a receipt or a bundle verifies its signature. Keep the file outside this machine."),
		Example: i18n.T("iskurctl consent checkpoint --out onay.trust\niskurctl consent checkpoint --jq .note", "iskurctl consent checkpoint --out consent.trust\niskurctl consent checkpoint --jq .note"),
		Exits:   []fault.Class{fault.OK, fault.Usage, fault.Integrity, fault.Unverifiable, fault.Store, fault.Output},
		Run: func(ctx context.Context, _ []string) error {
			log, err := d.ConsentEvidence(ctx, false)
			if err != nil {
				return err
			}
			return c.Write(ctx, consent.Name, log.Ledger())
		},
	})
	c = d.CheckpointFlags(cmd)
	return cmd
}
