package bundle

import (
	"crypto/sha256"
	"io/fs"
	"iter"
	"strings"
)

// Texts yields the files of texts/ that are named as a SHA-256, in no order, as they are: that a Body has the SHA-256 of its
// name is for the caller to find. One that is longer than limit bytes comes one byte too long. The error is class Input,
// bundle_read.
func (b *Bundle) Texts(limit int64) iter.Seq2[LegalText, error] {
	return func(yield func(LegalText, error) bool) {
		err := b.each(strings.TrimSuffix(texts, "/"), func(e fs.DirEntry) error {
			digest, ok := textDigest(texts + e.Name())
			if !ok || !e.Type().IsRegular() {
				return nil // CheckFiles names it
			}
			body, err := b.read(texts+e.Name(), limit)
			if err == nil && !yield(LegalText{digest, body}, nil) {
				err = errEnough
			}
			return err
		})
		if err != nil && err != errEnough { //nolint:errorlint // it is our own
			yield(LegalText{}, err)
		}
	}
}

// errEnough ends a walk that nobody listens to any more.
var errEnough = fs.SkipAll

// textDigest gives the SHA-256 that a file of the payload is named after, when it is one of texts/.
func textDigest(name string) (digest string, ok bool) {
	digest, ok = strings.CutPrefix(name, texts)
	if ok {
		digest, ok = strings.CutSuffix(digest, ".txt")
	}
	return digest, ok && len(digest) == 2*sha256.Size && strings.Trim(digest, "0123456789abcdef") == ""
}
