package receipt

import (
	"iskurctl/internal/i18n"
	"iskurctl/internal/ledger/bundle"
)

// What the OKUBENI.txt of a receipt and that of the certificates of an erasure have in common.

func howTo() i18n.Text {
	return i18n.T(
		"Denetim için iskurctl gerekmez; sha256sum (yoksa shasum), openssl ve Linux ile macOS'ta bulunan kabuk araçları yeter. Uçbirimde bu klasöre, vkey dosyasının bulunduğu yere geçin; sh yazıp Enter'a basın; sonra dört boşluk içeriden başlayan öbekleri sırayla yapıştırın. Komutlar bu klasöre hiçbir şey yazmaz. Her karşılaştırma ya TAMAM / OK ya da FARKLI / DIFFERS yazar. Tek bir FARKLI, “Failure” ya da hata iletisi bile varsa denetim olumsuzdur. Bu komutlar da klasörle birlikte gelir: yapıştırmadan önce okuyun.",
		"The check needs no iskurctl; sha256sum (or shasum), openssl and the shell tools of any Linux or macOS will do. In a terminal, go to this folder, where the file vkey is; type sh and press Enter; then paste the blocks that begin with four spaces, one after the other. The commands write nothing into this folder. Each comparison prints either TAMAM / OK or FARKLI / DIFFERS. With a single DIFFERS, “Failure” or error message the check has failed. The commands come with the folder, too: read them before you paste them.")
}

func preparation() bundle.Section {
	return bundle.Section{
		Title: i18n.T("0. Hazırlık", "0. Preparation"),
		Text: []i18n.Text{i18n.T(
			"Geçici bir klasör açar ve ortak komutları tanımlar. Yazılan sürüm OpenSSL 3 ya da daha yenisi olmalıdır; macOS'un kendi openssl'i (LibreSSL) imzalar için yetmeyebilir. Bütün adımları aynı pencerede yapın.",
			"Makes a temporary folder and defines what the steps share. The version it prints must be OpenSSL 3 or later; the openssl that macOS comes with (LibreSSL) may not do for the signatures. Stay in the same window for all steps.")},
		Commands: bundle.Prepare + rawCommand,
	}
}

func takeCare() i18n.Text {
	return i18n.T(
		"DİKKAT: vkey bu klasörle birlikte gelir. Klasörü baştan düzenleyen kendi anahtarını koyar, imza yine doğrulanır. Kimin imzaladığını ancak başka yoldan aldığınız anahtar kanıtlar: vkey satırı, İŞKUR'dan bu klasörden ayrı bir yoldan aldığınız güven dosyasındaki “log” sözcüğünden sonrasının aynısı olmalıdır; ya da aşağıda vkey adının önüne yazılan 64 haneyi (parmak izi), bildiğiniz bir numaradan aradığınız İŞKUR görevlisine okutun.",
		"TAKE CARE: vkey comes with this folder. Whoever makes up a whole folder puts a key of his own there, and the signature fits all the same. Only a key that you got another way proves who signed: the line in vkey must be what follows the word “log” in the trust file that you got from İŞKUR by another way than this folder; or have an officer of İŞKUR, whom you call at a number that you know, read out the 64 digits that are printed below in front of vkey (the fingerprint).")
}

func cleaning(step string) bundle.Section {
	return bundle.Section{
		Title:    i18n.Tf("%s. Temizlik", "%s. Cleaning up", step),
		Text:     []i18n.Text{i18n.T("Geçici klasörü siler.", "Removes the temporary folder.")},
		Commands: bundle.Clean,
	}
}

// limits says what the folder does not prove. Whoever relies on it has to know.
func limits() bundle.Section {
	return bundle.Section{
		Title: i18n.T("Bu klasör neyi kanıtlamaz?", "What does this folder not prove?"),
		List: []i18n.Text{
			i18n.T("Kimin imzaladığını: bunu ancak başka yoldan alınmış anahtar kanıtlar (1. adım)",
				"Who signed: only a key that was got another way proves that (step 1)"),
			i18n.T("Denetim noktasından sonra ne olduğunu: örneğin rızanın sonradan geri alınmadığını",
				"What came after the checkpoint: that the consent was not withdrawn later, for example"),
			i18n.T("Günlüğün bugün de aynı günlük olduğunu: onu, günlüğün kendisi üzerinde “consent verify” ve güven dosyası gösterir",
				"That the log is the same one today: “consent verify” on the log itself, with the trust file, shows that"),
			i18n.T("Yazılanın doğru, saatin ayarlı olduğunu: günlük, yazılanın sonradan değiştirilmediğini gösterir",
				"That what was written was true and the clock right: the log shows that it was not changed afterwards"),
		},
	}
}
