package lint

import (
	"slices"

	"iskurctl/internal/i18n"
)

// datum is a kind of personal data as texts name it, with its group.
type datum struct {
	group string
	name  i18n.Text
	says  says
}

// groups names the groups of data; those of m.6 are special.
var groups = map[string]i18n.Text{
	"kimlik":         i18n.T("kimlik", "identity"),
	"iletisim":       i18n.T("iletişim", "contact"),
	"mekan":          i18n.T("fiziksel mekân", "physical premises"),
	"gorsel":         i18n.T("görsel ve işitsel", "images and sound"),
	"ozel_nitelikli": i18n.T("özel nitelikli", "special categories"),
	"talep_sikayet":  i18n.T("talep ve şikâyet", "requests and complaints"),
	"finans":         i18n.T("finans", "finance"),
	"konum":          i18n.T("konum", "location"),
	"islem":          i18n.T("işlem güvenliği", "security of transactions"),
	"ozluk":          i18n.T("özlük ve meslek", "employment and occupation"),
	"hukuki":         i18n.T("hukuki işlem", "legal proceedings"),
	"sosyal":         i18n.T("sosyal durum", "social situation"),
}

const special = "ozel_nitelikli"

var data = []datum{
	{"kimlik", i18n.T("T.C. kimlik numarası", "TC identity number"), says{"kimlik numara|kimlik no|tckn|kimlik bilgi", "identity number|tc no|tckn|identity data|identification number"}},
	{"kimlik", i18n.T("ad, soyad", "name"), says{"ad= soyad|adi= soyadi|ad= ve soyad|adiniz|adi= ve soyadi|kimlik bilgi", "name|surname|identity data"}},
	{"kimlik", i18n.T("uyruk", "nationality"), says{"uyruk|uyrug|vatandaslik bilgi", "nationality|citizenship"}},
	{"kimlik", i18n.T("anne, baba adı", "parents' names"), says{"anne adi|baba adi|anne baba adi|anne ~ kizlik", "father s name|mother s name|fathers name|mothers name|parents|father name|mother name|father|mother"}},
	{"kimlik", i18n.T("doğum yeri, tarihi", "place or date of birth"), says{"dogum yeri|dogum tarihi", "birth"}},
	{"kimlik", i18n.T("cinsiyet", "gender"), says{"cinsiyet", "gender|sex="}},
	{"kimlik", i18n.T("nüfus cüzdanı, kimlik kartı", "identity card"), says{"nufus cuzdan|kimlik kart", "identity card|id card"}},
	{"kimlik", i18n.T("sürücü belgesi", "driving licence"), says{"ehliyet|surucu belge", "driving licen|driver s licen|drivers licen"}},
	{"kimlik", i18n.T("pasaport", "passport"), says{"pasaport", "passport"}},
	{"kimlik", i18n.T("vergi numarası", "tax number"), says{"vergi numara|vergi no|vergi kimlik", "tax number|tax no|tax id"}},
	{"kimlik", i18n.T("SGK numarası", "social security number"), says{"sgk numara|sgk no|sgk sicil|sosyal guvenlik numara|sosyal guvenlik sicil", "social security number|social security no"}},
	{"kimlik", i18n.T("imza", "signature"), says{"imza bilgi|imza orneg|imzaniz|imza verisi", "signature data|signature sample|specimen signature|your signature|my signature"}},
	{"iletisim", i18n.T("telefon", "telephone"), says{"telefon|cep= no|gsm=", "phone|telephone"}},
	{"iletisim", i18n.T("adres", "address"), says{"adres bilgi|adres=|adresiniz|adresim|ev adres|yerlesim yeri|posta adres|iletisim bilgi", "postal address|home address|address="}},
	{"iletisim", i18n.T("e-posta", "e-mail"), says{"e posta|eposta|e mail|email|elektronik posta", "e mail|email"}},
	{"iletisim", i18n.T("faks", "fax"), says{"faks", "fax"}},
	{"mekan", i18n.T("giriş çıkış kayıtları", "records of entry"), says{"giris cikis|mekana giris|ziyaretci kayit", "entry record|records of entry|visitor"}},
	{"mekan", i18n.T("araç plakası", "number plate"), says{"plaka", "number plate|licence plate|license plate"}},
	{"gorsel", i18n.T("kamera kaydı", "camera recording"), says{"kamera", "camera|cctv|video"}},
	{"gorsel", i18n.T("fotoğraf", "photograph"), says{"fotograf", "photo"}},
	{"gorsel", i18n.T("ses kaydı", "voice recording"), says{"ses kayd|ses kayit|toplanti kayit", "voice record|sound record|audio"}},
	{"gorsel", i18n.T("belge kopyaları", "copies of documents"), says{"belgelerin kopya|belge kopya|belgelerin fotokopi|kopyasi niteligindeki", "copies of documents|copy of your|copies of your"}},
	{special, i18n.T("sağlık", "health"), says{"saglik|engellilik|engelli|hastalik", "health|disab|medical|illness"}},
	{special, i18n.T("ceza mahkûmiyeti", "criminal conviction"), says{"ceza mahkum|hukumlu|adli sicil|sabika|guvenlik tedbir", "criminal|conviction"}},
	{special, i18n.T("biyometrik veri (parmak izi)", "biometric data (fingerprint)"), says{"biyometrik|parmak iz|yuz tanima|retina|avuc ici", "biometric|fingerprint|face recognition|facial recognition"}},
	{special, i18n.T("genetik veri", "genetic data"), says{"genetik|dna=", "genetic|dna="}},
	{special, i18n.T("ırk, etnik köken", "race, ethnic origin"), says{"irk=|irki|etnik", "race=|racial|ethnic"}},
	{special, i18n.T("siyasi düşünce", "political opinion"), says{"siyasi dusunce|siyasi gorus", "political opinion|political view"}},
	{special, i18n.T("din, mezhep, felsefi inanç", "religion, sect, philosophical belief"), says{"din=|dini inanc|mezhep|felsefi inanc|dini=", "religio|sect=|philosophical belief"}},
	{special, i18n.T("kılık ve kıyafet", "appearance and dress"), says{"kilik ve kiyafet|kiyafet", "dress="}},
	{special, i18n.T("dernek, vakıf, sendika üyeliği", "membership of an association, foundation, union"), says{"sendika|dernek uyelig|vakif uyelig|dernek vakif", "trade union|union member|association member|foundation member"}},
	{special, i18n.T("cinsel hayat", "sexual life"), says{"cinsel", "sexual"}},
	{"finans", i18n.T("IBAN, banka hesabı", "bank account"), says{"iban|banka hesab", "iban|bank account"}},
	{"finans", i18n.T("ödeme ve borç bilgisi", "payments and debts"), says{"odeme bilgi|borc bilgi|maas bilgi", "payment data|debt|salary"}},
	{"konum", i18n.T("konum", "location"), says{"konum bilgi|konum veri|gps=|lokasyon|konumunuz|konumumun", "location data|gps=|your location|my location|geolocation"}},
	{"islem", i18n.T("IP adresi", "IP address"), says{"ip adres|ip=", "ip address|ip="}},
	{"islem", i18n.T("çerez", "cookies"), says{"cerez", "cookie"}},
	{"islem", i18n.T("parola", "password"), says{"sifre ve parola|parola bilgi|sifre bilgi", "password"}},
	{"ozluk", i18n.T("özgeçmiş, iş deneyimi", "curriculum vitae, work experience"), says{"ozgecmis|is tecrube|is deneyim|mesleki deneyim|hizmet dokum", "curriculum|resume|work experience|work history"}},
	{"ozluk", i18n.T("öğrenim, sertifika", "education, certificates"), says{"diploma|sertifika|ogrenim bilgi|transkript|egitim bilgi|mesleki yeterlilik belge", "diploma|certificate|education|transcript"}},
	{"ozluk", i18n.T("bordro", "pay slip"), says{"bordro", "pay slip|payroll"}},
	{"hukuki", i18n.T("dava dosyası", "case file"), says{"dava dosya|adli makam", "case file|lawsuit"}},
	{"talep_sikayet", i18n.T("talep ve şikâyet", "requests and complaints"), says{"talep veya sikayet|talep ve sikayet|dilek ~ sikayet|sikayetlerin|sikayetleriniz", "requests and complaints|your complaints|complaints you"}},
	{"sosyal", i18n.T("evlat edinme", "adoption"), says{"evlat edin", "adoption|adopted"}},
	{"sosyal", i18n.T("sosyoekonomik durum", "socio-economic situation"), says{"sosyoekonomik|sosyo ekonomik|sosyal yardim", "socio economic|socioeconomic|social aid"}},
	{"sosyal", i18n.T("medeni hâl", "marital status"), says{"medeni hal|medeni durum", "marital"}},
}

