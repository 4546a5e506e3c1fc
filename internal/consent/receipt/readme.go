package receipt

import (
	"strconv"

	"iskurctl/internal/consent/event"
	"iskurctl/internal/i18n"
	"iskurctl/internal/ledger"
	"iskurctl/internal/ledger/bundle"
)

// The commands of OKUBENI.txt, for who has openssl, sha256sum and a POSIX shell and no reason to believe this program. They
// run as they are printed, in the folder itself, and write nothing there; those below need the variables and functions of
// those before them. Nothing stands in a command that was given from outside but numbers and the event's id.

// rawCommand decodes base64url without padding (RFC 4648, section 5).
const rawCommand = `raw() {
  tr '_-' '/+' | tr -d '\n' >"$t/b64"
  case $(($(wc -c <"$t/b64") % 4)) in 2) echo == ;; 3) echo = ;; *) echo ;; esac >>"$t/b64"
  fold -w 64 "$t/b64" | openssl base64 -d
}
`

// The bytes in front of the key are what RFC 8410 puts before an Ed25519 key, 302a300506032b6570032100.
const keyCommands = `{ printf '\060\052\060\005\006\003\053\145\160\003\041\000'
  cut -d+ -f3- vkey | openssl base64 -d -A | tail -c 32; } >"$t/key"
sums vkey
signed() {
  openssl pkeyutl -verify -pubin -keyform DER -inkey "$t/key" -rawin \
    -in "$1" -sigfile "$t/signature"
}
`

const tokenCommands = `cut -d'~' -f1 "$j.sdjwt" | tr -d '\n' >"$t/jwt"
cut -d. -f1,2 "$t/jwt" | tr -d '\n' >"$t/signed"
cut -d. -f3 "$t/jwt" | raw >"$t/signature"
signed "$t/signed"
cut -d. -f1 "$t/jwt" | raw; echo
cut -d. -f2 "$t/jwt" | raw >"$t/entry"
cat "$t/entry"; echo
`

const disclosureCommands = `sed -n 's/^{"_sd":\[\([^]]*\)\].*/\1/p' "$t/entry" | tr , '\n' >"$t/sd"
tr '~' '\n' <"$j.sdjwt" | sed '1d;/^$/d' >"$t/values"
while IFS= read -r d; do
  a=$(printf %s "$d" | sha | b64 | tr '+/' '-_' | tr -d =)
  same "\"$a\"" "$(grep -Fx "\"$a\"" "$t/sd" || true)"
  printf %s "$d" | raw; echo
done <"$t/values"
`

const textCommands = `sed -n 's/.*"texts":{\([^}]*\)}.*/\1/p' "$t/entry" | tr , '\n' |
  sed 's/.*:"\([0-9a-f]*\)"$/\1/' | sort -u >"$t/texts"
while IFS= read -r s; do
  same "$(sums <"texts/$s.txt" | cut -c1-64)" "$s"
done <"$t/texts"
`

// pathCommands compute the root from an entry and its proof, as RFC 9162, section 2.1.3.2, tells: f is the
// entry's number, l that of the last one.
const pathCommands = `path() {
  sed '1,/^$/d' "$1" >"$t/checkpoint"
  sed '/^$/,$d' "$1" | sed '1,2d' >"$t/hashes"
  f=$(sed -n '2s/^index \([0-9]*\)$/\1/p' "$1")
  l=$(($(sed -n 2p "$t/checkpoint") - 1))
  { printf '\000'; cat "$2"; } | sha >"$t/h"
  while IFS= read -r h; do
    printf '%s\n' "$h" | openssl base64 -d -A >"$t/p"
    if [ $((f % 2)) -eq 1 ] || [ "$f" -eq "$l" ]; then
      { printf '\001'; cat "$t/p" "$t/h"; } | sha >"$t/n"
      while [ $((f % 2)) -eq 0 ] && [ "$f" -gt 0 ]; do f=$((f / 2)); l=$((l / 2)); done
    else
      { printf '\001'; cat "$t/h" "$t/p"; } | sha >"$t/n"
    fi
    mv "$t/n" "$t/h"; f=$((f / 2)); l=$((l / 2))
  done <"$t/hashes"
  same "$(b64 <"$t/h") $l" "$(sed -n 3p "$t/checkpoint") 0"
}
`

// checkpointCommands check the signature of a checkpoint: the text up to the blank line is signed.
const checkpointCommands = `cat "$t/checkpoint"
sed '/^$/,$d' "$t/checkpoint" >"$t/signed"
sed '1,/^$/d' "$t/checkpoint" | grep -F -e " $(cut -d+ -f1 vkey) " | sed -n 1p |
  cut -d' ' -f3 | openssl base64 -d -A | tail -c 64 >"$t/signature"
signed "$t/signed"
`

