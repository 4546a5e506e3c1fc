package bundle

import (
	"strings"

	"iskurctl/internal/i18n"
	"iskurctl/internal/ledger"
)

// ReadmeOptions say what an export holds, for its OKUBENI.txt.
type ReadmeOptions struct {
	Origin       string       // of the log, a valid one (ledger.ValidOrigin)
	Size         int64        // of the checkpoint, in entries
	Range        ledger.Range // the entries that were asked for
	Pruned       int64        // entries below were disposed of
	PersonalData bool         // disclosures.ndjson is there
	Texts        bool         // texts/ may be there: entries of this log refer to texts
	Contents     i18n.Text    // a paragraph: what this log is
}

// Readme writes OKUBENI.txt for the export that Write makes with the same values: how somebody checks the folder who has
// sha256sum, openssl and a POSIX shell and no reason to believe this program. What it explains stands in Turkish, then in
// English, then come the commands, once for both. They run as they are printed, in the bag's own folder, and write
// nothing there. Values given never stand in a command, but for numbers and the paths made from them.
func Readme(o ReadmeOptions) []byte {
	return Page("BU KLASÖR NASIL DENETLENİR / HOW TO CHECK THIS FOLDER", o.sections())
}

// first gives the first entry that was asked for and is there; ok is false when there is none.
func (o ReadmeOptions) first() (seq int64, ok bool) {
	seq = max(o.Range.From, o.Pruned/ledger.Width*ledger.Width) // whole tiles only are disposed of
	return seq, seq < min(o.Range.To, o.Size)
}

// The commands. Those below need the variables and functions of those before them; t is the temporary folder. They use
// what POSIX has, and head -c, which Linux and macOS have. They have no comments and no characters but ASCII, since they
// are pasted into shells of all kinds; and no program stops reading before the one that writes to it has ended, which
// would be told of where SIGPIPE is ignored.

// The numbers are compared too: what is not listed was put there later, and a malformed line is passed over.
const checkFiles = `sums -c tagmanifest-sha256.txt
sums -c manifest-sha256.txt >"$t/list" || true
sed '/: OK$/d' "$t/list"
a=$(grep -c ': OK$' "$t/list" || true)
same "$a" "$(grep -c . manifest-sha256.txt)"
same "$a" "$(find data ! -type d | grep -c .)"
`

// The bytes in front of the key are what RFC 8410 puts before an Ed25519 key, 302a300506032b6570032100.
const checkSignature = `cat data/checkpoint
sums data/vkey
sed '/^$/,$d' data/checkpoint >"$t/text"
sed '1,/^$/d' data/checkpoint | grep -F -e " $(cut -d+ -f1 data/vkey) " | sed -n 1p |
  cut -d' ' -f3 | openssl base64 -d -A | tail -c 64 >"$t/signature"
{ printf '\060\052\060\005\006\003\053\145\160\003\041\000'
  cut -d+ -f3- data/vkey | openssl base64 -d -A | tail -c 32; } >"$t/key"
openssl pkeyutl -verify -pubin -keyform DER -inkey "$t/key" -rawin \
  -in "$t/text" -sigfile "$t/signature"
same "$(sed -n 2p data/checkpoint)" SIZE
`

// findEntry ends with the check of one entry, as checkEntry; place gives the path of an entry's bundle and tile.
const findEntry = `place() {
  i=$(($1 / 256)); p=$(printf %03d $((i % 1000)))
  while [ "$i" -ge 1000 ]; do i=$((i / 1000)); p=x$(printf %03d $((i % 1000)))/$p; done
  if [ $(($1 / 256)) -eq FULL ]; then p=$pEDGE; fi
  echo "$p"
}
entry() {
  at=0; k=$2
  while :; do
    len=$(od -An -v -tu1 -j "$at" -N 2 "$1" | awk '{ n = $1 * 256 + $2 } END { print n + 0 }')
    if [ "$k" -eq 0 ]; then break; fi
    at=$((at + 2 + len)); k=$((k - 1))
  done
  head -c $((at + 2 + len)) "$1" | tail -c "$len"
}
nth() { head -c $((32 * $2 + 32)) "$1" | tail -c 32; }
`

const checkEntry = `p=$(place "$n")
entry "data/tile/entries/$p" $((n % 256)) >"$t/entry"
cat "$t/entry"; echo
a=$({ printf '\000'; cat "$t/entry"; } | sha | b64)
b=$(nth "data/tile/0/$p" $((n % 256)) | b64)
same "$a" "$b"
`

