package ledgertest

import (
	"slices"
	"testing"
)

func TestEveryCodeIsPlantedBySomebody(t *testing.T) {
	t.Parallel()
	all := Codes(t, "../finding.go")
	if len(all) < 40 {
		t.Fatalf("only %d codes", len(all))
	}
	for _, code := range all {
		if slices.Contains(NotInAudit, code) && slices.Contains(NotInConsent, code) && !slices.Contains(OfReceipts, code) {
			t.Errorf("%s belongs to nobody's tests", code)
		}
	}
	for _, code := range slices.Concat(NotInAudit, NotInConsent, OfReceipts) {
		if !slices.Contains(all, code) {
			t.Errorf("%s is no code", code)
		}
	}
}
