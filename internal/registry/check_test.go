package registry

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"iskurctl/internal/audit"
	"iskurctl/internal/fault"
	"iskurctl/internal/store"
)

func (p *place) findings(t testing.TB) string {
	t.Helper()
	found, err := p.Check(t.Context(), CheckOptions{})
	must(t, err)
	var all []string
	for _, f := range found {
		all = append(all, fmt.Sprintf("%s/%d", f.Code, f.ID))
	}
	return strings.Join(all, " ")
}

func TestCheckSaysWhatEkTwoLacks(t *testing.T) {
	p := fresh(t)
	if got, want := p.findings(t), "administrative_missing/0 technical_missing/0 administrative_missing/0 technical_missing/0"; got != want {
		t.Errorf("an empty registry: %s", got)
	}
	told := func(x Person) Person {
		x.NoticeNo, x.NoticeDate = "E-1", "2026-01-02"
		if x.Party == MYK {
			x.Email = "a.b@myk.gov.tr"
		}
		return p.add(t, x)
	}
	told(coordinator(MYK, AdministrativeCoordinator, "Mert", "Meslek"))
	told(coordinator(MYK, TechnicalCoordinator, "Mert", "Meslek"))
	over := coordinator(ISKUR, AdministrativeCoordinator, "Eski", "İdari")
	over.ValidTo = "2026-10-31"
	told(over)
	soon := coordinator(ISKUR, TechnicalCoordinator, "Tuna", "Teknik")
	soon.ValidTo, soon.Unit, soon.Email = "2026-12-22", "", "tuna@gmail.com"
	told(soon)
	a := authorised("Ali", "Kaya")
	a.Email, a.Login = "ali@il.iskur.gov.tr", "akaya"
	a = p.add(t, a)
	b := authorised("Veli", "Kaya")
	b.Phone, b.Email = "+903125550001", "veli@iskur.gov.tr"
	told(b)
	want := "same_person_both_roles/2 administrative_missing/0 expired/3 mail_domain/4 unknown_unit/4 expiring/4 contact_missing/5 not_notified/5 login_missing/6"
	if got := p.findings(t); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	_, _, err := p.Update(t.Context(), me, a.ID, 0, func(x *Person) error {
		x.Phone, x.NoticeNo, x.NoticeDate = "+903125550002", "E-2", "2026-11-01"
		return nil
	})
	must(t, err)
	if got := p.findings(t); strings.Contains(got, "/5") {
		t.Errorf("after the notice: %s", got)
	}
	found, err := p.Check(t.Context(), CheckOptions{Within: 29, Domains: map[Party][]string{ISKUR: {"gmail.com"}, MYK: {"myk.gov.tr"}}})
	must(t, err)
	if slices.ContainsFunc(found, func(f Finding) bool { return f.Code == "expiring" || f.Code == "mail_domain" && f.ID == 4 }) {
		t.Errorf("other days and domains: %v", found)
	}
}

func TestTheEndOfACoordinatorWhoseSuccessorFollowsIsNoFinding(t *testing.T) {
	for first, want := range map[Date]bool{"2026-12-02": true, "2026-12-01": false} { // a day without a coordinator, or none
		p := fresh(t)
		leaves := coordinator(ISKUR, TechnicalCoordinator, "Tuna", "Teknik")
		leaves.ValidTo = "2026-11-30"
		p.add(t, leaves)
		if got := p.findings(t); !strings.Contains(got, "expiring/1") {
			t.Fatalf("without a successor: %s", got)
		}
		comes := coordinator(ISKUR, TechnicalCoordinator, "Işıl", "Öz")
		comes.ValidFrom = first
		p.add(t, comes)
		if got := p.findings(t); strings.Contains(got, "expiring/1") != want {
			t.Errorf("successor from %s: %s", first, got)
		}
	}
}