// readme writes the OKUBENI.txt of a receipt.
// rotated: the log's key was replaced before.
func readme(e *entry, p ledger.Proof, rotated bool) []byte {
	sections := []bundle.Section{e.about(p), e.parts(rotated), preparation(), {
		Title: i18n.T("1. Makbuzu kim imzaladı?", "1. Who signed the receipt?"),
		Text: []i18n.Text{
			i18n.T("Makbuz bir SD-JWT'dir (RFC 9901): ilk ~ işaretine kadar üç parça; başlık, içerik, imza. İmzalanan, ilk iki parçadır (aradaki nokta dahil). İçerik, günlükteki kaydın birebir baytlarıdır. Beklenen: parmak izi, “Signature Verified Successfully”, başlık, kayıt.",
				"The receipt is an SD-JWT (RFC 9901): up to the first ~ three parts, header, payload, signature. Signed are the first two with the dot between them. The payload is the entry in the log, byte for byte. Expected: the fingerprint, “Signature Verified Successfully”, the header, the entry."),
			takeCare(),
		},
		Commands: "j=" + e.id + "\n" + keyCommands + tokenCommands,
	}, {
		Title: i18n.T("2. Kişisel veriler bu kayda mı ait?", "2. Do the personal values belong to this entry?"),
		Text: []i18n.Text{i18n.T(
			"İlk ~ işaretinden sonraki her parça bir kişisel veridir: [rastgele tuz, alanın adı, değeri]. SHA-256 özeti (base64url) kaydın “_sd” listesinde olmalıdır. Listede bunlardan fazla özet olabilir: o veriler silinmiş ya da verilmemiştir. Ekrana kişisel veri yazılır. Beklenen: her veri için bir TAMAM ve verinin kendisi.",
			"Each part behind the first ~ is a personal value: [random salt, name of the field, value]. Its SHA-256 (base64url) must be in the list “_sd” of the entry. The list may hold more hashes than that: those values were erased or not given. This prints personal data. Expected: for each value one OK and the value itself.")},
		Commands: disclosureCommands,
	}, {
		Title: i18n.T("3. Metinler, size gösterilen metinler mi?", "3. Are the texts those that you were shown?"),
		Text: []i18n.Text{i18n.T(
			"Kayıt, metinlerin SHA-256 özetlerini taşır; texts/ içindeki dosyalar bunlarla karşılaştırılır. Beklenen: her metin için bir TAMAM.",
			"The entry holds the SHA-256 of the texts; the files in texts/ are compared with them. Expected: one OK for each text.")},
		Commands: textCommands,
	}, {
		Title: i18n.T("4. Kayıt günlükte mi?", "4. Is the entry in the log?"),
		Text: []i18n.Text{i18n.T(
			"Kaydın özeti, SHA-256(00 baytı + kayıt), kanıttaki özetlerle sırayla birleştirilir: SHA-256(01 baytı + sol + sağ) (RFC 6962'nin ağacı). Sonuç, denetim noktasının üçüncü satırı olmalıdır. Beklenen: TAMAM.",
			"The hash of the entry, SHA-256(byte 00 + entry), is joined with the hashes of the proof one after the other: SHA-256(byte 01 + left + right) (the tree of RFC 6962). The result must be the third line of the checkpoint. Expected: OK.")},
		Commands: pathCommands + "path \"$j.tlog-proof\" \"$t/entry\"\n",
	}, {
		Title: i18n.T("5. Denetim noktasını kim imzaladı?", "5. Who signed the checkpoint?"),
		Text: []i18n.Text{i18n.T(
			"Denetim noktası, günlüğün adını, kayıt sayısını ve ağacın kökünü taşır; onu makbuzu imzalayan anahtar imzalamış olmalıdır. Beklenen: denetim noktası, “Signature Verified Successfully”.",
			"The checkpoint holds the name of the log, the number of entries and the root of the tree; the key that signed the receipt must have signed it. Expected: the checkpoint, “Signature Verified Successfully”.")},
		Commands: checkpointCommands,
	}, cleaning("6"), limits(), {
		Title: i18n.T("Kolay yol", "The convenient way"),
		Text: []i18n.Text{i18n.T(
			"iskurctl consent verify KLASÖR --trust DOSYA bunların hepsini yapar. Yukarıdaki denetimin hiçbir adımı ona dayanmaz. Biçimler açık standartlardır: RFC 9901 (SD-JWT), RFC 8032 (Ed25519), RFC 6962 (ağaç), C2SP signed-note, tlog-checkpoint ve tlog-proof, ISO/IEC TS 27560 (W3C DPV ile).",
			"iskurctl consent verify FOLDER --trust FILE does all of this. No step of the check above rests on it. The formats are open standards: RFC 9901 (SD-JWT), RFC 8032 (Ed25519), RFC 6962 (tree), C2SP signed-note, tlog-checkpoint and tlog-proof, ISO/IEC TS 27560 (with W3C DPV).")},
	}}
	return bundle.Page("BU MAKBUZ NASIL DENETLENİR / HOW TO CHECK THIS RECEIPT", sections)
}

