package ledger_test

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"iskurctl/internal/audit"
	"iskurctl/internal/audit/reconcile"
	"iskurctl/internal/ledger"
	"iskurctl/internal/ledger/bundle"
	"iskurctl/internal/seal"
	"iskurctl/internal/seal/ring"
	"iskurctl/internal/store"
)

// document is docs/formats.md: its text, its fenced blocks by the name that stands behind their language, and the lines
// of the block "values".
type document struct {
	text   string
	blocks map[string]string
	values map[string]string
}

func readDocument(t *testing.T) document {
	t.Helper()
	raw, err := os.ReadFile("../../docs/formats.md")
	must(t, err)
	d := document{text: string(raw), blocks: make(map[string]string), values: make(map[string]string)}
	for _, m := range regexp.MustCompile("(?s)\n```[a-z]+ ([^\n]+)\n(.*?\n)```").FindAllStringSubmatch(d.text, -1) {
		d.blocks[m[1]] = m[2]
	}
	name := ""
	for line := range strings.Lines(d.blocks["values"]) {
		line = strings.TrimSuffix(line, "\n")
		first, rest, _ := strings.Cut(line, "  ")
		if first != "" {
			name = first
		}
		d.values[name] += strings.TrimSpace(rest)
	}
	return d
}

func (d document) block(t *testing.T, name string) string {
	t.Helper()
	b, ok := d.blocks[name]
	if !ok {
		t.Fatalf("the document has no block %q", name)
	}
	return b
}

// entry gives the bytes of an entry of the example.
func (d document) entry(t *testing.T, n string) []byte {
	t.Helper()
	i, err := strconv.Atoi(n)
	must(t, err)
	lines := strings.Split(d.block(t, "entries"), "\n")
	if len(lines) != 4 {
		t.Fatalf("the example has %d entries, not 3", len(lines)-1)
	}
	return []byte(lines[i])
}

func (d document) value(t *testing.T, name string) string {
	t.Helper()
	v, ok := d.values[name]
	if !ok {
		t.Fatalf("the document has no value %q", name)
	}
	return v
}

func (d document) hex(t *testing.T, name string) []byte {
	t.Helper()
	b, err := hex.DecodeString(d.value(t, name))
	must(t, err)
	return b
}

func same(t *testing.T, what string, got, want []byte) {
	t.Helper()
	if !bytes.Equal(got, want) {
		t.Errorf("%s:\n got %q\nwant %q", what, got, want)
	}
}

// gcm opens nonce ‖ ciphertext ‖ tag.
func gcm(t *testing.T, what string, key, sealed, place []byte) []byte {
	t.Helper()
	block, err := aes.NewCipher(key)
	must(t, err)
	aead, err := cipher.NewGCM(block)
	must(t, err)
	plain, err := aead.Open(nil, sealed[:12], sealed[12:], place)
	if err != nil {
		t.Fatalf("%s does not open: %v", what, err)
	}
	return plain
}

