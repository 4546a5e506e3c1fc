package consentcmd

import (
	"context"

	"github.com/spf13/cobra"

	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

func newReceipt(d *cmdkit.Deps) *cobra.Command {
	var dir string
	cmd := d.Command(cmdkit.Spec{
		Use:   "receipt " + d.In(i18n.T("KİMLİK", "ID")),
		Short: i18n.T("bir olayın, kişiye verilecek makbuzunu yazar", "writes the receipt of an event for the person"),
		Long: i18n.T(`Kimliği (id) verilen olayın makbuzunu, --out ile adı verilen yeni bir klasöre yazar: kişisel alanlarıyla olay (SD-JWT), günlükte olduğunun kanıtı (tlog-proof), gösterilen metinlerin birebir kendisi, ISO/IEC TS 27560 biçiminde bir kayıt ve doğruluğun yalnızca sha256sum ve openssl ile nasıl denetleneceğini anlatan OKUBENI.txt.

Makbuz kişinindir: kurum kendi kopyasını sildikten sonra da doğrulanır (`+"`consent verify KLASÖR`"+`). Kişisel verileri silinmiş bir olayın yeni makbuzu verilemez.`,
			`Writes the receipt of the event of an id into a new folder named by --out: the event with its personal values (SD-JWT), the proof that it is in the log (tlog-proof), the very texts that were shown, a record in the shape of ISO/IEC TS 27560, and OKUBENI.txt, which tells how to check all that with sha256sum and openssl alone.

The receipt is the person's: it still verifies when the controller has erased its copy (`+"`consent verify FOLDER`"+`). Of an event whose personal values were erased no new receipt can be had.`),
		Example: i18n.T("iskurctl consent receipt 123e4567-e89b-42d3-a456-426614174000 --out ./makbuz", "iskurctl consent receipt 123e4567-e89b-42d3-a456-426614174000 --out ./receipt"),
		Exits:   []fault.Class{fault.OK, fault.Usage, fault.Negative, fault.Integrity, fault.Unverifiable, fault.Store, fault.Output},
		Args:    oneID,
		Run:     func(ctx context.Context, args []string) error { return runReceipt(ctx, d, args[0], dir) },
	})
	cmd.Flags().StringVar(&dir, "out", "", d.In(i18n.T("`KLASÖR` makbuzun yeni klasörü (0700)", "`DIR` the new folder of the receipt (0700)")))
	_ = cmd.MarkFlagDirname("out") // a folder is completed by the shell itself
	return cmd
}

func runReceipt(ctx context.Context, d *cmdkit.Deps, id, dir string) error {
	if dir == "" {
		return cmdkit.FlagMissing("out", i18n.T("KLASÖR", "DIR")).WithHint(i18n.T("örnek: --out ./makbuz", "for example: --out ./receipt"))
	}
	log, err := d.Consent(ctx)
	if err != nil {
		return err
	}
	if err := log.Receipt(ctx, id, dir); err != nil {
		return err
	}
	d.Note(i18n.Tf("%s: makbuz yazıldı ve doğrulandı", "%s: the receipt was written and verified", dir))
	d.Warn(i18n.T("makbuz kişisel verileri maskelenmemiş olarak içerir; yalnızca kişinin kendisine, korunan bir yoldan verin",
		"the receipt holds personal data in full; give it to the person only, by a protected way"))
	return nil
}
