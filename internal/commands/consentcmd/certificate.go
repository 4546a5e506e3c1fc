package consentcmd

import (
	"context"
	"strconv"

	"github.com/spf13/cobra"

	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

func newCertificate(d *cmdkit.Deps) *cobra.Command {
	var dir string
	cmd := d.Command(cmdkit.Spec{
		Use:   "certificate " + d.In(i18n.T("SIRA…", "SEQ…")),
		Short: i18n.T("silinmiş kayıtların silme belgelerini yazar", "writes certificates of erasures"),
		Long: i18n.T(`Numarası verilen kayıtların silme belgelerini, --out ile adı verilen yeni bir klasöre yazar. SIRA, silinmiş bir kaydın ya da silme kaydının (erased/1) numarasıdır: `+"`consent erase`"+` ikisini de yazar, silinmiş kayıtları `+"`consent list`"+` de gösterir. Birkaç kez, alan alan silinmiş bir kaydın bütün silmeleri belgelenir.

Belgeler `+"`consent erase --certificate`"+` ile yazılanların aynısıdır: silme kayıtları, günlükte olduklarının kanıtları ve bunların nasıl denetleneceğini anlatan OKUBENI.txt. Kişiye ilişkin hiçbir şey içermezler. Silme yarıda kesildiyse ya da belgeler kaybolduysa bu komut onları yeniden yazar.`,
			`Writes certificates of the erasures of entries into a new folder named by --out. SEQ is the number of an entry that was erased or of the erasure (erased/1) itself: `+"`consent erase`"+` tells both, and `+"`consent list`"+` shows the entries that were erased. Of an entry that was erased several times, field by field, all erasures are certified.

They are the same as those of `+"`consent erase --certificate`"+`: the erasures, the proofs that they are in the log, and OKUBENI.txt, which tells how to check that. They hold nothing of the person. Where an erasure was cut off, or certificates were lost, this command writes them again.`),
		Example: i18n.T("iskurctl consent certificate 3 4 5 --out ./belge", "iskurctl consent certificate 3 4 5 --out ./certificate"),
		Exits:   []fault.Class{fault.OK, fault.Usage, fault.Negative, fault.Integrity, fault.Unverifiable, fault.Store, fault.Output},
		Args:    entryNumbers,
		Run:     func(ctx context.Context, args []string) error { return runCertificate(ctx, d, args, dir) },
	})
	cmd.Flags().StringVar(&dir, "out", "", d.In(i18n.T("`KLASÖR` belgelerin yeni klasörü (0700)", "`DIR` the new folder of the certificates (0700)")))
	_ = cmd.MarkFlagDirname("out") // a folder is completed by the shell itself
	return cmd
}

// entryNumbers wants numbers of entries.
func entryNumbers(cmd *cobra.Command, args []string) error {
	if _, ok := numbersOf(args); ok && len(args) > 0 {
		return nil
	}
	return fault.New(fault.Usage, "entry_number", i18n.Tf("%s için kayıt numaraları gerekir", "%s takes numbers of entries", cmd.CommandPath())).
		WithHint(i18n.Tf("örnek: %s 3 4 5 --out KLASÖR", "for example: %s 3 4 5 --out DIR", cmd.CommandPath()))
}

func numbersOf(args []string) (seqs []int64, ok bool) {
	for _, a := range args {
		n, err := strconv.ParseInt(a, 10, 64)
		if err != nil || n < 0 {
			return nil, false
		}
		seqs = append(seqs, n)
	}
	return seqs, true
}

func runCertificate(ctx context.Context, d *cmdkit.Deps, args []string, dir string) error {
	if dir == "" {
		return cmdkit.FlagMissing("out", i18n.T("KLASÖR", "DIR")).WithHint(i18n.T("örnek: --out ./belge", "for example: --out ./certificate"))
	}
	seqs, _ := numbersOf(args)
	log, err := d.Consent(ctx)
	if err != nil {
		return err
	}
	erased, err := log.Erasures(ctx, seqs)
	if err != nil {
		return err
	}
	if err := log.Certificate(ctx, dir, erased); err != nil {
		return err
	}
	d.Note(i18n.Tf("%s: silme belgeleri yazıldı", "%s: the certificates of the erasure were written", dir))
	return nil
}