// what names what happened.
func (e *entry) what() i18n.Text {
	switch event.Step(e.step) {
	case event.Accepted:
		return i18n.T("üyelik sözleşmesinin kabulü", "the membership agreement was accepted")
	case event.Presented:
		return i18n.T("aydınlatma metninin sunulması", "the privacy notice was presented")
	case event.Given:
		return i18n.T("açık rızanın verilmesi", "explicit consent was given")
	case event.Refused:
		return i18n.T("açık rızanın reddedilmesi", "explicit consent was refused")
	}
	return i18n.T("açık rızanın geri alınması", "explicit consent was withdrawn")
}

// about is the beginning: what this is, and how to go about it.
func (e *entry) about(p ledger.Proof) bundle.Section {
	what := e.what()
	return bundle.Section{Text: []i18n.Text{
		i18n.Tf("Bu klasör, İŞKUR'un onay günlüğündeki bir kaydınızın makbuzudur: %s, %s (UTC). Günlükten kişisel verileriniz sonradan silinse bile bu makbuz geçerli kalır; saklayın. İçinde kişisel verileriniz vardır.",
			"This folder is the receipt of an entry of yours in İŞKUR's consent log: %s, %s (UTC). It stays good even when your personal data are erased from the log later on; keep it. It holds your personal data.", what, e.time),
		i18n.Tf("Günlüğün adı: %s. Kaydın numarası: %s (numaralar 0'dan başlar). İmzalı denetim noktasındaki kayıt sayısı: %s.",
			"Name of the log: %s. Number of the entry: %s (numbers begin at 0). Entries that the signed checkpoint covers: %s.", p.Checkpoint.Origin, plain(p.Index), plain(p.Checkpoint.Size)),
		howTo(),
	}}
}

// parts says what each file is.
func (e *entry) parts(rotated bool) bundle.Section {
	list := []i18n.Text{
		i18n.Tf("%s: imzalı kayıt ve kişisel verileriniz (SD-JWT)", "%s: the signed entry and your personal values (SD-JWT)", e.id+tokenEnd),
		i18n.Tf("%s: kaydın günlükte olduğunun kanıtı, imzalı denetim noktasıyla", "%s: the proof that the entry is in the log, with the signed checkpoint", e.id+proofEnd),
		i18n.T("texts/: size gösterilen metinler, birebir; dosyanın adı SHA-256 özetidir", "texts/: the texts that you were shown, byte for byte; a file's name is its SHA-256"),
		i18n.T("vkey: imzaları doğrulayan açık anahtar", "vkey: the public key that the signatures are verified with"),
		i18n.Tf("%s: aynı kayıt, başka programlar için ISO/IEC TS 27560 alanlarıyla. Kanıt değildir; “not-stated”, metinde bulunamayan bilgidir", "%s: the same entry for other programs, with the fields of ISO/IEC TS 27560. It is no evidence; “not-stated” is what was not found in the texts", e.id+recordEnd),
	}
	if rotated {
		list = append(list, keysHelp())
	}
	return bundle.Section{Title: i18n.T("Dosyalar", "The files"), List: list}
}

// keysHelp says what the folder keys/ is.
func keysHelp() i18n.Text {
	return i18n.T("keys/: günlüğün anahtarı değiştirildikçe eski anahtarın yenisini onayladığı notlar; dosyanın adı kaydın numarasıdır, üçüncü satır yeni anahtardır. Güven dosyanızdaki anahtar daha eskiyse zincir vkey'e kadar bu notlardan gider",
		"keys/: the notes in which the old key endorsed the new one each time the log's key was replaced; a file's name is the number of the entry, its third line the new key. If the key in your trust file is an older one, the chain to vkey leads through these notes")
}

// plain writes a number for a file, without separators.
func plain(n int64) string { return strconv.FormatInt(n, 10) }