const fold = `root() {
  cat >"$t/from"
  w=$(($(wc -c <"$t/from") / 32))
  while [ "$w" -gt 1 ]; do
    i=0; k=1000
    while [ $((i + 1)) -lt "$w" ]; do
      { printf '\001'; dd bs=64 skip=$((i / 2)) count=1 <"$t/from" 2>"$t/nil"; } >"$t/h$k"
      i=$((i + 2)); k=$((k + 1))
    done
    sha "$t"/h1* >"$t/to"
    rm "$t"/h1*
    if [ "$i" -lt "$w" ]; then tail -c 32 "$t/from" >>"$t/to"; fi
    mv "$t/to" "$t/from"
    w=$(( (w + 1) / 2 ))
  done
  cat "$t/from"
}
`

const checkDisclosure = `if [ -s data/disclosures.ndjson ]; then
  n=$(sed -n '1s/^{"seq":\([0-9]*\),.*/\1/p' data/disclosures.ndjson)
  d=$(sed -n '1s/^[^[]*\["\([^"]*\)".*/\1/p' data/disclosures.ndjson)
ENTRY  a=$(printf %s "$d" | sha | b64 | tr '+/' '-_' | tr -d =)
  sed -n 's/^{"_sd":\[\([^]]*\)\].*/\1/p' "$t/entry" | tr , '\n' >"$t/sd"
  b=$(grep -Fx "\"$a\"" "$t/sd" || true)
  same "\"$a\"" "$b"
  case $((${#d} % 4)) in 2) d=$d==;; 3) d=$d=;; esac
  printf %s "$d" | tr '_-' '/+' | openssl base64 -d -A; echo
else
  echo "disclosures.ndjson: 0"
fi
`

// signature fills in the size, which a checkpoint of another size would not have.
func (o ReadmeOptions) signature() string {
	return strings.ReplaceAll(checkSignature, "SIZE", plain(o.Size))
}

// entry gives the commands for one entry, seq unless the reader writes another one.
func (o ReadmeOptions) entry(seq int64) string {
	edge := ""
	if w := o.Size % ledger.Width; w > 0 {
		edge = ".p/" + plain(w)
	}
	return strings.NewReplacer("FULL", plain(o.Size/ledger.Width), "$pEDGE", "$p"+edge).Replace(findEntry) + "n=" + plain(seq) + "\n" + checkEntry
}

// edge gives the commands that compute the root from the tiles at the right end, the lowest first (RFC 6962, section
// 2.1): what does not fill a tile is one more hash, the last one, in the tile above.
func (o ReadmeOptions) edge() string {
	var b strings.Builder
	b.WriteString(fold)
	below := ""
	for level := 0; o.Size>>(8*level) > 0; level++ {
		n := o.Size >> (8 * level)
		w := int(n % ledger.Width)
		if w == 0 {
			continue
		}
		to := ` "$t/` + plain(int64(level)) + `"`
		b.WriteString("cat " + payload + TilePath(level, n/ledger.Width, w) + below + " | root >" + to[1:] + "\n")
		below = to
	}
	if below == "" {
		b.WriteString("a=$(printf '' | sha | b64)\n") // the root of no entries is the hash of nothing
	} else {
		b.WriteString("a=$(b64 <" + below[1:] + ")\n")
	}
	b.WriteString("same \"$a\" \"$(sed -n 3p data/checkpoint)\"\n")
	return b.String()
}

// upward gives the commands that lead from the full tile of an entry up to a tile that is not full, which the root was
// computed from; "" when the entry's is such a one.
func (o ReadmeOptions) upward(seq int64) string {
	var b strings.Builder
	index := seq / ledger.Width
	for level := 0; ledger.WidthAt(o.Size, level, index) == ledger.Width; level++ {
		above := index / ledger.Width
		b.WriteString("a=$(root <" + payload + TilePath(level, index, ledger.Width) + " | b64)\n" +
			"b=$(nth " + payload + TilePath(level+1, above, ledger.WidthAt(o.Size, level+1, above)) + " " + plain(index%ledger.Width) + " | b64)\n" +
			"same \"$a\" \"$b\"\n")
		index = above
	}
	return b.String()
}

// disclosure gives the commands for the first personal value.
func (o ReadmeOptions) disclosure() string {
	inner := "  " + strings.ReplaceAll(strings.TrimSuffix(checkEntry, "\n"), "\n", "\n  ") + "\n"
	return strings.Replace(checkDisclosure, "ENTRY", inner, 1)
}
