package sample

// words are the texts that a person meets, and what stands on the buttons.
type words struct {
	language, agreement, notice    string
	consents                       [2]string
	accept, give, refuse, withdraw string
}

var (
	turkish = words{"tr", "ornek-uyelik-1", "ornek-aydinlatma-1", [2]string{"ornek-riza-1", "ornek-riza-2"}, "Kabul ediyorum", "Seçtiklerime rıza veriyorum", "Rıza vermiyorum", "Rızamı geri alıyorum"}
	english = words{"en", "sample-agreement-1", "sample-notice-1", [2]string{"sample-consent-1", "sample-consent-2"}, "I accept", "I consent to what I chose", "I do not consent", "I withdraw my consent"}
)

// items are the groups of data of the boxes in each version of the consent.
var items = [2][]string{{"iletisim", "gorsel"}, {"iletisim", "gorsel", "ozel_nitelikli"}}

// Where people come in, and where they withdraw; the more usual ways stand there more often.
var (
	entrances = []string{"portal", "portal", "portal", "portal", "e_devlet", "e_devlet", "mobil", "mobil", "e_sube", "hizmet_noktasi", "hizmet_merkezi"}
	exits     = []string{"portal", "portal", "mobil", "e_devlet", "hizmet_noktasi", "alo170"}
)

// networks are those of documentation (RFC 5737).
var networks = []string{"192.0.2.", "198.51.100.", "203.0.113."}

var (
	givenNames = []string{"Ayşe", "Çağla", "İbrahim", "Işıl", "Şükrü", "Gökçe", "Ümit", "Özgür", "Yiğit", "İrem", "Çınar", "Iraz", "Şeyma", "Gül Nihal", "Barış",
		"Ebru", "Ilgın", "Kağan", "Müge", "Ömer Çağrı", "Sıla", "Tuğçe", "Volkan", "Zeynep", "Hüseyin", "Nazlı", "İdil", "Cem"}
	fatherNames = []string{"Ahmet", "Çetin", "İsmail", "Işık", "Şaban", "Gürhan", "Ünal", "Öner", "Yakup", "İlyas", "Halil İbrahim", "Rıza", "Şerif", "Kâzım", "Tuğrul"}
	surnames    = []string{"Yılmaz", "Çelik", "İnan", "Işık", "Şahin", "Gündoğdu", "Ünlü", "Öztürk", "Kılıç", "Doğan", "Çakıroğlu", "İnce", "Şimşek", "Güneş", "Aydın",
		"Kızılırmak", "Ağaoğlu", "Bağcı", "Sarıkaya", "Türkmen", "Ilıca", "Özçelik Şen", "Demirtaş", "Uğur", "Tanrıöver"}
)
