package receipt

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"iskurctl/internal/consent/event"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/ledger"
)

// tokenType is the typ of our SD-JWTs (RFC 9901, section 9.11): nothing that was signed for another use passes for one.
const tokenType = "iskurctl-consent+sd-jwt"

// An SD-JWT is JWT~disclosure~…~ (RFC 9901, section 4). Its payload is the entry, byte for byte, and it is signed by the
// key of the log's checkpoints. A signed note ends its text with a line end and what a JWS signs has none, so that neither
// passes for the other.

// strict takes base64url without padding in its one spelling.
var strict = base64.RawURLEncoding.Strict()

// header is the protected header; kid names the key as people know it.
func header(kid string) ([]byte, error) {
	return ledger.ObjectOfStrings([]ledger.Pair{{Name: "alg", Value: "EdDSA"}, {Name: "kid", Value: kid}, {Name: "typ", Value: tokenType}})
}

// keyID is the part of a verifier key that names it: the log and four bytes of a hash (C2SP signed-note).
func keyID(vkey string) string {
	name, rest, _ := strings.Cut(vkey, "+")
	id, _, _ := strings.Cut(rest, "+")
	return name + "+" + id
}

// sign makes the SD-JWT of an entry with its disclosures, "d1~d2~d3".
func sign(leaf, disclosures []byte, vkey string, s note.Signer) ([]byte, error) {
	head, err := header(keyID(vkey))
	if err != nil {
		return nil, err
	}
	b := strict.AppendEncode(nil, head)
	b = strict.AppendEncode(append(b, '.'), leaf)
	signature, err := s.Sign(b)
	if err != nil || len(signature) != ed25519.SignatureSize {
		return nil, fault.New(fault.Internal, "receipt_not_signed", i18n.T("makbuz imzalanamadı", "the receipt could not be signed")).Because(err)
	}
	b = append(strict.AppendEncode(append(b, '.'), signature), '~')
	if len(disclosures) > 0 {
		b = append(append(b, disclosures...), '~')
	}
	return b, nil
}

// token is an SD-JWT in its parts.
type token struct {
	signed                     []byte // what the signature is over
	header, payload, signature []byte
	disclosures                []byte // "d1~d2~d3"
}

// parseToken takes an SD-JWT apart; false when it is not in its form. What the parts say is not looked at.
func parseToken(b []byte) (t token, ok bool) {
	jwt, rest, ok := bytes.Cut(b, []byte("~"))
	if !ok || len(b) > maxFile {
		return t, false
	}
	if len(rest) > 0 {
		if t.disclosures, ok = bytes.CutSuffix(rest, []byte("~")); !ok || len(t.disclosures) == 0 {
			return t, false
		}
	}
	parts := bytes.Split(jwt, []byte("."))
	if len(parts) != 3 {
		return t, false
	}
	for i, to := range []*[]byte{&t.header, &t.payload, &t.signature} {
		raw, err := strict.AppendDecode(nil, parts[i])
		if err != nil || strict.EncodedLen(len(raw)) != len(parts[i]) { // the decoder passes over line ends
			return t, false
		}
		*to = raw
	}
	t.signed = jwt[:len(parts[0])+1+len(parts[1])]
	return t, true
}

// signedBy tells whether the key v signed the token, as a receipt.
func (t *token) signedBy(v note.Verifier, vkey string) bool {
	head, err := header(keyID(vkey))
	return err == nil && bytes.Equal(t.header, head) && len(t.signature) == ed25519.SignatureSize && v.Verify(t.signed, t.signature)
}

// disclosed reads the disclosures: each must be in its form, one that the leaf has the digest of, and of a name that no
// other has (RFC 9901, section 7.1: anything else is to be rejected). The findings say what is wrong with which.
func disclosed(leaf *ledger.Leaf, joined []byte, seq int64) (list []event.Personal, found []ledger.Finding) {
	var digest [ledger.DigestLen]byte
	n := 0
	for d := range ledger.SplitDisclosures(joined) {
		n++
		report := func(code ledger.Code, tr, en string) {
			found = append(found, ledger.Finding{Code: code, Seq: seq, Detail: i18n.Tf(tr, en, n)})
		}
		if leaf.IndexDigest(ledger.AppendDigest(digest[:0], d)) < 0 {
			report(ledger.DisclosureUnreferenced, "%d. kişisel alanın özeti kayıtta yok: değiştirilmiş ya da eklenmiş", "the digest of personal value %d is not in the entry: it was changed or added")
			continue
		}
		v, err := ledger.OpenDisclosure(d)
		text, ok := v.Text()
		switch {
		case err != nil || !ok:
			report(ledger.DisclosureDamaged, "%d. kişisel alan biçimine uymuyor", "personal value %d is not in its form")
		case slices.ContainsFunc(list, func(p event.Personal) bool { return p.Name == v.Name }):
			report(ledger.DisclosureUnreferenced, "%d. kişisel alan yinelenmiş", "personal value %d is there twice")
		default:
			list = append(list, event.Personal{Name: v.Name, Value: text})
		}
	}
	slices.SortFunc(list, func(a, b event.Personal) int { return strings.Compare(a.Name, b.Name) })
	return list, found
}
