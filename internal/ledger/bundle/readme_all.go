package bundle

import (
	"strings"

	"iskurctl/internal/i18n"
	"iskurctl/internal/ledger"
)

// The steps of an OKUBENI.txt about more than one entry: all of a file, those that stand in a line of records.csv, and those
// that name a text. Without them whoever has no iskurctl would believe what nobody has signed.

// allEntries defines all, which checks every entry of a file by its number and leads its hashes up to the tile that the root
// was computed from, once a file. It takes nth from itself and root from the step of the tree.
const allEntries = `: >"$t/seen"
nth() { head -c $((32 * $2 + 32)) "$1" | tail -c 32; }
numbered() {
  i=$1; p=$(printf %03d $((i % 1000)))
  while [ "$i" -ge 1000 ]; do i=$((i / 1000)); p=x$(printf %03d $((i % 1000)))/$p; done
  if [ "$1" -eq $(($2 / 256)) ]; then p=$p.p/$(($2 % 256)); fi
  echo "$p"
}
all() {
  if grep -Fx -e "$1" "$t/seen" >"$t/nil"; then return 0; fi
  e=$(numbered "$1" SIZE); echo "data/tile/entries/$e"
  od -An -v -tu1 "data/tile/entries/$e" | awk '{ for (i = 1; i <= NF; i++) { n++
    if (s > 0) { s--; continue }
    if (h == 0) { h = 1; v = $i * 256; continue }
    h = 0; s = v + $i; print n, s } } END { if (h + s > 0) print n, 0 }' >"$t/at"
  k=1000
  while read -r at len; do
    { printf '\000'; head -c $((at + len)) "data/tile/entries/$e" | tail -c "$len"; } >"$t/h$k"
    k=$((k + 1))
  done <"$t/at"
  sha "$t"/h1* >"$t/leaves" || true
  rm -f "$t"/h1*
  same "$(sums <"$t/leaves" | cut -c1-64)" "$(sums <"data/tile/0/$e" | cut -c1-64)"
  q=$1; l=0; c=SIZE
  while [ "$q" -lt $((c / 256)) ]; do
    a=$(root <"data/tile/$l/$(numbered "$q" "$c")" | b64)
    l=$((l + 1)); c=$((c / 256))
    b=$(nth "data/tile/$l/$(numbered $((q / 256)) "$c")" $((q % 256)) | b64)
    same "$a" "$b"
    q=$((q / 256))
  done
  echo "$1" >>"$t/seen"
}
`

const checkAll = `while [ "$m" -le "$z" ]; do all "$m"; m=$((m + 1)); done
`

// checkLine prints what a line of records.csv was made from. Control characters of that file do not get to the screen.
const checkLine = `if [ -f data/disclosures.ndjson ]; then
  sed -n "s/^{\"seq\":$n,\"sd\":\[\(.*\)\]}\$/\1/p" data/disclosures.ndjson |
    tr -d '"' | tr , '\n' >"$t/values"
  sed -n 's/^{"_sd":\[\([^]]*\)\].*/\1/p' "$t/entry" | tr , '\n' >"$t/sd"
  while IFS= read -r d; do
    a=$(printf %s "$d" | sha | b64 | tr '+/' '-_' | tr -d =)
    same "\"$a\"" "$(grep -Fx -e "\"$a\"" "$t/sd" || true)"
    case $((${#d} % 4)) in 2) d=$d==;; 3) d=$d=;; esac
    printf %s "$d" | tr '_-' '/+' | openssl base64 -d -A; echo
  done <"$t/values"
fi
if [ -f data/records.csv ]; then
  echo "records.csv:"
  sed -n "/^$n,/p" data/records.csv | LC_ALL=C tr -d '\000-\011\013-\037\177'
fi
`

// checkTexts hashes each text, finds a file of entries that names it, and checks all of those.
const checkTexts = `for f in data/texts/*; do
  if [ ! -f "$f" ]; then continue; fi
  s=$(sums <"$f" | cut -c1-64)
  same "data/texts/$s.txt" "$f"
  find data/tile/entries -type f -exec grep -lF -e "\"sha256\":\"$s\"" {} + >"$t/named" || true
  e=$(sed -n 1p "$t/named")
  m=$(echo "$e" | sed 's|^data/tile/entries/||; s|\.p/.*||; s|[x/]||g; s|^0*\([0-9]\)|\1|')
  case $m in ''|*[!0-9]*) same "" "$s";; *)
    same "data/tile/entries/$(numbered "$m" SIZE)" "$e"
    all "$m";;
  esac
done
`

