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
	d     *cmdkit.Deps
	out   *cmdkit.Output
	today string
}

func newPrune(d *cmdkit.Deps) *cobra.Command {
	o := &pruneOptions{d: d}
	cmd := d.Command(cmdkit.Spec{
		Use:   "prune",
		Short: i18n.T("beş yılı dolan sorgu kayıtlarını imha eder", "disposes of the queries whose five years are over"),
		Long: i18n.T(`Beş yıldan eski sorguların kişisel alanlarını ve arama satırlarını siler, imhayı günlüğe yazar (pruned/1). Kayıt başına 32 bayt karma kalır; günlüğün gerisi doğrulanmayı sürdürür. İmha edilen ayların anahtarları da yok edilir.

--yes verilmezse yalnızca ne yapılacağını gösterir. İmhadan önce bütün günlük doğrulanır; bulgu varsa hiçbir şey silinmez. Bilgisayarın saati kayıtların zamanlarıyla bağdaşmıyorsa (saat bir kayıttan geri, ya da arada bir yılı aşan boşluk varsa) hiçbir şey yapılmaz; boşluk gerçekse bugünün tarihini --today ile onaylayın. Yanlış saatle yazılmış kayıtlar kendi zamanlarına göre imha edilir. Yedeklerdeki kopyalar bu komutun dışındadır.`,
			`Removes personal values and index rows of queries older than five years, and writes the disposal into the log (pruned/1). 32 bytes of hash an entry stay, and the rest of the log still verifies. The keys of the months that went are destroyed as well.

Without --yes it only shows what would be done. The whole log is verified before anything goes; with a finding nothing is removed. When the clock of this computer does not fit the times of the entries (it lies before one, or there is a gap of more than a year), nothing is done; if the gap is real, confirm today's date with --today. Entries that a wrong clock dated go by their own time. Copies in backups are outside of this command.`),
		Example: i18n.T("iskurctl audit prune\niskurctl audit prune --yes\niskurctl audit prune --yes --today 2026-11-22", "iskurctl audit prune\niskurctl audit prune --yes\niskurctl audit prune --yes --today 2026-11-22"),
		Exits:   []fault.Class{fault.OK, fault.Usage, fault.Refused, fault.Integrity, fault.Unverifiable, fault.Store, fault.Output},
		Run:     func(ctx context.Context, _ []string) error { return runPrune(ctx, o) },
	})
	o.out = d.OutputFlags(cmd, nil)
	cmd.Flags().StringVar(&o.today, "today", "", d.In(i18n.T("`TARİH` bugünün tarihini onaylar: günlükte bir yılı aşan boşluk varsa gerekir", "`DATE` confirms today's date: needed when the log has a gap of more than a year")))
	return cmd
}

// confirmed checks that the person's today is the computer's.
func (o *pruneOptions) confirmed() error {
	if o.today == "" {
		return nil
	}
	day, err := cmdkit.ParseDate("today", o.today)
	if err != nil {
		return err
	}
	if y, m, d := o.d.Now().In(cmdkit.Istanbul).Date(); day.Year != y || day.Month != int(m) || day.Day != d {
		return fault.New(fault.Usage, "today_differs", i18n.T("--today bilgisayarın bugünkü tarihi değil", "--today is not the date of this computer")).
			WithHint(i18n.T("takvime bakın: yanlış olan bilgisayarın saatiyse önce onu düzeltin", "look at a calendar: if the computer's clock is wrong, set it right first"))
	}
	return nil
}

func runPrune(ctx context.Context, o *pruneOptions) error {
	if err := o.confirmed(); err != nil {
		return err
	}
	log, err := o.d.Audit(ctx)
	if err != nil {
		return err
	}
	due, err := log.DisposalDue(ctx, o.today != "")
	if err != nil {
		return err
	}
	if o.d.Globals.Yes { // with nothing due it still takes away what a process that died left of a disposal
		if err := log.Dispose(ctx, due); err != nil {
			return err
		}
	}
	done := o.d.Globals.Yes && due.To > due.From
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
		o.d.Note(i18n.T("beş yılı dolan kayıt yok; imha edilecek bir şey yoktu", "no entry is older than five years; there was nothing to dispose of"))
	case done:
		o.d.Note(i18n.Count(due.To-due.From, "%d kayıt imha edildi; yedeklerdeki kopyaları da imha edin", "%d entry was disposed of; dispose of its copies in backups as well", "%d entries were disposed of; dispose of their copies in backups as well"))
	default:
		o.d.Note(i18n.T("hiçbir şey silinmedi; imha etmek için --yes ekleyin", "nothing was removed; add --yes to dispose of them"))
	}
	return err
}
