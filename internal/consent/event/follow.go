package event

import (
	"time"

	"iskurctl/internal/i18n"
)

// Text is a version of a legal text, as far as the rules need it. From is its first moment in force, 00:00 in
// Europe/Istanbul of its first day. The zero Text stands for one that is not known.
type Text struct {
	Seq                     int64
	Kind                    Act
	Label, Language, SHA256 string
	From                    time.Time
}

// Past is what one person did before, in the order of the log. Entries and texts are sequence numbers.
type Past interface {
	// Presented gives the last notice that was presented to the person in that session.
	Presented(session string) (entry, text int64, at time.Time, ok bool)
	// Consent gives the person's last consent event.
	Consent() (step Step, entry, text int64, at time.Time, ok bool)
}

// Links are the entries that an event leans on; -1 is none. Notice is the notice that a consent given rests on, Prev the
// consent given that the event ends: by a withdrawal, by a newer given, by the refusal of a newer text.
type Links struct{ Notice, Prev int64 }

// Follow tells whether e, whose text is t, may come next in the person's history, and what it leans on. bySeq gives the
// texts that p names. e has passed Check.
//
// The rules, in the order in which they are looked at:
//
//	text_unknown       the text is registered
//	text_kind          it is a text of the event's act (Aydınlatma Tebliği m.5/1-f: notice and consent are separate)
//	text_language      it is in the language that the event names, if it names one
//	text_not_in_force  it was in force at the time of the event
//	time_order         a consent event is not earlier than the person's last one
//	no_consent         only a consent that stands is withdrawn
//	text_differs       it is withdrawn under the text it was given to
//	consent_stands     while a consent stands, only a text in force from a later day is given or refused
//	notice_missing     a consent given rests on the notice presented last to the person in the same session, not later than
//	                   the consent (KVKK m.3/1-a: informed; m.10)
//
// Agreements and notices may repeat, and a refusal needs no notice. A consent stands from its given to its withdrawal, or
// to the given or the refusal of a newer text.
func Follow(p Past, e *Event, t Text, bySeq func(int64) Text) (Links, *Problem) {
	links := Links{Notice: -1, Prev: -1}
	if problem := suits(e, t); problem != nil || e.Act != Consent {
		return links, problem
	}
	step, entry, text, at, ok := p.Consent()
	stands := ok && step == Given
	switch {
	case ok && e.Time.Before(at):
		return links, problem(CodeTimeOrder, fieldTime, i18n.T("kişinin kayıtlı son rıza olayı daha yeni; satırları zaman sırasına koyun",
			"the person's last consent event that is recorded is more recent; put the rows in the order of time"))
	case e.Step == Withdrawn && !stands:
		return links, whole(CodeNoConsent, i18n.T("geri alınacak açık rıza yok; önce rızanın verildiği olayı kaydedin", "there is no consent to withdraw; record the event with which it was given first"))
	case e.Step == Withdrawn && t.Seq != text:
		return links, problem(CodeTextDiffers, fieldText, i18n.T("rıza başka bir metne verilmiş; geri alma olayında rızanın verildiği metni yazın",
			"the consent was given to another text; name the text that it was given to"))
	case e.Step != Withdrawn && stands && !t.From.After(bySeq(text).From):
		return links, whole(CodeConsentStands, i18n.T("kişinin bu metne ya da daha yenisine verdiği rıza sürüyor; önce geri alma (withdrawn) kaydedin ya da yeni metni kullanın",
			"the person's consent to this text or a newer one stands; record its withdrawal first, or use the newer text"))
	}
	if stands {
		links.Prev = entry
	}
	if e.Step == Given {
		notice, _, shown, ok := p.Presented(e.Session)
		if !ok || shown.After(e.Time) {
			return Links{Notice: -1, Prev: -1}, problem(CodeNoticeMissing, fieldSession, i18n.T(
				"bu oturumda kişiye rızadan önce aydınlatma metni sunulmamış; aydınlatma (notice) olayını rızadan önceki satıra koyun",
				"no notice was presented to the person in this session before the consent; put the notice's event in a row before it"))
		}
		links.Notice = notice
	}
	return links, nil
}

// suits tells whether a text is one for the event.
func suits(e *Event, t Text) *Problem {
	switch {
	case t == Text{}:
		return problem(CodeTextUnknown, fieldText, i18n.T("metin kayıtlı değil; etiketi denetleyin (iskurctl consent text list) ya da metni ekleyin (iskurctl consent text add)",
			"the text is not registered; check its label (iskurctl consent text list) or add it (iskurctl consent text add)"))
	case t.Kind != e.Act:
		return problem(CodeTextKind, fieldText, i18n.T("metin bu işlemin (act) türünden değil; aynı türden bir metin yazın (iskurctl consent text list)",
			"the text is not of the kind of this act; name one that is (iskurctl consent text list)"))
	case e.Language != "" && e.Language != t.Language:
		return problem(CodeTextLanguage, fieldLanguage, i18n.T("metin başka bir dilde; language alanını düzeltin ya da boş bırakın, yahut o dildeki metni yazın",
			"the text is in another language; correct language or leave it out, or name the text in that language"))
	case e.Time.Before(t.From):
		return problem(CodeTextNotInForce, fieldTime, i18n.T("metin o gün henüz yürürlükte değildi; zamanı ve metnin sürümünü denetleyin",
			"the text was not yet in force that day; check the time and the version of the text"))
	}
	return nil
}
