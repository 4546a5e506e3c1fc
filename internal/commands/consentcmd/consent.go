// Package consentcmd is `iskurctl consent`: the legal texts of the portal, what people agreed to, refused and withdrew, and
// the evidence of it (KVKK m.3, 5, 7 and 11; Aydınlatma Tebliği m.5).
package consentcmd

import (
	"iter"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/consent"
	"iskurctl/internal/consent/event"
	"iskurctl/internal/i18n"
	"iskurctl/internal/output"
)

// New makes the group.
func New(d *cmdkit.Deps) *cobra.Command {
	return d.Group("consent", i18n.T("sözleşme, aydınlatma ve açık rıza kayıtları (KVKK)", "records of agreements, privacy notices and explicit consent (KVKK)"),
		newText(d), newRecord(d), newImport(d), newList(d), newShow(d), newStatus(d), newHistory(d), newWithdraw(d), newErase(d), newCertificate(d), newReceipt(d),
		newExport(d), newVerify(d), newCheckpoint(d), newRotate(d))
}

// listColumns are those of `list`, `history` and the plain export.
var listColumns = []output.Column{
	{Key: "seq", Title: i18n.T("SIRA", "SEQ"), Kind: output.Number},
	{Key: "id", Title: i18n.T("OLAY KİMLİĞİ", "EVENT ID"), Kind: output.Code, Wide: true},
	{Key: "time", Title: i18n.T("ZAMAN (UTC)", "TIME (UTC)"), Kind: output.Time},
	{Key: "received", Title: i18n.T("ULAŞTIĞI ZAMAN (UTC)", "RECEIVED (UTC)"), Kind: output.Time, Wide: true},
	{Key: "session", Title: i18n.T("OTURUM", "SESSION"), Kind: output.Code, Wide: true},
	{Key: "act", Title: i18n.T("İŞLEM", "ACT"), Kind: output.Code, Yield: 4}, // the event tells which it was
	{Key: "event", Title: i18n.T("OLAY", "EVENT"), Kind: output.Code, Tone: stepTone},
	{Key: "channel", Title: i18n.T("KANAL", "CHANNEL"), Kind: output.Code, Yield: 3},
	{Key: "text", Title: i18n.T("METİN", "TEXT"), Kind: output.Code},
	{Key: "text_sha256", Title: i18n.T("METNİN SHA-256'SI", "SHA-256 OF THE TEXT"), Kind: output.Code, Wide: true},
	{Key: "tc", Title: i18n.T("TC KİMLİK NO", "TC IDENTITY NO"), Kind: output.TC},
	{Key: "given_name", Title: i18n.T("AD", "GIVEN NAME"), Kind: output.Name, Yield: 1},
	{Key: "surname", Title: i18n.T("SOYAD", "SURNAME"), Kind: output.Name, Yield: 2},
	{Key: "erased", Title: i18n.T("SİLİNDİ", "ERASED"), Kind: output.Bool, Wide: true},
}

// notProof stands in the help of what is answered from the rows that lead to entries.
var notProof = i18n.T("Yanıt, kayıtlara götüren satırlardan verilir. Kanıt olarak kullanmadan önce `consent verify --deep` ile doğrulayın: eksik ya da yanlış bir satırı yalnızca o görür.",
	"The answer comes from the rows that lead to entries. Before it is used as proof run `consent verify --deep`: only that sees a row that is missing or wrong.")

// stepTone colours what a person did, and what it comes to.
func stepTone(step string) output.Tone {
	switch event.Step(step) {
	case event.Given, event.Accepted, event.Presented:
		return output.ToneGood
	case event.Refused, event.Withdrawn:
		return output.ToneWarn
	}
	return output.ToneNone
}

// allErased reports whether no personal value of the entry is left.
func allErased(e *consent.Entry) bool { return slices.Contains(e.Erased, "*") }

// received is when the controller got to know; an event that does not say so was known at once.
func received(e *event.Event) time.Time {
	if e.Received.IsZero() {
		return e.Time
	}
	return e.Received
}

// writeEntries writes events as records.
func writeEntries(s *output.Sink, entries iter.Seq2[consent.Entry, error]) error {
	for e, err := range entries {
		if err != nil {
			return err
		}
		v := &e.Event
		if err := s.Write(output.Record{e.Seq, v.ID, v.Time, received(v), v.Session, string(v.Act), string(v.Step), v.Channel, v.Text, e.SHA256,
			v.Subject.TC, v.Subject.GivenName, v.Subject.Surname, allErased(&e)}); err != nil {
			return err
		}
	}
	return nil
}

// steps lists the steps of all acts.
func steps() []event.Step {
	var list []event.Step
	for _, a := range event.Acts() {
		list = append(list, event.Steps(a)...)
	}
	return list
}
