package consentcmd

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"iskurctl/internal/audit"
	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/consent"
	"iskurctl/internal/consent/event"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/ledger/bundle"
	"iskurctl/internal/output"
)

type eraseOptions struct {
	d      *cmdkit.Deps
	cmd    *cobra.Command
	out    *cmdkit.Output
	source *cmdkit.NumberSource
	ground string
	fields []string
	// certificate is the folder of the certificates; "" for none.
	certificate string
}

// What became, or would become, of a record.
const (
	erased     = "erased"
	wouldErase = "would_erase"
	kept       = "kept"
)

// The protocol keeps every query for five years (Madde 8(14)); a person's request does not end that (KVKK m.7 and m.28).
const (
	keptYears  = 5
	keptReason = "protokol-8-14"
)

var eraseColumns = []output.Column{
	{Key: "log", Title: i18n.T("GÜNLÜK", "LOG"), Kind: output.Code},
	{Key: "seq", Title: i18n.T("SIRA", "SEQ"), Kind: output.Number},
	{Key: "time", Title: i18n.T("ZAMAN (UTC)", "TIME (UTC)"), Kind: output.Time},
	{Key: "action", Title: i18n.T("SONUÇ", "ACTION"), Kind: output.Code, Tone: actionTone},
	{Key: "reason", Title: i18n.T("NEDEN", "REASON"), Kind: output.Code},
	{Key: "entry", Title: i18n.T("SİLME KAYDI", "ERASURE"), Kind: output.Number},
	{Key: "fields", Title: i18n.T("ALANLAR", "FIELDS"), Kind: output.Code, Yield: 2},
	{Key: "ground", Title: i18n.T("GEREKÇE", "GROUND"), Kind: output.Code, Yield: 1},
}

func actionTone(action string) output.Tone {
	switch action {
	case erased:
		return output.ToneGood
	case kept:
		return output.ToneWarn
	}
	return output.ToneNone
}

func newErase(d *cmdkit.Deps) *cobra.Command {
	o := &eraseOptions{d: d}
	o.cmd = d.Command(cmdkit.Spec{
		Use:   "erase [TC…]",
		Short: i18n.T("bir kişinin onay kayıtlarındaki kişisel verileri siler (KVKK m.7)", "erases a person's data in the consent records (KVKK m.7)"),
		Long: i18n.T(`Kişinin olaylarındaki kişisel alanları, kişiye götüren satırları ve kişinin anahtarını yok eder, her olay için günlüğe bir silme kaydı (erased/1) ekler. Olayların kendisi ve kanıtları kalır: günlük doğrulanmayı sürdürür, kişinin elindeki makbuz da geçerlidir. --fields yalnızca adı verilen alanları siler. --certificate, silme kayıtlarını kanıtlarıyla birlikte, başkasına da verilebilecek bir klasöre yazar; `+"`consent certificate`"+` bunu sonradan yapar. --ground silmenin gerekçesidir: ilgili kişinin isteği (request), resen (ex_officio), sürenin dolması (expired) ya da mahkeme kararı (court).

--yes verilmezse yalnızca ne silineceğini gösterir. Protokolün 8/14. maddesi gereği beş yıl saklanan sorgu kayıtları silinmez; her biri nedeniyle birlikte listelenir ve çıkış kodu 4 olur. Silmeden sonra deponun dosyalarında eski baytlar aranır; bulunan depo baştan yazılır; yine kalırsa dosyalar adlarıyla söylenir, çıkış kodu 6 olur ve bir sonraki silme iki depoyu da baştan yazar. Yarıda kalan bir silmeyi bir sonraki `+"`consent erase --yes`"+` tamamlar. Yedeklerdeki kopyalar bu komutun dışındadır. Kişiyi olayların geldiği kaynaktan da çıkarın: bütünüyle silinen kişinin id'siz satırları yeniden aktarılırsa yeniden kaydedilir.`,
			`Destroys the personal values of the person's events, the rows that lead to the person and the person's key, and adds an erasure (erased/1) to the log for each event. The events themselves and their proofs stay: the log still verifies, and so does the receipt that the person holds. --fields erases the named values only. --certificate writes the erasures with their proofs into a folder that can be handed to others; `+"`consent certificate`"+` does that later. --ground says why: request of the person (request), ex officio (ex_officio), the time is over (expired), by order of a court (court).

Without --yes it only shows what would be erased. Queries that article 8(14) of the protocol keeps for five years are not erased; each is listed with the reason, and the exit is 4. After the erasure the files of the store are searched for the old bytes; a store that holds some is written anew; where some are left the files are named, the exit is 6, and the next erasure writes both stores anew. An erasure that was cut off is finished by the next `+"`consent erase --yes`"+`. Copies in backups are outside of this command. Take the person out of the source of the events as well: rows without an id of who was erased as a whole are recorded again when they are imported again.`),
		Example: i18n.T("iskurctl consent erase --tc-file numara.txt --ground request\niskurctl consent erase --tc-file numara.txt --ground request --yes -o json\niskurctl consent erase --tc-file numara.txt --ground expired --fields phone,ip --yes",
			"iskurctl consent erase --tc-file number.txt --ground request\niskurctl consent erase --tc-file number.txt --ground request --yes -o json\niskurctl consent erase --tc-file number.txt --ground expired --fields phone,ip --yes"),
		Exits: personExits,
		Args:  cobra.ArbitraryArgs,
		Run:   func(ctx context.Context, args []string) error { return runErase(ctx, o, args) },
	})
	f := o.cmd.Flags()
	f.StringVar(&o.ground, "ground", "", d.In(i18n.T("`GEREKÇE` request, ex_officio, expired ya da court", "`GROUND` request, ex_officio, expired or court")))
	f.StringSliceVar(&o.fields, "fields", nil, d.In(i18n.T("`ALAN,ALAN…` yalnızca bu kişisel alanlar", "`FIELD,FIELD…` only these personal values")))
	f.StringVar(&o.certificate, "certificate", "", d.In(i18n.T("`KLASÖR` silme belgelerini bu yeni klasöre yaz (kişisel veri içermez)", "`DIR` write certificates of the erasure into this new folder (without personal data)")))
	_ = o.cmd.MarkFlagDirname("certificate") // a folder is completed by the shell itself
	cmdkit.Complete(o.cmd, "ground", consent.Grounds())
	cmdkit.CompleteList(o.cmd, "fields", erasable())
	o.source = d.NumberFlags(o.cmd, "tc-file")
	o.out = d.OutputFlags(o.cmd, nil)
	o.out.Records(eraseColumns)
	return o.cmd
}

