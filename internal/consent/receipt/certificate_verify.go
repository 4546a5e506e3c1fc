package receipt

import (
	"context"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/ledger"
)

// IsCertificate tells whether a folder is one of certificates: whether a file at its top is named after an erasure, and it is
// no bundle. What is in the files nobody looks at yet.
func IsCertificate(dir string) bool {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return false
	}
	defer root.Close()
	if _, err := root.Lstat("bagit.txt"); err == nil {
		return false // without reading through what may be large
	}
	f, err := open(root, maxCertified)
	return err == nil && len(f.erasures()) > 0
}

// VerifyCertificates checks the certificates in the folder dir by what the verifier trusts, and reports everything that is not
// as it should be: V02 to V05 and V07 for the checkpoint and its key, V27 for a root that contradicts the trusted one at the
// same size, V13 to V15 for an entry, V16 for a proof of another checkpoint or under another name, V17 and V18 for the files,
// V30 and V31 for a proof, V29 for another OKUBENI.txt than this version's. Without trust it is V08. The report's Next stays empty, as Verify's does. Errors are of class
// Input: certificate_open, certificate_not_one, certificate_too_many; of class Unverifiable, trust_malformed.
func VerifyCertificates(ctx context.Context, dir string, trust *ledger.Trust) (ledger.Report, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return ledger.Report{}, uncertified(dir, err)
	}
	defer root.Close()
	f, err := open(root, maxCertified)
	if err != nil {
		return ledger.Report{}, uncertified(dir, err)
	}
	if len(f.names) > maxCertified { // one that is not looked at must not look verified
		return ledger.Report{}, fault.New(fault.Input, "certificate_too_many", i18n.Tf("klasörde %d dosyadan fazlası var: %s", "there are more than %d files in the folder: %s", maxCertified, dir)).
			WithHint(i18n.T("belgeleri birkaç klasöre bölüp her birini ayrı doğrulayın; denetim noktası, vkey ve OKUBENI.txt her birinde olsun", "divide the certificates among several folders and verify each; checkpoint, vkey and OKUBENI.txt go into each of them"))
	}
	seqs := f.erasures()
	if len(seqs) == 0 {
		return ledger.Report{}, fault.New(fault.Input, "certificate_not_one", i18n.Tf("klasörde silme belgesi yok: %s", "there is no certificate of an erasure in the folder: %s", dir)).
			WithHint(i18n.T("`consent erase --certificate` ile yazılan klasörün yolunu verin", "give the path of the folder that `consent erase --certificate` wrote"))
	}
	return f.certified(ctx, seqs, trust)
}

func uncertified(dir string, err error) error {
	return fault.New(fault.Input, "certificate_open", i18n.Tf("silme belgelerinin klasörü okunamadı: %s: %s", "the folder of the certificates could not be read: %s: %s", dir, fault.Cause(err))).
		WithHint(i18n.T("klasörün yolunu ve okuma izninizi denetleyin", "check the path of the folder and that you may read it")).Because(err)
}

// erasures gives the numbers that files at the top are named after, ascending.
func (f *folder) erasures() []int64 {
	seqs := make(map[int64]bool)
	for _, name := range f.names {
		digits, ok := strings.CutSuffix(name, entryEnd)
		if !ok {
			digits, ok = strings.CutSuffix(name, proofEnd)
		}
		if seq, err := strconv.ParseInt(digits, 10, 64); ok && err == nil && seq >= 0 && plain(seq) == digits {
			seqs[seq] = true
		}
	}
	return slices.Sorted(maps.Keys(seqs))
}

func (f *folder) certified(ctx context.Context, seqs []int64, trust *ledger.Trust) (ledger.Report, error) {
	v, err := f.begin(trust)
	if err != nil {
		return ledger.Report{Log: logName, Level: ledger.Deep}, err
	}
	signed, ok := v.file(checkpointName)
	c, err := ledger.ReadCheckpoint(signed)
	switch {
	case !ok:
	case err != nil:
		v.problem(err)
	default:
		v.report.Size, v.report.Root = c.Size, c.Root
		v.checkpoint(c)
	}
	v.key(c.Note)
	v.report.Range = ledger.Range{From: seqs[0], To: seqs[len(seqs)-1] + 1}
	v.report.Coverage.New = int64(len(seqs))
	for _, seq := range seqs {
		if ctx.Err() != nil {
			return v.report, context.Cause(ctx)
		}
		v.seq = seq
		v.certificate(seq, c)
	}
	v.seq = -1
	if b, ok := v.file(readmeName); ok && c.Note != nil {
		v.page(b, certificateReadme(c.Origin, c.Size, len(seqs), false), certificateReadme(c.Origin, c.Size, len(seqs), true))
	}
	for _, name := range f.names {
		if !v.used[name] {
			v.found(ledger.FileExtra, i18n.Tf("silme belgelerine ait olmayan dosya: %q", "a file that does not belong to the certificates: %q", name))
		}
	}
	v.report.Add(nil)
	return v.report, v.err
}

// certificate judges an erasure: the entry and its proof against the folder's checkpoint.
func (v *verification) certificate(seq int64, c ledger.Checkpoint) {
	b, there := v.file(plain(seq) + entryEnd)
	if there {
		v.erasure(seq, b)
	}
	proof, ok := v.file(plain(seq) + proofEnd)
	if !ok {
		return
	}
	p, err := ledger.ParseProof(proof)
	if err != nil {
		v.problem(err)
		return
	}
	if c.Note != nil && string(p.Checkpoint.Note) != string(c.Note) {
		v.found(ledger.FileMismatch, i18n.T("kanıt, klasördeki denetim noktasının değil", "the proof is not one of the checkpoint in the folder"))
		v.checkpoint(p.Checkpoint)
	}
	if !there {
		return
	}
	if err := p.Includes(b); err != nil {
		v.problem(err)
		return
	}
	if p.Index != seq {
		v.found(ledger.FileMismatch, i18n.Tf("dosyalar başka bir kaydın numarasını taşıyor; kanıtlanan kayıt %s", "the files bear the number of another entry; proven is entry %s", plain(p.Index)))
		return
	}
	v.report.Coverage.NewRead++
}

// erasure judges what an entry says.
func (v *verification) erasure(seq int64, b []byte) {
	var leaf ledger.Leaf
	if err := ledger.ParseLeaf(b, &leaf); err != nil {
		v.problem(err)
		return
	}
	target, ok := leaf.Int("seq")
	fields, listed := leaf.List("fields")
	ground, given := leaf.Str("ground")
	if leaf.Kind != kindErased || !ok || target < 0 || target >= seq || !listed || len(fields) == 0 || !given || ground == "" || leaf.Keys() != 5 {
		v.found(ledger.LeafSchema, i18n.T("kayıt bir silme kaydı değil", "the entry is no erasure"))
	}
}