// aside are sentences in which such words name an address to write to or a recipient (Sağlık Bakanlığı) and no data.
var aside = says{
	tr: "basvur|geri al|geri cek|bakanlig|iletilmelidir|sikayet edebilir|sikayette bulun|veri sorumlu|haklariniz|gonderebilir|arayabilir",
	en: "appl|withdraw|revok|ministry|controller|complain to|lodge|your rights|write to",
}

// named gives the places in data that a text names.
func named(t *text, language string) map[int]bool {
	list := map[int]bool{}
	off := aside.in(language)
	if off == nil {
		return list
	}
	patterns := make([]*pattern, len(data))
	for i, d := range data {
		patterns[i] = d.says.in(language)
	}
	for i := range t.sentences {
		s := &t.sentences[i]
		about := s.words
		if s.item {
			about = s.intro
		}
		if _, ok := off.match(nil, about); ok {
			continue
		}
		for k, p := range patterns {
			if !list[k] && p.all[0].find(s.words) >= 0 {
				list[k] = true
			}
		}
	}
	return list
}

// groupsOf gives the groups of data that a text names, in the order of the table, and whether special ones are among them; a
// reference to Article 6 counts as one.
func groupsOf(t *text, language string) (names []i18n.Text, hasSpecial bool) {
	seen := map[string]bool{}
	add := func(group string) {
		if !seen[group] {
			seen[group] = true
			names = append(names, groups[group])
		}
	}
	list := named(t, language)
	for i, d := range data {
		if list[i] {
			add(d.group)
		}
	}
	if p := bySix.in(language); p != nil && len(t.find(p, 1)) > 0 {
		add(special)
	}
	return names, seen[special]
}

