package registry

import (
	"fmt"
	"iter"
	"strings"
	"testing"

	"iskurctl/internal/fault"
)

// input makes rows of columns and lines, as a file would.
func input(header string, lines ...string) iter.Seq2[Row, error] {
	columns := strings.Split(header, ",")
	return func(yield func(Row, error) bool) {
		for i, line := range lines {
			row := Row{Line: int64(i + 2)}
			for j, text := range strings.Split(line, ",") {
				if columns[j] == "id" {
					_, _ = fmt.Sscan(text, &row.ID)
					continue
				}
				row.Given = append(row.Given, columns[j])
				if wrong := row.Person.Set(columns[j], text); wrong != nil {
					row.Problems = append(row.Problems, *wrong)
				}
			}
			if !yield(row, nil) {
				return
			}
		}
	}
}

func (p *place) plan(t testing.TB, rows iter.Seq2[Row, error]) *Plan {
	t.Helper()
	plan, err := p.Plan(t.Context(), rows)
	must(t, err)
	return plan
}

// said is a plan in short: its changes, then its problems.
func said(p *Plan) string {
	var all []string
	for _, i := range p.Items {
		all = append(all, i.Change)
	}
	for _, x := range p.Problems {
		all = append(all, fmt.Sprintf("%d:%s:%s", x.Line, x.Column, x.Code))
	}
	return strings.Join(all, " ")
}

const short = "party,role,given_name,surname,phone,valid_from,valid_to"

func TestAnImportAddsOnceWhateverIsRepeated(t *testing.T) {
	p := fresh(t)
	rows := input("surname,given_name,role,party,phone", "Kaya,Ali,yetkili personel,İŞKUR,0312 555 00 01", "Öz,Işıl,authorised_person,iskur,", "KAYA,Ali,yetkili personel,İŞKUR,0312 555 00 01", "Kaya,Ali,yetkili personel,İŞKUR,+90 312 555 0001")
	plan := p.plan(t, rows)
	if got := said(plan); got != "add add add same 4:surname:overlap" {
		t.Errorf("another case of letters is another name of the same person: %s", got)
	}
	wantFault(t, p.Apply(t.Context(), me, plan), fault.Input, "import_problems")
	rows = input("surname,given_name,role,party,phone", "Kaya,Ali,yetkili personel,İŞKUR,0312 555 00 01", "Öz,Işıl,authorised_person,iskur,", "Kaya,Ali,yetkili personel,İŞKUR,+90 312 555 0001")
	plan = p.plan(t, rows)
	if got := said(plan); got != "add add same" || plan.Changes() != 2 {
		t.Fatal(got)
	}
	must(t, p.Apply(t.Context(), me, plan))
	p.clock.set(day(t, "2026-12-24"))
	plan = p.plan(t, rows)
	if got := said(plan); got != "same same same" {
		t.Errorf("the same file on another day: %s", got)
	}
	must(t, p.Apply(t.Context(), me, plan))
	told, err := p.Unnotified(t.Context(), ISKUR, "")
	must(t, err)
	_, err = p.Notified(t.Context(), me, "E-5", "2026-12-24", told)
	must(t, err)
	if got := said(p.plan(t, rows)); got != "same same same" {
		t.Errorf("after the notice: %s", got)
	}
	if n := len(collect(t, p.List(t.Context(), Query{}))); n != 2 {
		t.Errorf("%d people", n)
	}
	p.sound(t)
}

func TestAnImportByNumberIsTheNextVersion(t *testing.T) {
	p := fresh(t)
	x := authorised("Ali", "Kaya")
	x.Login, x.Title, x.NoticeNo, x.NoticeDate = "akaya", "Uzman", "E-1", "2026-01-05"
	x = p.add(t, x)
	plan := p.plan(t, input("id,party,role,given_name,surname,title", "1,ISKUR,authorised_person,Ali,Kaya,Şef"))
	if said(plan) != "update" {
		t.Fatal(said(plan))
	}
	must(t, p.Apply(t.Context(), me, plan))
	got, err := p.Get(t.Context(), x.ID)
	must(t, err)
	if got.Title != "Şef" || got.Login != "akaya" || got.Version != 2 || got.NoticeNo != "" || got.ValidFrom != x.ValidFrom {
		t.Errorf("%+v", got)
	}
	for lines, want := range map[string]string{
		"1,ISKUR,authorised_person,Ali,Kaya,Şef": "same", "9,ISKUR,authorised_person,Ali,Kaya,Şef": "2:id:id_unknown",
		"1,ISKUR,authorised_person,Ali,Kaya,A\n1,ISKUR,authorised_person,Ali,Kaya,B": "update 3:id:id_twice",
	} {
		if got := said(p.plan(t, input("id,party,role,given_name,surname,title", strings.Split(lines, "\n")...))); got != want {
			t.Errorf("%q: got %s, want %s", lines, got, want)
		}
	}
	p.sound(t)
}

func TestEveryBadRowIsNamedAndNothingIsApplied(t *testing.T) {
	p := fresh(t)
	p.add(t, coordinator(MYK, TechnicalCoordinator, "Mert", "Meslek"))
	plan := p.plan(t, input(short,
		"MEB,yetkili personel,Ali,Kaya,+903125550000,2026-01-01,",
		"ISKUR,müdür,Ali,Kaya,9E+11,2026-13-01,",
		"ISKUR,yetkili personel,,Kaya,,2026-01-01,2025-01-01",
		"ISKUR,yetkili personel,İyi,Satır,,2026-01-01,",
		"MYK,teknik koordinatör,Yeni,Koordinatör,,2026-05-01,",
		"ISKUR,idari koordinatör,Bir,Kişi,,2026-01-01,2026-06-30",
		"ISKUR,idari koordinatör,Başka,Kişi,,2026-06-30,",
		"ISKUR,idari koordinatör,Sonraki,Kişi,,,"))
	want := "add add add add add 2:party:party_unknown 3:role:role_unknown 3:phone:phone_damaged 3:valid_from:date_invalid 4:given_name:missing 4:valid_to:period_reversed 6:valid_from:overlap 8:valid_from:overlap 9:valid_from:overlap"
	if got := said(plan); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	err := p.Apply(t.Context(), me, plan)
	wantFault(t, err, fault.Input, "import_problems")
	if len(ProblemsOf(err)) != len(plan.Problems) {
		t.Error("the problems are not behind the error")
	}
	if n := len(collect(t, p.List(t.Context(), Query{All: true}))); n != 1 {
		t.Errorf("%d people", n)
	}
}

func TestAnImportMayHandOverInAnyOrder(t *testing.T) {
	p := fresh(t)
	p.add(t, coordinator(ISKUR, TechnicalCoordinator, "Tuna", "Teknik"))
	plan := p.plan(t, input("id,"+short, ",ISKUR,teknik koordinatör,Deniz,Yeni,,2026-12-01,", "1,ISKUR,teknik koordinatör,Tuna,Teknik,+903125550000,2026-01-01,2026-11-30"))
	if said(plan) != "add update" {
		t.Fatal(said(plan))
	}
	must(t, p.Apply(t.Context(), me, plan))
	p.sound(t)
}

func TestAPlanThatIsOldIsRefused(t *testing.T) {
	p := fresh(t)
	plan := p.plan(t, input(short, "ISKUR,yetkili personel,Ali,Kaya,,2026-01-01,"))
	p.add(t, authorised("Başka", "Biri"))
	wantFault(t, p.Apply(t.Context(), me, plan), fault.Refused, "registry_changed")
	p.sound(t)
}