// The example is followed with nothing but the standard library and what the document says.
func TestTheExampleOfTheFormatsFollowsFromTheirText(t *testing.T) {
	d := readDocument(t)
	master, err := base64.RawURLEncoding.Strict().DecodeString(strings.TrimPrefix(d.value(t, "master"), "iskurctl-master-1:"))
	must(t, err)
	for info, name := range map[string]string{"iskurctl/seal/1": "sealing key", "iskurctl/index/1": "index key", "iskurctl/key-id/1": "key id"} {
		if !strings.Contains(d.text, "\n| `"+info+"` | ") {
			t.Errorf("the table of the keys lacks %s", info)
		}
		want := d.hex(t, name)
		got, err := hkdf.Key(sha256.New, master, nil, info, len(want))
		must(t, err)
		same(t, name, got, want)
	}

	for _, n := range []string{"1", "2"} {
		seed := ed25519.NewKeyFromSeed(d.hex(t, "seed "+n))
		public := append([]byte{1}, seed.Public().(ed25519.PublicKey)...)
		id := sha256.Sum256(append([]byte("iskur.example/audit/1\n"), public...))
		same(t, "vkey "+n, []byte("iskur.example/audit/1+"+hex.EncodeToString(id[:4])+"+"+base64.StdEncoding.EncodeToString(public)), []byte(d.value(t, "vkey "+n)))
	}
	unwrap := func(name, place string) []byte {
		w := d.hex(t, name)
		if w[0] != 1 || !bytes.Equal(w[1:9], d.hex(t, "key id")) {
			t.Errorf("%s: it does not name version and master key", name)
		}
		return gcm(t, name, d.hex(t, "sealing key"), w[9:], append(slices.Clone(w[:9]), place...))
	}
	same(t, "data key", unwrap("wrapped data key", "ring_data_key 202611 audit"), d.hex(t, "data key 202611"))
	head := strings.Join(strings.Split(d.value(t, "vkey 1"), "+")[:2], "+")
	same(t, "signing key", unwrap("wrapped seed 1", "ring_signing_key "+d.value(t, "vkey 1")+" audit"),
		[]byte("PRIVATE+KEY+"+head+"+"+base64.StdEncoding.EncodeToString(append([]byte{1}, d.hex(t, "seed 1")...))))

	place := append(binary.BigEndian.AppendUint64(make([]byte, 8), 202611), "audit"...) // seq is 0
	same(t, "sealed sd place", place, d.hex(t, "sealed sd place"))
	joined := string(gcm(t, "sealed sd", d.hex(t, "data key 202611"), d.hex(t, "sealed sd"), place))
	var line struct {
		Seq int64
		SD  []string
	}
	must(t, json.Unmarshal([]byte(d.block(t, "data/disclosures.ndjson")), &line))
	if joined != strings.Join(line.SD, "~") || line.Seq != 0 {
		t.Errorf("sealed: %s\nin the bundle: %d %v", joined, line.Seq, line.SD)
	}
	shown := strings.Split(strings.TrimSuffix(d.block(t, "disclosures"), "\n"), "\n")
	var digests []string
	for i, sd := range line.SD {
		text, err := base64.RawURLEncoding.Strict().DecodeString(sd)
		must(t, err)
		sum := sha256.Sum256([]byte(sd))
		digests = append(digests, base64.RawURLEncoding.EncodeToString(sum[:]))
		if len(shown) != 2*len(line.SD) || shown[2*i] != string(text) || shown[2*i+1] != digests[i] {
			t.Errorf("disclosure %d is %s with the digest %s, not as shown", i, text, digests[i])
		}
	}
	slices.Sort(digests)
	if want := `{"_sd":["` + strings.Join(digests, `","`) + `"],`; !bytes.HasPrefix(d.entry(t, "0"), []byte(want)) {
		t.Errorf("entry 0 does not begin with %s", want)
	}

	for name, of := range map[string]string{"tag": "audit/kimlik_no\x0010000000146", "user_tag": "audit/user\x00ayse", "audit_key.tag": "key\x00iskurctl"} {
		mac := hmac.New(sha256.New, d.hex(t, "index key"))
		mac.Write([]byte(of))
		same(t, name, mac.Sum(nil), d.hex(t, name))
	}
	d.followTree(t)
	d.followExchange(t)
}

func (d document) followTree(t *testing.T) {
	hashes := make(map[string][]byte)
	for line := range strings.Lines(d.block(t, "hashes")) {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "  ")
		b, err := hex.DecodeString(strings.TrimSpace(value))
		must(t, err)
		hashes[name] = b
	}
	node := func(l, r []byte) []byte {
		sum := sha256.Sum256(slices.Concat([]byte{1}, l, r))
		return sum[:]
	}
	for _, n := range []string{"0", "1", "2"} {
		sum := sha256.Sum256(append([]byte{0}, d.entry(t, n)...))
		same(t, "hash "+n, hashes["hash "+n], sum[:])
	}
	same(t, "node 0-1", hashes["node 0-1"], node(hashes["hash 0"], hashes["hash 1"]))
	same(t, "root", hashes["root"], node(hashes["node 0-1"], hashes["hash 2"]))

	b64 := base64.StdEncoding.EncodeToString
	same(t, "trust", []byte(d.block(t, "trust")), []byte("log "+d.value(t, "vkey 1")+"\nsize 2\nroot "+b64(hashes["node 0-1"])+"\n"))
	signed := func(what, note, text, n string) {
		t.Helper()
		seed := ed25519.NewKeyFromSeed(d.hex(t, "seed "+n))
		id, err := hex.DecodeString(strings.Split(d.value(t, "vkey "+n), "+")[1])
		must(t, err)
		same(t, what, []byte(note), []byte(text+"\n— iskur.example/audit/1 "+b64(append(id, ed25519.Sign(seed, []byte(text))...))+"\n"))
	}
	checkpoint := d.block(t, "data/checkpoint")
	signed("checkpoint", checkpoint, "iskur.example/audit/1\n3\n"+b64(hashes["root"])+"\n", "2")
	var change struct{ Note, Vkey string }
	must(t, json.Unmarshal(d.entry(t, "2"), &change))
	signed("key note", change.Note, "iskur.example/audit/1\nkey/1\n"+change.Vkey+"\n", "1")
	same(t, "new key", []byte(change.Vkey), []byte(d.value(t, "vkey 2")))
	same(t, "proof", []byte(d.block(t, "proof")), []byte("c2sp.org/tlog-proof@v1\nindex 0\n"+b64(hashes["hash 1"])+"\n"+b64(hashes["hash 2"])+"\n\n"+checkpoint))
}

