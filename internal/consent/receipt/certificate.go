package receipt

import (
	"context"
	"slices"

	"golang.org/x/mod/sumdb/note"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/ledger"
	"iskurctl/internal/ledger/bundle"
)

const (
	entryEnd       = ".json"
	checkpointName = "checkpoint"
)

// CertificateOptions say what the certificates of an erasure are made from: the numbers of the erased/1 entries, and the log
// with its newest signed note and the key that signed it.
type CertificateOptions struct {
	Erasures   []int64
	Log        ledger.Source
	Checkpoint []byte
	Vkey       string
}

// WriteCertificates makes the folder dir, which must not exist, with a certificate for each erasure: the entry that says which
// entry lost which personal values, when and on what ground (KVKK m.7), and the proof that it is in the log. Nobody is named
// there: an erased/1 entry holds the number of the entry that was erased and nothing of the person. Errors: class Output
// out_exists, out_symlink, out_open, out_write; class Integrity receipt_damaged for a log that proves no such entry; those of
// the log. After any error nothing is left of the folder.
func WriteCertificates(ctx context.Context, dir string, o CertificateOptions) error {
	erasures := slices.Compact(slices.Sorted(slices.Values(o.Erasures)))
	if len(erasures) == 0 {
		return fault.New(fault.Internal, "certificate_empty", i18n.T("belgelenecek bir silme kaydı yok", "there is no erasure to certify"))
	}
	f, err := bundle.NewFolder(dir)
	if err != nil {
		return err
	}
	defer f.Discard()
	verifier, err := note.NewVerifier(o.Vkey)
	if err == nil {
		_, err = ledger.OpenCheckpoint(o.Checkpoint, verifier)
	}
	if err != nil {
		return damaged(i18n.T("denetim noktasını günlüğün anahtarı imzalamamış", "the checkpoint is not signed by the key of the log")).Because(err)
	}
	var size int64
	for _, seq := range erasures {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		leaf, err := erasure(ctx, o.Log, seq)
		if err != nil {
			return err
		}
		proof, err := ledger.Prove(ctx, fixed{o.Log, o.Checkpoint}, seq)
		if err != nil {
			return err
		}
		if err := proof.Includes(leaf); err != nil {
			return damaged(i18n.Tf("silme kaydı %s, ağaçtaki kayıt değil", "the erasure %s is not the entry in the tree", plain(seq))).Because(err)
		}
		size = proof.Checkpoint.Size
		for _, x := range []file{{plain(seq) + entryEnd, leaf}, {plain(seq) + proofEnd, proof.Bytes()}} {
			if err := f.Put(x.name, x.content); err != nil {
				return err
			}
		}
	}
	notes, err := keyNotes(ctx, o.Log, size)
	if err != nil {
		return err
	}
	for _, x := range append(notes, file{checkpointName, o.Checkpoint}, file{vkeyName, []byte(o.Vkey + "\n")},
		file{readmeName, certificateReadme(verifier.Name(), size, len(erasures), len(notes) > 0)}) {
		if err := f.Put(x.name, x.content); err != nil {
			return err
		}
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return f.Publish()
}

// erasure reads an entry erased/1.
func erasure(ctx context.Context, log ledger.Source, seq int64) ([]byte, error) {
	var b []byte
	for e, err := range log.Entries(ctx, seq, seq+1) {
		if err != nil {
			return nil, err
		}
		b = slices.Clone(e.Leaf)
	}
	var leaf ledger.Leaf
	if err := ledger.ParseLeaf(b, &leaf); err != nil || leaf.Kind != kindErased {
		return nil, damaged(i18n.Tf("%s numaralı kayıt bir silme kaydı değil", "entry %s is no erasure", plain(seq))).Because(err)
	}
	return b, nil
}

const certificateCommands = `for e in *.json; do
  j=${e%.json}
  cat "$e"; echo
  same "$(sed -n '2s/^index //p' "$j.tlog-proof")" "$j"
  path "$j.tlog-proof" "$e"
  same "$(sums <"$t/checkpoint")" "$(sums <checkpoint)"
done
`

// certificateReadme writes the OKUBENI.txt of certificates.
func certificateReadme(origin string, size int64, n int, rotated bool) []byte {
	files := []i18n.Text{
		i18n.T("N.json: N numaralı silme kaydı. \"seq\" silinen kaydın numarası, \"fields\" silinen alanlar (* hepsi), \"ground\" gerekçe: request (ilgili kişinin isteği), ex_officio (resen), expired (süre doldu), court (mahkeme); \"t\" zamanı (UTC)",
			"N.json: the erasure, entry N. \"seq\" is the number of the entry that was erased, \"fields\" which values (* is all), \"ground\" why: request (of the person), ex_officio, expired (the time is over), court; \"t\" when (UTC)"),
		i18n.T("N.tlog-proof: bu kaydın günlükte olduğunun kanıtı", "N.tlog-proof: the proof that this entry is in the log"),
		i18n.T("checkpoint: imzalı denetim noktası. vkey: imzayı doğrulayan açık anahtar", "checkpoint: the signed checkpoint. vkey: the public key that its signature is verified with"),
	}
	if rotated {
		files = append(files, keysHelp())
	}
	return bundle.Page("SİLME BELGELERİ NASIL DENETLENİR / HOW TO CHECK THE CERTIFICATES OF ERASURE", []bundle.Section{{Text: []i18n.Text{
		i18n.Tf("Bu klasör, İŞKUR'un onay günlüğünde kişisel verilerin silindiğini belgeler (KVKK m.7): günlüğe yazılmış silme kayıtları ve bunların günlükte olduğunun kanıtları. Silme kaydı sayısı: %d. Kişiye ilişkin hiçbir şey içermez; hangi kaydın silindiği yalnızca numarasıyla yazılıdır.",
			"This folder certifies that personal data were erased in İŞKUR's consent log (KVKK m.7): the entries about the erasures, and the proofs that they are in the log. Erasures: %d. It holds nothing of the person; which entry was erased is told by its number only.", n),
		i18n.Tf("Günlüğün adı: %s. İmzalı denetim noktasındaki kayıt sayısı: %s.", "Name of the log: %s. Entries that the signed checkpoint covers: %s.", origin, plain(size)),
		howTo(),
	}}, {Title: i18n.T("Dosyalar", "The files"), List: files}, preparation(), {
		Title:    i18n.T("1. Denetim noktasını kim imzaladı?", "1. Who signed the checkpoint?"),
		Text:     []i18n.Text{i18n.T("Beklenen: parmak izi, denetim noktası, “Signature Verified Successfully”.", "Expected: the fingerprint, the checkpoint, “Signature Verified Successfully”."), takeCare()},
		Commands: keyCommands + "cat checkpoint >\"$t/checkpoint\"\n" + checkpointCommands,
	}, {
		Title: i18n.T("2. Silme kayıtları günlükte mi?", "2. Are the erasures in the log?"),
		Text: []i18n.Text{i18n.T(
			"Her kaydın özeti, SHA-256(00 baytı + kayıt), kanıttaki özetlerle sırayla birleştirilir: SHA-256(01 baytı + sol + sağ) (RFC 6962'nin ağacı). Sonuç, denetim noktasının üçüncü satırı olmalıdır. Beklenen: her kayıt için kaydın kendisi ve üç TAMAM.",
			"The hash of each entry, SHA-256(byte 00 + entry), is joined with the hashes of its proof one after the other: SHA-256(byte 01 + left + right) (the tree of RFC 6962). The result must be the third line of the checkpoint. Expected: for each the entry itself and OK three times.")},
		Commands: pathCommands + certificateCommands,
	}, cleaning("3"), {
		Title: i18n.T("Bu klasör neyi kanıtlamaz?", "What does this folder not prove?"),
		List: []i18n.Text{
			i18n.T("Kimin imzaladığını: bunu ancak başka yoldan alınmış anahtar kanıtlar (1. adım)", "Who signed: only a key that was got another way proves that (step 1)"),
			i18n.T("Yedeklerde ve başka sistemlerde kopya kalmadığını: yalnızca silmenin günlüğe yazıldığını kanıtlar. Günlükte veri geri gelirse “consent verify --deep” bunu bulur",
				"That no copies are left in backups or other systems: it proves that the erasure was put into the log. Where values come back to the log, “consent verify --deep” finds it"),
		},
	}, {
		Title: i18n.T("Kolay yol", "The convenient way"),
		Text: []i18n.Text{i18n.T("iskurctl consent verify KLASÖR --trust DOSYA bunların hepsini yapar. Yukarıdaki denetimin hiçbir adımı ona dayanmaz.",
			"iskurctl consent verify FOLDER --trust FILE does all of this. No step of the check above rests on it.")},
	}})
}
