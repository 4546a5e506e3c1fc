package registrycmd

import (
	"context"
	"slices"
	"strings"

	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/registry"
)

// dialogue asks somebody at a terminal for the fields of a row, one after the other. Each answer is checked at once, and
// asked for again when it is wrong.
type dialogue struct {
	d     *cmdkit.Deps
	today registry.Date // the first day of a row that names none
	keep  bool          // of a row that is there: an empty answer keeps a value, "-" clears it
}

// ask asks for columns and puts the answers into p, until the row as a whole is right, too.
func (q dialogue) ask(ctx context.Context, p *registry.Person, columns []string) error {
	if q.keep {
		q.d.Tell(i18n.T("Değeri olduğu gibi bırakmak için Enter'a basın; silmek için - yazın.", "Press Enter to keep a value; type - to clear it."))
	} else {
		q.d.Tell(i18n.T("Yıldızlı (*) alanlar zorunludur; ötekileri boş bırakmak için Enter'a basın.", "Fields with a star (*) are required; press Enter to leave another one empty."))
	}
	return q.fields(ctx, p, columns)
}

func (q dialogue) fields(ctx context.Context, p *registry.Person, columns []string) error {
	for {
		for _, c := range columns {
			if q.needless(*p, c) {
				continue
			}
			if err := q.field(ctx, p, c); err != nil {
				return err
			}
		}
		if p.ValidFrom == "" {
			p.ValidFrom = q.today
		}
		columns = columns[:0:0]
		for _, problem := range registry.Validate(*p) {
			q.wrong(problem)
			if problem.Column != "" && !slices.Contains(columns, problem.Column) {
				columns = append(columns, problem.Column)
			}
		}
		if len(columns) == 0 {
			return nil
		}
	}
}

// again asks for what keeps a row from standing beside those of Ek-2, so that no other answer is lost; whatever else failed
// it gives back.
func (q dialogue) again(ctx context.Context, p *registry.Person, failed error) error {
	problems := registry.ProblemsOf(failed)
	if len(problems) == 0 {
		return failed
	}
	var columns []string
	for _, problem := range problems {
		q.wrong(problem)
		switch problem.Column {
		case registry.ColValidFrom: // of two periods
			columns = append(columns, registry.ColValidFrom, registry.ColValidTo)
		case registry.ColSurname: // of two people of one name
			columns = append(columns, registry.ColGivenName, registry.ColSurname, registry.ColEmail, registry.ColLogin)
		default:
			columns = append(columns, problem.Column)
		}
	}
	q.keep = true // what is not answered stays
	return q.ask(ctx, p, columns)
}

// needless tells of which columns nothing can be said: the day of a letter that there is not, and what only people who query
// from here have.
func (q dialogue) needless(p registry.Person, column string) bool {
	switch column {
	case registry.ColNoticeDate:
		return p.NoticeNo == "" && p.NoticeDate == ""
	case registry.ColLogin, registry.ColScope:
		return p.Party == registry.MYK && p.Get(column) == ""
	}
	return false
}

// field asks for one column.
func (q dialogue) field(ctx context.Context, p *registry.Person, column string) error {
	for {
		answer, err := q.d.Streams.Prompt(ctx, cmdkit.Clean(q.d.In(q.question(*p, column))))
		if err != nil {
			return err
		}
		answer = strings.TrimSpace(answer)
		switch {
		case q.keep && answer == "" && p.Get(column) != "":
			return nil
		case q.keep && answer == "-":
			answer = ""
		case column == registry.ColRole && len(answer) == 1 && answer[0] >= '1' && int(answer[0]-'1') < len(registry.Roles()):
			answer = string(registry.Roles()[answer[0]-'1'])
		}
		was := *p
		problem := p.Set(column, answer)
		if problem == nil && answer == "" && (slices.Contains(registry.Required(), column) || q.keep && column == registry.ColValidFrom) {
			*p = was
			problem = &registry.Problem{Column: column, Text: i18n.T("bu alan boş olamaz", "this field cannot be empty")}
		}
		if problem == nil {
			return nil
		}
		q.wrong(*problem)
	}
}

