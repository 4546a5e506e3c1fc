package document

import (
	"strings"
	"testing"

	"iskurctl/internal/audit"
	"iskurctl/internal/i18n"
	"iskurctl/internal/registry"
)

// changed gives a person as it was and as it is.
func changed(id int64, change func(*registry.Person)) registry.Change {
	before := staff(registry.ISKUR, 3)[id-1]
	after := before
	change(&after)
	return registry.Change{Before: &before, After: after}
}

func TestTheLetterTellsWhatChanged(t *testing.T) {
	both(t, func(t *testing.T, l i18n.Lang) {
		d := NoticeData{Lang: l, Party: registry.ISKUR, AsOf: "2026-11-22", No: "E-77", Date: "2026-11-23", Since: "2026-01-05", People: staff(registry.ISKUR, 3), Changes: []registry.Change{
			{After: staff(registry.ISKUR, 1)[1]},
			changed(1, func(p *registry.Person) { p.Phone, p.Title = "+903125559999", "Daire Başkanı V." }),
			changed(3, func(p *registry.Person) { p.ValidTo = "2026-11-30" }),
		}}
		for _, f := range formats {
			text := bare(textOf(t, f, made(t, f, noticeOf(d))))
			want := []string{": E-77", "Telefon +90 312 555 00 01 +90 312 555 99 99", "Unvanı Daire Başkanı Daire Başkanı V.", "Göreve başlayanlar", "Görevi sona erenler", "30.11.2026",
				"T.C. TÜRKİYE İŞ KURUMU GENEL MÜDÜRLÜĞÜ İşgücü Uyum Dairesi Başkanlığı", "MESLEKİ YETERLİLİK KURUMU BAŞKANLIĞINA", "Tarih : 23.11.2026",
				"b) 05.01.2026 tarihli ve E-1234 sayılı yazımız.", "Bilgilerinizi ve gereğini arz ederim.", "Ek : Yetki ve İrtibat Bilgi Formu", "YETKİ VE İRTİBAT BİLGİ FORMU"}
			if l == i18n.EN {
				want = []string{": E-77", "Phone +90 312 555 00 01 +90 312 555 99 99", "Title Daire Başkanı Daire Başkanı V.", "Newly named", "No longer in their role", "30 November 2026",
					"To the VOCATIONAL QUALIFICATIONS AUTHORITY (MYK)", "Date : 23 November 2026", "b) Our letter E-1234 of 5 January 2026.", "AUTHORISATION AND CONTACT FORM"}
			}
			for _, w := range want {
				if !strings.Contains(text, bare(w)) {
					t.Errorf("%s does not hold %q:\n%s", f, w, text)
				}
			}
		}
	})
}

func TestALetterWithoutNumberHasRoomForIt(t *testing.T) {
	text := textOf(t, DOCX, made(t, DOCX, noticeOf(NoticeData{Party: registry.MYK, AsOf: "2026-11-22", Changes: []registry.Change{{After: staff(registry.MYK, 0)[0]}}, People: staff(registry.MYK, 0)})))
	for _, want := range []string{": ………", "Tarih : …… / …… / 20……", "TÜRKİYE İŞ KURUMU GENEL MÜDÜRLÜĞÜNE", "MESLEKİ YETERLİLİK KURUMU BAŞKANLIĞI\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("the letter does not hold %q:\n%s", want, text)
		}
	}
}

func TestWhatWasTakenBackIsNotTold(t *testing.T) {
	first := changed(1, func(p *registry.Person) { p.Phone = "+903125559999" })
	back := registry.Change{Before: &first.After, After: *first.Before}
	if Tells([]registry.Change{first, back}) {
		t.Error("a change that was taken back is told")
	}
	if Tells(nil) || Tells([]registry.Change{changed(1, func(p *registry.Person) { p.Login, p.NoticeNo = "baska", "E-9" })}) {
		t.Error("a login or the notice itself is told")
	}
	for name, c := range map[string]registry.Change{
		"scope":  changed(3, func(p *registry.Person) { p.Scope = []audit.Method{"ParametreGonderimi"} }),
		"role":   changed(3, func(p *registry.Person) { p.Role = registry.TechnicalCoordinator }),
		"reopen": {Before: &registry.Person{ID: 4, ValidTo: "2026-11-30"}, After: registry.Person{ID: 4}},
	} {
		if !Tells([]registry.Change{c}) {
			t.Errorf("%s is not told", name)
		}
	}
}

func TestSomebodyAddedAndCorrectedIsToldOnce(t *testing.T) {
	added := registry.Change{After: staff(registry.ISKUR, 1)[2]}
	correction := changed(3, func(p *registry.Person) { p.Surname = "Düzeltilmiş" })
	n := newsOf([]registry.Change{added, correction})
	if len(n.added) != 1 || len(n.changed) != 0 || n.added[0].Surname != "Düzeltilmiş" {
		t.Errorf("%+v", n)
	}
}