func runErase(ctx context.Context, o *eraseOptions, args []string) error {
	e, err := o.erasure()
	if err != nil {
		return err
	}
	if e.TCs, err = o.source.People(ctx, args); err != nil {
		return err
	}
	if err := o.certifiable(); err != nil {
		return err
	}
	log, err := o.d.Consent(ctx)
	if err != nil {
		return err
	}
	resumed := 0
	if o.d.Globals.Yes {
		if resumed, err = o.resume(ctx, log); err != nil {
			return err
		}
	}
	plan, err := o.plan(ctx, log, e)
	if err != nil {
		return err
	}
	if len(plan) == 0 {
		return o.nothing(resumed)
	}
	queries, err := o.queries(ctx, e.TCs)
	if err != nil {
		return err
	}
	return o.out.Emit(ctx, func(s *output.Sink) error {
		if err := o.logLook(ctx, e.TCs, len(queries)); err != nil {
			return err
		}
		n := int64(len(plan))
		var residue []consent.Residue
		if o.d.Globals.Yes {
			n, residue, err = o.carryOut(ctx, log, e, s)
		} else {
			err = o.foresee(plan, s)
		}
		if err != nil {
			if o.d.Globals.Yes && n > 0 {
				_ = s.Close() // what was erased is erased, and is told; err weighs more than an answer that cannot be written
			}
			return err
		}
		for _, q := range queries {
			if err := s.Write(output.Record{audit.Name, q.Seq, q.Time, kept, keptReason, nil, []string{}, o.ground}); err != nil {
				return err
			}
		}
		if err := s.Close(); err != nil { // the result is whole, whatever the exit
			return err
		}
		return o.end(n, queries, residue)
	})
}

// foresee writes what would be erased.
func (o *eraseOptions) foresee(plan []consent.Erasable, s *output.Sink) error {
	for _, x := range plan {
		if err := s.Write(output.Record{consent.Name, x.Seq, x.Time, wouldErase, "", nil, x.Fields, o.ground}); err != nil {
			return err
		}
	}
	return nil
}

// eraser is the log, as far as erasures go.
type eraser interface {
	Erase(ctx context.Context, e consent.Erasure, each func(consent.Erased) error) ([]consent.Residue, error)
	Certificate(ctx context.Context, dir string, erased []consent.Erased) error
}

