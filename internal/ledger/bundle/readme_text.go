package bundle

import (
	"iskurctl/internal/i18n"
	"iskurctl/internal/ledger"
)

func (o ReadmeOptions) sections() []Section {
	out := []Section{o.about(), o.parts(), {
		Title: i18n.T("0. Hazırlık", "0. Preparation"),
		Text: []i18n.Text{i18n.T(
			"Geçici bir klasör açar ve ortak komutları tanımlar. Yazılan sürüm OpenSSL 3 ya da daha yenisi olmalıdır; macOS'un kendi openssl'i (LibreSSL) 2. adım için yetmeyebilir. Bütün adımları aynı pencerede yapın.",
			"Makes a temporary folder and defines what the steps share. The version it prints must be OpenSSL 3 or later; the openssl that macOS comes with (LibreSSL) may not do for step 2. Stay in the same window for all steps.")},
		Commands: Prepare,
	}, {
		Title: i18n.T("1. Dosyalar eksiksiz mi?", "1. Are the files complete?"),
		Text: []i18n.Text{i18n.T(
			"Her dosyanın SHA-256 özeti listedekiyle karşılaştırılır, listede olmayan dosya da aranır. Beklenen: üç OK satırı, sonra dosya sayısıyla iki TAMAM; uymayan dosyanın adı ayrıca yazılır. Bu adım yolda bozulmayı gösterir. Dosyaları bilerek değiştiren, listeleri de yeniden yazabilir: onu, data/records.csv ve bu metin dışında, 2. ve sonraki adımlar gösterir.",
			"Each file's SHA-256 is compared with the list, and files that are not listed are looked for. Expected: three lines with OK, then OK twice with the number of files; a file that does not fit is named. This step shows what was damaged on the way. Whoever changes files on purpose can rewrite the lists as well: the steps from 2 on show that, of all but data/records.csv and this text.")},
		Commands: checkFiles,
	}, {
		Title: i18n.T("2. Denetim noktasını kim imzaladı?", "2. Who signed the checkpoint?"),
		Text: []i18n.Text{
			i18n.Tf("Denetim noktasının ilk satırı günlüğün yukarıdaki adı, ikincisi kayıt sayısı (%s), üçüncüsü ağacın köküdür. İmzalanan metin, boş satırdan öncesidir (son satır sonu dahil). Boş satırdan sonraki imza satırının üçüncü sözcüğü base64'tür: 4 bayt anahtar numarası, 64 bayt Ed25519 imzası. data/vkey içinde ikinci + işaretinden sonrası base64'tür; son 32 baytı açık anahtardır. Beklenen: “Signature Verified Successfully”, sonra TAMAM.",
				"The first line of the checkpoint is the log's name as above, the second the number of entries (%s), the third the root of the tree. Signed is the text before the blank line, with its last line end. In the signature line behind the blank line the third word is base64: 4 bytes key number, 64 bytes Ed25519 signature. What follows the second + in data/vkey is base64; its last 32 bytes are the public key. Expected: “Signature Verified Successfully”, then OK.",
				plain(o.Size)),
			i18n.T("DİKKAT: data/vkey bu klasörle birlikte gelir. Klasörü baştan düzenleyen kendi anahtarını koyar, imza yine doğrulanır. Kimin imzaladığını ancak başka yoldan aldığınız anahtar kanıtlar: data/vkey satırı, daha önce aldığınız güven dosyasındaki “log” sözcüğünden sonrasının aynısı olmalıdır; ya da aşağıda data/vkey adının önüne yazılan 64 haneyi (parmak izi), bildiğiniz bir numaradan aradığınız günlük sahibine okutun. Anahtar bu arada değiştirildiyse, eski anahtarın yenisini imzaladığı kayıt (\"k\":\"key/1\") günlüktedir.",
				"TAKE CARE: data/vkey comes with this folder. Whoever makes up a whole folder puts a key of his own there, and the signature fits all the same. Only a key that you got another way proves who signed: the line in data/vkey must be what follows the word “log” in the trust file that you got before; or have the owner of the log, whom you call at a number that you know, read out the 64 digits that are printed below in front of data/vkey (the fingerprint). If the key was changed since, the log holds an entry (\"k\":\"key/1\") in which the old key signed the new one."),
		},
		Commands: o.signature(),
	}}
	seq, ok := o.first()
	out = append(out, o.one(seq, ok), o.tree(seq, ok), o.personal(ok))
	more, next := o.many(seq, ok)
	out = append(append(out, more...), Section{
		Title:    i18n.Tf("%s. Temizlik", "%s. Cleaning up", plain(next)),
		Text:     []i18n.Text{i18n.T("Geçici klasörü siler.", "Removes the temporary folder.")},
		Commands: Clean,
	})
	return append(out, limits(), Section{
		Title: i18n.T("Kolay yol", "The convenient way"),
		Text: []i18n.Text{i18n.T(
			"iskurctl audit verify KLASÖR --trust DOSYA (açık rıza kayıtlarında iskurctl consent verify), bunların hepsini her kayıt için yapar ve bulduklarını sayar. Yukarıdaki denetimin hiçbir adımı ona dayanmaz. Biçimler açık standartlardır: C2SP signed-note, tlog-checkpoint ve tlog-tiles; RFC 6962 (ağaç), RFC 8032 (Ed25519), RFC 8493 (BagIt), RFC 9901 (gizlenmiş alanlar).",
			"iskurctl audit verify FOLDER --trust FILE (iskurctl consent verify for records of consent) does all of this for every entry and lists what it finds. No step of the check above rests on it. The formats are open standards: C2SP signed-note, tlog-checkpoint and tlog-tiles; RFC 6962 (tree), RFC 8032 (Ed25519), RFC 8493 (BagIt), RFC 9901 (hidden fields).")},
	})
}

