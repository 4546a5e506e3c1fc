package consentcmd

import (
	"context"
	"iter"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/consent"
	"iskurctl/internal/consent/event"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/output"
	"iskurctl/internal/term"
)

type importOptions struct {
	d              *cmdkit.Deps
	cmd            *cobra.Command
	out            *cmdkit.Output
	input, rejects string
	strict, force  bool
}

func newImport(d *cmdkit.Deps) *cobra.Command {
	o := &importOptions{d: d}
	o.cmd = d.Command(cmdkit.Spec{
		Use:   "import",
		Short: i18n.T("olayları dosyadan günlüğe aktarır", "imports events from a file into the log"),
		Long: i18n.T(`Olayları, dosyadaki sırayla, NDJSON ya da CSV'den günlüğe aktarır. Zaten kayıtlı olaylar (aynı id, aynı içerik) atlanır; bu yüzden yarıda kalan bir aktarım aynı komutla sürdürülür. Silinen kişinin id'siz satırları tanınamaz, yeniden kaydedilir; o kişiyi kaynaktan da çıkarın. Yalnızca bazı alanları silinmiş olaylar atlanır.

--rejects verilmezse girdi önce baştan sona denetlenir, tek bir hatalı satır varsa hiçbir şey kaydedilmez (çıkış kodu 11). --rejects DOSYA ile iyi satırlar kaydedilir, kötülerin satır numarası, kimliği, hata kodu ve alanı kişisel veri olmadan dosyaya yazılır (çıkış kodu 8); --strict eklenirse kötü satır varken hiçbir şey kaydedilmez ve dosya hepsini listeler.`,
			`Imports events from NDJSON or CSV into the log, in the order of the file. Events that are there already (same id, same content) are skipped, so an import that was cut off goes on by the same command. Rows without an id of a person who was erased cannot be told and are recorded again: take the person out of the source as well. Events of which some fields were erased are skipped.

Without --rejects the input is first checked from end to end, and one bad row means that nothing is recorded (exit 11). With --rejects FILE good rows are recorded, and of the bad ones line, id, error code and field are written to the file, without personal data (exit 8); with --strict nothing is recorded as long as a row is bad, and the file lists them all.`),
		Example: i18n.T("iskurctl consent import --input olaylar.csv\niskurctl consent import --input olaylar.ndjson --rejects hatali.ndjson\niskurctl consent import --input - -o json < olaylar.ndjson",
			"iskurctl consent import --input events.csv\niskurctl consent import --input events.ndjson --rejects bad.ndjson\niskurctl consent import --input - -o json < events.ndjson"),
		Exits: []fault.Class{fault.OK, fault.Usage, fault.Integrity, fault.Unverifiable, fault.Partial, fault.Store, fault.Input, fault.Output, fault.SignalINT},
		Run:   func(ctx context.Context, _ []string) error { return runImport(ctx, o) },
	})
	inputFlag(d, o.cmd, &o.input)
	f := o.cmd.Flags()
	f.StringVar(&o.rejects, "rejects", "", d.In(i18n.T("`DOSYA` hatalı satırları dosyaya yaz, ötekileri kaydet (NDJSON, 0600)", "`FILE` write the bad rows to a file and record the others (NDJSON, 0600)")))
	f.BoolVar(&o.strict, "strict", false, d.In(i18n.T("--rejects ile: hatalı satır varsa hiçbir şey kaydetme", "with --rejects: record nothing when a row is bad")))
	o.out = d.OutputFlags(o.cmd, nil)
	f.Lookup("force").Usage = d.In(i18n.T("var olan --rejects ve --out dosyasını değiştir", "replace an existing --rejects or --out file"))
	_ = o.cmd.MarkFlagFilename("rejects") // a file is completed by the shell itself
	return o.cmd
}

