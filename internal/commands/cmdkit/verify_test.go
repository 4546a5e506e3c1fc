package cmdkit

import (
	"strings"
	"testing"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/ledger"
)

func TestWhatToTypeNextNamesTheLog(t *testing.T) {
	for _, log := range []string{"audit", "consent"} {
		v := &Verification{log: log}
		kept := verdict(ledger.Report{Log: log, Findings: []ledger.Finding{{Code: ledger.KeptTooLong}}})
		for _, err := range []error{v.noTrust("x.trust"), kept} {
			hint := fault.From(err).Hint
			for _, text := range []string{hint.TR, hint.EN} {
				if !strings.Contains(text, "iskurctl "+log+" ") {
					t.Errorf("%s: %q", log, text)
				}
			}
		}
	}
}

func TestTheVerdictSaysWhatKindOfRuleIsNotKept(t *testing.T) {
	for _, c := range []struct {
		code  ledger.Code
		class fault.Class
		want  i18n.Text
	}{
		{ledger.KeptTooLong, fault.Negative, i18n.T("saklama kuralı", "a rule of retention")},
		{ledger.NoticeNotPresented, fault.Negative, i18n.T("bir kurala uyulmamış", "a rule is not kept")},
		{ledger.ActsMerged, fault.Negative, i18n.T("bir kurala uyulmamış", "a rule is not kept")},
		{ledger.TextUnknown, fault.Unverifiable, i18n.T("ya da metin eksik", "or a text is missing")},
		{ledger.TrustMissing, fault.Unverifiable, i18n.T("güven bilgisi eksik", "a key or trust is missing")},
		{ledger.TextWrongType, fault.Integrity, i18n.T("bozulmuş", "damaged")},
	} {
		f := fault.From(verdict(ledger.Report{Log: "consent", Findings: []ledger.Finding{{Code: c.code}}}))
		if f.Class != c.class || !strings.Contains(f.Message.TR, c.want.TR) || !strings.Contains(f.Message.EN, c.want.EN) {
			t.Errorf("%s: class %d, %q", c.code, f.Class, f.Message)
		}
	}
}
