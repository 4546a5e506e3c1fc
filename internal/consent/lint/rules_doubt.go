package lint

import "iskurctl/internal/i18n"

// doubtRules is what makes a consent doubtful, in the text of the consent or in the one beside it.
func doubtRules() []rule {
	return []rule{
		{
			Rule: Rule{"W20_BUNDLED", consent,
				i18n.T("KVKK m.3/1-a (belirli bir konu)", "Law 6698 Art. 3/1-a (specific)"),
				i18n.T("tek beyan altında dört ya da daha çok amaç veya veri grubu, özel nitelikli verinin başka iki grupla birleşmesi, ya da bütün veriler; ayrı ayrı seçim kutuları varsa bulgu değildir", "four or more purposes or groups of data under one declaration, special categories together with two other groups, or all data; no finding where there are boxes to choose one by one")},
			check: bundled,
		},
		{
			Rule: Rule{"W21_MERGED", every,
				i18n.T("Aydınlatma Tebliği m.5/1-f", "Notice Communiqué Art. 5/1-f"),
				i18n.T("aydınlatma ile rıza bir arada: tek cümlede ikisi birden, rıza metninde aydınlatmanın kendisi, aydınlatma metninde ya da sözleşmede rıza beyanı", "notice and consent together: both in one sentence, the notice itself in the consent, a declaration of consent in the notice or in the agreement")},
			check: merged,
		},
		{
			Rule: Rule{"W22_CONDITIONAL", every,
				i18n.T("KVKK m.3/1-a (özgür irade), m.4/2-ç", "Law 6698 Art. 3/1-a (freely given), 4/2-ç"),
				i18n.T("rıza verilmezse hizmetin verilmeyeceği, rızanın zorunlu olduğu", "that there is no service without the consent, that the consent is required")},
			check: conditional,
		},
		{
			Rule: Rule{"W23_NOT_IN_NOTICE", consent,
				i18n.T("KVKK m.3/1-a (bilgilendirmeye dayanan), m.10; Aydınlatma Tebliği m.5/1-j", "Law 6698 Art. 3/1-a (informed), 10; Notice Communiqué Art. 5/1-j"),
				i18n.T("rıza metninde adı geçen, aydınlatma metninde geçmeyen veriler", "data named in the consent and not in the notice")},
			check: notInNotice,
		},
		{
			Rule: Rule{"W24_SPECIAL_UNNAMED", consent,
				i18n.T("KVKK m.3/1-a (belirli bir konu), m.6/1", "Law 6698 Art. 3/1-a (specific), 6/1"),
				i18n.T("özel nitelikli verilerin tek tek sayılmadan, m.6'ya gönderme ile anılması", "special categories meant by a reference to Article 6, without being named one by one")},
			check: specialUnnamed,
		},
		{
			Rule: Rule{"W25_GROUND_CLASH", both,
				i18n.T("KVKK m.4/2-a, m.5/2; Aydınlatma Tebliği m.5/1-h", "Law 6698 Art. 4/2-a, 5/2; Notice Communiqué Art. 5/1-h"),
				i18n.T("aydınlatma metni yalnızca m.5/2'deki şartlara dayanırken rıza istenmesi", "consent is asked for while the notice rests on the conditions of Article 5/2 alone")},
			check: groundClash,
		},
		{
			Rule: Rule{"W26_VAGUE", both,
				i18n.T("KVKK m.3/1-a, m.4/2-c; Aydınlatma Tebliği m.5/1-g", "Law 6698 Art. 3/1-a, 4/2-c; Notice Communiqué Art. 5/1-g"),
				i18n.T("ucu açık sözler: vb., ve benzeri, gibi bilgiler, her türlü, bunlarla sınırlı olmamak üzere, gerekli görülen", "open words: etc., and the like, such information as, any kind of, including but not limited to, as deemed necessary")},
			check: vague,
		},
		{
			Rule: Rule{"W27_IMPLIED", every,
				i18n.T("KVKK m.3/1-a", "Law 6698 Art. 3/1-a"),
				i18n.T("kullanmanın ya da susmanın rıza sayılması", "use or silence counted as consent")},
			check: implied,
		},
	}
}

