package registry

import (
	"fmt"
	"testing"

	"iskurctl/internal/audit"
	"iskurctl/internal/fault"
)

func TestEkTwoIsListedByPartyRoleAndTurkishNames(t *testing.T) {
	p := fresh(t)
	for _, n := range [][2]string{{"Ali", "Şahin"}, {"Ali", "Sarı"}, {"Ali", "Zorlu"}, {"Ali", "Çelik"}, {"Ali", "Cengiz"}, {"Ali", "Demir"}, {"Ali", "İnce"}, {"Ali", "Irmak"}, {"Ali", "Öz"}, {"Ali", "Oz"}, {"Işıl", "Kaya"}, {"İpek", "Kaya"}} {
		p.add(t, authorised(n[0], n[1]))
	}
	p.add(t, coordinator(ISKUR, TechnicalCoordinator, "Tuna", "Teknik"))
	p.add(t, coordinator(ISKUR, AdministrativeCoordinator, "İdil", "İdari"))
	p.add(t, coordinator(MYK, TechnicalCoordinator, "Mert", "Meslek"))
	got := names(collect(t, p.List(t.Context(), Query{})))
	want := "Mert Meslek, İdil İdari, Tuna Teknik, Ali Cengiz, Ali Çelik, Ali Demir, Ali Irmak, Ali İnce, Işıl Kaya, İpek Kaya, Ali Oz, Ali Öz, Ali Sarı, Ali Şahin, Ali Zorlu"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := names(collect(t, p.List(t.Context(), Query{Party: ISKUR, Role: TechnicalCoordinator}))); got != "Tuna Teknik" {
		t.Errorf("one role of one party: %s", got)
	}
}

func TestASearchKnowsTurkishLetters(t *testing.T) {
	p := fresh(t)
	x := authorised("Işıl", "Kılıç")
	x.Email = "isil.kilic@iskur.gov.tr"
	p.add(t, x)
	p.add(t, authorised("İdil", "Şen"))
	for search, want := range map[string]string{
		"KILIÇ": "Işıl Kılıç", "kılıç ışıl": "Işıl Kılıç", "ISIL.KILIC": "Işıl Kılıç", "idil": "İdil Şen", "IDIL": "İdil Şen", "İDİL ŞEN": "İdil Şen",
		"idil kılıç": "", "sen": "", "%": "", "": "Işıl Kılıç, İdil Şen",
	} {
		if got := names(collect(t, p.List(t.Context(), Query{Search: search}))); got != want {
			t.Errorf("%q: got %q, want %q", search, got, want)
		}
	}
}

func TestNothingIsOverwritten(t *testing.T) {
	p := fresh(t)
	p.clock.set(day(t, "2025-05-01"))
	x := authorised("Ayşe", "Yılmaz")
	x.ValidFrom, x.Phone = "2025-01-01", "0312 555 00 01"
	x = p.add(t, x)
	p.clock.set(day(t, "2025-07-01"))
	before, after, err := p.Update(t.Context(), me, x.ID, 0, set(ColPhone, "+903125550002"))
	must(t, err)
	if before.Phone != "+903125550001" || after.Phone != "+903125550002" || after.Version != 2 {
		t.Fatal(before, after)
	}
	p.clock.set(day(t, "2026-02-01"))
	_, _, err = p.End(t.Context(), me, x.ID, "2026-01-31")
	must(t, err)
	p.clock.set(day(t, "2026-11-22"))
	for asOf, want := range map[Date]string{
		"2024-12-31": "", "2025-01-01": "+903125550001", "2025-06-30": "+903125550001", "2025-07-01": "+903125550002",
		"2026-01-31": "+903125550002", "2026-02-01": "", "": "", "2027-01-01": "",
	} {
		got := ""
		for _, p := range collect(t, p.List(t.Context(), Query{AsOf: asOf})) {
			got += p.Phone
		}
		if got != want {
			t.Errorf("as of %q: %q, want %q", asOf, got, want)
		}
	}
	var ops []string
	for _, c := range collect(t, p.History(t.Context(), x.ID)) {
		if (c.Before == nil) != (c.Op == OpAdd) || c.User != me.User || c.Host != me.Host {
			t.Errorf("change %+v", c)
		}
		ops = append(ops, c.Op)
	}
	if len(ops) != 3 || ops[0] != OpAdd || ops[1] != OpUpdate || ops[2] != OpEnd {
		t.Errorf("history: %v", ops)
	}
	if _, err := p.Get(t.Context(), 99); fault.From(err).Code != "row_unknown" {
		t.Error(err)
	}
	p.again(t).sound(t)
}

