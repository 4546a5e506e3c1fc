package registrycmd

import (
	"context"

	"github.com/spf13/cobra"

	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/output"
	"iskurctl/internal/registry"
)

type updateOptions struct {
	d      *cmdkit.Deps
	out    *cmdkit.Output
	fields *fieldFlags
}

func newUpdate(d *cmdkit.Deps) *cobra.Command {
	o := &updateOptions{d: d}
	cmd := d.Command(cmdkit.Spec{
		Use:   "update " + d.In(i18n.T("NO", "ID")),
		Short: i18n.T("bir kaydın alanlarını değiştirir", "changes fields of a row"),
		Long: i18n.T(`Verilen seçeneklerin alanlarını değiştirir, ötekilere dokunmaz; boş değer ("") alanı siler. Seçenek verilmezse terminalde her alan şimdiki değeriyle sorulur: Enter değeri bırakır, - siler; arada kaydı başkası değiştirmişse hiçbir şey yazılmaz (çıkış kodu 4). Önceki hâl silinmez: `+"`registry history`"+` gösterir.

Yeni hâl öteki tarafa henüz bildirilmemiş sayılır. Bildirildiyse yazının sayısını ve tarihini --notice-no ve --notice-date ile birlikte verin ya da `+"`registry notice`"+` ile yazıyı hazırlayın.`,
			`Changes the fields whose flags are given and leaves the others alone; an empty value ("") clears a field. Without flags each field is asked for on a terminal, with its present value: Enter keeps it, - clears it; when somebody else changed the row meanwhile nothing is written (exit 4). What was there before is kept: see `+"`registry history`"+`.

The other party counts as not told of the new version. If it was told, give number and date of the letter with --notice-no and --notice-date, or make the letter with `+"`registry notice`"+`.`),
		Example: i18n.T("iskurctl registry update 3 --phone \"0312 555 00 01\"\niskurctl registry update 3 --title \"\" --notice-no E-2026/15 --notice-date 22.11.2026\niskurctl registry update 3",
			"iskurctl registry update 3 --phone \"+90 312 555 00 01\"\niskurctl registry update 3 --title \"\" --notice-no E-2026/15 --notice-date 2026-11-22\niskurctl registry update 3"),
		Exits: changeExits,
		Args:  oneRow,
		Run:   func(ctx context.Context, args []string) error { return runUpdate(ctx, o, args[0]) },
	})
	cmd.ValidArgsFunction = completeRows(d)
	o.fields = addFieldFlags(d, cmd)
	o.out = d.OutputFlags(cmd, nil)
	return cmd
}

func runUpdate(ctx context.Context, o *updateOptions, arg string) error {
	id, err := rowID(arg)
	if err == nil {
		err = o.fields.put(&registry.Person{}) // what is wrong by itself is told before anything is opened
	}
	if err != nil {
		return err
	}
	byFlags := len(o.fields.given()) > 0
	if !byFlags && !o.d.Streams.InTTY {
		return fault.New(fault.Usage, "fields_missing", i18n.T("neyin değişeceği verilmedi", "what is to be changed is not said")).
			WithHint(i18n.Tf("değişecek alanın seçeneğini ekleyin: %s", "add the flag of the field to be changed: %s", asFlags(registry.Columns())))
	}
	return o.out.Emit(ctx, func(s *output.Sink) error {
		r, who, err := change(ctx, o.d)
		var before, after registry.Person
		switch {
		case err != nil:
		case byFlags:
			before, after, err = r.Update(ctx, who, id, 0, o.fields.put)
			err = flagged(err)
		default:
			before, after, err = o.dialogue(ctx, r, who, id)
		}
		if err != nil {
			_ = s.Abort() // nothing was changed: not even an empty result
			return err
		}
		if before.Version == after.Version {
			o.d.Note(i18n.T("değişen bir şey yok; yeni sürüm yazılmadı", "nothing differs; no new version was written"))
		}
		return s.Object(object(after))
	})
}

// dialogue asks for the fields of the version that it shows, and changes that version only.
func (o *updateOptions) dialogue(ctx context.Context, r *registry.Registry, who registry.Who, id int64) (before, after registry.Person, err error) {
	if before, err = r.Get(ctx, id); err != nil {
		return before, after, err
	}
	after = before
	after.NoticeNo, after.NoticeDate = "", "" // they told of the present version
	q := dialogue{d: o.d, today: r.Today(), keep: true}
	err = q.ask(ctx, &after, asked())
	for err == nil {
		if len(registry.Diff(before, after)) == 0 || onlyNoticeGone(before, after) {
			return before, before, nil
		}
		o.d.Tell(i18n.T("Değişecek:", "To be changed:"))
		show(o.d, &before, after)
		if err = confirm(ctx, o.d, i18n.T("Kaydedilsin mi?", "Register it?")); err != nil {
			break
		}
		was, is, failed := r.Update(ctx, who, id, before.Version, func(p *registry.Person) error {
			for _, c := range registry.Columns() {
				if problem := p.Set(c, after.Get(c)); problem != nil {
					return fault.New(fault.Usage, problem.Code, problem.Text)
				}
			}
			return nil
		})
		if failed == nil {
			return was, is, nil
		}
		err = q.again(ctx, &after, failed)
	}
	return before, after, err
}

// onlyNoticeGone reports whether nothing was answered that makes another version.
func onlyNoticeGone(before, after registry.Person) bool {
	before.NoticeNo, before.NoticeDate = "", ""
	return len(registry.Diff(before, after)) == 0
}