func (q dialogue) wrong(p registry.Problem) {
	if label, ok := labels[p.Column]; ok {
		q.d.Tell(i18n.Tf("  ! %s: %s", "  ! %s: %s", label, p.Text))
		return
	}
	q.d.Tell(i18n.Tf("  ! %s", "  ! %s", p.Text))
}

// question words the question for a column.
func (q dialogue) question(p registry.Person, column string) i18n.Text {
	text := labels[column]
	switch column {
	case registry.ColParty:
		text = i18n.T("taraf (MYK ya da ISKUR)", "party (MYK or ISKUR)")
	case registry.ColRole:
		text = i18n.T("görev (1 idari koordinatör, 2 teknik koordinatör, 3 yetkili personel)", "role (1 administrative coordinator, 2 technical coordinator, 3 authorised person)")
	case registry.ColPhone:
		text = i18n.T("telefon (örnek: 0312 555 00 00)", "phone (for example +90 312 555 00 00)")
	case registry.ColValidFrom:
		if !q.keep { // Enter keeps that of a row that is there
			text = i18n.T("başlangıç tarihi (boş: bugün)", "valid from (empty: today)")
		}
	case registry.ColValidTo:
		text = i18n.T("bitiş tarihi, o gün dahil", "valid to, that day included")
		if p.ValidTo == "" {
			text = i18n.T("bitiş tarihi, o gün dahil (boş: açık)", "valid to, that day included (empty: open)")
		}
	case registry.ColNoticeNo:
		text = i18n.T("bildirim yazısının sayısı (henüz yoksa boş)", "number of the notice (empty when there is none yet)")
	case registry.ColLogin:
		text = i18n.T("işletim sistemi kullanıcısı (sorgu yapacaksa)", "operating-system user (of who will query)")
	case registry.ColScope:
		text = i18n.Tf("izinli işlemler (boş: hepsi; %s)", "permitted operations (empty: all; %s)", strings.Join(methods(), " "))
		if len(p.Scope) > 0 {
			text = i18n.Tf("izinli işlemler (%s)", "permitted operations (%s)", strings.Join(methods(), " "))
		}
	}
	if now := p.Get(column); q.keep && now != "" {
		text = i18n.Tf("%s [%s]", "%s [%s]", text, now)
	}
	if slices.Contains(registry.Required(), column) {
		text = i18n.Join("", i18n.T("* ", "* "), text)
	}
	return i18n.Join("", text, i18n.T(":", ":"))
}

// confirm shows what would be done and asks whether to do it; --yes answers. A no is class Negative, not_confirmed.
func confirm(ctx context.Context, d *cmdkit.Deps, question i18n.Text) error {
	if d.Globals.Yes {
		return nil
	}
	answer, err := d.Streams.Prompt(ctx, d.In(i18n.Join(" ", question, i18n.T("[e/H]", "[y/N]"))))
	if err != nil {
		return err
	}
	switch i18n.Fold(strings.TrimSpace(answer)) {
	case "e", "evet", "y", "yes":
		return nil
	}
	return fault.New(fault.Negative, "not_confirmed", i18n.T("onaylanmadı; hiçbir şey değişmedi", "not confirmed; nothing was changed"))
}

// show lists the fields of a row that hold something, of a changed one what becomes of them.
func show(d *cmdkit.Deps, before *registry.Person, p registry.Person) {
	if before == nil {
		for _, c := range registry.Columns() {
			if v := readable(p, c); !v.Empty() {
				d.Tell(i18n.Tf("  %s: %s", "  %s: %s", labels[c], v))
			}
		}
		return
	}
	empty := i18n.T("(boş)", "(empty)")
	for _, c := range registry.Diff(*before, p) {
		was, is := readable(*before, c), readable(p, c)
		if was.Empty() {
			was = empty
		}
		if is.Empty() {
			is = empty
		}
		d.Tell(i18n.Tf("  %s: %s → %s", "  %s: %s → %s", labels[c], was, is))
	}
}

// readable is a column as people read it.
func readable(p registry.Person, column string) i18n.Text {
	v := p.Get(column)
	switch {
	case v == "":
		return i18n.Text{}
	case column == registry.ColParty:
		return p.Party.Name()
	case column == registry.ColRole:
		return p.Role.Name()
	}
	return i18n.T(v, v)
}
