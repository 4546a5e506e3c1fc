package receipt

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/ledger"
)

// logName is what reports call the log.
const logName = "consent"

// maxNames bounds the files that are looked at: a receipt has seven, and one more for each time that the key was replaced.
// maxCertified does for certificates, which have two for each erasure.
const (
	maxNames     = 1000
	maxCertified = 1 << 20
)

// Is tells whether a folder is a receipt: whether it holds an SD-JWT.
func Is(dir string) bool {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return false
	}
	defer root.Close()
	f, err := open(root, maxNames)
	return err == nil && f.id != ""
}

// Verify checks the receipt in the folder dir by what the verifier trusts, and reports everything that is not as it should
// be: V02 to V05 and V07 for the checkpoint and its key, V13 to V15 for the entry, V16 to V18 for the files, V27 for a root that contradicts the
// trusted one at the same size, V30 and V31 for the proof, V32 for the signature of the SD-JWT, V33 for a payload that is not
// the entry, V34 and V39 for personal values, V40 for a text, V29 for another OKUBENI.txt than this version's. Without trust it is V08: who signed is then not known, and a
// receipt is never believed at first sight. That the log is another one by now, a receipt cannot show: it was made before.
// The report's Next stays empty, since nothing new was seen of the log. Errors are of class Input: receipt_open,
// receipt_not_one.
func Verify(ctx context.Context, dir string, trust *ledger.Trust) (ledger.Report, error) {
	if ctx.Err() != nil {
		return ledger.Report{}, context.Cause(ctx)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return ledger.Report{}, unreadable(dir, err)
	}
	defer root.Close()
	f, err := open(root, maxNames)
	if err != nil {
		return ledger.Report{}, unreadable(dir, err)
	}
	if f.id == "" {
		return ledger.Report{}, fault.New(fault.Input, "receipt_not_one", i18n.Tf("klasör bir makbuz değil: içinde tek bir .sdjwt dosyası olmalı: %s", "the folder is no receipt: there must be one .sdjwt file in it: %s", dir)).
			WithHint(i18n.T("`consent receipt` komutunun yazdığı klasörün yolunu verin", "give the path of the folder that `consent receipt` wrote"))
	}
	return f.verify(trust)
}

func unreadable(dir string, err error) error {
	return fault.New(fault.Input, "receipt_open", i18n.Tf("makbuz klasörü okunamadı: %s: %s", "the folder of the receipt could not be read: %s: %s", dir, fault.Cause(err))).
		WithHint(i18n.T("klasörün yolunu ve okuma izninizi denetleyin", "check the path of the folder and that you may read it")).Because(err)
}

// folder is a receipt that is read. id is "" when there is not exactly one SD-JWT.
type folder struct {
	id    string
	names []string
	read  func(name string) ([]byte, error) // fs.ErrNotExist; anything else ends the verification
}

// open looks which files there are, at most one more than most; no link is followed.
func open(root *os.Root, most int) (*folder, error) {
	f := &folder{}
	err := fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if !d.IsDir() {
			f.names = append(f.names, name)
		}
		if len(f.names) > most {
			return fs.SkipAll
		}
		return nil
	})
	f.read = func(name string) ([]byte, error) {
		if at, err := root.Lstat(name); err != nil || !at.Mode().IsRegular() {
			return nil, errors.Join(err, fs.ErrNotExist) // a link, a device, a folder: not the file
		}
		r, err := root.Open(name)
		if err != nil {
			return nil, err
		}
		defer r.Close()
		return io.ReadAll(io.LimitReader(r, maxFile+1))
	}
	f.named()
	return f, err
}

// memory is a receipt that was not written yet.
func memory(files []file) *folder {
	f := &folder{}
	for _, x := range files {
		f.names = append(f.names, x.name)
	}
	f.read = func(name string) ([]byte, error) {
		at := slices.IndexFunc(files, func(x file) bool { return x.name == name })
		if at < 0 {
			return nil, fs.ErrNotExist
		}
		return files[at].content, nil
	}
	f.named()
	return f
}

// named finds the event's id in the name of the SD-JWT.
func (f *folder) named() {
	n := 0
	for _, name := range f.names {
		if id, ok := strings.CutSuffix(name, tokenEnd); ok && !strings.Contains(name, "/") {
			f.id = id
			n++
		}
	}
	if n != 1 || !isID(f.id) {
		f.id = ""
	}
}

