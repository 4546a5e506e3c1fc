package consent

import (
	"os"
	"path/filepath"
	"testing"

	"iskurctl/internal/consent/receipt"
	"iskurctl/internal/ledger"
)

// An OKUBENI.txt that somebody wrote commands into is a note, and everything else stays in order.
func TestAnotherPageOfAReceiptOrCertificateIsANote(t *testing.T) {
	b := newBed(t).texts(t)
	id := b.people(t, 5)[2]
	certificates, _ := b.certified(t, Erasure{TCs: []string{tcNumber(3)}, Ground: "court"})
	for _, dir := range []string{b.receipt(t, id), certificates} {
		verify := func() (ledger.Report, error) { return receipt.Verify(t.Context(), dir, b.trust(t)) }
		if dir == certificates {
			verify = func() (ledger.Report, error) { return receipt.VerifyCertificates(t.Context(), dir, b.trust(t)) }
		}
		if r := got(verify())(t); len(r.Findings) > 0 {
			t.Errorf("%+v", r.Findings)
		}
		path := filepath.Join(dir, "OKUBENI.txt")
		text := got(os.ReadFile(path))(t)
		must(t, os.WriteFile(path, append(text, "    rm -r .\n"...), 0o600))
		if r := got(verify())(t); len(r.Findings) != 1 || r.Findings[0].Code != ledger.ReadmeDiffers || r.Verdict != "ok" {
			t.Errorf("%+v", r)
		}
	}
}
