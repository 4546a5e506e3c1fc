package receipt

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"iskurctl/internal/i18n"
	"iskurctl/internal/ledger"
)

// When the log's key was replaced, the old key signed a note that names the new one; it stands in the entry key/1. A receipt
// brings these notes, so that who trusts an older key needs no new trust file: keys/<number of the entry>.note.
const (
	keyFolder = "keys/"
	keyEnd    = ".note"
	kindKey   = "key/1"
)

// keyNotes gives the notes of a log of size entries, oldest first.
func keyNotes(ctx context.Context, log ledger.Source, size int64) (files []file, err error) {
	marks, ok := log.(ledger.MarkSource)
	if !ok {
		return nil, nil
	}
	var leaf ledger.Leaf
	for e, err := range marks.Marks(ctx) {
		if err != nil {
			return nil, err
		}
		if e.Seq >= size || e.Leaf == nil || ledger.ParseLeaf(e.Leaf, &leaf) != nil || leaf.Kind != kindKey {
			continue
		}
		if text, ok := leaf.Str("note"); ok {
			files = append(files, file{keyFolder + plain(e.Seq) + keyEnd, []byte(text)})
		}
	}
	return files, nil
}

// keyOf gives the number of the entry whose note a file is.
func keyOf(name string) (seq int64, ok bool) {
	digits, ok := strings.CutPrefix(name, keyFolder)
	if ok {
		digits, ok = strings.CutSuffix(digits, keyEnd)
	}
	seq, err := strconv.ParseInt(digits, 10, 64)
	return seq, ok && err == nil && seq >= 0 && plain(seq) == digits
}

// newest follows the notes from the trusted key to the one that has to have signed. Notes that led to the trusted key were
// signed by keys that nobody has to know any more; behind the first that it signed, each must be signed by the key before.
func (v *verification) newest() {
	var seqs []int64
	for _, name := range v.names {
		if seq, ok := keyOf(name); ok {
			seqs = append(seqs, seq)
			v.used[name] = true
		}
	}
	slices.Sort(seqs)
	if v.verifier == nil {
		return
	}
	followed := false
	for _, seq := range seqs {
		text, ok := v.file(keyFolder + plain(seq) + keyEnd)
		if !ok {
			return
		}
		vkey, err := ledger.OpenKeyNote(string(text), v.verifier.Name(), v.verifier)
		if err != nil {
			if followed {
				v.found(ledger.KeyChainBroken, i18n.Tf("%s: imza anahtarının değişimini önceki anahtar onaylamamış", "%s: the change of the signing key is not endorsed by the key before", keyFolder+plain(seq)+keyEnd))
				return
			}
			continue
		}
		next, err := note.NewVerifier(vkey)
		if err != nil { // cannot be: the note was just read
			return
		}
		v.vkey, v.verifier, followed = vkey, next, true
	}
}