// namedTexts hashes the texts that the entries of the range name, so that none of them can be left out. Of a file of entries
// those outside of the range do not count: their texts need not be there.
const namedTexts = `texts() {
  od -An -v -tu1 "data/tile/entries/$(numbered "$1" SIZE)" |
    LC_ALL=C awk -v n=$(($1 * 256 - 1)) '{ for (i = 1; i <= NF; i++) {
    if (s > 0) { s--; if (n >= FROM && n < END) printf "%c", $i + 0; if (s == 0) print ""; continue }
    if (h == 0) { h = 1; v = $i * 256; continue }
    h = 0; s = v + $i; n++ } }' | sed -n 's/.*"texts":{\([^}]*\)}.*/\1/p' |
    tr , '\n' | sed 's/.*:"\([0-9a-f]*\)"$/\1/'
}
m=FIRST
z=LAST
while [ "$m" -le "$z" ]; do all "$m"; texts "$m" >>"$t/names"; m=$((m + 1)); done
awk '!a[$0]++' "$t/names" >"$t/texts"
while IFS= read -r s; do
  same "$(sums <"data/texts/$s.txt" | cut -c1-64)" "$s"
done <"$t/texts"
`

// few is how many files of entries are checked without being asked to.
const few = 2

func (o ReadmeOptions) sized(commands string) string {
	return strings.ReplaceAll(commands, "SIZE", plain(o.Size))
}