func (d document) followExchange(t *testing.T) {
	tag := func(text string) string {
		mac := hmac.New(sha256.New, []byte(d.value(t, "exchange key")))
		mac.Write([]byte("iskurctl/exchange/1\x00" + text))
		return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:16])
	}
	lines := strings.Split(d.block(t, "exchange"), "\n")
	var head, row map[string]any
	must(t, json.Unmarshal([]byte(lines[0]), &head))
	must(t, json.Unmarshal([]byte(lines[1]), &row))
	const method, params, user = `{"method":"TCKimlikNoIleBelgeSorgulama"`, `,"params":{"KIMLIK_NO":"10000000146"}`, `,"user":"ayse"}`
	for _, x := range []struct{ name, text string }{
		{"tag", method + params + user}, {"user_method", method + user}, {"method_params", method + params + "}"}, {"method", method + "}"},
	} {
		if row[x.name] != tag(x.text) {
			t.Errorf("exchange: %s is %v, not %s", x.name, row[x.name], tag(x.text))
		}
	}
	if head["key_check"] != tag(`"key check"`) {
		t.Errorf("exchange: key_check is %v", head["key_check"])
	}
}

// bundle writes the files of the example into a folder, those in bytes as the document describes them.
func (d document) bundle(t *testing.T) string {
	dir := filepath.Join(t.TempDir(), "bundle")
	var tile, entries []byte
	for _, n := range []string{"0", "1", "2"} {
		e := d.entry(t, n)
		sum := sha256.Sum256(append([]byte{0}, e...))
		tile = append(tile, sum[:]...)
		entries = append(binary.BigEndian.AppendUint16(entries, uint16(len(e))), e...)
		if length := hex.EncodeToString(binary.BigEndian.AppendUint16(nil, uint16(len(e)))); !strings.Contains(d.text, length+" ‖ entry "+n) {
			t.Errorf("the document does not say that entry %s has the length %s", n, length)
		}
	}
	files := map[string]string{"data/tile/0/000.p/3": string(tile), "data/tile/entries/000.p/3": string(entries), "data/vkey": d.value(t, "vkey 2") + "\n",
		"bagit.txt": "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"}
	for name, text := range d.blocks {
		if strings.Contains(name, "/") || strings.HasSuffix(name, ".txt") {
			files[name] = text
		}
	}
	for name, text := range files {
		must(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700))
		must(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	return dir
}

func TestTheProgramFindsTheBundleOfTheFormatsInOrder(t *testing.T) {
	d := readDocument(t)
	ctx := context.Background()
	trust, err := ledger.ParseTrust([]byte(d.block(t, "trust")))
	must(t, err)
	b, err := bundle.Open(d.bundle(t))
	must(t, err)
	defer func() { _ = b.Close() }()
	held, err := audit.BundleRange(ctx, b, 3)
	must(t, err)
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	report, err := ledger.Verify(ctx, b, ledger.Options{Level: ledger.Deep, Trust: &trust, Domain: audit.NewCheck(nil, held, now)})
	must(t, err)
	files, err := b.CheckFiles(ctx, 1)
	must(t, err)
	records, err := audit.CheckRecords(ctx, b, 3)
	must(t, err)
	report.Add(slices.Concat(files, records, b.Problems()))
	if len(report.Findings) != 1 || report.Findings[0].Code != ledger.ReadmeDiffers || report.Verdict != "ok" || report.Coverage != (ledger.Coverage{New: 1, NewRead: 1, Old: 2, OldRead: 2, Disclosures: 1}) {
		t.Errorf("%+v", report)
	}
	if report.Next.Vkey != d.value(t, "vkey 2") {
		t.Errorf("the newest key is %s", report.Next.Vkey)
	}
	proof, err := ledger.Prove(ctx, b, 0)
	must(t, err)
	same(t, "proof", proof.Bytes(), []byte(d.block(t, "proof")))

	rows := func(yield func(reconcile.Row, error) bool) {
		for e, err := range audit.Entries(ctx, b, held, 3) {
			must(t, err)
			yield(reconcile.Row{Ref: e.Seq, Time: e.Time, User: e.User, Method: string(e.Method), Params: []reconcile.Param{reconcile.Param(e.Params[0])}}, nil)
		}
	}
	var file bytes.Buffer
	must(t, reconcile.WriteExchange(&file, []byte(d.value(t, "exchange key")), reconcile.Header{From: now.Truncate(24*time.Hour).AddDate(0, 0, -1), To: now}, rows))
	same(t, "exchange", file.Bytes(), []byte(d.block(t, "exchange")))
}

// A store and a key store are made of the example's bytes, row by row.
func TestTheProgramReadsAStoreMadeOfTheFormats(t *testing.T) {
	d := readDocument(t)
	ctx := context.Background()
	dir := t.TempDir()
	put := func(st *store.Store, rows map[string][]any) {
		t.Helper()
		must(t, st.Write(ctx, func(tx *sql.Tx) error {
			for text, args := range rows {
				if _, err := tx.Exec(text, args...); err != nil {
					t.Errorf("%s: %v", text, err)
				}
			}
			return nil
		}))
	}
	st, err := store.Create(ctx, store.Options{Path: filepath.Join(dir, "s.db"), Migrations: audit.Migrations})
	must(t, err)
	defer func() { _ = st.Close() }()
	kst, err := store.Create(ctx, store.Options{Path: filepath.Join(dir, "keys", "s.db"), Migrations: ring.Migrations})
	must(t, err)
	defer func() { _ = kst.Close() }()
	put(kst, map[string][]any{
		"INSERT INTO ring_data_key (log, id, wrapped) VALUES ('audit', 202611, $1)":  {d.hex(t, "wrapped data key")},
		"INSERT INTO ring_signing_key (vkey, log, wrapped) VALUES ($1, 'audit', $2)": {d.value(t, "vkey 1"), d.hex(t, "wrapped seed 1")},
	})
	put(st, map[string][]any{
		"INSERT INTO audit_log (id, origin, vkey, size, pruned, note) VALUES (1, 'iskur.example/audit/1', $1, 3, 0, $2)":                                              {d.value(t, "vkey 2"), []byte(d.block(t, "data/checkpoint"))},
		"INSERT INTO audit_sealed (seq, key, sd) VALUES (0, 202611, $1)":                                                                                              {d.hex(t, "sealed sd")},
		"INSERT INTO audit_mark (seq) VALUES (2)":                                                                                                                     nil,
		"INSERT INTO audit_query (seq, time_ms, method, process, user_tag, tag) VALUES (0, 1795342272123, 'TCKimlikNoIleBelgeSorgulama', '1000a1b2c3d4e5f6', $1, $2)": {d.hex(t, "user_tag"), d.hex(t, "tag")},
		"INSERT INTO audit_outcome (query_seq, seq, outcome) VALUES (0, 1, 'ok')":                                                                                     nil,
		"INSERT INTO audit_key (id, tag) VALUES (1, $1)":                                                                                                              {d.hex(t, "audit_key.tag")},
	})
	for seq := range 3 {
		e := d.entry(t, string(rune('0'+seq)))
		sum := sha256.Sum256(append([]byte{0}, e...))
		put(st, map[string][]any{"INSERT INTO audit_leaf (seq, leaf, hash) VALUES ($1, $2, $3)": {seq, e, sum[:]}})
	}

	m, err := seal.ParseMaster([]byte(d.value(t, "master")))
	must(t, err)
	keys, err := seal.Derive(m)
	must(t, err)
	r := ring.Open(kst, keys, rand.Reader)
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	log := audit.New(audit.Config{Store: st, Keys: keys, Ring: func() (ledger.Keys, error) { return r, nil }, Now: func() time.Time { return now }, Rand: rand.Reader})
	must(t, log.CheckKey(ctx))
	n := 0
	for e, err := range log.List(ctx, audit.Filter{KimlikNos: []string{"10000000146"}, User: "ayse"}) {
		must(t, err)
		if n++; e.Purpose != `2026/118 "ek"` || e.Outcome != audit.OK || e.Records != 2 || e.Host != "ankara-01" {
			t.Errorf("%+v", e)
		}
	}
	if n != 1 {
		t.Errorf("%d queries", n)
	}
	trust, err := ledger.ParseTrust([]byte(d.block(t, "trust")))
	must(t, err)
	report, err := ledger.Verify(ctx, log.Ledger().Source(), ledger.Options{Level: ledger.Deep, Trust: &trust, Domain: audit.NewCheck(log, ledger.Range{To: 3}, now)})
	must(t, err)
	// The document has the first signing key only, and the second signs.
	if len(report.Findings) != 1 || report.Findings[0].Code != ledger.DisclosureUndecryptable || !strings.Contains(report.Findings[0].Detail.EN, "signing key") {
		t.Errorf("%+v", report.Findings)
	}
	signer, err := r.Signer(ctx, d.value(t, "vkey 1"))
	must(t, err)
	note, err := ledger.KeyNote("iskur.example/audit/1", d.value(t, "vkey 2"), signer)
	must(t, err)
	if leaf := string(d.entry(t, "2")); !strings.Contains(leaf, strings.ReplaceAll(note, "\n", `\n`)) {
		t.Errorf("the key of the key store does not sign the note of entry 2: %s", note)
	}
}
