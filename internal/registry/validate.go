package registry

import (
	"errors"
	"slices"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// Validate checks a person on its own: every column, those that are required, and how they go together. It needs no
// registry; what may stand beside what is checked by Add, Update, End and Plan.
func Validate(p Person) []Problem {
	_, problems := settle(p)
	return problems
}

// settle gives a person with every column as Set puts it, and what is wrong with it. A column with a problem stays as it is.
func settle(p Person) (Person, []Problem) {
	var problems []Problem
	for _, c := range Columns() {
		text := p.Get(c)
		if wrong := p.Set(c, text); wrong != nil {
			problems = append(problems, *wrong)
		} else if p.Get(c) == "" && slices.Contains(Required(), c) {
			problems = append(problems, Problem{Column: c, Code: "missing", Text: i18n.T("zorunlu alan boş", "a required field is empty")})
		}
	}
	wrong := func(column string) bool {
		return slices.ContainsFunc(problems, func(x Problem) bool { return x.Column == column })
	}
	if back := reversed(&p); back != nil && !wrong(ColValidFrom) && !wrong(ColValidTo) {
		problems = append(problems, *back)
	}
	if (p.NoticeNo == "") != (p.NoticeDate == "") && !wrong(ColNoticeNo) && !wrong(ColNoticeDate) {
		column := ColNoticeNo
		if p.NoticeDate == "" {
			column = ColNoticeDate
		}
		problems = append(problems, *problem(column, "notice_incomplete", "yazılı bildirimin sayısı ve tarihi birlikte verilir", "number and date of a written notice go together"))
	}
	return p, problems
}

// reversed tells of a period that ends before it begins. Of a row without a first day it finds nothing: that day comes when
// the row is registered.
func reversed(p *Person) *Problem {
	if p.ValidTo == "" || p.ValidTo >= p.ValidFrom {
		return nil
	}
	return problem(ColValidTo, "period_reversed", "bitiş tarihi başlangıçtan önce", "the last day lies before the first")
}

// refusal is an error with the problems behind it.
type refusal struct{ problems []Problem }

func (refusal) Error() string { return "the row has problems" }

// ProblemsOf gives the problems behind an error of Add, Update, End or Apply; nil when there are none.
func ProblemsOf(err error) []Problem {
	var r refusal
	if errors.As(err, &r) {
		return r.problems
	}
	return nil
}

// refuse makes the error of problems: the code of the first, and all of their texts, each with its column.
func refuse(class fault.Class, problems []Problem) error {
	if len(problems) == 0 {
		return nil
	}
	texts := make([]i18n.Text, len(problems))
	for i, p := range problems {
		texts[i] = p.Text
		if p.Column != "" {
			texts[i] = i18n.Tf("%s: %s", "%s: %s", p.Column, p.Text)
		}
	}
	return fault.New(class, problems[0].Code, i18n.Join("; ", texts...)).Because(refusal{problems})
}