// about is the beginning: what this is, and how to go about it.
func (o ReadmeOptions) about() Section {
	text := []i18n.Text{
		o.Contents,
		i18n.Tf("Günlüğün adı: %s", "Name of the log: %s", o.Origin),
	}
	if seq, ok := o.first(); ok {
		text = append(text, i18n.Tf(
			"İmzalı denetim noktası %s kaydı kapsar. Bu klasörde %s–%s numaralı kayıtlar vardır; numaralar 0'dan başlar. Kayıtlar 256'lık bütün bloklar hâlinde konduğundan fazlası da bulunabilir.",
			"The signed checkpoint covers this many entries: %s. This folder holds the entries %s–%s; numbers begin at 0. Entries come in whole blocks of 256, so there may be more of them.",
			plain(o.Size), plain(seq), plain(min(o.Range.To, o.Size)-1)))
	} else {
		text = append(text, i18n.Tf(
			"İmzalı denetim noktası %s kaydı kapsar. Bu klasörde istenen aralıktan kayıt yoktur, yalnız ağacın özetleri vardır.",
			"The signed checkpoint covers this many entries: %s. This folder holds no entry of the range that was asked for, only the hashes of the tree.", plain(o.Size)))
	}
	if o.Pruned > 0 {
		text = append(text, i18n.Tf(
			"%s numaradan önceki kayıtlar, saklama süreleri dolduğu için imha edilmiştir. Ağacın üst özetleri durduğundan kalanlar yine denetlenebilir.",
			"Entries below number %s were disposed of, since the time for keeping them is over. The upper hashes of the tree remain, so what is left can still be checked.", plain(o.Pruned)))
	}
	return Section{Text: append(text, i18n.T(
		"Denetim için iskurctl gerekmez; sha256sum (yoksa shasum), openssl ve Linux ile macOS'ta bulunan kabuk araçları yeter. Uçbirimde bu klasöre, bagit.txt dosyasının bulunduğu yere geçin; sh yazıp Enter'a basın; sonra dört boşluk içeriden başlayan öbekleri sırayla yapıştırın. Komutlar bu klasöre hiçbir şey yazmaz. Her karşılaştırma ya TAMAM / OK ya da FARKLI / DIFFERS yazar. Tek bir FARKLI ya da hata iletisi bile varsa denetim olumsuzdur: klasörün imzalandığı gibi olduğu gösterilememiştir. Bu komutlar da klasörle birlikte gelir: yapıştırmadan önce okuyun.",
		"The check needs no iskurctl; sha256sum (or shasum), openssl and the shell tools of any Linux or macOS will do. In a terminal, go to this folder, where the file bagit.txt is; type sh and press Enter; then paste the blocks that begin with four spaces, one after the other. The commands write nothing into this folder. Each comparison prints either TAMAM / OK or FARKLI / DIFFERS. With a single DIFFERS or error message the check has failed: the folder was not shown to be as it was signed. The commands come with the folder, too: read them before you paste them."))}
}