func TestANoticeBelongsToItsVersionOnly(t *testing.T) {
	p := fresh(t)
	x := authorised("Ayşe", "Yılmaz")
	x.NoticeNo, x.NoticeDate = "E-1", "2026-02-02"
	x = p.add(t, x)
	_, same, err := p.Update(t.Context(), me, x.ID, 1, func(*Person) error { return nil })
	must(t, err)
	if same.Version != 1 || same.NoticeNo != "E-1" {
		t.Errorf("nothing was changed: %+v", same)
	}
	y := p.add(t, authorised("Başka", "Biri"))
	_, _, err = p.Update(t.Context(), me, y.ID, 0, func(p *Person) error { p.NoticeNo, p.NoticeDate = "E-2", "2026-02-03"; return nil })
	must(t, err)
	if h := collect(t, p.History(t.Context(), y.ID)); len(h) != 2 || h[1].Op != OpNotice {
		t.Errorf("only a notice is new: %+v", h)
	}
	_, after, err := p.Update(t.Context(), me, x.ID, 1, set(ColTitle, "Uzman"))
	must(t, err)
	if after.NoticeNo != "" || after.NoticeDate != "" {
		t.Errorf("the notice told of another version: %+v", after)
	}
	_, _, err = p.Update(t.Context(), me, x.ID, 1, set(ColTitle, "Şef"))
	wantFault(t, err, fault.Refused, "registry_changed")
	_, _, err = p.Update(t.Context(), me, 7, 0, set(ColTitle, "Şef"))
	wantFault(t, err, fault.Negative, "row_unknown")
	p.sound(t)
}

func TestAPartyHasOneCoordinatorOfEachKindAtATime(t *testing.T) {
	p := fresh(t)
	first := p.add(t, coordinator(ISKUR, TechnicalCoordinator, "Tuna", "Teknik"))
	second := coordinator(ISKUR, TechnicalCoordinator, "Deniz", "Deneme")
	_, err := p.Add(t.Context(), me, second)
	wantFault(t, err, fault.Input, "overlap")
	if len(ProblemsOf(err)) != 1 {
		t.Error("no problem behind the error")
	}
	_, _, err = p.End(t.Context(), me, first.ID, "2026-06-30")
	must(t, err)
	second.ValidFrom = "2026-06-30"
	_, err = p.Add(t.Context(), me, second)
	wantFault(t, err, fault.Input, "overlap")
	second.ValidFrom = "2026-07-01"
	p.add(t, second)
	_, _, err = p.Update(t.Context(), me, first.ID, 0, set(ColValidTo, ""))
	wantFault(t, err, fault.Input, "overlap")
	p.add(t, coordinator(MYK, TechnicalCoordinator, "Deniz", "Deneme"))
	p.sound(t)
}

func TestTwoPeopleOfOneNameAreToldApart(t *testing.T) {
	p := fresh(t)
	a := authorised("Mehmet", "Yılmaz")
	a.Login = "myilmaz"
	p.add(t, a)
	b := authorised("MEHMET", "YILMAZ")
	_, err := p.Add(t.Context(), me, b)
	wantFault(t, err, fault.Input, "overlap")
	b.Login = "myilmaz2"
	p.add(t, b)
	c := authorised("Ayşe", "Kaya")
	c.Login = "myilmaz"
	_, err = p.Add(t.Context(), me, c)
	wantFault(t, err, fault.Input, "login_shared")
	p.sound(t)
}

func TestAListingDoesNotSeeWhatIsChangedMeanwhile(t *testing.T) {
	p := fresh(t)
	const people = 2*pageRows + 7
	plan, err := p.Plan(t.Context(), many(people))
	must(t, err)
	must(t, p.Apply(t.Context(), me, plan))
	before := names(collect(t, p.List(t.Context(), Query{})))
	var during []Person
	for x, err := range p.List(t.Context(), Query{}) {
		must(t, err)
		if during = append(during, x); len(during)%pageRows == 10 { // behind, ahead and at the end
			for i := range int64(20) {
				_, _, err := p.Update(t.Context(), me, 1+(i*53+int64(len(during)))%people, 0, set(ColSurname, []string{"Aa", "Zz"}[i%2]))
				must(t, err)
			}
			late := authorised("Yeni", "Zz")
			late.Login = fmt.Sprintf("yeni%d", len(during))
			p.add(t, late)
		}
	}
	if names(during) != before {
		t.Error("the listing shows a registry that never was")
	}
	if names(collect(t, p.List(t.Context(), Query{}))) == before {
		t.Error("nothing was changed")
	}
	p.sound(t)
}

func TestReadingNeedsNoKey(t *testing.T) {
	p := fresh(t)
	x := p.add(t, authorised("Ali", "Kaya"))
	r := New(Config{Store: p.st, Audit: audit.New(audit.Config{Store: p.st, Now: p.clock.now}), Now: p.clock.now})
	if got := names(collect(t, r.List(t.Context(), Query{}))); got != "Ali Kaya" {
		t.Error(got)
	}
	if _, err := r.Get(t.Context(), x.ID); err != nil {
		t.Error(err)
	}
	if n := len(collect(t, r.History(t.Context(), 0))); n != 1 {
		t.Errorf("%d changes", n)
	}
	_, err := r.Check(t.Context(), CheckOptions{})
	must(t, err)
	plan, err := r.Plan(t.Context(), input(short, "ISKUR,yetkili personel,Ali,Kaya,,2026-01-01,"))
	must(t, err)
	if said(plan) != "same" {
		t.Error(said(plan))
	}
}