// many are the steps about all entries of a file, a line of records.csv and the texts, numbered from 6.
func (o ReadmeOptions) many(seq int64, ok bool) (out []Section, next int64) {
	next = 6
	define := o.sized(allEntries)
	if ok {
		first, last := seq/ledger.Width, (min(o.Range.To, o.Size)-1)/ledger.Width
		out = append(out, Section{
			Title: i18n.T("6. Bütün kayıtlar, ağaçtaki kayıtlar mı?", "6. Are all entries those in the tree?"),
			Text: []i18n.Text{i18n.Tf(
				"Bir kayıt dosyasının bütün kayıtlarının özetleri hesaplanıp ağaçtaki özetlerle karşılaştırılır; dolu bir dosya 4. adımdaki gibi köke kadar izlenir. Bu klasörde istenen aralığın kayıt dosyaları %s–%s numaralıdır; komutlar ilk %s tanesine bakar. Başkaları için m= (ilk) ve z= (son) satırlarını değiştirip o satırdan başlayarak yeniden yapıştırın. Her dosya birkaç saniye sürer. Beklenen: her dosya için adı ve en az bir TAMAM.",
				"The hashes of all entries of a file are computed and compared with those in the tree; a full file is followed up to the root as in step 4. The files with the entries of the range asked for have the numbers %s–%s; the commands look at the first %s of them. For others, change the lines m= (first) and z= (last) and paste again from there on. Each file takes some seconds. Expected: for each file its name and at least one OK.",
				plain(first), plain(last), plain(min(few, last-first+1)))},
			Commands: define + "m=" + plain(first) + "\nz=" + plain(min(last, first+few-1)) + "\n" + checkAll,
		}, Section{
			Title: i18n.T("7. records.csv'nin bir satırı nereden geliyor?", "7. Where does a line of records.csv come from?"),
			Text: []i18n.Text{notEvidence(), i18n.T(
				"Bir satırın ilk sütunu kaydın numarasıdır. Numarayı n= satırına yazıp o satırdan başlayarak yapıştırın: kaydın kendisi denetlenip yazılır, sonra disclosures.ndjson'daki kişisel verilerinin her biri (kişisel veri ekrana yazılır), en son da records.csv'deki satır. Satır bunlardan başka bir şey söylüyorsa satıra değil, kayda ve verilere inanın. Beklenen: kayıt, TAMAM; her veri için TAMAM ve verinin kendisi; satır.",
				"The first column of a line is the number of the entry. Write it into the line n= and paste from that line on: the entry itself is checked and printed, then each of its personal values in disclosures.ndjson (this prints personal data), and last the line of records.csv. Where the line says anything else, believe the entry and the values, not the line. Expected: the entry, OK; for each value OK and the value itself; the line.")},
			Commands: "n=" + plain(seq) + "\n" + checkEntry + checkLine,
		})
		next, define = 8, ""
	}
	if o.Texts {
		named, about := "", []i18n.Text(nil)
		if ok {
			about = append(about, i18n.T(
				"Sonra tersine bakılır: aralıktaki kayıtların andığı metinlerden (\"texts\") hiçbiri eksik olmamalıdır. Komutlar 6. adımdaki dosyalara bakar; başkaları için m= ve z= satırlarını oradaki gibi değiştirin. Beklenen: anılan her metin için bir TAMAM.",
				"Then the other way round: of the texts that the entries of the range name (\"texts\") none may be missing. The commands look at the files of step 6; for others, change the lines m= and z= as there. Expected: one OK for each text that is named."))
			first, last := seq/ledger.Width, (min(o.Range.To, o.Size)-1)/ledger.Width
			named = strings.NewReplacer("FROM", plain(o.Range.From), "END", plain(min(o.Range.To, o.Size)), "FIRST", plain(first), "LAST", plain(min(last, first+few-1))).Replace(o.sized(namedTexts))
		}
		out = append(out, Section{
			Title: i18n.Tf("%s. Metinler, kayıtların andığı metinler mi?", "%s. Are the texts those that the entries name?", plain(next)),
			Text: append([]i18n.Text{i18n.T(
				"Her metnin SHA-256 özeti dosyanın adıyla karşılaştırılır. Sonra özet kayıtlarda aranır (\"sha256\":\"özet\") ve bulunduğu dosyanın bütün kayıtları 6. adımdaki gibi denetlenir; aynı dosya ikinci kez denetlenmez. Beklenen: her metin için en az iki TAMAM. Metin yoksa bir şey yazılmaz.",
				"The SHA-256 of each text is compared with the name of its file. Then it is looked for in the entries (\"sha256\":\"hash\"), and all entries of the file it is found in are checked as in step 6, no file twice. Expected: OK at least twice for each text. Without texts nothing is printed.")}, about...),
			Commands: define + o.sized(checkTexts) + named,
		})
		next++
	}
	return out, next
}

// notEvidence says what records.csv is not.
func notEvidence() i18n.Text {
	return i18n.T("DİKKAT: data/records.csv KANIT DEĞİLDİR. Onu kimse imzalamamıştır; değiştirilip listeler yeniden yazılmışsa bu denetimin hiçbir adımı bunu göstermez. Kanıt olan, kayıtlar (data/tile/entries/) ve kişisel verilerdir (data/disclosures.ndjson)",
		"TAKE CARE: data/records.csv is NO EVIDENCE. Nobody signed it; where it was changed and the lists written anew, no step of this check shows that. What counts are the entries (data/tile/entries/) and the personal values (data/disclosures.ndjson)")
}

// CheckReadme compares OKUBENI.txt with the text that this version writes for the same values. Another text is a note,
// V29, since other versions of the program write other texts. Its end may lie beyond what is read. The error is class Input,
// bundle_read.
func (b *Bundle) CheckReadme(o ReadmeOptions) ([]ledger.Finding, error) {
	c, err := ledger.ReadCheckpoint(b.note)
	if i := b.info; err != nil || i.origin != c.Origin || i.size != plain(c.Size) || i.ranged && i.wanted.To > c.Size {
		return nil, nil //nolint:nilerr // a finding of Verify's or CheckFiles'; what the text is made from is in doubt
	}
	o.Origin, o.Size, o.PersonalData = c.Origin, c.Size, b.HasDisclosures()
	want := Readme(o)
	text, err := b.read(readme, int64(len(want)))
	if err != nil || string(text) == string(want) {
		return nil, err
	}
	return []ledger.Finding{ledger.ReadmeFinding(readme)}, nil
}
