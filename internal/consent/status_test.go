package consent

import (
	"context"
	"testing"
	"time"

	"iskurctl/internal/consent/event"
	"iskurctl/internal/fault"
)

func TestTheStatusIsWhatTheEventsComeTo(t *testing.T) {
	ctx := context.Background()
	b := newBed(t).texts(t)
	status := func(want Status) {
		t.Helper()
		if s := got(b.Status(ctx, tcNumber(0)))(t); s != want {
			t.Errorf("got %+v, want %+v", s, want)
		}
	}
	at := func(m int) time.Time { return eventAt(0, m, "", "", "").Time }
	status(Status{Agreement: "none", Notice: "none", Consent: "none", CurrentText: "riza-2"})
	b.record(t, acts(1)...) // somebody else
	b.record(t, acts(0)[0])
	status(Status{Agreement: "accepted", Notice: "none", Consent: "none", CurrentText: "riza-2"})
	b.record(t, acts(0)[1])
	status(Status{Agreement: "accepted", Notice: "presented", Consent: "none", CurrentText: "riza-2"})
	b.record(t, acts(0)[2])
	status(Status{Agreement: "accepted", Notice: "presented", Consent: "given", Since: at(2), Text: "riza-1", CurrentText: "riza-2"})
	b.record(t, eventAt(0, 3, event.Consent, event.Refused, "riza-2"))
	status(Status{Agreement: "accepted", Notice: "presented", Consent: "refused", Since: at(3), Text: "riza-2", CurrentText: "riza-2"})
	b.record(t, eventAt(0, 4, event.Consent, event.Given, "riza-2"), eventAt(0, 5, event.Consent, event.Withdrawn, "riza-2"))
	status(Status{Agreement: "accepted", Notice: "presented", Consent: "withdrawn", Since: at(5), Text: "riza-2", CurrentText: "riza-2"})
	if s := got(b.Status(ctx, tcNumber(5)))(t); s.Consent != "none" {
		t.Errorf("%+v", s)
	}
}

func TestTheTextInForceIsThatOfTheDayInIstanbul(t *testing.T) {
	b := newBed(t)
	for _, x := range []Text{
		{Kind: event.Consent, Label: "eski", Language: "tr", Day: "2026-01-01"}, {Kind: event.Consent, Label: "yarın", Language: "tr", Day: "2026-11-23"},
		{Kind: event.Notice, Label: "aydinlatma", Language: "tr", Day: "2026-11-22"}, {Kind: event.Consent, Label: "english", Language: "en", Day: "2026-11-22"},
		{Kind: event.Consent, Label: "bugün", Language: "tr", Day: "2026-11-22"}, {Kind: event.Consent, Label: "bugün, düzeltilmiş", Language: "tr", Day: "2026-11-22"},
	} {
		_, _, err := b.AddText(context.Background(), x, []byte(x.Label))
		must(t, err)
	}
	for at, want := range map[string]string{"2026-11-21T20:59:59.999Z": "eski", "2026-11-21T21:00:00.000Z": "bugün, düzeltilmiş", "2026-11-22T20:59:59.999Z": "bugün, düzeltilmiş",
		"2026-11-22T21:00:00.000Z": "yarın", "2025-12-31T20:00:00.000Z": ""} {
		moment, _ := event.ParseTime(at)
		x, ok, err := b.Current(context.Background(), event.Consent, "tr", moment)
		must(t, err)
		if x.Label != want || ok != (want != "") {
			t.Errorf("%s: %q", at, x.Label)
		}
	}
}

func TestAHistoryIsThatOfThePersonOldestFirst(t *testing.T) {
	b := newBed(t).texts(t)
	b.record(t, acts(0)...)
	b.record(t, acts(1)...)
	b.record(t, eventAt(0, 9, event.Consent, event.Withdrawn, "riza-1"))
	all := collect(t, b.History(context.Background(), tcNumber(0)))
	if len(all) != 4 || all[3].Event.Step != event.Withdrawn || all[3].Prev != all[2].Seq {
		t.Errorf("%+v", all)
	}
}

func TestOnlyAConsentThatStandsIsWithdrawn(t *testing.T) {
	ctx := context.Background()
	b := newBed(t).texts(t)
	w := Withdrawal{TC: tcNumber(0), Channel: "alo170"}
	_, err := b.Withdraw(ctx, w)
	wantFault(t, err, fault.Negative, "no_consent")
	b.record(t, acts(0)...)
	early := w
	early.Time = eventAt(0, 1, "", "", "").Time
	_, err = b.Withdraw(ctx, early)
	wantFault(t, err, fault.Input, "time_order")
	wrong := w
	wrong.Channel = "posta"
	_, err = b.Withdraw(ctx, wrong)
	wantFault(t, err, fault.Input, "field_invalid")
	done := got(b.Withdraw(ctx, w))(t)
	e := got(b.Find(ctx, done.ID))(t)
	if e.Event.Step != event.Withdrawn || e.Event.Text != "riza-1" || e.Prev != 6 || e.Notice != -1 || e.Event.Session == sessionOf(0) || e.Event.Channel != "alo170" ||
		e.Event.Subject != (event.Subject{TC: tcNumber(0)}) {
		t.Errorf("%+v", e)
	}
	_, err = b.Withdraw(ctx, w)
	wantFault(t, err, fault.Negative, "no_consent")
}
