package document

import (
	"strconv"

	"iskurctl/internal/i18n"
	"iskurctl/internal/registry"
)

// form puts the form together.
func form(d FormData) paper {
	in := func(tr, en string) string { return i18n.T(tr, en).In(d.Lang) }
	p := paper{
		lang:   d.Lang,
		title:  formName.In(d.Lang) + " – " + partyName(d.Party).In(d.Lang),
		author: partyName(d.Party).In(d.Lang),
		made:   noon(d.AsOf),
		foot:   in("Ek-2, ", "Annex 2, ") + formName.In(d.Lang) + " – " + partyName(d.Party).In(d.Lang) + ", " + day(d.AsOf).In(d.Lang),
		mark:   d.Mark.In(d.Lang),
		blocks: []block{
			paragraph{text: in("EK-2", "ANNEX 2"), align: right, bold: true},
			heading{level: 1, text: in("YETKİ VE İRTİBAT BİLGİ FORMU", "AUTHORISATION AND CONTACT FORM")},
		},
	}
	p.blocks = append(p.blocks, formBlocks(d)...)
	return p
}

// formBlocks is the form below its title. Its columns beyond the four of article 8(10) are ours: the protocol names the form,
// not what stands in it.
func formBlocks(d FormData) []block {
	in := func(tr, en string) string { return i18n.T(tr, en).In(d.Lang) }
	return []block{
		table{
			columns: []column{{width: 42, label: true}, {width: textWidth - 42}},
			rows: [][]cell{
				{{text: in("Bilgileri veren taraf", "Party")}, {text: partyName(d.Party).In(d.Lang), bold: true}},
				{{text: in("Protokol", "Protocol")}, {text: protocol.In(d.Lang)}},
				{{text: in("Dayanak", "Basis")}, {text: in("Protokol, Madde 8 (8) ve (10); Ek-2", "Protocol, article 8 (8) and (10); annex 2")}},
				{{text: in("Bilgilerin tarihi", "As of")}, {text: day(d.AsOf).In(d.Lang)}},
			},
		},
		heading{level: 2, text: in("A. Koordinatör birimler ve koordinatör personel (Madde 8/8)", "A. Coordinating units and coordinators (article 8(8))")},
		coordinators(d),
		heading{level: 2, text: in("B. Verilere ulaşmaya yetkili personel (Madde 8/10)", "B. People authorised to access the data (article 8(10))")},
		authorised(d),
		paragraph{small: true, text: in(
			"Koordinatör birim ya da personel değiştiğinde değişiklik karşı tarafa gecikmeden yazıyla bildirilir. Bu formdaki kişisel veriler yalnızca Protokol'ün yürütülmesi için kullanılır.",
			"When a coordinating unit or a coordinator changes, the other party is told in writing without delay. The personal data in this form are used for carrying out the protocol only.")},
		signatures{boxes: []box{
			{title: in("Formu düzenleyen", "Prepared by"), lines: signing(d.Lang, in("İmza :", "Signature :"))},
			{title: in("Taraf adına onaylayan", "Approved for the party by"), lines: signing(d.Lang, in("İmza ve mühür :", "Signature and stamp :"))},
		}},
	}
}

// signing is what is filled in by hand.
func signing(l i18n.Lang, last string) []string {
	const dots = "……………………………………"
	return []string{
		i18n.T("Adı soyadı : ", "Name : ").In(l) + dots,
		i18n.T("Unvanı : ", "Title : ").In(l) + dots,
		i18n.T("Tarih : …… / …… / 20……", "Date : …… / …… / 20……").In(l),
		last,
	}
}

// coordinators is a column for each coordinator; a role that nobody has says so.
func coordinators(d FormData) block {
	in := func(tr, en string) string { return i18n.T(tr, en).In(d.Lang) }
	const labels = 36
	t := table{columns: []column{{title: " ", width: labels, label: true}}}
	names := []string{in("Koordinatör birim", "Unit"), in("Adı soyadı", "Name"), in("Unvanı", "Title"), in("Telefon", "Phone"), in("E-posta", "E-mail"), in("Görev süresi", "Term")}
	for _, n := range names {
		t.rows = append(t.rows, []cell{{text: n}})
	}
	add := func(title string, cells ...cell) {
		t.columns = append(t.columns, column{title: title})
		for i, c := range cells {
			if c.text == "" {
				c.text = "–"
			}
			t.rows[i] = append(t.rows[i], c)
		}
	}
	for _, role := range registry.Roles() {
		if !role.Coordinator() {
			continue
		}
		title, nobody := roleName(role).In(d.Lang), true
		for _, p := range d.People {
			if p.Party == d.Party && p.Role == role {
				nobody = false
				add(title, cell{text: plain(p.Unit)}, cell{text: plain(p.FullName()), bold: true}, cell{text: plain(p.Title)},
					cell{text: phone(p.Phone)}, cell{text: plain(p.Email)}, cell{text: term(p).In(d.Lang)})
			}
		}
		if nobody {
			add(title, cell{}, cell{text: in("BELİRLENMEMİŞTİR", "NOT NAMED"), bold: true}, cell{}, cell{}, cell{}, cell{})
		}
	}
	for i := range t.columns[1:] {
		t.columns[i+1].width = (textWidth - labels) / (len(t.columns) - 1)
	}
	t.columns[0].width = textWidth - (len(t.columns)-1)*t.columns[1].width
	return t
}

// authorised lists the people of article 8(10).
func authorised(d FormData) block {
	in := func(tr, en string) string { return i18n.T(tr, en).In(d.Lang) }
	t := table{columns: []column{
		{title: in("No", "No"), width: 9, align: right},
		{title: in("Adı soyadı", "Name"), width: 33},
		{title: in("Unvanı, birimi", "Title, unit"), width: 36},
		{title: in("Telefon", "Phone"), width: 30},
		{title: in("E-posta", "E-mail"), width: 36},
		{title: in("Yetkili olduğu sorgular", "Queries"), width: 26},
	}}
	for _, p := range d.People {
		if p.Party != d.Party || p.Role != registry.AuthorisedPerson {
			continue
		}
		scope := operations(p.Scope).In(d.Lang)
		if p.ValidTo != "" {
			scope = lines(scope, i18n.Tf("(%s tarihine kadar)", "(until %s)", day(p.ValidTo)).In(d.Lang))
		}
		t.rows = append(t.rows, []cell{
			{text: strconv.Itoa(len(t.rows) + 1)}, {text: plain(p.FullName()), bold: true}, {text: lines(plain(p.Title), plain(p.Unit))},
			{text: phone(p.Phone)}, {text: plain(p.Email)}, {text: scope},
		})
	}
	if len(t.rows) == 0 {
		return table{columns: []column{{width: textWidth}}, rows: [][]cell{{{text: in("YETKİLİ PERSONEL BELİRLENMEMİŞTİR", "NOBODY IS AUTHORISED"), bold: true}}}}
	}
	return t
}
