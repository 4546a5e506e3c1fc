package registrycmd

import (
	"cmp"
	"context"
	"iter"
	"slices"

	"github.com/spf13/cobra"

	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/output"
	"iskurctl/internal/registry"
	"iskurctl/internal/registry/sheet"
)

type importOptions struct {
	d            *cmdkit.Deps
	out          *cmdkit.Output
	input, sheet string
}

// importColumns are those of the preview: what each row would do, or what is wrong with it.
var importColumns = []output.Column{
	{Key: "line", Title: i18n.T("SATIR", "LINE"), Kind: output.Number},
	{Key: "change", Title: i18n.T("SONUÇ", "CHANGE"), Kind: output.Code, Tone: changeTone},
	{Key: "id", Title: i18n.T("NO", "ID"), Kind: output.Number, Spare: true},
	{Key: "party", Title: i18n.T("TARAF", "PARTY"), Kind: output.Code, Yield: 2, Spare: true},
	{Key: "role", Title: i18n.T("GÖREV", "ROLE"), Kind: output.Code, Yield: 3, Spare: true},
	{Key: "given_name", Title: i18n.T("AD", "GIVEN NAME"), Kind: output.Code, Yield: 1, Spare: true},
	{Key: "surname", Title: i18n.T("SOYAD", "SURNAME"), Kind: output.Code, Yield: 1, Spare: true},
	{Key: "fields", Title: i18n.T("DEĞİŞEN ALANLAR", "FIELDS CHANGED"), Kind: output.Code, Spare: true},
	{Key: "column", Title: i18n.T("SÜTUN", "COLUMN"), Kind: output.Code, Spare: true},
	{Key: "code", Title: i18n.T("HATA", "PROBLEM"), Kind: output.Code, Spare: true},
	{Key: "message", Title: i18n.T("AÇIKLAMA", "MESSAGE"), Kind: output.Text, Spare: true},
}

// changeBad is the change of a row that cannot be taken.
const changeBad = "bad"

func changeTone(change string) output.Tone {
	switch change {
	case registry.ChangeAdd, registry.ChangeUpdate:
		return output.ToneGood
	case changeBad:
		return output.ToneBad
	}
	return output.ToneNone
}

func newImport(d *cmdkit.Deps) *cobra.Command {
	o := &importOptions{d: d}
	cmd := d.Command(cmdkit.Spec{
		Use:   "import",
		Short: i18n.T("Ek-2'yi CSV ya da Excel dosyasından günceller", "updates Ek-2 from a CSV or Excel file"),
		Long: i18n.T(`CSV ya da Excel (.xlsx) dosyasındaki satırları Ek-2'ye aktarır. İlk satır sütun adlarını taşır, sırası serbesttir: party, role, given_name ve surname zorunlu; unit, title, phone, email, valid_from, valid_to, notice_no, notice_date, login, scope ve id isteğe bağlı. id verilen satır o kaydı günceller; id'siz satır kayıtta aynen varsa atlanır, yoksa eklenir.

Önce ne değişeceği gösterilir. Terminalde onay istenir; terminal yoksa --yes verilmedikçe hiçbir şey değişmez. Ya hepsi ya hiçbiri: tek bir hatalı satırda hatalar satır ve sütunuyla listelenir, hiçbir şey yazılmaz (çıkış kodu 11). Excel'in bozduğu değerler (sayıya çevrilmiş telefon, tarihe çevrilmiş sayı) tahmin edilmez, bildirilir. Dosyada birden çok dolu sayfa varsa --sheet ile seçilir.`,
			`Takes the rows of a CSV or Excel (.xlsx) file into Ek-2. The first line names the columns, in any order: party, role, given_name and surname are required; unit, title, phone, email, valid_from, valid_to, notice_no, notice_date, login, scope and id are optional. A row with an id updates that row; one without is skipped when the registry holds the same, and else added.

First it is shown what would change. On a terminal it has to be confirmed; without one nothing changes unless --yes is given. All or nothing: with one bad row the problems are listed by line and column and nothing is written (exit 11). What Excel damaged (a telephone that became a number, a number that became a date) is not guessed at but told. When the file has several sheets that hold something, --sheet names one.`),
		Example: i18n.T("iskurctl registry import --input ek2.xlsx\niskurctl registry import --input ek2.csv --yes\niskurctl registry import --input - -o json < ek2.csv",
			"iskurctl registry import --input ek2.xlsx\niskurctl registry import --input ek2.csv --yes\niskurctl registry import --input - -o json < ek2.csv"),
		Exits: changeExits,
		Run:   func(ctx context.Context, _ []string) error { return runImport(ctx, o) },
	})
	f := cmd.Flags()
	f.StringVar(&o.input, "input", "", d.In(i18n.T("`DOSYA` CSV ya da .xlsx (- : standart girdi)", "`FILE` CSV or .xlsx (- : standard input)")))
	f.StringVar(&o.sheet, "sheet", "", d.In(i18n.T("`AD` Excel dosyasının okunacak sayfası", "`NAME` the sheet of the Excel file to be read")))
	_ = cmd.MarkFlagFilename("input") // a file is completed by the shell itself
	o.out = d.OutputFlags(cmd, importColumns)
	return cmd
}

