package consent

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"iskurctl/internal/consent/receipt"
	"iskurctl/internal/ledger"
	"iskurctl/internal/ledger/bundle"
)

// formats is docs/formats.md: its text, its fenced blocks by the name that stands behind their language, and the lines of
// the example's values.
type formats struct {
	text   string
	blocks map[string]string
	values map[string]string
}

func readFormats(t *testing.T) formats {
	t.Helper()
	d := formats{text: string(got(os.ReadFile("../../docs/formats.md"))(t)), blocks: make(map[string]string), values: make(map[string]string)}
	for _, m := range regexp.MustCompile("(?s)\n```[a-z]+ ([^\n]+)\n(.*?\n)```").FindAllStringSubmatch(d.text, -1) {
		d.blocks[m[1]] = m[2]
	}
	for line := range strings.Lines(d.block(t, "consent values")) {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "  ")
		d.values[name] = strings.TrimSpace(value)
	}
	for line := range strings.Lines(d.block(t, "consent hashes")) {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "  ")
		d.values[name] = strings.TrimSpace(value)
	}
	return d
}

func (d formats) block(t *testing.T, name string) string {
	t.Helper()
	b, ok := d.blocks[name]
	if !ok {
		t.Fatalf("the document has no block %q", name)
	}
	return b
}

// entries gives the bytes of the example's entries.
func (d formats) entries(t *testing.T) []string {
	t.Helper()
	return strings.Split(strings.TrimSuffix(d.block(t, "consent entries"), "\n"), "\n")
}

// texts gives the legal texts of the example, in the order of their entries.
func (d formats) texts() []string {
	return []string{d.values["text 0"] + "\n", d.values["text 1"] + "\n"}
}

func equal(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s:\n got %q\nwant %q", what, got, want)
	}
}

// The example is followed with nothing but the standard library and what the document says.
func TestTheConsentExampleOfTheFormatsFollowsFromTheirText(t *testing.T) {
	d := readFormats(t)
	entries := d.entries(t)
	for i, text := range d.texts() {
		sum := sha256.Sum256([]byte(text))
		equal(t, "the SHA-256 of a text", hex.EncodeToString(sum[:]), d.values[fmt.Sprint("sha256 ", i)])
		if !strings.HasPrefix(entries[i], fmt.Sprintf(`{"bytes":%d,`, len(text))) || !strings.Contains(entries[i], `"sha256":"`+hex.EncodeToString(sum[:])+`"`) {
			t.Errorf("entry %d is not of its text", i)
		}
	}

	digests := make(map[string]string) // of each disclosure
	shown := strings.Split(strings.TrimSuffix(d.block(t, "consent disclosures"), "\n"), "\n")
	for i := 0; i < len(shown); i += 2 {
		sd := base64.RawURLEncoding.EncodeToString([]byte(shown[i]))
		sum := sha256.Sum256([]byte(sd))
		equal(t, shown[i], base64.RawURLEncoding.EncodeToString(sum[:]), shown[i+1])
		digests[sd] = shown[i+1]
	}
	for seq, of := range map[int][]string{2: {shown[1]}, 3: {shown[3], shown[5]}} {
		slices.Sort(of)
		if !strings.HasPrefix(entries[seq], `{"_sd":["`+strings.Join(of, `","`)+`"],"_sd_alg":"sha-256",`) {
			t.Errorf("entry %d does not hold its digests", seq)
		}
	}
	for line := range strings.Lines(d.block(t, "consent disclosed")) {
		var x struct {
			Seq int
			SD  []string
		}
		must(t, json.Unmarshal([]byte(line), &x))
		if len(x.SD) != 1 || !strings.Contains(entries[x.Seq], `"`+digests[x.SD[0]]+`"`) {
			t.Errorf("what is disclosed of entry %d has no digest there", x.Seq)
		}
	}

	node := func(l, r string) string {
		sum := sha256.Sum256(slices.Concat([]byte{1}, unhex(t, l), unhex(t, r)))
		return hex.EncodeToString(sum[:])
	}
	for i, e := range entries {
		sum := sha256.Sum256(append([]byte{0}, e...))
		equal(t, "the hash of an entry", hex.EncodeToString(sum[:]), d.values[fmt.Sprint("hash ", i)])
	}
	equal(t, "node 0-1", node(d.values["hash 0"], d.values["hash 1"]), d.values["node 0-1"])
	equal(t, "node 2-3", node(d.values["hash 2"], d.values["hash 3"]), d.values["node 2-3"])
	equal(t, "node 0-3", node(d.values["node 0-1"], d.values["node 2-3"]), d.values["node 0-3"])
	equal(t, "root", node(d.values["node 0-3"], d.values["hash 4"]), d.values["root"])

	seed := make([]byte, ed25519.SeedSize)
	for i := range seed {
		seed[i] = 0x20 + byte(i) // seed 1
	}
	key := ed25519.NewKeyFromSeed(seed)
	public := append([]byte{1}, key.Public().(ed25519.PublicKey)...)
	const origin = "iskur.example/consent/1"
	id := sha256.Sum256(append([]byte(origin+"\n"), public...))
	b64 := base64.StdEncoding.EncodeToString
	equal(t, "vkey", origin+"+"+hex.EncodeToString(id[:4])+"+"+b64(public), d.values["vkey"])
	text := origin + "\n5\n" + b64(unhex(t, d.values["root"])) + "\n"
	checkpoint := text + "\n— " + origin + " " + b64(append(id[:4], ed25519.Sign(key, []byte(text))...)) + "\n"
	equal(t, "checkpoint", d.block(t, "consent checkpoint"), checkpoint)
	equal(t, "proof", d.block(t, "consent proof"), "c2sp.org/tlog-proof@v1\nindex 3\n"+b64(unhex(t, d.values["hash 2"]))+"\n"+b64(unhex(t, d.values["node 0-1"]))+"\n"+
		b64(unhex(t, d.values["hash 4"]))+"\n\n"+checkpoint)

	u := base64.RawURLEncoding.EncodeToString
	signed := u([]byte(`{"alg":"EdDSA","kid":"`+origin+"+"+hex.EncodeToString(id[:4])+`","typ":"iskurctl-consent+sd-jwt"}`)) + "." + u([]byte(entries[3]))
	equal(t, "the SD-JWT", strings.TrimSuffix(d.block(t, "consent sdjwt"), "\n"), signed+"."+u(ed25519.Sign(key, []byte(signed)))+"~"+u([]byte(shown[4]))+"~")
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	return got(hex.DecodeString(s))(t)
}