// verification is one run of verify.
type verification struct {
	*folder
	trust    *ledger.Trust
	vkey     string        // the key that has to have signed
	verifier note.Verifier // of vkey; nil without trust
	report   ledger.Report
	seq      int64
	err      error
	known    bool            // what the entry says, and with it which files there are
	used     map[string]bool // files that belong to it
	told     entry           // where it is known
}

// begin makes the verification, up to the key that has to have signed.
func (f *folder) begin(trust *ledger.Trust) (*verification, error) {
	v := &verification{folder: f, trust: trust, seq: -1, used: make(map[string]bool)}
	v.report = ledger.Report{Log: logName, Level: ledger.Deep}
	switch {
	case trust == nil:
		v.found(ledger.TrustMissing, i18n.T("imzası bilinen bir anahtar yok; kimin imzaladığı denetlenemedi", "there is no key to believe; who signed could not be checked"))
	default:
		v.vkey = trust.Vkey
		v.verifier, v.err = note.NewVerifier(v.vkey)
	}
	if v.err != nil {
		return nil, fault.New(fault.Unverifiable, "trust_malformed", i18n.T("güvenilen anahtar okunamıyor", "the trusted key cannot be read")).Because(v.err)
	}
	v.newest()
	return v, nil
}

func (f *folder) verify(trust *ledger.Trust) (ledger.Report, error) {
	v, err := f.begin(trust)
	if err != nil {
		return ledger.Report{Log: logName, Level: ledger.Deep}, err
	}
	proof, proven := v.proof()
	v.token(proof, proven)
	v.key(proof.Checkpoint.Note)
	b, ok := v.file(readmeName)
	if ok && v.known && proven {
		v.page(b, readme(&v.told, proof, false), readme(&v.told, proof, true))
	}
	for _, name := range f.names {
		if v.known && !v.used[name] {
			v.found(ledger.FileExtra, i18n.Tf("makbuza ait olmayan dosya: %q", "a file that does not belong to the receipt: %q", name))
		}
	}
	v.report.Add(nil)
	return v.report, v.err
}

// page compares OKUBENI.txt with the texts that this version writes. Where anything was found to be broken, what they are
// made from is in doubt, and nothing is said.
func (v *verification) page(b []byte, texts ...[]byte) {
	written := func(text []byte) bool { return bytes.Equal(b, text) }
	if v.err == nil && v.report.Class() != fault.Integrity && !slices.ContainsFunc(texts, written) {
		v.report.Add([]ledger.Finding{ledger.ReadmeFinding(readmeName)})
	}
}

func (v *verification) found(code ledger.Code, detail i18n.Text) {
	v.report.Add([]ledger.Finding{{Code: code, Seq: v.seq, Detail: detail}})
}

func (v *verification) problem(err error) {
	var p *ledger.Problem
	if errors.As(err, &p) {
		v.found(p.Code, p.Text)
	} else if err != nil && v.err == nil {
		v.err = err
	}
}

// file reads a file that has to be there.
func (v *verification) file(name string) ([]byte, bool) {
	v.used[name] = true
	b, err := v.read(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		v.found(ledger.FileMissing, i18n.Tf("dosya yok: %s", "the file is missing: %s", name))
		return nil, false
	case err != nil && v.err == nil:
		v.err = unreadable(name, err)
	}
	return b, err == nil
}

// proof reads the proof and judges its checkpoint. ok: it can be followed.
func (v *verification) proof() (p ledger.Proof, ok bool) {
	b, ok := v.file(v.id + proofEnd)
	if !ok {
		return p, false
	}
	p, err := ledger.ParseProof(b)
	if err != nil {
		v.problem(err)
		return p, false
	}
	c := p.Checkpoint
	v.report.Size, v.report.Root, v.report.Range = c.Size, c.Root, ledger.Range{From: p.Index, To: p.Index + 1}
	v.checkpoint(c)
	return p, true
}

// checkpoint judges who signed a checkpoint, and whether it contradicts what is trusted.
func (v *verification) checkpoint(c ledger.Checkpoint) {
	if v.verifier == nil {
		return
	}
	switch _, err := ledger.OpenCheckpoint(c.Note, v.verifier); {
	case err != nil:
		v.problem(err)
	case c.Origin != v.verifier.Name(): // a key is named after its log
		v.found(ledger.OriginMismatch, i18n.T("denetim noktası bu anahtarın günlüğüne ait değil", "the checkpoint is not of the log that the key belongs to"))
	case c.Size == v.trust.Size && c.Size > 0 && c.Root != v.trust.Root:
		v.found(ledger.ForkAtSize, i18n.Tf("%d kayıtlık günlüğün kökü, güven dosyasının aynı boyutta gördüğünden başka", "the root at %d entries is another one than the trust file has seen at this size", c.Size))
	}
}

