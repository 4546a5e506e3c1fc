package ledgertest

import (
	"os"
	"regexp"
	"slices"
	"testing"
)

// Each code belongs to those whose tests plant what it is found by: the query log, the consent log, or receipts.
var (
	// NotInAudit are the codes that nothing in the query log can be found under: those of receipts, erasures, texts and consents.
	NotInAudit = []string{"V30", "V31", "V32", "V33", "V38", "V40", "V41", "V42", "V43", "V44", "V45"}
	// NotInConsent are those of receipts, and of the five years after which queries are disposed of.
	NotInConsent = []string{"V30", "V31", "V32", "V33", "V61", "V62"}
	// OfReceipts are for the tests of receipts.
	OfReceipts = []string{"V30", "V31", "V32", "V33"}
)

// Codes gives the numbers of the codes that finding.go defines, such as V01, but for those of a list. path leads to it from
// the folder of the test.
func Codes(t testing.TB, path string, but ...string) (codes []string) {
	t.Helper()
	text, err := os.ReadFile(path)
	Must(t, err)
	for _, m := range regexp.MustCompile(`Code = "(V[0-9]+)_`).FindAllStringSubmatch(string(text), -1) {
		if !slices.Contains(but, m[1]) {
			codes = append(codes, m[1])
		}
	}
	return codes
}
