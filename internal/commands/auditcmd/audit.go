// Package auditcmd is `iskurctl audit`: the query log that Madde 8(14) of the protocol wants kept for five years.
package auditcmd

import (
	"github.com/spf13/cobra"

	"iskurctl/internal/audit"
	"iskurctl/internal/audit/reconcile"
	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/i18n"
	"iskurctl/internal/output"
	"iskurctl/internal/tckn"
)

// New makes the group.
func New(d *cmdkit.Deps) *cobra.Command {
	return d.Group("audit", i18n.T("sorgu günlüğü (protokol madde 8/14)", "the query log (protocol, article 8(14))"), newList(d), newPending(d), newLooks(d), newVerify(d), newCheckpoint(d), newExport(d),
		newReconcile(d), newExchange(d), newPrune(d), newRotate(d))
}

// user and host are staff data and shown in full.
var listColumns = []output.Column{
	{Key: "seq", Title: i18n.T("SIRA", "SEQ"), Kind: output.Number},
	{Key: "time", Title: i18n.T("ZAMAN (UTC)", "TIME (UTC)"), Kind: output.Time},
	{Key: "user", Title: i18n.T("KULLANICI", "USER"), Kind: output.Code},
	{Key: "host", Title: i18n.T("MAKİNE", "HOST"), Kind: output.Code, Wide: true},
	{Key: "method", Title: i18n.T("YÖNTEM", "METHOD"), Kind: output.Code, Yield: 1}, // the parameters tell which it was
	{Key: "params", Title: i18n.T("PARAMETRELER", "PARAMETERS"), Kind: output.JSON},
	{Key: "purpose", Title: i18n.T("AMAÇ", "PURPOSE"), Kind: output.Text, Wide: true},
	{Key: "attempt", Title: i18n.T("DENEME", "ATTEMPT"), Kind: output.Number, Wide: true},
	{Key: "outcome", Title: i18n.T("SONUÇ", "OUTCOME"), Kind: output.Code, Tone: tone},
	{Key: "records", Title: i18n.T("KAYIT", "RECORDS"), Kind: output.Number, Wide: true},
	{Key: "duration_ms", Title: i18n.T("SÜRE (ms)", "TIME (ms)"), Kind: output.Number, Wide: true},
}

// notProof stands in the help of what is answered from the rows that lead to entries.
var notProof = i18n.T("Yanıt, kayıtlara götüren satırlardan verilir. Kanıt olarak kullanmadan önce `audit verify --deep` ile doğrulayın: eksik ya da yanlış bir satırı yalnızca o görür.",
	"The answer comes from the rows that lead to entries. Before it is used as proof run `audit verify --deep`: only that sees a row that is missing or wrong.")

func tone(outcome string) output.Tone {
	switch audit.OutcomeCode(outcome) {
	case audit.OK, audit.None:
		return output.ToneGood
	case audit.NotSent, audit.Unavailable:
		return output.ToneWarn
	}
	return output.ToneBad
}

// params shows the parameters as they stood on the wire; the number among them is masked unless revealed.
func params[P audit.Param | reconcile.Param](list []P, reveal bool) []output.Field {
	out := make([]output.Field, 0, len(list))
	for _, p := range list {
		p := audit.Param(p)
		if !reveal && tckn.Check(p.Value).Valid() {
			p.Value = tckn.Mask(p.Value)
		}
		out = append(out, output.Field{Key: p.Name, Kind: output.Text, Value: p.Value})
	}
	return out
}
