package lint

import (
	"regexp"
	"strconv"
	"strings"

	"iskurctl/internal/i18n"
)

// mostLines is how many places a detail names.
const mostLines = 8

// at names lines.
func at(lines []int) i18n.Text {
	list := make([]string, len(lines))
	for i, n := range lines {
		list[i] = strconv.Itoa(n)
	}
	s := strings.Join(list, ", ")
	if len(lines) == mostLines {
		s += ", …"
	}
	return i18n.T("satır "+s, "line "+s)
}

// address finds an e-mail or KEP address, a page, or a telephone number.
var address = regexp.MustCompile(`[\w.+-]+@[\w-]+\.\w|https?://|www\.|\+?\(?0?[2-5]\d\d\)?[ -]?\d{3}[ -]?\d\d[ -]?\d\d|\b444 \d`)

func contact(in *input) []hit {
	p := says{
		tr: "adres|merkez & mahalle|mah=|cadde|cad=|bulvar|bulv=|sokak|sok=|no= #|ankara|istanbul|izmir & !veri merkez",
		en: "address & street|avenue|boulevard|bulvar|no= #|cadde|mahalle|ankara|istanbul & !data cent",
	}.in(in.language)
	if p == nil || address.Match(in.body) || in.own.says(p) {
		return nil
	}
	return one(0, i18n.T("veri sorumlusuna nasıl ulaşılacağı yazmıyor (adres, KEP, e-posta)", "it does not say how to reach the controller (address, registered e-mail, e-mail)"))
}

// method wants two things of Article 5/1-i: how the data come, and whether that is automatic.
func method(in *input) []hit {
	how := says{
		tr: "topla|elde edil|temin edil|alin & yontem|yolla|yolu|kanal|araci|form|basvuru|portal|site|uygulama|sozlu|yazili|cagri|sube|hizmet noktasi|sizden|beyan",
		en: "collect|obtain|gather & form|portal|site|application|call|branch|office|from you|means|way|oral|writing|channel",
	}.in(in.language)
	automatic := says{tr: "otomatik & topla|elde|alin|yol|yontem & !analiz|aleyhine", en: "automat & collect|obtain|means|way|gather & !analy|against"}.in(in.language)
	switch {
	case how == nil:
		return nil
	case !in.own.says(how):
		return one(0, i18n.T("verilerin hangi yöntemle toplandığı yazmıyor", "the method of collection is missing"))
	case !in.own.says(automatic):
		return one(0, i18n.T("toplama yöntemi yazıyor, ama otomatik yolla mı otomatik olmayan yolla mı olduğu yazmıyor", "the method of collection is there, but not whether it is automatic"))
	}
	return nil
}

// right is one of the nine of Article 11/1.
type right struct {
	letter string // of the paragraph
	name   i18n.Text
	says   says
}

var rights = []right{
	{"a", i18n.T("işlenip işlenmediğini öğrenme", "to learn whether data are processed"), says{"islenip islenmedig", "whether ~ process"}},
	{"b", i18n.T("bilgi talep etme", "to request information"), says{"bilgi talep|bilgi iste|bilgi alma|bilgi edinme", "request ~ information|ask ~ information|obtain information|information ~ request"}},
	{"c", i18n.T("amacını ve amacına uygun kullanımını öğrenme", "to learn the purpose and the use in line with it"), says{"amac ~ uygun kullanil|amac ~ uygun olarak kullanil", "purpose ~ used|used ~ purpose|line with ~ purpose|accordance with ~ purpose"}},
	{"ç", i18n.T("aktarıldığı üçüncü kişileri bilme", "to know the third parties of a transfer"), says{"ucuncu kisileri ~ bilme|ucuncu kisileri ~ ogrenme|ucuncu taraflari ~ bilme", "know ~ third|learn ~ third|third part ~ transferred"}},
	{"d", i18n.T("düzeltilmesini isteme", "to have data rectified"), says{"duzeltilmesini ~ iste|duzeltilmesini ~ talep|duzeltme ~ iste", "rectif|correct"}},
	{"e", i18n.T("silinmesini veya yok edilmesini isteme", "to have data erased or destroyed"), says{"silinmesini ~ iste|silinmesini ~ talep|yok edilmesini ~ iste|yok edilmesini ~ talep", "eras|delet|destr"}},
	{"f", i18n.T("işlemlerin üçüncü kişilere bildirilmesini isteme", "to have third parties told"), says{"bildirilmesini ~ iste|bildirilmesini ~ talep", "notif ~ third|third ~ notif|inform ~ third|third ~ informed|told ~ third|third ~ told"}},
	{"g", i18n.T("otomatik analiz sonucuna itiraz etme", "to object to the outcome of automatic analysis"), says{"otomatik ~ analiz|otomatik ~ itiraz|otomatik ~ degerlendir", "automat ~ analy|analy ~ automat|object ~ automat|solely ~ automat|exclusively ~ automat"}},
	{"ğ", i18n.T("zararın giderilmesini talep etme", "to claim compensation"), says{"zarar ~ gideril|zarar ~ tazmin|tazminat", "compensat|damage|remed"}},
}

// lacking gives the rights that a text does not list.
func lacking(t *text, language string) []right {
	var list []right
	for _, r := range rights {
		if p := r.says.in(language); p != nil && !t.says(p) {
			list = append(list, r)
		}
	}
	return list
}