func TestANoticeTellsOfWhatChangedSinceTheLast(t *testing.T) {
	p := fresh(t)
	ctx := t.Context()
	p.clock.set(day(t, "2026-03-01"))
	a, b, c := p.add(t, coordinator(ISKUR, TechnicalCoordinator, "Tuna", "Teknik")), p.add(t, authorised("Ali", "Kaya")), p.add(t, authorised("Işıl", "Öz"))
	p.add(t, coordinator(MYK, TechnicalCoordinator, "Mert", "Meslek"))
	told := func(since Date) (string, []Change) {
		t.Helper()
		list, err := p.Unnotified(ctx, ISKUR, since)
		must(t, err)
		var all []string
		for _, c := range list {
			all = append(all, fmt.Sprintf("%s/%d", c.Op, c.After.ID))
		}
		return strings.Join(all, " "), list
	}
	got, list := told("")
	if got != "add/1 add/2 add/3" {
		t.Fatal(got)
	}
	if _, err := p.Notified(ctx, me, "", "2026-03-02", list); fault.From(err).Code != "missing" {
		t.Error(err)
	}
	n, err := p.Notified(ctx, me, "E-1", "2026-03-02", list)
	if must(t, err); n != 3 {
		t.Fatal(n)
	}
	if got, _ := told(""); got != "" {
		t.Errorf("all was told: %s", got)
	}
	p.clock.set(day(t, "2026-06-01"))
	_, _, err = p.Update(ctx, me, a.ID, 0, set(ColPhone, "0312 555 00 09"))
	must(t, err)
	_, _, err = p.End(ctx, me, b.ID, "2026-06-30")
	must(t, err)
	_, _, err = p.Update(ctx, me, c.ID, 0, set(ColTitle, "Uzman"))
	must(t, err)
	_, _, err = p.Update(ctx, me, c.ID, 0, set(ColTitle, ""))
	must(t, err)
	got, list = told("")
	if got != "update/1 end/2" || list[0].Before == nil || list[0].Before.Phone != "+903125550000" || list[0].After.Phone != "+903125550009" {
		t.Fatalf("%s %+v", got, list)
	}
	if got, _ := told("2026-03-01"); got != "add/1 add/2 add/3" {
		t.Errorf("since the first day: %s", got)
	}
	if got, _ := told("2026-06-01"); got != "update/1 end/2" {
		t.Errorf("since the last: %s", got)
	}
	if got, _ := told("2026-06-02"); got != "" {
		t.Errorf("since then: %s", got)
	}
	_, _, err = p.Update(ctx, me, a.ID, 0, set(ColTitle, "Şef"))
	must(t, err)
	_, err = p.Notified(ctx, me, "E-2", "2026-06-02", list)
	wantFault(t, err, fault.Refused, "registry_changed")
	_, list = told("")
	_, err = p.Notified(ctx, me, "E-2", "2026-06-02", list)
	must(t, err)
	if x, _ := p.Get(ctx, a.ID); x.NoticeNo != "E-2" || x.Title != "Şef" {
		t.Errorf("%+v", x)
	}
	p.sound(t)
}

func TestOnlyActivePeopleOfIskurMayAskForWhatTheirScopeHolds(t *testing.T) {
	p := fresh(t)
	add := func(login string, change func(*Person)) {
		x := authorised("Kişi", "K"+strings.Map(func(r rune) rune {
			if r >= 'a' && r <= 'z' {
				return r
			}
			return -1
		}, login))
		x.Login = login
		change(&x)
		p.add(t, x)
	}
	add("all", func(*Person) {})
	add("one", func(x *Person) { x.Scope = []audit.Method{audit.ByRange} })
	add("over", func(x *Person) { x.ValidTo = "2026-11-21" })
	add("today", func(x *Person) { x.ValidFrom, x.ValidTo = "2026-11-22", "2026-11-22" })
	add("later", func(x *Person) { x.ValidFrom = "2026-11-23" })
	add("myk", func(x *Person) { x.Party = MYK })
	add("coordinator", func(x *Person) { x.Role = TechnicalCoordinator })
	ended := p.add(t, func() Person { x := authorised("Giden", "Kişi"); x.Login = "ended"; return x }())
	_, _, err := p.End(t.Context(), me, ended.ID, "2026-11-20")
	must(t, err)
	for login, want := range map[string]string{"all": "yyy", "one": "nyn", "over": "nnn", "today": "yyy", "later": "nnn", "myk": "nnn", "coordinator": "yyy", "ended": "nnn", "All": "nnn", "": "nnn", "nobody": "nnn"} {
		got := ""
		for _, m := range audit.Methods() {
			ok, err := p.Authorised(t.Context(), login, m, "2026-11-22")
			must(t, err)
			got += map[bool]string{true: "y", false: "n"}[ok]
		}
		if got != want {
			t.Errorf("%s: %s, want %s", login, got, want)
		}
	}
}

func TestWhoWritesHimselfIntoTheTablesMayNotAsk(t *testing.T) {
	w := world(t)
	must(t, w.st.Close())
	for name, texts := range map[string][]string{
		"into the list":             {"UPDATE registry_version SET login = 'saldirgan' WHERE n = 5"},
		"into a change":             {"UPDATE registry_change SET login = 'saldirgan' WHERE n = 5"},
		"into both":                 {"UPDATE registry_version SET login = 'saldirgan' WHERE n = 5", "UPDATE registry_change SET login = 'saldirgan' WHERE n = 5"},
		"into both, by all columns": {"INSERT INTO registry_change SELECT n + 1, seq + 1, 999, 1, op, time_ms, by_user, by_host, party, role, unit, given_name, surname, title, phone, email, valid_from, '', notice_no, notice_date, 'saldirgan', scope, salt FROM registry_change ORDER BY n DESC LIMIT 1", "INSERT INTO registry_version SELECT rank, key, 999, 1, (SELECT MAX(n) FROM registry_change), NULL, unit, given_name, surname, title, phone, email, valid_from, '', notice_no, notice_date, 'saldirgan', scope, search FROM registry_version WHERE n = 5"},
	} {
		dir := copied(t, w.dir)
		if !tamper(t, dir, texts...) {
			t.Fatalf("%s: nothing was altered", name)
		}
		p := at(t, dir, store.Open, w.clock)
		ok, err := p.Authorised(t.Context(), "saldirgan", audit.ByNumber, "2026-11-22")
		if ok && err == nil || err != nil && fault.From(err).Code != "registry_damaged" {
			t.Errorf("%s: %t, %v", name, ok, err)
		}
	}
}
