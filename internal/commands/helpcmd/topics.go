package helpcmd

import (
	"fmt"
	"strings"

	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/consent/event"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

type topic struct {
	name  string
	short i18n.Text
	text  func(d *cmdkit.Deps) string
}

var topics = []topic{
	{"exit-codes", i18n.T("çıkış kodları", "exit codes"), exitCodes},
	{"output", i18n.T("çıktı biçimleri ve seçenekleri", "output formats and flags"), fixed(outputText)},
	{"environment", i18n.T("ortam değişkenleri", "environment variables"), fixed(environmentText)},
	{"privacy", i18n.T("kişisel verilerin korunması", "how personal data are protected"), fixed(privacyText)},
	{"rejects", i18n.T("aktarmada alınamayan satırların kodları (consent import)", "codes of rows that cannot be imported (consent import)"), rejectCodes},
}

func fixed(t i18n.Text) func(*cmdkit.Deps) string {
	return func(d *cmdkit.Deps) string { return d.In(t) }
}

func exitCodes(d *cmdkit.Deps) string {
	var b strings.Builder
	for _, c := range fault.Classes() {
		fmt.Fprintf(&b, "%3d  %-12s  %s\n", int(c.Class), c.Name, d.In(c.Text))
	}
	b.WriteString("\n" + d.In(i18n.T("Betikler, tanımadıkları bir kodu hata saymalıdır. -o json ya da ndjson verildiğinde hata, stderr'e tek satır JSON olarak yazılır.",
		"A script must treat a code it does not know as a failure. With -o json or ndjson the error is one JSON line on stderr.")) + "\n")
	return b.String()
}

func rejectCodes(d *cmdkit.Deps) string {
	var b strings.Builder
	for _, m := range event.Meanings() {
		fmt.Fprintf(&b, "  %-20s  %s\n", m.Code, d.In(m.Text))
	}
	b.WriteString("\n" + d.In(i18n.T("--rejects dosyasında her satırın numarası, kimliği, kodu ve alanı vardır; kişisel veri yoktur.",
		"The file of --rejects has line, id, code and field of each row, and no personal data.")) + "\n")
	return b.String()
}

var outputText = i18n.T(`Sonuç stdout'a, uyarı ve hata stderr'e yazılır. Terminalde varsayılan biçim table, başka yerde tsv'dir.

  -o table   terminal için; yalnızca başlıca alanlar, dar ekranda daha azı (seçmek için --fields)
  -o tsv     sekmeyle ayrılmış; her kayıt tek satır
  -o csv     virgülle ayrılmış (RFC 4180)
  -o json    kayıtların dizisi; boş sonuç []
  -o ndjson  her satırda bir kayıt
  -o md      Markdown tablosu

  --fields A,B     yalnızca bu alanlar, bu sırayla
  --no-headers     başlık satırı olmadan
  --jq İFADE       JSON sonucu süzer; metinler tırnaksız yazılır
  --out DOSYA      sonucu dosyaya yazar: yarım dosya kalmaz, kipi 0600; var olan dosya için --force gerekir
  --excel          Türkçe Excel'in çift tıklamayla açtığı CSV (BOM, ';', CRLF)
  --reveal         kişisel verileri maskelemeden gösterir

Zamanlar UTC ve milisaniyelidir (2026-11-22T10:11:12.123Z), tarihler 2026-11-22 biçimindedir. Alan adları çevrilmez.
`, `Results go to stdout, warnings and the error to stderr. On a terminal the default format is table, elsewhere tsv.

  -o table   for a terminal; the main fields only, fewer where it is narrow (--fields for others)
  -o tsv     separated by tabs; every record is one line
  -o csv     separated by commas (RFC 4180)
  -o json    an array of records; an empty result is []
  -o ndjson  one record a line
  -o md      a Markdown table

  --fields A,B     only these fields, in this order
  --no-headers     without the header line
  --jq EXPR        filters the JSON result; strings are printed without quotes
  --out FILE       writes the result to a file: never half a file, mode 0600; an existing file needs --force
  --excel          CSV that a Turkish Excel opens by double click (BOM, ';', CRLF)
  --reveal         shows personal data in full

Times are UTC with milliseconds (2026-11-22T10:11:12.123Z), dates are 2026-11-22. Field names are never translated.
`)

var environmentText = i18n.T(`Genel seçeneklerin ve --output'un birer ortam değişkeni vardır. Öncelik: seçenek > ortam değişkeni > profil > varsayılan.

  ISKURCTL_PROFILE      kullanılacak profil
  ISKURCTL_CONFIG       yapılandırma dosyası
  ISKURCTL_STORE        deponun yolu
  ISKURCTL_LANG         tr ya da en
  ISKURCTL_COLOR        auto, always ya da never
  ISKURCTL_QUIET        1: uyarı ve ilerleme gösterilmez
  ISKURCTL_VERBOSE      1–9: daha çok bilgi yaz
  ISKURCTL_TIMEOUT      bir çağrının en uzun süresi, örnek 10s
  ISKURCTL_NO_PROGRESS  1: ilerleme çubuğu gösterilmez
  ISKURCTL_OUTPUT       varsayılan çıktı biçimi

  NO_COLOR, CLICOLOR_FORCE, TERM=dumb     renk kararı
  LC_ALL, LC_MESSAGES, LANG               ilk dolu olan dili belirler (tr ya da en); yoksa Türkçe
  XDG_CONFIG_HOME, XDG_DATA_HOME, XDG_STATE_HOME   klasörler

--reveal, --force ve --yes için ortam değişkeni yoktur. Vekil sunucu (proxy) ortamdan okunmaz.
`, `The global flags and --output have an environment variable each. Order: flag > environment > profile > default.

  ISKURCTL_PROFILE      profile to use
  ISKURCTL_CONFIG       configuration file
  ISKURCTL_STORE        path of the store
  ISKURCTL_LANG         tr or en
  ISKURCTL_COLOR        auto, always or never
  ISKURCTL_QUIET        1: no warnings, no progress
  ISKURCTL_VERBOSE      1–9: say more
  ISKURCTL_TIMEOUT      longest duration of one call, for example 10s
  ISKURCTL_NO_PROGRESS  1: no progress bar
  ISKURCTL_OUTPUT       default output format

  NO_COLOR, CLICOLOR_FORCE, TERM=dumb     decide about colour
  LC_ALL, LC_MESSAGES, LANG               the first that is set decides the language (tr or en); else Turkish
  XDG_CONFIG_HOME, XDG_DATA_HOME, XDG_STATE_HOME   folders

--reveal, --force and --yes have none. A proxy is never taken from the environment.
`)

var privacyText = i18n.T(`Numara, ad, telefon ve e-posta maskelenerek gösterilir (100******46); tamamı için --reveal gerekir.
Hata ve uyarılarda TC kimlik numarasına benzeyen her şey maskelenir.

Komut satırına yazılan numara kabuk geçmişinde ve süreç listesinde görünür. Numarayı dosyadan ya da standart
girdiden verin (--tc-file -) ya da terminalde sorulduğunda yazın. Profildeki argv_tc = "refuse" bunu zorunlu kılar.

Her sorgu, gönderilmeden önce günlüğe kalıcı olarak yazılır (protokol madde 8/14): kullanıcı, servis yöntemi,
parametreler, amaç, milisaniyeli zaman; ardından sonucu. Yanıtın kendisi günlükte durmaz. Günlükte numarayla arama
yapmak da günlüğe yazılır (audit looks).

Numara, kullanıcı ve amaç depoda, her ay için ayrı bir anahtarla şifreli durur. Bu anahtarlar deponun yanındaki
anahtar deposundadır (keys/); onları, veri klasörünün dışındaki ana anahtar açar. Üçünü ayrı yerlere yedekleyin:
ana anahtar ya da anahtar deposu kaybolursa bu veriler bir daha okunamaz ve sorgu gönderilmez.

Dışa aktarılan paket (audit export) kişisel verileri maskesiz içerir; --no-personal-data bunları dışarıda bırakır ve
paket yine doğrulanır. Değişim dosyasında (audit exchange) yalnızca anahtarlı özetler vardır.

Kayıtlar beş yıl sonra audit prune ile imha edilir: kişisel alanlar ve anahtarları gider, özetler kalır. Yedekler,
paketler ve başka kopyalar bunun dışındadır; onları ayrıca imha edin.

Onay kayıtlarında (consent) numara, ad, telefon ve öteki kişisel alanlar, her kişi için ayrı bir anahtarla şifreli
durur; metinler, zamanlar ve verilen yanıtlar açıktır. consent erase bir kişinin alanlarını, anahtarını ve onu bulmaya
yarayan etiketi yok eder (KVKK m.7); kayıtlar ve kişinin elindeki makbuz doğrulanmayı sürdürür. Beş yıl saklanan sorgu
kayıtları bununla silinmez, neden kaldıkları tek tek yazılır. Makbuz ve paket (consent receipt, consent export) kişisel
verileri maskesiz içerir; yedeklerde kalanları, anahtar deposununkiler dahil, ayrıca imha edin.

Toplu sorgunun yanıtları, iş bitip sonuç yazılana dek depoda şifreli bekler, sonra silinir. 30 gün sürdürülmeyen
yarım iş, sorgu yapan ilk komutta silinir. Alınan veriler yalnızca protokoldeki amaçla kullanılır, istatistik yayımlamak için kullanılmaz (madde 8/3).
`, `Numbers, names, phones and e-mails are shown masked (100******46); --reveal shows them in full.
In errors and warnings whatever looks like a TC number is masked.

A number on the command line shows in the shell history and in the list of processes. Give it by file or standard
input (--tc-file -), or type it when a terminal asks for it. argv_tc = "refuse" in the profile makes this a rule.

Every query is durably logged before it is sent (protocol, article 8(14)): user, service method, parameters, purpose,
time in milliseconds; then its outcome. The reply itself is not in the log. Searching the log by number is itself
logged (audit looks).

Number, user and purpose are encrypted in the store, each month under a key of its own. These keys are in the key store
beside the store (keys/); the master key, which lies outside the data folder, opens them. Back the three up in different
places: without the master key or the key store nobody can read these data again, and no query is sent.

An exported bundle (audit export) holds personal data in full; --no-personal-data leaves them out, and the bundle still
verifies. An exchange file (audit exchange) holds keyed hashes only.

After five years audit prune disposes of entries: personal values and their keys go, hashes stay. Backups, bundles and
other copies are outside of that; destroy them as well.

In the records of consent, number, name, phone and all other personal values are encrypted under a key for each person;
texts, times and answers stand in clear. consent erase destroys a person's values, key and the tag that finds the person
(KVKK m.7); the entries, and the receipt that the person holds, still verify. Queries that are kept for five years are not
erased by that; each is named with the reason. A receipt and a bundle (consent receipt, consent export) hold personal data
in full; what is left in backups, those of the key store included, is for you to destroy.

Answers of a batch stay encrypted in the store until the work is done and printed, then they are deleted. A job that
nobody resumed for 30 days is deleted by the next command that queries. The data serve the protocol's purpose only and never statistics for
publication (article 8(3)).
`)