func missingRights(in *input) []hit {
	list := lacking(in.own, in.language)
	if len(list) == 0 {
		return nil
	}
	names := make([]i18n.Text, len(list))
	for i, r := range list {
		names[i] = i18n.Join("", i18n.T("("+r.letter+") ", "("+r.letter+") "), r.name)
	}
	return one(0, i18n.Tf("m.11'deki dokuz haktan %d tanesi yok: %s", "of the nine rights of Article 11, %d missing: %s", len(list), i18n.Join("; ", names...)))
}

// channels are the ways of Article 5/1 of the communiqué on applications.
var channels = []struct {
	name i18n.Text
	says says
}{
	{i18n.T("yazılı", "in writing"), says{"yazili|islak imza|dilekce|noter|mektup|elden", "writing|written|letter|notary|in person"}},
	{i18n.T("KEP", "registered e-mail (KEP)"), says{"kep=|kayitli elektronik posta", "kep=|registered electronic mail|registered e mail"}},
	{i18n.T("güvenli elektronik imza", "secure electronic signature"), says{"elektronik imza|e imza", "electronic signature|e signature"}},
	{i18n.T("mobil imza", "mobile signature"), says{"mobil imza", "mobile signature"}},
	{i18n.T("sistemde kayıtlı e-posta adresi", "the e-mail address known to the controller"), says{"sistem ~ kayitli ~ posta|daha once bildir ~ posta", "mail ~ known|mail ~ recorded|mail ~ notified|mail ~ earlier|recorded ~ e mail"}},
	{i18n.T("başvuru için geliştirilmiş uygulama", "an application made for it"), says{"basvuru ~ uygulama|basvuru ~ yazilim|basvuru ekran|portal|e devlet|cimer", "application ~ purpose|software|portal|e devlet|cimer|app="}},
}

func missingChannels(in *input) []hit {
	about := says{tr: "basvur|talep|haklar & !topla", en: "appl|request|rights & !collect"}.in(in.language)
	if about == nil {
		return nil
	}
	var names []i18n.Text
	for _, c := range channels {
		p := c.says.in(in.language)
		p.all, p.none = append(p.all, about.all...), about.none
		if !in.own.says(p) {
			names = append(names, c.name)
		}
	}
	switch len(names) {
	case 0:
		return nil
	case len(channels):
		some := says{tr: "e posta|eposta|adres|form", en: "e mail|email|address|form"}.in(in.language)
		some.all, some.none = append(some.all, about.all...), about.none
		if in.own.says(some) {
			break
		}
		return one(0, i18n.T("başvurunun hangi yoldan yapılacağı yazmıyor", "it does not say by which way to apply"))
	}
	return one(0, i18n.Join(" ", i18n.T("Tebliğdeki başvuru yollarından yazmayanlar:", "ways of the communiqué that are missing:"), i18n.Join(", ", names...)))
}

// undated looks for a version or a date of the text itself; dates of laws are none.
func undated(in *input) []hit {
	p := says{
		tr: "surum|versiyon|revizyon|rev=|yururluk|guncelle|yayim tarihi|duzenleme tarihi|tarih= & # & !sayili|resmi gazete|kanun=",
		en: "version|revision|effective|in force|updated|issued|dated|date= & # & !law=|official gazette|article",
	}.in(in.language)
	if p == nil || len(in.own.find(p, 1)) > 0 {
		return nil
	}
	return one(0, i18n.T("metnin sürümü ya da yürürlük tarihi yazmıyor: hangi metnin gösterildiği metnin kendisinden anlaşılmıyor", "the text has no version and no date: it does not say by itself which text was shown"))
}

// abroad finds a transfer abroad of which nothing more is said. The right to know of transfers is none.
func abroad(in *input) []hit {
	p := says{
		tr: "yurt disi|yurtdisi|9 uncu madde|9 uncu|8 ve 9|madde 9|m 9 & aktar & !bilme|ogrenme|aktarilmaz|aktarilmamakta|aktarilmayacak",
		en: "abroad|foreign countr|outside turkiye|outside turkey|article 9|articles 8 and 9 & transfer & !know|learn|not transferred|no transfer",
	}.in(in.language)
	settled := says{
		tr: "yurt disi|yurtdisi|ulke|9 & aktarilmaz|aktarilmamakta|aktarilmayacak|yeterlilik karar|standart sozlesme|baglayici sirket|taahhutname|uygun guvence|avrupa birligi|almanya|irlanda|hollanda|abd=|birlesik & !bilme|ogrenme",
		en: "abroad|countr|outside|article 9 & not transferred|no transfer|adequacy|standard contract|binding corporate|safeguard|european union|germany|ireland|netherlands|united & !know|learn",
	}.in(in.language)
	if p == nil {
		return nil
	}
	lines := in.own.find(p, mostLines)
	if len(lines) == 0 || len(in.own.find(settled, 1)) > 0 {
		return nil
	}
	return one(lines[0], i18n.Join(" ", i18n.T("yurt dışına aktarma anılıyor, ülkesi ya da güvencesi yazmıyor:", "a transfer abroad is mentioned without its country or safeguard:"), at(lines)))
}
