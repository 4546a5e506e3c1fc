package registrycmd

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/registry"
	"iskurctl/internal/registry/document"
)

type noticeOptions struct {
	paper
	since, no, date string
	from, dated     registry.Date
}

func newNotice(d *cmdkit.Deps) *cobra.Command {
	o := &noticeOptions{paper: paper{d: d}}
	cmd := d.Command(cmdkit.Spec{
		Use:   "notice",
		Short: i18n.T("değişiklikleri öteki tarafa bildiren yazıyı hazırlar", "makes the letter that tells the other party what changed"),
		Long: i18n.T(`Madde 8(8) gereği, bir tarafın Ek-2'sinde öteki tarafa henüz bildirilmemiş değişiklikleri anlatan yazıyı ve eki olan güncel formu yazar. --since verilirse o günden beri olan bütün değişiklikler yazılır, bildirilmiş olanlar da. Bildirilecek bir şey yoksa çıkış kodu 3 olur ve dosya yazılmaz.

--notice-no ve --notice-date verilmezse yazı taslaktır: sayısı ve tarihi boş kalır, kayda bir şey düşülmez. İkisi verilirse yazının anlattığı değişiklikler, tek işlemde, bu yazıyla bildirildi olarak kaydedilir.`,
			`As article 8(8) wants it, writes the letter that tells the other party of the changes of a party's Ek-2 that it was not told of yet, with the present form behind it. With --since all changes from that day on are told, also those that were notified. When there is nothing to tell the exit is 3 and no file is written.

Without --notice-no and --notice-date it is a draft: number and date are left blank, and nothing is recorded. With both, the changes that the letter tells are recorded as notified by it, in one commit.`),
		Example: i18n.T("iskurctl registry notice --party ISKUR --out bildirim.docx\niskurctl registry notice --party ISKUR --notice-no E-2026/15 --notice-date 22.11.2026 --out bildirim.pdf",
			"iskurctl registry notice --party ISKUR --out notice.docx\niskurctl registry notice --party ISKUR --notice-no E-2026/15 --notice-date 2026-11-22 --out notice.pdf"),
		Exits: changeExits,
		Run:   func(ctx context.Context, _ []string) error { return runNotice(ctx, o) },
	})
	o.flags(cmd)
	f := cmd.Flags()
	f.StringVar(&o.since, "since", "", d.In(i18n.T("`TARİH` bu günden beri olan bütün değişiklikler", "`DATE` all changes from this day on")))
	f.StringVar(&o.no, "notice-no", "", d.In(i18n.T("`SAYI` yazının sayısı; --notice-date ile birlikte bildirimi kayda geçirir", "`NO` number of the letter; with --notice-date it records the notice")))
	f.StringVar(&o.date, "notice-date", "", d.In(i18n.T("`TARİH` yazının tarihi", "`DATE` date of the letter")))
	return cmd
}

func runNotice(ctx context.Context, o *noticeOptions) error {
	if err := o.check(); err != nil {
		return err
	}
	record := o.no != ""
	r, who, err := o.open(ctx, record)
	if err != nil {
		return err
	}
	mark, err := o.mark()
	if err != nil {
		return err
	}
	changes, err := r.Unnotified(ctx, o.whose, o.from)
	if err != nil {
		return err
	}
	if !document.Tells(changes) {
		return fault.New(fault.Negative, "notice_nothing", i18n.T("bildirilecek bir değişiklik yok; dosya yazılmadı", "there is no change to be told; no file was written")).
			WithHint(i18n.T("bildirilmiş değişiklikleri de yazmak için: --since TARİH", "to tell what was told before as well: --since DATE"))
	}
	people, err := o.people(ctx, r)
	if err != nil {
		return err
	}
	data := document.NoticeData{Lang: o.d.Lang, Party: o.whose, AsOf: o.day, No: o.no, Date: o.dated, Since: o.from, Changes: changes, People: people, Mark: mark}
	told := 0
	err = o.write(func(w io.Writer) error {
		err := document.Notice(w, o.format, data)
		if err == nil && record { // the file is whole but has no name yet: a letter without its record is not left behind
			told, err = r.Notified(ctx, who, o.no, o.dated, changes)
		}
		return err
	})
	if err != nil {
		return o.recorded(told, err)
	}
	if record {
		o.d.Note(i18n.Tf("%s: yazı hazır; %s bildirildi olarak kaydedildi", "%s: the letter; %s recorded as notified", o.file, i18n.Count(int64(told), "%d değişiklik", "%d change is", "%d changes are")))
	} else {
		o.d.Note(i18n.Tf("%s: taslak, hiçbir şey kaydedilmedi; yazı çıkınca sayısı ve tarihiyle: --notice-no SAYI --notice-date TARİH", "%s: a draft, nothing was recorded; once the letter is sent give its number and date: --notice-no NO --notice-date DATE", o.file))
	}
	return nil
}

// check reads the flags.
func (o *noticeOptions) check() (err error) {
	if err = o.read(); err != nil {
		return err
	}
	if o.from, err = dayFlag("since", o.since); err != nil {
		return err
	}
	if (o.no == "") != (o.date == "") {
		return fault.New(fault.Usage, "notice_incomplete", i18n.T("--notice-no ile --notice-date birlikte verilir", "--notice-no and --notice-date go together")).
			WithHint(i18n.T("taslak için ikisini de vermeyin", "for a draft give neither"))
	}
	if o.dated, err = dayFlag("notice-date", o.date); err != nil || o.no == "" {
		return err
	}
	var p registry.Person // the number is checked before the letter is made with it
	if problem := p.Set(registry.ColNoticeNo, o.no); problem != nil {
		return fault.New(fault.Usage, problem.Code, i18n.Tf("--notice-no: %s", "--notice-no: %s", problem.Text))
	}
	o.no = p.NoticeNo
	return nil
}

// open opens the registry: to be changed when the notice is to be recorded.
func (o *noticeOptions) open(ctx context.Context, record bool) (*registry.Registry, registry.Who, error) {
	if record {
		return change(ctx, o.d)
	}
	r, err := o.d.Registry(ctx, false)
	return r, registry.Who{}, err
}

// recorded says of a file that could not get its name that the notice is recorded all the same.
func (o *noticeOptions) recorded(told int, err error) error {
	f := fault.From(err)
	if told == 0 || f.Class != fault.Output {
		return err
	}
	return fault.New(f.Class, f.Code, i18n.Join("; ", f.Message, i18n.T("bildirim ise kaydedildi", "the notice is recorded, however"))).Because(err).
		WithHint(i18n.T("yazıyı yeniden yazmak için --since ile, --notice-no vermeden yineleyin", "to write the letter again repeat it with --since and without --notice-no"))
}
