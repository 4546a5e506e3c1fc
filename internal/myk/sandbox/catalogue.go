package sandbox

// qualification is one row of "Parametre Gönderimi" (Ek-1, second service). The level is the last digit of the code.
type qualification struct {
	code     string // YETERLILIK_KODU without revision, for example 12UY0054-3
	revision string // two digits; stands in BELGENO only, Ek-1 has no field for it
	name     string
	job      string // MESLEK_KODU: ISCO-08 unit group, a point, two digits
}

func (q *qualification) level() byte { return q.code[len(q.code)-1] }

// qualificationByCode finds a row of the catalogue; the fixed people are written with codes that stand in it.
func qualificationByCode(code string) *qualification {
	for i := range catalogue {
		if catalogue[i].code == code {
			return &catalogue[i]
		}
	}
	return nil
}

// catalogue holds public national qualifications: codes, revisions and names as certification bodies print them. No
// public table leads from a qualification to an occupation code, so the last two digits of the job are made up here
// and mean nothing outside the sandbox. Read only.
var catalogue = [...]qualification{
	{"10UY0002-3", "03", "Makine Bakımcı", "7233.01"},
	{"10UY0002-4", "03", "Makine Bakımcı", "7233.02"},
	{"10UY0002-5", "03", "Makine Bakımcı", "7233.03"},
	{"11UY0004-5", "00", "Ağır Vasıta Tecrübe Sürücüsü", "8332.01"},
	{"11UY0007-3", "03", "Otomotiv Montajcısı", "8211.01"},
	{"11UY0007-4", "03", "Otomotiv Montajcısı", "8211.02"},
	{"11UY0010-3", "04", "Çelik Kaynakçısı", "7212.01"},
	{"11UY0011-3", "03", "Ahşap Kalıpçı", "7115.01"},
	{"11UY0012-3", "03", "Betonarme Demircisi", "7114.04"},
	{"11UY0013-3", "02", "Endüstriyel Boru Montajcısı", "7126.01"},
	{"11UY0014-3", "02", "Alüminyum Kaynakçısı", "7212.02"},
	{"11UY0015-4", "03", "Direnç Kaynak Ayarcısı", "7212.03"},
	{"11UY0016-4", "03", "Kaynak Operatörü", "7212.04"},
	{"11UY0023-3", "02", "İnşaat Boyacısı", "7131.01"},
	{"11UY0024-3", "02", "Sıvacı", "7123.01"},
	{"11UY0026-3", "01", "Dozer Operatörü", "8342.01"},
	{"11UY0027-3", "01", "Silindir Operatörü", "8342.02"},
	{"11UY0028-3", "01", "Ekskavatör Operatörü", "8342.03"},
	{"11UY0029-3", "01", "Greyder Operatörü", "8342.04"},
	{"11UY0036-2", "01", "İplik Bitim İşleri Operatörü", "8151.01"},
	{"11UY0037-2", "01", "İplik Eğirme Operatörü", "8151.02"},
	{"11UY0039-3", "02", "Ön İplik Operatörü", "8151.03"},
	{"12UY0048-3", "01", "Duvarcı", "7112.01"},
	{"12UY0049-3", "00", "Betoncu", "7114.01"},
	{"12UY0051-3", "01", "Seramik Karo Kaplamacısı", "7122.01"},
	{"12UY0054-3", "00", "Alçı Levha Uygulayıcısı", "7123.05"},
	{"12UY0055-3", "00", "Alçı Sıva Uygulayıcısı", "7123.02"},
	{"12UY0056-3", "01", "İskele Kurulum Elemanı", "7119.01"},
	{"12UY0057-3", "01", "Isı Yalıtımcısı", "7124.01"},
	{"12UY0061-3", "04", "Mobil Vinç Operatörü (MHC, Sahil ve Gemi Vinci)", "8343.01"},
	{"12UY0063-3", "00", "Liman Pompa ve Tank Saha Operatörü", "8343.02"},
	{"12UY0064-3", "00", "Liman Saha İstif Makineleri Operatörü (CRS ve ECS)", "8343.03"},
	{"12UY0069-3", "02", "Plastik Enjeksiyon Üretim Elemanı", "8142.01"},
	{"12UY0070-3", "00", "Refrakterci", "7112.02"},
	{"12UY0070-4", "00", "Refrakterci", "7112.03"},
	{"12UY0075-3", "00", "Elektrik Pano Montajcısı", "7412.01"},
	{"12UY0081-3", "00", "Frezeci", "7223.01"},
	{"12UY0082-4", "01", "CNC Programcısı", "7223.02"},
	{"12UY0082-5", "01", "CNC Programcısı", "7223.03"},
	{"12UY0083-3", "02", "Metal Kesimci", "7223.04"},
	{"12UY0084-4", "02", "Metal Kesim Operatörü", "7223.05"},
	{"12UY0086-3", "02", "Metal Levha İşleme Tezgâh İşçisi", "7213.01"},
	{"12UY0087-4", "02", "Metal Levha İşleme Tezgâh Operatörü", "7213.02"},
	{"12UY0088-3", "04", "Liman Forklift Operatörü", "8344.01"},
	{"12UY0105-3", "00", "Makine Montajcısı", "8211.03"},
	{"13UY0121-5", "00", "İşletme Elektrik Bakımcısı", "7412.02"},
	{"13UY0137-3", "01", "Bitim İşlemleri Operatörü", "8154.01"},
	{"13UY0138-3", "01", "Boyama Operatörü", "8154.02"},
	{"13UY0139-3", "01", "Ön Terbiye Operatörü", "8154.03"},
	{"13UY0142-3", "01", "Plastik Profil Üretim Operatörü (Ekstrüzyon)", "8142.02"},
	{"13UY0143-3", "01", "Plastik Şişirme Film Üretim Operatörü (Ekstrüzyon)", "8142.03"},
	{"13UY0148-3", "01", "Haddeci", "8121.01"},
	{"13UY0148-4", "01", "Haddeci", "8121.02"},
	{"13UY0149-4", "00", "İzabeci", "8121.03"},
	{"13UY0167-5", "00", "Sistem İşletmeni", "3511.01"},
	{"13UY0171-3", "01", "Kazıcı Yükleyici (Beko Loder) Operatörü", "8342.05"},
	{"13UY0172-3", "01", "Mobil Vinç Operatörü", "8343.04"},
	{"13UY0173-4", "00", "Dökümcü", "7211.01"},
	{"13UY0178-3", "00", "Maçacı", "7211.02"},
	{"14UY0195-3", "00", "PVC Doğrama Montajcısı", "7115.02"},
	{"14UY0198-4", "00", "Isıl İşlem İşçisi", "8121.04"},
	{"14UY0202-3", "01", "NC/CNC Tezgâh İşçisi", "7223.06"},
	{"14UY0202-4", "01", "NC/CNC Tezgâh İşçisi", "7223.07"},
	{"15UY0203-4", "01", "Çağrı Merkezi Müşteri Temsilcisi", "4222.01"},
	{"15UY0227-3", "00", "Tornacı", "7223.08"},
	{"15UY0241-3", "00", "Elektrik Tesisatçısı", "7411.01"},
	{"15UY0241-4", "00", "Elektrik Tesisatçısı", "7411.02"},
	{"16UY0242-3", "02", "Makyaj Uygulayıcısı", "5142.01"},
	{"16UY0244-4", "02", "Güzellik Uzmanı", "5142.02"},
	{"16UY0245-4", "02", "Kuaför", "5141.01"},
	{"16UY0247-3", "00", "Protez Tırnak Uygulayıcısı", "5142.03"},
	{"16UY0253-2", "00", "İnşaat İşçisi", "9313.01"},
	{"16UY0255-6", "00", "Coğrafi Bilgi Sistemleri Uzmanı", "2165.01"},
	{"17UY0268-3", "00", "Liman RTG Operatörü", "8343.05"},
	{"17UY0269-3", "00", "Liman SSG Operatörü", "8343.06"},
	{"17UY0300-3", "00", "Mobilya Döşemecisi", "7534.01"},
	{"17UY0301-3", "00", "Ahşap Mobilya İmalatçısı", "7522.01"},
	{"17UY0301-4", "00", "Ahşap Mobilya İmalatçısı", "7522.02"},
	{"17UY0301-5", "00", "Ahşap Mobilya İmalatçısı", "7522.03"},
	{"17UY0328-3", "00", "Servis Aracı Şoförü", "8322.01"},
	{"18UY0356-4", "00", "Endüstriyel Cam Isıl İşlem Elemanı", "8181.01"},
	{"18UY0357-4", "00", "Endüstriyel Cam İşleme Elemanı", "8181.02"},
	{"18UY0358-4", "00", "Endüstriyel Cam Kesim Elemanı", "8181.03"},
	{"22UY0498-3", "00", "Kule Vinç Operatörü", "8343.07"},
	{"24UY0577-4", "00", "Batarya Elektrikli Araç Bakım Onarımcısı", "7231.01"},
	{"24UY0577-5", "00", "Batarya Elektrikli Araç Bakım Onarımcısı", "7231.02"},
	{"24UY0583-3", "00", "Elektrikli Araç Montaj Elemanı", "8211.04"},
	{"24UY0583-4", "00", "Elektrikli Araç Montaj Elemanı", "8211.05"},
}

