package auditcmd

import (
	"context"

	"github.com/spf13/cobra"

	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/output"
)

type pruneOptions struct {
	d   *cmdkit.Deps
	out *cmdkit.Output
}

func newPrune(d *cmdkit.Deps) *cobra.Command {
	o := &pruneOptions{d: d}
	cmd := d.Command(cmdkit.Spec{
		Use:   "prune",
		Short: i18n.T("beş yılı dolan sorgu kayıtlarını imha eder", "disposes of the queries whose five years are over"),
		Long: i18n.T(`Beş yıldan eski sorguların kişisel alanlarını ve arama satırlarını siler, imhayı günlüğe yazar (pruned/1). Kayıt başına 32 bayt karma kalır; günlüğün gerisi doğrulanmayı sürdürür. İmha edilen ayların anahtarları da yok edilir.

--yes verilmezse yalnızca ne yapılacağını gösterir. Bilgisayarın saati son kayıtla bağdaşmıyorsa hiçbir şey yapılmaz. Yedeklerdeki kopyalar bu komutun dışındadır.`,
			`Removes personal values and index rows of queries older than five years, and writes the disposal into the log (pruned/1). 32 bytes of hash an entry stay, and the rest of the log still verifies. The keys of the months that went are destroyed as well.

Without --yes it only shows what would be done. When the clock of this computer does not fit the newest entry, nothing is done. Copies in backups are outside of this command.`),
		Example: i18n.T("iskurctl audit prune\niskurctl audit prune --yes", "iskurctl audit prune\niskurctl audit prune --yes"),
		Exits:   []fault.Class{fault.OK, fault.Usage, fault.Refused, fault.Integrity, fault.Unverifiable, fault.Store, fault.Output},
		Run:     func(ctx context.Context, _ []string) error { return runPrune(ctx, o) },
	})
	o.out = d.OutputFlags(cmd, nil)
	return cmd
}

func runPrune(ctx context.Context, o *pruneOptions) error {
	log, err := o.d.Audit(ctx)
	if err != nil {
		return err
	}
	due, err := log.DisposalDue(ctx)
	if err != nil {
		return err
	}
	done := o.d.Globals.Yes
	if done {
		if err := log.Dispose(ctx, due); err != nil {
			return err
		}
	}
	var newest any
	if due.To > due.From {
		newest = due.Newest
	}
	err = o.out.Emit(ctx, func(s *output.Sink) error {
		return s.Object([]output.Field{
			{Key: "from", Title: i18n.T("ilk sıra", "from"), Kind: output.Number, Value: due.From},
			{Key: "to", Title: i18n.T("son sıra (hariç)", "to (not included)"), Kind: output.Number, Value: due.To},
			{Key: "entries", Title: i18n.T("kayıt sayısı", "entries"), Kind: output.Number, Value: due.To - due.From},
			{Key: "newest", Title: i18n.T("en yeni kayıt", "newest entry"), Kind: output.Time, Value: newest},
			{Key: "done", Title: i18n.T("yürütüldü", "carried out"), Kind: output.Bool, Value: done},
		})
	})
	switch {
	case err != nil:
	case due.To == due.From:
		o.d.Note(i18n.T("beş yılı dolan kayıt yok", "no entry is older than five years"))
	case done:
		o.d.Note(i18n.Tf("%d kayıt imha edildi; yedeklerdeki kopyaları da imha edin", "%d entries were disposed of; dispose of their copies in backups as well", due.To-due.From))
	default:
		o.d.Note(i18n.T("hiçbir şey silinmedi; imha etmek için --yes ekleyin", "nothing was removed; add --yes to dispose of them"))
	}
	return err
}