func runImport(ctx context.Context, o *importOptions) error {
	if o.input == "" {
		return inputMissing()
	}
	var err error
	if o.force, err = o.cmd.Flags().GetBool("force"); err != nil {
		return err
	}
	bad, err := openRejects(o.d, o.rejects, o.input, o.force)
	if err != nil {
		return err
	}
	defer bad.drop()
	return o.out.Emit(ctx, func(s *output.Sink) error {
		log, err := o.d.Consent(ctx)
		if err != nil {
			return err
		}
		cmdkit.Frugal()
		var t consent.Tally
		if o.rejects != "" && !o.strict {
			t, err = o.onePass(ctx, log, bad)
		} else {
			t, err = o.twoPasses(ctx, log, bad)
		}
		if err != nil {
			return err
		}
		if err := s.Object(tally(t)); err != nil {
			return err
		}
		if t.Rejected > 0 {
			others := i18n.T("ötekiler kaydedildi", "the others are recorded")
			if t.Rejected == t.Rows {
				others = i18n.T("başka satır yok: hiçbir şey kaydedilmedi", "there are no others: nothing was recorded")
			}
			return fault.New(fault.Partial, "import_partial", i18n.Tf("%s alınamadı, %s; hatalı satırlar: %s", "%s could not be taken, %s; the bad rows: %s",
				i18n.Count(t.Rejected, "%d satır", "%d row", "%d rows"), others, o.rejects)).
				WithHint(i18n.Join("; ", i18n.T("satırları kaynağında düzeltin", "correct the rows where they come from"), o.again(), codesHelp))
		}
		return nil
	})
}

func tally(t consent.Tally) []output.Field {
	count := func(key, tr, en string, n int64) output.Field {
		return output.Field{Key: key, Title: i18n.T(tr, en), Kind: output.Number, Value: n}
	}
	return []output.Field{count("rows", "satır", "rows", t.Rows), count("recorded", "kaydedilen", "recorded", t.Recorded),
		count("skipped", "zaten kayıtlı", "skipped", t.Skipped), count("rejected", "alınamayan", "rejected", t.Rejected)}
}

// onePass records the good rows as they come.
func (o *importOptions) onePass(ctx context.Context, log *consent.Log, bad *rejects) (t consent.Tally, err error) {
	in, err := o.d.OpenInput(ctx, o.input)
	if err != nil {
		return t, err
	}
	defer in.Close()
	if t, err = o.record(ctx, log, event.Read(in), -1, bad.add); err != nil {
		return t, o.listed(ctx, bad, err)
	}
	return t, bad.keep()
}

// twoPasses looks at all rows before it records the first.
func (o *importOptions) twoPasses(ctx context.Context, log *consent.Log, bad *rejects) (t consent.Tally, err error) {
	in, err := openReplay(ctx, o.d, o.input)
	if err != nil {
		return t, nothingRecorded(ctx, err)
	}
	defer in.close()
	bar := o.d.Streams.Progress(o.d.In(i18n.T("denetleniyor", "checking")), -1)
	t, err = log.Rehearse(ctx, counted(event.Read(in), bar), bad.add)
	bar.Finish()
	if err != nil {
		return t, o.listed(ctx, bad, nothingRecorded(ctx, err))
	}
	if err := bad.keep(); err != nil {
		return t, err
	}
	if bad.count > 0 {
		return t, o.refused(t, bad)
	}
	if err := in.begin(); err != nil {
		return t, err
	}
	// What another process recorded meanwhile may make a row bad after all.
	return o.record(ctx, log, event.Read(in), t.Rows, func(row event.Row, p *event.Problem) error { return p.Fault(row.Line) })
}

// record imports rows, of which there are total (-1: nobody knows).
func (o *importOptions) record(ctx context.Context, log *consent.Log, rows iter.Seq2[event.Row, error], total int64, reject func(event.Row, *event.Problem) error) (consent.Tally, error) {
	bar := o.d.Streams.Progress(o.d.In(i18n.T("kaydediliyor", "recording")), total)
	shown := int64(0)
	t, err := log.Import(ctx, rows, reject, func(t consent.Tally) {
		bar.Add(int(t.Rows - shown))
		shown = t.Rows
	})
	bar.Finish()
	if err != nil {
		return t, cutOff(ctx, t, err)
	}
	return t, nil
}

// counted shows rows as they are read.
func counted(rows iter.Seq2[event.Row, error], bar *term.Progress) iter.Seq2[event.Row, error] {
	return func(yield func(event.Row, error) bool) {
		for r, err := range rows {
			bar.Add(1)
			if !yield(r, err) {
				return
			}
		}
	}
}