// token judges the SD-JWT: its signature, whether its payload is the entry that is proven, and what hangs on that.
func (v *verification) token(p ledger.Proof, proven bool) {
	b, ok := v.file(v.id + tokenEnd)
	if !ok {
		return
	}
	t, ok := parseToken(b)
	if !ok {
		v.found(ledger.ReceiptSig, i18n.T("SD-JWT biçimine uymuyor", "the SD-JWT is not in its form"))
		return
	}
	signed := v.verifier == nil || t.signedBy(v.verifier, v.vkey)
	var included error
	if proven {
		included = p.Includes(t.payload)
	}
	switch wrong := included != nil; {
	case !signed && wrong && !v.unknownKey():
		v.found(ledger.ReceiptPayload, i18n.T("makbuzdaki içerik günlükteki kayıt değil: ne imza ne de kanıt ona uyuyor", "the payload is not the entry in the log: neither the signature nor the proof fits it"))
		return
	case wrong:
		v.problem(included)
		return
	case !signed && !v.unknownKey():
		v.found(ledger.ReceiptSig, i18n.T("SD-JWT'nin imzası, güvenilen anahtarın bu içeriğe attığı imza değil", "the signature of the SD-JWT is not one of the trusted key over this payload"))
	}
	if proven {
		v.seq, v.report.Coverage.New, v.report.Coverage.NewRead = p.Index, 1, 1
	}
	v.entry(&t)
}

// unknownKey tells that the checkpoint is signed by a key that nobody knows: then the SD-JWT is, too, and it is said already.
func (v *verification) unknownKey() bool {
	return slices.ContainsFunc(v.report.Findings, func(f ledger.Finding) bool { return f.Code == ledger.SigUnknownKey })
}

// entry judges what the payload says and what came with it.
func (v *verification) entry(t *token) {
	var leaf ledger.Leaf
	if err := ledger.ParseLeaf(t.payload, &leaf); err != nil {
		v.problem(err)
		return
	}
	var e entry
	if !e.read(&leaf) {
		v.found(ledger.LeafSchema, i18n.T("kayıt bir onay kaydı değil", "the entry is not one of a consent"))
		return
	}
	v.known = true
	if e.id != v.id {
		v.found(ledger.ReceiptPayload, i18n.T("kayıt, dosyaların adındaki olayın kaydı değil", "the entry is not that of the event that the files are named after"))
	}
	var wrong []ledger.Finding
	e.personal, wrong = disclosed(&leaf, t.disclosures, v.seq)
	v.told = e
	v.report.Add(wrong)
	v.report.Coverage.Disclosures = int64(min(1, len(e.personal)))
	for _, sum := range e.sums() {
		body, ok := v.file(string(path(sum)))
		if got := sha256.Sum256(body); ok && hex.EncodeToString(got[:]) != sum {
			v.found(ledger.TextHashMismatch, i18n.T("metin, kaydın andığı metin değil: baytları değişmiş", "the text is not the one that the entry names: its bytes have changed"))
		}
	}
	if b, ok := v.file(v.id + recordEnd); ok && len(wrong) == 0 && !e.recordFits(b) {
		v.found(ledger.FileMismatch, i18n.T("JSON-LD kaydı, imzalı kayda uymuyor", "the JSON-LD record does not fit the signed entry"))
	}
}

// key looks whether the key that comes with the receipt is the one that signed: whoever takes it from there must not be
// misled.
func (v *verification) key(signed []byte) {
	b, ok := v.file(vkeyName)
	if !ok || signed == nil {
		return
	}
	text, ok := strings.CutSuffix(string(b), "\n")
	named, err := note.NewVerifier(text)
	if ok && err == nil {
		_, err = ledger.OpenCheckpoint(signed, named)
	}
	var p *ledger.Problem
	if !ok || err != nil && (!errors.As(err, &p) || p.Code == ledger.SigUnknownKey) { // a false signature was found already
		v.found(ledger.FileMismatch, i18n.T("vkey, denetim noktasını imzalayan anahtar değil", "vkey is not the key that signed the checkpoint"))
	}
}
