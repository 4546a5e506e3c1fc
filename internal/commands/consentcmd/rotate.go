package consentcmd

import (
	"context"

	"github.com/spf13/cobra"

	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/output"
)

type rotateOptions struct {
	d   *cmdkit.Deps
	out *cmdkit.Output
}

func newRotate(d *cmdkit.Deps) *cobra.Command {
	o := &rotateOptions{d: d}
	cmd := d.Command(cmdkit.Spec{
		Use:   "rotate-key",
		Short: i18n.T("onay günlüğünün imza anahtarını değiştirir", "replaces the signing key of the consent log"),
		Long: i18n.T("Yeni bir imza anahtarı üretir ve bunu, eski anahtarın onayıyla, onay günlüğüne bir kayıt olarak ekler (key/1). Bundan sonraki denetim noktalarını ve makbuzları yeni anahtar imzalar; eski güven dosyaları o kayıt üzerinden geçerli kalır. --yes ister.",
			"Makes a new signing key and adds it to the consent log as an entry that the old key endorses (key/1). The new key signs checkpoints and receipts from then on; older trust files stay good by way of that entry. Needs --yes."),
		Example: i18n.T("iskurctl consent rotate-key --yes", "iskurctl consent rotate-key --yes"),
		Exits:   []fault.Class{fault.OK, fault.Usage, fault.Integrity, fault.Unverifiable, fault.Store, fault.Output},
		Run:     func(ctx context.Context, _ []string) error { return runRotate(ctx, o) },
	})
	o.out = d.OutputFlags(cmd, nil)
	return cmd
}

func runRotate(ctx context.Context, o *rotateOptions) error {
	if !o.d.Globals.Yes {
		return fault.New(fault.Usage, "confirmation_missing", i18n.T("imza anahtarı --yes verilmeden değiştirilmez", "the signing key is not replaced without --yes")).
			WithHint(i18n.T("değiştirmek için: iskurctl consent rotate-key --yes", "to do it: iskurctl consent rotate-key --yes"))
	}
	log, err := o.d.Consent(ctx)
	if err != nil {
		return err
	}
	if err := log.BindKey(ctx); err != nil {
		return err
	}
	vkey, err := log.Ledger().Rotate(ctx)
	if err != nil {
		return err
	}
	return o.out.Emit(ctx, func(s *output.Sink) error {
		return s.Object([]output.Field{{Key: "vkey", Title: i18n.T("yeni doğrulama anahtarı", "new verifier key"), Kind: output.Code, Value: vkey}})
	})
}