func runImport(ctx context.Context, o *importOptions) error {
	if o.input == "" {
		return cmdkit.FlagMissing("input", i18n.T("DOSYA", "FILE")).WithHint(i18n.T("örnek: --input ek2.xlsx (- : standart girdi)", "for example: --input ek2.xlsx (- : standard input)"))
	}
	s, err := o.out.Open()
	if err != nil {
		return err
	}
	if err = o.run(ctx, s); fault.ClassOf(err) == fault.Negative { // the preview is whole, and somebody said no
		return cmdkit.Finish(s, err)
	}
	if closed := s.Close(); err == nil {
		return closed
	}
	return err
}

// run plans, shows the plan, and carries it out where that is wanted.
func (o *importOptions) run(ctx context.Context, s *output.Sink) error {
	r, who, err := o.open(ctx)
	if err != nil {
		_ = s.Abort()
		return err
	}
	plan, err := o.plan(ctx, r)
	if err == nil {
		err = o.preview(s, plan)
	}
	if err != nil {
		_ = s.Abort()
		return err
	}
	if n := int64(len(plan.Problems)); n > 0 {
		if err := s.Close(); err != nil { // the list of what is wrong is a whole result
			return err
		}
		return fault.New(fault.Input, "import_refused", i18n.Count(n, "girdide %d hata var; hiçbir şey değişmedi", "the input has %d problem; nothing was changed", "the input has %d problems; nothing was changed")).
			WithHint(i18n.T("listedeki satır ve sütunları kaynağında düzeltip aynı komutu yineleyin", "correct the lines and columns of the list where they come from, and repeat the command"))
	}
	added, updated, same := count(plan)
	tally := i18n.Tf("eklenecek: %d, güncellenecek: %d, aynı: %d", "to be added: %d, to be updated: %d, the same: %d", added, updated, same)
	if added+updated == 0 || !o.d.Globals.Yes { // a table is drawn at its end: it has to be seen before what is said of it
		if err := s.Close(); err != nil {
			return err
		}
	}
	if added+updated == 0 {
		o.d.Note(i18n.Tf("değişecek bir şey yok (%s)", "there is nothing to change (%s)", tally))
		return nil
	}
	if !o.d.Globals.Yes {
		if !o.d.Streams.InTTY || o.input == "-" {
			o.d.Note(i18n.Tf("hiçbir şey değişmedi (%s); uygulamak için aynı komuta --yes ekleyin", "nothing was changed (%s); to apply it add --yes to the same command", tally))
			return nil
		}
		if err := confirm(ctx, o.d, i18n.Tf("%s. Uygulansın mı?", "%s. Apply?", tally)); err != nil {
			return err
		}
	}
	if err := r.Apply(ctx, who, plan); err != nil {
		_ = s.Abort()
		return err
	}
	if err := s.Close(); err != nil {
		return err
	}
	o.d.Note(i18n.Tf("uygulandı: %d eklendi, %d güncellendi, %d aynı", "done: %d added, %d updated, %d the same", added, updated, same))
	return nil
}

// open opens the registry to be changed; a preview alone needs no master key.
func (o *importOptions) open(ctx context.Context) (*registry.Registry, registry.Who, error) {
	if o.d.Globals.Yes || o.d.Streams.InTTY {
		return change(ctx, o.d)
	}
	r, err := o.d.Registry(ctx, false)
	return r, registry.Who{}, err
}

func (o *importOptions) plan(ctx context.Context, r *registry.Registry) (*registry.Plan, error) {
	in, err := o.d.OpenInput(ctx, o.input)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	cmdkit.Roomy()
	return r.Plan(ctx, watched(ctx, sheet.Read(in.Reader, o.sheet)))
}

// watched ends rows when the run is stopped.
func watched(ctx context.Context, rows iter.Seq2[registry.Row, error]) iter.Seq2[registry.Row, error] {
	return func(yield func(registry.Row, error) bool) {
		for row, err := range rows {
			if ctx.Err() != nil {
				err = context.Cause(ctx)
			}
			if !yield(row, err) || err != nil {
				return
			}
		}
	}
}

// preview writes what each row would do; where rows are bad, only those, in the order of their lines.
func (o *importOptions) preview(s *output.Sink, plan *registry.Plan) error {
	if len(plan.Problems) > 0 {
		bad := slices.Clone(plan.Problems)
		slices.SortStableFunc(bad, func(a, b registry.Problem) int { return cmp.Compare(a.Line, b.Line) })
		for _, p := range bad {
			if err := s.Write(output.Record{p.Line, changeBad, nil, nil, nil, nil, nil, nil, p.Column, p.Code, o.d.In(p.Text)}); err != nil {
				return err
			}
		}
		return nil
	}
	for _, i := range plan.Items {
		var id any
		var fields []string
		if i.Before != nil {
			fields = registry.Diff(*i.Before, i.After)
			if id = i.Before.ID; i.Before.ID == 0 { // said once more by the input itself
				id = nil
			}
		}
		if i.Change == registry.ChangeSame {
			fields = nil
		}
		if err := s.Write(output.Record{i.Line, i.Change, id, string(i.After.Party), string(i.After.Role), i.After.GivenName, i.After.Surname, fields, nil, nil, nil}); err != nil {
			return err
		}
	}
	return nil
}

func count(plan *registry.Plan) (added, updated, same int64) {
	for _, i := range plan.Items {
		switch i.Change {
		case registry.ChangeAdd:
			added++
		case registry.ChangeUpdate:
			updated++
		default:
			same++
		}
	}
	return added, updated, same
}