// files writes files of the example into a new folder.
func files(t *testing.T, all map[string]string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "folder")
	for name, text := range all {
		must(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700))
		must(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	return dir
}

// bundle writes the bundle of the example, with manifests as section 7 has them.
func (d formats) bundle(t *testing.T) string {
	t.Helper()
	var tile, entries []byte
	for _, e := range d.entries(t) {
		sum := sha256.Sum256(append([]byte{0}, e...))
		tile = append(tile, sum[:]...)
		entries = append(binary.BigEndian.AppendUint16(entries, uint16(len(e))), e...)
	}
	data := map[string]string{"data/checkpoint": d.block(t, "consent checkpoint"), "data/vkey": d.values["vkey"] + "\n",
		"data/tile/0/000.p/5": string(tile), "data/tile/entries/000.p/5": string(entries),
		"data/disclosures.ndjson": d.block(t, "consent disclosed"), "data/records.csv": d.block(t, "consent records")}
	for i, text := range d.texts() {
		data["data/texts/"+d.values[fmt.Sprint("sha256 ", i)]+".txt"] = text
	}
	all := maps.Clone(data)
	manifest := func(of map[string]string) (list string) {
		for _, name := range slices.Sorted(maps.Keys(of)) {
			sum := sha256.Sum256([]byte(of[name]))
			list += hex.EncodeToString(sum[:]) + "  " + name + "\n"
		}
		return list
	}
	size := 0
	for _, text := range data {
		size += len(text)
	}
	tags := map[string]string{"bagit.txt": "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n", "manifest-sha256.txt": manifest(data),
		"bag-info.txt": fmt.Sprintf("Bagging-Date: 2026-11-23\nPayload-Oxum: %d.%d\nLedger-Origin: iskur.example/consent/1\nLedger-Size: 5\nLedger-Range: 0-5\nLedger-Pruned: 0\nLedger-Period: ../2026-11-23T09:00:00.000Z\n", size, len(data))}
	maps.Copy(all, tags)
	all["tagmanifest-sha256.txt"] = manifest(tags)
	return files(t, all)
}

func TestTheProgramFindsTheConsentBundleOfTheFormatsInOrder(t *testing.T) {
	d := readFormats(t)
	ctx := context.Background()
	b := got(bundle.Open(d.bundle(t)))(t)
	defer func() { _ = b.Close() }()
	trust := &ledger.Trust{Vkey: d.values["vkey"]}
	report := got(ledger.Verify(ctx, b, ledger.Options{Level: ledger.Deep, Trust: trust, Domain: BundleCheck(b, 5)}))(t)
	report.Add(slices.Concat(got(b.CheckFiles(ctx, 1))(t), got(CheckRecords(ctx, b, 5))(t), b.Problems()))
	if len(report.Findings) != 1 || report.Findings[0].Code != ledger.ReadmeDiffers || report.Verdict != "ok" || report.Coverage.Disclosures != 2 {
		t.Errorf("%+v", report)
	}
	equal(t, "proof", string(got(ledger.Prove(ctx, b, 3))(t).Bytes()), d.block(t, "consent proof"))
}

func TestTheProgramFindsTheReceiptOfTheFormatsInOrder(t *testing.T) {
	d := readFormats(t)
	const id = "22222222-2222-4222-8222-222222222222"
	all := map[string]string{id + ".sdjwt": strings.TrimSuffix(d.block(t, "consent sdjwt"), "\n"), id + ".tlog-proof": d.block(t, "consent proof"), "vkey": d.values["vkey"] + "\n"}
	for i, text := range d.texts() {
		all["texts/"+d.values[fmt.Sprint("sha256 ", i)]+".txt"] = text
	}
	report := got(receipt.Verify(context.Background(), files(t, all), &ledger.Trust{Vkey: d.values["vkey"]}))(t)
	for _, f := range report.Findings {
		if f.Code != ledger.FileMissing || !strings.Contains(f.Detail.EN, id+".jsonld") && !strings.Contains(f.Detail.EN, "OKUBENI.txt") {
			t.Errorf("%+v", f)
		}
	}
	if len(report.Findings) != 2 || report.Coverage.Disclosures != 1 {
		t.Errorf("%+v", report)
	}
	var there []string
	for _, row := range d.rows(t, "| file of a receipt | content |") {
		there = append(there, strings.Trim(row[0], "`"))
	}
	log := newBed(t).texts(t)
	dir := log.receipt(t, log.people(t, 1)[2])
	for _, x := range got(os.ReadDir(dir))(t) {
		if !slices.ContainsFunc(there, func(name string) bool {
			return name == x.Name() || strings.HasPrefix(name, x.Name()+"/") || strings.HasPrefix(name, "ID") && filepath.Ext(name) == filepath.Ext(x.Name())
		}) {
			t.Errorf("the document does not know %s", x.Name())
		}
	}
}