// body is a certification body. All are invented, with numbers from YB9001 on, so that no real firm is tied to a
// certificate that nobody holds.
type body struct {
	number string // authorisation number, first segment of BELGENO
	name   string // KURULUS_ADI
}

// bodies is read only. The names carry every Turkish letter, and one carries characters that JSON and XML escape.
var bodies = [...]body{
	{"YB9001", "Örnek Belgelendirme A.Ş."},
	{"YB9002", "Hayali Mesleki Yeterlilik Ltd. Şti."},
	{"YB9003", "Kurgu Personel Belgelendirme A.Ş."},
	{"YB9004", "Deneme Sınav ve Belgelendirme Merkezi"},
	{"YB9005", "Numune Mesleki Sınav Hizmetleri A.Ş."},
	{"YB9006", "Sentetik Yeterlilik İktisadi İşletmesi"},
	{"YB9007", "Masal Ülkesi Belgelendirme Ltd. Şti."},
	{"YB9008", "Var Olmayan Çalışma Yeterlilikleri A.Ş."},
	{"YB9009", "Taslak & Oğulları \"Deneme\" Belgelendirme"},
	{"YB9010", "Düş Gücü Eğitim ve Sınav Merkezi"},
	{"YB9011", "Uydurma Iğdır Jimnastik Belgelendirme"},
	{"YB9012", "Prova Ölçme Değerlendirme Kurumu"},
}