// found is the check of a pattern that must not be there; detail says how often and in which lines.
func found(in *input, s says, detail i18n.Text) []hit {
	p := s.in(in.language)
	if p == nil {
		return nil
	}
	lines := in.own.find(p, mostLines)
	if len(lines) == 0 {
		return nil
	}
	return one(lines[0], i18n.Join(" ", detail, at(lines)))
}

func conditional(in *input) []hit {
	return found(in, says{
		tr: "riza|onay|muvafakat & vermeme|vermez|verilmeme|verilmez|olmadan|olmaksizin|halinde|durumunda|aksi takdirde|zorunlu|mecburi|on kosul|on sart & yararlanamaz|yararlanamay|sunulamaz|sunulamay|saglanamaz|saglanamay|kullanamaz|kullanamay|verilemez|verilemey|tamamlanamaz|tamamlanamay|uye olamaz|veremeyec|verilmeyec|askiya alin|kapatilac|kabul edilmez|mumkun olma|mumkun degil|sonlandir|zorunludur|mecburidir|on kosul|on sart & !kosul olarak ileri|sart olarak ileri|zorunlu degil|kosulu degil|sarti degil",
		en: "consent & without|unless|if you do not|fail to|refuse|withhold|required|mandatory|condition & cannot|can not|will not be able|unable|not be provided|terminate|is required|is mandatory|precondition|is a condition & !not a condition|not a precondition|not required|not mandatory|no condition",
	}, i18n.T("hizmet rızaya bağlanmış görünüyor:", "the service seems to depend on the consent:"))
}

func vague(in *input) []hit {
	return found(in, says{
		tr: "vb=|vs=|ve benzeri|ve sair|benzeri bilgi|benzeri veri|gibi bilgi|gibi veri|gibi kisisel veri|gibi amac|her turlu|sinirli olma|sinirli kalma|gerekli gorul|gerekli gordu|gerek gorul & !gercek kisiye iliskin her turlu",
		en: "etc=|and so on|and the like|such information as|any kind of|all kinds of|not limited to|deemed necessary|other purposes|and similar & !any kind of information relating to",
	}, i18n.T("ucu açık ifade:", "open wording:"))
}

func implied(in *input) []hit {
	return found(in, says{
		tr: "kabul etmis sayil|kabul edilmis sayil|riza vermis sayil|onay vermis sayil|onaylamis sayil|muvafakat etmis sayil|riza gostermis sayil|kabul etmis olur|riza vermis olur|kullanmaya devam ~ kabul|kullanmaya devam ~ riza|kullanmaya devam & riza|onay|kabul|muvafakat",
		en: "consent|accept|agree & deemed|considered to have|by using|by continuing|continued use|implies|imply & !not deemed",
	}, i18n.T("açık bir beyan olmadan rıza varsayılıyor:", "consent is assumed without a declaration:"))
}

// groundClash needs the other text of the pair.
func groundClash(in *input) []hit {
	rests := ground.in(in.language)
	asks := says{
		tr: "acik riza|rizaniz|rizaya & !olmaksizin|aranmaksizin|gerekmeksizin|alinmaksizin|olmadan|gerekmez|aranmaz",
		en: "consent & !without|no consent|not required|regardless",
	}.in(in.language)
	if rests == nil {
		return nil
	}
	notices, of := in.notices, i18n.T("aydınlatma metni yalnızca m.5/2'deki şartları sayıyor, açık rızayı saymıyor; buna karşın rıza isteniyor, hangi işlemenin rızaya dayandığı belli değil", "the notice lists the conditions of Article 5/2 only and no explicit consent; yet consent is asked for, and it is not clear which processing rests on it")
	if len(in.consents) > 0 {
		notices = append(notices, in.own)
	}
	for _, n := range notices {
		if n.says(rests) && len(n.find(asks, 1)) == 0 {
			line := 0
			if n == in.own {
				line = n.find(rests, 1)[0]
			}
			return one(line, of)
		}
	}
	return nil
}