func notInNotice(in *input) []hit {
	if len(in.notices) == 0 {
		return nil
	}
	told := map[int]bool{}
	for _, n := range in.notices {
		for i := range named(n, in.language) {
			told[i] = true
		}
	}
	ours := named(in.own, in.language)
	var extra, other []i18n.Text
	line := 0
	for i, d := range data {
		switch {
		case ours[i] && !told[i]:
			extra = append(extra, d.name)
			if lines := in.own.find(d.says.in(in.language), 1); line == 0 || lines[0] < line {
				line = lines[0]
			}
		case told[i] && !ours[i]:
			other = append(other, d.name)
		}
	}
	if len(extra) == 0 {
		return nil
	}
	detail := i18n.Join(" ", i18n.T("rızada adı geçip aydınlatma metninde geçmeyenler:", "named in the consent and not in the notice:"), i18n.Join(", ", extra...))
	if len(other) > 0 {
		detail = i18n.Join(" ", i18n.Join("", detail, i18n.T(";", ";")), i18n.T("yalnızca aydınlatma metninde geçenler:", "in the notice only:"), i18n.Join(", ", other...))
	}
	return one(line, detail)
}

// bySix means the special categories by a reference to the article.
var bySix = says{
	tr: "6 nci madde|6 inci madde|6 madde|madde 6|m 6 & belirtilen|sayilan|yer alan|duzenlenen|kapsam & veri & !isleme amac|isleme sart|islenme sart",
	en: "article 6|art 6 & listed|mentioned|referred|stated|under & data & !ground|condition",
}

// specialUnnamed finds the reference in a sentence that names no category, or the word without any category in the text.
func specialUnnamed(in *input) []hit {
	p := bySix.in(in.language)
	if p == nil {
		return nil
	}
	detail := i18n.T("özel nitelikli veriler tek tek sayılmadan m.6'ya gönderme ile anılıyor", "special categories are meant by a reference to Article 6 and not named one by one")
	var kinds []*pattern
	for _, d := range data {
		if d.group == special {
			kinds = append(kinds, d.says.in(in.language))
		}
	}
	names := func(s *sentence) bool {
		return slices.ContainsFunc(kinds, func(k *pattern) bool { return k.all[0].find(s.words) >= 0 })
	}
	word := says{tr: "ozel nitelikli", en: "special categor|sensitive personal data|sensitive data"}.in(in.language)
	named, meant := false, 0
	for i := range in.own.sentences {
		s := &in.own.sentences[i]
		named = named || names(s)
		if at, ok := p.match(nil, s.words); ok && !names(s) {
			return one(s.words[at].line, detail)
		}
		if at, ok := word.match(nil, s.words); ok && meant == 0 {
			meant = s.words[at].line
		}
	}
	if named || meant == 0 {
		return nil
	}
	return one(meant, detail)
}
