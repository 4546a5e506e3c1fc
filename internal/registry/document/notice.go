package document

import (
	"iskurctl/internal/i18n"
	"iskurctl/internal/registry"
)

// notice puts the letter together, in the order and with the words of official correspondence (the regulation on official
// correspondence of 2020, articles 9 to 19: sayı, tarih, konu, muhatap, ilgi, metin, imza, ek; between equals it ends with
// "arz ederim", article 16/12), and the form behind it.
func notice(d NoticeData) paper {
	in := func(tr, en string) string { return i18n.T(tr, en).In(d.Lang) }
	form := form(FormData{Lang: d.Lang, Party: d.Party, AsOf: d.AsOf, People: d.People, Mark: d.Mark})
	subject := in("Koordinatör ve yetkili personel değişikliği", "Change of coordinators and authorised people")
	p := form
	p.title = subject + " – " + partyName(d.Party).In(d.Lang)
	p.foot = p.title
	p.blocks = nil

	head := table{plain: true, columns: []column{{width: textWidth, align: center}}}
	for _, line := range []string{in("T.C.", ""), letterhead(d.Party).In(d.Lang), writer(d)} {
		if line != "" {
			head.rows = append(head.rows, []cell{{text: line}})
		}
	}
	no, date := plain(d.No), day(d.Date).In(d.Lang)
	if no == "" {
		no = "………………………"
	}
	if d.Date == "" {
		date = in("…… / …… / 20……", "…… / …… / 20……")
	}
	p.blocks = append(p.blocks, head,
		table{plain: true, columns: []column{{width: 25}, {width: 87}, {width: 58, align: right}}, rows: [][]cell{
			{{text: in("Sayı", "Number")}, {text: ": " + no}, {text: in("Tarih : ", "Date : ") + date}},
			{{text: in("Konu", "Subject")}, {text: ": " + subject}, {}},
		}},
		paragraph{align: center, text: addressee(other(d.Party)).In(d.Lang)},
		references(d),
		paragraph{indent: true, text: opening(d)})
	p.blocks = append(p.blocks, changes(d)...)
	p.blocks = append(p.blocks,
		paragraph{indent: true, keep: true, text: i18n.Tf("Kurumumuzun %s tarihindeki koordinatörlerini ve yetkili personelini gösteren form ektedir.",
			"The form attached shows our coordinators and authorised people as of %s.", day(d.AsOf)).In(d.Lang)},
		paragraph{indent: true, keep: true, text: in("Bilgilerinizi ve gereğini arz ederim.", "We would be grateful if you would take note and update your records accordingly.")},
		signer{lines: []string{in("(imza)", "(signature)"), in("Adı SOYADI", "Name"), in("Unvanı", "Title")}},
		paragraph{text: in("Ek : Yetki ve İrtibat Bilgi Formu", "Attached: Authorisation and Contact Form")},
		pageBreak{})
	p.blocks = append(p.blocks, form.blocks...)
	return p
}

// writer is the unit that writes: that of the administrative coordinator.
func writer(d NoticeData) string {
	for _, p := range d.People {
		if p.Party == d.Party && p.Role == registry.AdministrativeCoordinator {
			return plain(p.Unit)
		}
	}
	return ""
}

// references is what the letter refers to ("ilgi"): the protocol, and the last letter about the same.
func references(d NoticeData) block {
	t := table{plain: true, columns: []column{{width: 25}, {width: textWidth - 25}}}
	label := i18n.T("İlgi", "Reference").In(d.Lang)
	no, date := lastNotice(d)
	if no == "" {
		t.rows = [][]cell{{{text: label}, {text: ": " + protocol.In(d.Lang) + "."}}}
		return t
	}
	t.rows = [][]cell{
		{{text: label}, {text: ": a) " + protocol.In(d.Lang) + "."}},
		{{}, {text: "  b) " + i18n.Tf("%s tarihli ve %s sayılı yazımız.", "Our letter %[2]s of %[1]s.", day(date), no).In(d.Lang)}},
	}
	return t
}

func opening(d NoticeData) string {
	reference := i18n.T("İlgi", "the protocol")
	if no, _ := lastNotice(d); no != "" {
		reference = i18n.T("İlgi (a)", "the protocol (reference a)")
	}
	since := i18n.Text{}
	if d.Since != "" {
		since = i18n.Tf("%s tarihinden bugüne kadar ", " since %s", day(d.Since))
	}
	return i18n.Tf("%[1]s Protokol'ün 8'inci maddesinin sekizinci ve onuncu fıkraları kapsamında bildirdiğimiz koordinatör birim, koordinatör personel ve yetkili personel bilgilerinde %[2]saşağıdaki değişiklikler yapılmıştır.",
		"Under article 8, paragraphs 8 and 10, of %[1]s, the following has changed%[2]s in the coordinating units, coordinators and authorised people that we had named.", reference, since).In(d.Lang)
}

// changes are the tables of the letter.
func changes(d NoticeData) (out []block) {
	in := func(tr, en string) string { return i18n.T(tr, en).In(d.Lang) }
	n := newsOf(d.Changes)
	if len(n.added) > 0 {
		t := table{columns: []column{
			{title: in("Görevi", "Role"), width: 26}, {title: in("Adı soyadı", "Name"), width: 30}, {title: in("Unvanı, birimi", "Title, unit"), width: 32},
			{title: in("Telefon", "Phone"), width: 30}, {title: in("E-posta", "E-mail"), width: 30}, {title: in("Görev süresi", "Term"), width: 22},
		}}
		for _, p := range n.added {
			t.rows = append(t.rows, []cell{{text: roleName(p.Role).In(d.Lang)}, {text: plain(p.FullName()), bold: true}, {text: lines(plain(p.Title), plain(p.Unit))},
				{text: phone(p.Phone)}, {text: plain(p.Email)}, {text: term(p).In(d.Lang)}})
		}
		out = append(out, heading{level: 2, text: in("Göreve başlayanlar", "Newly named")}, t)
	}
	if len(n.ended) > 0 {
		t := table{columns: []column{
			{title: in("Görevi", "Role"), width: 38}, {title: in("Adı soyadı", "Name"), width: 44}, {title: in("Birimi", "Unit"), width: 58}, {title: in("Son görev günü", "Last day"), width: 30},
		}}
		for _, p := range n.ended {
			t.rows = append(t.rows, []cell{{text: roleName(p.Role).In(d.Lang)}, {text: plain(p.FullName()), bold: true}, {text: plain(p.Unit)}, {text: day(p.ValidTo).In(d.Lang)}})
		}
		out = append(out, heading{level: 2, text: in("Görevi sona erenler", "No longer in their role")}, t)
	}
	if len(n.changed) > 0 {
		t := table{columns: []column{
			{title: in("Görevi", "Role"), width: 28}, {title: in("Adı soyadı", "Name"), width: 34}, {title: in("Değişen bilgi", "What changed"), width: 26},
			{title: in("Önceki", "Before"), width: 41}, {title: in("Yeni", "Now"), width: 41},
		}}
		for _, c := range n.changed {
			for _, f := range c.fields {
				t.rows = append(t.rows, []cell{{text: roleName(c.after.Role).In(d.Lang)}, {text: plain(c.after.FullName()), bold: true}, {text: f.name.In(d.Lang)},
					{text: orDash(f.before.In(d.Lang))}, {text: orDash(f.after.In(d.Lang))}})
			}
		}
		out = append(out, heading{level: 2, text: in("Bilgileri değişenler", "Changed details")}, t)
	}
	return out
}

// orDash shows that a field is empty.
func orDash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}