// parts says what each file is.
func (o ReadmeOptions) parts() Section {
	list := []i18n.Text{
		i18n.T("manifest-sha256.txt, tagmanifest-sha256.txt: dosyaların SHA-256 özetleri. bagit.txt, bag-info.txt: paketin biçimi, günü ve aralığı",
			"manifest-sha256.txt, tagmanifest-sha256.txt: the SHA-256 of the files. bagit.txt, bag-info.txt: form, day and range of the package"),
		i18n.T("data/checkpoint: imzalı denetim noktası. data/vkey: imzayı doğrulayan açık anahtar",
			"data/checkpoint: the signed checkpoint. data/vkey: the public key that its signature is verified with"),
		i18n.T("data/tile/entries/: kayıtların kendisi; her kaydın önünde uzunluğu (2 bayt, büyük bayt önce)",
			"data/tile/entries/: the entries themselves, each behind its length (2 bytes, the high one first)"),
		i18n.T("data/tile/0/: kayıtların 32 baytlık özetleri. data/tile/1/, data/tile/2/ …: bir alttaki dolu dosyaların kökleri. Bir dosyada 256 özet vardır; .p/ altındakilerde, adlarındaki sayı kadar",
			"data/tile/0/: the hashes of the entries, 32 bytes each. data/tile/1/, data/tile/2/ …: the roots of the full files one level below. A file has 256 hashes; one below .p/ has as many as its name says"),
	}
	if o.PersonalData {
		list = append(list, i18n.T("data/disclosures.ndjson: kayıtlarda yalnız özeti bulunan kişisel veriler. Satır biçimi: {\"seq\":kayıt numarası,\"sd\":[…]}",
			"data/disclosures.ndjson: the personal values that entries hold only the hash of. A line is {\"seq\":number of the entry,\"sd\":[…]}"))
	}
	list = append(list, i18n.T("data/records.csv (varsa): kayıtların okunabilir dökümü. KANIT DEĞİLDİR: imzalı değildir, hiçbir adım onu denetlemez; kanıt kayıtların kendisidir (7. adım)",
		"data/records.csv (if there): the entries as a table, to be read. It is NO EVIDENCE: it is not signed, and no step checks it; the entries are (step 7)"))
	if o.Texts {
		list = append(list, i18n.T("data/texts/ (varsa): kayıtların andığı metinler; dosyanın adı, SHA-256 özetidir",
			"data/texts/ (if there): texts that entries refer to; a file's name is its SHA-256"))
	}
	return Section{Title: i18n.T("Dosyalar", "The files"), List: list}
}

// one is the step about a single entry.
func (o ReadmeOptions) one(seq int64, ok bool) Section {
	s := Section{Title: i18n.T("3. Kayıt, ağaçtaki kayıt mı?", "3. Is the entry the one in the tree?")}
	if !ok {
		s.Text = []i18n.Text{i18n.T("Bu klasörde istenen aralıktan kayıt yoktur; adım atlanır.", "This folder holds no entry of the range asked for; there is nothing to do.")}
		return s
	}
	width := ledger.WidthAt(o.Size, 0, seq/256)
	s.Text = []i18n.Text{
		i18n.Tf("%s numaralı kayıt %s dosyasının baştan %s. kaydıdır. Komutlar kaydı çıkarıp gösterir. Kaydın özeti, SHA-256(00 baytı + kayıt), %s dosyasındaki aynı sıradaki 32 bayttır. Beklenen: kayıt, sonra TAMAM.",
			"Entry %s stands in %s, as entry %s from its beginning. The commands take the entry out and show it. Its hash, SHA-256(byte 00 + entry), is the 32 bytes at the same place in %s. Expected: the entry, then OK.",
			plain(seq), payload+EntriesPath(seq/256, width), plain(seq%256+1), payload+TilePath(0, seq/256, width)),
		i18n.T("Bu adım tek bir kaydı denetler (hepsini 6. adım). Başka bir kaydı denetlemek için, n= satırında numarasını yazıp o satırdan başlayarak yeniden yapıştırın.",
			"This step checks one entry (step 6 all of them). To check another, write its number into the line n= and paste again from that line on."),
	}
	s.Commands = o.entry(seq)
	return s
}