// refused says that a rehearsal found bad rows.
func (o *importOptions) refused(t consent.Tally, bad *rejects) error {
	where := bad.named()
	if o.rejects != "" {
		where = i18n.Tf("hepsi şu dosyada: %s", "all of them are in %s", o.rejects)
	}
	e := fault.New(fault.Input, "import_refused", i18n.Join(": ", i18n.Tf("%d satırdan %d tanesi alınamaz; hiçbir şey kaydedilmedi", "%[2]d of %[1]d rows cannot be taken; nothing was recorded", t.Rows, bad.count), where))
	if o.rejects != "" {
		return e.WithHint(i18n.Join("; ", i18n.T("satırları kaynağında düzeltin ya da iyi satırları yine de kaydetmek için --strict'i kaldırın", "correct the rows where they come from, or leave --strict out to record the good ones all the same"), o.again(), codesHelp))
	}
	return e.WithHint(i18n.Join("; ", i18n.T("satırları kaynağında düzeltin ya da --rejects DOSYA ekleyin: iyi satırlar kaydedilir, hatalılar dosyaya yazılır",
		"correct the rows where they come from, or add --rejects FILE: good rows are recorded, the bad ones go to the file"), codesHelp))
}

// codesHelp says where the codes of bad rows are explained.
var codesHelp = i18n.T("kodların anlamı: iskurctl help rejects", "what the codes mean: iskurctl help rejects")

// again says how to import anew once the file of --rejects is there.
func (o *importOptions) again() i18n.Text {
	switch {
	case o.force:
		return i18n.T("sonra aynı komutu yeniden verin: kayıtlı olanlar atlanır", "then give the same command again: what is recorded is skipped")
	case o.out.File() != "":
		return i18n.T("sonra aynı komutu --force ekleyerek yeniden verin (--rejects ve --out dosyaları artık var): kayıtlı olanlar atlanır",
			"then give the same command again with --force (the files of --rejects and --out are there now): what is recorded is skipped")
	}
	return i18n.T("sonra aynı komutu --force ekleyerek (--rejects dosyası artık var) ya da başka bir --rejects dosyasıyla yeniden verin: kayıtlı olanlar atlanır",
		"then give the same command again with --force (the file of --rejects is there now) or with another file: what is recorded is skipped")
}

// listed keeps the bad rows that were found before the input itself ended the import: they have to be corrected as well.
// After a signal or a fault of the store the same command finds them anew, and a file would be in its way.
func (o *importOptions) listed(ctx context.Context, bad *rejects, err error) error {
	if bad.sink == nil || bad.count == 0 || ctx.Err() != nil || fault.ClassOf(err) != fault.Input {
		return err
	}
	if failed := bad.keep(); failed != nil {
		return failed
	}
	e := *fault.From(err)
	e.Message = i18n.Join("; ", e.Message, i18n.Tf("buraya kadar alınamayan %s: %s", "up to here %s could not be taken: %s", i18n.Count(bad.count, "%d satır", "%d row", "%d rows"), o.rejects))
	hint(&e, o.again())
	return &e
}

// cutOff says how far an import came that something ended, and that the same command goes on, at once or when the input is
// put right.
func cutOff(ctx context.Context, t consent.Tally, err error) error {
	if t.Line == 0 {
		return nothingRecorded(ctx, err)
	}
	e := stopped(ctx, err)
	e.Message = i18n.Join("; ", e.Message, i18n.Tf("%s kaydedildi, %s. satıra kadar gelindi", "%s recorded, up to line %s", i18n.Count(t.Recorded, "%d olay", "%d event was", "%d events were"), strconv.FormatInt(t.Line, 10)))
	again := i18n.T("aynı komut kaldığı yerden sürdürür: kayıtlı olanlar atlanır", "the same command goes on: what is recorded is skipped")
	if e.Class == fault.Input {
		again = i18n.T("girdi düzeltilmeden aynı komut bu satırı geçemez", "the same command does not get past this line before the input is corrected")
	}
	hint(e, again)
	return e
}

// hint adds to the hint of an error.
func hint(e *fault.Error, text i18n.Text) {
	if e.Hint.Empty() {
		e.Hint = text
		return
	}
	e.Hint = i18n.Join("; ", e.Hint, text)
}

// nothingRecorded says that an import ended before its first commit.
func nothingRecorded(ctx context.Context, err error) error {
	e := stopped(ctx, err)
	if e.Class == fault.Usage || strings.Contains(e.Message.EN, "nothing was ") { // it says so itself
		return e
	}
	e.Message = i18n.Join("; ", e.Message, i18n.T("hiçbir şey kaydedilmedi", "nothing was recorded"))
	return e
}

// stopped gives a copy of the error that is to be told: a signal's when there was one.
func stopped(ctx context.Context, err error) *fault.Error {
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	e := *fault.From(err)
	return &e
}
