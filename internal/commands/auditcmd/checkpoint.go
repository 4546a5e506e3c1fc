package auditcmd

import (
	"context"

	"github.com/spf13/cobra"

	"iskurctl/internal/audit"
	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

func newCheckpoint(d *cmdkit.Deps) *cobra.Command {
	var c *cmdkit.CheckpointOutput
	cmd := d.Command(cmdkit.Spec{
		Use:   "checkpoint",
		Short: i18n.T("günlüğün imzalı denetim noktasını verir", "gives the signed checkpoint of the log"),
		Long: i18n.T("Günlüğün o anki durumunu, imzalı denetim noktasıyla (C2SP tlog-checkpoint) yazar. --out DOSYA bu durumu güven dosyası olarak saklar: `audit verify --trust DOSYA` sonradan silinen ve değiştirilen kayıtları onunla bulur. Dosyayı bu makinenin dışında saklayın ya da karşı tarafa verin.",
			"Writes the state of the log with its signed checkpoint (C2SP tlog-checkpoint). --out FILE keeps it as a trust file, by which `audit verify --trust FILE` finds entries that were removed or changed later. Keep the file outside this machine, or hand it to the other party."),
		Example: i18n.T("iskurctl audit checkpoint --out iskur.trust\niskurctl audit checkpoint --jq .note", "iskurctl audit checkpoint --out iskur.trust\niskurctl audit checkpoint --jq .note"),
		Exits:   []fault.Class{fault.OK, fault.Usage, fault.Unverifiable, fault.Store, fault.Output},
		Run: func(ctx context.Context, _ []string) error {
			log, err := d.Evidence(ctx, false)
			if err != nil {
				return err
			}
			return c.Write(ctx, audit.Name, log.Ledger())
		},
	})
	c = d.CheckpointFlags(cmd)
	return cmd
}