// tree is the step from the tiles to the root.
func (o ReadmeOptions) tree(seq int64, ok bool) Section {
	s := Section{
		Title: i18n.T("4. Ağacın kökü, imzalanan kök mü?", "4. Is the root of the tree the one that was signed?"),
		Text: []i18n.Text{i18n.T(
			"Özetler ikişer ikişer birleştirilir: SHA-256(01 baytı + sol + sağ); tek kalan sonuncu, olduğu gibi yukarı taşınır (RFC 6962'nin ağacı). Önce her düzeyin sağ ucundaki dolmamış dosya katlanır, sonucu bir üsttekinin sonuna eklenir; en son çıkan, denetim noktasının üçüncü satırı olmalıdır. Birkaç saniye sürer. Beklenen: TAMAM.",
			"Hashes are joined in pairs: SHA-256(byte 01 + left + right); a last one without a partner is carried up as it is (this is the tree of RFC 6962). First the file that is not full, at the right end of each level, is folded and the result put behind those of the next level; what comes out in the end must be the third line of the checkpoint. It takes some seconds. Expected: OK.")},
		Commands: o.edge(),
	}
	up := ""
	if ok {
		up = o.upward(seq)
	}
	switch {
	case up != "":
		s.Text = append(s.Text, i18n.T(
			"Sonra 3. adımdaki kaydın bulunduğu dolu dosya katlanır; sonuç, üst düzeydeki yerinde duran 32 bayttır. Böylece kayıttan imzalı köke kadar zincir tamamlanır. Beklenen: her düzey için bir TAMAM.",
			"Then the full file that the entry of step 3 is in is folded; the result is the 32 bytes at its place one level up. That completes the chain from the entry to the signed root. Expected: one more OK a level."))
	case ok:
		s.Text = append(s.Text, i18n.T(
			"3. adımdaki kaydın özeti, katlanan bu dosyalardan ilkindedir: kayıttan imzalı köke kadar zincir böylece tamamdır.",
			"The hash of the entry of step 3 is in the first of the files folded here, so the chain from the entry to the signed root is complete."))
	}
	s.Commands += up
	return s
}

// personal is the step about the personal values, or says why there is none.
func (o ReadmeOptions) personal(ok bool) Section {
	s := Section{Title: i18n.T("5. Kişisel veriler", "5. Personal data")}
	if !o.PersonalData || !ok {
		s.Text = []i18n.Text{i18n.T(
			"Bu klasöre kişisel veriler konmamıştır. Kayıtlarda bunların yalnız tuzlanmış özetleri (“_sd”) durur; bu özetlerden kişisel veriye dönülemez. Yukarıdaki bütün denetimler yine geçerlidir ve veriler sonradan verilirse bu özetlerle karşılaştırılabilir.",
			"Personal data were left out of this folder. Entries hold only salted hashes of them (“_sd”), from which nobody gets back to the data. All the checks above hold all the same, and data that are handed over later can be compared with these hashes.")}
		return s
	}
	s.Text = []i18n.Text{i18n.T(
		"disclosures.ndjson dosyasının ilk satırındaki ilk değer denetlenir: önce ait olduğu kayıt 3. adımdaki gibi çıkarılıp denetlenir, sonra değerin SHA-256 özeti (base64url, sonda = olmadan) o kaydın “_sd” listesinde aranır. Son satırda değerin kendisi okunur: [rastgele tuz, alanın adı, değeri]. Ekrana kişisel veri yazılır. Dosya boşsa, bu aralıkta kişisel veri yoktur. Beklenen: kayıt, iki TAMAM, değer.",
		"The first value of the first line of disclosures.ndjson is checked: its entry is taken out and checked as in step 3, then the value's SHA-256 (base64url, without = at the end) is looked for in the list “_sd” of that entry. The last line is the value itself: [random salt, name of the field, value]. This prints personal data. If the file is empty, there are none in this range. Expected: the entry, OK twice, the value.")}
	s.Commands = o.disclosure()
	return s
}

// limits says what the folder does not prove. Whoever relies on it has to know.
func limits() Section {
	return Section{
		Title: i18n.T("Bu klasör neyi kanıtlamaz?", "What does this folder not prove?"),
		List: []i18n.Text{
			i18n.T("Kimin imzaladığını: bunu ancak başka yoldan alınmış anahtar kanıtlar (2. adım)",
				"Who signed: only a key that was got another way proves that (step 2)"),
			i18n.T("Denetim noktasından sonra kayıt olmadığını. Daha yeni bir denetim noktası, eskisinin kayıtlarını aynen içermelidir; bunu elinizdeki güven dosyasıyla “verify” denetler",
				"That there is nothing after the checkpoint. A later checkpoint must hold all that was in the earlier one; “verify” checks that by the trust file that you keep"),
			i18n.T("Gönderenin bilgisayarını yönetenin (root) baştan yanlış yazmadığını. Günlük, yazılanın denetim noktası dışarıya verildikten sonra değiştirilmediğini gösterir; yazılanın doğru, saatin ayarlı olduğunu göstermez",
				"That whoever runs the sender's host (root) did not write what is wrong in the first place. The log shows that what was written was not changed after a checkpoint was given away; it does not show that it was true, nor that the clock was right"),
			i18n.T("Bu klasörde bulunmayan kayıtların içeriğini: onların burada yalnız özetleri vardır",
				"What entries say that are not in this folder: of them there are only hashes here"),
			notEvidence(),
		},
	}
}