// carryOut erases, writes what was erased, and certifies it: whatever came after, what was erased cannot be erased once more.
// It gives the number of events.
func (o *eraseOptions) carryOut(ctx context.Context, log eraser, e consent.Erasure, s *output.Sink) (n int64, residue []consent.Residue, err error) {
	var done []consent.Erased
	residue, err = log.Erase(ctx, e, func(x consent.Erased) error {
		if n++; o.certificate != "" {
			done = append(done, x)
		}
		return s.Write(output.Record{consent.Name, x.Seq, x.Time, erased, "", x.By, x.Fields, o.ground})
	})
	if n == 0 {
		return 0, residue, err
	}
	if err != nil {
		cut := stopped(ctx, err)
		cut.Message = i18n.Join("; ", cut.Message, i18n.Count(n, "%d olayın kişisel verileri silindi", "the personal values of %d event were erased", "the personal values of %d events were erased"))
		if cut.Hint.Empty() {
			cut.Hint = i18n.T("aynı komut kaldığı yerden sürdürür", "the same command goes on")
		}
		err = cut
	}
	if len(done) == 0 {
		return n, residue, err
	}
	if failed := log.Certificate(context.WithoutCancel(ctx), o.certificate, done); failed != nil {
		o.d.Warn(i18n.T("silme belgeleri yazılamadı; `iskurctl consent certificate SIRA… --out KLASÖR` sonradan yazar", "the certificates of the erasure could not be written; `iskurctl consent certificate SEQ… --out DIR` writes them later"))
		return n, residue, cmp.Or(err, failed)
	}
	o.d.Note(i18n.Tf("%s: silme belgeleri yazıldı", "%s: the certificates of the erasure were written", o.certificate))
	return n, residue, err
}

// nothing is the error of a person of whom there is nothing to erase, after so many erasures that were cut off were finished.
func (o *eraseOptions) nothing(resumed int) error {
	e := fault.New(fault.Negative, "nothing_to_erase", i18n.T("onay kayıtlarında bu kişinin silinecek kişisel verisi yok", "the consent records hold nothing of this person that could be erased"))
	if resumed == 0 {
		return e
	}
	return e.WithHint(i18n.T("yarıda kalan silme kişinin silmesiydiyse artık tamdır; belgesini `iskurctl consent certificate SIRA… --out KLASÖR` yazar", "if it was this person's erasure that was cut off, it is complete now; `iskurctl consent certificate SEQ… --out DIR` writes its certificates"))
}

// erasure reads the flags.
func (o *eraseOptions) erasure() (e consent.Erasure, err error) {
	if o.ground == "" {
		return e, cmdkit.FlagMissing("ground", i18n.T("GEREKÇE", "GROUND")).
			WithHint(i18n.Tf("şunlardan biri: %s", "one of: %s", strings.Join(cmdkit.Words(consent.Grounds()), ", ")))
	}
	if err := cmdkit.OneOf("ground", o.ground, consent.Grounds()); err != nil {
		return e, err
	}
	e.Ground = o.ground
	if !o.cmd.Flags().Changed("fields") {
		return e, nil
	}
	if len(o.fields) == 0 || slices.Contains(o.fields, "") { // which must not be taken for all of them
		return e, cmdkit.FlagMissing("fields", i18n.T("ALAN,ALAN…", "FIELD,FIELD…")).WithHint(i18n.Tf("şunlar: %s", "these: %s", strings.Join(erasable(), ", ")))
	}
	for _, f := range o.fields {
		if err := cmdkit.OneOf("fields", f, erasable()); err != nil {
			return e, err
		}
	}
	e.Fields = slices.Compact(slices.Sorted(slices.Values(o.fields)))
	return e, nil
}

// erasable lists the personal values that can be erased by themselves: the number leads to all others.
func erasable() []string {
	return slices.DeleteFunc(event.PersonalNames(), func(name string) bool { return name == "tc" })
}

// certifiable checks the folder of the certificates before anything is erased: nobody could have them afterwards.
func (o *eraseOptions) certifiable() error {
	if o.certificate == "" {
		return nil
	}
	f, err := bundle.NewFolder(o.certificate)
	if err == nil {
		f.Discard()
	}
	return err
}

// resume finishes what earlier erasures left undone, and gives how many those were.
func (o *eraseOptions) resume(ctx context.Context, log *consent.Log) (int, error) {
	n, err := log.Resume(ctx)
	if err == nil && n > 0 {
		o.d.Note(i18n.Count(int64(n), "yarıda kalmış %d silme tamamlandı; depo ve anahtar deposu baştan yazıldı", "%d erasure that was cut off is finished; the store and the key store were written anew", "%d erasures that were cut off are finished; the store and the key store were written anew"))
	}
	return n, err
}
